"""Claims of each kind that needs weights over days, in five worlds of plain numpy whose truth is known."""

from __future__ import annotations

import numpy as np
import numpy_worlds as worlds
import pytest

import followup_analytics as fa
from followup_analytics.claims import own_catalogue
from followup_analytics.claims.definition import Catalogue

FOUR = Catalogue("four", "1", tuple(one for one in own_catalogue().claims if one.id in worlds.CLAIMS), "0", "four.toml")
#: Whether the truth is exactly nought, by world.
NULL = {"effects": False, "weekly": False, "planned": True, "season": False, "together": True}


def _errors(name: str, interviews: int, seed: int) -> dict[str, float]:
    """How far the estimate of each claim that can be tested is from its truth, in its own standard errors."""
    found = fa.test_claims(worlds.log_of(name, interviews, seed), claims=FOUR, min_cell=1)
    made = {}
    for row in found.rows:
        if row.estimate is None or row.conf_low is None or row.conf_high is None:
            continue
        error = (row.conf_high - row.conf_low) / 2 / 1.97
        made[row.claim] = (row.estimate - worlds.truth(name, row.claim)) / error
        if NULL[name]:
            assert row.verdict in ("inconclusive", "no_meaningful_difference"), row.claim
    return made


def test_effects_of_one_world_are_found() -> None:
    """Four claims in 5,000 interviews, each within three of its own errors of the truth."""
    errors = _errors("effects", 5_000, 1)
    assert list(errors) == list(worlds.CLAIMS)
    assert max(abs(one) for one in errors.values()) < 3


@pytest.mark.slow
def test_truths_hold_in_all_five_worlds() -> None:
    """Five worlds, four claims each, 6,000 interviews: estimates are off by what their errors say, and none far."""
    found = np.array([one for name in worlds.WORLDS for one in _errors(name, 6_000, 2).values()])
    # Where calls are planned nobody can be found who waited two weeks with none.
    assert len(found) == 19
    assert (np.abs(found) < 3).all(), found
    # The mean of 19 squares lies above 1.88 once in 100 times; errors too large by half would give .44.
    assert 0.3 < (found**2).mean() < 1.88, found


def test_acts_made_and_left_undone_are_as_the_rules_say() -> None:
    """The worlds' own interventions: forbidden acts don't happen, required ones do, and nulls are exactly nought."""
    rng = np.random.default_rng(3)
    who = worlds.people_of(worlds.WORLDS["weekly"], 4_000, rng)
    course = worlds.live(worlds.WORLDS["weekly"], who, rng, worlds.CLAIMS["wait-2-3-days"][0])
    first = np.where(course.calls.any(axis=1), (course.calls > 0).argmax(axis=1), worlds.NEVER)
    waiting = (course.answered > 3) & (course.filled > 3)
    assert set(np.unique(first[waiting])) == {2, 3}
    assert not course.calls[:, :2].any()
    assert all(worlds.truth("planned", claim, 5_000) == 0 for claim in worlds.CLAIMS)
