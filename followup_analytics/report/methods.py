"""The pages that keep a report honest: the words used, its limits, how it was worked out, notes on the data."""

from __future__ import annotations

from datetime import date
from typing import Any

from followup_analytics.charts import count
from followup_analytics.report.document import Parts, Section, bullets, heading, paragraph, terms
from followup_analytics.report.findings import Findings
from followup_analytics.report.frame import record_words
from followup_analytics.results.formatting import note_text


def words_used(found: Findings) -> list[dict[str, Any]]:
    """The terms that the numbers rest on, worded for what this log holds."""
    facts, options = found.facts, found.options
    end = facts.end_words()
    stops = "at the next attempt" + (f", when {end}," if end else "") + f" or after {options.window}"
    items: list[tuple[str, Parts]] = [
        (
            "Attempt",
            "A follow-up by the applicant at or after the interview and before any response "
            f"({facts.attempt_words()}); "
            "thank-you notes are not attempts. Attempts are numbered within each interview."
            if facts.channels
            else "A follow-up by the applicant at or after the interview; none here was open to a response.",
        ),
        ("Response", _sentence(facts.response_words())),
    ]
    if found.main_event == "advanced":
        items.append(("Advance", _sentence(facts.advance_words())))
    items += [
        ("Window", f"A response is credited to the last attempt before it. The wait for it stops {stops}."),
        ("Day", "Whole days by the local calendar; the day of the interview is day 0."),
        (
            "95% interval",
            (
                "The range within which the true number is likely to lie. It allows for one applicant having several "
                "interviews and attempts, which are alike."
            ),
        ),
    ]
    if options.min_cell > 1:
        items.append(
            (
                "Hidden",
                (
                    f"A row about fewer than {options.min_cell} applicants is not shown, nor one from which such a row "
                    "could be worked out."
                ),
            )
        )
    return [terms(items)]


def limits_section(found: Findings) -> Section:
    """What the numbers can't carry, and the span of the record."""
    return Section("Limits", (_limits(found), _span(found)))


def methods_section(found: Findings) -> Section:
    """How each number was worked out, after its limits."""
    return Section("How the numbers were worked out", (*_methods(found), heading("Limits"), _limits(found)))


def notes_section(found: Findings) -> Section:
    """What was left out or needs care, with counts."""
    # That no claim could be tested is said with the claims.
    items: list[Parts] = [note_text(note) for note in found.notes if note.code != "family" or note.n]
    items += [reason for name, reason in found.reasons.items() if name == "type"]
    if not items:
        return Section(
            "Notes on the data", (paragraph("No row of this log was set aside and none needs special care."),)
        )
    return Section(
        "Notes on the data",
        (paragraph("What was left out, and what needs care in reading the numbers:"), bullets(*items)),
    )


def _limits(found: Findings) -> dict[str, Any]:
    items: list[Parts] = [
        (
            "A log holds what people wrote down. Attempts and answers that nobody logged are missing, and those who "
            "log may differ from those who don’t."
        ),
        (
            "People who follow up early, late or often differ from others in ways that also decide whether they hear "
            "back. Comparing their rates describes them; it doesn’t say what following up does."
        ),
        (
            "Rates by number of attempts fall even where every attempt is as good as the first, since those who are "
            "wanted hear back and leave."
        ),
    ]
    if found.counts.applicants < 100:
        items.append("The log is small: most intervals are wide, and a row that looks different may be so by chance.")
    if found.facts.only_dates:
        items.append(
            "Some rows have a date without a time. They count in whole days, and within a day attempts come before "
            "answers."
        )
    return bullets(*items)


def _methods(found: Findings) -> list[dict[str, Any]]:
    options, facts = found.options, found.facts
    ends = "the next attempt" + (" and the end of the story" if facts.ends else "")
    made = [
        paragraph(
            f"Rates are incidences at {options.window} after the attempt, by the estimator of Aalen and Johansen "
            f"(1978) with {ends} as competing events and the end of the record as censoring. Where no window is cut "
            "off by the end of the record, this is exactly responses divided by attempts. Intervals of rates are "
            "those of Korn and Graubard (1998), clustered on applicants. Rates are marked to be used with care by "
            "the standards of the US National Center for Health Statistics (2017)."
        ),
    ]
    if found.curve:
        made.append(
            paragraph(
                "Curves are cumulative incidences of the first event over all interviews, counted in local days; "
                "interviews whose record ends leave as censored. Their errors leave out one group of applicants at a "
                "time (delete-a-group jackknife)."
            )
        )
    made.append(_span(found))
    return made


def _span(found: Findings) -> dict[str, Any]:
    facts = found.facts
    day = date.fromisoformat(found.counts.data_date[:10])
    until = record_words(day, found.notes)
    record = f"{until[:1].upper()}{until[1:]}."
    span = facts.span()
    return paragraph(f"The interviews ({count(found.counts.interviews)}) were {span}. {record}" if span else record)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
