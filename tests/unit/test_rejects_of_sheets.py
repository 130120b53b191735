"""Rejects of somebody's own sheet: one file in the form of the sheet, mended once, and never a way to lose rows."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import python_calamine
import xlsxwriter
from office_sheets import ROWS, write_map, write_office_sheet

from followup_analytics.ingest import IngestResult, ingest_files
from followup_analytics.reading.logs import read_log

STORE = "sqlite:///log.db"
PAPER = Path("log.rejects.xlsx")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("files").mkdir()


def ingest(path: Path) -> IngestResult:
    """Ingest a sheet with the office's map into the store of the current folder."""
    return ingest_files(path, into=STORE, map=write_map(Path("files")))


def first() -> IngestResult:
    """Ingest the office's own sheet."""
    return ingest(write_office_sheet(Path("files/log.xlsx")))


def cells(path: Path = PAPER) -> list[list[object]]:
    """A paper's rows as a spreadsheet sees them."""
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def edit(change: Callable[[list[object]], list[object]], path: Path = PAPER, to: Path | None = None) -> Path:
    """Change the rows of a paper as a person does, and save it; dates and numbers stay what they are."""
    rows = cells(path)
    to = to or path
    with xlsxwriter.Workbook(to, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Interviews")
        for number, row in enumerate([rows[0], *map(change, rows[1:])]):
            for place, cell in enumerate(row):
                if cell != "":
                    sheet.write(number, place, cell)
    return to


def test_one_paper_for_all_tables_of_a_sheet() -> None:
    """Each bad row of the sheet stands in it once, with the reasons of all tables."""
    result = first()
    assert {row["rejects_file"] for row in result.rows} == {"log.rejects.xlsx", None}
    rows = cells()
    place = {name: number for number, name in enumerate(rows[0])}
    assert [row[place["reject_row"]] for row in rows[1:]] == [7, 8, 9]
    assert rows[1][place["reject_reason"]] == (
        "interviews, Interview date: there is no such day; correct the date. "
        "contacts, Student number and Employer: its interview, in the same row, was set aside; "
        "when that is mended, this goes in with it."
    )
    assert stat.S_IMODE(PAPER.stat().st_mode) == 0o600


def test_cells_are_as_the_sheet_has_them() -> None:
    """Dates are cells of dates, numbers numbers, and a telephone number has no apostrophe."""
    first()
    rows = {row[0]: row for row in cells()[1:]}
    assert rows[102][2] == 441132496221
    assert rows[102][4].isoformat() == "2026-01-20"  # type: ignore[attr-defined]
    assert rows[101][2] == "+44 113 496 0114"
    assert rows[101][3] == "12/01/2026"


def test_mended_once_it_goes_in_alone() -> None:
    """A date corrected in one cell brings the interview and its contact."""
    first()
    edit(lambda row: [*row[:3], "30/01/2026", *row[4:]] if row[0] == 102 else row)
    result = ingest(PAPER)
    assert {row["table"]: row["accepted"] for row in result.rows} == {"interviews": 1, "contacts": 1, "outcomes": 0}
    assert "HSBC" in read_log(STORE).interviews["employer"]


def test_repetitions_never_replace_what_they_repeat() -> None:
    """A row whose key stood in an earlier row comes back with the paper, and stays out until its key is another."""
    first()
    before = read_log(STORE).contacts.sort("contact_id")
    result = ingest(PAPER)
    assert sum(row["replaced"] for row in result.rows) == 0
    assert read_log(STORE).contacts.sort("contact_id").equals(before)
    edit(lambda row: [row[0], "Arup (second interview)", *row[2:]] if row[0] == 101 else row)
    assert sum(row["accepted"] for row in ingest(PAPER).rows) == 2
    assert read_log(STORE).interviews.filter(pl.col("employer").str.starts_with("Arup")).height == 2


def test_the_next_run_writes_over_what_nobody_touched() -> None:
    """The same sheet with other faults gives a paper of the same name; without faults, none is left."""
    first()
    rows = [row for row in ROWS if row[0] != 102]
    ingest(write_office_sheet(Path("files/log.xlsx"), rows))
    assert [row[0] for row in cells()[1:]] == [103, 101]
    ingest(write_office_sheet(Path("files/log.xlsx"), [row for row in rows if row[4] not in ("tbc", "15/01/2026")]))
    assert not list(Path().glob("*.rejects*"))


def test_a_paper_that_was_mended_stays() -> None:
    """The work of a person is never written over: the new paper gets a number, and the rest of that one the next."""
    first()
    edit(lambda row: [*row[:3], "30/01/2026", *row[4:]])
    first()
    assert sorted(path.name for path in Path().glob("*.rejects*")) == ["log-2.rejects.xlsx", "log.rejects.xlsx"]
    second = edit(lambda row: [row[0], "Elsewhere", *row[2:]], Path("log-2.rejects.xlsx"))
    assert {row["rejects_file"] for row in ingest(second).rows} == {"log-3.rejects.xlsx", None}


def test_another_sheet_of_the_same_name_has_its_own_paper() -> None:
    """Two terms' sheets may be called alike: the rejects of one are not lost by those of the other."""
    first()
    Path("autumn").mkdir()
    ingest(write_office_sheet(Path("autumn/log.xlsx"), ROWS[1:3]))
    assert [row[0] for row in cells()[1:]] == [102, 103, 101]
    assert [row[0] for row in cells(Path("log-2.rejects.xlsx"))[1:]] == [102, 103]


def test_a_repeated_row_of_a_sheet_is_told_in_its_own_words(tmp_path: Path) -> None:
    """Whoever has no column of keys is not told of one: the cells that the key is made of stand in an earlier row."""
    from followup_analytics.ingest import check_files
    from followup_analytics.ingest.maps.draft import draft_map

    sheet, map_ = tmp_path / "s.csv", tmp_path / "m.toml"
    rows = [f"Student {n},Acme,3/2/2026,3/{13 + n}/2026,LVM" for n in range(12)]
    sheet.write_text(
        "\n".join(["Student,Company,Interview,Follow up,How", *rows, "Student 3,Acme,3/2/2026,3/30/2026,LVM", ""])
    )
    map_.write_text(draft_map(sheet).text)
    told = [one.message for one in check_files(sheet, map=map_).broken]
    assert told
    assert all(text.startswith("what these cells say stands in an earlier row already") for text in told)
