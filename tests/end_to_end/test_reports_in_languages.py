"""Reports in German and Spanish: no English is left in them, names and English reports stay as they are."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from python_calamine import CalamineWorkbook
from report_logs import made_log

from followup_analytics import test_claims
from followup_analytics.errors import UsageError
from followup_analytics.languages import catalogue, speaking
from followup_analytics.report import write_report
from followup_analytics.report.findings import Options
from followup_analytics.report.office import Office
from followup_analytics.report.translation import in_language, own_strings
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.write import drafts

#: Words that are in every English text and in no German or Spanish one.
_ENGLISH = re.compile(r"\b(the|and|of|with|were|this|that|by|from|interviews?|attempts?|days?|hidden|told)\b")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
COHORTS = ("Wintersemester 2024", "Wintersemester 2025")
#: Column names that a log's kind brings, in words; they are the file's own.
_KINDS = ("bulletin", "cohort", "claims", "handout", "day-sheet")


@pytest.fixture(scope="module")
def log():
    """A log with two cohorts and names that are no English words."""
    return made_log(240, cohorts=COHORTS, employers=("Müller KG", "Açúcar SA"))


def words_of(path: Path) -> str:
    """All words of a PDF on one line, by poppler."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode("utf-8").split())


@pytest.mark.parametrize("kind", _KINDS)
def test_no_text_of_a_report_lacks_its_translation(log, kind: str) -> None:
    """Every string of the document is found in both catalogues, or is a name, a number or a date of the log."""
    lost = {}
    for language in ("de", "es"):
        words = catalogue(language, own_strings(log, Office()))
        assert words is not None
        with speaking(words):
            for outcome in ("response", "advanced") if kind in ("bulletin", "cohort") else ("response",):
                for draft in drafts(log, kind=kind, options=Options(outcome=outcome), case=TypeCase()):
                    in_language(draft, words)
        left = {text for text in words.missing if _LETTERS.search(text)}
        if left:
            lost[language] = left
    assert lost == {}


def test_a_handout_lacks_no_translation(log) -> None:
    """Neither do those of the first applicants, on a day on which much is due."""
    words, verdicts = catalogue("de", own_strings(log, Office())), test_claims(log)
    assert words is not None
    for applicant in sorted(log.interviews["applicant_id"].unique())[:15]:
        asked = {"kind": "handout", "options": Options(), "case": TypeCase(), "today": "2026-02-10"}
        in_language(drafts(log, applicant=applicant, claims=verdicts, **asked)[0], words)
    assert words.missing == set()


@pytest.mark.parametrize(
    ("language", "start"), [("de", "Was wir herausgefunden haben"), ("es", "Qué hemos averiguado")]
)
def test_a_pdf_is_in_its_language(log, tmp_path: Path, language: str, start: str) -> None:
    """The file says its language, its text has no English words left, and its numbers have a decimal comma."""
    path = write_report(log, tmp_path / "r.pdf", language=language)
    said = words_of(path)
    assert start in said
    found = sorted({word[0] for word in _ENGLISH.finditer(said.replace("followup_analytics", ""))})
    assert found == []
    assert re.search(r"\d,\d\s?%", said)
    assert not re.search(r"\d\.\d\s?%", said)
    with pikepdf.open(path) as pdf:
        assert str(pdf.Root.Lang).startswith(language)


def test_the_page_and_the_workbook_are_in_the_language_too(log, tmp_path: Path) -> None:
    """Words around them as well; a workbook's numbers stay numbers."""
    page = write_report(log, tmp_path / "r.html", kind="bulletin", language="de").read_text("utf-8")
    assert '<html lang="de">' in page
    assert "Zum Text springen" in page
    book = CalamineWorkbook.from_path(str(write_report(log, tmp_path / "r.xlsx", language="es")))
    assert book.sheet_names[:2] == ["Contenido", "Tabla 1"]
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names[1:]]
    cells = [cell for rows in sheets for row in rows[3:] for cell in row]
    assert any(isinstance(value, float) and 0 < value < 1 for value in cells)


def test_an_english_report_is_what_it_was(log, tmp_path: Path) -> None:
    """Asked for or not, English gives the same bytes."""
    plain = write_report(log, tmp_path / "a.pdf", kind="day-sheet").read_bytes()
    assert write_report(log, tmp_path / "b.pdf", kind="day-sheet", language="en").read_bytes() == plain


def test_what_can_not_be_told_is_refused(log, tmp_path: Path) -> None:
    """An unknown language, and the report on methods, of which the model's card is in English alone."""
    with pytest.raises(UsageError, match="choose en, de or es"):
        write_report(log, tmp_path / "a.pdf", language="fr")
    with pytest.raises(UsageError, match="methods"):
        write_report(log, tmp_path / "a.pdf", kind="methods", language="de")
    assert list(tmp_path.iterdir()) == []
