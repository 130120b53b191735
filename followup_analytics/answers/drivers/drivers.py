"""What goes with hearing back: one comparable figure for timing, channel and number of attempts.

A description of who tried what when; it doesn't say what would happen if somebody tried something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from followup_analytics.answers.drivers.attempt_counts import (
    NO_ATTEMPTS,
    SELECTION,
    firth_jackknife,
    grouped_counts,
    mature_attempts,
)
from followup_analytics.answers.outcomes.standardise import design
from followup_analytics.cells.counted import counts_behind
from followup_analytics.log.asked import asked, in_frames, without_mark
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import built_in_note
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import Disclosure, disclose, n_applicants_of, policy_of, require_enough
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.scope import scope
from followup_analytics.statistics import Jackknife, t_quantile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]

BLOCKS = ("timing", "channel", "attempt")
_FEW_EVENTS = 10


@answer_row
class DriverRow(Row):
    """How much one block of an attempt's features goes with hearing back."""

    block: str = col.column(
        "text", "Feature of the attempt", "The block.", short="Feature", role="key", importance=col.ALWAYS
    )
    estimate: float | None = col.estimate(
        "Spread of log-odds",
        "number",
        "Standard deviation, over the attempts made, of the block's part of the log-odds of a response.",
    )
    conf_low: float | None = col.lower("number_interval")
    conf_high: float | None = col.higher("number")
    points: float | None = col.column(
        "points", "About so many points", "About what that comes to in the share that hears back.", role="derived"
    )
    status: str = col.status("Mark", default="ok")
    reason: str | None = col.reason(default=None)
    n_interviews: int | None = col.interviews()
    n_applicants: int | None = col.applicants()
    n_events: int | None = col.events("Responses.")

    in_table = ("block", "estimate", "conf_low", "points", "status")


@dataclass(frozen=True, repr=False)
class Drivers(Result):
    """One comparable figure for each block of an attempt's features; one DriverRow a block."""

    rows: tuple[DriverRow, ...]

    command: ClassVar[str] = "drivers"
    title: ClassVar[str] = "What goes with hearing back"
    row_type: ClassVar[type[Row]] = DriverRow

    def summary(self) -> str:
        """Name the block that goes most with hearing back, if any can be told from none."""
        clear = [row for row in self.rows if row.conf_low]
        if not clear:
            return "None of timing, channel and number of attempts can be told from no difference in these data."
        most = max(clear, key=lambda row: row.estimate or 0.0)
        return (
            f"Attempts that differ by a typical amount in {most.block} differ by about "
            f"{100 * (most.points or 0.0):.1f} points"
            " in how often they hear back; no other feature goes with more. This is an association."
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals: the spread of the log-odds that goes with each block."""
        from followup_analytics.charts import Mark, number_chart

        return number_chart(
            [Mark.of(row, {"block": row.block}) for row in self.rows],
            what="Spread of the log-odds of a response",
            simulated=self.counts.simulated,
            title=None if ax is not None else self.title,
            ax=ax,
        )


def what_drives(
    log: FollowUpLog,
    *,
    blocks: Sequence[str] = BLOCKS,
    outcome: str = "response",
    within: float = 7.0,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
) -> Drivers:
    """Give timing, channel and number of attempts each one comparable figure: the sheaf coefficient.

    A logistic model of a response within the window, main effects of all blocks together, fitted by Firth's method to
    counted cells. A block's figure is sqrt(b' S b) with S the covariance of its indicators over attempts. Sampling
    noise makes it too large; the trace of S times the jackknife covariance of b is taken off first, so that a block
    that does nothing has 0 on average.

    Args:
        log: the log.
        blocks: timing, channel, attempt, or columns of contacts or interviews (`column:NAME` for one of those names).
        outcome: response or advanced.
        within: days of an attempt's window.
        cohort: only this cohort of the log, or these; None: all of it.
        min_cell: fewest applicants; disclosure: the policy, its name or its file.

    Returns:
        Drivers, one row a block (see there for its columns and their units).

    Raises:
        UsageError: for an unknown column.
        WithheldError: for a log of too few applicants.
        DataError: for a log without an attempt whose window was seen to its end, or for advances where no outcome is
            recorded.

    Source: D. Heise (1972), Employing nominal variables, induced variables, and block variables in path analyses,
    Sociological Methods and Research 1, 147-173; H. Whitt (1986), same journal 15, 174-189.

    Example:
        >>> [(row.block, row.estimate) for row in what_drives(log).rows]
        [('timing', 0.6487), ('channel', 0.1361), ('attempt', 0.08367)]
    """
    policy = policy_of(disclosure, min_cell)
    log = scope(log, cohort, policy, within=within)
    wanted = {name: name if name in BLOCKS else in_frames(asked(name).column) for name in blocks}
    further = [without_mark(column) for column in wanted.values() if column not in BLOCKS]
    rows, groups, notes = mature_attempts(log, outcome, within, further)
    notes += [note for name in blocks if name in BLOCKS and (note := built_in_note(log, name))]
    require_enough(n_applicants_of(rows), policy, NO_ATTEMPTS)
    made = design(rows, [column for column in wanted.values() if rows[column].n_unique() > 1])
    n, y = grouped_counts(made.pattern, rows["y"].to_numpy(), groups, len(made.matrix))
    x = np.column_stack([np.ones(len(made.matrix)), made.matrix])
    fit = firth_jackknife(x, n, y)
    shares = n.sum(axis=0) / max(n.sum(), 1.0)
    mean = float(y.sum() / max(n.sum(), 1.0))
    told = []
    counts: dict[str, Any] = {**counts_behind(rows)}
    for block, column in wanted.items():
        columns = [place + 1 for place, (name, _) in enumerate(made.names) if name == column]
        told.append(DriverRow(**_sheaf(block, columns, x, shares, fit, mean, float(y.sum())), **counts))
    return Drivers(disclose(told, policy, parts=False), LogCounts.of(log), (*notes, SELECTION), log.native)


def _sheaf(
    block: str, columns: list[int], x: FloatArray, shares: FloatArray, fit: Jackknife, mean: float, events: float
) -> dict[str, Any]:
    none: dict[str, Any] = {"block": block, "estimate": None, "conf_low": None, "conf_high": None, "points": None}
    if not columns:
        return none | {"status": "not_estimable", "reason": f"All attempts have the same {block}."}
    if fit.df < 1:
        return none | {"status": "not_estimable", "reason": "One applicant alone shows no spread between people."}
    part = x[:, columns]
    middle = shares @ part
    spread = (part * shares[:, None]).T @ part - np.outer(middle, middle)
    b = fit.estimate[columns]
    covariance = fit.covariance()[np.ix_(columns, columns)]
    noise = spread @ covariance
    square = float(b @ spread @ b - np.trace(noise))
    # Variance of a quadratic form of a normal vector: 4 m'SCSm + 2 tr(SCSC), with the noise in m'SCSm taken off.
    slope = max(float(b @ spread @ covariance @ spread @ b - np.trace(noise @ noise)), 0.0)
    half = float(t_quantile(0.95, fit.df)) * np.sqrt(4 * slope + 2 * float(np.trace(noise @ noise)))
    estimate, low, high = (float(np.sqrt(max(v, 0.0))) for v in (square, square - half, square + half))
    reason = None
    if events < _FEW_EVENTS * x.shape[1]:
        reason = "There are fewer than 10 responses for each number in the model."
    return {
        "block": block,
        "estimate": estimate,
        "conf_low": low,
        "conf_high": high,
        "points": estimate * mean * (1 - mean),
        "status": "use_with_care" if reason else "ok",
        "reason": reason,
    }
