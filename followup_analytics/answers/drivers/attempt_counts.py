"""Attempts whose window was seen to its end, counted for logistic models, and their jackknife."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells.counted import attempts
from followup_analytics.errors import DataError
from followup_analytics.log.asked import in_frames
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.shared_words import LAST_ATTEMPT, MISSING, TIMING_BINS, TIMING_NAMES
from followup_analytics.log.unrecorded import NOT_RECORDED
from followup_analytics.statistics import Jackknife, group_rows
from followup_analytics.statistics.firth import fit_firth

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NO_ATTEMPTS = "There is nothing to estimate: no attempt in this log has a window that was seen to its end."
SELECTION = Note(
    "selection",
    "Who makes a later attempt, or chooses a channel, is not left to chance: these figures describe, not advise.",
)


def mature_attempts(
    log: FollowUpLog, outcome: str, within: float, columns: Sequence[str]
) -> tuple[pl.DataFrame, IntArray, list[Note]]:
    """Attempts whose window was not cut by the end of the record, with their bins as text, and their groups.

    columns: further columns of contacts or interviews, there as text named by `asked.in_frames`. Raises DataError where
    advances are asked for and no outcome is recorded.
    """
    if outcome == "advanced" and not log.outcomes_recorded:
        raise DataError(NOT_RECORDED)
    rows = attempts(log, outcome, within, columns=columns)
    cut = rows.filter(pl.col("closed_by") == "censored").height
    rows = rows.filter(pl.col("closed_by") != "censored")
    # Days and numbers of attempts are taken together as in the tables of rates.
    label = pl.lit(TIMING_NAMES[0])
    for first, name in TIMING_BINS[1:]:
        label = pl.when(pl.col("day") >= first).then(pl.lit(name)).otherwise(label)
    number = pl.col("attempt").clip(1, LAST_ATTEMPT)
    rows = rows.with_columns(
        timing=label,
        number=number,
        attempt=number.cast(pl.String),
        channel=pl.col("channel").fill_null(MISSING),
        **{name: pl.col(name).cast(pl.String).fill_null(MISSING) for name in map(in_frames, columns)},
    )
    notes = []
    if cut:
        notes.append(Note("cut_windows", "attempts whose window the end of the record cuts are left out.", cut))
    return rows, group_rows(rows), notes


def grouped_counts(pattern: IntArray, y: IntArray, groups: IntArray, size: int) -> tuple[FloatArray, FloatArray]:
    """Attempts and responses of each pattern in each jackknife group, shape (G, P)."""
    total = int(groups.max(initial=0)) + 1
    index = groups * size + pattern
    n = np.bincount(index, minlength=total * size).reshape(total, size)
    s = np.bincount(index, weights=y, minlength=total * size).reshape(total, size)
    return n.astype(np.float64), s.astype(np.float64)


def firth_jackknife(x: FloatArray, n: FloatArray, y: FloatArray) -> Jackknife:
    """Firth's fit to patterns ``x`` (P, k) with counts ``n``, ``y`` (G, P), and again without each group."""
    groups = len(n)
    whole = fit_firth(x, n.sum(axis=0), y.sum(axis=0))
    if groups < 2:
        return Jackknife(whole, np.empty((0, len(whole))), np.empty(0), 0)
    left = np.stack([fit_firth(x, n.sum(axis=0) - n[g], y.sum(axis=0) - y[g], whole) for g in range(groups)])
    return Jackknife(whole, left, np.full(groups, (groups - 1) / groups), groups - 1)
