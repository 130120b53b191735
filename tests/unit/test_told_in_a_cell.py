"""Columns as offices shorten them, and cells that tell at once whether, when and with what something came back."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign_sheets import FIRMS, write_csv

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.reading.logs import read_log

CELLS = ("Y 10/26 - 2nd int.", "N", "y 10/27 offer", "", "Yes (10/28)", "called 10/29, rejected", "No", "10/30 rej")


def sheet(folder: Path, person: str = "Stu. ID", back: str = "back?") -> Path:
    """A row an interview, with headings cut short, and a column of answers, dates and results in one cell."""
    rows = [[person, "Co.", "Int. date", "called", "result of call", back]]
    for k, cell in enumerate(CELLS * 2):
        rows.append([f"S{k:03d}", FIRMS[k % 4], "10/12/2026", "10/16", ("LVM", "no ans")[k % 2], cell])
    return write_csv(folder / "log.csv", rows)


@pytest.mark.parametrize(
    "person",
    [
        *("Stu. ID", "SID", "Matrikel-Nr."),
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("Student #", "Stud No", "Banner ID", "UIN", "NetID", "EMPLID", "Univ. ID", "ID")
        ),
    ],
)
def test_the_student_by_any_number(tmp_path: Path, person: str) -> None:
    """What an office calls its students' numbers is the applicant, the firm is the employer."""
    found = {row["column"]: row["means"] for row in draft_map(sheet(tmp_path, person)).rows}
    assert (found[person], found["Co."], found["Int. date"]) == ("applicant_id", "employer", "interviewed_at")


@pytest.mark.parametrize("back", ["back?", "Heard back?", "Got back?", "Response", "Reply?", "Any word?"])
def test_answer_date_and_result_in_one_cell(tmp_path: Path, back: str) -> None:
    """A yes and its date are a reply, what stands beside them its result; a no is nothing."""
    file = sheet(tmp_path, back=back)
    draft = draft_map(file, time_zone="America/New_York")
    (tmp_path / "map.toml").write_text(draft.text, "utf-8")
    url = f"sqlite:///{tmp_path / 's.db'}"
    result = ingest_files(file, into=url, map=tmp_path / "map.toml")
    assert not sum(row.rejected for row in result.rows)
    log = read_log(url)
    replies = log.contacts.filter(log.contacts["direction"] == "inbound")
    assert sorted(f"{at:%d} {channel}" for at, channel in replies.select("at", "channel").rows()) == sorted(
        ["26 email", "27 email", "28 email", "29 phone", "30 email"] * 2
    )
    assert sorted(log.outcomes["outcome"]) == sorted(["advanced", "offer", "rejected", "rejected"] * 2)
    assert any("by which channel" in note.text for note in draft.notes)


def test_words_of_a_reply_that_are_new_next_term_are_a_reply_still(tmp_path: Path) -> None:
    """Whatever stands beside the date, something came back; a result that the map doesn't know is told."""
    file = sheet(tmp_path)
    (tmp_path / "map.toml").write_text(draft_map(file, time_zone="America/New_York").text, "utf-8")
    file.write_text(file.read_text().replace("Yes (10/28)", "Y 10/28 thumbs up"))
    result = check_files(file, map=tmp_path / "map.toml")
    assert {row.table: row.accepted for row in result.rows}["contacts"] == 26
    assert not sum(row.rejected for row in result.rows)
    assert {note.code: note.n for note in result.notes}["unlisted_words"] == 2


def test_a_word_without_a_date_is_told_in_whatever_follow_up_it_stands(tmp_path: Path) -> None:
    """What a second column of touches lacks is a row to mend, named by that column."""
    file = sheet(tmp_path)
    (tmp_path / "map.toml").write_text(draft_map(file, time_zone="America/New_York").text, "utf-8")
    file.write_text(file.read_text().replace("y 10/27 offer", "y offer", 1))
    broken = [one for one in check_files(file, map=tmp_path / "map.toml").broken if one.table == "contacts"]
    assert [(one.n, one.heading) for one in broken] == [(1, "back?")]


def test_a_fault_is_told_by_the_column_that_it_stands_in(tmp_path: Path) -> None:
    """Of several follow-ups of a row the one at fault is named, with its own cell; "none" is no date at fault."""
    rows = [["Student", "Company", "Interview", "F/U 1", "How 1", "F/U 2", "How 2"]]
    for k in range(12):
        second = {3: "none", 7: "13/45/2026"}.get(k, "3/20/2026")
        rows.append(
            [
                f"Ann {chr(65 + k)}ee",
                "Acme",
                "3/14/2026",
                "3/16/2026",
                "LVM",
                second,
                "" if second == "none" else "email",
            ]
        )
    file = write_csv(tmp_path / "log.csv", rows)
    (tmp_path / "map.toml").write_text(draft_map(file, time_zone="America/New_York").text, "utf-8")
    result = check_files(file, map=tmp_path / "map.toml", rejects=tmp_path / "bad.csv")
    assert [(one.n, one.heading, one.examples[0][2]) for one in result.broken] == [(1, "F/U 2", "13/45/2026")]
    assert "F/U 2" in (tmp_path / "bad.csv").read_text()
