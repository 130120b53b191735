"""The callback model as a result: what may enter it, poor data, its file, its card, predictions and the estimators."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from followup_analytics.errors import UnreadableError, UsageError, WithheldError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import as_of
from followup_analytics.model import fit_callback_model, load_callback_model, predict_callbacks, term_frame
from followup_analytics.model.file import save_model
from followup_analytics.simulate import simulate_log


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """Some 1,200 interviews of a world in which the advice is right."""
    return simulate_log(interviews=1_200, world="etiquette", seed=3)


@pytest.fixture(scope="module")
def fitted(log: FollowUpLog):
    """The model of that log."""
    return fit_callback_model(log)


def tiny(n: int = 12, *, answered: tuple[int, ...] = (1, 4, 7), **columns: object) -> FollowUpLog:
    """n interviews of n applicants, one call each two days after, some answered the day after."""
    interviews = {
        "interview_id": [f"i{k}" for k in range(n)],
        "applicant_id": [f"a{k}" for k in range(n)],
        "interviewed_at": [f"2024-03-{1 + k:02d}T10:00" for k in range(n)],
        "observed_until": ["2024-06-01T00:00"] * n,
    }
    calls = [(f"c{k}", f"i{k}", f"2024-03-{3 + k:02d}T11:00", "outbound") for k in range(n)]
    back = [(f"r{k}", f"i{k}", f"2024-03-{4 + k:02d}T11:00", "inbound") for k in answered]
    contacts = pl.DataFrame(calls + back, schema=["contact_id", "interview_id", "at", "direction"], orient="row")
    return build_log(
        interviews=pl.DataFrame(interviews | columns),
        contacts=contacts.with_columns(channel=pl.lit("phone")),
        time_zone="UTC",
    )


@pytest.mark.parametrize("column", ["party", "duration_s", "tone", "said_thanks", "stood", "callback_at"])
def test_what_an_attempt_brings_does_not_enter_its_own_terms(log: FollowUpLog, column: str) -> None:
    """Changing a fact of the last attempt that only making it could tell leaves every term of it as it was."""
    terms = term_frame(log)
    last = terms.group_by("interview_id").agg(pl.col("contact_id").last())["contact_id"]
    changed = {"party": "interviewer", "tone": "negative", "duration_s": 999.0, "callback_at": None}.get(column, True)
    contacts = log.contacts.with_columns(
        pl.when(pl.col("contact_id").is_in(last.to_list()))
        .then(pl.lit(changed))
        .otherwise(pl.col(column))
        .alias(column)
    )
    assert term_frame(replace(log, contacts=contacts)).equals(terms)


def test_a_message_left_is_known_only_after_the_call(log: FollowUpLog) -> None:
    """A call is a call, whoever or whatever answers it: phone and voicemail are one channel to the model."""
    last = term_frame(log).group_by("interview_id").agg(pl.col("contact_id").last())["contact_id"].to_list()
    swap = pl.col("contact_id").is_in(last) & (pl.col("channel") == "phone")
    contacts = log.contacts.with_columns(channel=pl.when(swap).then(pl.lit("voicemail")).otherwise("channel"))
    assert term_frame(replace(log, contacts=contacts)).equals(term_frame(log))


@pytest.mark.parametrize(
    "name", ["duration_s", "party", "tone", "outcome", "decided_at", "self_rated_at", "applicant_id"]
)
def test_later_facts_are_refused_as_covariates(log: FollowUpLog, name: str) -> None:
    """A column of contacts or outcomes, and one that names people, can't be asked for."""
    with pytest.raises(UsageError, match="can't be a predictor"):
        fit_callback_model(log, adjust=[name])


def test_a_rating_made_after_the_attempt_is_missing() -> None:
    """A self-rating counts for attempts made after it and for none before."""
    early = tiny(self_rating=["5"] * 12, self_rated_at=["2024-03-01T00:00"] * 12)
    late = tiny(self_rating=["5"] * 12, self_rated_at=["2024-05-01T00:00"] * 12)
    assert set(term_frame(early)["self_rating"]) == {"5"}
    assert set(term_frame(late)["self_rating"]) == {"(missing)"}


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (tiny(answered=()), "ended alike"),
        (tiny(answered=tuple(range(12))), "ended alike"),
        (tiny(observed_until=["2024-03-16T00:00"] * 12), None),
    ],
    ids=["none answered", "all answered", "short record"],
)
def test_poor_data_give_stated_results(made: FollowUpLog, words: str | None) -> None:
    """Twelve rows of any kind: no traceback, no number that is none, and a sentence."""
    result = fit_callback_model(made, min_cell=1)
    text = json.dumps(result.to_json(), allow_nan=False)
    assert not result.beats_base_rate
    assert result.row["reason"]
    assert words is None or words in text
    assert all(
        0 < row["probability"] < 1 for row in predict_callbacks(made, result).rows if row["probability"] is not None
    )
    assert "NaN" not in result.card().to_markdown()


def test_no_attempts_at_all_is_a_stated_result() -> None:
    """Without a single attempt there is no model, and the answer says so."""
    log = tiny()
    result = fit_callback_model(replace(log, contacts=log.contacts.filter(pl.col("direction") == "inbound")))
    assert result.row["status"] == "not_estimable"
    assert result.summary().startswith("There is no model")


def test_no_covariates_and_a_null_world_leave_the_base_rate() -> None:
    """In a world of 60 interviews where nothing matters the base rate is kept, with covariates and without."""
    for seed in range(4):
        log = simulate_log(interviews=60, world="null", seed=seed)
        assert not fit_callback_model(log, min_cell=5).beats_base_rate
        assert not fit_callback_model(log, min_cell=5, adjust=()).beats_base_rate


def test_few_applicants_are_withheld() -> None:
    """Fewer applicants than min_cell: refused without a number; min_cell 1 shows one's own log."""
    with pytest.raises(WithheldError):
        fit_callback_model(tiny(6, answered=(1, 2)))
    assert fit_callback_model(tiny(6, answered=(1, 2)), min_cell=1).row["n_attempts"] == 6


def test_saved_model_predicts_as_the_fitted_one(log: FollowUpLog, fitted, tmp_path: Path) -> None:
    """What is loaded gives the same predictions to nine digits, and saving it again the same bytes."""
    fitted.save(tmp_path / "model.json")
    loaded = load_callback_model(tmp_path / "model.json")
    one, two = predict_callbacks(log, fitted).rows, predict_callbacks(log, loaded).rows
    assert [row["probability"] for row in one] == pytest.approx([row["probability"] for row in two], rel=1e-7)
    save_model(loaded, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "model.json").read_bytes()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[:200], "not JSON"),
        (lambda text: "{}", "not a callback model of this package"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 9'), "version 9"),
        (lambda text: text.replace('"within": 7.0', '"within": 8.0'), "checksum"),
    ],
    ids=["cut off", "foreign", "later", "changed"],
)
def test_damaged_or_foreign_file_is_one_sentence(fitted, tmp_path: Path, damage, words: str) -> None:
    """A file that is no model, or no longer one, is refused with what to do."""
    file = tmp_path / "model.json"
    fitted.save(file)
    file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UnreadableError, match=words):
        load_callback_model(file)
    with pytest.raises(UnreadableError, match="no such file"):
        load_callback_model(tmp_path / "absent.json")


def test_a_new_level_is_predicted_without_it_and_noted(log: FollowUpLog, fitted) -> None:
    """A covariate with a level that the model never met changes no other prediction and is counted."""
    moved = replace(log, interviews=log.interviews.with_columns(industry=pl.lit("space travel")))
    result = predict_callbacks(moved, fitted)
    assert any(note.code == "new_level" for note in result.notes)
    assert all(np.isfinite(row["probability"]) for row in result.rows if row["probability"] is not None)


def test_card_answers_every_item_of_tripod(fitted) -> None:
    """27 items, 52 parts, each answered or marked for the office, in Markdown, HTML and plain data."""
    card = fitted.card()
    assert len(card.entries) == 52
    assert len({entry.number.rstrip("abcdefg") for entry in card.entries}) == 27
    assert all(entry.answer for entry in card.entries)
    assert "Not causal" in card.to_markdown()
    assert "Not causal" in card.to_html()
    assert json.dumps(card.to_dict())


def test_if_call_is_given_only_where_the_model_may_say_it(log: FollowUpLog, fitted) -> None:
    """A prediction for a call needs a model that beats the base rate, the same window, and room below the caps."""
    rows = predict_callbacks(log, fitted).rows
    assert all(row["if_call"] is None for row in rows if row["attempts"] >= 4)
    assert all(row["if_call"] is None and row["if_call_reason"] for row in rows if (row["silence_days"] or 0) > 30)
    assert any(row["if_call"] is not None for row in predict_callbacks(as_of(log, "2025-11-10"), fitted).rows)
    assert all(row["if_call"] is None for row in predict_callbacks(log, fitted, within=3.0).rows)
    base = replace(fitted.fitted, beats_base_rate=False)
    fallen = predict_callbacks(log, base)
    assert all(row["if_call"] is None and row["basis"] == "base rate" for row in fallen.rows)
    assert any(note.code == "base_rate" for note in fallen.notes)


def test_estimators_pass_scikit_learns_own_checks() -> None:
    """`check_estimator` finds nothing wrong with the classifier, and a pipeline cross-validates by applicant."""
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.utils.estimator_checks import check_estimator

    from followup_analytics.model import CallbackClassifier, TermEncoder

    results = check_estimator(CallbackClassifier(), on_fail=None, on_skip=None)
    assert not [one["check_name"] for one in results if one["status"] == "failed"]
    terms = term_frame(
        tiny(40 - 12, answered=tuple(range(0, 28, 3)), observed_until=["2024-12-01T00:00"] * 28)
    ).to_pandas()
    model = make_pipeline(TermEncoder(), CallbackClassifier(C=0.1))
    p = cross_val_predict(
        model, terms, terms["y"], groups=terms["applicant_id"], cv=GroupKFold(4), method="predict_proba"
    )
    assert p.shape == (28, 2)
    assert np.allclose(p.sum(axis=1), 1.0)
