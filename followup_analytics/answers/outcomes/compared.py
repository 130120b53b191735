"""The answer to a comparison of two cohorts: rows by outcome, as a table, a sentence and a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.results.result import Field, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class CohortComparison(Result):
    """Differences between two cohorts; one row per outcome.

    Rows hold outcome (response or advanced), day (by whose end is counted), rate, rate_low, rate_high and rate_against,
    rate_against_low, rate_against_high (shares of interviews between 0 and 1, with 95% limits), estimate, conf_low,
    conf_high (difference of these shares, between -1 and 1), standardised, standardised_low, standardised_high (the
    same for one mix of both cohorts), n_interviews, n_interviews_group, n_interviews_against, n_applicants, n_events
    (of both cohorts by that day), status, reason, group, against (names of the cohorts).

    ``mix``: covariate, value, share, share_against (of interviews), estimate, conf_low, conf_high (their difference),
    status.
    """

    group: str = ""
    against: str = ""

    command: ClassVar[str] = "compare"
    title: ClassVar[str] = "Two cohorts compared"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("outcome", "Outcome"),
        Field("day", "By day", "count"),
        Field("rate", "Share", "share"),
        Field("rate_against", "Share before", "share"),
        Field("estimate", "Difference", "points"),
        Field("conf_low", "95% interval", "points_interval", upper="conf_high"),
        Field("standardised", "For the same mix", "points"),
        Field("standardised_low", "95% interval", "points_interval", upper="standardised_high"),
        Field("status", "Mark"),
    )

    @property
    def mix(self) -> tuple[Mapping[str, Any], ...]:
        """Shares of each covariate's values in both cohorts, with the difference and its interval."""
        return tuple(self.extra["mix"])

    def summary(self) -> str:
        """Say the differences in points, as they are and for the same mix."""
        return " ".join(self._told(row) for row in self.rows)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with intervals: the shares of both cohorts, for hearing back and for advancing."""
        from followup_analytics.charts import rate_chart

        rows = [
            {
                "outcome": "heard back" if row["outcome"] == "response" else "advanced",
                "cohort": name,
                "estimate": row[rate],
                "conf_low": row[f"{rate}_low"],
                "conf_high": row[f"{rate}_high"],
                "n_interviews": row[n],
                "status": "ok" if row[rate] is not None else "not_estimable",
            }
            for row in self.rows
            for name, rate, n in (
                (self.against, "rate_against", "n_interviews_against"),
                (self.group, "rate", "n_interviews_group"),
            )
        ]
        return rate_chart(
            rows,
            keys=("outcome", "cohort"),
            what="Share of interviews",
            n_field="n_interviews",
            n_of="interviews",
            simulated=self.counts.simulated,
            title=None if ax is not None else f"{self.group} beside {self.against}",
            ax=ax,
        )

    def _told(self, row: Mapping[str, Any]) -> str:
        what = "hearing back" if row["outcome"] == "response" else "advancing"
        if row["estimate"] is None:
            return f"The difference in {what} can't be shown. {row['reason']}"
        plain = points_told(row, "estimate", "conf_low", "conf_high")
        even = points_told(row, "standardised", "standardised_low", "standardised_high")
        tail = f", {even} for the same mix" if even else ""
        return f"{self.group} less {self.against}, {what} by day {row['day']}: {plain}{tail}."


def points_told(row: Mapping[str, Any], middle: str, low: str, high: str) -> str | None:
    """A difference in points with its limits and what they leave open, as in a sentence; None where there is none."""
    from followup_analytics.charts.words import points

    if row[middle] is None:
        return None
    text = f"{points(row[middle])} points"
    if row[low] is None:
        return text
    open_ = ", so that no difference is possible too" if row[low] <= 0 <= row[high] else ""
    return f"{text} ({points(row[low])} to {points(row[high])}{open_})"
