"""A text about claims as an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from followup_analytics.results import columns as col
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row


@answer_row
class TextRow(Row):
    """One text."""

    kind: str = col.column("text", "Kind", "protocol or preregistration.", role="key")
    claim: str | None = col.column("text", "Claim", "Id of the claim; null where it is about all.", role="key")
    text: str = col.column("text", "Text", "The text (Markdown).", importance=col.ALWAYS)

    in_table = ("kind", "claim", "text")


@dataclass(frozen=True, repr=False)
class TextResult(Result):
    """A protocol or a preregistration as an answer: one TextRow a text."""

    rows: tuple[TextRow, ...]

    command: ClassVar[str] = "claims"
    title: ClassVar[str] = "Protocol"
    row_type: ClassVar[type[Row]] = TextRow

    def summary(self) -> str:
        """The texts, one after the other."""
        return "\n".join(row.text for row in self.rows)
