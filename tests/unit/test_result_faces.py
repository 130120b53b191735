"""Faces of a result: what a narrow screen, a pipe and a person without colours get."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from followup_analytics.advice import next_steps
from followup_analytics.answers.rates import response_rates
from followup_analytics.log.followup_log import Note, build_log
from followup_analytics.reading.logs import read_log
from followup_analytics.results.result import note_text


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


@pytest.mark.parametrize("width", range(76, 100, 3))
def test_a_table_that_just_fits_is_not_cut_off(width):
    """One row whose status has two words: rich alone would take the last column's letters for the first one."""
    times = ["2026-03-03T10:00Z", "2026-03-04T10:00Z"]
    log = build_log(
        interviews={"interview_id": ["i"], "applicant_id": ["a"], "interviewed_at": ["2026-03-02T10:00Z"]},
        contacts={
            "contact_id": ["c", "d"], "interview_id": ["i", "i"], "at": times, "direction": ["outbound", "inbound"],
            "channel": ["phone", "phone"],
        },
    )  # fmt: skip
    result = response_rates(log, by="channel", min_cell=1)
    shown = printed(result, width)
    for cell in result.printed()[1][0]:
        assert all(word in shown.split() for word in cell.split())


def test_sentences_are_not_squeezed():
    """A column of sentences keeps a readable width, or the rows stand one below the other with hanging lines."""
    steps = next_steps(read_log("data/log"), test=False)
    narrow = printed(steps, 72).splitlines()
    start = next(place for place, line in enumerate(narrow) if line.strip().startswith("why  "))
    assert narrow[start + 1].startswith(" " * narrow[start].index("The employer"))
    assert printed(steps, 140).count("how sure") == 1
