"""What becomes of each interview: the reply that is a decision or leads to one, and the story's end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from followup_analytics.log.schema import OUTCOMES
from followup_analytics.simulate.draws import Booleans, Draws, Floats, Integers, logistic
from followup_analytics.simulate.hazards import LAST_DAY
from followup_analytics.simulate.story import Story
from followup_analytics.simulate.world import World

ADVANCED, OFFER, REJECTED, FILLED, WITHDRAWN = range(len(OUTCOMES))
NO_OUTCOME = -1


@dataclass(frozen=True)
class Decisions:
    """Of n interviews: `outcome` indexes schema.OUTCOMES (-1: none known), decided_at in office days (infinite: none).

    contact_at: the inbound contact that is the reply, infinite where the decision itself is the reply or none came.
    contact_party: 0 interviewer, 1 hiring_team, 3 other.
    """

    outcome: Integers
    decided_at: Floats
    contact_at: Floats
    contact_party: Integers

    @property
    def advanced_at(self) -> Floats:
        """When a further round or an offer was communicated; infinite where it was not."""
        good = (self.outcome == ADVANCED) | (self.outcome == OFFER)
        return np.where(good, self.decided_at, np.inf)


def decisions_of(world: World, story: Story, seed: int) -> Decisions:
    """The decisions of a world's story; the same seed gives the same luck under every strategy."""
    draws, people, ids = Draws(seed), story.people, story.people.ids
    replied = np.isfinite(story.reply)
    thanked = story.note < story.reply
    odds = (
        world.decision.advance
        + world.decision.trait * people.success
        + world.decision.hidden_only * people.hidden
        + story.goodwill
        + world.effect("thank_you").advance * thanked
    )
    goes_on = draws.uniform("goes on", ids) < logistic(odds)
    at_once = draws.uniform("at once", ids) < world.replies.at_once
    heard = at_once | goes_on | (draws.uniform("silent", ids) >= world.replies.silent)
    delay = np.where(goes_on, 1.0, 1.5) * world.decision.days * draws.exponential("decision", ids)
    decided = np.where(replied & heard, story.reply + np.where(at_once, 0.0, 0.1 + delay), np.inf)
    offered = draws.uniform("offer", ids) < world.decision.offer
    outcome = np.where(goes_on, np.where(offered, OFFER, ADVANCED), REJECTED)
    return _with_ends(story, outcome, decided, contact=replied & ~at_once, draws=draws)


def _with_ends(story: Story, outcome: Integers, decided: Floats, contact: Booleans, draws: Draws) -> Decisions:
    """Let the post be filled or the applicant leave where that comes before the decision."""
    over = story.end < np.minimum(decided, LAST_DAY)
    outcome = np.where(over, np.where(story.filled, FILLED, WITHDRAWN), outcome)
    decided = np.where(over, story.end, decided)
    known = decided < LAST_DAY
    party = draws.choice("answers", story.people.ids, np.array([0.4, 0.45, 0.0, 0.15]))
    return Decisions(
        outcome=np.where(known, outcome, NO_OUTCOME),
        decided_at=np.where(known, decided, np.inf),
        contact_at=np.where(contact, story.reply, np.inf),
        contact_party=party,
    )
