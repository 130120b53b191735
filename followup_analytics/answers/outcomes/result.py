"""Outcomes of cohorts as an answer: its rows, sentence, chart and what of it is released."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.curves.exits import EVENTS
from followup_analytics.answers.outcomes.compared import points_told
from followup_analytics.log.unrecorded import events_known, is_not_recorded
from followup_analytics.parted.parted_log import rows_of
from followup_analytics.results import columns as col
from followup_analytics.results.columns import Field
from followup_analytics.results.disclosure import Units
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]
#: Day by whose end the share of interviews that advanced is given.
HORIZON = 30
#: So many groups are named in the sentence.
_MOST_TOLD = 6


@answer_row
class CohortRow(Row):
    """What became of one group."""

    group: str = col.column("text", "Group", "The group.", role="key", importance=col.ALWAYS)
    n_graduates: int | None = col.column("count", "Graduates", "Members of the group.", role="count")
    n_with_interview: int | None = col.column("count", "With an interview", "Members with an interview.", role="count")
    n_with_offer: int | None = col.column("count", "With an offer", "Members with an offer.", role="count")
    n_advanced: int | None = col.column("count", "Advanced", "Interviews that advanced.", role="count")
    n_offers: int | None = col.column("count", "Offers", "Interviews with an offer.", role="count")
    estimate: float | None = col.estimate("Advanced by day 30", about="Share of interviews that advanced by day 30.")
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    status: str = col.status("Mark", default="ok")
    reason: str | None = col.reason(default=None)
    median_days_to_advanced: float | None = col.column(
        "days",
        "Median days to advance",
        "Day by which half of all interviews had advanced, from incidence.",
        role="derived",
    )
    median_days_to_advanced_low: float | None = col.column("days", "", "Lower end of its 95% interval.", role="derived")
    median_days_to_advanced_high: float | None = col.column(
        "days", "", "Upper end of its 95% interval.", role="derived"
    )
    half_of_advances_by_day: float | None = col.column(
        "days", "Half of those by day", "Day by which half of the advances that happened had happened.", role="derived"
    )
    median_days_to_offer: float | None = col.column(
        "days",
        "Median days to an offer",
        "Day by which half of all interviews had an offer, from incidence.",
        role="derived",
    )
    median_days_to_offer_low: float | None = col.column("days", "", "Lower end of its 95% interval.", role="derived")
    median_days_to_offer_high: float | None = col.column("days", "", "Upper end of its 95% interval.", role="derived")
    half_of_offers_by_day: float | None = col.column(
        "days",
        "Half of the offers by day",
        "Day by which half of the offers that happened had happened.",
        role="derived",
    )
    n_interviews: int | None = col.interviews("Interviews of the group.")
    n_applicants: int | None = col.applicants("Members with an interview.")
    n_events: int | None = col.events("Interviews that advanced by day 30.")
    knowledge_rate: float | None = col.column(
        "share", "Knowledge rate", "Share of the graduates whose destination is known.", role="derived", default=None
    )
    knowledge_rate_low: float | None = col.column(
        "share", "", "Lower bound; equal to it, as it is a full count.", role="derived", default=None
    )
    knowledge_rate_high: float | None = col.column(
        "share", "", "Upper bound; equal to it.", role="derived", default=None
    )
    career_outcomes_rate: float | None = col.column(
        "share", "Career outcomes rate", "Settled, of these and those still seeking.", role="derived", default=None
    )
    career_outcomes_rate_low: float | None = col.column(
        "share_interval",
        "If unknown count",
        "The rate if all whose destination is unknown were seeking: a bound, not a confidence limit.",
        role="derived",
        upper="career_outcomes_rate_high",
        default=None,
    )
    career_outcomes_rate_high: float | None = col.column(
        "share", "", "The rate if all of them were settled.", role="derived", default=None
    )
    difference: float | None = col.column(
        "points", "Difference", "Share that advanced, less the other cohort's.", role="derived", default=None
    )
    difference_low: float | None = col.column(
        "points_interval",
        "95% interval",
        "Lower end of its 95% interval.",
        role="derived",
        upper="difference_high",
        default=None,
    )
    difference_high: float | None = col.column(
        "points", "", "Upper end of its 95% interval.", role="derived", default=None
    )
    difference_standardised: float | None = col.column(
        "points", "For the same mix", "The difference for one mix of both cohorts.", role="derived", default=None
    )
    difference_standardised_low: float | None = col.column(
        "points", "", "Lower end of its 95% interval.", role="derived", default=None
    )
    difference_standardised_high: float | None = col.column(
        "points", "", "Upper end of its 95% interval.", role="derived", default=None
    )
    against: str | None = col.column("text", "", "The cohort that it is compared to.", role="key", default=None)

    in_table = (
        "group", "n_graduates", "n_with_interview", "n_with_offer", "n_interviews", "n_advanced", "n_offers",
        "estimate", "conf_low", "median_days_to_advanced", "half_of_advances_by_day", "knowledge_rate",
        "career_outcomes_rate", "career_outcomes_rate_low", "difference", "difference_low", "difference_standardised",
        "status",
    )  # fmt: skip

    @property
    def size(self) -> int:
        """The people whom the numbers are about: those with an interview, or all members where nobody has one."""
        return self.n_with_interview or self.n_graduates or 0


DIFFERENCES = tuple(one.name for one in CohortRow.declared() if one.name.startswith("difference"))
_RATES = tuple(one.name for one in CohortRow.declared() if one.name.startswith(("knowledge", "career")))


@dataclass(frozen=True, repr=False)
class CohortOutcomes(Result):
    """Outcomes of each group, a CohortRow each; ``estimate`` is the share of its interviews that advanced by day 30.

    Knowledge and career outcomes rates are there where the log has applicants with destinations, differences with
    ``against``.
    """

    rows: tuple[CohortRow, ...]
    by: str = "cohort"
    against: str | None = None
    with_destinations: bool = False
    #: The interviews behind the counts (confidential): written by `trace` alone.
    interviews: pl.DataFrame | None = field(default=None, compare=False)

    command: ClassVar[str] = "outcomes"
    title: ClassVar[str] = "Outcomes"
    row_type: ClassVar[type[Row]] = CohortRow
    turns: ClassVar[bool] = True

    def lacking(self) -> Collection[str]:
        """Without destinations there are no rates of them, without another cohort no differences."""
        rates = () if self.with_destinations else _RATES
        return rates if self.against is not None else (*rates, *DIFFERENCES, "against")

    def shown_fields(self) -> tuple[Field, ...]:
        """The difference says from whom."""
        named = f"Less {self.against}"
        return tuple(replace(one, label=named) if one.name == "difference" else one for one in super().shown_fields())

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with intervals: the share of interviews that advanced by day 30, for each group."""
        from followup_analytics.charts import Mark, rate_chart

        return rate_chart(
            [Mark.of(row, {"group": row.group}, row.n_interviews) for row in self.rows],
            keys=("group",),
            what=f"Share that advanced by day {HORIZON}",
            n_of="interviews",
            simulated=self.counts.simulated,
            title=None if ax is not None else f"Interviews that advanced, by {self.by.replace('_', ' ')}",
            ax=ax,
        )

    def trace(self) -> Any:
        """The interviews behind the counts: group, day and kind of exit. Confidential, about single people."""
        names = dict(enumerate(("censored", *EVENTS["advanced"])))
        kind = pl.when("offer").then(pl.lit("offer")).otherwise(pl.col("cause").replace_strict(names))
        return self.as_native(rows_of(self.interviews).select("interview_id", "group", "day", exit=kind))

    def released(self) -> tuple[Units, ...]:
        """The interviews of each group, and whether they advanced by the day that shares are given for."""
        places = {row.group: place for place, row in enumerate(self.rows)}
        frame = rows_of(self.interviews).select(
            unit="interview_id",
            person="applicant_id",
            cell=pl.col("group").replace_strict(places, return_dtype=pl.Int64),
            happened=(pl.col("cause") == 1) & (pl.col("day") <= HORIZON),
        )
        n, events = tuple(row.n_interviews for row in self.rows), tuple(map(events_known, self.rows))
        return (Units(f"outcomes by {self.by}", "interviews", tuple(places), n, events, frame),)

    def summary(self) -> str:
        """Say for each group how many interviewed and what share of interviews advanced, and the differences."""
        if not self.rows:
            return "There is nobody in this log."
        more = len(self.rows) - _MOST_TOLD
        told = [self._told(row) for row in self.rows[:_MOST_TOLD]]
        told += [f"{counted(more, 'further group')} in the table."] if more > 0 else []
        gaps = [row for row in self.rows if row.difference is not None]
        return " ".join([*told, *(self._gap(row) for row in gaps[:_MOST_TOLD])])

    def _gap(self, row: CohortRow) -> str:
        raw = points_told(row.difference, row.difference_low, row.difference_high)
        even = points_told(
            row.difference_standardised, row.difference_standardised_low, row.difference_standardised_high
        )
        tail = f"; {even} for the same mix" if even else ""
        return f"{row.group} less {self.against}, advanced by day {HORIZON}: {raw}{tail}."

    def _told(self, row: CohortRow) -> str:
        if row.n_graduates is None:
            return f"{row.group}: can't be shown. {row.reason}"
        start = f"{row.group}: {row.n_with_interview:,} of {row.n_graduates:,} had an interview"
        if row.estimate is None or row.conf_low is None or row.conf_high is None:
            return f"{start}. {row.reason}" if is_not_recorded(row.reason) else f"{start}."
        share = f"{100 * row.estimate:.1f}% ({100 * row.conf_low:.1f} to {100 * row.conf_high:.1f}%)"
        return f"{start}; {share} of {row.n_interviews:,} interviews advanced by day {HORIZON}."
