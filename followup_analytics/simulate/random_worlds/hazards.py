"""The daily chances of acting and of being answered, as far as they are fixed before anything is done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from followup_analytics.simulate.random_worlds.crowd import Crowd
from followup_analytics.simulate.random_worlds.world import (
    DAYS,
    BoolArray,
    FloatArray,
    IntArray,
    RandomWorld,
    inverse_link,
)

#: No day is without anybody who acts, and none on which everybody does.
_LEAST, _MOST = 0.004, 0.92
_AFTER_PROMISE = 5


@dataclass(frozen=True)
class Hazards:
    """Linear predictors of a crowd's days; rows are interviews, columns days from 0 on.

    first, again, reply: shape (n, DAYS), of the first attempt, of a further attempt (without what depends on the
    attempts made) and of a reply. note: shape (n, J), of a thank-you note on the first J days.
    message, item, reach, advance: shape (n,), leans of single decisions.
    """

    world: RandomWorld
    first: FloatArray
    again: FloatArray
    reply: FloatArray
    note: FloatArray
    message: FloatArray
    item: FloatArray
    reach: FloatArray
    advance: FloatArray

    @classmethod
    def of(cls, world: RandomWorld, crowd: Crowd) -> Hazards:
        """Work the predictors of a crowd out."""
        acting, answering = world.acting, world.answering
        days = np.arange(DAYS)
        weekday = (crowd.weekday[:, None] + days[None, :]) % 7
        rhythm = np.take(acting.weekday, weekday) + _promised(crowd, days, acting.promise)
        inclined = crowd.habit + acting.latent * crowd.latent
        again = (crowd.lean(acting.again) + inclined)[:, None] + rhythm
        reply = (
            np.asarray(_extended(answering.by_day))[None, :]
            + (crowd.lean(answering.reply) + crowd.latent)[:, None]
            + np.take(answering.weekday, weekday)
            + _promised(crowd, days, answering.promise)
        )
        return cls(
            world=world,
            first=_first(world, crowd, days, inclined) + rhythm,
            again=again,
            reply=reply,
            note=np.asarray(acting.notes)[None, :] + (crowd.lean(acting.note) + inclined)[:, None],
            message=acting.message + crowd.lean(acting.message_lean),
            item=crowd.lean(acting.item_lean),
            reach=answering.reach + crowd.lean(answering.reach_lean),
            advance=answering.advance + crowd.lean(answering.advance_lean) + crowd.latent,
        )

    def attempt(
        self, rows: IntArray, day: int, made: IntArray, gap: FloatArray, tone: IntArray, thanked: BoolArray
    ) -> FloatArray:
        """Probability of an attempt on a day by these rows, given what they did and heard so far.

        made: attempts so far; gap: days since the last one (unused where none was made); tone: last heard, -1 to 1.
        """
        acting = self.world.acting
        first = self.first[rows, day]
        base = np.take(acting.again_by_gap, np.clip(gap, 1, len(acting.again_by_gap)).astype(np.int64) - 1)
        again = self.again[rows, day] + base + acting.tired * (made - 1) + acting.tone * tone
        eta = np.where(made == 0, first, again) + acting.thanked * thanked
        return np.clip(inverse_link(acting.link, eta), _LEAST, _MOST)

    def thank(self, rows: IntArray, day: int) -> FloatArray:
        """Probability of a thank-you note on a day by rows that sent none yet."""
        if day >= self.note.shape[1]:
            return np.zeros(len(rows))
        return np.clip(inverse_link(self.world.acting.link, self.note[rows, day]), _LEAST, _MOST)


def _extended(values: tuple[float, ...]) -> tuple[float, ...]:
    return (*values, *(values[-1],) * (DAYS - len(values)))[:DAYS]


def _promised(crowd: Crowd, days: IntArray, effect: tuple[float, float]) -> FloatArray:
    """What the promised day adds: while it is ahead, and in the days after it."""
    left = crowd.promised[:, None] - days[None, :]
    there = crowd.promised[:, None] >= 0
    ahead, due = there & (left > 0), there & (left <= 0) & (left > -_AFTER_PROMISE)
    return np.asarray(np.where(ahead, effect[0], 0.0) + np.where(due, effect[1], 0.0))


def _first(world: RandomWorld, crowd: Crowd, days: IntArray, inclined: FloatArray) -> FloatArray:
    """Predictors of the first attempt before weekday and promise, shape (n, DAYS)."""
    acting = world.acting
    lean = crowd.lean(acting.first)
    turn = np.clip(1.0 - days / max(acting.turns_on, 1.0), -1.0, 1.0)
    turning = crowd.lean(acting.turning)[:, None] * turn[None, :]
    if acting.plans is None:
        return np.asarray(_extended(acting.first_by_day))[None, :] + (lean + inclined)[:, None] + turning
    return _planned(acting.plans, lean + inclined, days) + turning


def _planned(plans: tuple[float, float, float], eager: FloatArray, days: IntArray) -> FloatArray:
    """Log-odds of acting on each day by those who act on a planned day; who is eager plans earlier days."""
    from scipy.special import ndtr

    mean, spread, share = plans
    centre = mean - 1.4 * eager
    by_end = share * ndtr((days[None, :] + 1.0 - centre[:, None]) / spread)
    before = np.concatenate([np.zeros((len(eager), 1)), by_end[:, :-1]], axis=1)
    hazard = np.clip((by_end - before) / np.maximum(1.0 - before, 1e-9), _LEAST, _MOST)
    return np.asarray(np.log(hazard / (1.0 - hazard)))
