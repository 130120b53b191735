"""A map that does not fit a sheet, and words it does not know: said once, with what was wanted and what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from office_sheets import OFFICE_MAP, write_map, write_office_sheet

from followup_analytics.errors import DataError, UsageError
from followup_analytics.ingest import CheckResult, check_files, ingest_files
from followup_analytics.ingest.maps.mapping import parse_map
from followup_analytics.reading.logs import read_log


def checked(folder: Path, text: str = OFFICE_MAP) -> CheckResult:
    """The office's sheet, checked with a map."""
    return check_files(write_office_sheet(folder / "log.xlsx"), map=write_map(folder, text))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_messy_sheet_gives_all_its_tables(tmp_path: Path) -> None:
    """Neither the second line of the header nor the line of totals is a row; an interview told twice is one."""
    rows = {row["table"]: row["rows_read"] for row in checked(tmp_path).rows}
    assert rows == {"interviews": 4, "contacts": 5, "outcomes": 1}


def test_totals_are_said(tmp_path: Path) -> None:
    """The line of totals is named, so that nobody misses a row."""
    assert any("row 11 is a line of totals" in note.text for note in checked(tmp_path).notes)


def test_words_of_no_list_are_told(tmp_path: Path) -> None:
    """A misspelt result counts for nothing, and is said with its row; words to ignore are not."""
    notes = [note for note in checked(tmp_path).notes if note.code == "unlisted_words"]
    assert [note.n for note in notes] == [1]
    assert "'Offr' (row 10)" in notes[0].text
    assert "pending" not in notes[0].text


@pytest.mark.parametrize("how", ["How", "First follow-up How", "column 6"])
def test_columns_by_other_names(tmp_path: Path, how: str) -> None:
    """A column of a header of two lines may be named as a person would name it."""
    made = checked(tmp_path, OFFICE_MAP.replace('"First follow-up / How"', f'"{how}"'))
    assert [row["table"] for row in made.rows] == ["interviews", "contacts", "outcomes"]


def test_a_table_is_never_dropped_in_silence(tmp_path: Path) -> None:
    """Where no sheet has a table's columns, the file is refused with what the closest sheet has and lacks."""
    made = checked(tmp_path, OFFICE_MAP.replace('"First follow-up / How"', '"By what means"'))
    assert made.rows == ()
    said = str(made.failed[0].error)
    assert "names for contacts; sheet Interviews comes closest: it has 'Student number'" in said
    assert "but not 'By what means'" in said
    assert "Its columns are: Student number, Employer, Tel., Interview date, First follow-up / Date" in said


def test_another_offices_map(tmp_path: Path) -> None:
    """A shipped map on a sheet of other headers: what it wanted, and which of the sheet's look like it."""
    said = str(check_files(write_office_sheet(tmp_path / "log.xlsx"), map="career_centre").failed[0].error)
    assert "but not 'Ref', 'Student no'" in said
    assert "'Student number' looks like 'Student no'" in said


def test_a_needed_column_that_the_map_forgot(tmp_path: Path) -> None:
    """A table whose channel the map says nothing of is refused once, not row by row."""
    made = checked(tmp_path, OFFICE_MAP.replace(', channel = "First follow-up / How"', ""))
    assert isinstance(made.failed[0].error, DataError)
    assert "contacts need channel, and the map office.toml says nothing of it" in str(made.failed[0].error)


def test_empty_cells_take_a_default(tmp_path: Path) -> None:
    """A word under [defaults] stands where a cell is empty, and nowhere else."""
    (tmp_path / "calls.csv").write_text("No,Case,Date,How\n1,i1,2026-03-05,\n2,i1,2026-03-06,phone\n", "utf-8")
    map_ = {
        "table": "contacts",
        "columns": {"contact_id": "No", "interview_id": "Case", "at": "Date", "channel": "How"},
        "constants": {"direction": "inbound"},
        "defaults": {"channel": "email"},
    }
    assert check_files(tmp_path / "calls.csv", map=map_, time_zone="UTC").rows[0]["accepted"] == 2


def test_a_column_that_is_a_constant_too() -> None:
    """A map that gives one thing twice is refused, with the way to mean it."""
    with pytest.raises(UsageError, match="channel is both a column and a constant of contacts"):
        parse_map({"table": "contacts", "columns": {"channel": "How"}, "constants": {"channel": "email"}}, "m")


def test_dates_are_quoted_as_written(tmp_path: Path) -> None:
    """A day that no calendar has is said in the sheet's own words: its column, its row, its cell."""
    said = [rule.sentence() for rule in checked(tmp_path).broken]
    assert any(
        "interviews, column Interview date, 1 row: there is no such day" in one and "row 7 (31/02/2026)" in one
        for one in said
    )
    assert any("column First follow-up / Date, 1 row: is no date" in one and "row 8 (tbc)" in one for one in said)


def test_a_contact_whose_interview_was_set_aside(tmp_path: Path) -> None:
    """What to mend is the interview in the same row, not an id that nobody wrote."""
    messages = [rule.message for rule in checked(tmp_path).broken if rule.rule == "unknown_interview"]
    assert messages == ["its interview, in the same row, was set aside; when that is mended, this goes in with it."]


def test_times_that_can_hardly_be_meant(tmp_path: Path) -> None:
    """A slip of the year is warned of with its row, in contacts and outcomes alike."""
    slips = (
        (1, "Arup", None, "12/01/2026", "14/01/2062", "Tel", "Y", "16/01/2026", "Offer"),
        (2, "Arup", None, "12/01/2026", "14/01/2024", "Tel", "Y", "16/01/2025", "Offer"),
    )
    made = check_files(write_office_sheet(tmp_path / "log.xlsx", slips), map=write_map(tmp_path))
    found = {note.code: note.text for note in made.notes}
    assert "row 6 (2062-01-14) of log.xlsx, sheet Interviews" in found["contacts_in_future"]
    assert "row 7 (2024-01-14)" in found["contacts_far_from_interview"]
    assert "row 7 (2024-01-14)" in found["before_interview"]
    assert "row 7 (2025-01-16)" in found["outcomes_before_interview"]


@pytest.mark.parametrize("date", ["5.3.2026", "05/03/2026", "2026-03-05"])
def test_a_date_in_a_key_is_the_same_however_written(tmp_path: Path, date: str) -> None:
    """A second interview with the same employer has a key of its own, and keeps it when its date is written anew."""
    (tmp_path / "log.csv").write_text(f"Student,Employer,Interview\n1,Acme ,{date}\n1,Acme,20/03/2026\n", "utf-8")
    map_ = {
        "table": "interviews",
        "day_first": True,
        "columns": {
            "interview_id": {"text": "{Student}-{Employer}-{Interview}"},
            "applicant_id": "Student",
            "interviewed_at": "Interview",
        },
    }
    ingest_files(tmp_path / "log.csv", into="sqlite:///log.db", map=map_, time_zone="Europe/London")
    (tmp_path / "log.csv").write_text("Student,Employer,Interview\n1,ACME,2026-03-05\n1,Acme,20.03.2026\n", "utf-8")
    ingest_files(tmp_path / "log.csv", into="sqlite:///log.db", map=map_, time_zone="Europe/London")
    keys = read_log("sqlite:///log.db").interviews["interview_id"]
    assert len(keys) == 2
    assert keys.str.starts_with("i-").all(), "a key that names the applicant is stored as a pseudonym"


def test_a_key_of_an_empty_cell(tmp_path: Path) -> None:
    """What is empty is said once, of the interview; what hangs on it is said to."""
    rows = ((None, "Arup", None, "12/01/2026", "14/01/2026", "Tel", "Y", "16/01/2026", "Offer"),)
    made = check_files(write_office_sheet(tmp_path / "log.xlsx", rows), map=write_map(tmp_path))
    said = {(rule.table, rule.heading, rule.message.split(";")[0]) for rule in made.broken}
    assert said == {
        ("interviews", "Student number and Employer", "one of these cells is empty, but all are needed"),
        ("interviews", "Student number", "is empty, but is needed"),
        ("contacts", "Student number and Employer", "its interview, in the same row, was set aside"),
        ("outcomes", "Student number and Employer", "its interview, in the same row, was set aside"),
    }


def test_a_column_that_is_empty_throughout(tmp_path: Path) -> None:
    """Where every row lacks the channel, the map's choice of column is at fault, and that is said once."""
    rows = [(number, "Arup", None, "12/01/2026", "14/01/2026", None, None, None, None) for number in range(4)]
    made = check_files(write_office_sheet(tmp_path / "log.xlsx", rows), map=write_map(tmp_path))
    said = [rule.message for rule in made.broken if rule.table == "contacts"]
    assert len(said) == 1
    assert said[0].startswith("the map reads channel from 'First follow-up / How', which is empty in all these rows")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tables", 5),
        ("tables", [5]),
        ("time_zone", 5),
        ("needs", 5),
        ("shows", {"a": 5}),
        ("columns", 5),
        ("columns", {"at": 5}),
        ("columns", {"at": []}),
        ("columns", {"at": {"first": []}}),
        ("values", {"channel": 5}),
        ("values", {"channel": {"LVM": ["voicemail"]}}),
        ("constants", {"direction": ["outbound"]}),
        ("when", 5),
        ("keep", "Major"),
        ("ignore", {"Result": 5}),
        ("missing", {"at": {"say": "Fill it in.", "where": 5}}),
    ],
)
def test_values_of_another_kind(key: str, value: object) -> None:
    """Whatever stands behind a key, the sentence names the map and the key."""
    given = {key: value} if key in ("tables", "time_zone", "needs", "shows") else {"table": "contacts", key: value}
    with pytest.raises(UsageError, match=rf"the map: .*{key}"):
        parse_map(given, "the map")
