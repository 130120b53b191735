"""Icon arrays: of a hundred interviews as many filled as had the outcome, one square of squares for each side."""

from __future__ import annotations

from collections.abc import Sequence

from followup_analytics.charts.style import BLUE, GREY, INK
from followup_analytics.charts.words import of_hundred
from followup_analytics.languages import told
from followup_analytics.text import clean

#: Points: the side of an icon, from one to the next, between two arrays, and the line below for its words.
_ICON, _STEP, _GAP, _WORDS = 5.2, 6.6, 16.0, 21.0
_ROW = 10
_EMPTY = "#FFFFFF"
_EDGE = "#8C8C8C"


def icon_array(sides: Sequence[tuple[str, float]]) -> str:
    """An SVG with an array of a hundred icons for each side, a share of them filled, and its number and name below.

    sides: name (a word or two, printed as it is given) and share. Filled icons are dark and empty ones white with an
    edge, so that grey print tells them apart.
    """
    wide, tall = _STEP * _ROW - (_STEP - _ICON), _STEP * _ROW - (_STEP - _ICON)
    width, height = len(sides) * (wide + _GAP) - _GAP, tall + _WORDS
    size = f'width="{width:.1f}pt" height="{height:.1f}pt" viewBox="0 0 {width:.1f} {height:.1f}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>']
    for place, (name, share) in enumerate(sides):
        left, filled = place * (wide + _GAP), round(100 * share)
        for icon in range(_ROW * _ROW):
            down, across = divmod(icon, _ROW)
            face, edge = (BLUE, BLUE) if icon < filled else (_EMPTY, _EDGE)
            parts.append(
                f'<rect x="{left + across * _STEP + 0.3:.1f}" y="{down * _STEP + 0.3:.1f}" width="{_ICON - 0.6:.1f}" '
                f'height="{_ICON - 0.6:.1f}" fill="{face}" stroke="{edge}" stroke-width="0.5"/>'
            )
        middle = left + wide / 2
        words = (
            ("600", 8.5, INK, told(f"{of_hundred(share)} of 100"), 9.0),
            ("400", 8.2, GREY, _plain(told(name)), 18.5),
        )
        parts += [
            f'<text x="{middle:.1f}" y="{tall + down:.1f}" text-anchor="middle" font-size="{size}" '
            f'font-weight="{weight}" font-family="Source Sans Pro, DejaVu Sans" fill="{colour}">{text}</text>'
            for weight, size, colour, text, down in words
        ]
    return "".join([*parts, "</svg>"])


def icon_alt(sides: Sequence[tuple[str, float]]) -> str:
    """Alt text of the same: `Icon arrays, each of 100 interviews: the outcome came to 69 with it, 38 without it.`"""
    told = ", ".join(f"{of_hundred(share)} {name}" for name, share in sides)
    return f"Icon arrays, each of 100 interviews: the outcome came to {told}."


def _plain(name: str) -> str:
    return clean(name).replace("&", "&amp;").replace("<", "&lt;")
