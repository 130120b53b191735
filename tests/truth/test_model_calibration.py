"""A model of 5,000 applicants on fresh data of the same world, and predictions of open interviews against what came."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from model_frames import TRUTH, attempt_frame

from followup_analytics.cells.counted import episodes
from followup_analytics.log.subsets import as_of
from followup_analytics.model import CallbackModel, fit_callback_model, predict_callbacks, term_frame
from followup_analytics.model.evaluate import FoldPredictions, evaluate
from followup_analytics.model.fitting import train
from followup_analytics.simulate import simulate_log


def judged(p: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Calibration of predictions on data that had no part in the fit."""
    n = len(y)
    found = evaluate(
        FoldPredictions(p, np.full(n, y.mean()), np.ones(n), y, np.arange(n) % 50, np.zeros(n, dtype=np.int64))
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


@pytest.fixture(scope="module")
def fitted() -> CallbackModel:
    """The model of some 5,000 applicants."""
    return fit_callback_model(simulate_log(interviews=15_000, world="etiquette", seed=1))


def test_slope_on_a_fresh_simulated_log_is_near_one(fitted: CallbackModel) -> None:
    """The whole way from a log: trained on some 5,000 applicants, judged on a second log of the same world."""
    fresh = term_frame(simulate_log(interviews=15_000, world="etiquette", seed=2)).filter("in_full")
    found = judged(fitted.fitted.predict(fresh), fresh["y"].to_numpy().astype(float))
    assert 0.9 <= found["calibration_slope"] <= 1.1
    assert abs(found["calibration_intercept"]) < 0.1


def open_and_after(cut: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Predictions' keys of one fresh log cut at a day, and what came of its open interviews as nothing more was done.

    The second frame has interview_id and the days from the cut to the response, infinite where none came.
    """
    whole = simulate_log(interviews=15_000, world="etiquette", seed=2, quiet_from=cut + dt.timedelta(days=1))
    now = as_of(whole, cut.isoformat())
    ends = now.interviews.select("interview_id", cut_us="_until_us")
    came = episodes(whole).join(ends, on="interview_id")
    days = (pl.col("exit_us") - pl.col("cut_us")) / 86_400_000_000
    return now, came.filter(pl.col("until_us") - pl.col("cut_us") >= 14 * 86_400_000_000).select(
        "interview_id", days=pl.when(pl.col("exit_kind") == "response").then(days).otherwise(float("inf"))
    )


def test_predictions_of_open_interviews_come_true(fitted: CallbackModel) -> None:
    """Chances of 7 and 14 days at three cuts of a fresh log, against what came when nothing further was done.

    In the large within a tenth, slope .9 to 1.1; and by attempts made and length of silence, as much as 200 interviews
    can show (3 standard errors of a share).
    """
    told = []
    for cut in (dt.date(2025, 10, 10), dt.date(2025, 11, 5), dt.date(2025, 12, 1)):
        now, after = open_and_after(cut)
        made = predict_callbacks(now, fitted).to_frame()
        keys = ("interview_id", "attempts", "silence_days", "probability", "probability_14")
        told.append(made.select(keys).join(after, on="interview_id"))
    rows = pl.concat(told).drop_nulls("probability")
    assert rows.height > 8_000
    for name, days in (("probability", 7), ("probability_14", 14)):
        p, y = rows[name].to_numpy(), (rows["days"] <= days).to_numpy().astype(float)
        assert 0.9 <= y.mean() / p.mean() <= 1.1
        assert 0.9 <= judged(p, y)["calibration_slope"] <= 1.1
    strata = rows.group_by(pl.col("attempts").clip(0, 3), pl.col("silence_days").log1p().floor()).agg(
        pl.len(), pl.col("probability").mean(), y=(pl.col("days") <= 7).mean()
    )
    for row in strata.filter(pl.col("len") >= 200).iter_rows(named=True):
        error = np.sqrt(row["probability"] * (1 - row["probability"]) / row["len"])
        assert abs(row["y"] - row["probability"]) < 3 * error + 0.01, row
