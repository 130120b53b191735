"""Attempts counted by what the model sees of them: the log-likelihood needs no more than these cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.model.coding import Coding

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


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
    """Counts from rows with `group`, `n` attempts and `y` responses each: attempts, or cells of any fineness.

    codes: shape (rows, terms), the design columns. Returns the counts and the pattern of each row.
    """
    packed = _packed(codes, coding)
    keys = packed.columns
    numbered = packed.unique().sort(keys).with_row_index("pattern")
    pattern = packed.join(numbered, on=keys, how="left", maintain_order="left")["pattern"].cast(pl.Int64)
    cells = rows.with_columns(pattern).group_by("pattern", "group").agg(pl.col("n").sum(), pl.col("y").sum())
    # Sorted, so that the order of the rows can't change a sum in its last digit.
    cells = cells.sort("pattern", "group")
    places = pattern.to_numpy().astype(np.int64)
    first = np.full(numbered.height, -1, dtype=np.int64)
    first[places[::-1]] = np.arange(len(places))[::-1]
    counts = Counts(
        codes=codes[first],
        width=coding.width,
        pattern=cells["pattern"].to_numpy().astype(np.int64),
        group=cells["group"].to_numpy().astype(np.int64),
        n=cells["n"].to_numpy().astype(np.float64),
        s=cells["y"].to_numpy().astype(np.float64),
    )
    return counts, places


def _packed(codes: IntArray, coding: Coding) -> pl.DataFrame:
    """The codes of all terms in as few integers as hold them: grouping by one integer is several times faster."""
    keys: list[IntArray] = [np.zeros(len(codes), dtype=np.int64)]
    room = 1
    for place, term in enumerate(coding.terms):
        size = len(term.levels) + 1
        if room * size >= 2**62:
            keys.append(np.zeros(len(codes), dtype=np.int64))
            room = 1
        value = np.where(codes[:, place] < 0, 0, codes[:, place] - coding.offsets[place] + 1)
        keys[-1] = keys[-1] * size + value
        room *= size
    return pl.DataFrame({f"key{place}": key for place, key in enumerate(keys)})
