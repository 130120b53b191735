"""What a researcher asks of an emulated trial: balance, overlap, weights, flow of numbers, what would tip it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.baseline import baseline, people_by_level
from followup_analytics.claims.diagnostic_rows import (
    BalanceRow,
    ControlRow,
    FlowRow,
    RiskRow,
    SecondWayRow,
    WeightsRow,
)
from followup_analytics.claims.estimates import Estimate, curves_of
from followup_analytics.claims.gates import distances
from followup_analytics.claims.tipping import forgotten, tipping
from followup_analytics.claims.trial import Trial
from followup_analytics.log.shared_words import ARMS
from followup_analytics.results.disclosure import SUPPRESSED, hidden_parts, hidden_steps, policy_of
from followup_analytics.results.values import finite
from followup_analytics.trials.steps import COMPETING
from followup_analytics.trials.weighing import Arm

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Rows = list[dict[str, Any]]

_BINS = np.linspace(0.0, 1.0, 11)
#: How the step begins that counts everybody.
_ELIGIBLE = "eligible"


def diagnostics(trial: Trial, applicant: IntArray, min_cell: int) -> dict[str, Any]:
    """All diagnostics of a claim as rows, ready to be shown.

    Args:
        trial: a claim that was tested; applicant: shape (m,), applicant of each eligible interview.
        min_cell: numbers about fewer applicants are left out (null).
    """
    estimate = trial.estimate
    if estimate is None or trial.test is None:
        return {}
    return {
        "weights": [_weights(name, arm) for name, arm in zip(ARMS, estimate.arms, strict=True)],
        "baseline": baseline(estimate, applicant, min_cell),
        "balance": balance(estimate, applicant, min_cell),
        "distances": [
            {"covariate": one.covariate, "arm": one.arm, "distance": one.distance} for one in distances(estimate)
        ],
        "overlap": overlap(estimate, applicant, min_cell),
        "flow": flow(estimate, applicant, min_cell),
        "curves": curves(trial),
        "controls": [
            ControlRow(
                control=one.name, estimate=one.estimate, conf_low=one.low, conf_high=one.high, p_value=one.p_value
            )
            for one in trial.controls
        ],
        "second_way": _second_way(trial),
        **_assignment(trial, applicant, min_cell),
        "tipping": tipping(trial),
        "forgotten": forgotten(trial),
        "gates": [{"gate": one.code, "arm": one.arm, "passed": one.passed, "limit": one.limit} for one in trial.gates],
        "adjusted_for": [*trial.adjusted, *(f"{name} (call history)" for name in trial.claim.history)],
        "products": list(estimate.contrast.products),
        "clusters": estimate.clusters.counts(),
        "unrecorded": None if 0 < trial.unrecorded < min_cell else trial.unrecorded,
    }


def _assignment(trial: Trial, applicant: IntArray, min_cell: int) -> dict[str, Any]:
    """Of arms that were assigned: their numbers beside those that were meant, and the difference per protocol."""
    ratio, kept, estimate = trial.ratio, trial.per_protocol, trial.estimate
    if ratio is None or estimate is None:
        return {}
    few = min(_people(applicant, done) for done in estimate.done) < min_cell
    shown: dict[str, Any] = {"estimate": None, "conf_low": None, "conf_high": None}
    if kept is not None:
        low, high = (finite(float(limit)) for limit in kept.limits())
        shown = {"estimate": float(kept.estimate), "conf_low": low, "conf_high": high}
    return {
        "sample_ratio": {
            "unit": ratio.unit,
            "n_strategy": None if few else ratio.strategy,
            "n_alternative": None if few else ratio.alternative,
            "planned_share": ratio.share,
            "p_value": ratio.p_value,
        },
        "per_protocol": shown,
    }


def _weights(name: str, arm: Arm) -> WeightsRow:
    return WeightsRow(
        arm=name,
        effective_size=arm.effective_size(),
        largest_share=arm.largest_share(),
        largest=float(arm.weight.max(initial=0.0)),
    )


def balance(estimate: Estimate, applicant: IntArray, min_cell: int) -> list[BalanceRow]:
    """Standardised mean differences of every level of every baseline covariate, before and after weighting.

    (m1 - m0) / sqrt((v1 + v0) / 2), strategy minus alternative. Source: P. Austin (2009), Statistics in Medicine 28.
    """
    before = [done.astype(np.float64) for done in estimate.done]
    after = [arm.weight for arm in estimate.arms]
    made = []
    for covariate in estimate.emulation.baseline:
        if covariate.later is not None or covariate.degree:
            # What comes to be known later can't be set side by side at time zero; a curve has no levels (`distances`).
            continue
        people = people_by_level(applicant, covariate.codes, len(covariate.levels))
        for level, words in enumerate(covariate.levels):
            if people[level] < max(min_cell, 1):
                continue
            value = (covariate.codes == level).astype(np.float64)
            made.append(
                BalanceRow(
                    covariate=covariate.name,
                    level=words,
                    before=standardised_difference(value, before[0], before[1]),
                    after=standardised_difference(value, after[0], after[1]),
                )
            )
    return made


def standardised_difference(value: FloatArray, one: FloatArray, other: FloatArray) -> float | None:
    """Standardised difference of a 0/1 covariate between two weighted groups; None where a group is empty."""
    if one.sum() <= 0 or other.sum() <= 0:
        return None
    p, q = float(value @ one / one.sum()), float(value @ other / other.sum())
    spread = np.sqrt(max(p * (1 - p) + q * (1 - q), 0.0) / 2)
    return float((p - q) / spread) if spread > 0 else 0.0


def overlap(estimate: Estimate, applicant: IntArray, min_cell: int) -> Rows:
    """How likely those who kept to each arm were to do so, in tenths: share of the arm, null where few are in it.

    The shares of an arm add up to 1 and its size is known, so that what is hidden is never worth fewer than `min_cell`
    applicants together.
    """
    made = []
    for name, arm in zip(ARMS, estimate.arms, strict=True):
        kept = arm.compliant()
        likely = np.where(kept, 1 / np.maximum(arm.weight, 1e-12), -1.0)
        place = np.clip(np.digitize(likely, _BINS) - 1, -1, len(_BINS) - 2)
        tenths = [kept & (place == tenth) for tenth in range(len(_BINS) - 1)]
        people = [_people(applicant, tenth) for tenth in tenths]

        def together(places: Collection[int], tenths: Sequence[BoolArray] = tenths) -> int:
            return _people(applicant, np.any([tenths[place] for place in places], axis=0))

        hidden = hidden_parts(people, together, policy_of(min_cell=min_cell))
        made += [
            {
                "arm": name,
                "from": float(_BINS[tenth]),
                "to": float(_BINS[tenth + 1]),
                "share": None if tenth in hidden else float(here.sum() / max(kept.sum(), 1)),
                "status": SUPPRESSED if tenth in hidden else "ok",
            }
            for tenth, here in enumerate(tenths)
        ]
    return made


def flow(estimate: Estimate, applicant: IntArray, min_cell: int) -> list[FlowRow]:
    """Who was eligible, who did what each arm asks, who left it and was cut off, and how follow-up ended."""
    follow_up = estimate.emulation.follow_up
    everybody = np.ones(len(applicant), dtype=bool)
    other = (follow_up.exit_kind == COMPETING) & (follow_up.exit_interval < follow_up.horizon)
    # Where all is decided at time zero nobody is in two arms, and nobody leaves one.
    cloned = estimate.emulation.cloned
    rows = [("both", f"{_ELIGIBLE}, a clone in each arm" if cloned else _ELIGIBLE, everybody)]
    for name, arm, done in zip(ARMS, estimate.arms, estimate.done, strict=True):
        kept = arm.compliant()
        if cloned:
            rows.append((name, "left the strategy, cut off there", ~kept))
        rows.append((name, "did what it asks", done))
        if cloned:
            rows.append((name, "heard or ended before it could be left", kept & ~done))
    rows += [
        ("both", "event within the horizon", estimate.happened),
        ("both", "ended otherwise within the horizon", other),
        ("both", "record ends before the horizon", ~estimate.complete),
    ]
    counted = [_counted(arm, step, mask, applicant) for arm, step, mask in rows]
    # Without clones whoever did not do the one did the other.
    shown = hidden_steps(counted, policy_of(min_cell=min_cell), either=not cloned, whole="both")
    return [FlowRow(**step) for step in shown]


def _counted(arm: str, step: str, mask: BoolArray, applicant: IntArray) -> dict[str, Any]:
    people = _people(applicant, mask)
    return {"arm": arm, "step": step, "n_interviews": int(mask.sum()), "n_applicants": people, "status": "ok"}


def _people(applicant: IntArray, mask: BoolArray) -> int:
    # Applicants are numbered from 0: counting is far quicker than sorting.
    return int(np.count_nonzero(np.bincount(applicant[mask])))


def curves(trial: Trial) -> list[RiskRow]:
    """Incidence of the outcome by the end of each interval in both arms, with 95% limits (complementary log-log)."""
    if trial.estimate is None:
        return []
    first = 0 if trial.claim.by_local_days else 1
    made = []
    for name, curve in zip(ARMS, curves_of(trial.estimate), strict=True):
        low, high = curve.limits(scale="cloglog")
        made += [
            RiskRow(arm=name, day=first + k, estimate=finite(e), conf_low=finite(lo), conf_high=finite(hi))
            for k, (e, lo, hi) in enumerate(zip(curve.estimate, low, high, strict=True))
        ]
    return made


def _second_way(trial: Trial) -> SecondWayRow | None:
    way = trial.second_way
    if way is None or trial.estimate is None:
        return None
    low, high = way.limits()
    first = trial.estimate.effect.difference
    apart = abs(float(way.estimate) - float(first.estimate))
    error = float(np.hypot(way.se, first.se))
    return SecondWayRow(
        method="sequential trials",
        estimate=float(way.estimate),
        conf_low=finite(float(low)),
        conf_high=finite(float(high)),
        agrees=bool(apart <= 2 * error),
    )
