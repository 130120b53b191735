"""The explorer: response rates by cohort, channel, timing and window, chosen from lists and answered from memory.

Every table that a choice can lead to is worked out once, with the same disclosure control as everywhere; a choice only
looks one up. Where there are no widgets (a printed or shared notebook, a terminal) the first view stands as a table and
a chart.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from followup_analytics.answers.rates import response_rates
from followup_analytics.answers.rates.result import RatesRow
from followup_analytics.charts import Chart, Mark, light_rate_figure, rate_chart
from followup_analytics.charts.words import row_label, value_label
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import subset
from followup_analytics.notebook.faces import Findings
from followup_analytics.notebook.lists import ChoiceList, lists_widget
from followup_analytics.results.formatting import cell_text
from followup_analytics.text import counted, counted_days, listed

#: What stands in a list for no restriction.
ANY = "all"
WINDOWS = (3, 7, 14)
_KEYS = ("channel", "timing")
_GROUP = "explored"
_COLUMNS = {
    "Attempts": "n_attempts", "Answered": "n_events", "Response rate": "estimate", "95% interval": "conf_low",
    "Note": "status",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What is looked at: a cohort, a channel, a day of the attempt (each `all` for no restriction), and a window."""

    cohort: str = ANY
    channel: str = ANY
    timing: str = ANY
    within: int = 7


@dataclass(frozen=True, repr=False, eq=False)
class Explorer:
    """Rates by every combination of the lists, in memory; in a notebook with four lists to choose from.

    `answer`, `table` and `chart` take a Choice and give what is shown for it; `rates` holds the row behind each.
    """

    rates: Mapping[Choice, RatesRow]
    cohorts: tuple[str, ...]
    channels: tuple[str, ...]
    timings: tuple[str, ...]
    windows: tuple[int, ...]
    simulated: bool = False

    def row(self, choice: Choice) -> RatesRow | None:
        """The rate of a choice; None where no attempt is like it, or all of its table is hidden.

        Raises UsageError for what is in no list.
        """
        lists = {"cohort": self.cohorts, "channel": self.channels, "timing": self.timings, "within": self.windows}
        for name, known in lists.items():
            if getattr(choice, name) not in known:
                raise UsageError(f"{name}={getattr(choice, name)!r}: choose {listed(map(str, known))}.")
        return self.rates.get(choice)

    def answer(self, choice: Choice) -> str:
        """The rate of a choice in a sentence."""
        row, about = self.row(choice), self._about(choice)
        if row is None or row.estimate is None:
            return f"There are no attempts {about}, or too few applicants made them for a number to be shown."
        return (
            f"Of {counted(row.n_attempts or 0, 'attempt')} {about}, {cell_text(row, 'estimate')} "
            f"({cell_text(row, 'conf_low')}) were answered within {counted_days(choice.within)}; "
            f"{counted(row.n_applicants or 0, 'applicant')} made them."
        )

    def table(self, choice: Choice) -> Findings:
        """The rates by day of the attempt for a choice's cohort, channel and window; the chosen day is marked."""
        rows = [
            {
                "Day of the attempt": "any day" if timing == ANY else value_label("timing", timing),
                **{heading: cell_text(row, name) for heading, name in _COLUMNS.items()},
                "Chosen": "◀" if timing == choice.timing else "",
            }
            for timing, row in self._by_timing(choice)
        ]
        title = f"Response rate within {counted_days(choice.within)}, {self._about(choice, day=False)}"
        return Findings(title, rows, kinds=dict.fromkeys(list(_COLUMNS)[:4], "number") if rows else {})

    def chart(self, choice: Choice) -> Chart:
        """The same as a chart."""
        title = f"Response rate {self._about(choice, day=False)}"
        what = f"Response rate within {counted_days(choice.within)}"
        marks = self._marks(choice)
        return Chart.of(rate_chart(marks, keys=("timing",), what=what, simulated=self.simulated, title=title))

    def _marks(self, choice: Choice) -> list[Mark]:
        return [
            Mark.of(row, {"timing": timing}, row.n_attempts) for timing, row in self._by_timing(choice) if timing != ANY
        ]

    def _by_timing(self, choice: Choice) -> list[tuple[str, RatesRow]]:
        found = []
        for timing in (*self.timings[1:], ANY):
            row = self.rates.get(Choice(choice.cohort, choice.channel, timing, choice.within))
            if row is not None:
                found.append((timing, row))
        return found

    def _about(self, choice: Choice, *, day: bool = True) -> str:
        by = "in any way" if choice.channel == ANY else f"by {value_label('channel', choice.channel)}"
        when = (
            "" if not day else " on any day" if choice.timing == ANY else f" on {value_label('timing', choice.timing)}"
        )
        who = "in all cohorts" if choice.cohort == ANY else f"in {choice.cohort}"
        return f"{by}{when} {who}"

    def html(self, choice: Choice) -> str:
        """Sentence, table and chart of a choice as HTML without scripts, within a moment."""
        said = f'<p role="status"><strong>{html.escape(self.answer(choice))}</strong></p>'
        what = f"Response rate within {counted_days(choice.within)}"
        picture = light_rate_figure(self._marks(choice), keys=("timing",), what=what, simulated=self.simulated)
        return f"{said}{self.table(choice)._repr_html_()}{picture}"

    def __repr__(self) -> str:
        return f"{self.answer(Choice(within=self._usual))}\n{self.table(Choice(within=self._usual))!r}"

    def _repr_html_(self) -> str:
        return self.html(Choice(within=self._usual))

    @property
    def _usual(self) -> int:
        return 7 if 7 in self.windows else self.windows[0]

    def widgets(self) -> Any:
        """Four lists and what is chosen below them, for a notebook whose kernel runs; see `lists_widget`."""
        lists = (
            ChoiceList("cohort", "Cohort", [(one, one) for one in self.cohorts]),
            ChoiceList("channel", "Channel", [(one, _label("channel", one)) for one in self.channels]),
            ChoiceList("timing", "Day", [(one, _label("timing", one)) for one in self.timings]),
            ChoiceList("within", "Answered within", [(str(one), counted_days(one)) for one in self.windows]),
        )
        first = {one.name: ANY for one in lists} | {"within": str(self._usual)}

        def html_of(chosen: Mapping[str, str]) -> str:
            return self.html(
                Choice(chosen["cohort"], chosen["channel"], chosen["timing"], within=int(chosen["within"]))
            )

        return lists_widget(lists, first, html_of)


def explore_rates(
    log: FollowUpLog,
    *,
    windows: Sequence[int] = WINDOWS,
    min_cell: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Explorer:
    """Work out the rates for every cohort, channel, day of the attempt and window, and give them to explore.

    Small groups are hidden in each table as everywhere. Tables of several cohorts and windows are not checked against
    each other as those of a report are: this is for whoever may see the log, and no release.

    Args:
        log: the log.
        windows: days within which an attempt is answered, to choose from.
        min_cell: applicants below which a rate is hidden (10).
        progress: told of each table that is done.

    Raises:
        WithheldError: a log of too few applicants. UsageError: no window.
    """
    if not windows:
        raise UsageError("windows=(): give a number of days, such as (7,).")
    names = (
        log.interviews["cohort"].drop_nulls().unique().sort().to_list() if "cohort" in log.interviews.columns else []
    )
    rates: dict[Choice, RatesRow] = {}
    for cohort in (ANY, *(name for name in names if name != ANY)):
        part = (log if cohort == ANY else subset(log, cohort=cohort)).with_group(_GROUP, pl.lit(ANY))
        for within in windows:
            for keys in (_GROUP, "channel", "timing", _KEYS):
                try:
                    found = response_rates(part, by=keys, within=within, min_cell=min_cell, beside_total=True)
                except WithheldError:
                    if cohort == ANY and keys == _GROUP:
                        raise
                    continue
                for row in found.rows:
                    chosen = {name: row.by.get(name, ANY) for name in _KEYS}
                    rates[Choice(cohort=cohort, within=within, **chosen)] = row
            if progress is not None:
                progress(f"{cohort}, {within}")
    return Explorer(
        rates,
        cohorts=(ANY, *(name for name in names if name != ANY)),
        channels=_in_order(rates, "channel"),
        timings=_in_order(rates, "timing"),
        windows=tuple(windows),
        simulated=log.simulated,
    )


def _in_order(rates: Mapping[Choice, RatesRow], name: str) -> tuple[str, ...]:
    """All values of a key in the order of the rows, `all` first."""
    found = dict.fromkeys(getattr(choice, name) for choice in rates)
    return (ANY, *(value for value in found if value != ANY))


def _label(key: str, value: str) -> str:
    return ANY if value == ANY else row_label({key: value}, [key])
