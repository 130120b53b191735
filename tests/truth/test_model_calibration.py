"""A model of 5,000 applicants on fresh data of the same world, and predictions of open interviews against what came."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from model_frames import TRUTH, attempt_frame

from followup_analytics.model import fit_callback_model, term_frame
from followup_analytics.model.evaluate import Predictions, evaluate
from followup_analytics.model.fitting import train
from followup_analytics.simulate import simulate_log


def judged(p: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Calibration of predictions on data that had no part in the fit."""
    n = len(y)
    found = evaluate(
        Predictions(p, np.full(n, y.mean()), np.ones(n), y, np.arange(n) % 50, np.zeros(n, dtype=np.int64))
    )
    return {name: one["estimate"] for name, one in found.metrics.items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_slope_on_fresh_attempts_is_near_one(seed: int) -> None:
    """5,000 applicants train, 5,000 others judge: calibration slope within .9 to 1.1, intercept within .1 of 0."""
    fit = train(attempt_frame(5_000, seed, spread=0.5), tuple(TRUTH), min_cell=10).fit
    fresh = attempt_frame(5_000, 100 + seed, spread=0.5)
    found = judged(fit.predict(fresh), fresh["y"].to_numpy().astype(float))
    assert 0.9 <= found["calibration_slope"] <= 1.1
    assert abs(found["calibration_intercept"]) < 0.1


def test_slope_on_a_fresh_simulated_log_is_near_one() -> None:
    """The whole way from a log: trained on some 5,000 applicants, judged on a second log of the same world."""
    fitted = fit_callback_model(simulate_log(interviews=15_000, world="etiquette", seed=1)).fitted
    fresh = term_frame(simulate_log(interviews=15_000, world="etiquette", seed=2)).filter("in_full")
    found = judged(fitted.predict(fresh), fresh["y"].to_numpy().astype(float))
    assert 0.9 <= found["calibration_slope"] <= 1.1
    assert abs(found["calibration_intercept"]) < 0.1
