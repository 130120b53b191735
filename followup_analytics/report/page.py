"""The HTML twin of a report: the same document as one self-contained page, without server or network."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from followup_analytics.report.document import Document
from followup_analytics.report.typecase import subset_font
from followup_analytics.text import clean, formula_safe

if TYPE_CHECKING:
    from jinja2 import Environment

#: What matplotlib writes above the drawing itself: no part of a page.
_PROLOGUE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
_SVG_META = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_SVG_ID = re.compile(r'\b(id="|url\(#|xlink:href="#|href="#)')
_SVG_HEAD = re.compile(r"<svg\b([^>]*)>", re.DOTALL)
#: Weights that drawings and tables use: the font's name of each, and what a style sheet calls it.
_FACES = (("Regular", 400, "normal"), ("It", 400, "italic"), ("Semibold", 600, "normal"))
_SIZE = re.compile(r'\s(?:width|height)="[^"]*"')


def html_page(document: Document) -> str:
    """The document as a page of HTML.

    Every table can be downloaded as CSV, the one that belongs to a chart opens below it. Nothing is loaded from
    anywhere: the page's content policy forbids it. Same document, same text.
    """
    data = document.as_data()
    names = _names(data["sections"], data["meta"]["words"])
    for place, section in enumerate(data["sections"], start=1):
        section["anchor"] = f"part-{place}"
        section["blocks"] = [_ready(item, place, number) for number, item in enumerate(section["blocks"])]
    _tie_tables_to_charts(data["sections"])
    environment = _environment()
    script = _template_text("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    from markupsafe import Markup

    faces = _font_faces(json.dumps(data, ensure_ascii=False))
    return environment.get_template("page.html").render(
        **data,
        names=names,
        # The package's own texts, not a file's: they are the only markup that is not escaped.
        style=Markup(faces + _template_text("page.css")),  # noqa: S704
        script=Markup(script),  # noqa: S704
        script_hash=f"sha256-{digest}",
    )


def _font_faces(text: str) -> str:
    """The sans serif of the drawings as part of the page, with no more signs than the page has letters."""
    letters = "".join(sorted(set(text)))
    faces = []
    for weight, number, style in _FACES:
        coded = base64.b64encode(subset_font(weight, letters)).decode("ascii")
        faces.append(
            f'@font-face {{ font-family: "Source Sans Pro"; font-weight: {number}; font-style: {style}; '
            f"src: url(data:font/woff;base64,{coded}) format('woff'); }}\n"
        )
    return "".join(faces)


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(_template_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def _template_text(name: str) -> str:
    return (files("followup_analytics.report") / "templates" / name).read_text(encoding="utf-8")


def _names(sections: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> dict[str, str]:
    """`Figure 1`, `Table 1`, ...: each chart and table by its id, counted as in the PDF."""
    names: dict[str, str] = {}
    counts = {"chart": 0, "table": 0}
    for item in (item for section in sections for item in section["blocks"]):
        if item["type"] in counts:
            counts[item["type"]] += 1
            word = words["Figure" if item["type"] == "chart" else "Table"]
            names[item["id"]] = f"{word} {counts[item['type']]}"
    return names


def _ready(item: dict[str, Any], part: int, number: int) -> dict[str, Any]:
    """A block with what only a page needs: anchors, inline drawings, tables as files."""
    if item["type"] == "heading":
        return item | {"anchor": f"part-{part}-{number}"}
    if item["type"] == "beside":
        return item | {"svg_markup": _inline(item["svg"], f"icons-{part}-{number}", item["alt"])}
    if item["type"] == "chart":
        return item | {"svg_markup": _inline(item["svg"], item["id"], item["alt"])}
    if item["type"] == "table":
        labels = [column["label"] for column in item["columns"]]
        return item | {"csv": _as_csv(labels, item["rows"]), "behind_chart": False}
    return item


def _tie_tables_to_charts(sections: Sequence[Mapping[str, Any]]) -> None:
    """A table whose chart stands in the same part is folded away: `fig-x` and `tab-x` show the same numbers."""
    for section in sections:
        charts = {item["id"].removeprefix("fig-") for item in section["blocks"] if item["type"] == "chart"}
        for item in section["blocks"]:
            if item["type"] == "table":
                item["behind_chart"] = item["id"].removeprefix("tab-") in charts


def _inline(svg: str, name: str, alt: str) -> Any:
    """A drawing to stand within a page: its ids are its own, and its alternative text is a label."""
    from markupsafe import Markup, escape

    drawing = _SVG_META.sub("", _PROLOGUE.sub("", svg, count=1))
    drawing = _SVG_ID.sub(lambda found: f"{found.group(1)}{name}-", drawing)
    drawing = _SVG_HEAD.sub(
        lambda found: f'<svg role="img" aria-label="{escape(alt)}"{_SIZE.sub("", found.group(1))}>', drawing, count=1
    )
    # Drawn by matplotlib, which escapes the letters of every label.
    return Markup(drawing)  # noqa: S704


def _as_csv(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as the address of a CSV file that the page itself holds; no cell begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in (labels, *rows):
        writer.writerow([formula_safe(clean(cell)) for cell in line])
    # With a byte order mark spreadsheets read the text as UTF-8.
    coded = base64.b64encode(("\ufeff" + out.getvalue()).encode("utf-8")).decode("ascii")
    return f"data:text/csv;charset=utf-8;base64,{coded}"
