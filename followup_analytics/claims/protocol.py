"""The protocol of a claim as a text, filled with a log's numbers where there are any, and a text to register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from followup_analytics.claims.catalogue import choose_catalogue, find_claim
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.registration import AS_USUAL, Choices, registration_lines
from followup_analytics.claims.reporting_items import Run, as_lines, reporting_items
from followup_analytics.claims.target_trial import assumptions_of, components, rule_of
from followup_analytics.claims.texts import TextResult, TextRow
from followup_analytics.results.result import NO_LOG, LogCounts
from followup_analytics.text import listed


def protocol_text(
    claim: str | None = None,
    claims: str | Path | Catalogue | None = None,
    choices: Choices = AS_USUAL,
    runs: Mapping[str, Run] | None = None,
) -> str:
    """The protocol as Markdown: target trial and emulation side by side, then the items of TARGET.

    Args:
        claim: the claim's id; None for all of them, one after the other.
        claims: a file of claims or a Catalogue; None for the package's own.
        choices: what the analyst chose.
        runs: numbers of a log to fill the items with, by claim.

    Raises UsageError where there is no such claim, DataError or UnreadableError for the file.
    """
    catalogue = choose_catalogue(claims)
    shown = catalogue.claims if claim is None else (find_claim(catalogue, claim),)
    filled = runs or {}
    return "\n".join(_protocol(catalogue, one, choices, filled.get(one.id)) for one in shown)


def _protocol(catalogue: Catalogue, claim: Claim, choices: Choices, run: Run | None) -> str:
    lines = [f"# Protocol: {claim.id}", "", f"**{claim.advice}** (source: {claim.source})", ""]
    lines += ["| | target trial | emulation |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.target} | {one.emulation} |" for one in components(claim, choices)]
    lines += [
        "",
        f"Assumptions: {assumptions_of(claim)}",
        "",
        f"Verdict: {rule_of(claim)}",
        "",
        "## Items of TARGET 2025",
        "",
        *as_lines(reporting_items(claim, catalogue, choices, run)),
    ]
    return "\n".join(lines) + "\n"


def preregistration_text(
    claim: str | None = None,
    claims: str | Path | Catalogue | None = None,
    *,
    choices: Choices = AS_USUAL,
    date: dt.date | None = None,
    record_ends: str | None = None,
    seen: str | None = None,
) -> str:
    """A preregistration in the order of the OSF template, with the hash and date by which it can be verified.

    Args:
        claim: list this claim alone; None for all. The hash is that of the whole file either way.
        claims: a file of claims or a Catalogue; None for the package's own.
        choices: what claims will be adjusted for besides or alone, and what hangs together.
        date: of the registration, by default today.
        record_ends: end of the record so far, as a date in words; None where there is no record yet.
        seen: what the author says to have seen of the data.
    """
    catalogue = choose_catalogue(claims)
    shown = catalogue.claims if claim is None else (find_claim(catalogue, claim),)
    date = date or dt.datetime.now(dt.UTC).date()
    lines = [
        "# Preregistration",
        "",
        *registration_lines(catalogue, date, choices),
        "",
        "## Title",
        "",
        catalogue.title,
        "",
    ]
    lines += ["## Hypotheses", ""]
    lines += [f"- {one.id}: {_hypothesis(one)}" for one in shown]
    sections = {
        "Existing data": f"{_existing(record_ends, seen)} The claims' file is fixed; a later change makes "
        "verdicts post hoc. The date above is the author's own: that it is true needs proof from outside, such as a "
        "registry.",
        "Sample size and stopping rule": "All interviews of the log up to its data date; no looks in between. "
        "`followup plan` gives the size that each claim needs.",
        "Measured variables": f"Adjustment: {listed(_columns(catalogue, choices), 'and')}. Call history as each claim "
        "names it.",
        "Indices and transformations": "Numbers by levels or fifths and a straight line, times by a curve, rare levels "
        "together, missing values a level of their own.",
        "Statistical models": "As in the protocol of each claim (clone-censor-weight, attempt contrast, prediction).",
        "Inference criteria": "Gates, two one-sided tests, Holm over all claims that pass them, margins as stated; "
        "negative controls, unbalanced numbers and two estimates that part ways can only downgrade.",
        "Data exclusion": "What is dated after observed_until, automatic replies, contacts with an item unrecorded.",
        "Missing data": "A missing covariate is a level of its own; an unrecorded item takes its contact out.",
        "Exploratory analyses": "Second lines, sequential trials, sensitivity tables: no verdicts.",
    }
    for heading, text in sections.items():
        lines += ["", f"## {heading}", "", text]
    return "\n".join(lines) + "\n"


def protocol_result(
    claim: str | None,
    claims: str | Path | Catalogue | None,
    counts: LogCounts,
    choices: Choices = AS_USUAL,
    runs: Mapping[str, Run] | None = None,
) -> TextResult:
    """`protocol_text` of each claim as an answer about a log."""
    catalogue = choose_catalogue(claims)
    shown = catalogue.claims if claim is None else (find_claim(catalogue, claim),)
    texts = {one.id: protocol_text(one.id, catalogue, choices, runs) for one in shown}
    rows = tuple(TextRow(kind="protocol", claim=name, text=text) for name, text in texts.items())
    return TextResult(rows=rows, counts=counts)


def _existing(record_ends: str | None, seen: str | None) -> str:
    """What there is of the data, and what the author says to have seen of them."""
    record = f"The record ends on {record_ends} so far." if record_ends else "No record was given."
    said = (seen or "").strip().rstrip(".")
    author = f"The author says: {said}." if said else "The author does not say what was seen of the data."
    return f"{record} {author}"


def preregistration_result(
    claim: str | None,
    claims: str | Path | Catalogue | None,
    choices: Choices = AS_USUAL,
    *,
    record_ends: str | None = None,
    seen: str | None = None,
) -> TextResult:
    """`preregistration_text` as an answer; of no log, since nothing of one but its end was read."""
    text = preregistration_text(claim, claims, choices=choices, record_ends=record_ends, seen=seen)
    return TextResult(rows=(TextRow(kind="preregistration", claim=claim, text=text),), counts=NO_LOG)


def _hypothesis(claim: Claim) -> str:
    ends = {
        "more": "more frequent with the strategy",
        "gain_below_margin": f"gained by less than {100 * claim.margin:g} in 100",
        "harm_below_margin": f"harmed by less than {100 * claim.margin:g} in 100",
    }
    return (
        f"{claim.outcome_words()} is {ends[claim.direction]} ({claim.strategy.words}, against "
        f"{claim.alternative.words}; {claim.population}; margin {claim.margin:g})."
    )


def _columns(catalogue: Catalogue, choices: Choices) -> list[str]:
    return list(dict.fromkeys(name for claim in catalogue.claims for name in choices.adjusted(claim))) or ["none"]
