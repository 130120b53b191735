"""Exits counted into blocks, on which Aalen and Johansen's estimator and its replicates are a few sums.

Between two times at which somebody enters or is censored, the estimator depends only on how many events there were, not
on when (the product of (1 - 1/n)(1 - 1/(n - 1)).. telescopes). So events are merged into *blocks* without any loss,
also in every jackknife replicate, and a million interviews become a few hundred blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class RiskBlocks:
    """Exits, counted into blocks of events between which nobody enters or is censored.

    Attributes:
        times: shape (B,), the last event time of each block, increasing.
        at_risk: shape (B,), number (sum of counts) at risk at the start of the block.
        events: shape (K, B), events of each cause.
        first, last: shape (n,), first and last block for which each row is at risk; last < first where there is none.
        cause, count: shape (n,), as given, rows never under observation with count 0.
        excluded: sum of counts of rows never under observation (exit before entry, or before time 0 without an entry).
    """

    times: FloatArray
    at_risk: FloatArray
    events: FloatArray
    first: IntArray
    last: IntArray
    cause: IntArray
    count: FloatArray
    excluded: float


def risk_blocks(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    count: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    at: ArrayLike | None = None,
    n_causes: int | None = None,
) -> RiskBlocks:
    """Count exits into blocks.

    Args:
        time: shape (n,), time of exit.
        cause: shape (n,), 0 censored, 1..K.
        count: shape (n,), how many exits (or which weight) each row stands for; 1 by default.
        entry: shape (n,), time from which on the row is under observation; by default from the start.
        at: times at which the curve will be asked for: no block straddles one. Without it each event time is a block.
        n_causes: K; the largest cause by default.

    Raises:
        ValueError: for missing times, causes that are no whole numbers from 0 on, negative counts or unequal lengths.
    """
    t, c, w, e = _checked(time, cause, count, entry)
    gone = t < (np.zeros_like(t) if e is None else e)
    excluded = float(w[gone].sum())
    w = np.where(gone, 0.0, w)
    k = int(c.max(initial=0)) if n_causes is None else n_causes
    moments, last = _event_times(t, (c > 0) & (w > 0))
    first = np.zeros(len(t), dtype=np.int64) if e is None else np.searchsorted(moments, e, side="right")
    block = _blocks(moments, c, first, last, w, at)
    size = int(block[-1]) + 1 if len(block) else 0
    ends = np.flatnonzero(np.append(block[1:] != block[:-1], True)) if size else np.empty(0, dtype=np.int64)
    padded = np.append(block, size)  # one past the end: whoever enters after the last event
    first = padded[first]
    last = np.where(last >= 0, padded[np.maximum(last, 0)], -1)
    at_risk, events = totals(first, last, c, w, size, k)
    return RiskBlocks(moments[ends].astype(np.float64), at_risk, events, first, last, c, w, excluded)


def _checked(
    time: ArrayLike, cause: ArrayLike, count: ArrayLike | None, entry: ArrayLike | None
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray | None]:
    t = np.asarray(time, dtype=np.float64)
    c = np.asarray(cause)
    w = np.ones(len(t)) if count is None else np.asarray(count, dtype=np.float64)
    e = None if entry is None else np.asarray(entry, dtype=np.float64)
    if not t.shape == c.shape == w.shape or (e is not None and e.shape != t.shape):
        raise ValueError("time, cause, count and entry must have one entry for each exit")
    if np.isnan(t).any() or np.isnan(w).any() or (e is not None and np.isnan(e).any()):
        raise ValueError("time, count and entry must not be missing: leave such rows out, and say so")
    whole = c.astype(np.int64)
    if (whole != c).any() or (whole < 0).any() or (w < 0).any():
        raise ValueError("causes must be whole numbers from 0 on, and counts not negative")
    return t, whole, w, e


def _event_times(time: FloatArray, happened: NDArray[np.bool_]) -> tuple[FloatArray, IntArray]:
    """Distinct times of events, increasing, and for each row the place of the last one up to its own time (-1: none).

    One sort of everything: a binary search for each of a million rows takes five times as long.
    """
    order = np.argsort(time, kind="stable")
    ranked = time[order]
    starts = np.ones(len(time), dtype=bool)
    starts[1:] = ranked[1:] != ranked[:-1]
    tied = np.cumsum(starts) - 1
    with_event = np.zeros(int(tied[-1]) + 1 if len(tied) else 0, dtype=bool)
    with_event[tied[happened[order]]] = True
    last = np.empty(len(time), dtype=np.int64)
    last[order] = (np.cumsum(with_event) - 1)[tied]
    return ranked[starts][with_event], last


def _blocks(
    moments: FloatArray, cause: IntArray, first: IntArray, last: IntArray, count: FloatArray, at: ArrayLike | None
) -> IntArray:
    """Number of the block of each event time: a new one starts where somebody entered or left in between."""
    size = len(moments)
    if at is None:
        return np.arange(size, dtype=np.int64)
    starts = np.zeros(size + 1, dtype=bool)
    starts[0] = True
    starts[first[count > 0]] = True
    starts[last[(cause == 0) & (count > 0)] + 1] = True
    starts[np.searchsorted(moments, np.asarray(at, dtype=np.float64), side="right")] = True
    return np.asarray(np.cumsum(starts[:size]) - 1, dtype=np.int64)


def totals(
    first: IntArray, last: IntArray, cause: IntArray, count: FloatArray, size: int, causes: int
) -> tuple[FloatArray, FloatArray]:
    """Numbers at risk (size,) and events (causes, size) of rows given by their first and last block."""
    here = last >= first
    f, x, w, c = first[here], last[here], count[here], cause[here]
    change = np.bincount(f, weights=w, minlength=size + 1) - np.bincount(x + 1, weights=w, minlength=size + 1)
    at_risk = np.asarray(np.cumsum(change[:size]), dtype=np.float64)
    happened = (c > 0) & (c <= causes)
    index = (c[happened] - 1) * size + x[happened]
    events = np.bincount(index, weights=w[happened], minlength=causes * size).astype(np.float64)
    return at_risk, events.reshape(causes, size)


def hazards(at_risk: FloatArray, events: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cause-specific hazards (..., K, B) and event-free share just before each block (..., B)."""
    # Sums of weights that should cancel leave dust of some 1e-16: nobody is at risk there.
    nobody = at_risk <= 1e-12 * np.maximum(at_risk[..., :1], 1e-300) if at_risk.shape[-1] else at_risk <= 0
    share = np.divide(1.0, at_risk, out=np.zeros_like(at_risk), where=~nobody)
    hazard = events * share[..., None, :]
    stay = np.clip(1.0 - hazard.sum(axis=-2), 0.0, 1.0)
    before = np.ones_like(stay)
    np.cumprod(stay[..., :-1], axis=-1, out=before[..., 1:])
    return hazard, before
