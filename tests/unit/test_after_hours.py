"""A call of today, asked for in the evening, is told for the next working day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from followup_analytics.advice import next_steps
from followup_analytics.advice.rows import as_line, step_in_words
from followup_analytics.log.assembling import build_log
from followup_analytics.store import open_store
from followup_analytics.store.logs import read_story
from followup_analytics.track import track_interview

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("hour", "on", "when"),
    [(10, None, "today"), (17, None, "today"), (19, "2026-11-30", "30 Nov"), (23, "2026-11-30", "30 Nov")],
)
def test_after_office_hours_a_call_is_told_for_the_next_working_day(
    tmp_path: Path, hour: int, on: str | None, when: str
) -> None:
    """The step and its day stay as the rules have them; what people read names the day on which somebody answers."""
    friday = datetime(2026, 11, 27, hour, tzinfo=CHICAGO).astimezone(UTC)
    url, at = f"sqlite:///{tmp_path / 'office.db'}", "2026-11-20T10:00"
    entry = track_interview(url, "ana", employer="Acme", at=at, time_zone="America/Chicago", clock=lambda: friday)
    story = read_story(open_store(url, clock=lambda: friday), entry.id)
    assert story is not None
    steps = next_steps(story, test=False)
    (row,) = steps.rows
    assert (row.step, row.on, row.due, row.ring_on) == ("call", "2026-11-27", True, on)
    assert as_line(row).when == when
    assert ("closed by now: call on Monday 30 November 2026" in row.why) == (on is not None)
    assert ("call today" in step_in_words(row)) == (on is None)
    assert f"DTSTART;VALUE=DATE:{(on or '2026-11-27').replace('-', '')}" in steps.to_ics()
    (asked_ahead,) = next_steps(story, test=False, today="2026-11-30").rows
    assert asked_ahead.ring_on is None


def test_the_end_of_a_record_in_files_is_no_evening() -> None:
    """The last thing that a folder tells may be of the night: nobody rings then, and the day of the call stays."""
    row = {"interview_id": "i1", "applicant_id": "a1", "interviewed_at": "2026-11-20T10:00"}
    log = build_log(
        interviews=pl.DataFrame([row | {"observed_until": "2026-11-27T23:30"}]), time_zone="America/Chicago"
    )
    (found,) = next_steps(log, test=False).rows
    assert (found.step, found.on, found.ring_on) == ("call", "2026-11-27", None)
