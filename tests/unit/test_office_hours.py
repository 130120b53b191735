"""Times of day as people write them: in several languages, and without am or pm."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from foreign_sheets import PEOPLE, write_csv

from followup_analytics.ingest import ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.ingest.maps.hours import in_office_hours
from followup_analytics.reading.logs import read_log
from followup_analytics.sheets.dates import iso_times, joined_cells


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("16 h 00", "16:00:00"),
        ("16h", "16:00:00"),
        ("16h30", "16:30:00"),
        ("16.00 Uhr", "16:00:00"),
        ("9 Uhr 30", "09:30:00"),
        ("4 p.m.", "16:00:00"),
        ("12 noon", "12:00:00"),
        ("midi", "12:00:00"),
    ],
)
def test_times_of_several_languages(time: str, read: str) -> None:
    """A cell of time beside a cell of date is read as its language writes it."""
    cells = joined_cells(pl.DataFrame({"date": ["2026-03-05"], "time": [time]}), ["date", "time"])
    assert iso_times(cells, file="", column="").to_list() == [f"2026-03-05T{read}"]


@pytest.mark.parametrize(
    ("times", "hours", "moved", "night"),
    [
        (("1:00", "10:30", "2:15"), "13 10 14", 2, 0),
        (("01:00:00", "11:00:00"), "13 11", 1, 0),
        (("1:00 am", "1:00", "9:00"), "01 13 09", 1, 0),
        (("1:00", "14:00"), "01 14", 0, 1),
        (("2:15:33", "9:10:00"), "02 09", 0, 0),
    ],
)
def test_offices_work_by_day(times: tuple[str, ...], hours: str, moved: int, night: int) -> None:
    """1:00 is after noon, unless am is said, or the column's clock has 24 hours or is a machine's."""
    texts = pl.Series([f"2026-03-05 {time}" for time in times])
    found = in_office_hours(iso_times(texts, file="", column=""), texts)
    assert " ".join(text[11:13] for text in found.iso) == hours
    assert (found.after_noon, found.at_night) == (moved, night)


def test_calls_at_one_are_not_at_night(tmp_path: Path) -> None:
    """Interviews and calls of a sheet are read so alike, and a note says how many."""
    rows = [["Student", "Company", "Interview date", "Time", "Call date", "Call time", "Result"]]
    rows += [[name, "Acme", "3/2/2026", "1:00", "3/4/2026", ("2:30", "11:00")[k % 2], "LVM"]
             for k, name in enumerate(PEOPLE)]  # fmt: skip
    file = write_csv(tmp_path / "log.csv", rows)
    (tmp_path / "map.toml").write_text(draft_map(file, time_zone="UTC").text, "utf-8")
    url = f"sqlite:///{tmp_path / 's.db'}"
    notes = [
        note for note in ingest_files(file, into=url, map=tmp_path / "map.toml").notes if note.code == "after_noon"
    ]
    log = read_log(url)
    assert {f"{at:%H:%M}" for at in log.interviews["interviewed_at"]} == {"13:00"}
    assert {f"{at:%H:%M}" for at in log.contacts["at"]} == {"14:30", "11:00"}
    assert [note.n for note in notes] == [9, 5]
