"""The callback model beside the base rate, boosting and a random intercept: who is taken, and why."""

from __future__ import annotations

import numpy as np
import pytest

from followup_analytics.answers.drivers import MixedFit, fit_random_intercept, unit_cells
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.subsets import subset
from followup_analytics.model import compare_models
from followup_analytics.model.compare import ALTERNATIVES, simplest
from followup_analytics.model.ridge import Design, fit
from followup_analytics.simulate import simulate_log


def test_the_ridge_is_taken_where_something_matters() -> None:
    """270 applicants of a world with effects: the base rate is beaten, and what is harder to read has to earn it."""
    found = compare_models(simulate_log(interviews=800, world="etiquette", seed=3))
    rows = {row["model"]: row for row in found.rows}
    assert tuple(rows) == ALTERNATIVES
    assert [name for name, row in rows.items() if row["chosen"]] == ["ridge"]
    assert rows["ridge"]["estimate"] < rows["base_rate"]["estimate"] - 0.01
    assert all(row["conf_low"] < row["estimate"] < row["conf_high"] for row in rows.values())
    # The base rate tells nobody apart: it has no slope, whatever its folds differ by.
    assert rows["base_rate"]["calibration_slope"] is None
    assert 0.7 < rows["random_intercept"]["calibration_slope"] < 1.3
    assert "ridge is taken" in found.summary()


def test_the_base_rate_is_taken_where_nothing_can_be_told() -> None:
    """Sixty interviews of a world without effects: the base rate, and every model's figures are numbers."""
    found = compare_models(simulate_log(interviews=60, world="null", seed=2), min_cell=1)
    assert [row["model"] for row in found.rows if row["chosen"]] == ["base_rate"]
    assert all(np.isfinite(row["estimate"]) and row["estimate"] < 2 for row in found.rows)
    assert "base_rate is taken" in found.summary()


@pytest.mark.parametrize(
    ("losses", "taken"),
    [
        ({"base_rate": 0.50, "ridge": 0.40, "boosting": 0.40}, "ridge"),
        ({"base_rate": 0.50, "ridge": 0.50, "boosting": 0.30}, "boosting"),
        ({"base_rate": 0.40, "ridge": 0.50, "boosting": 0.60}, "base_rate"),
    ],
)
def test_the_simplest_within_one_standard_error_is_taken(losses: dict[str, float], taken: str) -> None:
    """Losses that differ alike for everyone have no error: any gain counts, and of equals the simpler is taken."""
    y, group = np.ones(100), np.arange(100) % 10
    assert simplest({name: np.full(100, np.exp(-loss)) for name, loss in losses.items()}, y, group) == taken


def test_a_gain_within_its_error_does_not_count() -> None:
    """A gain that comes from one group of applicants out of ten is within one standard error."""
    y, group = np.ones(100), np.arange(100) % 10
    better = np.where(group == 0, 0.9, 0.5)
    assert simplest({"base_rate": np.full(100, 0.5), "boosting": better}, y, group) == "base_rate"


def test_random_intercept_with_a_penalty_is_the_ridge_where_units_do_not_differ() -> None:
    """Units of one attempt each show no spread: penalised alike, the coefficients are those of the ridge."""
    rng = np.random.default_rng(0)
    pattern = rng.integers(4, size=800)
    y = (rng.random(800) < np.array([0.1, 0.3, 0.5, 0.7])[pattern]).astype(np.int64)
    design = Design(np.arange(4)[:, None], 4)
    n, s = np.bincount(pattern), np.bincount(pattern, weights=y)
    plain = fit(design, n.astype(float), s, 0.5)
    cells, _ = unit_cells(np.arange(800), pattern, y, design.times(np.eye(5)), np.zeros(800, dtype=np.int64))
    ridge = np.array([0.0, 2.0, 2.0, 2.0, 2.0])
    mixed = fit_random_intercept(cells, MixedFit(plain, 1e-3, 0.0), ridge=ridge)
    assert mixed.spread < 0.5
    assert np.abs(mixed.beta - plain).max() < 0.02 + 0.2 * mixed.spread


def test_names_that_are_no_models_and_small_logs_are_refused() -> None:
    """An unknown name is one sentence; a log of too few applicants is withheld."""
    log = simulate_log(interviews=60, world="null", seed=2)
    with pytest.raises(UsageError, match="no model 'forest'"):
        compare_models(log, models=["forest"])
    few = subset(log, where=[("applicant_id", log.interviews["applicant_id"][0])])
    with pytest.raises((WithheldError, UsageError)):
        compare_models(few)
