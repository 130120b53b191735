"""A good date with a bad time of day: the day is kept, and said."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.reading import read_log
from followup_analytics.sheets.dates import read_dates


@pytest.mark.parametrize(
    ("cell", "kept", "bad"),
    [
        ("3/14/2026 25:00", "2026-03-14", "25:00"),
        ("3/14/2026 9:70", "2026-03-14", "9:70"),
        ("2026-03-14 24:30", "2026-03-14", "24:30"),
        ("3/14/2026 2:3o pm", "2026-03-14", "2:3o pm"),
        ("3/14/2026 after lunch", "2026-03-14", "after lunch"),
        ("14. März 2026 vormittags", "2026-03-14", "vormittags"),
        ("3/14/2026 por la tarde", "2026-03-14", "por la tarde"),
        ("3/14/2026 am", "2026-03-14", "am"),
        ("3/14/2026 ?", "2026-03-14", "?"),
        ("3/14/2026 2:30 pm", "2026-03-14T14:30:00", None),
        ("3/14/2026 noon", "2026-03-14T12:00:00", None),
        ("3/14/2026", "2026-03-14", None),
        ("3/14/2026 LVM", None, None),
        ("3/14/2026, 3/20/2026", None, None),
        ("13/14/2026 25:00", None, None),
        ("soon 25:00", None, None),
    ],
)
def test_what_of_a_cell_is_kept(cell: str, kept: str | None, bad: str | None) -> None:
    """The day where what follows was meant for a time; no date where it is something else, or the date is none."""
    read = read_dates(pl.Series([cell, "3/15/2026"]), file="f", column="c", day_first=False, keep_days=True)
    date = read.iso[0] if read.iso.str.slice(0, 10).str.to_date(strict=False)[0] is not None else None
    assert (date, read.bad_times[0] if date or bad else None) == (kept, bad)


def test_a_column_of_times_of_its_own(tmp_path: Path) -> None:
    """Whatever stands in it was meant for a time; the note names the column of times, and no row is refused."""
    times = ["10:15", "25:00", "rang twice", "9:70", "am", "11:00 AM", "noon", ""]
    rows = [f"P{k},Acme,3/{k}/2026,3/{k + 13}/2026,{time},LVM" for k, time in enumerate(times, 1)]
    sheet = tmp_path / "s.csv"
    sheet.write_text("\n".join(["Student,Employer,Interview date,Call date,Call time,Result", *rows]) + "\n")
    (tmp_path / "m.toml").write_text(draft_map(sheet, time_zone="UTC").text)
    url = f"sqlite:///{tmp_path / 's.db'}"
    found = ingest_files(sheet, into=url, map=tmp_path / "m.toml", time_zone="UTC")
    assert sum(row.rejected for row in found.rows) == 0
    (note,) = (one for one in found.notes if one.code == "bad_times")
    assert (note.n, "column Call time:" in note.text, "'25:00'" in note.text, "rang" in note.text) == (
        4,
        True,
        True,
        False,
    )
    precise = read_log(url).contacts.sort("at")["at_precision"].fill_null("instant").to_list()
    assert precise == ["instant", "day", "day", "day", "day", "instant", "instant", "day"]


@pytest.mark.parametrize(("cell", "hint"), [("about 3/4/2026", False), ("about 3/4", True), ("soon", True)])
def test_the_year_is_spoken_of_where_it_lacks(tmp_path: Path, cell: str, hint: bool) -> None:
    """A date that can't be read has advice about the year only where it has none."""
    rows = [f"P{k},Acme,3/{k}/2026,{cell if k == 3 else f'3/{k + 13}/2026'},LVM" for k in range(1, 9)]
    sheet = tmp_path / "s.csv"
    sheet.write_text("\n".join(["Student,Employer,Interview date,Call date,Result", *rows]) + "\n")
    (tmp_path / "m.toml").write_text(draft_map(sheet, time_zone="UTC").text)
    found = check_files(sheet, map=tmp_path / "m.toml", time_zone="UTC")
    (message,) = (rule.message for rule in found.broken)
    assert "no date that can be read" in message
    assert ("year = 2026" in message) is hint
