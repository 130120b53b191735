"""The coverage study: its committed table is what its figures say, and every interval holds the truth often enough."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study() -> ModuleType:
    """The script of the study."""
    spec = importlib.util.spec_from_file_location("coverage_study", ROOT / "benchmarks" / "coverage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def figures() -> list[dict[str, Any]]:
    """The committed figures."""
    return json.loads((ROOT / "benchmarks" / "coverage.json").read_text(encoding="utf-8"))["results"]


def test_the_page_is_made_of_the_figures(study: ModuleType, figures: list[dict[str, Any]]) -> None:
    """docs/coverage.md is what the script makes of benchmarks/coverage.json."""
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == study.table(figures)


def test_every_interval_holds_the_truth_often_enough(study: ModuleType, figures: list[dict[str, Any]]) -> None:
    """Incidences and differences between 93.5 and 97.5%, rates at least 93.5%; 2,000 runs each, none without limits."""
    low, high = study.TARGET
    for row in figures:
        assert row["runs"] == 2_000
        assert row["without_interval"] == 0
        assert row["coverage"] >= low, row["what"]
        assert row["kind"] == "rate" or row["coverage"] <= high, row["what"]
    assert {row["applicants"] for row in figures} == {30, 60, 500, 5_000}


@pytest.mark.study
@pytest.mark.parametrize("applicants", [30, 60, 500])
def test_a_short_run_agrees(study: ModuleType, applicants: int) -> None:
    """300 runs with other random numbers stay within four Monte Carlo errors of the aim."""
    found = study.study(300, (applicants,), seed=1)
    assert found
    for row in found:
        assert row["coverage"] >= 0.90, row["what"]
