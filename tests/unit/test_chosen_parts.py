"""A part of a log in parts is the part of the whole: cohorts, values and past days, to the byte and to the refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from test_answers_in_parts import in_parts, json_of

from followup_analytics import cohort_outcomes, incidence_curve, response_rates, silence, simulate_log
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.shared_words import MISSING
from followup_analytics.log.subsets import as_of, subset
from followup_analytics.parted.chosen import log_as_of, members_of, part_of, people_of, people_with_values

ASKED: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (response_rates, {"by": "timing,channel", "min_cell": 1}),
    (incidence_curve, {"by": "industry"}),
    (silence, {"days": 10}),
    (cohort_outcomes, {"min_cell": 1}),
]


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """Two cohorts, their applicants, and interviews whose referral is not known."""
    made = simulate_log(interviews=700, world="office", seed=21)
    known = pl.when(pl.int_range(pl.len()) % 3 > 0).then("referral")
    return replace(made, interviews=made.interviews.with_columns(referral=known))


@pytest.mark.parametrize(("answer", "asked"), ASKED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_cohort_a_value_and_a_past_day_are_the_same_bytes(
    log: FollowUpLog, answer: Callable[..., Any], asked: dict[str, Any]
) -> None:
    """One after another, as the commands take them."""
    day, cohort = "2025-09-30", log.interviews["cohort"].drop_nulls()[0]
    where = [("industry", log.interviews["industry"].mode()[0].upper()), ("referral", MISSING)]
    for values in (where[:1], where[1:]):
        whole = subset(subset(as_of(log, day), cohort=cohort), where=values)
        for parts in (2, 7):
            part = part_of(part_of(log_as_of(in_parts(log, parts), day), cohort=cohort), where=values)
            assert json_of(answer, part, asked) == json_of(answer, whole, asked), (values, parts)


def test_a_cohort_may_be_asked_of_the_answer(log: FollowUpLog) -> None:
    """With the note on cohorts too small to be shown, as of a log in memory."""
    cohort = min(log.interviews["cohort"].drop_nulls().unique())
    for least in (10, 400):
        asked = {"cohort": cohort, "min_cell": least, "by": "attempt"}
        try:
            whole = json_of(response_rates, log, asked)
        except Exception as refused:  # noqa: BLE001 - whatever the whole says, the parts say
            with pytest.raises(type(refused), match=str(refused)[:40]):
                response_rates(in_parts(log, 3), **asked)
        else:
            assert json_of(response_rates, in_parts(log, 3), asked) == whole


def test_before_the_first_outcome_nothing_was_recorded(log: FollowUpLog) -> None:
    """Whether outcomes are written down at all is asked of the day too."""
    day = str(log.outcomes["decided_at"].min())[:10]
    before = str(log.interviews["interviewed_at"].min())[:10]
    assert before < day
    for moment in (before, day):
        part = log_as_of(in_parts(log, 3), moment)
        whole = as_of(log, moment)
        assert (part.outcomes_recorded, part.data_date) == (whole.outcomes_recorded, whole.data_date)
        assert [note.code for note in part.notes] == [note.code for note in whole.notes]
        assert json_of(cohort_outcomes, part, {"min_cell": 1}) == json_of(cohort_outcomes, whole, {"min_cell": 1})


def test_a_cohort_of_which_no_outcome_was_written_down_has_none(log: FollowUpLog) -> None:
    """What the other cohorts have recorded tells, wherever they lie."""
    cohort = min(log.interviews["cohort"].drop_nulls().unique())
    lost = log.interviews.filter(pl.col("cohort") == cohort)["interview_id"]
    whole = replace(log, outcomes=log.outcomes.filter(~pl.col("interview_id").is_in(lost.implode())))
    part, theirs = part_of(in_parts(whole, 3), cohort=cohort), subset(whole, cohort=cohort)
    assert (part.outcomes_recorded, theirs.outcomes_recorded) == (False, False)
    assert json_of(cohort_outcomes, part, {"min_cell": 1}) == json_of(cohort_outcomes, theirs, {"min_cell": 1})


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda log: part_of(log, cohort="no such term"), "no cohort is called 'no such term'"),
        (lambda log: part_of(log, where=[("industri", "x")]), "did you mean 'industry'"),
        (lambda log: log_as_of(log, "1999-01-01"), "no interview had taken place by then"),
    ],
)
def test_what_the_log_has_not_is_refused(log: FollowUpLog, ask: Callable[..., Any], sentence: str) -> None:
    """In the words in which a log in memory is refused."""
    with pytest.raises(UsageError, match=sentence):
        ask(in_parts(log, 3))


def test_people_are_counted_once(log: FollowUpLog) -> None:
    """An applicant is in one part, and a number of the whole."""
    parted = in_parts(log, 5)
    for columns in (("cohort",), ("industry", "referral")):
        assert people_of(parted, columns).equals(people_of(log, columns))
        mine, theirs = (members_of(one, columns).sort("key", "units")["units"].to_list() for one in (parted, log))
        assert mine == theirs
        people = members_of(parted, columns)
        assert people.group_by("person").len().height == log.n_applicants
    assert people_with_values(parted, "industry").equals(people_with_values(log, "industry"))
