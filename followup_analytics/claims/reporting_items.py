"""The 39 parts of TARGET's 21 items for a claim, each filled with the numbers of a log where there are any.

The wording of the parts is ours. Source: A. Cashin and others (2025), Transparent Reporting of Observational Studies
Emulating a Target Trial: the TARGET statement, JAMA 334, 1084-1093, and BMJ 390, e087179.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.diagnostic_rows import BalanceRow, BaselineRow, ControlRow, FlowRow
from followup_analytics.claims.registration import AS_USUAL, Choices
from followup_analytics.claims.result import ClaimRow
from followup_analytics.claims.sensitivity import SensitivityRow
from followup_analytics.claims.target_trial import LABEL_RULE, assumptions_of, components, rule_of
from followup_analytics.log.shared_words import MISSING
from followup_analytics.results.result import LogCounts
from followup_analytics.text import listed

#: What only the authors can say.
_AUTHORS = "For the authors to say."
_NO_RUN = "Not run on a log yet."


@dataclass(frozen=True)
class Run:
    """What a protocol is filled with: a claim's row, what its answer counts, and its sensitivity table."""

    row: ClaimRow
    counts: LogCounts
    sensitivity: Sequence[SensitivityRow] = ()


@dataclass(frozen=True)
class Item:
    """One part of one item: its number in the checklist, what it is about, and what is to be said."""

    number: str
    name: str
    text: str


def reporting_items(
    claim: Claim, catalogue: Catalogue, choices: Choices = AS_USUAL, run: Run | None = None
) -> tuple[Item, ...]:
    """All 39 parts in the checklist's order; without a run, what would be reported is named and no number given."""
    return (*_opening(claim, run), *_methods(claim, choices), *_results(run), *_closing(catalogue, run))


def _opening(claim: Claim, run: Run | None) -> tuple[Item, ...]:
    question = f"{claim.strategy.words} against {claim.alternative.words}: {claim.outcome_words()}?"
    found = "" if run is None else f" {run.row.verdict_words}: {_difference(run.row)} {run.row.reason}"
    return (
        Item("1a", "Identification", f"{_kind(claim)} of the advice {claim.advice!r}."),
        Item("1b", "Data sources", f"A log of what applicants did after interviews, and what came back. {_size(run)}"),
        Item("1c", "Assumptions, methods, findings", f"{_design(claim)} Assumed: {assumptions_of(claim)}{found}"),
        Item("2", "Background", f"The advice circulates ({claim.source}); whether it helps has not been measured."),
        Item("3", "Causal question", question),
        Item("4", "Rationale", "No trial that assigns how people follow up was found; logs of what they did exist."),
        Item("5", "Data sources in detail", f"Kept to remember and plan contacts. {_size(run)} Setting: {_AUTHORS}"),
    )


def _kind(claim: Claim) -> str:
    return "A randomised trial" if claim.assigned else "An observational emulation of a target trial"


def _design(claim: Claim) -> str:
    return {
        "clone-censor-weight": "Clone-censor-weight with an outcome model beside the weights.",
        "attempt-contrast": "Inverse-probability weights of a choice with an outcome model beside them.",
        "randomised": "By intention to treat, arms assigned at random.",
        "prediction": "A plain comparison of two groups: a prediction, no effect.",
    }[claim.design]


def _size(run: Run | None) -> str:
    if run is None:
        return _NO_RUN
    counts = run.counts
    simulated = " The data are simulated." if counts.simulated else ""
    return (
        f"{counts.interviews:,} interviews of {counts.applicants:,} applicants with {counts.contacts:,} contacts, "
        f"recorded up to {counts.data_date}.{simulated}"
    )


def _methods(claim: Claim, choices: Choices) -> tuple[Item, ...]:
    part = {one.name: one for one in components(claim, choices)}
    target = {name: one.target for name, one in part.items()}
    emulated = {name: one.emulation for name, one in part.items()}
    follow_up = f"{target['Time zero']} {target['Follow-up']}"
    return (
        Item("6a", "Target trial: eligibility", target["Eligibility"]),
        Item("6b", "Target trial: strategies", target["Strategies"]),
        Item("6c", "Target trial: assignment", target["Assignment"]),
        Item("6d", "Target trial: follow-up", follow_up),
        Item("6e", "Target trial: outcome", target["Outcome"]),
        Item("6f", "Target trial: contrast", target["Contrast"]),
        Item(
            "6g",
            "Target trial: assumptions",
            "One applicant's strategy does not change another's outcome; whose record ends early is no different.",
        ),
        Item("6h", "Target trial: analysis", f"{target['Analysis']} {rule_of(claim)}"),
        Item("7a", "Emulation: eligibility", emulated["Eligibility"]),
        Item("7b", "Emulation: strategies", emulated["Strategies"]),
        Item("7c", "Emulation: assignment", emulated["Assignment"]),
        Item("7d", "Emulation: follow-up", f"{emulated['Time zero']} {emulated['Follow-up']}"),
        Item("7e", "Emulation: outcome", emulated["Outcome"]),
        Item("7f", "Emulation: contrast", emulated["Contrast"]),
        Item("7g(i)", "Emulation: assumptions", assumptions_of(claim)),
        Item("7g(ii)", "Emulation: variables of the assumptions", _variables(claim, choices)),
        Item("7h(i)", "Emulation: analysis and missing data", f"{emulated['Analysis']} {_MISSING}"),
        Item(
            "7h(ii)",
            "Emulation: sensitivity",
            "By the same rule: horizon, margin, order within a day, weights cut or not balanced, products, covariates "
            "left out one at a time, clusters, ends of records (weighted for, and at their extremes), missing ratings "
            "and referrals filled in, forgotten attempts, traits of several strengths.",
        ),
    )


_MISSING = "A missing covariate is a level of its own; a contact whose item was not recorded is left out."


def _variables(claim: Claim, choices: Choices) -> str:
    if claim.design == "prediction":
        return "None is adjusted for."
    columns = listed(list(choices.adjusted(claim)), "and") or "no columns"
    history = listed([name.replace("_", " ") for name in claim.history], "and")
    return (
        f"Of each interview {columns}; numbers by levels or fifths with a straight line, times by a curve, rare levels "
        f"together.{f' Of the call history: {history}.' if history else ''}"
    )


def _results(run: Run | None) -> tuple[Item, ...]:
    names = (
        ("8", "Participants"),
        ("9", "Baseline data"),
        ("10", "Follow-up"),
        ("11", "Missing data"),
        ("12", "Outcomes"),
        ("13", "Estimates"),
        ("14", "Further analyses"),
    )
    if run is None:
        return tuple(Item(number, name, _NO_RUN) for number, name in names)
    row = run.row
    if row.verdict == "not_testable":
        texts = [_eligible(row), *[f"Not reported, since the claim can't be tested: {row.reason}"] * 6]
    else:
        texts = [
            _participants(row),
            _baseline(row),
            _flow(row, _ENDS, "Follow-up of both arms: "),
            _missing(row),
            _outcomes(row),
            _estimates(row),
            _further(run),
        ]
    return tuple(Item(number, name, text) for (number, name), text in zip(names, texts, strict=True))


_ENDS = ("event within", "ended otherwise", "record ends")


def _eligible(row: ClaimRow) -> str:
    if row.n_interviews is None:
        return "Hidden, since it is about few applicants."
    return f"{row.n_interviews:,} eligible interviews of {row.n_applicants:,} applicants."


def _participants(row: ClaimRow) -> str:
    adjusted = listed(list(row.diagnostics.get("adjusted_for", ())), "and")
    sizes = (
        f" After weighting they are worth {_number(row.ess_strategy)} (strategy) and {_number(row.ess_alternative)} "
        f"(alternative) interviews; the largest weight is {_share(row.max_weight_share)} of its arm."
    )
    told = _flow(row, ("eligible", "left the", "did what", "heard or"), "")
    return f"{_eligible(row)} {told}{sizes} Adjusted for {adjusted or 'nothing'}."


def _flow(row: ClaimRow, beginnings: tuple[str, ...], words: str) -> str:
    told = [
        f"{step.step}{'' if step.arm == 'both' else f' ({step.arm})'} {_counted(step)}"
        for step in row.diagnostics.get("flow", ())
        if step.step.startswith(beginnings)
    ]
    return f"{words}{'; '.join(told)}." if told else "None is shown."


def _counted(step: FlowRow) -> str:
    if step.n_interviews is None:
        return "hidden (few applicants)"
    return f"{step.n_interviews:,} interviews of {step.n_applicants:,} applicants"


def _baseline(row: ClaimRow) -> str:
    apart = {(one.covariate, one.level): one for one in row.diagnostics.get("balance", ())}
    lines = [_level(one, apart.get((one.covariate, one.level))) for one in row.diagnostics.get("baseline", ())]
    worst = row.balance
    far = (
        f" Of numbers, the arm farthest from everybody's weighted mean is {worst.distance:.2f} standard deviations "
        f"off ({worst.covariate.replace('_', ' ')})."
        if worst
        else ""
    )
    told = "; ".join(lines) if lines else "none that can be shown"
    return (
        "Share of all eligible; of those who did what the strategy asks against the alternative; the same weighted; "
        f"standardised difference of the arms before and after weighting: {told}.{far}"
    )


def _level(one: BaselineRow, apart: BalanceRow | None) -> str:
    """A level of a covariate in numbers."""
    told = "" if apart is None else f"{_signed(apart.before)}, {_signed(apart.after)}"
    if one.share is None:
        return f"{one.covariate} {one.level} hidden, few applicants{f' ({told})' if told else ''}"
    pairs = ((one.share_strategy, one.share_alternative), (one.weighted_strategy, one.weighted_alternative))
    arms = [f"{_share(first)} against {_share(second)}" for first, second in pairs]
    return f"{one.covariate} {one.level} {_share(one.share)} ({'; '.join([*arms, *([told] if told else [])])})"


def _signed(value: float | None) -> str:
    return "not known" if value is None else f"{value:+.2f}"


def _missing(row: ClaimRow) -> str:
    there = row.diagnostics.get("baseline", ())
    absent = [one for one in there if one.level == MISSING]
    lacking = {one.covariate for one in absent}
    whole = [name for name in dict.fromkeys(one.covariate for one in there) if name not in lacking]
    told = [*(_absent(one) for one in absent), *([f"{listed(whole, 'and')}: of none"] if whole else [])]
    unrecorded = row.diagnostics.get("unrecorded", 0)
    return (
        f"{_MISSING} At time zero missing of the eligible, {'; '.join(told) or 'nothing, as nothing is adjusted for'}. "
        f"Contacts left out since an item was not recorded: {'few' if unrecorded is None else f'{unrecorded:,}'}. "
        f"Outcomes not seen: {_flow(row, ('record ends',), '')}"
    )


def _absent(one: BaselineRow) -> str:
    """How often a covariate is missing."""
    if one.share is None:
        return f"{one.covariate}: of some, too few in an arm to be shown"
    arms = f"{_share(one.share_strategy)} (strategy), {_share(one.share_alternative)} (alternative)"
    return f"{one.covariate}: {_share(one.share)}; {arms}"


def _outcomes(row: ClaimRow) -> str:
    events = "a hidden number" if row.n_events is None else f"{row.n_events:,}"
    return (
        f"{events} outcomes among the eligible. Risk {_share(row.risk_strategy)} under the strategy, "
        f"{_share(row.risk_alternative)} under the alternative; a plain tabulation of those who did either shows a "
        f"difference of {_points(row.naive)}."
    )


def _difference(row: ClaimRow) -> str:
    if row.estimate is None:
        return ""
    return f"{_points(row.estimate)} ({_points(row.conf_low)} to {_points(row.conf_high)})."


def _estimates(row: ClaimRow) -> str:
    ratio = " to ".join(_number(one, 2) for one in (row.risk_ratio_low, row.risk_ratio_high))
    limit = "" if row.deciding_limit is None else f" The limit that decides: {_points(row.deciding_limit)}."
    return (
        f"Difference {_difference(row)} Risk ratio {_number(row.risk_ratio, 2)} ({ratio}). By weights alone "
        f"{_points(row.estimate_weighted)}, doubly robust {_points(row.estimate_doubly_robust)}. "
        f"p {_number(row.p_value, 3)}, adjusted {_number(row.p_adjusted, 3)}.{limit} Verdict: {row.verdict_words}."
    )


def _further(run: Run) -> str:
    row, told = run.row, []
    if row.second_line:
        line = row.second_line
        told.append(f"{line.outcome}: {_points(line.estimate)} ({_points(line.conf_low)} to {_points(line.conf_high)})")
    way = row.diagnostics.get("second_way")
    if way:
        told.append(f"{way.method}: {_points(way.estimate)}, {'agrees' if way.agrees else 'does not agree'}")
    told += [_control(one) for one in row.diagnostics.get("controls", ())]
    told += [
        f"{one.trait} with a risk ratio of {one.risk_ratio:.2g} would leave {_points(one.difference_left)}"
        for one in row.diagnostics.get("tipping", ())
        if one.difference_left is not None
    ]
    told += [f"{one.change}: {one.verdict_words}{_changed(one)}" for one in run.sensitivity[1:]]
    e_value = f" E-value of the limit {_number(row.e_value, 2)}." if row.e_value is not None else ""
    return (f"{'; '.join(told)}." if told else "None.") + e_value


def _control(control: ControlRow) -> str:
    name = control.control.replace("_", " ")
    return f"negative control {name}: {_signed(control.estimate)}, p {_number(control.p_value, 2)}"


def _changed(row: SensitivityRow) -> str:
    return "" if row.estimate is None else f" ({_points(row.estimate)})"


def _closing(catalogue: Catalogue, run: Run | None) -> tuple[Item, ...]:
    interpretation = LABEL_RULE
    registered = "Nothing was registered, or no registration was given."
    if run is not None:
        label = f" Here: {run.row.label}." if run.row.label else ""
        interpretation = f"{run.row.verdict_words}: {run.row.reason}{label} {LABEL_RULE}"
        if run.row.post_hoc is not None:
            registered = "Post hoc: it doesn't fit its registration." if run.row.post_hoc else "As it was registered."
    return (
        Item("15", "Interpretation", interpretation),
        Item(
            "16",
            "Limitations",
            "Nobody was assigned at random: an unmeasured cause of acting and answering is not adjusted for; contacts "
            "that were not written down count as not made; the negative controls and the traits above say how much of "
            "that the verdict could bear.",
        ),
        Item("17", "Ethics", _AUTHORS),
        Item("18", "Registration", f"{registered} When it was dated needs proof from outside, such as a registry."),
        Item(
            "19",
            "Data and code",
            f"Claims file {catalogue.name} {catalogue.version}, SHA-256 {catalogue.sha256}; the code is public, the "
            "log confidential.",
        ),
        Item("20", "Funding", _AUTHORS),
        Item("21", "Conflicts of interest", _AUTHORS),
    )


def _points(value: float | None) -> str:
    return "not known" if value is None else f"{100 * value:+.1f} in 100"


def _share(value: float | None) -> str:
    return "not known" if value is None else f"{100 * value:.1f}%"


def _number(value: float | None, digits: int = 0) -> str:
    return "not known" if value is None else f"{value:,.{digits}f}"


def as_lines(items: Iterable[Item]) -> list[str]:
    """The items as lines of Markdown."""
    return [f"- **{one.number}. {one.name}.** {one.text}" for one in items]
