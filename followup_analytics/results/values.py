"""Values of answers made plain: what JSON can hold, and None for what is no number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")


def known(value: Value | None) -> Value:
    """The value of a column that the caller has made sure of; ValueError where it is null after all."""
    if value is None:
        raise ValueError("a hidden or absent value was taken for a number")
    return value


def finite(value: Any) -> float | None:
    """A number as a float; None for NaN and infinity, which no answer holds."""
    number = float(value)
    return number if math.isfinite(number) else None


def plain(value: Any) -> Any:
    """A value as JSON has it: numpy scalars, dates, mappings and sequences made plain; what is not finite is null."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
