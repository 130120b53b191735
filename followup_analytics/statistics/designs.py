"""Design matrices of rows that share few levels: dense where they are few, by lookup of levels where they are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.logistic import newton_solver, weighted_gram

FloatArray = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]
Rows = NDArray[Any]

#: Up to so many rows a design is kept as a matrix, and its products are exact.
DENSE = 20_000


@dataclass(frozen=True)
class Term:
    """What one covariate adds to a design.

    Attributes:
        name: of the covariate; names: of its columns.
        basis: shape (L, c), the columns' values at each of the covariate's levels.
        common, apart: shape (c,), ridge penalties of a coefficient, and of what one block's differs from all blocks'.
        pair: shape (L, d), centred columns of which products with other terms' may be made; pair_names: of them.
    """

    name: str
    names: tuple[str, ...]
    basis: FloatArray
    common: FloatArray
    apart: FloatArray
    pair: FloatArray
    pair_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Design:
    """Rows of a regression with a constant first; row r of term j is `terms[j].basis[codes[j][r]]`.

    Attributes:
        terms: the covariates; codes: for each, shape (r,).
        rows: number of rows.
    """

    terms: tuple[Term, ...]
    codes: tuple[Ints, ...]
    rows: int
    _matrix: FloatArray | None = field(default=None, repr=False)

    @cached_property
    def width(self) -> int:
        """Number of columns, the constant included."""
        return 1 + sum(len(term.names) for term in self.terms)

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns stand for."""
        return ("constant", *(name for term in self.terms for name in term.names))

    @cached_property
    def matrix(self) -> FloatArray | None:
        """All rows as a matrix (r, k); None where they are too many."""
        if self._matrix is not None:
            return self._matrix
        return self._some(np.arange(self.rows)) if self.rows <= DENSE else None

    def take(self, rows: Rows) -> Design:
        """These rows alone, given as places or as a mask."""
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        kept = self.matrix[rows] if self.matrix is not None else None
        codes = self.codes if kept is not None else tuple(code[rows] for code in self.codes)
        return replace(self, codes=codes, rows=len(rows), _matrix=kept)

    def joined(self, terms: Sequence[Term], codes: Sequence[Ints]) -> Design:
        """The design with further terms behind its own."""
        return Design((*self.terms, *terms), (*self.codes, *codes), self.rows)

    def times(self, coefficients: FloatArray) -> FloatArray:
        """X b, shape (r,) or (r, q)."""
        if self.matrix is not None:
            return np.asarray(self.matrix @ coefficients, dtype=np.float64)
        out = np.broadcast_to(coefficients[0], (self.rows, *coefficients.shape[1:])).copy()
        for term, code, columns in self._parts():
            out += (term.basis @ coefficients[columns])[code]
        return out

    def sums(self, values: FloatArray) -> FloatArray:
        """X'v, shape (k,) or (k, q)."""
        if self.matrix is not None:
            return np.asarray(self.matrix.T @ values, dtype=np.float64)
        out = np.empty((self.width, *values.shape[1:]))
        out[0] = values.sum(axis=0)
        for term, code, columns in self._parts():
            if values.ndim == 1:
                by_level = np.bincount(code, weights=values, minlength=len(term.basis))
            else:
                by_level = np.stack([np.bincount(code, weights=v, minlength=len(term.basis)) for v in values.T], axis=1)
            out[columns] = term.basis.T @ by_level
        return out

    def gram(self, weight: FloatArray) -> FloatArray:
        """X'WX, shape (k, k); of many rows from every so many-th of them, scaled up, which is as good for a step."""
        if self.matrix is not None:
            return weighted_gram(self.matrix, weight)
        stride = -(-self.rows // DENSE)
        some = np.arange(0, self.rows, stride)
        return weighted_gram(self._some(some), weight[some] * stride)

    def solver(self, weight: FloatArray, penalty: FloatArray) -> Callable[[FloatArray], FloatArray]:
        """What solves (X'WX + diag(penalty)) z = b exactly, for b of shape (k,) or (k, q)."""
        rough = newton_solver(self.gram(weight) + np.diag(penalty))
        if self.matrix is not None:
            return rough
        return lambda b: refined(lambda z: self.sums(_scaled(weight, self.times(z))) + _scaled(penalty, z), rough, b)

    def leverage(self, weight: FloatArray, penalty: FloatArray) -> FloatArray:
        """Each row's own part in its fit, w x'(X'WX + diag(penalty))^-1 x, shape (r,); 0 where rows are many."""
        if self.matrix is None:
            return np.zeros(self.rows)
        half = newton_solver(self.gram(weight) + np.diag(penalty))(self.matrix.T)
        return np.asarray(weight * np.einsum("rk,kr->r", self.matrix, half), dtype=np.float64)

    def _parts(self) -> Sequence[tuple[Term, Ints, slice]]:
        made, begin = [], 1
        for term, code in zip(self.terms, self.codes, strict=True):
            made.append((term, code, slice(begin, begin + len(term.names))))
            begin += len(term.names)
        return made

    def _some(self, rows: Rows) -> FloatArray:
        out = np.ones((len(rows), self.width))
        for term, code, columns in self._parts():
            out[:, columns] = term.basis[code[rows]]
        return out


def _scaled(by: FloatArray, values: FloatArray) -> FloatArray:
    return by * values if values.ndim == 1 else by[:, None] * values


def refined(
    matrix: Callable[[FloatArray], FloatArray], rough: Callable[[FloatArray], FloatArray], b: FloatArray
) -> FloatArray:
    """Solve by conjugate-free refinement: a rough solver corrects what is left until nothing is."""
    found = rough(b)
    for _ in range(30):
        rest = b - matrix(found)
        found = found + rough(rest)
        if np.abs(rest).max(initial=0.0) <= 1e-9 * np.abs(b).max(initial=0.0):
            break
    return found
