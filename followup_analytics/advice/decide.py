"""Go through the rules for one interview, and say which one fits, what it rests on and what this log replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from followup_analytics.advice.hours import is_closed
from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.owed import answer_owed
from followup_analytics.advice.policy import Policy, messages_full
from followup_analytics.advice.rules import RULES, Rule
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.states import state_of
from followup_analytics.advice.steps import ACTIONS, Advice, written
from followup_analytics.advice.verdicts import REPLACED, confidence, evidence


@dataclass(frozen=True)
class NextStep:
    """The next step of one open interview.

    state: where its story stands. rule: number of the rule that fitted. step, on, at, why: what to do, on which date
    (None: no date), at which local time where one was agreed, and the reason in a sentence. asked_for: by the employer.
    expects: what of theirs is waited for. answer_on: the day for an answer that they wait for, whatever the step.
    source: where the rule comes from. evidence: this log's verdict on each claim behind it. confidence: how sure.
    replaced: rules left out because this log contradicts them. put_off: its coach doesn't want to be reminded yet.
    settled: what came since may have settled it. ring_on: when their office can be rung where it is closed already.
    """

    situation: Situation
    state: str
    rule: int
    step: str
    on: date | None
    at: time | None
    why: str
    source: str
    evidence: tuple[dict[str, str], ...]
    confidence: str
    asked_for: bool = False
    expects: str | None = None
    answer_on: date | None = None
    replaced: tuple[int, ...] = ()
    ring_on: date | None = None
    put_off: bool = False
    settled: bool = False

    @property
    def is_due(self) -> bool:
        """Something is to be done by today; an answer that they wait for is, though the next step may be to wait."""
        if self.put_off or self.settled:
            return False
        today = self.situation.today
        owed = self.answer_on is not None and self.answer_on <= today and self.step == "wait"
        return owed or (self.step in ACTIONS and self.on is not None and self.on <= today)


def decide(now: Situation, policy: Policy, works: WorkingDays, verdicts: Mapping[str, str]) -> NextStep:
    """The first rule that fits, unless this log contradicts it and a verdict may replace it."""
    replaced: list[Rule] = []
    for rule in RULES:
        if not rule.fits(now, policy):
            continue
        if _replaced(rule, now, policy, verdicts):
            replaced.append(rule)
            continue
        return _step(rule, rule.advise(now, policy, works), now, policy, works, verdicts, replaced)
    raise AssertionError("the last rule fits every interview")


def _replaced(rule: Rule, now: Situation, policy: Policy, verdicts: Mapping[str, str]) -> bool:
    if rule.decisive is None or verdicts.get(rule.decisive) != "contradicted":
        return False
    # What an office has decided for itself stays; the evidence beside the step says what the log found.
    return rule.replaceable(now, policy) and not policy.changed.intersection(rule.policy)


def _step(
    rule: Rule,
    advice: Advice,
    now: Situation,
    policy: Policy,
    works: WorkingDays,
    verdicts: Mapping[str, str],
    replaced: list[Rule],
) -> NextStep:
    overturned = tuple(one.decisive for one in replaced if one.decisive)
    notes = [f"The usual advice is replaced, as this log contradicts it: {one.instead}." for one in replaced]
    if advice.step == "call" and messages_full(now, policy):
        notes.insert(0, "Hang up if a machine answers, since no further message should be left.")
    owed = None if now.do_not_contact else answer_owed(now, works)
    if now.later_round is not None:
        notes.append(f"A further round is recorded ({now.later_round}): close this one with the outcome advanced.")
    sure = confidence(advice.claims, verdicts, opposite=advice.opposite, untested=advice.untested)
    limits = {*rule.policy, *(("max_voicemails",) if advice.step == "call" and messages_full(now, policy) else ())}
    office = bool(policy.changed.intersection(limits))
    on, put_off = advice.on, False
    if now.snoozed_until is not None and now.snoozed_until > now.today and on is not None and on < now.snoozed_until:
        on, put_off = now.snoozed_until, True
        notes.append(f"It was put off until {written(on)}.")
    return NextStep(
        situation=now,
        state=state_of(now),
        rule=rule.number,
        step=advice.step,
        on=on,
        at=None if put_off else advice.at,
        # What they wait for comes before what we wait for.
        why=" ".join([*([owed[1]] if owed else []), advice.why, *notes]),
        source="a verdict of this log" if replaced else policy.source if office else rule.source,
        evidence=tuple(evidence((*advice.claims, *advice.opposite, *overturned), verdicts)),
        confidence=REPLACED if replaced else sure,
        asked_for=advice.asked_for,
        expects=advice.expects,
        answer_on=owed[0] if owed else None,
        replaced=tuple(one.number for one in replaced),
        put_off=put_off,
        settled=advice.settled and owed is None,
    )


def after_hours(step: NextStep, moment: datetime | None, works: WorkingDays) -> NextStep:
    """The step, told for the next working day where it is a call of today and their office is closed by now."""
    now = step.situation
    if step.step != "call" or step.on != now.today or step.at is not None or not is_closed(moment, now.zone):
        return step
    on = works.after(now.today)
    return replace(step, ring_on=on, why=f"{step.why} Their office is closed by now: call on {written(on)}.")
