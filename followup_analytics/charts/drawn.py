"""What charts are drawn from: small typed inputs, which rows of answers are or can be made into.

A chart that asked rows for columns by name would draw nothing at all where a name is misspelt; here a type checker
finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol, Self


class Interval(Protocol):
    """A row with a number and its 95% interval."""

    @property
    def estimate(self) -> float | None:
        """The number, None where it is not shown."""

    @property
    def conf_low(self) -> float | None:
        """Lower end of the interval."""

    @property
    def conf_high(self) -> float | None:
        """Upper end of the interval."""


class Estimated(Interval, Protocol):
    """A row that also says how its number may be read."""

    @property
    def status(self) -> str:
        """ok, use_with_care, not_estimable or suppressed."""


class CurvePoint(Estimated, Protocol):
    """One day of one curve; `by` holds the group where there are groups."""

    @property
    def by(self) -> Mapping[str, str]:
        """Value of the grouping column."""

    @property
    def event(self) -> str:
        """The event that is counted."""

    @property
    def day(self) -> int:
        """Days since the interview."""

    @property
    def n_at_risk(self) -> int | None:
        """Interviews waiting at the start of the day."""


class Judged(Estimated, Protocol):
    """A claim with its verdict."""

    @property
    def claim(self) -> str:
        """Id of the claim."""

    @property
    def verdict(self) -> str:
        """The verdict's name."""

    @property
    def margin(self) -> float:
        """The smallest difference that matters."""

    @property
    def deciding_limit(self) -> float | None:
        """Of a one-sided claim the 90% limit that decides; else None."""


class Powered(Interval, Protocol):
    """How often a claim gets a verdict at one size of log."""

    @property
    def claim(self) -> str:
        """Id of the claim."""

    @property
    def n_interviews(self) -> int:
        """Size of the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One dot of a chart: its place (values by key), its number with the interval, and what it rests on."""

    values: Mapping[str, str]
    estimate: float | None
    conf_low: float | None = None
    conf_high: float | None = None
    status: str = "ok"
    n: int | None = None

    @classmethod
    def of(cls, row: Estimated, values: Mapping[str, str], n: int | None = None) -> Self:
        """The mark of a row; `n` is what is written beside it."""
        return cls(
            values=values, estimate=row.estimate, conf_low=row.conf_low, conf_high=row.conf_high, status=row.status, n=n
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A plain row nested in an answer (a diagnostic), made into what a chart draws."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The named columns of a row; KeyError where it lacks one."""
        return cls(**{one.name: row[one.name.removesuffix("_")] for one in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted(Found):
    """A group of predictions (their mean) beside the share that was observed."""

    predicted: float | None
    estimate: float | None
    conf_low: float | None
    conf_high: float | None
    n_attempts: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Found):
    """A level of a covariate: standardised difference of the arms before weighting and after."""

    covariate: str
    level: Any
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap(Found):
    """A tenth of the chances of keeping to an arm: the arm's share in it, None where few people are behind it."""

    arm: str
    from_: float
    to: float
    share: float | None

    @property
    def middle(self) -> float:
        """Where the tenth stands on the axis."""
        return (self.from_ + self.to) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Found):
    """The risk of the outcome in an arm by the end of a day."""

    arm: str
    day: int
    estimate: float | None
    conf_low: float | None
    conf_high: float | None


def number(row: Interval) -> float:
    """The number of a row that has one; ValueError where it has none, which is for the caller to have asked."""
    if row.estimate is None:
        raise ValueError("this row has no number to draw")
    return row.estimate


def limits(row: Interval) -> tuple[float, float] | None:
    """The interval of a row, None where it has none."""
    return None if row.conf_low is None or row.conf_high is None else (row.conf_low, row.conf_high)


def has_number(row: Interval) -> bool:
    """Whether there is a number to draw."""
    return row.estimate is not None
