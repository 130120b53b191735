"""Who publishes a report: an office's own words for the title page and the model card, read from a small TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.report.logo import read_logo
from followup_analytics.sheets.dates import iso_times
from followup_analytics.sheets.tabular import header_key, read_raw_tables
from followup_analytics.text import listed, nearest

#: The names of settings in an office's workbook.
_IN_WORKBOOK = {
    "name_of_the_office": "name",
    "author": "author",
    "contact": "contact",
    "issued_on": "issued",
    "line_to_sign_on": "signature",
    "logo": "logo",
}


@dataclass(frozen=True)
class Office:
    """What stands on the title page beside the numbers, and what the office adds to items of the model card.

    `card` holds its words by the number of the TRIPOD+AI item, such as "3c" or "18a". `signature` asks for a line to
    sign on. `logo` is a picture (`read_logo`).
    """

    name: str | None = None
    author: str | None = None
    contact: str | None = None
    issued: date | None = None
    signature: str | None = None
    card: Mapping[str, str] = field(default_factory=dict)
    logo: bytes | None = None


def read_office(path: str | Path) -> Office:
    """Read an office's file: its workbook (the sheet Settings), or TOML with `name`, `author`, `contact`, and so on.

    The TOML may have `name`, `author`, `contact`, `issued` (a date), `signature`, `logo` (a PNG or JPEG file
    beside this one) and a table `[card]`.
    Raises UnreadableError where there is no such file, DataError where a line of it can't be used.
    """
    file = Path(path)
    if file.suffix.lower() in (".xlsx", ".ods"):
        return _of_workbook(file)
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableError(f"{file.name}: can't be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f'{file.name}: this is not TOML ({error}); write lines such as name = "Careers Office".'
        ) from None
    known = [one.name for one in fields(Office)]
    for name, value in given.items():
        _check(file.name, name, value, known)
    logo = given.pop("logo", None)
    return Office(**given, logo=_logo(file, logo))


def _logo(file: Path, name: str | None) -> bytes | None:
    """The picture that the office's file names, which lies beside it."""
    if name is not None and Path(name).name != name:
        raise DataError(f"{file.name}: logo: put the picture beside this file, and write its name alone.")
    return None if name is None else read_logo(file.parent / name)


def _of_workbook(file: Path) -> Office:
    """What the sheet Settings of an office's workbook says for the title page."""
    tables = read_raw_tables(file, ("setting", "value"))
    sheet = next((raw for raw in tables if header_key(raw.sheet or "") == "settings"), None)
    if sheet is None or not {"setting", "value"} <= set(sheet.keys):
        raise DataError(f"{file.name}: there is no sheet Settings; `followup office init` makes a workbook with one.")
    rows = sheet.frame.select(sheet.keys["setting"], sheet.keys["value"]).drop_nulls().rows()
    said = {_IN_WORKBOOK[key]: str(value).strip() for name, value in rows if (key := header_key(name)) in _IN_WORKBOOK}
    office = Office(
        name=said.get("name"),
        author=said.get("author"),
        contact=said.get("contact"),
        signature=said.get("signature"),
        logo=_logo(file, said.get("logo")),
    )
    issued = said.get("issued")
    if issued is None:
        return office
    try:
        day = date.fromisoformat(iso_times(pl.Series([issued]), file="", column="")[0] or "")
    except (ValueError, DataError):
        raise DataError(
            f"{file.name}, sheet Settings: Issued on is {issued!r}, which is no date; write one such as 2026-05-04."
        ) from None
    return replace(office, issued=day)


def _check(file: str, name: str, value: Any, known: list[str]) -> None:
    if name not in known:
        guess = nearest(name, known)
        hint = f"did you mean {guess!r}?" if guess else f"there are {listed(known, 'and')}."
        raise DataError(f"{file}: {name!r} is not known; {hint}")
    if name == "issued":
        if not isinstance(value, date):
            raise DataError(f"{file}: issued must be a date without quotes, such as issued = 2026-05-04.")
    elif name == "card":
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise DataError(f'{file}: [card] holds texts by item, such as "3c" = "No inequalities are known.".')
    elif not isinstance(value, str):
        raise DataError(f"{file}: {name} must be a text in quotes.")
