"""The report as a web page and as a workbook: the same document, nothing from elsewhere, numbers as numbers."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from followup_analytics import read_log, test_claims, write_report
from followup_analytics.report.document import Document, Head, Lead, Meta, Section, paragraph, table
from followup_analytics.report.page import html_page
from followup_analytics.report.workbook import workbook

HOSTILE = '<script>alert(1)</script> =HYPERLINK("x") {{ 7 * 7 }}'


def document_with(rows: list[list[str]], *, caption: str = "What is shown") -> Document:
    """A document with one table of three columns."""
    from datetime import date

    meta = Meta(
        kind="cohort", kicker="Report", title="Title", document_title="Title: all", subtitle="Subtitle",
        running="Title", dateline="12 interviews", footer="version", description="About", simulated=True,
        day=date(2026, 3, 1),
    )  # fmt: skip
    columns = [Head("Group", "left", share=1), Head("Rate"), Head("95% interval")]
    section = Section("Part", (paragraph("Text ", HOSTILE), table("tab-x", caption, columns, rows)))
    return Document(meta, Lead("Answer", ("One sentence.",)), (), (section,))


@pytest.fixture(scope="module")
def reports(simulated_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The cohort report of a simulated log as a page and as a workbook."""
    folder = tmp_path_factory.mktemp("reports")
    log = read_log(simulated_folder)
    return {end: write_report(log, folder / f"report.{end}") for end in ("html", "xlsx")}


def test_the_page_asks_nothing_of_anybody(reports: dict[str, Path]) -> None:
    """No address outside the page is loaded, and its content policy forbids it."""
    text = reports["html"].read_text(encoding="utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]*)"', text) + re.findall(r"url\(([^)]*)\)", text)
    assert loaded
    assert [one for one in loaded if not one.startswith(("#", "data:"))] == []
    assert "default-src 'none'" in text


def test_ids_of_a_page_are_its_own(reports: dict[str, Path]) -> None:
    """No two elements share an id, and every link within the page leads somewhere."""
    text = reports["html"].read_text(encoding="utf-8")
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', text)) <= set(ids)


def test_every_chart_and_row_has_words_for_those_who_listen(reports: dict[str, Path]) -> None:
    """Drawings carry their alternative text, body rows a head of their own."""
    text = reports["html"].read_text(encoding="utf-8")
    drawings = re.findall(r"<svg\b[^>]*>", text)
    assert drawings
    assert all('role="img"' in one and re.search(r'aria-label="[^"]{20,}"', one) for one in drawings)
    assert text.count('<th scope="row"') >= text.count("<tbody>") > 0


def test_strings_stay_strings() -> None:
    """Words from a file are neither markup nor a template nor a formula, on the page and in its CSV."""
    made = html_page(document_with([[HOSTILE, "12.5%", "1.0% to 20.0%"], ["=1+1", "hidden", "hidden"]]))
    assert "<script>alert" not in made
    assert "{{ 7 * 7 }}" in made
    coded = re.search(r"data:text/csv;charset=utf-8;base64,([^\"]*)", made)
    assert coded is not None
    csv = base64.b64decode(coded.group(1)).decode("utf-8-sig")
    assert csv.splitlines()[-1] == "'=1+1,hidden,hidden"


def test_numbers_are_numbers_in_the_workbook(tmp_path: Path) -> None:
    """Shares are fractions, an interval is two columns, hidden cells stay words, and no cell is a formula."""
    file = tmp_path / "tables.xlsx"
    file.write_bytes(workbook(document_with([["=A1", "12.5%", "1.0% to 20.0%"], ["b", "hidden", "hidden"]])))
    sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("Table 1").to_python()
    assert sheet[2] == ["Group", "Rate", "95% interval, from", "95% interval, to"]
    assert sheet[3] == ["=A1", 0.125, 0.01, 0.2]
    assert sheet[4] == ["b", "hidden", "hidden", "hidden"]


def test_the_workbook_holds_every_table_of_the_report(reports: dict[str, Path]) -> None:
    """Its sheet of contents names as many tables as the page has, and each has a sheet."""
    book = CalamineWorkbook.from_path(str(reports["xlsx"]))
    tables = reports["html"].read_text(encoding="utf-8").count('class="table"')
    assert tables > 3
    assert book.sheet_names == ["Contents", *(f"Table {number}" for number in range(1, tables + 1))]


def test_same_log_same_bytes(simulated_folder: Path, tmp_path: Path) -> None:
    """A second writing of the same verdicts gives the same page and the same workbook."""
    log = read_log(simulated_folder)
    verdicts = test_claims(log)
    for end in ("html", "xlsx"):
        first, second = (
            write_report(log, tmp_path / f"{number}.{end}", kind="claims", claims=verdicts).read_bytes()
            for number in (1, 2)
        )
        assert first == second


def test_counts_of_the_page_are_those_of_the_log(reports: dict[str, Path], simulated_folder: Path) -> None:
    """The page says of how many interviews it is: as many as the log has."""
    n = read_log(simulated_folder).interviews.select(pl.len()).item()
    assert f"{n} interviews of" in reports["html"].read_text(encoding="utf-8")
