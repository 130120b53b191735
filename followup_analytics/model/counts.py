"""Attempts counted by what the model sees of them: the log-likelihood needs no more than these cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.model.coding import Coding

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
#: Pattern, group, attempts and responses of each cell.
_Cells = tuple[IntArray, IntArray, FloatArray, FloatArray]
#: So many places for pairs of pattern and group are held in memory (two numbers of 8 bytes each), and for so many to a
#: row adding up is quicker than sorting.
_ROOM, _PLACES_PER_ROW = 2**24, 8


def _sums(place: IntArray, weight: FloatArray, size: int) -> FloatArray:
    return np.bincount(place, weights=weight, minlength=size).astype(np.float64)


@dataclass(frozen=True)
class Counts:
    """Attempts and responses, counted by covariate pattern and group of applicants.

    codes: shape (P, terms), the design columns of each pattern, -1 for none. width: number of design columns.
    pattern, group: shape (M,), of each cell, sorted by pattern. n, s: shape (M,), attempts and responses in it.
    """

    codes: IntArray
    width: int
    pattern: IntArray
    group: IntArray
    n: FloatArray
    s: FloatArray

    @property
    def patterns(self) -> int:
        """P, the number of distinct patterns."""
        return len(self.codes)

    @property
    def groups(self) -> int:
        """G, the number of groups of applicants."""
        return int(self.group.max()) + 1 if len(self.group) else 0

    def totals(self, keep: NDArray[np.bool_] | None = None) -> tuple[FloatArray, FloatArray]:
        """Attempts and responses by pattern (P,), over all cells or those that `keep` (M,) marks."""
        n, s, pattern = (
            (self.n, self.s, self.pattern) if keep is None else (self.n[keep], self.s[keep], self.pattern[keep])
        )
        return _sums(pattern, n, self.patterns), _sums(pattern, s, self.patterns)

    def without(self, members: IntArray, parts: int) -> tuple[FloatArray, FloatArray]:
        """Attempts and responses (P, parts) by pattern without each part; members: (G,), the part of each group."""
        place = self.pattern * parts + members[self.group]
        n, s = (_sums(place, weight, self.patterns * parts).reshape(-1, parts) for weight in (self.n, self.s))
        return n.sum(axis=1, keepdims=True) - n, s.sum(axis=1, keepdims=True) - s

    def by_part(self, members: IntArray, parts: int) -> tuple[FloatArray, FloatArray]:
        """Attempts and responses (P, parts) by pattern in each part; members: shape (G,), the part of each group."""
        place = self.pattern * parts + members[self.group]
        n, s = (_sums(place, weight, self.patterns * parts).reshape(-1, parts) for weight in (self.n, self.s))
        return n, s


def count_cells(frame: pl.DataFrame, coding: Coding, group: IntArray) -> tuple[Counts, IntArray]:
    """Group attempts by their design columns and applicant group; give also the pattern of each attempt.

    frame: one row per attempt with the terms and `y`; group: shape (rows,), the applicant's jackknife group.
    """
    codes = coding.codes(frame)
    rows = pl.DataFrame({"group": group, "n": np.ones(len(group)), "y": frame["y"].to_numpy().astype(np.float64)})
    return group_cells(codes, coding, rows)


def group_cells(codes: IntArray, coding: Coding, rows: pl.DataFrame) -> tuple[Counts, IntArray]:
    """Counts from rows with `group`, `n` attempts (above 0) and `y` responses: attempts, or cells of any fineness.

    codes: shape (rows, terms), the design columns. Returns the counts and the pattern of each row. Patterns and cells
    are sorted, so that the order of the rows can't change a sum in its last digit.
    """
    keys, room = _packed(codes, coding)
    group = rows["group"].to_numpy().astype(np.int64)
    groups = int(group.max(initial=0)) + 1
    if len(keys) == 1 and room * groups <= min(_ROOM, _PLACES_PER_ROW * len(group)):
        cells, pattern = _counted_in_place(keys[0], room, group, groups, rows)
    else:
        cells, pattern = _counted_by_name(keys, rows)
    first = np.full(int(pattern.max(initial=-1)) + 1, -1, dtype=np.int64)
    first[pattern[::-1]] = np.arange(len(pattern))[::-1]
    return Counts(codes[first], coding.width, *cells), pattern


def _counted_in_place(
    key: IntArray, room: int, group: IntArray, groups: int, rows: pl.DataFrame
) -> tuple[_Cells, IntArray]:
    """Cells by adding up at a place for each pair that could occur: several times faster than sorting names."""
    place = key * groups + group
    n, s = (_sums(place, rows[name].to_numpy().astype(np.float64), room * groups) for name in ("n", "y"))
    found = np.flatnonzero(n)
    seen = np.zeros(room, dtype=bool)
    seen[found // groups] = True
    number = np.cumsum(seen) - 1
    return (number[found // groups], found % groups, n[found], s[found]), number[key]


def _counted_by_name(keys: list[IntArray], rows: pl.DataFrame) -> tuple[_Cells, IntArray]:
    packed = pl.DataFrame({f"key{place}": key for place, key in enumerate(keys)})
    numbered = packed.unique().sort(packed.columns).with_row_index("pattern")
    pattern = packed.join(numbered, on=packed.columns, how="left", maintain_order="left")["pattern"].cast(pl.Int64)
    cells = rows.with_columns(pattern).group_by("pattern", "group").agg(pl.col("n").sum(), pl.col("y").sum())
    cells = cells.sort("pattern", "group")
    made = (*(cells[name].to_numpy() for name in ("pattern", "group", "n", "y")),)
    counted = made[0].astype(np.int64), made[1].astype(np.int64), made[2].astype(np.float64), made[3].astype(np.float64)
    return counted, pattern.to_numpy().astype(np.int64)


def _packed(codes: IntArray, coding: Coding) -> tuple[list[IntArray], int]:
    """The codes of all terms in as few integers as hold them, and how many values the last of these may have."""
    keys: list[IntArray] = [np.zeros(len(codes), dtype=np.int64)]
    room = 1
    for place, term in enumerate(coding.terms):
        size = len(term.levels) + 1
        if room * size >= 2**62:
            keys.append(np.zeros(len(codes), dtype=np.int64))
            room = 1
        keys[-1] *= size
        keys[-1] += np.maximum(codes[:, place] - (coding.offsets[place] - 1), 0)
        room *= size
    return keys, room
