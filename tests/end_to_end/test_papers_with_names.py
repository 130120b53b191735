"""Papers for the office's own people: names and numbers of the contact book stand on them, and on no other report."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_report_kinds import words_of


@pytest.fixture
def coached(followup, tmp_path: Path) -> str:
    """A store of two clients called Sara Lopez and one whom the contact book doesn't have, and an employer's number."""
    url = f"sqlite:///{tmp_path / 'office.db'}"
    for who, employer in (("sara", "Acme"), ("lopez", "Globex"), ("tom", "Initech")):
        followup("track", url, "interview", "--applicant", who, "--employer", employer, "--at", "2026-02-03 10:00Z")
    followup("track", url, "person", "sara", "--name", "Sara Lopez", "--phone", "+1 312 555 0100")
    followup("track", url, "person", "lopez", "--name", "Sara Lopez")
    followup("track", url, "employer", "Acme", "--person", "Ms Hall", "--phone", "+1 312 555 0199")
    return url


def test_papers_for_the_office_have_names_and_numbers(followup, coached: str, tmp_path: Path) -> None:
    """Day sheet and handout name clients and whom to ring, two of one name apart; the script is filled in."""
    sheet, hand = tmp_path / "d.pdf", tmp_path / "h.pdf"
    assert followup("report", coached, "--kind", "day-sheet", "-o", str(sheet), "--today", "2026-02-10").code == 0
    said = words_of(sheet)
    for part in ("Ms Hall", "+1 312 555 0199", "+1 312 555 0100", "Sara Lopez (p-"):
        assert part in said
    answer = followup(
        "report", coached, "--kind", "handout", "--applicant", "sara", "-o", str(hand), "--today", "2026-02-10"
    )
    assert answer.code == 0, answer.err
    said = words_of(hand)
    for part in ("for Sara Lopez", "Ms Hall, +1 312 555 0199.", "this is Sara Lopez", "reach me at +1 312 555 0100"):
        assert part in said
    assert "p-" not in said.replace("iv-", "")


@pytest.mark.parametrize("named", [True, False])
def test_files_of_handouts_have_names_where_they_are_asked_for(
    followup, coached: str, tmp_path: Path, named: bool
) -> None:
    """Ids stand in the files' names; with --named-files the contact book's names do, as far as it has them."""
    folder = tmp_path / "hands"
    asked = ("--named-files",) if named else ()
    answer = followup("report", coached, "--each", "applicant", "-o", str(folder), "--today", "2026-02-10", *asked)
    assert answer.code == 0, answer.err
    files = sorted(path.name for path in folder.iterdir())
    assert [name for name in files if "Sara" in name] == (["Sara-Lopez-2.pdf", "Sara-Lopez.pdf"] if named else [])
    assert len(files) == 3


def test_other_reports_know_no_names(followup, coached: str, tmp_path: Path) -> None:
    """Names go into papers for the office alone; --named-files is refused without handouts."""
    answer = followup("report", coached, "--named-files", "-o", str(tmp_path / "r.pdf"))
    assert answer.code == 2
    path = tmp_path / "b.html"
    assert followup("report", coached, "--kind", "bulletin", "--min-cell", "1", "-o", str(path)).code == 0
    assert "Lopez" not in path.read_text("utf-8")
