"""Properties of the advice that hold whatever has happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followup_analytics.advice.decide import NextStep, decide
from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.policy import Policy
from followup_analytics.advice.rules import RULES
from followup_analytics.advice.script import script_for
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.spread import one_call_a_day
from followup_analytics.advice.states import STATES
from followup_analytics.advice.steps import ACTIONS, STEPS
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
    made = draw(st.integers(0, 6)) if day >= 0 else 0
    last = draw(st.integers(0, day)) if made else None
    heard_on = draw(st.none() | st.integers(0, day)) if day >= 0 else None
    missed_on = draw(st.none() | st.integers(0, day)) if heard_on is not None else None
    heard_on = heard_on if missed_on is None else max(heard_on, missed_on)
    newest = max((one for one in (last, heard_on) if one is not None), default=None)
    is_heard = heard_on is not None and heard_on == newest
    since = 0 if is_heard else draw(st.integers(1 if last is not None else 0, made))
    voicemails = draw(st.integers(0, since))
    channel = draw(st.sampled_from(["phone", "voicemail", "email"])) if made else None
    back, promised, theirs = (draw(st.none() | st.integers(-5, 90)) for _ in range(3))
    their_hour = draw(st.booleans())
    timed = back is not None and draw(st.booleans())
    return Situation(
        interview_id="i1",
        applicant_id="a1",
        interview=INTERVIEW,
        today=_on(day),
        do_not_contact=draw(st.booleans()) and draw(st.booleans()),
        thanked=draw(st.booleans()),
        ever_called=draw(st.booleans()),
        attempts_made=made,
        attempts=since,
        voicemails=voicemails,
        messages=voicemails + draw(st.integers(0, 2)),
        written=draw(st.booleans()),
        last_attempt=_on(last),
        attempt_channel=channel,
        last_contact=_on(newest),
        heard=draw(st.sampled_from(["reply", "talk"])) if is_heard else None,
        answered=draw(st.booleans()),
        missed=_on(missed_on),
        missed_open=missed_on is not None and draw(st.booleans()),
        reply_by=_on(draw(st.none() | st.integers(0, 90))),
        callback=_on(back),
        callback_time=time(14) if timed else None,
        callback_time_ahead=timed and draw(st.booleans()),
        callback_done=draw(st.booleans()),
        callback_after_missed=draw(st.booleans()),
        asked=_on(draw(st.none() | st.integers(0, max(day, 0)))),
        promised_call=_on(theirs),
        promised_call_time=time(14) if theirs is not None and their_hour else None,
        promised_call_time_ahead=their_hour and draw(st.booleans()),
        promised_call_kept=draw(st.booleans()),
        promised=_on(promised),
        promise_answered=draw(st.booleans()),
        snoozed_until=_on(draw(st.none() | st.integers(0, 150))),
    )


def _on(day: int | None) -> date | None:
    return None if day is None else INTERVIEW + timedelta(days=day)


def is_agreed(step: NextStep) -> bool:
    """The employer asked for it, or owes it: the caps don't hold it back."""
    return step.asked_for or step.rule in (2, 3, 4)


@PATIENT
@given(situations(), policies, verdicts)
def test_there_is_always_one_step_with_a_reason(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """Every situation has one step of the vocabulary, a state, a sentence, and words for how sure it is."""
    step = decide(now, policy, WORKS, found)
    assert step.step in STEPS
    assert step.state in {state.name for state in STATES}
    assert step.why.endswith(".")
    assert step.confidence
    assert step.source


@PATIENT
@given(situations(), policies, verdicts)
def test_no_date_lies_in_the_past(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """A step's date is today or later; moving on has none, and what is to be done always has one."""
    step = decide(now, policy, WORKS, found)
    assert step.on is None or step.on >= now.today
    assert step.step != "move_on" or step.on is None
    assert step.step not in ACTIONS or step.on is not None


@PATIENT
@given(situations(), policies, verdicts)
def test_never_before_an_agreed_time(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """While a call is agreed or a decision promised for later, nobody is told to call or write sooner.

    A call of theirs that nobody took, and a day asked for that is here, go before a promise; a call that they missed
    goes before a day that they had asked for earlier.
    """
    step = decide(now, policy, WORKS, found)
    if step.step not in ("call", "email"):
        return
    if now.callback_ahead:
        assert step.rule == 3
        assert not now.callback_after_missed
    if now.promise_ahead:
        assert step.rule in (2, 3) or now.their_call_missing
    if step.at is not None:
        assert step.on is not None
        assert (step.on, step.at) == (now.callback, now.callback_time)
    if now.their_call_ahead:
        assert step.rule in (2, 3)


@PATIENT
@given(situations(), policies, verdicts)
def test_caps_hold_whatever_the_verdicts(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """Four attempts or two messages are never exceeded on the advice, unless the employer asked, rang or broke a word.

    They are counted anew after a reply or a talk, and the question after a week's silence then is within them.
    """
    step = decide(now, policy, WORKS, found)
    if step.step in ("call", "email") and not is_agreed(step):
        assert now.attempts < policy.max_attempts
        assert step.rule == 5 or now.silence is None or now.silence < policy.silence_days
        assert policy.max_voicemails == 0 or now.voicemails < policy.max_voicemails or step.step == "email"


@PATIENT
@given(situations(), verdicts)
def test_never_a_third_voicemail(now: Situation, found: dict[str, str]) -> None:
    """After two messages no call is advised but one that they asked for or owe, and its script holds no message."""
    step = decide(now, Policy(), WORKS, found)
    if now.voicemails >= 2:
        assert step.step not in ("call", "email") or is_agreed(step)
    if now.messages >= 2:
        assert step.step != "call" or "Hang up" in step.why
        assert script_for(now, found).voicemail is None


@PATIENT
@given(situations(), verdicts)
def test_what_is_asked_for_lapses_after_three_weeks(now: Situation, found: dict[str, str]) -> None:
    """A call asked for, a call of theirs and a broken promise are good for 21 days."""
    step = decide(now, Policy(), WORKS, found)
    base = {2: now.callback, 3: now.missed, 4: now.promised}.get(step.rule)
    if step.step == "call" and base is not None:
        assert (now.today - base).days < 21


@PATIENT
@given(situations(), policies, verdicts)
def test_verdicts_change_six_seven_and_nine_only(now: Situation, policy: Policy, found: dict[str, str]) -> None:
    """Without a contradicted claim the rule is the same, and what is replaced is one of the three."""
    plain, judged = decide(now, policy, WORKS, {}), decide(now, policy, WORKS, found)
    assert set(judged.replaced) <= {6, 7, 9}
    if not judged.replaced:
        assert (plain.rule, plain.step, plain.on) == (judged.rule, judged.step, judged.on)


@PATIENT
@given(situations())
def test_steps_that_start_contact_fall_on_working_days(now: Situation) -> None:
    """Calls and e-mails fall on a working day, unless the day was asked for or chosen by the coach."""
    step = decide(now, Policy(), WORKS, {})
    if step.step in ("call", "email") and not step.put_off and step.on != now.callback:
        assert step.on is not None
        assert WORKS.is_working_day(step.on)


@PATIENT
@given(situations(), policies)
def test_an_office_only_makes_advice_more_patient(now: Situation, policy: Policy) -> None:
    """What a stricter policy lets somebody do, the plain rules let them do as well."""
    if decide(now, policy, WORKS, {}).step in ("call", "email"):
        assert decide(now, Policy(), WORKS, {}).step in ("call", "email")


@PATIENT
@given(st.lists(st.tuples(situations(), st.sampled_from(["+49 30 1", "+49 30 2", ""])), max_size=8))
def test_one_unsolicited_call_a_day_to_one_number(clients: list[tuple[Situation, str]]) -> None:
    """Whoever the clients are, a number is rung at most once a day unless they asked; no step is lost or brought on."""
    named = [(replace(now, interview_id=f"i{place}"), number) for place, (now, number) in enumerate(clients)]
    steps = [decide(now, Policy(), WORKS, {}) for now, _ in named]
    reached = {now.interview_id: number for now, number in named if number}
    spread = one_call_a_day(steps, reached, lambda _: WORKS)
    assert [one.situation for one in spread] == [one.situation for one in steps]
    assert all(
        new.on == old.on or (new.on > old.on and new.step == "call") for new, old in zip(spread, steps, strict=True)
    )
    rung = Counter(
        (reached[one.situation.interview_id], one.on)
        for one in spread
        if one.step == "call" and not one.asked_for and one.situation.interview_id in reached
    )
    assert set(rung.values()) <= {1}


names = st.text(max_size=200)


@PATIENT
@given(situations(), names, names, names, names, names)
def test_a_message_stays_under_thirty_seconds(
    now: Situation, me: str, them: str, post: str, number: str, employer: str
) -> None:
    """However long the names in a log are, the message can be said in less than 30 seconds."""
    script = script_for(
        replace(now, voicemails=0, messages=0, employer=employer),
        {},
        {"me": me, "them": them, "post": post, "number": number},
    )
    assert script.voicemail_seconds is not None
    assert script.voicemail_seconds < 30
