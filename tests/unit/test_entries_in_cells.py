"""Cells that hold one or several touches, each with its date: how they part, and what a map makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.ingest.maps.entries import split_entries
from followup_analytics.reading import read_log


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("LVM 3/4", [("3/4", "LVM")]),
        ("3/6 no answer", [("3/6", "no answer")]),
        ("left vm 4/2, spoke 4/9", [("4/2", "left vm"), ("4/9", "spoke")]),
        ("3/9 lvm\n3/12 emailed", [("3/9", "lvm"), ("3/12", "emailed")]),
        ("called 3/9 - left msg", [("3/9", "called left msg")]),
        ("Called on 3/9, left msg, spoke 3/12", [("3/9", "Called left msg"), ("3/12", "spoke")]),
        ("Mar 4, 2026 LVM; March 9 spoke", [("Mar 4, 2026", "LVM"), ("March 9", "spoke")]),
        ("AB am 4.3. hinterlassen, Rückruf 9.3.", [("4.3.", "AB hinterlassen"), ("9.3.", "Rückruf")]),
        ("LVM 3/4 10am & 3/9 2:30 pm emailed", [("3/4 10am", "LVM"), ("3/9 2:30 pm", "emailed")]),
        ("LVM 3/4, 3/9", [("3/4", "LVM"), ("3/9", "LVM")]),
        ("3/4", [("3/4", None)]),
        ("Y 15-Oct", [("15-Oct", "Y")]),
        ("15-Oct-2025 LVM, 18-Oct-25 spoke", [("15-Oct-2025", "LVM"), ("18-Oct-25", "spoke")]),
        ("none", [(None, "none")]),
        # Nobody can say whether "vm" came of the first call or was the second.
        ("1st call 3/4 vm 2nd call 3/11 spoke", [("3/4", None), ("3/11", None)]),
    ],
)
def test_how_a_cell_parts(cell: str, entries: list[tuple[str | None, str | None]]) -> None:
    """Words go with their date, before it or behind it as the cell begins."""
    assert split_entries(cell) == entries


SHEET = """Student,Company,Interview,Follow up,Result
Ann Lee,Acme,2/26/2026,LVM 3/4,Offer 3/20
Bo Kim,Beta,2/27/2026,"left vm 3/2, spoke 3/9",no news
Cy Ray,Gamma,3/2/2026,none,Rejected 3/12
Di Fox,Delta,3/3/2026,LVM,
"""


def test_a_sheet_of_entries_becomes_contacts(tmp_path: Path) -> None:
    """A drafted map reads each touch of a cell as a contact, says how many cells held several, and sets aside a word
    without a date."""
    sheet, map_ = tmp_path / "spring.csv", tmp_path / "spring.toml"
    sheet.write_text(SHEET)
    map_.write_text(draft_map(sheet).text)
    store = f"sqlite:///{tmp_path / 's.db'}"
    found = ingest_files(sheet, into=store, map=map_)
    log = read_log(store)
    touches = log.contacts.select("at", "channel").sort("at").rows()
    assert [(str(at)[:10], channel) for at, channel in touches] == [
        ("2026-03-02", "voicemail"),
        ("2026-03-04", "voicemail"),
        ("2026-03-09", "phone"),
    ]
    assert sorted(log.outcomes["outcome"]) == ["offer", "rejected"]
    assert next(note for note in found.notes if note.code == "several_in_a_cell").n == 1
    assert [(one.table, one.n, one.message) for one in found.broken] == [
        ("contacts", 1, "Follow up has words without a date; write both, such as LVM 3/4.")
    ]
    assert ingest_files(sheet, into=store, map=map_).rows[1].already_known == 3


def test_words_that_the_map_doesnt_know_are_told(tmp_path: Path) -> None:
    """A text without a date and without a known word counts for nothing, which is said."""
    sheet, map_ = tmp_path / "spring.csv", tmp_path / "spring.toml"
    sheet.write_text(SHEET)
    map_.write_text(draft_map(sheet).text)
    sheet.write_text(SHEET.replace("\nCy Ray,Gamma,3/2/2026,none", "\nCy Ray,Gamma,3/2/2026,ask Jo"))
    notes = {note.code: note.n for note in check_files(sheet, map=map_).notes}
    assert notes["entries_without_date"] == 1


def test_a_date_beside_a_word_for_nothing_is_told(tmp_path: Path) -> None:
    """ "Did not follow up" on a day is passed over, and said."""
    sheet = tmp_path / "s.csv"
    rows = [f"P{k},Acme,3/{k}/2026,3/{k + 4}/2026,{'did not follow up' if k < 3 else 'LVM'}" for k in range(1, 9)]
    sheet.write_text(
        "\n".join(["Student,Company,Interview,Follow up date,What happened", *rows, "Z,Acme,3/9/2026,,none"])
    )
    drafted = draft_map(sheet, time_zone="UTC")
    (tmp_path / "m.toml").write_text(drafted.text)
    found = check_files([sheet], map=tmp_path / "m.toml", time_zone="UTC")
    (note,) = (note for note in found.notes if note.code == "dated_and_skipped")
    assert (note.n, "'did not follow up'" in note.text, "none" in note.text) == (2, True, False)
