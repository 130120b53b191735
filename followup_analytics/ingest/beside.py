"""The log.toml that lies beside a table: its zone, when the record ends, and whether it is simulated."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.followup_log import parse_moment


@dataclass(frozen=True)
class Settings:
    """What a folder's log.toml says that the store has to know."""

    time_zone: str | None = None
    data_date: dt.datetime | dt.date | str | None = None
    simulated: bool = False

    def complete(self, checked: CheckedTable, time_zone: str | None) -> CheckedTable:
        """Interviews with observed_until filled in: in a store, no file says any longer where the record ends."""
        return observed_until(checked, self.data_date, time_zone or self.time_zone)


def observed_until(
    checked: CheckedTable, end: dt.datetime | dt.date | str | None, time_zone: str | None
) -> CheckedTable:
    """Interviews that say nothing of the end of their record, with this one; a bare date is the end of that day.

    A record can't end before its interview: such a row keeps its gap. Raises UsageError when it is no date.
    """
    if end is None:
        return checked
    moment = pl.lit(parse_moment(end, time_zone), pl.Datetime("us", "UTC"))
    usable = pl.when(moment >= pl.col("interviewed_at")).then(moment)
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
    """The settings beside a file; none where there is no log.toml. Raises UnreadableError when it is not TOML."""
    beside = path.parent / "log.toml"
    if path.is_dir() or not beside.is_file():
        return Settings()
    try:
        given = tomllib.loads(beside.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise UnreadableError(
            f"{beside.name} beside {path.name}: this is not TOML; correct it or move it away."
        ) from None
    zone, simulated = given.get("time_zone"), given.get("simulated")
    return Settings(str(zone) if zone else None, given.get("data_date"), simulated is True)
