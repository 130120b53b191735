"""The rows that stand inside a model's row: a measure, a term of the equation, predicted beside observed."""

from __future__ import annotations

from followup_analytics.results import columns as col
from followup_analytics.results.row import Row, answer_row


@answer_row
class Measure(Row):
    """A number with its 95% limits; null where the data have no such number."""

    estimate: float | None = col.estimate("Estimate", "fine")
    conf_low: float | None = col.lower("fine_interval")
    conf_high: float | None = col.higher("fine")


#: What data without any prediction give.
NO_MEASURE = Measure(estimate=None, conf_low=None, conf_high=None)


@answer_row
class Coefficient(Row):
    """A term of the equation with its log odds; the log odds of a response are their sum."""

    term: str = col.column("text", "Term", "The term.", role="key")
    estimate: float | None = col.estimate("Log odds", "fine")
    conf_low: float | None = col.lower("fine_interval")
    conf_high: float | None = col.higher("fine")


@answer_row
class ReliabilityRow(Row):
    """A group of attempts of about equal prediction: what was predicted on average, and what share was answered."""

    bin: int = col.column("count", "Group", "From 1, the lowest predictions.", role="key")
    predicted: float | None = col.column("share", "Predicted", "The mean of the predictions.", role="estimate")
    estimate: float | None = col.estimate("Observed")
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    n_attempts: int | None = col.column("count", "Attempts", "Attempts in the group.", role="count")
    n_interviews: int | None = col.interviews()
    n_applicants: int | None = col.applicants()
    n_events: int | None = col.events("Responses.")


@answer_row
class CalibrationRow(Row):
    """A cohort, or a channel: predicted beside observed."""

    by: str = col.column("text", "", "cohort or channel.", role="key")
    difference: float | None = col.column("points", "", "Observed less predicted.", role="estimate")
    group: str = col.column("text", "Group", "Its name.", role="key")
    predicted: float | None = col.column("share", "Predicted", "The mean of the predictions.", role="estimate")
    estimate: float | None = col.estimate("Observed")
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    n_attempts: int | None = col.column("count", "Attempts", "Attempts in the group.", role="count")
    n_interviews: int | None = col.interviews()
    n_applicants: int | None = col.applicants()
    n_events: int | None = col.events("Responses.")
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)
