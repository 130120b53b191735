"""What a report is made from: results that are disclosed already, and the facts that choose its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from followup_analytics.answers.curves.result import CurveRow
from followup_analytics.answers.outcomes.compared import ComparedRow
from followup_analytics.answers.outcomes.result import CohortRow
from followup_analytics.answers.rates.result import RatesRow
from followup_analytics.claims.definition import Catalogue, Claim
from followup_analytics.claims.result import ClaimRow
from followup_analytics.log.followup_log import Note
from followup_analytics.model.result import ModelRow
from followup_analytics.report.facts import LogFacts
from followup_analytics.report.office import Office
from followup_analytics.results.disclosure import DisclosurePolicy, policy_of
from followup_analytics.results.result import LogCounts, Result


@dataclass(frozen=True)
class Options:
    """What was asked for: the window in days, the outcome followed, what may be shown, the cohort by name."""

    within: float = 7.0
    outcome: str = "response"
    policy: DisclosurePolicy = field(default_factory=policy_of)
    horizon: int = 30
    cohort: str | None = None
    by: tuple[str, ...] = ("timing", "channel", "attempt")
    paper: str = "a4"
    #: The cohort to set beside this one; None for the one before it.
    against: str | None = None
    seed: int = 0
    office: Office = field(default_factory=Office)

    @property
    def min_cell(self) -> int:
        """Fewest applicants of a shown number."""
        return self.policy.min_cell

    @property
    def window(self) -> str:
        """`7 days`, `1 day`, `12 hours`: the window in words."""
        if self.within < 2 and not float(self.within).is_integer():
            hours = self.within * 24
            return f"{hours:g} {'hour' if hours == 1 else 'hours'}"
        return f"{self.within:g} {'day' if self.within == 1 else 'days'}"


@dataclass(frozen=True)
class Findings:
    """All that the pages say, in rows: rates overall and by each key, the curve, the model, the claims, the notes.

    What could not be worked out is None or empty; `reasons` then holds a sentence under the part's name.
    """

    counts: LogCounts
    facts: LogFacts
    options: Options
    overall: RatesRow | None = None
    tables: Mapping[str, tuple[RatesRow, ...]] = field(default_factory=dict)
    curve: tuple[CurveRow, ...] = ()
    quantiles: tuple[Mapping[str, Any], ...] = ()
    #: The curves of the cohort reported on and the one it is set beside, if there is one.
    both_curves: tuple[CurveRow, ...] = ()
    groups: tuple[CohortRow, ...] = ()
    comparison: tuple[ComparedRow, ...] = ()
    #: The names of cohorts in full, where the pages shorten them.
    long_names: Mapping[str, str] = field(default_factory=dict)
    model: ModelRow | None = None
    card: Mapping[str, Any] | None = None
    claims: tuple[ClaimRow, ...] = ()
    catalogue: Catalogue | None = None
    notes: tuple[Note, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    #: The answers that the pages tell, for the ledger of releases.
    answers: tuple[Result, ...] = ()

    def claim(self, identifier: str) -> Claim | None:
        """A claim's definition, None where the catalogue is not at hand or has no such claim."""
        return None if self.catalogue is None else self.catalogue.claim(identifier)

    @property
    def main_event(self) -> str:
        """The event that is followed."""
        return "advanced" if self.options.outcome == "advanced" else "response"

    def curve_of(self, event: str) -> tuple[CurveRow, ...]:
        """The curve of one event in the order of days."""
        return tuple(sorted((row for row in self.curve if row.event == event), key=lambda row: row.day))

    def curve_at(self, day: int, event: str | None = None) -> CurveRow | None:
        """The row of one day, if it can be shown."""
        for row in self.curve_of(event or self.main_event):
            if row.day == day and row.estimate is not None:
                return row
        return None

    def last_shown(self) -> CurveRow | None:
        """The curve's last day that can be shown."""
        shown = [row for row in self.curve_of(self.main_event) if row.estimate is not None]
        return shown[-1] if shown else None
