"""Times of Parquet tables read column by column: how each is come by, its zone, local day, hour and order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.log import clock
from followup_analytics.log.assembling import DERIVED_WORDS
from followup_analytics.log.columns import ColumnTable, Maker
from followup_analytics.log.schema import CLOCKS, FIRST_YEAR, INTERVIEWS, LAST_YEAR, Table
from followup_analytics.log.timestamps import cast_times
from followup_analytics.sheets.headings import ROW

INSTANTS = pl.Enum(["instant", "day"])


class NotHere(Exception):  # noqa: N818 - no error: the careful way has the last word
    """Something that the careful way must look at."""


@dataclass(frozen=True)
class Sound:
    """A table whose rules hold: its columns, and how many local times a clock change made doubtful or impossible."""

    table: ColumnTable
    ambiguous_hours: int = 0
    missing_hours: int = 0


@dataclass(frozen=True)
class Zones:
    """The zone of each interview: its place among `names`; the zones in which times of its contacts are read."""

    codes: NDArray[np.intp]
    names: tuple[str, ...]
    known: pl.Series

    def of(self, story: pl.Series | None) -> NDArray[np.intp]:
        """The places of the zones of interviews (None: all, in order)."""
        return self.codes if story is None else self.codes[story.to_numpy()]

    def texts(self, story: pl.Series | None) -> pl.Series:
        """The zones' names of interviews (None: all, in order)."""
        return pl.Series(self.names, dtype=pl.String).gather(pl.Series(self.of(story)))


def times_of(
    scan: pl.LazyFrame,
    table: Table,
    height: int,
    makers: Mapping[str, Maker],
    zones: pl.Series | Callable[[], pl.Series],
) -> tuple[dict[str, Maker], Sound]:
    """How each timestamp and `at_precision` are come by; all instants where the file has them so.

    zones: the zone in which each row's times are read where they have none.
    """
    schema = scan.collect_schema()
    names = [column.name for column in table.columns if column.type == "timestamp" and column.name in schema]
    empty = Sound(ColumnTable(scan, height, {}))
    precise = "at_precision" not in schema or _all_instants(scan, makers)
    if precise and all(_is_instant(schema[name]) for name in names):
        _require_reasonable(scan, table, names)
        made: dict[str, Maker] = {
            name: pl.col(name).dt.convert_time_zone("UTC").dt.cast_time_unit("us") for name in names
        }
        if table.name in CLOCKS:
            made["at_precision"] = lambda t: pl.Series(["instant"], dtype=INSTANTS).new_from_index(0, t.height)
        return made, empty
    frame = scan.select(names).collect().with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))
    if table.name in CLOCKS:
        given = ColumnTable(scan, height, makers).select(["at_precision"])["at_precision"]
        frame = frame.with_columns(given.cast(pl.String))
    cast, rejects, ambiguous, missing = cast_times(frame, table, zones if isinstance(zones, pl.Series) else zones())
    if any(one.height for one in rejects) or (table.name in CLOCKS and cast[CLOCKS[table.name]].null_count()):
        raise NotHere
    made = {name: cast[name] for name in names}
    if table.name in CLOCKS:
        made["at_precision"] = cast["at_precision"].cast(INSTANTS)
    if table is INTERVIEWS:
        made["_zone"] = cast["_zone"]
    return made, Sound(empty.table, ambiguous, missing)


def _all_instants(scan: pl.LazyFrame, makers: Mapping[str, Maker]) -> bool:
    words = ColumnTable(scan, 0, makers).select(["at_precision"])["at_precision"].unique()
    return all(word in (None, "instant") for word in words)


def _is_instant(kind: pl.DataType) -> bool:
    return isinstance(kind, pl.Datetime) and kind.time_zone is not None


def zone_of_clock(scan: pl.LazyFrame) -> str:
    """The zone in which the file holds the clock of interviews."""
    kind = scan.collect_schema()[CLOCKS[INTERVIEWS.name]]
    return str(kind.time_zone) if isinstance(kind, pl.Datetime) else "UTC"


def _require_reasonable(scan: pl.LazyFrame, table: Table, names: Iterable[str]) -> None:
    """Every time within the years that are no slip of the pen, and the clock of every row there."""
    limits = [pl.datetime(year, 1, 1, time_zone="UTC") for year in (FIRST_YEAR, LAST_YEAR)]
    faults = [
        fault for name in names for fault in ((pl.col(name).min() < limits[0]), (pl.col(name).max() >= limits[1]))
    ]
    at = CLOCKS.get(table.name)
    faults += [pl.col(at).is_null().any()] if at else []
    if not faults:
        return
    found = scan.select(fault.fill_null(value=False).alias(str(k)) for k, fault in enumerate(faults))
    if any(found.collect(engine="streaming").row(0)):
        raise NotHere


def require_ends_after_starts(table: ColumnTable) -> None:
    """Leave it to the careful way where a record ends before its interview."""
    frame = table.select(["observed_until", "interviewed_at"])
    if (frame["observed_until"] < frame["interviewed_at"]).any():
        raise NotHere


def zones_to_read_in(zones: Zones, story: pl.Series, zone: str | None) -> pl.Series:
    """The zones in which times of contacts or outcomes are read: their interviews', else the one for all."""
    found = zones.known.gather(story)
    return found if zone is None else found.fill_null(zone)


def epoch_us(name: str, table: ColumnTable) -> pl.Series:
    """A column of timestamps in microseconds since 1970."""
    return table.select([name])[name].dt.epoch("us")


def local_days(us: pl.Series, zones: Zones, story: pl.Series | None) -> pl.Series:
    """The local day (since 1970-01-01) of each instant, in the zone of its interview."""
    local = us.to_numpy() + clock.shifts(us.to_numpy(), zones.of(story), zones.names)
    return pl.Series((local // clock.DAY_US).astype(np.int32))


def local_hours(zones: Zones, story: pl.Series, table: ColumnTable) -> pl.Series:
    """The local hour of each row; null where only the date is known."""
    us = table.select(["_at_us"])["_at_us"].to_numpy()
    local = us + clock.shifts(us, zones.of(story), zones.names)
    hours = pl.Series((local // clock.HOUR_US % 24).astype(np.int8))
    by_day = table.select(["at_precision"])["at_precision"] == "day"
    return hours.set(by_day, None) if by_day.any() else hours


def order_us(table: Table, zones: Zones, story: pl.Series, rows: ColumnTable) -> pl.Series:
    """The instants that order rows: within a day whose hours are unknown attempts come first, then responses, ends."""
    at = rows.select(["_at_us"])["_at_us"]
    by_day = rows.select(["at_precision"])["at_precision"] == "day"
    if not by_day.any():
        return at
    column, words, last = DERIVED_WORDS[table.name]
    word = rows.select([column])[column].cast(pl.String)
    late = (by_day & word.is_in(words)).arg_true()
    if not len(late):
        return at
    days = rows.select(["_day"])["_day"].gather(late)
    ends = clock.local_midnight(days + 1, zones.texts(story.gather(late))) - 2
    return at.scatter(late, ends + word.gather(late).is_in(last).cast(pl.Int64))
