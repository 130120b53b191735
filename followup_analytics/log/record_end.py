"""Until when a record is complete: the data date, the end of each interview's record, and what to say of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from followup_analytics.errors import DataError, UsageError
from followup_analytics.log import clock
from followup_analytics.log.columns import ColumnTable
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import (
    CLOCKS,
)

#: Code of the note that the record's end is a guess; reports then speak of its last entry.
OPEN_END = "open_end"


_SPAN_NOTES = {
    "fixed_offsets": "interviews whose zone is known by a written offset alone: their days and hours don't follow "
    "changes of the clock, which a time_zone would",
    "interviews_after_data_date": "interviews took place after the data date, which is the latest observed_until: "
    "nothing of them is counted; say until when they were observed, as ingest --observed-until does",
    "observed_after_data_date": "interviews are said to be observed beyond the data date: what came until then counts",
}


def open_end_note(interviews: pl.DataFrame | ColumnTable, given: object) -> tuple[Note, ...]:
    """What to say where nobody told until when the record is complete, so that its last entry has to stand for it."""
    if given is not None or interviews.select(["observed_until"])["observed_until"].count():
        return ()
    return (
        Note(
            OPEN_END,
            "Nobody said until when the record is complete: it is taken to end with its last entry. Silence after that "
            "day is not counted; observed_until, or data_date in log.toml, would say more.",
        ),
    )


def span_notes(
    interviews: pl.DataFrame | ColumnTable, until: dt.datetime, time_zone: str | None, latest_end: dt.datetime | None
) -> tuple[Note, ...]:
    """What is unusual about zones and ends of the record: said, since days, hours and windows rest on it.

    latest_end: the latest end of a record that any interview of the log says.
    """
    ends = interviews.select(["observed_until"])["observed_until"]
    found = {
        "fixed_offsets": _fixed_offsets(interviews) if time_zone is None else 0,
        "observed_after_data_date": int((ends > until).sum()),
        "interviews_after_data_date": _beyond_all_ends(interviews, until) if latest_end == until else 0,
    }
    return tuple(Note(code, text, found[code] or None) for code, text in _SPAN_NOTES.items() if found[code])


def latest_end_of(interviews: pl.DataFrame | ColumnTable) -> dt.datetime | None:
    """The latest end of a record that any interview says, None where none does."""
    latest = interviews.select(["observed_until"])["observed_until"].max()
    return latest if isinstance(latest, dt.datetime) else None


def _fixed_offsets(interviews: pl.DataFrame | ColumnTable) -> int:
    frame = interviews.select(["_zone", "time_zone", "at_precision"])
    fixed = pl.col("_zone").cast(pl.String).str.contains(r"^[+-]|^UTC$") & pl.col("time_zone").is_null()
    fixed &= (pl.col("at_precision") != "day").fill_null(value=True)
    return int(frame.select(fixed.sum()).item())


def _beyond_all_ends(interviews: pl.DataFrame | ColumnTable, until: dt.datetime) -> int:
    """How many interviews say nothing of their record and lie after that of all others, which gave the data date."""
    ends = interviews.select(["observed_until"])["observed_until"]
    if not ends.null_count():
        return 0
    return int((ends.is_null() & (interviews.select(["interviewed_at"])["interviewed_at"] > until)).sum())


def ahead_note(until: dt.datetime) -> tuple[Note, ...]:
    """What to say where a log claims to be complete up to a day that is still to come; a day is let pass for zones."""
    if until <= dt.datetime.now(dt.UTC) + dt.timedelta(days=1):
        return ()
    text = (
        f"The data date, {until:%Y-%m-%d}, lies in the future. Most likely a date in the log is wrong; all silence up "
        "to that day is counted. followup check names rows that are dated in the future."
    )
    return (Note("data_date_ahead", text),)


def data_date_of(
    interviews: pl.DataFrame | ColumnTable,
    others: Mapping[str, pl.DataFrame | ColumnTable],
    given: dt.datetime | dt.date | str | None,
    time_zone: str | None,
) -> dt.datetime:
    """When the record ends: as given, else the latest observed_until, else the latest time in any table.

    others: contacts and outcomes. Raises DataError for a log without interviews.
    """
    if given is not None:
        return parse_moment(given, time_zone or only_zone(interviews))
    latest = interviews.select(["observed_until"])["observed_until"].max()
    if latest is None:
        times = [_latest(table, CLOCKS[name]) for name, table in (("interviews", interviews), *others.items())]
        latest = max((time for time in times if isinstance(time, dt.datetime)), default=None)
    if not isinstance(latest, dt.datetime):
        raise DataError("interviews: the table has no rows; a log needs at least one interview.")
    return latest


def _latest(table: pl.DataFrame | ColumnTable, name: str) -> Any:
    """The latest time in a column; where only the date is known, the end of that day."""
    by_day = (pl.col("at_precision") == "day").fill_null(value=False)
    return (
        table.select([name, "at_precision"])
        .select(pl.when(by_day).then(pl.col(name) + pl.duration(microseconds=clock.DAY_US - 1)).otherwise(name).max())
        .item()
    )


def parse_moment(given: dt.datetime | dt.date | str, time_zone: str | None) -> dt.datetime:
    """A date or time from a person as an instant in UTC; a bare date is the end of that day in the zone (else UTC).

    Raises UsageError when it is neither.
    """
    moment: dt.datetime = parse_moments(given, pl.Series([time_zone or "UTC"]))[0]
    return moment.astimezone(dt.UTC)


def parse_moments(given: dt.datetime | dt.date | str, zones: pl.Series) -> pl.Series:
    """The same date or time in each of n zones, as instants (Datetime, UTC, of shape (n,)); a bare date is its end.

    Raises UsageError when it is neither a date nor a time.
    """
    value = given if isinstance(given, str) else given.isoformat()
    different = zones.unique(maintain_order=True).append(pl.Series(["UTC"] * (not len(zones)), dtype=pl.String))
    parsed = clock.parse_times(pl.Series([value]).new_from_index(0, len(different)), different)
    if parsed.us.null_count():
        raise UsageError(f"{value!r} is not a date; write it as 2026-03-05 or 2026-03-05T14:00+01:00.")
    us = parsed.us
    if parsed.is_date[0]:
        us = clock.local_midnight(clock.local_times(us, different).dt.date().cast(pl.Int32) + 1, different) - 1
    found = zones.replace_strict(different, us, return_dtype=pl.Int64)
    return pl.from_epoch(found, time_unit="us").dt.replace_time_zone("UTC")


def record_ends(interviews: pl.DataFrame | ColumnTable, until: dt.datetime, given: object) -> pl.Series:
    """The end of each record that says none itself: the data date, which as a bare date ends where the row is."""
    if isinstance(given, dt.datetime) or not isinstance(given, str | dt.date):
        return pl.Series([until], dtype=pl.Datetime("us", "UTC")).new_from_index(0, interviews.height)
    return parse_moments(given, interviews.select(["_zone"])["_zone"].cast(pl.String))


def only_zone(interviews: pl.DataFrame | ColumnTable) -> str | None:
    """The zone of all interviews, where they have one and the same."""
    zones = interviews.select(["_zone"])["_zone"].unique()
    return str(zones[0]) if len(zones) == 1 else None
