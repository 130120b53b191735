"""What would overturn a difference: a trait that nobody measured, and attempts that nobody wrote down."""

from __future__ import annotations

from typing import Any

import numpy as np

from followup_analytics.claims.covariates import Covariate
from followup_analytics.claims.diagnostic_rows import TippingRow
from followup_analytics.claims.estimates import Estimate
from followup_analytics.claims.trial import Trial
from followup_analytics.statistics import bias_factor

#: Unmeasured traits: risk ratio, share under the strategy, share under the alternative.
_TRAITS = ((1.5, 0.6, 0.4), (2.0, 0.6, 0.4), (2.0, 0.7, 0.3), (3.0, 0.7, 0.3))


def tipping(trial: Trial) -> list[TippingRow]:
    """What an unmeasured trait would leave of the difference: of several strengths, and as strong as a known one.

    Each row: the trait's own risk ratio, its share in the arms, and the difference left if it alone made them differ
    (taken in the direction that takes the difference away). Source: I. Bross (1966), J. Chronic Diseases 19, 637-647.
    """
    if trial.estimate is None:
        return []
    risk, base = trial.estimate.effect.risks
    traits: list[tuple[str, float, float, float]] = [("a trait", *one) for one in _TRAITS]
    for covariate in trial.estimate.emulation.baseline:
        known = _as_trait(covariate, trial.estimate)
        if covariate.name == "self_rating" and known is not None:
            traits.append(("a trait like self_rating, top against bottom", *known))
    made = []
    for words, ratio, more, less in traits:
        bend = bias_factor(max(more, less), min(more, less), max(ratio, 1 / ratio))
        left = risk / bend - base if risk >= base else risk - base / bend
        made.append(
            TippingRow(
                trait=words,
                risk_ratio=ratio,
                share_strategy=more,
                share_alternative=less,
                difference_left=left,
                overturns=bool(abs(left) < trial.claim.margin or left * (risk - base) < 0),
            )
        )
    return made


def _as_trait(covariate: Covariate, estimate: Estimate) -> tuple[float, float, float] | None:
    """The upper half of a rating as a trait: its risk ratio for the outcome, and its share among those who did each."""
    ordered = np.array([word.isdigit() and int(word) >= 4 for word in covariate.levels])
    top = ordered[covariate.codes]
    if not top.any() or top.all() or not estimate.happened[~top].any():
        return None
    ratio = float(estimate.happened[top].mean() / estimate.happened[~top].mean())
    shares = [float(top[done].mean()) for done in estimate.done]
    return (ratio, shares[0], shares[1]) if ratio > 0 else None


def forgotten_share(
    risk_strategy: float, risk_alternative: float, share_strategy: float, margin: float
) -> float | None:
    """Share of the inactive arm that would have to be forgotten failures for the difference to fall below the margin.

    Whoever acted in vain and did not write it down sits among those who did nothing. Moving a share m of the inactive
    (all without the outcome) to the active arm gives e1 / (n1 + m n0) and e0 / (n0 (1 - m)). None where no share below
    one does it.

    Args:
        risk_strategy, risk_alternative: risks of the arm that acts and of the arm that does not.
        share_strategy: of the acting arm among both; margin: the smallest difference that matters.
    """
    odds = (1 - share_strategy) / share_strategy
    for step in np.arange(0, 1, 0.005):
        if step > 1 - risk_alternative:
            return None
        active = risk_strategy / (1 + step * odds)
        idle = risk_alternative / (1 - step)
        if active - idle < margin:
            return float(step)
    return None


def forgotten(trial: Trial) -> dict[str, Any] | None:
    """How many forgotten failures would bring a difference below its margin, as a share and in words.

    None where the claim is not about acting against not acting, or its difference is below the margin anyway; share is
    None where no number of them would do.
    """
    claim, estimate = trial.claim, trial.estimate
    if estimate is None or trial.test is None:
        return None
    acts = claim.strategy.some_in is not None and claim.alternative.some_in is None
    if not acts or claim.decided_at_once or float(estimate.effect.difference.estimate) < claim.margin:
        return None
    sizes = [float(done.sum()) for done in estimate.done]
    share = forgotten_share(*estimate.effect.risks, sizes[0] / sum(sizes), claim.margin)
    margin = f"{100 * claim.margin:g} in 100"
    if share is None:
        words = f"no number of forgotten attempts in vain would bring the difference below {margin}"
    else:
        words = (
            f"if {100 * share:.1f} in 100 of those who seem to have done nothing had tried in vain and not written it "
            f"down, the difference would be below {margin}"
        )
    return {"share": share, "words": words}
