"""Manners of the Python functions: what is handed over by mistake, a cohort's part of a log, frames of one kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.answers.outcomes import compare_cohorts
from followup_analytics.errors import FollowUpError, UsageError

LOG = fa.simulate_log(interviews=240, world="office", seed=5)
TERM = "autumn 2025"

BY_COHORT: dict[str, Callable[..., Any]] = {
    "rates": fa.response_rates,
    "curve": fa.incidence_curve,
    "outcomes": fa.cohort_outcomes,
    "silence": lambda log, **options: fa.silence(log, 10, **options),
    "aapor": fa.aapor_rates,
    "effort": fa.level_of_effort,
    "drivers": fa.what_drives,
    "later": fa.later_attempts,
    "claims": lambda log, **options: fa.test_claims(log, claim="follow-up-at-all", **options),
    "model": fa.fit_callback_model,
    "plan": lambda log, **options: fa.plan_study(log, claim="follow-up-at-all", **options),
}
OTHERS: dict[str, Callable[..., Any]] = {
    "comparison": lambda log: compare_cohorts(log, TERM, against="autumn 2024"),
    "predict": lambda log: fa.predict_callbacks(log, "model.json"),
    "next": fa.next_steps,
    "report": lambda log: fa.write_report(log, "report.pdf"),
    "write": lambda log: fa.write_log(log, "log"),
}
NO_LOGS = {"a path": "data/log", "polars": pl.DataFrame({"a": [1]}), "pandas": pd.DataFrame({"a": [1]}), "a number": 7}


@pytest.mark.parametrize("given", NO_LOGS)
@pytest.mark.parametrize("name", [*BY_COHORT, *OTHERS])
def test_what_is_no_log_is_answered_with_how_to_get_one(name: str, given: str) -> None:
    """A path or a frame where a log belongs: the sentence names read_log."""
    with pytest.raises(UsageError, match=r"read_log\("):
        (BY_COHORT | OTHERS)[name](NO_LOGS[given])


@pytest.mark.parametrize("name", BY_COHORT)
def test_a_cohort_is_the_part_of_the_log(name: str) -> None:
    """`cohort=` gives the rows of the log cut to that cohort."""
    work = BY_COHORT[name]
    part = work(fa.subset(LOG, cohort=TERM), min_cell=1)
    assert work(LOG, cohort=TERM, min_cell=1).to_json() == part.to_json()


@pytest.mark.parametrize("name", BY_COHORT)
def test_a_cohort_that_there_is_not_is_refused(name: str) -> None:
    """With the nearest name."""
    with pytest.raises(UsageError, match=r"no cohort is called 'autum 2025'; did you mean 'autumn 2025'\?"):
        BY_COHORT[name](LOG, cohort="autum 2025")


def test_working_papers_of_one_cohort() -> None:
    """Steps and predictions for one cohort are about its interviews alone."""
    theirs = set(LOG.interviews.filter(pl.col("cohort") == TERM)["interview_id"])
    model = fa.fit_callback_model(LOG)
    for found in (fa.next_steps(LOG, cohort=TERM, test=False), fa.predict_callbacks(LOG, model, cohort=TERM)):
        assert {row.interview_id for row in found.rows} <= theirs
        assert found.rows


def test_several_claims_and_a_file_of_claims() -> None:
    """Verdicts and plans take several claims, in the order of the catalogue, and the path of a file."""
    wanted = ["wait-2-3-days", "follow-up-at-all"]
    alone = [fa.test_claims(LOG, claim=name).rows[0] for name in wanted]
    assert sorted(fa.test_claims(LOG, claim=wanted).rows, key=lambda row: wanted.index(row.claim)) == alone
    assert {row.claim for row in fa.plan_study(claim=wanted).rows} == set(wanted)
    own = Path(fa.__file__).parent / "claims" / "claims.toml"
    assert fa.plan_study(claims=own).rows == fa.plan_study().rows
    with pytest.raises(UsageError, match="did you mean 'smile'"):
        fa.plan_study(claim=["smiles"])


@pytest.mark.parametrize(
    ("refused", "argument", "option"),
    [
        pytest.param(lambda: fa.response_rates(LOG, by="nothing"), "by: there is no", "--by: there is no", id="by"),
        pytest.param(lambda: fa.cohort_outcomes(LOG, by="nothing"), "by", "--by", id="by of outcomes"),
        pytest.param(lambda: fa.fit_callback_model(LOG, adjust=["nothing"]), "adjust", "--adjust", id="adjust"),
        pytest.param(lambda: fa.subset(LOG, where={"nothing": "1"}), "where", "--where", id="where"),
        pytest.param(lambda: fa.incidence_curve(LOG, entry="nothing"), "entry", "--entry", id="entry"),
        pytest.param(lambda: fa.response_rates(LOG, min_cell=1_000), "min_cell=1.", "--min-cell 1.", id="min_cell"),
        pytest.param(lambda: fa.response_rates(LOG, within=0.0), "within=0.0 is", "--within 0.0 is", id="within"),
    ],
)
def test_refusals_name_arguments_here_and_options_on_the_command_line(
    refused: Callable[[], Any], argument: str, option: str
) -> None:
    """One sentence has both: `str` names the argument, `for_commands` the option."""
    with pytest.raises(FollowUpError) as refusal:
        refused()
    assert argument in str(refusal.value)
    assert "--" not in str(refusal.value)
    assert option in refusal.value.for_commands


def test_a_small_cohort_in_the_record_is_told() -> None:
    """Whoever looks at one cohort is told that publishing it beside all would give a small one away."""
    few = pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("pilot")).otherwise("cohort").alias("cohort")
    frames = {name: getattr(LOG, name).select(pl.exclude(r"^_.*$")) for name in ("interviews", "contacts", "outcomes")}
    log = fa.read_log(frames | {"interviews": frames["interviews"].with_columns(few)})
    found = fa.response_rates(log, cohort=TERM)
    assert [note.code for note in found.notes].count("small_cohort") == 1
    assert not any(note.code == "small_cohort" for note in fa.response_rates(LOG, cohort=TERM).notes)


WRONG = {
    "a window in quotes": (lambda: fa.response_rates(LOG, within="7"), "within must be a number"),
    "a window that is true": (lambda: fa.response_rates(LOG, within=True), "within must be a number"),
    "a minimum in quotes": (lambda: fa.response_rates(LOG, min_cell="10"), "min_cell must be a whole number"),
    "a minimum of nought": (lambda: fa.incidence_curve(LOG, min_cell=0), "min_cell must be a whole number"),
    "power in percent": (lambda: fa.plan_study(power=80), "80 is no share"),
    "power in quotes": (lambda: fa.plan_study(power="0.8"), "power must be a number"),
    "days in quotes": (lambda: fa.silence(LOG, "10"), "days must be a number"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_arguments_of_another_type_get_a_sentence(fault: str) -> None:
    """The sentence names the argument and what it has to be."""
    work, said = WRONG[fault]
    with pytest.raises(UsageError, match=said):
        work()


@pytest.mark.parametrize(
    "work",
    [
        lambda log: fa.response_rates(log, by="channel"),
        lambda log: fa.incidence_curve(log, by="cohort"),
        lambda log: fa.cohort_outcomes(log),
        lambda log: fa.test_claims(log, claim="follow-up-at-all"),
    ],
    ids=["rates", "curve", "outcomes", "claims"],
)
def test_traces_are_frames_of_the_readers_kind(work: Callable[..., Any]) -> None:
    """pandas in, pandas out; polars in, polars out; the same rows."""
    frames = {name: getattr(LOG, name).select(pl.exclude(r"^_.*$")) for name in ("interviews", "contacts", "outcomes")}
    mine = work(fa.read_log(frames)).trace()
    theirs = work(fa.read_log({name: frame.to_pandas() for name, frame in frames.items()})).trace()
    assert isinstance(mine, pl.DataFrame)
    assert isinstance(theirs, pd.DataFrame)
    assert len(theirs) == mine.height > 0


def test_a_part_by_values() -> None:
    """`subset` takes a mapping of columns and values, too."""
    part = fa.subset(LOG, where={"industry": "Health"})
    assert set(part.interviews["industry"]) == {"health"}


def test_a_log_is_not_read_twice() -> None:
    """A log given to read_log is told to be one already."""
    with pytest.raises(UsageError, match="a log that is read already"):
        fa.read_log(LOG)
