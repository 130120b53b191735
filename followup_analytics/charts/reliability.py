"""Chart of a model's honesty: of those given a chance of 30 in 100, did 30 in 100 hear back?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from followup_analytics.charts.drawn import Predicted, limits, number
from followup_analytics.charts.style import BLUE, GREY, give_words, house_style, new_axes, percent_axis
from followup_analytics.charts.words import count, joined, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def reliability_chart(rows: Sequence[Predicted], *, simulated: bool = False, ax: Axes | None = None) -> Axes:
    """Draw observed against predicted shares, one dot for each group of predictions.

    Rows without an observed share are not drawn. On the diagonal a prediction is right on average.
    """
    with house_style():
        axes = ax or new_axes(5.6, 3.2)
        shown = _both_known(rows)
        left, right = _span([predicted for predicted, _ in shown])
        tops = [top for _, row in shown for top in (row.estimate, row.conf_high) if top is not None]
        axes.plot([left, right], [left, right], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        for predicted, row in shown:
            _draw_dot(axes, predicted, row)
        axes.set_xlim(left, right)
        axes.set_ylim(0, min(1.0, max([right, *tops]) * 1.05))
        percent_axis(axes.xaxis)
        percent_axis(axes.yaxis)
        axes.set_xlabel("Predicted chance of a response")
        axes.set_ylabel("Share that got one")
        caption = (
            "Predicted against observed for groups of attempts; lines are 95% intervals, dashes perfect agreement."
            + _group_sizes([row.n_attempts for _, row in shown if row.n_attempts is not None])
        )
        return give_words(axes, reliability_alt(rows), caption, simulated=simulated)


def _span(predicted: Sequence[float]) -> tuple[float, float]:
    """The stretch of chances to draw: predictions often lie close together, and all of 0 to 1 would hide them."""
    if not predicted:
        return 0.0, 1.0
    return max(0.0, min(predicted) - 0.03), min(1.0, max(predicted) + 0.03)


def _group_sizes(sizes: Sequence[int]) -> str:
    if not sizes:
        return ""
    if min(sizes) == max(sizes):
        return f" Each dot stands for {count(sizes[0])} attempts."
    return f" A dot stands for {count(min(sizes))} to {count(max(sizes))} attempts."


def reliability_alt(rows: Sequence[Predicted]) -> str:
    """Alt text: predicted and observed in the lowest, middle and highest group."""
    shown = _both_known(rows)
    start = f"Reliability chart of predicted against observed responses in {len(shown)} groups."
    if not shown:
        return start
    picked = [shown[index] for index in sorted({0, len(shown) // 2, len(shown) - 1})]
    told = [f"{percent(predicted)} predicted, {percent(number(row))} observed" for predicted, row in picked]
    return f"{start} {joined(told)}."


def _both_known(rows: Sequence[Predicted]) -> list[tuple[float, Predicted]]:
    """The groups with a prediction and an observed share, each after its prediction."""
    return [(row.predicted, row) for row in rows if row.estimate is not None and row.predicted is not None]


def _draw_dot(axes: Axes, predicted: float, row: Predicted) -> None:
    if ends := limits(row):
        axes.plot([predicted, predicted], ends, color=BLUE, linewidth=1.2)
    axes.plot(predicted, number(row), "o", color=BLUE, markersize=5)
