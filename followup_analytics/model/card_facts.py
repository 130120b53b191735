"""The figures and sentences that a run puts into the model card's answers (`card.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from followup_analytics.model.terms import TERMS
from followup_analytics.model.tuning import FOLDS, GRID
from followup_analytics.results.disclosure import MIN_CELL
from followup_analytics.text import counted, listed

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import Note
    from followup_analytics.model.saved import FittedModel
    from followup_analytics.results.result import LogCounts

Row = Mapping[str, Any]
_EVENTS = {
    "response": "a first response (an inbound contact that is not automatic, or a communicated decision)",
    "advanced": "an advance (a further round or an offer)",
}
_MEASURES = {
    "log_loss": "log loss",
    "log_loss_base_rate": "log loss of the base rate",
    "brier_skill": "Brier skill",
    "calibration_slope": "calibration slope",
    "calibration_intercept": "calibration intercept",
    "auc": "area under the curve",
}


class Fitted(Protocol):
    """What a card is filled from: the result of fitting a model."""

    @property
    def row(self) -> Row:
        """Measures, terms and counts of the run."""

    @property
    def fitted(self) -> FittedModel | None:
        """The model itself."""

    @property
    def counts(self) -> LogCounts:
        """What the log holds."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was left out."""

    def summary(self) -> str:
        """The result in a sentence."""


def card_facts(result: Fitted) -> dict[str, str]:
    """What stands for each {name} of the card's answers."""
    row = result.row
    attempts = counted(row["n_attempts"], "attempt")
    return {
        "event": _EVENTS[row["outcome"]],
        "within": "1 day" if row["within"] == 1 else f"{row['within']:g} days",
        "abstract": result.summary(),
        "source": _source(result),
        "dates": _dates(result),
        "min_cell": str(result.fitted.min_cell if result.fitted else MIN_CELL),
        "predictors": _predictors(result),
        "sample": _sample(row),
        "open_windows": _open_windows(result),
        "folds": str(FOLDS),
        "grid": f"C = {GRID[0]:g} to {GRID[-1]:g}",
        "strength": "none was fitted" if row["penalty_c"] is None else f"C = {row['penalty_c']:g} was taken",
        "code": " ".join(["followup_analytics", *([result.fitted.training.package_version] if result.fitted else [])]),
        "flow": _flow(result),
        "answered": f"{row['n_events']:,} of {attempts} were answered.",
        "numbers": _numbers(row),
        "equation": _equation(row),
        "performance": _performance(row),
        "by_group": _by_group(row),
        "interpretation": _interpretation(row),
    }


def _source(result: Fitted) -> str:
    if result.counts.simulated:
        return "Simulated records, made by this package."
    return "Records of contacts after interviews, as logged by applicants and coaches or exported from their devices."


def _dates(result: Fitted) -> str:
    if result.fitted is None:
        return "Not known."
    training = result.fitted.training
    return f"Interviews from {training.first_interview} to {training.last_interview}; data date {training.data_date}."


def _predictors(result: Fitted) -> str:
    covariates = result.fitted.covariates if result.fitted else ()
    known = [f"{term.label} (known {term.known})" for term in TERMS]
    return "; ".join([*known, *(f"{name} (as of the interview)" for name in covariates)]) + "."


def _sample(row: Row) -> str:
    each = row["n_events"] / max(row["n_columns"], 1)
    events, columns = counted(row["n_events"], "response"), counted(row["n_columns"], "column")
    return f"{events} for {columns} of the model, {each:.1f} to each; below 10 its terms are to be read with care."


def _open_windows(result: Fitted) -> str:
    cut = next((note.n for note in result.notes if note.code == "window_open"), None)
    if not cut:
        return "No attempt was left out for a window that the record cuts off."
    done, them = ("was", "it") if cut == 1 else ("were", "them")
    return f"{counted(cut, 'attempt')} whose window the record cuts off {done} left out, whatever came of {them}."


def _flow(result: Fitted) -> str:
    row, counts = result.row, result.counts
    log = f"{counted(counts.interviews, 'interview')} of {counted(counts.applicants, 'applicant')} in the log"
    used = f"{counted(row['n_attempts'], 'attempt')} in {counted(row['n_interviews'], 'interview')}"
    return f"{log}; {used} of {counted(row['n_applicants'], 'applicant')} were used."


def _numbers(row: Row) -> str:
    developed = f"{counted(row['n_attempts'], 'attempt')} and {counted(row['n_events'], 'response')}"
    used = f"{developed} for development and, in folds, for evaluation"
    later = row["temporal"]
    if later is None:
        return f"{used}."
    tested = f"{counted(later['n_attempts'], 'attempt')} and {counted(later['n_events'], 'response')}"
    return f"{used}; {tested} in the latest interviews."


def _equation(row: Row) -> str:
    if not row["coefficients"]:
        return f"There is no equation: {row['reason']}"
    count = counted(len(row["coefficients"]), "coefficient")
    return f"All {count}, the intercept included, stand in the table of the equation."


def _performance(row: Row) -> str:
    seen, later = _measures(row["metrics"]), _measures(row["temporal"] or {})
    first = f"On applicants not seen: {seen}." if seen else "No measure can be worked out from these data."
    second = f"On the latest interviews: {later}." if later else "There were too few later interviews to hold out."
    return f"{first} {second}"


def _measures(metrics: Row) -> str:
    parts = []
    for name, label in _MEASURES.items():
        measure = metrics.get(name)
        if measure is None or measure.estimate is None:
            continue
        low, high = measure.conf_low, measure.conf_high
        limits = "" if low is None or high is None else f" ({low:.3f} to {high:.3f})"
        parts.append(f"{label} {measure.estimate:.3f}{limits}")
    return listed(parts, "and")


def _by_group(row: Row) -> str:
    shown = [one for one in row["calibration_by"] if one.estimate is not None]
    if not shown:
        return "No cohort or channel is large enough to be shown."
    parts = [f"{one.by} {one.group} {100 * one.estimate:.0f}% against {100 * one.predicted:.0f}%" for one in shown]
    return f"Observed against predicted: {'; '.join(parts)}."


def _interpretation(row: Row) -> str:
    if row["beats_base_rate"]:
        return (
            "The model knows more than the base rate about which attempts are answered. It predicts within the "
            "population that it was trained on, and says nothing of causes."
        )
    return (
        "The base rate is the best guess for a single attempt: nothing in these data shows that the terms add to it "
        "for other applicants."
    )
