"""From the numbers of a family of claims to rows: one adjustment for all, a verdict, a label and a reason each."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.diagnostic_rows import FarthestRow, SecondOutcomeRow
from followup_analytics.claims.estimates import Effect
from followup_analytics.claims.finding import ArmWeights, Finding
from followup_analytics.claims.gates import FAR, MIN_FOR_VERDICT, Distance
from followup_analytics.claims.verdict import ALPHA, choose_label, deciding_limit, is_confounded, verdict_of
from followup_analytics.claims.words import effect_words, in_a_hundred, reason_for, told_effect, with_label, with_more
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.results.disclosure import HIDDEN_REASON, SUPPRESSED
from followup_analytics.results.values import finite
from followup_analytics.statistics import EValue, detectable_from_se, e_value_from_risks, holm
from followup_analytics.statistics.clusters import Estimated

_NUMBERS = (
    "estimate", "conf_low", "conf_high", "risk_strategy", "risk_alternative", "p_value", "p_adjusted", "mde", "e_value",
    "ess_strategy", "ess_alternative", "max_weight_share", "naive", "label", "risk_ratio", "risk_ratio_low",
    "risk_ratio_high", "estimate_weighted", "estimate_doubly_robust", "balance", "deciding_limit",
)  # fmt: skip


def judge(
    findings: Sequence[Finding], context: Context, min_cell: int, hidden: Collection[int] = ()
) -> list[dict[str, Any]]:
    """Rows of all claims of a family with their verdicts, Holm's adjustment over all that passed their gates.

    Args:
        findings: of the claims; context: the log; min_cell: nothing is told of a claim about fewer applicants.
        hidden: places of findings of which nothing is told in any case.
    """
    adjusted = holm([one.test.p_value if one.test else float("nan") for one in findings])
    doubts = downgrades(findings)
    care = _weak(context)
    found = [p < ALPHA for p in adjusted]
    family = sum(one.test is not None for one in findings)
    rows = []
    for place, (one, p, mine) in enumerate(zip(findings, adjusted, found, strict=True)):
        if 0 < one.n_applicants < min_cell or place in hidden:
            rows.append(_hidden(one))
        else:
            # Holm asks of a claim what is left of alpha once the others that were found have had their share.
            alpha = ALPHA / max(family - (sum(found) - mine), 1)
            rows.append(_tested(one, float(p), doubts.get(place, ""), care=care, alpha=alpha))
    return rows


def _failed_controls(findings: Sequence[Finding]) -> set[int]:
    """Places of claims of which a control fails: Holm-adjusted over all controls of the log, p below .05."""
    run = [(place, control) for place, one in enumerate(findings) if one.test is not None for control in one.controls]
    adjusted = holm([control.p_value for _, control in run])
    return {place for (place, _), p in zip(run, adjusted, strict=True) if p < ALPHA}


_OWN_CONTROL = (
    "A negative control fails: the strategy seems to change what it cannot change, so that the arms must differ in "
    "something unmeasured."
)
_OTHER_CONTROLS = (
    "Of this log's {run} negative controls {below} come out below .05, far more than by chance, so that something "
    "unmeasured must be at work in it, here too."
)


def downgrades(findings: Sequence[Finding]) -> dict[int, str]:
    """Why claims can be no more than inconclusive, by place: a control of theirs fails, or too many of the others'."""
    found = {place: why for place, one in enumerate(findings) if (why := _doubtful(one))}
    found |= dict.fromkeys(_failed_controls(findings), _OWN_CONTROL)
    run = [control.p_value for one in findings if one.test is not None for control in one.controls]
    below = sum(p < ALPHA for p in run)
    if is_confounded(below, len(run)):
        words = _OTHER_CONTROLS.format(below=below, run=len(run))
        found = {place: words for place, one in enumerate(findings) if one.claim.controls} | found
    return found


def _doubtful(finding: Finding) -> str:
    """Why a tested claim's own numbers allow no more than inconclusive: arms apart, or two estimates that differ."""
    if finding.test is None or finding.effect is None:
        return ""
    worst, effect = finding.farthest, finding.effect
    if worst is not None and worst.distance > FAR:
        return (
            f"Even weighted, the {worst.arm}'s {worst.covariate.replace('_', ' ')} lies {worst.distance:.2f} standard "
            f"deviations from everybody's, more than {FAR:g}."
        )
    if effect.parts_ways():
        return (
            "Two estimates part ways: by weights and outcome model together "
            f"{in_a_hundred(float(effect.difference.estimate))}, by weights alone "
            f"{in_a_hundred(float(effect.weighted.estimate))}."
        )
    return ""


def _head(claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim.id,
        "advice": claim.advice,
        "source": claim.source,
        "population": claim.population,
        "strategy": claim.strategy.words,
        "alternative": claim.alternative.words,
        "outcome": claim.outcome_words(),
        "design": claim.design,
        "margin": claim.margin,
    }


def _not_testable(finding: Finding) -> dict[str, Any]:
    return {
        **_head(finding.claim),
        "verdict": "not_testable",
        "verdict_words": VERDICT_WORDS["not_testable"],
        "effect": "",
        **dict.fromkeys(_NUMBERS),
        "n_interviews": finding.n_interviews,
        "n_applicants": finding.n_applicants,
        "n_events": finding.n_events,
        "reason": finding.refusal,
        "status": "not_estimable",
        "second_line": None,
        "diagnostics": {},
    }


def _hidden(finding: Finding) -> dict[str, Any]:
    counts = dict.fromkeys(("n_interviews", "n_applicants", "n_events"))
    return {**_not_testable(finding), **counts, "reason": HIDDEN_REASON, "status": SUPPRESSED}


def _tested(finding: Finding, p_adjusted: float, downgrade: str, *, care: bool, alpha: float) -> dict[str, Any]:
    claim, effect, test = finding.claim, finding.effect, finding.test
    if effect is None or test is None:
        return _not_testable(finding)
    enough = finding.n_applicants >= MIN_FOR_VERDICT
    verdict = verdict_of(claim, test, p_adjusted, enough_people=enough)
    low, high = (float(limit) for limit in effect.difference.limits())
    ratio = e_value_from_risks(*effect.risks, low, high)
    label = choose_label(
        claim,
        rated=finding.rated,
        controls_pass=not downgrade,
        controls_run=len(finding.controls),
        e_value=ratio,
        few_clusters=finding.few_clusters,
    )
    mde = smallest_found(claim, effect.tested, alpha)
    reason = reason_for(claim, verdict, test, mde, enough_people=enough)
    if downgrade:
        verdict, reason = "inconclusive", downgrade
    else:
        reason = with_label(reason, label, verdict)
    reason = with_more(reason, [_without_controls(finding), _other_way(finding), _kept_to(finding)])
    return {
        **_head(claim),
        "verdict": verdict,
        "verdict_words": VERDICT_WORDS[verdict],
        "effect": told_effect(claim, test, finite(low), finite(high)),
        "estimate": test.estimate,
        "conf_low": finite(low),
        "conf_high": finite(high),
        "risk_strategy": effect.risks[0],
        "risk_alternative": effect.risks[1],
        "p_value": finite(test.p_value),
        "p_adjusted": finite(p_adjusted),
        "n_interviews": finding.n_interviews,
        "n_applicants": finding.n_applicants,
        "n_events": finding.n_events,
        "mde": mde,
        **_quality(effect, finding.weights, ratio, finding.farthest),
        "deciding_limit": deciding_limit(claim, test),
        "label": label.label,
        "reason": reason,
        "status": "ok" if enough and not care else "use_with_care",
        "second_line": _second_line(claim, finding.second_line),
        "diagnostics": finding.diagnostics,
    }


def smallest_found(claim: Claim, difference: Estimated, alpha: float) -> float | None:
    """The smallest difference that the rule would find in 8 of 10 logs like this one: beyond chance and the margin.

    Args:
        claim: the claim; difference: with its error; alpha: what the family leaves it.
    """
    # A one-sided p is below alpha where a two-sided one is below twice that.
    sided = alpha if claim.direction == "more" else 2 * alpha
    found = detectable_from_se(float(difference.se), difference.df, alpha=sided, margin=claim.margin)
    # In whole thousandths, as tables show it, so that the sentence rounds up from the number beside it.
    return None if found is None else math.ceil(1000 * found - 1e-9) / 1000


def _without_controls(finding: Finding) -> str:
    """That no negative control stands behind a claim for which one would be asked."""
    claim = finding.claim
    if finding.controls or claim.design in ("prediction", "randomised"):
        return ""
    return "No negative control is possible in this log." if claim.controls else "The claim names no negative control."


def _other_way(finding: Finding) -> str:
    """What the second way finds where it does not agree with the first."""
    way = finding.diagnostics.get("second_way")
    if way is None or way.agrees:
        return ""
    return f"The second way, {way.method}, does not agree with this: {in_a_hundred(way.estimate)}."


def _kept_to(finding: Finding) -> str:
    """Of arms that were assigned, what they would be worth had everybody kept to them."""
    if finding.claim.assigned is None:
        return ""
    kept = finding.per_protocol
    if kept is None:
        return "By intention to treat."
    low, high = (finite(float(limit)) for limit in kept.limits())
    told = effect_words(float(kept.estimate), low, high)
    return f"By intention to treat; had everybody kept to it (per protocol, under the assumptions of a log): {told}."


def _quality(effect: Effect, weights: Sequence[ArmWeights], ratio: EValue, worst: Distance | None) -> dict[str, Any]:
    low, high = effect.ratio.limits()
    return {
        "risk_ratio": _ratio(effect.ratio.estimate),
        "risk_ratio_low": _ratio(low),
        "risk_ratio_high": _ratio(high),
        "estimate_weighted": finite(float(effect.weighted.estimate)),
        "estimate_doubly_robust": finite(float(effect.difference.estimate)),
        "e_value": ratio.limit,
        "e_value_estimate": ratio.estimate,
        "ess_strategy": weights[0].effective_size,
        "ess_alternative": weights[1].effective_size,
        "max_weight_share": max(one.largest_share for one in weights),
        "naive": finite(effect.naive),
        "balance": None if worst is None else FarthestRow(covariate=worst.covariate, distance=worst.distance),
    }


def _ratio(logarithm: Any) -> float | None:
    """A risk ratio of its logarithm; None where there is none, or where a risk of next to nothing makes it endless."""
    with np.errstate(over="ignore"):
        return finite(float(np.exp(logarithm)))


def _weak(context: Context) -> bool:
    """Whether the answer rests on rows with a date but no time of day."""
    return bool((context.histories.attempts.at.instant == 0).any() or (context.histories.start.instant == 0).any())


def _second_line(claim: Claim, line: Estimated | None) -> SecondOutcomeRow | None:
    if line is None or claim.second_line is None:
        return None
    low, high = (float(limit) for limit in line.limits())
    return SecondOutcomeRow(
        outcome=f"{claim.second_line.outcome} by {claim.second_line.horizon}",
        estimate=float(line.estimate),
        conf_low=finite(low),
        conf_high=finite(high),
    )
