"""The strategies of the claims as interventions: from which moment, what is forbidden, required or set.

Times are days: local midnight of the interview's day is 0 for claims about all interviews, the moment itself for the
others. Written from the table of claims, apart from the catalogue that the verdicts read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """From `start` up to, but not at, `stop` days after the moment; `count` acts of a kind (see `course.KINDS`)."""

    kind: str
    start: float
    stop: float
    count: int = 1


@dataclass(frozen=True)
class Strategy:
    """What is asked from the moment to the response; the rest stays as people do it.

    forbid: acts of the window's kind are not made (beyond `allowed`). require: `count` acts by the end of the window.
    put: what the moment's own contact is made to be.
    """

    forbid: Window | None = None
    require: Window | None = None
    allowed: int = 0
    put: tuple[str, bool] | None = None


@dataclass(frozen=True)
class Contrast:
    """A claim to be simulated: two strategies from one moment, an outcome and a horizon in days."""

    moment: str
    strategy: Strategy
    alternative: Strategy
    outcome: str
    horizon: int


def _set(name: str, moment: str, outcome: str, horizon: int, *, first: bool = True) -> Contrast:
    return Contrast(moment, Strategy(put=(name, first)), Strategy(put=(name, not first)), outcome, horizon)


def _first(start: float, stop: float) -> Strategy:
    return Strategy(forbid=Window("any", 0, start) if start else None, require=Window("any", start, stop))


def _none(kind: str, stop: float) -> Strategy:
    return Strategy(forbid=Window(kind, 0, stop))


def _some(kind: str, stop: float, count: int = 1) -> Strategy:
    return Strategy(require=Window(kind, 0, stop, count))


CONTRASTS: dict[str, Contrast] = {
    "thank-you-note": Contrast("interview", _some("note", 2), _none("note", 8), "advanced", 30),
    "wait-2-3-days": Contrast("interview", _first(2, 4), _first(0, 2), "response", 14),
    "wait-not-longer": Contrast("interview", _first(2, 4), _first(4, 8), "response", 14),
    "follow-up-at-all": Contrast("interview", _first(0, 8), _none("any", 15), "response", 21),
    "person-not-machine": Contrast(
        "nobody",
        Strategy(require=Window("phone", 0, 3), put=("message", False)),
        Strategy(put=("message", True)),
        "advanced",
        30,
    ),
    "interviewer-not-other": _set("interviewer", "conversation", "advanced", 30),
    "ask-when-available": _set("asked_when_available", "receptionist", "met", 7),
    "max-two-voicemails": Contrast("voicemail_2", _none("voicemail", 7), _some("voicemail", 7), "advanced", 30),
    "spread-voicemails": Contrast(
        "voicemail_1",
        Strategy(forbid=Window("voicemail", 0, 2), require=Window("voicemail", 2, 7)),
        _some("voicemail", 2),
        "advanced",
        30,
    ),
    "move-on": Contrast("silence_21", _some("any", 7), _none("any", 7), "response", 14),
    "keep-it-brief": _set("long_call", "spoken", "advanced", 30, first=False),
    "no-credentials": _set("recited_credentials", "conversation", "advanced", 30, first=False),
    "express-interest": _set("expressed_interest", "conversation", "advanced", 30),
    "ask-status": _set("asked_status", "conversation", "response", 14),
    "ask-timeline": _set("asked_timeline", "conversation", "response", 14),
    "say-thanks": _set("said_thanks", "conversation", "advanced", 30),
    "not-pushy": Contrast(
        "first", Strategy(forbid=Window("any", 0, 10), allowed=2), _some("any", 10, 4), "advanced", 30
    ),
    "stand-up": _set("stood", "conversation", "advanced", 30),
    "smile": _set("smiled", "conversation", "advanced", 30),
    "keep-following-up": Contrast("silence_5", _some("any", 5), _none("any", 5), "response", 14),
    "vary-approach": _set("new_approach", "second", "response", 14),
    "company-news": _set("company_news", "second", "response", 14),
    "ask-when-positive": _set("asked_either", "positive", "advanced", 30),
}
#: What a positive tone foretells is no contrast of strategies: it is read off the world as it is.
PREDICTION = "tone-tells"
#: Further outcomes of claims.md: the same strategies, advanced by day 30.
SECOND_LINES = ("wait-2-3-days", "wait-not-longer")
#: Claims that choose a day from a grace period, for which the truth of a uniform day is given too.
WITH_GRACE = ("thank-you-note", "wait-2-3-days", "wait-not-longer", "follow-up-at-all")
