"""Reports at the edges, measured page by page: nothing overlaps, is too small or pale, or leaves a page half empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from edge_reports import FEW, MANY, Edge
from page_measures import faults

from followup_analytics.report.validation import check_pdf


@pytest.mark.parametrize("edge", FEW, ids=lambda edge: edge.name)
def test_pages_look_right(edge: Edge, tmp_path: Path) -> None:
    """One report of each difficulty: words apart, 8 points at least, 4.5 to 1 at least, no page a third empty."""
    assert faults(edge.write(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("edge", MANY, ids=lambda edge: edge.name)
def test_pages_of_many_reports_look_right_and_keep_their_promises(edge: Edge, tmp_path: Path) -> None:
    """The same of some seventy reports, and each is PDF/UA-1 and PDF/A-2a to a validator that did not make it."""
    written = edge.write(tmp_path)
    assert faults(written) == []
    checked = check_pdf(written)
    assert checked.sound, checked.sentence()


def test_bad_pages_are_seen(tmp_path: Path) -> None:
    """Words on each other, small and pale words and an empty page are found."""
    import typst

    made = tmp_path / "bad.pdf"
    source = tmp_path / "bad.typ"
    source.write_text(
        '#set page(paper: "a4")\n#place(top + left, [Overprinted])\n#place(top + left, [Underneath])\n#v(40mm)'
        '#text(size: 6pt)[tiny] #text(fill: rgb("#BBBBBB"))[pale]\n#pagebreak()\nalone',
        encoding="utf-8",
    )
    typst.compile(str(source), output=str(made))
    told = " ".join(faults(made))
    for wrong in ("stand on each other", "text of 6", "#BBBBBB", "page 2: 9"):
        assert wrong in told
