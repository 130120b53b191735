"""Rates of groups of which some windows were cut by the end of the record: Aalen-Johansen on counts of parts.

Between two times at which a window is cut the estimator depends only on how many responses, ends and next attempts
there were. So a part tells first when its windows were cut, then counts what happened in between, and last, with the
curve of all parts in hand, what each applicant's windows did to it: sums of squares that are added exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from followup_analytics.cells.windows import CUT_OFF, END, NEXT_ATTEMPT, RESPONSE
from followup_analytics.statistics.exact_sums import exact_units, rounded
from followup_analytics.statistics.incidence import aalen_johansen, influence, risk_blocks

if TYPE_CHECKING:
    from followup_analytics.parted.spread import Spread

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

#: Causes for Aalen-Johansen: response, end of the story, next attempt. A window gone by in full ends like a cut one.
N_CAUSES = 3
#: Codes of what closes a window.
N_CODES = 5
_MOST = 1 << 62


@dataclass(frozen=True)
class Windows:
    """Attempts at risk as arrays of one length n; of a part of a log, its own.

    Attributes:
        group: row of the table, 0..R-1.
        cluster: applicant (or employer), 0..C-1 of this part.
        elapsed: microseconds from the attempt to what closes its window, at most the window.
        closed: code of what closed it (CUT_OFF, RESPONSE, END, NEXT_ATTEMPT, WINDOW).
        names: of each cluster that may have windows in other parts too its name, else None.
    """

    group: IntArray
    cluster: IntArray
    elapsed: IntArray
    closed: NDArray[np.integer]
    names: tuple[str | None, ...] | None = None


@dataclass(frozen=True)
class Ordered:
    """Windows in the order of group, elapsed time and what closed them, and where each group begins."""

    windows: Windows
    bounds: IntArray

    def group(self, g: int) -> tuple[IntArray, NDArray[np.integer], IntArray]:
        """Elapsed times, codes and clusters of one group."""
        there = slice(int(self.bounds[g]), int(self.bounds[g + 1]))
        return self.windows.elapsed[there], self.windows.closed[there], self.windows.cluster[there]


@dataclass(frozen=True)
class CutRate:
    """Incidence of a response at the end of the window, its clustered standard error (NaN of a single cluster), and
    whether anybody was observed so long."""

    rate: float
    se: float
    observed: bool


def causes(closed: NDArray[np.integer]) -> IntArray:
    """Causes for Aalen-Johansen: 1 response, 2 end of the story, 3 next attempt, 0 cut off or gone by in full."""
    return np.where((closed == RESPONSE) | (closed == END) | (closed == NEXT_ATTEMPT), closed, CUT_OFF).astype(np.int64)


def cut_rates(
    parts: Spread[Windows], groups: Sequence[int], n_groups: int, clusters: FloatArray, within_us: int
) -> dict[int, CutRate]:
    """The rates of some groups, from the windows of all parts.

    clusters: shape (R,), how many clusters each group has.
    """
    ordered = parts.map(partial(_ordered, n_groups, within_us)).kept()
    stops = _stops(list(ordered.map(partial(_stops_of, groups))), groups)
    cells = _added(ordered.map(partial(_cells_of, stops)))
    tables, found = {}, {}
    for g in groups:
        keys, counts, times = cells[g]
        closed = keys % N_CODES
        blocks = risk_blocks(times, causes(closed), count=counts, at=[within_us], n_causes=N_CAUSES)
        curve = aalen_johansen(times, causes(closed), [within_us], count=counts, n_causes=N_CAUSES, blocks=blocks)
        tables[g] = (keys, influence(blocks, [within_us])[:, 0, 0])
        found[g] = (float(curve.estimate[0, 0]), bool(curve.observed[0]))
    squares = _squares(ordered.map(partial(_influences, stops, tables)), groups)
    made = {}
    for g in groups:
        c = float(clusters[g])
        se = float(np.sqrt(c / (c - 1) * squares[g])) if c > 1 else float("nan")
        made[g] = CutRate(found[g][0], se, found[g][1])
    return made


def _ordered(n_groups: int, within_us: int, windows: Windows) -> Ordered:
    """In one fixed order, so that no order of rows and no part changes even the last digit of a sum."""
    longest = max(int(windows.elapsed.max(initial=0)), within_us) + 1
    if n_groups * longest * N_CODES < _MOST:
        order = np.argsort((windows.group * longest + windows.elapsed) * N_CODES + windows.closed)
    else:
        order = np.lexsort((windows.closed, windows.elapsed, windows.group))
    moved = Windows(
        windows.group[order], windows.cluster[order], windows.elapsed[order], windows.closed[order], windows.names
    )
    return Ordered(moved, np.searchsorted(moved.group, np.arange(n_groups + 1)).astype(np.int64))


def _stops_of(groups: Sequence[int], part: Ordered) -> list[IntArray]:
    """The distinct times at which windows of each group were cut or went by."""
    found = []
    for g in groups:
        elapsed, closed, _ = part.group(g)
        found.append(np.unique(elapsed[causes(closed) == CUT_OFF]))
    return found


def _stops(parts: Sequence[Sequence[IntArray]], groups: Sequence[int]) -> dict[int, IntArray]:
    return {g: np.unique(np.concatenate([one[place] for one in parts])) for place, g in enumerate(groups)}


def _keys(stops: IntArray, elapsed: IntArray, closed: NDArray[np.integer]) -> IntArray:
    """What a window is for the estimator: between which two stops it closed, and by what."""
    return np.searchsorted(stops, elapsed, side="left").astype(np.int64) * N_CODES + closed


Cells = tuple[IntArray, IntArray, IntArray]


def _cells_of(stops: Mapping[int, IntArray], part: Ordered) -> dict[int, Cells]:
    """Of each group the keys that occur, how often, and the latest time of each."""
    found = {}
    for g, mine in stops.items():
        elapsed, closed, _ = part.group(g)
        found[g] = counted_keys(_keys(mine, elapsed, closed), elapsed)
    return found


def counted_keys(keys: IntArray, times: IntArray, counts: IntArray | None = None) -> Cells:
    """The distinct keys, how often each occurs (or its sum of counts), and its latest time."""
    distinct, place = np.unique(keys, return_inverse=True)
    n = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(n, place, 1 if counts is None else counts)
    latest = np.zeros(len(distinct), dtype=np.int64)
    np.maximum.at(latest, place, times)
    return distinct, n, latest


def _added(parts: Iterable[Mapping[int, Cells]]) -> dict[int, Cells]:
    found: dict[int, list[Cells]] = defaultdict(list)
    for part in parts:
        for g, cells in part.items():
            found[g].append(cells)
    return {g: added_cells(cells) for g, cells in found.items()}


def added_cells(parts: Sequence[Cells]) -> Cells:
    """Cells of several parts as one: counts added, the latest time of each key."""
    if len(parts) == 1:
        return parts[0]
    keys, counts, times = (np.concatenate([part[one] for part in parts]) for one in range(3))
    return counted_keys(keys, times, counts)


#: Exact sums of a group: the squares of clusters that lie in one part, and the influences of the others by name.
_Influences = dict[int, tuple[int, dict[str, int]]]


def _influences(
    stops: Mapping[int, IntArray], tables: Mapping[int, tuple[IntArray, FloatArray]], part: Ordered
) -> _Influences:
    found: _Influences = {}
    names = part.windows.names
    for g, (keys, values) in tables.items():
        elapsed, closed, cluster = part.group(g)
        mine = values[np.searchsorted(keys, _keys(stops[g], elapsed, closed))]
        present, place = np.unique(cluster, return_inverse=True)
        by_cluster = np.bincount(place, weights=mine, minlength=len(present)).astype(np.float64)
        if names is None:
            found[g] = (exact_units(by_cluster**2), {})
            continue
        own = np.array([names[c] is None for c in present.tolist()], dtype=bool)
        ends = np.cumsum(np.bincount(place, minlength=len(present)))
        ranked = mine[np.argsort(place, kind="stable")]
        by_name = {
            str(names[c]): exact_units(ranked[end - n : end])
            for c, n, end, alone in zip(present.tolist(), np.diff(ends, prepend=0), ends, own, strict=True)
            if not alone
        }
        found[g] = (exact_units(by_cluster[own] ** 2), by_name)
    return found


def _squares(parts: Iterable[_Influences], groups: Sequence[int]) -> dict[int, float]:
    own = dict.fromkeys(groups, 0)
    named: dict[int, dict[str, int]] = {g: defaultdict(int) for g in groups}
    for part in parts:
        for g, (units, by_name) in part.items():
            own[g] += units
            for name, one in by_name.items():
                named[g][name] += one
    return {
        g: rounded([own[g], *(exact_units(np.array([rounded(one) ** 2])) for one in named[g].values())]) for g in groups
    }
