"""Products of pairs of covariates: taken in where acting, or the outcome, follows them beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics.designs import Design, Term
from followup_analytics.statistics.shrinkage import fit_rows
from followup_analytics.trials.acting import Acting
from followup_analytics.trials.steps import BoolArray, FloatArray, Step

IntArray = NDArray[np.int64]

#: Ridge penalties of a product's common coefficient, and of what one interval's differs from it.
PRODUCT, PRODUCT_APART = 5.0, 25.0
#: Scores, in standard errors, beyond which a product is taken in: in acting over all intervals or in the outcome, and
#: in acting in one interval alone.
BEYOND, BEYOND_ONCE = 2.0, 3.0

#: Names of two terms, and names of their columns that are multiplied.
Chosen = dict[tuple[str, str], list[tuple[str, str]]]


def choose_products(
    steps: Sequence[Step], acting: Acting, zero: Design, penalty: FloatArray, happened: BoolArray
) -> Chosen:
    """Find the products that acting or the outcome follows.

    A product that neither follows beyond chance bends no difference by more than a small part of its error; those that
    one of them follows are taken in.

    Args:
        steps, acting: of the trial, fitted without products.
        zero: shape (n, k), what was known of everybody at time zero; penalty: shape (k,); happened: shape (n,).

    Source: A. Belloni, V. Chernozhukov, C. Hansen (2014), Review of Economic Studies 81, 608-650 (double selection).
    """
    outcome = happened.astype(np.float64)
    expected = expit(zero.times(fit_rows(zero, np.ones(zero.rows), outcome, penalty)))
    sources = [(zero, outcome - expected, expected * (1 - expected), True)]
    for place, step in enumerate(steps):
        p, exposure = acting.probability[place], acting.exposure[place]
        sources.append((step.design, acting.acted[place] - exposure * p, exposure * p * (1 - p), False))
    chosen: Chosen = {}
    for one, other in combinations([term.name for term in zero.terms if term.pair.shape[1]], 2):
        found = _beyond(sources, one, other)
        if found:
            chosen[one, other] = found
    return chosen


def _beyond(
    sources: Sequence[tuple[Design, FloatArray, FloatArray, bool]], one: str, other: str
) -> list[tuple[str, str]]:
    """Which products of two terms' columns have a score beyond chance."""
    told, keep = None, None
    score, variance = np.zeros(()), np.zeros(())
    for design, residual, spread, is_outcome in sources:
        pair = _pair(design, one, other)
        if pair is None:
            continue
        first, second = design.terms[pair[0]], design.terms[pair[1]]
        if keep is None:
            told = (first.pair_names, second.pair_names)
            keep = np.zeros((first.pair.shape[1], second.pair.shape[1]), dtype=bool)
        if (first.pair_names, second.pair_names) != told:
            continue
        shape = len(first.pair), len(second.pair)
        size = shape[0] * shape[1]
        codes = design.codes_of(pair[0]) * shape[1] + design.codes_of(pair[1])
        total = np.bincount(codes, weights=residual, minlength=size).reshape(shape)
        spread_here = np.bincount(codes, weights=spread, minlength=size).reshape(shape)
        here = first.pair.T @ total @ second.pair
        variance_here = (first.pair**2).T @ spread_here @ second.pair**2
        keep |= np.abs(here) > (BEYOND if is_outcome else BEYOND_ONCE) * np.sqrt(np.maximum(variance_here, 1.0))
        if not is_outcome:
            score, variance = score + here, variance + variance_here
    if keep is None or told is None:
        return []
    keep |= np.abs(score) > BEYOND * np.sqrt(np.maximum(variance, 1.0))
    return [(told[0][i], told[1][j]) for i, j in np.argwhere(keep)]


def _pair(design: Design, one: str, other: str) -> tuple[int, int] | None:
    """Places of two terms of these names."""
    places = {term.name: place for place, term in enumerate(design.terms) if term.pair.shape[1]}
    if one not in places or other not in places:
        return None
    i, j = places[one], places[other]
    return i, j


def with_products(steps: Sequence[Step], chosen: Chosen) -> tuple[Step, ...]:
    """The steps with these products among what is known."""
    made = []
    for step in steps:
        terms, places = [], []
        for (one, other), columns in chosen.items():
            pair = _pair(step.design, one, other)
            if pair is None:
                continue
            mine = step.design.terms[pair[0]], step.design.terms[pair[1]]
            first, second = mine[0].pair_names, mine[1].pair_names
            inside = [(first.index(i), second.index(j)) for i, j in columns if i in first and j in second]
            if inside:
                terms.append(_product(mine[0], mine[1], inside))
                places.append(pair)
        common = np.concatenate([step.common, *(term.common for term in terms)])
        apart = np.concatenate([step.apart, *(term.apart for term in terms)])
        made.append(replace(step, design=step.design.joined(terms, places), common=common, apart=apart))
    return tuple(made)


def _product(one: Term, other: Term, columns: Sequence[tuple[int, int]]) -> Term:
    basis = np.stack([np.outer(one.pair[:, i], other.pair[:, j]).ravel() for i, j in columns], axis=1)
    names = tuple(f"{one.pair_names[i]} x {other.pair_names[j]}" for i, j in columns)
    return Term(
        f"{one.name} x {other.name}",
        names,
        basis,
        np.full(len(names), PRODUCT),
        np.full(len(names), PRODUCT_APART),
        np.empty((len(basis), 0)),
    )
