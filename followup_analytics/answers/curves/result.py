"""The answer of `curve`: rows by group, event and day, as a table, a sentence and a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.answers.curves.exits import EVENTS
from followup_analytics.results.result import Field, Result
from followup_analytics.text import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WORDS = {"response": "heard back", "advanced": "advanced"}
_DONE = {"response": "has heard back", "advanced": "has advanced"}
#: Of fewer interviews than this a share says nothing in a sentence.
_FEW = 10
#: Up to this horizon tables show every day.
_SHORT = 10


def _printed_days(horizon: int) -> set[int]:
    if horizon <= _SHORT:
        return set(range(horizon + 1))
    step = 7 if horizon <= 70 else max(7, round(horizon / 10 / 7) * 7)
    return {0, 1, 2, 3, *range(7, horizon + 1, step), horizon}


@dataclass(frozen=True, repr=False)
class CurveResult(Result):
    """Incidence of each event by the end of each day; one row per group, event and day.

    Rows hold the group (a column called as ``by``, text; only with ``by``), outcome, event (text), day (whole local
    days since the interview, 0 to the horizon), estimate, conf_low, conf_high (share of interviews between 0 and 1 that
    had the event by the end of the day, with 95% limits), n_at_risk (interviews waiting under observation at its
    start), n_interviews, n_applicants (of the group), n_events (so far), status, reason.

    ``quantiles``: group, event, by_day, median_day with _low and _high (day by which half of all interviews had the
    event), half_of_events_day, _low, _high (by which half of those that had it by ``by_day`` had it), reason.
    ``differences``: group, against, event, day, estimate, conf_low, conf_high (shares, not points).
    """

    by: str | None = None
    outcome: str = "response"
    horizon: int = 30
    min_cell: int = 10
    #: The exits behind the counts (confidential): written by `trace` alone.
    exits: pl.DataFrame = field(default_factory=pl.DataFrame, compare=False)

    command: ClassVar[str] = "curve"
    title: ClassVar[str] = "Share of interviews by days since the interview"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("event", "Event"),
        Field("day", "Day", "count"),
        Field("estimate", "Share so far", "share"),
        Field("conf_low", "95% interval", "share_interval", upper="conf_high"),
        Field("n_at_risk", "Waiting at its start", "count"),
        Field("n_events", "Events so far", "count"),
        Field("status", "Mark"),
    )

    def kinds(self) -> dict[str, str]:
        """Kinds of all columns, the group first."""
        counts = ("n_at_risk", "n_interviews", "n_applicants", "n_events")
        return {
            **({self.by: "text"} if self.by else {}), "outcome": "text", "event": "text", "day": "count",
            **dict.fromkeys(("estimate", "conf_low", "conf_high"), "share"), **dict.fromkeys(counts, "count"),
            "status": "text", "reason": "sentence",
        }  # fmt: skip

    def shown_fields(self) -> tuple[Field, ...]:
        """The group's column first, where there are groups."""
        return (Field(self.by, self.by.replace("_", " ").capitalize()), *self.fields) if self.by else self.fields

    @property
    def quantiles(self) -> tuple[Mapping[str, Any], ...]:
        """Median days of every group and event, with limits (also in the JSON answer)."""
        return tuple(self.extra["quantiles"])

    @property
    def differences(self) -> tuple[Mapping[str, Any], ...]:
        """Differences of each group to the first one at the landmarks and the horizon."""
        return tuple(self.extra["differences"])

    def trace(self) -> pl.DataFrame:
        """The interviews behind the counts: group, day and kind of exit. Confidential, about single people."""
        names = dict(enumerate(("censored", *EVENTS[self.outcome])))
        return self.exits.select(
            "interview_id",
            *([self.by] if self.by else []),
            "day",
            exit=pl.col("cause").replace_strict(names, return_dtype=pl.String),
        )

    def summary(self) -> str:
        """Say the main event's share at the horizon, and when half of those who hear back have done so."""
        main = [row for row in self.rows if row["event"] == self.outcome and row["day"] == self.horizon]
        halves = {row.get("group"): row for row in self.quantiles if row["event"] == self.outcome}
        told = [self._told(row, halves.get(row[self.by] if self.by else None)) for row in main[:6]]
        return " ".join(told) if told else "There are no interviews to follow."

    def _told(self, row: Mapping[str, Any], half: Mapping[str, Any] | None) -> str:
        who = f"{row[self.by]}: " if self.by else ""
        word, of = _WORDS[self.outcome], counted(row["n_interviews"] or 0, "interview")
        if row["estimate"] is None and row["n_events"] is None:
            return f"{who}the share by day {self.horizon} can't be shown. {row['reason']}"
        few = row["n_interviews"] < _FEW
        if few or row["estimate"] is None:
            why = "too few to tell" if few else f"nobody was observed to the end of day {self.horizon}"
            return f"{who}{row['n_events']:,} of {of} had {word} so far; {why}."
        share = f"{100 * row['estimate']:.1f}%"
        if row["conf_low"] is not None:
            share += f" ({100 * row['conf_low']:.1f} to {100 * row['conf_high']:.1f}%)"
        text = f"{who}{share} of {of} had {word} by day {self.horizon}"
        day = half["half_of_events_day"] if half else None
        return f"{text}; half of those by day {day:.0f}." if day is not None else f"{text}."

    def printed_rows(self) -> list[Mapping[str, Any]]:
        """The days that tables show (each of the first week or so, then the weeks and the last), and no event that
        never happened; frames, JSON and CSV have every row."""
        happened = {row["event"] for row in self.rows if row["n_events"]} | {self.outcome}
        days = _printed_days(self.horizon)
        return [row for row in self.rows if row["event"] in happened and row["day"] in days]

    def caption(self) -> str:
        """The title, and that days are left out where they are."""
        left_out = "" if len(_printed_days(self.horizon)) > self.horizon else "; further days in frames, JSON and CSV"
        return f"{super().caption()}{left_out}"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the curves with their bands and the numbers still waiting; a title on axes of its own."""
        from followup_analytics.charts import curve_chart

        by = f", by {self.by.replace('_', ' ')}" if self.by else ""
        return curve_chart(
            self.rows,
            by=self.by,
            least_at_risk=self.min_cell,
            simulated=self.counts.simulated,
            title=None if ax is not None else f"Share that {_DONE[self.outcome]} by day{by}",
            ax=ax,
        )
