"""The PDF: its tags, its promises, its bytes, and what must never stand in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from report_logs import HOSTILE, made_log

from followup_analytics.charts import contrast_ratio
from followup_analytics.errors import UnreadableError, UsageError, WithheldError
from followup_analytics.report import write_report
from followup_analytics.report.findings import Options
from followup_analytics.report.gather import gather
from followup_analytics.report.press import template_sources
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.write import drafts
from followup_analytics.results.disclosure import policy_of


@pytest.fixture(scope="module")
def cohort_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort report on 120 interviews of 60 applicants with hostile employers and a cohort's odd name."""
    log = made_log(employers=HOSTILE)
    return write_report(log, tmp_path_factory.mktemp("report") / "cohort.pdf", cohort="Spring *26* 王", by=BY)


BY = ("timing", "channel", "attempt", "employer")


def text_of(path: Path) -> str:
    """The words of a PDF, by poppler."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8").replace("\u00ad", "")


def flat(path: Path) -> str:
    """The words of a PDF on one line."""
    return " ".join(text_of(path).split())


def elements(node: Any) -> Iterator[Any]:
    """All structure elements below a node of the tag tree."""
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from elements(child)


@pytest.mark.parametrize("kind", ["cohort", "claims", "handout"])
def test_the_file_is_tagged(kind: str, tmp_path: Path) -> None:
    """Language, title, tag tree, alt text with a number on each figure, head cells in each table, and both promises."""
    path = write_report(made_log(), tmp_path / "r.pdf", kind=kind)
    with pikepdf.open(path) as pdf:
        root = pdf.Root
        assert str(root.Lang) == "en-GB"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        found = list(elements(root.StructTreeRoot))
        kinds = [str(one.S) for one in found]
        for one in found:
            if str(one.S) == "/Figure":
                assert re.search(r"\d", str(one.Alt))
                assert len(str(one.Alt).split()) > 8
            if str(one.S) == "/Table":
                assert any(str(cell.S) == "/TH" for cell in elements(one))
        assert kinds.count("/Table") >= 1
        assert "/H1" in kinds
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
            assert str(meta["dc:title"])


def test_every_chart_has_its_table(cohort_pdf: Path) -> None:
    """There are as many figures as keys and curve ask for, and at least one table for each."""
    with pikepdf.open(cohort_pdf) as pdf:
        kinds = [str(one.S) for one in elements(pdf.Root.StructTreeRoot)]
    assert kinds.count("/Figure") >= len(BY) + 1
    assert kinds.count("/Table") >= kinds.count("/Figure")


def test_machine_checks_of_pdf_ua_find_no_error(cohort_pdf: Path, tmp_path: Path) -> None:
    """A second opinion on accessibility: outloud's machine checks of PDF/UA, on a report of each kind."""
    pytest.importorskip("outloud", reason="outloud is not installed: the second check of accessibility is left out")
    others = [write_report(made_log(), tmp_path / f"{kind}.pdf", kind=kind) for kind in ("claims", "handout")]
    done = subprocess.run(["outloud", cohort_pdf, *others], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0, done.stdout.decode()[-2000:]


def test_same_log_same_bytes(cohort_pdf: Path, tmp_path: Path) -> None:
    """A second report of the same log is the same file to the byte."""
    again = write_report(made_log(employers=HOSTILE), tmp_path / "again.pdf", cohort="Spring *26* 王", by=BY)
    assert again.read_bytes() == cohort_pdf.read_bytes()


def test_hostile_names_are_printed_as_text(cohort_pdf: Path) -> None:
    """Names full of markup are printed as they are; what no font has appears as its code and in the notes."""
    words = flat(cohort_pdf)
    assert '#panic("x")' in words
    assert "Spring *26* [U+738B]" in words
    assert "have no sign in the fonts of this report" in words
    assert "root:" not in words


def test_simulated_is_said_on_every_page(cohort_pdf: Path) -> None:
    """Each page of a report on made-up data carries the mark."""
    pages = text_of(cohort_pdf).split("\f")[:-1]
    assert len(pages) > 4
    assert all("simulated data" in page.lower() for page in pages)


def test_real_data_are_not_called_simulated(tmp_path: Path) -> None:
    """The mark stands on simulated data only."""
    words = flat(write_report(made_log(simulated=False), tmp_path / "r.pdf"))
    assert "simulated" not in words.lower()


def test_few_applicants_get_no_verdicts_on_page_one(cohort_pdf: Path) -> None:
    """With 60 applicants the first page says that verdicts can't be had, and names the smallest difference."""
    first = " ".join(text_of(cohort_pdf).split("\f")[0].split())
    assert "With 60 applicants these data can’t tell whether any advice works" in first
    assert re.search(r"difference of \d+ percentage points", first)


def test_sentences_fit_a_log_of_text_messages(tmp_path: Path) -> None:
    """A log whose only channel is text and that knows no outcomes speaks of no telephone and of no offer."""
    log = made_log(channels=("text",), outcomes=(), simulated=False)
    words = flat(write_report(log, tmp_path / "r.pdf")).lower()
    # The note that outcomes are not recorded names them, since it says what can't be told.
    note = "outcomes are not recorded in this log: who advanced, had an offer, was refused or withdrew can't be told"
    assert note in words
    words = words.replace(note, "")
    for word in ("telephone", "phone", "voicemail", "call ", "calls", "offer", "rejection", "withdr", "e-mail"):
        assert word not in words, word
    assert "text messages" in words


def test_hidden_numbers_are_nowhere(tmp_path: Path) -> None:
    """The numbers of a hidden row stand neither in the text nor in any drawing, and the report says that it hides."""
    log = made_log(rare_channel="letter", simulated=False)
    bare = gather(log, Options(policy=policy_of(min_cell=1), by=("channel",)), TypeCase())
    secret = next(row for row in bare.tables["channel"] if row["channel"] == "letter")
    assert secret["n_applicants"] < 10
    document = drafts(log, kind="cohort", options=Options(by=("channel",)), case=TypeCase())[0]
    charts = [block for section in document.sections for block in section.blocks if block["type"] == "chart"]
    rows = next(b for s in document.sections for b in s.blocks if b.get("id") == "tab-channel")["rows"]
    letter = next(row for row in rows if "letter or card" in row[0])
    assert set(letter[1:]) == {"hidden"}
    assert f">n = {secret['n_attempts']}<" not in "".join(chart["svg"] for chart in charts)
    assert all("letter" not in chart["alt"] for chart in charts)
    assert re.search(
        r"letter or card\W.*?hidden hidden hidden hidden hidden",
        flat(write_report(log, tmp_path / "r.pdf", by=("channel",))),
    )


def test_chart_and_table_show_the_same_numbers() -> None:
    """Each rate in a table appears, rounded to whole percent, beside its dot."""
    document = drafts(made_log(), kind="cohort", options=Options(by=("channel",)), case=TypeCase())[0]
    blocks = {b["id"]: b for s in document.sections for b in s.blocks if "id" in b}
    assert blocks["tab-channel"]["rows"]
    for row in blocks["tab-channel"]["rows"]:
        assert f">{float(row[4].rstrip('%')):.0f}%<" in blocks["fig-channel"]["svg"]
        assert f">n = {row[1]}<" in blocks["fig-channel"]["svg"]


def test_text_colours_have_contrast() -> None:
    """Every colour of text in the templates reaches 4.5:1 on white."""
    colours = set(re.findall(r'rgb\("(#[0-9A-Fa-f]{6})"\)', "".join(template_sources().values())))
    text_colours = colours - {"#8C8C8C"}  # hairlines only
    assert "#1A1A1A" in text_colours
    assert all(contrast_ratio(colour) >= 4.5 for colour in text_colours)


def test_a_log_without_attempts_still_makes_a_report(tmp_path: Path) -> None:
    """Without a single attempt the report says so and gives the curve alone."""
    log = made_log()
    import polars as pl

    silent = replace(log, contacts=log.contacts.filter(pl.col("direction") == "inbound"))
    words = flat(write_report(silent, tmp_path / "r.pdf"))
    assert "there are no response rates" in words


def test_too_few_applicants_write_nothing(tmp_path: Path) -> None:
    """A log of fewer applicants than the threshold is refused, and no file appears."""
    with pytest.raises(WithheldError):
        write_report(made_log(12), tmp_path / "r.pdf")
    assert list(tmp_path.iterdir()) == []


def test_wrong_requests_are_sentences(tmp_path: Path) -> None:
    """An unknown kind or paper, and a folder that isn't there, are refused in words; an older file stays."""
    with pytest.raises(UsageError, match="no report of kind"):
        write_report(made_log(), tmp_path / "r.pdf", kind="novel")
    with pytest.raises(UsageError, match="no paper"):
        write_report(made_log(), tmp_path / "r.pdf", paper="papyrus")
    with pytest.raises(UnreadableError, match="can't be written"):
        write_report(made_log(), tmp_path / "absent" / "r.pdf")


def test_a_handout_is_marked_confidential(tmp_path: Path) -> None:
    """Each page of the day sheet says confidential; its steps are those of `next_steps`, due ones first."""
    from followup_analytics.advice import next_steps

    log = made_log(40, employers=HOSTILE)
    path = write_report(log, tmp_path / "h.pdf", kind="handout", today="2026-02-20")
    pages = text_of(path).split("\f")[:-1]
    assert all("Confidential" in page for page in pages)
    assert "Friday, 20 February 2026" in flat(path)
    steps = next_steps(log, today="2026-02-20")
    assert all(row["interview_id"] in flat(path) for row in steps.rows)


def test_small_logs_of_ones_own_get_a_handout(tmp_path: Path) -> None:
    """The day sheet is a working paper and exempt from hiding: three interviews are enough."""
    assert write_report(made_log(3), tmp_path / "h.pdf", kind="handout").stat().st_size > 10_000


def test_last_term_stands_beside_this_one(tmp_path: Path) -> None:
    """A report on one cohort names the one before it, with the difference; without the whole log it can't."""
    import polars as pl

    from followup_analytics.log.subsets import subset

    log = made_log(simulated=False)
    term = pl.when(pl.int_range(pl.len()) < 60).then(pl.lit("2025")).otherwise(pl.lit("2026"))
    whole = replace(log, interviews=log.interviews.with_columns(cohort=term))
    latest = whole.interviews.group_by("cohort").agg(pl.col("_at_us").max()).sort("_at_us")["cohort"].to_list()
    one = subset(whole, cohort=latest[1])
    words = flat(write_report(one, tmp_path / "r.pdf", whole=whole))
    assert f"{latest[1]} beside {latest[0]}" in words
    assert "the difference in hearing back is" in words
    assert f"beside {latest[0]}" not in flat(write_report(one, tmp_path / "r.pdf"))


def test_odd_sizes_are_reports_too(tmp_path: Path) -> None:
    """One interview, a horizon of nought, half a day's window and names of 2,000 letters all make sound files."""
    log = made_log(1)
    path = write_report(log, tmp_path / "r.pdf", min_cell=1, horizon=0, within=0.5)
    assert "1 interview of 1 applicant" in flat(path)
    long = made_log(employers=("x" * 2_000, "A " * 800))
    words = flat(write_report(long, tmp_path / "r.pdf", by=("employer",), cohort="W" * 300))
    assert "x" * 40 in words.replace("\u200b", "")
    assert "x" * 200 not in words.replace(" ", "").replace("\u200b", "")
