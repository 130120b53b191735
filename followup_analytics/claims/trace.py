"""The interviews behind a claim's numbers: a working paper about single interviews, confidential."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from followup_analytics.claims.context import Context
from followup_analytics.claims.trial import Trial
from followup_analytics.trials.steps import CENSORED

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
}


def interviews_behind(trial: Trial, context: Context) -> pl.DataFrame:
    """The interviews behind a trial, one a row, ids included: confidential.

    Columns: claim, interview_id, applicant_id, time_zero (UTC), did_strategy, did_alternative (carried out and kept
    to), weight_strategy, weight_alternative (0 for those who left), exit (event, competing or censored) and
    exit_interval (local day or 24 hours since time zero, from 0).
    """
    estimate = trial.estimate
    if estimate is None:
        return pl.DataFrame(schema=_BEHIND)
    emulation, histories = estimate.emulation, context.histories
    follow_up = emulation.follow_up
    kind = np.where(follow_up.exit_interval < follow_up.horizon, follow_up.exit_kind, CENSORED)
    columns = {
        "claim": [trial.claim.id] * len(emulation.row),
        "interview_id": histories.interview_id.gather(emulation.row),
        "applicant_id": histories.applicant_id.gather(emulation.row),
        "time_zero": pl.Series(emulation.since_us).cast(pl.Datetime("us", "UTC")),
        "did_strategy": estimate.done[0],
        "did_alternative": estimate.done[1],
        "weight_strategy": estimate.arms[0].weight,
        "weight_alternative": estimate.arms[1].weight,
        "exit": np.array(["censored", "event", "competing"])[kind],
        "exit_interval": follow_up.exit_interval,
    }
    return pl.DataFrame(columns, schema=_BEHIND)
