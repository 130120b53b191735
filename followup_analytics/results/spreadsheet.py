"""An answer as a workbook: headings in words, numbers in the format of their kind, and what each column holds.

No cell is a formula, and none begins like one: whoever saves the sheet as CSV would make it one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from followup_analytics.results.columns import Field
from followup_analytics.results.formatting import note_text
from followup_analytics.results.result import Result
from followup_analytics.text import clean, formula_safe

#: The first date that a zip archive can hold: fixed, so that the same answer gives the same bytes.
_CREATED = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
_HEAD = {"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"}
_TEXT = {"valign": "top", "text_wrap": True}
#: How numbers of a kind are written; differences of shares are given in percentage points, as in every other face.
_FORMATS: Mapping[str, str] = {
    "count": "#,##0",
    "share": "0.0%",
    "points": "+0.0;\u22120.0;0.0",
    "days": "0.##",
    "number": "0.00",
    "fine": "0.000",
    "p": "0.000",
}
_NARROWEST, _WIDEST = 10, 60
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_answer(result: Result, path: Path) -> None:
    """Write the rows on the first sheet; the columns' meaning, the notes and the log on sheets of their own."""
    import xlsxwriter

    fields = result.frame_fields()
    names = headings_of(fields)
    with xlsxwriter.Workbook(path, _SAFE) as book:
        book.set_properties({"created": _CREATED, "title": clean(result.caption())})
        pen = _Pen(book)
        rows = [[row[one.name] for one in fields] for row in result.frame_rows()]
        pen.sheet(result.command or "results", names, [_base(one.kind) for one in fields], rows)
        about = [[name, one.name, one.unit, one.about] for name, one in zip(names, fields, strict=True)]
        pen.sheet("columns", ["Column", "Name in JSON and CSV", "Unit", "What it holds"], ["text"] * 4, about)
        notes = [[note.code, note.n, note_text(note)] for note in result.notes]
        pen.sheet("notes", ["Code", "Number", "Note"], ["text", "count", "sentence"], notes)
        log = [[name.replace("_", " "), _yes_no(value)] for name, value in result.counts.to_json().items()]
        pen.sheet("log", ["What the answer rests on", "Value"], ["text", "count"], log)


def headings_of(fields: Sequence[Field]) -> list[str]:
    """Each column's heading in words, told apart where two would be the same: the ends of an interval by its number."""
    by_name = {one.name: one for one in fields}
    lower = {one.upper: one for one in fields if one.upper}
    made = []
    for one in fields:
        beginning = lower.get(one.name) or (one if one.upper else None)
        if beginning is None:
            label = one.label.strip()
        else:
            of = by_name.get("estimate" if one.name.startswith("conf_") else beginning.name.removesuffix("_low"))
            base = f"{of.label.strip()}, " if of is not None and of is not one else ""
            label = f"{base}{beginning.label.strip()}, {'from' if one is beginning else 'to'}"
        made.append(f"{label} (points)" if _base(one.kind) == "points" else label)
    return [name if made.count(name) == 1 else f"{name} [{one.name}]" for name, one in zip(made, fields, strict=True)]


class _Pen:
    """Writes sheets of one workbook in its formats."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format(_HEAD)
        self._text = book.add_format(_TEXT)
        self._numbers = {
            kind: book.add_format({"num_format": form, "valign": "top"}) for kind, form in _FORMATS.items()
        }

    def sheet(self, name: str, heads: Sequence[str], kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """One sheet: a head that stays in sight, and a row below the other."""
        sheet = self._book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for place, (head, kind) in enumerate(zip(heads, kinds, strict=True)):
            sheet.write_string(0, place, formula_safe(clean(head)), self._head)
            cells = [row[place] for row in rows]
            widest = max(
                [
                    len(max(head.split(), key=len, default="")),
                    *(len(str(cell)) for cell in cells if isinstance(cell, str)),
                ]
            )
            sheet.set_column(place, place, min(max(widest + 2, _NARROWEST), _WIDEST))
            for row, cell in enumerate(cells, start=1):
                self._cell(sheet, row, place, cell, kind)

    def _cell(self, sheet: Any, row: int, place: int, cell: Any, kind: str) -> None:
        if cell is None:
            return
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            value = round(100 * cell, 10) if kind == "points" else cell
            sheet.write_number(row, place, value, self._numbers.get(kind))
        else:
            sheet.write_string(row, place, formula_safe(clean(str(_yes_no(cell)))), self._text)


def _base(kind: str) -> str:
    return kind.removesuffix("_interval")


def _yes_no(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else value
