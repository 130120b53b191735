"""What a page looks like, in numbers: where its words stand, how large and how dark they are, how much is empty."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber

from followup_analytics.charts import contrast_ratio

#: Millimetres of a page's head and foot, where running lines stand, in points.
_HEAD, _FOOT = 19 / 25.4 * 72, 18 / 25.4 * 72
#: The share of a letter's box that may reach into another's: a font's boxes are larger than its letters.
_SLACK = 0.45


def faults(path: Path, *, most_empty: float = 1 / 3, least_size: float = 8.0, least_contrast: float = 4.5) -> list[str]:
    """All that is wrong with the pages of a PDF, in sentences; none where they look right."""
    with pdfplumber.open(path) as pdf:
        several = len(pdf.pages) > 1
        return [
            f"page {page.page_number}: {told}"
            for page in pdf.pages
            for told in (
                *_overlaps(page),
                *_outside(page),
                *_small(page, least_size),
                *_pale(page, least_contrast),
                *(_empty(page, most_empty) if several else ()),
            )
        ]


def _letters(page: Any) -> list[dict[str, Any]]:
    """The letters and digits of a page but those of scripts whose letters reach into each other."""
    joined = {"AL", "R", "NSM", "AN"}
    return [
        char
        for char in page.chars
        if char["text"].isalnum() and not {unicodedata.bidirectional(one) for one in char["text"]} & joined
    ]


def _overlaps(page: Any) -> Iterator[str]:
    """Letters that stand on each other."""
    letters = sorted(_letters(page), key=lambda char: char["x0"])
    for place, one in enumerate(letters):
        for other in letters[place + 1 :]:
            if other["x0"] > one["x1"]:
                break
            across = min(one["x1"], other["x1"]) - max(one["x0"], other["x0"])
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            narrower = min(one["x1"] - one["x0"], other["x1"] - other["x0"])
            lower = min(one["bottom"] - one["top"], other["bottom"] - other["top"])
            if across > _SLACK * narrower and down > _SLACK * lower:
                yield f"{one['text']!r} and {other['text']!r} stand on each other at {one['x0']:.0f}, {one['top']:.0f}"


def _outside(page: Any) -> Iterator[str]:
    for word in page.chars:
        if word["x0"] < 0 or word["x1"] > page.width or word["top"] < 0 or word["bottom"] > page.height:
            yield f"{word['text']!r} runs off the page"


def _small(page: Any, least: float) -> Iterator[str]:
    # Of a letter that stands on end the library gives no size.
    small = [char for char in _letters(page) if not char["matrix"][1] and char["size"] < least - 0.05]
    if small:
        yield f"text of {small[0]['size']:.1f} points: {''.join(char['text'] for char in small)[:30]!r}"


def _pale(page: Any, least: float) -> Iterator[str]:
    for colour in {_hex(char["non_stroking_color"]) for char in page.chars if char["text"].strip()}:
        if contrast_ratio(colour) < least:
            yield f"text in {colour} on white"


def _hex(colour: Any) -> str:
    values = list(colour) if isinstance(colour, list | tuple) else [colour or 0]
    if len(values) == 1:
        values *= 3
    return "#" + "".join(f"{round(255 * float(value)):02X}" for value in values)


def _empty(page: Any, most: float) -> Iterator[str]:
    """How much of the room between head and foot is empty below the last thing on the page."""
    end = float(page.height) - _FOOT
    things = [*page.chars, *page.rects, *page.lines, *page.curves]
    last = max((float(one["bottom"]) for one in things if float(one["bottom"]) < end + 1), default=_HEAD)
    empty = (end - last) / (end - _HEAD)
    if empty > most + 0.02:
        yield f"{empty:.0%} is empty"
