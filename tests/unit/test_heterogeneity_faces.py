"""What the figures on drivers and on later attempts say and draw, and what they say where there is nothing to count."""

from __future__ import annotations

import pytest
from log_builder import log_of_attempts

from followup_analytics.answers.drivers import later_attempts, what_drives
from followup_analytics.errors import DataError, WithheldError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.simulate import simulate_log


@pytest.fixture(scope="module")
def cut() -> FollowUpLog:
    """Forty attempts whose window the end of the record cuts: none can be counted."""
    return log_of_attempts([{"applicant": k} for k in range(40)], until="2026-03-04")


@pytest.mark.parametrize("unit", ["referral", "cohort"])
def test_few_values_tell_no_spread(unit: str) -> None:
    """Attempts within one of two or three values: no ratio, but the sentence why; the pooled one stays."""
    log = simulate_log(interviews=240, world="office", seed=1)
    found = later_attempts(log, unit=unit, min_cell=1)
    pooled, within = found.rows
    assert pooled.estimate == later_attempts(log, min_cell=1).rows[0].estimate
    assert (within.estimate, within.status) == (None, "not_estimable")
    assert f"{unit} has too few values" in str(within.reason)
    assert found.summary().endswith("has too few values to tell how they differ.")


@pytest.mark.parametrize("ask", [what_drives, later_attempts])
def test_nothing_to_count_is_no_secret(ask: object, cut: FollowUpLog) -> None:
    """With --min-cell 1 the sentence is about the data; otherwise it doesn't tell how few there are."""
    with pytest.raises(DataError, match="no attempt in this log has a window"):
        ask(cut, min_cell=1)  # type: ignore[operator]
    with pytest.raises(WithheldError, match="fewer than 10"):
        ask(cut)  # type: ignore[operator]
