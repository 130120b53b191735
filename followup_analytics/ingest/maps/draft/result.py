"""A drafted map: what each column was taken for, five rows as understood, open questions, and the map's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from followup_analytics.ingest.maps.draft.questions import Question
from followup_analytics.results import columns as col
from followup_analytics.results.exports import CONFIDENTIAL
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import counted, listed, shorten


@answer_row
class ColumnRow(Row):
    """What one column of the sheet was taken for."""

    sheet: str | None = col.column("text", "Sheet", "The workbook's sheet.", role="key", importance=col.RARELY)
    column: str = col.column("text", "Column", "The sheet's own heading.", role="key", importance=col.ALWAYS)
    means: str | None = col.column("text", "Means", "The column of the log; null: not used.", importance=col.ALWAYS)
    table: str | None = col.column("text", "Table", "The log's table.")
    group: str | None = col.column("text", "Of", "Which touch of several it is about.")
    certainty: float = col.column("share", "Certainty", "How sure that is, from 0 to 1.", importance=col.ALWAYS)
    values: list[dict[str, Any]] = col.column(  # type: ignore[assignment]
        "nested", "", "Its words, what each means, and how sure that is."
    )
    words: str = col.column("sentence", "Words", "The words in a line.")
    why: str = col.column("sentence", "Why not", "Why the column is not used.")

    in_table = ("sheet", "column", "means", "table", "group", "certainty", "words", "why")


@dataclass(frozen=True, repr=False)
class MapDraft(Result):
    """One row a column of the sheet. `sample` holds the first rows as understood, each with what the map makes of it.

    map: as `load_map` takes it. questions: what is not sure, in the order in which it is asked.
    """

    rows: tuple[ColumnRow, ...]
    map: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    sample: tuple[Mapping[str, Any], ...] = ()
    questions: tuple[Question, ...] = ()
    left_out: int = 0

    command: ClassVar[str] = "map"
    title: ClassVar[str] = "What the columns mean"
    row_type: ClassVar[type[Row]] = ColumnRow

    @property
    def used(self) -> int:
        """How many columns of the sheet the map reads."""
        return sum(row["means"] is not None for row in self.rows)

    def summary(self) -> str:
        """What was understood, in a sentence."""
        tables = dict.fromkeys(row["table"] for row in self.rows if row["table"])
        made = listed(tables, "and") or "nothing"
        open_ = [one for one in self.questions if one.kind != "text"]
        asked = f" {counted(len(open_), 'guess', 'guesses')} should be looked at." if open_ else ""
        return f"{self.used} of {counted(len(self.rows), 'column')} are read, for {made}.{asked}"

    def __repr__(self) -> str:
        """The table, then the rows as understood."""
        return "\n".join([super().__repr__(), *self.sample_lines()])

    def sample_lines(self) -> list[str]:
        """The first rows as understood, a line for each record; confidential."""
        lines = ["The first rows, as understood (confidential):"] if self.sample else []
        for one in self.sample:
            lines.append(f"  row {one['row']}")
            for name, records in one.items():
                for record in records if isinstance(records, list) else ():
                    cells = ", ".join(f"{ours} {shorten(str(value), 40)}" for ours, value in record.items())
                    lines.append(f"    {name.removesuffix('s')}: {cells}")
        return lines

    def to_json(self) -> dict[str, Any]:
        """The contract's object: no log, the sample marked confidential, the map as it would be written."""
        made = super().to_json()
        made["log"] = None
        made["sample"] = [dict(one) for one in self.sample]
        made["sample_is"] = CONFIDENTIAL
        made["map"] = self.text
        made["questions"] = [
            {"id": one.id, "text": one.text, "kind": one.kind, "default": one.default, "choices": dict(one.choices)}
            for one in self.questions
        ]
        return made


def in_a_line(values: Sequence[Mapping[str, Any]]) -> str:
    """Words and meanings in a line, the first few of them."""
    shown = [f"{shorten(one['value'], 18)} = {one['means'] or '?'}" for one in values[:6]]
    more = len(values) - len(shown)
    return "; ".join([*shown, f"and {more} more"] if more > 0 else shown)
