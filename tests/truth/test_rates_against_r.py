"""Rates end to end against R's survey package: simulated attempts, applicants as clusters.

tests/fixtures/rates holds the data, the script that made them, the R script with its versions, and R's frozen figures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from log_builder import log_of_attempts

from followup_analytics.answers.rates import response_rates

FOLDER = Path(__file__).parents[1] / "fixtures" / "rates"


def test_rates_by_channel_equal_svyciprop() -> None:
    """svyciprop(~answered, svydesign(~applicant), method = "beta"): rate and limits to 1e-10, where deff exceeds 1."""
    attempts = pl.read_csv(FOLDER / "attempts.csv").to_dicts()
    log = log_of_attempts(
        [
            {"applicant": row["applicant"], "channel": row["channel"], "answered_after": 3 if row["answered"] else None}
            for row in attempts
        ]
    )
    expected = json.loads((FOLDER / "svyciprop.json").read_text())
    rows = {row["channel"]: row for row in response_rates(log, by="channel", min_cell=1).rows}
    assert set(rows) == set(expected)
    for channel, oracle in expected.items():
        assert oracle["deff"] > 1
        row = rows[channel]
        assert (row["n_attempts"], row["n_applicants"], row["n_events"]) == (
            oracle["n"],
            oracle["clusters"],
            oracle["events"],
        )
        assert row["estimate"] == pytest.approx(oracle["estimate"], abs=1e-12)
        assert (row["conf_low"], row["conf_high"]) == pytest.approx((oracle["low"], oracle["high"]), abs=1e-10)
