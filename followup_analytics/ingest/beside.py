"""The log.toml that lies beside a table: its zone, when the record ends, and whether it is simulated."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import polars as pl

from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.record_end import parse_moments
from followup_analytics.log.schema import TABLES
from followup_analytics.log.settings import LOG_FILE, Settings, read_settings


def observed_until(checked: CheckedTable, end: dt.datetime | dt.date | str | None) -> CheckedTable:
    """Interviews that say nothing of the end of their record, with this one; a bare date is the end of that day.

    The day ends where the interview was, and a time without an offset is read there. A record can't end before its
    interview: such a row keeps its gap. Raises UsageError when it is no date.
    """
    if end is None:
        return checked
    ends = parse_moments(end, checked.frame["_zone"].fill_null("UTC"))
    usable = pl.when(ends >= pl.col("interviewed_at")).then(ends)
    return _with_ends(checked, pl.coalesce("observed_until", usable))


def observed_as_stored(checked: CheckedTable, stored: pl.DataFrame) -> CheckedTable:
    """Interviews of a file that has no such column, with the ends of their record that the store has already.

    A mended row would otherwise come back without the end that was given when the whole file was ingested.
    """
    if checked.frame["observed_until"].count() or not stored["observed_until"].count():
        return checked
    ends = stored.select("interview_id", _stored="observed_until")
    frame = checked.frame.join(ends, on="interview_id", how="left", maintain_order="left")
    filled = dataclasses.replace(checked, frame=frame)
    return _with_ends(filled, pl.coalesce("observed_until", "_stored"), "_stored")


def _with_ends(checked: CheckedTable, ends: pl.Expr, *extra: str) -> CheckedTable:
    return dataclasses.replace(checked, frame=checked.frame.with_columns(observed_until=ends).drop(extra))


def settings_beside(path: Path) -> Settings:
    """The settings of the folder that a table lies in, or whose table it is a part of; none where it has none.

    Of a folder that is read as one file, such as a Maildir, they lie in the folder itself.

    Raises UnreadableError and DataError as `read_settings` does.
    """
    if path.is_dir():
        return read_settings(path / LOG_FILE)
    folder = path.parent
    if folder.name.partition(".")[0].casefold() in TABLES and not (folder / LOG_FILE).is_file():
        folder = folder.parent
    return read_settings(folder / LOG_FILE)
