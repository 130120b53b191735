"""Preregistration: the hash and date of a file of claims, to be checked against it when verdicts are given."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.claims.definition import Catalogue
from followup_analytics.errors import DataError, UnreadableError

_HASH = re.compile(r"SHA-256 of the claims file:\s*([0-9a-f]{64})")
_DATE = re.compile(r"Registered on:\s*(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Registration:
    """What a preregistration text says: the hash of the claims' file, and the date."""

    sha256: str
    date: dt.date


def registration_lines(catalogue: Catalogue, date: dt.date) -> list[str]:
    """The two lines by which a registration can be verified later."""
    return [f"SHA-256 of the claims file: {catalogue.sha256}", f"Registered on: {date.isoformat()}"]


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
    return Registration(found.group(1), dt.date.fromisoformat(day.group(1)))


def is_post_hoc(catalogue: Catalogue, registration: str | Path | None, data_date: dt.datetime) -> bool | None:
    """Whether verdicts by this catalogue are post hoc; None where nothing was registered.

    They are where the file is not the one that was registered, or was registered after the record ended.
    """
    if registration is None:
        return None
    registered = read_registration(registration)
    return registered.sha256 != catalogue.sha256 or registered.date > data_date.date()
