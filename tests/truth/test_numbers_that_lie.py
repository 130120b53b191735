"""Plain tabulations that mislead, beside the package's answer, in simulated data with a known truth.

Each test computes the naive number too: the data must be such that it is wrong.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from followup_analytics.answers.curves import incidence_curve
from followup_analytics.answers.drivers import later_attempts
from followup_analytics.answers.rates import response_rates
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.statistics.incidence import aalen_johansen

START = pl.datetime(2026, 1, 5, 9, time_zone="UTC")
MINUTES = 24 * 60


def minutes(days: np.ndarray) -> pl.Series:
    """Days as whole minutes of a duration."""
    return pl.Series(np.round(days * MINUTES).astype(np.int64))


def people(n: int, applicants: int, rng: np.random.Generator) -> pl.DataFrame:
    """Interviews at one moment, dealt out to applicants at random."""
    return pl.DataFrame({"interview_id": [f"i{k}" for k in range(n)], "who": rng.integers(0, applicants, n)}).select(
        "interview_id", applicant_id=pl.format("a{}", "who"), interviewed_at=START
    )


# ------------------------------------------------------------------------------------------- number of attempts


@pytest.fixture(scope="module")
def tries() -> tuple[FollowUpLog, pl.DataFrame]:
    """Every interview has its own chance (mean .20), the same at each of up to five attempts; some stop early."""
    rng = np.random.default_rng(1)
    n = 12_000
    chance = rng.beta(0.8, 3.2, n)
    alive, rows, answers = np.ones(n, bool), [], []
    for attempt in range(1, 6):
        which = np.flatnonzero(alive)
        rows.append(pl.DataFrame({"k": which, "attempt": attempt}))
        heard = rng.random(len(which)) < chance[which]
        answers.append(pl.DataFrame({"k": which[heard], "attempt": attempt}))
        alive[which[heard]] = False
        alive &= rng.random(n) < 0.7
    made, came = pl.concat(rows), pl.concat(answers)
    log_rows = pl.concat(
        [
            made.select("k", at=START + pl.duration(days=pl.col("attempt") * 3), direction=pl.lit("outbound")),
            came.select("k", at=START + pl.duration(days=pl.col("attempt") * 3, hours=5), direction=pl.lit("inbound")),
        ]
    ).with_row_index("c")
    contacts = log_rows.select(
        "at", "direction", contact_id=pl.format("c{}", "c"), interview_id=pl.format("i{}", "k"), channel=pl.lit("phone")
    )
    totals = made.group_by("k").agg(made=pl.col("attempt").max()).join(came.select("k", heard=True), on="k", how="left")
    log = build_log(
        interviews=people(n, 4_000, rng), contacts=contacts, time_zone="UTC", data_date="2026-06-01", simulated=True
    )
    return log, totals.with_columns(pl.col("heard").fill_null(value=False))


def test_the_share_up_to_k_attempts(tries: tuple[FollowUpLog, pl.DataFrame]) -> None:
    """Rates fall .200 .160 .133 .114 .100 from nothing; up to k attempts the truth is .200 .328 .419 .485 .537."""
    log, totals = tries
    rows = response_rates(log, by="attempt").rows
    hazards = np.array([0.8 / (4 + k) for k in range(5)])
    truth = 1 - np.cumprod(1 - hazards)
    np.testing.assert_allclose([row["estimate"] for row in rows], hazards, atol=0.02)
    np.testing.assert_allclose([row["cumulative"] for row in rows], truth, atol=0.02)
    # By the total of attempts made the share that heard back falls, as if trying did harm.
    naive = totals.group_by("made").agg(pl.col("heard").mean()).sort("made")["heard"]
    assert naive[0] > naive[1] > naive[2]


def test_later_attempts_do_not_work_less(tries: tuple[FollowUpLog, pl.DataFrame]) -> None:
    """Pooled odds ratio about .8 a further attempt; within interviews nearer to 1, the truth (mixing is not normal)."""
    pooled, within = later_attempts(tries[0], unit="interview_id").rows
    assert pooled["estimate"] == pytest.approx(0.79, abs=0.04)
    assert 0.85 < within["estimate"] < 1.1


# ---------------------------------------------------------------------------------------------- competing events


def test_rejections_compete_and_do_not_censor() -> None:
    """30% advance in the end; 1 - Kaplan-Meier, with rejections censored, says two thirds."""
    rng = np.random.default_rng(2)
    n = 6_000
    wait = rng.exponential(6.0, n)
    advanced = rng.random(n) < 0.30
    log = build_log(
        interviews=people(n, 2_000, rng),
        outcomes=pl.DataFrame({"interview_id": [f"i{k}" for k in range(n)], "wait": minutes(wait)}).select(
            "interview_id",
            outcome=pl.Series(np.where(advanced, "advanced", "rejected")),
            decided_at=START + pl.duration(minutes="wait"),
        ),
        time_zone="UTC",
        data_date="2026-06-01",
        simulated=True,
    )
    day = [row for row in incidence_curve(log, outcome="advanced").rows if row["day"] == 30]
    right = next(row for row in day if row["event"] == "advanced")
    assert right["estimate"] == pytest.approx(0.30, abs=0.02)
    naive = aalen_johansen(wait, np.where(advanced, 1, 0), [30]).estimate[0, 0]
    assert naive > 0.6


# ------------------------------------------------------------------------------------------------- open snapshots


@pytest.fixture(scope="module")
def snapshot() -> tuple[FollowUpLog, np.ndarray, np.ndarray]:
    """Half of all answer, after a week on average; letters are as good as calls, but newer when the record ends."""
    rng = np.random.default_rng(3)
    n = 8_000
    email = rng.random(n) < 0.5
    age = np.where(email, rng.uniform(0, 14, n), rng.uniform(6, 40, n))
    delay = np.where(rng.random(n) < 0.5, rng.exponential(7, n), np.inf)
    heard = delay <= age
    sent = 60 - age
    frame = pl.DataFrame({"k": np.arange(n), "sent": minutes(sent), "back": minutes(np.where(heard, sent + delay, 0))})
    frame = frame.with_columns(
        channel=pl.Series(np.where(email, "email", "phone")), heard=pl.Series(heard), interview_id=pl.format("i{}", "k")
    )
    contacts = pl.concat(
        [
            frame.select(
                "interview_id", "channel", at=START + pl.duration(minutes="sent"), direction=pl.lit("outbound")
            ),
            frame.filter("heard").select(
                "interview_id", "channel", at=START + pl.duration(minutes="back"), direction=pl.lit("inbound")
            ),
        ]
    ).with_row_index("c")
    interviews = people(n, 3_000, rng).with_columns(interviewed_at=START + pl.duration(minutes=frame["sent"] - 60))
    log = build_log(
        interviews=interviews,
        contacts=contacts.with_columns(contact_id=pl.format("c{}", "c")).drop("c"),
        time_zone="UTC",
        data_date="2026-03-06T09:00:00",
        simulated=True,
    )
    return log, email, heard


def test_newer_attempts_are_not_worse(snapshot: tuple[FollowUpLog, np.ndarray, np.ndarray]) -> None:
    """Within 7 days .316 of calls and of letters; answers over all says far fewer of the letters."""
    log, email, heard = snapshot
    truth = 0.5 * (1 - np.exp(-1))
    found = {row["channel"]: row["estimate"] for row in response_rates(log, by="channel").rows}
    assert found["phone"] == pytest.approx(truth, abs=0.025)
    assert found["email"] == pytest.approx(truth, abs=0.025)
    assert heard[~email].mean() - heard[email].mean() > 0.1


def test_days_to_an_answer_come_from_the_incidence(snapshot: tuple[FollowUpLog, np.ndarray, np.ndarray]) -> None:
    """Half of those who ever answer wait 4.85 days: the curve says 5; the mean of waits that were seen is short."""
    log, _, _ = snapshot
    row = next(row for row in incidence_curve(log, horizon=35).quantiles if row["event"] == "response")
    assert row["half_of_events_low"] <= 5 <= row["half_of_events_high"]
    contacts = log.contacts.select("interview_id", "direction", "_at_us")
    both = contacts.filter(pl.col("direction") == "inbound").join(
        contacts.filter(pl.col("direction") == "outbound"), on="interview_id", suffix="_sent"
    )
    seen = ((both["_at_us"] - both["_at_us_sent"]) / 86_400e6).mean()
    assert seen is not None
    assert seen < 6  # 7 is the truth: only short waits can be seen among newer attempts
