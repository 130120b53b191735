"""How good predictions are for applicants that the model has not seen, against the base rate, with clustered intervals.

All measures are per attempt. Intervals delete one group of applicants at a time from the predictions as they stand,
with Student's t(G - 1): they say how far the figures would move with other applicants, for these fitted models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtr

from followup_analytics.model.nested_rows import Measure
from followup_analytics.results.values import finite
from followup_analytics.statistics import Jackknife, jackknife_of_sums
from followup_analytics.statistics.newton import newton

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

METRICS = (
    "log_loss", "log_loss_base_rate", "brier", "brier_base_rate", "brier_skill",
    "calibration_slope", "calibration_intercept", "auc",
)  # fmt: skip
#: The base rate is not put to the test on less than this.
_FEWEST_GROUPS, _FEWEST_EVENTS = 10, 5
#: Predictions that differ by less than this on the logit scale count as one where there are very many of them.
_GRAIN, _MANY = 0.002, 20_000


@dataclass(frozen=True)
class FoldPredictions:
    """Predicted and observed, by cell.

    p, base: shape (M,), probabilities from the model and from the training data's overall rate. n, s: attempts and
    responses. group: the applicants' jackknife group, 0..G-1. fold: the set of predictions made by one fit.
    """

    p: FloatArray
    base: FloatArray
    n: FloatArray
    s: FloatArray
    group: IntArray
    fold: IntArray


@dataclass(frozen=True)
class Evaluation:
    """Measures by name, each with its limits (None where the data have no such number), and the test of the base rate.

    gain: how much log loss per attempt the model saves against the base rate. p_value: one-sided, of no gain.
    """

    metrics: dict[str, Measure]
    gain: Measure
    p_value: float | None

    @property
    def beats_base_rate(self) -> bool:
        """Whether the gain is more than chance would give (one-sided test at .05)."""
        return self.p_value is not None and self.p_value < 0.05 and (self.gain.estimate or 0.0) > 0


def evaluate(found: FoldPredictions) -> Evaluation:
    """All measures of a set of predictions.

    log_loss, brier: mean over attempts, with those of the base rate beside them; brier_skill = 1 - brier / brier of the
    base rate. calibration_intercept: a in logit P = a + logit p, 0 when right on average (calibration in the large);
    calibration_slope: b in logit P = a + b logit p, 1 when predictions spread as they should. auc: area under the curve
    within each fold, averaged over folds (pooled, a constant model can seem to know something).

    Source: E. Steyerberg and others (2010), Epidemiology 21, 128-138; B. Van Calster and others (2019), BMC Medicine
    17, 230.
    """
    sums = _group_sums(found)
    losses = jackknife_of_sums(sums, _means)
    gain = jackknife_of_sums(sums, lambda x: _ratio(x[:, 2] - x[:, 1], x[:, 0])[:, None])
    names = METRICS[:5]
    metrics = {name: _measure(losses, place) for place, name in enumerate(names)}
    calibration = _calibration(found)
    metrics["calibration_slope"] = _measure(calibration, 1)
    metrics["calibration_intercept"] = _measure(calibration, 0)
    metrics["auc"] = _bounded(_measure(_auc(found), 0))
    return Evaluation(metrics, _measure(gain, 0), _one_sided(gain) if _enough(found) else None)


def _enough(found: FoldPredictions) -> bool:
    """Whether a test can be asked for: ten groups of applicants, and five attempts of each kind."""
    events = float(found.s.sum())
    return (
        len(np.unique(found.group)) >= _FEWEST_GROUPS and min(events, float(found.n.sum()) - events) >= _FEWEST_EVENTS
    )


def _group_sums(found: FoldPredictions) -> FloatArray:
    p, base = np.clip(found.p, 1e-12, 1 - 1e-12), np.clip(found.base, 1e-12, 1 - 1e-12)
    n, s = found.n, found.s
    columns = [n]
    columns += [-(s * np.log(q) + (n - s) * np.log1p(-q)) for q in (p, base)]
    columns += [s * (1 - q) ** 2 + (n - s) * q**2 for q in (p, base)]
    groups = int(found.group.max()) + 1 if len(n) else 0
    return _by_group(found, columns, groups)


def _by_group(found: FoldPredictions, columns: Sequence[FloatArray], groups: int) -> FloatArray:
    sums = [np.bincount(found.group, weights=column, minlength=groups) for column in columns]
    return np.stack(sums, axis=1).astype(np.float64)


def _means(sums: FloatArray) -> FloatArray:
    n, loss, loss0, brier, brier0 = sums.T
    return np.stack(
        [_ratio(loss, n), _ratio(loss0, n), _ratio(brier, n), _ratio(brier0, n), 1 - _ratio(brier, brier0)], axis=1
    )


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _measure(found: Jackknife, place: int) -> Measure:
    low, high = found.limits()
    return Measure(estimate=finite(found.estimate[place]), conf_low=finite(low[place]), conf_high=finite(high[place]))


def _bounded(measure: Measure) -> Measure:
    """An area lies between 0 and 1, and so do its limits."""
    return Measure(**{name: None if value is None else min(max(value, 0.0), 1.0) for name, value in measure.items()})


def _one_sided(gain: Jackknife) -> float | None:
    estimate, se = float(gain.estimate[0]), float(gain.se[0])
    if not np.isfinite(estimate) or not np.isfinite(se) or se <= 0:
        return None
    return float(1.0 - stdtr(gain.df, estimate / se))


# --------------------------------------------------------------------------------------------- tables of predictions


@dataclass(frozen=True)
class _Table:
    """Attempts and responses (B, 1 + G) by distinct prediction: over everything, and without each group."""

    score: FloatArray
    n: FloatArray
    s: FloatArray


def _table(found: FoldPredictions, keep: NDArray[np.bool_], groups: int) -> _Table:
    score = logit(np.clip(found.p[keep], 1e-12, 1 - 1e-12))
    if len(score) > _MANY:
        score = np.round(score / _GRAIN) * _GRAIN
    values, place = np.unique(score, return_inverse=True)
    counted = []
    for weight in (found.n[keep], found.s[keep]):
        table = np.bincount(place * groups + found.group[keep], weights=weight, minlength=len(values) * groups)
        table = table.reshape(len(values), groups)
        whole = table.sum(axis=1, keepdims=True)
        counted.append(np.concatenate([whole, whole - table], axis=1))
    return _Table(np.asarray(values, dtype=np.float64), *counted)


def _as_jackknife(columns: FloatArray, groups: int) -> Jackknife:
    """Column 0 as the estimate (k,), the others as replicates."""
    if groups < 2:
        return Jackknife(columns[:, 0], np.empty((0, len(columns))), np.empty(0), 0)
    return Jackknife(columns[:, 0], columns[:, 1:].T, np.full(groups, (groups - 1) / groups), groups - 1)


def _calibration(found: FoldPredictions) -> Jackknife:
    """Calibration intercept (with slope 1) and slope, by Newton's method on all replicates at once."""
    groups = int(found.group.max()) + 1 if len(found.n) else 0
    if not groups:
        return _as_jackknife(np.full((2, 1), np.nan), 0)
    table = _table(found, np.ones(len(found.n), dtype=bool), groups)
    both = (table.s.sum(axis=0) > 0) & (table.s.sum(axis=0) < table.n.sum(axis=0))
    intercept = np.where(both, _intercept(table), np.nan)
    # Base rates of different folds differ, and say nothing of the applicants in them.
    spread = any(float(np.ptp(found.p[found.fold == fold])) > 1e-9 for fold in np.unique(found.fold))
    slope = np.where(both, _slope(table), np.nan) if spread else np.full(1 + groups, np.nan)
    return _as_jackknife(np.stack([intercept, slope]), groups)


def _intercept(table: _Table) -> FloatArray:
    def step_at(a: FloatArray) -> FloatArray:
        p = expit(table.score[:, None] + a)
        weight = np.maximum((table.n * p * (1 - p)).sum(axis=0), 1e-12)
        return np.asarray((table.s - table.n * p).sum(axis=0) / weight, dtype=np.float64)

    return newton(step_at, np.zeros(table.n.shape[1]), tolerance=1e-10, steps=50, longest=2.0)[0]


def _slope(table: _Table) -> FloatArray:
    x = table.score[:, None]

    def step_at(line: FloatArray) -> FloatArray:
        a, b = line
        p = expit(np.clip(a + b * x, -500, 500))
        w, r = table.n * p * (1 - p), table.s - table.n * p
        w0, w1, w2 = w.sum(axis=0), (w * x).sum(axis=0), (w * x * x).sum(axis=0)
        det = w0 * w2 - w1**2
        safe = np.where(det > 1e-12 * np.maximum(w0 * w2, 1e-300), det, np.inf)
        r0, r1 = r.sum(axis=0), (r * x).sum(axis=0)
        return np.stack([(w2 * r0 - w1 * r1) / safe, (w0 * r1 - w1 * r0) / safe])

    start = np.stack([np.zeros(table.n.shape[1]), np.ones(table.n.shape[1])])
    (_, slope), step = newton(step_at, start, tolerance=1e-10, steps=50, longest=5.0)
    settled = (np.abs(step) < 1e-6).all(axis=0) & (np.abs(slope) < 50)
    return np.where(settled, slope, np.nan)


def _auc(found: FoldPredictions) -> Jackknife:
    """Mean over folds of the area under the curve in each, for everything and without each group."""
    groups = int(found.group.max()) + 1 if len(found.n) else 0
    areas = [_area(_table(found, found.fold == fold, groups)) for fold in np.unique(found.fold)]
    if not areas:
        return _as_jackknife(np.full((1, 1), np.nan), 0)
    stacked = np.stack(areas)
    # Folds in which everyone or nobody heard back have no area; a replicate averages the same folds as the estimate.
    usable = np.isfinite(stacked[:, 0])
    mean = stacked[usable].mean(axis=0) if usable.any() else np.full(stacked.shape[1], np.nan)
    return _as_jackknife(mean[None, :], groups)


def _area(table: _Table) -> FloatArray:
    """Share of pairs, one answered and one not, in which the answered one was given more; ties count half."""
    lost = table.n - table.s
    below = np.cumsum(lost, axis=0) - lost
    won = (table.s * (below + lost / 2)).sum(axis=0)
    pairs = table.s.sum(axis=0) * lost.sum(axis=0)
    return _ratio(won, pairs)


def grouped_means(found: FoldPredictions, statistic: Callable[[FloatArray], FloatArray]) -> Jackknife:
    """Jackknife a statistic of the groups' sums of (attempts, responses, predicted responses)."""
    groups = int(found.group.max()) + 1 if len(found.n) else 0
    columns = (found.n, found.s, found.n * found.p)
    return jackknife_of_sums(_by_group(found, columns, groups), statistic)
