"""The level-of-effort curve: how many have heard back by the k-th attempt, with the number still trying at each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from followup_analytics.answers.rates.answer import SELECTION, response_rates
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import Disclosure, disclosed_except, policy_of
from followup_analytics.results.formatting import cell_text
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.scope import scope
from followup_analytics.text import counted_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.log.followup_log import FollowUpLog


@answer_row
class EffortRow(Row):
    """What trying up to one number of attempts comes to."""

    attempt: str = col.column("text", "Up to attempt", "Number of the attempt.", role="key", importance=col.ALWAYS)
    n_at_risk: int | None = col.column(
        "count", "Still trying", "Interviews tried so often and not yet answered.", role="count"
    )
    n_interviews: int | None = col.interviews("The same interviews.")
    n_applicants: int | None = col.applicants("Their applicants.")
    n_events: int | None = col.events("Answered within the window of this attempt.", "Answered")
    hazard: float | None = col.column(
        "share", "Answered of these", "The rate of this attempt alone, a description.", role="estimate"
    )
    estimate: float | None = col.estimate(
        "Would have heard so far",
        short="Heard so far",
        about="Cumulative share if those who stopped trying were no different from those who went on.",
    )
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)
    observed: float | None = col.column(
        "share",
        "Seen so far",
        "Share of all interviews tried at least once that were seen to be answered within the window of one of these "
        "attempts.",
        role="derived",
        default=None,
    )

    in_table = ("attempt", "n_at_risk", "n_events", "hazard", "estimate", "conf_low", "observed", "status")


@dataclass(frozen=True, repr=False)
class EffortResult(Result):
    """Cumulative incidence of a response by number of attempts, one EffortRow an attempt."""

    rows: tuple[EffortRow, ...]
    within: float = 7.0

    command: ClassVar[str] = "effort"
    title: ClassVar[str] = "Heard back by the k-th attempt"
    row_type: ClassVar[type[Row]] = EffortRow

    def summary(self) -> str:
        """How far the first attempt reaches, and how far the last that is shown."""
        shown = [row for row in self.rows if row.estimate is not None]
        if not shown:
            return "No share can be shown: no attempt at risk, or too few people."
        first, last = shown[0], shown[-1]
        start = (
            f"{cell_text(first, 'estimate')} ({cell_text(first, 'conf_low')}) heard back within "
            f"{counted_days(self.within)} of the first attempt."
        )
        if last is first:
            return start
        return (
            f"{start} Were those who stopped trying no different from those who went on, "
            f"{cell_text(last, 'estimate')} ({cell_text(last, 'conf_low')}) would have heard back by attempt "
            f"{last.attempt}; of all interviews tried at least once, {cell_text(last, 'observed')} are seen to have "
            f"done so. {SELECTION}"
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with intervals over the number of attempts, the numbers still trying below."""
        from followup_analytics.charts import Mark, rate_chart

        return rate_chart(
            [Mark.of(row, {"attempt": row.attempt}, row.n_at_risk) for row in self.rows],
            keys=("attempt",),
            what="Share that would have heard so far",
            n_of="interviews still tried",
            simulated=self.counts.simulated,
            title=None if ax is not None else "Heard back by number of attempts",
            ax=ax,
        )


def level_of_effort(
    log: FollowUpLog,
    *,
    most: int = 8,
    outcome: str = "response",
    within: float = 7.0,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
    engine: str = "auto",
) -> EffortResult:
    """Cumulative incidence of a response against the number of attempts, with the number at risk at each.

    Every number up to `most` is a step of its own; attempts beyond it are left out. `cohort`: only that cohort of the
    log, or these. Returns an EffortResult, one row an
    attempt (see there for its columns and units). The other parameters, the errors raised and the estimator are those
    of `response_rates` (its column `cumulative`). Source: the level-of-effort curve
    of survey practice; the estimator is Aalen-Johansen's on the attempt-number scale.

    Example:
        >>> effort = level_of_effort(log, most=3)
        >>> [row.estimate for row in effort.rows]
        [0.319, 0.524, 0.675]
    """
    policy = policy_of(disclosure, min_cell)
    log = scope(log, cohort, policy, most=most, within=within)
    cuts = ",".join([*(str(number) for number in range(1, most + 1)), f"{most + 1}+"])
    rates = response_rates(
        log, by="attempt", outcome=outcome, within=within, bins={"attempt": cuts}, engine=engine, disclosure=policy
    )
    rows = [
        EffortRow(
            attempt=row.by["attempt"],
            n_at_risk=row.n_attempts,
            n_interviews=row.n_interviews,
            n_applicants=row.n_applicants,
            n_events=row.n_events,
            hazard=row.estimate,
            estimate=row.cumulative,
            conf_low=row.cumulative_low,
            conf_high=row.cumulative_high,
            status=row.status,
            reason=row.reason,
        )
        for row in rates.rows
        if row.by["attempt"] != f"{most + 1}+"
    ]
    notes = tuple(note for note in rates.notes if note.code != "open_attempts")
    # From the first hidden row on nothing that is added up over the rows may be shown.
    gone = {place for place, row in enumerate(rows) if row.estimate is None}
    return EffortResult(
        disclosed_except(_with_observed(rows), gone, policy), rates.counts, notes, rates.native, within=within
    )


def _with_observed(rows: Sequence[EffortRow]) -> tuple[EffortRow, ...]:
    """The rows with the share of all who were tried that is seen answered by each attempt; none from the first hidden
    row on."""
    starters = rows[0].n_at_risk if rows else None
    answered: int | None = 0
    told = []
    for row in rows:
        if answered is not None:
            answered = None if row.n_events is None or row.estimate is None else answered + row.n_events
        told.append(row.having(observed=answered / starters if answered is not None and starters else None))
    return tuple(told)
