"""The verdicts on a log's claims: one result with a table for advisers, a chart, frames and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.charts import (
    VERDICT_WORDS,
    balance_chart,
    forest_chart,
    overlap_chart,
    risk_chart,
    weights_chart,
)
from followup_analytics.claims.catalogue import own_catalogue
from followup_analytics.claims.words import counted_words
from followup_analytics.errors import UsageError
from followup_analytics.results.frames import frame_of
from followup_analytics.results.result import Field, Kind, Result, plain
from followup_analytics.text import listed, nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NOT_IN_FRAMES = ("diagnostics", "second_line", "controls")
_SECOND_LINE = ("outcome", "estimate", "conf_low", "conf_high")
_TABLES = ("weights", "balance", "overlap", "flow", "curves", "controls", "second_way", "tipping", "gates")


@dataclass(frozen=True, repr=False)
class ClaimsResult(Result):
    """A verdict per claim, in the order of the catalogue; fields of a row as the protocol names them.

    Beyond the rows, `table("balance")` and its like give the diagnostics of all claims as one frame, and
    `plot_balance("wait-2-3-days")` and its like draw those of one claim.
    """

    command: ClassVar[str] = "claims"
    title: ClassVar[str] = "Does the usual advice hold here?"
    columns: ClassVar[Mapping[str, Kind]] = {
        **dict.fromkeys(("margin", "mde", "risk_strategy", "risk_alternative", "naive"), "share"),
        **dict.fromkeys(("p_value", "p_adjusted"), "p"),
        **dict.fromkeys(("e_value", "e_value_estimate", "ess_strategy", "ess_alternative"), "number"),
        "max_weight_share": "share",
        "post_hoc": "bool",
        "second_line_outcome": "text",
        **dict.fromkeys(("second_line_estimate", "second_line_conf_low", "second_line_conf_high"), "share"),
    }
    fields: ClassVar[tuple[Field, ...]] = (
        Field("advice", "Advice"),
        Field("verdict_words", "Verdict"),
        Field("effect", "Difference"),
        Field("reason", "Why", "sentence"),
    )

    #: Makes the interviews behind the numbers (confidential) when `trace` is asked for.
    behind: Callable[[], pl.DataFrame] | None = field(default=None, compare=False)

    def trace(self) -> pl.DataFrame:
        """The interviews behind each claim with their arms, weights and ends. Confidential, about single interviews."""
        if self.behind is None:
            raise UsageError("This answer was read back: ask for the claims anew to trace them.")
        return self.behind()

    def caption(self) -> str:
        """The question, or the title of another catalogue than the package's own."""
        title = str((self.extra.get("catalogue") or {}).get("title") or "")
        text = self.title if title in ("", own_catalogue().title) else title
        return f"{text} (simulated data)" if self.counts.simulated else text

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
        """One row a claim, its second line in columns of their own, without the nested diagnostics (see `table`)."""
        rows = []
        for row in map(plain, self.rows):
            line = row.get("second_line") or {}
            flat = {f"second_line_{name}": line.get(name) for name in _SECOND_LINE}
            rows.append({**{name: value for name, value in row.items() if name not in _NOT_IN_FRAMES}, **flat})
        return self._native(frame_of(rows, self.kinds()))

    def table(self, name: str) -> Any:
        """One diagnostic of all tested claims as a frame.

        There are weights, balance, overlap, flow, curves, controls, second_way, tipping and gates.
        Raises KeyError for another name.
        """
        if name not in _TABLES:
            raise KeyError(f"{name!r}: there are {listed(_TABLES)}")
        rows = [
            {"claim": row["claim"], **plain(entry)}
            for row in self.rows
            for entry in _listed((row.get("diagnostics") or {}).get(name))
        ]
        return self._native(frame_of(rows, {}))

    def _native(self, frame: pl.DataFrame) -> Any:
        return frame.to_pandas() if self.native == "pandas" else frame

    def summary(self) -> str:
        """How many claims got which verdict, and which hold."""
        hold = [str(row["advice"]) for row in self.rows if row["verdict"] == "supported"]
        against = [str(row["advice"]) for row in self.rows if row["verdict"] == "contradicted"]
        counts = {verdict: sum(row["verdict"] == verdict for row in self.rows) for verdict in VERDICT_WORDS}
        told = listed([counted_words(verdict, number) for verdict, number in counts.items() if number], "and")
        if len(self.rows) == 1:
            return self._one()
        parts = [f"Of {len(self.rows)} pieces of advice: {told}."]
        if hold:
            parts.append(f"{'This holds' if len(hold) == 1 else 'These hold'} here: {_quoted(hold)}")
        if against:
            parts.append(f"Of these the contrary holds here: {_quoted(against)}")
        if not hold and not against:
            parts.append("None of them can be called right or wrong from this log.")
        return " ".join(parts)

    def _one(self) -> str:
        row = self.rows[0]
        effect = f" ({row['effect']})" if row.get("effect") else ""
        return f"{_quoted([str(row['advice'])]).rstrip('.')}: {row['verdict_words']}{effect}. {row['reason']}"

    def plot(self, ax: Axes | None = None) -> Axes:
        """The differences with their intervals as a forest chart."""
        return forest_chart(list(self.rows), simulated=self.counts.simulated, ax=ax)

    def plot_balance(self, claim: str, ax: Axes | None = None) -> Axes:
        """How far the arms of a claim differ in each covariate, before and after weighting (a love plot)."""
        return balance_chart(self._diagnostic(claim, "balance"), simulated=self.counts.simulated, ax=ax)

    def plot_overlap(self, claim: str, ax: Axes | None = None) -> Axes:
        """How likely those who kept to each arm of a claim were to do so."""
        return overlap_chart(self._diagnostic(claim, "overlap"), simulated=self.counts.simulated, ax=ax)

    def plot_weights(self, claim: str, ax: Axes | None = None) -> Axes:
        """What weighting leaves of each arm of a claim: effective size and largest weight."""
        return weights_chart(self._diagnostic(claim, "weights"), simulated=self.counts.simulated, ax=ax)

    def plot_risks(self, claim: str, ax: Axes | None = None) -> Axes:
        """The risk of a claim's outcome by day under both strategies, with 95% bands."""
        rows, row = self._diagnostic(claim, "curves"), self.row(claim)
        words = str(row["strategy"]), str(row["alternative"])
        return risk_chart(rows, words=words, outcome=str(row["outcome"]), simulated=self.counts.simulated, ax=ax)

    def _diagnostic(self, claim: str, name: str) -> list[dict[str, Any]]:
        """One diagnostic of a tested claim; UsageError where there is no such claim, or it was not tested."""
        row = next((row for row in self.rows if row["claim"] == claim), None)
        if row is None:
            guess = nearest(claim, [str(row["claim"]) for row in self.rows])
            hint = f"did you mean {guess!r}?" if guess else "see the column claim of the frame."
            raise UsageError(f"no claim is called {claim!r} here; {hint}")
        found = (row.get("diagnostics") or {}).get(name)
        if row["verdict"] == "not_testable":
            raise UsageError(f"{claim} has nothing to draw, since it was not tested here: {row['reason']}")
        if not found:
            raise UsageError(f"{claim} has no {name} to draw: it is adjusted for nothing.")
        return [dict(one) for one in found]


def _listed(found: Any) -> list[dict[str, Any]]:
    """A diagnostic as rows: some are one row, some are not there."""
    return [found] if isinstance(found, dict) else list(found or [])


def _quoted(advice: list[str]) -> str:
    return "; ".join(text.rstrip(".") for text in advice) + "."
