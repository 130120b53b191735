"""Strategies as data: the moment from which one binds, what is then done, forbidden or required, and for how long.

Times are office days: interviews' days begin at opening, and 24 hours are 1.0 for everybody, since all that happens
lies within office hours. For claims about all interviews the moment is the local midnight of the interview's day, so
that intervals are local days 0, 1, ...; for claims about a moment they are 24 hours each, from that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: interview: all; first, second: that attempt; nobody: the first attempt that reaches nobody; voicemail_1, voicemail_2:
#: that message left; conversation: the first; spoken: the first by phone or video (its talk time is known); positive:
#: the first with a positive tone; receptionist: the first time one is reached; silence_5, silence_21: so many days
#: after an attempt (21: or the interview) without response or further attempt.
Moment = Literal[
    "interview",
    "first",
    "second",
    "nobody",
    "voicemail_1",
    "voicemail_2",
    "conversation",
    "spoken",
    "positive",
    "receptionist",
    "silence_5",
    "silence_21",
]
#: any: an attempt by any channel; phone: one whose channel is phone; voicemail: a message left; note: a thank-you note.
Kind = Literal["any", "phone", "voicemail", "note"]


@dataclass(frozen=True)
class Window:
    """Intervals `start` <= t < `stop` from the moment, and how many acts of a kind they concern."""

    kind: Kind
    start: float
    stop: float
    count: int = 1


@dataclass(frozen=True)
class Strategy:
    """What is done from the moment on, until the response; all else stays as people do it.

    forbid: no act of the kind in the window. require: at least `count` acts by the end of the window. One act is made
    when people make it, given that they make it before the window is over (conditional grace): that is what
    clone-censor-weight estimates. Of several, people act as they would, and in the first interval in which the acts
    still missing are as many as the intervals left, one act takes place, at a time drawn as theirs is. at_most: no act
    of the kind beyond `count` in the window. put: items, party, message or long call fixed at the moment's own contact.
    """

    forbid: Window | None = None
    require: Window | None = None
    at_most: Window | None = None
    put: tuple[tuple[str, bool | str], ...] = ()


@dataclass(frozen=True)
class Contrast:
    """A claim as something to simulate: two strategies from one moment, an outcome and a horizon.

    outcome: response, advanced, or met (a contact in either direction with an interviewer or the hiring team).
    natural: compare those who did with those who did not, without intervening (a prediction); `put` then names the
    split.
    """

    moment: Moment
    strategy: Strategy
    alternative: Strategy
    outcome: Literal["response", "advanced", "met"]
    horizon: float
    natural: bool = False


def _item(name: str, outcome: Literal["response", "advanced", "met"], days: float, **more: object) -> Contrast:
    strategy, alternative = (bool(more.get("first", True)), not more.get("first", True))
    moment: Moment = more.get("moment", "conversation")  # type: ignore[assignment]
    return Contrast(moment, Strategy(put=((name, strategy),)), Strategy(put=((name, alternative),)), outcome, days)


def _first_attempt(start: float, stop: float) -> Strategy:
    forbid = Window("any", 0, start) if start else None
    return Strategy(forbid=forbid, require=Window("any", start, stop))


CONTRASTS: dict[str, Contrast] = {
    "thank-you-note": Contrast(
        "interview", Strategy(require=Window("note", 0, 2)), Strategy(forbid=Window("note", 0, 8)), "advanced", 30
    ),
    "wait-2-3-days": Contrast("interview", _first_attempt(2, 4), _first_attempt(0, 2), "response", 14),
    "wait-not-longer": Contrast("interview", _first_attempt(2, 4), _first_attempt(4, 8), "response", 14),
    "follow-up-at-all": Contrast(
        "interview", _first_attempt(0, 8), Strategy(forbid=Window("any", 0, 15)), "response", 21
    ),
    "person-not-machine": Contrast(
        "nobody",
        Strategy(put=(("message", False),), require=Window("phone", 0, 3)),
        Strategy(put=(("message", True),)),
        "advanced",
        30,
    ),
    "interviewer-not-other": Contrast(
        "conversation",
        Strategy(put=(("party", "interviewer"),)),
        Strategy(put=(("party", "hiring_team"),)),
        "advanced",
        30,
    ),
    "ask-when-available": _item("asked_when_available", "met", 7, moment="receptionist"),
    "max-two-voicemails": Contrast(
        "voicemail_2",
        Strategy(forbid=Window("voicemail", 0, 7)),
        Strategy(require=Window("voicemail", 0, 7)),
        "advanced",
        30,
    ),
    "spread-voicemails": Contrast(
        "voicemail_1",
        Strategy(forbid=Window("voicemail", 0, 2), require=Window("voicemail", 2, 7)),
        Strategy(require=Window("voicemail", 0, 2)),
        "advanced",
        30,
    ),
    "move-on": Contrast(
        "silence_21", Strategy(require=Window("any", 0, 7)), Strategy(forbid=Window("any", 0, 7)), "response", 14
    ),
    "keep-it-brief": _item("long_call", "advanced", 30, first=False, moment="spoken"),
    "no-credentials": _item("recited_credentials", "advanced", 30, first=False),
    "express-interest": _item("expressed_interest", "advanced", 30),
    "ask-status": _item("asked_status", "response", 14),
    "ask-timeline": _item("asked_timeline", "response", 14),
    "say-thanks": _item("said_thanks", "advanced", 30),
    "not-pushy": Contrast(
        "first",
        Strategy(at_most=Window("any", 0, 10, count=2)),
        Strategy(require=Window("any", 0, 10, count=4)),
        "advanced",
        30,
    ),
    "stand-up": _item("stood", "advanced", 30),
    "smile": _item("smiled", "advanced", 30),
    "keep-following-up": Contrast(
        "silence_5", Strategy(require=Window("any", 0, 5)), Strategy(forbid=Window("any", 0, 5)), "response", 14
    ),
    "vary-approach": _item("new_approach", "response", 14, moment="second"),
    "company-news": _item("company_news", "response", 14, moment="second"),
    "tone-tells": Contrast("conversation", Strategy(), Strategy(), "advanced", 30, natural=True),
    "ask-when-positive": Contrast(
        "positive", Strategy(put=(("asked_either", True),)), Strategy(put=(("asked_either", False),)), "advanced", 30
    ),
}

#: The second lines of claims.md: the same strategies, another outcome.
SECOND_LINES: dict[str, Contrast] = {
    claim: Contrast(CONTRASTS[claim].moment, CONTRASTS[claim].strategy, CONTRASTS[claim].alternative, "advanced", 30)
    for claim in ("wait-2-3-days", "wait-not-longer")
}
