"""Who is in a claim's arms at time zero: shares of every level of what is adjusted for, missing ones among them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.diagnostic_rows import BaselineRow
from followup_analytics.claims.estimates import Estimate
from followup_analytics.log.shared_words import ARMS
from followup_analytics.results.disclosure import SUPPRESSED
from followup_analytics.results.values import finite

IntArray = NDArray[np.int64]


def baseline(estimate: Estimate, applicant: IntArray, min_cell: int) -> list[BaselineRow]:
    """Shares of the levels of every baseline covariate at time zero, among all eligible and in each arm.

    An arm's are of those who did what it asks, with equal weights, and by the arm's weights. Where a level is about few
    applicants in any of these groups, all shares of its covariate are null: standardised differences and the sizes of
    the arms would give the hidden ones away.
    """
    groups = (np.ones(len(applicant), dtype=bool), *estimate.done)
    names = ("share", *(f"share_{arm}" for arm in ARMS), *(f"weighted_{arm}" for arm in ARMS))
    weights = (*(group.astype(np.float64) for group in groups), *(arm.weight for arm in estimate.arms))
    made = []
    for covariate in estimate.emulation.baseline:
        if covariate.degree:
            continue
        size = len(covariate.levels)
        people = np.stack([people_by_level(applicant[group], covariate.codes[group], size) for group in groups])
        few = bool(((people > 0) & (people < min_cell)).any())
        shares = [_shares(covariate.codes, weight, size) for weight in weights]
        made += [
            BaselineRow(
                covariate=covariate.name,
                level=words,
                **{name: None if few else finite(float(one[place])) for name, one in zip(names, shares, strict=True)},
                status=SUPPRESSED if few else "ok",
            )
            for place, words in enumerate(covariate.levels)
            if people[0, place]
        ]
    return made


def people_by_level(applicant: IntArray, codes: NDArray[Any], levels: int) -> IntArray:
    """How many applicants there are at each level, shape (levels,)."""
    there = np.zeros((int(applicant.max(initial=-1)) + 1, levels), dtype=bool)
    there[applicant, codes] = True
    counts: IntArray = np.count_nonzero(there, axis=0)
    return counts


def _shares(codes: NDArray[Any], weight: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    """Share of each level in a weighted group, NaN where nobody has any weight."""
    found = np.bincount(codes, weights=weight, minlength=levels)
    return found / found.sum() if found.sum() > 0 else np.full(levels, np.nan)
