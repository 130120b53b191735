"""The acts themselves: what kind of attempt it is, who is reached, what is said, and what that changes."""

from __future__ import annotations

import zlib

import numpy as np

from followup_analytics.log.schema import ETIQUETTE_ITEMS
from followup_analytics.simulate.random_worlds.crowd import Crowd
from followup_analytics.simulate.random_worlds.hazards import Hazards
from followup_analytics.simulate.random_worlds.state import EMAIL, MESSAGE, NEVER, RANG_OUT, REACHED, Book, State
from followup_analytics.simulate.random_worlds.strategies import Strategy
from followup_analytics.simulate.random_worlds.world import BoolArray, FloatArray, IntArray, RandomWorld, inverse_link

#: Kinds of acts that strategies are about; of attempts, which categories (`state`) belong to each.
KINDS = {"any": (EMAIL, REACHED, RANG_OUT, MESSAGE), "phone": (REACHED, RANG_OUT), "voicemail": (MESSAGE,), "note": ()}
INTERVIEWER, HIRING_TEAM, RECEPTIONIST = 0, 1, 2
NOBODY = 4
_FROM_SECOND_ON = ("new_approach", "company_news")
_AT_RECEPTION = ("asked_when_available",)
_LONG = 300.0
#: A tone is positive above, negative below so many standard deviations.
_TONES = (-0.6, 0.4)
_CROWDED_DAYS, _CROWDED = 10, 4
_QUICK, _SILENCE = 2.0, 21.0


class Luck:
    """Uniform numbers of a day, the same for an interview whatever is done: one stream for each thing that is drawn."""

    def __init__(self, seed: int, day: int, n: int) -> None:
        self._key, self._n = (seed, day + 10), n
        self._drawn: dict[str, FloatArray] = {}

    def __call__(self, name: str, rows: IntArray) -> FloatArray:
        """The numbers of one thing for these rows, between 0 and 1."""
        if name not in self._drawn:
            stream = np.random.default_rng((*self._key, zlib.crc32(name.encode())))
            self._drawn[name] = stream.random(self._n)
        return self._drawn[name][rows]


class Details:
    """Draws the details of acts, writes them down and lets them work.

    `attempts` has the columns who, at, number, kind (EMAIL .. MESSAGE), party (place in the schema's parties), seconds
    (-1: no talk), tone (-9: none), noted (whether items and tone are written down) and the items (1, 0, -1: could not
    be); `notes` has who and at.
    """

    def __init__(
        self, world: RandomWorld, crowd: Crowd, hazards: Hazards, state: State, moment: str, strategy: Strategy
    ) -> None:
        self.world, self.crowd, self.hazards, self.state = world, crowd, hazards, state
        self.moment, self.put = moment, strategy.put
        self.attempts, self.notes = Book(), Book()
        self._bound = (strategy.require or strategy.forbid).kind if strategy.require or strategy.forbid else ""  # type: ignore[union-attr]

    def kinds(self, rows: IntArray) -> FloatArray:
        """Probabilities of what an attempt by each row would be, shape (4, rows)."""
        call = inverse_link("logit", np.full(len(rows), self.world.acting.call))
        told = self.world.effects.get("asked_when_available", (0.0, 0.0))[0]
        reached = inverse_link("logit", self.hazards.reach[rows] + told * self.state.told_when[rows])
        message = inverse_link("logit", self.hazards.message[rows])
        nobody = call * (1.0 - reached)
        return np.stack([1.0 - call, call * reached, nobody * (1.0 - message), nobody * message])

    def thank(self, rows: IntArray, at: FloatArray) -> None:
        """These rows send a thank-you note."""
        self.state.thanked[rows] = True
        self._works(rows, "note", np.ones(len(rows), bool))
        if self._bound == "note":
            self.state.kept[rows] += 1
        self.notes.write(who=rows, at=at)

    def attempt(self, rows: IntArray, at: FloatArray, only: IntArray, luck: Luck) -> None:
        """These rows make an attempt; `only`: 1 must be of the strategy's kind, -1 must not, 0 as it comes."""
        state = self.state
        number = state.attempts[rows] + 1
        kind = self._kind(rows, only, luck)
        noted = luck("noted", rows) >= self.world.recording.items_missing
        party = np.where(kind == REACHED, self._party(rows, luck), NOBODY)
        tone = self._tone(rows, luck)
        talked = (kind == REACHED) & (party <= HIRING_TEAM)
        here = np.isinf(state.moment[rows]) & self._is_moment(rows, number, kind, party, noted, tone)
        if self.put == ("message", True) or self.put == ("message", False):
            kind = np.where(here, MESSAGE if self.put[1] else RANG_OUT, kind)
        if self.put and self.put[0] == "interviewer":
            party = np.where(here, INTERVIEWER if self.put[1] else HIRING_TEAM, party)
        seconds = np.where(kind == REACHED, self._seconds(rows, talked, here, luck), -1.0)
        items = self._items(rows, number, kind, party, here, luck)
        state.moment[rows[here]], state.moment_tone[rows[here]] = at[here], np.where(talked, tone, 0)[here]
        self._changes(rows, at, number, kind, party, seconds, items)
        self._remember(rows, at, kind, talked, noted, tone, here)
        self.attempts.write(
            who=rows,
            at=at,
            number=number,
            kind=kind,
            party=party,
            seconds=seconds,
            tone=np.where(talked, tone, -9),
            noted=noted,
            **items,
        )

    def _kind(self, rows: IntArray, only: IntArray, luck: Luck) -> IntArray:
        share = self.kinds(rows)
        if self._bound:
            mine = np.isin(np.arange(4), KINDS[self._bound])[:, None]
            share = np.where(((only == 1) & ~mine) | ((only == -1) & mine), 0.0, share)
        edges = np.cumsum(share, axis=0)
        return np.asarray((luck("kind", rows) * edges[-1] >= edges[:-1]).sum(axis=0))

    def _party(self, rows: IntArray, luck: Luck) -> IntArray:
        return np.searchsorted(np.cumsum(self.world.answering.parties)[:-1], luck("party", rows))

    def _tone(self, rows: IntArray, luck: Luck) -> IntArray:
        from scipy.special import ndtri

        heard = ndtri(np.clip(luck("tone", rows), 1e-9, 1 - 1e-9))
        if self.world.answering.tone:
            heard = heard + self.world.answering.tone * self.crowd.latent[rows]
        return np.asarray(np.searchsorted(_TONES, heard) - 1)

    def _seconds(self, rows: IntArray, talked: BoolArray, here: BoolArray, luck: Luck) -> FloatArray:
        chance = inverse_link("logit", self.world.acting.long_call + self.hazards.item[rows])
        long = talked & (luck("long", rows) < chance)
        if self.put and self.put[0] == "long_call":
            long = np.where(here, self.put[1], long)
        u = luck("seconds", rows)
        return np.where(long, _LONG + 20 + 600 * u, 30 + (_LONG - 40) * u)

    def _items(
        self, rows: IntArray, number: IntArray, kind: IntArray, party: IntArray, here: BoolArray, luck: Luck
    ) -> dict[str, IntArray]:
        """Each item: 1, 0, or -1 where the contact gave no occasion for it."""
        talked = (kind == REACHED) & (party <= HIRING_TEAM)
        chances = {name: self._chance(name, rows) for name in ETIQUETTE_ITEMS}
        drawn: dict[str, IntArray] = {}
        for name in ETIQUETTE_ITEMS:
            occasion = talked
            if name in _FROM_SECOND_ON:
                occasion = number >= 2
            elif name in _AT_RECEPTION:
                occasion = (kind == REACHED) & (party == RECEPTIONIST)
            drawn[name] = np.where(occasion, (luck(name, rows) < chances[name]).astype(np.int64), -1)
        if self.put and self.put[0] in drawn:
            drawn[self.put[0]] = np.where(here, int(self.put[1]), drawn[self.put[0]])
        if self.put and self.put[0] == "asked_either":
            self._ask_either(drawn, chances, rows, here, luck)
        return drawn

    def _chance(self, name: str, rows: IntArray) -> FloatArray:
        base, multiple, tone = self.world.acting.items[name]
        return inverse_link("logit", base + multiple * self.hazards.item[rows] + tone * self.state.tone[rows])

    def _ask_either(
        self, drawn: dict[str, IntArray], chances: dict[str, FloatArray], rows: IntArray, here: BoolArray, luck: Luck
    ) -> None:
        """Ask for the status or a timeline or both, in the shares in which people do who ask at all; or for neither."""
        status, timeline = chances["asked_status"], chances["asked_timeline"]
        first = luck("asked_status", rows) < status / (1 - (1 - status) * (1 - timeline))
        second = ~first | (luck("asked_timeline", rows) < timeline)
        wanted = bool(self.put and self.put[1])
        drawn["asked_status"] = np.where(here, first & wanted, drawn["asked_status"]).astype(np.int64)
        drawn["asked_timeline"] = np.where(here, second & wanted, drawn["asked_timeline"]).astype(np.int64)

    def _is_moment(
        self, rows: IntArray, number: IntArray, kind: IntArray, party: IntArray, noted: BoolArray, tone: IntArray
    ) -> BoolArray:
        """Whether the attempt is one from which the strategy would bind."""
        talked = (kind == REACHED) & (party <= HIRING_TEAM)
        by_item = self.put is None or self.put[0] in ETIQUETTE_ITEMS
        nth_message = (kind == MESSAGE) * (self.state.voicemails[rows] + 1)
        found: dict[str, BoolArray] = {
            "nobody": kind >= RANG_OUT,
            "first": number == 1,
            "second": (number == 2) & noted,
            "voicemail_1": nth_message == 1,
            "voicemail_2": nth_message == 2,
            "receptionist": (kind == REACHED) & (party == RECEPTIONIST) & noted,
            "conversation": talked & (noted | (not by_item)),
            "spoken": talked,
            "positive": talked & noted & (tone == 1),
        }
        return found.get(self.moment, np.zeros(len(rows), bool))

    def _changes(
        self,
        rows: IntArray,
        at: FloatArray,
        number: IntArray,
        kind: IntArray,
        party: IntArray,
        seconds: FloatArray,
        items: dict[str, IntArray],
    ) -> None:
        """What the attempt adds to the chances of a reply and of an advance."""
        if not self.world.effects:
            return
        state, day = self.state, np.floor(at)
        message = kind == MESSAGE
        since = at - np.where(number > 1, state.last_at[rows], self.crowd.start[rows])
        state.given_up[rows] |= since >= _SILENCE
        talked = (kind == REACHED) & (party <= HIRING_TEAM)
        happened = {
            "first_on_day_0_1": (number == 1) & (day <= 1),
            "first_on_day_2_3": (number == 1) & (day >= 2) & (day <= 3),
            "first_on_day_4_7": (number == 1) & (day >= 4) & (day <= 7),
            "first_later": (number == 1) & (day >= 8),
            "again": number > 1,
            "after_silence": state.given_up[rows],
            "interviewer": talked & (party == INTERVIEWER),
            "message": message,
            "third_voicemail": message & (state.voicemails[rows] >= 2),
            "quick_voicemail": message & (at - state.last_voicemail[rows] < _QUICK),
            "crowding": (number >= _CROWDED) & (at - state.first_at[rows] < _CROWDED_DAYS),
            "long_call": talked & (seconds > _LONG),
            **{name: done == 1 for name, done in items.items() if name not in _AT_RECEPTION},
        }
        for cause, did in happened.items():
            self._works(rows, cause, did)
        state.told_when[rows] |= items["asked_when_available"] == 1

    def _works(self, rows: IntArray, cause: str, did: BoolArray) -> None:
        reply, advance = self.world.effects.get(cause, (0.0, 0.0))
        self.state.boost[rows] += reply * did
        self.state.gain[rows] += advance * did

    def _remember(
        self,
        rows: IntArray,
        at: FloatArray,
        kind: IntArray,
        talked: BoolArray,
        noted: BoolArray,
        tone: IntArray,
        here: BoolArray,
    ) -> None:
        state = self.state
        state.first_at[rows] = np.minimum(state.first_at[rows], at)
        state.last_at[rows] = at
        state.attempts[rows] += 1
        state.voicemails[rows] += kind == MESSAGE
        state.last_voicemail[rows] = np.where(kind == MESSAGE, at, state.last_voicemail[rows])
        # Acting goes by what is written down, or it would have a cause that the log lacks.
        state.tone[rows] = np.where(talked & noted, tone, state.tone[rows])
        later = np.isfinite(state.moment[rows]) & ~here
        meets = later & talked & (state.met[rows] == NEVER)
        state.met[rows] = np.where(meets, at, state.met[rows])
        if self._bound and self._bound != "note":
            state.kept[rows] += later & np.isin(kind, KINDS[self._bound])
