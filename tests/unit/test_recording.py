"""Recording that depends on what was done: found where it is, and not where it isn't."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.claims.catalogue import own_catalogue
from followup_analytics.claims.recording import bent_record
from followup_analytics.languages import Catalogue
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.recording import recording_findings, recording_notes
from followup_analytics.simulate.random_worlds import FAMILIES, draw_world, random_log

HONEST = [name for name, family in FAMILIES.items() if family.recorded]
ABOUT_ALL = {"thank-you-note", "wait-2-3-days", "wait-not-longer", "follow-up-at-all", "move-on"}


def bent(rule: str, seed: int, interviews: int = 300, family: str | None = None) -> FollowUpLog:
    """A log in which nothing matters, recorded by a rule."""
    world = draw_world(seed, family or HONEST[seed % len(HONEST)], null=True)
    return random_log(replace(world, recording=replace(world.recording, rule=rule)), interviews=interviews, seed=seed)


@pytest.mark.parametrize(
    ("rule", "code", "events", "words"),
    [
        ("replies_where_called", "replies_depend_on_acts", ("reply", "outcome"), "only where somebody called"),
        ("opened_by_a_call", "records_begin_with_acts", ("reply", "outcome"), "begin only once somebody called"),
        ("outcomes_where_phoned", "outcomes_depend_on_acts", ("outcome",), "Outcomes seem to be noted only where"),
        ("outcomes_of_some_cohorts", "outcomes_of_some_groups", ("outcome",), "summer and winter"),
    ],
)
def test_a_bent_record_is_found(rule: str, code: str, events: tuple[str, ...], words: str) -> None:
    """In a log of 1,000 interviews each way of recording is named for what it is."""
    log = bent(rule, 5, interviews=1_000, family="proportional")
    found = recording_findings(log)
    assert [one.code for one in found] == [code]
    assert found[0].events == events
    assert words in found[0].sentence
    assert not any(character.isdigit() for character in found[0].sentence)
    for language in ("de", "es"):
        told = Catalogue(language, set(log.interviews["cohort"].drop_nulls()))
        told.told(found[0].sentence)
        assert told.missing == set()


def silent(interviews: int, *, outcome: str | None = None) -> FollowUpLog:
    """A log in which nobody ever writes back; with an outcome one interview was decided."""
    ids = [f"i{number}" for number in range(interviews)]
    people = {"interview_id": ids, "applicant_id": ids, "interviewed_at": ["2026-03-02T10:00:00Z"] * interviews}
    decided = {"interview_id": ids[:1], "outcome": [outcome], "decided_at": ["2026-03-09T10:00:00Z"]}
    return build_log(
        interviews=pl.DataFrame(people),
        outcomes=None if outcome is None else pl.DataFrame(decided),
        data_date="2026-06-01",
    )


@pytest.mark.parametrize(
    ("interviews", "outcome", "codes"),
    [
        (43, None, []),
        (44, None, ["replies_not_recorded"]),
        (44, "offer", []),
        (44, "filled", []),
    ],
)
def test_a_log_without_any_answer(interviews: int, outcome: str | None, codes: list[str]) -> None:
    """From so many interviews on somebody would have heard; a decision that was told is an answer."""
    assert [one.code for one in recording_findings(silent(interviews, outcome=outcome))] == codes


@pytest.mark.parametrize("rule", ["replies_where_called", "opened_by_a_call", "outcomes_where_phoned"])
def test_nearly_all_bent_records_of_300_interviews_are_found(rule: str) -> None:
    """Of sixteen logs of any family at least fourteen are found out."""
    assert sum(bool(recording_findings(bent(rule, seed))) for seed in range(100, 116)) >= 14


@pytest.mark.parametrize("interviews", [60, 300, 2_000])
def test_honest_records_are_left_alone(interviews: int) -> None:
    """Of sixteen honest logs of any family, half of them with effects, none is accused."""
    for seed in range(200, 216):
        log = random_log(seed, interviews=interviews, family=HONEST[seed % len(HONEST)], null=seed % 2 == 0)
        assert recording_findings(log) == (), log.random_world


def test_a_clock_that_starts_with_the_call_is_found() -> None:
    """Interviews dated at the minute of the first attempt are no interviews' times."""
    log = bent("complete", 5, interviews=400, family="proportional")
    first = log.contacts.filter(pl.col("direction") == "outbound").group_by("interview_id").agg(pl.col("at").min())
    moved = log.interviews.join(first, on="interview_id", how="left").with_columns(
        interviewed_at=pl.coalesce("at", "interviewed_at")
    )
    drop = [name for name in moved.columns if name.startswith("_")]
    again = build_log(
        interviews=moved.drop("at", *drop),
        contacts=log.contacts.select(name for name in log.contacts.columns if not name.startswith("_")),
        outcomes=log.outcomes.select(name for name in log.outcomes.columns if not name.startswith("_")),
        data_date=log.data_date,
        time_zone=log.time_zone,
    )
    assert "clock_starts_with_acts" in {one.code for one in recording_findings(again)}


def test_small_cohorts_are_not_named() -> None:
    """A cohort of fewer applicants than may be shown is not told apart in words."""
    found = recording_findings(bent("outcomes_of_some_cohorts", 5, 1_000, "proportional"), min_cell=10_000)
    assert "some cohorts" in found[0].sentence


@pytest.mark.parametrize(
    ("rule", "blocked", "free"),
    [
        ("replies_where_called", ABOUT_ALL, {"smile", "keep-following-up", "not-pushy", "max-two-voicemails"}),
        ("opened_by_a_call", ABOUT_ALL, {"smile", "keep-following-up"}),
        ("outcomes_where_phoned", ABOUT_ALL | {"not-pushy", "keep-following-up"}, {"smile", "person-not-machine"}),
        ("outcomes_of_some_cohorts", {"thank-you-note", "smile", "not-pushy"}, {"follow-up-at-all", "ask-status"}),
        ("complete", set(), ABOUT_ALL),
    ],
)
def test_claims_that_rest_on_a_bent_record_are_blocked(rule: str, blocked: set[str], free: set[str]) -> None:
    """Those whose arms are recorded unlike each other, and no others; each with the finding's own sentence."""
    log = bent(rule, 5, interviews=1_000, family="proportional")
    reasons = {claim.id: bent_record(claim, log) for claim in own_catalogue().claims}
    found = {name: reason for name, reason in reasons.items() if reason}
    assert blocked <= set(found)
    assert not free & set(found)
    assert set(found.values()) <= {one.sentence for one in recording_findings(log)}


def test_answers_say_it_beside_their_numbers() -> None:
    """Rates, curves, cohorts and the report's first page carry the note."""
    from followup_analytics.report.answer import warnings
    from followup_analytics.report.findings import Options
    from followup_analytics.report.gather import gather
    from followup_analytics.report.typecase import TypeCase

    log = bent("replies_where_called", 5, interviews=400, family="proportional")
    note = recording_notes(log)[0]
    for found in (fa.response_rates(log), fa.incidence_curve(log), fa.cohort_outcomes(log)):
        assert note in found.notes
    assert note.text in str(warnings(gather(log, Options(), TypeCase(None))))


def test_bent_claims_are_not_testable_and_say_why() -> None:
    """Following up seems to help by 30 points in such a log of nothing: no verdict on it, and the reason."""
    log = bent("replies_where_called", 5, interviews=600, family="proportional")
    rows = {row["claim"]: row for row in fa.test_claims(log, min_cell=1).rows}
    assert {rows[claim]["verdict"] for claim in ABOUT_ALL} == {"not_testable"}
    assert "only where somebody called" in rows["follow-up-at-all"]["reason"]
    assert rows["follow-up-at-all"]["estimate"] is None
    assert not {row["verdict"] for row in rows.values()} & {"supported", "contradicted"}


def test_check_says_it(tmp_path) -> None:
    """`check` warns before anything is stored."""
    log = bent("replies_where_called", 5, interviews=400, family="proportional")
    object.__setattr__(log, "truth", {})
    folder = log.write(tmp_path)
    found = fa.check_files([folder / f"{name}.csv" for name in ("interviews", "contacts", "outcomes")])
    assert "replies_depend_on_acts" in {note.code for note in found.notes}


def test_nothing_is_found_in_nothing() -> None:
    """A log without contacts, or of one interview, gives no finding and no error."""
    log = bent("complete", 5, interviews=1)
    assert recording_findings(log) == ()
    assert recording_findings(replace(log, contacts=log.contacts.clear())) == ()
