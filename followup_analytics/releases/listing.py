"""What was published of a record, release by release, each checked again beside all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from followup_analytics.results import columns as col
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row

if TYPE_CHECKING:
    from followup_analytics.results.disclosure import DisclosurePolicy
    from followup_analytics.results.disclosure.ledger import Ledger


@answer_row
class ReleaseRow(Row):
    """One release, and whether it is still safe beside all others."""

    name: str = col.column("text", "Release", "Name of the release.", importance=col.ALWAYS)
    published_at: str = col.column("date", "Published", "When it was published (UTC).")
    answer: str = col.column("text", "Answer", "The command that gave it.")
    question: str = col.column("text", "Asked", "What was asked for.")
    policy: str = col.column("text", "Policy", "The disclosure policy.")
    min_cell: int = col.column("count", "Fewest", "Fewest applicants of a shown number.")
    fingerprint: str = col.column("text", "", "Digest of the record that it was made from.")
    status: str = col.column("text", "Check", "ok, or unsafe.", importance=col.ALWAYS)
    reason: str | None = col.column("sentence", "Why", "With which other one a number could be found.", default=None)

    in_table = ("name", "published_at", "answer", "question", "policy", "status", "reason")


@dataclass(frozen=True, repr=False)
class ReleasesResult(Result):
    """What was published of a record, oldest first."""

    rows: tuple[ReleaseRow, ...]

    command: ClassVar[str] = "releases"
    title: ClassVar[str] = "Releases"
    row_type: ClassVar[type[Row]] = ReleaseRow

    def summary(self) -> str:
        """How many there are, and whether they are safe together."""
        if not self.rows:
            return "Nothing was published of this record yet."
        unsafe = [row.name for row in self.rows if row.status != "ok"]
        one = "1 release" if len(self.rows) == 1 else f"{len(self.rows)} releases"
        if unsafe:
            return f"{one}; a hidden number could be worked out from {', '.join(map(repr, unsafe))} and others."
        return f"{one}; nothing that one of them hides can be worked out from all of them together."


def check_releases(ledger: Ledger, policy: DisclosurePolicy, counts: LogCounts) -> ReleasesResult:
    """Attack all releases of a ledger together once more."""
    return ReleasesResult(tuple(_checked(ledger, policy)), counts)


def _checked(ledger: Ledger, policy: DisclosurePolicy) -> list[ReleaseRow]:
    rows = []
    for one in ledger.releases:
        others = ledger.giving_away(one, policy)
        asked = ", ".join(f"{name} {value}" for name, value in one.question.items() if value not in (False, [], None))
        rows.append(
            ReleaseRow(
                name=one.name,
                published_at=one.at,
                answer=one.command,
                question=asked,
                policy=str(one.policy["name"]),
                min_cell=int(one.policy["min_cell"]),
                fingerprint=one.fingerprint,
                status="unsafe" if others else "ok",
                reason=f"A hidden number could be found with the help of {others[0].told()}." if others else None,
            )
        )
    return rows
