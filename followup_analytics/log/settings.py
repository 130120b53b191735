"""Settings of a log: what `log.toml` in a folder, or a store, says of all its rows. The one reader and writer of them.

What can't be read as TOML at all is unreadable (exit code 1), wherever it lies; what can be read and makes no sense,
such as a zone that doesn't exist, breaks the rules of the log (exit code 3).
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.log.clock import is_zone
from followup_analytics.log.schema import FIRST_YEAR, LAST_YEAR
from followup_analytics.log.zone_names import zone_named
from followup_analytics.text import listed, nearest, shorten

LOG_FILE = "log.toml"
_NAMES = ("time_zone", "data_date", "simulated", "notes")
_LONGEST = 60


@dataclass(frozen=True)
class Settings:
    """What is said of a whole log: the zone of times without one, the end of the record, its origin, a remark.

    `unknown`: names that stand in the file and mean nothing here.
    """

    time_zone: str | None = None
    data_date: dt.datetime | dt.date | None = None
    simulated: bool = False
    notes: str | None = None
    unknown: tuple[str, ...] = ()

    def unknown_names(self) -> str | None:
        """What to say of names that were passed over; None where there is none."""
        if not self.unknown:
            return None
        first = self.unknown[0]
        guess = nearest(first, _NAMES)
        hint = f"did you mean {guess}?" if guess else f"known are {listed(_NAMES, 'and')}."
        return f"{LOG_FILE}: {shorten(first, _LONGEST)!r} is not a setting and was passed over; {hint}"


def read_settings(path: Path) -> Settings:
    """The settings in a folder's log.toml (UTF-8, with or without a byte order mark); none where there is no file.

    Raises UnreadableError when the file can't be read as TOML, DataError when a setting has a value that makes no
    sense; both name the file and what to write.
    """
    if not path.is_file():
        return Settings()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableError(f"{path.name}: can't be read ({error.strerror}); allow reading it.") from None
    except UnicodeDecodeError as error:
        raise _not_toml(path.name, error) from None
    return settings_from_text(text, path.name)


def settings_from_text(text: str, file: str) -> Settings:
    """The settings in the text of a log.toml, wherever it was read. Raises as `read_settings` does."""
    try:
        given = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _not_toml(file, error) from None
    return _checked(given, file)


def _not_toml(file: str, error: Exception) -> UnreadableError:
    return UnreadableError(f'{file}: this is not TOML ({error}); write lines such as time_zone = "Europe/Berlin".')


def _checked(given: Mapping[str, Any], file: str) -> Settings:
    zone, simulated, notes = given.get("time_zone"), given.get("simulated", False), given.get("notes")
    known = zone_named(zone) if isinstance(zone, str) else None
    if zone is not None and known is None:
        raise DataError(f"{file}: time_zone is {_shown(zone)}, which is no IANA name; write one such as Europe/Berlin.")
    if not isinstance(simulated, bool):
        raise DataError(f"{file}: simulated is {_shown(simulated)}; write true or false, without quotes.")
    if notes is not None and not isinstance(notes, str):
        raise DataError(f"{file}: notes must be one text in quotes.")
    unknown = tuple(name for name in given if name not in _NAMES)
    return Settings(known, _date(given.get("data_date"), file), simulated, notes, unknown)


def _date(given: Any, file: str) -> dt.datetime | dt.date | None:
    """A date or a moment, as TOML has them or as text."""
    wrong = DataError(
        f"{file}: data_date is {_shown(given)}, which is no date; write it as 2026-03-05 or 2026-03-05T14:00:00+01:00."
    )
    value = given
    if isinstance(given, str):
        try:
            value = (
                dt.date.fromisoformat(given) if len(given) == len("2026-03-05") else dt.datetime.fromisoformat(given)
            )
        except ValueError:
            raise wrong from None
    if value is None:
        return None
    if not isinstance(value, dt.date):
        raise wrong
    if not FIRST_YEAR <= value.year < LAST_YEAR:
        raise DataError(f"{file}: data_date lies outside the years {FIRST_YEAR} to {LAST_YEAR - 1}; correct it.")
    return value


def _shown(value: Any) -> str:
    return repr(shorten(str(value), _LONGEST)) if isinstance(value, str) else shorten(str(value), _LONGEST)


# ------------------------------------------------------------------------------------------------------- of a store


def stored_settings(held: Mapping[str, str], store: str) -> Settings:
    """The settings that a store holds, checked as those of a folder are. store: its name, for a refusal.

    Raises DataError that says which setting is wrong and how to mend it.
    """
    zone, simulated = held.get("time_zone"), held.get("simulated", "false")
    if zone is not None and not is_zone(zone):
        raise DataError(
            f"{store}: the store's time_zone is {_shown(zone)}, which is no IANA name; put it right by ingesting any "
            "of its files again with the zone, such as  followup ingest FILE --into STORE --time-zone Europe/Berlin."
        )
    if simulated not in ("true", "false"):
        raise DataError(
            f"{store}: the store's setting simulated is {_shown(simulated)}, not true or false; take the store back "
            "from a copy, or ingest its files into a new one."
        )
    return Settings(zone, None, simulated == "true")


# ---------------------------------------------------------------------------------------------------------- writing


def settings_text(settings: Settings) -> str:
    """Settings as the text of log.toml."""
    lines = [f"time_zone = {json.dumps(settings.time_zone)}"] if settings.time_zone else []
    lines += [f"data_date = {settings.data_date.isoformat()}"] if settings.data_date else []
    lines.append(f"simulated = {'true' if settings.simulated else 'false'}")
    lines += [f"notes = {json.dumps(settings.notes, ensure_ascii=False)}"] if settings.notes else []
    return "\n".join(lines) + "\n"
