"""What goes with hearing back, and later attempts, in simulated logs whose truth is known."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest

from followup_analytics.answers.drivers import fit_random_intercept, later_attempts, unit_cells, what_drives
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.statistics.mixed import without_each_group

START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)


def simulated(interviews: int, applicants: int, *, spread: float, by_phone: float, seed: int) -> FollowUpLog:
    """Up to five attempts an interview, each as good as the first; applicants differ, and so may channels."""
    rng = np.random.default_rng(seed)
    person = rng.integers(0, applicants, interviews)
    trait = rng.normal(0, spread, applicants)[person]
    rows = []
    for k in range(interviews):
        at = START
        for _ in range(5):
            at += dt.timedelta(hours=float(rng.exponential(90) + 3))
            phone = rng.random() < 0.5
            rows.append((f"i{k}", at, "outbound", "phone" if phone else "email"))
            if rng.random() < 1 / (1 + math.exp(1.3 - trait[k] - by_phone * phone)):
                rows.append((f"i{k}", at + dt.timedelta(hours=1), "inbound", "phone"))
                break
    contacts = pl.DataFrame(rows, schema=["interview_id", "at", "direction", "channel"], orient="row")
    contacts = contacts.with_row_index("contact_id").with_columns(pl.format("c{}", "contact_id").alias("contact_id"))
    people = pl.DataFrame(
        {
            "interview_id": [f"i{k}" for k in range(interviews)],
            "applicant_id": [f"a{k}" for k in person],
            "interviewed_at": START,
        }
    )
    return build_log(interviews=people, contacts=contacts, time_zone="UTC", data_date="2026-07-01", simulated=True)


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """Phone works better, timing and number do nothing; easy applicants answer first."""
    return simulated(2_500, 900, spread=1.2, by_phone=0.9, seed=5)


def test_the_sheaf_finds_the_channel_and_not_the_timing(log: FollowUpLog) -> None:
    """Channel: the log-odds of .9 on half of the attempts spread by about .4 (marginally less); timing by none."""
    rows = {row["block"]: row for row in what_drives(log).rows}
    assert rows["channel"]["conf_low"] > 0.2
    assert rows["channel"]["conf_high"] < 0.5
    assert rows["timing"]["conf_low"] == 0
    # Number of attempts goes with hearing back although it does nothing: that is selection.
    assert rows["attempt"]["conf_low"] > 0
    assert "association" in what_drives(log).summary()


def test_the_fall_by_attempt_goes_away_within_applicants(log: FollowUpLog) -> None:
    """Pooled, each further attempt seems to lose a fifth of the odds; within applicants it is near the truth, 1."""
    pooled, within = later_attempts(log).rows
    assert pooled["conf_high"] < 0.9
    # In 30 such logs the mean of the log ratio was .003 and 28 intervals held 1; one log may lie two errors away.
    assert within["estimate"] == pytest.approx(1, abs=0.1)
    assert within["conf_low"] > pooled["conf_high"]
    assert within["spread"] == pytest.approx(1.2, abs=0.2)
    assert "easy cases" in later_attempts(log).summary()


def test_alike_units_have_no_spread() -> None:
    """Where interviews don't differ within employers' names the random intercept is about 0, and nothing breaks."""
    log = simulated(300, 100, spread=0.0, by_phone=0.0, seed=8)
    pooled, within = later_attempts(log, unit="interview_id").rows
    assert within["estimate"] is not None
    assert within["spread"] < 0.8
    assert pooled["conf_low"] < 1.1


def test_the_quadrature_equals_a_fine_sum() -> None:
    """The marginal likelihood of 25 adaptive nodes equals a sum over 4,001 points, for long histories too."""
    rng = np.random.default_rng(4)
    unit = np.repeat(np.arange(30), 12)
    pattern = np.tile(np.arange(3), 120)
    trait = rng.normal(0, 1.0, 30)[unit]
    y = (rng.random(360) < 1 / (1 + np.exp(0.5 - trait + 0.2 * pattern))).astype(int)
    x = np.column_stack([np.ones(3), np.arange(3.0)])
    cells, by_group = unit_cells(unit, pattern, y, x, unit % 10)
    fit = fit_random_intercept(cells)
    u = np.linspace(-12, 12, 4_001)
    density = np.exp(-0.5 * (u / fit.spread) ** 2) / (fit.spread * math.sqrt(2 * math.pi)) * (u[1] - u[0])
    total = 0.0
    for one in range(30):
        eta = (x @ fit.beta)[pattern[unit == one]][:, None] + u
        total += math.log(np.exp((y[unit == one][:, None] * eta - np.logaddexp(0, eta)).sum(axis=0)) @ density)
    assert fit.log_likelihood == pytest.approx(total, abs=1e-6)
    assert by_group.sum() == 30


def test_one_step_replicates_are_near_full_refits() -> None:
    """Without each group the slope of one Newton step is that of a full fit, to a tenth of its standard error."""
    rng = np.random.default_rng(6)
    unit, pattern = np.repeat(np.arange(300), 4), np.tile(np.arange(4), 300)
    y = (rng.random(1_200) < 1 / (1 + np.exp(0.6 - rng.normal(0, 1, 300)[unit]))).astype(int)
    x = np.column_stack([np.ones(4), np.arange(4.0)])
    cells, by_group = unit_cells(unit, pattern, y, x, unit % 20)
    whole = fit_random_intercept(cells)
    steps = without_each_group(cells, whole, by_group)[:, 1]
    keep = unit % 20 != 3
    left = fit_random_intercept(unit_cells(unit[keep], pattern[keep], y[keep], x, np.zeros(keep.sum(), dtype=int))[0])
    error = math.sqrt(19 / 20 * np.sum((steps - whole.beta[1]) ** 2))
    assert abs(steps[3] - left.beta[1]) < 0.1 * error


def test_too_little_to_tell() -> None:
    """One attempt each, nobody answered, one channel: no number, with a reason; few applicants: withheld."""
    people = pl.DataFrame(
        {
            "interview_id": [f"i{k}" for k in range(12)],
            "applicant_id": [f"a{k}" for k in range(12)],
            "interviewed_at": START,
        }
    )
    contacts = pl.DataFrame(
        {
            "contact_id": [f"c{k}" for k in range(12)], "interview_id": people["interview_id"],
            "at": START + dt.timedelta(days=2), "direction": "outbound", "channel": "phone",
        }
    )  # fmt: skip
    log = build_log(interviews=people, contacts=contacts, time_zone="UTC", data_date="2026-07-01")
    assert {row["status"] for row in later_attempts(log).rows} == {"not_estimable"}
    assert {row["status"] for row in what_drives(log).rows} == {"not_estimable"}
    with pytest.raises(WithheldError):
        what_drives(log, min_cell=20)
    with pytest.raises(UsageError):
        later_attempts(log, unit="nothing")
