"""Worlds made to mislead: verdicts degrade where data leave a trace; where they can't, it is said what undoes them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.claims import claim_sensitivity, own_catalogue

INTERVIEWS = 12_000
#: A log of a further world takes some eight seconds to make and to judge.
LONG = pytest.mark.slow


@cache
def log_of(world: str, interviews: int = INTERVIEWS) -> fa.SimulatedLog:
    """One log of a world."""
    return fa.simulate_log(interviews=interviews, world=world, seed=21)


@cache
def verdicts(world: str, interviews: int = INTERVIEWS) -> dict[str, dict[str, Any]]:
    """Every claim's row in one log of a world, by its id, with the truth beside it."""
    log = log_of(world, interviews)
    truth = log.truth["claims"]
    rows = fa.test_claims(log).rows
    return {row["claim"]: {**row, "truth": truth[row["claim"]]["estimate"]} for row in rows}


def test_unmeasured_diligence_that_leaves_a_trace() -> None:
    """Replies elsewhere betray the diligent: no claim that is adjusted for anything is more than inconclusive."""
    rows = verdicts("unmeasured")
    with_controls = [claim.id for claim in own_catalogue().claims if claim.controls]
    assert {rows[name]["verdict"] for name in with_controls} <= {"inconclusive", "not_testable"}
    # It is not for want of a difference: the estimates are far off, and beyond chance.
    note = rows["thank-you-note"]
    assert note["estimate"] > 0.05 > note["truth"] == 0
    assert note["p_adjusted"] < 0.001
    assert note["label"] == "association"
    assert "control fails" in note["reason"]


def test_what_its_own_control_misses_the_others_find() -> None:
    """A claim whose own control passes is inconclusive too where most of the log's controls fail, and says why."""
    rows = verdicts("unmeasured")
    told = [row["reason"] for row in rows.values() if row["verdict"] == "inconclusive"]
    assert any("negative controls" in reason and "come out below .05" in reason for reason in told)


@LONG
def test_unmeasured_diligence_without_a_trace() -> None:
    """What no control can catch is believed, and the table of traits says how strong one must be to undo it."""
    # The two claims that say there is no gain, or no harm, are right where they are supported.
    fooled = [
        row
        for row in verdicts("unmeasured_quiet").values()
        if row["verdict"] == "supported" and not row["truth"] and row["claim"] not in ("move-on", "ask-when-positive")
    ]
    assert fooled
    for row in fooled:
        tipping = row["diagnostics"]["tipping"]
        assert any(one["overturns"] and one["risk_ratio"] <= 3 for one in tipping), row["claim"]
        # The harder a trait pulls, the less is left; and the E-value gives the strength that takes all away.
        steps = [one["difference_left"] for one in tipping[:4]]
        assert steps == sorted(steps, reverse=True)
        assert 1 < row["e_value"] < row["e_value_estimate"] < 3


def forgotten_among_the_idle(world: str, full: str, by_day: int) -> float:
    """The share of those without a logged attempt by a day who had made one: the same seed, written down in full."""
    idle, true = (
        set(
            log.interviews.join(
                log.contacts.filter((pl.col("direction") == "outbound") & (pl.col("purpose") == "follow_up"))
                .join(log.interviews.select("interview_id", start="_day"), on="interview_id")
                .filter((pl.col("_day") - pl.col("start")).is_between(0, by_day)),
                on="interview_id",
                how="anti",
            )["interview_id"]
        )
        for log in (log_of(world), log_of(full))
    )
    return len(idle - true) / len(idle)


def test_calls_that_were_never_written_down() -> None:
    """Half of the failed calls are forgotten: the table says how many would undo the verdict, and those here do not."""
    row = verdicts("underlogged")["follow-up-at-all"]
    tipping = row["diagnostics"]["forgotten"]
    assert row["verdict"] == "supported"
    assert forgotten_among_the_idle("underlogged", "etiquette", 14) < tipping["share"] < 0.5
    assert f"{100 * tipping['share']:.1f} in 100" in tipping["words"]
    note = verdicts("underlogged")["thank-you-note"]["diagnostics"]["forgotten"]
    # The smaller a difference the fewer forgotten failures it takes.
    assert note["share"] < tipping["share"]


@LONG
def test_the_sensitivity_table_ends_with_forgotten_attempts() -> None:
    """The table of what would change a verdict holds that number as its last row."""
    rows = claim_sensitivity(log_of("underlogged", 3_000), "follow-up-at-all").rows
    assert rows[0]["change"] == "as declared"
    assert "tried in vain and not written it down" in rows[-1]["change"]
    assert rows[-1]["changes"]


@LONG
def test_the_weak_who_stop_early() -> None:
    """Who is bound to fail gives up, nobody wrote down why: no verdict is false, and a number that is bent shows it."""
    rows = verdicts("discouraged")
    for row in rows.values():
        # That more brings nothing, or asking does no harm, are the claims that a small difference confirms.
        small_is_right = row["claim"] in ("move-on", "ask-when-positive")
        gain = row["truth"] if row["claim"] == "move-on" else -row["truth"]
        wrong = {
            "supported": gain >= row["margin"] if small_is_right else row["truth"] <= 0,
            "contradicted": gain <= 0 if small_is_right else row["truth"] >= 0,
            "no_meaningful_difference": abs(row["truth"]) >= row["margin"],
        }
        assert not wrong.get(row["verdict"], False), row["claim"]
    bent = rows["follow-up-at-all"]
    assert bent["conf_low"] > bent["truth"]
    assert (bent["verdict"], bent["label"]) == ("inconclusive", "association")


@pytest.mark.parametrize("world", ["etiquette", "null", "contrary"])
def test_sixty_people_give_no_verdict_but_what_it_would_take(world: str) -> None:
    """With some 60 applicants nothing is called right or wrong; each claim says what could be found or is missing."""
    rows = verdicts(world, 180).values()
    assert log_of(world, 180).interviews["applicant_id"].n_unique() < 100
    assert {row["verdict"] for row in rows} <= {"inconclusive", "not_testable"}
    for row in rows:
        if row["verdict"] == "inconclusive":
            assert row["mde"] > row["margin"]
            assert f"{math.ceil(100 * row['mde'] - 1e-9)} in 100" in row["reason"]
        else:
            assert row["reason"]
    assert any("would be needed" in row["reason"] for row in rows)


def test_a_stratum_in_which_nobody_did_it_is_named() -> None:
    """Where nobody in finance sent a note, the claim on notes is not testable, and finance is named."""
    log = log_of("etiquette", 3_000)
    finance = log.interviews.filter(pl.col("industry") == "finance").select("interview_id")
    notes = log.contacts.filter(pl.col("purpose") == "thank_you").join(finance, on="interview_id")
    without = replace(log, contacts=log.contacts.join(notes.select("contact_id"), on="contact_id", how="anti"))
    row = fa.test_claims(without, claim="thank-you-note").rows[0]
    assert row["verdict"] == "not_testable"
    assert "Of those with industry finance nobody did this" in row["reason"]
    assert row["estimate"] is None


def test_a_plain_table_that_points_the_wrong_way() -> None:
    """In one and the same log the naive number speaks against the note beyond doubt, and the verdict for it."""
    row = verdicts("underlogged")["thank-you-note"]
    assert row["naive"] < -row["margin"] < row["margin"] <= row["estimate"]
    assert row["verdict"] == "supported"
    assert row["conf_low"] <= row["truth"] <= row["conf_high"]
