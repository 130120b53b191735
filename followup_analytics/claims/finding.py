"""What a verdict needs of a trial once it was looked at: numbers, and nothing about single people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from followup_analytics.claims.context import Context
from followup_analytics.claims.controls import Control
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.diagnostics import diagnostics
from followup_analytics.claims.estimates import Effect
from followup_analytics.claims.gates import Distance, farthest
from followup_analytics.claims.trial import Trial
from followup_analytics.claims.verdict import Test
from followup_analytics.statistics.clusters import Estimated


@dataclass(frozen=True)
class ArmWeights:
    """An arm's weights in two numbers: Kish's effective size, and the largest weight's share of all."""

    effective_size: float
    largest_share: float


@dataclass(frozen=True)
class Finding:
    """A trial in numbers; a million interviews leave no more behind than a hundred.

    Attributes:
        claim, n_interviews, n_applicants, n_events, refusal, rated, test, controls, second_line, second_way,
            per_protocol: as in `Trial`.
        few_clusters: kinds of clusters of which there are too few for a causal reading.
        farthest: the largest distance of an arm's weighted mean of a number from everybody's.
        effect: the contrast; weights: of strategy and alternative; None and empty where nothing could be estimated.
        diagnostics: plain rows, see `diagnostics`; empty where the claim is not testable.
    """

    claim: Claim
    n_interviews: int
    n_applicants: int
    n_events: int
    refusal: str
    rated: bool
    test: Test | None
    controls: tuple[Control, ...]
    second_line: Estimated | None
    second_way: Estimated | None
    per_protocol: Estimated | None
    few_clusters: tuple[str, ...]
    farthest: Distance | None
    effect: Effect | None
    weights: tuple[ArmWeights, ...]
    diagnostics: Mapping[str, Any]


def finding_of(trial: Trial, context: Context, min_cell: int, *, bare: bool = False) -> Finding:
    """Take the numbers out of a trial on a log; diagnostics are about `min_cell` applicants or more, `bare`: none."""
    estimate = trial.estimate
    weights: tuple[ArmWeights, ...] = ()
    shown: Mapping[str, Any] = {}
    if estimate is not None:
        weights = tuple(ArmWeights(arm.effective_size(), arm.largest_share()) for arm in estimate.arms)
        shown = {} if bare else diagnostics(trial, context.histories.applicant[estimate.emulation.row], min_cell)
    return Finding(
        claim=trial.claim,
        n_interviews=trial.n_interviews,
        n_applicants=trial.n_applicants,
        n_events=trial.n_events,
        refusal=trial.refusal,
        rated=trial.rated,
        test=trial.test,
        controls=trial.controls,
        second_line=trial.second_line,
        second_way=trial.second_way,
        per_protocol=trial.per_protocol,
        few_clusters=() if estimate is None else estimate.clusters.few(),
        farthest=None if estimate is None else farthest(estimate),
        effect=None if estimate is None else estimate.effect,
        weights=weights,
        diagnostics=shown,
    )
