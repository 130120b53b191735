"""Events where an act was made against those where it was not, day by day of the wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
#: A part of the log is found out too where its share of interviews is below this share of the others'.
_FAR_FEWER = 0.3
#: A group without any event is found out where chance would leave it without one less often than this.
_NONE_BY_CHANCE = 0.05
#: Times are compared within these days since the interview.
_EDGES = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 15.0, 22.0, 31.0, 46.0, np.inf])
#: More events than these are many enough for the normal curve.
_MANY = 3_000
NEVER = np.inf


@dataclass(frozen=True)
class Times:
    """Days since the interview of n interviews, infinite for never; `reply` and `outcome` end with the record.

    timed: whether the time of day is known of the interview and of all of its attempts.
    """

    until: FloatArray
    reply: FloatArray
    outcome: FloatArray
    acts: Mapping[str, FloatArray]
    timed: BoolArray


def joined_times(parts: Sequence[Times]) -> Times:
    """The times of several parts of a log, one after another."""
    if len(parts) == 1:
        return parts[0]
    return Times(
        until=np.concatenate([one.until for one in parts]),
        reply=np.concatenate([one.reply for one in parts]),
        outcome=np.concatenate([one.outcome for one in parts]),
        acts={act: np.concatenate([one.acts[act] for one in parts]) for act in parts[0].acts},
        timed=np.concatenate([one.timed for one in parts]),
    )


@dataclass(frozen=True)
class Compared:
    """Events and days at risk in each part of `_EDGES`, of those who are suspected and of the others."""

    events: FloatArray
    days: FloatArray
    events_others: FloatArray
    days_others: FloatArray
    people: FloatArray
    people_others: FloatArray

    @property
    def far_fewer(self) -> bool:
        """Whether the suspected have far fewer events for each interview at risk, too.

        Where all events of a part fall on one instant, as on bare dates, days at risk say little: whoever had the event
        then has hardly any, and rates of days differ more than shares of interviews do.
        """
        share = np.divide(
            self.events_others, self.people_others, out=np.zeros(len(self.people)), where=self.people_others > 0
        )
        return float(self.events.sum()) <= _FAR_FEWER * float((share * self.people).sum())

    @property
    def expected(self) -> float:
        """Events that the others' rates would bring to the suspected."""
        rate = np.divide(self.events_others, self.days_others, out=np.zeros(len(self.days)), where=self.days_others > 0)
        return float((rate * self.days).sum())

    def p_value(self, share: float) -> float:
        """Chance of so few events or fewer if the suspected had `share` of the others' rates.

        Within a part of time the suspected have a binomial number of all its events; the parts add up.
        """
        total = np.rint(self.events + self.events_others)
        weight = share * self.days
        here = np.divide(weight, weight + self.days_others, out=np.zeros(len(weight)), where=self.days_others > 0)
        usable = (self.days_others > 0) & (self.days > 0)
        total, here = total[usable], here[usable]
        seen = float(self.events[usable].sum())
        if total.sum() > _MANY:
            from scipy.special import ndtr

            mean, variance = float((total * here).sum()), float((total * here * (1 - here)).sum())
            return float(ndtr((seen + 0.5 - mean) / max(np.sqrt(variance), 1e-9)))
        spread = np.ones(1)
        for n, p in zip(total.astype(int), here, strict=True):
            spread = np.convolve(spread, binomial(int(n), float(p)))
        return float(spread[: int(seen) + 1].sum())


def binomial(n: int, p: float) -> FloatArray:
    """Chances of 0 to n events of n, shape (n + 1,); scipy.stats has them too, but takes a second to import."""
    from scipy.special import gammaln, xlog1py, xlogy

    k = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlog1py(n - k, -p)), dtype=np.float64)


def _days(start: FloatArray, stop: FloatArray) -> FloatArray:
    """Days between start and stop in each part of time, summed over interviews, shape (parts,)."""
    low, high = _EDGES[:-1], np.minimum(_EDGES[1:], 1e6)
    return np.array(
        [
            float(np.clip(np.minimum(stop, b) - np.maximum(start, a), 0.0, None).sum())
            for a, b in zip(low, high, strict=True)
        ]
    )


def _events(at: FloatArray) -> FloatArray:
    return np.histogram(at[np.isfinite(at)], bins=np.minimum(_EDGES, 1e6))[0].astype(np.float64)


def ends_of(times: Times, event: str) -> tuple[FloatArray, FloatArray]:
    """When the event came (infinite: not), and until when it could have."""
    at = times.reply if event == "reply" else times.outcome
    other = times.outcome if event == "reply" else np.full(len(at), NEVER)
    stop = np.minimum(np.minimum(at, other), times.until)
    return np.where(at <= stop, at, NEVER), stop


def _people(start: FloatArray, stop: FloatArray) -> FloatArray:
    """Interviews at risk at some time of each part, shape (parts,)."""
    return np.array([float(((stop >= a) & (start < b)).sum()) for a, b in pairwise(_EDGES)])


def before_and_after(act: FloatArray, at: FloatArray, stop: FloatArray, rows: BoolArray | None = None) -> Compared:
    """Before the act against after it."""
    keep = np.ones(len(act), bool) if rows is None else rows
    act, at, stop = act[keep], at[keep], stop[keep]
    turn = np.minimum(act, stop)
    before = at < act
    zero = np.zeros(len(act))
    acted = act <= stop
    return Compared(
        _events(at[before]),
        _days(zero, turn),
        _events(at[~before]),
        _days(turn, stop),
        _people(zero, turn),
        _people(turn[acted], stop[acted]),
    )


def without_and_with(mine: BoolArray, at: FloatArray, stop: FloatArray) -> Compared:
    """These interviews against the others."""
    zero = np.zeros(len(at))
    return Compared(
        _events(at[mine]),
        _days(zero[mine], stop[mine]),
        _events(at[~mine]),
        _days(zero[~mine], stop[~mine]),
        _people(zero[mine], stop[mine]),
        _people(zero[~mine], stop[~mine]),
    )


def by_group(place: NDArray[np.intp], n: int, at: FloatArray, stop: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Events and days at risk of n groups in each part of time, shape (n, parts) each; `place` is each one's group."""
    events, days = [], []
    for a, b in pairwise(np.minimum(_EDGES, 1e6)):
        events.append(np.bincount(place[(at >= a) & (at < b)], minlength=n))
        days.append(np.bincount(place, weights=np.clip(np.minimum(stop, b) - a, 0.0, None), minlength=n))
    return np.stack(events, axis=1).astype(np.float64), np.stack(days, axis=1)


def unlikely_empty(days: FloatArray, events_others: FloatArray, days_others: FloatArray) -> BoolArray:
    """Which groups without any event would hardly have none by chance, if the others' rates were theirs.

    days: days at risk of each such group in each part of time, shape (groups, parts). Each event is one of the others'
    with the chance that days at risk give; the level is shared by as many groups as have none.
    """
    both = days + days_others
    theirs = np.divide(days_others, both, out=np.ones(both.shape), where=(both > 0) & (days_others > 0))
    return np.asarray((theirs**events_others).prod(axis=1) < _NONE_BY_CHANCE / len(days))
