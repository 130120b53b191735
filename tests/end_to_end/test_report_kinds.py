"""Each kind of report: how long it may be, whom it may name, what it starts with, and what the command line takes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from command_line import CommandLine
from report_logs import made_log

from followup_analytics.errors import UsageError
from followup_analytics.report import write_report
from followup_analytics.report.findings import Options
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.write import compose


def words_of(path: Path) -> str:
    """All words of a PDF on one line, by poppler."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode("utf-8").split())


def pages_of(path: Path) -> int:
    """How many pages a PDF has."""
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


@pytest.fixture
def followup(capsys, monkeypatch) -> CommandLine:
    """The command line in this process."""
    return CommandLine(capsys, monkeypatch)


@pytest.fixture(scope="module")
def many_open():
    """Six interviews of each of ten applicants, all but a few still open on the day asked for."""
    return made_log(60, per_applicant=6, outcomes=(), employers=("Acme", "W" * 90, "Müller & Söhne"))


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_handout_is_one_page_about_one_person(many_open, tmp_path: Path, paper: str) -> None:
    """Whatever is open, it fits on one page, and no other applicant and none of their interviews is named."""
    path = write_report(many_open, tmp_path / "h.pdf", kind="handout", applicant="a3", today="2026-02-10", paper=paper)
    said = words_of(path)
    assert pages_of(path) == 1
    assert "for a3" in said
    assert "Confidential" in said
    others = set(many_open.interviews["applicant_id"].unique()) - {"a3"}
    assert not others & set(said.replace(";", " ").replace(",", " ").split())
    theirs = set(many_open.interviews.filter(applicant_id="a3")["interview_id"])
    foreign = set(many_open.interviews["interview_id"]) - theirs
    assert not foreign & set(said.split())


def test_a_handout_says_when_to_stop(tmp_path: Path) -> None:
    """A call due comes with what follows if nobody answers, and with the day on which to stop."""
    log = made_log(40, per_applicant=1, outcomes=())
    from followup_analytics.advice import next_steps

    due = next(row for row in next_steps(log, today="2026-02-10", test=False).rows if row.step == "call" and row.due)
    document = compose(
        log, kind="handout", options=Options(), case=TypeCase(), applicant=due.applicant_id, today="2026-02-10"
    )
    said = json.dumps(document.as_data()["sections"], ensure_ascii=False)
    for part in ("Call today, Tuesday, 10 February 2026", "Stop. ", "How sure. ", "Done so far. ", "What to say"):
        assert part in said


def test_an_unknown_applicant_is_refused(many_open, tmp_path: Path) -> None:
    """Nobody of that id: a sentence that does not repeat the id; only handouts are about one applicant."""
    with pytest.raises(UsageError, match="no applicant of that id") as refused:
        write_report(many_open, tmp_path / "h.pdf", kind="handout", applicant="somebody")
    assert "somebody" not in str(refused.value)
    with pytest.raises(UsageError, match="Only a handout"):
        write_report(many_open, tmp_path / "h.pdf", kind="cohort", applicant="a3")
    assert list(tmp_path.iterdir()) == []


def test_the_day_sheet_is_the_handout_without_an_applicant(many_open, tmp_path: Path) -> None:
    """Both names give the coach's day sheet, to the byte."""
    made = [
        write_report(many_open, tmp_path / f"{kind}.pdf", kind=kind, today="2026-02-10").read_bytes()
        for kind in ("handout", "day-sheet")
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize("language", ["de", "es"])
def test_a_language_without_texts_is_refused(followup, simulated_folder: Path, tmp_path: Path, language: str) -> None:
    """German and Spanish are refused in a sentence with exit 2, and nothing is written."""
    answer = followup("report", simulated_folder, "-o", str(tmp_path / "r.pdf"), "--language", language)
    assert answer.code == 2
    assert "English only" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_check_writes_its_result_beside_the_pdf(followup, simulated_folder: Path, tmp_path: Path) -> None:
    """With --check both promises are validated; a sound report exits 0, and the result names no folder."""
    pytest.importorskip("page", reason="page-validation is not installed: --check is left out")
    out = tmp_path / "r.pdf"
    answer = followup("report", simulated_folder, "--kind", "day-sheet", "-o", str(out), "--check")
    assert answer.code == 0, answer.err
    result = json.loads((tmp_path / "r.check.json").read_text("utf-8"))
    assert result["sound"] is True
    assert set(result["profiles"]) == {"PDF/UA-1", "PDF/A-2a"}
    assert str(tmp_path) not in (tmp_path / "r.check.json").read_text("utf-8")


def test_check_finds_a_fault(tmp_path: Path) -> None:
    """A PDF without tags or promises breaks rules, and they are named."""
    pytest.importorskip("page", reason="page-validation is not installed: --check is left out")
    from followup_analytics.report import check_pdf

    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "bare.pdf")
    checked = check_pdf(tmp_path / "bare.pdf")
    assert not checked.sound
    assert "Broken: PDF/UA-1" in checked.sentence()


def test_only_a_pdf_can_be_checked(followup, simulated_folder: Path, tmp_path: Path) -> None:
    """--check with a page or a workbook is refused before any work."""
    answer = followup("report", simulated_folder, "-o", str(tmp_path / "r.html"), "--check")
    assert answer.code == 2
    assert "only a PDF" in answer.err
