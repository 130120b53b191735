"""A claim on a log as an emulated trial: who decides what in which interval, how each arm reads it, how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.covariates import WEEKDAY, Covariate, binned, promised_covariate, weekday_covariate
from followup_analytics.claims.definition import Claim, Course
from followup_analytics.claims.histories import Histories, Times
from followup_analytics.claims.layout import Rows, design_and_penalties, grace_of, lay_out
from followup_analytics.claims.moments import Moments
from followup_analytics.claims.own_time import (
    at_end,
    earlier,
    entries_of,
    first_unseen,
    follow_up_of,
    intervals,
    parts_of,
    place_among,
)
from followup_analytics.log.schema import CHANNELS, TONES
from followup_analytics.statistics.designs import Design
from followup_analytics.trials.steps import MUST, WITHIN, FollowUp, Grace, Ints, Step

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Whole numbers that fit in two bytes: interviews times intervals are many.
Small = NDArray[np.int16]
#: No more acts are counted in an interval: sums over intervals must fit in two bytes.
_MANY = 1_000
_DAY_EDGES, _DAY_WORDS = (0, 1, 2, 4, 8, 15), ("0", "1", "2-3", "4-7", "8-14", "15+")
_COUNT_EDGES, _COUNT_WORDS = (0, 1, 2), ("0", "1", "2+")
_NUMBER_EDGES, _NUMBER_WORDS = (0, 1, 2, 3, 4), ("0", "1", "2", "3", "4+")
_GAP_EDGES, _GAP_WORDS = (0, 1, 2, 3, 4, 5, 6, 7), ("none", "1", "2", "3", "4", "5", "6", "7+")
_TONE_WORDS = ("none", *TONES)


@dataclass(frozen=True)
class Emulation:
    """A claim's trial on m eligible interviews.

    Attributes:
        steps: what was decided while the strategies bound, in order of time; graces: of strategy and alternative.
        follow_up: how each interview's follow-up ended, for the claim's outcome and horizon.
        did: shape (2, m), whether what was done matches each arm, as a plain tabulation would sort people.
        followed: shape (m,), whether the record reaches the horizon, whatever happened before it.
        row: shape (m,), the interview; since_us: shape (m,), time zero in microseconds.
        baseline: covariates at time zero, of persons and of the call history; zero: the same as a design
            (m, k), with its penalties.
    """

    steps: tuple[Step, ...]
    graces: tuple[Grace | None, Grace | None]
    follow_up: FollowUp
    did: BoolArray
    followed: BoolArray
    row: IntArray
    since_us: IntArray
    baseline: tuple[Covariate, ...]
    zero: tuple[Design, FloatArray]

    @property
    def cloned(self) -> bool:
        """Whether anybody is in both arms for a while: not all is decided at time zero."""
        return any(step.interval >= 0 for step in self.steps)

    def asks(self, arm: int) -> bool:
        """Whether an arm (0: strategy, 1: alternative) asks for acts, and not only to let be."""
        return any(((step.asks[arm] == MUST) | (step.asks[arm] == WITHIN)).any() for step in self.steps)


@dataclass(frozen=True)
class _Acts:
    """Acts of one kind by interval.

    Attributes:
        count: shape (m, K), how many.
        cell: shape (a,), place of each act among the m K intervals, ascending; acts of one interval in order of time.
        part: shape (a,), part of its interval that had passed at each act.
    """

    count: Small
    cell: IntArray
    part: FloatArray

    def parts_of(self, person: Ints, interval: Small, rank: Small) -> FloatArray:
        """Part of the interval that had passed at the (rank + 1)-th act in it, which there must be."""
        cell = person.astype(np.int64) * self.count.shape[1] + interval
        place = np.searchsorted(self.cell, cell, side="left") + rank
        return np.asarray(self.part[place], dtype=np.float64)


def emulate(
    claim: Claim, histories: Histories, moments: Moments, persons: Sequence[Covariate], promised: IntArray | None = None
) -> Emulation:
    """Lay a claim's trial out.

    Args:
        claim: the claim; histories, moments: of the log.
        persons: covariates of the moments.
        promised: shape (m,), local day for which a decision was promised (see `promised_days`); None: not adjusted for.
    """
    known = (*persons, *_at_moment(claim, histories, moments))
    binding, part = _binding(claim, histories, moments)
    recorded = first_unseen(claim, histories, moments)
    act = claim.strategy.act or claim.alternative.act
    acts = _acts(claim, histories, moments, act or "attempt", claim.window)
    rows = _decision_rows(claim, acts, binding, recorded) if act else _no_rows()
    if claim.choice is not None:
        # Only who chose the strategy's way has something left to do; the others' later acts are their own affair.
        rows = rows.only(moments.chosen[rows.person] == 1)
    today = moments.at.day[rows.person] + rows.interval
    # What is usual on a Friday is common to all intervals; what is usual after an interview on a Friday is not.
    held = (
        weekday_covariate(today) if one.name == WEEKDAY else one.during(rows.person, rows.interval) for one in known
    )
    covariates = [*held, *_varying(claim, histories, moments, rows)]
    if claim.assigned is not None:
        # Who was told to act does so for other reasons than who was told not to.
        covariates.append(Covariate.of("assigned", moments.chosen[rows.person], ("alternative", "strategy")))
    first = list(known)
    if promised is not None:
        first.append(promised_covariate(promised, moments.at.day))
        covariates.append(promised_covariate(promised[rows.person], today))
    follow_up = follow_up_of(claim, histories, moments, claim.outcome, claim.intervals)
    choice = moments.chosen if claim.decided_at_once else None
    entry = None if histories.entry is None else entries_of(claim, histories, moments)[0]
    made = lay_out(claim, rows, _seen(rows, acts, binding, part), covariates, first, choice, entry)
    return Emulation(
        steps=made,
        graces=(grace_of(claim.strategy), grace_of(claim.alternative)),
        follow_up=follow_up,
        did=_did(claim, moments, acts),
        followed=recorded >= claim.intervals,
        row=moments.at.row,
        since_us=moments.at.us,
        baseline=known,
        zero=design_and_penalties(first, len(moments)),
    )


def _binding(claim: Claim, histories: Histories, moments: Moments) -> tuple[IntArray, FloatArray]:
    """Interval in which the strategies cease to bind (response or end), and the part of it that had passed."""
    row = moments.at.row
    response, ended = histories.response.take(row), histories.ended.take(row)
    first = earlier(response, ended)
    return intervals(claim, moments.at, first), parts_of(claim, moments.at, first, inbound=True)


def _acts(claim: Claim, histories: Histories, moments: Moments, act: str, window: int) -> _Acts:
    """Acts of a kind after time zero, by interval."""
    times = act_times(histories, moments, act)
    place = place_among(histories, moments)[times.row]
    since = moments.at.take(place)
    interval = at_end(claim, since, times, window)
    inside = (interval >= 0) & (interval < window)
    place, interval = place[inside], interval[inside]
    part = parts_of(claim, since, times, inbound=False)[inside]
    shape = (len(moments), max(window, 1))
    cell = place * shape[1] + interval
    count = np.minimum(np.bincount(cell, minlength=shape[0] * shape[1]), _MANY).astype(np.int16).reshape(shape)
    order = np.argsort(cell, kind="stable")
    return _Acts(count, cell[order], part[order])


def act_times(histories: Histories, moments: Moments, act: str) -> Times:
    """Acts of a kind after time zero in interviews that have one; the moment's own contact is not among them."""
    place = place_among(histories, moments)
    if act == "thank_you":
        return histories.notes.take(place[histories.notes.row] >= 0)
    attempts = histories.attempts
    wanted = place[attempts.at.row] >= 0
    if act != "attempt":
        wanted &= attempts.channel == CHANNELS.index(act)
    own = moments.place[np.maximum(place[attempts.at.row], 0)]
    return attempts.at.take(wanted & (np.arange(len(own)) > own))


def _no_rows() -> Rows:
    none = np.empty(0, dtype=np.int16)
    return Rows(none, none, none, none, none)


def _decision_rows(claim: Claim, acts: _Acts, binding: IntArray, recorded: IntArray) -> Rows:
    """Intervals in which each person could still decide: bound, recorded, and not yet past what the arms ask."""
    enough = max(claim.strategy.at_least, claim.alternative.at_least, _bound(claim.strategy), _bound(claim.alternative))
    before = _made_before(acts.count)
    k = np.arange(acts.count.shape[1])[None, :]
    there = (k <= binding[:, None]) & (k < recorded[:, None])
    found = []
    for rank in range(max(enough, 1)):
        mine = there & (before + rank < enough) & (acts.count >= rank)
        person, interval = np.nonzero(mine)
        ranks = np.full(len(person), rank, dtype=np.int16)
        made = acts.count[mine] - np.int16(rank)
        rows = (person.astype(np.int32), interval.astype(np.int16), ranks, before[mine] + np.int16(rank), made)
        found.append(rows)
    return Rows(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _made_before(count: Small) -> Small:
    """Acts before each interval."""
    return np.cumsum(count, axis=1, dtype=np.int16) - count


def _bound(course: Course) -> int:
    return course.at_most + 1 if course.none_in else 0


def _seen(rows: Rows, acts: _Acts, binding: IntArray, part: FloatArray) -> FloatArray:
    """Share of the interval's usual times of acting that had passed when the strategies ceased to bind."""
    seen = np.ones(len(rows.person))
    acted = rows.made > 0
    cut = (rows.interval == binding[rows.person]) & ~acted
    for first in (True, False):
        for again in (False, True):
            mine = ((rows.interval == 0) == first) & ((rows.rank > 0) == again)
            did, cut_here = np.flatnonzero(mine & acted), mine & cut
            usual = np.sort(acts.parts_of(rows.person[did], rows.interval[did], rows.rank[did]))
            if len(usual):
                seen[cut_here] = np.searchsorted(usual, part[rows.person[cut_here]], side="left") / len(usual)
    return seen


def _at_moment(claim: Claim, histories: Histories, moments: Moments) -> list[Covariate]:
    """What the call history says at time zero."""
    attempts, at = histories.attempts, moments.at
    own = np.maximum(moments.place, 0)
    made = []
    known = moments.place >= 0
    if "number" in claim.history:
        number = np.where(known, attempts.number[own] if len(attempts.number) else 0, 0)
        made.append(binned("number", number, _NUMBER_EDGES, _NUMBER_WORDS))
    if "day" in claim.history:
        made.append(binned("day", at.day - histories.start.day[at.row], _DAY_EDGES, _DAY_WORDS))
    if "channel" in claim.history and len(attempts.number):
        made.append(
            Covariate.of("channel", np.where(known, attempts.channel[own] + 1, 0), ("none", *CHANNELS), history=True)
        )
    if "tone" in claim.history:
        # What is chosen at the moment itself is chosen before anybody answers; what follows it, after its answer.
        heard = _last_tone(histories, at, own=not claim.decided_at_once)
        made.append(Covariate.of("tone", heard, _TONE_WORDS, history=True))
    return made


def _last_tone(histories: Histories, at: Times, *, own: bool) -> IntArray:
    """The tone last heard before time zero (or, with `own`, at it), as a place in _TONE_WORDS."""
    last = np.zeros(histories.interviews, dtype=np.int64)
    place = np.full(histories.interviews, -1, dtype=np.int64)
    place[at.row] = np.arange(len(at.row))
    here = place[histories.toned.row]
    zero = at.order[np.maximum(here, 0)]
    before = (here >= 0) & ((histories.toned.order < zero) | (own & (histories.toned.order == zero)))
    last[histories.toned.row[before]] = histories.tones[before] + 1  # in order of time: the last one stays
    return last[at.row]


def _varying(claim: Claim, histories: Histories, moments: Moments, rows: Rows) -> list[Covariate]:
    """What the call history says at the start of each decision's interval."""
    made: list[Covariate] = []
    if not len(rows.person):
        return made
    if rows.before.any():
        made.append(binned("acts", rows.before, range(8), [str(n) for n in range(8)]))
    if "attempts" in claim.history or rows.before.any():
        count = _acts(claim, histories, moments, "attempt", claim.window).count
        before = _made_before(count)[rows.person, rows.interval]
        made.append(binned("attempts", before, _COUNT_EDGES, _COUNT_WORDS))
        gap = _gap(count, since_moment=bool((moments.place >= 0).all()))
        made.append(binned("since attempt", gap[rows.person, rows.interval], _GAP_EDGES, _GAP_WORDS))
    if "thanked" in claim.history:
        count = _acts(claim, histories, moments, "thank_you", claim.window).count
        before = _made_before(count)[rows.person, rows.interval]
        made.append(binned("thanked", before, (0, 1), ("no", "yes")))
    if "tone" in claim.history:
        heard = _tone_since(claim, histories, moments)[rows.person, rows.interval]
        made.append(Covariate.of("tone since", heard, _TONE_WORDS, history=True))
    return made


def _gap(count: Small, *, since_moment: bool) -> Small:
    """Intervals since the last attempt before each interval, the moment's own included; 0 where there was none."""
    k = np.arange(count.shape[1], dtype=np.int16)[None, :]
    last = np.maximum.accumulate(np.where(count > 0, k, np.int16(-1)), axis=1)
    before = np.concatenate([np.full((len(count), 1), -1, dtype=np.int16), last[:, :-1]], axis=1)
    return k - before if since_moment else np.where(before < 0, 0, k - before)


def _tone_since(claim: Claim, histories: Histories, moments: Moments) -> Small:
    """The tone last heard since time zero, before each interval, shape (m, K)."""
    window = max(claim.window, 1)
    heard = np.zeros((len(moments), window), dtype=np.int16)
    place = place_among(histories, moments)[histories.toned.row]
    mine = place >= 0
    toned, tones, place = histories.toned.take(mine), histories.tones[mine], place[mine]
    since = moments.at.take(place)
    interval = intervals(claim, since, toned)
    inside = (toned.order > since.order) & (interval >= 0) & (interval < window)
    heard[place[inside], interval[inside]] = tones[inside] + 1
    k = np.arange(window)[None, :]
    last = np.maximum.accumulate(np.where(heard > 0, k, 0), axis=1)
    carried = np.take_along_axis(heard, last, axis=1)
    return np.concatenate([np.zeros((len(moments), 1), dtype=np.int16), carried[:, :-1]], axis=1)


def _did(claim: Claim, moments: Moments, acts: _Acts) -> BoolArray:
    """Who did what each arm asks, whatever came in between: how a plain tabulation sorts people."""
    done = []
    for course, chosen in ((claim.strategy, 1), (claim.alternative, 0)):
        fits = np.ones(len(moments), dtype=bool) if not claim.decided_at_once else moments.chosen == chosen
        if course.act and course.none_in:
            fits &= acts.count[:, course.none_in[0] : course.none_in[1] + 1].sum(axis=1) <= course.at_most
        if course.act and course.some_in:
            fits &= acts.count[:, course.some_in[0] : course.some_in[1] + 1].sum(axis=1) >= course.at_least
        done.append(fits)
    return np.stack(done)
