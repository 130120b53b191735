"""The protocol of a claim: the target trial beside its emulation, the 21 items of TARGET, and a text to register."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.claims.catalogue import choose_catalogue, find_claim
from followup_analytics.claims.definition import Catalogue, Claim, Course
from followup_analytics.claims.estimates import MAY_DIFFER, PRODUCTS_FROM
from followup_analytics.claims.gates import (
    FAR,
    MAX_SHARE,
    MIN_APPLICANTS,
    MIN_EFFECTIVE,
    MIN_EVENTS,
    MIN_FOR_VERDICT,
    TOO_FAR,
)
from followup_analytics.claims.registration import AS_USUAL, Choices, registration_lines
from followup_analytics.claims.texts import TextResult, TextRow
from followup_analytics.claims.verdict import BY_CHANCE, LEAST_BELOW, LEAST_E_VALUE
from followup_analytics.results.result import NO_LOG, LogCounts
from followup_analytics.statistics.clusters import FEW_CLUSTERS
from followup_analytics.text import listed

_LABEL_RULE = (
    "Label causal only with a self-rating among the covariates, controls that pass and an E-value of the limit of "
    f"{LEAST_E_VALUE:g} or more; else association."
)


@dataclass(frozen=True)
class Component:
    """One part of the protocol: its name, the trial one would run, and how these data stand in for it."""

    name: str
    target: str
    emulation: str


def components(claim: Claim, choices: Choices = AS_USUAL) -> tuple[Component, ...]:
    """The eight parts of a target trial and their emulation for a claim."""
    return (
        Component("Eligibility", f"Applicants: {claim.population}, before any response.", _eligibility(claim)),
        Component("Strategies", _strategies(claim), f"The same, read from the log of contacts. {_grace(claim)}"),
        Component("Assignment", "At random at time zero, known to the applicant.", _assignment(claim, choices)),
        Component(
            "Time zero", _time_zero(claim), "The same for both arms; eligibility, arms and follow-up start there."
        ),
        Component(
            "Follow-up",
            f"From time zero to the outcome, to what competes with it, or {_horizon(claim)}.",
            "The same, or to the end of the record (observed_until), which is taken to have nothing to do with the "
            "outcome given the covariates.",
        ),
        Component("Outcome", f"{_capital(claim.outcome_words())}.", f"The same. {_competing(claim)}"),
        Component(
            "Contrast",
            "Difference of the two risks at the horizon, strategy minus alternative, had everybody kept to it "
            "(per protocol).",
            "The same, under the assumptions below.",
        ),
        Component("Analysis", "Incidence in each arm with its interval.", _analysis(claim, choices)),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _eligibility(claim: Claim) -> str:
    words = (
        "The first such moment of each interview in the log"
        if not claim.by_local_days
        else "Every interview in the log"
    )
    needs = listed(list(claim.choice.items), "and") if claim.choice and claim.choice.items else ""
    return f"{words}. " + (
        f"Contacts in which {needs} was not recorded are left out." if needs else "None is left out."
    )


def _strategies(claim: Claim) -> str:
    return (
        f"Strategy: {claim.strategy.words}. Alternative: {claim.alternative.words}. Both bind until the first response."
    )


def _grace(claim: Claim) -> str:
    if claim.strategy.some_in is None and claim.alternative.some_in is None:
        return ""
    return " ".join(_mix(course) for course in (claim.strategy, claim.alternative) if course.some_in is not None)


def _mix(course: Course) -> str:
    """Which mix of days a grace period stands for."""
    first, last = course.some_in or (0, 0)
    acts = "acts" if course.at_least == 1 else f"makes the {course.at_least} acts"
    if first == last:
        return f"Under {course.words!r} everybody {acts} in that interval."
    return (
        f"Under {course.words!r} everybody {acts} in intervals {first} to {last}, on the mix of days of those alike "
        "who do so (conditional grace: the probability of acting, given that one acts before the grace period is over)."
    )


def _assignment(claim: Claim, choices: Choices) -> str:
    history = [f"{name} (call history)" for name in claim.history]
    adjusted = listed([*choices.adjusted(claim), *history], "and")
    if claim.design == "prediction":
        return "None: a prediction, without adjustment."
    return (
        f"Taken to be as good as random given {adjusted}; only what was known before each decision is used."
        if adjusted
        else "Taken to be as good as random without adjustment."
    )


def _time_zero(claim: Claim) -> str:
    return "The interview (its local day is day 0)." if claim.by_local_days else f"That moment: {claim.population}."


def _horizon(claim: Claim) -> str:
    return f"the end of day {claim.horizon}" if claim.by_local_days else f"{claim.horizon} times 24 hours"


def _competing(claim: Claim) -> str:
    if claim.outcome == "advanced":
        return "Rejected, filled and withdrawn compete with it; a response alone does not end follow-up."
    return "Position filled and application withdrawn compete with it."


def _analysis(claim: Claim, choices: Choices) -> str:
    products = f"products of pairs where they matter, from {PRODUCTS_FROM} applicants on"
    if claim.design == "clone-censor-weight":
        how = (
            "Every interview is cloned into both arms, a clone is cut off where it leaves its arm, and who stays is "
            "weighted by the inverse probability of staying (a logistic model of acting in each interval, its "
            f"coefficients drawn towards those of all intervals; covariates, call history, {products}). After each "
            "decision the weights are calibrated, so that the arm's totals of all covariates are what they were before "
            "it. Beside the weights stands an outcome model: sequential weighted logistic regressions, from the last "
            "decision back (doubly robust: the estimate); weighted Aalen-Johansen incidence is the second number."
        )
    elif claim.design == "attempt-contrast":
        how = (
            "Inverse-probability weights of the choice, calibrated to everybody's covariates, and an outcome model "
            f"weighted by them in each arm, averaged over all eligible interviews (doubly robust; {products}); weights "
            "alone are the second number; records that end early are weighted by the inverse probability of being seen "
            "to the horizon."
        )
    else:
        how = "Plain Aalen-Johansen incidence in each group."
    kinds = {
        None: "applicants, and employers too where they are recorded for most interviews",
        "applicant": "applicants",
        "employer": "employers",
        "both": "applicants and employers",
    }[choices.cluster]
    return (
        f"{how} Intervals: influence functions of all estimating equations, weights and regressions included, "
        f"corrected for leverage and summed over {kinds} (with both: the largest of V(applicant), V(employer) and "
        "V(applicant) + V(employer) - V(both)); Student's t with the smaller number of clusters - 1 degrees of freedom."
    )


def _assumptions(claim: Claim) -> str:
    return (
        "No unmeasured cause of both the strategy and the outcome given the covariates; everybody could have followed "
        "either arm (positivity); what was done was logged with its time; one applicant's strategy does not change "
        "another's outcome; the end of the record is not informative. "
        f"{_controls(claim)}"
    )


def _controls(claim: Claim) -> str:
    if not claim.controls:
        return "Negative controls: none is possible."
    return (
        f"Negative controls: {listed(list(claim.controls), 'and')}. Where one fails (Holm-adjusted over the log), or "
        f"where {LEAST_BELOW} or more of the log's controls are below .05 by themselves and chance would bring so many "
        f"in fewer than {1000 * BY_CHANCE:.0f} of 1,000 logs, the verdict is inconclusive."
    )


def _rule(claim: Claim) -> str:
    margin = f"{100 * claim.margin:g} in 100"
    gates = (
        f"At least {MIN_APPLICANTS} applicants and {MIN_EVENTS} events in each arm, {MIN_APPLICANTS} applicants "
        f"followed to the horizon, an effective sample of {MIN_EFFECTIVE:g}, no weight above "
        f"{100 * MAX_SHARE:.0f}% of its arm, weighted means of adjusted numbers within {TOO_FAR:g} standard deviations "
        "of everybody's, no stratum without either arm, an outcome whose record does not depend on what was done; else "
        f"not testable. Fewer than {MIN_FOR_VERDICT} applicants, a weighted mean more than {FAR:g} standard deviations "
        f"off, or two estimates that differ by more than {100 * MAY_DIFFER:g} in 100 beyond their errors: inconclusive "
        f"at most. Fewer than {FEW_CLUSTERS} clusters of a kind: never causal."
    )
    if claim.direction == "gain_below_margin":
        rule = (
            f"Supported when the upper 90% limit lies below {margin}; contradicted when the one-sided p of no gain, "
            f"Holm-adjusted, is below .05 and the estimate is {margin} or more; else inconclusive."
        )
    elif claim.direction == "harm_below_margin":
        rule = (
            f"Supported when the lower 90% limit lies above minus {margin}; contradicted when the one-sided p of no "
            f"harm, Holm-adjusted, is below .05 and the estimate is minus {margin} or less; else inconclusive."
        )
    else:
        rule = (
            f"No meaningful difference when the 90% interval lies within {margin} either way; supported when the "
            f"Holm-adjusted p is below .05 and the difference is {margin} or more, contradicted when it is minus "
            f"{margin} or less; else inconclusive, with the minimum detectable effect."
        )
    return f"{gates} {rule}"


def target_items(claim: Claim, catalogue: Catalogue, choices: Choices = AS_USUAL) -> tuple[tuple[str, str], ...]:
    """The 21 items of TARGET 2025, each with what this claim's protocol says about it.

    The wording of the items is ours. Source: A. Cashin and others (2025), Transparent Reporting of Observational
    Studies Emulating a Target Trial: the TARGET statement, JAMA and BMJ.
    """
    part = {one.name: one for one in components(claim, choices)}
    both = {name: f"Target trial: {one.target} Emulation: {one.emulation}" for name, one in part.items()}
    return (
        ("Identified as an emulation", f"An observational emulation of a target trial: {claim.advice}"),
        ("Structured summary", "The row of the claims table: verdict, difference with interval, numbers, reason."),
        ("Background", f"The advice circulates ({claim.source}); no randomised study of callbacks was found."),
        ("Why emulate", "A trial that assigns how people follow up has not been run; logs of what they did exist."),
        ("Question", f"{claim.strategy.words} against {claim.alternative.words}: {claim.outcome_words()}?"),
        ("Data source", "The follow-up log: interviews, contacts, outcomes; its data date and size head every answer."),
        ("Eligibility", both["Eligibility"]),
        ("Strategies", both["Strategies"]),
        ("Assignment", both["Assignment"]),
        ("Time zero and follow-up", f"{both['Time zero']} {both['Follow-up']}"),
        ("Outcome", both["Outcome"]),
        ("Causal contrast", both["Contrast"]),
        ("Assumptions", _assumptions(claim)),
        ("Analysis", f"{both['Analysis']} {_rule(claim)}"),
        (
            "Sensitivity analyses",
            "Horizon, margin, order within a day, weights, products, covariates left out, clusters; by the same rule.",
        ),
        ("Flow of numbers", "diagnostics.flow: eligible, cloned, cut off, followed, ended."),
        (
            "Baseline characteristics",
            "diagnostics.balance: standardised differences before and after weighting; diagnostics.distances.",
        ),
        (
            "Estimates",
            "Risks under both, their difference with 95% limits, by both methods; curves; naive difference beside it.",
        ),
        ("Interpretation", _LABEL_RULE),
        ("Limitations", "Unmeasured causes and unlogged contacts: tipping tables say how many change the verdict."),
        ("Registration, code, data", f"Claims file {catalogue.name} {catalogue.version}, SHA-256 {catalogue.sha256}."),
    )


def protocol_text(
    claim: str | None = None, claims: str | Path | Catalogue | None = None, choices: Choices = AS_USUAL
) -> str:
    """The protocol as Markdown: target trial and emulation side by side, then the items of TARGET.

    Args:
        claim: the claim's id; None for all of them, one after the other.
        claims: a file of claims or a Catalogue; None for the package's own.
        choices: what the analyst chose.

    Raises UsageError where there is no such claim, DataError or UnreadableError for the file.
    """
    catalogue = choose_catalogue(claims)
    shown = catalogue.claims if claim is None else (find_claim(catalogue, claim),)
    return "\n".join(_protocol(catalogue, one, choices) for one in shown)


def _protocol(catalogue: Catalogue, claim: Claim, choices: Choices) -> str:
    lines = [f"# Protocol: {claim.id}", "", f"**{claim.advice}** (source: {claim.source})", ""]
    lines += ["| | target trial | emulation |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.target} | {one.emulation} |" for one in components(claim, choices)]
    lines += [
        "",
        f"Assumptions: {_assumptions(claim)}",
        "",
        f"Verdict: {_rule(claim)}",
        "",
        "## Items of TARGET 2025",
        "",
    ]
    lines += [
        f"{place}. {name}. {text}"
        for place, (name, text) in enumerate(target_items(claim, catalogue, choices), start=1)
    ]
    return "\n".join(lines) + "\n"


def preregistration_text(
    claim: str | None = None,
    claims: str | Path | Catalogue | None = None,
    *,
    choices: Choices = AS_USUAL,
    date: dt.date | None = None,
    data: str = "not yet read",
) -> str:
    """A preregistration in the order of the OSF template, with the hash and date by which it can be verified.

    Args:
        claim: list this claim alone; None for all. The hash is that of the whole file either way.
        claims: a file of claims or a Catalogue; None for the package's own.
        choices: what claims will be adjusted for besides or alone, and what hangs together.
        date: of the registration, by default today.
        data: what is known of the data so far.
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
        "Existing data": f"The data are {data}. The claims' file is fixed; a later change makes verdicts post hoc.",
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
    claim: str | None, claims: str | Path | Catalogue | None, counts: LogCounts, choices: Choices = AS_USUAL
) -> TextResult:
    """`protocol_text` of each claim as an answer about a log."""
    catalogue = choose_catalogue(claims)
    shown = catalogue.claims if claim is None else (find_claim(catalogue, claim),)
    return TextResult(
        rows=tuple(TextRow(kind="protocol", claim=one.id, text=_protocol(catalogue, one, choices)) for one in shown),
        counts=counts,
    )


def preregistration_result(
    claim: str | None, claims: str | Path | Catalogue | None, choices: Choices = AS_USUAL
) -> TextResult:
    """`preregistration_text` as an answer; of no log, since none has been read."""
    text = preregistration_text(claim, claims, choices=choices)
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
