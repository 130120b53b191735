"""Weights for the same mix."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_analytics.answers.outcomes.standardise import balance_weights, design


def test_indicators_leave_out_the_most_frequent_value() -> None:
    """One column for each other value; patterns are the distinct rows."""
    rows = pl.DataFrame({"a": ["x", "x", "y", "x"], "b": ["u", "v", "u", "u"]})
    found = design(rows, ["a", "b"])
    assert found.names == (("a", "y"), ("b", "v"))
    assert found.pattern.tolist() == [0, 1, 2, 0]
    assert found.matrix.tolist() == [[0, 0], [0, 1], [1, 0]]


def test_nothing_to_balance_leaves_weights_of_one() -> None:
    """No covariate, or nobody at all."""
    assert design(pl.DataFrame({"a": ["x", "y"]}), []).matrix.shape == (1, 0)
    assert balance_weights(np.zeros((1, 0)), np.array([5.0]), np.zeros(0)).tolist() == [1]
    assert balance_weights(np.ones((2, 1)), np.zeros(2), np.array([0.5])).tolist() == [1, 1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=4, max_size=4), st.lists(st.integers(1, 200), min_size=4, max_size=4))
def test_the_weighted_shares_are_the_targets(counts: list[int], other: list[int]) -> None:
    """Two covariates, all patterns present: both shares are met, weights are positive and 1 on average."""
    matrix = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    n, wanted = np.array(counts, dtype=float), np.array(other, dtype=float)
    target = wanted @ matrix / wanted.sum()
    weights = balance_weights(matrix, n, target)
    assert (weights > 0).all()
    np.testing.assert_allclose(weights @ n / n.sum(), 1, atol=1e-9)
    np.testing.assert_allclose((weights * n) @ matrix / n.sum(), target, atol=2e-3)


def test_a_value_that_is_absent_keeps_the_weights_finite() -> None:
    """The share can't be met; the others still are, and nothing runs away."""
    matrix = np.array([[0.0, 0], [0, 1], [1, 0]])
    weights = balance_weights(matrix, np.array([30.0, 10.0, 0.0]), np.array([0.2, 0.5]))
    assert np.isfinite(weights).all()
    assert weights[2] == 0


def test_one_binary_covariate_is_post_stratification() -> None:
    """With one covariate the weights are wanted share over share held."""
    weights = balance_weights(np.array([[0.0], [1.0]]), np.array([75.0, 25.0]), np.array([0.5]), ridge=1e-10)
    np.testing.assert_allclose(weights, [0.5 / 0.75, 0.5 / 0.25], rtol=1e-6)
