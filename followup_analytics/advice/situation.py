"""Where one open interview stands on a day: the facts that the rules of advice look at, and the state they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

Heard = Literal["reply", "talk"]


@dataclass(frozen=True)
class Situation:
    """One open interview as it stands on the local date `today`; dates are local to the employer, None where unknown.

    held: the interview has taken place; one of today may still be ahead. later_round: the id of a further round.
    thanked: a thank-you note went out. ever_called: the applicant has rung at all. attempts_made: all of them.
    attempts, voicemails: made since the last reply or talk. messages: voicemails since they were last reached or wrote:
    a call of theirs in vain is no answer to them. written: something in writing went out, besides a thank-you note.
    last_attempt, attempt_channel: the last of all.
    last_contact: the day of the last talk, reply or attempt; heard: what it was where it is no mere attempt.
    missed: the day of the last call or message of theirs that found nobody; missed_open: nothing but a thank-you note
    has gone out since. reply_by, reply_by_time: by when they want an answer, while none has gone out; asked: when they
    asked something that nothing has gone out after; answered: something went out after their last reply.
    callback, callback_time: when they last asked to be called (no time: the whole day); callback_time_ahead: that time
    of today is still to come; callback_done: an attempt was made at or after it; callback_after_missed: asked at or
    after the missed call. promised_call, promised_call_time, promised_call_time_ahead: the same of a call that they
    promised to make; promised_call_kept: they rang since, or were asked about it. promised, promised_time: when they
    said they would decide; promise_answered: an attempt or reply since.
    snoozed_until: the day before which the coach doesn't want to be reminded.
    """

    interview_id: str
    applicant_id: str
    interview: date
    today: date
    employer: str | None = None
    cohort: str | None = None
    coach: str | None = None
    zone: str | None = None
    held: bool = True
    later_round: str | None = None
    do_not_contact: bool = False
    thanked: bool = False
    ever_called: bool = False
    attempts_made: int = 0
    attempts: int = 0
    voicemails: int = 0
    messages: int = 0
    written: bool = False
    last_attempt: date | None = None
    attempt_channel: str | None = None
    last_contact: date | None = None
    heard: Heard | None = None
    missed: date | None = None
    missed_open: bool = False
    reply_by: date | None = None
    reply_by_time: time | None = None
    asked: date | None = None
    answered: bool = False
    callback: date | None = None
    callback_time: time | None = field(default=None)
    callback_time_ahead: bool = False
    callback_done: bool = False
    callback_after_missed: bool = False
    promised_call: date | None = None
    promised_call_time: time | None = None
    promised_call_time_ahead: bool = False
    promised_call_kept: bool = False
    promised: date | None = None
    promised_time: time | None = None
    promise_answered: bool = False
    snoozed_until: date | None = None

    @property
    def day(self) -> int:
        """Whole local days since the interview; negative while it is still ahead."""
        return (self.today - self.interview).days

    @property
    def since_attempt(self) -> int | None:
        """Days since the last attempt, None where none was made."""
        return None if self.last_attempt is None else (self.today - self.last_attempt).days

    @property
    def silence(self) -> int | None:
        """Days since the last talk, reply or attempt, None where there was none."""
        return None if self.last_contact is None else (self.today - self.last_contact).days

    @property
    def callback_ahead(self) -> bool:
        """They asked to be called on a later day."""
        return self.callback is not None and self.callback > self.today

    @property
    def callback_due(self) -> bool:
        """They asked to be called today or earlier, and no attempt was made then or since."""
        return self.callback is not None and self.callback <= self.today and not self.callback_done

    @property
    def their_call_ahead(self) -> bool:
        """They said they would call, and that day, or its hour where one was said, is not over."""
        if self.promised_call is None or self.promised_call_kept or self.promised_call < self.today:
            return False
        return self.promised_call > self.today or self.promised_call_time is None or self.promised_call_time_ahead

    @property
    def their_call_missing(self) -> bool:
        """They said they would call by now, and have not."""
        return self.promised_call is not None and not self.promised_call_kept and not self.their_call_ahead

    @property
    def promise_ahead(self) -> bool:
        """They said they would decide today or later."""
        return self.promised is not None and self.promised >= self.today

    @property
    def promise_broken(self) -> bool:
        """The day by which they would decide has passed, with no attempt and no reply since."""
        return self.promised is not None and self.promised < self.today and not self.promise_answered
