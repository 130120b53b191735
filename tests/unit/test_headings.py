"""The header of a sheet: found below titles, joined where it has two lines, named as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from office_sheets import write_office_sheet

from followup_analytics.ingest import check_files
from followup_analytics.sheets.headings import find_header, heading_keys, joined_names, unique_names
from followup_analytics.sheets.tabular import read_raw_tables

UPPER = ["Student", "First follow-up", "", "Reply", "", "Remarks"]
LOWER = ["", "Date", "How", "Date", "Result", ""]
JOINED = ["Student", "First follow-up / Date", "First follow-up / How", "Reply / Date", "Reply / Result", "Remarks"]


def test_two_lines_are_joined() -> None:
    """Below a merged cell each column is called by both lines; others keep their one name."""
    assert joined_names(UPPER, LOWER) == JOINED


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (["Student", "Employer"], ["Ann", "Acme"]),
        (["Student", "", "Date"], ["Ann", "x", "05/03/2026"]),
        (["Call log of spring", "", ""], ["Exported in May", "", ""]),
    ],
    ids=["no gap", "a date below", "titles"],
)
def test_what_is_no_header_of_two_lines(upper: list[str], lower: list[str]) -> None:
    """Without blank cells to span, with numbers or dates in the lower line, or with nothing below, it is none."""
    assert joined_names(upper, lower) is None


def test_ways_to_name_a_column() -> None:
    """Both lines with or without the stroke, the lower one where it is unique, the upper one for its first, a place."""
    keys = heading_keys(JOINED)
    assert keys["first_follow_up_date"] == keys["first_follow_up_/_date"] == "First follow-up / Date"
    assert keys["how"] == "First follow-up / How"
    assert keys["first_follow_up"] == keys["column_2"] == "First follow-up / Date"
    assert "date" not in keys


def test_a_title_is_no_line_of_the_header() -> None:
    """A title that is merged over all columns stands above the header, and is not joined with it."""
    rows = [["Calls of spring", "", ""], ["Student", "Date", "How"], ["1", "2026-03-05", "Tel"]]
    found = find_header(rows, {"student", "date", "how"}, [((0, 0), (0, 2))])
    assert (found.top, found.lines, found.names) == (1, 1, ["Student", "Date", "How"])


@pytest.mark.parametrize("merged", [True, False])
def test_a_workbook_with_a_header_of_two_lines(tmp_path: Path, merged: bool) -> None:
    """Rows begin below the second line, with merged cells or without, and keep their numbers."""
    words = ["Student number", "First follow-up / How", "Reply / Result"]
    sheet = read_raw_tables(write_office_sheet(tmp_path / "log.xlsx", merged=merged), words)[0]
    assert sheet.columns[4:6] == ["First follow-up / Date", "First follow-up / How"]
    assert sheet.frame["_row"].to_list() == [6, 7, 8, 9, 10, 11]


def test_a_csv_file_with_a_header_of_two_lines(tmp_path: Path) -> None:
    """A CSV file says nothing of merged cells: two lines are joined where the words asked for are found so."""
    path = tmp_path / "log.csv"
    body = "1,2026-03-05,Tel,,,\n"
    path.write_text(f"A title\n{','.join(UPPER)}\n{','.join(LOWER)}\n{body}", "utf-8")
    found = read_raw_tables(path, ["Student", "How", "Reply / Result"])[0]
    assert (found.columns, found.frame["_row"].to_list()) == (JOINED, [4])
    plain = read_raw_tables(path, ["Student", "Remarks"])[0]
    assert plain.frame["_row"].to_list() == [3, 4]


def test_titles_in_a_workbook_hide_no_table(tmp_path: Path) -> None:
    """A table of the log below a title, with a line of totals, is known by its columns and read whole."""
    path = tmp_path / "spring.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Spring")
        lines = [["Our interviews"], [], ["interview_id", "applicant_id", "interviewed_at"], ["i1", "a", "2026-03-05"]]
        for number, line in enumerate([*lines, ["Total", "1"]]):
            sheet.write_row(number, 0, line)
    made = check_files(path)
    assert [(row["source"], row["rows_read"], row["accepted"]) for row in made.rows] == [("canonical", 1, 1)]
    assert "row 5 is a line of totals" in made.notes[0].text


def test_a_heading_that_stands_twice() -> None:
    """The second one has a name of its own also where case, blanks and underscores don't matter."""
    assert unique_names(["Method", "Outcome", "method", "Method"]) == ["Method", "Outcome", "method (2)", "Method (3)"]
