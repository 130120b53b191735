"""Faces of a result: what a narrow screen, a pipe and a person without colours get."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from followup_analytics.advice import next_steps
from followup_analytics.answers.outcomes import cohort_outcomes
from followup_analytics.answers.rates import response_rates
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import Note
from followup_analytics.reading.logs import read_log
from followup_analytics.results.disclosure import hidden_row, is_hidden
from followup_analytics.results.disclosure.marked import Disclosed
from followup_analytics.results.formatting import note_text


@pytest.fixture(scope="module")
def rates():
    """Rates of the sample log by channel, without the rows that are hidden."""
    found = response_rates(read_log("data/log"), by="channel")
    return replace(found, rows=found.rows.where(lambda row: not is_hidden(row)))


def printed(result, width: int) -> str:
    """What a screen of that width shows."""
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(result)
    return stream.getvalue()


@pytest.mark.parametrize("width", [50, 60, 80, 100, 140])
def test_no_column_is_cut_off_on_any_screen(rates, width):
    """Every word and number of every row is there whole, or its column is named as left out; no line is too long."""
    shown = printed(rates, width)
    words = " ".join(shown.split())
    fields, body = rates.printed()
    left_out = {one.label for one in fields if f"No room for {one.label}" in words or f", {one.label}" in words}
    assert left_out < {one.label for one in fields}
    assert body
    for line in body:
        for one, cell in zip(fields, line, strict=True):
            assert one.label in left_out or all(word in shown for word in cell.split())
    assert all(len(line) <= width for line in shown.splitlines())


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (140, None),
        (74, "No room for Applicants:"),
        (60, "No room for Applicants, Answered:"),
    ],
)
def test_a_narrow_screen_keeps_the_table_and_names_what_it_leaves_out(rates, width, left_out):
    """What matters least goes first; the rate and its interval stay in every table."""
    shown = " ".join(printed(rates, width).split())
    assert ("No room" in shown) is (left_out is not None)
    assert left_out is None or left_out in shown
    assert shown.count("95% interval") == 1


def test_one_row_stands_field_by_field(rates):
    """Where one row is too wide for the screen, each field has a line of its own and none is left out."""
    alone = replace(rates, rows=Disclosed(rates.rows[:1]))
    shown = printed(alone, 60)
    assert "No room" not in shown
    assert all(one.label in shown for one in alone.printed()[0])


def test_several_hidden_rows_are_folded_into_one_line(rates):
    """Their names stand in it; one hidden row alone keeps its place, and so do all where none is shown."""
    hidden = [hidden_row(row) for row in rates.rows]
    folded = printed(replace(rates, rows=Disclosed((*rates.rows[:2], *hidden[2:]))), 140)
    names = "; ".join(row.by["channel"] for row in rates.rows[2:])
    assert f"Hidden: {len(hidden) - 2} rows ({names})." in folded
    assert "Hidden:" not in printed(replace(rates, rows=Disclosed((*rates.rows[:-1], hidden[-1]))), 140)
    assert "Hidden:" not in printed(replace(rates, rows=Disclosed(hidden)), 140)


def test_cohorts_stand_side_by_side_where_there_is_no_room_for_all_measures():
    """Each measure is a line, each cohort a column, and none is left out."""
    found = cohort_outcomes(read_log("data/log"))
    shown = printed(found, 80)
    lines = [line.split() for line in shown.splitlines()]
    fields, body = found.printed()
    assert ["Measure", *body[0][0].split(), *body[1][0].split()] in lines
    assert "No room" not in shown
    assert len(fields) > 8
    assert all(" ".join(one.label.split()) in " ".join(shown.split()) for one in fields[1:])


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
    assert result.printed()[1][0]
    for cell in result.printed()[1][0]:
        assert all(word in shown.split() for word in cell.split())


def test_sentences_are_not_squeezed():
    """A column of sentences keeps a readable width; how sure the advice is leaves before its reason does."""
    steps = next_steps(read_log("data/log"), test=False)
    narrow = printed(steps, 72)
    assert "No room for client, how sure:" in " ".join(narrow.split())
    heading = next(line for line in narrow.splitlines() if " why" in line)
    assert 72 - heading.index("why") >= 24
    assert printed(steps, 140).count("how sure") == 1


def test_at_80_columns_each_row_of_rates_is_one_line():
    """Heads get short before a cell is broken: a row's name, numbers and note stand on one line."""
    rates = response_rates(read_log("data/log"), by="timing")
    lines = printed(rates, 80).splitlines()
    _, body = rates.printed()
    assert any("with care" in cells for cells in body)
    for cells in body:
        whole = [cell for cell in cells if cell]
        assert any(all(cell in line for cell in whole) for line in lines), whole
