"""Answers as the templates take them: words, heads, cells and a picture, all from the answer's own faces."""

from __future__ import annotations

import base64
import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UsageError
from followup_analytics.results.formatting import note_text
from followup_analytics.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from followup_analytics.claims import ClaimsResult
    from followup_analytics.results.result import Result

_OPTION = re.compile(r"--[a-z][a-z-]*")
#: What comes before the last name of a path or of a database, where a sentence or a part of it begins with one.
_FOLDERS = re.compile(r"(?<!\S)(?:postgresql://[^\s/]+|[A-Za-z]:)?[/\\](?:[^\s/\\]+[/\\])*(?=[^\s/\\])")
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


#: Options of the commands that refusals name, as the page calls them.
_IN_PAGE = {
    "--time-zone": "the field Time zone",
    "--map": "the field Map of the columns",
    "--observed-until": "the field The files are complete until",
    "--same-cohort": "the fields under Cohorts",
    "--keep": "the boxes beside the columns",
    "--day-first": "the answer to the question on dates",
    "--month-first": "the answer to the question on dates",
    "--at": "the field When",
    "--min-cell": "the number of applicants that the page was started with (--min-cell)",
    "--each-file": "one file at a time",
    "--name": "the field Name",
}


def in_page_words(text: str) -> str:
    """A sentence of the commands with options named as the page's fields are, and places without where they lie."""
    return _OPTION.sub(lambda found: _IN_PAGE.get(found.group(0), found.group(0)), _FOLDERS.sub("", text))


def pictures_of_claim(found: ClaimsResult, claim: str) -> tuple[Picture, ...]:
    """The charts by which one verdict is judged: risks, balance, overlap and weights, as far as it was tested."""
    drawings = (found.plot_risks, found.plot_balance, found.plot_overlap, found.plot_weights)
    made = (_drawn(functools.partial(draw, claim)) for draw in drawings)
    return tuple(one for one in made if one is not None)


def _picture(result: Result) -> Picture | None:
    return _drawn(result.plot)


def _drawn(draw: Callable[[], Any]) -> Picture | None:
    """A chart as a picture; None where there is nothing to draw."""
    from followup_analytics.charts import Chart

    try:
        drawn = Chart.of(draw())
    except (NotImplementedError, UsageError):
        return None
    coded = base64.b64encode(drawn.png(_DPI)).decode("ascii")
    return Picture(f"data:image/png;base64,{coded}", clean(drawn.alt), clean(drawn.caption))
