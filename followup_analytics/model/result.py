"""The callback model as a result: its table, sentence, chart, file and card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.model.nested_rows import CalibrationRow, Coefficient, Measure, ReliabilityRow
from followup_analytics.model.saved import FittedModel
from followup_analytics.results import columns as col
from followup_analytics.results.columns import Field
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.values import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.model.card import ModelCard

_LABELS = {
    "log_loss": "log loss",
    "log_loss_base_rate": "log loss of the base rate",
    "brier": "Brier score",
    "brier_base_rate": "Brier score of the base rate",
    "brier_skill": "Brier skill",
    "calibration_slope": "calibration slope (1 is right)",
    "calibration_intercept": "calibration intercept (0 is right)",
    "auc": "area under the curve",
}
#: Kinds of the numbers in nested columns, where they aren't shares. The equation's coefficients keep their digits.
MODEL_KINDS = {
    "coefficients": "exact",
    **dict.fromkeys(("metrics", "temporal", "gain"), "fine"),
    **dict.fromkeys(("n_attempts", "n_interviews", "n_applicants", "n_events"), "count"),
    **dict.fromkeys(("reliability", "calibration_by"), "share"),
}
_PARTS = {
    "metric": "on applicants not seen",
    "temporal": "on the latest interviews",
    "coefficient": "coefficient (log odds)",
}


@answer_row
class ModelRow(Row):
    """The fitted model: its measures, its terms, and whether it knows more than the base rate."""

    outcome: str = col.column("text", "", "The outcome that is predicted.", role="key")
    within: float = col.column("days", "", "Days of an attempt's window.", role="key")
    metrics: Mapping[str, Any] = col.column(
        "nested", "", "Measures out of fold, each {estimate, conf_low, conf_high}.", role="estimate"
    )
    temporal: Mapping[str, Any] | None = col.column(
        "nested", "", "The same on the latest interviews; null where none could be held out.", role="estimate"
    )
    coefficients: Sequence[Coefficient] = col.column(
        "nested", "", "The equation: term, estimate, conf_low, conf_high (log odds).", role="estimate"
    )
    beats_base_rate: bool = col.column("bool", "", "Whether it predicts better than the base rate.")
    p_value: float | None = col.column("p", "", "One-sided p of not beating the base rate.", role="estimate")
    gain: Measure = col.column("nested", "", "Log loss less than the base rate's.", role="estimate")
    base_rate: float | None = col.column("share", "", "Share of attempts answered.", role="estimate")
    penalty_c: float | None = col.column("number", "", "Inverse strength of the penalty.")
    n_columns: int = col.column("count", "", "Columns of the design.")
    left_out: Sequence[str] = col.column("nested", "", "Terms without variation.")
    n_attempts: int | None = col.column("count", "", "Attempts learned from.", role="count")
    n_interviews: int | None = col.interviews()
    n_applicants: int | None = col.applicants()
    n_events: int | None = col.events("Responses.")
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)
    reliability: Sequence[ReliabilityRow] = col.column(
        "nested", "", "Predicted against observed, by tenths of the prediction.", role="estimate"
    )
    calibration_by: Sequence[CalibrationRow] = col.column(
        "nested", "", "Predicted against observed, by cohort and by channel.", role="estimate"
    )


@answer_row
class ModelLine(Row):
    """One measure or coefficient, as tables and frames have it."""

    part: str = col.column("text", "part", "Of what: metric, temporal or coefficient.", role="key")
    term: str = col.column("text", "measure or term", "Name of the measure or term.", role="key")
    estimate: float | None = col.estimate("estimate", "fine")
    conf_low: float | None = col.lower("fine_interval")
    conf_high: float | None = col.higher("fine")

    in_table = ("part", "term", "estimate", "conf_low")


def is_surely_better(row: ModelRow) -> bool:
    """Whether a model beats the base rate by more than chance, and the interval of its Brier skill lies above nought.

    The test of the base rate asks for some gain in log loss, one-sided; to act on single predictions asks for more.
    """
    low = row.metrics["brier_skill"].conf_low
    return row.beats_base_rate and low is not None and low > 0


@dataclass(frozen=True, repr=False)
class CallbackModel(Result):
    """One ModelRow with the measures, the coefficients and the verdict on them. `fitted` predicts."""

    rows: tuple[ModelRow, ...]
    fitted: FittedModel | None = None

    command: ClassVar[str] = "model"
    title: ClassVar[str] = "Callback model"
    row_type: ClassVar[type[Row]] = ModelRow
    line_type: ClassVar[type[Row] | None] = ModelLine

    @property
    def row(self) -> ModelRow:
        """The one row of the result."""
        return self.rows[0]

    @property
    def beats_base_rate(self) -> bool:
        """Whether the model predicts better than the base rate on applicants that it has not seen."""
        return self.row.beats_base_rate

    def lines(self) -> list[ModelLine]:
        """Measures and coefficients as a tidy table."""
        metrics, temporal = self.row.metrics, self.row.temporal or {}
        made = [ModelLine(part="metric", term=name, **metrics[name]) for name in _LABELS if name in metrics]
        made += [ModelLine(part="temporal", term=name, **temporal[name]) for name in _LABELS if name in temporal]
        return made + [ModelLine(part="coefficient", **one) for one in self.row.coefficients]

    def printed_rows(self) -> list[ModelLine]:
        """The table's body: one line for each measure and coefficient, in words."""
        return [line.having(part=_PARTS[line.part], term=_LABELS.get(line.term, line.term)) for line in self.lines()]

    def frame_fields(self) -> tuple[Field, ...]:
        """Frames and files hold measures and coefficients, one a row."""
        return ModelLine.declared()

    def frame_rows(self) -> list[dict[str, Any]]:
        """Measures and coefficients as plain values."""
        return [plain(line) for line in self.lines()]

    def summary(self) -> str:
        """Whether the model knows more than the base rate, with the figures, or why there is none."""
        row = self.row
        if row.base_rate is None:
            return f"There is no model: {row.reason}"
        within = f"{row.within:g} days"
        start = f"{100 * row.base_rate:.1f}% of {row.n_attempts:,} attempts were answered within {within}."
        loss, base = (row.metrics[name].estimate for name in ("log_loss", "log_loss_base_rate"))
        if not self.beats_base_rate or loss is None or base is None:
            return f"{start} {row.reason or 'The model does not beat the base rate.'}"
        surely = is_surely_better(row)
        better = f"The model {'does better' if surely else 'is hardly better'} than that rate alone"
        unsure = "" if surely else ": for a single attempt that rate serves as well"
        return f"{start} {better} on applicants it has not seen (log loss {loss:.3f} against {base:.3f}){unsure}."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Predicted against observed, with counts."""
        from followup_analytics.charts import reliability_chart

        return reliability_chart(self.row.reliability, simulated=self.counts.simulated, ax=ax)

    def save(self, path: str | Path) -> None:
        """Write the fitted model as JSON, for `load_callback_model`."""
        from followup_analytics.model.file import save_model

        if self.fitted is None:
            raise ValueError("this result carries no fitted model")
        save_model(self.fitted, path)

    def card(self) -> ModelCard:
        """The model card: every item of TRIPOD+AI, filled from this run."""
        from followup_analytics.model.card import model_card

        return model_card(self)
