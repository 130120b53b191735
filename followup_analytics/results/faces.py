"""What a face of an answer needs to know of it, and its face in plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from followup_analytics.log.followup_log import Note
from followup_analytics.results.columns import Field
from followup_analytics.results.formatting import note_text
from followup_analytics.text import counted, shorten

#: What a text face shows at most.
_MOST_ROWS, _MOST_NOTES, _LONGEST_NOTE = 20, 6, 160


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
    lines = [[one.label for one in fields], *body[:_MOST_ROWS]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(fields))]
    texts = [
        "  ".join(
            cell.rjust(width) if one.is_numeric else cell.ljust(width)
            for cell, width, one in zip(line, widths, fields, strict=True)
        ).rstrip()
        for line in lines
    ]
    left = len(body) - _MOST_ROWS
    more = [f"... and {left:,} more rows; .to_frame() has them all"] if left > 0 else []
    return "\n".join([result.caption(), *texts, *more, *_short_notes(result.notes)])


def _short_notes(notes: Sequence[Note]) -> list[str]:
    """The first notes, each on one line, and how many more there are."""
    told = [f"· {shorten(note_text(note), _LONGEST_NOTE)}" for note in notes[:_MOST_NOTES]]
    more = len(notes) - _MOST_NOTES
    return [*told, f"… and {counted(more, 'more note')}"] if more > 0 else told
