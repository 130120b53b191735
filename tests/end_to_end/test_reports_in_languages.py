"""Reports in German and Spanish: no English is left in them, names and English reports stay as they are."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from python_calamine import CalamineWorkbook
from report_logs import made_log

from followup_analytics import test_claims
from followup_analytics.errors import UsageError
from followup_analytics.languages import catalogue, speaking
from followup_analytics.model import fit_callback_model
from followup_analytics.model.card import USE
from followup_analytics.model.evaluate import METRICS
from followup_analytics.model.nested_rows import NO_MEASURE
from followup_analytics.report import write_report
from followup_analytics.report.findings import Options
from followup_analytics.report.office import Office
from followup_analytics.report.translation import in_language, own_strings
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.write import drafts
from followup_analytics.results.disclosure import working_paper

#: Words that are in every English text and in no German or Spanish one.
_ENGLISH = re.compile(r"\b(the|and|of|with|were|this|that|by|from|interviews?|attempts?|days?|hidden|told)\b")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
COHORTS = ("Wintersemester 2024", "Wintersemester 2025")
#: Column names that a log's kind brings, in words; they are the file's own.
_KINDS = ("bulletin", "cohort", "claims", "methods", "handout", "day-sheet")
_OF_OUTCOMES = ("bulletin", "cohort", "methods")


@pytest.fixture(scope="module")
def log():
    """A log with two cohorts and names that are no English words."""
    return made_log(240, cohorts=COHORTS, employers=("Müller KG", "Açúcar SA"))


@pytest.fixture(scope="module")
def verdicts(log):
    """The verdicts on the claims, worked out once."""
    return test_claims(log)


def words_of(path: Path) -> str:
    """All words of a PDF on one line, by poppler."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode("utf-8").split())


@pytest.mark.parametrize("kind", _KINDS)
def test_no_text_of_a_report_lacks_its_translation(log, verdicts, kind: str) -> None:
    """Every string of the document is found in both catalogues, or is a name, a number or a date of the log."""
    lost = {}
    for language in ("de", "es"):
        words = catalogue(language, own_strings(log, Office()))
        assert words is not None
        with speaking(words):
            for outcome in ("response", "advanced") if kind in _OF_OUTCOMES else ("response",):
                asked = {"kind": kind, "options": Options(outcome=outcome), "case": TypeCase(), "claims": verdicts}
                for draft in drafts(log, **asked):
                    in_language(draft, words)
        left = {text for text in words.missing if _LETTERS.search(text)}
        if left:
            lost[language] = left
    assert lost == {}


#: Logs that the model's card tells different things of.
_LOGS = {
    "everybody apart": {"n": 60, "per_applicant": 1},
    "real, nobody answered": {"n": 60, "answered": 0.0, "outcomes": (), "simulated": False},
    "in writing": {"n": 160, "channels": ("email", "letter", "text"), "cohorts": COHORTS},
}
#: What another fit may have found.
_FOUND = (
    {},
    {"beats_base_rate": True, "reason": None},
    {"beats_base_rate": False, "reason": None},
    {"temporal": None, "penalty_c": None, "within": 1.0},
    {"metrics": dict.fromkeys(METRICS, NO_MEASURE), "calibration_by": [], "coefficients": [], "beats_base_rate": False},
    {"outcome": "advanced", "within": 2.5},
)


@pytest.mark.parametrize("made", _LOGS.values(), ids=list(_LOGS))
def test_no_text_of_a_model_card_lacks_its_translation(made) -> None:
    """Whatever a fit finds, each item of TRIPOD+AI and what is said to it stands in both catalogues."""
    one = made_log(**made)
    fitted = fit_callback_model(one)
    texts = {USE}
    for found in _FOUND:
        card = replace(fitted, rows=working_paper([fitted.row.having(**found)])).card()
        texts |= {f"{item.number} {item.asks}" for item in card.entries}
        texts |= {text for item in card.entries if item.state == "filled" for text in (item.section, item.answer)}
    lost = {}
    for language in ("de", "es"):
        words = catalogue(language, own_strings(one, Office()))
        assert words is not None
        for text in sorted(texts):
            words.told(text)
        if left := {text for text in words.missing if _LETTERS.search(text)}:
            lost[language] = left
    assert lost == {}


def test_a_handout_lacks_no_translation(log, verdicts) -> None:
    """Neither do those of the first applicants, on a day on which much is due."""
    words = catalogue("de", own_strings(log, Office()))
    assert words is not None
    for applicant in sorted(log.interviews["applicant_id"].unique())[:15]:
        asked = {"kind": "handout", "options": Options(), "case": TypeCase(), "today": "2026-02-10"}
        in_language(drafts(log, applicant=applicant, claims=verdicts, **asked)[0], words)
    assert words.missing == set()


@pytest.mark.parametrize(
    ("language", "kind", "start"),
    [
        ("de", "cohort", "Was wir herausgefunden haben"),
        ("es", "cohort", "Qué hemos averiguado"),
        ("de", "methods", "Modellkarte"),
        ("es", "methods", "Ficha del modelo"),
    ],
)
def test_a_pdf_is_in_its_language(log, verdicts, tmp_path: Path, language: str, kind: str, start: str) -> None:
    """The file says its language, its text has no English words left, and its numbers have a decimal comma."""
    path = write_report(log, tmp_path / "r.pdf", kind=kind, language=language, claims=verdicts)
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


def test_a_name_that_no_font_has_stays_a_name(tmp_path: Path) -> None:
    """Printed with a code for a sign, it is still none of the catalogue's texts: its numbers keep their point."""
    one = made_log(24, employers=("Rocket \ue000 2.5",))
    page = write_report(one, tmp_path / "r.html", kind="day-sheet", language="de", today="2026-02-10")
    assert "Rocket [U+E000] 2.5" in page.read_text("utf-8")


def test_an_english_report_is_what_it_was(log, tmp_path: Path) -> None:
    """Asked for or not, English gives the same bytes."""
    plain = write_report(log, tmp_path / "a.pdf", kind="day-sheet").read_bytes()
    assert write_report(log, tmp_path / "b.pdf", kind="day-sheet", language="en").read_bytes() == plain


def test_an_unknown_language_is_refused(log, tmp_path: Path) -> None:
    """In a sentence that names those there are, and nothing is written."""
    with pytest.raises(UsageError, match="choose en, de or es"):
        write_report(log, tmp_path / "a.pdf", language="fr")
    assert list(tmp_path.iterdir()) == []
