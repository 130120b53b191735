"""Rates of groups of attempts with intervals that are aware of applicants: arrays in, arrays out.

Where no window of a group is cut off by the end of the record, its rate is events over attempts and its interval is
Korn and Graubard's from sums over applicants. Where some are, the rate is the Aalen-Johansen incidence at the window's
length (response against next attempt and end of the story), and the variance comes from its influence values, summed
within applicants; both definitions agree where nothing is cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.rates.cut_windows import CutRate, Windows, cut_rates
from followup_analytics.cells.windows import CUT_OFF, RESPONSE
from followup_analytics.parted.spread import Here, Spread
from followup_analytics.results.values import finite
from followup_analytics.statistics import (
    Badge,
    ProportionInterval,
    korn_graubard,
    korn_graubard_from_se,
    presentation_badge,
)

__all__ = ["GroupRates", "Limits", "Windows", "group_rates", "rates_of_parts"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
#: An estimate with its lower and upper limit; None where these data have no such number.
Limits = tuple[float | None, float | None, float | None]

ASSUMED_ICC = 0.3


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


@dataclass(frozen=True)
class ClusterSums:
    """Sums over the clusters of each group, whole numbers of shape (R,), added over parts.

    Attributes:
        own: n, y, clusters, and of y^2 (yy), y n (yn), n^2 (nn); cut: windows cut by the end of the record; of the
            clusters that lie in one part.
        named: group, name, n and y of those that may lie in several.
    """

    own: Mapping[str, IntArray]
    named: pl.DataFrame | None = None


def group_rates(windows: Windows, n_groups: int, within_us: int) -> GroupRates:
    """Estimate the response rate of each group of windows that lie in one part: see `rates_of_parts`."""
    return rates_of_parts(Here([windows]), n_groups, within_us)


def rates_of_parts(parts: Spread[Windows], n_groups: int, within_us: int) -> GroupRates:
    """Estimate the response rate of each group with its clustered 95% interval.

    Sources: E. Korn, B. Graubard (1998), Survey Methodology 24, 193-201; O. Aalen, S. Johansen (1978), Scandinavian J.
    Statistics 5, 141-150.
    """
    sums = _together(list(parts.map(partial(cluster_sums, n_groups))))
    interval = korn_graubard(
        sums["y"], sums["n"], sums["clusters"], sums["yy"], sums["yn"], sums["nn"], assumed_icc=ASSUMED_ICC
    )
    observed = np.ones(n_groups, dtype=bool)
    cut = [int(g) for g in np.flatnonzero(sums["cut"])]
    if cut:
        found = cut_rates(parts, cut, n_groups, sums["clusters"], within_us)
        interval, observed = _with_cut_windows(found, interval, sums)
    return GroupRates(
        sums["n"].astype(np.int64), sums["y"].astype(np.int64), sums["clusters"].astype(np.int64), interval, observed
    )


def cluster_sums(n_groups: int, windows: Windows) -> ClusterSums:
    """The sums of a part."""
    event = windows.closed == RESPONSE
    width = int(windows.cluster.max(initial=0)) + 1
    pairs, place = np.unique(windows.group * width + windows.cluster, return_inverse=True)
    n = np.bincount(place, minlength=len(pairs)).astype(np.int64)
    y = np.bincount(place, weights=event, minlength=len(pairs)).astype(np.int64)
    of = pairs // width
    cut = np.bincount(windows.group, weights=windows.closed == CUT_OFF, minlength=n_groups).astype(np.int64)
    if windows.names is None:
        return ClusterSums({**_summed(of, n, y, n_groups), "cut": cut})
    names = pl.Series(windows.names, dtype=pl.String).gather(pairs % width)
    known = names.is_not_null().to_numpy()
    named = pl.DataFrame({"group": of, "name": names, "n": n, "y": y}).filter(pl.Series(known))
    return ClusterSums({**_summed(of[~known], n[~known], y[~known], n_groups), "cut": cut}, named)


def _summed(of: IntArray, n: IntArray, y: IntArray, n_groups: int) -> dict[str, IntArray]:
    """Sums of clusters (their groups `of`, numbers of windows n and of responses y) by group."""
    columns = {"n": n, "y": y, "clusters": np.ones(len(n), dtype=np.int64), "yy": y * y, "yn": y * n, "nn": n * n}
    found = {}
    for name, one in columns.items():
        found[name] = np.zeros(n_groups, dtype=np.int64)
        np.add.at(found[name], of, one)
    return found


def _together(parts: Sequence[ClusterSums]) -> dict[str, FloatArray]:
    total = {name: sum(part.own[name] for part in parts) for name in parts[0].own}
    named = [part.named for part in parts if part.named is not None]
    if named:
        whole = pl.concat(named).group_by("group", "name").agg(pl.col("n", "y").sum())
        of, n, y = (whole[name].to_numpy().astype(np.int64) for name in ("group", "n", "y"))
        for name, one in _summed(of, n, y, len(np.atleast_1d(total["n"]))).items():
            total[name] = total[name] + one
    return {name: np.asarray(one, dtype=np.float64) for name, one in total.items()}


def _with_cut_windows(
    found: Mapping[int, CutRate], plain: ProportionInterval, sums: Mapping[str, FloatArray]
) -> tuple[ProportionInterval, NDArray[np.bool_]]:
    """Replace the plain proportion by Aalen-Johansen in the groups with a window that the end of the record cuts."""
    n_groups = len(sums["n"])
    estimate, se, trials = plain.estimate.copy(), np.full(n_groups, np.nan), sums["n"].copy()
    observed, is_cut = np.ones(n_groups, dtype=bool), np.zeros(n_groups, dtype=bool)
    for g, one in found.items():
        estimate[g], se[g], observed[g], is_cut[g] = one.rate, one.se, one.observed, True
        if one.rate in (0.0, 1.0):
            # A window that was cut says little about a rate of 0 or 1: only those seen to their end count.
            trials[g] = max(sums["n"][g] - sums["cut"][g], 1.0)
    assumed = 1 + (sums["nn"] / np.maximum(sums["n"], 1) - 1) * ASSUMED_ICC
    of_cut = korn_graubard_from_se(
        estimate, se, trials, sums["clusters"] - 1, assumed_design_effect=np.maximum(assumed, 1.0)
    )
    merged = {
        name: np.where(is_cut, getattr(of_cut, name), getattr(plain, name))
        for name in ProportionInterval.__dataclass_fields__
    }
    return ProportionInterval(**merged), observed
