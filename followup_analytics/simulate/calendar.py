"""Office days as timestamps: the local clock of each interview, and the instants that it means."""

from __future__ import annotations

import numpy as np
import polars as pl

from followup_analytics.simulate.draws import Floats, Integers
from followup_analytics.simulate.people import People

OPENING_S, OPEN_S = int(8.5 * 3600), int(9.0 * 3600)
_UTC = pl.Datetime("us", "UTC")
#: Stands for a time that never comes; far beyond any record, yet a valid timestamp.
NEVER_S = 4_000_000_000


class Calendar:
    """Turns office days of interviews into seconds since 1970 on the local clock, and those into instants."""

    def __init__(self, zones: tuple[str, ...], people: People) -> None:
        self._zones, self._day, self._zone = zones, people.day, people.zone

    def local(self, who: Integers, times: Floats) -> Integers:
        """Local seconds since 1970-01-01 of times in office days; infinite ones become NEVER_S."""
        known = np.isfinite(times)
        whole = np.floor(np.where(known, times, 0.0))
        part = np.where(known, times, 0.0) - whole
        seconds = (self._day[who] + whole.astype(np.int64)) * 86_400 + OPENING_S + (part * OPEN_S).astype(np.int64)
        return np.where(known, seconds, NEVER_S)

    def instant(self, who: Integers, local: Integers) -> pl.Series:
        """Local seconds of interviews as UTC timestamps; office hours are never touched by a change of the clocks."""
        naive = pl.Series(local * 1_000_000).cast(pl.Datetime("us"))
        frame = pl.DataFrame({"naive": naive, "zone": self._zone[who]})
        pick = pl.lit(None, _UTC)
        for code, zone in enumerate(self._zones):
            there = pl.col("naive").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            pick = pl.when(pl.col("zone") == code).then(there.dt.convert_time_zone("UTC")).otherwise(pick)
        return frame.select(pick.alias("at"))["at"]


def working_day_after(local: Integers, days: int) -> Integers:
    """Ten in the morning, local seconds, of the first working day that is at least so many days later."""
    day = local // 86_400 + days
    weekday = (day + 3) % 7
    return (day + np.where(weekday >= 5, 7 - weekday, 0)) * 86_400 + 10 * 3600
