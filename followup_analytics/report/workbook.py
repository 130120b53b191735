"""All tables of a report as one workbook: numbers as numbers, with their formats, and a sheet of contents."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from followup_analytics.languages import Catalogue
from followup_analytics.report.document import Document
from followup_analytics.text import clean

#: Tells a text in the workbook's language.
Telling = Callable[[str], str]
_MINUS = "\u2212"
_NUMBER = r"[+\-\u2212]?\d[\d,]*(?:\.\d+)?"
_PERCENT = re.compile(rf"^({_NUMBER})%$")
_PLAIN = re.compile(rf"^({_NUMBER})$")
_RANGE = re.compile(rf"^({_NUMBER})(%?) to ({_NUMBER})(%?)$")
#: Cells that hold no number and don't make a column a column of words.
_NO_NUMBER = ("", "–", "hidden", "below .001")
_WIDEST = 60
#: The first date that a zip archive can hold: fixed, so that the same tables give the same bytes.
_CREATED = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class _Column:
    """One column of a sheet: its head, its cells as numbers or texts, and the name of their format."""

    label: str
    cells: tuple[float | str, ...]
    form: str


def workbook(document: Document, words: Catalogue | None = None) -> bytes:
    """The tables of a document as an .xlsx file, one sheet each, after a sheet that says what they are.

    Shares are numbers in percent format, counts numbers, an interval two columns; what is hidden stays a word. No cell
    is a formula. The document is the English one, from whose cells numbers can be read; `words` tells the texts in
    another language. Same document, same bytes.
    """
    import xlsxwriter

    tables = [
        (section.title, item) for section in document.sections for item in section.blocks if item["type"] == "table"
    ]
    out = io.BytesIO()
    settings = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(out, settings) as book:
        book.set_properties({"created": _CREATED, "title": clean(document.meta.document_title)})
        forms = {name: book.add_format(form) for name, form in _FORMS.items()}
        told = str if words is None else words.told
        _contents(book.add_worksheet(told("Contents")), forms, document, tables, told)
        for number, (_, item) in enumerate(tables, start=1):
            _sheet(book.add_worksheet(told(f"Table {number}")), forms, number, item, document, told)
    return out.getvalue()


_FORMS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"},
    "text": {"text_wrap": True, "valign": "top"},
    "percent": {"num_format": "0.0%", "valign": "top"},
    "count": {"num_format": "#,##0", "valign": "top"},
    "number": {"num_format": "0.0##", "valign": "top"},
    "note": {"italic": True, "font_color": "#595959", "text_wrap": True},
}


def _contents(
    sheet: Any,
    forms: Mapping[str, Any],
    document: Document,
    tables: Sequence[tuple[str, Mapping[str, Any]]],
    told: Telling,
) -> None:
    meta = document.meta
    marks = [
        word for word, stands in (("Confidential", meta.confidential), ("Simulated data", meta.simulated)) if stands
    ]
    lines = [meta.document_title, meta.subtitle, ". ".join([*marks, meta.dateline])]
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, told(clean(line)), forms["title"] if row == 0 else None)
    start = len(lines) + 1
    for place, label in enumerate(("Sheet", "Part of the report", "What it shows")):
        sheet.write_string(start, place, told(label), forms["head"])
    for number, (title, item) in enumerate(tables, start=1):
        name = told(f"Table {number}")
        sheet.write_url(start + number, 0, f"internal:'{name}'!A1", string=name)
        sheet.write_string(start + number, 1, told(clean(title)), forms["text"])
        sheet.write_string(start + number, 2, told(_words(item["caption"])), forms["text"])
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 2, _WIDEST)


def _sheet(
    sheet: Any, forms: Mapping[str, Any], number: int, item: Mapping[str, Any], document: Document, told: Telling
) -> None:
    sheet.write_string(0, 0, f"{told(f'Table {number}')}. {told(_words(item['caption']))}", forms["title"])
    columns = [made for place, one in enumerate(item["columns"]) for made in _columns(one, place, item["rows"])]
    for place, column in enumerate(columns):
        label = told(clean(column.label))
        sheet.write_string(2, place, label, forms["head"])
        widest = len(label)
        for row, cell in enumerate(column.cells, start=3):
            if isinstance(cell, str):
                text = told(clean(cell))
                sheet.write_string(row, place, text, forms["text"])
                widest = max(widest, len(text))
            else:
                sheet.write_number(row, place, cell, forms[column.form])
        sheet.set_column(place, place, min(max(widest + 2, 10), _WIDEST))
    below = 4 + len(item["rows"])
    notes = [item.get("note"), "Simulated data." if document.meta.simulated else None]
    for text in dict.fromkeys(note for note in notes if note):
        sheet.write_string(below, 0, told(clean(text)), forms["note"])
        below += 1
    sheet.freeze_panes(3, 1)


def _columns(column: Mapping[str, Any], place: int, rows: Sequence[Sequence[str]]) -> list[_Column]:
    """A column of texts as one column of numbers, two for intervals, or as it is."""
    label = column["label"]
    cells = [row[place] for row in rows]
    told = [cell for cell in cells if cell not in _NO_NUMBER]
    if place == 0 or not told:
        return [_Column(label, tuple(cells), "text")]
    if all(_RANGE.match(cell) for cell in told):
        shares = "%" in told[0]
        ends = [_RANGE.match(cell) for cell in cells]
        form = "percent" if shares else "number"
        return [
            _Column(
                f"{label}, {word}",
                tuple(
                    cell if found is None else _value(found.group(group), shares)
                    for cell, found in zip(cells, ends, strict=True)
                ),
                form,
            )
            for word, group in (("from", 1), ("to", 3))
        ]
    for pattern, form, read in _READERS:
        if all(pattern.match(cell) for cell in told):
            found = tuple(cell if cell in _NO_NUMBER else read(cell) for cell in cells)
            whole = form == "count" and all(isinstance(cell, str) or float(cell).is_integer() for cell in found)
            return [_Column(label, found, form if form == "percent" or whole else "number")]
    return [_Column(label, tuple(cells), "text")]


def _value(text: str, share: bool) -> float:
    number = float(text.replace(",", "").replace(_MINUS, "-"))
    return round(number / 100, 6) if share else number


_READERS: tuple[tuple[re.Pattern[str], str, Callable[[str], float]], ...] = (
    (_PERCENT, "percent", lambda text: _value(text.rstrip("%"), share=True)),
    (_PLAIN, "count", lambda text: _value(text, share=False)),
)


def _words(parts: Any) -> str:
    """A caption without its links and emphasis."""
    if isinstance(parts, str):
        return clean(parts)
    return clean("".join(part if isinstance(part, str) else str(next(iter(part.values()))) for part in parts))
