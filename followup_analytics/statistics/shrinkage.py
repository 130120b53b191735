"""Logistic regressions of blocks whose coefficients are drawn towards common ones, by one block-arrow Newton."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.designs import Curvature, Design, solved
from followup_analytics.statistics.logistic import expected_and_cost
from followup_analytics.statistics.newton import Slopes, damped_newton, newton_solver

FloatArray = NDArray[np.float64]

#: Of many rows the curvature is known roughly, and steps shrink tenfold and not by squaring.
_STEPS, _HALVINGS, _TOLERANCE, _ROUGH = 50, 20, 1e-7, 1e-6


@dataclass(frozen=True)
class Shrunk:
    """Coefficients of blocks that are drawn together.

    Attributes:
        beta: shape (T, k), of each block; common: shape (k,).
        grams: each block's information, shape (k, k); apart, own: shape (k,), penalties as in `fit_shrunk`.
        designs, weights: of the blocks' rows: what they hold and how much each tells, shape (r,).
    """

    beta: FloatArray
    common: FloatArray
    grams: tuple[FloatArray, ...]
    apart: FloatArray
    own: FloatArray
    designs: tuple[Design, ...]
    weights: tuple[FloatArray, ...]

    def solve(self, scores: Sequence[FloatArray]) -> list[FloatArray]:
        """Movements of the blocks' coefficients for scores of them, each (k, q): the inverse of the arrow matrix."""
        shape = scores[0].shape
        stacked = np.stack([*scores, np.zeros(shape)])
        arrow = self._arrow
        if all(design.matrix is not None for design in self.designs):
            found = arrow.solve(stacked)
        else:
            found = solved(self._product, arrow.solve, stacked)
        return list(found[:-1])

    @cached_property
    def leverages(self) -> list[FloatArray]:
        """Each row's own part in its block's fit, shape (r,) a block; 0 in blocks of many rows."""
        arrow = self._arrow
        made = []
        for place, (design, weight) in enumerate(zip(self.designs, self.weights, strict=True)):
            made.append(design.leverage(weight, arrow.diagonal(place)))
        return made

    @cached_property
    def _arrow(self) -> Arrow:
        return Arrow.of(self.grams, self.apart, self.own)

    def _product(self, z: FloatArray) -> FloatArray:
        common = z[-1]
        pull = self.apart[:, None] if z.ndim == 3 else self.apart
        own = self.own[:, None] if z.ndim == 3 else self.own
        out = np.empty_like(z)
        for place, (design, weight) in enumerate(zip(self.designs, self.weights, strict=True)):
            moved = design.times(z[place])
            out[place] = design.sums(moved * (weight[:, None] if moved.ndim == 2 else weight))
            out[place] += pull * (z[place] - common)
        out[-1] = own * common + pull * (len(z) - 1) * common - pull * z[:-1].sum(axis=0)
        return out


@dataclass(frozen=True)
class Arrow:
    """The arrow matrix of T blocks and their common coefficients, ready to be solved."""

    inverses: FloatArray
    apart: FloatArray
    middle: FloatArray

    @classmethod
    def of(cls, grams: Sequence[FloatArray], apart: FloatArray, own: FloatArray) -> Arrow:
        """Factor blocks gram_t + diag(apart), coupled by -diag(apart) to diag(T apart + own)."""
        inverses = np.stack([_inverse(gram + np.diag(apart)) for gram in grams])
        middle = np.diag(len(grams) * apart + own) - apart[:, None] * inverses.sum(axis=0) * apart[None, :]
        return cls(inverses, apart, _inverse(middle))

    def solve(self, b: FloatArray) -> FloatArray:
        """Solve for right sides of shape (T + 1, k) or (T + 1, k, q), the common coefficients last."""
        pull = self.apart[:, None] if b.ndim == 3 else self.apart
        alone = np.stack([inverse @ one for inverse, one in zip(self.inverses, b[:-1], strict=True)])
        common = self.middle @ (b[-1] + pull * alone.sum(axis=0))
        back = np.stack([inverse @ (pull * common) for inverse in self.inverses])
        return np.concatenate([alone + back, common[None]])

    def diagonal(self, block: int) -> FloatArray:
        """The block's own part of the inverse, shape (k, k)."""
        inverse = self.inverses[block]
        bent = inverse * self.apart[None, :]
        return np.asarray(inverse + bent @ self.middle @ bent.T, dtype=np.float64)


def _inverse(matrix: FloatArray) -> FloatArray:
    return newton_solver(matrix)(np.eye(len(matrix)))


def fit_shrunk(
    designs: Sequence[Design],
    n: Sequence[FloatArray],
    s: Sequence[FloatArray],
    own: FloatArray,
    apart: FloatArray,
    start: FloatArray | None = None,
) -> Shrunk:
    """Fit P(event) in every block by penalised likelihood, blocks drawn towards common coefficients.

    Args:
        designs: one a block, with the same k columns.
        n, s: trials and events of each row, one array (r,) a block; fractions allowed.
        own: shape (k,), ridge penalty of the common coefficients; apart: shape (k,), of each block's distance from
        them. start: shape (T, k), where to start.

    Returns:
        The minimum of minus the log-likelihood + 1/2 [sum over blocks of apart (b_t - B)^2 + own B^2].

    Source: A. Gelman, J. Hill (2007), Data Analysis Using Regression and Multilevel Models, ch. 12 (partial pooling,
    here with fixed shrinkage); the elimination of block-arrow systems is Schur's.
    """
    tolerance = tolerance_of(*designs)
    curvatures = [Curvature(design) for design in designs]
    at = np.zeros((len(designs) + 1, designs[0].width))
    if start is not None:
        at[:-1], at[-1] = start, start.mean(axis=0)
    state = _state(designs, n, s, own, apart, at)
    grams: tuple[FloatArray, ...] = ()
    arrow: Arrow | None = None
    for turn in range(_STEPS):
        before = grams
        grams = tuple(curved.at(weight) for curved, weight in zip(curvatures, state.weights, strict=True))
        if arrow is None or any(one is not other for one, other in zip(grams, before, strict=True)):
            arrow = Arrow.of(grams, apart, own)
        step = arrow.solve(state.gradient)
        for _ in range(_HALVINGS):
            found = _state(designs, n, s, own, apart, at + step)
            if found.value <= state.value + 1e-10 * (1 + abs(state.value)):
                break
            step = step / 2
        at, state = at + step, found
        if turn and np.abs(step).max(initial=0.0) < tolerance:
            break
    return Shrunk(at[:-1], at[-1], grams, apart, own, tuple(designs), tuple(state.weights))


@dataclass(frozen=True)
class _State:
    """Value, minus the gradient (T + 1, k), and each row's curvature."""

    value: float
    gradient: FloatArray
    weights: list[FloatArray]


def _state(
    designs: Sequence[Design],
    n: Sequence[FloatArray],
    s: Sequence[FloatArray],
    own: FloatArray,
    apart: FloatArray,
    at: FloatArray,
) -> _State:
    common, away = at[-1], at[:-1] - at[-1]
    value = float(own @ common**2 + (away**2 @ apart).sum()) / 2
    gradient = np.concatenate([-apart * away, (apart * away.sum(axis=0) - own * common)[None]])
    weights = []
    for place, design in enumerate(designs):
        eta = design.times(at[place])
        p, cost = expected_and_cost(n[place], s[place], eta)
        value += cost
        gradient[place] += design.sums(s[place] - n[place] * p)
        weights.append(n[place] * p * (1 - p))
    return _State(value, gradient, weights)


def fit_rows(
    design: Design, n: FloatArray, s: FloatArray, penalty: FloatArray, start: FloatArray | None = None
) -> FloatArray:
    """Fit P(event) on a design's rows with a ridge, shape (k,): n trials, s events, both with weights in them."""

    curvature = Curvature(design)

    def derivatives(beta: FloatArray) -> Slopes:
        p, cost = expected_and_cost(n, s, design.times(beta))
        value = cost + float(penalty @ beta**2) / 2
        gradient = design.sums(s - n * p) - penalty * beta
        bend = curvature.later(n * p * (1 - p))
        return value, gradient, lambda: bend() + np.diag(penalty)

    first = np.zeros(design.width) if start is None else start
    return damped_newton(derivatives, first, tolerance=tolerance_of(design))[0]


def tolerance_of(*designs: Design) -> float:
    """Largest movement of a coefficient at which a search on these rows may stop."""
    return _TOLERANCE if all(design.matrix is not None for design in designs) else _ROUGH
