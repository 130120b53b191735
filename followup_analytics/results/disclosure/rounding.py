"""Rounding of what is published, to what a reader needs and no further: seventeen digits tell a hidden count.

Shares, differences and their limits go to the policy's step; p-values and weights to two significant digits; counts to
the policy's base. Where nothing is hidden (`min_cell` 1) everything keeps its digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from followup_analytics.results.disclosure.policy import Band, DisclosurePolicy
from followup_analytics.results.row import Row

_SIGNIFICANT = 2
_OTHER_DIGITS = 4


def rounded_value(value: Any, kind: str, policy: DisclosurePolicy) -> Any:
    """A value as it may be published, by the kind of its column; what is no number stays as it is."""
    if not policy.hides or isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return value
    kind = kind.removesuffix("_interval")
    if kind == "count":
        return to_multiple(value, policy.count_base) if policy.count_base > 1 else value
    if kind in ("share", "points"):
        return to_step(float(value), policy.share_step)
    if kind in ("p", "weight"):
        return significant(float(value), _SIGNIFICANT)
    if isinstance(value, float) and kind != "exact":
        return significant(value, _OTHER_DIGITS)
    return value


def to_step(value: float, step: float) -> float:
    """The nearest multiple of a step, written without the tail that binary numbers bring."""
    digits = max(0, math.ceil(-math.log10(step)) + 2)
    return round(round(value / step) * step, digits) + 0.0


def to_multiple(value: float, base: int) -> int:
    """The nearest multiple of a base, halves up."""
    return base * math.floor(value / base + 0.5)


def significant(value: float, digits: int) -> float:
    """A number with so many significant digits."""
    return float(f"{value:.{digits}g}") + 0.0


def in_band(value: float, band: Band, side: str = "middle") -> float:
    """The middle of the range in which a share is published, or its `low` or `high` end."""
    low, high = _range(value, band)
    found = {"low": low, "high": high}.get(side, (low + high) / 2)
    return round(found, 4)


def _range(value: float, band: Band) -> tuple[float, float]:
    if value <= band.edge + 1e-12:
        return 0.0, band.edge
    if value >= 1 - band.edge - 1e-12:
        return 1 - band.edge, 1.0
    low = math.floor(value / band.step + 1e-9) * band.step
    return max(low, band.edge), min(low + band.step, 1 - band.edge)


def rounded_tree(value: Any, policy: DisclosurePolicy, kinds: Mapping[str, str], kind: str = "number") -> Any:
    """Nested data, each number by the kind that is declared for its name (`kinds`), else as a plain number."""
    if isinstance(value, Row):
        return value.having(**{one: rounded_tree(value[one], policy, kinds, kinds.get(one, kind)) for one in value})
    if isinstance(value, Mapping):
        return {name: rounded_tree(one, policy, kinds, kinds.get(str(name), kind)) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded_tree(one, policy, kinds, kind) for one in value]
    return rounded_value(value, kind, policy)
