"""Chart of power: the share of simulated logs that give a verdict, by the size of the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from followup_analytics.charts.drawn import Powered, limits, number
from followup_analytics.charts.style import (
    COLUMN_WIDTH,
    SERIES,
    give_words,
    house_style,
    label_ends,
    new_axes,
    percent_axis,
)
from followup_analytics.charts.words import claim_words, count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Lines that can still be told apart; of more claims those are drawn whose verdicts come soonest.
_MOST = len(SERIES)


def power_chart(rows: Sequence[Powered], *, alt: str, simulated: bool = True, ax: Axes | None = None) -> Axes:
    """Draw how often claims get a verdict, one line a claim."""
    claims = list(dict.fromkeys(row.claim for row in rows))
    drawn = sorted(claims, key=lambda claim: -sum(number(row) for row in rows if row.claim == claim))[:_MOST]
    with house_style():
        axes = ax or new_axes(COLUMN_WIDTH, 2.9)
        labels: list[tuple[float, float, str, str]] = []
        for claim, style in zip(drawn, SERIES, strict=False):
            mine = sorted((row for row in rows if row.claim == claim), key=lambda row: row.n_interviews)
            sizes, shares = [row.n_interviews for row in mine], [number(row) for row in mine]
            axes.plot(sizes, shares, color=style.colour, linestyle=style.dashes, marker=style.marker, markersize=4.5)
            ends = [limits(row) or (number(row), number(row)) for row in mine]
            low, high = [end[0] for end in ends], [end[1] for end in ends]
            axes.fill_between(sizes, low, high, color=style.colour, alpha=0.10, linewidth=0)
            labels.append((sizes[-1], shares[-1], claim_words(claim), style.colour))
        _finish(axes, sorted({row.n_interviews for row in rows}))
        label_ends(axes, labels)
        more = f" The {_MOST} soonest of {len(claims)} claims are drawn." if len(claims) > _MOST else ""
        caption = f"Share of simulated logs that give a verdict, with 95% intervals, by interviews in the log.{more}"
        return give_words(axes, alt, caption, simulated=simulated)


def _finish(axes: Axes, sizes: Sequence[int]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(sizes, [count(size) for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel("Interviews in the log")
    axes.set_ylabel("Logs with a verdict")
    axes.set_ylim(0, 1.02)
    percent_axis(axes.yaxis)
    axes.spines["left"].set_visible(False)
