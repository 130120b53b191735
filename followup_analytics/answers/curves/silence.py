"""Is so long a silence normal? Answered from the incidence curve: how many of those who heard back waited longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells.counted import check_outcome
from followup_analytics.errors import UsageError
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.followup_log import Note
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import (
    Disclosure,
    DisclosurePolicy,
    disclose,
    policy_of,
    require_enough,
)
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.values import finite
from followup_analytics.text import counted_days

# What counts and estimates is imported where it is used: a step of `followup track` needs none of it.
if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.answers.curves.in_parts import Choose, Exits
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.parted.parted_log import PartedLog
    from followup_analytics.statistics import Jackknife

FloatArray = NDArray[np.float64]
_LONGEST = 3_650


@answer_row
class SilenceRow(Row):
    """How usual a silence of so many days is, in the whole log or in one group."""

    group: str = col.column("text", "group", "The group; `all` without `by`.", role="key", importance=col.ALWAYS)
    days: float = col.column("days", "days of silence", "The silence asked about.", role="key")
    horizon: int = col.column("count", "", "Day by which an answer counts.", role="key")
    outcome: str = col.column("text", "", "The outcome asked about.", role="key")
    estimate: float | None = col.estimate(
        "of those who heard back, later than that",
        short="heard later",
        about="Of those who heard back by the horizon, the share that did so only after more than `days` days.",
    )
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    chance_yet: float | None = col.column(
        "share",
        "of those still waiting, will hear",
        "Of those still waiting after `days` days, the share that hears back by the horizon.",
        short="will hear yet",
        role="estimate",
    )
    chance_yet_low: float | None = col.lower(label="95% interval ", upper="chance_yet_high")
    chance_yet_high: float | None = col.higher()
    n_interviews: int | None = col.interviews()
    n_applicants: int | None = col.applicants()
    n_events: int | None = col.events("Interviews that ever heard back.")
    n_waiting: int | None = col.column(
        "count", "still waiting then", "Interviews still waiting after `days` days.", role="count"
    )
    status: str = col.status("reading", default="ok")
    reason: str | None = col.reason(default=None)

    in_table = (
        "group", "days", "estimate", "conf_low", "chance_yet", "chance_yet_low", "n_waiting", "status",
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class SilenceResult(Result):
    """One SilenceRow for the log or for each group: how usual a silence of so many days is."""

    rows: tuple[SilenceRow, ...]

    command: ClassVar[str] = "silence"
    title: ClassVar[str] = "How usual such a silence is"
    row_type: ClassVar[type[Row]] = SilenceRow

    def summary(self) -> str:
        """The answer for the whole log, or for its first group, in a sentence."""
        row = next((row for row in self.rows if row.estimate is not None), None)
        if row is None or row.estimate is None:
            return f"These data can't say how usual a silence is: {self.rows[0].reason}"
        usual = "usual" if row.estimate >= 0.25 else "not unusual" if row.estimate >= 0.1 else "unusual"
        who = "" if row.group == "all" else f" in {row.group}"
        return (
            f"A silence of {counted_days(row.days)} is {usual}: of those{who} who heard back within {row.horizon} days "
            f"of the interview, {100 * row.estimate:.0f}% did so only later than that."
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals: of those who heard back, the share that did so only later, for each group."""
        from followup_analytics.charts import Mark, rate_chart

        return rate_chart(
            [Mark.of(row, {"group": row.group}, row.n_events) for row in self.rows],
            keys=("group",),
            what=f"Heard back after more than {counted_days(self.rows[0].days)}",
            n_of="interviews that heard back",
            simulated=self.counts.simulated,
            title=None if ax is not None else self.title,
            ax=ax,
        )


def silence(
    log: FollowUpLog | PartedLog,
    days: float,
    *,
    by: str | None = None,
    outcome: str = "response",
    horizon: int = 60,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
) -> SilenceResult:
    """How usual a silence of `days` days since the interview is, overall or for each value of an interview column.

    With F the Aalen-Johansen incidence of a response (filled and withdrawn competing, the end of the record censoring)
    and S the share still waiting: estimate = 1 - F(days) / F(horizon), chance_yet = (F(horizon) - F(days)) / S(days).
    Intervals: delete-a-group jackknife over applicants, t(groups - 1), on the logit scale.

    `cohort`: only that cohort of the log, or these. Returns a SilenceResult (see there for its columns and units).

    Raises UsageError for a number of days that is negative or not below the horizon, or an unknown column or outcome;
    WithheldError where the log is about fewer than `min_cell` applicants.

    Example:
        >>> silence(log, days=10).rows[0].status
        'ok'
    """
    from followup_analytics.answers.curves.exits import EVENTS, exits_of
    from followup_analytics.answers.curves.in_parts import (
        Times,
        added_facts,
        by_column,
        exits_counted,
        facts_of,
        in_order,
    )
    from followup_analytics.answers.whole import counts_of, whole_log
    from followup_analytics.log.asked import asked, in_frames
    from followup_analytics.log.subsets import require_column

    policy = policy_of(disclosure, min_cell)
    whole = whole_log(log, cohort, policy, days=days, horizon=horizon)
    check_outcome(outcome)
    if not 0 <= days < horizon <= _LONGEST:
        raise UsageError(
            f"A silence of {days!r} days has to be at least 0 and shorter than the horizon of {horizon} days."
        )
    column = asked(by).column if by else None
    if column is not None:
        require_column(whole, column, "--by")
    names = () if column is None else (column,)
    parts = whole.logs.map(partial(exits_of, outcome=outcome, columns=names)).kept()
    require_enough(whole.n_applicants, policy)
    # The end of the local day asked about: whoever heard on that day did not wait longer.
    at = np.array([np.floor(days) + 1, horizon + 1]).astype(np.int64) * DAY_US - 1
    choose = partial(by_column, None if column is None else in_frames(column))
    observed = partial(_observed, choose)
    times = Times(at, None, len(EVENTS[outcome]))
    sizes = _added(list(parts.map(partial(_sizes, choose, int(at[0])))))
    facts = added_facts(list(parts.map(partial(facts_of, observed, np.zeros(1, dtype=np.int64), times))))
    stops = {name: one.stops for name, (one, _) in facts.items()}
    counted = exits_counted(parts, observed, stops, {name: units for name, (_, units) in facts.items()}, times)
    told = []
    for name in in_order(sizes):
        n_events = facts[name][0].n_events if name in facts else 0
        head = _head(name or "all", sizes[name], outcome, days, horizon, n_events)
        told.append(_row(head, counted.get(name), sizes[name], policy))
    notes = (
        Note("silence", "A silence is counted from the interview, whatever the applicant did meanwhile."),
        Note(
            "association", "These shares describe those who waited: they don't say what waiting or acting brings about."
        ),
    )
    return SilenceResult(disclose(told, policy), counts_of(whole), notes, whole.native)


@dataclass(frozen=True)
class _Sizes:
    """How many interviews and applicants a group has, and how many are waiting after the day asked about."""

    n_interviews: int
    n_applicants: int
    n_waiting: int
    n_waiting_applicants: int


def _sizes(choose: Choose, end: int, rows: pl.DataFrame) -> dict[Any, _Sizes]:
    found = {}
    for name, part in choose(rows).items():
        waiting = part.filter((pl.col("time") >= 0) & (pl.col("time") > end))
        people = (one["applicant_id"].n_unique() if one.height else 0 for one in (part, waiting))
        n, still = people
        found[name] = _Sizes(part.height, n, waiting.height, still)
    return found


def _added(parts: Sequence[Mapping[Any, _Sizes]]) -> dict[Any, _Sizes]:
    found: dict[Any, _Sizes] = {}
    for part in parts:
        for name, one in part.items():
            before = found.get(name, _Sizes(0, 0, 0, 0))
            found[name] = _Sizes(
                before.n_interviews + one.n_interviews,
                before.n_applicants + one.n_applicants,
                before.n_waiting + one.n_waiting,
                before.n_waiting_applicants + one.n_waiting_applicants,
            )
    return found


def _observed(choose: Choose, rows: pl.DataFrame) -> dict[Any, pl.DataFrame]:
    return {name: found for name, part in choose(rows).items() if (found := part.filter(pl.col("time") >= 0)).height}


def _head(name: str, sizes: _Sizes, outcome: str, days: float, horizon: int, n_events: int) -> SilenceRow:
    return SilenceRow(
        group=name, days=days, horizon=horizon, outcome=outcome,
        estimate=None, conf_low=None, conf_high=None, chance_yet=None, chance_yet_low=None, chance_yet_high=None,
        n_interviews=sizes.n_interviews, n_applicants=sizes.n_applicants,
        n_events=n_events, n_waiting=sizes.n_waiting,
    )  # fmt: skip


def _row(row: SilenceRow, found: Exits | None, sizes: _Sizes, policy: DisclosurePolicy) -> SilenceRow:
    # What is said of those still waiting is about them alone, who may be too few where the group is not.
    few = 0 < sizes.n_waiting_applicants < policy.min_cell
    if few:
        row = row.having(n_waiting=None)
    curve, replicated = found.estimate(nobody=0.0) if found is not None else (None, None)
    if curve is None or replicated is None or not bool(curve.observed[0]) or curve.estimate[0, 1] <= 0:
        seen = curve is not None and bool(curve.observed[0])
        why = "nobody has heard back yet." if seen else "nobody was observed for so long."
        return row.having(status="not_estimable", reason=f"There is no such number: {why}")
    estimate, low, high = _limits(replicated.map(_share_later))
    chance, chance_low, chance_high = (None, None, None) if few else _limits(replicated.map(_chance_yet))
    # Past the last observation the curve stays where it is: what came later is not in these shares.
    short = not bool(curve.observed[1])
    return row.having(
        estimate=estimate,
        conf_low=low,
        conf_high=high,
        chance_yet=chance,
        chance_yet_low=chance_low,
        chance_yet_high=chance_high,
        status="use_with_care" if short else "ok",
        reason="The record is shorter than the horizon: later answers are not counted." if short else None,
    )


def _share_later(curve: FloatArray) -> float:
    early, late = curve[0]
    return float(1 - early / late) if late > 0 else float("nan")


def _chance_yet(curve: FloatArray) -> float:
    waiting = 1.0 - float(curve[:, 0].sum())
    return float((curve[0, 1] - curve[0, 0]) / waiting) if waiting > 1e-12 else float("nan")


def _limits(found: Jackknife) -> tuple[float | None, float | None, float | None]:
    low, high = found.limits(scale="logit")
    return finite(found.estimate), finite(low), finite(high)
