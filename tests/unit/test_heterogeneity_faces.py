"""What the figures on drivers and on later attempts say and draw, and what they say where there is nothing to count."""

from __future__ import annotations

import pytest
from log_builder import log_of_attempts

from followup_analytics.answers.drivers import later_attempts, what_drives
from followup_analytics.errors import DataError, WithheldError
from followup_analytics.log.followup_log import FollowUpLog


@pytest.fixture(scope="module")
def cut() -> FollowUpLog:
    """Forty attempts whose window the end of the record cuts: none can be counted."""
    return log_of_attempts([{"applicant": k} for k in range(40)], until="2026-03-04")


@pytest.mark.parametrize("ask", [what_drives, later_attempts])
def test_nothing_to_count_is_no_secret(ask: object, cut: FollowUpLog) -> None:
    """With --min-cell 1 the sentence is about the data; otherwise it doesn't tell how few there are."""
    with pytest.raises(DataError, match="no attempt in this log has a window"):
        ask(cut, min_cell=1)  # type: ignore[operator]
    with pytest.raises(WithheldError, match="fewer than 10"):
        ask(cut)  # type: ignore[operator]
