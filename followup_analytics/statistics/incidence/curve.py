"""The curve at the times asked for, and its delete-a-group jackknife."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from followup_analytics.statistics import Jackknife
from followup_analytics.statistics.incidence.blocks import RiskBlocks, hazards, risk_blocks, totals

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Elements (groups times blocks) worked on at once: keeps the jackknife of a million exits within some tens of MB.
_CHUNK = 2_000_000


@dataclass(frozen=True)
class Incidence:
    """Aalen-Johansen estimates at the times asked for.

    Attributes:
        at: shape (M,), times.
        estimate: shape (K, M), cumulative incidence of each cause up to and including the time; it stays at its last
            value after the last exit (see ``observed``).
        event_free: shape (M,), 1 minus the sum over causes.
        n_at_risk: shape (M,), number under observation and without an event just before the time.
        n_events: shape (K, M), number of events up to and including the time.
        observed: shape (M,), false where nobody was observed up to the time and some had no event: no such number.
        n: number of people or interviews that entered.
    """

    at: FloatArray
    estimate: FloatArray
    event_free: FloatArray
    n_at_risk: FloatArray
    n_events: FloatArray
    observed: NDArray[np.bool_]
    n: float


def _cumulative(at_risk: FloatArray, events: FloatArray, index: IntArray) -> FloatArray:
    """Cumulative incidences (..., K, M) at positions ``index`` (M,), -1 standing for before the first block."""
    if at_risk.shape[-1] == 0:
        return np.zeros((*events.shape[:-1], len(index)))
    hazard, before = hazards(at_risk, events)
    curve = np.cumsum(hazard * before[..., None, :], axis=-1)
    return np.where(index >= 0, curve[..., np.maximum(index, 0)], 0.0)


def aalen_johansen(
    time: ArrayLike,
    cause: ArrayLike,
    at: ArrayLike,
    *,
    count: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    n_causes: int | None = None,
    blocks: RiskBlocks | None = None,
) -> Incidence:
    """Estimate the cumulative incidence of every cause at the times ``at``.

    Arguments as in :func:`risk_blocks`; ``blocks`` is what it makes of them, where that is at hand.
    """
    points = np.asarray(at, dtype=np.float64)
    blocks = blocks or risk_blocks(time, cause, count=count, entry=entry, at=points, n_causes=n_causes)
    index = np.searchsorted(blocks.times, points, side="right") - 1
    estimate = _cumulative(blocks.at_risk, blocks.events, index)
    t = np.asarray(time, dtype=np.float64)
    begin = np.full(len(t), -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)
    n_at_risk = _count_between(begin, t, blocks.count, points)
    total = np.cumsum(blocks.events, axis=-1)
    n_events = np.where(index >= 0, total[:, np.maximum(index, 0)], 0.0) if total.shape[1] else np.zeros_like(estimate)
    event_free = np.clip(1.0 - estimate.sum(axis=0), 0.0, 1.0)
    longest = float(t[blocks.count > 0].max(initial=-np.inf))
    observed = (points <= longest) | ((event_free <= 1e-12) & bool(np.isfinite(longest)))
    return Incidence(points, estimate, event_free, n_at_risk, n_events, observed, float(blocks.count.sum()))


def _count_between(begin: FloatArray, end: FloatArray, count: FloatArray, at: FloatArray) -> FloatArray:
    """Sum of counts with begin < = at <= end, for each time."""
    order = np.argsort(end, kind="stable")
    left = np.concatenate([[0.0], np.cumsum(count[order])])[np.searchsorted(end[order], at, side="left")]
    order = np.argsort(begin, kind="stable")
    come = np.concatenate([[0.0], np.cumsum(count[order])])[np.searchsorted(begin[order], at, side="right")]
    return np.asarray(come - left, dtype=np.float64)


def jackknife_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    at: ArrayLike,
    groups: IntArray,
    *,
    count: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    n_causes: int | None = None,
    n_groups: int | None = None,
    nobody: float = 0.0,
    blocks: RiskBlocks | None = None,
) -> Jackknife:
    """Delete-a-group jackknife of the curve: the same as :func:`jackknife` over it, by subtracting each group's counts.

    Args:
        groups: shape (n,), jackknife group 0..G-1 of each row.
        n_groups: G, where the last groups may have no row here (two curves compared on one assignment); a group without
            rows gives a replicate equal to the estimate.
        nobody: the replicate without the one group that holds all rows: NaN (no number, hence no limits), or 0 where
            the curve is one step of a longer walk that simply stops there.

    Returns:
        Estimate of shape (K, M) with G replicates. The other arguments are those of :func:`aalen_johansen`.
    """
    points = np.asarray(at, dtype=np.float64)
    blocks = blocks or risk_blocks(time, cause, count=count, entry=entry, at=points, n_causes=n_causes)
    index = np.searchsorted(blocks.times, points, side="right") - 1
    total = int(groups.max(initial=-1)) + 1 if n_groups is None else n_groups
    estimate = _cumulative(blocks.at_risk, blocks.events, index)
    if total < 2:
        return Jackknife(estimate, np.empty((0, *estimate.shape)), np.empty(0), 0)
    replicates = np.empty((total, *estimate.shape))
    for start, at_risk, events in _group_totals(blocks, groups, total):
        replicates[start : start + len(at_risk)] = _cumulative(
            np.maximum(blocks.at_risk - at_risk, 0.0), np.maximum(blocks.events - events, 0.0), index
        )
    held = np.bincount(groups, weights=blocks.count, minlength=total)
    replicates[held >= blocks.count.sum()] = nobody
    return Jackknife(estimate, replicates, np.full(total, (total - 1) / total), total - 1)


def _group_totals(blocks: RiskBlocks, groups: IntArray, total: int) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Numbers at risk and events of each group, some groups at a time: (first group, (g, B), (g, K, B))."""
    size, causes = len(blocks.times), len(blocks.events)
    order = np.argsort(groups, kind="stable")
    bounds = np.searchsorted(groups[order], np.arange(total + 1))
    step = max(1, _CHUNK // max(size * (causes + 1), 1))
    for start in range(0, total, step):
        stop = min(start + step, total)
        at_risk, events = np.empty((stop - start, size)), np.empty((stop - start, causes, size))
        for g in range(start, stop):
            rows = order[bounds[g] : bounds[g + 1]]
            at_risk[g - start], events[g - start] = totals(
                blocks.first[rows], blocks.last[rows], blocks.cause[rows], blocks.count[rows], size, causes
            )
        yield start, at_risk, events
