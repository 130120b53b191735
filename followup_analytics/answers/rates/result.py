"""The answer of `rates`: rows by the keys that were asked for, as a table, a sentence and a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.errors import UsageError
from followup_analytics.results.result import Field, Result, format_cell
from followup_analytics.text import counted, counted_days

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes

_ASSOCIATION = "These are associations: who is tried when and how is not left to chance."
_WHAT = {"response": "Response rate", "advanced": "Rate of advancing"}
#: What is said of one attempt, and of several.
_HEARD = {
    "response": ("was answered", "were answered"),
    "advanced": ("led to a further round or an offer", "led to a further round or an offer"),
}


@dataclass(frozen=True, repr=False)
class RatesResult(Result):
    """Response rates of attempts, one row for each combination of `keys` that occurs.

    Rows hold the keys (text), n_attempts, n_interviews, n_applicants, n_events, estimate, conf_low, conf_high (shares),
    cumulative, cumulative_low, cumulative_high (shares; null unless by attempt, alone or with interview columns),
    status and reason.
    """

    keys: tuple[str, ...] = ()
    outcome: str = "response"
    within: float = 7.0
    #: Makes the attempts behind the counts (confidential) when `trace` is asked for.
    behind: Callable[[], pl.DataFrame] | None = field(default=None, compare=False)

    command: ClassVar[str] = "rates"
    title: ClassVar[str] = "Response rates"

    def kinds(self) -> dict[str, str]:
        """Kinds of all columns, the keys first."""
        counts = ("n_attempts", "n_interviews", "n_applicants", "n_events")
        shares = ("estimate", "conf_low", "conf_high", "cumulative", "cumulative_low", "cumulative_high")
        return {
            **dict.fromkeys(self.keys, "text"), **dict.fromkeys(counts, "count"), **dict.fromkeys(shares, "share"),
            "status": "text", "reason": "sentence",
        }  # fmt: skip

    def shown_fields(self) -> tuple[Field, ...]:
        """The keys, the counts, the rate with its interval, and the cumulative share where there is one."""
        from followup_analytics.charts.words import key_title

        counts = (
            Field("n_attempts", "Attempts", "count"),
            Field("n_applicants", "Applicants", "count"),
            Field("n_events", "Answered", "count"),
        )
        rate = (
            Field("estimate", _WHAT[self.outcome], "share"),
            Field("conf_low", "95% interval", "share_interval", "conf_high"),
        )
        reached = (
            (
                Field("cumulative", "By this attempt", "share"),
                Field("cumulative_low", "95% interval", "share_interval", "cumulative_high"),
            )
            if any(row.get("cumulative") is not None for row in self.rows)
            else ()
        )
        keys = tuple(Field(key, key_title(key)) for key in self.keys)
        return (*keys, *counts, *rate, *reached, Field("status", "Note"))

    def trace(self) -> pl.DataFrame:
        """The attempts behind the counts, one a row. Confidential, about single interviews."""
        if self.behind is None:
            raise UsageError("This answer was read back: ask for the rates anew to trace them.")
        return self.behind()

    def caption(self) -> str:
        """What was counted, within how long, by which keys."""
        text = f"{_WHAT[self.outcome]} within {counted_days(self.within)} of an attempt, by {', '.join(self.keys)}"
        return f"{text} (simulated data)" if self.counts.simulated else text

    def summary(self) -> str:
        """How many attempts were made and answered, and the highest and lowest rate among rows with enough data."""
        shown = [row for row in self.rows if row.get("estimate") is not None]
        if not shown:
            return "No rate can be shown: no attempt at risk, or every group is too small."
        attempts, events = (sum(int(row[name]) for row in shown) for name in ("n_attempts", "n_events"))
        start = (
            f"Of {counted(attempts, 'attempt')} shown here, {events:,} {_HEARD[self.outcome][events != 1]} within "
            f"{counted_days(self.within)}."
        )
        steady = [row for row in shown if row["status"] == "ok"]
        if len(self.rows) == 1:
            return start
        if len(steady) < 2:
            return f"{start} Fewer than two groups have enough data to be set side by side."
        return f"{start} {self._extremes(steady)} {_ASSOCIATION}"

    def _extremes(self, steady: Sequence[Mapping[str, Any]]) -> str:
        """The highest and the lowest of the rows with enough data, and whether these data tell the two apart."""
        best, least = (pick(steady, key=lambda row: float(row["estimate"])) for pick in (max, min))
        all_are = len(steady) == len(self.rows)
        of = "The rate" if all_are else f"Among the {len(steady)} of {len(self.rows)} groups with enough data, the rate"
        text = f"{of} was highest for {self._named(best)} and lowest for {self._named(least)}"
        if float(best["conf_low"]) > float(least["conf_high"]):
            return f"{text}."
        return f"{text}; their intervals overlap, so that these data can't tell them apart."

    def _named(self, row: Mapping[str, Any]) -> str:
        from followup_analytics.charts.words import row_label

        field, limits = Field("estimate", "", "share"), Field("conf_low", "", "share_interval", "conf_high")
        label = row_label(row, self.keys)
        name = f"the {label} attempt" if self.keys == ("attempt",) else label
        return f"{name} ({format_cell(row, field)}, {format_cell(row, limits)})"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals, hollow where the number is to be used with care; a title on axes of its own."""
        from followup_analytics.charts import rate_chart
        from followup_analytics.charts.words import joined, key_title

        by = joined([key_title(key)[:1].lower() + key_title(key)[1:] for key in self.keys])
        what = f"{_WHAT[self.outcome]} within {counted_days(self.within)}"
        title = None if ax is not None else f"{_WHAT[self.outcome]} by {by}"
        return rate_chart(self.rows, keys=self.keys, what=what, simulated=self.counts.simulated, title=title, ax=ax)
