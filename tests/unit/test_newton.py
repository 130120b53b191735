"""The search that all fits share: where it stops, what it never steps over, and that neighbours don't disturb it."""

from __future__ import annotations

import numpy as np
import pytest

from followup_analytics.statistics.newton import damped_newton, newton

ROOTS = np.array([2.0, 9.0, 100.0])


def square_roots(at):
    """The Newton step towards the square roots of `ROOTS`."""
    return (ROOTS - at**2) / (2 * at)


def test_problems_side_by_side_end_where_each_ends_alone() -> None:
    found, step = newton(square_roots, np.ones(3), tolerance=1e-12, steps=50)
    assert found == pytest.approx(np.sqrt(ROOTS), abs=1e-12)
    assert np.abs(step).max() < 1e-12


@pytest.mark.parametrize(("steps", "reached"), [(0, 1.0), (1, 1.5), (3, 2.5)])
def test_no_step_is_longer_than_the_longest(steps: int, reached: float) -> None:
    found, _ = newton(lambda at: 10.0 - at, np.ones(1), tolerance=1e-9, steps=steps, longest=0.5)
    assert found[0] == reached


def test_nothing_leaves_its_bounds() -> None:
    found, _ = newton(lambda at: 10.0 - at, np.ones(2), tolerance=1e-9, steps=5, bounds=(0.0, 5.0))
    assert found.tolist() == [5.0, 5.0]


@pytest.mark.parametrize("step", [np.nan, np.inf, 1e4])
def test_what_runs_away_ends_the_search_at_once(step: float) -> None:
    asked = []
    newton(lambda at: asked.append(at) or np.array([0.1, step]), np.zeros(2), tolerance=1e-9, steps=50)
    assert len(asked) == 1


def test_a_step_that_makes_things_worse_is_halved() -> None:
    """From 2 a full Newton step of log cosh overshoots to the far side, and from there further still."""

    def log_cosh(at):
        return float(np.log(np.cosh(at[0]))), -np.tanh(at), np.array([[1 / np.cosh(at[0]) ** 2]])

    found, taken = damped_newton(log_cosh, np.array([2.0]), tolerance=1e-10)
    assert found[0] == pytest.approx(0.0, abs=1e-10)
    assert 1 < taken < 20


def test_a_damped_step_is_shortened_as_a_whole() -> None:
    def bowl(at):
        return float(((at - [8.0, 4.0]) ** 2).sum()) / 2, np.array([8.0, 4.0]) - at, np.eye(2)

    found, _ = damped_newton(bowl, np.zeros(2), tolerance=1e-10, steps=1, longest=2.0)
    assert found == pytest.approx([2.0, 1.0])
