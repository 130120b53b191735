"""Run the analyses that a report needs on one log, once each, and keep what they say as rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.cells import attempts
from followup_analytics.disclosure import require_enough
from followup_analytics.errors import FollowUpError, UsageError, WithheldError
from followup_analytics.log import FollowUpLog, Note
from followup_analytics.report.facts import LogFacts
from followup_analytics.report.findings import Findings, Options
from followup_analytics.report.typecase import TypeCase
from followup_analytics.results import LogCounts, Result

if TYPE_CHECKING:
    from followup_analytics.rates import RatesResult

_ALL = "all_attempts"


def gather(log: FollowUpLog, options: Options, case: TypeCase, *, claims: Result | None = None) -> Findings:
    """Everything that the pages say about a log.

    Strings from the log are made printable here, before any of them reaches a chart. `claims` is a result of
    `test_claims` on the same log, or None to leave claims out. Raises WithheldError for a log of too few applicants.
    """
    from followup_analytics.curves import incidence_curve

    counts = LogCounts.of(log)
    require_enough(counts.applicants, options.min_cell)
    at_risk = attempts(log, options.outcome, options.within)
    curve = incidence_curve(log, outcome=options.outcome, horizon=options.horizon, min_cell=options.min_cell)
    overall, tables, reasons, notes = _rates(log, options, at_risk.height)
    model, why_no_model = _model(log, options)
    if why_no_model:
        reasons["model"] = why_no_model
    return Findings(
        counts=counts,
        facts=LogFacts.of(log, at_risk),
        options=options,
        overall=overall,
        tables=case.clean_all(tables),
        curve=case.clean_all(curve.rows),
        quantiles=tuple(curve.quantiles),
        model=case.clean_all(model),
        claims=tuple(case.clean_all(claims.rows)) if claims is not None else (),
        notes=_merged(log.notes, notes, curve.notes, claims.notes if claims is not None else ()),
        reasons=case.clean_all(reasons),
    )


def _rates(log: FollowUpLog, options: Options, n_attempts: int) -> tuple[Any, dict[str, Any], dict[str, str], Any]:
    """The overall rate and a table for each key; what is withheld or impossible becomes a reason."""
    from followup_analytics.rates import response_rates

    reasons: dict[str, str] = {}
    if n_attempts == 0:
        reasons["rates"] = (
            "No attempt in this log was made while a response was still open, so there are no response rates."
        )
        return None, {}, reasons, ()

    def asked(source: FollowUpLog, key: str) -> RatesResult:
        return response_rates(
            source, by=[key], within=options.within, outcome=options.outcome, min_cell=options.min_cell
        )

    everyone = replace(log, interviews=log.interviews.with_columns(pl.lit("all").alias(_ALL)))
    try:
        found = asked(everyone, _ALL)
    except WithheldError as refused:
        reasons["rates"] = str(refused)
        return None, {}, reasons, ()
    tables = {}
    for key in options.by:
        try:
            tables[key] = asked(log, key).rows
        except WithheldError as refused:
            reasons[key] = str(refused)
    return found.rows[0], tables, reasons, found.notes


def _model(log: FollowUpLog, options: Options) -> tuple[Any, str | None]:
    """The callback model's one row, or the sentence that says why there is none."""
    try:
        from followup_analytics.model import fit_callback_model
    except ImportError:
        return None, "The model is not part of this installation."
    try:
        fitted = fit_callback_model(log, within=options.within, min_cell=options.min_cell)
    except UsageError:
        raise
    except FollowUpError as refused:
        return None, str(refused)
    return dict(fitted.rows[0]), None


def _merged(*groups: Any) -> tuple[Note, ...]:
    """Notes of several results, each once."""
    seen: dict[tuple[str, int | None], Note] = {}
    for note in (note for group in groups for note in group):
        seen.setdefault((note.code, note.n), note)
    return tuple(seen.values())
