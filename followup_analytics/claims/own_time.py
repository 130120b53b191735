"""When things happen in a claim's own time: intervals since time zero, how follow-up ends, and where records begin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.definition import Claim, Outcome
from followup_analytics.claims.histories import NEVER, Histories, Times, elapsed
from followup_analytics.claims.moments import Moments
from followup_analytics.log.clock import DAY_US
from followup_analytics.trials.steps import CENSORED, COMPETING, EVENT, FollowUp

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: An interval that never comes.
LATE = 1_000_000


def intervals(claim: Claim, since: Times, until: Times) -> IntArray:
    """Interval in which each row lies: local days since time zero, or whole 24 hours; LATE where there is none."""
    found = until.day - since.day if claim.by_local_days else elapsed(since, until) // DAY_US
    return np.where(until.order == NEVER, LATE, np.minimum(found, LATE))


def at_end(claim: Claim, since: Times, until: Times, last: int) -> IntArray:
    """`intervals`, where exactly `last` times 24 hours still belongs to the last interval ("within 7 days")."""
    found = intervals(claim, since, until)
    if claim.by_local_days:
        return found
    return np.where(elapsed(since, until) == last * DAY_US, last - 1, found)


def parts_of(claim: Claim, since: Times, until: Times, *, inbound: bool) -> FloatArray:
    """Part of its interval that had passed at each row, 0 to 1."""
    if claim.by_local_days:
        first = until.day == since.day
        left = np.maximum(1 - since.part, 1e-6)
        return np.where(first, np.clip((until.part - since.part) / left, 0, 1), until.part)
    gone = np.where(until.order == NEVER, 0, elapsed(since, until))
    part = (gone % DAY_US) / DAY_US
    # Of a date without a time, attempts come first in their day and answers last.
    return np.where((until.instant == 0) | (since.instant == 0), 1.0 if inbound else 0.0, part)


def earlier(one: Times, other: Times) -> Times:
    """Row by row the earlier of two; the one of both where they are at once."""
    take = one.order <= other.order
    names = ("row", "order", "us", "day", "instant", "part")
    return Times(*(np.where(take, getattr(one, name), getattr(other, name)) for name in names))


def first_unseen(claim: Claim, histories: Histories, moments: Moments) -> IntArray:
    """First interval that the record does not reach into, shape (m,); it reaches into the one that begins at its end.

    The interval in which a record ends counts as seen, for what happened in it and for what did not: nothing that was
    recorded is thrown away, and the hours that are missing of one interval in 14 or 30 move no risk that could be told.
    """
    until = histories.until.take(moments.at.row)
    if claim.by_local_days:
        return until.day - moments.at.day + 1
    return np.maximum(elapsed(moments.at, until), 0) // DAY_US + 1


def place_among(histories: Histories, moments: Moments) -> IntArray:
    """Place of each interview of the log among the moments, shape (n,); -1 where it has none."""
    place = np.full(histories.interviews, -1, dtype=np.int64)
    place[moments.at.row] = np.arange(len(moments))
    return place


def follow_up_of(claim: Claim, histories: Histories, moments: Moments, outcome: Outcome, horizon: int) -> FollowUp:
    """How each interview's follow-up ended for an outcome, within a horizon in intervals."""
    row = moments.at.row
    if outcome == "conversation":
        event, other = _next_meeting(histories, moments), histories.ended.take(row)
    elif outcome == "advanced":
        event, other = histories.advanced.take(row), histories.closed.take(row)
    else:
        event, other = histories.response.take(row), histories.ended.take(row)
    happens = event.order <= other.order
    first = earlier(event, other)
    at = at_end(claim, moments.at, first, horizon)
    seen = (first.order != NEVER) & (at < horizon)
    kind = np.where(seen, np.where(happens, EVENT, COMPETING), CENSORED)
    ends = np.where(seen, at, first_unseen(claim, histories, moments))
    if histories.entry is None:
        return FollowUp(ends, kind, horizon)
    entry, part = entries_of(claim, histories, moments)
    begins = histories.entry.take(row)
    never = (entry > 0) | (part > 0)
    never &= (first.order < begins.order) | (histories.until.order[row] < begins.order) | (entry >= horizon)
    none = np.where(never, 0, entry), np.where(never, 0.0, part)
    return FollowUp(np.where(never, 0, ends), np.where(never, CENSORED, kind), horizon, *none)


def entries_of(claim: Claim, histories: Histories, moments: Moments) -> tuple[IntArray, FloatArray]:
    """Interval in which each record begins, 0 at time zero or before, and the part of it that was over, shape (m,)."""
    nothing = np.zeros(len(moments), dtype=np.int64), np.zeros(len(moments))
    if histories.entry is None:
        return nothing
    begins = histories.entry.take(moments.at.row)
    late = (begins.order != NEVER) & (begins.order > moments.at.order)
    entry = np.where(late, intervals(claim, moments.at, begins), nothing[0])
    return entry, np.where(late, parts_of(claim, moments.at, begins, inbound=False), nothing[1])


def is_followed(claim: Claim, histories: Histories, moments: Moments) -> BoolArray:
    """Whose record begins before the story is over, and within the horizon, shape (m,)."""
    if histories.entry is None:
        return np.ones(len(moments), dtype=bool)
    found = follow_up_of(claim, histories, moments, claim.outcome, claim.intervals)
    return np.asarray(found.seen | (found.exit_interval > 0), dtype=np.bool_)


def _next_meeting(histories: Histories, moments: Moments) -> Times:
    """The first contact with an interviewer or the hiring team after time zero, in either direction."""
    place = place_among(histories, moments)[histories.met.row]
    later = (place >= 0) & (histories.met.order > moments.at.order[np.maximum(place, 0)])
    met = histories.met.take(later)
    first = np.full(len(moments), -1, dtype=np.int64)
    first[place[later][::-1]] = np.arange(len(met.row))[::-1]
    none = Times(*(np.append(getattr(met, name), fill) for name, fill in _NOWHERE))
    return none.take(first)


_NOWHERE = (("row", 0), ("order", NEVER), ("us", NEVER), ("day", 2**31), ("instant", 1), ("part", 1.0))
