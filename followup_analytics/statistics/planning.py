"""What a sample can tell: tests against nothing and against a margin, detectable effects, sizes of studies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

#: Variance of a difference over that of independent interviews, where no log says better: several an applicant.
DESIGN_EFFECT = 1.6


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests of |effect| < margin.

    Attributes:
        p_value: the larger of the two one-sided p-values.
        low, high: the interval of level 1 - 2 alpha that must lie inside the margins.
        equivalent: whether it does.
    """

    p_value: float
    low: float
    high: float
    equivalent: bool


def two_sided_p(estimate: float, se: float, df: float) -> float:
    """Two-sided p-value against 0 by Student's t(df); NaN where there is no standard error, 0 or 1 where it is 0."""
    if math.isnan(estimate) or math.isnan(se) or df < 1:
        return math.nan
    if se <= 0:
        return 1.0 if estimate == 0 else 0.0
    return min(1.0, 2 * float(stdtr(df, -abs(estimate / se))))


def two_one_sided_tests(estimate: float, se: float, df: float, margin: float, alpha: float = 0.05) -> Equivalence:
    """Test whether an effect is smaller than the margin in both directions.

    Source: D. Schuirmann (1987), J. Pharmacokinetics and Biopharmaceutics 15, 657-680. NaN in gives NaN out and "no".
    """
    if math.isnan(estimate) or math.isnan(se) or df < 1:
        return Equivalence(math.nan, math.nan, math.nan, equivalent=False)
    half = float(stdtrit(df, 1 - alpha)) * se
    low, high = estimate - half, estimate + half
    if se <= 0:
        p = 0.0 if abs(estimate) < margin else 1.0
    else:
        above = float(stdtr(df, -(estimate + margin) / se))
        below = float(stdtr(df, (estimate - margin) / se))
        p = max(above, below)
    return Equivalence(p, low, high, equivalent=-margin < low and high < margin)


def design_effect(cluster_size: float, icc: float) -> float:
    """Design effect of clusters of about equal size: 1 + (m - 1) ICC, never below 1."""
    return max(1.0, 1 + (cluster_size - 1) * icc)


def sample_size(
    baseline: float,
    effect: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    design_effect: float = DESIGN_EFFECT,
    share_strategy: float = 0.5,
    margin: float = 0.0,
) -> int | None:
    """Interviews in both arms to find a difference of ``effect`` (a risk difference) from ``baseline``.

    deff (p0 q0 / (1 - s) + p1 q1 / s) / se^2, rounded up arm by arm, with se the largest error with which the
    difference found is beyond chance, and at least ``margin``, as often as ``power`` says: the smaller of effect /
    (z_{1-alpha/2} + z_power) and (effect - margin) / z_power. None where the effect is within the margin or leads out
    of [0, 1]. Source: J. Fleiss (1981), Statistical Methods for Rates and Proportions, ch. 3.
    """
    other = baseline + effect
    if abs(effect) <= margin or not 0 <= other <= 1 or not 0 <= baseline <= 1:
        return None
    z, reach = float(ndtri(1 - alpha / 2) + ndtri(power)), float(ndtri(power))
    se = abs(effect) / z
    if reach > 0:
        se = min(se, (abs(effect) - margin) / reach)
    s = share_strategy
    spread = baseline * (1 - baseline) / (1 - s) + other * (1 - other) / s
    total = design_effect * spread / se**2
    return math.ceil(total * s - 1e-9) + math.ceil(total * (1 - s) - 1e-9)


def equivalence_sample_size(
    baseline: float,
    margin: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    design_effect: float = DESIGN_EFFECT,
    share_strategy: float = 0.5,
    one_sided: bool = False,
) -> int | None:
    """Interviews in both arms to show, where there is no effect, that it is below the margin.

    By two one-sided tests that it is so either way; with ``one_sided`` by one of them, that no gain (or no harm)
    reaches the margin. Source: S. Julious (2004), Statistics in Medicine 23, 1921-1986.
    """
    if margin <= 0 or not 0 < baseline < 1:
        return None
    z = float(ndtri(1 - alpha) + ndtri(power if one_sided else 1 - (1 - power) / 2))
    s = share_strategy
    total = design_effect * z * z * baseline * (1 - baseline) * (1 / s + 1 / (1 - s)) / margin**2
    return math.ceil(total * s - 1e-9) + math.ceil(total * (1 - s) - 1e-9)


def minimum_detectable_effect(
    baseline: float,
    n_strategy: float,
    n_alternative: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    design_effect: float = DESIGN_EFFECT,
    same_variance: bool = False,
    margin: float = 0.0,
) -> float | None:
    """Smallest increase of the risk that two arms of these sizes would find, and find to be at least ``margin``.

    Inverse of :func:`sample_size`; None where no increase up to 1 could be found. ``same_variance`` takes the
    baseline's variance in both arms (the usual approximation, a little too small or too large away from .5).
    """
    if min(n_strategy, n_alternative) <= 0 or not 0 <= baseline <= 1:
        return None
    chance, reach = float(ndtri(1 - alpha / 2)), float(ndtri(power))
    sizes = (n_strategy, n_alternative)
    beyond_chance = _increase(baseline, sizes, (chance + reach) ** 2 * design_effect, 0.0, same=same_variance)
    beyond_margin = _increase(baseline, sizes, max(reach, 0.0) ** 2 * design_effect, margin, same=same_variance)
    effect = max(beyond_chance, beyond_margin)
    return effect if 0 < effect <= 1 - baseline else None


def _increase(baseline: float, sizes: tuple[float, float], z2: float, margin: float, *, same: bool) -> float:
    """The increase d that lies sqrt(z2) errors above a margin."""
    strategy, alternative = sizes
    v0 = baseline * (1 - baseline)
    if same:
        return margin + math.sqrt(z2 * v0 * (1 / strategy + 1 / alternative))
    # (d - m)^2 = z2 (v0/n0 + (v0 + d (1 - 2 p0) - d^2)/n1) is a quadratic in d.
    a = 1 + z2 / strategy
    b = -2 * margin - z2 * (1 - 2 * baseline) / strategy
    c = margin**2 - z2 * v0 * (1 / strategy + 1 / alternative)
    return (-b + math.sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a)


def detectable_from_se(
    se: float, df: float = np.inf, *, power: float = 0.8, alpha: float = 0.05, margin: float = 0.0
) -> float | None:
    """Smallest effect that an analysis with this standard error would find, beyond chance and at least ``margin``.

    max(margin, t_{1-alpha/2} se) + t_power se.
    """
    if math.isnan(se) or df < 1:
        return None
    if math.isinf(df):
        chance, reach = float(ndtri(1 - alpha / 2)), float(ndtri(power))
    else:
        chance, reach = float(stdtrit(df, 1 - alpha / 2)), float(stdtrit(df, power))
    return max(margin, chance * se) + reach * se
