"""The steps of a trial: in each interval who could act, who did, and what either arm asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.designs import Design

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Ints = NDArray[np.signedinteger[Any]]

#: What an arm asks of a decision. NATURAL: anything goes. FORBID: not to act. MUST: to act.
#: WITHIN: to act as those do who act before the grace period is over.
NATURAL, FORBID, MUST, WITHIN = 0, 1, 2, 3
#: Kinds of exit from follow-up.
CENSORED, EVENT, COMPETING = 0, 1, 2


@dataclass(frozen=True)
class Grace:
    """An arm's grace period: by the end of interval `last`, `need` acts have been made."""

    last: int
    need: int = 1


@dataclass(frozen=True)
class Step:
    """The decisions of one interval, all of one rank, one a person.

    Attributes:
        interval: of the decisions; -1 for a choice made at time zero.
        rank: 0 for the first act in the interval, 1 for acting again, ...
        person: shape (r,), row of the person, ascending.
        acted: shape (r,); seen: shape (r,), share of the interval's usual times of acting that had passed when the
            strategy ceased to bind (a response came); 1 where the interval was seen whole.
        before: shape (r,), acts made before.
        asks: what strategy and alternative ask, each (r,).
        design: shape (r, k), what was known; common, apart: shape (k,), penalties (see `Term`).
        family: steps of one family have the same columns and draw on each other.
        watched: shape (r,), whose record had begun by then; None: everybody's. What others did is known, as they told
            it later; but they could tell it since their story was not over, so that no model may learn from it.
    """

    interval: int
    rank: int
    person: Ints
    acted: BoolArray
    seen: FloatArray
    before: Ints
    asks: tuple[Ints, Ints]
    design: Design
    common: FloatArray
    apart: FloatArray
    family: str
    watched: BoolArray | None = None


@dataclass(frozen=True)
class FollowUp:
    """How each person's follow-up ended.

    Attributes:
        exit_interval: shape (n,), interval of the event; for the censored the first interval that was not seen;
            `horizon` or more where nothing happened up to it.
        exit_kind: shape (n,), EVENT, COMPETING or CENSORED.
        horizon: number of intervals K.
        entry: shape (n,), the interval in which each record begins (0: at time zero), before the exit; entry_part:
            shape (n,), the part of that interval that was over by then. None: all begin at time zero. Whoever's story
            was over before counts as censored in interval 0, and is never at risk.
        kept: shape (n,), the probability that each record went on as far as it was needed; None: as in its arm.
    """

    exit_interval: IntArray
    exit_kind: IntArray
    horizon: int
    entry: IntArray | None = None
    entry_part: FloatArray | None = None
    kept: FloatArray | None = None

    def watched_in(self, interval: int) -> FloatArray:
        """What of an interval each record covers, shape (n,): 1, 0 before it begins, a part where it begins in it."""
        if self.entry is None or self.entry_part is None:
            return np.ones(self.people)
        here = np.maximum(interval, 0)
        return np.where(self.entry < here, 1.0, np.where(self.entry == here, 1.0 - self.entry_part, 0.0))

    @property
    def people(self) -> int:
        """Number of persons (interviews)."""
        return len(self.exit_kind)

    @property
    def happened(self) -> BoolArray:
        """Who had the event within the horizon, shape (n,)."""
        return np.asarray((self.exit_kind == EVENT) & (self.exit_interval < self.horizon), dtype=np.bool_)

    @property
    def seen(self) -> BoolArray:
        """Of whom it is known, shape (n,)."""
        return np.asarray((self.exit_kind != CENSORED) | (self.exit_interval >= self.horizon), dtype=np.bool_)
