"""Rates of groups of attempts with intervals that are aware of applicants: arrays in, arrays out.

Where no window of a group is cut off by the end of the record, its rate is events over attempts and its interval is
Korn and Graubard's from sums over applicants. Where some are, the rate is the Aalen-Johansen incidence at the window's
length (response against next attempt and end of the story), and the variance comes from its influence values, summed
within applicants; both definitions agree where nothing is cut.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followup_analytics.cells.windows import CUT_OFF, END, NEXT_ATTEMPT, RESPONSE
from followup_analytics.results.values import finite
from followup_analytics.statistics import (
    Badge,
    ProportionInterval,
    korn_graubard,
    korn_graubard_from_se,
    presentation_badge,
)
from followup_analytics.statistics.incidence import aalen_johansen, influence, risk_blocks

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
#: An estimate with its lower and upper limit; None where these data have no such number.
Limits = tuple[float | None, float | None, float | None]

ASSUMED_ICC = 0.3
#: Causes for Aalen-Johansen: response, end of the story, next attempt. A window gone by in full ends like a cut one.
N_CAUSES = 3


@dataclass(frozen=True)
class Windows:
    """Attempts at risk as arrays of one length n.

    Attributes:
        group: row of the table, 0..R-1.
        cluster: applicant (or employer), 0..C-1.
        elapsed: microseconds from the attempt to what closes its window, at most the window.
        closed: code of what closed it (CUT_OFF, RESPONSE, END, NEXT_ATTEMPT, WINDOW).
    """

    group: IntArray
    cluster: IntArray
    elapsed: IntArray
    closed: IntArray


@dataclass(frozen=True)
class GroupRates:
    """One entry a group: attempts, events, clusters, interval, and whether its whole window was ever observed."""

    attempts: IntArray
    events: IntArray
    clusters: IntArray
    interval: ProportionInterval
    observed: NDArray[np.bool_]

    def numbers(self, group: int) -> Limits:
        """Estimate and limits of one group, None where these data have no such number."""
        found = self.interval
        return finite(found.estimate[group]), finite(found.low[group]), finite(found.high[group])

    def badge(self, group: int) -> Badge:
        """How the rate of one group may be read; with care, too, where no window was observed to its end."""
        found = self.interval
        steady = presentation_badge(
            finite(found.estimate[group]),
            finite(found.low[group]),
            finite(found.high[group]),
            n=float(self.attempts[group]),
            n_effective=finite(found.n_effective[group]),
            df=finite(found.df[group]),
        )
        return steady if self.observed[group] or steady.status == "not_estimable" else UNOBSERVED

    def wider(self, other: GroupRates) -> GroupRates:
        """The same rates, each with the wider of two intervals (two ways to cluster)."""
        keep = self.interval.high - self.interval.low >= other.interval.high - other.interval.low
        merged = {
            name: np.where(keep, getattr(self.interval, name), getattr(other.interval, name))
            for name in ProportionInterval.__dataclass_fields__
        }
        return replace(self, interval=ProportionInterval(**merged))


UNOBSERVED = Badge(
    "use_with_care",
    "No attempt was observed for the whole window: the rate is the one up to the longest time observed.",
)


def group_rates(windows: Windows, n_groups: int, within_us: int) -> GroupRates:
    """Estimate the response rate of each group with its clustered 95% interval.

    Sources: E. Korn, B. Graubard (1998), Survey Methodology 24, 193-201; O. Aalen, S. Johansen (1978), Scandinavian J.
    Statistics 5, 141-150.
    """
    sums = cluster_sums(windows.group, windows.cluster, windows.closed == RESPONSE, n_groups)
    interval = korn_graubard(
        sums["y"], sums["n"], sums["clusters"], sums["yy"], sums["yn"], sums["nn"], assumed_icc=ASSUMED_ICC
    )
    cut = np.bincount(windows.group, weights=windows.closed == CUT_OFF, minlength=n_groups)
    observed = np.ones(n_groups, dtype=bool)
    if cut.any():
        interval, observed = _with_cut_windows(windows, interval, sums, np.flatnonzero(cut), within_us, observed)
    return GroupRates(
        sums["n"].astype(np.int64), sums["y"].astype(np.int64), sums["clusters"].astype(np.int64), interval, observed
    )


def cluster_sums(group: IntArray, cluster: IntArray, event: NDArray[np.bool_], n_groups: int) -> dict[str, FloatArray]:
    """Sums over the clusters of each group: n, y, clusters, and of y^2 (yy), y n (yn), n^2 (nn); each of shape (R,)."""
    width = int(cluster.max(initial=0)) + 1
    pairs, place = np.unique(group * width + cluster, return_inverse=True)
    n = np.bincount(place, minlength=len(pairs)).astype(np.float64)
    y = np.bincount(place, weights=event, minlength=len(pairs))
    of = pairs // width
    columns = {"n": n, "y": y, "clusters": np.ones(len(n)), "yy": y * y, "yn": y * n, "nn": n * n}
    return {name: np.bincount(of, weights=one, minlength=n_groups).astype(np.float64) for name, one in columns.items()}


def causes(closed: IntArray) -> IntArray:
    """Causes for Aalen-Johansen: 1 response, 2 end of the story, 3 next attempt, 0 cut off or gone by in full."""
    return np.where((closed == RESPONSE) | (closed == END) | (closed == NEXT_ATTEMPT), closed, 0)


def _with_cut_windows(
    windows: Windows,
    plain: ProportionInterval,
    sums: dict[str, FloatArray],
    cut_groups: IntArray,
    within_us: int,
    observed: NDArray[np.bool_],
) -> tuple[ProportionInterval, NDArray[np.bool_]]:
    """Replace the plain proportion by Aalen-Johansen in the groups with a window that the end of the record cuts."""
    order = np.argsort(windows.group, kind="stable")
    bounds = np.searchsorted(windows.group[order], np.arange(len(observed) + 1))
    estimate, se, trials = plain.estimate.copy(), np.full(len(observed), np.nan), sums["n"].copy()

    def of_group(g: int) -> tuple[float, float, bool, float]:
        rows = order[bounds[g] : bounds[g + 1]]
        elapsed, closed, cluster = windows.elapsed[rows], windows.closed[rows], windows.cluster[rows]
        return *cut_rate(elapsed, closed, cluster, within_us), float(np.sum(closed != CUT_OFF))

    # Groups know nothing of each other, and sorting them leaves the interpreter alone.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for g, (rate, error, seen, whole) in zip(cut_groups, pool.map(of_group, cut_groups), strict=True):
            estimate[g], se[g], observed[g] = rate, error, seen
            if rate in (0.0, 1.0):
                # A window that was cut says little about a rate of 0 or 1: only those seen to their end count.
                trials[g] = max(whole, 1.0)
    assumed = 1 + (sums["nn"] / np.maximum(sums["n"], 1) - 1) * ASSUMED_ICC
    of_cut = korn_graubard_from_se(
        estimate, se, trials, sums["clusters"] - 1, assumed_design_effect=np.maximum(assumed, 1.0)
    )
    is_cut = np.zeros(len(observed), dtype=bool)
    is_cut[cut_groups] = True
    merged = {
        name: np.where(is_cut, getattr(of_cut, name), getattr(plain, name))
        for name in ProportionInterval.__dataclass_fields__
    }
    return ProportionInterval(**merged), observed


def cut_rate(elapsed: IntArray, closed: IntArray, cluster: IntArray, within_us: int) -> tuple[float, float, bool]:
    """Aalen-Johansen incidence of a response at the end of the window, its clustered standard error, and whether
    anybody was observed so long (NaN for the error of a single cluster)."""
    # In one fixed order of adding up, so that no order of rows changes even the last digit.
    order = np.lexsort((closed, elapsed))
    elapsed, closed, cluster = elapsed[order], closed[order], cluster[order]
    cause = causes(closed)
    curve = aalen_johansen(elapsed, cause, [within_us], n_causes=N_CAUSES)
    blocks = risk_blocks(elapsed, cause, at=[within_us], n_causes=N_CAUSES)
    values = influence(blocks, [within_us])[:, 0, 0]
    by_cluster = np.bincount(np.unique(cluster, return_inverse=True)[1], weights=values)
    c = len(by_cluster)
    se = float(np.sqrt(c / (c - 1) * math.fsum(by_cluster**2))) if c > 1 else float("nan")
    return float(curve.estimate[0, 0]), se, bool(curve.observed[0])
