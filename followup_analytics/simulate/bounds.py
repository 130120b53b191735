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
    for day, share in enumerate(world.acts.note):
        sends = draws.uniform("note", people.ids, day) < shifted(share, lean)
        if _is_note(strategy.forbid) and within(strategy.forbid, np.array([float(day)]))[0]:
            sends &= False
        if _is_note(strategy.require) and strategy.require is not None and day == strategy.require.stop - 1:
            sends |= True
        part = draws.uniform("note hour", people.ids, day)
        earliest = np.where(day == 0, people.start + 0.03, float(day))
        time = np.where(sends & ~np.isfinite(time), earliest + (day + 1.0 - earliest) * part, time)
    return time


def _is_note(window: Window | None) -> bool:
    return window is not None and window.kind == "note"
