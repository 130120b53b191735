"""Long names, and letters that take two columns, in every face; the one progress bar."""

from __future__ import annotations

import io
import sys
import types

import pytest
from rich.cells import cell_len
from rich.console import Console

from followup_analytics.notebook import Findings
from followup_analytics.progress import in_notebook, progress_bar
from followup_analytics.results.terminal import Rows
from followup_analytics.text import date_hint, width_of, wrapped

LONG = "Department of very long names " * 6
NAMES = {
    "words": LONG[:160],
    "one word": "x" * 160,
    "Chinese": "数据科学与大数据技术专业二〇二五届秋季毕业生" * 4,
    "Korean": "자료과학과 2025년 가을 졸업생",
    "accents": "E\u0301cole supe\u0301rieure",
    "Hebrew": "סתיו 2025",
}
TABLE = Findings(
    "Faces",
    [
        {"cohort": name, "attempts": 1_200 + place, "why": f"{name} because"}
        for place, name in enumerate(NAMES.values())
    ],
    {"attempts": "count", "why": "sentence"},
)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_text_is_as_wide_as_a_terminal_shows_it(name: str) -> None:
    """As rich counts columns; wrapped, no letter is lost and no line too wide."""
    assert width_of(name) == cell_len(name)
    lines = wrapped(name, 24)
    assert max(map(width_of, lines)) <= 24
    assert "".join("".join(lines).split()) == "".join(name.split())


def columns_of_number(lines: list[str]) -> set[int]:
    """At which column of the screen the counts end."""
    ends = set()
    for line in lines:
        for place in range(len(NAMES)):
            number = f"1,20{place}"
            if number in line:
                ends.add(cell_len(line[: line.index(number) + len(number)]))
    return ends


def test_long_names_do_not_break_the_columns_of_plain_text() -> None:
    """All counts end at one column, and no line goes far beyond a screen."""
    lines = repr(TABLE).splitlines()
    assert len(columns_of_number(lines)) == 1
    assert max(map(cell_len, lines)) <= 120


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_long_names_do_not_break_the_columns_of_a_terminal(width: int) -> None:
    """All counts end at one column, and no line is wider than the screen."""
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(Rows(TABLE))
    lines = stream.getvalue().splitlines()
    assert len(columns_of_number(lines)) == 1
    assert max(map(cell_len, lines)) <= width


def test_names_in_html_are_broken_and_numbers_are_not() -> None:
    """By style alone: no script, no class that a notebook would have to know."""
    html = TABLE._repr_html_()
    assert "overflow-wrap:anywhere" in html
    assert html.count("white-space:nowrap") == len(NAMES)
    assert "<script" not in html
    assert "class=" not in html


def test_a_usual_word_stands_whole_in_html() -> None:
    """A column of words is at least as wide as its longest word, up to 24 letters."""
    html = Findings("t", [{"part": "Assignment"}])._repr_html_()
    assert "min-width:7.2em" in html
    assert "min-width:17.3em" in TABLE._repr_html_()


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("02/03/2026", "write it as 2026-03-02 or 2026-02-03"),
        ("31.03.2026", "write it as 2026-03-31"),
        ("3/13/26", "write it as 2026-03-13"),
        ("2026/3/5", "write it as 2026-03-05"),
        ("next week", "write it as 2026-03-05"),
        ("31/31/2026", "write it as 2026-03-05"),
    ],
)
def test_a_date_in_another_order_is_told_the_right_one(typed: str, hint: str) -> None:
    """Both days where either may be meant; an example where none can be."""
    assert date_hint(typed) == hint


def test_nobody_looking_on_gets_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe, and outside a notebook, nothing is given to call."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar("Reading", 3) as move:
        assert move is None


def test_a_notebook_gets_a_bar_that_ends_as_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser's own bar while it goes on; at the end one line, the same each time."""
    shown: list[object] = []
    kernel = types.SimpleNamespace(kernel=object())
    handle = types.SimpleNamespace(update=shown.append)
    module = types.ModuleType("IPython")
    module.get_ipython = lambda: kernel  # type: ignore[attr-defined]
    display = types.ModuleType("IPython.display")
    display.display = lambda drawn, display_id: shown.append(drawn) or handle  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr("followup_analytics.progress._PAUSE", 0)
    assert in_notebook()
    with progress_bar("Claims <all>", 2) as move:
        assert move is not None
        move()
        move("named")
    assert "<progress value='1' max='2'" in shown[1]._repr_html_()  # type: ignore[attr-defined]
    assert shown[-1]._repr_html_() == "<p>Claims &lt;all&gt;: 2 of 2.</p>"  # type: ignore[attr-defined]
    assert repr(shown[-1]) == "Claims <all>: 2 of 2."
