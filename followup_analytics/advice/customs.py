"""Rules 6 to 10: the custom of following up, which what a log shows may change within its caps."""

from __future__ import annotations

from datetime import date, timedelta

from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.owed import lapsed
from followup_analytics.advice.policy import Policy
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import FAR_AHEAD, LAPSES_AFTER, LONG_PAST, Advice, ago, written
from followup_analytics.text import counted

#: Days to which the claims about a first attempt refer: by day 3, by day 7, and after 21 days of silence.
_EARLY, _WEEK, _LONG_SILENCE = 3, 7, 21


def thank(now: Situation, _: Policy, __: WorkingDays) -> Advice:
    """Send a thank-you note today."""
    why = (
        f"The interview was {ago(now.day)} and no thank-you note has gone out yet."
        if now.held
        else "The interview is later today: a thank-you note is due once it is over."
    )
    return Advice("thank_you", now.today, why, claims=("thank-you-note",))


def too_early(now: Situation, policy: Policy, works: WorkingDays) -> Advice:
    """Leave the first two days to the employer."""
    on = works.on_or_after(now.interview + timedelta(days=policy.first_call_day))
    leave = f"leave {counted(policy.first_call_day, 'day')} before the first call."
    claims = ("wait-2-3-days",)
    if now.held:
        return Advice("wait", on, f"The interview was {ago(now.day)}: {leave}", claims=claims)
    question = " Is that date right?" if -now.day > FAR_AHEAD else ""
    why = f"The interview is on {written(now.interview)}: after it, {leave}{question}"
    return Advice("wait", on, why, claims=claims)


def enough(now: Situation, policy: Policy) -> bool:
    """Whether all that is sensible was tried: the caps, counted anew after a reply or a talk."""
    since = now.since_attempt
    # Where an office wants no messages at all, one that was left is one too many.
    messages = now.voicemails >= max(policy.max_voicemails, 1) and since is not None and since >= policy.spacing_days
    silent = now.silence is not None and now.silence >= policy.silence_days
    never = now.attempts_made == 0 and now.day >= LONG_PAST
    return messages or now.attempts >= policy.max_attempts or silent or never or lapsed(now)


def move_on(now: Situation, policy: Policy, _: WorkingDays) -> Advice:
    """Put the time elsewhere."""
    reason, claim = _enough_of(now, policy)
    known = " Record how it ended if that is known." if (now.silence or now.day) >= LONG_PAST else ""
    unwritten = claim == "max-two-voicemails" and not now.written
    write = " If you try once more, write: nothing in writing has gone out yet." if unwritten else ""
    why = f"{reason[0].upper()}{reason[1:]}: put your time elsewhere.{write}{known}"
    return Advice("move_on", None, why, claims=(claim,))


def _enough_of(now: Situation, policy: Policy) -> tuple[str, str]:
    if now.attempts >= policy.max_attempts:
        tried = counted(now.attempts, "attempt")
        return f"{tried} brought no answer, and {policy.max_attempts} are enough", "not-pushy"
    if lapsed(now):
        return f"{_left_lying(now)}, and nothing was done for {LAPSES_AFTER} days or more", "move-on"
    if (now.silence or 0) >= policy.silence_days:
        return f"{counted(now.silence or 0, 'day')} have gone by since the last contact without an answer", "move-on"
    if now.attempts_made == 0 and now.day >= LONG_PAST:
        return f"the interview was on {written(now.interview)} and was never followed up", "move-on"
    left = counted(now.voicemails, "voicemail")
    return f"{left} brought no answer, and a further one would be too many", "max-two-voicemails"


def _left_lying(now: Situation) -> str:
    if now.missed_open and now.missed is not None:
        return f"they rang on {written(now.missed)}"
    if now.callback_due and now.callback is not None:
        return f"they asked to be called on {written(now.callback)}"
    if now.their_call_missing and now.promised_call is not None:
        return f"they promised to call on {written(now.promised_call)}"
    return f"they promised a decision by {written(now.promised or now.today)}"


def too_soon(now: Situation, policy: Policy, works: WorkingDays) -> Advice:
    """Leave days between two attempts."""
    last = now.last_attempt or now.today
    on = works.on_or_after(last + timedelta(days=policy.spacing_days))
    claim = "spread-voicemails" if now.attempt_channel == "voicemail" else "not-pushy"
    gap = counted(policy.spacing_days, "day")
    why = f"The last attempt was {ago(now.since_attempt or 0)}: leave {gap} between attempts."
    return Advice("wait", on, why, claims=(claim,))


def follow_up(now: Situation, _: Policy, works: WorkingDays) -> Advice:
    """Try again, otherwise than with a second message running."""
    on = works.on_or_after(now.today)
    since_attempt = now.since_attempt
    if since_attempt is None:
        return _first_call(now, on)
    since = f"{counted(since_attempt, 'day')} since attempt {now.attempts_made}, without an answer"
    # The claim is about a further attempt 5 to 10 days after the last.
    untested = not 5 <= since_attempt <= 10
    claims = ("keep-following-up",)
    if now.attempt_channel == "voicemail":
        why = f"It is {since}, and the last call left a message: write this time."
        return Advice("email", on, why, claims=claims, untested=untested)
    return Advice("call", on, f"It is {since}: call.", claims=claims, untested=untested)


def _first_call(now: Situation, on: date) -> Advice:
    why = f"It is {counted(now.day, 'day')} since the interview and no attempt yet: call."
    if now.day >= _LONG_SILENCE:
        return Advice("call", on, why, opposite=("move-on",))
    if now.day <= _EARLY:
        return Advice("call", on, why, claims=("wait-not-longer", "follow-up-at-all"))
    return Advice("call", on, why, claims=("follow-up-at-all",), untested=now.day > _WEEK)
