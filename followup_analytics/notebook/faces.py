"""Answers in a sentence, small tables and texts that a notebook shows: HTML without scripts, plain text elsewhere."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.results.columns import Field, Kind
from followup_analytics.results.faces import text_face
from followup_analytics.results.formatting import format_cell
from followup_analytics.results.result import SIMULATED_NOTICE
from followup_analytics.results.web import html_face
from followup_analytics.text import clean, nearest

_BOX = "border-left:4px solid #0072B2;padding:0.4em 0.9em;margin:0.5em 0;max-width:46em;line-height:1.5"


@dataclass(frozen=True, repr=False)
class Answer:
    """A notebook's answer in a sentence or two: worked out from the data, and shown at its top and its end."""

    words: str
    simulated: bool = False

    def __repr__(self) -> str:
        return f"{self.words} {SIMULATED_NOTICE}" if self.simulated else self.words

    def _repr_html_(self) -> str:
        notice = f" <em>{html.escape(SIMULATED_NOTICE)}</em>" if self.simulated else ""
        return f'<p style="{_BOX}"><strong>{html.escape(clean(self.words))}</strong>{notice}</p>'


def answer(log: FollowUpLog | None, *sentences: str) -> Answer:
    """The answer in these sentences; it says that the data are simulated where the log is."""
    return Answer(" ".join(sentences), simulated=log is not None and log.simulated)


@dataclass(frozen=True, repr=False)
class Findings:
    """A small table of a notebook's own, with the same face as every answer's.

    Args:
        title: over the table.
        rows: a mapping of column to value each, with the same columns.
        kinds: of what kind a column is (`share`, `points`, `count`, `days`, `number`, `fine`, `sentence`, and
            `share_interval` and its like, whose values are pairs); others are text.
        said: a sentence over the table.
    """

    title: str
    rows: Sequence[Mapping[str, Any]]
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    said: str = ""
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a kind for a column that no row has, which would be a misspelt one."""
        names = list(self.rows[0]) if self.rows else list(self.kinds)
        for name in self.kinds:
            if name not in names:
                raise KeyError(f"no column is called {name!r}; did you mean {nearest(name, names)!r}?")

    def caption(self) -> str:
        """The table's title."""
        return self.title

    def summary(self) -> str:
        """The sentence over the table."""
        return self.said

    def printed_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows."""
        return self.rows

    def printed(self) -> tuple[tuple[Field, ...], list[list[str]]]:
        """The columns, and one text for each of them in every row."""
        names = list(self.rows[0]) if self.rows else []
        fields = tuple(
            Field(name, name, kind, upper=f"{name}, upper" if kind.endswith("_interval") else None)
            for name, kind in ((name, self.kinds.get(name, "text")) for name in names)
        )
        return fields, [[format_cell(_with_ends(row), one) for one in fields] for row in self.rows]

    def __repr__(self) -> str:
        return text_face(self)

    def _repr_html_(self) -> str:
        return html_face(self)


def _with_ends(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose pairs are two columns, as an interval's ends are in answers."""
    made = {}
    for name, value in row.items():
        if isinstance(value, tuple):
            made[name], made[f"{name}, upper"] = value
        else:
            made[name] = value
    return made


@dataclass(frozen=True, repr=False)
class TextBox:
    """A longer text as it would be printed, in letters of one width, wrapped."""

    text: str
    title: str = ""

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        body = html.escape(clean(self.text))
        box = "white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #8C8C8C;padding:0.7em;max-width:52em"
        heading = f"<figcaption>{html.escape(self.title)}</figcaption>" if self.title else ""
        return f'<figure style="margin:0.5em 0">{heading}<pre style="{box}">{body}</pre></figure>'


def text_box(text: str, title: str = "") -> TextBox:
    """A protocol, a script or a day's list as it would be printed."""
    return TextBox(text, title)


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture with the words for those who can't see it."""

    png: bytes
    alt: str
    width: int = 560

    def __repr__(self) -> str:
        return f"<Picture: {self.alt}>"

    def _repr_html_(self) -> str:
        image = base64.b64encode(self.png).decode("ascii")
        return (
            f'<figure style="margin:0.5em 0"><img width="{self.width}" alt="{html.escape(self.alt, quote=True)}" '
            f'style="border:1px solid #8C8C8C" src="data:image/png;base64,{image}"/></figure>'
        )


def picture(png: bytes, alt: str) -> Picture:
    """A page of a report, as PNG, with alt text."""
    return Picture(png, alt)
