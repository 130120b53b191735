"""The answer of `curve`: rows by group, event and day, as a table, a sentence and a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.curves.exits import EVENTS
from followup_analytics.results import Field, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WORDS = {"response": "heard back", "advanced": "advanced"}


@dataclass(frozen=True, repr=False)
class CurveResult(Result):
    """Incidence of each event by the end of each day; one row per group, event and day."""

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
        if row["estimate"] is None:
            return f"{who}the share by day {self.horizon} can't be shown. {row['reason']}"
        share = f"{100 * row['estimate']:.1f}% ({100 * row['conf_low']:.1f} to {100 * row['conf_high']:.1f}%)"
        text = f"{who}{share} of {row['n_interviews']:,} interviews had {_WORDS[self.outcome]} by day {self.horizon}"
        day = half["half_of_events_day"] if half else None
        return f"{text}; half of those by day {day:.0f}." if day is not None else f"{text}."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the curves with their bands and the numbers still waiting."""
        from followup_analytics.plots import curve_chart

        return curve_chart(self.rows, by=self.by, least_at_risk=self.min_cell, simulated=self.counts.simulated, ax=ax)
