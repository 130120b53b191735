"""Rates of hearing back by silence so far: recovered from spells whose truth is known, and what follows from them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from followup_analytics.model.waiting import Curve, waiting_curves


def drawn(size: int, *, rate: float, power: float, seed: int = 0) -> pl.DataFrame:
    """Spells without any attempt, answered at rate * multiple^power a day, the hopeful ones cut off early."""
    rng = np.random.default_rng(seed)
    multiple = np.exp(rng.normal(0, 0.5, size))
    answer = rng.exponential(1 / (rate * multiple**power))
    cut = rng.exponential(6 / multiple**2)
    return pl.DataFrame(
        {
            "interview_id": [f"i{k}" for k in range(size)],
            "applicant_id": [f"a{k}" for k in range(size)],
            "bucket": np.arange(size) % 1000,
            "attempts": np.zeros(size, dtype=np.int64),
            "days": np.minimum(answer, cut),
            "event": (answer <= cut).astype(np.int64),
            "multiple": multiple,
        }
    )


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_rates_and_power_are_recovered_where_the_hopeful_leave_early(power: float) -> None:
    """With 40,000 spells the rate of a usual one is the truth at every length of silence, and so is the power."""
    curve = waiting_curves(drawn(40_000, rate=0.08, power=power), min_cell=10)[0]
    assert curve.power == pytest.approx(power, abs=0.06)
    early = [rate for start, rate in zip(curve.edges, curve.response, strict=True) if start < 10]
    assert early == pytest.approx([0.08] * len(early), rel=0.15)


def test_few_spells_leave_the_power_near_one() -> None:
    """Thirty spells can't tell a power: it stays within its prior, and its variance says so."""
    curve = waiting_curves(drawn(30, rate=0.08, power=1.0), min_cell=2)[0]
    assert 0.2 < curve.power < 1.8
    assert 0 < curve.power_variance <= 0.25 + 1e-9


def test_a_chance_is_what_rates_and_power_make_of_it() -> None:
    """With one rate and no end the chance is 1 - exp(-rate * multiple^power * days), whatever the silence."""
    curve = Curve((0.0, 5.0), (0.1, 0.1), (0.0, 0.0), (0.01, 0.01), 49, power=2.0, power_variance=0.04)
    assert curve.chance(3.0, 7.0, 1.5) == pytest.approx(1 - np.exp(-0.1 * 1.5**2 * 7.0))
    assert curve.log_variance(3.0, 7.0, 1.0) == pytest.approx(0.01 * ((2 / 7) ** 2 + (5 / 7) ** 2))
    more = curve.log_variance(3.0, 7.0, 1.5, 0.02) - curve.log_variance(3.0, 7.0, 1.0)
    assert more == pytest.approx(4.0 * 0.02 + 0.04 * np.log(1.5) ** 2)
