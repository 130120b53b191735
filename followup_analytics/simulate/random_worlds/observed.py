"""Rates and incidences of a random world as it is, with nobody lost: what `rates` and `curve` should find."""

from __future__ import annotations

from typing import Any

import numpy as np

from followup_analytics.log.schema import CHANNELS, PARTIES
from followup_analytics.simulate.random_worlds.course import FILLED, REJECTED, WITHDRAWN, Course
from followup_analytics.simulate.random_worlds.details import NOBODY
from followup_analytics.simulate.random_worlds.state import EMAIL, MESSAGE, NEVER
from followup_analytics.simulate.random_worlds.world import DAYS, BoolArray, FloatArray, IntArray

_WINDOW, _LAST_DAY = 7.0, 30
_TIMING = {"0": 0, "1": 1, "2-3": 2, "4-7": 4, "8-14": 8, "15+": 15}
_NUMBERS = ("1", "2", "3", "4", "5", "6+")


def channel_of(kind: FloatArray) -> IntArray:
    """The channel of attempts of these kinds, as a place in the schema's channels."""
    phone, voicemail, email = (CHANNELS.index(name) for name in ("phone", "voicemail", "email"))
    return np.where(kind == EMAIL, email, np.where(kind == MESSAGE, voicemail, phone))


def true_rates(course: Course) -> list[dict[str, Any]]:
    """Shares of attempts that are answered within 7 days and before the next attempt, as truth.json has them."""
    tries = course.attempts
    order = np.lexsort((tries["at"], tries["who"])) if tries else np.empty(0, np.int64)
    if not len(order):
        return []
    who, at = tries["who"][order].astype(np.int64), tries["at"][order]
    number = np.minimum(tries["number"][order].astype(np.int64), len(_NUMBERS)) - 1
    following = np.append(np.where(who[1:] == who[:-1], at[1:], NEVER), NEVER)
    closes = np.minimum(at + _WINDOW, following)
    answered = course.state.reply[who] <= closes
    ended = ~answered & (course.state.end[who] <= closes)
    # Windows that the end of the simulation cuts are nobody's.
    whole = at + _WINDOW < DAYS
    timing = np.searchsorted(list(_TIMING.values()), np.floor(at), side="right") - 1
    rows = _shares("timing", timing, tuple(_TIMING), answered, whole)
    rows += _shares("channel", channel_of(tries["kind"][order]), CHANNELS, answered, whole)
    rows += _numbered(number, answered, ended, whole)
    party = np.minimum(tries["party"][order].astype(np.int64), NOBODY)
    return rows + _shares("party", party, PARTIES, answered, whole)


def _shares(
    by: str, codes: IntArray, labels: tuple[str, ...], answered: BoolArray, whole: BoolArray
) -> list[dict[str, Any]]:
    rows = []
    for code, label in enumerate(labels):
        here = (codes == code) & whole
        if here.any():
            share = round(float(answered[here].mean()), 6)
            rows.append({"by": by, by: label, "within": _WINDOW, "n_attempts": int(here.sum()), "estimate": share})
    return rows


def _numbered(number: IntArray, answered: BoolArray, ended: BoolArray, whole: BoolArray) -> list[dict[str, Any]]:
    """The rates by number of the attempt, with the cumulative share of the contract's section 2."""
    rows = _shares("attempt", number, _NUMBERS, answered, whole)
    reached, left = 0.0, 1.0
    for row in rows[:5]:
        here = (number == _NUMBERS.index(row["attempt"])) & whole
        response, end = float(answered[here].mean()), float(ended[here].mean())
        reached, left = reached + left * response, left * (1.0 - response - end)
        row["cumulative"] = round(reached, 6)
    return rows


def true_curve(course: Course) -> list[dict[str, Any]]:
    """Shares of interviews with a response (or an advance) and with each competing end, by local day 0 to 30."""
    reply, decided, outcome = course.state.reply, course.decided, course.outcome
    first = np.where(np.isfinite(reply), reply, NEVER)
    ends = {name: np.where(outcome == code, decided, NEVER) for name, code in _ENDS.items()}
    response = {"response": first, "filled": ends["filled"], "withdrawn": ends["withdrawn"]}
    advanced = {"advanced": course.advanced, **ends}
    rows = []
    for name, events in (("response", response), ("advanced", advanced)):
        for event, times in events.items():
            by_day = [round(float((np.floor(times) <= day).mean()), 6) for day in range(_LAST_DAY + 1)]
            rows += [{"outcome": name, "event": event, "day": day, "estimate": p} for day, p in enumerate(by_day)]
    return rows


_ENDS = {"rejected": REJECTED, "filled": FILLED, "withdrawn": WITHDRAWN}
