"""Preregistration: the hash and date of a file of claims, to be checked against it when verdicts are given."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.claims.definition import Catalogue
from followup_analytics.errors import DataError, UnreadableError

_HASH = re.compile(r"SHA-256 of the claims file:\s*([0-9a-f]{64})")
_DATE = re.compile(r"Registered on:\s*(\d{4}-\d{2}-\d{2})")
_ADJUST = re.compile(r"Adjusted for in every claim besides:[ \t]*(.*)")


@dataclass(frozen=True)
class Registration:
    """What a preregistration text says: the hash of the claims' file, the date, and columns adjusted for besides."""

    sha256: str
    date: dt.date
    adjust: frozenset[str] = frozenset()


def registration_lines(catalogue: Catalogue, date: dt.date, adjust: Sequence[str] = ()) -> list[str]:
    """The lines by which a registration can be verified later."""
    lines = [f"SHA-256 of the claims file: {catalogue.sha256}", f"Registered on: {date.isoformat()}"]
    return [*lines, f"Adjusted for in every claim besides: {', '.join(adjust)}"] if adjust else lines


def read_registration(path: str | Path) -> Registration:
    """Read hash and date from a preregistration text.

    Raises UnreadableError where the file can't be read, DataError where it holds no hash or date.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableError(f"{place.name}: the registration can't be read.") from None
    return parse_registration(text, place.name)


def parse_registration(text: str, name: str = "registration") -> Registration:
    """Find hash and date in a preregistration text; DataError where there are none."""
    found, day = _HASH.search(text), _DATE.search(text)
    if found is None or day is None:
        raise DataError(
            f"{name}: no line 'SHA-256 of the claims file: ...' with 'Registered on: ...'; "
            "give the text that --preregister wrote."
        )
    more = _ADJUST.search(text)
    columns = frozenset(name.strip() for name in more.group(1).split(",") if name.strip()) if more else frozenset[str]()
    return Registration(found.group(1), dt.date.fromisoformat(day.group(1)), columns)


def why_post_hoc(
    catalogue: Catalogue, registration: str | Path | None, data_date: dt.datetime, adjust: Sequence[str] = ()
) -> str | None:
    """Why verdicts are post hoc, as a sentence; empty where they are not, None where nothing was registered.

    They are where the file of claims or what is adjusted for besides is not what was registered, or where that was
    registered after the record ended.
    """
    if registration is None:
        return None
    registered = read_registration(registration)
    if registered.sha256 != catalogue.sha256:
        return "The claims' file is not the one that was registered: these verdicts are post hoc."
    if registered.adjust != frozenset(adjust):
        return "What is adjusted for besides is not what was registered: these verdicts are post hoc."
    if registered.date > data_date.date():
        return "The claims were registered after the record had ended: these verdicts are post hoc."
    return ""
