"""What a claim's verdict was worked out from: working papers about single interviews, confidential.

`claims/reproduce_verdict.R` works the same verdicts out from them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from followup_analytics.claims.context import Context
from followup_analytics.claims.estimates import least_error
from followup_analytics.claims.trial import Trial
from followup_analytics.log.shared_words import ARMS
from followup_analytics.trials.steps import CENSORED
from followup_analytics.trials.weighing import weights_by_interval

_BEHIND: dict[str, Any] = {
    "claim": pl.String,
    "interview_id": pl.String,
    "applicant_id": pl.String,
    "time_zero": pl.Datetime("us", "UTC"),
    "did_strategy": pl.Boolean,
    "did_alternative": pl.Boolean,
    "weight_strategy": pl.Float64,
    "weight_alternative": pl.Float64,
    "exit": pl.String,
    "exit_interval": pl.Int64,
    "expected_strategy": pl.Float64,
    "expected_alternative": pl.Float64,
    "counts_strategy": pl.Float64,
    "counts_alternative": pl.Float64,
    "influence": pl.Float64,
    "cluster_applicant": pl.Int64,
    "cluster_employer": pl.Int64,
    "tested": pl.Boolean,
    "direction": pl.String,
    "margin": pl.Float64,
    "least_error": pl.Float64,
}
_BY_INTERVAL: dict[str, Any] = {
    "claim": pl.String,
    "interview_id": pl.String,
    "arm": pl.String,
    "interval": pl.Int64,
    "weight": pl.Float64,
    "ends": pl.String,
}
_ENDS = np.array(["censored", "event", "competing"])


def r_script() -> str:
    """The script in R that works verdicts out from the rows traced, with none of this package's code."""
    from importlib.resources import files

    return files("followup_analytics.claims").joinpath("reproduce_verdict.R").read_text(encoding="utf-8")


def interviews_behind(trial: Trial, context: Context) -> pl.DataFrame:
    """The interviews behind a trial, one a row, ids included: confidential.

    Columns: claim, interview_id, applicant_id, time_zero (UTC), did_strategy, did_alternative (carried out and kept
    to), weight_strategy, weight_alternative (0 for those who left), exit (event, competing or censored) and
    exit_interval (local day or 24 hours since time zero, from 0); expected_strategy, expected_alternative (the
    probability of the outcome had everybody kept to the arm, by the outcome model) and counts_strategy,
    counts_alternative (what each counts for: an arm's risk is the mean with these weights); influence (on the
    difference); cluster_applicant, cluster_employer (numbers of the clusters, null where errors don't go by them);
    and of the claim: tested (it passed its gates), direction, margin, and least_error, below which no standard error of
    a verdict goes.
    """
    estimate = trial.estimate
    if estimate is None:
        return pl.DataFrame(schema=_BEHIND)
    emulation, histories, contrast = estimate.emulation, context.histories, estimate.contrast
    follow_up = emulation.follow_up
    kind = np.where(follow_up.exit_interval < follow_up.horizon, follow_up.exit_kind, CENSORED)
    size = len(emulation.row)
    clusters = dict(zip(estimate.clusters.kinds, estimate.clusters.numbers, strict=True))
    columns = {
        "claim": [trial.claim.id] * size,
        "interview_id": histories.interview_id.gather(emulation.row),
        "applicant_id": histories.applicant_id.gather(emulation.row),
        "time_zero": pl.Series(emulation.since_us).cast(pl.Datetime("us", "UTC")),
        "did_strategy": estimate.done[0],
        "did_alternative": estimate.done[1],
        "weight_strategy": estimate.arms[0].weight,
        "weight_alternative": estimate.arms[1].weight,
        "exit": _ENDS[kind],
        "exit_interval": follow_up.exit_interval,
        "expected_strategy": contrast.standardised[0].value,
        "expected_alternative": contrast.standardised[1].value,
        "counts_strategy": contrast.standardised[0].counted,
        "counts_alternative": contrast.standardised[1].counted,
        "influence": contrast.moves()[:, 0],
        "cluster_applicant": clusters.get("applicant", [None] * size),
        "cluster_employer": clusters.get("employer", [None] * size),
        "tested": [trial.test is not None] * size,
        "direction": [trial.claim.direction] * size,
        "margin": [trial.claim.margin] * size,
        "least_error": [least_error(contrast)] * size,
    }
    return pl.DataFrame(columns, schema=_BEHIND)


def intervals_behind(trial: Trial, context: Context) -> pl.DataFrame:
    """Interviews by arm and interval at risk, with the weight in force: confidential.

    Columns: claim, interview_id, arm, interval (local day or 24 hours since time zero, from 0), weight, and how
    follow-up ends in it: event, competing, or censored where it goes on or the record ends after it. An arm's incidence
    by weights alone is Aalen-Johansen's on these rows.
    """
    estimate = trial.estimate
    if estimate is None:
        return pl.DataFrame(schema=_BY_INTERVAL)
    emulation, contrast = estimate.emulation, estimate.contrast
    follow_up = emulation.follow_up
    # Whoever's record ends in an interval is not at risk in it; whoever has an event in it is.
    stop = np.where(follow_up.exit_kind == CENSORED, follow_up.exit_interval, follow_up.exit_interval + 1)
    ids = context.histories.interview_id.gather(emulation.row)
    parts = []
    for name, arm in zip(ARMS, contrast.arms, strict=True):
        weight = weights_by_interval(arm, contrast.steps, follow_up)
        at_risk = np.arange(follow_up.horizon)[None, :] < stop[:, None]
        if follow_up.entry is not None:
            weight = weight * np.stack([follow_up.watched_in(k) for k in range(follow_up.horizon)], axis=1)
        row, interval = np.nonzero(at_risk & (weight > 0))
        kind = np.where(interval == follow_up.exit_interval[row], follow_up.exit_kind[row], CENSORED)
        parts.append(
            pl.DataFrame(
                {
                    "claim": [trial.claim.id] * len(row),
                    "interview_id": ids.gather(row),
                    "arm": [name] * len(row),
                    "interval": interval,
                    "weight": weight[row, interval],
                    "ends": _ENDS[kind],
                },
                schema=_BY_INTERVAL,
            )
        )
    return pl.concat(parts)
