"""The level-of-effort curve: how many have heard back by the k-th attempt, with the number still trying at each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.answers.rates.answer import SELECTION, response_rates
from followup_analytics.results.disclosure import SUPPRESSED
from followup_analytics.results.result import Field, Result, format_cell
from followup_analytics.text import counted_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.log.followup_log import FollowUpLog


@dataclass(frozen=True, repr=False)
class EffortResult(Result):
    """Cumulative incidence of a response by number of attempts, one row an attempt.

    Rows hold attempt (text), n_at_risk (interviews tried so often and not yet answered), n_interviews (the same),
    n_applicants, n_events, hazard (the rate of this attempt alone, a description), estimate, conf_low, conf_high
    (cumulative share if those who stopped trying were no different from those who went on), observed (share of all
    interviews tried at least once that were seen to be answered within the window of one of these attempts), status,
    reason. Shares are between 0 and 1.
    """

    within: float = 7.0

    command: ClassVar[str] = "effort"
    title: ClassVar[str] = "Heard back by the k-th attempt"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("attempt", "Up to attempt"),
        Field("n_at_risk", "Still trying", "count"),
        Field("n_events", "Answered", "count"),
        Field("hazard", "Answered of these", "share"),
        Field("estimate", "Would have heard so far", "share"),
        Field("conf_low", "95% interval", "share_interval", "conf_high"),
        Field("observed", "Seen so far", "share"),
        Field("status", "Note"),
    )

    def summary(self) -> str:
        """How far the first attempt reaches, and how far the last that is shown."""
        shown = [row for row in self.rows if row.get("estimate") is not None]
        if not shown:
            return "No share can be shown: no attempt at risk, or too few people."
        share, limits = Field("estimate", "", "share"), Field("conf_low", "", "share_interval", "conf_high")
        first, last = shown[0], shown[-1]
        start = (
            f"{format_cell(first, share)} ({format_cell(first, limits)}) heard back within "
            f"{counted_days(self.within)} of the first attempt."
        )
        if last is first:
            return start
        seen = format_cell(last, Field("observed", "", "share"))
        return (
            f"{start} Were those who stopped trying no different from those who went on, {format_cell(last, share)} "
            f"({format_cell(last, limits)}) would have heard back by attempt {last['attempt']}; of all interviews "
            f"tried at least once, {seen} are seen to have done so. {SELECTION}"
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with intervals over the number of attempts, the numbers still trying below."""
        from followup_analytics.charts import rate_chart

        return rate_chart(
            self.rows,
            keys=("attempt",),
            what="Share that would have heard so far",
            n_field="n_at_risk",
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
    min_cell: int = 10,
    engine: str = "auto",
) -> EffortResult:
    """Cumulative incidence of a response against the number of attempts, with the number at risk at each.

    Every number up to `most` is a step of its own; attempts beyond it are left out. Returns an EffortResult, one row an
    attempt (see there for its columns and units). The other parameters, the errors raised and the estimator are those
    of `response_rates` (its column `cumulative`). Source: the level-of-effort curve
    of survey practice; the estimator is Aalen-Johansen's on the attempt-number scale.
    """
    cuts = ",".join([*(str(number) for number in range(1, most + 1)), f"{most + 1}+"])
    rates = response_rates(
        log, by="attempt", outcome=outcome, within=within, min_cell=min_cell, bins={"attempt": cuts}, engine=engine
    )
    rows = [
        {
            "attempt": row["attempt"],
            "n_at_risk": row["n_attempts"],
            "n_interviews": row["n_interviews"],
            "n_applicants": row["n_applicants"],
            "n_events": row["n_events"],
            "hazard": row["estimate"],
            "estimate": row["cumulative"],
            "conf_low": row["cumulative_low"],
            "conf_high": row["cumulative_high"],
            "status": _status(row["status"], row["cumulative"]),
            "reason": row["reason"]
            or (None if row["cumulative"] is not None else "An earlier row is hidden, and this would give it away."),
        }
        for row in rates.rows
        if row["attempt"] != f"{most + 1}+"
    ]
    _add_observed(rows)
    notes = tuple(note for note in rates.notes if note.code != "open_attempts")
    return EffortResult(tuple(rows), rates.counts, notes, rates.native, within=within)


def _add_observed(rows: list[dict[str, Any]]) -> None:
    """The share of all who were tried that is seen answered by each attempt; none from the first hidden row on."""
    starters = rows[0]["n_at_risk"] if rows else None
    answered: int | None = 0
    for row in rows:
        known = answered is not None and row["n_events"] is not None and row["estimate"] is not None
        answered = answered + row["n_events"] if known else None
        row["observed"] = answered / starters if answered is not None and starters else None


def _status(status: str, reached: float | None) -> str:
    return SUPPRESSED if reached is None else status
