"""The verdicts on a log's claims: one result with a table for advisers, a chart, frames and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.claims.words import VERDICT_WORDS
from followup_analytics.plots import forest_chart
from followup_analytics.results import Field, Result, plain
from followup_analytics.text import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NOT_IN_FRAMES = ("diagnostics", "second_line", "controls")
_TABLES = ("weights", "balance", "overlap", "flow", "curves", "controls", "tipping")


@dataclass(frozen=True, repr=False)
class ClaimsResult(Result):
    """A verdict per claim, in the order of the catalogue; fields of a row as the protocol names them.

    Beyond the rows, `table("balance")` and its like give the diagnostics of all claims as one frame.
    """

    command: ClassVar[str] = "claims"
    title: ClassVar[str] = "Does the usual advice hold here?"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("advice", "Advice"),
        Field("verdict_words", "Verdict"),
        Field("effect", "Difference"),
        Field("reason", "Why", "sentence"),
    )

    def verdict(self, claim: str) -> str:
        """The verdict on one claim, by its id; KeyError where there is none of that id."""
        return str(self.row(claim)["verdict"])

    def row(self, claim: str) -> dict[str, Any]:
        """All fields of one claim, by its id; KeyError where there is none of that id."""
        for row in self.rows:
            if row["claim"] == claim:
                return dict(row)
        raise KeyError(claim)

    def to_frame(self) -> Any:
        """One row a claim, without the nested diagnostics (see `table`)."""
        rows = [{name: value for name, value in plain(row).items() if name not in _NOT_IN_FRAMES} for row in self.rows]
        return self._native(pl.DataFrame(rows, infer_schema_length=None))

    def table(self, name: str) -> Any:
        """One diagnostic of all tested claims as a frame: weights, balance, overlap, flow, curves, controls or tipping.

        Raises KeyError for another name.
        """
        if name not in _TABLES:
            raise KeyError(f"{name!r}: there are {listed(_TABLES)}")
        rows = [
            {"claim": row["claim"], **plain(entry)}
            for row in self.rows
            for entry in (row.get("diagnostics") or {}).get(name) or []
        ]
        return self._native(pl.DataFrame(rows, infer_schema_length=None))

    def _native(self, frame: pl.DataFrame) -> Any:
        return frame.to_pandas() if self.native == "pandas" else frame

    def summary(self) -> str:
        """How many claims got which verdict, and which hold."""
        hold = [str(row["advice"]) for row in self.rows if row["verdict"] == "supported"]
        against = [str(row["advice"]) for row in self.rows if row["verdict"] == "contradicted"]
        counts = {
            word: number
            for verdict, word in VERDICT_WORDS.items()
            if (number := sum(row["verdict"] == verdict for row in self.rows))
        }
        told = listed([f"{number} {word}" for word, number in counts.items()], "and")
        parts = [f"Of {len(self.rows)} pieces of advice: {told}."]
        if hold:
            parts.append(f"These hold here: {_quoted(hold)}")
        if against:
            parts.append(f"Of these the contrary holds here: {_quoted(against)}")
        if not hold and not against:
            parts.append("None of them can be called right or wrong from this log.")
        return " ".join(parts)

    def plot(self, ax: Axes | None = None) -> Axes:
        """The differences with their intervals as a forest chart."""
        return forest_chart(list(self.rows), simulated=self.counts.simulated, ax=ax)


def _quoted(advice: list[str]) -> str:
    return "; ".join(text.rstrip(".") for text in advice) + "."
