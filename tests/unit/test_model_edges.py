"""The callback model's guards: nothing known too late, no small cell in its file, and a stated result for odd logs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import UsageError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.model import CallbackModel, fit_callback_model, predict_callbacks, term_frame, terms
from followup_analytics.model.waiting import spells
from followup_analytics.simulate import simulate_log

MIN_CELL = 10


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """Some 700 interviews, with an industry that only three applicants know and a number of many values."""
    made = simulate_log(interviews=700, world="etiquette", seed=5)
    people = made.interviews["applicant_id"].unique().sort()
    rare = pl.col("applicant_id").is_in(people.head(3).to_list())
    interviews = made.interviews.with_columns(
        industry=pl.when(rare).then(pl.lit("whaling")).otherwise("industry"),
        salary=pl.int_range(pl.len()).cast(pl.Float64) * 37.0 + 20_111.0,
    )
    return replace(made, interviews=interviews)


@pytest.fixture(scope="module")
def fitted(log: FollowUpLog) -> CallbackModel:
    """Its model, with both columns."""
    return fit_callback_model(log, adjust=["industry", "salary", "self_rating"], min_cell=MIN_CELL)


def leaks(log: FollowUpLog, column: str, value: object) -> bool:
    """Whether the terms of a last attempt change with a fact that only making it could tell."""
    last = term_frame(log).group_by("interview_id").agg(pl.col("contact_id").last())["contact_id"].to_list()
    told = pl.when(pl.col("contact_id").is_in(last)).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    return not term_frame(replace(log, contacts=log.contacts.with_columns(told))).equals(term_frame(log))


def test_a_term_that_looks_ahead_is_noticed(log: FollowUpLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check for later facts finds nothing as it is, and finds each of two ways to let one in."""
    assert not leaks(log, "party", "interviewer")
    with monkeypatch.context() as patched:
        patched.setattr(terms, "KNOWN_AT_ATTEMPT", (*terms.KNOWN_AT_ATTEMPT, "party"))
        patched.setattr(
            terms, "channel_label", lambda channel: pl.concat_str(channel, pl.col("party").fill_null("nobody"))
        )
        assert leaks(log, "party", "interviewer")
    with monkeypatch.context() as patched:
        # The attempt's own result in place of the one before.
        patched.setattr(pl.Expr, "shift", lambda expression, *_: expression)
        assert leaks(log, "party", "interviewer")
    assert not leaks(log, "party", "interviewer")


def test_the_response_itself_is_no_term(log: FollowUpLog) -> None:
    """Which attempts were answered changes `y` and no term of theirs."""
    without = replace(
        log, contacts=log.contacts.filter(pl.col("direction") == "outbound"), outcomes=log.outcomes.clear()
    )
    names = ["contact_id", *terms.NAMES]
    both = term_frame(log).select(names).join(term_frame(without).select(names), on="contact_id", suffix="_without")
    same = [name for name in terms.NAMES if name != "earlier_tone"]
    assert all((both[name] == both[f"{name}_without"]).all() for name in same)


def test_nothing_in_the_file_rests_on_few_applicants(log: FollowUpLog, fitted: CallbackModel, tmp_path: Path) -> None:
    """Levels, quarters and intervals of at least min_cell applicants each; no name of a rarer one, no id, no day."""
    fitted.save(tmp_path / "model.json")
    text = (tmp_path / "model.json").read_text(encoding="utf-8")
    assert "whaling" not in text
    saved = json.loads(text)
    frame = term_frame(log, adjust=["industry", "salary", "self_rating"]).filter("in_full")
    for term in fitted.fitted.coding.terms:
        codes = pl.DataFrame({"level": term.codes(frame[term.name]), "applicant_id": frame["applicant_id"]})
        sizes = codes.filter(pl.col("level") >= 0).group_by("level").agg(pl.col("applicant_id").n_unique())
        assert sizes["applicant_id"].min() >= MIN_CELL, term.name
    assert len(next(term["cuts"] for term in saved["terms"] if term["name"] == "salary")) == 3
    waits = spells(log)
    for made, curve in enumerate(saved["waiting"]):
        of_all = curve == saved["waiting"][0]
        here = waits if of_all and made else waits.filter(pl.col("attempts").clip(0, 3) == made)
        last = here.filter(pl.col("days") > max(curve["edges"]))
        assert last["applicant_id"].n_unique() >= MIN_CELL - 1
    for key in (
        "interview_id",
        "applicant_id",
        *log.interviews["applicant_id"].head(20),
        *log.contacts["contact_id"].head(20),
    ):
        assert f'"{key}"' not in text


def test_a_mean_of_few_applicants_is_that_of_all(log: FollowUpLog) -> None:
    """Third attempts of a handful have no mean of their own in the model: everybody's stands for it."""
    third = term_frame(log).filter(pl.col("attempt").is_in(["3", "4", "5", "6+"]))
    few = third["applicant_id"].unique().sort().head(4).to_list()
    drop = third.filter(~pl.col("applicant_id").is_in(few))["interview_id"].to_list()
    keep = ~pl.col("interview_id").is_in(drop)
    frames = {name: getattr(log, name).filter(keep) for name in ("interviews", "contacts", "outcomes")}
    hazard = fit_callback_model(replace(log, **frames), min_cell=MIN_CELL).fitted.hazard
    own = fit_callback_model(replace(log, **frames), min_cell=1).fitted.hazard
    assert hazard[2] not in (hazard[0], hazard[1], own[2])


def test_covariates_without_any_value_are_left_out(log: FollowUpLog) -> None:
    """A log whose every covariate is null has the model of no covariates, and says which were left out."""
    bare = replace(
        log,
        interviews=log.interviews.with_columns(industry=pl.lit(None, pl.String), self_rating=pl.lit(None, pl.Float64)),
    )
    found = fit_callback_model(bare, adjust=["industry", "self_rating"])
    assert {"industry", "self_rating"} <= set(found.row["left_out"])
    plain = fit_callback_model(bare, adjust=[])
    assert found.row["metrics"] == plain.row["metrics"]


def test_predicting_without_any_known_covariate_still_answers(log: FollowUpLog, fitted: CallbackModel) -> None:
    """Columns that the new log lacks, or has without a value, count as missing: noted, and every chance is a number."""
    lacking = replace(log, interviews=log.interviews.drop("industry", "salary", "self_rating"))
    assert any(note.code == "absent_columns" for note in predict_callbacks(lacking, fitted).notes)
    empty = replace(
        log,
        interviews=log.interviews.with_columns(
            industry=pl.lit(None, pl.String), salary=pl.lit(None, pl.Float64), self_rating=pl.lit(None, pl.Float64)
        ),
    )
    for made in (lacking, empty):
        rows = [row for row in predict_callbacks(made, fitted).rows if row["status"] != "not_estimable"]
        assert rows
        assert all(0 < row["conf_low"] <= row["probability"] <= row["conf_high"] < 1 for row in rows)


def small(**columns: object) -> FollowUpLog:
    """Three interviews up to 5 March: one open, one decided, one still to come."""
    return build_log(
        interviews=pl.DataFrame(
            {
                "interview_id": ["open", "decided", "ahead"],
                "applicant_id": ["a", "b", "c"],
                "interviewed_at": ["2026-03-01T10:00", "2026-03-01T10:00", "2026-03-20T10:00"],
                "observed_until": ["2026-03-05T18:00"] * 2 + [None],
            }
            | columns
        ),
        contacts=pl.DataFrame(
            {
                "contact_id": ["c1"], "interview_id": ["open"], "at": ["2026-03-03T10:00"], "direction": ["outbound"],
                "channel": ["phone"],
            }
        ),
        outcomes=pl.DataFrame({"interview_id": ["decided"], "outcome": ["offer"], "decided_at": ["2026-03-04T10:00"]}),
        time_zone="UTC",
        data_date="2026-03-05T18:00",
    )  # fmt: skip


def test_interviews_ahead_and_decided_have_a_stated_result(fitted: CallbackModel) -> None:
    """One still to come has no chance and says why; one decided is left out and counted; the open one has a chance."""
    result = predict_callbacks(small(), fitted)
    rows = {row["interview_id"]: row for row in result.rows}
    assert set(rows) == {"open", "ahead"}
    assert 0 < rows["open"]["probability"] < 1
    assert rows["ahead"]["probability"] is None
    assert rows["ahead"]["status"] == "not_estimable"
    assert "still ahead" in rows["ahead"]["reason"]
    counts = {note.code: note.n for note in result.notes}
    assert counts["interview_ahead"] == 1
    assert counts["closed"] == 1


def test_a_log_of_interviews_ahead_alone_has_no_model_and_no_chance() -> None:
    """Nothing has happened yet: the model says so, and to predict by it is refused in a sentence."""
    log = small()
    ahead = pl.col("interview_id") == "ahead"
    frames = {name: getattr(log, name).filter(ahead) for name in ("interviews", "contacts", "outcomes")}
    only = replace(log, **frames)
    found = fit_callback_model(only, min_cell=1)
    assert found.row["status"] == "not_estimable"
    with pytest.raises(UsageError, match="nothing to predict by"):
        predict_callbacks(only, found)


def test_a_log_with_an_interview_ahead_is_fitted_without_it() -> None:
    """An interview after the end of its record has no attempt and no spell: the model says that there is none."""
    found = fit_callback_model(small(), min_cell=1)
    assert found.row["n_interviews"] in (0, 1)
    assert not found.beats_base_rate


def test_a_model_that_has_seen_one_answer_says_that_it_cannot_tell() -> None:
    """Limits from 0 to 1 are no prediction: the sentence and each row say so."""
    interviews = pl.DataFrame({"interview_id": ["1", "2", "3"], "applicant_id": ["a", "b", "c"]}).with_columns(
        interviewed_at=pl.lit("2026-03-02T10:00Z")
    )
    contacts = pl.DataFrame(
        {"contact_id": ["x", "y"], "interview_id": ["1", "1"], "at": ["2026-03-04T10:00Z", "2026-03-06T10:00Z"]}
    ).with_columns(direction=pl.Series(["outbound", "inbound"]), channel=pl.lit("phone"))
    small = build_log(interviews=interviews, contacts=contacts, time_zone="UTC", data_date="2026-03-08")
    said = predict_callbacks(small, fit_callback_model(small, min_cell=1))
    assert "can't tell" in said.summary()
    assert {row["status"] for row in said.rows} == {"use_with_care"}
