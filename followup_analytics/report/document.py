"""A report before it is set in type: titles, paragraphs, tables and charts as plain data, never as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from followup_analytics.charts import Chart

#: A paragraph: a string, or strings between parts made by `strong`, `em` and `ref`.
Parts = str | Sequence[Any]

#: Words that the templates themselves set.
FRAME_WORDS = (
    "Simulated data", "Confidential", "Contents", "Skip to the text", "Show %s", "Download %s as CSV", "Show verdicts:",
    "all", "Figure", "Table",
)  # fmt: skip


def strong(text: str) -> dict[str, str]:
    """Words that a skimming reader must not miss."""
    return {"strong": text}


def em(text: str) -> dict[str, str]:
    """Words set in italics, such as a term at its first use."""
    return {"em": text}


def ref(name: str) -> dict[str, str]:
    """A link to a figure or table by its `name`, printed as `Figure 1` or `Table 2`."""
    return {"ref": name}


@dataclass(frozen=True)
class Head:
    """A table's column: its heading, where its cells line up, and its `share` of the spare room."""

    label: str
    align: str = "right"
    share: float = 0.0


@dataclass(frozen=True)
class KeyFigure:
    """One large number of the title page with what it is and how sure it is."""

    value: str
    label: str
    detail: str


@dataclass(frozen=True)
class Section:
    """A numbered part of a report."""

    title: str
    blocks: tuple[dict[str, Any], ...]
    new_page: bool = False


@dataclass(frozen=True)
class Meta:
    """What stands around the text: titles, running lines, date and language facts of the file."""

    kind: str
    kicker: str
    title: str
    document_title: str
    subtitle: str
    running: str
    dateline: str
    footer: str
    description: str
    simulated: bool
    day: date
    keywords: tuple[str, ...] = ()
    cohort: str | None = None
    confidential: bool = False
    paper: str = "a4"
    #: Room between things, 1 as designed.
    air: float = 1.0
    imprint: dict[str, Any] | None = None
    #: The office's logo: its PNG as base64, and the text for those who don't see it.
    logo: dict[str, Any] | None = None
    language: str = "en"
    #: The words of the frame itself, by what they are in English.
    words: Mapping[str, str] = field(default_factory=lambda: {word: word for word in FRAME_WORDS})


@dataclass(frozen=True)
class Lead:
    """The first page's text: a heading, the answer, and warnings that belong beside it."""

    heading: str
    paragraphs: tuple[Parts, ...]
    asides: tuple[Parts, ...] = ()


@dataclass(frozen=True)
class Document:
    """A whole report, ready for the press."""

    meta: Meta
    lead: Lead
    figures: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    template: str = "report.typ"

    def as_data(self) -> dict[str, Any]:
        """The report as JSON-ready data in the shape that the templates read."""
        data = asdict(self)
        day = data["meta"].pop("day")
        data["meta"]["date"] = [day.year, day.month, day.day]
        data["lead"]["asides"] = [{"type": "aside", "text": parts} for parts in self.lead.asides]
        return data


def paragraph(*parts: Any) -> dict[str, Any]:
    """A paragraph of running text."""
    return {"type": "text", "text": list(parts)}


def heading(text: str, level: int = 2, *, listed: bool = True) -> dict[str, Any]:
    """A heading within a section; `listed` ones stand in the contents."""
    return {"type": "heading", "text": text, "level": level, "listed": listed}


def bullets(*items: Parts, columns: int = 1) -> dict[str, Any]:
    """A list of short statements, in one column or more."""
    return {"type": "list", "items": list(items), "columns": columns}


def terms(items: Sequence[tuple[str, Parts]]) -> dict[str, Any]:
    """Terms with their explanations."""
    return {"type": "terms", "items": [{"term": term, "text": text} for term, text in items]}


def aside(*parts: Any) -> dict[str, Any]:
    """A remark set apart: what to be careful of."""
    return {"type": "aside", "text": list(parts)}


def table(
    name: str,
    caption: Parts,
    columns: Sequence[Head],
    rows: Sequence[Sequence[str]],
    *,
    note: str | None = None,
    long: bool = False,
    tall: bool = False,
    verdicts: bool = False,
) -> dict[str, Any]:
    """A ruled table with a head row; `name` is what `ref` points at; a `long` one may run over pages.

    The rows of a `tall` one leave room to write by hand; a page lets those of one of `verdicts` be narrowed down by
    their last column.
    """
    return {
        "type": "table",
        "id": name,
        "caption": caption,
        "columns": [asdict(column) for column in columns],
        "rows": [list(row) for row in rows],
        "note": note,
        "long": long,
        "tall": tall,
        "verdicts": verdicts,
    }


def beside(svg: str, alt: str, *parts: Any) -> dict[str, Any]:
    """A small drawing with what is said beside it."""
    return {"type": "beside", "svg": svg, "alt": alt, "text": list(parts)}


def chart(name: str, drawn: Chart, *, width: float | None = None, title: str | None = None) -> dict[str, Any]:
    """A drawn chart with its alt text and caption; `width` in inches, else as drawn; `title` says what it finds."""
    return {
        "type": "chart",
        "id": name,
        "svg": drawn.svg(),
        "alt": drawn.alt,
        "caption": drawn.caption,
        "title": title,
        "width": width or min(float(drawn.figure.get_figwidth()), 5.9),
    }
