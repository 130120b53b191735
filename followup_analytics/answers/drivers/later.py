"""Whether later attempts work less, or are made for harder cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.drivers.attempt_counts import (
    LAST_ATTEMPT,
    NO_ATTEMPTS,
    SELECTION,
    firth_jackknife,
    grouped_counts,
    mature_attempts,
)
from followup_analytics.cells.counted import counts_behind
from followup_analytics.log.followup_log import FollowUpLog, require_column
from followup_analytics.results.disclosure import require_enough
from followup_analytics.results.result import Field, LogCounts, Result
from followup_analytics.statistics import Jackknife
from followup_analytics.statistics.mixed import fit_random_intercept, unit_cells, without_each_group

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Row = dict[str, Any]


@dataclass(frozen=True, repr=False)
class LaterAttempts(Result):
    """Odds ratio of a response for each further attempt: pooled, and within applicants or employers.

    Rows hold model (what is compared, text), estimate, conf_low, conf_high (odds ratio of one attempt more, with 95%
    limits), spread (standard deviation of the units' log-odds; None where pooled), status, reason, n_interviews,
    n_applicants, n_events.
    """

    command: ClassVar[str] = "later attempts"
    title: ClassVar[str] = "Do later attempts work less?"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("model", "Compared"),
        Field("estimate", "Odds ratio per further attempt", "number"),
        Field("conf_low", "95% interval", "number_interval", upper="conf_high"),
        Field("spread", "Spread between them (log-odds)", "number"),
        Field("status", "Mark"),
    )

    def summary(self) -> str:
        """Say how much of the fall from attempt to attempt is left once units may differ."""
        told = [f"{row['model']}: {row['estimate']:.2f}" for row in self.rows if row["estimate"] is not None]
        if not told:
            return "Too few attempts to tell."
        return (
            f"Odds ratio of a response for each further attempt, {'; '.join(told)}. Where the second is nearer to 1, "
            "part of the fall comes from easy cases that leave early, not from attempts that wear out."
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals: the odds ratio of each further attempt, on a scale of ratios with a line at 1."""
        from followup_analytics.charts import number_chart

        return number_chart(
            self.rows,
            label="model",
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
    min_cell: int = 10,
) -> LaterAttempts:
    """Check whether later attempts work less, or are made for harder cases.

    The log-odds of a response in the attempt's window as a line in the number of attempts (6 for six and more): first
    pooled over all attempts, then with a normal random intercept for each ``unit``. Intervals: jackknife.

    Args:
        log: the log.
        unit: applicant_id, employer, interview_id or another column of the interviews.
        outcome, within, min_cell: as in :func:`what_drives`.

    Returns:
        LaterAttempts, one row for all attempts together and one within units (see there for its columns).

    Raises:
        UsageError: for an unknown column.
        WithheldError: for a log of too few applicants.
        DataError: for a log without an attempt whose window was seen to its end.
    """
    require_column(log, unit, "unit")
    further = [unit] if unit not in ("applicant_id", "interview_id") else []
    rows, groups, notes = mature_attempts(log, outcome, within, further)
    require_enough(rows["applicant_id"].n_unique(), min_cell, NO_ATTEMPTS)
    counts = counts_behind(rows)
    told = [row | counts for row in _later_rows(rows, groups, unit)]
    return LaterAttempts(tuple(told), LogCounts.of(log), (*notes, SELECTION), log.native)


def _later_rows(rows: pl.DataFrame, groups: IntArray, unit: str) -> list[Row]:
    word = unit.removesuffix("_id")
    names = ("all attempts together", f"attempts of one {word}")
    if rows.height == 0 or rows["number"].n_unique() < 2 or not 0 < rows["y"].sum() < rows.height:
        why = "There are no later attempts to compare, or all or none of them were answered."
        return [_slope_row(name, None, None, why) for name in names]
    x = np.column_stack([np.ones(LAST_ATTEMPT), np.arange(LAST_ATTEMPT, dtype=np.float64)])
    pattern = rows["number"].to_numpy().astype(np.int64) - 1
    y = rows["y"].to_numpy().astype(np.int64)
    pooled = firth_jackknife(x, *grouped_counts(pattern, y, groups, LAST_ATTEMPT))
    units = np.unique(rows[unit].to_numpy(), return_inverse=True)[1].astype(np.int64)
    within, spread = _mixed_jackknife(units, pattern, y, x, groups)
    return [
        _slope_row(names[0], _part(pooled, 1), None, None),
        _slope_row(names[1], _part(within, 1), spread, None),
    ]


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


def _slope_row(model: str, slope: Jackknife | None, spread: float | None, why: str | None) -> Row:
    row: Row = {"model": model, "estimate": None, "conf_low": None, "conf_high": None, "spread": spread}
    if slope is None:
        return row | {"status": "not_estimable", "reason": why}
    low, high = slope.limits()
    ends = [None if np.isnan(v) else float(np.exp(np.clip(v, -50, 50))) for v in (slope.estimate, low, high)]
    row |= dict(zip(("estimate", "conf_low", "conf_high"), ends, strict=True))
    reason = None if ends[1] is not None else "One applicant alone shows no spread between people."
    return row | {"status": "use_with_care" if reason else "ok", "reason": reason}
