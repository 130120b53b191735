"""The presentation badge: whether a number is steady enough to be read plainly; privacy is another matter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "use_with_care", "not_estimable"]

#: NCHS's figures for proportions: nominal and effective sample, absolute and relative width, degrees of freedom.
MIN_SAMPLE, MAX_WIDTH, NARROW, MAX_RELATIVE_WIDTH, MIN_DF = 30, 0.30, 0.05, 1.30, 8
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Badge:
    """How a number may be read.

    Attributes:
        status: ok, use_with_care (shown, though NCHS would flag or suppress it) or not_estimable (there is no number).
        reason: a sentence; None when ok.
    """

    status: Status
    reason: str | None


def presentation_badge(
    estimate: float | None,
    low: float | None,
    high: float | None,
    *,
    n: float,
    n_effective: float | None = None,
    df: float | None = None,
) -> Badge:
    """Judge one proportion by the presentation standard of the US National Center for Health Statistics.

    Args:
        estimate, low, high: the proportion and its limits, in 0..1; None or NaN where there is none.
        n: number of observations.
        n_effective: observations divided by the design effect, where known; n - 1 where no two are alike, since a
            variance estimated from n clusters has one degree of freedom less.
        df: degrees of freedom of the variance, where known.

    Source: J. Parker and others (2017), National Center for Health Statistics data presentation standards for
    proportions, Vital and Health Statistics series 2, no. 175.
    """
    if _absent(estimate):
        return Badge("not_estimable", "These data hold no such number.")
    reason = _small(n, n_effective) or _wide(estimate, low, high) or _thin(estimate, df)
    return Badge("use_with_care", reason) if reason else Badge("ok", None)


def worse_badge(first: Badge, second: Badge) -> Badge:
    """Give the more cautious of two badges; of two equally cautious ones the first."""
    order: dict[Status, int] = {"ok": 0, "use_with_care": 1, "not_estimable": 2}
    return second if order[second.status] > order[first.status] else first


def _absent(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _small(n: float, n_effective: float | None) -> str | None:
    if n < MIN_SAMPLE:
        return f"It rests on fewer than {MIN_SAMPLE} observations."
    # One is given back: 30 people who are counted once each are 30 observations, though their variance says 29.
    if n_effective is not None and not math.isnan(n_effective) and n_effective + 1 < MIN_SAMPLE - _ROUNDING:
        return (
            f"It is worth fewer than {MIN_SAMPLE} separate observations: some people are counted several times, or "
            "some records end early."
        )
    return None


def _wide(estimate: float | None, low: float | None, high: float | None) -> str | None:
    if _absent(low) or _absent(high):
        return "Its uncertainty cannot be worked out from these data."
    width = float(high or 0.0) - float(low or 0.0)
    if width >= MAX_WIDTH:
        return "Its interval is 30 points wide or more."
    if width > NARROW and estimate and width / estimate > MAX_RELATIVE_WIDTH:
        return "Its interval is wider than 1.3 times the number itself."
    return None


def _thin(estimate: float | None, df: float | None) -> str | None:
    if df is not None and df < MIN_DF:
        return "Its interval rests on fewer than nine people or groups of people."
    if estimate in (0.0, 1.0):
        return "Nobody or everybody is counted: the interval assumes how alike one person's cases are."
    return None
