"""The first page: the answer in one paragraph, made from the numbers and no surer than they are."""

from __future__ import annotations

from typing import Any

from followup_analytics.answers.rates.result import RatesRow
from followup_analytics.charts import count, joined, percent, points, value_label
from followup_analytics.charts.drawn import Interval
from followup_analytics.claims.definition import MARGIN
from followup_analytics.claims.gates import MIN_FOR_VERDICT
from followup_analytics.log.recording import CODES
from followup_analytics.report.document import KeyFigure, Parts, strong
from followup_analytics.report.findings import Findings
from followup_analytics.report.missing_rows import missing_rows
from followup_analytics.results.values import known
from followup_analytics.statistics import minimum_detectable_effect
from followup_analytics.text import counted

_PLURALS = {"timing": "days", "channel": "channels", "attempt": "first and later attempts"}


def answer_paragraph(found: Findings) -> Parts:
    """What came back, by when, whether timing or channel tell groups apart, and what that does not mean."""
    parts: list[Any] = [*_overall(found), *_curve(found)]
    parts += _contrasts(found)
    parts += [" These numbers say what people did and what came back, not what would happen if others did the same."]
    return tuple(part for part in parts if part)


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


def key_figures(found: Findings) -> tuple[KeyFigure, ...]:
    """Up to four large numbers for the title page."""
    made = [_attempt_figure(found), _curve_figure(found), _median_figure(found), _count_figure(found)]
    return tuple(figure for figure in made if figure is not None)


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


def _overall(found: Findings) -> list[Any]:
    row = found.overall
    if row is None or row.estimate is None:
        return [
            found.reasons.get("rates", "No attempt in this log was still open to a response, so there are no rates.")
        ]
    interval = f" (95% interval {limits_text(row)})" if limits_text(row) else ""
    many = "the attempts" if not row.n_attempts else counted(row.n_attempts, "attempt")
    start = f"Of {many} made while the answer was still open, "
    end = f" were followed by {event_words(found)} within {found.options.window}{interval}."
    return [start, strong(percent(known(row.estimate))), end]


def _curve(found: Findings) -> list[Any]:
    last = found.last_shown()
    if last is None:
        return []
    verb = "had advanced" if found.main_event == "advanced" else "had heard back"
    interval = f" ({limits_text(last)})" if limits_text(last) else ""
    start = f" Of {counted(found.counts.interviews, 'interview')}, followed up or not, "
    half = median_day(found)
    tail = f", half of all by {_by_day(half)}" if half is not None and half < last.day else ""
    return [start, strong(percent(known(last.estimate))), f"{interval} {verb} by day {last.day}{tail}."]


def _by_day(day: int) -> str:
    return "the day of the interview itself" if day == 0 else f"day {day}"


def _contrasts(found: Findings) -> list[str]:
    """Which groups can be told apart, highest and lowest named, and in one sentence those that can't."""
    told, open_ones = [], []
    for key in found.tables:
        if len([row for row in found.tables[key] if row.status == "ok" and limits_text(row)]) < 2:
            continue
        pair = most_and_least(found, key)
        if pair is not None:
            told.append(_contrast(key, *pair))
        else:
            open_ones.append(_PLURALS.get(key, f"values of {key.replace('_', ' ')}"))
    if open_ones:
        words = joined(open_ones)
        told.append(f" Differences between {words} are no larger than chance may make them: these data can’t tell.")
    return told


def most_and_least(found: Findings, key: str) -> tuple[RatesRow, RatesRow] | None:
    """The rows answered most and least often, where both rest on enough data and their intervals don't meet."""
    rows = [row for row in found.tables.get(key, ()) if row["status"] == "ok" and row["conf_low"] is not None]
    if len(rows) < 2:
        return None
    best = max(rows, key=lambda row: float(row["estimate"]))
    least = min(rows, key=lambda row: float(row["estimate"]))
    return (best, least) if float(best["conf_low"]) > float(least["conf_high"]) else None


def _contrast(key: str, best: RatesRow, least: RatesRow) -> str:
    top, bottom = (f"{_group(key, row)} ({percent(known(row.estimate))})" for row in (best, least))
    if key == "attempt":
        return (
            f" The {top} was answered most often, the {bottom} least; "
            "those who heard back early made no later attempts, so this doesn’t measure what trying again does."
        )
    return f" Attempts {top} were answered most often, those {bottom} least."


def _group(key: str, row: RatesRow) -> str:
    label = value_label(key, row.by[key])
    if key == "timing":
        return f"on {label}"
    if key == "channel":
        return label if label == "in person" else f"by {label}"
    return f"{label} attempt" if key == "attempt" else f"with {key.replace('_', ' ')} {label}"


def _attempt_figure(found: Findings) -> KeyFigure | None:
    row = found.overall
    if row is None or row.estimate is None:
        return None
    word = "advanced" if found.main_event == "advanced" else "answered"
    detail = f"within {found.options.window}" + (f"; {limits_text(row)}" if limits_text(row) else "")
    return KeyFigure(percent(known(row.estimate)), f"of attempts {word}", detail)


def _curve_figure(found: Findings) -> KeyFigure | None:
    last = found.last_shown()
    if last is None:
        return None
    verb = "advanced" if found.main_event == "advanced" else "heard back"
    detail = f"by day {last.day}" + (f"; {limits_text(last)}" if limits_text(last) else "")
    return KeyFigure(percent(known(last.estimate)), f"of interviews {verb}", detail)


def _median_figure(found: Findings) -> KeyFigure | None:
    day = median_day(found)
    if day is None:
        return None
    value = "same day" if day == 0 else f"{day} {'day' if day == 1 else 'days'}"
    verb = "advanced" if found.main_event == "advanced" else "heard back"
    return KeyFigure(value, f"until half had {verb}", "counted from the interview, over all interviews")


def _count_figure(found: Findings) -> KeyFigure:
    counts = found.counts
    word = "interview" if counts.interviews == 1 else "interviews"
    return KeyFigure(count(counts.interviews), word, f"of {counted(counts.applicants, 'applicant')}")
