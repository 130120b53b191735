"""How often verdicts and intervals are right over many logs: the committed figures, and a fresh run of the study."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
#: Designs with fewer intervals in the study say too little about their coverage.
ENOUGH = 300
#: A world whose confounding nobody wrote down: it is in the study to show that verdicts are false there.
MISLEADING = "unmeasured"


def check(study: dict[str, Any]) -> None:
    """At most 5% of logs with a false verdict; coverage of each design between 93 and 97.5%."""
    assert study["logs_with_a_false_verdict"]["share"] <= 0.05
    for design, coverage in study["designs"].items():
        if coverage["of"] >= ENOUGH:
            assert 0.93 <= coverage["share"] <= 0.975, design


def test_the_committed_study_meets_its_goals() -> None:
    """Of the null worlds' logs at most 5% have any false verdict, and intervals hold the truth as often as they say."""
    studies = json.loads((BENCHMARKS / "results" / "claims_study.json").read_text(encoding="utf-8"))
    logs = {(study["world"], study["applicants"]): study["logs"] for study in studies}
    assert min(logs["null", 500], logs["null", 5_000], logs["etiquette", 500]) >= 1_000
    for study in studies:
        if study["world"] != MISLEADING:
            check(study)


@pytest.mark.study
def test_fresh_logs_bear_the_study_out() -> None:
    """Sixty logs that the committed study has not seen."""
    module = runpy.run_path(str(BENCHMARKS / "claims_study.py"))
    lines = [module["one_log"]("null", 500, seed) for seed in range(90_000, 90_060)]
    found = module["summary"]("null", 500, lines)
    assert found["logs_with_a_false_verdict"]["number"] <= 6
    for coverage in found["designs"].values():
        assert coverage["of"] < ENOUGH or coverage["share"] >= 0.92


def test_what_counts_as_a_false_verdict() -> None:
    """Supported where nothing is, contradicted where it is right, no difference where it reaches the margin."""
    is_false = runpy.run_path(str(BENCHMARKS / "claims_study.py"))["is_false"]
    row = {"claim": "smile", "margin": 0.05, "verdict": "supported"}
    assert is_false(row, 0.0)
    assert not is_false(row, 0.02)
    assert is_false({**row, "verdict": "contradicted"}, 0.08)
    assert is_false({**row, "verdict": "no_meaningful_difference"}, -0.06)
    assert not is_false({**row, "verdict": "inconclusive"}, 0.3)
    # Moving on is right where a further attempt gains nothing.
    assert not is_false({**row, "claim": "move-on"}, 0.0)
    assert is_false({**row, "claim": "move-on"}, 0.09)
