"""Arms that were assigned at random: intention to treat, per protocol, and numbers that can't be chance."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.claims import read_catalogue
from followup_analytics.claims.definition import Catalogue
from followup_analytics.errors import DataError
from followup_analytics.log.followup_log import FollowUpLog

START = dt.datetime(2025, 3, 3, 9, tzinfo=dt.UTC)
TRIAL = """
[catalogue]
title = "A trial of calling"
version = "1"

[[claim]]
id = "told-to-call"
advice = "Call on the second or third day."
source = "our trial"
population = "all interviews"
moment = {{ kind = "interview" }}
strategy = {{ words = "told to call on day 2 or 3", act = "attempt", some_in = [2, 3] }}
alternative = {{ words = "told not to call", act = "attempt", none_in = [0, 7] }}
outcome = "response"
horizon = 14
direction = "more"
adjust = ["self_rating"]
{design}
assigned = {{ column = "arm"{more} }}
"""
#: What a call does, who calls when told not to, and how much more often who was told to, at each rating.
EFFECT, UNTOLD = 0.25, 0.1


def catalogue_of(folder: Path, more: str = "", design: str = "") -> Catalogue:
    """The trial as a file of claims; `more`: further members of `assigned`."""
    place = folder / "trial.toml"
    place.write_text(TRIAL.format(more=more, design=design), encoding="utf-8")
    return read_catalogue(place)


def calls_at(rating: np.ndarray[Any, Any], *, told: bool) -> np.ndarray[Any, Any]:
    """Probability of calling: of those who were told to, the confident do so more often."""
    return 0.2 + 0.14 * rating if told else np.full(len(rating), UNTOLD)


def by_intention_truth() -> float:
    """What being told does: the call's effect in those whom it makes call."""
    ratings = np.arange(1, 6)
    return float(EFFECT * (calls_at(ratings, told=True) - calls_at(ratings, told=False)).mean())


def trial_log(
    interviews: int,
    seed: int,
    *,
    effect: float = EFFECT,
    words: tuple[str, str] = ("strategy", "alternative"),
    share: float = 0.5,
    by_applicant: bool = False,
    lost: float = 0.0,
) -> FollowUpLog:
    """Arms by chance; who is told to call does so on day 2 more often the better it went; answers come from day 4 on.

    lost: share of the alternative's interviews that are missing from the log.
    """
    rng = np.random.default_rng(seed)
    n = interviews
    applicant = np.arange(n) // 3
    told = rng.random(n) < share
    if by_applicant:
        told = (rng.random(n) < share)[applicant * 3 // 3]
    rating = rng.integers(1, 6, n)
    called = rng.random(n) < np.where(told, calls_at(rating, told=True), calls_at(rating, told=False))
    answered = rng.random(n) < 0.05 + 0.1 * rating + effect * called
    keep = told | (rng.random(n) >= lost)
    rows = np.flatnonzero(keep)
    at = {k: START + dt.timedelta(days=int(k % 40)) for k in rows}
    touches = [(k, 2.2, "outbound", "phone") for k in rows if called[k]]
    touches += [(k, float(4 + 8 * rng.random()), "inbound", "email") for k in rows if answered[k]]
    return fa.read_log(
        {
            "interviews": pl.DataFrame(
                {
                    "interview_id": [f"i{k}" for k in rows],
                    "applicant_id": [f"p{applicant[k]}" for k in rows],
                    "interviewed_at": [at[k] for k in rows],
                    "observed_until": [at[k] + dt.timedelta(days=40) for k in rows],
                    "self_rating": rating[rows],
                    "arm": [words[0] if told[k] else words[1] for k in rows],
                }
            ),
            "contacts": pl.DataFrame(
                {
                    "interview_id": [f"i{k}" for k, *_ in touches],
                    "contact_id": [f"c{place}" for place in range(len(touches))],
                    "at": [at[k] + dt.timedelta(days=day) for k, day, *_ in touches],
                    "direction": [way for *_, way, _ in touches],
                    "channel": [channel for *_, channel in touches],
                }
            ),
        },
        time_zone="UTC",
    )


def test_intention_to_treat_and_per_protocol_are_what_they_are(tmp_path: Path) -> None:
    """A call is worth 25 points, being told to 13: the first line is the one, per protocol the other.

    The label is causal by design, whatever its E-value.
    """
    row = fa.test_claims(trial_log(4_000, 1), claims=catalogue_of(tmp_path)).rows[0]
    truth = by_intention_truth()
    assert (row.design, row.verdict, row.label) == ("randomised", "supported", "causal by design")
    assert row.conf_low < truth < row.conf_high < EFFECT
    kept = row.diagnostics["per_protocol"]
    assert kept["conf_low"] < EFFECT < kept["conf_high"]
    assert kept["conf_low"] > truth
    assert "intention to treat" in row.reason
    assert row.diagnostics["sample_ratio"]["unit"] == "interview"


def test_being_told_does_nothing_where_calls_do_nothing(tmp_path: Path) -> None:
    """Without an effect nothing is found either way, though those who call when told are the confident."""
    row = fa.test_claims(trial_log(4_000, 2, effect=0.0), claims=catalogue_of(tmp_path)).rows[0]
    assert row.verdict in ("inconclusive", "no_meaningful_difference")
    assert row.conf_low < 0 < row.conf_high
    kept = row.diagnostics["per_protocol"]
    assert kept["conf_low"] < 0 < kept["conf_high"]


def test_intention_to_treat_agrees_with_a_table_of_both_arms(tmp_path: Path) -> None:
    """Adjusted for what chance shared unevenly, the difference is that of the arms' shares within two errors."""
    log = trial_log(2_000, 3)
    row = fa.test_claims(log, claims=catalogue_of(tmp_path), min_cell=1).rows[0]
    heard = log.contacts.filter(pl.col("direction") == "inbound")["interview_id"].implode()
    shares = dict(
        log.interviews.group_by("arm").agg(pl.col("interview_id").is_in(heard).mean()).iter_rows()  # no model at all
    )
    plain = shares["strategy"] - shares["alternative"]
    assert row.naive == pytest.approx(plain, abs=1e-9)
    assert abs(row.estimate - plain) < (row.conf_high - row.conf_low) / 2


def test_numbers_that_chance_does_not_bring_are_no_trial(tmp_path: Path) -> None:
    """A fifth of one arm is missing from the log: no verdict, and why; a third is as good as half if it was planned."""
    row = fa.test_claims(trial_log(3_000, 4, lost=0.2), claims=catalogue_of(tmp_path)).rows[0]
    assert row.verdict == "not_testable"
    assert "chi-square" in row.reason
    third = trial_log(3_000, 5, share=1 / 3)
    assert fa.test_claims(third, claims=catalogue_of(tmp_path)).rows[0].verdict == "not_testable"
    planned = catalogue_of(tmp_path, ", share = 0.3333")
    assert fa.test_claims(third, claims=planned).rows[0].verdict == "supported"


def test_arms_of_whole_applicants_are_counted_by_applicants(tmp_path: Path) -> None:
    """Where all interviews of each applicant share an arm, it is applicants that were assigned."""
    row = fa.test_claims(trial_log(3_000, 6, by_applicant=True), claims=catalogue_of(tmp_path)).rows[0]
    ratio = row.diagnostics["sample_ratio"]
    assert ratio["unit"] == "applicant"
    assert ratio["n_strategy"] + ratio["n_alternative"] == 1_000


def test_values_of_the_column_are_named_or_usual(tmp_path: Path) -> None:
    """Treatment and control are understood; other words are named in the file, and without that it says how."""
    usual = trial_log(1_500, 7, words=("Treatment", "control"))
    assert fa.test_claims(usual, claims=catalogue_of(tmp_path)).rows[0].estimate is not None
    own = trial_log(1_500, 7, words=("ring", "rest"))
    row = fa.test_claims(own, claims=catalogue_of(tmp_path)).rows[0]
    assert row.verdict == "not_testable"
    assert "name its values" in row.reason
    named = catalogue_of(tmp_path, ', strategy = "ring", alternative = "rest"')
    assert fa.test_claims(own, claims=named).rows[0].estimate is not None
    bare = own.interviews.drop("arm")
    without = fa.read_log({"interviews": bare, "contacts": own.contacts}, time_zone="UTC")
    assert "Not logged: arm" in fa.test_claims(without, claims=named).rows[0].reason


def test_a_file_says_it_rightly_or_is_refused(tmp_path: Path) -> None:
    """Any design that could be meant is taken for a randomised one; one value alone, or a choice beside it, is not."""
    assert catalogue_of(tmp_path, design='design = "clone-censor-weight"').claims[0].design == "randomised"
    with pytest.raises(DataError, match="both arms, or of neither"):
        catalogue_of(tmp_path, ', strategy = "ring"')
    with pytest.raises(DataError, match="no choice"):
        catalogue_of(tmp_path, design='choice = { channel = "phone" }')


def test_the_protocol_of_a_trial_says_so(tmp_path: Path) -> None:
    """Assigned at random, by which column, analysed by intention to treat."""
    from followup_analytics.claims import protocol_text

    text = protocol_text(claims=catalogue_of(tmp_path))
    assert "At random, as recorded in arm" in text
    assert "intention to treat" in text
    assert "A randomised trial" in text
