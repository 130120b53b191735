"""The curve against a slow plain-Python one on random logs, and what may not change its answer."""

from __future__ import annotations

import datetime as dt
import math
import random
import zoneinfo
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_logs import Tables, frames, tables
from window_oracle import DAY_US, _is_answer, _observed

from followup_analytics.answers.curves import EVENTS, incidence_curve
from followup_analytics.answers.outcomes import cohort_outcomes
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

QUIET = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ZONE = "America/New_York"
HORIZON = 16


def _log(made: Tables) -> FollowUpLog:
    return build_log(**frames(made), time_zone=ZONE)


def _clock(us: int) -> int:
    """Microseconds since local midnight."""
    at = dt.datetime.fromtimestamp(us // 1_000_000, zoneinfo.ZoneInfo(ZONE))
    return (at.hour * 3_600 + at.minute * 60 + at.second) * 1_000_000 + us % 1_000_000


def exits_slowly(log: FollowUpLog, outcome: str) -> list[tuple[int, str]]:
    """(time on the scale of local days, what happened) of each interview, from the contract's words."""
    found = []
    for interview in log.interviews.to_dicts():
        mine = pl.col("interview_id") == interview["interview_id"]
        happened = []
        for row in log.outcomes.filter(mine).to_dicts():
            name = row["outcome"]
            if name in ("advanced", "offer"):
                name = outcome
            elif name == "rejected" and outcome == "response":
                name = "response"
            happened.append((row["_order_us"], name != outcome, name, row))
        if outcome == "response":
            answers = log.contacts.filter(mine).to_dicts()
            happened += [(row["_order_us"], False, "response", row) for row in answers if _is_answer(row)]
        seen = sorted((*one[:3], one[3]["_day"]) for one in happened if _observed(one[3], interview))
        order, _, name, day = seen[0] if seen else (interview["_until_us"], True, "censored", interview["_until_day"])
        found.append(((day - interview["_day"]) * DAY_US + _clock(order), name))
    return found


def share_slowly(exits: list[tuple[int, str]], event: str, day: int) -> float:
    """Aalen and Johansen's estimate at the end of a day, one event time after the other."""
    reached, free = 0.0, 1.0
    for now in sorted({time for time, what in exits if what != "censored" and time < (day + 1) * DAY_US}):
        waiting = sum(time >= now for time, _ in exits)
        reached += free * sum(time == now and what == event for time, what in exits) / waiting
        free *= 1 - sum(time == now and what != "censored" for time, what in exits) / waiting
    return reached


@QUIET
@given(made=tables(), outcome=st.sampled_from(["response", "advanced"]))
def test_the_curve_equals_a_slow_one(made: Tables, outcome: str) -> None:
    """Estimates, events so far and numbers waiting agree on every day and event, with bare dates and cut records."""
    log = _log(made)
    exits = exits_slowly(log, outcome)
    rows = incidence_curve(log, outcome=outcome, horizon=HORIZON, min_cell=1).rows
    assert rows
    for row in rows:
        waiting = sum(time >= row["day"] * DAY_US for time, _ in exits)
        so_far = sum(what == row["event"] and time < (row["day"] + 1) * DAY_US for time, what in exits)
        unknown = not log.outcomes_recorded and row["event"] != "response"
        assert (row["n_at_risk"], row["n_events"]) == (waiting, None if unknown else so_far)
        if row["estimate"] is not None:
            assert row["estimate"] == pytest.approx(share_slowly(exits, row["event"], row["day"]), abs=1e-12)


@QUIET
@given(made=tables(), outcome=st.sampled_from(["response", "advanced"]))
def test_shares_are_shares(made: Tables, outcome: str) -> None:
    """Never falling, between 0 and 1, together at most 1, inside their limits; no NaN, and a reason for every null."""
    rows = incidence_curve(_log(made), outcome=outcome, horizon=HORIZON, min_cell=1).rows
    total = dict.fromkeys(range(HORIZON + 1), 0.0)
    for event in EVENTS[outcome]:
        before = 0.0
        for row in (row for row in rows if row["event"] == event):
            assert not any(isinstance(value, float) and math.isnan(value) for value in row.values())
            if row["estimate"] is None:
                assert row["status"] == "not_estimable"
                assert row["reason"]
                continue
            assert before - 1e-12 <= row["estimate"] <= 1 + 1e-12
            assert row["conf_low"] - 1e-9 <= row["estimate"] <= row["conf_high"] + 1e-9
            before = row["estimate"]
            total[row["day"]] += before
    assert max(total.values()) <= 1 + 1e-12


@QUIET
@given(made=tables(), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_curve(made: Tables, order: random.Random) -> None:
    """Rows may come in any order; curves by group and outcomes of cohorts stay the same."""
    shuffled = {name: order.sample(rows, len(rows)) for name, rows in made.items()}
    one, other = _log(made), _log(shuffled)
    first, second = (incidence_curve(log, by="cohort", horizon=HORIZON, min_cell=1) for log in (one, other))
    assert first.rows
    for left, right in zip(first.rows, second.rows, strict=True):
        assert left == pytest.approx(right, abs=1e-12)
    outcomes = [cohort_outcomes(log, min_cell=1).to_json()["results"] for log in (one, other)]
    for left, right in zip(*outcomes, strict=True):
        assert left == pytest.approx(right, abs=1e-12)


@QUIET
@given(made=tables())
def test_adding_an_applicant_never_lowers_a_count(made: Tables) -> None:
    """One more interview of somebody new adds to interviews, waiting and applicants, and takes nothing away."""
    fresh = {
        "interview_id": "new",
        "applicant_id": "new",
        "interviewed_at": "2026-03-06T10:00",
        "observed_until": "2026-03-10",
        "cohort": "x",
    }
    more: dict[str, Any] = {**made, "interviews": [*made["interviews"], fresh]}
    one, other = (incidence_curve(_log(log), horizon=3, min_cell=1).rows for log in (made, more))
    assert one
    for left, right in zip(one, other, strict=True):
        assert right["n_interviews"] == left["n_interviews"] + 1
        assert right["n_applicants"] == left["n_applicants"] + 1
        assert right["n_at_risk"] >= left["n_at_risk"]
        assert right["n_events"] == left["n_events"]
