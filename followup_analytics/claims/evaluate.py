"""Test the claims on a log: gates before estimates, one family for all, a verdict each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from followup_analytics.claims.catalogue import choose_catalogue, chosen_claims
from followup_analytics.claims.context import Context
from followup_analytics.claims.covariates import columns_of
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.estimates import Effect
from followup_analytics.claims.finding import ArmWeights, Finding, examine
from followup_analytics.claims.gates import FAR, MIN_FOR_VERDICT, Distance
from followup_analytics.claims.registration import Choices, why_post_hoc
from followup_analytics.claims.result import ClaimRow, ClaimsResult
from followup_analytics.claims.trace import intervals_behind, interviews_behind
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.claims.verdict import ALPHA, choose_label, decide, deciding_limit, is_confounded
from followup_analytics.claims.words import in_a_hundred, joined, reason_for, told_effect, with_label
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.results.disclosure import (
    HIDDEN_REASON,
    SUPPRESSED,
    Disclosure,
    disclosed_except,
    policy_of,
    require_enough,
    with_coarse_sizes,
)
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import scope
from followup_analytics.results.values import finite
from followup_analytics.statistics import EValue, detectable_from_se, e_value_from_risks, holm
from followup_analytics.statistics.clusters import FEW_CLUSTERS, Estimated

#: What is kept of a trial.
Kept = TypeVar("Kept")

_NUMBERS = (
    "estimate", "conf_low", "conf_high", "risk_strategy", "risk_alternative", "p_value", "p_adjusted", "mde", "e_value",
    "ess_strategy", "ess_alternative", "max_weight_share", "naive", "label", "risk_ratio", "risk_ratio_low",
    "risk_ratio_high", "estimate_weighted", "estimate_doubly_robust", "balance", "deciding_limit",
)  # fmt: skip


def test_claims(
    log: FollowUpLog,
    *,
    claim: str | Sequence[str] | None = None,  # noqa: PT028 - no test, whatever its name
    claims: str | Path | Catalogue | None = None,  # noqa: PT028
    adjust: str | Sequence[str] | None = None,  # noqa: PT028
    cohort: str | Sequence[str] | None = None,  # noqa: PT028
    adjust_only: str | Sequence[str] | None = None,  # noqa: PT028
    cluster: str | None = None,  # noqa: PT028
    min_cell: int | None = None,  # noqa: PT028
    disclosure: Disclosure = None,  # noqa: PT028
    seed: int = 0,  # noqa: PT028
    registration: str | Path | None = None,  # noqa: PT028
    progress: Callable[[str], None] | None = None,  # noqa: PT028
) -> ClaimsResult:
    """Give a verdict on every piece of advice that a log can speak to.

    Args:
        log: the follow-up log.
        claim: show this claim alone, or these; each is judged in the family of all claims all the same.
        claims: a catalogue file of the user's own (or a Catalogue), tested in place of the package's, a family of
            its own.
        adjust: a further column of the interviews to adjust every claim for, or several; times count as numbers.
        adjust_only: adjust for these alone, in place of what claims name and of what every log holds.
        cohort: only this cohort of the log, or these; None: all of it.
        cluster: what hangs together, for the errors: applicant, employer or both; by default both where the employer is
            recorded for most interviews.
        min_cell: nothing is shown about fewer applicants (10, or what `disclosure` says: a policy, its name or file).
        seed: accepted for uniformity; nothing here is drawn at random.
        registration: a preregistration of the claims' file; verdicts are marked post hoc where it does not fit.
        progress: told of each claim when it is done.

    Returns:
        One row a claim, in the order of the catalogue: verdict, estimate, label and reason, see `ClaimsResult`.

    Raises:
        WithheldError: the log has fewer than `min_cell` applicants.
        UsageError: no such claim, or no such column in `adjust`.
        DataError, UnreadableError: the file of claims.

    Example:
        >>> found = test_claims(log, claim="follow-up-at-all").rows[0]
        >>> found.verdict, found.estimate, found.label
        ('inconclusive', 0.32, 'causal under stated assumptions')
    """
    policy = policy_of(disclosure, min_cell)
    min_cell = policy.min_cell
    log = scope(log, cohort, policy)
    del seed
    require_enough(log.n_applicants, policy)
    catalogue = choose_catalogue(claims)
    shown = chosen_claims(catalogue, claim)
    columns = columns_of(adjust)
    if adjust is not None and adjust_only is not None:
        raise UsageError("adjust adds to what is adjusted for, adjust_only takes its place; give one of them.")
    make = partial(
        Context.of,
        log,
        adjust=columns,
        only=None if adjust_only is None else columns_of(adjust_only),
        cluster=cluster,
        min_cell=min_cell,
    )
    context = make(catalogue.claims)
    findings = run_all(
        catalogue.claims, context, partial(examine, context=context, min_cell=min_cell), progress=progress
    )
    why = why_post_hoc(catalogue, registration, log.data_date, Choices(columns, context.only, cluster))
    rows = judge(findings, context, min_cell)
    wanted = {one.id for one in shown}
    kept = tuple(
        _registered(row, post_hoc=None if why is None else bool(why)) for row in rows if row["claim"] in wanted
    )
    return ClaimsResult(
        rows=disclosed_except([with_coarse_sizes(row) for row in kept], (), policy),
        counts=LogCounts.of(log),
        notes=_notes(log, findings, context, why or ""),
        native=log.native,
        extra={"catalogue": {"title": catalogue.title, "version": catalogue.version, "sha256": catalogue.sha256}},
        behind=partial(_behind, make, shown),
    )


def _behind(
    make: Callable[[Sequence[Claim]], Context], claims: Sequence[Claim], claim: str | None, *, by_interval: bool
) -> pl.DataFrame:
    """The interviews behind these claims or one of them, one after the other, or their intervals at risk."""
    context = make(claims)
    wanted = [one for one in claims if claim in (None, one.id)]
    if not wanted:
        raise UsageError(f"no claim is called {claim!r} in this answer; see its column claim.")
    rows = intervals_behind if by_interval else interviews_behind
    return pl.concat(run_all(wanted, context, partial(rows, context=context)))


def _registered(row: Mapping[str, Any], *, post_hoc: bool | None) -> ClaimRow:
    """A row that says whether its verdict is post hoc, in its words too."""
    words = f"{row['verdict_words']} (post hoc)" if post_hoc else row["verdict_words"]
    return ClaimRow(**{**row, "verdict_words": words, "post_hoc": post_hoc})


test_claims.__test__ = False  # type: ignore[attr-defined]


def run_all(
    claims: Sequence[Claim],
    context: Context,
    keep: Callable[[Trial], Kept],
    *,
    progress: Callable[[str], None] | None = None,
) -> tuple[Kept, ...]:
    """Run all claims on both cores; the answer does not depend on how many there are.

    Args:
        claims: the claims; context: the log.
        keep: what to keep of each trial, of which the rest is let go: a trial knows every decision of every person.
        progress: told of each claim when it is done.
    """

    def run(claim: Claim) -> Kept:
        made = keep(run_trial(claim, context))
        if progress is not None:
            progress(claim.id)
        return made

    if context.histories.interviews:
        context.prepare(claims)
    with _one_thread_each(), ThreadPoolExecutor(max_workers=2) as pool:
        return tuple(pool.map(run, claims))


def _one_thread_each() -> AbstractContextManager[Any]:
    """Small matrices are slower on several threads of the linear algebra library, and differ in their last digits."""
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits


def judge(findings: Sequence[Finding], context: Context, min_cell: int) -> list[dict[str, Any]]:
    """Rows of all claims of a family with their verdicts, Holm's adjustment over all that passed their gates."""
    adjusted = holm([one.test.p_value if one.test else float("nan") for one in findings])
    downgrades = _downgrades(findings)
    care = _weak(context)
    found = [p < ALPHA for p in adjusted]
    family = sum(one.test is not None for one in findings)
    rows = []
    for one, p, mine in zip(findings, adjusted, found, strict=True):
        if 0 < one.n_applicants < min_cell:
            rows.append(_hidden(one))
        else:
            # Holm asks of a claim what is left of alpha once the others that were found have had their share.
            alpha = ALPHA / max(family - (sum(found) - mine), 1)
            rows.append(_tested(one, float(p), downgrades.get(one.claim.id, ""), care=care, alpha=alpha))
    return rows


def failed_controls(findings: Sequence[Finding]) -> dict[str, tuple[str, ...]]:
    """Names of each claim's failing controls: Holm-adjusted over all controls of the log, p below .05."""
    run = [(one.claim.id, control) for one in findings if one.test is not None for control in one.controls]
    failing: dict[str, tuple[str, ...]] = {}
    for (claim, control), p in zip(run, holm([control.p_value for _, control in run]), strict=True):
        if p < ALPHA:
            failing[claim] = (*failing.get(claim, ()), control.name)
    return failing


_OWN_CONTROL = (
    "A negative control fails: the strategy seems to change what it cannot change, so that the arms must differ in "
    "something unmeasured."
)
_OTHER_CONTROLS = (
    "Of this log's {run} negative controls {below} come out below .05, far more than by chance, so that something "
    "unmeasured must be at work in it, here too."
)


def _downgrades(findings: Sequence[Finding]) -> dict[str, str]:
    """Why claims can be no more than inconclusive, by claim: a control of theirs fails, or too many of the others'."""
    failing = failed_controls(findings)
    found = {one.claim.id: why for one in findings if (why := _doubtful(one))} | dict.fromkeys(failing, _OWN_CONTROL)
    run = [control.p_value for one in findings if one.test is not None for control in one.controls]
    below = sum(p < ALPHA for p in run)
    if is_confounded(below, len(run)):
        words = _OTHER_CONTROLS.format(below=below, run=len(run))
        found = {one.claim.id: words for one in findings if one.claim.controls} | found
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
    verdict = decide(claim, test, p_adjusted, enough_people=enough)
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
    reason = joined(reason, [_without_controls(finding), _other_way(finding)])
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
    if finding.controls or claim.design == "prediction":
        return ""
    return "No negative control is possible in this log." if claim.controls else "The claim names no negative control."


def _other_way(finding: Finding) -> str:
    """What the second way finds where it does not agree with the first."""
    way = finding.diagnostics.get("second_way")
    if not way or way["agrees"]:
        return ""
    return f"The second way, {way['method']}, does not agree with this: {in_a_hundred(way['estimate'])}."


def _quality(effect: Effect, weights: Sequence[ArmWeights], ratio: EValue, worst: Distance | None) -> dict[str, Any]:
    low, high = effect.ratio.limits()
    return {
        "risk_ratio": finite(float(np.exp(effect.ratio.estimate))),
        "risk_ratio_low": finite(float(np.exp(low))),
        "risk_ratio_high": finite(float(np.exp(high))),
        "estimate_weighted": finite(float(effect.weighted.estimate)),
        "estimate_doubly_robust": finite(float(effect.difference.estimate)),
        "e_value": ratio.limit,
        "e_value_estimate": ratio.estimate,
        "ess_strategy": weights[0].effective_size,
        "ess_alternative": weights[1].effective_size,
        "max_weight_share": max(one.largest_share for one in weights),
        "naive": finite(effect.naive),
        "balance": None if worst is None else {"covariate": worst.covariate, "distance": worst.distance},
    }


def _weak(context: Context) -> bool:
    """Whether the answer rests on rows with a date but no time of day."""
    return bool((context.histories.attempts.at.instant == 0).any() or (context.histories.start.instant == 0).any())


def _second_line(claim: Claim, line: Estimated | None) -> dict[str, Any] | None:
    if line is None or claim.second_line is None:
        return None
    low, high = (float(limit) for limit in line.limits())
    return {
        "outcome": f"{claim.second_line.outcome} by {claim.second_line.horizon}",
        "estimate": float(line.estimate),
        "conf_low": finite(low),
        "conf_high": finite(high),
    }


def _notes(log: FollowUpLog, findings: Sequence[Finding], context: Context, post_hoc: str) -> tuple[Note, ...]:
    notes = [*log.notes]
    for kind in context.clusters.few():
        text = f"fewer than {FEW_CLUSTERS} {kind}s: errors by them are rough, and no difference is called causal"
        notes.append(Note("few_clusters", text))
    family = sum(one.test is not None for one in findings)
    notes.append(Note("family", "claims that could be tested share one adjustment for multiple testing (Holm)", family))
    if post_hoc:
        notes.append(Note("post_hoc", post_hoc))
    _dated(log, notes)
    return tuple(notes)


def _dated(log: FollowUpLog, notes: list[Note]) -> None:
    frames: Mapping[str, Any] = {"interviews": log.interviews, "contacts": log.contacts, "outcomes": log.outcomes}
    dated = sum(int((frame["at_precision"] == "day").fill_null(value=False).sum()) for frame in frames.values())
    if dated:
        notes.append(
            Note(
                "day_precision",
                "rows with a date but no time: within a day attempts are taken to come before responses",
                dated,
            )
        )
