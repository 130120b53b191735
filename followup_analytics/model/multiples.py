"""How many times the usual rate of responses an interview has, by what the model knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.log.asked import without_mark
from followup_analytics.model.waiting import STRATA

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.model.saved import FittedModel

FloatArray = NDArray[np.float64]
#: A multiple of the usual rate beyond these is the model's imagination.
_LEAST, _MOST = 0.1, 10.0


def multiples(fitted: FittedModel, spell: pl.DataFrame) -> FloatArray:
    """How many times the usual rate of responses each spell of waiting has, shape (rows,).

    spell: one row per spell with attempts (made so far) and, of the last one, the terms; before any attempt only what
    belongs to the interview is used. Ones where the model does not beat the base rate.
    """
    if not _tells(fitted) or not spell.height:
        return np.ones(spell.height)
    eta, made = _log_odds(fitted, spell), spell["attempts"].to_numpy()
    average = np.array([float(np.logaddexp(0.0, _usual(fitted) @ fitted.beta)), *fitted.hazard])
    compared = average[np.minimum(made, STRATA - 1)]
    return np.asarray(np.clip(np.logaddexp(0.0, eta) / compared, _LEAST, _MOST), dtype=np.float64)


def log_variances(fitted: FittedModel, spell: pl.DataFrame) -> FloatArray:
    """Variance of the logarithm of each spell's multiple, shape (rows,); the average compared to is given."""
    if not _tells(fitted) or not spell.height:
        return np.zeros(spell.height)
    eta, made = _log_odds(fitted, spell), spell["attempts"].to_numpy()
    usual, known = _usual(fitted), _interview_columns(fitted)
    found = []
    for rows, block in fitted.design(spell).blocks():
        # The direction that is uncertain is the difference from the usual mix.
        contrast = np.where((made[rows] > 0)[:, None] | known, block - usual, 0.0)
        found.append(((contrast @ fitted.covariance) * contrast).sum(axis=1))
    # d log(-log(1 - p)) / d eta.
    slope = expit(eta) / np.logaddexp(0.0, eta)
    return np.asarray(np.maximum(slope**2 * np.concatenate(found), 0.0), dtype=np.float64)


def _tells(fitted: FittedModel) -> bool:
    return fitted.beats_base_rate and len(fitted.beta) > 0


def _usual(fitted: FittedModel) -> FloatArray:
    return np.concatenate([[1.0], fitted.shares])


def _log_odds(fitted: FittedModel, spell: pl.DataFrame) -> FloatArray:
    """Log odds of each spell; before any attempt every term but the interview's own stands at its usual mix."""
    design, known = fitted.design(spell), _interview_columns(fitted)
    rest = float(np.where(known, 0.0, _usual(fitted)) @ fitted.beta)
    before = design.times(np.where(known, fitted.beta, 0.0)) + rest
    return np.where(spell["attempts"].to_numpy() == 0, before, design.times(fitted.beta))


def with_own(spell: pl.DataFrame, log: FollowUpLog, covariates: Sequence[str]) -> pl.DataFrame:
    """The spells' terms, with the interview's own columns filled in where no attempt has been made yet."""
    if not covariates:
        return spell
    own = log.interviews.select(
        "interview_id", *(pl.col(without_mark(name)).alias(f"own_{name}") for name in covariates)
    )
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
