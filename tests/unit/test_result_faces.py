"""Faces of a result: what a narrow screen, a pipe and a person without colours get."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from followup_analytics.log import Note
from followup_analytics.rates import response_rates
from followup_analytics.reading import read_log
from followup_analytics.results import note_text


@pytest.fixture(scope="module")
def rates():
    """Rates of the sample log by channel."""
    return response_rates(read_log("data/log"), by="channel")


def printed(result, width: int) -> str:
    """What a screen of that width shows."""
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(result)
    return stream.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_column_is_cut_off_on_any_screen(rates, width):
    """Every word and number of every row is there whole: in a table where it fits, else field by field."""
    shown = printed(rates, width)
    for line in rates.printed()[1]:
        for cell in (cell for cell in line if cell):
            assert all(word in shown for word in cell.split())
    assert all(len(line) <= width for line in shown.splitlines())


def test_a_wide_screen_gets_a_table_and_a_narrow_one_records(rates):
    """The heading of a column stands once in a table, and once a row in records."""
    assert printed(rates, 140).count("Applicants") == 1
    assert printed(rates, 60).count("Applicants") == len(rates.rows)


def test_notes_read_well_for_any_number():
    """A count stands behind its words, so that one and many need no other grammar."""
    assert note_text(Note("x", "interviews have an outcome already", 1)) == "Interviews have an outcome already (1)."
    assert note_text(Note("x", "rows, and more.", 1200)) == "Rows, and more (1,200)."
    assert note_text(Note("x", "A sentence.")) == "A sentence."
