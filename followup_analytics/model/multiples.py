"""How many times the usual rate of responses an interview has, by what the model knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.model.waiting import STRATA

if TYPE_CHECKING:
    from followup_analytics.log import FollowUpLog
    from followup_analytics.model.saved import FittedModel

FloatArray = NDArray[np.float64]
#: A multiple of the usual rate beyond these is the model's imagination.
_LEAST, _MOST = 0.1, 10.0


def multiples(fitted: FittedModel, spell: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
    """How many times the usual rate each spell of waiting has, and the variance of the logarithm of that, (rows,) each.

    spell: one row per spell with attempts (made so far) and, of the last one, the terms; before any attempt only what
    belongs to the interview is used. Ones where the model does not beat the base rate.
    """
    ones, none = np.ones(spell.height), np.zeros(spell.height)
    if not fitted.beats_base_rate or not len(fitted.beta) or not spell.height:
        return ones, none
    rows = np.concatenate([block for _, block in fitted.design(spell).blocks()])
    usual = np.concatenate([[1.0], fitted.shares])
    made = spell["attempts"].to_numpy()
    # Before any attempt every term but the interview's own stands at its usual mix.
    rows[made == 0] = np.where(_interview_columns(fitted), rows[made == 0], usual)
    eta = rows @ fitted.beta
    hazard = np.logaddexp(0.0, eta)
    average = np.array([float(np.logaddexp(0.0, usual @ fitted.beta)), *fitted.hazard])
    compared = average[np.minimum(made, STRATA - 1)]
    # d log(-log(1 - p)) / d eta, with the difference from the usual mix as the direction that is uncertain.
    slope = (1.0 / (1.0 + np.exp(-eta))) / hazard
    contrast = rows - usual
    variance = slope**2 * ((contrast @ fitted.covariance) * contrast).sum(axis=1)
    return np.clip(hazard / compared, _LEAST, _MOST), np.maximum(variance, 0.0)


def with_own(spell: pl.DataFrame, log: FollowUpLog, covariates: Sequence[str]) -> pl.DataFrame:
    """The spells' terms, with the interview's own columns filled in where no attempt has been made yet."""
    if not covariates:
        return spell
    own = log.interviews.select("interview_id", *(pl.col(name).alias(f"own_{name}") for name in covariates))
    joined = spell.join(own, on="interview_id", how="left", maintain_order="left")
    first = pl.col("attempts") == 0
    return joined.with_columns(
        pl.when(first).then(pl.col(f"own_{name}").cast(joined.schema[name])).otherwise(pl.col(name)).alias(name)
        for name in covariates
    )


def _interview_columns(fitted: FittedModel) -> NDArray[np.bool_]:
    known = np.zeros(fitted.coding.width + 1, dtype=bool)
    known[0] = True
    for term in fitted.coding.terms:
        if term.name in fitted.covariates:
            here = fitted.coding.columns(term.name)
            known[here.start + 1 : here.stop + 1] = True
    return known
