"""What an office has written into its workbook: settings, which map reads which files, cohorts under several names."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from followup_analytics.errors import DataError, UsageError
from followup_analytics.log.record_end import parse_moment
from followup_analytics.log.zone_names import zone_named
from followup_analytics.office.template import SETTINGS
from followup_analytics.sheets.dates import OrderUnknownError, iso_times
from followup_analytics.sheets.headings import header_key
from followup_analytics.sheets.tabular import RawTable, read_raw_tables
from followup_analytics.text import listed, nearest

SKIP, ROSTER = "skip", "roster"
_LANGUAGES = {
    "en": ("english", "englisch", "inglés"),
    "de": ("german", "deutsch", "alemán"),
    "es": ("spanish", "spanisch", "español"),
}
_ORDERS = {"day": True, "days": True, "d": True, "dd": True, "month": False, "months": False, "m": False, "mm": False}


@dataclass(frozen=True)
class FileRule:
    """What the sheet Files says of files whose names fit a pattern; None where a cell is empty."""

    pattern: str
    map: str | None = None
    time_zone: str | None = None
    cohort: str | None = None


@dataclass(frozen=True)
class OfficeSettings:
    """The settings of an office's folder; None where a cell is empty."""

    term: str | None = None
    cohort: str | None = None
    against: str | None = None
    observed_until: str | None = None
    time_zone: str | None = None
    day_first: bool | None = None
    region: str | None = None
    min_cell: int = 10
    paper: str = "a4"
    language: str = "en"
    files: tuple[FileRule, ...] = ()
    cohorts: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    def map_of(self, name: str) -> str | None:
        """The map that the sheet Files names for a file; None where it names none."""
        return next((one.map for one in self._fitting(name) if one.map is not None), None)

    def zone_of(self, name: str) -> str | None:
        """The time zone that the sheet Files names for a file; None where it names none."""
        return next((one.time_zone for one in self._fitting(name) if one.time_zone is not None), None)

    def cohort_of(self, name: str) -> str | None:
        """The cohort that the sheet Files names for a file; None where it names none."""
        return next((one.cohort for one in self._fitting(name) if one.cohort is not None), None)

    def _fitting(self, name: str) -> Iterator[FileRule]:
        return (one for one in self.files if fnmatch.fnmatch(name.casefold(), one.pattern.casefold()))


def read_office_settings(workbook: Path) -> OfficeSettings:
    """The settings of an office's workbook.

    Raises UnreadableError when it is not there or damaged, DataError naming the cell that can't be used.
    """
    words = ("Setting", "Value", "Files named like", "Map", "Written as", "Means")
    tables = {header_key(raw.sheet or ""): raw for raw in read_raw_tables(workbook, [header_key(one) for one in words])}
    if "settings" not in tables:
        raise DataError(
            f"{workbook.name}: there is no sheet Settings; `followup office init` makes a workbook with one."
        )
    said = _said(workbook.name, tables["settings"])
    return OfficeSettings(
        term=said.get("term"),
        cohort=said.get("cohort"),
        against=said.get("against"),
        observed_until=_date(workbook.name, said.get("observed_until"), _order(workbook.name, said.get("order"))),
        time_zone=_zone(workbook.name, said.get("time_zone")),
        day_first=_order(workbook.name, said.get("order")),
        region=said.get("region"),
        min_cell=_whole(workbook.name, said.get("min_cell")),
        paper={"letter": "us-letter"}.get(said.get("paper", "a4").casefold(), said.get("paper", "a4").casefold()),
        language=_language(workbook.name, said.get("language", "en")),
        files=tuple(_file_rules(workbook.name, tables.get("files"))),
        cohorts=_pairs(tables.get("cohorts"), "written_as", "means"),
        said=said,
    )


def _said(file: str, raw: RawTable) -> dict[str, str]:
    """The filled cells of the sheet Settings by their keys; a name that isn't known is told."""
    known = {header_key(one.name): one.key for one in SETTINGS}
    names = raw.keys
    found: dict[str, str] = {}
    for row in raw.frame.iter_rows(named=True):
        name, value = (str(row.get(names.get(key, ""), None) or "").strip() for key in ("setting", "value"))
        if not name or not value:
            continue
        key = known.get(header_key(name))
        if key is None:
            guess = nearest(name, [one.name for one in SETTINGS])
            hint = (
                f"did you mean {guess!r}?" if guess else f"there are {listed([one.name for one in SETTINGS], 'and')}."
            )
            raise DataError(f"{file}, sheet Settings, row {row['_row']}: {name!r} is not known; {hint}")
        found[key] = value
    return found


def _pairs(raw: RawTable | None, first: str, second: str) -> dict[str, str]:
    if raw is None or first not in raw.keys or second not in raw.keys:
        return {}
    rows = raw.frame.select(raw.keys[first], raw.keys[second]).drop_nulls().rows()
    return {str(one).strip(): str(other).strip() for one, other in rows}


def _file_rules(file: str, raw: RawTable | None) -> Iterator[FileRule]:
    names = raw.keys if raw is not None else {}
    if raw is None or "files_named_like" not in names:
        return
    for row in raw.frame.iter_rows(named=True):
        keys = ("files_named_like", "map", "time_zone", "cohort")
        pattern, map_, zone, cohort = (str(row.get(names.get(key, "")) or "").strip() or None for key in keys)
        if pattern is not None:
            yield FileRule(pattern, map_, _zone(file, zone, "Files"), cohort)


def _language(file: str, value: str) -> str:
    """The language of the reports, by its letters or its name."""
    known = {name: language for language, names in _LANGUAGES.items() for name in (language, *names)}
    if value.casefold() not in known:
        raise DataError(f"{file}, sheet Settings: Language is {value!r}; write en, de or es.")
    return known[value.casefold()]


def _date(file: str, value: str | None, day_first: bool | None) -> str | None:
    """A date however it is written ("20 November 2026"), as the commands take it."""
    if value is None:
        return None
    try:
        parse_moment(value, None)
    except UsageError:
        try:
            read = iso_times(pl.Series([value]), file=file, column="Complete until", day_first=day_first)[0]
        except OrderUnknownError:
            raise DataError(
                f"{file}, sheet Settings: Complete until is {value!r}, which may be either of two days; write it as "
                "2026-04-30, or 30 April 2026."
            ) from None
        if read is None:
            raise DataError(
                f"{file}, sheet Settings: Complete until is {value!r}, which is no date; write one such as 2026-04-30 "
                "or 30 April 2026."
            ) from None
        return str(read)
    return value


def _zone(file: str, value: str | None, sheet: str = "Settings") -> str | None:
    known = None if value is None else zone_named(value)
    if value is not None and known is None:
        raise DataError(
            f"{file}, sheet {sheet}: the time zone {value!r} is not known; write a name such as Europe/London or "
            "Eastern Time."
        )
    return known


def _order(file: str, value: str | None) -> bool | None:
    if value is None:
        return None
    # "Day first", "month comes first", "dd/mm", "MM/DD/YYYY".
    words = re.findall(r"[a-z]+", value.casefold())
    first = next((word for word in words if word in _ORDERS), None)
    found = _ORDERS.get(first or "")
    if found is None:
        raise DataError(f"{file}, sheet Settings: what comes first in dates is {value!r}; choose day or month.")
    return found


def _whole(file: str, value: str | None) -> int:
    if value is None:
        return 10
    if not value.isdigit() or int(value) < 1:
        raise DataError(f"{file}, sheet Settings: the smallest group is {value!r}; write a number such as 10.")
    return int(value)
