"""An answer as a workbook: what somebody with a spreadsheet program sees."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import python_calamine

from followup_analytics import cohort_outcomes, compare_cohorts, read_log, response_rates
from followup_analytics.results.spreadsheet import headings_of, write_answer


@pytest.fixture(scope="module")
def log():
    """The sample log."""
    return read_log("data/log")


def sheets_of(result, folder: Path) -> dict[str, list[list[object]]]:
    """The cells of each sheet."""
    write_answer(result, folder / "answer.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(folder / "answer.xlsx")
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_headings_are_words_and_numbers_are_numbers(log, tmp_path):
    """A column of the question has its title, an interval two columns named after the number it belongs to."""
    rows = sheets_of(response_rates(log, by="attempt"), tmp_path)["rates"]
    assert rows[0] == [
        "Number of the attempt", "Attempts", "Interviews", "Applicants", "Answered", "Response rate",
        "Response rate, 95% interval, from", "Response rate, 95% interval, to", "By this attempt",
        "By this attempt, 95% interval, from", "By this attempt, 95% interval, to", "Note", "Why",
    ]  # fmt: skip
    assert rows[1][:3] == ["1", 191.0, 191.0]
    assert rows[1][5] == pytest.approx(61 / 191, abs=0.0005)


def test_differences_are_in_points(log, tmp_path):
    """As in every other face, and their headings say so."""
    found = compare_cohorts(log, "autumn 2025", "autumn 2024")
    rows = sheets_of(found, tmp_path)["compare"]
    place = rows[0].index("Difference (points)")
    assert rows[1][place] == pytest.approx(100 * found.rows[0].estimate)


def test_a_sheet_says_what_each_column_holds(log, tmp_path):
    """Its heading, its name in JSON and CSV, its unit and its meaning, for every column of the first sheet."""
    found = cohort_outcomes(log)
    sheets = sheets_of(found, tmp_path)
    assert [row[0] for row in sheets["columns"][1:]] == sheets["outcomes"][0]
    assert [row[1] for row in sheets["columns"][1:]] == found.to_frame().columns
    assert all(row[2] and row[3] for row in sheets["columns"][1:])
    assert {"notes", "log"} <= set(sheets)


def test_cells_have_the_format_of_their_kind(log, tmp_path):
    """Shares as percentages, counts with their thousands; the head stays in sight."""
    write_answer(response_rates(log, by="channel"), tmp_path / "answer.xlsx")
    with zipfile.ZipFile(tmp_path / "answer.xlsx") as book:
        styles = book.read("xl/styles.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert {"0.0%", "#,##0"} <= set(re.findall(r'formatCode="([^"]+)"', styles))
    assert re.search(r'<pane ySplit="1"[^>]*state="frozen"', sheet)
    assert "<f>" not in sheet


def test_no_cell_begins_like_a_formula(log, tmp_path):
    """Neither a value from a file nor a heading that is a column's name."""
    found = response_rates(log, by="channel")
    evil = replace(
        found, keys=("=1+1",), rows=found.rows.each(lambda row: row.having(by={"=1+1": "=cmd|' /C calc'!A0"}))
    )
    rows = sheets_of(evil, tmp_path)["rates"]
    assert rows[0][0].startswith("'=")
    assert rows[1][0].startswith("'=")


def test_no_two_columns_have_the_same_heading(log):
    """Two that would be alike have their names beside them."""
    found = response_rates(log, by="channel")
    fields = found.frame_fields()
    twice = tuple(replace(one, label="Same") if one.name in ("n_attempts", "n_events") else one for one in fields)
    made = headings_of(twice)
    assert len(set(made)) == len(made)
    assert "Same [n_attempts]" in made
