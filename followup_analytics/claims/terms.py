"""Covariates as the columns of a design: levels, straight lines and smooth curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.covariates import PROMISED, WEEKDAY, Covariate
from followup_analytics.statistics.designs import Term

FloatArray = NDArray[np.float64]

#: Ridge penalties of levels, and of lines and curves: of common coefficients, and of what one
#: interval's differ from them (methods.md, section 9).
LEVEL, LEVEL_APART = 1.0, 5.0
LINE, LINE_APART = 0.05, 0.05
#: Of the constants, towards their mean.
CONSTANT_APART = 0.05
#: No products are made of these.
_ALONE = (WEEKDAY, PROMISED)


def term_of(one: Covariate, counts: NDArray[np.int64]) -> Term | None:
    """The columns of one covariate: each level but the commonest, and a number's line; of a curve its polynomials.

    Args:
        one: the covariate; counts: shape (L,), rows with each of its levels.

    Returns:
        The term, None where there is nothing to tell apart. Columns of lines have mean 0 and spread 1 over the rows.
    """
    if np.count_nonzero(counts) < 2:
        return None
    columns: list[FloatArray] = []
    names: list[str] = []
    common: list[float] = []
    apart: list[float] = []
    if not one.degree:
        for level in np.flatnonzero(counts):
            if level != counts.argmax():
                columns.append(np.eye(len(one.levels))[level])
                names.append(f"{one.name} = {one.levels[level]}")
                common.append(LEVEL)
                apart.append(LEVEL_APART)
    curve = curve_of(one, counts, max(one.degree, 1))
    for power, values in enumerate(curve, start=1):
        columns.append(values)
        names.append(f"{one.name}, {'straight line' if power == 1 else f'curve of degree {power}'}")
        common.append(LINE)
        apart.append(LINE_APART)
    if not columns:
        return None
    pair, pair_names = (
        (np.empty((len(counts), 0)), ()) if one.history or one.name in _ALONE else pair_columns(one, counts)
    )
    return Term(one.name, tuple(names), np.stack(columns, axis=1), np.array(common), np.array(apart), pair, pair_names)


def curve_of(one: Covariate, counts: NDArray[np.int64], degree: int) -> list[FloatArray]:
    """Orthogonal polynomials of a number's levels, each with mean 0 and spread 1 over the rows; no number is at 0."""
    if one.line is None:
        return []
    share = np.where(np.isfinite(one.line), counts, 0).astype(np.float64)
    distinct = int((share > 0).sum())
    # Two levels are a line as they are; a curve goes through at most all of them.
    if distinct <= (1 if one.degree else 2):
        return []
    line = np.nan_to_num(one.line)
    made: list[FloatArray] = [np.ones(len(line))]
    for power in range(1, min(degree, distinct - 1) + 1):
        values = made[-1] * line if power == 1 else made[-1] * made[1]
        for _ in range(2):
            for earlier in made:
                values = values - earlier * float((share * earlier) @ values) / float((share * earlier) @ earlier)
        spread = float(np.sqrt(share @ values**2 / share.sum()))
        if spread <= 1e-9 * (1 + np.abs(line).max()):
            break
        made.append(values / spread)
    return [np.where(share > 0, values, 0.0) for values in made[1:]]


def pair_columns(one: Covariate, counts: NDArray[np.int64]) -> tuple[FloatArray, tuple[str, ...]]:
    """What of a covariate goes into products: its levels less their shares, or a curve's straight line; (L, c)."""
    if one.degree:
        lines = curve_of(one, counts, 1)
        return np.stack(lines, axis=1) if lines else np.empty((len(counts), 0)), (f"{one.name}, straight line",) * len(
            lines
        )
    present = [level for level in np.flatnonzero(counts) if level != counts.argmax()]
    share = counts / max(counts.sum(), 1)
    columns = np.eye(len(one.levels))[:, present] - share[present]
    names = tuple(f"{one.name} = {one.levels[level]}" for level in present)
    lines = curve_of(one, counts, 1)
    if lines:
        return np.column_stack([columns, lines[0]]), (*names, f"{one.name}, straight line")
    return columns, names
