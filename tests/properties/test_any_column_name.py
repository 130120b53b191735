"""Any column may have any name: the same numbers come out whatever a further column of the interviews is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import followup_analytics as fa
from followup_analytics.answers.outcomes import compare_cohorts
from followup_analytics.errors import UsageError
from followup_analytics.log.schema import TABLES

PACKAGE = Path(fa.__file__).parent
#: Every name that a frame of the package's own has somewhere, as far as it stands in its code in quotes or as keyword.
INTERNAL = sorted(
    {
        name
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r'"([a-z_]{1,20})"|\b([a-z_]{1,20})=pl\.', path.read_text("utf-8"))
        for name in name
        if name and not name.startswith("_")
    }
    - {name for table in TABLES.values() for name in table.names}
)
PLAIN = "flavour"


@cache
def log_with(name: str) -> fa.FollowUpLog:
    """A log of which the interviews have a further column of that name; its values go with what came back."""
    log = fa.simulate_log(interviews=240, world="office", seed=11)
    answered = log.outcomes["interview_id"].implode()
    kinds = pl.when(pl.col("interview_id").is_in(answered)).then(pl.lit("sweet")).otherwise(pl.lit("sour"))
    mixed = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("salty")).otherwise(kinds)
    interviews = log.interviews.select(pl.exclude(r"^_.*$")).with_columns(mixed.alias(name))
    contacts, outcomes = (frame.select(pl.exclude(r"^_.*$")) for frame in (log.contacts, log.outcomes))
    return fa.read_log(interviews, contacts, outcomes, data_date=log.data_date, time_zone=log.time_zone)


ANSWERS: dict[str, Callable[[fa.FollowUpLog, str], Any]] = {
    "rates": lambda log, name: fa.response_rates(log, by=[name, "attempt"], min_cell=1),
    "rates on another engine": lambda log, name: fa.response_rates(log, by=name, min_cell=1, engine="pandas"),
    "curve": lambda log, name: fa.incidence_curve(log, by=name, min_cell=1, horizon=10),
    "silence": lambda log, name: fa.silence(log, 10, by=name, min_cell=1),
    "outcomes": lambda log, name: fa.cohort_outcomes(log, by=name, min_cell=1),
    "outcomes against": lambda log, name: fa.cohort_outcomes(log, by=name, against="sour", min_cell=1),
    "comparison": lambda log, name: compare_cohorts(
        log, "autumn 2025", against="autumn 2024", adjust=["industry", name], min_cell=1),
    "drivers": lambda log, name: fa.what_drives(log, blocks=["timing", name], min_cell=1),
    "later attempts": lambda log, name: fa.later_attempts(log, unit=name, min_cell=1),
    "claims": lambda log, name: fa.test_claims(log, claim="follow-up-at-all", adjust=[name], min_cell=1),
    "model": lambda log, name: fa.fit_callback_model(log, adjust=["industry", name], min_cell=1),
}  # fmt: skip


def numbers(result: Any, name: str) -> list[dict[str, Any]]:
    """The rows of an answer, with the column's name in fields and sentences taken out."""
    rows = [{key.replace(name, "*"): value for key, value in row.items()} for row in result.rows]
    return [
        {key: value.replace(name, "*") if isinstance(value, str) else value for key, value in row.items()}
        for row in rows
    ]


@cache
def plain(answer: str) -> list[dict[str, Any]]:
    """What comes out under a name that nothing else has."""
    return numbers(ANSWERS[answer](log_with(PLAIN), f"column:{PLAIN}"), f"column:{PLAIN}")


def assert_same_numbers(answer: str, name: str) -> None:
    """Forced by its form, the column gives the numbers of the plain one."""
    found = numbers(ANSWERS[answer](log_with(name), f"column:{name}"), f"column:{name}")
    expected = plain(answer)
    assert len(found) == len(expected) > 0
    for row, other in zip(found, expected, strict=True):
        measures = [key for key, value in other.items() if isinstance(value, int | float)]
        assert [row[key] for key in measures] == [other[key] for key in measures]


#: Names that have crashed a function, or made it analyse another column; those of the second row take their turn where
#: there is time.
USUAL = ["arm", "day", "count", "attempt"]
MORE = ["entry", "y", "event", "number", "group", "len", "story", "timing", "status"]


@pytest.mark.parametrize("name", [*USUAL, *(pytest.param(name, marks=pytest.mark.slow) for name in MORE)])
@pytest.mark.parametrize("answer", ANSWERS)
def test_names_of_internal_columns_change_nothing(answer: str, name: str) -> None:
    """The column is the one that was meant, and its numbers are those of a plain name."""
    assert_same_numbers(answer, name)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(ANSWERS)), st.one_of(st.sampled_from(INTERNAL), st.text("abc: _é0", min_size=1, max_size=6))
)
def test_any_name_gives_the_same_numbers(answer: str, name: str) -> None:
    """Internal names drawn from the code, and names that are anything."""
    key = "_".join(name.replace("_", " ").split())
    taken = {one for table in TABLES.values() for one in table.names}
    if not key or key in taken or name.startswith("_") or name != name.strip():
        return
    assert_same_numbers(answer, name)


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda log: fa.response_rates(log, by="status"), "status"),
        (lambda log: fa.incidence_curve(log, by="day"), "day"),
        (lambda log: fa.fit_callback_model(log, adjust=["gap"]), "gap"),
    ],
    ids=["rates", "curve", "model"],
)
def test_a_clash_with_a_field_names_the_form_that_works(ask: Callable[[fa.FollowUpLog], Any], field: str) -> None:
    """Exit code 2, and the sentence says what to write."""
    with pytest.raises(UsageError, match=f"write column:{field}"):
        ask(log_with(field))


@pytest.mark.parametrize("name", ["attempt", "timing", "channel"])
def test_a_built_in_key_wins_and_says_so(name: str) -> None:
    """The key means what it always means; a note names the form that means the column."""
    log = log_with(name)
    for found in (fa.response_rates(log, by=name, min_cell=1), fa.what_drives(log, blocks=[name], min_cell=1)):
        assert {note.code: note.text for note in found.notes}["built_in_key"].endswith(f"is column:{name}")
    without = fa.response_rates(log_with(PLAIN), by=name, min_cell=1)
    assert fa.response_rates(log, by=name, min_cell=1).rows == without.rows
    assert not any(note.code == "built_in_key" for note in without.notes)


def test_a_forced_column_is_its_field_in_json() -> None:
    """`column:NAME` stands in the answer as it was asked for."""
    rows = fa.response_rates(log_with("attempt"), by="column:attempt", min_cell=1).to_json()["results"]
    assert {row["column:attempt"] for row in rows} == {"salty", "sour", "sweet"}


def test_a_block_that_is_no_column_is_refused() -> None:
    """`day` is no column of a log without one: nothing of the package's own is analysed in its place."""
    with pytest.raises(UsageError, match="have a column 'day'"):
        fa.what_drives(log_with(PLAIN), blocks=["day"])
