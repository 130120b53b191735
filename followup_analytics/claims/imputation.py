"""Ratings and referrals that nobody wrote down, filled in several times by what else is known: multiple imputation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.claims.context import Context
from followup_analytics.claims.covariates import RATING, rated_us
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.estimates import Effect
from followup_analytics.claims.histories import NEVER, Histories
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.claims.verdict import test_difference
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.shared_words import MISSING
from followup_analytics.statistics.clusters import Estimated

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: What is filled in, how often, in how many rounds, and from how many that are nearest.
FILLED = (RATING, "referral")
TIMES, ROUNDS, NEAREST = 10, 3, 5
#: A column of which fewer are known has nobody to be filled in from.
_LEAST_KNOWN = 50
_RIDGE = 1.0


@dataclass(frozen=True)
class Gaps:
    """What is to be filled in.

    Attributes:
        values: by column, shape (n,), NaN where it is not known, or was made too late to be used.
        known: shape (n, k), what else is known of every interview, what came of it included: an outcome that is left
            out would be taken to have nothing to do with what is filled in.
        applicant: shape (n,).
    """

    values: dict[str, FloatArray]
    known: FloatArray
    applicant: IntArray

    @classmethod
    def of(cls, context: Context, own: Trial) -> Gaps | None:
        """What a claim adjusts for and lacks in this log; None where nothing is missing, or next to all."""
        names = [name for name in FILLED if name in own.adjusted]
        values = {name: _values(context, name) for name in names}
        gaps = {
            name: value
            for name, value in values.items()
            if np.isnan(value).any() and np.isfinite(value).sum() >= _LEAST_KNOWN
        }
        if not gaps or own.estimate is None:
            return None
        return cls(gaps, _known(context, own), context.histories.applicant)

    def filled(self, rng: np.random.Generator) -> dict[str, FloatArray]:
        """One way in which it may have been: predictive means of a resample of applicants, values of those nearest.

        Source: D. Rubin (1987), Multiple Imputation; R. Little (1988), J. Business & Economic Statistics 6, 287-296;
        column after column as in S. van Buuren, K. Groothuis-Oudshoorn (2011), J. Statistical Software 45.
        """
        made = {name: np.where(np.isnan(value), np.nanmean(value), value) for name, value in self.values.items()}
        for _ in range(ROUNDS if len(made) > 1 else 1):
            for name, value in self.values.items():
                others = [other for key, other in made.items() if key != name]
                columns = np.column_stack([self.known, *others])
                made[name] = _drawn(value, columns, self.applicant, rng)
        return made


def imputed_trial(claim: Claim, context: Context, own: Trial, run: Callable[..., Trial] = run_trial) -> Trial | None:
    """A trial with what is missing filled in ten times, its numbers put together by Rubin's rules; None: nothing is.

    Args:
        claim: the claim; context: the log; own: the trial as declared; run: as `run_trial`.
    """
    gaps = Gaps.of(context, own)
    if gaps is None or own.estimate is None:
        return None
    rng = np.random.default_rng(0)
    effects = []
    for _ in range(TIMES):
        trial = run(claim, _with(context, gaps.filled(rng)), extras=False)
        if trial.estimate is None or trial.test is None:
            return replace(trial, controls=own.controls)
        effects.append(trial.estimate.effect)
    effect = pooled(effects)
    estimate = replace(own.estimate, effect=effect)
    return replace(own, estimate=estimate, test=test_difference(claim, effect.tested))


def pooled(effects: list[Effect]) -> Effect:
    """Effects of several imputations as one."""
    return replace(
        effects[0],
        strategy=put_together([one.strategy for one in effects]),
        alternative=put_together([one.alternative for one in effects]),
        difference=put_together([one.difference for one in effects]),
        tested=put_together([one.tested for one in effects]),
        weighted=put_together([one.weighted for one in effects]),
        apart=put_together([one.apart for one in effects]),
        ratio=put_together([one.ratio for one in effects]),
    )


def put_together(found: list[Estimated]) -> Estimated:
    """Estimates of several imputations: their mean, and the error within them and between them.

    Degrees of freedom: J. Barnard, D. Rubin (1999), Biometrika 86, 948-955.
    """
    times = len(found)
    values = np.array([float(one.estimate) for one in found])
    within = float(np.mean([float(one.se) ** 2 for one in found]))
    between = float(values.var(ddof=1)) * (1 + 1 / times)
    total, complete = within + between, float(found[0].df)
    df = complete
    if between > 0 and total > 0:
        share = between / total
        observed = (complete + 1) / (complete + 3) * complete * (1 - share)
        between_df = (times - 1) / share**2
        df = observed * between_df / (observed + between_df) if observed > 0 else between_df
    return Estimated(np.asarray(values.mean()), np.asarray(np.sqrt(total)), max(int(df), 1))


def _with(context: Context, filled: dict[str, FloatArray]) -> Context:
    """The log with these columns filled in; what is filled in counts as known at the interview."""
    interviews = context.log.interviews
    for name, value in filled.items():
        old = interviews[name]
        new = (
            pl.Series(name, value > 0.5) if old.dtype == pl.Boolean else pl.Series(name, np.rint(value)).cast(old.dtype)
        )
        interviews = interviews.with_columns(new)
        if name == RATING:
            late = pl.Series(np.isnan(_values(context, RATING)))
            interviews = interviews.with_columns(self_rated_at=interviews["self_rated_at"].set(late, None))
    return replace(context, log=replace(context.log, interviews=interviews))


def _values(context: Context, name: str) -> FloatArray:
    values = context.log.interviews[name].cast(pl.Float64).fill_null(float("nan")).to_numpy().copy()
    if name == RATING:
        # What was rated after the answer is not known when anything is decided.
        values[rated_us(context.log) >= context.histories.response.us] = np.nan
    return np.asarray(values, dtype=np.float64)


def _known(context: Context, own: Trial) -> FloatArray:
    """What a missing value may be told from, standardised, with a constant; shape (n, k)."""
    histories = context.histories
    n = histories.interviews
    columns = [*_of_course(histories), *_of_claim(own, n), *_elsewhere(context)]
    for name in ("industry", "job_level", "interview_format", *context.adjust):
        for one in context.covariates_named(name):
            columns += [one.codes == level for level, words in enumerate(one.levels[1:], 1) if words != MISSING]
    made = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
    spread = made.std(axis=0)
    made = (made[:, spread > 0] - made[:, spread > 0].mean(axis=0)) / spread[spread > 0]
    return np.column_stack([np.ones(n), made])


def _of_course(histories: Histories) -> list[NDArray[np.generic]]:
    """What was done, and what came back when."""
    start, attempts = histories.start, histories.attempts
    number = np.bincount(attempts.at.row, minlength=histories.interviews)
    first = np.full(histories.interviews, 30.0)
    opening = attempts.number == 1
    first[attempts.at.row[opening]] = np.clip(attempts.at.day[opening] - start.day[attempts.at.row[opening]], 0, 30)
    made: list[NDArray[np.generic]] = [np.minimum(number, 5), np.log1p(first), number == 0, start.us / DAY_US]
    for event in (histories.response, histories.advanced, histories.ended):
        gone = np.where(event.order == NEVER, 60.0, np.clip((event.us - start.us) / DAY_US, 0, 60))
        made += [event.order != NEVER, np.log1p(gone)]
    return made


def _of_claim(own: Trial, n: int) -> list[NDArray[np.generic]]:
    """What was done and came of it in the claim's own terms."""
    if own.estimate is None:
        return []
    row, did = own.estimate.emulation.row, own.estimate.emulation.did
    made = []
    for values in (np.ones(len(row)), did[0], did[1], own.estimate.happened, did[0] & own.estimate.happened):
        column = np.zeros(n)
        column[row] = values
        made.append(column)
    return list(made)


def _elsewhere(context: Context) -> list[NDArray[np.generic]]:
    """The applicant's ratings of other interviews: their mean, 0 where there are none, and that there are."""
    value, applicant = _values(context, RATING), context.histories.applicant
    known = np.isfinite(value)
    plain = np.where(known, value, 0.0)
    total = np.bincount(applicant, weights=plain)[applicant] - plain
    number = np.bincount(applicant, weights=known.astype(np.float64))[applicant] - known
    middle = float(value[known].mean()) if known.any() else 0.0
    return [np.where(number > 0, total / np.maximum(number, 1) - middle, 0.0), number > 0]


def _drawn(value: FloatArray, columns: FloatArray, applicant: IntArray, rng: np.random.Generator) -> FloatArray:
    """A column with its gaps filled by values of those whose predicted value is near."""
    known = np.isfinite(value)
    people = int(applicant.max()) + 1
    times = np.bincount(rng.integers(0, people, people), minlength=people)[applicant]
    weight = np.where(known, times, 0.0)
    plain = np.where(known, value, 0.0)
    penalty = np.eye(columns.shape[1]) * _RIDGE
    beta = np.linalg.solve((columns * weight[:, None]).T @ columns + penalty, columns.T @ (weight * plain))
    predicted = columns @ beta
    order = np.flatnonzero(known)[np.argsort(predicted[known], kind="stable")]
    place = np.searchsorted(predicted[order], predicted[~known])
    reach = min(NEAREST, len(order))
    begin = np.clip(place - reach // 2, 0, len(order) - reach)
    made = value.copy()
    made[~known] = value[order[begin + rng.integers(0, reach, len(begin))]]
    return made
