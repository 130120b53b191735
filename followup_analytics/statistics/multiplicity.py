"""Adjusted p-values: Holm for verdicts, Benjamini-Hochberg for exploratory tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def holm(p_values: ArrayLike) -> FloatArray:
    """Holm's step-down adjustment: controls the chance of any false finding in the family.

    Args:
        p_values: shape (m,); NaN entries are not members of the family and stay NaN.

    Returns:
        Shape (m,), max over j <= i of (m - j + 1) p_(j), at most 1.

    Source: S. Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    return _adjust(p_values, step_down=True)


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Benjamini and Hochberg's adjustment: controls the share of false findings; for exploratory tables only.

    Args:
        p_values: shape (m,); NaN entries are not members of the family and stay NaN.

    Returns:
        Shape (m,), min over j >= i of m p_(j) / j, at most 1.

    Source: Y. Benjamini, Y. Hochberg (1995), JRSS-B 57, 289-300.
    """
    return _adjust(p_values, step_down=False)


def _adjust(p_values: ArrayLike, *, step_down: bool) -> FloatArray:
    p = np.asarray(p_values, dtype=np.float64)
    out = np.full(p.shape, np.nan)
    members = np.flatnonzero(~np.isnan(p))
    m = len(members)
    if m == 0:
        return out
    order = members[np.argsort(p[members], kind="stable")]
    rank = np.arange(1, m + 1)
    if step_down:
        adjusted = np.maximum.accumulate((m - rank + 1) * p[order])
    else:
        adjusted = np.minimum.accumulate((m * p[order] / rank)[::-1])[::-1]
    out[order] = np.minimum(adjusted, 1.0)
    return out
