"""Chart of claims: one line for each, the difference with its interval, and the band too small to matter."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from followup_analytics.charts.drawn import Judged, has_number, limits, number
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
from followup_analytics.languages import told
from followup_analytics.log.shared_words import VERDICT_WORDS
from followup_analytics.results.disclosure import SUPPRESSED

if TYPE_CHECKING:
    from matplotlib.axes import Axes


#: Letters of a name on a line, and inches of a row whose name has one line or two.
_LETTERS, _ONE_LINE, _TWO_LINES = 34, 0.21, 0.25
#: Points for the numbers beside a row, at the least, and for each of their letters.
_ROOM, _LETTER = 84, 4.2


def forest_chart(
    rows: Sequence[Judged],
    *,
    labels: Mapping[str, str] | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the verdicts on claims as risk differences with 95% intervals.

    `labels` gives a claim's name in words. A square is filled where the interval leaves out zero. Of a one-sided claim
    the 90% limit that decides is drawn in place of the interval. Claims without an estimate keep their line.
    """
    with house_style():
        names = [_on_two_lines((labels or {}).get(row.claim, claim_words(row.claim))) for row in rows]
        tall = _TWO_LINES if any("\n" in name for name in names) else _ONE_LINE
        axes = ax or new_axes(COLUMN_WIDTH, 0.85 + tall * max(len(rows), 2))
        reach = _reach(rows)
        _draw_margins(axes, rows)
        room = max((len(told(_numbers(row))) for row in rows if _numbers(row)), default=0)
        for place, row in enumerate(rows):
            _draw_claim(axes, place, row, max(_ROOM, _LETTER * room))
        axes.set_yticks(range(len(rows)), names, linespacing=0.95)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(-reach, reach)
        _finish_axes(axes)
        return give_words(axes, forest_alt(rows), _caption(rows), simulated=simulated)


def forest_alt(rows: Sequence[Judged]) -> str:
    """Alt text: how many claims got which verdict, and the numbers of those that got one."""
    tally = {word: sum(row.verdict == verdict for row in rows) for verdict, word in VERDICT_WORDS.items()}
    counted = joined([f"{rows_of} {word}" for word, rows_of in tally.items() if rows_of])
    numbers = [
        f"{claim_words(row.claim)} {points(number(row))} points ({interval_words(row)})"
        for row in rows
        if row.verdict in ("supported", "contradicted") and has_number(row) and limits(row)
    ][:4]
    detail = f" {joined(numbers)}." if numbers else ""
    start = f"Forest chart of the verdicts on {len(rows)} claims: {counted or 'none'}."
    return f"{start}{detail} The table gives every number."


def interval_words(row: Judged) -> str:
    """A row's 95% interval in points; of a one-sided claim the 90% limit that decides."""
    if row.deciding_limit is not None:
        return f"90% limit {points(row.deciding_limit)}"
    ends = limits(row)
    return f"{points(ends[0])} to {points(ends[1])}" if ends else "no interval"


def _reach(rows: Sequence[Judged]) -> float:
    ends = [abs(end) for row in rows if has_number(row) for end in limits(row) or ()]
    return min(1.0, max([*ends, *(2 * row.margin for row in rows), 0.1]) * 1.05)


def _draw_margins(axes: Axes, rows: Sequence[Judged]) -> None:
    for place, row in enumerate(rows):
        axes.fill_between([-row.margin, row.margin], place - 0.5, place + 0.5, color=BAND, linewidth=0, zorder=0)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)


def _on_two_lines(name: str) -> str:
    """A long name on two lines; what they can't hold is cut."""
    if len(name) <= _LETTERS:
        return name
    return "\n".join(textwrap.wrap(name, _LETTERS, max_lines=2, placeholder="…"))


def _numbers(row: Judged) -> str:
    """The estimate with its interval, empty where there is none."""
    return "" if row.estimate is None or limits(row) is None else f"{points(row.estimate)} ({interval_words(row)})"


def _draw_claim(axes: Axes, place: int, row: Judged, room: float) -> None:
    verdict = VERDICT_WORDS.get(row.verdict, row.verdict)
    across = axes.get_yaxis_transform()
    ends = limits(row)
    if row.estimate is None or ends is None:
        word = "hidden" if row.status == SUPPRESSED else verdict
        _verdict_text(axes, place, word, GREY, room)
        return
    mid, (low, high) = row.estimate, ends
    decides = row.deciding_limit
    if decides is not None:
        low, high = sorted((mid, decides))
    colour = VERMILLION if row.verdict == "contradicted" else BLUE
    filled = decides is None and (low > 0 or high < 0)
    axes.plot([low, high], [place, place], color=colour, linewidth=1.4, solid_capstyle="butt", zorder=2)
    axes.plot(mid, place, "s", color=colour, markerfacecolor=colour if filled else "white", markersize=5, zorder=3)
    if decides is not None:
        axes.plot(decides, place, "|", color=colour, markersize=9, markeredgewidth=1.6, zorder=3)
    axes.text(1.02, place, _numbers(row), transform=across, va="center", fontsize=8.5)
    _verdict_text(axes, place, verdict, INK, room)


def _verdict_text(axes: Axes, place: int, verdict: str, colour: str, room: float) -> None:
    axes.annotate(
        verdict,
        (1.02, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(room, 0),
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
    # The scale is symmetric: what the spaces part stands on either side of zero.
    axes.set_xlabel("Percentage points\n ")
    for side, words in ((-1, "← favours the alternative"), (1, "favours the strategy →")):
        axes.annotate(
            words, (0, 0), xycoords=("data", "axes fraction"), xytext=(7 * side, -33), textcoords="offset points",
            ha="left" if side > 0 else "right", va="center", fontsize=8.5, annotation_clip=False,
        )  # fmt: skip
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _caption(rows: Sequence[Judged]) -> str:
    margins = {row.margin for row in rows}
    band = " The grey bands are too small to matter." if margins else ""
    if len(margins) == 1:
        band = f" The grey band ({points(max(margins), 0).lstrip('+')} points either way) is too small to matter."
    decided = any(row.deciding_limit is not None for row in rows)
    one_sided = " (of claims that a gain or a harm is too small to matter, the 90% limit that decides)"
    one_sided = one_sided if decided else ""
    return (
        "How much more often the outcome comes to those who did what the advice is about (the strategy) than to those "
        f"they are set beside (the alternative), adjusted, with 95% intervals{one_sided}. A filled square says that "
        "this claim's own interval leaves out zero; the verdict beside it also allows for testing many claims, so "
        f"that it may still be “can’t tell”.{band}"
    )
