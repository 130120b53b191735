"""What a face of an answer needs to know of it, and its face in plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from followup_analytics.log.followup_log import Note
from followup_analytics.results.columns import Field
from followup_analytics.results.formatting import note_text
from followup_analytics.text import clean, counted, padded, shorten, width_of, wrapped

#: What a text face shows at most.
_MOST_ROWS, _MOST_NOTES, _LONGEST_NOTE = 20, 6, 160
#: Columns of a screen that a name, and a sentence, may take before it goes on in a further line.
_WIDEST_NAME, _WIDEST_SENTENCE = 40, 60


class Printable(Protocol):
    """An answer as its faces see it."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is said beside it."""

    def caption(self) -> str:
        """The table's title."""

    def summary(self) -> str:
        """The answer in a sentence."""

    def printed_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows that tables show."""

    def printed(self) -> tuple[tuple[Field, ...], list[list[str]]]:
        """The columns that tables show, and one text for each of them in every row."""


def text_face(result: Printable) -> str:
    """A short aligned table in plain text, with its first notes."""
    fields, body = result.printed()
    cells = [[_lines(cell, one) for cell, one in zip(line, fields, strict=True)] for line in body[:_MOST_ROWS]]
    cells.insert(0, [wrapped(clean(one.label), _WIDEST_NAME) for one in fields])
    widths = [max(width_of(text) for line in cells for text in line[place]) for place in range(len(fields))]
    texts = [
        "  ".join(
            padded(cell[row] if row < len(cell) else "", width, right=one.is_numeric)
            for cell, width, one in zip(line, widths, fields, strict=True)
        ).rstrip()
        for line in cells
        for row in range(max(map(len, line), default=0))
    ]
    left = len(body) - _MOST_ROWS
    more = [f"... and {left:,} more rows; .to_frame() has them all"] if left > 0 else []
    return "\n".join([result.caption(), *texts, *more, *_short_notes(result.notes)])


def _lines(cell: str, one: Field) -> list[str]:
    """A cell on as many lines as it needs; numbers stay on one."""
    text = clean(cell)
    if one.is_numeric:
        return [text]
    return wrapped(text, _WIDEST_SENTENCE if one.kind == "sentence" else _WIDEST_NAME)


def _short_notes(notes: Sequence[Note]) -> list[str]:
    """The first notes, each on one line, and how many more there are."""
    told = [f"· {shorten(note_text(note), _LONGEST_NOTE)}" for note in notes[:_MOST_NOTES]]
    more = len(notes) - _MOST_NOTES
    return [*told, f"… and {counted(more, 'more note')}"] if more > 0 else told
