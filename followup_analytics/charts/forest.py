"""Chart of claims: one line for each, the difference with its interval, and the band too small to matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from followup_analytics.charts.style import (
    BAND,
    BLUE,
    COLUMN_WIDTH,
    GREY,
    INK,
    VERMILLION,
    give_words,
    house_style,
    new_axes,
)
from followup_analytics.charts.words import claim_words, joined, points
from followup_analytics.results.disclosure import is_hidden

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]

#: The five verdicts as people read them, in every table, chart and page.
VERDICT_WORDS: dict[str, str] = {
    "supported": "holds here",
    "contradicted": "the contrary holds here",
    "no_meaningful_difference": "no difference that matters",
    "inconclusive": "can’t tell",
    "not_testable": "can’t be tested",
}


def forest_chart(
    rows: Sequence[Row],
    *,
    labels: Mapping[str, str] | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the verdicts on claims as risk differences with 95% intervals.

    `rows` have `claim`, `verdict`, `estimate`, `conf_low`, `conf_high`, `margin` and `deciding_limit`; `labels` gives a
    claim's name in words. A square is filled where the interval leaves out zero. Of a one-sided claim the 90% limit
    that decides is drawn in place of the interval. Claims without an estimate keep their line.
    """
    with house_style():
        axes = ax or new_axes(COLUMN_WIDTH, 0.85 + 0.21 * max(len(rows), 2))
        reach = _reach(rows)
        _draw_margins(axes, rows)
        for place, row in enumerate(rows):
            _draw_claim(axes, place, row)
        names = [(labels or {}).get(str(row["claim"]), claim_words(str(row["claim"]))) for row in rows]
        axes.set_yticks(range(len(rows)), names)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(-reach, reach)
        _finish_axes(axes)
        return give_words(axes, forest_alt(rows), _caption(rows), simulated=simulated)


def forest_alt(rows: Sequence[Row]) -> str:
    """Alt text: how many claims got which verdict, and the numbers of those that got one."""
    tally = {word: sum(row.get("verdict") == verdict for row in rows) for verdict, word in VERDICT_WORDS.items()}
    counted = joined([f"{number} {word}" for word, number in tally.items() if number])
    told = [
        f"{claim_words(str(row['claim']))} {points(float(row['estimate']))} points ({interval_words(row)})"
        for row in rows
        if row.get("verdict") in ("supported", "contradicted") and _has_numbers(row)
    ][:4]
    detail = f" {joined(told)}." if told else ""
    start = f"Forest chart of the verdicts on {len(rows)} claims: {counted or 'none'}."
    return f"{start}{detail} The table gives every number."


def interval_words(row: Row) -> str:
    """A row's 95% interval in points; of a one-sided claim the 90% limit that decides."""
    decides = row.get("deciding_limit")
    if decides is not None:
        return f"90% limit {points(float(decides))}"
    return f"{points(float(row['conf_low']))} to {points(float(row['conf_high']))}"


def _has_numbers(row: Row) -> bool:
    return all(row.get(name) is not None for name in ("estimate", "conf_low", "conf_high"))


def _reach(rows: Sequence[Row]) -> float:
    ends = [abs(float(row[name])) for row in rows if _has_numbers(row) for name in ("conf_low", "conf_high")]
    margins = [float(row["margin"]) for row in rows if row.get("margin") is not None]
    return min(1.0, max([*ends, *(2 * margin for margin in margins), 0.1]) * 1.05)


def _draw_margins(axes: Axes, rows: Sequence[Row]) -> None:
    for place, row in enumerate(rows):
        if row.get("margin") is not None:
            width = float(row["margin"])
            axes.fill_between([-width, width], place - 0.5, place + 0.5, color=BAND, linewidth=0, zorder=0)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)


def _draw_claim(axes: Axes, place: int, row: Row) -> None:
    verdict = VERDICT_WORDS.get(str(row.get("verdict")), str(row.get("verdict")))
    across = axes.get_yaxis_transform()
    if not _has_numbers(row):
        word = "hidden" if is_hidden(row) else verdict
        _verdict_text(axes, place, word, GREY)
        return
    low, mid, high = (float(row[name]) for name in ("conf_low", "estimate", "conf_high"))
    decides = row.get("deciding_limit")
    if decides is not None:
        low, high = sorted((mid, float(decides)))
    colour = VERMILLION if row.get("verdict") == "contradicted" else BLUE
    filled = decides is None and (low > 0 or high < 0)
    axes.plot([low, high], [place, place], color=colour, linewidth=1.4, solid_capstyle="butt", zorder=2)
    axes.plot(mid, place, "s", color=colour, markerfacecolor=colour if filled else "white", markersize=5, zorder=3)
    if decides is not None:
        axes.plot(float(decides), place, "|", color=colour, markersize=9, markeredgewidth=1.6, zorder=3)
    numbers = f"{points(mid)} ({interval_words(row)})"
    axes.text(1.02, place, numbers, transform=across, va="center", fontsize=8.5)
    _verdict_text(axes, place, verdict, INK)


def _verdict_text(axes: Axes, place: int, verdict: str, colour: str) -> None:
    axes.annotate(
        verdict,
        (1.02, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(84, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        color=colour,
        annotation_clip=False,
    )


def _finish_axes(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, symmetric=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: points(share, 0)))
    axes.set_xlabel(
        "Percentage points, strategy minus alternative\nfilled: interval without 0; band: too small to matter"
    )
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _caption(rows: Sequence[Row]) -> str:
    margins = {float(row["margin"]) for row in rows if row.get("margin") is not None}
    band = " The grey bands are too small to matter." if margins else ""
    if len(margins) == 1:
        band = f" The grey band ({points(max(margins), 0).lstrip('+')} points either way) is too small to matter."
    decided = any(row.get("deciding_limit") is not None for row in rows)
    one_sided = " (of claims that a gain or a harm is too small to matter, the 90% limit that decides)"
    one_sided = one_sided if decided else ""
    return (
        "How much more often the outcome comes with the advice than without it, adjusted as the protocol says, with "
        f"95% intervals{one_sided}. A filled square says that this claim's own interval leaves out "
        f"zero; the verdict beside it also allows for testing many claims, so that it may still be “can’t tell”.{band}"
    )
