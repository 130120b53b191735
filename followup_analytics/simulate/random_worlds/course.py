"""What happens: a crowd lives through its days, as it does by itself or under a strategy.

Every day employers may reply or fill the post, and applicants may send a note or make an attempt, each at an hour of
its own; whoever has heard back does nothing more. The luck of an interview on a day depends on the seed alone, so that
two strategies meet the same luck and what they don't change cancels exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from followup_analytics.simulate.random_worlds.crowd import Crowd
from followup_analytics.simulate.random_worlds.details import Details, Luck
from followup_analytics.simulate.random_worlds.hazards import Hazards
from followup_analytics.simulate.random_worlds.intervening import Intervention
from followup_analytics.simulate.random_worlds.state import NEVER, State
from followup_analytics.simulate.random_worlds.strategies import Strategy
from followup_analytics.simulate.random_worlds.world import (
    DAYS,
    BoolArray,
    FloatArray,
    IntArray,
    RandomWorld,
    inverse_link,
)

#: Hours of the working day, as parts of a day; on the day of the interview people act until later.
OPENS, CLOSES, EVENING = 8 / 24, 18 / 24, 20 / 24
_OFFICE = (9 / 24, 17.5 / 24)
NO_OUTCOME, ADVANCED, OFFER, REJECTED, FILLED, WITHDRAWN = -1, 0, 1, 2, 3, 4
_OFFERS = 0.35
#: Who answers: interviewer, hiring team, receptionist, other.
_ANSWERED_BY = (0.45, 0.3, 0.05, 0.2)


@dataclass(frozen=True)
class Course:
    """How n interviews went; times are days since the interview's local midnight, NEVER where there was none.

    state: see `State`. by_decision: the reply was the decision itself. answered_by: party of the reply, place in the
    schema's parties. outcome: one of NO_OUTCOME .. WITHDRAWN; decided: when it was told.
    attempts, notes: columns of what was done, see `Details.columns`.
    """

    state: State
    by_decision: BoolArray
    answered_by: IntArray
    outcome: IntArray
    decided: FloatArray
    attempts: dict[str, FloatArray]
    notes: dict[str, FloatArray]

    @property
    def advanced(self) -> FloatArray:
        """When each interview led to a further round or an offer."""
        return np.where((self.outcome == ADVANCED) | (self.outcome == OFFER), self.decided, NEVER)


def live(
    world: RandomWorld,
    crowd: Crowd,
    seed: int,
    *,
    moment: str = "interview",
    strategy: Strategy | None = None,
    uniform: bool = False,
    hazards: Hazards | None = None,
) -> Course:
    """Let a crowd live through DAYS days.

    Args:
        world, crowd: see `gather`; seed: of the luck.
        moment: from which the strategy binds; its time is in the answer's `state.moment`.
        strategy: what is asked from then on to the response; None: nothing, people do as they do.
        uniform: of a grace period each day is as likely as the others; else as people choose it who act within it.
        hazards: of the crowd, where they were worked out before.
    """
    n = len(crowd)
    state, hazards = State.fresh(n), hazards or Hazards.of(world, crowd)
    if moment == "interview":
        state.moment[:] = 0.0
    details = Details(world, crowd, hazards, state, moment, strategy or Strategy())
    intervention = Intervention(hazards, details, state, moment, strategy or Strategy(), uniform)
    active = np.arange(n)
    answering = world.answering
    for day in range(DAYS):
        luck = Luck(seed, day, n)
        ends = _employers(world, hazards, crowd, state, active, day, luck)
        state.boost[active] *= answering.decay
        low = np.full(len(active), day + OPENS) if day else np.maximum(crowd.start[active] + 0.01, OPENS)
        high = day + (EVENING if day == 0 else CLOSES)
        intervention.notes(active, day, low, high, ends, luck)
        intervention.attempts(active, day, low, high, ends, luck)
        active = active[~(np.isfinite(state.reply[active]) | np.isfinite(state.end[active]))]
    return _decided(world, hazards, state, details, seed)


def _employers(
    world: RandomWorld, hazards: Hazards, crowd: Crowd, state: State, rows: IntArray, day: int, luck: Luck
) -> FloatArray:
    """Replies and ends of a day; gives when each row hears or is over, NEVER where it goes on."""
    answering = world.answering
    opens = np.full(len(rows), day + _OFFICE[0]) if day else np.maximum(crowd.start[rows] + 0.02, _OFFICE[0])
    closes = day + (EVENING if day == 0 else _OFFICE[1])
    answers = luck("reply", rows) < inverse_link(answering.link, hazards.reply[rows, day] + state.boost[rows])
    filled, withdrawn = luck("filled", rows) < answering.filled, luck("withdrawn", rows) < answering.withdrawn
    reply = np.where(answers, opens + luck("reply at", rows) * (closes - opens), NEVER)
    over = np.where(filled | withdrawn, opens + luck("end at", rows) * (closes - opens), NEVER)
    state.reply[rows] = np.where(reply <= over, reply, NEVER)
    state.end[rows] = np.where(over < reply, over, NEVER)
    state.filled[rows] = filled
    return np.minimum(reply, over)


def _decided(world: RandomWorld, hazards: Hazards, state: State, details: Details, seed: int) -> Course:
    """What came of the replies."""
    answering, n = world.answering, len(state.reply)
    rng = np.random.default_rng((seed, 2))
    luck = rng.random((6, n))
    replied = np.isfinite(state.reply)
    goes_on = replied & (luck[0] < inverse_link("logit", hazards.advance + state.gain))
    at_once = replied & (luck[1] < answering.at_once)
    silent = replied & ~goes_on & ~at_once & (luck[2] < answering.silent)
    answered_by = np.searchsorted(np.cumsum(_ANSWERED_BY)[:-1], luck[3])
    outcome = np.where(goes_on, np.where(luck[4] < _OFFERS, OFFER, ADVANCED), REJECTED)
    outcome = np.where(replied & ~silent, outcome, NO_OUTCOME)
    outcome = np.where(np.isfinite(state.end), np.where(state.filled, FILLED, WITHDRAWN), outcome)
    later = np.where(at_once, 0.0, -answering.lag * np.log1p(-luck[5]))
    decided = np.where(replied, _in_office_hours(state.reply, later), state.end)
    contact = replied & ~at_once & (answered_by <= 1) & (state.reply > state.moment)
    state.met = np.where(contact, np.minimum(state.met, state.reply), state.met)
    return Course(
        state=state,
        by_decision=at_once,
        answered_by=answered_by,
        outcome=outcome,
        decided=np.where(outcome == NO_OUTCOME, NEVER, decided),
        attempts=details.attempts.columns(),
        notes=details.notes.columns(),
    )


def _in_office_hours(since: FloatArray, later: FloatArray) -> FloatArray:
    """So many days later, at an hour at which offices are open."""
    whole = np.floor(later)
    told = since + whole
    return np.where(whole == 0, since + np.minimum(later, 0.1), told)
