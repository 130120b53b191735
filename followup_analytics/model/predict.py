"""For each open interview: the chance of hearing back soon if nothing further is done, given the silence so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl

from followup_analytics.cells.counted import episodes
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import without_mark
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.followup_log import Note
from followup_analytics.model.drift import drift_notes
from followup_analytics.model.file import load_callback_model
from followup_analytics.model.if_call import if_called
from followup_analytics.model.multiples import log_variances, multiples, with_own
from followup_analytics.model.result import CallbackModel
from followup_analytics.model.saved import FittedModel
from followup_analytics.model.terms import term_frame
from followup_analytics.model.waiting import STRATA
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import working_paper
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.scope import scope
from followup_analytics.statistics import t_quantile
from followup_analytics.text import counted, counted_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.log.followup_log import FollowUpLog

_FORTNIGHT = 14.0
#: So many predictions can be told apart on one chart.
_MOST_DRAWN = 30


@answer_row
class PredictionRow(Row):
    """The chance of hearing back about one open interview."""

    interview_id: str = col.column("text", "interview", "The interview.", role="confidential", importance=col.ALWAYS)
    probability: float | None = col.column(
        "share",
        "chance if nothing is done",
        "Chance of a response in the next `within` days if nothing further is done.",
        role="confidential",
        importance=col.ALWAYS,
    )
    conf_low: float | None = col.lower()
    conf_high: float | None = col.higher()
    probability_14: float | None = col.column(
        "share", "within 14 days", "The same within 14 days.", role="confidential"
    )
    silence_days: float | None = col.column(
        "days", "days of silence", "Days since the last attempt, or since the interview.", role="confidential"
    )
    attempts: int = col.column("count", "attempts", "Attempts made.", role="confidential")
    basis: str = col.column("text", "", "`model` or `base rate`: what the chance rests on.")
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)
    if_call: float | None = col.column(
        "share", "predicted if called", "Predicted for a call on the next day, or null.", role="confidential"
    )
    if_call_low: float | None = col.column("share", "", "Lower end of its 95% interval.", role="confidential")
    if_call_high: float | None = col.column("share", "", "Upper end of its 95% interval.", role="confidential")
    if_other: Mapping[str, Any] = col.column(
        "nested", "", "The same for an e-mail, and for calls on later weekdays.", role="confidential"
    )
    if_call_reason: str = col.column("sentence", "", "How to read it, or why there is none.")
    employer: str | None = col.column("text", "employer", "The employer.", role="confidential")

    in_table = (
        "interview_id", "employer", "silence_days", "attempts", "probability", "conf_low", "probability_14", "if_call",
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class Predictions(Result):
    """A PredictionRow for each interview without response or end of the story, in the order of the log."""

    rows: tuple[PredictionRow, ...]

    command: ClassVar[str] = "predict"
    title: ClassVar[str] = "Chance of hearing back (confidential)"
    row_type: ClassVar[type[Row]] = PredictionRow

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals for the likeliest interviews, the most likely first. Confidential as the list."""
        from followup_analytics.charts import Mark, rate_chart

        known = [row for row in self.rows if row.probability is not None]
        likeliest = sorted(known, key=lambda row: -(row.probability or 0.0))[:_MOST_DRAWN]
        marks = [
            Mark(
                values={"interview": row.interview_id},
                estimate=row.probability,
                conf_low=row.conf_low,
                conf_high=row.conf_high,
                status=row.status,
            )
            for row in likeliest
        ]
        return rate_chart(
            marks,
            keys=("interview",),
            what=f"Chance of hearing within {counted_days(self.extra['within'])} if nothing is done (confidential)",
            n_of="",
            simulated=self.counts.simulated,
            title=None if ax is not None else _title(len(marks), len(self.rows)),
            ax=ax,
        )

    def summary(self) -> str:
        """How many interviews are open, and the range of their chances."""
        chances = [row.probability for row in self.rows if row.probability is not None]
        if not chances:
            return "No interview is waiting for a response." if not self.rows else "No open interview has a prediction."
        if all(row.reason == _VAGUE for row in self.rows if row.probability is not None):
            return f"{counted(len(self.rows), 'interview')} open. {_VAGUE}"
        basis = "by the model" if any(row.basis == "model" for row in self.rows) else "by the base rate alone"
        low, high = min(chances), max(chances)
        return (
            f"{counted(len(self.rows), 'interview')} open: the chance of hearing back within {self.extra['within']:g} "
            f"days if nothing further is done goes from {100 * low:.0f}% to {100 * high:.0f}% ({basis})."
        )


#: An interval wider than this says no more than that nothing is known.
_VAGUE_WIDTH = 0.8
_VAGUE = "Nearly any chance fits the little that the model has seen: these data can't tell."


def _title(drawn: int, of: int) -> str:
    return counted(of, "open interview") if drawn == of else f"The likeliest {drawn} of {counted(of, 'open interview')}"


def predict_callbacks(
    log: FollowUpLog,
    model: FittedModel | CallbackModel | str | Path,
    *,
    within: float = 7.0,
    cohort: str | Sequence[str] | None = None,
) -> Predictions:
    """Predict every open interview: what comes in the `within` days after the end of its record if nothing is done.

    The rate of responses after the silence so far (of spells after as many attempts) is multiplied by how much likelier
    or unlikelier than usual the model finds this interview; the end of the story competes. Where the model doesn't beat
    the base rate the rate is taken as it is, and the answer says so. `if_call` is the model's prediction for a call
    made the next day: a prediction from those who did call, never the effect of calling.

    model: as fitted, or as loaded, or the path of its file. cohort: only this cohort, or several.

    Returns Predictions, chances as shares between 0 and 1 (see
    there for the columns). Rows are about single interviews: exempt from `min_cell`,
    and marked confidential.

    Raises UsageError where `within` is not positive, there is no such cohort, or the model has nothing to go by.

    Example:
        >>> model = fit_callback_model(log)
        >>> round(predict_callbacks(log, model).rows[0].probability, 3)
        0.056
    """
    log = scope(log, cohort, within=within)
    fitted = _fitted(model)
    if not 0 < within < 100_000:
        raise UsageError(f"--within {within!r} is no length of time: give a number of days above 0, such as 7.")
    stories = episodes(log, fitted.outcome)
    waiting = _undecided(log, stories.filter(pl.col("exit_kind") == "censored"))
    covariates = tuple(name for name in fitted.covariates if without_mark(name) in log.interviews.columns)
    frame = term_frame(log, within=fitted.within, outcome=fitted.outcome, adjust=covariates)
    spell = _spells(waiting, frame)
    told = with_own(spell, log, covariates)
    multiple, spread = multiples(fitted, told), log_variances(fitted, told)
    found = [
        _chance(row, fitted, within, multiple[place], spread[place])
        for place, row in enumerate(spell.iter_rows(named=True))
    ]
    calls = if_called(log, fitted, spell, covariates) if within == fitted.within else {}
    employers = dict(log.interviews.select("interview_id", "employer").iter_rows())
    rows = [
        PredictionRow(
            **row,
            **calls.get(row["interview_id"], _no_call(fitted, within)),
            employer=employers[row["interview_id"]],
        )
        for row in found
    ]
    return Predictions(
        rows=working_paper(rows),
        counts=LogCounts.of(log),
        notes=_notes(log, fitted, frame, spell, covariates),
        native=log.native,
        extra={"within": within},
    )


def _fitted(model: FittedModel | CallbackModel | str | Path) -> FittedModel:
    if isinstance(model, str | Path):
        model = load_callback_model(model)
    fitted = model.fitted if isinstance(model, CallbackModel) else model
    if fitted is None or not fitted.curves:
        raise UsageError("This model has nothing to predict by: fit it to a log in which somebody has waited first.")
    return fitted


def _undecided(log: FollowUpLog, waiting: pl.DataFrame) -> pl.DataFrame:
    """Without interviews whose outcome is dated before the interview itself: no response by the clock, yet decided."""
    decided = log.outcomes.select("interview_id", decided_us="_at_us").join(waiting, on="interview_id")
    early = decided.filter(pl.col("decided_us") < pl.col("start_us"))
    return waiting.join(early, on="interview_id", how="anti", maintain_order="left")


def _spells(waiting: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Each open interview with the silence that it has had: since its last attempt, or since the interview."""
    last = frame.group_by("interview_id", maintain_order=True).agg(pl.all().last(), attempts=pl.len())
    found = waiting.select("interview_id", "applicant_id", "bucket", "start_us", "until_us").join(
        last.drop("applicant_id", "bucket", "start_us"), on="interview_id", how="left", maintain_order="left"
    )
    since = pl.coalesce("at_us", "start_us")
    return found.with_columns(
        attempts=pl.col("attempts").fill_null(0).cast(pl.Int64),
        silence=(pl.col("until_us") - since) / DAY_US,
        ahead=pl.col("until_us") < pl.col("start_us"),
    )


def _chance(
    spell: dict[str, Any], fitted: FittedModel, within: float, multiple: float, spread: float
) -> dict[str, Any]:
    made = int(spell["attempts"])
    row = {
        "interview_id": spell["interview_id"],
        "probability": None, "conf_low": None, "conf_high": None, "probability_14": None,
        "silence_days": None if spell["ahead"] else round(float(spell["silence"]), 2),
        "attempts": made,
        "basis": "model" if fitted.beats_base_rate else "base rate",
        "status": "ok", "reason": None,
    }  # fmt: skip
    if spell["ahead"]:
        return row | {
            "status": "not_estimable",
            "reason": "The interview is still ahead: there is no silence yet to go by.",
        }
    curve = fitted.curves[min(made, STRATA - 1)]
    silence = max(float(spell["silence"]), 0.0)
    chance = curve.chance(silence, within, multiple)
    variance = curve.log_variance(silence, within, multiple, spread)
    error = np.sqrt(variance) * float(t_quantile(0.95, min(curve.df, fitted.df)))
    # On the log of the summed rate: the limits stay between 0 and 1 and around the estimate.
    rate = -np.log1p(-min(chance, 1 - 1e-9))
    low, high = (float(-np.expm1(-rate * np.exp(sign * min(error, 50.0)))) for sign in (-1, 1))
    beyond = silence > 2 * max(curve.edges[-1], within)
    care = _VAGUE if high - low > _VAGUE_WIDTH else None
    care = "Such a long silence is hardly seen in the training log." if beyond else care
    return row | {
        "probability": chance, "conf_low": low, "conf_high": high,
        "probability_14": curve.chance(silence, _FORTNIGHT, multiple),
        "status": "use_with_care" if care else "ok", "reason": care,
    }  # fmt: skip


def _no_call(fitted: FittedModel, within: float) -> dict[str, Any]:
    if not fitted.beats_base_rate:
        reason = "The model does not beat the base rate, so that it can't tell one call from another."
    elif within != fitted.within:
        reason = f"The model speaks of {fitted.within:g} days after an attempt: ask with --within {fitted.within:g}."
    else:
        reason = "No call is predicted for this interview."
    return {"if_call": None, "if_call_low": None, "if_call_high": None, "if_other": {}, "if_call_reason": reason}


def _notes(
    log: FollowUpLog, fitted: FittedModel, frame: pl.DataFrame, spell: pl.DataFrame, covariates: tuple[str, ...]
) -> tuple[Note, ...]:
    notes = [
        Note("confidential", "This is a working paper about single interviews: confidential, not for publication."),
        Note("prediction", "These are predictions from people who acted as they did, never the effect of acting so."),
    ]
    if not fitted.beats_base_rate:
        notes.append(
            Note(
                "base_rate", "The model does not beat the base rate: each chance is the usual one after such a silence."
            )
        )
    absent = [name for name in fitted.covariates if name not in covariates]
    if absent:
        notes.append(
            Note(
                "absent_columns", f"The log lacks columns that the model knows, taken as missing: {', '.join(absent)}."
            )
        )
    ahead = int(spell["ahead"].sum())
    if ahead:
        notes.append(Note("interview_ahead", "interviews are still to come and have no prediction.", ahead))
    decided = log.interviews.height - spell.height
    if decided:
        notes.append(
            Note("closed", "interviews have had a response or the end of their story, and are left out.", decided)
        )
    if fitted.training.simulated and not log.simulated:
        notes.append(
            Note(
                "simulated_model",
                "The model was trained on simulated data: its predictions are no guide to real employers.",
            )
        )
    return (*notes, *drift_notes(fitted, frame))
