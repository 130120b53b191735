"""An answer in a notebook: its sentence, its table and its notes as HTML, every text escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from followup_analytics.results.columns import Field
from followup_analytics.results.formatting import note_text
from followup_analytics.text import clean, width_of

if TYPE_CHECKING:
    from followup_analytics.results.faces import Printable


#: Columns take what they need, also where a notebook's own style would make all of them alike.
_TABLE = "table-layout:auto;border-collapse:collapse"
#: Letters of a word that is never broken, and what a bold one of these takes at most.
_UNBROKEN, _EM = 24, 0.72
#: A long name is broken, also one without blanks or of another script; numbers stay on a line.
_WORDS = "text-align:left;vertical-align:top;overflow-wrap:anywhere;max-width:24em"
_SENTENCE = "text-align:left;vertical-align:top;overflow-wrap:break-word;min-width:16em;max-width:40em"
_NUMBER = "text-align:right;vertical-align:top;white-space:nowrap"
#: Their headings are longer than they are, and go on several lines.
_NUMBER_HEAD = "text-align:right;vertical-align:bottom;min-width:4em"


def html_face(result: Printable) -> str:
    """The sentence, the table with row and column headings, and the notes."""
    fields, lines = result.printed()
    styles = [_style(one, [one.label, *(line[place] for line in lines)]) for place, one in enumerate(fields)]
    head = "".join(
        f'<th scope="col" style="{_NUMBER_HEAD if one.is_numeric else style}">{html.escape(clean(one.label))}</th>'
        for one, style in zip(fields, styles, strict=True)
    )
    body = "".join(_html_row(line, styles) for line in lines)
    notes = "".join(f"<li>{html.escape(clean(note_text(note)))}</li>" for note in result.notes)
    said, caption = (html.escape(clean(text)) for text in (result.summary(), result.caption()))
    return (
        (f'<p style="max-width:52em">{said}</p>' if said else "")
        + f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="{caption}"><table style="{_TABLE}">'
        f'<caption style="text-align:left">{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        + (f'<ul style="max-width:52em">{notes}</ul>' if notes else "")
    )


def _html_row(line: Sequence[str], styles: Sequence[str]) -> str:
    cells = []
    for place, (cell, style) in enumerate(zip(line, styles, strict=True)):
        tag = 'th scope="row"' if place == 0 else "td"
        cells.append(f'<{tag} style="{style}">{html.escape(clean(cell))}</{tag.split(maxsplit=1)[0]}>')
    return f"<tr>{''.join(cells)}</tr>"


def _style(one: Field, cells: Sequence[str]) -> str:
    """The style of a column's cells: its words stand whole, up to a length."""
    if one.is_numeric:
        return _NUMBER
    if one.kind == "sentence":
        return _SENTENCE
    longest = min(max((width_of(word) for cell in cells for word in cell.split()), default=0), _UNBROKEN)
    return f"{_WORDS};min-width:{_EM * longest:.1f}em"
