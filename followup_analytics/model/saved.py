"""The fitted model as a value of its own: what predictions need, and nothing from which a person could be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.model.coding import Coding
from followup_analytics.model.nested_rows import Coefficient, Measure
from followup_analytics.model.ridge import Design
from followup_analytics.model.waiting import STRATA, Curve
from followup_analytics.results.result import LogCounts
from followup_analytics.results.values import finite

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.model.fitting import Fit

FloatArray = NDArray[np.float64]

INTERCEPT = "(intercept)"


@dataclass(frozen=True)
class Training:
    """What a model was trained on, in numbers that may be shown."""

    data_date: str
    first_interview: str
    last_interview: str
    n_interviews: int
    n_applicants: int
    n_attempts: int
    n_events: int
    simulated: bool
    package_version: str


@dataclass(frozen=True)
class FittedModel:
    """A callback model ready to predict, as saved and loaded.

    outcome, within: what is predicted, in how many days of an attempt. coding: terms and levels. beta, low, high: shape
    (1 + width,), coefficients with 95% limits, intercept first. covariance: of beta, df its degrees of freedom.
    shares: shape (width,), the share of training attempts with each level. base_rate: responses per attempt.
    hazard: by attempts made (1, 2, 3 and more), the mean of -log(1 - prediction), to which an interview's own is
    compared. curves: waiting after no, one, two, three or more attempts. metrics: as evaluated when fitted.
    """

    outcome: str
    within: float
    min_cell: int
    covariates: tuple[str, ...]
    coding: Coding
    beta: FloatArray
    low: FloatArray
    high: FloatArray
    covariance: FloatArray
    df: int
    shares: FloatArray
    base_rate: float | None
    beats_base_rate: bool
    hazard: tuple[float, ...]
    curves: tuple[Curve, ...]
    metrics: Mapping[str, Measure]
    training: Training

    def coefficient_rows(self) -> list[Coefficient]:
        """The model's equation as rows of term, estimate, conf_low, conf_high: the log odds are their sum."""
        if not len(self.beta):
            return []
        return [
            Coefficient(term=term, estimate=float(estimate), conf_low=finite(low), conf_high=finite(high))
            for term, estimate, low, high in zip(
                (INTERCEPT, *self.coding.names), self.beta, self.low, self.high, strict=True
            )
        ]

    def design(self, frame: pl.DataFrame) -> Design:
        """The design of a frame of terms."""
        return Design(self.coding.codes(frame), self.coding.width)

    def predict(self, frame: pl.DataFrame) -> FloatArray:
        """The chance of a response within the window of each attempt in a frame of terms, shape (rows,).

        The base rate for all where the model does not beat it.
        """
        if not self.beats_base_rate:
            return np.full(frame.height, self.base_rate if self.base_rate is not None else np.nan)
        return np.asarray(expit(self.design(frame).times(self.beta)), dtype=np.float64)


def make_saved(
    log: FollowUpLog,
    fit: Fit | None,
    usable: pl.DataFrame,
    *,
    within: float,
    outcome: str,
    covariates: Sequence[str],
    min_cell: int,
    beats: bool,
    metrics: Mapping[str, Measure],
    curves: tuple[Curve, ...],
) -> FittedModel:
    """Gather what predictions need from a fit (None where there was nothing to fit)."""
    usable_fit = fit is not None and not fit.one_kind
    coding = fit.coding if fit is not None and usable_fit else Coding(())
    beta = fit.beta if fit is not None and usable_fit else np.empty(0)
    low, high, covariance, df = _uncertainty(fit if usable_fit else None)
    return FittedModel(
        outcome=outcome,
        within=within,
        min_cell=min_cell,
        covariates=tuple(covariates),
        coding=coding,
        beta=beta,
        low=low,
        high=high,
        covariance=covariance,
        df=df,
        shares=_shares(coding, usable, min_cell),
        base_rate=None if fit is None else fit.rate,
        beats_base_rate=beats,
        hazard=_mean_hazards(fit, usable, min_cell) if fit is not None and usable_fit else (),
        curves=curves,
        metrics=metrics,
        training=_training(log, usable),
    )


def _uncertainty(fit: Fit | None) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    if fit is None:
        return np.empty(0), np.empty(0), np.empty((0, 0)), 1
    low, high = fit.jackknife.limits()
    k = len(fit.beta)
    known = fit.jackknife.df >= 1
    return low, high, fit.jackknife.covariance() if known else np.zeros((k, k)), max(fit.jackknife.df, 1)


#: Decimals of the shares of levels: with more, and the number of attempts, those of a level left out could be counted.
_DECIMALS = 2


def _shares(coding: Coding, usable: pl.DataFrame, min_cell: int) -> FloatArray:
    """The share of attempts with each level, among the levels of its term that are kept (none tells what is not)."""
    codes = coding.codes(usable)
    found = np.bincount(codes[codes >= 0], minlength=coding.width).astype(np.float64)
    for term in coding.terms:
        here = coding.columns(term.name)
        found[here] /= max(found[here].sum(), 1.0)
        if min_cell > 1:
            found[here] = np.round(found[here], _DECIMALS)
            found[here] /= max(found[here].sum(), 10.0**-_DECIMALS)
    return found


def _mean_hazards(fit: Fit, usable: pl.DataFrame, min_cell: int) -> tuple[float, ...]:
    """By attempts made; that of all attempts where fewer than `min_cell` applicants made so many."""
    hazard = -np.log1p(-np.clip(fit.predict(usable), 0.0, 1 - 1e-9))
    number = usable["attempt"].str.extract(r"^(\d)", 1).cast(pl.Int64).clip(upper_bound=STRATA - 1).to_numpy()
    overall, found = float(hazard.mean()), []
    for made in range(1, STRATA):
        here = number == made
        enough = usable["applicant_id"].filter(pl.Series(here)).n_unique() >= max(min_cell, 1)
        found.append(float(hazard[here].mean()) if enough else overall)
    return tuple(found)


def _training(log: FollowUpLog, usable: pl.DataFrame) -> Training:
    from followup_analytics import __version__

    # Months, not days: the first and the last interview are single people's.
    months = log.interviews["interviewed_at"].dt.strftime("%Y-%m").sort()
    return Training(
        data_date=LogCounts.of(log).data_date,
        first_interview=str(months[0]),
        last_interview=str(months[-1]),
        n_interviews=usable["interview_id"].n_unique(),
        n_applicants=usable["applicant_id"].n_unique(),
        n_attempts=usable.height,
        n_events=int(usable["y"].sum()),
        simulated=log.simulated,
        package_version=__version__,
    )
