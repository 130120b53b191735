"""Answers as the templates take them: words, heads, cells and a picture, all from the answer's own faces."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followup_analytics.results.formatting import note_text
from followup_analytics.text import clean

if TYPE_CHECKING:
    from followup_analytics.results.result import Result

#: Dots per inch of pictures: sharp at twice the usual size.
_DPI = 160


@dataclass(frozen=True)
class Head:
    """One head of a table: its words, and whether its cells are set flush right."""

    label: str
    right: bool


@dataclass(frozen=True)
class Picture:
    """A chart as a picture that the page itself holds, with the words for those who don't see it."""

    address: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Face:
    """An answer ready to be set: nothing in it is rounded or hidden here."""

    caption: str
    summary: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    picture: Picture | None
    simulated: bool


def face_of(result: Result, *, drawn: bool = True) -> Face:
    """The face of an answer, with its chart where it has one."""
    fields, body = result.printed()
    return Face(
        caption=clean(result.caption()),
        summary=clean(result.summary()),
        heads=tuple(Head(clean(one.label), one.is_numeric) for one in fields),
        rows=tuple(tuple(clean(cell) for cell in line) for line in body),
        notes=tuple(clean(note_text(note)) for note in result.notes),
        picture=_picture(result) if drawn and body else None,
        simulated=result.counts.simulated,
    )


def _picture(result: Result) -> Picture | None:
    from followup_analytics.charts import Chart

    try:
        drawn = Chart.of(result.plot())
    except NotImplementedError:
        return None
    coded = base64.b64encode(drawn.png(_DPI)).decode("ascii")
    return Picture(f"data:image/png;base64,{coded}", clean(drawn.alt), clean(drawn.caption))
