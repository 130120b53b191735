"""The ten rules of advice as data, in the order in which they are tried: the first that fits gives the next step.

Each rule says when it fits, what to do and when, the reason in a sentence, which claims it rests on and where it comes
from. Verdicts of the log in hand may replace rules 6, 7 and 9 only; the caps stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from followup_analytics.advice import customs, owed
from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.policy import Policy
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import ARTICLE, EMPLOYER, PATIENCE, Advice


def _always(_: Situation, __: Policy) -> bool:
    return True


def _do_not_contact(_: Situation, __: Policy, ___: WorkingDays) -> Advice:
    return Advice("move_on", None, "The employer asked not to be called, so put your time elsewhere.")


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


RULES: tuple[Rule, ...] = (
    Rule(1, "do-not-contact", EMPLOYER, lambda now, _: now.do_not_contact, _do_not_contact),
    Rule(3, "ring-back", EMPLOYER, lambda now, _: owed.missed_fits(now), owed.ring_back),
    Rule(2, "call-when-asked", EMPLOYER, lambda now, _: owed.callback_fits(now), owed.call_as_asked),
    Rule(
        6,
        "thank-you-note",
        ARTICLE,
        lambda now, _: 0 <= now.day <= 1 and not now.thanked,
        customs.thank,
        claims=("thank-you-note",),
        decisive="thank-you-note",
        instead="no thank-you note is advised",
    ),
    Rule(2, "wait-as-asked", EMPLOYER, lambda now, _: now.callback_ahead, owed.wait_as_asked),
    Rule(4, "call-promised", EMPLOYER, lambda now, _: owed.their_call_fits(now), owed.await_their_call),
    Rule(4, "decision-promised", EMPLOYER, lambda now, _: owed.promise_fits(now), owed.heed_promise),
    Rule(5, "reply-or-talk", PATIENCE, lambda now, _: owed.heard_fits(now), owed.after_heard),
    Rule(
        7,
        "wait-2-3-days",
        ARTICLE,
        lambda now, policy: now.attempts_made == 0 and now.day < policy.first_call_day,
        customs.too_early,
        claims=("wait-2-3-days",),
        decisive="wait-2-3-days",
        replaceable=lambda now, _: now.held,
        policy=("first_call_day",),
        instead="there is no need to wait before the first call",
    ),
    Rule(
        8,
        "enough-attempts",
        ARTICLE,
        customs.enough,
        customs.move_on,
        claims=("max-two-voicemails", "move-on", "not-pushy"),
        policy=("max_attempts", "max_voicemails", "silence_days"),
    ),
    Rule(
        9,
        "space-attempts",
        ARTICLE,
        lambda now, policy: now.since_attempt is not None and now.since_attempt < policy.spacing_days,
        customs.too_soon,
        claims=("spread-voicemails", "not-pushy"),
        decisive="spread-voicemails",
        # The claim is about the time after one message: it says nothing of other attempts, and never lifts the cap.
        replaceable=lambda now, policy: (
            now.attempt_channel == "voicemail"
            and (now.since_attempt or 0) > 0
            and now.voicemails < policy.max_voicemails
        ),
        policy=("spacing_days",),
        instead="one day after a message is enough",
    ),
    Rule(
        10,
        "follow-up",
        ARTICLE,
        _always,
        customs.follow_up,
        claims=("follow-up-at-all", "wait-not-longer", "keep-following-up", "move-on"),
    ),
)
