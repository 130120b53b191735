"""Properties of the advice that hold whatever has happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followup_analytics.advice.decide import decide
from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.policy import Policy
from followup_analytics.advice.rules import RULES, STEPS
from followup_analytics.advice.script import VOICEMAIL_SECONDS, script_for
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.verdicts import VERDICTS

INTERVIEW = date(2024, 3, 4)
CLAIMS = sorted({claim for rule in RULES for claim in rule.claims})
WORKS = WorkingDays()
#: A machine with other work draws slowly: that is no fault of the advice.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

verdicts = st.dictionaries(st.sampled_from(CLAIMS), st.sampled_from(VERDICTS))
policies = st.builds(
    Policy,
    max_attempts=st.integers(1, 4),
    max_voicemails=st.integers(0, 2),
    silence_days=st.integers(3, 21),
    first_call_day=st.integers(2, 6),
    spacing_days=st.integers(2, 6),
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Anything that can be true of an open interview."""
    day = draw(st.integers(-5, 120))
    attempts = draw(st.integers(0, 6)) if day >= 0 else 0
    last = draw(st.integers(0, day)) if attempts else None
    at = draw(st.none() | st.integers(-5, 90))
    promised = draw(st.none() | st.integers(-5, 90))
    voicemails = draw(st.integers(0, attempts)) if attempts else 0
    return Situation(
        interview_id="i1",
        applicant_id="a1",
        interview=INTERVIEW,
        today=INTERVIEW + timedelta(days=day),
        do_not_contact=draw(st.booleans()),
        thanked=draw(st.booleans()),
        attempts=attempts,
        voicemails=voicemails,
        last_attempt=None if last is None else INTERVIEW + timedelta(days=last),
        last_call_left_voicemail=bool(voicemails) and draw(st.booleans()),
        response=draw(st.none() | st.just(INTERVIEW)),
        callback=None if at is None else INTERVIEW + timedelta(days=at),
        callback_done=draw(st.booleans()),
        promised=None if promised is None else INTERVIEW + timedelta(days=promised),
    )


@PATIENT
@given(situations(), policies, verdicts)
def test_there_is_always_a_step_with_a_reason(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """Every situation has one step of the vocabulary, a sentence for it, and words for how sure it is."""
    step = decide(now, policy, WORKS, found)
    assert step.step in STEPS
    assert step.why.endswith(".")
    assert step.confidence
    assert step.source


@PATIENT
@given(situations(), policies, verdicts)
def test_no_date_lies_in_the_past(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """A step's date is today or later, and moving on has none."""
    step = decide(now, policy, WORKS, found)
    assert step.on is None or step.on >= now.today
    assert step.step != "move_on" or step.on is None


@PATIENT
@given(situations(), policies, verdicts)
def test_never_before_the_promised_date(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """While a promised date is ahead, nobody is told to call or write, unless the employer asked for the call."""
    step = decide(now, policy, WORKS, found)
    if now.promised is not None and now.promised >= now.today and step.rule != 2:
        assert step.step not in ("call", "email")
        assert step.rule != 5 or (step.on is not None and step.on > now.promised)


@PATIENT
@given(situations(), policies, verdicts)
def test_caps_hold_whatever_the_verdicts(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """Four attempts or two messages are never exceeded on the advice, unless the employer asked for the call."""
    step = decide(now, policy, WORKS, found)
    if step.step in ("call", "email") and step.rule != 2:
        assert now.attempts < policy.max_attempts
        assert now.silence is None or now.silence < policy.silence_days
        assert policy.max_voicemails == 0 or now.voicemails < policy.max_voicemails or step.step == "email"


@PATIENT
@given(situations(), verdicts)
def test_never_a_third_voicemail(now: Situation, found: dict[str, str]) -> None:
    """After two messages no call is advised but one that was asked for, and its script holds no message."""
    step = decide(now, Policy(), WORKS, found)
    if now.voicemails >= 2:
        assert step.step not in ("call", "email") or step.rule == 2
        assert step.step != "call" or "hang up" in step.why
        assert script_for(now, found).voicemail is None


@PATIENT
@given(situations(), policies, verdicts)
def test_verdicts_change_three_six_and_eight_only(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """Without a contradicted claim the rule is the same, and what is replaced is one of the three."""
    plain, judged = decide(now, policy, WORKS, {}), decide(now, policy, WORKS, found)
    assert set(judged.replaced) <= {3, 6, 8}
    if not judged.replaced:
        assert (plain.rule, plain.step, plain.on) == (judged.rule, judged.step, judged.on)


@PATIENT
@given(situations())
def test_steps_that_start_contact_fall_on_working_days(now: Situation) -> None:
    """Calls and e-mails of our own accord are on a working day; a note, and a day asked for, may be any day."""
    step = decide(now, Policy(), WORKS, {})
    if step.rule == 9 and step.on is not None:
        assert WORKS.is_working_day(step.on)


@PATIENT
@given(situations(), policies)
def test_an_office_only_makes_advice_more_patient(now: Situation, policy: Policy) -> None:
    """What a stricter policy lets somebody do, the plain rules let them do as well."""
    if decide(now, policy, WORKS, {}).step in ("call", "email"):
        assert decide(now, Policy(), WORKS, {}).step in ("call", "email")


names = st.text(max_size=200)


@PATIENT
@given(situations(), names, names, names, names, names)
def test_a_message_stays_under_thirty_seconds(
    now: Situation, me: str, them: str, post: str, number: str, employer: str
) -> None:
    """However long the names in a log are, the message can be said in less than 30 seconds."""
    script = script_for(
        replace(now, voicemails=0, employer=employer), {}, {"me": me, "them": them, "post": post, "number": number}
    )
    assert script.voicemail_seconds is not None
    assert script.voicemail_seconds < VOICEMAIL_SECONDS
