"""Simulated logs: any size, the same for the same seed, and in keeping with the contract."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from followup_analytics.cells.counted import attempts
from followup_analytics.errors import UsageError
from followup_analytics.log.schema import ETIQUETTE_ITEMS
from followup_analytics.reading.logs import read_log
from followup_analytics.simulate import SimulatedLog, simulate_log, world_names
from followup_analytics.simulate.draws import Draws


@pytest.fixture(scope="module")
def office() -> SimulatedLog:
    """A career centre's log, large enough that rare things occur."""
    return simulate_log(interviews=3000, world="office", seed=7)


@pytest.mark.parametrize("interviews", [1, 12, 300])
def test_any_size_makes_a_log(interviews: int) -> None:
    """One interview is enough for a log, and every log says that it is simulated."""
    log = simulate_log(interviews=interviews, world="office", seed=3)
    assert log.interviews.height == interviews
    assert log.simulated
    assert "simulated" in repr(log)


def test_every_world_makes_a_log() -> None:
    """All worlds that ship make logs that the checks of the contract accept."""
    names = world_names()
    assert names
    for name in names:
        assert simulate_log(interviews=60, world=name).contacts.height > 0


def test_same_seed_same_log() -> None:
    """A log depends on its arguments alone."""
    one, same, other = (simulate_log(interviews=200, world="office", seed=seed) for seed in (5, 5, 6))
    assert one.contacts.equals(same.contacts)
    assert one.outcomes.equals(same.outcomes)
    assert not one.contacts.equals(other.contacts)


def test_more_interviews_keep_the_first_stories() -> None:
    """An interview's luck is its own: a larger log of the same seed tells the same attempts for the same people."""
    small, large = (simulate_log(interviews=n, world="null", seed=1) for n in (100, 400))
    names = ["interview_id", "self_rating", "referral", "interview_format"]
    assert small.interviews.select(names).equals(large.interviews.head(100).select(names))


def test_a_log_gone_quiet_is_the_same_before_and_has_no_attempts_after() -> None:
    """With quiet_from, all attempts before that local day stay, and none that could bring a response is made after."""
    day = dt.date(2025, 10, 20)
    whole, quiet = (simulate_log(interviews=500, world="null", seed=4, quiet_from=one) for one in (None, day))
    number = (day - dt.date(1970, 1, 1)).days
    known = [attempts(log).join(log.contacts.select("contact_id", "_day"), on="contact_id") for log in (whole, quiet)]
    before = [rows.filter(pl.col("_day") < number).select("interview_id", "at_us", "channel") for rows in known]
    assert known[1].filter(pl.col("_day") >= number).height == 0 < known[0].filter(pl.col("_day") >= number).height
    assert before[0].equals(before[1])


def test_no_interviews_is_refused() -> None:
    """A log needs an interview."""
    with pytest.raises(UsageError, match="can't be made"):
        simulate_log(interviews=0)


def test_applicants_have_about_three_interviews(office: SimulatedLog) -> None:
    """Interviews cluster within applicants and within employers."""
    per_applicant = office.interviews.height / office.interviews["applicant_id"].n_unique()
    assert 2.8 < per_applicant < 3.2
    assert office.interviews["employer"].n_unique() < office.interviews.height / 4
    assert office.applicants is not None
    assert office.applicants.height > office.interviews["applicant_id"].n_unique()


def test_everything_happens_in_office_hours(office: SimulatedLog) -> None:
    """Local hours lie between 8:30 and 17:30 on both sides of the change of the clocks."""
    hours = office.contacts["_hour"]
    assert hours.min() == 8
    assert hours.max() == 17
    assert office.interviews["time_zone"].n_unique() == 3
    offsets = office.contacts.join(office.interviews.select("interview_id", "_zone"), on="interview_id")
    east = offsets.filter(pl.col("_zone") == "America/New_York")
    utc_minus_local = (east["at"].dt.hour().cast(pl.Int32) - east["_hour"].cast(pl.Int32)).unique().sort().to_list()
    assert utc_minus_local == [4, 5]


def test_nothing_lies_beyond_the_record(office: SimulatedLog) -> None:
    """Contacts and outcomes end with observed_until, which is staggered and never beyond the data date."""
    until = office.interviews.select("interview_id", "_until_us")
    for frame in (office.contacts, office.outcomes):
        joined = frame.join(until, on="interview_id")
        assert (joined["_at_us"] <= joined["_until_us"]).all()
    assert (office.interviews["observed_until"] <= office.data_date).all()
    assert office.interviews["observed_until"].n_unique() > 100


def test_stories_are_consistent(office: SimulatedLog) -> None:
    """Attempts follow the interview, ratings precede every contact, and nothing follows the end of the story."""
    starts = office.interviews.select("interview_id", start="_at_us", rated="self_rated_at")
    contacts = office.contacts.join(starts, on="interview_id")
    assert (contacts["_at_us"] > contacts["start"]).all()
    assert (contacts["at"] > contacts["rated"]).drop_nulls().all()
    ends = office.outcomes.select("interview_id", end="_at_us")
    late = contacts.join(ends, on="interview_id").filter(pl.col("_at_us") > pl.col("end"))
    assert late.filter(pl.col("purpose") != "answer").height == 0


def test_what_was_reached_fits_what_was_said(office: SimulatedLog) -> None:
    """Items of a conversation are noted in conversations alone, and a message left has nobody at the other end."""
    outbound = office.contacts.filter(pl.col("direction") == "outbound")
    spoke = pl.col("party").is_in(["interviewer", "hiring_team"])
    assert outbound.filter(~spoke & pl.col("said_thanks").is_not_null()).height == 0
    assert outbound.filter(pl.col("asked_when_available").is_not_null())["party"].unique().to_list() == ["receptionist"]
    assert set(outbound.filter(pl.col("channel") == "voicemail")["party"].unique()) == {"none"}
    assert outbound.filter((pl.col("channel") == "phone") & (pl.col("party") == "none"))["duration_s"].max() == 0
    for item in ETIQUETTE_ITEMS:
        values = outbound[item].drop_nulls()
        assert 0.1 < values.cast(pl.Float64).mean() < 0.9


def test_forgotten_calls_are_failed_ones() -> None:
    """Under-logging loses about half of the calls that reached nobody, and nothing else."""
    whole, part = (simulate_log(interviews=2000, world=name, seed=2) for name in ("etiquette", "underlogged"))
    reached = (pl.col("party") != "none") | (pl.col("channel") == "email")
    assert whole.contacts.filter(reached).height == part.contacts.filter(reached).height
    nobody = pl.col("channel").is_in(["phone", "voicemail"]) & (pl.col("party") == "none")
    share = part.contacts.filter(nobody).height / whole.contacts.filter(nobody).height
    assert 0.45 < share < 0.55


def test_a_written_log_reads_back_the_same(tmp_path: Path) -> None:
    """The folder holds four tables, log.toml and truth.json, and read_log gives the same log."""
    log = simulate_log(interviews=80, world="null", seed=4)
    folder = log.write(tmp_path / "log")
    back = read_log(folder)
    assert back.simulated
    assert back.data_date == log.data_date
    assert back.interviews.equals(log.interviews)
    assert back.contacts.equals(log.contacts)
    assert back.outcomes.equals(log.outcomes)
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert truth["claims"]["say-thanks"]["estimate"] == 0
    assert {path.name for path in folder.iterdir()} >= {"truth.json", "log.toml", "applicants.csv"}


def test_draws_are_even_and_independent_of_their_neighbours() -> None:
    """The hash gives uniform numbers without visible order between interviews, counters and streams."""
    draws, ids = Draws(11), np.arange(200_000)
    numbers = [
        draws.uniform("a", ids),
        draws.uniform("a", ids, 1),
        draws.uniform("b", ids),
        draws.uniform("a", ids + 1),
    ]
    for one in numbers[:3]:
        counts = np.bincount((one * 50).astype(int), minlength=50)
        assert ((counts - 4000) ** 2 / 4000).sum() < 100
    table = np.abs(np.corrcoef(np.stack(numbers[:3])) - np.eye(3))
    assert table.max() < 0.012
    assert abs(np.corrcoef(numbers[0][:-1], numbers[0][1:])[0, 1]) < 0.012
