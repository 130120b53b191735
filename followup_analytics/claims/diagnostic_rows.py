"""The rows that stand inside a claim's row: its second outcome, and the tables of diagnostics."""

from __future__ import annotations

from typing import Any

from followup_analytics.results import columns as col
from followup_analytics.results.row import Row, answer_row


@answer_row
class SecondOutcomeRow(Row):
    """The difference in a claim's second outcome."""

    outcome: str = col.column("text", "Outcome", "The outcome, and by which day.", role="key")
    estimate: float = col.estimate("Difference", "points")
    conf_low: float | None = col.lower("points_interval")
    conf_high: float | None = col.higher("points")


@answer_row
class FarthestRow(Row):
    """The covariate in which an arm's weighted mean is farthest from everybody's."""

    covariate: str = col.column("text", "Covariate", "The covariate.", role="key")
    distance: float = col.estimate("Distance", "number", "In standard deviations.")


@answer_row
class WeightsRow(Row):
    """What weighting leaves of an arm."""

    arm: str = col.column("text", "Arm", "strategy or alternative.", role="key")
    effective_size: float | None = col.column("number", "Worth", "Interviews that it is worth.", role="estimate")
    largest_share: float = col.column("share", "Largest weight", "Its share of the sum.", role="estimate")
    largest: float = col.column("number", "", "The largest weight itself.", role="estimate")


@answer_row
class BaselineRow(Row):
    """A level of a covariate at time zero: its share of all eligible and of each arm, null where it is about few."""

    covariate: str = col.column("text", "Covariate", "The covariate.", role="key")
    level: Any = col.column("text", "Level", "Its level.", role="key")
    share: float | None = col.column("share", "Eligible", "Of all eligible.", role="estimate")
    share_strategy: float | None = col.column("share", "", "Of the strategy's arm.", role="estimate")
    share_alternative: float | None = col.column("share", "", "Of the alternative's arm.", role="estimate")
    weighted_strategy: float | None = col.column("share", "", "The same by its weights.", role="estimate")
    weighted_alternative: float | None = col.column("share", "", "The same by its weights.", role="estimate")
    status: str = col.status(default="ok")


@answer_row
class BalanceRow(Row):
    """A level of a covariate: standardised difference of the arms before weighting and after."""

    covariate: str = col.column("text", "Covariate", "The covariate.", role="key")
    level: Any = col.column("text", "Level", "Its level.", role="key")
    before: float | None = col.column("number", "Before", "Before weighting.", role="estimate")
    after: float | None = col.column("number", "After", "After weighting.", role="estimate")


@answer_row
class FlowRow(Row):
    """A step of the flow: how many of an arm came so far, null where they are few."""

    arm: str = col.column("text", "Arm", "strategy, alternative or both.", role="key")
    step: str = col.column("text", "Step", "What they came through.", role="key")
    n_interviews: int | None = col.interviews()
    n_applicants: int | None = col.applicants()
    status: str = col.status(default="ok")


@answer_row
class RiskRow(Row):
    """The risk of the outcome in an arm by the end of a day."""

    arm: str = col.column("text", "Arm", "strategy or alternative.", role="key")
    day: int = col.column("count", "Day", "Days since time zero.", role="key")
    estimate: float | None = col.estimate("Risk")
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()


@answer_row
class ControlRow(Row):
    """A negative control: a difference that ought to be nought."""

    control: str = col.column("text", "Control", "The control.", role="key")
    estimate: float = col.estimate("Difference", "points")
    conf_low: float = col.lower("points_interval")
    conf_high: float = col.higher("points")
    p_value: float = col.column("p", "p", "p of the test that it is nought.", role="estimate")


@answer_row
class SecondWayRow(Row):
    """The difference as another estimator has it."""

    method: str = col.column("text", "Method", "The other estimator.", role="key")
    estimate: float = col.estimate("Difference", "points")
    conf_low: float | None = col.lower("points_interval")
    conf_high: float | None = col.higher("points")
    agrees: bool = col.column("bool", "", "Whether it agrees with the first, within their errors.", role="estimate")


@answer_row
class TippingRow(Row):
    """A trait that nobody measured, and what it would leave of the difference."""

    trait: str = col.column("text", "Trait", "The trait.", role="key")
    risk_ratio: float = col.column("number", "Risk ratio", "Its own, for the outcome.", role="estimate")
    share_strategy: float = col.column("share", "", "Share of the strategy's arm that has it.", role="estimate")
    share_alternative: float = col.column("share", "", "Share of the alternative's arm that has it.", role="estimate")
    difference_left: float = col.column("points", "Left", "The difference left.", role="estimate")
    overturns: bool = col.column("bool", "", "Whether it would turn the verdict.", role="estimate")
