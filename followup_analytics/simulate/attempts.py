"""What an attempt turns out to be: its channel, who is reached, what is said, and what that changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from followup_analytics.log.schema import CHANNELS, ETIQUETTE_ITEMS, PARTIES
from followup_analytics.simulate.draws import Booleans, Draws, Floats, Integers
from followup_analytics.simulate.people import People, inclination, shifted, tone_lean
from followup_analytics.simulate.world import World

PHONE, VOICEMAIL, VIDEO, IN_PERSON = (CHANNELS.index(name) for name in ("phone", "voicemail", "video", "in_person"))
INTERVIEWER, HIRING_TEAM, RECEPTIONIST, OTHER, NONE = range(len(PARTIES))
#: Items that belong to a conversation, and those that any second or later attempt has.
SAID = ("expressed_interest", "asked_status", "asked_timeline", "recited_credentials", "said_thanks", "stood", "smiled")
OPENED = ("new_approach", "company_news")
UNKNOWN = -1


@dataclass(frozen=True)
class Manners:
    """Each interview's inclinations, worked out once: log-odds or log-hazards of length n."""

    first: Floats
    again: Floats
    call: Floats
    message: Floats
    long_call: Floats
    items: dict[str, Floats]

    @classmethod
    def of(cls, world: World, draws: Draws, people: People) -> Manners:
        """The inclinations of all interviews of a world."""

        def lean(name: str) -> Floats:
            return inclination(world, draws, people, name)

        items = {name: lean(name) for name in ETIQUETTE_ITEMS}
        return cls(lean("first"), lean("again"), lean("call"), lean("message"), lean("long_call"), items)


@dataclass(frozen=True)
class Proposal:
    """Who is called or written to, before anything is said: m attempts of interviews `who` (indices)."""

    who: Integers
    channel: Integers
    party: Integers

    @property
    def message(self) -> Booleans:
        """Whether a message was left on a machine."""
        return np.asarray(self.channel == VOICEMAIL)

    @property
    def nobody(self) -> Booleans:
        """Whether it was a call that reached nobody, message or not."""
        return np.asarray(self.message | ((self.channel == PHONE) & (self.party == NONE)))

    @property
    def conversation(self) -> Booleans:
        """Whether an interviewer or the hiring team was spoken to."""
        spoken = (self.channel == PHONE) | (self.channel == VIDEO) | (self.channel == IN_PERSON)
        return np.asarray(spoken & ((self.party == INTERVIEWER) | (self.party == HIRING_TEAM)))

    def of_kind(self, kind: str) -> Booleans:
        """Which attempts are of a strategy's kind."""
        if kind == "phone":
            return np.asarray(self.channel == PHONE)
        if kind == "voicemail":
            return self.message
        return np.full(len(self.who), kind == "any")


class Proposer:
    """Draws channels and parties of attempts in one world."""

    def __init__(self, world: World, draws: Draws, people: People, manners: Manners) -> None:
        self._world, self._draws, self._people, self._manners = world, draws, people, manners
        self._channels = np.array([world.acts.channels.get(name, 0.0) for name in CHANNELS])
        self._channels[VOICEMAIL] = 0.0
        self._parties = np.array([world.acts.parties.get(name, 0.0) for name in PARTIES])

    def propose(self, who: Integers, step: Integers, knows_when: Booleans, forced: str | None = None) -> Proposal:
        """Attempts by the interviews `who`.

        step: each one's count of draws so far. knows_when: whether a receptionist told when to call.
        forced: the kind that an attempt must be, drawn as people do it given that kind.
        """
        ids = self._people.ids[who]
        channel = self._channel(who, ids, step, forced)
        called = channel == PHONE
        leaves = shifted(self._world.acts.message, self._manners.message[who])
        weights = np.repeat(self._parties[None, :], len(who), axis=0)
        weights[:, INTERVIEWER] *= np.exp(self._world.reach * knows_when)
        if forced == "phone":
            # A call counts as phone unless a message was left: reaching nobody is as likely as it is without one.
            weights[:, NONE] *= 1.0 - leaves
        party = self._draws.choice("party", ids, weights, step)
        party = np.where(called, party, NONE)
        face = (channel == VIDEO) | (channel == IN_PERSON)
        team = self._draws.uniform("face to face", ids, step) < 0.5
        party = np.where(face, np.where(team, HIRING_TEAM, INTERVIEWER), party)
        if forced == "voicemail":
            return Proposal(who, np.full(len(who), VOICEMAIL), np.full(len(who), NONE))
        message = called & (party == NONE) & (self._draws.uniform("message", ids, step) < leaves)
        if forced == "phone":
            message &= False
        return Proposal(who, np.where(message, VOICEMAIL, channel), party)

    def share_of(self, who: Integers, kind: str) -> Floats:
        """Which share of each one's attempts is of a strategy's kind."""
        if kind == "any":
            return np.ones(len(who))
        weights = np.repeat(self._channels[None, :], len(who), axis=0)
        weights[:, PHONE] *= np.exp(self._manners.call[who])
        called = weights[:, PHONE] / weights.sum(axis=1)
        leaves = shifted(self._world.acts.message, self._manners.message[who])
        message = leaves * self._parties[NONE] / self._parties.sum()
        return np.asarray(called * (message if kind == "voicemail" else 1.0 - message), dtype=np.float64)

    def _channel(self, who: Integers, ids: Integers, step: Integers, forced: str | None) -> Integers:
        if forced in ("phone", "voicemail"):
            return np.full(len(who), PHONE)
        weights = np.repeat(self._channels[None, :], len(who), axis=0)
        weights[:, PHONE] *= np.exp(self._manners.call[who])
        return self._draws.choice("channel", ids, weights, step)


@dataclass
class Contacts:
    """What was said in m attempts: items are 1, 0 or -1 (does not apply); tone -1, 0, 1 or -9 where nobody spoke."""

    proposal: Proposal
    at: Floats
    number: Integers
    items: dict[str, Integers]
    tone: Integers
    long_call: Booleans
    duration: Floats


NO_TONE = -9


def converse(
    world: World,
    draws: Draws,
    people: People,
    manners: Manners,
    proposal: Proposal,
    at: Floats,
    number: Integers,
    tone_so_far: Integers,
) -> Contacts:
    """What is said in attempts whose parties are known.

    at: times in office days. number: of the attempt within its interview. tone_so_far: -1, 0 or 1.
    """
    who = proposal.who
    ids = people.ids[who]
    applies = dict.fromkeys(SAID, proposal.conversation)
    applies |= dict.fromkeys(OPENED, number >= 2)
    applies["asked_when_available"] = (proposal.channel == PHONE) & (proposal.party == RECEPTIONIST)
    items = {}
    for name in ETIQUETTE_ITEMS:
        value = np.full(len(who), UNKNOWN, dtype=np.int64)
        some = np.flatnonzero(applies[name])
        lean = manners.items[name][who[some]] + tone_lean(world, name) * tone_so_far[some]
        value[some] = draws.uniform(name, ids[some], number[some]) < shifted(world.acts.items.get(name, 0.0), lean)
        items[name] = value
    heard = world.tone * people.success[who] + draws.normal("tone", ids, number)
    tone = np.where(proposal.conversation, np.where(heard > 0.4, 1, np.where(heard < -0.6, -1, 0)), NO_TONE)
    spoken = proposal.conversation & (proposal.channel != IN_PERSON)
    long_lean = manners.long_call[who]
    long_call = spoken & (draws.uniform("long call", ids, number) < shifted(world.acts.long_call, long_lean))
    return Contacts(
        proposal, at, number, items, tone, long_call, _durations(draws, ids, number, proposal, spoken, long_call)
    )


def _durations(
    draws: Draws, ids: Integers, number: Integers, proposal: Proposal, spoken: Booleans, long_call: Booleans
) -> Floats:
    """Talk time in whole seconds; NaN where there is none to know."""
    part = draws.uniform("talk time", ids, number)
    seconds = np.where(long_call, 301 + part**2 * 900, 45 + part * 255)
    brief = np.where(proposal.message, 12 + part * 40, 20 + part * 90)
    rang_out = (proposal.channel == PHONE) & (proposal.party == NONE)
    called = (proposal.channel == PHONE) | proposal.message
    return np.where(spoken, np.floor(seconds), np.where(rang_out, 0.0, np.where(called, np.floor(brief), np.nan)))
