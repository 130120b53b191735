"""Fit the callback model to a log, judge it, and give it as one result."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.cells.counted import counts_behind
from followup_analytics.log.followup_log import Note
from followup_analytics.log.unrecorded import NOT_RECORDED
from followup_analytics.model.evaluate import METRICS, Evaluation, FoldPredictions, evaluate
from followup_analytics.model.fitting import Trained, later, train, unseen, unseen_rows
from followup_analytics.model.groups import by_group, reliability
from followup_analytics.model.multiples import multiples, with_own
from followup_analytics.model.nested_rows import NO_MEASURE, CalibrationRow
from followup_analytics.model.result import MODEL_KINDS, CallbackModel, ModelRow
from followup_analytics.model.saved import FittedModel, make_saved
from followup_analytics.model.terms import NAMES, covariates_of, term_frame
from followup_analytics.model.waiting import Curve, spells, waiting_curves
from followup_analytics.results.disclosure import (
    Disclosure,
    DisclosurePolicy,
    disclose,
    n_applicants_of,
    policy_of,
    require_enough,
    working_paper,
)
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import scope
from followup_analytics.statistics.threads import one_thread_each

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

_FEW_EVENTS = 10.0
#: Below this many numbers in a design, threads cost more than they bring.
_SMALL_DESIGN = 5_000_000


def fit_callback_model(
    log: FollowUpLog,
    *,
    within: float = 7.0,
    outcome: str = "response",
    adjust: Sequence[str] | None = None,
    seed: int = 0,
    cohort: str | Sequence[str] | None = None,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
) -> CallbackModel:
    """How likely an attempt is to be answered within its window, from what is known before it is made.

    A discrete-time hazard: one row per attempt at risk whose whole window lies within the record, ridge logistic
    regression on one-hot bins, strength of the penalty by cross-validation over folds of applicants, no class weights.

    within: days of the window. outcome: response or advanced. adjust: interview columns used beside the terms of
    the attempt and its history; by default self_rating (made before the attempt), referral, interview_format,
    job_level and industry, as far as the log has them. seed: of the folds. cohort: only this cohort of the log, or
    these. min_cell: no level, bin or interval rests on fewer applicants (disclosure: the policy, its name or its file).

    The result says whether the model beats the base rate (a one-sided test on out-of-fold log loss, clustered on
    applicants); where it doesn't, predictions fall back to the base rate. It predicts, and says nothing of what an
    action would change.

    Raises UsageError for an unknown column, outcome or window, WithheldError where fewer than `min_cell` applicants
    made an attempt that can be judged.

    Example:
        >>> model = fit_callback_model(log)
        >>> model.rows[0].beats_base_rate
        True
    """
    policy = policy_of(disclosure, min_cell)
    log = scope(log, cohort, policy, within=within)
    covariates = covariates_of(log, adjust)
    frame = term_frame(log, within=within, outcome=outcome, adjust=covariates)
    usable = frame.filter("in_full")
    require_enough(n_applicants_of(log.interviews), policy)
    if outcome == "advanced" and not log.outcomes_recorded:
        return _nothing(log, frame.clear(), within, outcome, covariates, policy, reason=NOT_RECORDED)
    if not usable.height:
        return _nothing(log, frame, within, outcome, covariates, policy)
    require_enough(n_applicants_of(usable), policy)
    names = (*NAMES, *covariates)
    with one_thread_each() if usable.height * len(names) * 4 <= _SMALL_DESIGN else nullcontext():
        trained = train(usable, names, min_cell=policy.min_cell, seed=seed)
        predictions, folds = unseen(trained, seed)
        found = evaluate(predictions)
        held_out = later(usable, names, within=within, min_cell=policy.min_cell, seed=seed)
    judged = usable.with_columns(pl.Series("p", unseen_rows(trained, folds, seed)))
    saved = make_saved(
        log, trained.fit, usable, within=within, outcome=outcome, covariates=covariates, min_cell=policy.min_cell,
        beats=found.beats_base_rate, metrics=found.metrics, curves=(),
    )  # fmt: skip
    saved = replace(saved, curves=_curves(log, saved, frame, policy.min_cell))
    row = ModelRow(
        **_facts(usable, trained, found, held_out, saved),
        reliability=reliability(judged, policy=policy),
        calibration_by=[*_groups(log, judged, "cohort", policy), *_groups(log, judged, "channel", policy)],
    )
    return CallbackModel(
        rows=disclose([row], policy, parts=False, nested=MODEL_KINDS),
        counts=LogCounts.of(log),
        notes=_notes(frame, usable, trained, found, row),
        native=log.native,
        fitted=saved,
    )


def _facts(
    usable: pl.DataFrame, trained: Trained, found: Evaluation, held_out: FoldPredictions | None, saved: FittedModel
) -> dict[str, Any]:
    temporal = None if held_out is None else _temporal(held_out)
    why = _why_no_model(trained, found)
    care = trained.fit.events_per_column < _FEW_EVENTS or not found.beats_base_rate
    return {
        "outcome": saved.outcome,
        "within": saved.within,
        "metrics": {**found.metrics, "temporal": temporal},
        "temporal": temporal,
        "coefficients": saved.coefficient_rows(),
        "beats_base_rate": found.beats_base_rate,
        "p_value": found.p_value,
        "gain": found.gain,
        "base_rate": trained.fit.rate if not trained.fit.one_kind else float(usable["y"].to_numpy().mean()),
        "penalty_c": trained.fit.c,
        "n_columns": trained.fit.coding.width,
        "left_out": list(trained.fit.coding.constant),
        "n_attempts": usable.height,
        **counts_behind(usable),
        "status": "not_estimable" if trained.fit.one_kind else "use_with_care" if care else "ok",
        "reason": why,
    }


def _temporal(held_out: FoldPredictions) -> dict[str, Any]:
    found = evaluate(held_out)
    return {**found.metrics, "n_attempts": len(held_out.n), "n_events": int(held_out.s.sum())}


def _why_no_model(trained: Trained, found: Evaluation) -> str | None:
    if trained.fit.one_kind:
        return "Every attempt ended alike, answered or not, so that there is nothing to tell them apart by."
    if trained.fit.coding.width == 0:
        return "Nothing that is known before an attempt differs between these attempts: only the base rate is left."
    if not found.beats_base_rate:
        return (
            "The model does not beat the base rate on applicants it has not seen: "
            "predictions fall back to the base rate."
        )
    if trained.fit.events_per_column < _FEW_EVENTS:
        return (
            f"There are fewer than {_FEW_EVENTS:.0f} responses to each column of the model: read its terms with care."
        )
    return None


def _nothing(
    log: FollowUpLog,
    frame: pl.DataFrame,
    within: float,
    outcome: str,
    covariates: Sequence[str],
    policy: DisclosurePolicy,
    reason: str = "",
) -> CallbackModel:
    """The stated result where no attempt was watched for a whole window, or what is asked for was not recorded."""
    reason = reason or (
        "No attempt was made while a response was still possible."
        if not frame.height
        else f"No attempt was followed for the whole window of {within:g} days: choose a shorter one, or wait."
    )
    row = ModelRow(
        outcome=outcome, within=within, metrics=dict.fromkeys(METRICS, NO_MEASURE), temporal=None,
        coefficients=[], beats_base_rate=False, p_value=None, gain=NO_MEASURE, base_rate=None, penalty_c=None,
        n_columns=0, left_out=[*NAMES, *covariates], n_attempts=0, n_interviews=0, n_applicants=0, n_events=0,
        status="not_estimable", reason=reason, reliability=[], calibration_by=[],
    )  # fmt: skip
    saved = make_saved(
        log, None, frame, within=within, outcome=outcome, covariates=tuple(covariates), min_cell=policy.min_cell,
        beats=False, metrics={}, curves=(),
    )  # fmt: skip
    saved = replace(saved, curves=_curves(log, saved, frame, policy.min_cell))
    return CallbackModel(working_paper([row]), LogCounts.of(log), (Note("no_model", reason),), log.native, fitted=saved)


def _curves(log: FollowUpLog, saved: FittedModel, frame: pl.DataFrame, min_cell: int) -> tuple[Curve, ...]:
    """How long answers take, with each spell's terms taken into account as they are when predicting."""
    terms = frame.drop("interview_id", "applicant_id", "bucket")
    found = spells(log, saved.outcome).join(terms, on="contact_id", how="left", maintain_order="left")
    multiple = multiples(saved, with_own(found, log, saved.covariates))
    return waiting_curves(found.with_columns(multiple=pl.Series(multiple)), min_cell=min_cell)


def _groups(log: FollowUpLog, judged: pl.DataFrame, by: str, policy: DisclosurePolicy) -> list[CalibrationRow]:
    if by in judged.columns:
        return by_group(judged, by, policy=policy)
    named = judged.join(log.interviews.select("interview_id", by), on="interview_id", how="left", maintain_order="left")
    return by_group(named, by, policy=policy)


def _notes(
    frame: pl.DataFrame, usable: pl.DataFrame, trained: Trained, found: Evaluation, row: ModelRow
) -> tuple[Note, ...]:
    notes = [
        Note(
            "prediction",
            "These are predictions from what is known before an attempt: they don't say what an action would change.",
        ),
    ]
    if row.reason:
        notes.append(Note("no_model" if not found.beats_base_rate else "few_events", row.reason))
    if frame.height > usable.height:
        notes.append(
            Note(
                "window_open",
                "attempts were left out because the record ends before their window does.",
                frame.height - usable.height,
            )
        )
    if trained.fit.coding.constant:
        notes.append(
            Note("constant_terms", f"Without variation, and so left out: {', '.join(trained.fit.coding.constant)}.")
        )
    if any(term.pooled for term in trained.fit.coding.terms):
        notes.append(Note("pooled_levels", "Levels of too few applicants are pooled as (other)."))
    if row.temporal is None:
        notes.append(
            Note("no_temporal", "The log is too short or too small to hold its latest interviews out as a test.")
        )
    return tuple(notes)
