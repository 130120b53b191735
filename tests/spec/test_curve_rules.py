"""The curve: local days, what counts as waiting on a day, what may be shown of it, and its medians.

A log is a few lines: interview, applicant, when; and what came back. Times are UTC unless a test says otherwise.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from followup_analytics.answers.curves import CurveResult, incidence_curve
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog


def log_of(
    interviews: list[dict[str, Any]],
    came: dict[str, str] | None = None,
    ended: dict[str, tuple[str, str]] | None = None,
    until: str = "2026-04-30",
) -> FollowUpLog:
    """A log of interviews (each its own applicant), answers {interview: at} and ends {interview: (outcome, at)}."""
    rows = [{"applicant_id": f"a{row['interview_id']}", "observed_until": until, **row} for row in interviews]
    contacts = pl.DataFrame(
        [
            {"contact_id": f"c{k}", "interview_id": name, "at": at, "direction": "inbound", "channel": "phone"}
            for k, (name, at) in enumerate((came or {}).items())
        ],
        schema=["contact_id", "interview_id", "at", "direction", "channel"],
        schema_overrides=dict.fromkeys(["contact_id", "interview_id", "at", "direction", "channel"], pl.String),
    )
    outcomes = pl.DataFrame(
        [{"interview_id": name, "outcome": what, "decided_at": at} for name, (what, at) in (ended or {}).items()],
        schema={"interview_id": pl.String, "outcome": pl.String, "decided_at": pl.String},
    )
    return build_log(
        interviews=pl.DataFrame(rows), contacts=contacts, outcomes=outcomes, time_zone="UTC", data_date="2026-04-30"
    )


def days(result: CurveResult, event: str = "response", **where: str) -> dict[int, dict[str, Any]]:
    """Rows of one event by day."""
    return {
        row["day"]: dict(row)
        for row in result.rows
        if row["event"] == event and all(row[name] == value for name, value in where.items())
    }


def shares(result: CurveResult, event: str = "response", **where: str) -> dict[int, float | None]:
    """Estimates of one event by day, rounded."""
    return {
        day: None if row["estimate"] is None else round(row["estimate"], 4)
        for day, row in days(result, event, **where).items()
    }


FOUR = [{"interview_id": str(k), "interviewed_at": "2026-03-02T10:00"} for k in range(4)]


def test_the_days_are_local_calendar_days() -> None:
    """An answer at 00:30 of the next day is day 1 although not an hour has passed; day 0 is the interview's day."""
    log = log_of(
        [{"interview_id": "1", "interviewed_at": "2026-03-02T23:45"}, *FOUR[2:]],
        {"1": "2026-03-03T00:30", "2": "2026-03-02T18:00"},
    )
    assert shares(incidence_curve(log, horizon=2, min_cell=1)) == {0: 0.3333, 1: 0.6667, 2: 0.6667}


def test_days_follow_each_interviews_own_zone() -> None:
    """01:00 UTC is still the evening of the interview's day in New York."""
    log = log_of(
        [
            {"interview_id": "1", "interviewed_at": "2026-03-02T15:00-05:00", "time_zone": "America/New_York"},
            {"interview_id": "2", "interviewed_at": "2026-03-02T15:00+00:00", "time_zone": "UTC"},
        ],
        {"1": "2026-03-03T01:00+00:00", "2": "2026-03-03T01:00+00:00"},
    )
    assert shares(incidence_curve(log, horizon=1, min_cell=1)) == {0: 0.5, 1: 1.0}


def test_waiting_is_counted_at_the_start_of_the_day_and_events_so_far() -> None:
    """n_at_risk before the day's events, n_events up to its end; every event has every day."""
    log = log_of(FOUR, {"0": "2026-03-02T12:00", "1": "2026-03-04T12:00"}, {"2": ("filled", "2026-03-04T13:00")})
    result = incidence_curve(log, horizon=3, min_cell=1)
    found = days(result)
    assert [found[day]["n_at_risk"] for day in range(4)] == [4, 3, 3, 1]
    assert [found[day]["n_events"] for day in range(4)] == [1, 1, 2, 2]
    assert shares(result, "filled") == {0: 0.0, 1: 0.0, 2: 0.25, 3: 0.25}
    assert [row["event"] for row in result.rows] == ["response"] * 4 + ["filled"] * 4 + ["withdrawn"] * 4


def test_filled_competes_and_does_not_censor() -> None:
    """Half filled on day 1, half answered on day 2: one half heard back, not all, as 1 - Kaplan-Meier would say."""
    log = log_of(
        FOUR,
        {"2": "2026-03-04T12:00", "3": "2026-03-04T12:00"},
        {"0": ("filled", "2026-03-03T12:00"), "1": ("filled", "2026-03-03T12:00")},
    )
    assert shares(incidence_curve(log, horizon=3, min_cell=1)) == {0: 0.0, 1: 0.0, 2: 0.5, 3: 0.5}


def test_a_decision_is_a_response_and_for_advancing_a_rejection_competes() -> None:
    """rejected: heard back by the decision; with outcome advanced a competing event of its own."""
    log = log_of(FOUR[:2], None, {"0": ("rejected", "2026-03-03T12:00"), "1": ("offer", "2026-03-03T12:00")})
    assert shares(incidence_curve(log, horizon=1, min_cell=1))[1] == 1.0
    advanced = incidence_curve(log, outcome="advanced", horizon=1, min_cell=1)
    assert (shares(advanced, "advanced")[1], shares(advanced, "rejected")[1]) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("until", "expected"),
    [("2026-03-03T09:00", 0.3333), ("2026-03-03T15:00", 0.25), ("2026-03-03", 0.25), ("2026-03-02", 0.3333)],
)
def test_a_record_that_stops_in_the_day_counts_until_then(until: str, expected: float) -> None:
    """One of four records stops at 09:00, 15:00 or the end of the day; one answer comes at 12:00 of it."""
    log = log_of([{**FOUR[0], "observed_until": until}, *FOUR[1:]], {"1": "2026-03-03T12:00"})
    result = incidence_curve(log, horizon=1, min_cell=1)
    assert shares(result)[1] == expected
    assert days(result)[1]["n_at_risk"] == (3 if until == "2026-03-02" else 4)


def test_what_came_after_the_record_ended_is_used_nowhere() -> None:
    """An answer after observed_until is no event."""
    log = log_of([{**row, "observed_until": "2026-03-05"} for row in FOUR], {"0": "2026-03-06T12:00"})
    assert shares(incidence_curve(log, horizon=3, min_cell=1))[3] == 0.0


def test_beyond_the_record_there_is_no_number() -> None:
    """Nobody was observed on day 4: not estimable; where everybody has had an event the curve stays."""
    log = log_of([{**row, "observed_until": "2026-03-05"} for row in FOUR], {"0": "2026-03-03T12:00"})
    found = days(incidence_curve(log, horizon=5, min_cell=1))
    assert (found[3]["estimate"], found[4]["estimate"], found[4]["status"]) == (0.25, None, "not_estimable")
    complete = log_of(FOUR[:1], {"0": "2026-03-03T12:00"}, until="2026-03-03T12:00")
    assert shares(incidence_curve(complete, horizon=5, min_cell=1))[5] == 1.0


def test_late_records_enter_late() -> None:
    """A record begun on day 2 doesn't count as waiting before, and what came before it is no event."""
    rows = [{**row, "logged_from": "2026-03-02T10:00"} for row in FOUR[:2]]
    rows += [{**row, "logged_from": "2026-03-04T08:00"} for row in FOUR[2:]]
    log = log_of(rows, {"0": "2026-03-03T12:00", "2": "2026-03-03T12:00", "3": "2026-03-05T12:00"})
    result = incidence_curve(log, horizon=4, entry="logged_from", min_cell=1)
    # Day 1: one of two. Day 3: one of the two then waiting (1 and 3): 1/2 + 1/2 x 1/2.
    assert shares(result) == {0: 0.0, 1: 0.5, 2: 0.5, 3: 0.75, 4: 0.75}
    assert [row["n_at_risk"] for row in days(result).values()] == [2, 2, 1, 2, 1]
    assert any(note.code == "never_observed" and note.n == 1 for note in result.notes)


MANY = [
    {"interview_id": str(k), "interviewed_at": "2026-03-02T10:00", "cohort": "big" if k < 40 else "small"}
    for k in range(52)
]
ANSWERS = {str(k): f"2026-03-{3 + k // 4:02d}T12:00" for k in range(40)}


def test_a_curve_ends_where_few_are_waiting() -> None:
    """From the first day at whose start fewer than ten applicants wait, all later days are hidden."""
    found = days(incidence_curve(log_of(MANY[:40], ANSWERS), horizon=12))
    assert [found[day]["status"] == "suppressed" for day in range(13)] == [False] * 9 + [True] * 4
    assert found[9]["n_events"] is None
    assert found[9]["n_at_risk"] is None
    assert incidence_curve(log_of(MANY[:40], ANSWERS), horizon=12, min_cell=1).rows[12]["n_at_risk"] == 0


def test_small_groups_are_hidden_with_what_would_tell_on_them() -> None:
    """Of three groups one is too small: a second is hidden too, so that the total doesn't give it away."""
    rows = [{**row, "cohort": "b" if k < 20 else "c" if k < 47 else "tiny"} for k, row in enumerate(MANY)]
    result = incidence_curve(log_of(rows, ANSWERS), by="cohort", horizon=2)
    status = {row["cohort"]: row["status"] for row in result.rows if row["day"] == 0 and row["event"] == "response"}
    assert (status["b"], status["tiny"]) == ("suppressed", "suppressed")
    assert status["c"] != "suppressed"
    assert {row["group"] for row in result.quantiles} == {"c"}
    assert result.differences == ()


def test_all_hidden_is_a_refusal() -> None:
    """A log of nine applicants, or groups that are all too small, are withheld as a whole."""
    with pytest.raises(WithheldError):
        incidence_curve(log_of(FOUR, {}))
    rows = [{**row, "cohort": str(k % 8)} for k, row in enumerate(MANY)]
    with pytest.raises(WithheldError):
        incidence_curve(log_of(rows, ANSWERS), by="cohort")


def test_groups_come_in_order_and_missing_last() -> None:
    """Values as strings, null as (missing)."""
    rows = [{**row, "cohort": None if k % 3 == 0 else "b" if k % 3 == 1 else "a"} for k, row in enumerate(MANY)]
    result = incidence_curve(log_of(rows, ANSWERS), by="cohort", horizon=0)
    assert list(dict.fromkeys(row["cohort"] for row in result.rows)) == ["a", "b", "(missing)"]


def test_medians_come_from_the_incidence() -> None:
    """Half of all by day 5, half of those who heard back by day 3; none where half never hear back."""
    few = {str(k): f"2026-03-{3 + k // 8:02d}T12:00" for k in range(40)}
    result = incidence_curve(log_of(MANY, few), horizon=20)
    response = next(row for row in result.quantiles if row["event"] == "response")
    # 8 a day from day 1: 26 of 52 are reached on day 4 (32), 20 of 40 on day 3 (24).
    assert (response["median_day"], response["half_of_events_day"]) == (4, 3)
    assert response["half_of_events_low"] <= 3 <= response["half_of_events_high"]
    filled = next(row for row in result.quantiles if row["event"] == "filled")
    assert (filled["median_day"], filled["half_of_events_day"]) == (None, None)


def test_differences_between_groups_have_intervals() -> None:
    """Each group less the first, at the landmarks and the horizon."""
    rows = [{**row, "cohort": "a" if k % 2 else "b"} for k, row in enumerate(MANY)]
    result = incidence_curve(log_of(rows, ANSWERS), by="cohort", horizon=9)
    assert [(row["group"], row["against"], row["day"]) for row in result.differences] == [("b", "a", 7), ("b", "a", 9)]
    assert all(
        row["conf_low"] <= row["estimate"] <= row["conf_high"]
        for row in result.differences
        if row["estimate"] is not None
    )


@pytest.mark.parametrize(
    "wrong",
    [{"by": "nothing"}, {"outcome": "joy"}, {"horizon": -1}, {"horizon": 2.5}, {"cluster": "moon"}, {"entry": "x"}],
)
def test_wrong_requests_are_refused(wrong: dict[str, Any]) -> None:
    """Unknown columns, outcomes, clusters and impossible horizons are errors of usage."""
    with pytest.raises(UsageError):
        incidence_curve(log_of(MANY, ANSWERS), **wrong)


def test_every_face_shows_the_same() -> None:
    """JSON without NaN, a frame, a sentence and a chart."""
    result = incidence_curve(log_of(MANY, ANSWERS), by="cohort", horizon=30)
    answer = result.to_json()
    assert answer["command"] == "curve"
    assert {row["group"] for row in answer["quantiles"]} == {"big", "small"}
    assert result.to_frame().height == len(result.rows)
    assert "heard back by day" in incidence_curve(log_of(MANY, ANSWERS), horizon=5).summary()
    assert result.plot() is not None
    assert set(result.trace().columns) == {"interview_id", "cohort", "day", "exit"}


def test_employers_as_clusters_never_narrow_an_interval() -> None:
    """The wider of the two clusterings is given."""
    rows = [{**row, "employer": f"e{k % 5}"} for k, row in enumerate(MANY)]
    people, both = (incidence_curve(log_of(rows, ANSWERS), cluster=c, horizon=5) for c in ("applicant", "employer"))
    assert people.rows
    for one, other in zip(people.rows, both.rows, strict=True):
        if one["estimate"] is not None:
            assert other["conf_high"] - other["conf_low"] >= one["conf_high"] - one["conf_low"] - 1e-12


def test_after_the_last_one_at_risk_the_share_stays_and_is_to_be_used_with_care() -> None:
    """Three records end on day 8, one hears on day 10: the estimate stays at 1, as survfit's does, and is marked."""
    early = [{**row, **({"observed_until": "2026-03-10"} if k else {})} for k, row in enumerate(FOUR)]
    result = incidence_curve(log_of(early, {"0": "2026-03-12T09:00"}), min_cell=1, horizon=30)
    assert shares(result)[10] == shares(result)[11] == shares(result)[30] == 1.0
    assert days(result)[11]["status"] == days(result)[30]["status"] == "use_with_care"
    assert result.summary() == "1 of 4 interviews had heard back so far; too few to tell."


def test_where_everybody_has_heard_the_share_stays_known() -> None:
    """Four of four: nobody is waiting any more, and nobody was lost sight of."""
    answers = {str(k): f"2026-03-1{k}T09:00" for k in range(4)}
    assert shares(incidence_curve(log_of(FOUR, answers), min_cell=1, horizon=30))[30] == 1.0


def test_tables_show_some_days_and_what_happened() -> None:
    """No event that never came, days of the first week and then weeks; the frame has every row."""
    result = incidence_curve(log_of(MANY, ANSWERS), horizon=30)
    assert [(row["event"], row["day"]) for row in result.printed_rows()] == [
        ("response", day) for day in (0, 1, 2, 3, 7, 14, 21, 28, 30)
    ]
    assert "further days in frames, JSON and CSV" in repr(result)
    assert result.to_frame().height == len(result.to_json()["results"]) == 3 * 31
    short = incidence_curve(log_of(MANY, ANSWERS), horizon=10)
    assert [row["day"] for row in short.printed_rows()] == list(range(11))
