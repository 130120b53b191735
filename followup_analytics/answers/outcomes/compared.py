"""The answer to a comparison of two cohorts: rows by outcome, as a table, a sentence and a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.results import columns as col
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@answer_row
class ComparedRow(Row):
    """One outcome in two cohorts, and the difference."""

    outcome: str = col.column("text", "Outcome", "response or advanced.", role="key", importance=col.ALWAYS)
    day: int = col.column("count", "By day", "Day by whose end is counted.", role="key")
    rate: float | None = col.column("share", "Share", "Share of the cohort's interviews.", role="estimate")
    rate_low: float | None = col.lower("share_interval", upper="rate_high")
    rate_high: float | None = col.higher("share")
    rate_against: float | None = col.column(
        "share", "Share before", "Share of the other cohort's interviews.", role="estimate"
    )
    rate_against_low: float | None = col.lower("share_interval", upper="rate_against_high")
    rate_against_high: float | None = col.higher("share")
    estimate: float | None = col.estimate("Difference", "points", "The cohort's share minus the other's.")
    conf_low: float | None = col.lower("points_interval")
    conf_high: float | None = col.higher("points")
    standardised: float | None = col.column(
        "points", "For the same mix", "The difference for one mix of both cohorts.", role="estimate"
    )
    standardised_low: float | None = col.lower("points_interval", upper="standardised_high")
    standardised_high: float | None = col.higher("points")
    n_interviews: int | None = col.interviews("Interviews of both cohorts.")
    n_interviews_group: int | None = col.interviews("Interviews of the cohort.", "")
    n_interviews_against: int | None = col.interviews("Interviews of the other cohort.", "")
    n_applicants: int | None = col.applicants("Applicants of both cohorts.")
    n_events: int | None = col.events("Interviews of both cohorts that had the outcome by that day.")
    status: str = col.status("Mark", default="ok")
    reason: str | None = col.reason(default=None)
    group: str = col.column("text", "", "The cohort.", role="key")
    against: str = col.column("text", "", "The cohort that it is compared to.", role="key")

    in_table = (
        "outcome", "day", "rate", "rate_against", "estimate", "conf_low", "standardised", "standardised_low", "status",
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class CohortComparison(Result):
    """Differences between two cohorts; one ComparedRow per outcome.

    ``mix``: covariate, value, share, share_against (of interviews), estimate, conf_low, conf_high (their difference),
    status.
    """

    rows: tuple[ComparedRow, ...]
    group: str = ""
    against: str = ""

    command: ClassVar[str] = "compare"
    title: ClassVar[str] = "Two cohorts compared"
    row_type: ClassVar[type[Row]] = ComparedRow

    @property
    def mix(self) -> tuple[Mapping[str, Any], ...]:
        """Shares of each covariate's values in both cohorts, with the difference and its interval."""
        return tuple(self.extra["mix"])

    def summary(self) -> str:
        """Say the differences in points, as they are and for the same mix."""
        return " ".join(self._told(row) for row in self.rows)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with intervals: the shares of both cohorts, for hearing back and for advancing."""
        from followup_analytics.charts import Mark, rate_chart

        marks = [
            Mark(
                values={"outcome": "heard back" if row.outcome == "response" else "advanced", "cohort": name},
                estimate=rate,
                conf_low=low,
                conf_high=high,
                n=n,
                status="ok" if rate is not None else "not_estimable",
            )
            for row in self.rows
            for name, rate, low, high, n in (
                (self.against, row.rate_against, row.rate_against_low, row.rate_against_high, row.n_interviews_against),
                (self.group, row.rate, row.rate_low, row.rate_high, row.n_interviews_group),
            )
        ]
        return rate_chart(
            marks,
            keys=("outcome", "cohort"),
            what="Share of interviews",
            n_of="interviews",
            simulated=self.counts.simulated,
            title=None if ax is not None else f"{self.group} beside {self.against}",
            ax=ax,
        )

    def _told(self, row: ComparedRow) -> str:
        what = "hearing back" if row.outcome == "response" else "advancing"
        if row.estimate is None:
            return f"The difference in {what} can't be shown. {row.reason}"
        plain = points_told(row.estimate, row.conf_low, row.conf_high)
        even = points_told(row.standardised, row.standardised_low, row.standardised_high)
        tail = f", {even} for the same mix" if even else ""
        return f"{self.group} less {self.against}, {what} by day {row.day}: {plain}{tail}."


def points_told(middle: float | None, low: float | None, high: float | None) -> str | None:
    """A difference in points with its limits and what they leave open, as in a sentence; None where there is none."""
    from followup_analytics.charts.words import points

    if middle is None:
        return None
    text = f"{points(middle)} points"
    if low is None or high is None:
        return text
    open_ = ", so that no difference is possible too" if low <= 0 <= high else ""
    return f"{text} ({points(low)} to {points(high)}{open_})"
