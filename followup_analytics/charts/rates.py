"""Charts of rates: a dot for each estimate, a line for its interval, its n, and a scale that starts at zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followup_analytics.charts.drawn import Mark, has_number, limits, number
from followup_analytics.charts.style import (
    BLUE,
    COLUMN_WIDTH,
    GREY,
    INK,
    SERIES,
    SeriesStyle,
    give_words,
    house_style,
    new_axes,
    percent_axis,
)
from followup_analytics.charts.words import count, joined, key_title, percent, row_label, value_label
from followup_analytics.results.disclosure import SUPPRESSED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: More dots than this, or longer labels, and the chart lies on its side.
_MOST_UPRIGHT = 8
_LONGEST_UPRIGHT = 15
_WIDEST_UPRIGHT = 64
#: More groups than this side by side can't be told apart: they become rows of their own.
_MOST_SERIES = 4

_AXIS_TITLES = {"timing": "Day of the attempt (the interview is on day 0)"}


@dataclass(frozen=True)
class _Dot:
    """One mark of the chart and where it stands."""

    at: float
    mark: Mark
    style: SeriesStyle

    @property
    def face(self) -> str:
        """Hollow where the number is to be used with care."""
        return "white" if self.mark.status == "use_with_care" else self.style.colour


def rate_chart(
    rows: Sequence[Mark],
    *,
    keys: Sequence[str],
    what: str = "Response rate",
    n_of: str = "attempts",
    simulated: bool = False,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw disclosed rows of rates as dots with 95% intervals.

    `rows` have values for all `keys`; one without an estimate keeps its place and is named as hidden or not estimable,
    never drawn. `what` is the name of the scale, as in a heading; `n_of` says what `n` counts (empty where none has an
    n); `title` stands over the chart where no caption stands beside it. Gives the axes (new ones unless `ax` is
    given), with alt text and caption.
    """
    with house_style():
        grouped = _can_group(rows, keys)
        sideways = not grouped and _lies_on_its_side(rows, keys)
        height = 0.9 + 0.25 * max(len(rows), 2) if sideways else 2.35
        axes = ax or new_axes(COLUMN_WIDTH, height + (0.25 if title else 0.0))
        if sideways:
            _draw_sideways(axes, rows, keys, what)
        else:
            _draw_upright(axes, rows, keys, what, grouped=grouped)
        caption = rate_caption(rows, keys, what=what, n_of=n_of)
        return give_words(axes, rate_alt(rows, keys, what=what), caption, simulated=simulated, title=title)


def rate_alt(rows: Sequence[Mark], keys: Sequence[str], *, what: str = "Response rate") -> str:
    """Alt text made from the numbers: kind of chart, what is compared, highest and lowest, what is hidden."""
    shown = [row for row in rows if has_number(row)]
    by = joined([key_title(key).lower() for key in keys])
    groups = f"{len(rows)} {'group' if len(rows) == 1 else 'groups'}"
    kind = "Dot chart with intervals" if not shown or any(limits(row) for row in shown) else "Dot chart"
    start = f"{kind} of the {what.lower()} by {by}, {groups}."
    if not shown:
        return f"{start} No group has a number that can be shown: 0 of {len(rows)}."
    parts = [start]
    if len(shown) <= 4:
        parts.append(f"{joined([_spoken(row, keys) for row in shown])}.")
    else:
        best = max(shown, key=number)
        least = min(shown, key=number)
        parts.append(f"Highest: {_spoken(best, keys)}; lowest: {_spoken(least, keys)}.")
    if len(shown) < len(rows):
        parts.append(f"Not shown: {len(rows) - len(shown)} of {len(rows)}.")
    parts.append("The table gives every number.")
    return " ".join(parts)


def rate_caption(rows: Sequence[Mark], keys: Sequence[str], *, what: str, n_of: str) -> str:
    """The caption: what is drawn, what the lines and hollow dots mean, and what is left out."""
    by = joined([key_title(key)[0].lower() + key_title(key)[1:] for key in keys])
    numbers = f", n the number of {n_of}" if n_of else ""
    lines = ", lines 95% intervals" if any(limits(row) for row in rows) else ""
    parts = [f"{what} by {by}. Dots are estimates{lines}{numbers}."]
    statuses = {row.status for row in rows}
    if "use_with_care" in statuses:
        parts.append("Hollow dots rest on few data: use them with care.")
    if SUPPRESSED in statuses:
        parts.append("“Hidden” protects small groups.")
    return " ".join(parts)


def _spoken(row: Mark, keys: Sequence[str]) -> str:
    ends = limits(row)
    interval = f" ({percent(ends[0])} to {percent(ends[1])})" if ends else ""
    return f"{row_label(row.values, keys)} {percent(number(row))}{interval}"


def _can_group(rows: Sequence[Mark], keys: Sequence[str]) -> bool:
    """Two keys, of which the second has few values: drawn side by side over the values of the first."""
    if len(keys) != 2:
        return False
    first = dict.fromkeys(row.values[keys[0]] for row in rows)
    second = dict.fromkeys(row.values[keys[1]] for row in rows)
    return 1 < len(second) <= _MOST_SERIES and len(first) <= _MOST_UPRIGHT


def _lies_on_its_side(rows: Sequence[Mark], keys: Sequence[str]) -> bool:
    lengths = [len(row_label(row.values, keys)) for row in rows]
    return len(rows) > _MOST_UPRIGHT or max(lengths, default=0) > _LONGEST_UPRIGHT or sum(lengths) > _WIDEST_UPRIGHT


def _why_absent(row: Mark) -> str:
    return "hidden" if row.status == SUPPRESSED else "not estimable"


def _ceiling(dots: Sequence[_Dot]) -> float:
    shown = [dot.mark for dot in dots if has_number(dot.mark)]
    tops = [ends[1] if (ends := limits(mark)) else number(mark) for mark in shown]
    return min(1.0, max(tops, default=1.0)) * 1.14 or 1.0


def _draw_upright(axes: Axes, rows: Sequence[Mark], keys: Sequence[str], what: str, *, grouped: bool) -> None:
    places, dots = _grouped_dots(rows, keys) if grouped else _single_dots(rows, keys)
    for dot in dots:
        if not has_number(dot.mark):
            continue
        value = number(dot.mark)
        if ends := limits(dot.mark):
            axes.plot([dot.at, dot.at], ends, color=dot.style.colour, linewidth=1.4, solid_capstyle="butt")
        axes.plot(
            dot.at,
            value,
            dot.style.marker,
            color=dot.style.colour,
            markerfacecolor=dot.face,
            markersize=5.5,
            zorder=3,
        )
        if not grouped:
            axes.annotate(
                percent(value),
                (dot.at, value),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
            )
    axes.set_xticks(range(len(places)), _place_labels(places, rows, keys, grouped=grouped))
    axes.set_xlim(-0.5, len(places) - 0.3)
    axes.set_ylim(0, _ceiling(dots))
    percent_axis(axes.yaxis)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(_AXIS_TITLES.get(keys[0], key_title(keys[0])) if keys else "", labelpad=5)
    axes.set_ylabel(what)
    if grouped:
        _name_series(axes, rows, keys[1])


def _single_dots(rows: Sequence[Mark], keys: Sequence[str]) -> tuple[list[str], list[_Dot]]:
    return [row_label(row.values, keys) for row in rows], [_Dot(at, row, SERIES[0]) for at, row in enumerate(rows)]


def _grouped_dots(rows: Sequence[Mark], keys: Sequence[str]) -> tuple[list[str], list[_Dot]]:
    first = list(dict.fromkeys(row.values[keys[0]] for row in rows))
    second = list(dict.fromkeys(row.values[keys[1]] for row in rows))
    step = 0.62 / len(second)
    offset = {value: (index - (len(second) - 1) / 2) * step for index, value in enumerate(second)}
    dots = [
        _Dot(
            first.index(row.values[keys[0]]) + offset[row.values[keys[1]]],
            row,
            SERIES[second.index(row.values[keys[1]])],
        )
        for row in rows
    ]
    return first, dots


def _place_labels(places: Sequence[str], rows: Sequence[Mark], keys: Sequence[str], *, grouped: bool) -> list[str]:
    if not grouped:
        return [f"{name}\n{_n_label(row)}" for name, row in zip(places, rows, strict=True)]
    labels = []
    for place in places:
        here = [row for row in rows if row.values[keys[0]] == place]
        absent = sum(row.estimate is None for row in here)
        labels.append(value_label(keys[0], place) + (f"\n{absent} not shown" if absent else ""))
    return labels


def _n_label(row: Mark) -> str:
    if row.estimate is None:
        return _why_absent(row)
    return "" if row.n is None else f"n = {count(row.n)}"


def _name_series(axes: Axes, rows: Sequence[Mark], key: str) -> None:
    from matplotlib.lines import Line2D

    values = list(dict.fromkeys(row.values[key] for row in rows))
    handles = [
        Line2D(
            [],
            [],
            color=style.colour,
            marker=style.marker,
            linewidth=1.4,
            markersize=5.5,
            label=value_label(key, value),
        )
        for value, style in zip(values, SERIES, strict=False)
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(handles), frameon=False, fontsize=8.5
    )


def _draw_sideways(axes: Axes, rows: Sequence[Mark], keys: Sequence[str], what: str) -> None:
    dots = [_Dot(float(at), row, SERIES[0]) for at, row in enumerate(rows)]
    for dot in dots:
        if not has_number(dot.mark):
            axes.text(
                0.01, dot.at, _why_absent(dot.mark), transform=axes.get_yaxis_transform(), va="center", color=GREY
            )
            continue
        value = number(dot.mark)
        if ends := limits(dot.mark):
            axes.plot(ends, [dot.at, dot.at], color=BLUE, linewidth=1.4, solid_capstyle="butt")
        axes.plot(value, dot.at, "o", color=BLUE, markerfacecolor=dot.face, markersize=5.5, zorder=3)
        for offset, words in ((1.02, percent(value)), (1.11, _n_label(dot.mark))):
            axes.text(offset, dot.at, words, transform=axes.get_yaxis_transform(), va="center", fontsize=8.5, color=INK)
    axes.set_yticks(range(len(rows)), [_wrapped(row_label(row.values, keys)) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, _ceiling(dots))
    percent_axis(axes.xaxis)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(what)


def _wrapped(label: str, width: int = 34) -> str:
    import textwrap

    lines = textwrap.wrap(label, width) or [label]
    return "\n".join(lines if len(lines) <= 2 else [lines[0], f"{lines[1][: width - 1]}…"])
