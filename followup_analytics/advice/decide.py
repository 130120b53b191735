"""Go through the rules for one interview, and say which one fits, what it rests on and what this log replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from followup_analytics.advice.office_days import WorkingDays
from followup_analytics.advice.policy import Policy
from followup_analytics.advice.rules import RULES, Advice, Rule
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.verdicts import REPLACED, confidence, evidence


@dataclass(frozen=True)
class NextStep:
    """The next step of one open interview.

    rule: number of the rule that fitted. step, on, why: what to do, when (None: no date) and the reason in a sentence.
    source: where the rule comes from. evidence: this log's verdict on each claim behind it. confidence: how sure.
    replaced: rules left out because this log contradicts them.
    """

    situation: Situation
    rule: int
    step: str
    on: date | None
    why: str
    source: str
    evidence: tuple[dict[str, str], ...]
    confidence: str
    replaced: tuple[int, ...] = ()


def decide(now: Situation, policy: Policy, works: WorkingDays, verdicts: Mapping[str, str]) -> NextStep:
    """The first rule that fits, unless this log contradicts it and a verdict may replace it."""
    replaced: list[Rule] = []
    for rule in RULES:
        if not rule.fits(now, policy):
            continue
        if _replaced(rule, now, policy, verdicts):
            replaced.append(rule)
            continue
        return _step(rule, rule.advise(now, policy, works), now, policy, verdicts, replaced)
    raise AssertionError("the last rule fits every interview")


def _replaced(rule: Rule, now: Situation, policy: Policy, verdicts: Mapping[str, str]) -> bool:
    if rule.decisive is None or verdicts.get(rule.decisive) != "contradicted":
        return False
    # What an office has decided for itself stays; the evidence beside the step says what the log found.
    return rule.replaceable(now, policy) and not policy.changed.intersection(rule.policy)


def _step(
    rule: Rule, advice: Advice, now: Situation, policy: Policy, verdicts: Mapping[str, str], replaced: list[Rule]
) -> NextStep:
    overturned = tuple(one.decisive for one in replaced if one.decisive)
    notes = [f"The usual advice is replaced, as this log contradicts it: {one.instead}." for one in replaced]
    sure = confidence(advice.claims, verdicts, opposite=advice.opposite, untested=advice.untested)
    office = bool(policy.changed.intersection(rule.policy))
    return NextStep(
        situation=now,
        rule=rule.number,
        step=advice.step,
        on=advice.on,
        why=" ".join([advice.why, *notes]),
        source="a verdict of this log" if replaced else policy.source if office else rule.source,
        evidence=tuple(evidence((*advice.claims, *advice.opposite, *overturned), verdicts)),
        confidence=REPLACED if replaced else sure,
        replaced=tuple(one.number for one in replaced),
    )
