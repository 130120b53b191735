"""Faces that all answers share: frames with stable types, tables without empty columns, notes under every text."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import polars as pl
import pytest
from log_builder import log_of_attempts

from followup_analytics import read_log, test_claims
from followup_analytics.answers.rates import response_rates
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.results.frames import frame_of, frame_of_findings


@pytest.fixture(scope="module")
def plain_log() -> FollowUpLog:
    """Forty applicants with an attempt each, every fourth answered."""
    return log_of_attempts([{"applicant": k, "answered_after": 2 if k % 4 == 0 else None} for k in range(40)])


def test_a_column_has_the_type_of_its_kind_whatever_it_holds() -> None:
    """Empty columns too; whole numbers among shares are numbers, and what is nested becomes JSON text."""
    kinds = {"who": "text", "estimate": "points", "share": "share", "n": "count", "reason": "sentence", "in": "nested"}
    frame = frame_of(
        [{"who": "a", "estimate": None, "share": 0, "n": None, "reason": None, "in": {"a": 1}}],
        kinds,
    )
    assert dict(frame.schema) == {
        "who": pl.String, "estimate": pl.Float64, "share": pl.Float64, "n": pl.Int64, "reason": pl.String,
        "in": pl.String,
    }  # fmt: skip
    assert frame["in"].item() == '{"a": 1}'


def test_values_decide_where_nothing_is_declared() -> None:
    """Diagnostics have the type of their values, whatever they are called; mixed values become text."""
    frame = frame_of_findings([{"n_people": "few", "day": 1.5, "mix": 1}, {"n_people": None, "day": 2, "mix": "b"}])
    assert dict(frame.schema) == {"n_people": pl.String, "day": pl.Float64, "mix": pl.String}
    assert frame["mix"].to_list() == ["1", "b"]


def test_without_rows_a_frame_has_the_declared_columns() -> None:
    """In their order, each with its type."""
    frame = frame_of([], {"interview_id": "text", "on": "date", "attempts": "count", "due": "bool"})
    assert dict(frame.schema) == {
        "interview_id": pl.String, "on": pl.String, "attempts": pl.Int64, "due": pl.Boolean,
    }  # fmt: skip
    assert frame.height == 0


def test_two_answers_can_be_put_below_each_other(plain_log: FollowUpLog) -> None:
    """One with reasons and cumulative shares, one without, one without rows."""
    many, few = plain_log, log_of_attempts([{"applicant": k} for k in range(12)])
    parts = [response_rates(log, by=by) for log, by in ((many, "attempt"), (few, "attempt"))]
    parts.append(replace(parts[0], rows=()))
    joined = pl.concat([part.to_frame() for part in parts])
    assert joined.height == 2
    assert joined.schema["reason"] == pl.String
    assert joined.schema["cumulative_low"] == pl.Float64
    as_pandas = pd.concat([replace(part, native="pandas").to_frame() for part in parts[:2]])
    assert str(as_pandas["estimate"].dtype) == "float64"


def test_the_text_face_has_the_first_notes(plain_log: FollowUpLog) -> None:
    """At most six, then how many more there are."""
    found = response_rates(plain_log, by="attempt")
    assert "· The rate by number of the attempt describes who is still trying" in repr(found)
    many = replace(found, notes=tuple(Note(f"n{k}", f"note {k}") for k in range(9)))
    assert "· Note 5." in repr(many)
    assert "Note 6" not in repr(many)
    assert repr(many).endswith("… and 3 more notes")


def test_a_column_without_anything_is_not_printed(plain_log: FollowUpLog) -> None:
    """The rate's table has no column of dashes and no empty column of marks; frames and JSON keep every column."""
    found = response_rates(plain_log, by="channel")
    bare = replace(found, rows=found.rows.each(lambda row: row.having(conf_low=None, status="ok")))
    assert "95% interval" in repr(found)
    for face in (repr(bare), bare._repr_html_(), "\n".join(bare.to_report()["headings"])):
        assert "95% interval" not in face
        assert "Note" not in face.split("·")[0].replace("Notes", "")
    assert "conf_low" in bare.to_frame().columns


def test_verdicts_of_two_logs_can_be_put_below_each_other() -> None:
    """Where no claim has a number its columns are of numbers all the same."""
    found = test_claims(read_log("data/log"), claim="thank-you-note")
    names = ("estimate", "p_value", "p_adjusted", "e_value", "naive", "mde", "ess_strategy", "post_hoc", "reason")
    without = replace(found, rows=found.rows.each(lambda row: row.having(**dict.fromkeys(names))))
    assert pl.concat([found.to_frame(), without.to_frame()]).height == 2
    assert without.to_frame().schema["e_value"] == pl.Float64
    assert without.to_frame().schema["post_hoc"] == pl.Boolean
