"""The stories of all interviews at once: attempts, replies, ends, in continuous time, as it is or under a strategy.

Time is in office days from the local midnight of the interview's day (whole part: the day; fraction: the office hours
gone). Replies come by themselves (a hazard that falls with time and rises with success) or are drawn by an attempt
after a lag; ends without an answer have their own hazards; attempts follow hazards that depend on the days since the
interview, then on the days since the last attempt. Hazards are constant within intervals, so that every interval can
be cut where a strategy needs it without changing the distribution.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from followup_analytics.simulate.attempts import NO_TONE, Contacts, Manners, Proposal, Proposer, converse
from followup_analytics.simulate.bounds import note_times, of_window, within
from followup_analytics.simulate.draws import Booleans, Draws, Floats, Integers, logistic
from followup_analytics.simulate.effects import Before, change
from followup_analytics.simulate.hazards import GRID, LAST_DAY, inverse, steps
from followup_analytics.simulate.moment_of_strategy import is_moment, put_items, put_party
from followup_analytics.simulate.people import People, shifted
from followup_analytics.simulate.story import Story
from followup_analytics.simulate.strategies import Moment, Strategy, Window
from followup_analytics.simulate.world import World

_NEAR = 1e-9
_SOONEST_REPLY = 0.08


def tell(
    world: World,
    people: People,
    seed: int,
    *,
    moment: Moment | None = None,
    strategy: Strategy | None = None,
    quiet_from: float = np.inf,
) -> Story:
    """Run a world.

    moment: the moment to look out for. strategy: what is done from it on; None leaves all to the people. quiet_from: a
    local day since 1970-01-01 from which on nobody makes an attempt.
    The same seed gives the same luck whatever the strategy: two runs differ only by what the strategy changes.
    """
    teller = _Teller(world, people, Draws(seed), moment, strategy or Strategy(), quiet_from)
    return teller.run()


#: Parts into which a window is cut to draw when an act falls in it, and interviews that are drawn at once.
_PARTS, _AT_ONCE = 96, 20_000


class _Teller:
    """The state of all interviews while their stories run."""

    def __init__(
        self,
        world: World,
        people: People,
        draws: Draws,
        moment: Moment | None,
        strategy: Strategy,
        quiet_from: float,
    ) -> None:
        size = len(people)
        self.world, self.people, self.draws, self.quiet_from = world, people, draws, quiet_from
        self.moment_name, self.strategy = moment, strategy
        self.put = dict(strategy.put)
        self.manners = Manners.of(world, draws, people)
        self.proposer = Proposer(world, draws, people, self.manners)
        self.now = people.start + 0.03
        self.first = np.full(size, np.nan)
        self.last = np.full(size, np.nan)
        self.last_message = np.full(size, np.nan)
        self.messages = np.zeros(size)
        self.number = np.zeros(size, dtype=np.int64)
        self.step = np.zeros(size, dtype=np.int64)
        self.tone = np.zeros(size, dtype=np.int64)
        self.knows_when = np.zeros(size, dtype=bool)
        self.cold = np.zeros(size, dtype=bool)
        self.pending = np.full(size, np.inf)
        self.forced = np.full(size, np.inf)
        self.done = np.zeros(size, dtype=np.int64)
        self.acts = np.zeros(size, dtype=np.int64)
        self._hazards()
        self._replies_by_themselves()
        self.story = self._blank()

    def _hazards(self) -> None:
        acts = self.world.acts
        self.first_hazard = steps(acts.first)
        self.again_hazard = steps(acts.again)
        self.first_factor = np.exp(self.manners.first)
        self.again_factor = np.exp(self.manners.again)

    def _replies_by_themselves(self) -> None:
        """Set the time at which each employer would answer unasked: where the summed hazard reaches a drawn level."""
        replies, people = self.world.replies, self.people
        self.summed = np.concatenate([[0.0], np.cumsum(steps(replies.by_itself))])
        drift = replies.drift * (people.day - people.day.max(initial=0)) / 100.0
        speed = np.exp(replies.trait * people.success + drift)
        level = self.draws.exponential("reply by itself", people.ids) / speed
        self.target = np.interp(people.start + _SOONEST_REPLY, GRID, self.summed) + level
        self.by_itself = self._opened(inverse(self.summed, self.target), np.arange(len(people)))

    def _opened(self, times: Floats, who: Integers) -> Floats:
        """Move times on closed days to the first hours of the next working day, but for the share that works then."""
        if self.world.replies.weekend >= 1.0:
            return times
        day = np.where(np.isfinite(times), np.floor(times), 0.0)
        weekday = (self.people.day[who] + day.astype(np.int64) + 3) % 7
        works = self.draws.uniform("weekend reply", self.people.ids[who]) < self.world.replies.weekend
        closed = (weekday >= 5) & ~works & np.isfinite(times)
        return np.where(closed, day + (7 - weekday) + (times - day) * 0.5, times)

    def _blank(self) -> Story:
        world, people, draws = self.world, self.people, self.draws
        size = len(people)
        filled = people.start + draws.exponential("filled", people.ids) / max(world.ends.filled, 1e-12)
        left = people.start + draws.exponential("withdrawn", people.ids) / max(world.ends.withdrawn, 1e-12)
        moment = np.zeros(size) if self.moment_name == "interview" else np.full(size, np.nan)
        return Story(
            people=people,
            reply=np.full(size, np.inf),
            end=np.minimum(filled, left),
            filled=filled <= left,
            note=note_times(world, draws, people, self.strategy),
            goodwill=np.zeros(size),
            moment=moment,
            met=np.full(size, np.inf),
            moment_tone=np.full(size, NO_TONE),
        )

    # ---------------------------------------------------------------------------------------------------- the loop

    def run(self) -> Story:
        """Move all interviews on, interval by interval, until each is answered, over or out of time."""
        alive = np.arange(len(self.people), dtype=np.int64)
        while alive.size:
            alive = self._advance(alive)
        return self.story

    def _advance(self, alive: Integers) -> Integers:
        self._watch_for_silence(alive)
        boundary = self._boundaries(alive)
        hazard = self._natural_hazard(alive)
        self._force(alive, hazard)
        now, ids = self.now[alive], self.people.ids[alive]
        wait = self.draws.exponential("attempt", ids, self.step[alive])
        self.step[alive] += 1
        with np.errstate(divide="ignore"):
            natural = now + wait / hazard
        natural = np.where(self._awake(alive, natural), natural, np.inf)
        natural = np.where(natural < boundary, natural, np.inf)
        forced = self.forced[alive]
        attempt = np.minimum(natural, forced)
        reply = np.minimum(self.by_itself[alive], self.pending[alive])
        over = np.minimum(reply, self.story.end[alive])
        ended = over <= np.minimum(attempt, boundary)
        answered = ended & (reply <= self.story.end[alive])
        self.story.reply[alive[answered]] = reply[answered]
        acts = ~ended & (attempt < boundary)
        self.now[alive] = np.where(acts, attempt, boundary)
        must = acts & (forced <= natural)
        if must.any():
            self._attempt(alive[must], forced[must], self.strategy.require)
        may = acts & ~must
        if may.any():
            self._attempt(alive[may], natural[may], None)
        return np.asarray(alive[~ended & (self.now[alive] < LAST_DAY)])

    def _awake(self, who: Integers, times: Floats) -> Booleans:
        """Whether people act at these times: on closed days only a share does."""
        if self.world.replies.weekend >= 1.0:
            return np.full(len(who), True)
        day = np.where(np.isfinite(times), np.floor(times), 0.0).astype(np.int64)
        weekday = (self.people.day[who] + day + 3) % 7
        works = self.draws.uniform("weekend attempt", self.people.ids[who], self.step[who]) < self.world.replies.weekend
        return np.asarray((weekday < 5) | works)

    def _natural_hazard(self, who: Integers) -> Floats:
        now, last = self.now[who], self.last[who]
        begun = self.number[who] > 0
        since = np.where(begun, now - np.nan_to_num(last), now)
        index = np.minimum((since + _NEAR).astype(np.int64), LAST_DAY - 1)
        again = self.again_hazard[index] * self._again_more(who)
        return np.where(begun, again, self.first_hazard[index] * self.first_factor[who])

    def _boundaries(self, who: Integers) -> Floats:
        """The end of each one's current interval: of the day, of 24 hours since the last attempt or the moment."""
        now, last = self.now[who], self.last[who]
        origin = np.where(self.number[who] > 0, np.nan_to_num(last), 0.0)
        boundary = origin + np.floor(now - origin + _NEAR) + 1.0
        if self.moment_name == "silence_21":
            due = self.people.start[who] + 21.0
            boundary = np.where((self.number[who] == 0) & (now < due - _NEAR), np.minimum(boundary, due), boundary)
        moment = self.story.moment[who]
        bound = np.isfinite(moment)
        since = np.where(bound, now - np.nan_to_num(moment), 0.0)
        own = np.nan_to_num(moment) + np.floor(since + _NEAR) + 1.0
        return np.where(bound & (since < 21.0), np.minimum(boundary, own), boundary)

    # ------------------------------------------------------------------------------------------------- strategies

    def _watch_for_silence(self, who: Integers) -> None:
        if self.moment_name not in ("silence_5", "silence_21"):
            return
        days = 5.0 if self.moment_name == "silence_5" else 21.0
        begun = self.number[who] > 0
        origin = np.where(begun, np.nan_to_num(self.last[who]), self.people.start[who])
        reached = (self.now[who] >= origin + days - _NEAR) & np.isnan(self.story.moment[who])
        if days < 21.0:
            reached &= begun
        self.story.moment[who[reached]] = origin[reached] + days

    def _force(self, who: Integers, hazard: Floats) -> None:
        """Set the time of an act where as many are missing as intervals are left."""
        window = self.strategy.require
        if window is None or window.kind == "note":
            return
        if window.count == 1:
            self._force_within(who, window)
            return
        now, moment = self.now[who], self.story.moment[who]
        since = np.where(np.isfinite(moment), now - np.nan_to_num(moment), -1.0)
        interval = np.floor(since + _NEAR)
        inside = (since >= window.start - _NEAR) & (since < window.stop - _NEAR)
        missing = window.count - self.done[who]
        due = inside & (missing > 0) & (missing >= window.stop - interval) & ~np.isfinite(self.forced[who])
        if not due.any():
            return
        late = np.where(due, np.nan_to_num(moment) + interval + 1.0 - now, 1.0)
        part = self.draws.uniform("forced", self.people.ids[who], self.step[who])
        slope = np.maximum(hazard, 1e-6)
        # The time of a Poisson event known to fall within `late` from now.
        wait = -np.log1p(part * np.expm1(-slope * late)) / slope
        self.forced[who[due]] = (now + np.minimum(wait, late * (1.0 - 1e-7)))[due]

    def _force_within(self, who: Integers, window: Window) -> None:
        """Set the time of the one act that a window asks for: as people act, given that they act before it is over."""
        since = self.now[who] - self.story.moment[who]
        inside = (since >= window.start - _NEAR) & (since < window.stop - _NEAR)
        due = np.flatnonzero(inside & (self.done[who] == 0) & ~np.isfinite(self.forced[who]))
        for begin in range(0, len(due), _AT_ONCE):
            self._draw_within(who[due[begin : begin + _AT_ONCE]], window)

    def _draw_within(self, who: Integers, window: Window) -> None:
        now, end = self.now[who], self.story.moment[who] + window.stop
        part = (np.arange(_PARTS) + 0.5) / _PARTS
        times = now[:, None] + (end - now)[:, None] * part
        begun = (self.number[who] > 0)[:, None]
        index = np.where(begun, times - np.nan_to_num(self.last[who])[:, None], times) + _NEAR
        index = np.clip(index.astype(np.int64), 0, LAST_DAY - 1)
        again = self.again_hazard[index] * self._again_more(who)[:, None]
        hazard = np.where(begun, again, self.first_hazard[index] * self.first_factor[who][:, None])
        weekday = (self.people.day[who][:, None] + np.floor(times).astype(np.int64) + 3) % 7
        hazard *= np.where(weekday < 5, 1.0, min(self.world.replies.weekend, 1.0))
        hazard *= self.proposer.share_of(who, window.kind)[:, None] * ((end - now) / _PARTS)[:, None]
        summed = np.cumsum(hazard, axis=1)
        luck = self.draws.uniform("forced", self.people.ids[who], self.step[who])
        # The time of a Poisson event known to fall within the window; where nobody ever acts in it, its last moment.
        target = -np.log1p(luck * np.expm1(-summed[:, -1]))
        place = np.minimum((summed < target[:, None]).sum(axis=1), _PARTS - 1)
        before = np.where(place > 0, np.take_along_axis(summed, np.maximum(place - 1, 0)[:, None], 1)[:, 0], 0.0)
        here = np.take_along_axis(hazard, place[:, None], 1)[:, 0]
        inside = np.where(here > 0, (target - before) / np.where(here > 0, here, 1.0), luck)
        place = np.where(summed[:, -1] > 0, place, _PARTS - 1)
        share = (place + np.clip(inside, 0.0, 1.0 - 1e-7)) / _PARTS
        self.forced[who] = now + (end - now) * np.minimum(share, 1.0 - 1e-7)

    def _again_more(self, who: Integers) -> Floats:
        """What multiplies the hazard of a further attempt; 0 where no more are made."""
        acts = self.world.acts
        more = self.again_factor[who] * np.exp(
            self.world.lean("again").tone * self.tone[who] + acts.tired * (self.number[who] - 1)
        )
        return np.where(self.number[who] < acts.most, more, 0.0)

    def _suppressed(self, proposal: Proposal, at: Floats) -> Booleans:
        """Which proposed attempts the strategy forbids, or puts off to the time already set."""
        since = at - self.story.moment[proposal.who]
        forbidden = within(self.strategy.forbid, since) & of_window(proposal, self.strategy.forbid)
        forbidden |= self.people.day[proposal.who] + at >= self.quiet_from
        cap = self.strategy.at_most
        if cap is not None:
            full = self.acts[proposal.who] >= cap.count
            forbidden |= within(cap, since) & of_window(proposal, cap) & full
        waiting = np.isfinite(self.forced[proposal.who])
        return np.asarray(forbidden | (waiting & of_window(proposal, self.strategy.require)))

    # --------------------------------------------------------------------------------------------------- attempts

    def _attempt(self, who: Integers, at: Floats, required: Window | None) -> None:
        kind = None if required is None or required.kind == "any" else required.kind
        proposal = self.proposer.propose(who, self.step[who], self.knows_when[who], kind)
        if required is None:
            keep = ~self._suppressed(proposal, at)
            proposal, at = Proposal(who[keep], proposal.channel[keep], proposal.party[keep]), at[keep]
        else:
            self.forced[who] = np.inf
        if not len(at):
            return
        here = is_moment(self.moment_name, proposal, self.number[proposal.who] + 1, self.messages[proposal.who])
        here &= np.isnan(self.story.moment[proposal.who])
        proposal = put_party(self.put, proposal, here)
        who = proposal.who
        contacts = converse(
            self.world, self.draws, self.people, self.manners, proposal, at, self.number[who] + 1, self.tone[who]
        )
        if self.moment_name == "positive":
            here &= contacts.tone == 1
        put_items(self.put, contacts, here, partial(self._asked_either, contacts))
        self.story.moment[who[here]] = at[here]
        self.story.moment_tone[who[here]] = contacts.tone[here]
        self._remember(contacts, here)

    def _asked_either(self, contacts: Contacts) -> Integers:
        """Of the two questions, drawn as people do given that they ask one: 0 status, 1 timeline, 2 both."""
        who = contacts.proposal.who
        items, acts = self.manners.items, self.world.acts.items
        a = shifted(acts["asked_status"], items["asked_status"][who])
        b = shifted(acts["asked_timeline"], items["asked_timeline"][who])
        weights = np.stack([a * (1 - b), (1 - a) * b, a * b], axis=1)
        return self.draws.choice("asked either", self.people.ids[who], weights, contacts.number)

    def _remember(self, contacts: Contacts, here: Booleans) -> None:
        """Apply what the attempts change, and note that they took place."""
        proposal, at = contacts.proposal, contacts.at
        who = proposal.who
        first = np.where(self.number[who] == 0, at, self.first[who])
        before = self._before(who, first)
        changed = change(self.world, contacts, before)
        origin = np.where(self.number[who] == 0, before.start, np.nan_to_num(before.last))
        self.cold[who] |= at - origin >= 21.0
        self._draw_reply(contacts, changed.reply)
        self._lose_patience(who, at, changed.patience)
        self.story.goodwill[who] += changed.advance
        self.first[who], self.last[who] = first, at
        self.number[who] += 1
        self.messages[who] += proposal.message
        self.last_message[who] = np.where(proposal.message, at, self.last_message[who])
        self.tone[who] = np.where(contacts.tone == NO_TONE, self.tone[who], contacts.tone)
        self.knows_when[who] |= contacts.items["asked_when_available"] == 1
        self._count(contacts, here)
        self.story.contacts.append(contacts)

    def _before(self, who: Integers, first: Floats) -> Before:
        return Before(
            self.people.start[who],
            first,
            self.last[who],
            self.last_message[who],
            self.messages[who],
            self.cold[who],
        )

    def _count(self, contacts: Contacts, here: Booleans) -> None:
        """Count acts that strategies ask for or cap, after the moment's own contact."""
        proposal, at = contacts.proposal, contacts.at
        who = proposal.who
        after = np.isfinite(self.story.moment[who]) & ~here
        window = self.strategy.require
        since = at - self.story.moment[who]
        self.done[who] += after & within(window, since) & of_window(proposal, window)
        self.acts[who] += after
        met = after & proposal.conversation
        self.story.met[who] = np.where(met, np.minimum(self.story.met[who], at), self.story.met[who])

    def _draw_reply(self, contacts: Contacts, odds: Floats) -> None:
        replies, who = self.world.replies, contacts.proposal.who
        if replies.asked_scale <= 0.0:
            return
        ids = self.people.ids[who]
        share = replies.asked_scale * logistic(replies.asked + replies.asked_trait * self.people.success[who] + odds)
        drawn = self.draws.uniform("drawn", ids, contacts.number) < share
        lag = 0.02 + replies.lag_days * self.draws.exponential("lag", ids, contacts.number)
        when = np.where(drawn, self._opened(contacts.at + lag, who), np.inf)
        self.pending[who] = np.minimum(self.pending[who], when)

    def _lose_patience(self, who: Integers, at: Floats, change_: Floats) -> None:
        """Slow down (or speed up) the reply that would come by itself, from now on."""
        gone = np.interp(at, GRID, self.summed)
        moved = (change_ != 0.0) & (self.target[who] > gone)
        if not moved.any():
            return
        who, gone = who[moved], gone[moved]
        self.target[who] = gone + (self.target[who] - gone) * np.exp(-change_[moved])
        self.by_itself[who] = self._opened(inverse(self.summed, self.target[who]), who)
