"""How strong an unmeasured cause would have to be: E-values on the risk-ratio scale."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class EValue:
    """E-values of a contrast, each at least 1; None where there is no risk ratio.

    Attributes:
        estimate: of the point estimate.
        limit: of the confidence limit nearer to 1; exactly 1 where the interval holds 1.
    """

    estimate: float | None
    limit: float | None


def e_value(risk_ratio: float, low: float | None = None, high: float | None = None) -> EValue:
    """Give the E-value of a risk ratio and of the limit of its interval that is nearer to 1.

    RR + sqrt(RR (RR - 1)), after turning ratios below 1 over: the association, on the risk-ratio scale, that an
    unmeasured cause would need with both the action and the response to explain the estimate away. Never feed an
    odds ratio of a common outcome.

    Source: T. VanderWeele, P. Ding (2017), Annals of Internal Medicine 167, 268-274.
    """
    point = _single(risk_ratio)
    if low is None or high is None or point is None or math.isnan(low) or math.isnan(high):
        return EValue(point, None)
    if low <= 1 <= high:
        return EValue(point, 1.0)
    return EValue(point, _single(low if risk_ratio > 1 else high))


def e_value_from_risks(
    risk_strategy: float, risk_alternative: float, difference_low: float, difference_high: float
) -> EValue:
    """Give E-values of a contrast stated as a risk difference.

    The limits of the ratio are those of the difference added to the alternative's risk, over that risk: they hold 1
    exactly when the difference's interval holds 0, so that verdict and E-value cannot disagree.
    """
    if any(math.isnan(v) for v in (risk_strategy, risk_alternative)) or risk_alternative <= 0:
        return EValue(None, None)
    low, high = ((risk_alternative + d) / risk_alternative for d in (difference_low, difference_high))
    return e_value(risk_strategy / risk_alternative, low, high)


def bias_factor(prevalence_strategy: float, prevalence_alternative: float, trait_risk_ratio: float) -> float:
    """Factor by which a binary trait, unevenly spread over the arms, bends a risk ratio (the tipping table).

    (q1 (g - 1) + 1) / (q0 (g - 1) + 1), with q the trait's prevalence in each arm and g its own risk ratio.
    Source: I. Bross (1966), J. Chronic Diseases 19, 637-647.
    """
    extra = trait_risk_ratio - 1
    return (prevalence_strategy * extra + 1) / (prevalence_alternative * extra + 1)


def _single(ratio: float) -> float | None:
    if math.isnan(ratio) or ratio <= 0 or math.isinf(ratio):
        return None
    turned = ratio if ratio >= 1 else 1 / ratio
    if math.isinf(turned):
        return None
    return turned + math.sqrt(turned * (turned - 1))
