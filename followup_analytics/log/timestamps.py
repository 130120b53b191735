"""The timestamps of a raw table in UTC, with the zone of each row and how exactly its time is known."""

from __future__ import annotations

import polars as pl

from followup_analytics.log import clock
from followup_analytics.log.schema import CLOCKS, FIRST_YEAR, INTERVIEWS, LAST_YEAR, Table
from followup_analytics.sheets.tabular import ROW

#: Timestamps for which a bare date means "by the end of that day": the record's end, and a rating that must not be
#: taken for earlier than it was.
_END_OF_DAY = ("observed_until", "self_rated_at")


def rows_set_aside(frame: pl.DataFrame, bad: pl.Series, column: str, rule: str, message: str) -> list[pl.DataFrame]:
    """The rows at fault as `CheckedTable` has its rejects: none, or one frame with the rule and its sentence."""
    bad = bad.fill_null(value=False)
    if not bad.any():
        return []
    return [
        frame.filter(bad).select(
            pl.col(ROW).cast(pl.Int64), column=pl.lit(column), rule=pl.lit(rule), message=pl.lit(message)
        )
    ]


_TIME_FAULTS = {
    "unparsable": "is not a date and time as in 2026-03-05T14:00+01:00 (or a date as in 2026-03-05); correct it.",
    "no_such_day": "there is no such day; correct the date.",
    "no_zone": "has no offset and no time zone is known; write it as 2026-03-05T14:00+01:00, give --time-zone "
    "(such as Europe/Berlin), or put time_zone into log.toml.",
    "beyond_reason": f"lies outside the years {FIRST_YEAR} to {LAST_YEAR - 1}; correct it.",
}


def cast_times(
    frame: pl.DataFrame, table: Table, zones: pl.Series
) -> tuple[pl.DataFrame, list[pl.DataFrame], int, int]:
    """Every timestamp of the table in UTC, the row's zone, and the precision of its clock.

    zones: one a row, null where none is known. Gives the frame (interviews with `_zone`), rejects as `CheckedTable` has
    them, and how many local times a clock change made doubtful or impossible.
    """
    rejects: list[pl.DataFrame] = []
    ambiguous = missing = 0
    clock_name = CLOCKS.get(table.name)
    names = [column.name for column in table.columns if column.type == "timestamp" and column.name in frame.columns]
    if clock_name:
        names.remove(clock_name)
        names.insert(0, clock_name)
    for name in names:
        if frame[name].null_count() == frame.height:
            frame = frame.with_columns(pl.col(name).cast(pl.Datetime("us", "UTC")))
            if name == clock_name:
                frame = frame.with_columns(at_precision=pl.lit("instant"), _zone=zones)
            continue
        parsed = clock.parse_times(frame[name], zones)
        ambiguous, missing = ambiguous + parsed.ambiguous, missing + parsed.missing
        faults = _faults_told_apart(parsed.fault, frame[name])
        for fault in faults.drop_nulls().unique():
            rejects += rows_set_aside(frame, faults == fault, name, str(fault), _TIME_FAULTS[str(fault)])
        us = parsed.us
        if name == clock_name:
            zones, us, frame, bad = _settle_clock(frame, name, parsed, zones)
            rejects += bad
        elif name in _END_OF_DAY and parsed.is_date.any():
            us = _end_of_local_day(us, parsed.is_date, zones)
        frame = frame.with_columns(pl.from_epoch(us, time_unit="us").dt.replace_time_zone("UTC").alias(name))
    if table.name == INTERVIEWS.name and "observed_until" in frame.columns:
        early = frame["observed_until"] < frame["interviewed_at"]
        rejects += rows_set_aside(
            frame, early, "observed_until", "before_interview", "lies before interviewed_at; correct one of them."
        )
    elif table.name != INTERVIEWS.name:
        frame = frame.drop("_zone", strict=False)
    return frame, rejects, ambiguous, missing


def _faults_told_apart(fault: pl.Series, cells: pl.Series) -> pl.Series:
    """The faults of times, in which days that no calendar has (2026-02-31) are told from what is no date at all."""
    if cells.dtype != pl.String or not (fault == "unparsable").any():
        return fault
    day = cells.str.extract(r"^\s*(\d{4}-\d{2}-\d{2})(?:[T ]|$)")
    impossible = day.is_not_null() & day.str.to_date("%Y-%m-%d", strict=False).is_null()
    strange = (fault == "unparsable").fill_null(value=False) & impossible
    return fault.set(strange, "no_such_day")


def _settle_clock(
    frame: pl.DataFrame, name: str, parsed: clock.ParsedTimes, zones: pl.Series
) -> tuple[pl.Series, pl.Series, pl.DataFrame, list[pl.DataFrame]]:
    """The zone of each row (the offset of its clock where nothing else is known) and its precision."""
    work = frame.select("at_precision").with_columns(
        zone=pl.coalesce(zones.alias("z"), parsed.offset.alias("o"), pl.lit("UTC")),
        is_date=parsed.is_date,
        us=parsed.us,
    )
    contradiction = work["is_date"] & (work["at_precision"] == "instant")
    rejects = rows_set_aside(
        frame,
        contradiction,
        name,
        "date_without_time",
        "is a date without a time, but at_precision says instant; add the time or write day.",
    )
    by_day = work["is_date"] | (work["at_precision"] == "day").fill_null(value=False)
    zone = work["zone"]
    if (by_day & ~work["is_date"]).any():
        days = clock.local_times(work["us"], zone).dt.date().cast(pl.Int32)
        midnight = clock.local_midnight(days, zone)
        work = work.with_columns(us=pl.when(by_day).then(midnight).otherwise("us"))
    wrong = work["at_precision"].is_not_null() & ~work["at_precision"].is_in(["instant", "day"])
    precision = pl.when(wrong).then(work["at_precision"]).when(by_day).then(pl.lit("day")).otherwise(pl.lit("instant"))
    return zone, work["us"], frame.with_columns(at_precision=precision, _zone=zone), rejects


def _end_of_local_day(us: pl.Series, is_date: pl.Series, zones: pl.Series) -> pl.Series:
    zone = zones.fill_null("UTC")
    days = clock.local_times(us, zone).dt.date().cast(pl.Int32)
    end = clock.local_midnight(days + 1, zone) - 1
    return us.zip_with(~is_date, end)
