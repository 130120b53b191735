"""What a rule says: the step, its date and time, and the reason; and the words in which reasons are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

Step = Literal["thank_you", "call", "email", "wait", "move_on"]
STEPS: tuple[Step, ...] = ("thank_you", "call", "email", "wait", "move_on")
#: Steps in which something is done.
ACTIONS = ("call", "email", "thank_you")

#: Channels in which a telephone rings.
CALLS = ("phone", "voicemail")

ARTICLE = "the article on calling after an interview"
EMPLOYER = "what the employer said or did"
PATIENCE = "custom: a week after a reply or a talk"

#: A call that they asked for, a call of theirs to be returned, or a broken promise is good for so many days.
LAPSES_AFTER = 21
#: From so many days on an interview without any attempt is given up, and one that was left lying is called long ago.
LONG_PAST = 60
#: An interview more days ahead is more likely a slip of the pen.
FAR_AHEAD = 366


@dataclass(frozen=True)
class Advice:
    """What one rule says about one interview: the step, its date (None: no date) and the reason.

    at: the local time where one was agreed. asked_for: the employer asked for it, so it is no unsolicited contact.
    settled: what came since may have settled it, so that nobody is reminded. expects: what of theirs is waited for, a
    call or a decision. claims: those that bear on it. opposite: where these are true the step is wrong. untested: the
    claims are about other moments than this one, so that no verdict makes the step more than custom.
    """

    step: Step
    on: date | None
    why: str
    at: time | None = None
    asked_for: bool = False
    expects: str | None = None
    settled: bool = False
    claims: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()
    untested: bool = False


def written(day: date) -> str:
    """A date as people write it: `Tuesday 5 March 2024`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


#: A day further off than this is told with its year.
NEAR_DAYS = 330


def short_day(day: date, days_off: int | None) -> str:
    """A date in few columns: `5 Mar`, or `5 Mar 2024` where it is far off, or nobody knows how far (None)."""
    near = days_off is not None and abs(days_off) < NEAR_DAYS
    return f"{day.day} {day:%b}" if near else f"{day.day} {day:%b %Y}"


def at_time(day: date, when: time | None) -> str:
    """A date, with its time where there is one: `Tuesday 5 March 2024 at 14:00`."""
    return f"{written(day)} at {when:%H:%M}" if when else written(day)


def ago(days: int) -> str:
    """How long ago something was."""
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


#: A step as a heading.
STEP_NAMES = {
    "answer": "answer",
    "call": "call",
    "email": "e-mail",
    "thank_you": "thank-you note",
    "wait": "wait",
    "move_on": "move on",
}
#: A step's words: one of it, and several.
STEP_WORDS = {
    "call": ("call", "calls"),
    "email": ("e-mail", "e-mails"),
    "thank_you": ("thank-you note", "thank-you notes"),
    "wait": ("interview to wait for", "interviews to wait for"),
    "move_on": ("interview to move on from", "interviews to move on from"),
}
