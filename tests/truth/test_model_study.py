"""What the study of the callback model found (benchmarks/model_study.py), and parts of it done again on demand."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def study() -> ModuleType:
    """The study's script, loaded by its path: its folder holds names that are other packages' too."""
    spec = importlib.util.spec_from_file_location("model_study", BENCHMARKS / "model_study.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """The committed results."""
    return json.loads((BENCHMARKS / "results" / "model_study.json").read_text(encoding="utf-8"))


def test_base_rates_that_can_not_be_beaten_seldom_are(found: dict[str, Any]) -> None:
    """In worlds where no term tells anything the model is said to beat the base rate in at most 5% of logs."""
    assert {(row["applicants"], row["correlation"]) for row in found["null"]} == {
        (60, 0.0), (60, 0.2), (500, 0.0), (500, 0.2)
    }  # fmt: skip
    for row in found["null"]:
        assert row["logs"] >= 200
        assert row["beaten"] <= 0.05 * row["logs"]


def test_chances_were_right_on_average_and_intervals_held(found: dict[str, Any]) -> None:
    """With 500 applicants: answered and predicted agree within a tenth, and intervals hold the shares of strata.

    They hold 99% where strata are those of the rates, and 89 to 94% where self-rating, whose part the ridge draws
    towards nothing, divides them.
    """
    assert found["predictions"]
    for world in found["predictions"]:
        assert 0.9 <= world["answered_over_predicted"]["mean"] <= 1.1
        for held in world["coverage"].values():
            assert held["held"] >= 0.85 * held["of"]


@pytest.mark.study
def test_null_worlds_done_again() -> None:
    """Sixty logs of 60 applicants anew: at most six are said to beat the base rate."""
    assert sum(study().null_world(60, 1_000 + seed, correlation=0.2) for seed in range(60)) <= 6


@pytest.mark.study
def test_predictions_done_again() -> None:
    """Five logs of the etiquette world anew: intervals hold at least four in five of the strata's shares."""
    shares = study().prediction_study("etiquette", 5)["coverage"].values()
    assert shares
    for held in shares:
        assert held["held"] >= 0.8 * held["of"]
