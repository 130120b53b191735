"""Interviews that are still ahead, or hardly begun: every analysis answers in words, and none fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import followup_analytics as fa
from followup_analytics.errors import UsageError
from followup_analytics.log.assembling import build_log

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HELD = ("held", "ana", "2026-11-10T10:00Z")
AHEAD = ("ahead", "ben", "2026-11-28T10:00Z")
LATER_TODAY = ("later", "cleo", "2026-11-24T16:00Z")

Shape = tuple[list[tuple[str, str, str]], list[tuple[str, str]], list[tuple[str, str]]]
#: Interviews, contacts (interview, at) and outcomes (interview, decided_at) by what is odd about them.
SHAPES: dict[str, Shape] = {
    "one ahead among others": ([HELD, AHEAD, LATER_TODAY], [("held", "2026-11-13T10:00Z")], []),
    "all ahead": ([AHEAD, ("next", "ana", "2026-12-20T10:00Z")], [], []),
    "one interview without contacts": ([HELD], [], []),
    "contact of one that is ahead": ([HELD, AHEAD], [("ahead", "2026-11-23T10:00Z")], []),
    "outcome before its interview": ([HELD, AHEAD], [("held", "2026-11-13T10:00Z")], [("held", "2026-11-09T10:00Z")]),
    "outcome to come": ([HELD, AHEAD], [("held", "2026-11-13T10:00Z")], [("held", "2026-12-01T10:00Z")]),
}  # fmt: skip


def _log(shape: str) -> fa.FollowUpLog:
    interviews, contacts, outcomes = SHAPES[shape]
    frames: dict[str, Any] = {
        "interviews": _columns(("interview_id", "applicant_id", "interviewed_at"), interviews),
    }
    if contacts:
        said = {"direction": ["outbound"] * len(contacts), "channel": ["phone"] * len(contacts)}
        ids = {"contact_id": [f"c{number}" for number in range(len(contacts))]}
        frames["contacts"] = _columns(("interview_id", "at"), contacts) | ids | said
    if outcomes:
        frames["outcomes"] = _columns(("interview_id", "decided_at"), outcomes) | {
            "outcome": ["rejected"] * len(outcomes)
        }
    return build_log(**frames, data_date=NOW, time_zone="UTC")


def _columns(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _predict(log: fa.FollowUpLog, **options: Any) -> Any:
    return fa.predict_callbacks(log, fa.fit_callback_model(log, **options))


ANALYSES: dict[str, Callable[..., Any]] = {
    "rates": lambda log, **options: fa.response_rates(log, by="timing", **options),
    "curve": fa.incidence_curve,
    "advances": lambda log, **options: fa.incidence_curve(log, outcome="advanced", **options),
    "outcomes": fa.cohort_outcomes,
    "silence": lambda log, **options: fa.silence(log, days=5, **options),
    "model": fa.fit_callback_model,
    "predict": _predict,
    "claims": fa.test_claims,
    "plan": fa.plan_study,
    "next": lambda log, **_: fa.next_steps(log),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_answers(analysis: str, shape: str) -> None:
    """An answer with a summary; only a model of nobody's waiting is refused, since it has nothing to predict by."""
    if (analysis, shape) == ("predict", "all ahead"):
        with pytest.raises(UsageError, match="in which somebody has waited"):
            ANALYSES[analysis](_log(shape), min_cell=1)
        return
    answer = ANALYSES[analysis](_log(shape), min_cell=1)
    assert answer.summary()
    assert "nan" not in str(answer.to_json()).lower().replace("finan", "")


@pytest.mark.parametrize("kind", ["cohort", "claims", "handout"])
@pytest.mark.parametrize("shape", ["one ahead among others", "all ahead"])
def test_every_report_is_written(tmp_path: Path, shape: str, kind: str) -> None:
    """A PDF of each kind comes out."""
    made = fa.write_report(_log(shape), tmp_path / "report.pdf", kind=kind, min_cell=1)
    assert made.read_bytes().startswith(b"%PDF")


def test_next_waits_for_an_interview_that_is_ahead() -> None:
    """The reason names its day; one of later today is thanked for after it, not before."""
    result = fa.next_steps(_log("one ahead among others"), test=False)
    rows = {row["interview_id"]: row for row in result.rows}
    assert (rows["ahead"]["step"], rows["ahead"]["on"]) == ("wait", "2026-11-30")
    assert rows["ahead"]["why"].startswith("The interview is on Saturday 28 November 2026")
    assert rows["later"]["why"] == "The interview is later today: a thank-you note is due once it is over."
    assert {note.code: note.n for note in result.notes}["interview_ahead"] == 2


def test_an_outcome_dated_before_its_interview_closes_it_everywhere() -> None:
    """Somebody knows how it ended, if not when: neither a next step nor a chance is given."""
    log = _log("outcome before its interview")
    model = fa.fit_callback_model(_log("one ahead among others"), min_cell=1)
    assert [row["interview_id"] for row in fa.predict_callbacks(log, model).rows] == ["ahead"]
    assert [row["interview_id"] for row in fa.next_steps(log, test=False).rows] == ["ahead"]


def test_next_without_claims_tests_none(followup: Any, simulated_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--no-claims is quick because nothing is tested, and the answer calls no advice evidence."""

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("claims were tested")

    monkeypatch.setattr("followup_analytics.claims.test_claims", never)
    answer = followup("next", simulated_folder, "--no-claims", "--json")
    assert {one["verdict"] for row in answer.results for one in row["evidence"]} <= {"not_examined"}
