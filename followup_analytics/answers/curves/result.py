"""The answer of `curve`: rows by group, event and day, as a table, a sentence and a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.answers.curves.exits import EVENTS
from followup_analytics.log.asked import in_frames, without_mark
from followup_analytics.log.unrecorded import events_known, is_not_recorded
from followup_analytics.parted.parted_log import rows_of
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import MIN_CELL, Units, is_hidden
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
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


@answer_row
class CurveRow(Row):
    """One event by the end of one day: the share of a group's interviews that had it."""

    by: Mapping[str, str] = col.keys_column("The column of `--by`, where there is one.")
    outcome: str = col.column("text", "", "The outcome asked about.", role="key")
    event: str = col.column("text", "Event", "The event: the outcome, or what competes with it.", role="key")
    day: int = col.column("count", "Day", "Whole local days since the interview.", role="key", importance=col.ALWAYS)
    n_at_risk: int | None = col.column(
        "count",
        "Waiting at its start",
        "Interviews waiting under observation at the start of the day.",
        role="count",
        short="Waiting",
    )
    n_interviews: int | None = col.interviews("Interviews of the group.")
    n_applicants: int | None = col.applicants("Applicants of the group.")
    n_events: int | None = col.events("Events so far.", "Events so far", short="Events")
    estimate: float | None = col.estimate(
        "Share so far", short="Share", about="Share of interviews that had the event by the end of the day."
    )
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    status: str = col.status("Mark", default="ok")
    reason: str | None = col.reason(default=None)

    in_table = ("event", "day", "estimate", "conf_low", "n_at_risk", "n_events", "status")


@dataclass(frozen=True, repr=False)
class CurveResult(Result):
    """Incidence of each event by the end of each day; one CurveRow per group, event and day.

    ``quantiles``: group, event, by_day, median_day with _low and _high (day by which half of all interviews had the
    event), half_of_events_day, _low, _high (by which half of those that had it by ``by_day`` had it), reason.
    ``differences``: group, against, event, day, estimate, conf_low, conf_high (shares, not points).
    """

    rows: tuple[CurveRow, ...]
    by: str | None = None
    outcome: str = "response"
    horizon: int = 30
    min_cell: int = MIN_CELL
    #: The exits behind the counts (confidential): written by `trace` alone.
    exits: pl.DataFrame | None = field(default=None, compare=False)

    command: ClassVar[str] = "curve"
    title: ClassVar[str] = "Share of interviews by days since the interview"
    row_type: ClassVar[type[Row]] = CurveRow

    def question_keys(self) -> tuple[str, ...]:
        """The column of `by`."""
        return (self.by,) if self.by else ()

    def _group(self, row: CurveRow) -> str | None:
        return row.by[self.by] if self.by else None

    @property
    def quantiles(self) -> tuple[Mapping[str, Any], ...]:
        """Median days of every group and event, with limits (also in the JSON answer)."""
        return tuple(self.extra["quantiles"])

    @property
    def differences(self) -> tuple[Mapping[str, Any], ...]:
        """Differences of each group to the first one at the landmarks and the horizon."""
        return tuple(self.extra["differences"])

    def trace(self) -> Any:
        """The interviews behind the counts: group, day and kind of exit. Confidential, about single people."""
        names = dict(enumerate(("censored", *EVENTS[self.outcome])))
        group = [pl.col(in_frames(without_mark(self.by))).alias(self.by)] if self.by else []
        kind = pl.col("cause").replace_strict(names, return_dtype=pl.String).alias("exit")
        return self.as_native(rows_of(self.exits).select("interview_id", *group, "day", kind))

    def released(self) -> tuple[Units, ...]:
        """The interviews of each group, and whether they had the event by the last day that is shown."""
        main = [row for row in self.rows if row.event == self.outcome]
        groups = list(dict.fromkeys(self._group(row) or "all" for row in main))
        last: dict[str, CurveRow] = {}
        for row in main:
            if not is_hidden(row):
                last[self._group(row) or "all"] = row
        ends = {group: last[group].day if group in last else -1 for group in groups}
        named = pl.col(in_frames(without_mark(self.by))) if self.by else pl.lit("all")
        places = {group: place for place, group in enumerate(groups)}
        frame = rows_of(self.exits).select(
            unit="interview_id",
            person="applicant_id",
            cell=named.replace_strict(places, return_dtype=pl.Int64),
            happened=(pl.col("cause") == 1) & (pl.col("day") <= named.replace_strict(ends, return_dtype=pl.Int64)),
        )
        n = tuple(last[group].n_interviews if group in last else None for group in groups)
        events = tuple(events_known(last[group]) if group in last else None for group in groups)
        what = f"curve by {self.by}" if self.by else "curve"
        return (Units(what, "interviews", tuple(groups), n, events, frame),)

    def summary(self) -> str:
        """Say the main event's share at the horizon, and when half of those who hear back have done so."""
        main = [row for row in self.rows if row.event == self.outcome and row.day == self.horizon]
        halves = {row["group"]: row for row in self.quantiles if row["event"] == self.outcome}
        told = [self._told(row, halves.get(self._group(row))) for row in main[:6]]
        return " ".join(told) if told else "There are no interviews to follow."

    def _told(self, row: CurveRow, half: Mapping[str, Any] | None) -> str:
        who = f"{self._group(row)}: " if self.by else ""
        word, of = _WORDS[self.outcome], counted(row.n_interviews or 0, "interview")
        if is_not_recorded(row.reason):
            return f"{who}{row.reason}"
        if row.n_events is None:
            return f"{who}the share by day {self.horizon} can't be shown. {row.reason}"
        few = (row.n_interviews or 0) < _FEW
        if few or row.estimate is None:
            why = "too few to tell" if few else f"nobody was observed to the end of day {self.horizon}"
            return f"{who}{row.n_events:,} of {of} had {word} so far; {why}."
        share = f"{100 * row.estimate:.1f}%"
        if row.conf_low is not None and row.conf_high is not None:
            share += f" ({100 * row.conf_low:.1f} to {100 * row.conf_high:.1f}%)"
        text = f"{who}{share} of {of} had {word} by day {self.horizon}"
        day = half["half_of_events_day"] if half else None
        return f"{text}; half of those by day {day:.0f}." if day is not None else f"{text}."

    def printed_rows(self) -> Sequence[CurveRow]:
        """The days that tables show (each of the first week or so, then the weeks and the last), and no event that
        never happened; frames, JSON and CSV have every row."""
        happened = {row.event for row in self.rows if row.n_events} | {self.outcome}
        days = _printed_days(self.horizon)
        return [row for row in self.rows if row.event in happened and row.day in days]

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
