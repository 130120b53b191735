"""Logs whose form alone could bend a verdict: short records in one arm, late ratings, what was heard at time zero."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.claims import own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.log.followup_log import FollowUpLog

START = datetime(2025, 3, 3, 9, tzinfo=UTC)
Person = tuple[dict[str, Any], list[dict[str, Any]], float | None]


def day(days: float, start: datetime = START) -> str:
    """So many days after the interview."""
    return (start + timedelta(days=days)).isoformat()


def log_of(people: int, seed: int, tell: Callable[[np.random.Generator], Person]) -> FollowUpLog:
    """One interview a person; `tell` gives its columns, its contacts and the day of an advance, if any."""
    draw = np.random.default_rng(seed)
    interviews, contacts, outcomes = [], [], []
    for number in range(people):
        key = f"i{number:05}"
        facts, touches, advanced = tell(draw)
        interviews.append({"interview_id": key, "applicant_id": f"p{number}", "interviewed_at": day(0), **facts})
        bare = len(str(interviews[-1]["interviewed_at"])) == 10
        contacts += [
            {"interview_id": key, "contact_id": f"{key}-{place}", "direction": "outbound", "channel": "phone", **touch}
            for place, touch in enumerate(touches)
        ]
        if advanced is not None:
            outcomes.append(
                {"interview_id": key, "outcome": "advanced", "decided_at": day(advanced)[: 10 if bare else 99]}
            )
    tables = {
        name: pl.DataFrame(rows, infer_schema_length=None)
        for name, rows in (("interviews", interviews), ("contacts", contacts), ("outcomes", outcomes))
        if rows
    }
    return fa.read_log(tables, time_zone="UTC")


def trial_of(log: FollowUpLog, identifier: str) -> Trial:
    """A claim's trial."""
    claim = own_catalogue().claim(identifier)
    assert claim is not None
    return run_trial(claim, Context.of(log, own_catalogue().claims))


def effect_of(trial: Trial) -> tuple[float, float, float]:
    """Difference with its limits."""
    assert trial.estimate is not None
    difference = trial.estimate.effect.difference
    low, high = difference.limits()
    return float(difference.estimate), float(low), float(high)


def test_records_that_are_shorter_in_one_arm() -> None:
    """Half of those who smiled were followed for 12 days alone; it changes nothing, and nothing is found.

    Early advances of short records would count in full and their silence not at all, were both arms taken together.
    """

    def tell(draw: np.random.Generator) -> Person:
        smiled = bool(draw.random() < 0.5)
        facts = {"observed_until": day(12 if smiled and draw.random() < 0.5 else 60), "self_rating": 3}
        touch = {"at": day(1), "party": "interviewer", "smiled": smiled}
        return facts, [touch], 5.0 if draw.random() < 0.3 else None

    trial = trial_of(log_of(2_000, 1, tell), "smile")
    estimate, low, high = effect_of(trial)
    assert low < 0 < high
    assert abs(estimate) < 0.04
    # Without covariates the weighted risks are each arm's own Aalen-Johansen estimates.
    assert trial.estimate is not None
    own = [float(arm.risk[-1]) for arm in trial.estimate.arms]
    assert trial.estimate.effect.risks == pytest.approx(own, abs=2e-3)


def rated_late(when: float) -> FollowUpLog:
    """Waiting is worth 30 points, the rating is noise, and everybody is rated on the same day."""

    def tell(draw: np.random.Generator) -> Person:
        waits = draw.random() < 0.5
        called = 2.3 if waits else 0.3
        touches = [{"at": day(called)}]
        if draw.random() < (0.5 if waits else 0.2):
            reply = day(called + 1 + 2 * draw.random())
            touches.append({"at": reply, "direction": "inbound", "channel": "email"})
        facts = {"observed_until": day(60), "self_rating": int(draw.integers(1, 6)), "self_rated_at": day(when)}
        return facts, touches, None

    return log_of(3_000, 2, tell)


@pytest.mark.parametrize("when", [0.01, 6.0])
def test_when_ratings_are_made_moves_no_estimate(when: float) -> None:
    """A rating on day 6 is missing for those who had answered by then, which is no reason for anything before it."""
    estimate, low, high = effect_of(trial_of(rated_late(when), "wait-2-3-days"))
    assert low < 0.3 < high
    assert estimate == pytest.approx(0.3, abs=0.03)


def test_a_rating_that_echoes_the_call_is_not_adjusted_for() -> None:
    """Made two days after the conversation it says how that went: adjusting for it would hide what smiling did."""

    def tell(draw: np.random.Generator) -> Person:
        smiled = bool(draw.random() < 0.5)
        good = draw.random() < (0.8 if smiled else 0.2)
        facts = {"observed_until": day(60), "self_rating": 5 if good else 1, "self_rated_at": day(3)}
        touch = {"at": day(1), "party": "interviewer", "smiled": smiled}
        return facts, [touch], 8.0 if draw.random() < (0.6 if good else 0.1) else None

    log = log_of(2_000, 5, tell)
    trial = trial_of(log, "smile")
    assert trial.adjusted == ()
    assert effect_of(trial)[0] == pytest.approx(0.3, abs=0.05)
    row = fa.test_claims(log, claim="smile").rows[0]
    assert (row["verdict"], row["label"]) == ("supported", "association")


def test_what_was_heard_in_the_first_attempt_is_known_to_what_follows() -> None:
    """Who heard a cold answer calls more often and advances less; calling more does nothing, and is not blamed.

    Without that tone among the covariates the difference would be 10 points in this log (4 to 15).
    """

    def tell(draw: np.random.Generator) -> Person:
        strong = draw.random() < 0.5
        first = {"at": day(1), "party": "interviewer", "tone": "positive" if strong else "negative"}
        more = [{"at": day(1.1 + d)} for d in range(1, 10) if draw.random() < (0.4 if strong else 0.5)]
        facts = {"observed_until": day(60), "self_rating": 3}
        return facts, [first, *more], 15.0 if draw.random() < (0.5 if strong else 0.2) else None

    trial = trial_of(log_of(12_000, 4, tell), "not-pushy")
    estimate, low, high = effect_of(trial)
    assert low < 0 < high
    assert abs(estimate) < 0.04
    assert trial.estimate is not None
    assert trial.estimate.effect.naive > 0.06


def test_a_rating_counts_for_what_is_decided_after_it() -> None:
    """Rated on the day after the interview, which moves the calls of the days after that alone; no call does anything.

    Neither arm may have it before it was made, nor be without it then: the plain table is 15 points off.
    """

    def tell(draw: np.random.Generator) -> Person:
        rating = int(draw.integers(1, 6))
        early = draw.random() < 0.3
        called = 0.3 if early else next((d for d in (2.3, 3.3) if draw.random() < 0.1 * rating), 5.3)
        touches = [{"at": day(called)}]
        if draw.random() < 0.12 * rating:
            reply = day(called + 0.5 + 4 * draw.random())
            touches.append({"at": reply, "direction": "inbound", "channel": "email"})
        facts = {"observed_until": day(60), "self_rating": rating, "self_rated_at": day(1)}
        return facts, touches, None

    trial = trial_of(log_of(4_000, 1, tell), "wait-not-longer")
    estimate, low, high = effect_of(trial)
    assert low < 0 < high
    assert abs(estimate) < 0.03
    assert trial.estimate is not None
    assert trial.estimate.effect.naive > 0.1
    assert [one.name for one in trial.estimate.emulation.baseline if one.later is not None] == ["self_rating"]


@pytest.mark.parametrize("end", [12.0, 12.5])
@pytest.mark.parametrize("bare", [False, True])
def test_nearly_all_records_of_an_arm_end_early(end: float, *, bare: bool) -> None:
    """95 in 100 of those who smiled were followed for 12 days; nothing changes anything, to the hour or in dates."""

    def when(days: float) -> str:
        return day(days)[:10] if bare else day(days)

    def tell(draw: np.random.Generator) -> Person:
        smiled = bool(draw.random() < 0.5)
        until = end if smiled and draw.random() < 0.95 else 60.0
        advanced = 2 + 28 * draw.random() if draw.random() < 0.5 else 99.0
        advanced = float(int(advanced)) if bare else advanced
        touch = {"at": when(1), "party": "interviewer", "smiled": smiled}
        facts = {"interviewed_at": when(0), "observed_until": when(until), "self_rating": 3}
        return facts, [touch], advanced if advanced <= int(until) or (not bare and advanced <= until) else None

    _, low, high = effect_of(trial_of(log_of(3_000, 1, tell), "smile"))
    assert low < 0 < high


@pytest.mark.parametrize("claim", ["smile", "thank-you-note"])
def test_an_arm_that_nobody_followed_to_the_horizon(claim: str) -> None:
    """All records of those who did it end on day 12 of 30: who advanced by then was not followed for the others."""

    def tell(draw: np.random.Generator) -> Person:
        did = bool(draw.random() < 0.5)
        touches = [{"at": day(1), "party": "interviewer", "smiled": did}] if claim == "smile" else []
        if claim == "thank-you-note" and did:
            touches = [{"at": day(0.3), "channel": "email", "purpose": "thank_you"}]
        until = 12.5 if did else 60.0
        advanced = 2 + 28 * draw.random() if draw.random() < 0.5 else None
        facts = {"observed_until": day(until), "self_rating": 3}
        return facts, touches, advanced if advanced is not None and advanced <= until else None

    trial = trial_of(log_of(2_000, 1, tell), claim)
    assert trial.test is None
    assert "were followed for 30 days" in trial.refusal


def test_all_who_keep_to_an_arm_may_act_on_one_day_of_it() -> None:
    """Calls on days 0, 2 and 5 alone: "on day 2 or 3" means day 2 here, and can be tested.

    Nobody calls on day 3: a rule that let everybody act when they would, and the rest on day 3, would stand for nobody.
    """

    def tell(draw: np.random.Generator) -> Person:
        rating = int(draw.integers(1, 6))
        called = 0.3 if draw.random() < 0.3 else (2.3 if draw.random() < 0.15 * rating else 5.3)
        touches = [{"at": day(called)}]
        if draw.random() < 0.12 * rating:
            reply = day(called + 0.5 + 4 * draw.random())
            touches.append({"at": reply, "direction": "inbound", "channel": "email"})
        return {"observed_until": day(60), "self_rating": rating}, touches, None

    estimate, low, high = effect_of(trial_of(log_of(4_000, 1, tell), "wait-2-3-days"))
    assert low < 0 < high
    assert abs(estimate) < 0.05


def test_a_note_that_everybody_sends_at_once_can_be_tested() -> None:
    """Half send a note, all of them on day 0; it is worth 10 points, and "by day 1" finds it."""

    def tell(draw: np.random.Generator) -> Person:
        rating = int(draw.integers(1, 6))
        sent = draw.random() < 0.3 + 0.08 * rating
        touches = [{"at": day(0.2), "channel": "email", "purpose": "thank_you"}] if sent else []
        advanced = draw.random() < 0.10 + 0.06 * rating + 0.10 * sent
        return {"observed_until": day(60), "self_rating": rating}, touches, 9.0 if advanced else None

    trial = trial_of(log_of(4_000, 3, tell), "thank-you-note")
    assert trial.refusal == ""
    _, low, high = effect_of(trial)
    assert low < 0.10 < high
    assert low > 0.04


def test_calls_one_after_the_other_are_decisions_of_their_own() -> None:
    """The weak ring again at once when nobody answers: those who don't stand for those who do.

    The strategy's weights then add up to everybody, up to the chance of one log.
    """

    def tell(draw: np.random.Generator) -> Person:
        strong = draw.random() < 0.5
        touches = [{"at": day(1)}]
        for later in range(1, 10):
            if draw.random() < 0.3:
                touches.append({"at": day(1.1 + later)})
                if draw.random() < (0.1 if strong else 0.5):
                    touches.append({"at": day(1.105 + later), "channel": "voicemail"})
        facts = {"observed_until": day(60), "self_rating": 5 if strong else 1}
        return facts, touches, 15.0 if draw.random() < (0.6 if strong else 0.2) else None

    trial = trial_of(log_of(6_000, 4, tell), "not-pushy")
    assert trial.estimate is not None
    assert trial.estimate.arms[0].weight.mean() == pytest.approx(1, abs=0.08)
    _, low, high = effect_of(trial)
    assert low < 0 < high


def test_interviews_that_are_still_ahead_are_not_counted() -> None:
    """Forty interviews after the end of the record lift nothing to a verdict."""

    def tell(draw: np.random.Generator) -> Person:
        called = draw.random() < 0.5
        touches = [{"at": day(1)}] if called else []
        if draw.random() < (0.85 if called else 0.3):
            touches.append({"at": day(4), "direction": "inbound", "channel": "email"})
        return {"observed_until": day(60), "self_rating": 3}, touches, None

    log = log_of(90, 3, tell)
    ahead = pl.DataFrame(
        {
            "interview_id": [f"x{n}" for n in range(40)],
            "applicant_id": [f"y{n}" for n in range(40)],
            "interviewed_at": [day(80)] * 40,
        }
    )
    rows = [
        fa.test_claims(fa.read_log(tables, time_zone="UTC"), claim="follow-up-at-all").rows[0]
        for tables in (
            {
                "interviews": both,
                "contacts": log.contacts.select("contact_id", "interview_id", "at", "direction", "channel"),
            }
            for both in (
                log.interviews.select("interview_id", "applicant_id", "interviewed_at", "observed_until"),
                pl.concat(
                    [
                        log.interviews.select("interview_id", "applicant_id", "interviewed_at", "observed_until"),
                        ahead.with_columns(pl.col("interviewed_at").str.to_datetime(time_zone="UTC")),
                    ],
                    how="diagonal_relaxed",
                ),
            )
        )
    ]
    assert [row["n_applicants"] for row in rows] == [90, 90]
    assert rows[0]["naive"] == rows[1]["naive"]
    assert rows[1]["verdict"] == "inconclusive", rows[1]["reason"]


def test_a_label_rests_on_the_ratings_of_those_it_is_about() -> None:
    """That others in the log were rated says nothing of conversations that were not."""

    def tell(draw: np.random.Generator) -> Person:
        if draw.random() < 0.3:
            return {"observed_until": day(60), "self_rating": int(draw.integers(1, 6))}, [], None
        smiled = bool(draw.random() < 0.5)
        touch = {"at": day(1), "party": "interviewer", "smiled": smiled}
        return {"observed_until": day(60)}, [touch], 9.0 if draw.random() < (0.6 if smiled else 0.2) else None

    row = fa.test_claims(log_of(1_500, 6, tell), claim="smile").rows[0]
    assert (row["verdict"], row["label"]) == ("supported", "association")
    assert "was not recorded in time" in row["reason"]


def smilers(number: int) -> FollowUpLog:
    """Twelve conversations among 212 interviews; so many smiled."""
    place = iter(range(1_000))

    def tell(draw: np.random.Generator) -> Person:
        here = next(place)
        touch = {"at": day(1), "party": "interviewer", "smiled": here < number}
        return {"observed_until": day(60)}, [touch] if here < 12 else [], 9.0 if here < 12 and here % 2 else None

    return log_of(212, 1, tell)


def test_reasons_don_t_tell_small_counts() -> None:
    """Whether one or nine of twelve smiled, what is said is the same."""
    said = {fa.test_claims(smilers(number), claim="smile").rows[0]["reason"] for number in range(1, 10)}
    assert len(said) == 1
    assert "smiled" in said.pop()


def test_a_stratum_of_few_applicants_is_not_named() -> None:
    """Nobody of two applicants did it: that is said, and not who they are."""
    place = iter(range(1_000))

    def tell(draw: np.random.Generator) -> Person:
        here = next(place)
        few = here >= 400
        touch = {"at": day(1), "party": "interviewer", "smiled": bool(few or draw.random() < 0.5)}
        facts = {"observed_until": day(60), "industry": "circus" if few else "it"}
        return facts, [touch], 9.0 if draw.random() < 0.3 else None

    log = log_of(424, 1, tell)
    merged = pl.when(pl.col("industry") == "circus").then(pl.format("q{}", pl.int_range(pl.len()) % 2))
    tables = {
        "interviews": log.interviews.select(
            "interview_id", "interviewed_at", "observed_until", "industry",
            applicant_id=merged.otherwise("applicant_id"),
        ),
        "contacts": log.contacts.select("contact_id", "interview_id", "at", "direction", "channel", "party", "smiled"),
        "outcomes": log.outcomes.select("interview_id", "outcome", "decided_at"),
    }  # fmt: skip
    row = fa.test_claims(fa.read_log(tables, time_zone="UTC"), claim="smile").rows[0]
    assert row["verdict"] == "not_testable"
    assert "circus" not in row["reason"]
    assert "Of those with one industry of few applicants nobody did this" in row["reason"]


def test_what_came_within_the_last_hours_of_a_record_counts() -> None:
    """Everybody advances ten days and a little after the interview, and the record ends an hour later, within a day."""

    def tell(draw: np.random.Generator) -> Person:
        touch = {"at": day(0.5), "party": "interviewer", "smiled": bool(draw.random() < 0.5)}
        return {"observed_until": day(10.1)}, [touch], 10.05

    log = log_of(60, 1, tell)
    found = {row["claim"]: row["n_events"] for row in fa.test_claims(log).rows}
    assert found["smile"] == found["thank-you-note"] == 60


@pytest.mark.parametrize("world", ["persistent", pytest.param("persistent_null", marks=pytest.mark.slow)])
def test_the_second_way_agrees_with_the_first(world: str) -> None:
    """Sequential trials give what cloning gives, within their errors, where both can be asked."""
    rows = fa.test_claims(fa.simulate_log(interviews=6_000, world=world, seed=2)).rows
    ways = {
        row["claim"]: (row, row["diagnostics"]["second_way"]) for row in rows if row["diagnostics"].get("second_way")
    }
    assert {"max-two-voicemails", "move-on", "keep-following-up"} <= ways.keys()
    for row, way in ways.values():
        error = (row["conf_high"] - row["conf_low"]) / 4
        assert way["estimate"] == pytest.approx(row["estimate"], abs=error)
        assert way["agrees"]
        assert way["agrees"]
