"""A discrete hazard with a random intercept per applicant or employer, by adaptive Gauss-Hermite quadrature on cells.

It is a check, not a headline: where the easy cases answer first, the hazard falls with every attempt although no
attempt works less than another. A random intercept takes up differences between units that a normal distribution can
describe.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from followup_analytics.statistics.newton import newton

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NODES = 25
_ROUNDS, _MODE_STEPS = 12, 30
_LEAST_SPREAD, _MOST_SPREAD = np.log(1e-3), np.log(10.0)


@dataclass(frozen=True)
class UnitCells:
    """Attempts counted by unit and pattern, units with equal histories counted together.

    Attributes:
        design: shape (P, k), covariates of each pattern, the constant included.
        history: shape (m,), history (distinct combination of counts) of each cell, sorted.
        pattern: shape (m,), pattern of each cell.
        n, y: shape (m,), attempts and responses of each cell.
        units: shape (H,), how many units have each history.
    """

    design: FloatArray
    history: IntArray
    pattern: IntArray
    n: FloatArray
    y: FloatArray
    units: FloatArray


@dataclass(frozen=True)
class MixedFit:
    """Coefficients (k,), standard deviation of the random intercept, and the log-likelihood."""

    beta: FloatArray
    spread: float
    log_likelihood: float


def unit_cells(
    unit: IntArray, pattern: IntArray, y: IntArray, design: FloatArray, groups: IntArray
) -> tuple[UnitCells, FloatArray]:
    """Count attempts into units' histories.

    Args:
        unit, pattern, y: shape (n,), one entry an attempt.
        design: shape (P, k).
        groups: shape (n,), jackknife group of each attempt; all attempts of a unit may be in several.

    Returns:
        The cells, and the number of units of each history in each jackknife group, shape (G, H): a unit belongs to the
        group of its first attempt.
    """
    rows = pl.DataFrame({"unit": unit, "pattern": pattern, "y": y, "group": groups})
    owner = rows.group_by("unit").agg(pl.col("group").min())
    cells = rows.group_by("unit", "pattern").agg(n=pl.len(), y=pl.col("y").sum()).sort("unit", "pattern")
    key = pl.format("{}:{}:{}", "pattern", "n", "y").str.join(",").alias("key")
    keys = cells.group_by("unit", maintain_order=True).agg(key).join(owner, on="unit", maintain_order="left")
    names = keys["key"].unique().sort()
    place = pl.DataFrame({"key": names}).with_row_index("history")
    keys = keys.join(place, on="key", maintain_order="left")
    first = keys.group_by("history").agg(pl.col("unit").min()).sort("history")
    shown = first.join(cells, on="unit", maintain_order="left").sort("history", "pattern")
    history = keys["history"].to_numpy().astype(np.int64)
    size, total = names.len(), int(groups.max(initial=0)) + 1
    table = np.bincount(keys["group"].to_numpy() * size + history, minlength=total * size).reshape(total, size)
    made = UnitCells(
        design,
        shown["history"].to_numpy().astype(np.int64),
        shown["pattern"].to_numpy().astype(np.int64),
        shown["n"].to_numpy().astype(np.float64),
        shown["y"].to_numpy().astype(np.float64),
        table.sum(axis=0).astype(np.float64),
    )
    return made, table.astype(np.float64)


def fit_random_intercept(
    cells: UnitCells,
    start: MixedFit | None = None,
    *,
    ridge: FloatArray | float = 0.0,
    tolerance: float = 1e-5,
    nodes: int = NODES,
) -> MixedFit:
    """Maximise the marginal likelihood of logit P(response) = x b + u, u normal with mean 0, u shared within a unit.

    Adaptive Gauss-Hermite quadrature, centred at each history's mode; nodes are held while a quasi-Newton method with
    exact derivatives climbs, then moved, until the estimate stays.

    Args:
        cells: what happened.
        start: where to start; coefficients near the answer save most of the time.
        ridge: shape (k,) or one number, lambda_j of the penalty sum of lambda_j b_j^2 / 2.
        tolerance: how little the estimate moves with the nodes when it counts as found.
        nodes: how many to a history; 25 give an estimate's digits, 7 those of a prediction.

    Source: J. Pinheiro, D. Bates (1995), J. Computational and Graphical Statistics 4, 12-35.
    """
    from scipy.optimize import minimize

    k = cells.design.shape[1]
    theta = np.concatenate([np.zeros(k), [np.log(0.5)]]) if start is None else _theta(start)
    z, weight = np.polynomial.hermite.hermgauss(nodes)
    scale = max(cells.units.sum(), 1.0)
    penalty = np.broadcast_to(np.asarray(ridge, dtype=np.float64), (k,))
    value = np.inf
    for _ in range(_ROUNDS):
        placed, log_weight = _centred(cells, theta, z, weight)

        def objective(t: FloatArray, u: FloatArray = placed, w: FloatArray = log_weight) -> tuple[float, FloatArray]:
            found, scores = _scores(cells, t, u, w)
            slope = cells.units @ scores
            slope[:k] -= penalty * t[:k]
            return -float(cells.units @ found - penalty @ t[:k] ** 2 / 2) / scale, -slope / scale

        bounds = [(-20.0, 20.0)] * k + [(_LEAST_SPREAD, _MOST_SPREAD)]
        close = {"ftol": tolerance * 1e-8}
        found = minimize(objective, theta, jac=True, method="L-BFGS-B", bounds=bounds, options=close)
        moved = float(np.abs(found.x - theta).max())
        theta, value = np.asarray(found.x, dtype=np.float64), float(found.fun)
        if moved < tolerance:
            break
    beta = theta[:k]
    # The likelihood alone: the penalty is no part of what the data say.
    return MixedFit(beta, float(np.exp(theta[k])), -value * scale + float(penalty @ beta**2 / 2))


def _theta(fit: MixedFit) -> FloatArray:
    return np.concatenate([fit.beta, [np.clip(np.log(fit.spread), _LEAST_SPREAD, _MOST_SPREAD)]])


def _centred(cells: UnitCells, theta: FloatArray, z: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes (H, as many as z) around each history's mode and their log weights for the integral over u."""
    base = (cells.design @ theta[:-1])[cells.pattern]
    precision = np.exp(-2 * theta[-1])
    size = len(cells.units)

    def curve_at(p: FloatArray) -> FloatArray:
        found = np.bincount(cells.history, weights=cells.n * p * (1 - p), minlength=size) + precision
        return np.asarray(found, dtype=np.float64)

    def step_at(mode: FloatArray) -> FloatArray:
        p = expit(base + mode[cells.history])
        slope = np.bincount(cells.history, weights=cells.y - cells.n * p, minlength=size) - precision * mode
        return np.asarray(slope / curve_at(p), dtype=np.float64)

    mode, _ = newton(step_at, np.zeros(size), tolerance=1e-8, steps=_MODE_STEPS, longest=2.0)
    width = np.sqrt(2.0 / curve_at(expit(base + mode[cells.history])))[:, None]
    return mode[:, None] + width * z, np.log(weight) + z**2 + np.log(width)


def _scores(
    cells: UnitCells, theta: FloatArray, u: FloatArray, log_weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Log-likelihood (H,) of one unit of each history and its derivatives (H, k + 1) in (b, log spread)."""
    size, k = len(cells.units), len(theta) - 1
    precision = np.exp(-2 * theta[-1])
    eta = (cells.design @ theta[:-1])[cells.pattern][:, None] + u[cells.history]
    starts = np.searchsorted(cells.history, np.arange(size))
    joint = np.add.reduceat(cells.y[:, None] * eta - cells.n[:, None] * np.logaddexp(0.0, eta), starts, axis=0)
    joint += log_weight - 0.5 * precision * u**2 - theta[-1] - 0.5 * np.log(2 * np.pi)
    each = logsumexp(joint, axis=1)
    posterior = np.exp(joint - each[:, None])
    residual = np.sum((cells.y[:, None] - cells.n[:, None] * expit(eta)) * posterior[cells.history], axis=1)
    scores = np.empty((size, k + 1))
    scores[:, :k] = np.add.reduceat(residual[:, None] * cells.design[cells.pattern], starts, axis=0)
    scores[:, k] = np.sum(posterior * (precision * u**2 - 1.0), axis=1)
    return each, scores


def without_each_group(cells: UnitCells, fit: MixedFit, by_group: FloatArray) -> FloatArray:
    """Coefficients without each jackknife group, shape (G, k), by one Newton step from the fit to everything.

    The error of one step is of second order in the share deleted; full refits of a hundred thousand units would take
    minutes.

    Args:
        cells, fit: everything and its fit.
        by_group: shape (G, H), units of each history in each group.
    """
    theta = _theta(fit)
    z, weight = np.polynomial.hermite.hermgauss(NODES)
    nodes, log_weight = _centred(cells, theta, z, weight)
    scores = _scores(cells, theta, nodes, log_weight)[1]
    # With no spread to be seen its log has no curvature: the coefficients then move alone.
    free = len(theta) if fit.spread > 10 * np.exp(_LEAST_SPREAD) else len(theta) - 1
    curvature = np.empty((by_group.shape[0], free, free))
    left = cells.units - by_group
    for j in range(free):
        step = np.zeros(len(theta))
        step[j] = 1e-4
        up, down = (_scores(cells, theta + sign * step, nodes, log_weight)[1][:, :free] for sign in (1, -1))
        curvature[:, :, j] = left @ (up - down) / 2e-4
    moves = np.linalg.solve(curvature, (left @ scores[:, :free])[:, :, None])[:, :, 0]
    return np.asarray(fit.beta - moves[:, : len(fit.beta)], dtype=np.float64)
