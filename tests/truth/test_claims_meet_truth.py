"""Verdicts against worlds whose truth is known: right where the advice is right, wrong or idle, whatever tables say."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import followup_analytics as fa

INTERVIEWS = 12_000
#: A log of a world takes some ten seconds to make and to judge; the worlds that are right are tried every time.
CONTRARY, NULL = (pytest.param(f"persistent_{name}", marks=pytest.mark.slow) for name in ("contrary", "null"))
ONE_SIDED = {"move-on", "ask-when-positive"}


@cache
def verdicts(world: str) -> tuple[dict[str, Any], ...]:
    """Every claim's row in one log of a world, with the world's truth beside it."""
    log = fa.simulate_log(interviews=INTERVIEWS, world=world, seed=21)
    truth = log.truth["claims"]
    return tuple({**row, "truth": truth[row["claim"]]["estimate"]} for row in fa.test_claims(log).rows)


#: Says that it is an association: who asked a receptionist before reaches interviewers more often.
NO_EFFECT = "interviewer-not-other"


def covered(rows: tuple[dict[str, Any], ...]) -> tuple[int, int]:
    """How many intervals hold the truth, and how many there are, of claims that are about effects."""
    tested = [row for row in rows if row["estimate"] is not None and row["claim"] != NO_EFFECT]
    return sum(row["conf_low"] <= row["truth"] <= row["conf_high"] for row in tested), len(tested)


@pytest.mark.parametrize("world", ["persistent", CONTRARY])
def test_every_claim_can_be_tested_somewhere(world: str) -> None:
    """Where people keep calling and write down what was said, all 24 claims have an estimate."""
    rows = verdicts(world)
    assert [row["claim"] for row in rows if row["verdict"] == "not_testable"] == []


@pytest.mark.parametrize("world", ["persistent", CONTRARY, NULL, "etiquette"])
def test_intervals_hold_the_truth(world: str) -> None:
    """Of all intervals of a log at most three miss the truth that intervening finds (one in twenty is expected to)."""
    held, tested = covered(verdicts(world))
    assert tested >= 19
    assert tested - held <= 3


@pytest.mark.parametrize("world", ["etiquette", "persistent"])
def test_right_advice_is_never_contradicted(world: str) -> None:
    """Where all advice is right most of it is found so, and none is found wrong."""
    found = [row["verdict"] for row in verdicts(world)]
    assert "contradicted" not in found
    assert found.count("supported") >= 15


@pytest.mark.slow
def test_wrong_advice_is_never_supported() -> None:
    """Where the advice is wrong most of it is found so, and none is found right."""
    rows = verdicts("persistent_contrary")
    # Who keeps calling is heard in the end even there: following up at all does help the persistent.
    assert [row["claim"] for row in rows if row["verdict"] == "supported" and row["truth"] < 0.05] == []
    assert [row["verdict"] for row in rows].count("contradicted") >= 14


@pytest.mark.slow
def test_idle_advice_gets_no_verdict_either_way() -> None:
    """Where nothing matters no claim is supported or contradicted, but for those two that claim just that."""
    found = verdicts("persistent_null")
    assert found
    for row in found:
        wrong = {"contradicted"} if row["claim"] in ONE_SIDED else {"supported", "contradicted"}
        assert row["verdict"] not in wrong, row["claim"]


def test_verdicts_withstand_tables_that_point_the_wrong_way() -> None:
    """In the same log the plain table speaks against good advice, and the verdict for it."""
    rows = {row["claim"]: row for row in verdicts("etiquette")}
    for claim in ("thank-you-note", "say-thanks"):
        assert rows[claim]["naive"] < 0 < 0.05 < rows[claim]["estimate"]
        assert rows[claim]["verdict"] != "contradicted"
    assert rows["thank-you-note"]["verdict"] == "supported"
