"""The nine rules of advice as data: the first one that fits an open interview gives its next step.

Each rule says when it fits, what to do and on which date, the reason in a sentence, which claims it rests on and where
it comes from. Verdicts of the log in hand may replace rules 3, 6 and 8 only; the caps stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.policy import Policy
from followup_analytics.advice.situation import Situation
from followup_analytics.text import counted

Step = Literal["thank_you", "call", "email", "wait", "move_on"]
STEPS: tuple[Step, ...] = ("thank_you", "call", "email", "wait", "move_on")

ARTICLE = "the article on calling after an interview"
EMPLOYER = "what the employer said"
RECORD = "the record"
#: Days to which the claims about a first attempt refer: by day 3, by day 7, and after 21 days of silence.
_EARLY, _WEEK, _LONG_SILENCE = 3, 7, 21
#: From so many days on an interview without any attempt is more likely forgotten in the log than waiting to be called.
LONG_PAST = 60


@dataclass(frozen=True)
class Advice:
    """What one rule says about one interview: the step, its date (None: no date) and the reason.

    claims: those that bear on it. opposite: where these are true the step is wrong. untested: the claims are about
    other moments than this one, so that no verdict makes the step more than custom.
    """

    step: Step
    on: date | None
    why: str
    claims: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()
    untested: bool = False


def _always(_: Situation, __: Policy) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """One rule: `fits` decides, `advise` says what to do.

    claims: all that the rule may rest on, in the catalogue's ids. decisive: the claim that, contradicted by the log in
    hand, replaces the rule where `replaceable` says so (None: no verdict may); `instead` is the advice then, in words.
    policy: the limits of the office's policy that it uses. source: where it comes from.
    """

    number: int
    name: str
    source: str
    fits: Callable[[Situation, Policy], bool]
    advise: Callable[[Situation, Policy, WorkingDays], Advice]
    claims: tuple[str, ...] = ()
    decisive: str | None = None
    replaceable: Callable[[Situation, Policy], bool] = _always
    policy: tuple[str, ...] = ()
    instead: str = ""


def written(day: date) -> str:
    """A date as people write it: `Tuesday 5 March 2024`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def _ago(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


def _do_not_contact(_: Situation, __: Policy, ___: WorkingDays) -> Advice:
    return Advice("move_on", None, "The employer asked not to be called, so put your time elsewhere.")


def _callback_due(now: Situation) -> bool:
    return now.callback is not None and (now.callback > now.today or not now.callback_done)


def _call_back(now: Situation, policy: Policy, works: WorkingDays) -> Advice:
    asked = now.callback or now.today
    if asked > now.today:
        return Advice("wait", asked, f"The employer asked to be called on {written(asked)}: wait until then.")
    on = now.today if asked == now.today else works.on_or_after(now.today)
    tail = (
        "; hang up if a machine answers, since no further message should be left"
        if now.voicemails >= policy.max_voicemails
        else ""
    )
    missed = f"The employer asked to be called on {written(asked)}, and that call has not been made"
    if (now.today - asked).days >= LONG_PAST:
        missed = f"The employer asked to be called on {written(asked)}, long ago, and the record has no such call"
        tail = tail or ": one call settles it, or record how it ended if that is known"
    return Advice("call", on, f"{missed}{tail}.")


def _thank(now: Situation, _: Policy, __: WorkingDays) -> Advice:
    why = (
        f"The interview was {_ago(now.day)} and no thank-you note has gone out yet."
        if now.held
        else "The interview is later today: a thank-you note is due once it is over."
    )
    return Advice("thank_you", now.today, why, ("thank-you-note",))


def _answered(now: Situation, _: Policy, __: WorkingDays) -> Advice:
    on = now.response or now.today
    tail = ": the next step is theirs"
    if (now.today - on).days >= LONG_PAST:
        tail = ", long ago, and no outcome is recorded: record how it ended if that is known"
    return Advice("wait", None, f"The employer answered on {written(on)}{tail}.")


def _promised(now: Situation, _: Policy, works: WorkingDays) -> Advice:
    promised = now.promised or now.today
    on = works.after(promised)
    return Advice(
        "wait", on, f"The employer promised a decision by {written(promised)}: nothing is due before {written(on)}."
    )


def _too_early(now: Situation, policy: Policy, works: WorkingDays) -> Advice:
    on = works.on_or_after(now.interview + timedelta(days=policy.first_call_day))
    leave = f"leave {counted(policy.first_call_day, 'day')} before the first call."
    if not now.held:
        return Advice(
            "wait", on, f"The interview is on {written(now.interview)}: after it, {leave}", ("wait-2-3-days",)
        )
    return Advice("wait", on, f"The interview was {_ago(now.day)}: {leave}", ("wait-2-3-days",))


def _enough(now: Situation, policy: Policy) -> bool:
    silence = now.silence
    if silence is None:
        return False
    # Where an office wants no messages at all, one that was left is one too many.
    messages = now.voicemails >= max(policy.max_voicemails, 1) and silence >= policy.spacing_days
    return messages or now.attempts >= policy.max_attempts or silence >= policy.silence_days


def _move_on(now: Situation, policy: Policy, _: WorkingDays) -> Advice:
    if now.attempts >= policy.max_attempts:
        reason = f"{counted(now.attempts, 'attempt')} brought no answer, and {policy.max_attempts} are enough"
        claim = "not-pushy"
    elif (now.silence or 0) >= policy.silence_days:
        reason = f"{counted(now.silence or 0, 'day')} have gone by since the last attempt without an answer"
        claim = "move-on"
    else:
        reason = f"{counted(now.voicemails, 'voicemail')} brought no answer, and a further one would be too many"
        claim = "max-two-voicemails"
    return Advice("move_on", None, f"{reason[0].upper()}{reason[1:]}: put your time elsewhere.", (claim,))


def _too_soon(now: Situation, policy: Policy, works: WorkingDays) -> Advice:
    last = now.last_attempt or now.today
    on = works.on_or_after(last + timedelta(days=policy.spacing_days))
    claim = "spread-voicemails" if now.last_call_left_voicemail else "not-pushy"
    gap = counted(policy.spacing_days, "day")
    return Advice("wait", on, f"The last attempt was {_ago(now.silence or 0)}: leave {gap} between attempts.", (claim,))


def _follow_up(now: Situation, _: Policy, works: WorkingDays) -> Advice:
    on = works.on_or_after(now.today)
    if now.silence is None:
        return _first_call(now, on)
    since = f"{counted(now.silence, 'day')} since attempt {now.attempts}, without an answer"
    # The claim is about a further attempt 5 to 10 days after the last.
    untested = not 5 <= now.silence <= 10
    if now.last_call_left_voicemail:
        why = f"It is {since}, and the last call left a message: write this time."
        return Advice("email", on, why, ("keep-following-up",), untested=untested)
    return Advice("call", on, f"It is {since}: call.", ("keep-following-up",), untested=untested)


def _first_call(now: Situation, on: date) -> Advice:
    why = f"It is {counted(now.day, 'day')} since the interview and no attempt yet: call."
    if now.day >= LONG_PAST:
        why = (
            f"The interview was long ago, on {written(now.interview)}, and was never followed up: one call settles it, "
            "or record how it ended if that is known."
        )
    if now.day >= _LONG_SILENCE:
        return Advice("call", on, why, opposite=("move-on",))
    if now.day <= _EARLY:
        return Advice("call", on, why, ("wait-not-longer", "follow-up-at-all"))
    return Advice("call", on, why, ("follow-up-at-all",), untested=now.day > _WEEK)


RULES: tuple[Rule, ...] = (
    Rule(1, "do-not-contact", EMPLOYER, lambda now, _: now.do_not_contact, _do_not_contact),
    Rule(2, "call-when-asked", EMPLOYER, lambda now, _: _callback_due(now), _call_back, policy=("max_voicemails",)),
    Rule(
        3,
        "thank-you-note",
        ARTICLE,
        lambda now, _: 0 <= now.day <= 1 and not now.thanked,
        _thank,
        claims=("thank-you-note",),
        decisive="thank-you-note",
        instead="no thank-you note is advised",
    ),
    Rule(4, "answered", RECORD, lambda now, _: now.response is not None, _answered),
    Rule(
        5,
        "decision-promised",
        EMPLOYER,
        lambda now, _: now.promised is not None and now.promised >= now.today,
        _promised,
    ),
    Rule(
        6,
        "wait-2-3-days",
        ARTICLE,
        lambda now, policy: now.attempts == 0 and now.day < policy.first_call_day,
        _too_early,
        claims=("wait-2-3-days",),
        decisive="wait-2-3-days",
        replaceable=lambda now, _: now.held,
        policy=("first_call_day",),
        instead="there is no need to wait before the first call",
    ),
    Rule(
        7,
        "enough-attempts",
        ARTICLE,
        _enough,
        _move_on,
        claims=("max-two-voicemails", "move-on", "not-pushy"),
        policy=("max_attempts", "max_voicemails", "silence_days"),
    ),
    Rule(
        8,
        "space-attempts",
        ARTICLE,
        lambda now, policy: now.silence is not None and now.silence < policy.spacing_days,
        _too_soon,
        claims=("spread-voicemails", "not-pushy"),
        decisive="spread-voicemails",
        # The claim is about the time after one message: it says nothing of other attempts, and never lifts the cap.
        replaceable=lambda now, policy: (
            now.last_call_left_voicemail and (now.silence or 0) > 0 and now.voicemails < policy.max_voicemails
        ),
        policy=("spacing_days",),
        instead="one day after a message is enough",
    ),
    Rule(
        9,
        "follow-up",
        ARTICLE,
        lambda _, __: True,
        _follow_up,
        claims=("follow-up-at-all", "wait-not-longer", "keep-following-up", "move-on"),
    ),
)
