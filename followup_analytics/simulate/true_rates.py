"""True response rates by the window rule, and true incidences, of a world as it is.

Written apart from `cells` and `incidence` on purpose: those are checked against this.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from followup_analytics.log.schema import CHANNELS, OUTCOMES, PARTIES
from followup_analytics.log.shared_words import ATTEMPT_NAMES, LAST_ATTEMPT, TIMING_BINS, TIMING_NAMES
from followup_analytics.simulate.decisions import Decisions
from followup_analytics.simulate.draws import Booleans, Floats, Integers
from followup_analytics.simulate.story import Story

WINDOW, LAST_CURVE_DAY = 7.0, 30


def true_rates(story: Story) -> list[dict[str, Any]]:
    """Rates of response within 7 days of an attempt, by timing, channel, attempt and party.

    Rows: `by`, the value under that name, `within`, `n_attempts` (of the simulation), `estimate`, and for attempts
    1 to 5 `cumulative`, as contract.md section 2 defines it, with nobody censored.
    """
    told = story.attempts().sort("who", "at")
    who, at, number, channel, party = (told[name].to_numpy() for name in ("who", "at", "number", "channel", "party"))
    answered, ended = _closed(story, who, at)
    timing = np.searchsorted([first for first, _ in TIMING_BINS], np.floor(at), side="right") - 1
    rows = _shares("timing", timing, TIMING_NAMES, answered)
    rows += _shares("channel", channel, CHANNELS, answered)
    rows += _with_cumulative(
        _shares("attempt", np.minimum(number, LAST_ATTEMPT) - 1, ATTEMPT_NAMES, answered), number, answered, ended
    )
    return rows + _shares("party", party, PARTIES, answered)


def _closed(story: Story, who: Integers, at: Floats) -> tuple[Booleans, Booleans]:
    """Whether each attempt's window ends with a response, or with the next attempt or the end of the story."""
    following = np.append(np.where(who[1:] == who[:-1], at[1:], np.inf), np.inf)
    reply, end = story.reply[who], story.end[who]
    inside = at + WINDOW
    answered = (reply <= inside) & (reply < following) & (reply <= end)
    ended = ~answered & (end <= inside) & (end < following)
    return answered, ended


def _shares(by: str, codes: Integers, labels: tuple[str, ...], answered: Booleans) -> list[dict[str, Any]]:
    rows = []
    for code, label in enumerate(labels):
        here = codes == code
        if here.any():
            share = round(float(answered[here].mean()), 6)
            rows.append({"by": by, by: label, "within": WINDOW, "n_attempts": int(here.sum()), "estimate": share})
    return rows


def _with_cumulative(
    rows: list[dict[str, Any]], number: Integers, answered: Booleans, ended: Booleans
) -> list[dict[str, Any]]:
    reached, left = 0.0, 1.0
    for place, row in enumerate(rows[:5]):
        here = number == place + 1
        response, end = float(answered[here].mean()), float(ended[here].mean())
        reached += left * response
        left *= 1.0 - response - end
        row["cumulative"] = round(reached, 6)
    return rows


def true_curve(story: Story, decisions: Decisions) -> list[dict[str, Any]]:
    """Cumulative incidence at the end of each local day 0 to 30: of the response and of an advance, with all causes."""
    over = story.end < story.reply
    response = {
        "response": story.reply,
        "filled": np.where(over & story.filled, story.end, np.inf),
        "withdrawn": np.where(over & ~story.filled, story.end, np.inf),
    }
    by_name = {
        name: np.where(decisions.outcome == code, decisions.decided_at, np.inf) for code, name in enumerate(OUTCOMES)
    }
    advanced = {"advanced": np.minimum(by_name["advanced"], by_name["offer"])}
    advanced |= {name: by_name[name] for name in ("rejected", "filled", "withdrawn")}
    rows = []
    for outcome, events in (("response", response), ("advanced", advanced)):
        for event, times in events.items():
            days = np.floor(times)
            rows += [
                {"outcome": outcome, "event": event, "day": day, "estimate": round(float((days <= day).mean()), 6)}
                for day in range(LAST_CURVE_DAY + 1)
            ]
    return rows
