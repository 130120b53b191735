"""Verdicts worked out in R from what Python traced, by the script that readers are given."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.errors import UsageError

SCRIPT = Path(__file__).parents[2] / "followup_analytics" / "claims" / "reproduce_verdict.R"
TRACED = "wait-2-3-days"
#: What takes a verdict back is not in the trace.
TAKEN_BACK = ("Even weighted", "Two estimates part ways", "negative control")


def has_survival() -> bool:
    """Whether R and its package survival are here."""
    program = shutil.which("Rscript")
    if program is None:
        return False
    return subprocess.run([program, "-e", "library(survival)"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_survival(), reason="needs R with survival")
def test_r_gives_the_same_verdicts_from_the_trace(tmp_path: Path) -> None:
    """Difference, p-value, Holm's adjustment and verdict of all claims agree, and the weighted estimate of one."""
    log = fa.simulate_log(interviews=900, world="etiquette", seed=3)
    ours = fa.test_claims(log, min_cell=1)
    ours.trace().write_csv(tmp_path / "interviews.csv")
    ours.trace(TRACED, by_interval=True).write_csv(tmp_path / "intervals.csv")
    made = subprocess.run(
        ["Rscript", str(SCRIPT), "interviews.csv", "intervals.csv"], cwd=tmp_path, capture_output=True, check=True
    )
    theirs = {row["claim"]: row for row in pl.read_csv(io.BytesIO(made.stdout), null_values="NA").to_dicts()}
    tested = [row for row in ours.rows if row.estimate is not None]
    assert set(theirs) == {row.claim for row in tested}
    for row in tested:
        there = theirs[row.claim]
        assert there["estimate"] == pytest.approx(row.estimate, abs=1e-9)
        assert there["p_value"] == pytest.approx(row.p_value, abs=1e-9)
        assert there["p_adjusted"] == pytest.approx(row.p_adjusted, abs=1e-9)
        if not any(words in str(row.reason) for words in TAKEN_BACK):
            assert there["verdict"] == row.verdict
    assert theirs[TRACED]["estimate_weighted"] == pytest.approx(ours.row(TRACED).estimate_weighted, abs=1e-9)
    assert sum(row.verdict == "supported" for row in tested) >= 3


def test_a_trace_of_a_claim_that_is_not_in_the_answer_is_refused() -> None:
    """The sentence names the claim."""
    log = fa.simulate_log(interviews=200, world="etiquette", seed=3)
    found = fa.test_claims(log, claim=TRACED, min_cell=1)
    with pytest.raises(UsageError, match="smile"):
        found.trace("smile")
