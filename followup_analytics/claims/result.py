"""The verdicts on a log's claims: one result with a table for advisers, a chart, frames and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import polars as pl

from followup_analytics.charts import (
    balance_chart,
    forest_chart,
    overlap_chart,
    risk_chart,
    weights_chart,
)
from followup_analytics.claims.catalogue import own_catalogue
from followup_analytics.claims.diagnostic_rows import FarthestRow, SecondOutcomeRow
from followup_analytics.claims.words import association_words, counted_words
from followup_analytics.errors import UsageError
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.results import columns as col
from followup_analytics.results.columns import Field
from followup_analytics.results.frames import frame_of_findings
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.values import plain
from followup_analytics.text import listed, nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.results.disclosure import Units


class Behind(Protocol):
    """Makes the rows behind an answer's claims, or one of them."""

    def __call__(self, claim: str | None, *, by_interval: bool) -> pl.DataFrame:
        """Make them."""
        ...


_TABLES = (
    "weights",
    "baseline",
    "balance",
    "distances",
    "overlap",
    "flow",
    "curves",
    "controls",
    "second_way",
    "tipping",
    "gates",
    "sample_ratio",
    "per_protocol",
)


@answer_row
class ClaimRow(Row):
    """One claim with its verdict, as the protocol names the fields."""

    claim: str = col.column("text", "", "Id of the claim.", role="key", importance=col.ALWAYS)
    advice: str = col.column("text", "Advice", "The advice as people give it.", importance=col.ALWAYS)
    source: str = col.column("text", "", "Where the advice stands.")
    population: str = col.column("text", "", "For whom it is tested.")
    strategy: str = col.column("text", "", "What the advice asks for.")
    alternative: str = col.column("text", "", "What it is compared to.")
    outcome: str = col.column("text", "", "The outcome compared.")
    design: str = col.column("text", "", "How it is tested.")
    margin: float = col.column("share", "", "The smallest difference that matters.")
    verdict: str = col.column(
        "text", "", "supported, contradicted, no_meaningful_difference, inconclusive or not_testable."
    )
    verdict_words: str = col.column("text", "Verdict", "The verdict in words.", importance=col.ALWAYS)
    effect: str = col.column("text", "Difference", "The difference in words.", role="estimate")
    estimate: float | None = col.estimate("Difference", "points", "Risk under the strategy less the alternative's.")
    conf_low: float | None = col.lower("points_interval")
    conf_high: float | None = col.higher("points")
    risk_strategy: float | None = col.column("share", "", "Risk of the outcome under the strategy.", role="estimate")
    risk_alternative: float | None = col.column(
        "share", "", "Risk of the outcome under the alternative.", role="estimate"
    )
    p_value: float | None = col.column("p", "", "p of the test that decides.", role="estimate")
    p_adjusted: float | None = col.column("p", "", "The same, adjusted over all claims tested.", role="estimate")
    n_interviews: int | None = col.interviews("Interviews in one of the arms.")
    n_applicants: int | None = col.applicants("Their applicants.")
    n_events: int | None = col.events("Outcomes among them.")
    mde: float | None = col.column("share", "", "The smallest difference that these data would find.", role="estimate")
    risk_ratio: float | None = col.column(
        "number", "", "Risk under the strategy over the alternative's.", role="estimate"
    )
    risk_ratio_low: float | None = col.column("number", "", "Lower end of its 95% interval.", role="estimate")
    risk_ratio_high: float | None = col.column("number", "", "Upper end of its 95% interval.", role="estimate")
    e_value: float | None = col.column("number", "", "E-value of the limit nearer to no difference.", role="estimate")
    e_value_estimate: float | None = col.column("number", "", "E-value of the estimate.", role="estimate", default=None)
    ess_strategy: float | None = col.column("number", "", "Effective size of the strategy's arm.", role="estimate")
    ess_alternative: float | None = col.column(
        "number", "", "Effective size of the alternative's arm.", role="estimate"
    )
    max_weight_share: float | None = col.column("share", "", "Largest share of one weight in its arm.", role="estimate")
    naive: float | None = col.column("points", "", "The difference without weights.", role="estimate")
    estimate_weighted: float | None = col.column("points", "", "The difference by weights alone.", role="estimate")
    estimate_doubly_robust: float | None = col.column(
        "points", "", "The difference by weights and outcome model together.", role="estimate"
    )
    balance: FarthestRow | None = col.column(
        "nested", "", "Largest distance of an arm's weighted mean: covariate and distance.", role="estimate"
    )
    deciding_limit: float | None = col.column(
        "points", "", "Of a one-sided claim the 90% limit that decides; else null.", role="estimate"
    )
    label: str | None = col.column("text", "", "How far the difference may be read as an effect.", role="estimate")
    reason: str = col.column("sentence", "Why", "Why the verdict is what it is.", importance=col.ALWAYS)
    status: str = col.status(default="ok")
    second_line: SecondOutcomeRow | None = col.column(
        "nested", "", "The same for a second outcome; null where there is none.", role="estimate"
    )
    diagnostics: Mapping[str, Any] = col.column("nested", "", "What the design rests on.", role="estimate")
    post_hoc: bool | None = col.column("bool", "", "Whether the claim was declared after the data.", default=None)

    in_table: ClassVar[tuple[str, ...]] = ("advice", "verdict_words", "effect", "reason")


@answer_row
class SecondLineColumns(Row):
    """A claim's second outcome, as columns of the frame."""

    second_line_outcome: str | None = col.column("text", "", "The second outcome.", default=None)
    second_line_estimate: float | None = col.column("points", "", "Its difference.", role="estimate", default=None)
    second_line_conf_low: float | None = col.column(
        "points", "", "Lower end of its 95% interval.", role="estimate", default=None
    )
    second_line_conf_high: float | None = col.column(
        "points", "", "Upper end of its 95% interval.", role="estimate", default=None
    )


@dataclass(frozen=True, repr=False)
class ClaimsResult(Result):
    """A ClaimRow per claim, in the order of the catalogue.

    Beyond the rows, `table("balance")` and its like give the diagnostics of all claims as one frame, and
    `plot_balance("wait-2-3-days")` and its like draw those of one claim.
    """

    rows: tuple[ClaimRow, ...]

    command: ClassVar[str] = "claims"
    title: ClassVar[str] = "Does the usual advice hold here?"
    row_type: ClassVar[type[Row]] = ClaimRow

    #: Makes the interviews behind the numbers (confidential) when `trace` is asked for.
    behind: Behind | None = field(default=None, compare=False)
    #: Makes the tables for the ledger of releases (confidential) from the rows when `released` is asked for.
    told: Callable[[Sequence[ClaimRow]], tuple[Units, ...]] | None = field(default=None, compare=False)

    def released(self) -> tuple[Units, ...]:
        """The interviews that each claim is about, a table a claim, since an interview may be in several."""
        return () if self.told is None else self.told(self.rows)

    def trace(self, claim: str | None = None, *, by_interval: bool = False) -> Any:
        """What a verdict was worked out from, about single interviews: confidential.

        Args:
            claim: the trace of this claim alone.
            by_interval: one row an interview, arm and interval at risk, with the weight in force, in place of one row
                an interview with its expected outcomes and its influence.

        Returns:
            A frame; its columns are those of `claims.trace`. `claims/reproduce_verdict.R` gives the same verdicts
            from it. UsageError for a claim that is not in this answer, or an answer that was read back.
        """
        if self.behind is None:
            raise UsageError("This answer was read back: ask for the claims anew to trace them.")
        return self.as_native(self.behind(claim, by_interval=by_interval))

    def caption(self) -> str:
        """The question, or the title of another catalogue than the package's own."""
        title = str((self.extra.get("catalogue") or {}).get("title") or "")
        text = self.title if title in ("", own_catalogue().title) else title
        return f"{text} (simulated data)" if self.counts.simulated else text

    def verdict(self, claim: str) -> str:
        """The verdict on one claim, by its id; KeyError where there is none of that id."""
        return self.row(claim).verdict

    def row(self, claim: str) -> ClaimRow:
        """All fields of one claim, by its id; KeyError where there is none of that id."""
        for row in self.rows:
            if row.claim == claim:
                return row
        raise KeyError(claim)

    def to_json(self) -> dict[str, Any]:
        """The contract's object; a claim that was not tested has no member for the E-value of an estimate."""
        made = super().to_json()
        for row in made["results"]:
            if row["verdict"] == "not_testable":
                del row["e_value_estimate"]
        return made

    def frame_fields(self) -> tuple[Field, ...]:
        """Frames hold the second line in columns of their own, and no nested diagnostics (see `table`)."""
        return (*(one for one in ClaimRow.declared() if one.kind != "nested"), *SecondLineColumns.declared())

    def frame_rows(self) -> list[dict[str, Any]]:
        """One row a claim as plain values."""
        columns = [one.name for one in ClaimRow.declared() if one.kind != "nested"]
        rows = []
        for row in self.rows:
            second = {f"second_line_{name}": value for name, value in (row.second_line or {}).items()}
            rows.append({**{name: plain(row[name]) for name in columns}, **SecondLineColumns(**plain(second))})
        return rows

    def table(self, name: str) -> Any:
        """One diagnostic of all tested claims as a frame.

        There are weights, baseline, balance, overlap, flow, curves, controls, second_way, tipping and gates.
        Raises KeyError for another name.
        """
        if name not in _TABLES:
            raise KeyError(f"{name!r}: there are {listed(_TABLES)}")
        rows = [
            {"claim": row.claim, **plain(entry)} for row in self.rows for entry in _listed(row.diagnostics.get(name))
        ]
        return self.as_native(frame_of_findings(rows))

    def summary(self) -> str:
        """How many claims got which verdict, and which hold."""
        hold = [row.advice for row in self.rows if row.verdict == "supported"]
        against = [row.advice for row in self.rows if row.verdict == "contradicted"]
        counts = {verdict: sum(row.verdict == verdict for row in self.rows) for verdict in VERDICT_WORDS}
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
        parts.append(association_words(self.rows))
        return " ".join(part for part in parts if part)

    def _one(self) -> str:
        row = self.rows[0]
        effect = f" ({row.effect})" if row.effect else ""
        return f"{_quoted([row.advice]).rstrip('.')}: {row.verdict_words}{effect}. {row.reason}"

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
        words = row.strategy, row.alternative
        return risk_chart(rows, words=words, outcome=row.outcome, simulated=self.counts.simulated, ax=ax)

    def _diagnostic(self, claim: str, name: str) -> list[Any]:
        """One diagnostic of a tested claim; UsageError where there is no such claim, or it was not tested."""
        row = next((row for row in self.rows if row.claim == claim), None)
        if row is None:
            guess = nearest(claim, [row.claim for row in self.rows])
            hint = f"did you mean {guess!r}?" if guess else "see the column claim of the frame."
            raise UsageError(f"no claim is called {claim!r} here; {hint}")
        found = row.diagnostics.get(name)
        if row.verdict == "not_testable":
            raise UsageError(f"{claim} has nothing to draw, since it was not tested here: {row.reason}")
        if not found:
            raise UsageError(f"{claim} has no {name} to draw: it is adjusted for nothing.")
        return list(found)


def _listed(found: Any) -> list[Mapping[str, Any]]:
    """A diagnostic as rows: some are one row, some are not there."""
    return [found] if isinstance(found, Mapping) else list(found or [])


def _quoted(advice: list[str]) -> str:
    return "; ".join(text.rstrip(".") for text in advice) + "."
