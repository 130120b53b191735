"""Charts of numbers that are no shares: estimates with intervals on a scale of their own, and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from followup_analytics.charts.drawn import Mark, has_number, limits, number
from followup_analytics.charts.style import BLUE, COLUMN_WIDTH, GREY, INK, give_words, house_style, new_axes
from followup_analytics.charts.words import count, joined
from followup_analytics.results.disclosure import SUPPRESSED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Ticks of a scale of ratios.
_RATIOS = (0.1, 0.2, 0.33, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10)


def number_chart(
    rows: Sequence[Mark],
    *,
    what: str,
    reference: float | None = None,
    ratio: bool = False,
    simulated: bool = False,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates as dots with 95% intervals, one line for each row.

    `rows` have their name as their one value. `what` names the scale; `reference` is the value that means no
    difference; a `ratio` is drawn on a logarithmic scale, else the scale starts at nought. A row without an estimate
    keeps its line.
    """
    with house_style():
        axes = ax or new_axes(COLUMN_WIDTH, (1.15 if title else 0.9) + 0.28 * max(len(rows), 2))
        for place, row in enumerate(rows):
            _draw_number(axes, place, row)
        _finish_scale(axes, rows, ratio=ratio, reference=reference)
        if reference is not None:
            axes.axvline(reference, color=INK, linewidth=0.8, zorder=1)
        axes.set_yticks(range(len(rows)), [_name(row) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(what)
        caption = _number_caption(what, reference, rows)
        return give_words(axes, number_alt(rows, what=what), caption, simulated=simulated, title=title)


def number_alt(rows: Sequence[Mark], *, what: str) -> str:
    """Alt text from the numbers: each estimate with its interval."""
    told = [f"{_name(row)} {_two_digits(number(row))}{_limits(row)}" for row in rows if has_number(row)]
    start = f"Dot chart with intervals, {what[0].lower()}{what[1:]}, {len(rows)} lines."
    if not told:
        return f"{start} None has a number that can be shown: 0 of {len(rows)}."
    return f"{start} {joined(told)}. The table gives every number."


def _number_caption(what: str, reference: float | None, rows: Sequence[Mark]) -> str:
    parts = [f"{what}. Dots are estimates, lines 95% intervals."]
    if reference is not None:
        parts.append(f"At {reference:g} there is no difference.")
    if any(row.status == "use_with_care" for row in rows):
        parts.append("Hollow dots rest on few data: use them with care.")
    return " ".join(parts)


def _name(row: Mark) -> str:
    return ", ".join(row.values.values())


def _two_digits(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _limits(row: Mark) -> str:
    ends = limits(row)
    return f" ({_two_digits(ends[0])} to {_two_digits(ends[1])})" if ends else ""


def _draw_number(axes: Axes, place: int, row: Mark) -> None:
    across = axes.get_yaxis_transform()
    if not has_number(row):
        word = "hidden" if row.status == SUPPRESSED else "not estimable"
        axes.text(0.01, place, word, transform=across, va="center", color=GREY)
        return
    if ends := limits(row):
        axes.plot(ends, [place, place], color=BLUE, linewidth=1.4, solid_capstyle="butt")
    face = "white" if row.status == "use_with_care" else BLUE
    axes.plot(number(row), place, "o", color=BLUE, markerfacecolor=face, markersize=5.5, zorder=3)
    text = f"{_two_digits(number(row))}{_limits(row)}"
    axes.text(1.02, place, text, transform=across, va="center", fontsize=8.5)


def _finish_scale(axes: Axes, rows: Sequence[Mark], *, ratio: bool, reference: float | None) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

    ends = [end for row in rows for end in (row.estimate, row.conf_low, row.conf_high) if end is not None]
    if reference is not None:
        ends.append(reference)
    if ratio:
        positive = [end for end in ends if end > 0] or [1.0]
        axes.set_xscale("log")
        low, high = min(positive) / 1.1, max(positive) * 1.1
        axes.set_xlim(low, high)
        inside = [tick for tick in _RATIOS if low <= tick <= high]
        axes.set_xticks(inside[:: max(1, len(inside) // 6)])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        axes.set_xlim(0, max([*ends, 0.1]) * 1.05)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.grid(visible=True, axis="x", color="#E3E3E3", linewidth=0.5)


def count_chart(
    counts: Mapping[str, int],
    *,
    what: str,
    of: str,
    total: bool = True,
    simulated: bool = False,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many of each kind there are, as bars from nought in the order given.

    counts: number by name. what: the scale, such as `Open interviews`; of: what is counted, in the plural; total:
    whether the counts make up a whole, whose size is then told.
    """
    from matplotlib.ticker import MaxNLocator

    with house_style():
        axes = ax or new_axes(COLUMN_WIDTH, (1.1 if title else 0.85) + 0.28 * max(len(counts), 2))
        places = range(len(counts))
        axes.barh(places, list(counts.values()), height=0.55, color=BLUE)
        most = max(counts.values(), default=1)
        for place, size in zip(places, counts.values(), strict=True):
            axes.annotate(
                count(size), (size, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5
            )
        axes.set_yticks(places, list(counts))
        axes.set_ylim(max(len(counts), 1) - 0.5, -0.5)
        axes.set_xlim(0, max(most, 1) * 1.1)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(what)
        told = joined([f"{name} {count(size)}" for name, size in counts.items()]) or "none"
        whole = count(sum(counts.values()))
        alt = f"Bar chart of {of}{f', {whole} in all' if total else ''}: {told}."
        caption = f"{what}; {whole} in all." if total else f"{what}."
        return give_words(axes, alt, caption, simulated=simulated, title=title)
