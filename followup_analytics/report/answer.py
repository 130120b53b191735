"""What reports say of their numbers in words: warnings, medians, intervals, events, and which groups differ."""

from __future__ import annotations

from followup_analytics.answers.rates.result import RatesRow
from followup_analytics.charts import percent, points
from followup_analytics.charts.drawn import Interval
from followup_analytics.claims.definition import MARGIN
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.log.recording import CODES
from followup_analytics.report.document import Parts, strong
from followup_analytics.report.findings import Findings
from followup_analytics.report.missing_rows import missing_rows
from followup_analytics.results.values import known
from followup_analytics.statistics import minimum_detectable_effect
from followup_analytics.text import counted


def warnings(found: Findings) -> tuple[Parts, ...]:
    """What the reader of the first page must know before using a number."""
    made: list[Parts] = []
    if found.counts.simulated:
        made.append(
            (
                strong("These data are simulated. "),
                "The pages show what a report looks like and say nothing about any employer or applicant.",
            )
        )
    if found.counts.applicants < MIN_FOR_VERDICT:
        has_rates = found.overall is not None and found.overall.estimate is not None
        title = "Rates, but no verdicts. " if has_rates else "No verdicts. "
        made.append((strong(title), too_few_for_verdicts(found)))
    made += [(strong("How this was recorded. "), note.text) for note in found.notes if note.code in CODES]
    if missing_rows(found):
        made.append((strong("How this was recorded. "), missing_rows(found)))
    return tuple(made)


def too_few_for_verdicts(found: Findings) -> str:
    """Why so few people can't settle whether advice works, with the smallest difference that they could show."""
    detectable = best_case_difference(found)
    base = (
        f"With {counted(found.counts.applicants, 'applicant')} these data can’t tell whether any advice works: "
        f"verdicts need {MIN_FOR_VERDICT} applicants at the least. "
    )
    if detectable is None:
        return (
            f"{base}Even if half had followed a piece of advice and half had not, no difference would be sure to show."
        )
    return (
        f"{base}Even if half had followed a piece of advice and half had not, only a difference of "
        f"{points(detectable, 0).lstrip('+')} percentage points or more would be likely to show."
    )


def best_case_difference(found: Findings) -> float | None:
    """Smallest difference in the chance of a response that a verdict on half the interviews each would find.

    With a power of 80%, beyond chance and the catalogue's margin.
    """
    at = found.curve_at(min(14, found.options.horizon)) or found.last_shown()
    baseline = known(at.estimate) if at is not None else 0.3
    # The variance is largest and the room upwards smallest near 1: a loss is as good a finding as a gain.
    baseline = min(baseline, 1 - baseline)
    half = found.counts.interviews / 2
    return minimum_detectable_effect(baseline, half, half, margin=MARGIN)


def median_day(found: Findings) -> int | None:
    """The first day by whose end half of all interviews had the outcome; None where the curve stays below half."""
    row = next((row for row in found.quantiles if row["event"] == found.main_event), None)
    return None if row is None or row["median_day"] is None else int(row["median_day"])


def limits_text(row: Interval) -> str:
    """`20% to 26%`, or empty where there is no interval."""
    low, high = row.conf_low, row.conf_high
    return "" if low is None or high is None else f"{percent(float(low))} to {percent(float(high))}"


def event_words(found: Findings) -> str:
    """`a response`, or `a further round or an offer`."""
    return found.facts.advance_words() if found.main_event == "advanced" else "a response"


def most_and_least(found: Findings, key: str) -> tuple[RatesRow, RatesRow] | None:
    """The rows answered most and least often, where both rest on enough data and their intervals don't meet."""
    rows = [row for row in found.tables.get(key, ()) if row["status"] == "ok" and row["conf_low"] is not None]
    if len(rows) < 2:
        return None
    best = max(rows, key=lambda row: float(row["estimate"]))
    least = min(rows, key=lambda row: float(row["estimate"]))
    return (best, least) if float(best["conf_low"]) > float(least["conf_high"]) else None
