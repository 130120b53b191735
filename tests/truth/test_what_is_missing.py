"""Sensitivity to what is missing: records whose end follows what was known, and ratings that nobody wrote down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import followup_analytics as fa
from followup_analytics.claims import own_catalogue
from followup_analytics.claims.definition import Catalogue
from followup_analytics.claims.imputation import put_together
from followup_analytics.claims.sensitivity import SensitivityResult, SensitivityRow
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.statistics.clusters import Estimated
from followup_analytics.trials.ends import with_known_ends
from followup_analytics.trials.steps import FollowUp

START = dt.datetime(2025, 3, 3, 9, tzinfo=dt.UTC)
SMILE = Catalogue("smiling", "1", tuple(one for one in own_catalogue().claims if one.id == "smile"), "0", "smile.toml")
ENDS = "ends of records weighted for by what was known"
FILLED = "what is missing of self-rating and referral filled in ten times"


@dataclass
class World:
    """Conversations the day after the interview: the confident smile more and advance more."""

    rating: NDArray[np.int64]
    smiled: NDArray[np.bool_]
    advanced: NDArray[np.float64]

    @classmethod
    def of(cls, interviews: int, seed: int, effect: float) -> World:
        """Draw it; `advanced`: days since the conversation, never: infinity."""
        rng = np.random.default_rng(seed)
        rating = rng.integers(1, 6, interviews)
        smiled = rng.random(interviews) < 0.1 + 0.15 * rating
        happens = rng.random(interviews) < 0.05 + 0.12 * rating + effect * smiled
        days = rng.uniform(1, 28, interviews)
        return cls(rating, smiled, np.where(happens, days, np.inf))

    def log(self, ends: NDArray[np.float64], told: NDArray[np.bool_]) -> FollowUpLog:
        """With records that end so many days after the interview, and ratings told of some."""
        n = len(self.rating)
        at = [START + dt.timedelta(days=int(k % 40)) for k in range(n)]
        known = np.flatnonzero(1 + self.advanced < ends)
        ids = [f"i{k}" for k in range(n)]
        return fa.read_log(
            {
                "interviews": pl.DataFrame(
                    {
                        "interview_id": ids,
                        "applicant_id": [f"p{k // 2}" for k in range(n)],
                        "interviewed_at": at,
                        "observed_until": [
                            one + dt.timedelta(days=float(end)) for one, end in zip(at, ends, strict=True)
                        ],
                        "self_rating": [int(one) if yes else None for one, yes in zip(self.rating, told, strict=True)],
                    }
                ),
                "contacts": pl.DataFrame(
                    {
                        "interview_id": ids,
                        "contact_id": ids,
                        "at": [one + dt.timedelta(days=1) for one in at],
                        "direction": "outbound",
                        "channel": "phone",
                        "party": "interviewer",
                        "smiled": self.smiled,
                    }
                ),
                "outcomes": pl.DataFrame(
                    {
                        "interview_id": [ids[k] for k in known],
                        "outcome": "advanced",
                        "decided_at": [at[k] + dt.timedelta(days=1 + float(self.advanced[k])) for k in known],
                    }
                ),
            },
            time_zone="UTC",
        )


def rows_of(log: FollowUpLog) -> dict[str, SensitivityRow]:
    """The sensitivity table of smiling, by what is changed."""
    found: SensitivityResult = fa.claims.claim_sensitivity(log, "smile", claims=SMILE, min_cell=1)
    return {row.change: row for row in found.rows}


@pytest.fixture(scope="module")
def ended() -> dict[str, SensitivityRow]:
    """Smiling is worth 20 points; the weak who smiled not stop writing down after five days far more often."""
    world = World.of(6_000, 1, 0.2)
    rng = np.random.default_rng(2)
    stops = rng.random(6_000) < np.where(world.rating <= 2, 0.85, 0.05)
    return rows_of(world.log(np.where(stops, 6.0, 60.0), np.ones(6_000, dtype=bool)))


def test_ends_that_follow_the_rating_are_weighted_for(ended: dict[str, SensitivityRow]) -> None:
    """By what was known the interval holds the truth, and both risks come nearer to it than as declared."""
    row = ended[ENDS]
    assert row.conf_low < 0.2 < row.conf_high


def test_the_worst_ends_hold_the_truth_between_them(ended: dict[str, SensitivityRow]) -> None:
    """Whatever came of those whose record ended early, the difference lies between the two extremes."""
    low, high = (
        next(row for change, row in ended.items() if change.startswith(f"of those whose record ends early {first}"))
        for first in ("none", "all")
    )
    assert low.estimate < 0.2 < high.estimate
    assert low.estimate < ended["as declared"].estimate < high.estimate
    # A third of the records end early: the bounds are as far apart as what that can hide.
    assert high.estimate - low.estimate > 0.3


def test_the_probability_of_going_on_is_that_of_a_cox_regression() -> None:
    """One group ends twice as fast: the hazards' ratio, and Breslow's baseline, are found again."""
    from followup_analytics.claims.covariates import Covariate
    from followup_analytics.claims.layout import design_and_penalties

    rng = np.random.default_rng(3)
    n = 20_000
    fast = rng.random(n) < 0.5
    ends = rng.exponential(np.where(fast, 10.0, 20.0)).astype(int)
    follow_up = FollowUp(ends, np.zeros(n, dtype=np.int64), 10)
    design, penalty = design_and_penalties([Covariate.of("fast", fast.astype(np.int64), ("no", "yes"))], n)
    kept = with_known_ends(follow_up, design, penalty).kept
    assert kept is not None
    for group, mean in ((True, 10.0), (False, 20.0)):
        # Of those who got to the end of the 10th day the probability that they did.
        stayed = kept[(fast == group) & (ends >= 10)]
        assert stayed.mean() == pytest.approx(np.exp(-10 / mean), abs=0.015)


def test_ratings_that_were_left_out_are_filled_in() -> None:
    """A smile is worth nothing; six in ten ratings are missing, fewer of those who advanced: as a level it is 10 off.

    Filled in from what else is known the interval holds nought, and the estimate comes nearer to it.
    """
    world = World.of(5_000, 4, 0.0)
    rng = np.random.default_rng(5)
    told = rng.random(5_000) < np.where(np.isfinite(world.advanced), 0.55, 0.3)
    rows = rows_of(world.log(np.full(5_000, 60.0), told))
    declared, filled = rows["as declared"], rows[FILLED]
    assert declared.conf_low > 0.03
    assert filled.conf_low < 0 < filled.conf_high
    assert abs(filled.estimate) < declared.estimate / 2
    # What is not known makes it less sure.
    assert filled.conf_high - filled.conf_low > declared.conf_high - declared.conf_low


def test_rubins_rules() -> None:
    """Three estimates of variance 1 each with variance 1 between them: 1 + 4/3, and Barnard and Rubin's freedom."""
    found = put_together([Estimated(np.array(x), np.array(1.0), 100) for x in (0.0, 1.0, 2.0)])
    assert float(found.estimate) == 1.0
    assert float(found.se) == pytest.approx(np.sqrt(1 + 4 / 3))
    share = (4 / 3) / (7 / 3)
    observed = 101 / 103 * 100 * (1 - share)
    between = 2 / share**2
    assert found.df == int(observed * between / (observed + between))


def test_where_nothing_is_missing_nothing_is_filled_in() -> None:
    """A whole log has neither row."""
    world = World.of(800, 6, 0.1)
    rows = rows_of(world.log(np.full(800, 60.0), np.ones(800, dtype=bool)))
    assert ENDS not in rows
    assert FILLED not in rows
