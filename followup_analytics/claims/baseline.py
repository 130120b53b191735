"""Who is in a claim's arms at time zero: shares of every level of what is adjusted for, missing ones among them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.estimates import Estimate
from followup_analytics.log.shared_words import ARMS
from followup_analytics.results.disclosure import SUPPRESSED

IntArray = NDArray[np.int64]
Rows = list[dict[str, Any]]


def baseline(estimate: Estimate, applicant: IntArray, min_cell: int) -> Rows:
    """Shares of the levels of every baseline covariate at time zero, among all eligible and in each arm.

    An arm's are of those who did what it asks, with equal weights, and by the arm's weights. Where a level is about few
    applicants in any of these groups, all shares of its covariate are null: standardised differences and the sizes of
    the arms would give the hidden ones away.
    """
    groups = (np.ones(len(applicant), dtype=bool), *estimate.done)
    names = ("share", *(f"share_{arm}" for arm in ARMS), *(f"weighted_{arm}" for arm in ARMS))
    weights = (*groups, *(arm.weight for arm in estimate.arms))
    made = []
    for covariate in estimate.emulation.baseline:
        if covariate.degree:
            continue
        levels = {words: covariate.codes == place for place, words in enumerate(covariate.levels)}
        people = [len(np.unique(applicant[group & inside])) for group in groups for inside in levels.values()]
        few = any(0 < number < min_cell for number in people)
        made += [
            {
                "covariate": covariate.name,
                "level": words,
                **{name: None if few else _share(inside, one) for name, one in zip(names, weights, strict=True)},
                "status": SUPPRESSED if few else "ok",
            }
            for words, inside in levels.items()
            if inside.any()
        ]
    return made


def _share(inside: NDArray[np.bool_], weight: NDArray[Any]) -> float | None:
    total = float(weight.sum())
    return float(weight[inside].sum() / total) if total > 0 else None
