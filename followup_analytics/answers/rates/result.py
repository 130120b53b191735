"""The answer of `rates`: rows by the keys that were asked for, as a table, a sentence and a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.unrecorded import events_known, is_not_recorded
from followup_analytics.results import columns as col
from followup_analytics.results.columns import Field
from followup_analytics.results.disclosure import Units
from followup_analytics.results.formatting import cell_text
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import counted, counted_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ASSOCIATION = "These are associations: who is tried when and how is not left to chance."
_WHAT = {"response": "Response rate", "advanced": "Rate of advancing"}
#: What is said of one attempt, and of several.
_HEARD = {
    "response": ("was answered", "were answered"),
    "advanced": ("led to a further round or an offer", "led to a further round or an offer"),
}


@answer_row
class RatesRow(Row):
    """The attempts of one combination of keys, and how often they were answered."""

    by: Mapping[str, str] = col.keys_column("The keys of `--by`, each a column of its own.")
    n_attempts: int | None = col.column("count", "Attempts", "Attempts at risk.", role="count")
    n_interviews: int | None = col.interviews("Interviews with an attempt at risk in the row.")
    n_applicants: int | None = col.applicants("Applicants with an attempt at risk in the row.")
    n_events: int | None = col.events("Attempts answered within the window.", "Answered")
    estimate: float | None = col.estimate("Response rate", about="Share of the attempts answered within the window.")
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    cumulative: float | None = col.column(
        "share",
        "By this attempt",
        "Share of interviews answered by this attempt; null unless by attempt, alone or with interview columns.",
        role="derived",
        default=None,
    )
    cumulative_low: float | None = col.column(
        "share_interval",
        "95% interval",
        "Lower end of its 95% interval.",
        role="derived",
        upper="cumulative_high",
        importance=col.RARELY,
        default=None,
    )
    cumulative_high: float | None = col.column(
        "share", "", "Upper end of its 95% interval.", role="derived", default=None
    )
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)

    in_table = (
        "n_attempts", "n_applicants", "n_events", "estimate", "conf_low", "cumulative", "cumulative_low", "status",
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class RatesResult(Result):
    """Response rates of attempts, one RatesRow for each combination of `keys` that occurs."""

    rows: tuple[RatesRow, ...]
    keys: tuple[str, ...] = ()
    outcome: str = "response"
    within: float = 7.0
    #: Makes the attempts behind the counts (confidential) when `trace` is asked for.
    behind: Callable[[], pl.DataFrame] | None = field(default=None, compare=False)

    command: ClassVar[str] = "rates"
    title: ClassVar[str] = "Response rates"

    row_type: ClassVar[type[Row]] = RatesRow

    def question_keys(self) -> tuple[str, ...]:
        """The keys that were asked for."""
        return self.keys

    def key_heading(self, name: str) -> str:
        """The heading of a key in words."""
        from followup_analytics.charts.words import key_title

        return key_title(name)

    def shown_fields(self) -> tuple[Field, ...]:
        """The keys, the counts, the rate with its interval, and the cumulative share where there is one."""
        reached = any(row.cumulative is not None for row in self.rows)
        return tuple(
            replace(one, label=_WHAT[self.outcome], short="Rate") if one.name == "estimate" else one
            for one in super().shown_fields()
            if reached or not one.name.startswith("cumulative")
        )

    def trace(self) -> Any:
        """The attempts behind the counts, one a row. Confidential, about single interviews."""
        if self.behind is None:
            raise UsageError("This answer was read back: ask for the rates anew to trace them.")
        return self.as_native(self.behind())

    def caption(self) -> str:
        """What was counted, within how long, by which keys."""
        text = f"{_WHAT[self.outcome]} within {counted_days(self.within)} of an attempt, by {', '.join(self.keys)}"
        return f"{text} (simulated data)" if self.counts.simulated else text

    def released(self) -> tuple[Units, ...]:
        """The attempts of each row."""
        places = {tuple(row.by.values()): place for place, row in enumerate(self.rows)}
        behind = self.trace()
        keys = behind.select(pl.nth(range(len(self.keys)))).iter_rows()
        frame = behind.select(
            unit=pl.concat_str("interview_id", "attempt_number", separator="\0"),
            person="applicant_id",
            cell=pl.Series([places[key] for key in keys], dtype=pl.Int64),
            happened=pl.col("answered") > 0,
        )
        names = tuple(", ".join(key) for key in places)
        n, events = tuple(row.n_attempts for row in self.rows), tuple(map(events_known, self.rows))
        what = f"rates by {', '.join(self.keys)}"
        return (Units(what, "attempts", names, n, events, frame),)

    def summary(self) -> str:
        """How many attempts were made and answered, and the highest and lowest rate among rows with enough data."""
        shown = [row for row in self.rows if row.estimate is not None]
        unknown = [row.reason for row in self.rows if is_not_recorded(row.reason)]
        if not shown and unknown:
            return str(unknown[0])
        if not shown:
            return "No rate can be shown: no attempt at risk, or every group is too small."
        attempts, events = sum(row.n_attempts or 0 for row in shown), sum(row.n_events or 0 for row in shown)
        start = (
            f"Of {counted(attempts, 'attempt')} shown here, {events:,} {_HEARD[self.outcome][events != 1]} within "
            f"{counted_days(self.within)}."
        )
        steady = [row for row in shown if row.status == "ok"]
        if len(self.rows) == 1:
            return start
        if len(steady) < 2:
            return f"{start} Fewer than two groups have enough data to be set side by side."
        return f"{start} {self._extremes(steady)} {_ASSOCIATION}"

    def _extremes(self, steady: Sequence[RatesRow]) -> str:
        """The highest and the lowest of the rows with enough data, and whether these data tell the two apart."""
        best, least = (pick(steady, key=lambda row: row.estimate or 0.0) for pick in (max, min))
        all_are = len(steady) == len(self.rows)
        of = "The rate" if all_are else f"Among the {len(steady)} of {len(self.rows)} groups with enough data, the rate"
        text = f"{of} was highest for {self._named(best)} and lowest for {self._named(least)}"
        if best.conf_low is not None and least.conf_high is not None and best.conf_low > least.conf_high:
            return f"{text}."
        return f"{text}; their intervals overlap, which neither shows a difference nor rules it out."

    def _named(self, row: RatesRow) -> str:
        from followup_analytics.charts.words import row_label

        label = row_label(row.by, self.keys)
        name = f"the {label} attempt" if self.keys == ("attempt",) else label
        return f"{name} ({cell_text(row, 'estimate')}, {cell_text(row, 'conf_low')})"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals, hollow where the number is to be used with care; a title on axes of its own."""
        from followup_analytics.charts import Mark, rate_chart
        from followup_analytics.charts.words import joined, key_title

        by = joined([key_title(key)[:1].lower() + key_title(key)[1:] for key in self.keys])
        what = f"{_WHAT[self.outcome]} within {counted_days(self.within)}"
        title = None if ax is not None else f"{_WHAT[self.outcome]} by {by}"
        marks = [Mark.of(row, row.by, row.n_attempts) for row in self.rows]
        return rate_chart(marks, keys=self.keys, what=what, simulated=self.counts.simulated, title=title, ax=ax)
