"""How long answers take when nothing further is done: rates by silence so far, from which any waiting time follows.

A spell of waiting starts at the interview or at an attempt and lasts until a response, the end of the story, the next
attempt or the end of the record; the last two censor it, since the question is what comes if nothing further is done.
Rates are constant within intervals of silence (a piecewise exponential curve of incidence): few numbers, defined after
any silence, and none of them rests on fewer than `min_cell` applicants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells.counted import attempts, episodes
from followup_analytics.log.clock import DAY_US
from followup_analytics.statistics import group_rows
from followup_analytics.statistics.newton import newton

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Edges of the intervals of silence in days; the last interval has no end.
EDGES = (0.0, 0.25, 1.0, 2.0, 4.0, 7.0, 10.0, 14.0, 21.0, 30.0, 45.0)
#: Spells are told apart by the attempts made so far: none, one, two, three or more.
STRATA = 4
_LONGEST = 3_650.0
#: What stands for no time at all: an answer within the minute still took some.
_SHORTEST = 1.0 / 1_440.0
_HALF_DAY = 0.5
#: How far the power of a multiple may stray from 1 before the data have spoken, and at most.
_POWER_SPREAD, _MOST_POWER = 0.5, 5.0
_STEPS, _CLOSE = 50, 1e-9


@dataclass(frozen=True)
class Curve:
    """Rates of one kind of spell.

    edges: start of each interval in days. response, end: events per day of waiting in each interval. variance: of the
    logarithm of the response rate. df: degrees of freedom of that variance. power: how strongly an interview's multiple
    works in such spells (1: as it does within the window of an attempt), with its variance.
    """

    edges: tuple[float, ...]
    response: tuple[float, ...]
    end: tuple[float, ...]
    variance: tuple[float, ...]
    df: int
    power: float = 1.0
    power_variance: float = 0.0

    def chance(self, silence: float, days: float, multiple: float = 1.0) -> float:
        """The chance of a response in the next `days` after `silence` days without any, the end of the story competing.

        multiple: how many times the usual rate of responses. Integrates multiple^power * rate * share still waiting.
        """
        waiting, found = 1.0, 0.0
        for place, span in self._pieces(silence, days):
            response, end = multiple**self.power * self.response[place], self.end[place]
            total = response + end
            gone = -np.expm1(-total * span)
            found += waiting * gone * (response / total if total > 0 else 0.0)
            waiting *= 1.0 - gone
        return float(min(max(found, 0.0), 1.0))

    def log_variance(self, silence: float, days: float, multiple: float = 1.0, spread: float = 0.0) -> float:
        """Variance of the logarithm of the summed response rate over those days, intervals taken as independent.

        spread: variance of the logarithm of the multiple.
        """
        own = self.power**2 * spread + self.power_variance * float(np.log(multiple)) ** 2
        parts = [(self.response[place] * span, self.variance[place]) for place, span in self._pieces(silence, days)]
        total = sum(part for part, _ in parts)
        return own + sum((part / total) ** 2 * variance for part, variance in parts) if total > 0 else 0.0

    def _pieces(self, silence: float, days: float) -> list[tuple[int, float]]:
        ends = [*self.edges[1:], np.inf]
        spans = [
            (place, min(end, silence + days) - max(start, silence))
            for place, (start, end) in enumerate(zip(self.edges, ends, strict=True))
        ]
        return [(place, float(span)) for place, span in spans if span > 0]


def spells(log: FollowUpLog, outcome: str = "response") -> pl.DataFrame:
    """One row per spell: interview_id, contact_id (its attempt), applicant_id, bucket, attempts (so far), days, event.

    event: 1 a response, 2 the end of the story, 0 neither. A response on a day of which only the date is known, on the
    day the spell began, took half a day.
    """
    stories = episodes(log, outcome)
    made = attempts(log, outcome, _LONGEST)
    first = made.filter(pl.col("attempt") == 1).select(
        "interview_id", first_us="at_us", first_day="at_day", first_instant="instant"
    )
    waits = stories.join(first, on="interview_id", how="left", maintain_order="left")
    waits = waits.filter(pl.col("until_us") >= pl.col("start_us"))
    cut = pl.col("first_us").is_not_null()
    exact = pl.when(cut).then(pl.col("first_instant")).otherwise(pl.col("exit_instant")) * pl.col("start_instant") == 1
    by_us = (pl.when(cut).then(pl.col("first_us")).otherwise(pl.col("exit_us")) - pl.col("start_us")) / DAY_US
    by_day = (pl.when(cut).then(pl.col("first_day")).otherwise(pl.col("exit_day")) - pl.col("start_day")).cast(
        pl.Float64
    )
    event = pl.when(cut).then(0).otherwise(_event_code(pl.col("exit_kind")))
    before = waits.select(
        "interview_id", "applicant_id", "bucket",
        contact_id=pl.lit(None, pl.String), attempts=pl.lit(0, pl.Int64),
        days=pl.when(exact).then(by_us).otherwise(by_day), whole=~exact, event=event.cast(pl.Int64),
    )  # fmt: skip
    after = made.select(
        "interview_id", "applicant_id", "bucket", "contact_id", attempts=pl.col("attempt"),
        days=pl.col("elapsed_us") / DAY_US, whole=pl.col("instant") == 0,
        event=_event_code(pl.col("closed_by")).cast(pl.Int64),
    )  # fmt: skip
    rows = pl.concat([before, after], how="vertical_relaxed")
    shortest = (
        pl.when(pl.col("whole") & (pl.col("days") <= 0))
        .then(_HALF_DAY)
        .otherwise(pl.max_horizontal("days", pl.lit(_SHORTEST)))
    )
    return rows.with_columns(days=shortest).drop("whole")


def waiting_curves(found: pl.DataFrame, *, min_cell: int) -> tuple[Curve, ...]:
    """Curves after no, one, two, and three or more attempts; one that too few applicants had is that of all spells.

    No curve at all where nobody has waited yet, as where every interview is still ahead.

    found: as `spells` gives them, with `multiple`, how many times the usual rate each has. A rate is that of a spell
    whose multiple is 1: responses over the sum of days times multiples. Spells of high multiples end early, so that
    rates late in a silence would otherwise be those of the hopeless, and their multiple would count twice.

    Source: N. Breslow (1974), Covariance analysis of censored survival data, Biometrics 30, 89-99.
    """
    if not found.height:
        return ()
    group = group_rows(found)
    whole = _curve(found, group, min_cell)
    curves = []
    for made in range(STRATA):
        here = (found["attempts"].clip(upper_bound=STRATA - 1) == made).to_numpy()
        part = found.filter(pl.Series(here))
        events = int((part["event"] == 1).sum())
        enough = part["applicant_id"].n_unique() >= max(min_cell, 2) and events >= 5
        curves.append(_curve(part, group[here], min_cell) if enough else whole)
    return tuple(curves)


def _event_code(kind: pl.Expr) -> pl.Expr:
    answered, over = ["response", "advanced"], ["filled", "withdrawn", "rejected", "end"]
    return pl.when(kind.is_in(answered)).then(1).when(kind.is_in(over)).then(2).otherwise(0)


@dataclass(frozen=True)
class _Interval:
    """One interval of silence: the spells that reach it (r of them), days spent in it, and how those ended that did."""

    at: IntArray
    spent: FloatArray
    answered: NDArray[np.bool_]
    over: NDArray[np.bool_]


def _intervals(days: FloatArray, event: IntArray, edges: list[float]) -> list[_Interval]:
    made = []
    for start, stop in zip(edges, [*edges[1:], np.inf], strict=True):
        at = np.flatnonzero(days > start)
        # An answer on an edge ends the interval before it, in which the waiting took place.
        ends = days[at] <= stop
        spent = np.minimum(days[at], stop) - start
        made.append(_Interval(at, spent, ends & (event[at] == 1), ends & (event[at] == 2)))
    return made


def _curve(found: pl.DataFrame, group: IntArray, min_cell: int) -> Curve:
    edges = _usable_edges(found, min_cell)
    days, event, multiple = (found[name].to_numpy() for name in ("days", "event", "multiple"))
    intervals = _intervals(days, event, edges)
    power, power_variance = _power(intervals, np.log(multiple))
    groups, force = max(int(group.max()) + 1 if len(group) else 0, 1), multiple**power
    answers = _by_group([(one.at, one.answered) for one in intervals], group, groups)
    risk = _by_group([(one.at, one.spent * force[one.at]) for one in intervals], group, groups)
    exposure = np.maximum([one.spent.sum() for one in intervals], _SHORTEST)
    n, at_risk = answers.sum(axis=1), np.maximum(risk.sum(axis=1), _SHORTEST)
    return Curve(
        edges=tuple(edges),
        response=tuple(float(x) for x in np.maximum(n, 0.5) / at_risk),
        end=tuple(float(x) for x in np.array([one.over.sum() for one in intervals]) / exposure),
        variance=tuple(float(x) for x in _log_variances(answers, risk, n)),
        df=max(groups - 1, 1),
        power=power,
        power_variance=power_variance,
    )


def _by_group(parts: list[tuple[IntArray, NDArray[Any]]], group: IntArray, groups: int) -> FloatArray:
    """Sums of each interval's weights by applicant group, shape (intervals, groups)."""
    return np.stack([np.bincount(group[at], weights=w.astype(np.float64), minlength=groups) for at, w in parts])


def _power(intervals: list[_Interval], x: FloatArray) -> tuple[float, float]:
    """The power of the multiples in these spells and its variance, by partial likelihood, drawn gently towards 1.

    x: logarithms of the spells' multiples. A trait that makes an attempt work may matter more, or less, for answers
    that come unasked. The likelihood of rates r_k exp(g x) with every r_k at its best for g, and g normal about 1 with
    standard deviation one half.
    """
    if not len(x) or not np.ptp(x) > 0:
        return 1.0, 0.0

    def score_and_information(power: float) -> tuple[float, float]:
        score, information = (1.0 - power) / _POWER_SPREAD**2, 1.0 / _POWER_SPREAD**2
        for one in intervals:
            here = x[one.at]
            weight = one.spent * np.exp(power * here)
            whole, events = max(float(weight.sum()), 1e-300), int(one.answered.sum())
            mean, square = float(weight @ here) / whole, float(weight @ here**2) / whole
            score += float(here[one.answered].sum()) - events * mean
            information += events * max(square - mean**2, 0.0)
        return score, information

    def step_at(power: FloatArray) -> FloatArray:
        return np.atleast_1d(np.divide(*score_and_information(float(power[0]))))

    (found,), _ = newton(step_at, np.ones(1), tolerance=_CLOSE, steps=_STEPS, longest=1.0, bounds=(0.0, _MOST_POWER))
    power = float(found)
    return power, 1.0 / score_and_information(power)[1]


def _log_variances(answers: FloatArray, time: FloatArray, n: FloatArray) -> FloatArray:
    """Jackknife variance of each interval's log rate, never below what as many independent answers would give."""
    groups = answers.shape[1]
    least = 1.0 / np.maximum(n, 0.5)
    if groups < 2:
        return least
    left, spent = n[:, None] - answers, time.sum(axis=1, keepdims=True) - time
    rates = np.maximum(left, 0.5) / np.maximum(spent, _SHORTEST)
    whole = np.maximum(n, 0.5) / np.maximum(time.sum(axis=1), _SHORTEST)
    deviations = np.log(rates) - np.log(whole)[:, None]
    return np.asarray(np.maximum((groups - 1) / groups * (deviations**2).sum(axis=1), least), dtype=np.float64)


def _usable_edges(found: pl.DataFrame, min_cell: int) -> list[float]:
    """Edges between which at least `min_cell` applicants wait; a later one with fewer joins the interval before it."""
    fewest = max(min_cell, 2)
    reached = found.group_by("applicant_id").agg(pl.col("days").max())["days"].sort(descending=True)
    # The longest wait of the last applicant who counts: edges beyond it have too few behind them.
    last = float(reached[fewest - 1]) if len(reached) >= fewest else 0.0
    return [0.0, *(edge for edge in EDGES[1:] if edge < last)]
