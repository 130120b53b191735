"""Planning from a log: what the other claims leave of alpha, and how errors grow in small studies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import followup_analytics as fa
from followup_analytics.claims.catalogue import find_claim, own_catalogue
from followup_analytics.claims.context import Context
from followup_analytics.claims.operating import Pilot, error_in_parts, pilot_of, times_as_many
from followup_analytics.claims.running import run_all
from followup_analytics.statistics.clusters import Estimated

CLAIMS = [one for one in own_catalogue().claims if not one.one_sided]
ERROR = 0.03


def _pilot(place: int, estimate: float) -> Pilot:
    """A claim whose errors have nothing to do with those of others."""
    moves = np.zeros(600)
    moves[30 * place : 30 * place + 30] = ERROR / np.sqrt(30)
    found = Estimated(np.array(estimate), np.array(ERROR), 500)
    return Pilot(CLAIMS[place], 600, 600, difference=found, risks=(0.4, 0.3), moves=moves)


def _times(family: list[Pilot], growth: Callable[[float], float] | None = None) -> float:
    found = times_as_many(family[0], family, 0.1, power=0.8, alpha=0.05, seed=1, error_in_parts=growth)
    assert found is not None
    return found


def _family(others: float) -> list[Pilot]:
    return [_pilot(0, 0.1), *(_pilot(place, others) for place in range(1, 16))]


def test_claims_that_will_be_found_leave_more_of_alpha() -> None:
    """Beside fifteen others that hold by the log a claim needs fewer interviews than beside fifteen of nothing."""
    beside_nothing, beside_something = _times(_family(0.0)), _times(_family(0.25))
    alone = _times([_pilot(0, 0.1)])
    assert 0.97 * alone < beside_something < 0.85 * beside_nothing


def test_estimates_within_their_errors_are_taken_for_nothing() -> None:
    """What chance alone would show of the others lowers no size."""
    chance = [ERROR * float(z) for z in np.random.default_rng(3).standard_normal(15)]
    scale = ERROR / float(np.sqrt(np.mean(np.square(chance))))
    family = [_pilot(0, 0.1), *(_pilot(place, 0.999 * scale * one) for place, one in enumerate(chance, start=1))]
    assert _times(family) == _times(_family(0.0))


def test_larger_errors_of_small_studies_ask_for_more_interviews() -> None:
    """A fifth larger: 1.44 times the interviews; asked for at the size that would do otherwise, if it is a part."""
    family = [replace(one, difference=Estimated(np.array(0.0), np.array(ERROR / 2), 500)) for one in _family(0.0)]
    asked: list[float] = []

    def growth(times: float) -> float:
        asked.append(times)
        return 1.2

    plain = _times(family)
    assert _times(family, growth) == pytest.approx(1.44 * plain, rel=0.02)
    assert asked == [plain]
    assert _times(_family(0.0), growth) == _times(_family(0.0))
    assert len(asked) == 1


def test_errors_in_parts_of_a_log() -> None:
    """Some 150 of 1,000 applicants have larger errors than their number says; parts of very few are not looked at."""
    log = fa.simulate_log(interviews=3_000, world="etiquette", seed=9)
    claim = find_claim(own_catalogue(), "wait-2-3-days")
    context = Context.of(log, [claim], min_cell=1)
    (pilot,) = run_all([claim], context, lambda trial: pilot_of(trial, context))
    assert 1.02 < error_in_parts(pilot, context, 0.15, seed=0) < 1.6
    assert error_in_parts(pilot, context, 0.01, seed=0) == 1.0
