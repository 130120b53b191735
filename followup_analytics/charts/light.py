"""Dots with intervals drawn at once, without matplotlib: for what changes while somebody looks on."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

from followup_analytics.charts.drawn import Mark, has_number, limits, number
from followup_analytics.charts.rates import rate_alt
from followup_analytics.charts.style import BLUE, GREY, INK, SIMULATED
from followup_analytics.charts.words import count, percent, row_label
from followup_analytics.results.disclosure import SUPPRESSED
from followup_analytics.text import shorten

_ROW, _LEFT, _WIDE, _RIGHT, _TOP = 26, 170, 330, 150, 34
_LONGEST = 24


def light_rate_figure(
    rows: Sequence[Mark], *, keys: Sequence[str], what: str = "Response rate", simulated: bool = False
) -> str:
    """A figure in HTML: a picture of the rates as SVG with alt text and a caption, from the rows of `rate_chart`.

    The scale starts at nought and ends above the highest limit; hollow dots are to be used with care.
    """
    ends = [end for row in rows for end in (limits(row) or ())] or [number(row) for row in rows if has_number(row)]
    most = min(1.0, max([0.1, *ends]) * 1.05)
    height = _TOP + _ROW * len(rows) + 40
    parts = [_text(_LEFT, 16, what, anchor="start", weight="bold")]
    if simulated:
        parts.append(_text(_LEFT + _WIDE + _RIGHT - 4, 16, SIMULATED, anchor="end", colour=GREY))
    for tick in _ticks(most):
        across = _LEFT + _WIDE * tick / most
        parts.append(f'<line x1="{across:.1f}" x2="{across:.1f}" y1="{_TOP - 8}" y2="{height - 32}" stroke="#E3E3E3"/>')
        parts.append(_text(across, height - 14, percent(tick), anchor="middle"))
    for place, row in enumerate(rows):
        parts += _line(row, keys, _TOP + _ROW * (place + 0.5), most)
    wide = _LEFT + _WIDE + _RIGHT
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{height}" viewBox="0 0 {wide} {height}" '
        f'font-family="sans-serif" font-size="12">{"".join(parts)}</svg>'
    )
    lines = "lines 95% intervals, " if any(limits(row) for row in rows) else ""
    alt = rate_alt(rows, keys, what=what) + (" The data are simulated." if simulated else "")
    image = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return (
        f'<figure style="margin:0.5em 0"><img width="{wide}" alt="{html.escape(alt, quote=True)}" '
        f'src="data:image/svg+xml;base64,{image}"/><figcaption>{html.escape(what)}: dots are '
        f"estimates, {lines}n attempts.</figcaption></figure>"
    )


def _line(row: Mark, keys: Sequence[str], y: float, most: float) -> list[str]:
    parts = [_text(_LEFT - 10, y + 4, shorten(row_label(row.values, keys), _LONGEST), anchor="end")]
    if not has_number(row):
        word = "hidden" if row.status == SUPPRESSED else "not estimable"
        return [*parts, _text(_LEFT + 4, y + 4, word, anchor="start", colour=GREY)]
    if span := limits(row):
        low, high = (_LEFT + _WIDE * min(end, most) / most for end in span)
        parts.append(
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{BLUE}" stroke-width="2"/>'
        )
    fill = "white" if row.status == "use_with_care" else BLUE
    across = _LEFT + _WIDE * number(row) / most
    parts.append(f'<circle cx="{across:.1f}" cy="{y:.1f}" r="4.5" fill="{fill}" stroke="{BLUE}" stroke-width="1.5"/>')
    of = f", n = {count(row.n)}" if row.n is not None else ""
    return [*parts, _text(_LEFT + _WIDE + 10, y + 4, f"{percent(number(row), 1)}{of}", anchor="start")]


def _ticks(most: float) -> list[float]:
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.25) if most / step <= 6)
    return [step * k for k in range(int(most / step + 1e-9) + 1)]


def _text(x: float, y: float, words: str, *, anchor: str, colour: str = INK, weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">'
        f"{html.escape(words)}</text>"
    )
