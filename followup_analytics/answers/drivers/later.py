"""Whether later attempts work less, or are made for harder cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.drivers.attempt_counts import (
    NO_ATTEMPTS,
    SELECTION,
    firth_jackknife,
    grouped_counts,
    mature_attempts,
)
from followup_analytics.cells.counted import counts_behind
from followup_analytics.log.asked import asked, in_frames
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.shared_words import LAST_ATTEMPT
from followup_analytics.log.subsets import require_column
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import Disclosure, disclose, n_applicants_of, policy_of, require_enough
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.scope import scope
from followup_analytics.statistics import Jackknife
from followup_analytics.statistics.mixed import fit_random_intercept, unit_cells, without_each_group

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A spread between fewer units than this is guesswork, and none of them can be left out to see how sure it is.
_FEWEST_UNITS = 10

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@answer_row
class SlopeRow(Row):
    """What one further attempt goes with, compared in one way."""

    model: str = col.column("text", "Compared", "What is compared with what.", role="key", importance=col.ALWAYS)
    estimate: float | None = col.estimate(
        "Odds ratio per further attempt", "number", "Odds ratio of a response for one attempt more."
    )
    conf_low: float | None = col.lower("number_interval")
    conf_high: float | None = col.higher("number")
    spread: float | None = col.column(
        "number",
        "Spread between them (log-odds)",
        "Standard deviation of the units' log-odds; null where all are taken together.",
        role="derived",
    )
    status: str = col.status("Mark", default="ok")
    reason: str | None = col.reason(default=None)
    n_interviews: int | None = col.interviews()
    n_applicants: int | None = col.applicants()
    n_events: int | None = col.events("Responses.")

    in_table = ("model", "estimate", "conf_low", "spread", "status")


@dataclass(frozen=True, repr=False)
class LaterAttempts(Result):
    """Odds ratio of a response for each further attempt: a SlopeRow pooled, and one within applicants or employers."""

    rows: tuple[SlopeRow, ...]

    command: ClassVar[str] = "later attempts"
    title: ClassVar[str] = "Do later attempts work less?"
    row_type: ClassVar[type[Row]] = SlopeRow

    def summary(self) -> str:
        """Say how much of the fall from attempt to attempt is left once units may differ."""
        told = [f"{row.model}: {row.estimate:.2f}" for row in self.rows if row.estimate is not None]
        if not told:
            return "Too few attempts to tell."
        if len(told) == 1:
            why = " ".join(row.reason for row in self.rows if row.estimate is None and row.reason)
            return f"Odds ratio of a response for each further attempt, {told[0]}. {why}"
        return (
            f"Odds ratio of a response for each further attempt, {'; '.join(told)}. Where the second is nearer to 1, "
            "part of the fall comes from easy cases that leave early, not from attempts that wear out."
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals: the odds ratio of each further attempt, on a scale of ratios with a line at 1."""
        from followup_analytics.charts import Mark, number_chart

        return number_chart(
            [Mark.of(row, {"model": row.model}) for row in self.rows],
            what="Odds ratio of a response for each further attempt",
            reference=1.0,
            ratio=True,
            simulated=self.counts.simulated,
            title=None if ax is not None else self.title,
            ax=ax,
        )


def later_attempts(
    log: FollowUpLog,
    *,
    unit: str = "applicant_id",
    outcome: str = "response",
    within: float = 7.0,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
) -> LaterAttempts:
    """Check whether later attempts work less, or are made for harder cases.

    The log-odds of a response in the attempt's window as a line in the number of attempts (6 for six and more): first
    pooled over all attempts, then with a normal random intercept for each ``unit``. Intervals: jackknife.

    Args:
        log: the log.
        unit: applicant_id, employer, interview_id or another column of the interviews with ten values or more.
        cohort: only this cohort of the log, or these; None: all of it.
        outcome, within, min_cell, disclosure: as in :func:`what_drives`.

    Returns:
        LaterAttempts, one row for all attempts together and one within units (see there for its columns).

    Raises:
        UsageError: for an unknown column.
        WithheldError: for a log of too few applicants.
        DataError: for a log without an attempt whose window was seen to its end.

    Example:
        >>> later_attempts(log).rows[0].estimate
        0.8487
    """
    policy = policy_of(disclosure, min_cell)
    log = scope(log, cohort, policy, within=within)
    unit = asked(unit).column
    require_column(log, unit, "unit")
    further = [unit] if unit not in ("applicant_id", "interview_id") else []
    rows, groups, notes = mature_attempts(log, outcome, within, further)
    require_enough(n_applicants_of(rows), policy, NO_ATTEMPTS)
    counts: dict[str, Any] = {**counts_behind(rows)}
    told = [SlopeRow(**found, **counts) for found in _slopes(rows, groups, unit)]
    return LaterAttempts(disclose(told, policy, parts=False), LogCounts.of(log), (*notes, SELECTION), log.native)


def _slopes(rows: pl.DataFrame, groups: IntArray, unit: str) -> list[dict[str, Any]]:
    word = unit.removesuffix("_id")
    names = ("all attempts together", f"attempts of one {word}")
    if rows.height == 0 or rows["number"].n_unique() < 2 or not 0 < rows["y"].sum() < rows.height:
        why = "There are no later attempts to compare, or all or none of them were answered."
        return [_slope(name, None, None, why) for name in names]
    x = np.column_stack([np.ones(LAST_ATTEMPT), np.arange(LAST_ATTEMPT, dtype=np.float64)])
    pattern = rows["number"].to_numpy().astype(np.int64) - 1
    y = rows["y"].to_numpy().astype(np.int64)
    pooled = firth_jackknife(x, *grouped_counts(pattern, y, groups, LAST_ATTEMPT))
    column = unit if unit in ("applicant_id", "interview_id") else in_frames(unit)
    units = np.unique(rows[column].to_numpy(), return_inverse=True)[1].astype(np.int64)
    together = _slope(names[0], _part(pooled, 1), None, None)
    if len(np.unique(units)) < _FEWEST_UNITS:
        return [together, _slope(names[1], None, None, f"{word} has too few values to tell how they differ.")]
    try:
        within, spread = _mixed_jackknife(units, pattern, y, x, groups)
    except np.linalg.LinAlgError:
        # Without one group of applicants nothing is left that tells both the slope and the spread.
        return [together, _slope(names[1], None, None, "Too few attempts to compare within one and the same.")]
    return [together, _slope(names[1], _part(within, 1), spread, None)]


def _part(fit: Jackknife, place: int) -> Jackknife:
    return Jackknife(fit.estimate[place], fit.replicates[:, place], fit.factors, fit.df)


def _mixed_jackknife(
    units: IntArray, pattern: IntArray, y: IntArray, x: FloatArray, groups: IntArray
) -> tuple[Jackknife, float]:
    """Random-intercept coefficients with replicates, and the spread of the intercepts."""
    cells, by_group = unit_cells(units, pattern, y, x, groups)
    whole = fit_random_intercept(cells)
    total = len(by_group)
    if total < 2:
        return Jackknife(whole.beta, np.empty((0, len(whole.beta))), np.empty(0), 0), whole.spread
    replicates = without_each_group(cells, whole, by_group)
    return Jackknife(whole.beta, replicates, np.full(total, (total - 1) / total), total - 1), whole.spread


def _slope(model: str, slope: Jackknife | None, spread: float | None, why: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {"model": model, "estimate": None, "conf_low": None, "conf_high": None, "spread": spread}
    if slope is None:
        return row | {"status": "not_estimable", "reason": why}
    low, high = slope.limits()
    ends = [None if np.isnan(v) else float(np.exp(np.clip(v, -50, 50))) for v in (slope.estimate, low, high)]
    row |= dict(zip(("estimate", "conf_low", "conf_high"), ends, strict=True))
    reason = None if ends[1] is not None else "One applicant alone shows no spread between people."
    return row | {"status": "use_with_care" if reason else "ok", "reason": reason}
