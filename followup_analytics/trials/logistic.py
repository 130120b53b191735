"""Ridge logistic regression on counted cells, refitted without each jackknife group.

Rows are covariate patterns, not people: `n` decisions and `s` actions per pattern (and per applicant group) hold all
that the likelihood needs, so that fifty refits cost little more than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics.logistic import fit_logistic, weighted_gram

__all__ = ["ReplicatedFit", "Tally", "clustered_covariance", "fit_logistic", "fit_replicates"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_STEPS = 60


@dataclass(frozen=True)
class Tally:
    """Amounts by covariate pattern and applicant group, of which only the pairs that occur are kept.

    Attributes:
        pattern, group: shape (c,), each pair once, sorted by group.
        amount: shape (c,).
        patterns, groups: how many there are.
        reweighted: shape (P, 1 + G) or None: the sums of everything and without each group, where what a row counts for
            is itself estimated anew without the group, so that sums of `amount` would not do.
    """

    pattern: IntArray
    group: IntArray
    amount: FloatArray
    patterns: int
    groups: int
    reweighted: FloatArray | None = None

    @classmethod
    def of(
        cls, pattern: NDArray[np.signedinteger[Any]], group: IntArray, amount: FloatArray, patterns: int, groups: int
    ) -> Tally:
        """Sum amounts, shape (m,), over rows with their pattern and group."""
        pair, place = np.unique(group * patterns + pattern, return_inverse=True)
        summed = np.bincount(place, weights=amount, minlength=len(pair)).astype(np.float64)
        return cls(pair % patterns, pair // patterns, summed, patterns, groups)

    def total(self) -> FloatArray:
        """Sums over all groups, shape (P,)."""
        if self.reweighted is not None:
            return self.reweighted[:, 0]
        return np.bincount(self.pattern, weights=self.amount, minlength=self.patterns).astype(np.float64)

    def without(self, first: int, last: int) -> FloatArray:
        """Sums without group g, for g from `first` to `last` - 1, shape (P, last - first)."""
        if self.reweighted is not None:
            return self.reweighted[:, 1 + first : 1 + last]
        out = np.repeat(self.total()[:, None], last - first, axis=1)
        rows = slice(*np.searchsorted(self.group, [first, last]))
        np.subtract.at(out, (self.pattern[rows], self.group[rows] - first), self.amount[rows])
        # Sums of fractions may leave -1e-16 behind where a group held everything.
        return np.maximum(out, 0.0)

    def everything_and_without(self) -> FloatArray:
        """Column 0: all groups; column 1 + g: without group g; shape (P, 1 + G)."""
        return np.concatenate([self.total()[:, None], self.without(0, self.groups)], axis=1)


@dataclass(frozen=True)
class ReplicatedFit:
    """Coefficients of one model: column 0 of `beta` on everything, column 1 + g without group g; shape (k, 1 + G)."""

    beta: FloatArray

    def probabilities(self, design: FloatArray) -> FloatArray:
        """Fitted probabilities of each pattern in each replicate, shape (P, 1 + G)."""
        logits = design @ self.beta
        return np.asarray(expit(logits, out=logits), dtype=np.float64)


#: Replicates that are refitted at once: so many columns of patterns fit into a processor's cache.
_BLOCK = 10
#: Replicates serve for standard errors alone. Their steps shrink about fiftyfold from one to the next, so that after a
#: step below this what is left is a few millionths of a logit.
_REFIT_TOLERANCE = 2e-4


def fit_replicates(
    design: FloatArray, n: Tally, s: Tally, penalty: FloatArray | float = 0.0, weight: FloatArray | None = None
) -> ReplicatedFit:
    """Fit the model on everything, and again without each group.

    Args:
        design: shape (P, k).
        n, s: decisions and actions by pattern and group.
        penalty: as in `fit_logistic`.
        weight: shape (P, 1 + G) or None, weight of each pattern in each replicate.

    Returns:
        Coefficients of every replicate. Newton steps start from the fit on everything, each replicate with its own
        information matrix there, and go on until nothing moves; one that will not settle is fitted by itself.
    """
    ridge = np.broadcast_to(np.asarray(penalty, dtype=np.float64), (design.shape[1],))
    own = np.ones((len(design), 1)) if weight is None else weight
    n_all, s_all = n.total() * own[:, 0], s.total() * own[:, 0]
    first = fit_logistic(design, n_all, s_all, ridge)
    beta = np.repeat(first[:, None], 1 + n.groups, axis=1)
    curved = expit(design @ first)
    curved = curved * (1 - curved) * own[:, 0]
    everything = weighted_gram(design, n.total() * curved) + np.diag(ridge)
    bounds = np.searchsorted(n.group, np.arange(n.groups + 1))
    for begin in range(0, n.groups, _BLOCK):
        end = min(begin + _BLOCK, n.groups)
        left = [_without(design, n, curved, slice(bounds[g], bounds[g + 1]), everything) for g in range(begin, end)]
        mine = own if own.shape[1] == 1 else own[:, 1 + begin : 1 + end]
        counts = (n.without(begin, end) * mine, s.without(begin, end) * mine)
        beta[:, 1 + begin : 1 + end] = _refit(design, *counts, ridge, first, _inverses(np.stack(left)))
    return ReplicatedFit(beta)


def _without(design: FloatArray, n: Tally, curved: FloatArray, rows: slice, everything: FloatArray) -> FloatArray:
    """Information without the decisions in `rows`."""
    pattern = n.pattern[rows]
    return everything - weighted_gram(design[pattern], n.amount[rows] * curved[pattern])


def _inverses(matrices: FloatArray) -> FloatArray:
    """Inverses of symmetric matrices, shape (r, k, k); pseudo-inverses where one is singular."""
    try:
        return np.asarray(np.linalg.inv(matrices), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(matrices, hermitian=True), dtype=np.float64)


def _refit(
    design: FloatArray, n: FloatArray, s: FloatArray, ridge: FloatArray, start: FloatArray, inverses: FloatArray
) -> FloatArray:
    beta = np.repeat(start[:, None], n.shape[1], axis=1)
    moved = np.full(n.shape[1], np.inf)
    expected = expit(design @ start)[:, None]
    for turn in range(_STEPS):
        if turn:
            expected = expit(design @ beta)
        score = design.T @ (s - n * expected) - ridge[:, None] * beta
        step = np.einsum("rij,jr->ir", inverses, score)
        beta = beta + step
        moved = np.abs(step).max(axis=0, initial=0.0)
        if moved.max() < _REFIT_TOLERANCE or not np.isfinite(moved).all() or moved.max() > 1e3:
            break
    for r in np.flatnonzero(~(moved < 10 * _REFIT_TOLERANCE)):
        beta[:, r] = fit_logistic(design, n[:, r], s[:, r], ridge, start)
    return beta


def clustered_covariance(
    design: FloatArray, y: FloatArray, weight: FloatArray, beta: FloatArray, cluster: IntArray
) -> FloatArray:
    """Sandwich covariance of an unpenalised logistic fit, scores summed by cluster (CR0, no small-sample factor).

    Args:
        design: shape (m, k); y, weight: shape (m,), outcome (or share of outcomes) and weight of each row.
        beta: shape (k,); cluster: shape (m,), integers from 0.

    Source: K.-Y. Liang, S. Zeger (1986), Biometrika 73, 13-22.
    """
    p = expit(design @ beta)
    residual = weight * (y - p)
    scores = np.stack([np.bincount(cluster, weights=residual * column) for column in design.T], axis=1)
    bread = np.linalg.inv(weighted_gram(design, weight * p * (1 - p)))
    return np.asarray(bread @ (scores.T @ scores) @ bread, dtype=np.float64)
