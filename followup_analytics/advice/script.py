"""A script for the call, from the article's points and the interview's facts, and what to note down afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from followup_analytics.advice.facts import moment_of, open_interviews
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import at_time, written
from followup_analytics.advice.verdicts import NOT_EXAMINED, read_verdicts
from followup_analytics.errors import UsageError
from followup_analytics.text import clean

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

#: A message is spoken at 150 words a minute; a figure of a telephone number takes longer than it looks.
_SECONDS_PER_WORD, _SECONDS_PER_DIGIT = 0.4, 0.3
_NAME_WORDS, _NAME_LETTERS = 5, 40


@dataclass(frozen=True)
class Line:
    """One thing to say: the point that it makes, the words, the claim behind it and this log's verdict on it."""

    point: str
    words: str
    claim: str | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class Question:
    """One thing to note down after the call: the column of the log, the question, the claims that it makes testable."""

    column: str
    question: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class CallScript:
    """What to say to the interviewer, to a receptionist and to a machine, and what to note down afterwards.

    left_out: points of the usual advice that this log contradicts. voicemail_seconds: how long the message takes to
    say at 150 words a minute; None, with no message, where the cap on messages is reached.
    """

    interview_id: str
    lines: tuple[Line, ...]
    receptionist: tuple[Line, ...]
    voicemail: str | None
    voicemail_seconds: float | None
    habits: tuple[Line, ...]
    left_out: tuple[Line, ...]
    note_down: tuple[Question, ...]

    def to_dict(self) -> dict[str, Any]:
        """The script as plain data, for JSON and templates."""
        from dataclasses import asdict

        return asdict(self)

    def text(self) -> str:
        """The script as a page of plain text."""
        parts = ["WHAT TO SAY", *(f"- {line.words}" for line in self.lines)]
        parts += ["", "IF A RECEPTIONIST ANSWERS", *(f"- {line.words}" for line in self.receptionist)]
        length = "" if self.voicemail_seconds is None else f" (about {self.voicemail_seconds:.0f} seconds)"
        parts += ["", f"IF A MACHINE ANSWERS{length}", self.voicemail or "Hang up: no further message should be left."]
        parts += ["", "WHILE YOU CALL", *(f"- {line.words}" for line in self.habits)]
        if self.left_out:
            parts += ["", "LEFT OUT, SINCE THIS LOG CONTRADICTS IT", *(f"- {line.words}" for line in self.left_out)]
        parts += ["", "NOTE DOWN AFTERWARDS", *(f"- {item.question} ({item.column})" for item in self.note_down)]
        return "\n".join(parts) + "\n"


NOTE_DOWN: tuple[Question, ...] = (
    Question(
        "party",
        "Who answered: the interviewer, the hiring team, a receptionist, someone else, nobody?",
        ("person-not-machine", "interviewer-not-other"),
    ),
    Question(
        "channel",
        "Did you leave a message? Then it is a voicemail, else a phone call.",
        ("max-two-voicemails", "spread-voicemails"),
    ),
    Question("duration_s", "How long did you talk?", ("keep-it-brief",)),
    Question("tone", "How did they sound: positive, neutral or negative?", ("tone-tells", "ask-when-positive")),
    Question("callback_at", "When did they ask you to call again, if they did?", ()),
    Question("expressed_interest", "Did you say that you are still interested?", ("express-interest",)),
    Question("asked_status", "Did you ask whether the post is filled?", ("ask-status", "ask-when-positive")),
    Question(
        "asked_timeline", "Did you ask about the timeline or the next step?", ("ask-timeline", "ask-when-positive")
    ),
    Question(
        "asked_when_available", "Did you ask the receptionist when they can take a call?", ("ask-when-available",)
    ),
    Question("recited_credentials", "Did you go through your credentials again?", ("no-credentials",)),
    Question("said_thanks", "Did you end with thanks?", ("say-thanks",)),
    Question("new_approach", "Did you try something different from the last attempt?", ("vary-approach",)),
    Question("company_news", "Did you open with news about the company?", ("company-news",)),
    Question("stood", "Were you standing?", ("stand-up",)),
    Question("smiled", "Were you smiling?", ("smile",)),
)


def call_script(
    log: FollowUpLog,
    interview_id: str,
    *,
    today: date | None = None,
    verdicts: Any = None,
    your_name: str = "",
    interviewer: str = "",
    post: str = "",
    your_number: str = "",
    max_voicemails: int = 2,
) -> CallScript:
    """A script for the next call about one open interview.

    verdicts: as of `next_steps`; a point that this log contradicts is left out and listed as such. What is not given
    stands as a blank to fill in. Raises UsageError where there is no such interview or no call is due any more.
    """
    found = {one.interview_id: one for one in open_interviews(log, moment_of(log, today)).situations}
    now = found.get(interview_id)
    if now is None or now.do_not_contact:
        raise UsageError(_no_call(log, interview_id))
    names = {"me": your_name, "them": interviewer, "post": post, "number": your_number}
    return script_for(now, read_verdicts(verdicts), names, max_voicemails=max_voicemails)


def script_for(
    now: Situation, verdicts: Mapping[str, str], names: Mapping[str, str] | None = None, *, max_voicemails: int = 2
) -> CallScript:
    """The script for one situation; `names` may hold me, them, post and number, what is absent stands as a blank."""
    facts = _facts(now, names or {})
    lines = _judged(_lines(now, facts), verdicts)
    habits = _judged(_habits(now), verdicts)
    message = _voicemail(facts) if now.messages < max_voicemails else None
    return CallScript(
        interview_id=now.interview_id,
        lines=_kept(lines),
        receptionist=_kept(_judged(_receptionist(facts), verdicts)),
        voicemail=message,
        voicemail_seconds=None if message is None else speaking_seconds(message),
        habits=_kept(habits),
        left_out=tuple(line for line in (*lines, *habits) if line.verdict == "contradicted"),
        note_down=NOTE_DOWN,
    )


def _facts(now: Situation, names: Mapping[str, str]) -> dict[str, str]:
    blanks = {"me": "[your name]", "them": "[interviewer]", "post": "[the post]", "number": "[your number]"}
    given = {key: _name(names.get(key, "")) or blank for key, blank in blanks.items()}
    return given | {
        "employer": _name(now.employer or "") or "[the company]",
        "when": written(now.interview),
    }


def speaking_seconds(text: str) -> float:
    """How long a text takes to say at 150 words a minute, figures read one by one."""
    words = [word for word in text.split() if re.search(r"[^\W\d]", word)]
    digits = sum(character.isdigit() for character in text)
    return round(len(words) * _SECONDS_PER_WORD + digits * _SECONDS_PER_DIGIT, 1)


def _timeline(now: Situation) -> str:
    """The question of when: it begins with what they had promised."""
    if now.their_call_missing and now.promised_call:
        when = at_time(now.promised_call, now.promised_call_time)
        return f"You had said that you would call on {when}, and I may have missed it: is there any news?"
    if now.promised:
        return f"You had said that you would decide by {at_time(now.promised, now.promised_time)}: is that still so?"
    return "When do you expect to decide, and what would be the next step?"


def _lines(now: Situation, facts: Mapping[str, str]) -> list[Line]:
    timeline = _timeline(now)
    second = now.attempts_made == 1
    news = [Line("news", "I saw that [a piece of news about the company].", "company-news")] if second else []
    return [
        Line("greeting", f"Good morning, {facts['them']}, this is {facts['me']}."),
        Line("interview", f"We spoke on {facts['when']} about {facts['post']} at {facts['employer']}."),
        *news,
        Line("interest", "I enjoyed our talk, and I am still very interested.", "express-interest"),
        Line(
            "status", "May I ask whether the post is still open, and whether I am still being considered?", "ask-status"
        ),
        Line("timeline", timeline, "ask-timeline"),
        Line("thanks", "Thank you very much for your time.", "say-thanks"),
    ]


def _receptionist(facts: Mapping[str, str]) -> list[Line]:
    return [
        Line("greeting", f"Good morning, this is {facts['me']}. Could I speak to {facts['them']}, please?"),
        Line("availability", f"When would be a good time for {facts['them']} to take a call?", "ask-when-available"),
        Line("thanks", "Thank you for your help."),
    ]


def _habits(now: Situation) -> list[Line]:
    again = [Line("approach", "Try something else than last time.", "vary-approach")] if now.attempts_made == 1 else []
    return [
        Line("brief", "Keep it under five minutes.", "keep-it-brief"),
        Line("credentials", "Don't go through your credentials again.", "no-credentials"),
        *again,
        Line("stand", "Stand while you call.", "stand-up"),
        Line("smile", "Smile: it can be heard.", "smile"),
    ]


def _voicemail(facts: Mapping[str, str]) -> str:
    return (
        f"Good morning, {facts['them']}, this is {facts['me']}. We spoke on {facts['when']} about {facts['post']}. "
        f"I am still very interested and would like to ask about the next step. "
        f"You can reach me at {facts['number']}. Thank you, and have a good day."
    )


def _judged(lines: list[Line], verdicts: Mapping[str, str]) -> list[Line]:
    return [
        line if line.claim is None else Line(line.point, line.words, line.claim, verdicts.get(line.claim, NOT_EXAMINED))
        for line in lines
    ]


def _kept(lines: list[Line]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.verdict != "contradicted")


def _name(value: str) -> str:
    """A name short enough to be said: the message has to stay under 30 seconds whatever stands in the log."""
    words = clean(value).split()[:_NAME_WORDS]
    return " ".join(words)[:_NAME_LETTERS].strip()


def _no_call(log: FollowUpLog, interview_id: str) -> str:
    row = log.interviews.filter(log.interviews["interview_id"] == interview_id)
    if not row.height:
        return "There is no interview with that id in this log: `next` lists the open ones."
    if row["do_not_contact"][0]:
        return "The employer asked not to be called about this interview: no script is made."
    return "This interview has an outcome already: no call is due."
