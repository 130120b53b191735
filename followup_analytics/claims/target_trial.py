"""A claim as a target trial beside its emulation: its parts, what it assumes, and the rule of its verdict."""

from __future__ import annotations

from dataclasses import dataclass

from followup_analytics.claims.definition import Claim, Course
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
from followup_analytics.claims.registration import AS_USUAL, Choices
from followup_analytics.claims.verdict import BY_CHANCE, LEAST_BELOW, LEAST_E_VALUE
from followup_analytics.statistics.clusters import FEW_CLUSTERS
from followup_analytics.text import listed

LABEL_RULE = (
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
            f"outcome given the covariates.{_late(choices)}",
        ),
        Component("Outcome", f"{_capital(claim.outcome_words())}.", f"The same. {_competing(claim)}"),
        Component(
            "Contrast",
            "Difference of the two risks at the horizon, strategy minus alternative, "
            + ("of being assigned to it." if claim.assigned else "had everybody kept to it (per protocol)."),
            "The same, under the assumptions below.",
        ),
        Component("Analysis", "Incidence in each arm with its interval.", _analysis(claim, choices)),
    )


def _late(choices: Choices) -> str:
    if choices.entry is None:
        return ""
    return (
        f" A record is followed from {choices.entry} on, where that is later: whoever's story was over before is in no "
        "risk set, and models of acting learn from decisions alone that came after it. When records begin is taken to "
        "have nothing to do with the outcome."
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
    if claim.assigned is not None:
        return (
            f"At random, as recorded in {claim.assigned.column} ({100 * claim.assigned.share:g}% to the strategy, "
            f"which a chi-square test checks); adjusted for {adjusted or 'nothing'}, which chance may share unevenly."
        )
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
    elif claim.design == "randomised":
        how = (
            "By intention to treat: everybody in the arm that was assigned, whatever was done then; weights calibrated "
            "to everybody's covariates and an outcome model beside them. Beside it per protocol, where an arm says "
            "what to do: cut off where it is left, and weighted for who stays, which rests on the assumptions of a log."
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


def assumptions_of(claim: Claim) -> str:
    """What must hold for the emulation to say what the trial would."""
    if claim.assigned is not None:
        return (
            "Chance alone gave the arms; what came of them was logged alike in both; one applicant's arm does not "
            f"change another's outcome; the end of the record is not informative. {_controls(claim)}"
        )
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


def rule_of(claim: Claim) -> str:
    """How the verdict follows from the numbers."""
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
