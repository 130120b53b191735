"""Newton's method: the one search for the point at which a function is least, or its slope nothing.

`damped_newton` guards one convex function against steps that make things worse; `newton` takes steps of many small
problems side by side, with no more guard than a longest step.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs

FloatArray = NDArray[np.float64]
#: Value, minus gradient and matrix of second derivatives of what is to be made small.
Derivatives = tuple[float, FloatArray, FloatArray]
#: The same with the matrix made only where a step is taken from there, which the last point of a search never needs.
Slopes = tuple[float, FloatArray, Callable[[], FloatArray]]

_STEPS, _HALVINGS = 60, 30
#: A coefficient beyond this is on its way to infinity.
_FAR = 1e3


def newton(
    step_at: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    *,
    tolerance: float,
    steps: int,
    longest: float = np.inf,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> tuple[FloatArray, FloatArray]:
    """Take steps until none of them moves anything by `tolerance` or more.

    Args:
        step_at: the step from a point, of the point's shape.
        start: where to start; problems that have nothing to do with each other stand side by side in it.
        tolerance, steps: when to stop.
        longest: no step moves anything further than this.
        bounds: between which everything stays.

    Returns:
        Where the search ended, and the last step, which tells what had settled. It ends too where something is on its
        way to infinity, or no number.
    """
    at, step = start, np.full_like(start, np.inf)
    for _ in range(steps):
        step = np.clip(step_at(at), -longest, longest)
        at = np.clip(at + step, *bounds)
        most = np.abs(step).max(initial=0.0)
        if not tolerance <= most <= _FAR:
            break
    return at, step


def damped_newton(
    derivatives: Callable[[FloatArray], Derivatives | Slopes],
    start: FloatArray,
    *,
    tolerance: float,
    steps: int = _STEPS,
    longest: float = np.inf,
) -> tuple[FloatArray, int]:
    """Where a convex function is least, from `start` on, and how many steps that took; a step that fails is halved.

    tolerance, steps: when to stop. longest: a step that moves something further than this is shortened to it.
    """
    beta, taken = start, 0
    value, gradient, information = derivatives(beta)
    while taken < steps:
        taken += 1
        step = newton_solver(information() if callable(information) else information)(gradient)
        step = step * min(1.0, longest / max(float(np.abs(step).max(initial=0.0)), 1e-300))
        for _ in range(_HALVINGS):
            found = derivatives(beta + step)
            if found[0] <= value + 1e-12 * (1 + abs(value)):
                break
            step = step / 2
        beta = beta + step
        value, gradient, information = found
        if np.abs(step).max(initial=0.0) < tolerance or np.abs(beta).max(initial=0.0) > _FAR:
            break
    return beta, taken


def newton_solver(information: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Give what turns a gradient into a Newton step; where columns depend on each other, into the shortest one."""
    # The library itself: these matrices are small, and SciPy's own wrappers take longer than the work in them.
    factor, failed = dpotrf(information, clean=0)
    diagonal = np.abs(factor.diagonal())
    # Squared, this bounds the condition from below: beyond it a step is rounding error.
    if not failed and np.isfinite(diagonal).all() and diagonal.min() > 1e-6 * diagonal.max():

        def solve(gradient: FloatArray) -> FloatArray:
            step: FloatArray = dpotrs(factor, gradient)[0]
            return step.reshape(gradient.shape)

        return solve
    inverse = np.linalg.pinv(information, rcond=1e-12, hermitian=True)
    return lambda gradient: np.asarray(inverse @ gradient, dtype=np.float64)
