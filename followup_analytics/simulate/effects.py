"""What attempts change: the log-odds that they draw a reply, and what they leave behind in the employer's mind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from followup_analytics.log.schema import CHANNELS, ETIQUETTE_ITEMS
from followup_analytics.simulate.attempts import HIRING_TEAM, INTERVIEWER, OTHER, RECEPTIONIST, Contacts
from followup_analytics.simulate.draws import Booleans, Floats
from followup_analytics.simulate.world import CAUSES, World

_PARTY_CAUSES = {
    INTERVIEWER: "interviewer",
    HIRING_TEAM: "hiring_team",
    RECEPTIONIST: "receptionist",
    OTHER: "other_person",
}


@dataclass(frozen=True)
class Before:
    """What had happened before m attempts, in office days; NaN where it had not.

    start: of the interview. first, last: the first and the last attempt. last_message: the last message left.
    messages: how many had been left. cold: whether an attempt had already come after 21 days of silence.
    """

    start: Floats
    first: Floats
    last: Floats
    last_message: Floats
    messages: Floats
    cold: Booleans


@dataclass(frozen=True)
class Change:
    """What m attempts add: each of length m, on the scales of `world.Effect`."""

    reply: Floats
    advance: Floats
    patience: Floats


def change(world: World, contacts: Contacts, before: Before) -> Change:
    """Sum the effects of all causes that apply to each attempt."""
    size = len(contacts.at)
    reply, advance, patience = np.zeros(size), np.zeros(size), np.zeros(size)
    for cause, applies in _causes(contacts, before).items():
        effect = world.effect(cause)
        if effect.reply:
            reply += effect.reply * applies
        if effect.advance:
            advance += effect.advance * applies
        if effect.patience:
            patience += effect.patience * applies
    return Change(reply, advance, patience)


def _causes(contacts: Contacts, before: Before) -> dict[str, Booleans]:
    made = contacts.proposal
    causes = {name: made.channel == code for code, name in enumerate(CHANNELS)}
    causes |= {name: made.party == code for code, name in _PARTY_CAUSES.items()}
    causes["nobody"] = made.nobody & ~made.message
    causes |= {name: contacts.items[name] == 1 for name in ETIQUETTE_ITEMS}
    asked = (contacts.items["asked_status"] == 1) | (contacts.items["asked_timeline"] == 1)
    causes["asked_when_positive"] = asked & (contacts.tone == 1)
    causes["long_call"] = contacts.long_call
    causes |= _timing(contacts, before)
    unknown = set(causes) - set(CAUSES)
    if unknown:
        raise KeyError(f"not in world.CAUSES: {sorted(unknown)}")
    return causes


def _timing(contacts: Contacts, before: Before) -> dict[str, Booleans]:
    number, at, message = contacts.number, contacts.at, contacts.proposal.message
    day = np.floor(at)
    first = number == 1
    gap = np.where(first, np.nan, at - before.last)
    silence = np.where(first, at - before.start, gap)
    return {
        "first_on_day_0_1": first & (day <= 1),
        "first_on_day_2_3": first & (day >= 2) & (day <= 3),
        "first_on_day_4_7": first & (day >= 4) & (day <= 7),
        "first_on_day_8_or_later": first & (day >= 8),
        **{f"attempt_{one}": number == one for one in range(1, 6)},
        "attempt_6": number >= 6,
        "quick_voicemail": message & (at - before.last_message < 2.0),
        "third_voicemail": message & (before.messages >= 2),
        "crowding": (number >= 4) & (at - before.first <= 10.0),
        "after_5_days": (gap >= 5.0) & (gap < 21.0),
        "after_21_days": before.cold | (silence >= 21.0),
    }
