"""Rules 1 to 5: what the employer asked for, promised, or is owed."""

from __future__ import annotations

from datetime import date, timedelta

from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.policy import Policy
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import LAPSES_AFTER, LONG_PAST, Advice, Step, ago, at_time, written

#: The working day so many days after a reply or a talk is the day to call.
_PATIENCE = 7


# ------------------------------------------------------------------------------------------------ 2. asked to call


def callback_fits(now: Situation) -> bool:
    """A call that they asked for is due, and has not been left undone for too long."""
    return now.callback_due and not _too_old((now.today - (now.callback or now.today)).days)


def call_as_asked(now: Situation, _: Policy, works: WorkingDays) -> Advice:
    """Call on the day, at the time where that is still to come; a missed day is made up for on a working day."""
    asked = now.callback or now.today
    at = now.callback_time if asked == now.today and now.callback_time_ahead else None
    on = now.today if asked == now.today else works.on_or_after(now.today)
    when = at_time(asked, now.callback_time)
    said = "" if at else ", and that call has not been made"
    return Advice("call", on, f"The employer asked to be called on {when}{said}.", at, asked_for=True)


def wait_as_asked(now: Situation, _: Policy, __: WorkingDays) -> Advice:
    """Wait until the day and time that they named."""
    asked = now.callback or now.today
    when = at_time(asked, now.callback_time)
    why = f"The employer asked to be called on {when}: wait until then."
    return Advice("wait", asked, why, now.callback_time, asked_for=True)


# ---------------------------------------------------------------------------------------------------- 3. they rang


def missed_fits(now: Situation) -> bool:
    """They rang or left a message, and nothing but a thank-you note has gone out since."""
    if not now.missed_open or now.missed is None:
        return False
    return not _too_old((now.today - now.missed).days) or _asked_after(now)


def _asked_after(now: Situation) -> bool:
    return now.callback_ahead and now.callback_after_missed


def ring_back(now: Situation, _: Policy, works: WorkingDays) -> Advice:
    """Ring back today, or when they asked for it in that message or since."""
    missed = now.missed or now.today
    rang = f"They rang on {written(missed)}"
    if _asked_after(now):
        when = at_time(now.callback or now.today, now.callback_time)
        why = f"{rang} and asked to be called on {when}: wait until then."
        return Advice("wait", now.callback, why, now.callback_time, asked_for=True)
    # An hour that was agreed before they rang stands: no call of that day comes before it.
    at = now.callback_time if now.callback == now.today and now.callback_time_ahead else None
    asked = f", {ago((now.today - missed).days)}"
    if at:
        agreed = "asked to be called" if now.callback_after_missed else "had asked before to be called"
        asked = f" and {agreed} today at {at:%H:%M}"
    reached = now.heard == "talk"
    since = ""
    if reached and now.last_contact is not None:
        since = f" They were spoken to since, on {written(now.last_contact)}: call only if that left something open."
    elif now.last_contact is not None and now.last_contact > missed:
        since = f" They were heard from since, on {written(now.last_contact)}: if that settled it, record the call."
    if now.callback_ahead:
        since += f" The call agreed for {at_time(now.callback or now.today, now.callback_time)} stands."
    on = now.today if at else works.on_or_after(now.today)
    why = f"{rang}{asked}, and nobody has rung back: call.{since}"
    return Advice("call", on, why, at, asked_for=True, settled=reached and at is None)


# --------------------------------------------------------------------------------------------------- 4. a promise


def their_call_fits(now: Situation) -> bool:
    """They said that they would call, and the time for it is ahead, or has passed without a call."""
    missing = now.their_call_missing and not _too_old((now.today - (now.promised_call or now.today)).days)
    return now.their_call_ahead or missing


def await_their_call(now: Situation, _: Policy, works: WorkingDays) -> Advice:
    """Wait for the call that they promised; where it has not come, that is the reason to call."""
    promised = now.promised_call or now.today
    when = at_time(promised, now.promised_call_time)
    if now.their_call_missing:
        why = f"The employer promised to call on {when}, and no call has come: call, and mention it."
        return Advice("call", works.on_or_after(now.today), why)
    then = "If none comes, call and mention it."
    why = f"The employer promised to call on {when}: wait for that call. {then}"
    return Advice("wait", promised, why, now.promised_call_time, expects="call")


def promise_fits(now: Situation) -> bool:
    """A decision is promised for today or later, or was promised and has not come, nor been asked for."""
    broken = now.promise_broken and not _too_old((now.today - (now.promised or now.today)).days)
    return now.promise_ahead or broken


def heed_promise(now: Situation, _: Policy, works: WorkingDays) -> Advice:
    """Wait until the working day after the promised one; then the broken promise is the reason to call."""
    promised = now.promised or now.today
    when = at_time(promised, now.promised_time)
    if now.promise_ahead:
        on = works.after(promised)
        return Advice(
            "wait", on, f"The employer promised a decision by {when}: no call before {written(on)}.", expects="decision"
        )
    why = f"The employer promised a decision by {when}, and nothing has come: that is the reason to call."
    return Advice("call", works.on_or_after(now.today), why)


# ---------------------------------------------------------------------------------------------- 5. a reply or talk


def heard_fits(now: Situation) -> bool:
    """The last contact is a reply or a talk."""
    return now.heard is not None and not lapsed(now)


def after_heard(now: Situation, _: Policy, works: WorkingDays) -> Advice:
    """Give them a week from a reply or a talk, then ask."""
    last = now.last_contact or now.today
    on = works.on_or_after(last + timedelta(days=_PATIENCE))
    heard = f"They were spoken to on {written(last)}" if now.heard == "talk" else f"They wrote on {written(last)}"
    if now.today < on:
        next_word = "the next word is theirs until" if now.answered or now.heard == "talk" else "wait until"
        asked = now.heard == "reply" and not now.answered and now.reply_by is None and now.asked is None
        hint = " If they asked something, answer today." if asked else ""
        return Advice("wait", on, f"{heard}: {next_word} {written(on)}.{hint}", untested=True)
    passed = (now.today - last).days
    tail = ": record how it ended if that is known, or ask once more" if passed >= LONG_PAST else ""
    silence = f"{heard}, and nothing has come for {passed} days{tail}."
    # Whoever has never rung an employer begins in writing, as the employer does.
    step: Step = "call" if now.ever_called else "email"
    return Advice(step, works.on_or_after(now.today), silence, untested=True)


def answer_owed(now: Situation, works: WorkingDays) -> tuple[date, str] | None:
    """The answer that they wait for, while none has gone out: the day for it, and the reason."""
    if now.reply_by is not None:
        return now.today, _wanted_by(now, now.reply_by)
    if now.asked is None:
        return None
    on = works.on_or_after(now.today)
    day = "today" if on == now.today else f"on {written(on)}"
    return on, f"They asked something on {written(now.asked)}, and no answer has gone out: answer {day}."


def _wanted_by(now: Situation, day: date) -> str:
    when = at_time(day, now.reply_by_time)
    if day < now.today:
        return f"They wanted an answer by {when}, which has passed: answer today."
    if day == now.today:
        when = f"today by {now.reply_by_time:%H:%M}" if now.reply_by_time else "today"
        return f"They want an answer {when}: answer today."
    return f"They want an answer by {when}: answer today."


# ------------------------------------------------------------------------------------------------------ what lapses


def _too_old(days: int) -> bool:
    return days >= LAPSES_AFTER


def lapsed(now: Situation) -> bool:
    """Whether the last that happened is a call asked for, a call of theirs or a promise that was left lying too long.

    What was heard or tried after it is newer, and its own rules hold.
    """
    bases = [
        now.callback if now.callback_due else None,
        now.missed if now.missed_open and not _asked_after(now) else None,
        now.promised_call if now.their_call_missing else None,
        now.promised if now.promise_broken else None,
    ]
    latest = max((base for base in bases if base is not None), default=None)
    if latest is None or not _too_old((now.today - latest).days):
        return False
    return now.last_contact is None or now.last_contact <= latest
