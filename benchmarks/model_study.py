"""What the callback model's promises are worth: how often it beats a base rate that can't be beaten, and its chances.

    nice python benchmarks/model_study.py [--seeds 200] [--logs 40]

writes benchmarks/results/model_study.json with two studies.

null: attempts, terms and applicants of simulated logs, but whether an attempt was answered is drawn anew from a chance
that belongs to the applicant alone (alike for all, or beta with intraclass correlation .2): no term tells anything of
an applicant not seen. Counted is how often `beats_base_rate` says that the model does; the test is one-sided at .05.

predictions: models of logs of some 500 applicants predict the open interviews of one large log of the same world at two
cuts, after which nobody attempts anything (`quiet_from`). For every stratum of at least 250 open interviews (by
attempts made and silence; by these and self-rating) the interval, averaged over the stratum, holds the share answered
within 7 days, or does not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from followup_analytics.cells.counted import episodes
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import as_of
from followup_analytics.model import fit_callback_model, predict_callbacks, term_frame
from followup_analytics.model.evaluate import FoldPredictions, evaluate
from followup_analytics.model.fitting import train, unseen
from followup_analytics.model.terms import NAMES, covariates_of
from followup_analytics.simulate import simulate_log

HERE = Path(__file__).parent
DAY_US = 86_400_000_000
RATE = 0.25
CUTS = (dt.date(2025, 10, 15), dt.date(2025, 12, 1))
STRATA = {"attempts and silence": ("made", "silent"), "and self-rating": ("made", "silent", "felt")}


def null_world(applicants: int, seed: int, *, correlation: float) -> bool:
    """Whether the model is said to beat the base rate in one log where no term tells anything."""
    log = simulate_log(interviews=3 * applicants, world="office", seed=seed)
    covariates = covariates_of(log, None)
    frame = term_frame(log, adjust=covariates).filter("in_full")
    rng = np.random.default_rng((seed, applicants, round(100 * correlation)))
    people = frame["applicant_id"].rank("dense").to_numpy().astype(np.int64) - 1
    size = people.max() + 1
    shape = (1 - correlation) / correlation if correlation else None
    chance = np.full(size, RATE) if shape is None else rng.beta(RATE * shape, (1 - RATE) * shape, size)
    drawn = (rng.random(frame.height) < chance[people]).astype(np.int64)
    judged = frame.with_columns(y=pl.Series(drawn))
    return evaluate(unseen(train(judged, (*NAMES, *covariates), min_cell=10))[0]).beats_base_rate


def null_study(seeds: int) -> list[dict[str, Any]]:
    """How often the base rate is said to be beaten, by number of applicants and correlation within them."""
    rows = []
    for applicants in (60, 500):
        for correlation in (0.0, 0.2):
            beaten = sum(null_world(applicants, seed, correlation=correlation) for seed in range(seeds))
            rows.append({"applicants": applicants, "correlation": correlation, "logs": seeds, "beaten": beaten})
            print(rows[-1], flush=True)
    return rows


def open_interviews(world: str) -> Iterator[tuple[FollowUpLog, pl.DataFrame]]:
    """A large log at each cut, and of its open interviews self_rating and whether they heard within 7 days."""
    for cut in CUTS:
        whole = simulate_log(interviews=40_000, world=world, seed=999, quiet_from=cut + dt.timedelta(days=1))
        now = as_of(whole, cut.isoformat())
        ends = now.interviews.select("interview_id", "self_rating", cut_us="_until_us")
        came = episodes(whole).join(ends, on="interview_id")
        days = (pl.col("exit_us") - pl.col("cut_us")) / DAY_US
        answered = (pl.col("exit_kind") == "response") & (days <= 7)
        yield (
            now,
            came.filter(pl.col("until_us") - pl.col("cut_us") >= 7 * DAY_US).select(
                "interview_id", "self_rating", y=answered.cast(pl.Float64)
            ),
        )


def prediction_study(world: str, logs: int) -> dict[str, Any]:
    """Calibration over all logs' predictions, and how often intervals hold the truth of their stratum."""
    reference = list(open_interviews(world))
    held: dict[str, list[float]] = {name: [] for name in STRATA}
    slopes, ratios = [], []
    for seed in range(logs):
        rows = predicted(simulate_log(interviews=1_500, world=world, seed=seed), reference)
        p, y = rows["probability"].to_numpy(), rows["y"].to_numpy()
        slopes.append(slope(p, y))
        ratios.append(float(y.mean() / p.mean()))
        for name, keys in STRATA.items():
            told = rows.group_by(keys).agg(pl.len(), pl.col("y", "conf_low", "conf_high").mean())
            told = told.filter(pl.col("len") >= 250)
            held[name] += told["y"].is_between(told["conf_low"], told["conf_high"]).to_list()
    print(world, np.mean(slopes), np.mean(ratios), {name: np.mean(one) for name, one in held.items()}, flush=True)
    return {
        "world": world,
        "logs": logs,
        "slope": {"mean": float(np.mean(slopes)), "low": min(slopes), "high": max(slopes)},
        "answered_over_predicted": {"mean": float(np.mean(ratios)), "low": min(ratios), "high": max(ratios)},
        "coverage": {name: {"held": int(sum(one)), "of": len(one)} for name, one in held.items()},
    }


def predicted(log: FollowUpLog, reference: list[tuple[FollowUpLog, pl.DataFrame]]) -> pl.DataFrame:
    """Predictions of the reference's open interviews by the model of a log, with what came and the strata."""
    model = fit_callback_model(log)
    names = ("interview_id", "probability", "conf_low", "conf_high", "silence_days", "attempts")
    parts = [
        predict_callbacks(now, model).to_frame().select(names).join(came, on="interview_id") for now, came in reference
    ]
    rows = pl.concat(parts).drop_nulls("probability")
    silent = sum((pl.col("silence_days") > edge).cast(pl.Int64) for edge in (2, 4, 7, 14, 28))
    return rows.with_columns(
        made=pl.col("attempts").clip(0, 3), silent=silent, felt=pl.col("self_rating").cast(pl.Float64) > 3
    )


def slope(p: np.ndarray, y: np.ndarray) -> float:
    """Calibration slope of predictions."""
    n = len(y)
    found = evaluate(
        FoldPredictions(p, np.full(n, y.mean()), np.ones(n), y, np.arange(n) % 50, np.zeros(n, dtype=np.int64))
    )
    return float(found.metrics["calibration_slope"]["estimate"] or 0.0)


def main() -> None:
    """Run both studies and write what they found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--logs", type=int, default=40)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "model_study.json")
    asked = parser.parse_args()
    worlds = ("etiquette", "office")
    found = {
        "null": null_study(asked.seeds),
        "predictions": [prediction_study(world, asked.logs) for world in worlds],
    }
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
