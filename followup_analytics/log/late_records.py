"""Records that begin after the interview: whoever's story was over before is missing from the log (left truncation)."""

from __future__ import annotations

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log import clock
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import require_column


def late_beginnings(log: FollowUpLog, column: str, start_us: pl.Series) -> pl.Series:
    """When each record begins, in microseconds; null where it had begun by the interview, and so misses nothing.

    Args:
        log: the log; column: of its interviews, times or dates (a date is the whole day).
        start_us: of the interviews, in the same order.

    Raises UsageError for an unknown column, or one that holds no times.
    """
    require_column(log, column, "--entry")
    read = clock.parse_times(log.interviews[column], log.interviews["_zone"])
    if read.fault.is_not_null().any():
        raise UsageError(f"--entry {column}: the column must hold dates or times, such as 2026-03-05T14:00+01:00.")
    late = (read.us > start_us).fill_null(value=False)
    return read.us.set(~late, None).rename("entry_us")
