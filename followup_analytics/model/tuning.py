"""The strength of the penalty by grouped cross-validation, and predictions for applicants that a fit has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.model.counts import Counts
from followup_analytics.model.ridge import ROUGH, Design, fit, fit_many

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Strengths tried (scikit-learn's C, larger is freer), and the one taken where the data can't choose.
GRID = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
DEFAULT_C = 0.1
FOLDS = 5
#: With so many patterns the choice hardly matters and costs minutes: a shorter list does.
_MANY_PATTERNS, _SHORT_GRID = 150_000, (0.1, 1.0)


@dataclass(frozen=True)
class OutOfFold:
    """What each cell is predicted by a model fitted without its applicants.

    fold: shape (M,), the fold of each cell. p, base: shape (M,), predicted by the model, and the response rate of the
    folds that trained it. c: shape (F,), the strength chosen in each fold's training data. by_pattern: shape (P, F),
    the prediction of each pattern by the model without each fold.
    """

    fold: IntArray
    p: FloatArray
    base: FloatArray
    c: FloatArray
    by_pattern: FloatArray


def folds_of_groups(groups: int, seed: int = 0) -> IntArray:
    """The fold (0..F-1, F = min(5, groups)) of each jackknife group; all of an applicant's attempts share one.

    Groups are stable hashes of applicants already, so seed 0 takes them in their order; another seed shuffles them.
    """
    order = np.arange(groups) if seed == 0 else np.random.default_rng(seed).permutation(groups)
    return np.asarray(order % max(min(FOLDS, groups), 1), dtype=np.int64)


def base_rate(n: float, s: float) -> float:
    """Responses per attempt; where none or all had one, half an attempt is added to each side."""
    if n <= 0:
        return 0.5
    return s / n if 0 < s < n else (s + 0.5) / (n + 1.0)


def log_loss_of(p: FloatArray, n: FloatArray, s: FloatArray) -> float:
    """Sum over attempts of -log of the probability given to what happened."""
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return float(-(s * np.log(p) + (n - s) * np.log1p(-p)).sum())


def choose_c(counts: Counts, design: Design, members: IntArray, grid: Sequence[float] | None = None) -> float:
    """The strength with the least log loss on applicants left out; of equal ones the stronger penalty.

    members: shape (G,), the fold of each group; fewer than two folds, or a fold without both kinds of outcome in what
    is left for training, leave the default.
    """
    if (int(members.max()) + 1 if len(members) else 0) < 2 or design.width == 0:
        return DEFAULT_C
    strengths = _grid(counts, grid)
    return _least(left_out_losses(counts, design, members, strengths), strengths)


def left_out_losses(counts: Counts, design: Design, members: IntArray, grid: Sequence[float]) -> FloatArray:
    """Log loss of all attempts, each predicted by the fit without its fold, for each strength; members as above."""
    held_n, held_s = counts.by_part(members, int(members.max()) + 1)
    train_n, train_s = held_n.sum(axis=1, keepdims=True) - held_n, held_s.sum(axis=1, keepdims=True) - held_s
    return np.array([log_loss_of(found, held_n, held_s) for found in _paths(design, train_n, train_s, grid)])


def out_of_fold(counts: Counts, design: Design, members: IntArray, grid: Sequence[float] | None = None) -> OutOfFold:
    """Predict every cell by a model of the other folds, whose strength was chosen within those folds alone.

    The choice within the folds other than k leaves out a further fold j, so that one fit for each pair serves twice.
    """
    strengths, parts = _grid(counts, grid), int(members.max()) + 1
    held_n, held_s = counts.by_part(members, parts)
    chosen = _nested_choice(design, held_n, held_s, strengths) if parts >= 3 else np.full(parts, DEFAULT_C)
    fold = members[counts.group]
    by_pattern, base = np.empty((design.rows, parts)), np.empty(len(fold))
    for k in range(parts):
        n, s = held_n.sum(axis=1) - held_n[:, k], held_s.sum(axis=1) - held_s[:, k]
        base[fold == k] = base_rate(float(n.sum()), float(s.sum()))
        by_pattern[:, k] = predict_patterns(design, n, s, float(chosen[k]))
    return OutOfFold(fold, by_pattern[counts.pattern, fold], base, chosen, by_pattern)


def predict_patterns(design: Design, n: FloatArray, s: FloatArray, c: float) -> FloatArray:
    """Probabilities (P,) of all patterns by a model of these counts; their overall rate where all are of one kind."""
    if not 0 < s.sum() < n.sum():
        return np.full(design.rows, base_rate(float(n.sum()), float(s.sum())))
    return np.asarray(expit(design.times(fit(design, n, s, c))), dtype=np.float64)


def _nested_choice(design: Design, held_n: FloatArray, held_s: FloatArray, grid: Sequence[float]) -> FloatArray:
    parts = held_n.shape[1]
    pairs = [(k, j) for k in range(parts) for j in range(k)]
    train_n = np.stack([held_n.sum(axis=1) - held_n[:, k] - held_n[:, j] for k, j in pairs], axis=1)
    train_s = np.stack([held_s.sum(axis=1) - held_s[:, k] - held_s[:, j] for k, j in pairs], axis=1)
    losses = np.zeros((len(grid), parts))
    for place, probabilities in enumerate(_paths(design, train_n, train_s, grid)):
        for column, (k, j) in enumerate(pairs):
            losses[place, k] += log_loss_of(probabilities[:, column], held_n[:, j], held_s[:, j])
            losses[place, j] += log_loss_of(probabilities[:, column], held_n[:, k], held_s[:, k])
    return np.array([_least(losses[:, k], grid) for k in range(parts)])


def _paths(design: Design, n: FloatArray, s: FloatArray, grid: Sequence[float]) -> list[FloatArray]:
    """Predicted probabilities (P, R) of R training sets for each strength, from the strongest penalty on."""
    both = (s.sum(axis=0) > 0) & (s.sum(axis=0) < n.sum(axis=0))
    constant = np.array([base_rate(*pair) for pair in zip(n.sum(axis=0), s.sum(axis=0), strict=True)])
    made = []
    start = None
    for c in grid:
        found = np.repeat(constant[None, :], design.rows, axis=0)
        if both.any():
            start = fit(design, n[:, both].mean(axis=1), s[:, both].mean(axis=1), c, start, tolerance=ROUGH)
            many = fit_many(design, n[:, both], s[:, both], c, start, tolerance=ROUGH)
            found[:, both] = expit(design.times(many))
        made.append(found)
    return made


def _grid(counts: Counts, grid: Sequence[float] | None) -> Sequence[float]:
    return grid if grid is not None else _SHORT_GRID if counts.patterns > _MANY_PATTERNS else GRID


def _least(losses: FloatArray, grid: Sequence[float]) -> float:
    return float(grid[int(np.argmin(np.round(losses, 9)))])
