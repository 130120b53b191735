"""The callback model as a result: its table, sentence, chart, file and card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.model.saved import FittedModel
from followup_analytics.results.result import Field, Result

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
_PARTS = {
    "metric": "on applicants not seen",
    "temporal": "on the latest interviews",
    "coefficient": "coefficient (log odds)",
}


@dataclass(frozen=True, repr=False)
class CallbackModel(Result):
    """One row: metrics (each {estimate, conf_low, conf_high}, out of fold), temporal, coefficients, beats_base_rate.

    Beside the contract's fields: p_value and gain of the test against the base rate, base_rate, penalty_c, left_out,
    reliability (predicted against observed by tenths), calibration_by (cohort and channel), counts. `fitted` predicts.
    """

    fitted: FittedModel | None = None

    command: ClassVar[str] = "model"
    title: ClassVar[str] = "Callback model"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("part", "part"),
        Field("term", "measure or term"),
        Field("estimate", "estimate", "fine"),
        Field("conf_low", "95% interval", "fine_interval", upper="conf_high"),
    )

    @property
    def row(self) -> Any:
        """The one row of the result."""
        return self.rows[0]

    @property
    def beats_base_rate(self) -> bool:
        """Whether the model predicts better than the base rate on applicants that it has not seen."""
        return bool(self.row["beats_base_rate"])

    def lines(self) -> list[dict[str, Any]]:
        """Measures and coefficients as a tidy table: part, term, estimate, conf_low, conf_high."""
        made = [
            {"part": "metric", "term": name, **self.row["metrics"][name]}
            for name in _LABELS
            if name in self.row["metrics"] and name != "temporal"
        ]
        temporal = self.row["temporal"] or {}
        made += [{"part": "temporal", "term": name, **temporal[name]} for name in _LABELS if name in temporal]
        return made + [{"part": "coefficient", **one} for one in self.row["coefficients"]]

    def printed_rows(self) -> list[dict[str, Any]]:
        """The table's body: one line for each measure and coefficient, in words."""
        return [
            line | {"part": _PARTS[line["part"]], "term": _LABELS.get(line["term"], line["term"])}
            for line in self.lines()
        ]

    def to_frame(self) -> Any:
        """Measures and coefficients as a tidy frame of the caller's kind."""
        import polars as pl

        schema = {
            "part": pl.String,
            "term": pl.String,
            "estimate": pl.Float64,
            "conf_low": pl.Float64,
            "conf_high": pl.Float64,
        }
        frame = pl.DataFrame(self.lines(), schema=schema)
        return frame.to_pandas() if self.native == "pandas" else frame

    def summary(self) -> str:
        """Whether the model knows more than the base rate, with the figures, or why there is none."""
        row = self.row
        if row["base_rate"] is None:
            return f"There is no model: {row['reason']}"
        within = f"{row['within']:g} days"
        start = f"{100 * row['base_rate']:.1f}% of {row['n_attempts']:,} attempts were answered within {within}."
        loss, base = (row["metrics"][name]["estimate"] for name in ("log_loss", "log_loss_base_rate"))
        if not self.beats_base_rate or loss is None or base is None:
            return f"{start} {row['reason'] or 'The model does not beat the base rate.'}"
        better = "The model does better than that rate alone on applicants it has not seen"
        return f"{start} {better} (log loss {loss:.3f} against {base:.3f})."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Predicted against observed, with counts."""
        from followup_analytics.charts import reliability_chart

        return reliability_chart(self.row["reliability"], simulated=self.counts.simulated, ax=ax)

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
