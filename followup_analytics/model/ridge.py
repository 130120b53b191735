"""Ridge logistic regression on counted cells, by Newton's method, alone or for many sets of counts at once.

Minimised is the negative log-likelihood plus |b|^2 / (2 C), the intercept unpenalised: scikit-learn's meaning of C, so
that the coefficients equal those of its fit to one row per attempt.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.model.counts import Counts
from followup_analytics.statistics.logistic import add_penalty, logistic_derivatives
from followup_analytics.statistics.newton import Derivatives, damped_newton, newton, newton_solver

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Newton's method stops when no coefficient moves by more than this; cross-validation needs fewer digits.
TOLERANCE, ROUGH = 1e-10, 1e-6
_STEPS = 100
#: Rows of a design worked on at one time, and numbers of one that is made once and kept (160 MB).
_BLOCK, _KEPT = 65_536, 20_000_000
#: An intercept beyond this is a response that never or always comes: the fit has no finite answer.
_FAR = 30.0


class Design:
    """The 0/1 design of a set of patterns, intercept first, made in blocks from the patterns' codes."""

    def __init__(self, codes: IntArray, width: int) -> None:
        """Take codes of shape (P, terms) with values -1 (no column) to width - 1."""
        self.codes, self.width = codes, width
        self._cached = self._make(0, len(codes)) if len(codes) * (width + 1) <= _KEPT else None

    @property
    def rows(self) -> int:
        """Number of patterns."""
        return len(self.codes)

    def blocks(self) -> Iterator[tuple[slice, FloatArray]]:
        """The rows' slice and their part of the design, shape (rows, 1 + width)."""
        for start in range(0, self.rows, _BLOCK):
            rows = slice(start, min(start + _BLOCK, self.rows))
            yield rows, self._make(rows.start, rows.stop) if self._cached is None else self._cached[rows]

    def times(self, beta: FloatArray) -> FloatArray:
        """The linear predictor: shape (P,) or (P, R) for coefficients (k,) or (k, R)."""
        return (
            np.concatenate([block @ beta for _, block in self.blocks()])
            if self.rows
            else np.empty((0, *beta.shape[1:]))
        )

    def _make(self, start: int, stop: int) -> FloatArray:
        made = np.zeros((stop - start, self.width + 2))
        # Column width + 1 takes what has no coefficient, and is cut off.
        codes = self.codes[start:stop]
        columns = np.where(codes < 0, self.width + 1, codes + 1)
        made[np.arange(stop - start)[:, None], columns] = 1.0
        made[:, 0] = 1.0
        return made[:, : self.width + 1]


def design_of(counts: Counts) -> Design:
    """The design of counted cells."""
    return Design(counts.codes, counts.width)


def fit(
    design: Design,
    n: FloatArray,
    s: FloatArray,
    c: float,
    start: FloatArray | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> FloatArray:
    """Coefficients (1 + width,), intercept first, of one set of counts.

    n, s: shape (P,), attempts and responses by pattern. c: inverse strength of the penalty; infinity for none (then the
    smallest of the equally good answers). A step that makes things worse is halved. Without any attempt, or where all
    or none had a response, the intercept goes to the bound of +-30 and the other coefficients are 0.
    """
    k = design.width + 1
    total, events = float(n.sum()), float(s.sum())
    if not 0 < events < total:
        return np.concatenate([[np.sign(events - 0.5) * _FAR], np.zeros(k - 1)])
    ridge = np.concatenate([[0.0], np.full(k - 1, 0.0 if np.isinf(c) else 1.0 / c)])
    beta = np.concatenate([[np.log(events / (total - events))], np.zeros(k - 1)]) if start is None else start.copy()
    return damped_newton(lambda at: _derivatives(design, n, s, ridge, at), beta, tolerance=tolerance, steps=_STEPS)[0]


def fit_many(
    design: Design, n: FloatArray, s: FloatArray, c: float, start: FloatArray, *, tolerance: float = TOLERANCE
) -> FloatArray:
    """Coefficients (1 + width, R) of R sets of counts that differ little, such as all but one group of applicants.

    n, s: shape (P, R). All take Newton steps with the mean information at `start` (1 + width,), the fit to the whole; a
    set that does not settle so is fitted by itself.
    """
    k, sets = len(start), n.shape[1]
    ridge = np.concatenate([[0.0], np.full(k - 1, 0.0 if np.isinf(c) else 1.0 / c)])
    mean = n.mean(axis=1), s.mean(axis=1)
    solve = newton_solver(_derivatives(design, *mean, ridge, start)[2])

    def step_at(beta: FloatArray) -> FloatArray:
        score = -ridge[:, None] * beta
        for rows, block in design.blocks():
            score += block.T @ (s[rows] - n[rows] * expit(block @ beta))
        return solve(score)

    beta, step = newton(step_at, np.repeat(start[:, None], sets, axis=1), tolerance=tolerance, steps=_STEPS)
    moved = np.abs(step).max(axis=0)
    for place in np.flatnonzero(~(moved < max(tolerance, 1e-7)) | ~np.isfinite(beta).all(axis=0)):
        beta[:, place] = fit(design, n[:, place], s[:, place], c, tolerance=tolerance)
    return beta


def _derivatives(design: Design, n: FloatArray, s: FloatArray, ridge: FloatArray, beta: FloatArray) -> Derivatives:
    """Penalised negative log-likelihood, minus its gradient, and its second derivatives, added up block by block."""
    value, gradient, information = 0.0, np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    for rows, block in design.blocks():
        found = logistic_derivatives(block, n[rows], s[rows], beta)
        value, gradient, information = value + found[0], gradient + found[1], information + found[2]
    return add_penalty((value, gradient, information), ridge, beta)
