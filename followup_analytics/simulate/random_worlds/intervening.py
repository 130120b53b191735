"""Acting by oneself or as a strategy asks: which acts of a day are made, and at what time.

A strategy asks for acts of a kind within a window. Where it forbids them, what else people do keeps its chance given
that they don't do this. Where one is required, it is done as those do it who do it in time: with the chance
q = h / P(still does it by the end of the window), h being the natural chance of it now (a conditional grace period).
Of several that are required each is made at the latest when as many are missing as days are left.
"""

from __future__ import annotations

import numpy as np

from followup_analytics.simulate.random_worlds.details import KINDS, Details, Luck
from followup_analytics.simulate.random_worlds.hazards import Hazards
from followup_analytics.simulate.random_worlds.state import State
from followup_analytics.simulate.random_worlds.strategies import Strategy
from followup_analytics.simulate.random_worlds.world import DAYS, BoolArray, FloatArray, IntArray

_OPENS, _CLOSES = 8 / 24, 18 / 24
_SILENCES = {"silence_5": (5.0, False), "silence_21": (21.0, True)}
#: The parts into which a day falls: before the strategy's windows, in the forbidding, in the requiring, and after.
_BEFORE, _FORBIDS, _REQUIRES = 0, 1, 2


class Intervention:
    """Lets rows act on a day, under a strategy from its moment on."""

    def __init__(
        self, hazards: Hazards, details: Details, state: State, moment: str, strategy: Strategy, uniform: bool
    ) -> None:
        self.hazards, self.details, self.state = hazards, details, state
        self.strategy, self.uniform, self.silence = strategy, uniform, _SILENCES.get(moment)
        window = strategy.require or strategy.forbid
        self.kind = window.kind if window else ""

    def notes(self, rows: IntArray, day: int, low: FloatArray, high: float, ends: FloatArray, luck: Luck) -> None:
        """Thank-you notes of a day."""
        waiting = ~self.state.thanked[rows]
        rows, low, ends = rows[waiting], low[waiting], ends[waiting]
        chance = self.hazards.thank(rows, day)
        if self.kind == "note":
            forbid, require = self.strategy.forbid, self.strategy.require
            if forbid and day < forbid.stop:
                chance = np.zeros(len(rows))
            if require and day < require.stop:
                last = int(require.stop)
                left = np.prod([1.0 - self.hazards.thank(rows, later) for later in range(day, last)], axis=0)
                chance = np.full(len(rows), 1.0 / (last - day)) if self.uniform else chance / (1.0 - left)
        at = low + luck("note at", rows) * (high - low)
        sent = (luck("note", rows) < chance) & (at < ends)
        self.details.thank(rows[sent], at[sent])

    def attempts(self, rows: IntArray, day: int, low: FloatArray, high: float, ends: FloatArray, luck: Luck) -> None:
        """Attempts of a day, at most one an interview."""
        chance = self._chance(rows, day)
        if self.kind in ("", "note") and self.silence is None:
            at = low + luck("act at", rows) * (high - low)
            made = (luck("act 0", rows) < chance) & (at < ends)
            self.details.attempt(rows[made], at[made], np.zeros(int(made.sum()), np.int64), luck)
            return
        quiet = self._falls_silent(rows, day)
        begins = np.where(np.isfinite(quiet), quiet, self.state.moment[rows])
        cuts = self._cuts(begins, low, high)
        part, only = self._choose(rows, day, chance, cuts, luck)
        if self.silence is not None:
            reached = np.isfinite(quiet) & (part != _BEFORE) & (ends > quiet)
            self.state.moment[rows[reached]] = quiet[reached]
        here = np.maximum(part, 0)
        place = np.arange(len(rows))
        at = cuts[here, place] + luck("act at", rows) * (cuts[here + 1, place] - cuts[here, place])
        made = (part >= 0) & (at < ends)
        self.details.attempt(rows[made], at[made], only[made], luck)

    def _chance(self, rows: IntArray, day: int, ahead: int = 0) -> FloatArray:
        """Natural chance of an attempt on this day, or so many days later if none is made before."""
        state = self.state
        gap = day + ahead - np.floor(state.last_at[rows])
        return self.hazards.attempt(rows, day + ahead, state.attempts[rows], gap, state.tone[rows], state.thanked[rows])

    def _falls_silent(self, rows: IntArray, day: int) -> FloatArray:
        """When today the silence is long enough to be the moment, infinite where it isn't or was before."""
        never = np.full(len(rows), np.inf)
        if self.silence is None:
            return never
        days, after_interview = self.silence
        since = self.state.last_at[rows]
        if after_interview:
            since = np.where(self.state.attempts[rows] == 0, self.details.crowd.start[rows], since)
        at = since + days
        return np.where(np.isinf(self.state.moment[rows]) & (np.floor(at) == day), at, never)

    def _cuts(self, begins: FloatArray, low: FloatArray, high: float) -> FloatArray:
        """Where the parts of the day begin and end, shape (5, rows)."""
        forbid, require = self.strategy.forbid, self.strategy.require
        first = forbid or require
        if first is None:
            inner = [begins, begins, begins]
        else:
            closes = begins + (forbid.stop if forbid else first.start)
            inner = [begins + first.start, closes, begins + require.stop if require else closes]
        return np.stack([low, *(np.clip(cut, low, high) for cut in inner), np.full(len(low), high)])

    def _choose(
        self, rows: IntArray, day: int, chance: FloatArray, cuts: FloatArray, luck: Luck
    ) -> tuple[IntArray, IntArray]:
        """In which part of the day each row acts (-1: in none), and whether the act is of the strategy's kind."""
        share = np.diff(cuts, axis=0) / (cuts[-1] - cuts[0])
        kinds = self.details.kinds(rows)
        mine = np.ones(len(rows)) if self.kind in ("", "any") else kinds[list(KINDS[self.kind])].sum(axis=0)
        part, only = np.full(len(rows), -1), np.zeros(len(rows), np.int64)
        spent = np.zeros(len(rows))
        for place in range(4):
            hazard = np.clip(chance * share[place] / np.maximum(1.0 - spent, 1e-9), 0.0, 1.0)
            spent = spent + chance * share[place]
            u = luck(f"act {place}", rows)
            bound = self._bound(rows, place) & (share[place] > 0)
            other = hazard * (1.0 - mine) / np.maximum(1.0 - hazard * mine, 1e-9)
            asked = np.zeros(len(rows))
            if place == _REQUIRES and bound.any():
                asked[bound] = self._asked(rows[bound], day, (hazard * mine)[bound], mine[bound])
            acts_so = bound & (u < asked)
            acts_else = bound & ~acts_so & (u < asked + (1.0 - asked) * other)
            acts = np.where(bound, acts_so | acts_else, u < hazard) & (part < 0)
            only = np.where(acts & acts_so, 1, np.where(acts & acts_else, -1, only))
            part = np.where(acts, place, part)
        return part, only

    def _bound(self, rows: IntArray, place: int) -> BoolArray:
        """Whether the strategy has a say in this part of the day."""
        kept = self.state.kept[rows]
        if place == _FORBIDS and self.strategy.forbid:
            return np.asarray(kept >= self.strategy.allowed)
        if place == _REQUIRES and self.strategy.require:
            return np.asarray(kept < self.strategy.require.count)
        return np.zeros(len(rows), bool)

    def _asked(self, rows: IntArray, day: int, now: FloatArray, mine: FloatArray) -> FloatArray:
        """Chance with which the strategy has the required act made in what is left of its window today."""
        require = self.strategy.require
        if require is None:
            return now
        quiet = self._falls_silent(rows, day)
        stop = np.where(np.isfinite(quiet), quiet, self.state.moment[rows]) + require.stop
        missing = require.count - self.state.kept[rows]
        later, days_left = np.ones(len(rows)), np.ones(len(rows))
        for ahead in range(1, int(np.ceil(require.stop)) + 1):
            opens = day + ahead + _OPENS
            within = np.clip((stop - opens) / (_CLOSES - _OPENS), 0.0, 1.0)
            if day + ahead >= DAYS or not (within > 0).any():
                break
            days_left += within > 0
            later = later * (1.0 - self._chance(rows, day, ahead) * within * mine)
        if require.count > 1:
            return np.where(missing >= days_left, 1.0, now)
        if self.uniform:
            return np.asarray(1.0 / days_left)
        return np.asarray(now / np.maximum(1.0 - (1.0 - now) * later, 1e-12))
