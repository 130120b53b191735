"""Each kind of report: how long it may be, whom it may name, what it starts with, and what the command line takes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import polars as pl
import pytest
from report_logs import HOSTILE, made_log

from followup_analytics import read_log, simulate_log
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.model.nested_rows import NO_MEASURE, Measure
from followup_analytics.report import write_report
from followup_analytics.report.bulletin import findings_lead
from followup_analytics.report.cohort import hidden_in_one_line, ordered
from followup_analytics.report.findings import Options
from followup_analytics.report.gather import gather
from followup_analytics.report.model_words import model_blocks
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.write import drafts


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
    document = drafts(
        log, kind="handout", options=Options(), case=TypeCase(), applicant=due.applicant_id, today="2026-02-10"
    )[0]
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


# ------------------------------------------------------------------------------------------------ kinds for publication


@pytest.fixture(scope="module")
def office_log(tmp_path_factory: pytest.TempPathFactory) -> FollowUpLog:
    """600 interviews of two cohorts with outcomes and a table of graduates."""
    folder = tmp_path_factory.mktemp("office") / "log"
    simulate_log(interviews=600, world="office", seed=4).write(folder)
    return read_log(folder)


@pytest.fixture(scope="module")
def office_reports(office_log: FollowUpLog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Bulletin, cohort report and report on methods of that log."""
    folder = tmp_path_factory.mktemp("reports")
    return {
        kind: write_report(office_log, folder / f"{kind}.pdf", kind=kind) for kind in ("bulletin", "cohort", "methods")
    }


def test_the_bulletin_is_one_page_of_findings(office_reports: dict[str, Path]) -> None:
    """One page: outcomes with the difference to the cohort before first, how sure, the box, how to cite."""
    said = words_of(office_reports["bulletin"])
    assert pages_of(office_reports["bulletin"]) == 1
    for part in ("What we found", "How sure: ", "What these data can’t say.", "To cite: ", "within chance"):
        assert part in said
    assert said.index("had settled") < said.index("had heard back") < said.index("attempts to follow up")
    findings = compose_findings(said)
    assert 3 <= findings <= 5


def compose_findings(said: str) -> int:
    """How many numbered findings stand before the curve."""
    head = said.split("What we found")[1].split("Figure 1", maxsplit=1)[0]
    return sum(f" {number}. " in f" {head}" for number in range(1, 9))


def test_the_cohort_report_starts_with_the_bulletin_and_is_short(office_reports: dict[str, Path]) -> None:
    """At most eight pages at 600 interviews, the findings on the first; the model card is in the report on methods."""
    assert pages_of(office_reports["cohort"]) <= 8
    cohort, methods = words_of(office_reports["cohort"]), words_of(office_reports["methods"])
    assert cohort.index("What we found") < cohort.index("What these data can’t say.") < cohort.index("1 What became")
    assert "TRIPOD" not in cohort
    assert "Model card" not in cohort
    assert "TRIPOD" in methods
    assert "Korn and Graubard" in methods


def test_what_is_signed_names_no_option_and_no_file(office_reports: dict[str, Path]) -> None:
    """No document for publication tells its reader what to type, or which file to fill."""
    assert len(office_reports) == 3
    for path in office_reports.values():
        said = words_of(path)
        assert not re.search(r"(?<!\w)--[a-z]", said)
        assert not re.search(r"\.(toml|csv|json|xlsx)\b", said)


@pytest.mark.parametrize("interviews", [24, 34])
def test_a_small_cohort_is_two_pages(tmp_path: Path, interviews: int) -> None:
    """Twelve students, or a few more, get two pages at most."""
    assert pages_of(write_report(made_log(interviews), tmp_path / "r.pdf")) <= 2


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ("Acme",)),
        ({"cohort": "W" * 300}, ("Acme",)),
        ({"cohort": "Faculty of Natural Sciences and Engineering, autumn 2025"}, HOSTILE),
    ],
    ids=["plain", "long name", "faculty"],
)
def test_a_bulletin_stays_one_page(tmp_path: Path, options: dict, names: tuple[str, ...]) -> None:
    """Long names and few data change what is told, not the page."""
    path = write_report(made_log(60, employers=names), tmp_path / "b.pdf", kind="bulletin", **options)
    assert pages_of(path) == 1


@pytest.mark.parametrize(
    ("interviews", "words"), [(40, "Nobody had heard back by day"), (80, "Not one reply is recorded")]
)
def test_nobody_heard_back_is_a_sentence_and_no_empty_chart(interviews: int, words: str) -> None:
    """Without a single answer no chart is drawn: words say so, and of many interviews that replies may be missing."""
    log = made_log(interviews, outcomes=())
    silent = replace(log, contacts=log.contacts.filter(pl.col("direction") == "outbound"))
    document = drafts(silent, kind="cohort", options=Options(), case=TypeCase())[0]
    assert not [b for s in document.sections for b in s.blocks if b["type"] == "chart"]
    said = json.dumps(document.as_data()["sections"], ensure_ascii=False)
    assert words in said
    assert "None of these attempts was answered in time." in said


def test_against_chooses_the_cohort_beside(office_log: FollowUpLog) -> None:
    """The cohort that is named stands beside the latest; one that is not there, or is the same, is refused."""
    names = sorted(office_log.interviews["cohort"].unique())
    told = findings_lead(gather(office_log, Options(against=names[0]), TypeCase(), kind="bulletin"))
    assert any(names[0] in str(parts) for parts in told.paragraphs)
    for wrong, said in (("1999", "There is no cohort"), (names[-1], "is the cohort reported on")):
        with pytest.raises(UsageError, match=said):
            gather(office_log, Options(against=wrong), TypeCase(), kind="bulletin")


def test_the_days_answered_most_are_no_advice() -> None:
    """Where days differ by more than chance and the verdict on waiting is open, one finding joins the two."""
    rows = tuple(
        {"timing": day, "estimate": rate, "conf_low": rate - 0.08, "conf_high": rate + 0.08, "status": "ok"}
        for day, rate in (("2-3", 0.5), ("15+", 0.2))
    )
    found = gather(made_log(60), Options(), TypeCase(), kind="bulletin")
    joined_up = replace(found, tables={"timing": rows}, claims=({"claim": "wait-2-3-days", "verdict": "inconclusive"},))
    said = str(findings_lead(joined_up).paragraphs)
    assert "Attempts on days 2–3 were answered most often" in said
    assert "day 15 or later least" in said
    assert "these data can’t tell whether waiting helps" in said


@pytest.mark.parametrize(
    ("low", "said"), [(-0.004, "is hardly better"), (0.02, "predicts better")], ids=["may be nothing", "surely better"]
)
def test_better_is_said_where_it_matters(low: float, said: str) -> None:
    """A gain whose interval takes in nothing is hardly better than telling everyone the overall rate."""
    skill = Measure(estimate=0.03, conf_low=low, conf_high=0.06)
    metrics = {"brier_skill": skill, "log_loss": NO_MEASURE, "log_loss_base_rate": NO_MEASURE}
    model = SimpleNamespace(beats_base_rate=True, base_rate=0.3, metrics=metrics, coefficients=())
    found = replace(gather(made_log(60), Options(), TypeCase(), kind="bulletin"), model=model)
    text = str(model_blocks(found))
    assert said in text
    assert ("telling everyone 30%" in text) == (said == "is hardly better")


def test_hidden_rows_stand_in_one_line() -> None:
    """Several hidden rows are one line at the end; for numbers of attempts it names the first of them or later."""
    hidden = {"estimate": None, "status": "suppressed"}
    rows = [{"attempt": "1", "estimate": 0.3, "status": "ok"}, *({"attempt": n, **hidden} for n in ("2", "3", "4+"))]
    assert [label for label, _ in hidden_in_one_line("attempt", rows)] == ["1st", "2nd or later"]
    one = [{"channel": "phone", "estimate": 0.3, "status": "ok"}, {"channel": "letter", **hidden}]
    assert [label for label, _ in hidden_in_one_line("channel", one)] == ["telephone", "letter or card"]


def test_rows_without_an_order_stand_by_value() -> None:
    """Channels come by their rate, days and numbers of attempts as they follow each other."""
    rows = [{"channel": name, "estimate": rate} for name, rate in (("phone", 0.2), ("text", None), ("email", 0.4))]
    assert [row["channel"] for row in ordered("channel", rows)] == ["email", "phone", "text"]
    days = [{"timing": name, "estimate": rate} for name, rate in (("0", 0.2), ("1", 0.4))]
    assert ordered("timing", days) == days
