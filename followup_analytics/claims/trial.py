"""One claim run on one log: eligible interviews, gates, numbers and controls, without a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.assigned import SampleRatio, by_intention, is_about_doing, sample_ratio, with_arms
from followup_analytics.claims.context import Context
from followup_analytics.claims.controls import Control, run_controls
from followup_analytics.claims.covariates import RATING, Covariate
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.emulation import emulate
from followup_analytics.claims.estimates import USUAL, Estimate, Options, estimate_claim, second_outcome, second_way
from followup_analytics.claims.gates import Gate, missing_records, run_gates
from followup_analytics.claims.moments import Moments, find_moments
from followup_analytics.claims.own_time import follow_up_of, is_followed
from followup_analytics.claims.verdict import Test, test_difference
from followup_analytics.statistics.clusters import Estimated

IntArray = NDArray[np.int64]
#: Of so many of a claim's interviews at least the self-rating must be known in time for it to count as adjusted for.
LEAST_RATED = 0.5


@dataclass(frozen=True)
class Trial:
    """A claim on a log.

    Attributes:
        claim: the claim.
        n_interviews, n_applicants, n_events: eligible, and those with the event by the horizon.
        unrecorded: contacts left out since an item was not recorded.
        gates: all of them; `refusal`: why the claim is not testable, empty where it is.
        estimate: the numbers; None where nobody is eligible or something is not logged.
        test: what the verdict reads; None where not testable.
        controls: negative controls that could be run.
        second_line, second_way: differences for a further outcome, and by sequential trials.
        ratio, per_protocol: of arms that were assigned, their numbers, and the difference had everybody kept to them;
            None where they were not, or where too few kept to them.
        adjusted: names of the covariates adjusted for; rated: the self-rating is one of them, and known of most.
    """

    claim: Claim
    n_interviews: int
    n_applicants: int
    n_events: int
    unrecorded: int
    refusal: str
    gates: tuple[Gate, ...] = ()
    estimate: Estimate | None = None
    test: Test | None = None
    controls: tuple[Control, ...] = ()
    second_line: Estimated | None = None
    second_way: Estimated | None = None
    ratio: SampleRatio | None = None
    per_protocol: Estimated | None = None
    adjusted: tuple[str, ...] = ()
    rated: bool = False


def run_trial(
    claim: Claim,
    context: Context,
    *,
    options: Options = USUAL,
    extras: bool = True,
    among: NDArray[np.bool_] | None = None,
) -> Trial:
    """Run a claim on a log.

    Args:
        claim: the claim; context: the log.
        options: how it is estimated, where not as usual.
        extras: also run controls, the second line and the second way.
        among: shape (n,), the interviews of the log that the claim is asked of; None: all. What is known of applicants
            from their other interviews (negative controls) is known all the same.
    """
    histories = context.histories
    missing = missing_records(claim, context.log)
    moments = eligible(claim, context, among=among)
    applicant = histories.applicant[moments.at.row]
    people = len(np.unique(applicant))
    nothing = Trial(claim, len(moments), people, 0, moments.unrecorded, missing or "")
    if not len(moments):
        whose = "This log" if among is None else "This group"
        return replace(nothing, refusal=missing or f"{whose} has no {claim.population.removeprefix('all ')}.")
    persons = context.covariates_of(claim, moments)
    ratio = None if claim.assigned is None else sample_ratio(claim.assigned, moments, applicant)
    estimate = _estimate(claim if claim.assigned is None else by_intention(claim), context, moments, persons, options)
    gates = run_gates(claim, estimate, applicant, context.min_cell, ratio)
    refusal = missing or next((gate.sentence for gate in gates if not gate.passed), "")
    trial = replace(
        nothing,
        n_events=int(estimate.happened.sum()),
        refusal=refusal,
        gates=gates,
        estimate=estimate,
        ratio=ratio,
        adjusted=context.adjusted_names(claim, persons),
        rated=any(one.name == RATING and one.share_known() >= LEAST_RATED for one in persons),
    )
    if refusal:
        return trial
    trial = replace(trial, test=test_difference(claim, estimate.effect.tested))
    if not extras:
        return trial
    if claim.assigned is not None and is_about_doing(claim):
        kept = _estimate(claim, context, moments, persons, options)
        if all(gate.passed for gate in run_gates(claim, kept, applicant, context.min_cell)):
            trial = replace(trial, per_protocol=kept.effect.difference)
    return _with_extras(trial, context, moments)


def eligible(claim: Claim, context: Context, *, among: NDArray[np.bool_] | None = None) -> Moments:
    """The moments that a claim is asked of in a log (`among`: as in `run_trial`), before any estimate."""
    histories = context.histories
    moments = find_moments(claim, histories)
    if among is not None:
        moments = moments.only(among[moments.at.row])
    if histories.entry is not None:
        moments = moments.only(is_followed(claim, histories, moments))
    return moments if claim.assigned is None else with_arms(moments, context.arms_of(claim))


def _estimate(
    claim: Claim, context: Context, moments: Moments, persons: Sequence[Covariate], options: Options
) -> Estimate:
    emulation = emulate(claim, context.histories, moments, persons, context.promised_of(claim, moments))
    return estimate_claim(claim, emulation, context.clusters.take(moments.at.row), options)


def _with_extras(trial: Trial, context: Context, moments: Moments) -> Trial:
    claim, estimate = trial.claim, trial.estimate
    if estimate is None:
        return trial
    histories = context.histories
    line = None
    # Without outcomes nobody is known to have advanced, which is not to say that nobody did.
    known = claim.second_line is not None and (claim.second_line.outcome != "advanced" or context.log.outcomes.height)
    if claim.second_line is not None and known:
        horizon = claim.second_line.horizon + (1 if claim.by_local_days else 0)
        follow_up = follow_up_of(claim, histories, moments, claim.second_line.outcome, horizon)
        line = second_outcome(estimate, follow_up)
    return replace(
        trial,
        controls=run_controls(claim.controls, estimate, context.placebo),
        second_line=line,
        second_way=second_way(claim, estimate) if claim.second_way and histories.entry is None else None,
    )
