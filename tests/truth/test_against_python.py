"""Curves, intervals and fits against scikit-survival, statsmodels and scipy, which the package doesn't use for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from oracles.clustered import clustered_covariance

from followup_analytics.statistics import (
    benjamini_hochberg,
    e_value,
    holm,
    korn_graubard,
    normal_limits,
    sample_size,
    two_one_sided_tests,
    wilson,
)
from followup_analytics.statistics.incidence import aalen_johansen
from followup_analytics.statistics.logistic import fit_logistic


@pytest.fixture(scope="module")
def exits() -> dict[str, np.ndarray[Any, Any]]:
    """Five hundred exits on whole days with ties, day 0 and two causes."""
    rng = np.random.default_rng(7)
    return {"time": np.floor(rng.exponential(8, 500)).astype(int), "cause": rng.integers(0, 3, 500)}


def test_scikit_survivals_incidence(exits: dict[str, np.ndarray[Any, Any]]) -> None:
    """cumulative_incidence_competing_risks gives the same curves, events at time 0 included."""
    nonparametric = pytest.importorskip("sksurv.nonparametric")
    times, expected = nonparametric.cumulative_incidence_competing_risks(exits["cause"], exits["time"].astype(float))
    found = aalen_johansen(exits["time"], exits["cause"], times)
    assert times[0] == 0
    np.testing.assert_allclose(found.estimate, expected[1:], atol=1e-12)


def test_statsmodels_incidence(exits: dict[str, np.ndarray[Any, Any]]) -> None:
    """CumIncidenceRight gives the same curves."""
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    expected = survfunc.CumIncidenceRight(exits["time"], exits["cause"])
    found = aalen_johansen(exits["time"], exits["cause"], expected.times)
    for k in (0, 1):
        np.testing.assert_allclose(found.estimate[k], expected.cinc[k], atol=1e-12)


def test_statsmodels_logistic_with_clusters() -> None:
    """GLM's coefficients, and its clustered errors with G/(G-1) (n-1)/(n-k)."""
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(11)
    cluster = rng.integers(0, 60, 900)
    x = np.column_stack([np.ones(900), rng.normal(size=900), rng.integers(0, 2, 900)])
    y = (rng.random(900) < 1 / (1 + np.exp(-x @ [-0.5, 0.4, 0.3] - rng.normal(size=60)[cluster]))).astype(float)
    beta = fit_logistic(x, np.ones(900), y)
    model = api.GLM(y, x, family=api.families.Binomial())
    expected = model.fit(cov_type="cluster", cov_kwds={"groups": cluster}, tol=1e-14)
    factor = 60 / 59 * 899 / 897
    errors = np.sqrt(np.diag(clustered_covariance(x, y, np.ones(900), beta, cluster)) * factor)
    np.testing.assert_allclose(beta, expected.params, atol=1e-9)
    np.testing.assert_allclose(errors, expected.bse, atol=1e-8)


def test_statsmodels_proportions() -> None:
    """Wilson's interval; with one trial a cluster Korn-Graubard is Clopper and Pearson's for n - 1 (n at 0 and 1)."""
    stats = pytest.importorskip("statsmodels.stats.proportion")
    for events, trials in ((0, 12), (3, 12), (12, 12), (41, 300)):
        low, high = wilson(events / trials, trials)
        expected = stats.proportion_confint(events, trials, method="wilson")
        assert (float(low), float(high)) == pytest.approx(expected, abs=1e-12)
        found = korn_graubard(events, trials, trials, events, events, trials)
        size = trials - 1 if 0 < events < trials else trials
        exact = stats.proportion_confint(events / trials * size, size, method="beta")
        assert (float(found.low), float(found.high)) == pytest.approx(exact, abs=1e-12)


def test_statsmodels_adjusted_p_values() -> None:
    """multipletests gives the same Holm and Benjamini-Hochberg values."""
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(3).random(40) ** 2
    np.testing.assert_allclose(holm(p), multitest.multipletests(p, method="holm")[1], atol=1e-14)
    np.testing.assert_allclose(benjamini_hochberg(p), multitest.multipletests(p, method="fdr_bh")[1], atol=1e-14)


def test_statsmodels_equivalence_and_size() -> None:
    """Two one-sided t tests, and the size of a comparison of two proportions, from their own formulas elsewhere."""
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    values = np.random.default_rng(5).normal(0.02, 1.0, 200)
    expected = weightstats.DescrStatsW(values).ttost_mean(-0.2, 0.2)[0]
    se = values.std(ddof=1) / np.sqrt(200)
    assert two_one_sided_tests(values.mean(), se, 199, 0.2).p_value == pytest.approx(expected, abs=1e-12)
    power = pytest.importorskip("statsmodels.stats.power").NormalIndPower
    pooled = np.sqrt((0.3 * 0.7 + 0.4 * 0.6) / 2)
    arm = power().solve_power(effect_size=0.1 / pooled, alpha=0.05, power=0.8)
    assert sample_size(0.3, 0.1, design_effect=1.0) == 2 * int(np.ceil(arm))


def test_scipys_student_limits() -> None:
    """Limits with t(df) as scipy.stats has them."""
    stats = pytest.importorskip("scipy.stats")
    low, high = normal_limits(0.3, 0.04, [3, 17, 49])
    for place, df in enumerate((3, 17, 49)):
        assert (low[place], high[place]) == pytest.approx(stats.t.interval(0.95, df, 0.3, 0.04), abs=1e-12)


def test_published_e_values() -> None:
    """VanderWeele and Ding's own example: RR 3.9 (1.8 to 8.7) has E-values 7.26 and 3.0."""
    found = e_value(3.9, 1.8, 8.7)
    assert (round(found.estimate or 0, 2), round(found.limit or 0, 1)) == (7.26, 3.0)
    assert [round(e_value(rr).estimate or 0, 2) for rr in (1.1, 1.2, 1.33, 1.5, 2)] == [1.43, 1.69, 1.99, 2.37, 3.41]
