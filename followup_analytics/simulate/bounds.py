"""What a strategy's windows take hold of: which times and attempts, and when thank-you notes are sent under it."""

from __future__ import annotations

import numpy as np

from followup_analytics.simulate.attempts import Proposal
from followup_analytics.simulate.draws import Booleans, Draws, Floats
from followup_analytics.simulate.people import People, inclination, shifted
from followup_analytics.simulate.strategies import Strategy, Window
from followup_analytics.simulate.world import World


def within(window: Window | None, since: Floats) -> Booleans:
    """Which times since the moment lie in the window; none where there is no window."""
    if window is None:
        return np.zeros(len(since), dtype=bool)
    return (since >= window.start) & (since < window.stop)


def of_window(proposal: Proposal, window: Window | None) -> Booleans:
    """Which attempts are of the window's kind; none where there is no window."""
    if window is None:
        return np.zeros(len(proposal.who), dtype=bool)
    return proposal.of_kind(window.kind)


def note_times(world: World, draws: Draws, people: People, strategy: Strategy) -> Floats:
    """When each applicant would send a thank-you note; infinite for never."""
    lean = inclination(world, draws, people, "note")
    time = np.full(len(people), np.inf)
    shares = [shifted(share, lean) for share in world.acts.note]
    asked = strategy.require if _is_note(strategy.require) else None
    for day, usual in enumerate(shares):
        share = usual
        if asked is not None and asked.start <= day < asked.stop:
            # As those send one who do before the window is over.
            never = np.prod([1 - later for later in shares[day : int(asked.stop)]], axis=0)
            share = share / np.maximum(1 - never, 1e-12) if day < asked.stop - 1 else np.ones(len(people))
        sends = draws.uniform("note", people.ids, day) < share
        if _is_note(strategy.forbid) and within(strategy.forbid, np.array([float(day)]))[0]:
            sends &= False
        part = draws.uniform("note hour", people.ids, day)
        earliest = np.where(day == 0, people.start + 0.03, float(day))
        time = np.where(sends & ~np.isfinite(time), earliest + (day + 1.0 - earliest) * part, time)
    return time


def _is_note(window: Window | None) -> bool:
    return window is not None and window.kind == "note"
