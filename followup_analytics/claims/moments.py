"""Time zero of a claim in every interview: the interview itself, an attempt of a kind, or a stretch of silence."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.definition import Choice, Claim, Moment
from followup_analytics.claims.histories import NEVER, Attempts, Histories, Times, elapsed
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.schema import CHANNELS, PARTIES, TONES

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_PHONE, _VOICEMAIL = CHANNELS.index("phone"), CHANNELS.index("voicemail")
_NOBODY = PARTIES.index("none")


@dataclass(frozen=True)
class Moments:
    """Where each eligible interview's clock starts for a claim; m of them, in the order of the interviews.

    Attributes:
        at: when; `at.row` is the interview.
        place: shape (m,), place of the moment's own attempt among all attempts, of the last attempt before a silence,
            or -1 where there is none.
        chosen: shape (m,), 1 where the moment's own contact is the strategy's, 0 the alternative's, -1: no choice.
        unrecorded: contacts that would have been the moment, but lack the item that tells the arms apart.
    """

    at: Times
    place: IntArray
    chosen: IntArray
    unrecorded: int = 0

    def __len__(self) -> int:
        return len(self.place)

    def only(self, keep: BoolArray) -> Moments:
        """The moments marked."""
        return replace(self, at=self.at.take(keep), place=self.place[keep], chosen=self.chosen[keep])


def find_moments(claim: Claim, histories: Histories) -> Moments:
    """The first such moment of each interview, before any response."""
    if claim.moment.kind == "interview":
        began = histories.start.take(_began(histories))
        none = np.full(len(began.row), -1, dtype=np.int64)
        return Moments(began, none, none)
    if claim.moment.kind == "silence":
        return _silences(claim.moment, histories)
    return _attempts(claim, histories)


def _began(histories: Histories) -> BoolArray:
    """Interviews that the record reaches: of one that is still ahead nothing can be counted, nor that it is silent."""
    start, until = histories.start, histories.until
    return np.where(start.instant == 1, until.us >= start.us, until.day >= start.day)


def _attempts(claim: Claim, histories: Histories) -> Moments:
    attempts = histories.attempts
    fits = _fits(claim.moment, attempts)
    chosen = np.full(len(fits), -1, dtype=np.int64) if claim.choice is None else choices(claim.choice, attempts)
    known = fits if claim.choice is None else fits & (chosen >= 0)
    places = _nth_of_each(attempts.at.row, known, claim.moment.nth)
    return Moments(attempts.at.take(places), places, chosen[places], int((fits & ~known).sum()))


def _fits(moment: Moment, attempts: Attempts) -> BoolArray:
    fits = np.ones(len(attempts.number), dtype=bool)
    if moment.channels:
        fits &= np.isin(attempts.channel, [CHANNELS.index(name) for name in moment.channels])
    if moment.parties:
        fits &= np.isin(attempts.party, [PARTIES.index(name) for name in moment.parties])
    if moment.nobody:
        rang_out = (attempts.channel == _PHONE) & (attempts.party == _NOBODY)
        fits &= rang_out | (attempts.channel == _VOICEMAIL)
    if moment.number is not None:
        fits &= attempts.number == moment.number
    if moment.tone is not None:
        fits &= attempts.tone == TONES.index(moment.tone)
    return fits


def choices(choice: Choice, attempts: Attempts) -> IntArray:
    """Which arm each attempt is: 1 strategy, 0 alternative, -1 not recorded."""
    if choice.items:
        return _by_items(choice, attempts)
    if choice.channel is not None:
        return _equal(attempts.channel, CHANNELS.index(choice.channel))
    if choice.party is not None:
        return _equal(attempts.party, PARTIES.index(choice.party))
    if choice.tone is not None:
        return _equal(attempts.tone, TONES.index(choice.tone))
    brief = attempts.duration <= float(choice.seconds_at_most or 0.0)
    # No talk time is no conversation that could have been short.
    return np.where(np.isnan(attempts.duration) | (attempts.duration <= 0), -1, brief.astype(np.int64))


def _by_items(choice: Choice, attempts: Attempts) -> IntArray:
    missing = np.full(len(attempts.number), -1, dtype=np.int64)
    recorded = [attempts.items.get(name, missing) for name in choice.items]
    done = np.any([item == 1 for item in recorded], axis=0)
    unknown = np.any([item < 0 for item in recorded], axis=0) & ~done
    return np.where(unknown, -1, (done == choice.value).astype(np.int64))


def _equal(values: IntArray, wanted: int) -> IntArray:
    return np.where(values < 0, -1, (values == wanted).astype(np.int64))


def _nth_of_each(row: IntArray, fits: BoolArray, nth: int) -> IntArray:
    """Places of the nth fitting entry of each row; `row` is sorted."""
    places = np.flatnonzero(fits)
    rows = row[places]
    first = np.searchsorted(rows, rows, side="left")
    return np.asarray(places[np.arange(len(places)) - first == nth - 1], dtype=np.int64)


def _silences(moment: Moment, histories: Histories) -> Moments:
    """The first `days` without response, end or further attempt after an attempt (or after the interview)."""
    attempts, days = histories.attempts.at, moment.days * DAY_US
    since, place = attempts, np.arange(len(attempts.row))
    if moment.after_interview:
        order = np.argsort(np.concatenate([histories.start.row, attempts.row]), kind="stable")
        since = _joined(histories.start, attempts).take(order)
        place = np.concatenate([np.full(histories.interviews, -1), place])[order]
    following = _following(since)
    quiet = (elapsed(since, following) >= days) & (_stays_quiet(since, histories, days))
    chosen = _nth_of_each(since.row, quiet, 1)
    start = since.take(chosen)
    at = replace(start, order=start.order + days, us=start.us + days, day=start.day + moment.days)
    return Moments(at, place[chosen], np.full(len(chosen), -1, dtype=np.int64))


def _stays_quiet(since: Times, histories: Histories, days: int) -> BoolArray:
    """Whether the record goes on for `days` microseconds after each row without a response or an end."""
    quiet = np.ones(len(since.row), dtype=bool)
    for event in (histories.response, histories.ended):
        quiet &= elapsed(since, event.take(since.row)) > days
    return quiet & (elapsed(since, histories.until.take(since.row)) >= days)


def _following(since: Times) -> Times:
    """The next row of the same interview; NEVER where there is none."""
    last = np.append(since.row[1:] != since.row[:-1], True) if len(since.row) else np.empty(0, dtype=bool)
    after = since.take(np.minimum(np.arange(1, len(since.row) + 1), max(len(since.row) - 1, 0)))
    return replace(after, order=np.where(last, NEVER, after.order))


def _joined(one: Times, other: Times) -> Times:
    names = ("row", "order", "us", "day", "instant", "part")
    return Times(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in names))
