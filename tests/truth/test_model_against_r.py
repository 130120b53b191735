"""The callback model against R: glm, ridge by hand and pROC (calls in tests/fixtures/model_oracles)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from followup_analytics.model.evaluate import FoldPredictions, evaluate
from followup_analytics.model.fitting import train
from followup_analytics.model.tuning import choose_c, left_out_losses
from followup_analytics.statistics import group_rows

FOLDER = Path(__file__).parents[1] / "fixtures" / "model_oracles"
NAMES = ("channel", "timing", "self_rating")


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    """R's frozen figures."""
    return json.loads((FOLDER / "oracle_model.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def attempts() -> pl.DataFrame:
    """Simulated attempts, levels as text."""
    return pl.read_csv(FOLDER / "attempts.csv", schema_overrides={"self_rating": pl.String, "timing": pl.String})


def coefficients(attempts: pl.DataFrame, c: float) -> dict[str, float]:
    """Our coefficients by column."""
    found = train(attempts, NAMES, min_cell=1, c=c).fit
    return dict(zip(("(intercept)", *found.coding.names), found.beta.tolist(), strict=True))


def test_ridge_coefficients_equal_rs(oracle: dict[str, Any], attempts: pl.DataFrame) -> None:
    """Newton's method on the penalised likelihood, written in R, gives the same to 1e-8."""
    found = coefficients(attempts, 0.1)
    assert found.keys() == oracle["ridge"].keys()
    assert max(abs(found[name] - value) for name, value in oracle["ridge"].items()) < 1e-8


def test_contrasts_without_a_penalty_equal_glms(oracle: dict[str, Any], attempts: pl.DataFrame) -> None:
    """glm codes levels against the first one: our differences between levels are its coefficients, to 1e-6."""
    found = coefficients(attempts, float("inf"))
    for name in NAMES:
        levels = sorted(attempts[name].unique())
        assert len(levels) > 1
        for level in levels[1:]:
            gap = found[f"{name}={level}"] - found[f"{name}={levels[0]}"]
            assert gap == pytest.approx(oracle["glm"][f"{name}{level}"], abs=1e-6)


def test_calibration_and_area_equal_rs(oracle: dict[str, Any], attempts: pl.DataFrame) -> None:
    """Calibration by glm with and without an offset, and pROC's area, to 1e-8."""
    p, y = attempts["guess"].to_numpy(), attempts["y"].to_numpy().astype(float)
    zero = np.zeros(len(y), dtype=np.int64)
    found = evaluate(
        FoldPredictions(p, np.full(len(y), y.mean()), np.ones(len(y)), y, group_rows(attempts), zero)
    ).metrics
    for name in ("auc", "calibration_slope", "calibration_intercept"):
        assert found[name]["estimate"] == pytest.approx(oracle[name], abs=1e-8)


def test_strength_is_the_one_that_r_chooses(oracle: dict[str, Any], attempts: pl.DataFrame) -> None:
    """Log loss of the folds left out, for each strength, as R adds it up; and the least of them is taken."""
    trained = train(attempts, NAMES, min_cell=1, c=1.0)
    group, fold = (pl.Series(values) for values in (trained.group, attempts["fold"]))
    of_group = pl.DataFrame({"group": group, "fold": fold}).unique().sort("group")["fold"].to_numpy()
    losses = left_out_losses(trained.counts, trained.design, of_group, oracle["strengths"])
    assert losses == pytest.approx(oracle["left_out_loss"], abs=1e-3)
    best = oracle["strengths"][int(np.argmin(oracle["left_out_loss"]))]
    assert choose_c(trained.counts, trained.design, of_group, oracle["strengths"]) == best


def test_r_still_says_so(oracle: dict[str, Any], tmp_path: Path) -> None:
    """Where R, pROC and jsonlite are installed the figures are made anew and compared with the frozen ones."""
    program = shutil.which("Rscript")
    asked = "cat(all(sapply(commandArgs(TRUE), requireNamespace, quietly = TRUE)))"
    ready = program and subprocess.run(
        [program, "-e", asked, "pROC", "jsonlite"], capture_output=True, text=True, check=False
    ).stdout.endswith("TRUE")
    if not program or not ready:
        pytest.skip("R with pROC and jsonlite is not installed")
    target = tmp_path / "again.json"
    subprocess.run([program, "oracle_model.R", str(target)], cwd=FOLDER, check=True, capture_output=True)
    again = json.loads(target.read_text(encoding="utf-8"))
    for part in ("glm", "ridge", "left_out_loss"):
        assert again[part] == pytest.approx(oracle[part], abs=1e-9)
    assert again["auc"] == pytest.approx(oracle["auc"], abs=1e-12)
