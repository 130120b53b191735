"""The fast window query against the slow one, and what may not change its answer."""

from __future__ import annotations

import random

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from random_logs import Tables, frames, tables
from window_oracle import attempts_slowly

from followup_analytics.answers.rates import response_rates
from followup_analytics.cells.counted import attempts, episodes
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

QUIET = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OFTEN = settings(QUIET, max_examples=40)
ZONE = "America/New_York"


def _log(made: Tables) -> FollowUpLog:
    return build_log(**frames(made), time_zone=ZONE)


@QUIET
@given(
    made=tables(), outcome=st.sampled_from(["response", "advanced"]), within=st.sampled_from([0.25, 1.0, 7.0, 400.0])
)
def test_fast_windows_equal_slow_ones(made: Tables, outcome: str, within: float) -> None:
    """Ties, bare dates, cut records, ends and decisions: the query and the plain-Python rule agree on every attempt."""
    log = _log(made)
    fast = attempts(log, outcome, within).select("contact_id", "attempt", "y", "closed_by", "elapsed_us")
    assert fast.sort("contact_id").to_dicts() == attempts_slowly(log, outcome, within)


@QUIET
@given(made=tables(dates=False), within=st.sampled_from([1.0, 7.0]))
def test_fast_windows_equal_slow_ones_without_bare_dates(made: Tables, within: float) -> None:
    """Where every row has a time of day, the shorter way through the query gives the same attempts."""
    log = _log(made)
    fast = attempts(log, within=within).select("contact_id", "attempt", "y", "closed_by", "elapsed_us")
    assert fast.sort("contact_id").to_dicts() == attempts_slowly(log, "response", within)


@QUIET
@given(made=tables(), order=st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(made: Tables, order: random.Random) -> None:
    """Contacts, outcomes and interviews may come in any order: rates and attempts stay the same."""
    shuffled = {name: order.sample(rows, len(rows)) for name, rows in made.items()}
    one, other = _log(made), _log(shuffled)
    assert_frame_equal(attempts(one).sort("contact_id"), attempts(other).sort("contact_id"))
    for by in ("attempt", "timing,channel", "cohort"):
        assert response_rates(one, by=by, min_cell=1).rows == response_rates(other, by=by, min_cell=1).rows


@QUIET
@given(made=tables())
def test_relabelling_groups_changes_nothing_but_labels(made: Tables) -> None:
    """Another name for a cohort moves no number."""
    renamed = {"x": "p", "y": "q", None: None}
    other = {**made, "interviews": [{**row, "cohort": renamed[row["cohort"]]} for row in made["interviews"]]}
    before, after = (response_rates(_log(one), by="cohort", min_cell=1).rows for one in (made, other))
    labels = {"x": "p", "y": "q", "(missing)": "(missing)"}
    assert [{**row, "cohort": labels[row["cohort"]]} for row in before] == list(after)


@QUIET
@given(made=tables())
def test_counts_add_up_over_any_key(made: Tables) -> None:
    """Attempts and events add up to the same totals by every key, and an applicant more never shrinks them."""
    log = _log(made)
    totals = {
        by: (sum(r["n_attempts"] for r in rows), sum(r["n_events"] for r in rows))
        for by in ("attempt", "weekday", "timing", "cohort", "hour,party")
        for rows in [response_rates(log, by=by, min_cell=1).rows]
    }
    assert len(set(totals.values())) == 1
    assert totals["attempt"][0] == attempts(log).height


@QUIET
@given(made=tables())
def test_episodes_agree_with_attempts(made: Tables) -> None:
    """Number of attempts, and what ended the story, are the same seen from interviews and from attempts."""
    log = _log(made)
    stories, tries = episodes(log), attempts(log, within=400.0)
    counted = tries.group_by("interview_id").len().select("interview_id", n=pl.col("len").cast(pl.Int64))
    joined = stories.join(counted, on="interview_id", how="left").with_columns(pl.col("n").fill_null(0))
    assert joined["n"].to_list() == joined["n_attempts"].to_list()
    last = tries.group_by("interview_id").last().join(stories, on="interview_id")
    same = {"response": {"response"}, "end": {"filled", "withdrawn"}, "censored": {"censored"}}
    assert all(row["exit_kind"] in same[row["closed_by"]] for row in last.to_dicts())


@QUIET
@given(made=tables(), more=tables())
def test_more_applicants_never_shrink_a_count(made: Tables, more: Tables) -> None:
    """Interviews of further applicants leave every n of every row at least as large."""
    fresh = {
        name: [{key: f"z{value}" if key.endswith("_id") else value for key, value in row.items()} for row in rows]
        for name, rows in more.items()
    }
    both = {name: [*made[name], *fresh[name]] for name in made}
    fewer, larger = (
        {row["channel"]: row for row in response_rates(_log(one), by="channel", min_cell=1).rows}
        for one in (made, both)
    )
    for channel, row in fewer.items():
        assert all(larger[channel][n] >= row[n] for n in ("n_attempts", "n_interviews", "n_applicants", "n_events"))
