"""A drafted map: what each column was taken for, five rows as understood, open questions, and the map's text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from followup_analytics.ingest.maps.draft.questions import Question
from followup_analytics.results.exports import CONFIDENTIAL
from followup_analytics.results.result import Field, Result
from followup_analytics.text import counted, listed, shorten


@dataclass(frozen=True, repr=False)
class MapDraft(Result):
    """One row a column of the sheet. `sample` holds the first rows as understood, each with what the map makes of it.

    map: as `load_map` takes it. questions: what is not sure, in the order in which it is asked.
    """

    map: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    sample: tuple[Mapping[str, Any], ...] = ()
    questions: tuple[Question, ...] = ()
    left_out: int = 0

    command: ClassVar[str] = "map"
    title: ClassVar[str] = "What the columns mean"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("sheet", "Sheet"),
        Field("column", "Column"),
        Field("means", "Means"),
        Field("table", "Table"),
        Field("group", "Of"),
        Field("certainty", "Certainty", "share"),
        Field("words", "Words"),
        Field("why", "Why not"),
    )

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

    def printed_rows(self) -> list[Mapping[str, Any]]:
        """The rows with their words in a line, as people read them."""
        return [{**row, "words": _in_a_line(row["values"]), "means": row["means"] or "not used"} for row in self.rows]

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


def _in_a_line(values: Any) -> str:
    shown = [f"{shorten(one['value'], 18)} = {one['means'] or '?'}" for one in (values or ())[:6]]
    more = len(values or ()) - len(shown)
    return "; ".join([*shown, f"and {more} more"] if more > 0 else shown)
