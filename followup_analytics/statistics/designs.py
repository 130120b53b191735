"""Design matrices of rows that share few levels: dense where they are few, by lookup of levels where they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.logistic import weighted_gram
from followup_analytics.statistics.newton import newton_solver

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Ints = NDArray[np.signedinteger[Any]]
Rows = NDArray[Any]

#: Up to so many rows a design is kept as a matrix, and its products are exact.
DENSE = 8_192
#: Of more rows so many, evenly spread, tell the curvature well enough for a step.
SPREAD = 8_192
#: Up to so many rows each row's own leverage is worked out; of more it is next to nothing.
LEVERAGES = 20_000
#: Terms are looked up together while their joint levels are no more than this.
JOINT = 2_048
#: A system is solved when what is left is so small a part of what was asked.
_SOLVED = 1e-4


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
class Pack:
    """Several terms that are looked up together.

    Attributes:
        codes: shape (r,), the rows' joint levels, below `size`.
        terms: places of the terms; levels: for each, shape (size,), its own level at each joint one.
    """

    codes: NDArray[np.int32]
    size: int
    terms: tuple[int, ...]
    levels: tuple[IntArray, ...]


class Curvature:
    """X'WX as weights change from step to step: anew each time where it is exact, three times where it is rough."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._turns = 0
        self._last: FloatArray = np.empty((0, 0))

    def at(self, weight: FloatArray) -> FloatArray:
        """The matrix, shape (k, k), at these weights or at ones that are near enough."""
        if self._design.matrix is not None or self._turns < _TURNS:
            self._last = self._design.gram(weight)
            self._turns += 1
        return self._last

    def later(self, weight: FloatArray) -> Callable[[], FloatArray]:
        """`at` these weights when it is asked for; a rough one now, as it counts the points that a search tries."""
        if self._design.matrix is not None:
            return lambda: self.at(weight)
        made = self.at(weight)
        return lambda: made


#: So often a rough curvature is made anew before it is kept.
_TURNS = 3


@dataclass(frozen=True)
class Design:
    """Rows of a regression with a constant first.

    Attributes:
        terms: the covariates; packs: where the rows stand in them.
        rows: number of rows.
    """

    terms: tuple[Term, ...]
    packs: tuple[Pack, ...]
    rows: int
    _matrix: FloatArray | None = field(default=None, repr=False)

    @classmethod
    def of(cls, terms: Sequence[Term], codes: Sequence[Ints], rows: int) -> Design:
        """A design of rows whose level of term j is `codes[j]`, shape (r,)."""
        packs: list[Pack] = []
        begin = 0
        sizes = [len(term.basis) for term in terms]
        while begin < len(terms):
            end, size = begin + 1, sizes[begin]
            while end < len(terms) and size * sizes[end] <= JOINT:
                size *= sizes[end]
                end += 1
            joint = np.zeros(rows, dtype=np.int32)
            for place in range(begin, end):
                joint *= np.int32(sizes[place])
                joint += codes[place].astype(np.int32)
            packs.append(Pack(joint, size, tuple(range(begin, end)), _levels_of(sizes[begin:end])))
            begin = end
        return cls(tuple(terms), tuple(packs), rows)

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
        packs = tuple(Pack(pack.codes[rows], pack.size, pack.terms, pack.levels) for pack in self.packs)
        return Design(self.terms, packs, len(rows), kept)

    def codes_of(self, place: int) -> IntArray:
        """Each row's level of a term, shape (r,)."""
        pack = next(pack for pack in self.packs if place in pack.terms)
        return np.asarray(pack.levels[pack.terms.index(place)][pack.codes], dtype=np.int64)

    def joined(self, terms: Sequence[Term], pairs: Sequence[tuple[int, int]]) -> Design:
        """The design with further terms, whose levels are the joint levels of two of its own, behind them."""
        packs = list(self.packs)
        for number, (one, other) in enumerate(pairs):
            place = len(self.terms) + number
            size = len(self.terms[other].basis)
            home = next((at for at, pack in enumerate(packs) if one in pack.terms and other in pack.terms), None)
            if home is None:
                codes = (self.codes_of(one) * size + self.codes_of(other)).astype(np.int32)
                levels = len(self.terms[one].basis) * size
                packs.append(Pack(codes, levels, (place,), (np.arange(levels),)))
            else:
                pack = packs[home]
                first, second = (pack.levels[pack.terms.index(at)] for at in (one, other))
                packs[home] = Pack(pack.codes, pack.size, (*pack.terms, place), (*pack.levels, first * size + second))
        return Design((*self.terms, *terms), tuple(packs), self.rows)

    def times(self, coefficients: FloatArray) -> FloatArray:
        """X b, shape (r,) or (r, q)."""
        if self.matrix is not None:
            return np.asarray(self.matrix @ coefficients, dtype=np.float64)
        out = np.broadcast_to(coefficients[0], (self.rows, *coefficients.shape[1:])).copy()
        tables = []
        for pack, members in self._members():
            table = np.zeros((pack.size, *coefficients.shape[1:]))
            for term, columns, level in members:
                table += (term.basis @ coefficients[columns])[level]
            tables.append(table)
        if self.packs:
            out += self._lookup @ np.concatenate(tables)
        return out

    def sums(self, values: FloatArray) -> FloatArray:
        """X'v, shape (k,) or (k, q)."""
        if self.matrix is not None:
            return np.asarray(self.matrix.T @ values, dtype=np.float64)
        out = np.empty((self.width, *values.shape[1:]))
        out[0] = values.sum(axis=0)
        if not self.packs:
            return out
        totals, begin = self._turned @ values, 0
        for pack, members in self._members():
            joint = totals[begin : begin + pack.size]
            begin += pack.size
            for term, columns, level in members:
                out[columns] = term.basis.T @ _added(level, joint, len(term.basis))
        return out

    def gram(self, weight: FloatArray) -> FloatArray:
        """X'WX, shape (k, k); of many rows from evenly spread ones, scaled up, which is as good for a step."""
        if self.matrix is not None:
            return weighted_gram(self.matrix, weight)
        rows, matrix = self._spread
        total = float(weight.sum())
        part = weight[rows]
        return weighted_gram(matrix, part) * (total / max(float(part.sum()), 1e-300))

    def exact_gram(self, weight: FloatArray) -> FloatArray:
        """X'WX of all rows, shape (k, k), also where they are many."""
        if self.matrix is not None:
            return self.gram(weight)
        parts = [np.arange(begin, min(begin + SPREAD, self.rows)) for begin in range(0, self.rows, SPREAD)]
        return np.asarray(sum(weighted_gram(self._some(rows), weight[rows]) for rows in parts), dtype=np.float64)

    def ridge(self, weight: FloatArray, penalty: FloatArray) -> Ridge:
        """A fit's own matrix X'WX + diag(penalty), ready to be solved."""
        return Ridge(self, weight, penalty)

    def leverage(self, weight: FloatArray, inverse: FloatArray) -> FloatArray:
        """Each row's own part in a fit, w x'(inverse)x, shape (r,); 0 where rows are many."""
        if self.matrix is not None:
            return np.asarray(weight * np.einsum("rk,rk->r", self.matrix @ inverse, self.matrix), dtype=np.float64)
        found = np.zeros(self.rows)
        if self.rows <= LEVERAGES:
            for begin in range(0, self.rows, SPREAD):
                some = self._some(np.arange(begin, min(begin + SPREAD, self.rows)))
                found[begin : begin + SPREAD] = np.einsum("rk,rk->r", some @ inverse, some)
        return weight * found

    @cached_property
    def _lookup(self) -> Any:
        """Sparse (r, L) with a 1 at each row's joint level of each pack, packs side by side, for one pass over all."""
        from scipy.sparse import csr_array

        places = np.empty((self.rows, len(self.packs)), dtype=np.int32)
        begin = 0
        for at, pack in enumerate(self.packs):
            np.add(pack.codes, np.int32(begin), out=places[:, at])
            begin += pack.size
        ends = np.arange(self.rows + 1, dtype=np.int32) * np.int32(len(self.packs))
        # All designs share their ones: a trial keeps many designs, and these would be most of what they take.
        ones = _ones(max(places.size - 1, 0).bit_length())[: places.size]
        return csr_array((ones, places.ravel(), ends), shape=(self.rows, begin))

    @cached_property
    def _turned(self) -> Any:
        """`_lookup` the other way round, kept since turning it checks every place anew."""
        return self._lookup.T

    @cached_property
    def _spread(self) -> tuple[IntArray, FloatArray]:
        rows = np.linspace(0, self.rows - 1, SPREAD).astype(np.int64)
        return rows, self._some(rows)

    @cached_property
    def _columns(self) -> tuple[slice, ...]:
        ends = np.cumsum([1, *(len(term.names) for term in self.terms)])
        return tuple(slice(int(a), int(b)) for a, b in pairwise(ends))

    def _members(self) -> Iterator[tuple[Pack, list[tuple[Term, slice, IntArray]]]]:
        for pack in self.packs:
            yield (
                pack,
                [
                    (self.terms[place], self._columns[place], level)
                    for place, level in zip(pack.terms, pack.levels, strict=True)
                ],
            )

    def _some(self, rows: Rows) -> FloatArray:
        out = np.ones((len(rows), self.width))
        for pack, members in self._members():
            codes = pack.codes[rows]
            for term, columns, level in members:
                out[:, columns] = term.basis[level[codes]]
        return out


class Ridge:
    """X'WX + diag(penalty) of a design, factored once for its solutions and its leverages."""

    def __init__(self, design: Design, weight: FloatArray, penalty: FloatArray) -> None:
        self._design, self._weight, self._penalty = design, weight, penalty
        self._rough = newton_solver(design.gram(weight) + np.diag(penalty))

    def solve(self, b: FloatArray) -> FloatArray:
        """Solve for right sides of shape (k,) or (k, q)."""
        return self._rough(b) if self._design.matrix is not None else solved(self._product, self._rough, b)

    def leverage(self) -> FloatArray:
        """`Design.leverage` in this fit."""
        return self._design.leverage(self._weight, self._rough(np.eye(self._design.width)))

    def _product(self, z: FloatArray) -> FloatArray:
        moved = _scaled(self._weight, self._design.times(z))
        return self._design.sums(moved) + _scaled(self._penalty, z)


def _levels_of(sizes: Sequence[int]) -> tuple[IntArray, ...]:
    """Each term's level at every joint level of several."""
    joint = np.arange(int(np.prod(sizes)))
    made = []
    for size in reversed(sizes):
        made.append(joint % size)
        joint = joint // size
    return tuple(reversed(made))


@lru_cache(maxsize=4)
def _ones(power: int) -> FloatArray:
    """As many ones as 2 to this power, to be read only."""
    made = np.ones(1 << power)
    made.flags.writeable = False
    return made


def _added(level: IntArray, joint: FloatArray, size: int) -> FloatArray:
    """Totals of joint levels, shape (J,) or (J, q), by a term's own level at each of them."""
    if joint.ndim == 1:
        return np.asarray(np.bincount(level, weights=joint, minlength=size), dtype=np.float64)
    return np.stack([np.bincount(level, weights=column, minlength=size) for column in joint.T], axis=1)


def _scaled(by: FloatArray, values: FloatArray) -> FloatArray:
    return by * values if values.ndim == 1 else by[:, None] * values


def solved(
    matrix: Callable[[FloatArray], FloatArray], rough: Callable[[FloatArray], FloatArray], b: FloatArray
) -> FloatArray:
    """Solve a positive definite system by conjugate gradients with a rough solver before them, columns side by side.

    Source: J. Shewchuk (1994), An Introduction to the Conjugate Gradient Method, B3.
    """
    found = np.zeros_like(b)
    rest = b.copy()
    turned = rough(rest)
    along = turned.copy()
    height = _dots(rest, turned)
    enough = _SOLVED**2 * height
    for _ in range(40):
        if not (height > enough).any():
            break
        bent = matrix(along)
        length = np.divide(height, _dots(along, bent), out=np.zeros_like(height), where=height > enough)
        found = found + length * along
        rest = rest - length * bent
        turned = rough(rest)
        fresh = _dots(rest, turned)
        along = turned + np.divide(fresh, height, out=np.zeros_like(fresh), where=height > 0) * along
        height = fresh
    return found


def _dots(one: FloatArray, other: FloatArray) -> FloatArray:
    """Inner products over all axes but the last of two or more; of vectors, over all."""
    product = one * other
    if product.ndim == 1:
        return np.asarray([product.sum()])
    return np.asarray(product.sum(axis=tuple(range(product.ndim - 1))), dtype=np.float64)
