"""Intervals for proportions and for estimates with a standard error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri, stdtrit

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def t_quantile(level: float, df: ArrayLike) -> FloatArray:
    """Two-sided Student quantile: t(df) at 1 - (1 - level)/2; NaN where df < 1, the normal's where df is infinite."""
    freedom = np.asarray(df, dtype=np.float64)
    upper = 1 - (1 - level) / 2
    known = np.where(freedom >= 1, freedom, 1.0)
    quantile = np.where(np.isinf(known), ndtri(upper), stdtrit(np.where(np.isinf(known), 1.0, known), upper))
    return np.where(freedom >= 1, quantile, np.nan)


def normal_limits(
    estimate: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Estimate plus and minus t(df) standard errors, on the scale of the estimate itself."""
    value = np.asarray(estimate, dtype=np.float64)
    half = t_quantile(level, df) * np.asarray(se, dtype=np.float64)
    return value - half, value + half


def log_limits(estimate: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Limits of a positive quantity (a ratio), symmetric on the log scale; NaN where it is not positive."""
    value = np.asarray(estimate, dtype=np.float64)
    inside = value > 0
    safe = np.where(inside, value, 1.0)
    half = t_quantile(level, df) * np.asarray(se, dtype=np.float64) / safe
    low, high = safe * np.exp(-np.minimum(half, 700.0)), safe * np.exp(np.minimum(half, 700.0))
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def logit_limits(
    estimate: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Limits of a proportion, symmetric on the logit scale by the delta method; NaN at 0 and 1."""

    def transform(p: FloatArray, half: FloatArray) -> tuple[FloatArray, FloatArray]:
        odds = np.log(p / (1 - p))
        step = half / (p * (1 - p))
        return _expit(odds - step), _expit(odds + step)

    return _inside_unit(estimate, se, df, level, transform)


def cloglog_limits(
    estimate: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Limits of a cumulative incidence F, symmetric on log(-log(1 - F)) by the delta method; NaN at 0 and 1.

    1 - (1 - F)^exp(-+ t se / ((1 - F) |log(1 - F)|)). Source: J. Kalbfleisch, R. Prentice (2002), The Statistical
    Analysis of Failure Time Data, section 1.4; for competing events M. Pintilie (2006), section 4.3.
    """

    def transform(p: FloatArray, half: FloatArray) -> tuple[FloatArray, FloatArray]:
        hazard = -np.log1p(-p)
        step = np.minimum(half / ((1 - p) * hazard), 30.0)  # exp(30) already means 0 or 1
        return -np.expm1(-hazard * np.exp(-step)), -np.expm1(-hazard * np.exp(step))

    return _inside_unit(estimate, se, df, level, transform)


def _inside_unit(
    estimate: ArrayLike,
    se: ArrayLike,
    df: ArrayLike,
    level: float,
    transform: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]],
) -> tuple[FloatArray, FloatArray]:
    value = np.asarray(estimate, dtype=np.float64)
    inside = (value > 0) & (value < 1)
    half = t_quantile(level, df) * np.asarray(se, dtype=np.float64)
    low, high = transform(np.where(inside, value, 0.5), half)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _expit(x: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -700.0, 700.0)))


def wilson(estimate: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Wilson's score interval of a proportion; NaN where n is 0.

    On the number of applicants (not of attempts) it never covered less than 95% in clustered data, and it is the
    fallback where a design effect cannot be estimated. Source: E. Wilson (1927), JASA 22, 209-212.
    """
    p, size = np.broadcast_arrays(np.asarray(estimate, dtype=np.float64), np.asarray(n, dtype=np.float64))
    known = (size > 0) & ~np.isnan(p)
    m, q = np.where(known, size, 1.0), np.where(known, p, 0.0)
    z2 = float(ndtri(1 - (1 - level) / 2)) ** 2
    middle = (q + z2 / (2 * m)) / (1 + z2 / m)
    half = np.sqrt(z2) * np.sqrt(q * (1 - q) / m + z2 / (4 * m * m)) / (1 + z2 / m)
    low = np.where(q == 0, 0.0, np.clip(middle - half, 0.0, 1.0))
    high = np.where(q == 1, 1.0, np.clip(middle + half, 0.0, 1.0))
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


@dataclass(frozen=True)
class ProportionInterval:
    """Proportions with limits; every attribute has one entry a row.

    Attributes:
        estimate: events / trials; NaN without trials.
        low, high: confidence limits between 0 and 1.
        n_effective: the number of independent trials that the interval is worth.
        design_effect: variance relative to independent trials, floored at 1; assumed where the estimate is 0 or 1.
        df: degrees of freedom, clusters - 1.
        by_applicants: true where no design effect could be estimated: Wilson's interval on applicants stands in.
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    n_effective: FloatArray
    design_effect: FloatArray
    df: FloatArray
    by_applicants: BoolArray


def korn_graubard(
    events: ArrayLike,
    trials: ArrayLike,
    clusters: ArrayLike,
    sum_y2: ArrayLike,
    sum_yn: ArrayLike,
    sum_n2: ArrayLike,
    *,
    level: float = 0.95,
    assumed_icc: float = 0.3,
    least_design_effect: float = 1.0,
) -> ProportionInterval:
    """Korn and Graubard's interval of a proportion of clustered trials, from sums over the clusters.

    Clopper and Pearson's limits at an effective number of trials, p(1-p)/v times (t(n-1)/t(c-1))^2, where v is the
    linearised variance of the ratio with clusters as primary units. The design effect is floored at 1 (R's
    ``svyciprop`` with method "beta" has no floor: the two are equal to 1e-10 where it exceeds 1). At 0 and 1 the data
    say nothing about v: the design effect is then 1 + (m - 1) ICC with an assumed intra-cluster correlation and
    m = sum n_c^2 / sum n_c.

    Args:
        events: number of trials with the event, sum of y_c.
        trials: number of trials, sum of n_c.
        clusters: number of clusters (applicants) that have trials.
        sum_y2: sum over clusters of y_c^2.
        sum_yn: sum over clusters of y_c n_c.
        sum_n2: sum over clusters of n_c^2.
        level: confidence.
        assumed_icc: intra-cluster correlation where the estimate is 0 or 1.
        least_design_effect: the floor; 0 gives R's interval also where answers of a cluster differ more than by chance.

    All are of one shape (rows). Source: E. Korn, B. Graubard (1998), Survey Methodology 24, 193-201.
    """
    y, n, c, yy, yn, nn = np.broadcast_arrays(
        *(np.asarray(a, dtype=np.float64) for a in (events, trials, clusters, sum_y2, sum_yn, sum_n2))
    )
    some = n > 0
    size = np.where(some, n, 1.0)
    p = np.where(some, y / size, np.nan)
    ratio = c / np.maximum(c - 1, 1.0)
    squares = np.maximum(yy - 2 * p * yn + p * p * nn, 0.0)
    variance = ratio * squares / size**2
    extreme = (y <= 0) | (y >= n)
    independent = np.where(extreme, 1.0, p * (1 - p) / size)
    estimated = np.where(extreme, 1 + (nn / size - 1) * assumed_icc, variance / independent)
    return _beta_interval(p, size, np.maximum(estimated, max(least_design_effect, 1e-12)), c, level, some)


def korn_graubard_from_se(
    estimate: ArrayLike,
    se: ArrayLike,
    trials: ArrayLike,
    df: ArrayLike,
    *,
    level: float = 0.95,
    assumed_design_effect: ArrayLike = 1.0,
) -> ProportionInterval:
    """Korn and Graubard's interval for a proportion whose standard error was found otherwise (a jackknife).

    The same as :func:`korn_graubard` with v = se^2. Where the estimate is 0 or 1, or has no standard error, the assumed
    design effect is used. ``df`` is groups - 1; below 1 the fallback is Wilson's interval on df + 1 units.
    """
    p, v, n, freedom, assumed = np.broadcast_arrays(
        *(np.asarray(a, dtype=np.float64) for a in (estimate, se, trials, df, assumed_design_effect))
    )
    some = (n > 0) & ~np.isnan(p)
    size = np.where(some, n, 1.0)
    q = np.where(some, p, 0.0)
    extreme = (q <= 0) | (q >= 1) | np.isnan(v)
    independent = np.where(extreme, 1.0, q * (1 - q) / size)
    estimated = np.where(extreme, assumed, np.where(np.isnan(v), 0.0, v) ** 2 / independent)
    return _beta_interval(np.where(some, p, np.nan), size, np.maximum(estimated, 1.0), freedom + 1, level, some)


def _beta_interval(
    p: FloatArray, n: FloatArray, deff: FloatArray, clusters: FloatArray, level: float, some: BoolArray
) -> ProportionInterval:
    df = np.where(some, clusters - 1, np.nan)
    usable = some & (df >= 1)
    freedom = np.where(usable, df, 1.0)
    t_ratio = t_quantile(level, np.maximum(n - 1, freedom)) / t_quantile(level, freedom)
    effective = n / deff * t_ratio**2
    low, high = _clopper_pearson(np.where(usable, p, 0.0), effective, level)
    w_low, w_high = wilson(p, np.where(some, clusters, 0.0), level)
    return ProportionInterval(
        estimate=p,
        low=np.where(usable, low, w_low),
        high=np.where(usable, high, w_high),
        n_effective=np.where(usable, effective, np.where(some, clusters, 0.0)),
        design_effect=np.where(usable, deff, np.nan),
        df=np.where(some, df, 0.0),
        by_applicants=some & ~usable,
    )


def clopper_pearson(events: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Exact limits of a proportion of independent trials; NaN without trials.

    Source: C. Clopper, E. Pearson (1934), Biometrika 26, 404-413.
    """
    y, n = np.broadcast_arrays(np.asarray(events, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    size = np.where(n > 0, n, 1.0)
    low, high = _clopper_pearson(np.where(n > 0, y, 0.0) / size, size, level)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def _clopper_pearson(p: FloatArray, n: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Exact binomial limits at a fractional n; 0 and 1 are their own lower and upper limits."""
    tail = (1 - level) / 2
    y, rest = n * p, n * (1 - p)
    low = np.where(y > 0, betaincinv(np.where(y > 0, y, 1.0), rest + 1, tail), 0.0)
    high = np.where(rest > 0, betaincinv(y + 1, np.where(rest > 0, rest, 1.0), 1 - tail), 1.0)
    return low, high
