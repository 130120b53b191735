"""Run the analyses that a report needs on one log, once each, and keep what they say as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.answers.outcomes.result import CohortOutcomes, CohortRow
from followup_analytics.cells.counted import attempts
from followup_analytics.claims.definition import Catalogue
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.asked import unused_name
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.subsets import subset
from followup_analytics.log.unrecorded import NOT_RECORDED
from followup_analytics.report.facts import LogFacts
from followup_analytics.report.findings import Findings, Options
from followup_analytics.report.typecase import TypeCase
from followup_analytics.report.whole import beside_cohorts, beside_landmark, coarse_notes, giving_away
from followup_analytics.results.disclosure import (
    DisclosurePolicy,
    is_hidden,
    people_with,
    require_enough,
    small_cohort_note,
)
from followup_analytics.results.disclosure.marked import HIDDEN_REASON, SUPPRESSED
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.text import listed, told_apart

if TYPE_CHECKING:
    from followup_analytics.answers.curves.result import CurveResult
    from followup_analytics.answers.outcomes.compared import ComparedRow
    from followup_analytics.answers.rates.result import RatesResult, RatesRow
    from followup_analytics.claims.result import ClaimsResult
    from followup_analytics.model.result import ModelRow

#: Letters of a name in the rows of a table, and of a cohort that heads a column.
_LONGEST_NAME, _LONGEST_HEAD = 60, 26
_ALL = "all_attempts"
#: Parts of a report beside its tables of rates; no column can be called so.
_COHORTS, _BOTH = "\0cohorts", "\0both curves"
#: The keys of the tables of rates that a kind of report needs, where these are not what was asked for.
_KEYS: Mapping[str, tuple[str, ...]] = {"bulletin": ("timing",), "claims": (), "methods": ()}


def gather(
    log: FollowUpLog,
    options: Options,
    case: TypeCase,
    *,
    kind: str = "cohort",
    whole: FollowUpLog | None = None,
    claims: ClaimsResult | None = None,
) -> Findings:
    """Everything that the pages say about a log.

    Strings from the log are made printable here, before any of them reaches a chart. `claims` is a result of
    `test_claims` on the same log; None runs it. A report of kind claims goes without rates by key and without a model.
    `whole` is the log that a cohort was taken from.
    Raises WithheldError for a log of too few applicants.
    """
    from followup_analytics.answers.curves import incidence_curve

    counts = LogCounts.of(log)
    require_enough(counts.applicants, options.policy)
    at_risk = attempts(log, options.outcome, options.within)
    curve = incidence_curve(log, outcome=options.outcome, horizon=options.horizon, disclosure=options.policy)
    asked = replace(options, by=_KEYS.get(kind, options.by))
    rates, tables, reasons, notes = _rates(log, asked, at_risk.height)
    groups: tuple[CohortRow, ...] = ()
    comparison: tuple[ComparedRow, ...] = ()
    model, card = None, None
    cohorts: tuple[Result, ...] = ()
    both: CurveResult | None = None
    if kind in ("cohort", "bulletin"):
        groups, comparison, cohorts = _cohorts(whole or log, options)
        both = _both_curves(whole or log, comparison, options)
    gone = _beside_each_other((rates, curve), tables, cohorts, both, options.policy)
    for key in tables.keys() & set(gone):
        del tables[key]
        reasons[key] = _too_few("Beside the other tables the rows of this one are", options)
    if _COHORTS in gone:
        groups, comparison, cohorts, both = (), (), (), None
    if _BOTH in gone:
        both = None
    if both is not None:
        both = beside_landmark(both, comparison, options.policy)
        curve = beside_cohorts(curve, both, options.policy)
    if kind in ("cohort", "methods"):
        model, card, reasons["model"] = _model(log, options)
    judged, catalogue, reasons["claims"] = _claims(log, options, claims)
    heads = told_apart([row.group for row in case.clean_rows(groups)], _LONGEST_HEAD)
    return Findings(
        counts=counts,
        facts=LogFacts.of(log, at_risk),
        options=options,
        overall=rates[0].rows[0] if rates else None,
        tables={key: _short_names(case.clean_rows(table.rows)) for key, table in tables.items()},
        curve=case.clean_rows(curve.rows),
        quantiles=tuple(curve.quantiles),
        both_curves=tuple(
            row.having(by={"cohort": heads[row.by["cohort"]]})
            for row in case.clean_rows(() if both is None else both.rows)
        ),
        groups=tuple(row.having(group=heads[row.group]) for row in case.clean_rows(groups)),
        comparison=tuple(
            row.having(group=heads[row.group], against=heads[row.against]) for row in case.clean_rows(comparison)
        ),
        long_names={short: name for name, short in heads.items() if short != name},
        model=case.clean_all(model),
        card=case.clean_all(card),
        claims=case.clean_rows(judged.rows) if judged is not None else (),
        catalogue=catalogue,
        notes=coarse_notes(
            _merged(
                log.notes,
                small_cohort_note(people_with("cohort", (whole or log).interviews), options.policy),
                notes,
                curve.notes,
                judged.notes if judged is not None else (),
            ),
            options.policy,
        ),
        reasons=case.clean_all({name: reason for name, reason in reasons.items() if reason}),
        answers=(*rates, *tables.values(), curve, *([both] if both is not None else []), *cohorts),
    )


def _rates(
    log: FollowUpLog, options: Options, n_attempts: int
) -> tuple[tuple[RatesResult, ...], dict[str, RatesResult], dict[str, str], Any]:
    """The answers, that of all attempts first, and a table for each key; what is withheld or impossible becomes a
    reason."""
    from followup_analytics.answers.rates import response_rates

    reasons: dict[str, str] = {}
    if n_attempts == 0:
        reasons["rates"] = (
            "No attempt in this log was made while a response was still open, so there are no response rates."
        )
        return (), {}, reasons, ()

    def asked(source: FollowUpLog, key: str) -> RatesResult:
        return response_rates(
            source,
            by=[key],
            within=options.within,
            outcome=options.outcome,
            disclosure=options.policy,
            beside_total=True,
        )

    name = unused_name(_ALL, [*log.interviews.columns, *log.contacts.columns])
    try:
        found = asked(log.with_group(name, pl.lit("all")), name)
    except WithheldError:
        reasons["rates"] = _too_few("Rates are", options)
        return (), {}, reasons, ()
    if found.rows[0].reason == NOT_RECORDED:
        reasons["rates"] = NOT_RECORDED
    tables: dict[str, RatesResult] = {}
    for key in options.by:
        try:
            tables[key] = asked(log, key)
        except WithheldError:
            reasons[key] = _too_few("The rows of this table are", options)
    return (found,), tables, reasons, found.notes


def _beside_each_other(
    always: tuple[tuple[RatesResult, ...], CurveResult],
    tables: Mapping[str, RatesResult],
    cohorts: Sequence[Result],
    both: CurveResult | None,
    policy: DisclosurePolicy,
) -> tuple[str, ...]:
    """The parts that have to go, since beside the others they would let a hidden number be found."""
    overall, curve = always
    parts: dict[str, Sequence[Result]] = {_COHORTS: cohorts} if cohorts else {}
    parts |= {} if both is None else {_BOTH: (both,)}
    parts |= {key: (table,) for key, table in tables.items()}
    return giving_away((*overall, curve), parts, policy)


def _too_few(what: str, options: Options) -> str:
    """Why a part is missing, for the reader of the page (the error's own sentence is for whoever ran the command)."""
    return f"{what} not shown: they would be about fewer than {options.min_cell} applicants."


def _short_names(rows: Sequence[RatesRow]) -> tuple[RatesRow, ...]:
    """The rows with values of their keys no longer than a table or a sentence can bear."""
    short = told_apart({value: None for row in rows for value in row.by.values()}, _LONGEST_NAME)
    return tuple(row.having(by={key: short[value] for key, value in row.by.items()}) for row in rows)


def _cohorts(
    log: FollowUpLog, options: Options
) -> tuple[tuple[CohortRow, ...], tuple[ComparedRow, ...], tuple[Result, ...]]:
    """The cohorts in the order of time, the one reported on beside the one before, and the answers behind them;
    nothing without outcomes."""
    from followup_analytics.answers.outcomes import compare_cohorts

    latest = log.interviews.drop_nulls("cohort").group_by("cohort").agg(pl.col("_at_us").max()).sort("_at_us", "cohort")
    names = [str(name) for name in latest["cohort"]]
    if options.against is not None:
        _check_against(options, names)
    if not names or (log.outcomes.is_empty() and log.applicants is None):
        return (), (), ()
    names = _told(names, options)
    answers = _cohort_answers(log, names, options)
    found = {row.group: row for one in answers for row in one.rows}
    if not found:
        return (), (), ()
    groups = tuple(found.get(name) or _hidden_cohort(name) for name in names)
    shown = [row.group for row in groups if not is_hidden(row)]
    if len(shown) < 2 or shown[-1] != names[-1]:
        return groups, (), answers
    try:
        return groups, compare_cohorts(log, shown[-1], shown[-2], disclosure=options.policy).rows, answers
    except WithheldError:
        return groups, (), answers


def _check_against(options: Options, names: Sequence[str]) -> None:
    """Refuse a cohort to compare with that the log has not, or that is the one reported on."""
    if options.against not in names:
        known = listed(names, "and") if names else "none"
        raise UsageError(f"There is no cohort {options.against!r} to set beside this one; the log has {known}.")
    if options.against == options.cohort or (options.cohort not in names and options.against == names[-1]):
        raise UsageError(f"{options.against!r} is the cohort reported on: set another beside it.")


def _told(names: Sequence[str], options: Options) -> list[str]:
    """The cohorts that the pages tell, in the order of time: none later than the one reported on, which comes last.

    One that was asked for stands right before it.
    """
    names = list(names[: names.index(options.cohort) + 1]) if options.cohort in names else list(names)
    if options.against is not None:
        names = [*(name for name in names[:-1] if name != options.against), options.against, names[-1]]
    return names


def _both_curves(log: FollowUpLog, comparison: Sequence[ComparedRow], options: Options) -> CurveResult | None:
    """How soon people heard back in the two cohorts that are compared; None where none are."""
    from followup_analytics.answers.curves import incidence_curve

    if not comparison:
        return None
    pair = (comparison[0].group, comparison[0].against)
    # What was prepared of the log serves again where it is these two cohorts and nobody else.
    part = log if set(log.interviews["cohort"].unique()) == set(pair) else subset(log, cohort=pair)
    try:
        return incidence_curve(
            part, by="cohort", outcome=options.outcome, horizon=options.horizon,
            disclosure=options.policy,
        )  # fmt: skip
    except WithheldError:
        return None


def _hidden_cohort(name: str) -> CohortRow:
    gone: dict[str, Any] = dict.fromkeys(CohortRow.hidden_with_row())
    return CohortRow(group=name, **gone, status=SUPPRESSED, reason=HIDDEN_REASON)


def _cohort_answers(log: FollowUpLog, names: Sequence[str], options: Options) -> tuple[CohortOutcomes, ...]:
    """The outcomes of each cohort; those of a report on one cohort need hide none for the sake of a common total.

    Reports on one cohort after another ask the same of the same log: what was found is remembered by it.
    """
    asked = [(name,) for name in names] if options.cohort in names else [()]
    found = (
        log.remembered(("outcomes in reports", cohorts, options.policy), partial(_outcomes_of, log, cohorts, options))
        for cohorts in asked
    )
    return tuple(one for one in found if one is not None)


def _outcomes_of(log: FollowUpLog, cohorts: tuple[str, ...], options: Options) -> CohortOutcomes | None:
    """The outcomes of one cohort, or of all for none; None where they are withheld."""
    from followup_analytics.answers.outcomes import cohort_outcomes

    try:
        return cohort_outcomes(subset(log, cohort=cohorts), disclosure=options.policy)
    except WithheldError:
        return None


def _model(log: FollowUpLog, options: Options) -> tuple[ModelRow | None, dict[str, Any] | None, str]:
    """The callback model's one row and its card, or the sentence that says why there is none."""
    from followup_analytics.model import fit_callback_model

    try:
        fitted = fit_callback_model(
            log, within=options.within, outcome=options.outcome, seed=options.seed, disclosure=options.policy
        )
    except WithheldError:
        return None, None, _too_few("Its numbers are", options)
    if fitted.row.base_rate is None:
        return None, None, fitted.row.reason or "There is no model."
    return fitted.row, fitted.card().to_dict(), ""


def _claims(
    log: FollowUpLog, options: Options, given: ClaimsResult | None
) -> tuple[ClaimsResult | None, Catalogue | None, str]:
    """The verdicts on the claims with their catalogue, or the sentence that says why there are none."""
    from followup_analytics.claims import own_catalogue, test_claims

    try:
        judged = given or test_claims(log, disclosure=options.policy, seed=options.seed)
    except WithheldError:
        return None, None, _too_few("Verdicts are", options)
    return judged, getattr(judged, "catalogue", None) or own_catalogue(), ""


def _merged(*groups: Any) -> tuple[Note, ...]:
    """Notes of several results, each once."""
    seen: dict[tuple[str, int | None], Note] = {}
    for note in (note for group in groups for note in group):
        seen.setdefault((note.code, note.n), note)
    return tuple(seen.values())
