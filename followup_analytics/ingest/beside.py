"""The log.toml that lies beside a table: its zone, when the record ends, and whether it is simulated."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from followup_analytics.checks import CheckedTable
from followup_analytics.errors import UnreadableError
from followup_analytics.log import parse_moment


@dataclass(frozen=True)
class Settings:
    """What a folder's log.toml says that the store has to know."""

    time_zone: str | None = None
    data_date: dt.datetime | dt.date | str | None = None
    simulated: bool = False

    def complete(self, checked: CheckedTable, time_zone: str | None) -> CheckedTable:
        """Interviews with observed_until filled in: in a store, no file says any longer where the record ends."""
        if self.data_date is None:
            return checked
        end = pl.lit(parse_moment(self.data_date, time_zone or self.time_zone), pl.Datetime("us", "UTC"))
        # A record can't end before its interview; such a row keeps its gap.
        usable = pl.when(end >= pl.col("interviewed_at")).then(end)
        return dataclasses.replace(
            checked, frame=checked.frame.with_columns(observed_until=pl.coalesce("observed_until", usable))
        )


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
