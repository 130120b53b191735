"""An answer in a notebook: its sentence, its table and its notes as HTML, every text escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from followup_analytics.results.columns import Field
from followup_analytics.results.formatting import note_text
from followup_analytics.text import clean

if TYPE_CHECKING:
    from followup_analytics.results.faces import Printable


def html_face(result: Printable) -> str:
    """The sentence, the table with row and column headings, and the notes."""
    fields, lines = result.printed()
    head = "".join(f'<th scope="col">{html.escape(one.label)}</th>' for one in fields)
    body = "".join(_html_row(line, fields) for line in lines)
    notes = "".join(f"<li>{html.escape(clean(note_text(note)))}</li>" for note in result.notes)
    return (
        f"<p>{html.escape(clean(result.summary()))}</p>"
        f"<table><caption>{html.escape(result.caption())}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>" + (f"<ul>{notes}</ul>" if notes else "")
    )


def _html_row(line: Sequence[str], fields: Sequence[Field]) -> str:
    cells = []
    for place, (cell, one) in enumerate(zip(line, fields, strict=True)):
        style = ' style="text-align:right"' if one.is_numeric else ' style="text-align:left"'
        tag = 'th scope="row"' if place == 0 else "td"
        cells.append(f"<{tag}{style}>{html.escape(clean(cell))}</{tag.split(maxsplit=1)[0]}>")
    return f"<tr>{''.join(cells)}</tr>"
