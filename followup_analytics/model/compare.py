"""The callback model beside what a researcher would expect to see next to it, judged on the same folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logit

from followup_analytics.cells.counted import counts_behind
from followup_analytics.errors import DataError, UsageError
from followup_analytics.log.followup_log import Note
from followup_analytics.log.unrecorded import NOT_RECORDED
from followup_analytics.model.coding import learn_coding
from followup_analytics.model.counts import Counts, count_cells
from followup_analytics.model.evaluate import FoldPredictions, evaluate
from followup_analytics.model.ridge import ROUGH, Design, design_of, fit
from followup_analytics.model.terms import NAMES, covariates_of, term_frame
from followup_analytics.model.tuning import base_rate, choose_c, folds_of_groups
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import Disclosure, disclose, n_applicants_of, policy_of, require_enough
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.statistics import group_rows
from followup_analytics.statistics.threads import one_thread_each

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.log.followup_log import FollowUpLog

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Predictor = Callable[[pl.DataFrame, pl.DataFrame, Sequence[str], int], FloatArray]

#: From the simplest on: where the data can't tell two apart, the simpler is taken.
ALTERNATIVES = ("base_rate", "ridge", "random_intercept", "boosting")
_MAIN = ("timing", "attempt", "channel")
#: Where the search for the spread of random intercepts starts.
_SPREAD = 0.5


@answer_row
class ComparisonRow(Row):
    """One model, judged on applicants that it has not seen."""

    model: str = col.column("text", "model", "Name of the model.", role="key", importance=col.ALWAYS)
    estimate: float | None = col.estimate("log loss", "fine", "Log loss out of fold.")
    conf_low: float | None = col.lower("fine_interval")
    conf_high: float | None = col.higher("fine")
    brier: float | None = col.column("fine", "Brier score", "Brier score out of fold.", role="estimate")
    calibration_slope: float | None = col.column(
        "number", "calibration slope", "Slope of the calibration; 1 is right.", role="estimate"
    )
    auc: float | None = col.column("number", "area", "Area under the curve.", role="estimate")
    p_value: float | None = col.column("p", "", "One-sided p of not beating the base rate.", role="estimate")
    mean_log_odds: float | None = col.column("number", "", "Mean of the predicted log-odds.", role="derived")
    n_attempts: int | None = col.column("count", "", "Attempts judged.", role="count")
    n_interviews: int | None = col.interviews()
    n_applicants: int | None = col.applicants()
    n_events: int | None = col.events("Responses.")
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)
    chosen: bool = col.column("bool", "taken", "Whether this model is taken.")

    in_table = ("model", "estimate", "conf_low", "brier", "calibration_slope", "auc", "chosen")


@dataclass(frozen=True, repr=False)
class ModelComparison(Result):
    """A ComparisonRow for each model: log loss out of fold, Brier, calibration slope, area; one is chosen."""

    rows: tuple[ComparisonRow, ...]

    command: ClassVar[str] = "model"
    title: ClassVar[str] = "Models compared on applicants not seen"
    row_type: ClassVar[type[Row]] = ComparisonRow

    def plot(self, ax: Axes | None = None) -> Axes:
        """Dots with 95% intervals: each model's log loss on applicants not seen, less being better."""
        from followup_analytics.charts import Mark, number_chart

        return number_chart(
            [Mark.of(row, {"model": row.model}) for row in self.rows],
            what="Log loss on applicants not seen (less is better)",
            simulated=self.counts.simulated,
            title=None if ax is not None else self.title,
            ax=ax,
        )

    def summary(self) -> str:
        """Which model is taken, and why not the one with the least loss where it is another."""
        taken = next(row.model for row in self.rows if row.chosen)
        least = min(self.rows, key=lambda row: row.estimate or 0.0).model
        tail = (
            "" if taken == least else f"; {least} does better by less than one standard error, and the simpler is taken"
        )
        return f"{taken} is taken by log loss on applicants not seen{tail}."


def compare_models(
    log: FollowUpLog,
    *,
    models: Sequence[str] = ALTERNATIVES,
    within: float = 7.0,
    outcome: str = "response",
    adjust: Sequence[str] | None = None,
    seed: int = 0,
    min_cell: int | None = None,
    disclosure: Disclosure = None,
) -> ModelComparison:
    """Judge models by name on the same five folds of applicants.

    models: any of base_rate, ridge (the package's), random_intercept (logit with an intercept for each applicant, on
    timing, attempt and channel, penalised as the ridge of these is, averaged over applicants for those not seen),
    boosting (scikit-learn's histogram gradient boosting on the same columns). The winner is the simplest whose loss is
    within one standard error (of the difference, clustered on applicants) of the least. Other arguments as in
    `fit_callback_model`.

    Raises UsageError for an unknown name, or where no attempt was followed for its window; DataError for advances where
    no outcome is recorded.
    """
    policy = policy_of(disclosure, min_cell)
    wanted = [name for name in ALTERNATIVES if name in models]
    if unknown := [name for name in models if name not in ALTERNATIVES]:
        raise UsageError(f"There is no model {unknown[0]!r}: choose from {', '.join(ALTERNATIVES)}.")
    if outcome == "advanced" and not log.outcomes_recorded:
        raise DataError(NOT_RECORDED)
    covariates = covariates_of(log, adjust)
    frame = term_frame(log, within=within, outcome=outcome, adjust=covariates).filter("in_full")
    if not frame.height or not wanted:
        raise UsageError("No attempt was followed for its whole window: there is nothing to compare.")
    require_enough(n_applicants_of(frame), policy)
    group = group_rows(frame)
    fold = folds_of_groups(int(group.max()) + 1, seed)[group]
    if "boosting" in wanted:
        # Loaded before its threads are limited: a limit holds only for libraries that are there already.
        import sklearn.ensemble  # noqa: F401
    # Trees and mixed models on a few thousand rows wait for each other's threads longer than they work.
    with one_thread_each():
        names = (*NAMES, *covariates)
        found = {name: _predict_folds(_PREDICTORS[name], frame, names, fold, policy.min_cell) for name in wanted}
    base = found.get("base_rate", _predict_folds(_base, frame, (), fold, policy.min_cell))
    y = frame["y"].to_numpy().astype(np.float64)
    chosen = simplest(found, y, group)
    ones = np.ones(len(y))
    rows = [
        _row(name, FoldPredictions(p, base, ones, y, group, fold), frame, chosen=name == chosen)
        for name, p in found.items()
    ]
    note = Note("prediction", "These models predict; none says what an action would change.")
    return ModelComparison(disclose(rows, policy, parts=False), LogCounts.of(log), (note,), log.native)


def _predict_folds(
    predictor: Predictor, frame: pl.DataFrame, names: Sequence[str], fold: IntArray, min_cell: int
) -> FloatArray:
    p = np.empty(frame.height)
    for number in np.unique(fold):
        held = fold == number
        train, test = frame.filter(pl.Series(~held)), frame.filter(pl.Series(held))
        both = train["y"].n_unique() > 1
        p[held] = (predictor if both else _base)(train, test, names, min_cell)
    return p


def _base(train: pl.DataFrame, test: pl.DataFrame, _: Sequence[str], __: int) -> FloatArray:
    return np.full(test.height, base_rate(float(train.height), float(train["y"].sum())))


def _ridge(train: pl.DataFrame, test: pl.DataFrame, names: Sequence[str], min_cell: int) -> FloatArray:
    coding = learn_coding(train, names, min_cell=min_cell)
    counts, _ = count_cells(train, coding, group_rows(train))
    beta, _ = _tuned(counts, design_of(counts))
    return np.asarray(expit(Design(coding.codes(test), coding.width).times(beta)), dtype=np.float64)


def _tuned(counts: Counts, design: Design) -> tuple[FloatArray, float]:
    """Coefficients and the strength of the penalty that the folds of applicants choose."""
    c = choose_c(counts, design, folds_of_groups(counts.groups))
    return fit(design, *counts.totals(), c, tolerance=ROUGH), c


def _boosting(train: pl.DataFrame, test: pl.DataFrame, names: Sequence[str], min_cell: int) -> FloatArray:
    from sklearn.ensemble import HistGradientBoostingClassifier

    coding = learn_coding(train, names, min_cell=min_cell)
    if not coding.width:
        return _base(train, test, names, min_cell)
    # One whole number per term: trees find their own cuts.
    x, new = (coding.codes(part).astype(np.float64) for part in (train, test))
    model = HistGradientBoostingClassifier(random_state=0, early_stopping=False, max_iter=100)
    model.fit(x, train["y"].to_numpy())
    return np.asarray(model.predict_proba(new)[:, 1], dtype=np.float64)


def _random_intercept(train: pl.DataFrame, test: pl.DataFrame, names: Sequence[str], min_cell: int) -> FloatArray:
    from followup_analytics.answers.drivers import MixedFit, fit_random_intercept, unit_cells

    coding = learn_coding(train, [name for name in names if name in _MAIN], min_cell=min_cell)
    counts, rows = count_cells(train, coding, group_rows(train))
    design = design_of(counts)
    plain, c = _tuned(counts, design)
    unit = train["applicant_id"].rank("dense").to_numpy().astype(np.int64)
    columns, nobody = design.times(np.eye(coding.width + 1)), np.zeros(train.height, dtype=np.int64)
    cells, _ = unit_cells(unit, rows, train["y"].to_numpy(), columns, nobody)
    ridge = np.concatenate([[0.0], np.full(coding.width, 1.0 / c)])
    # Predictions need three digits, not the ten of an estimate.
    mixed = fit_random_intercept(cells, MixedFit(plain, _SPREAD, 0.0), ridge=ridge, tolerance=1e-3, nodes=7)
    eta = Design(coding.codes(test), coding.width).times(mixed.beta)
    nodes, weights = np.polynomial.hermite_e.hermegauss(25)
    return np.asarray(expit(eta[:, None] + mixed.spread * nodes) @ (weights / weights.sum()), dtype=np.float64)


_PREDICTORS: dict[str, Predictor] = {
    "base_rate": _base,
    "ridge": _ridge,
    "random_intercept": _random_intercept,
    "boosting": _boosting,
}


def simplest(found: dict[str, FloatArray], y: FloatArray, group: IntArray) -> str:
    """The first model, from the simplest on, that the best one beats by no more than a standard error."""
    losses = {name: -(y * _log(p) + (1 - y) * _log(1 - p)) for name, p in found.items()}
    best = min(losses, key=lambda name: float(losses[name].mean()))
    for name, loss in losses.items():
        excess = loss - losses[best]
        sums = np.bincount(group, weights=excess)
        sizes = np.bincount(group)
        rest = (excess.sum() - sums) / np.maximum(len(y) - sizes, 1)
        se = np.sqrt((len(sums) - 1) / len(sums) * ((rest - excess.mean()) ** 2).sum()) if len(sums) > 1 else np.inf
        if excess.mean() <= se:
            return name
    return best


def _log(p: FloatArray) -> FloatArray:
    return np.asarray(np.log(np.clip(p, 1e-12, 1.0)), dtype=np.float64)


def _row(name: str, predictions: FoldPredictions, frame: pl.DataFrame, *, chosen: bool) -> ComparisonRow:
    found = evaluate(predictions)
    loss: dict[str, Any] = {**found.metrics["log_loss"]}
    counts: dict[str, Any] = {**counts_behind(frame)}
    return ComparisonRow(
        model=name,
        **loss,
        brier=found.metrics["brier"].estimate,
        calibration_slope=found.metrics["calibration_slope"].estimate,
        auc=found.metrics["auc"].estimate,
        p_value=found.p_value,
        mean_log_odds=float(np.mean(logit(np.clip(predictions.p, 1e-12, 1 - 1e-12)))),
        n_attempts=frame.height,
        **counts,
        chosen=chosen,
    )
