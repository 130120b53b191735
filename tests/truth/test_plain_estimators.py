"""The package against estimators of another kind: plain person-days and scikit-learn, on random worlds."""

from __future__ import annotations

import pandas as pd
import plain_estimators as plain
import polars as pl
import pytest

import followup_analytics as fa
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.simulate.random_worlds import claim_truths, draw_world, random_log

#: Ten worlds, of as many families: (family, seed, whether acts have effects).
WORLDS = [
    ("clipped", 60_001, False),
    ("crossing", 60_002, True),
    ("proportional", 60_003, True),
    ("season", 60_004, False),
    ("product", 60_005, False),
    ("heavy", 60_006, True),
    ("fridays", 60_007, False),
    ("promises", 60_008, True),
    ("right_advice", 60_009, True),
    ("wrong_advice", 60_010, True),
]
#: Claims of each kind, for every day.
FEW = ("thank-you-note", "wait-2-3-days", "follow-up-at-all", "keep-following-up", "person-not-machine", "ask-status")


def laid_out(log: FollowUpLog) -> plain.Log:
    """A log's tables as pandas, their times local and without a zone, read by the plain estimators."""

    def local(frame: pl.DataFrame, *times: str) -> pd.DataFrame:
        found = frame.select(name for name in frame.columns if not name.startswith("_")).to_pandas()
        for name in times:
            found[name] = found[name].dt.tz_convert(log.time_zone).dt.tz_localize(None)
        return found

    return plain.read(
        local(log.interviews, "interviewed_at", "observed_until", "decision_promised_at"),
        local(log.contacts, "at"),
        local(log.outcomes, "decided_at"),
    )


def apart(log: FollowUpLog, claims: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """How far the package's estimates are from the plain ones, with half the width of the package's intervals."""
    read = laid_out(log)
    rows = {row["claim"]: row for row in fa.test_claims(log, min_cell=1).rows}
    return {
        claim: (rows[claim]["estimate"] - plain.estimate(claim, read), (row["conf_high"] - row["conf_low"]) / 2)
        for claim in claims
        if (row := rows[claim])["estimate"] is not None
    }


@pytest.mark.slow
def test_plain_estimators_find_the_truth() -> None:
    """In a world with effects, where acting changes its causes from day to day, plain estimates come near the truth."""
    world = draw_world(60_011, "crossing")
    log = random_log(world, interviews=20_000, seed=1)
    truths = claim_truths(world, FEW)
    read = laid_out(log)
    for claim in FEW:
        assert plain.estimate(claim, read) == pytest.approx(truths[claim]["estimate"], abs=0.04), claim


def test_the_package_agrees_with_plain_estimates() -> None:
    """On one random world of 3,000 interviews, claims of each kind."""
    found = apart(random_log(60_000, interviews=3_000, family="crossing"), FEW)
    assert len(found) >= 5
    for claim, (difference, half_width) in found.items():
        assert abs(difference) < half_width, claim


@pytest.mark.slow
@pytest.mark.parametrize(("family", "seed", "effects"), WORLDS, ids=[world[0] for world in WORLDS])
def test_all_claims_agree_with_plain_estimates(family: str, seed: int, effects: bool) -> None:
    """Of a random world's 6,000 interviews all claims but one in ten lie within the package's own errors, none far."""
    found = apart(random_log(seed, interviews=6_000, family=family, null=not effects), tuple(plain.CLAIMS))
    assert len(found) >= 12
    assert sum(abs(difference) > half_width for difference, half_width in found.values()) <= len(found) // 10
    for claim, (difference, half_width) in found.items():
        assert abs(difference) < 2 * half_width, claim
