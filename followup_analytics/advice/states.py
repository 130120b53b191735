"""The states of an interview's story, as data: what is owed, by whom, and until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from followup_analytics.advice.situation import Situation

#: An interview with an outcome is in this state, and in no list of next steps.
CLOSED = "closed"


@dataclass(frozen=True)
class State:
    """One state of the story: its name, what it means, and which situations are in it."""

    name: str
    meaning: str
    holds: Callable[[Situation], bool]


#: The first that holds is the state of an interview.
STATES: tuple[State, ...] = (
    State(
        CLOSED,
        "an outcome is recorded, or the employer asked not to be contacted",
        lambda now: now.do_not_contact,
    ),
    State(
        "further_round",
        "invited to a further round, which is an interview of its own; this one only lacks its outcome",
        lambda now: now.later_round is not None,
    ),
    State(
        "answer_owed_to_them",
        "they rang in vain, wrote, asked something or named a day for an answer, and nothing has gone out since",
        lambda now: (
            now.missed_open
            or now.reply_by is not None
            or now.asked is not None
            or (now.heard == "reply" and not now.answered)
        ),
    ),
    State(
        "date_passed",
        "the day of an agreed call, or of a promised call or decision, is here or over, and nothing came of it",
        lambda now: now.callback_due or now.their_call_missing or now.promise_broken,
    ),
    State(
        "date_ahead",
        "a call is agreed, or a call or decision promised, for a day that is still to come",
        lambda now: now.callback_ahead or now.their_call_ahead or now.promise_ahead,
    ),
    State(
        "answer_owed_to_us",
        "they were spoken to, or their message was answered: the next word is theirs",
        lambda now: now.heard is not None,
    ),
    State("waiting", "nothing is agreed and nobody owes an answer", lambda _: True),
)


def state_of(now: Situation) -> str:
    """The name of the state in which an open interview is."""
    return next(state.name for state in STATES if state.holds(now))
