"""What charts are drawn from: small typed inputs, which rows of answers are or can be made into.

A chart that asked rows for columns by name would draw nothing at all where a name is misspelt; here a type checker
finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


class Predicted(Interval, Protocol):
    """A group of predictions beside the share that was observed, which is its number."""

    @property
    def predicted(self) -> float | None:
        """The mean of the predictions, None where the group is hidden."""

    @property
    def n_attempts(self) -> int | None:
        """Attempts in the group."""


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


class Balance(Protocol):
    """A level of a covariate: standardised difference of the arms before weighting and after."""

    @property
    def covariate(self) -> str:
        """Name of the covariate."""

    @property
    def level(self) -> Any:
        """Its level."""

    @property
    def before(self) -> float | None:
        """Strategy less alternative before weighting."""

    @property
    def after(self) -> float | None:
        """The same after it."""


class Weighed(Protocol):
    """What weighting leaves of an arm."""

    @property
    def arm(self) -> str:
        """Name of the arm."""

    @property
    def effective_size(self) -> float | None:
        """Interviews that it is worth."""

    @property
    def largest_share(self) -> float:
        """Share of its largest weight in the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """A tenth of the chances of keeping to an arm: the arm's share in it, None where few people are behind it."""

    arm: str
    start: float
    to: float
    share: float | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The tenth of a plain row, whose start is called `from`."""
        return cls(arm=row["arm"], start=row["from"], to=row["to"], share=row["share"])

    @property
    def middle(self) -> float:
        """Where the tenth stands on the axis."""
        return (self.start + self.to) / 2


class Risk(Interval, Protocol):
    """The risk of the outcome in an arm by the end of a day."""

    @property
    def arm(self) -> str:
        """Name of the arm."""

    @property
    def day(self) -> int:
        """Days since time zero."""


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
