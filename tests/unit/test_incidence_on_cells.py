"""Aalen-Johansen on small cases worked out by hand, on bad input, and against a slow plain version."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_analytics.statistics import jackknife
from followup_analytics.statistics.incidence import (
    aalen_johansen,
    clustered_se,
    difference,
    difference_limits,
    incidence_limits,
    influence,
    jackknife_incidence,
    quantile_limits,
    quantile_of,
    risk_blocks,
)

Exit = tuple[int, int, int]  # time, cause, entry (-1: from the start)


def slow_incidence(exits: list[Exit], at: int, causes: int) -> list[float]:
    """The estimator from its definition, one event time after the other."""
    share, reached = 1.0, [0.0] * causes
    for now in sorted({time for time, cause, entry in exits if cause and time <= at}):
        risk = [one for one in exits if one[2] < now <= one[0]]
        if not risk:
            continue
        events = [sum(one[0] == now and one[1] == k + 1 for one in risk) for k in range(causes)]
        reached = [old + share * new / len(risk) for old, new in zip(reached, events, strict=True)]
        share *= 1 - sum(events) / len(risk)
    return reached


def test_five_interviews_by_hand() -> None:
    """Days 0, 1, 1 (censored), 2 (other cause), 3: 1/5, then 4/5 1/4, then 3/5 1/2 to each of the others."""
    found = aalen_johansen([0, 1, 1, 2, 3], [1, 1, 0, 2, 1], [0, 1, 2, 3])
    np.testing.assert_allclose(found.estimate[0], [0.2, 0.4, 0.4, 0.7])
    np.testing.assert_allclose(found.estimate[1], [0, 0, 0.3, 0.3])
    assert found.n_at_risk.tolist() == [5, 4, 2, 1]
    assert found.n_events.tolist() == [[1, 2, 2, 3], [0, 0, 1, 1]]


def test_events_come_before_censoring_at_one_time() -> None:
    """Whoever is censored on a day was at risk for its events."""
    assert aalen_johansen([1, 1], [1, 0], [1]).estimate[0, 0] == 0.5


def test_counts_stand_for_rows() -> None:
    """Cells with counts and single rows give the same curve and errors."""
    time, cause, count = [1, 1, 2, 4], [1, 0, 2, 1], [3, 2, 1, 4]
    rows = np.repeat(np.arange(4), count)
    single = aalen_johansen(np.array(time)[rows], np.array(cause)[rows], [1, 2, 4])
    counted = aalen_johansen(time, cause, [1, 2, 4], count=count)
    np.testing.assert_allclose(single.estimate, counted.estimate)
    one = clustered_se(risk_blocks(np.array(time)[rows], np.array(cause)[rows], at=[2]), [2])
    other = clustered_se(risk_blocks(time, cause, count=count, at=[2]), [2])
    np.testing.assert_allclose(one, other)


EXITS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(-1, 4)), min_size=1, max_size=25)


@settings(max_examples=150, deadline=None)
@given(EXITS, st.integers(0, 10))
def test_blocks_give_what_the_definition_gives(exits: list[Exit], at: int) -> None:
    """Merging events between entries and censorings changes nothing, with late entries too."""
    time, cause, entry = (np.array(column) for column in zip(*exits, strict=True))
    entry = np.minimum(entry, time)
    found = aalen_johansen(time, cause, [at], entry=entry, n_causes=2)
    expected = slow_incidence(list(zip(time.tolist(), cause.tolist(), entry.tolist(), strict=True)), at, 2)
    np.testing.assert_allclose(found.estimate[:, 0], expected, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(EXITS, st.permutations(range(25)))
def test_the_order_of_rows_does_not_matter(exits: list[Exit], order: list[int]) -> None:
    """Shuffled rows give the same curve and the same jackknife."""
    time, cause, _ = (np.array(column) for column in zip(*exits, strict=True))
    groups = np.arange(len(time)) % 4
    place = np.array([one for one in order if one < len(time)])
    first = jackknife_incidence(time, cause, [2, 5, 9], groups, n_causes=2)
    second = jackknife_incidence(time[place], cause[place], [2, 5, 9], groups[place], n_causes=2)
    np.testing.assert_allclose(first.estimate, second.estimate, atol=1e-12)
    np.testing.assert_allclose(first.replicates, second.replicates, atol=1e-12)


def test_the_jackknife_deletes_and_starts_anew() -> None:
    """Subtracting a group's counts equals estimating without its rows."""
    rng = np.random.default_rng(2)
    time, cause, groups = rng.integers(0, 20, 300), rng.integers(0, 3, 300), rng.integers(0, 12, 300)
    fast = jackknife_incidence(time, cause, [3, 9, 15], groups)
    slow = jackknife(lambda w: aalen_johansen(time, cause, [3, 9, 15], count=w).estimate, groups)
    np.testing.assert_allclose(fast.replicates, slow.replicates, atol=1e-12)


def test_influence_is_the_derivative() -> None:
    """A little more weight on a row moves the curve by its influence."""
    rng = np.random.default_rng(3)
    time, cause = rng.integers(0, 12, 60), rng.integers(0, 3, 60)
    entry = np.where(rng.random(60) < 0.3, np.minimum(time, 3) - 1, -1)
    values = influence(risk_blocks(time, cause, entry=entry, at=[4, 8]), [4, 8])
    for row in range(0, 60, 7):
        up, down = np.ones(60), np.ones(60)
        up[row], down[row] = 1 + 1e-6, 1 - 1e-6
        slope = (
            aalen_johansen(time, cause, [4, 8], count=up, entry=entry).estimate
            - aalen_johansen(time, cause, [4, 8], count=down, entry=entry).estimate
        ) / 2e-6
        np.testing.assert_allclose(values[row], slope, atol=1e-7)


# ------------------------------------------------------------------------------------------------------ bad input


def test_no_events() -> None:
    """Nobody heard back: 0 with an upper limit, no error to speak of."""
    curve = jackknife_incidence([5, 6, 7], [0, 0, 0], [3], np.arange(3), n_causes=1)
    low, high = incidence_limits(curve, 3)
    assert curve.estimate[0, 0] == 0
    assert low[0, 0] == 0
    assert 0 < high[0, 0] < 1


def test_all_events() -> None:
    """Everybody heard back: 1 with a lower limit."""
    curve = jackknife_incidence([1, 1, 2], [1, 1, 1], [3], np.arange(3))
    low, high = incidence_limits(curve, 3)
    assert (curve.estimate[0, 0], high[0, 0]) == (1, 1)
    assert 0 < low[0, 0] < 1


def test_one_applicant() -> None:
    """One applicant: the number, and limits that cover nearly everything."""
    curve = jackknife_incidence([1, 4], [1, 0], [3], np.zeros(2, dtype=int))
    low, high = incidence_limits(curve, 2)
    assert curve.estimate[0, 0] == 0.5
    assert low[0, 0] < 0.2
    assert high[0, 0] > 0.8


def test_a_group_that_holds_everybody_leaves_nothing_to_jackknife() -> None:
    """One applicant on one side of a comparison: the difference is a number without limits."""
    alone = jackknife_incidence([1, 4], [1, 0], [3], np.zeros(2, dtype=int), n_groups=3, nobody=math.nan)
    others = jackknife_incidence([1, 4, 5], [1, 1, 0], [3], np.array([1, 2, 2]), n_groups=3)
    assert np.isnan(alone.replicates[0]).all()
    gap = difference(alone, others)
    assert gap.estimate[0, 0] == pytest.approx(1 / 2 - 1 / 3)
    assert np.isnan(gap.limits()).all()


def test_longer_than_anybody_was_observed() -> None:
    """The last value is held, and marked as not observed."""
    found = aalen_johansen([2, 3, 4], [1, 0, 0], [3, 10])
    assert found.observed.tolist() == [True, False]
    assert found.estimate[0].tolist() == [pytest.approx(1 / 3)] * 2
    assert found.n_at_risk.tolist() == [2, 0]


def test_negative_durations_are_never_under_observation() -> None:
    """A record that ends before it begins is in no risk set, and is counted."""
    blocks = risk_blocks([-2, 1, 2], [1, 1, 0])
    assert blocks.excluded == 1
    assert aalen_johansen([-2, 1, 2], [1, 1, 0], [1]).estimate[0, 0] == 0.5


def test_nobody_at_all() -> None:
    """No rows: zeros, and nothing observed."""
    found = aalen_johansen([], [], [0, 5], n_causes=2)
    assert found.estimate.tolist() == [[0, 0], [0, 0]]
    assert not found.observed.any()
    assert influence(risk_blocks([], [], n_causes=1), [1]).shape == (0, 1, 1)


@pytest.mark.parametrize(
    ("time", "cause", "count"),
    [([1, math.nan], [1, 0], None), ([1, 2], [1, -1], None), ([1, 2], [0.5, 1], None), ([1, 2], [1, 1], [1, -1])],
)
def test_unusable_input_is_refused(time: list[float], cause: list[float], count: list[float] | None) -> None:
    """Missing times, odd causes and negative counts are errors of the caller."""
    with pytest.raises(ValueError, match="must"):
        aalen_johansen(time, cause, [1], count=count)


def test_columns_of_different_length_are_refused() -> None:
    """Every exit needs a time and a cause."""
    with pytest.raises(ValueError, match="one entry"):
        aalen_johansen([1, 2], [1], [1])


# ------------------------------------------------------------------------------------------------ reading a curve


def test_quantiles_and_their_limits() -> None:
    """The upper curve reaches a half first; where the lower never does there is no upper limit."""
    at, curve = [0, 1, 2, 3], [0.1, 0.4, 0.6, 0.7]
    assert quantile_of(at, curve, 0.5) == 2
    assert math.isnan(quantile_of(at, curve, 0.9))
    assert quantile_limits(at, [0.0, 0.2, 0.3, 0.45], [0.3, 0.55, 0.8, 0.9], 0.5)[0] == 1
    assert math.isnan(quantile_limits(at, [0.0, 0.2, 0.3, 0.45], [0.3, 0.55, 0.8, 0.9], 0.5)[1])


def test_a_difference_needs_one_assignment_of_groups() -> None:
    """Curves jackknifed over different groups can't be subtracted."""
    one = jackknife_incidence([1, 2, 3], [1, 1, 0], [2], np.arange(3))
    other = jackknife_incidence([1, 2], [1, 0], [2], np.arange(2))
    with pytest.raises(ValueError, match="same groups"):
        difference(one, other)


def test_a_difference_of_nothing_still_has_an_interval() -> None:
    """Two groups without an event: 0, with the limits that each of them has."""
    curves = [jackknife_incidence([5, 6, 7], [0, 0, 0], [3], np.arange(3), n_causes=1) for _ in range(2)]
    sides = [(c.estimate, *incidence_limits(c, 3)) for c in curves]
    low, high = difference_limits(difference(*curves), sides[0], sides[1])
    assert low[0, 0] < 0 < high[0, 0]
