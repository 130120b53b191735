"""Charts of incidence curves: the share that has heard back by each day, its band, and who is still waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from followup_analytics.charts.drawn import CurvePoint, limits, number
from followup_analytics.charts.style import (
    COLUMN_WIDTH,
    GREY,
    SERIES,
    SeriesStyle,
    give_words,
    house_style,
    left_to_right,
    new_axes,
    percent_axis,
    spread_apart,
)
from followup_analytics.charts.words import count, joined, percent, value_label
from followup_analytics.results.disclosure import SUPPRESSED
from followup_analytics.text import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Beside the axes, in points: the way from a curve's end to its key, and the length of the key.
_LEAD, _SAMPLE = 10.0, 18.0
#: Least distance of two labels as a share of the axes' height; longer names are cut.
_APART, _LONGEST_NAME = 0.085, 28
_MAIN_EVENTS = ("response", "advanced")


@dataclass(frozen=True)
class _Line:
    """One drawn curve: its name, its rows by day as far as they can be shown, and how it is drawn."""

    name: str
    rows: tuple[CurvePoint, ...]
    style: SeriesStyle
    banded: bool

    hidden: bool = False


def curve_chart(
    rows: Sequence[CurvePoint],
    *,
    by: str | None = None,
    least_at_risk: int = 10,
    simulated: bool = False,
    title: str | None = None,
    height: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw disclosed rows of incidence curves on a grid of days, with bands and a table of those still waiting.

    With groups (`by` names their column) the main event of each is drawn; without, the main event and those that
    compete with it. A curve ends
    before the first day at whose start fewer than `least_at_risk` were still waiting: beyond it single people show.
    `height` is that of the drawing in inches, else as its lines need.
    """
    with house_style():
        lines = _lines(rows, by, least_at_risk)
        at_risk = [line for line in lines if line.banded]
        axes = ax or new_axes(COLUMN_WIDTH, (height or (2.85 if title else 2.6)) + 0.17 * len(at_risk))
        for line in lines:
            # Many bands over each other would hide the lines.
            _draw_line(axes, line, alpha=0.14 if len(at_risk) <= 2 else 0.08)
        horizon = max((row.day for row in rows), default=30)
        ceiling = _finish_axes(axes, lines, horizon)
        _label_ends(axes, lines, horizon, ceiling)
        _at_risk_table(axes, at_risk, horizon)
        what = "advanced" if any(row.event == "advanced" for row in rows) else "response"
        caption = _caption(what, by, least_at_risk, lines)
        alt = curve_alt(rows, by=by, least_at_risk=least_at_risk)
        return give_words(axes, alt, caption, simulated=simulated, title=title)


def curve_alt(rows: Sequence[CurvePoint], *, by: str | None = None, least_at_risk: int = 10) -> str:
    """Alt text from the numbers: each curve's value on day 7 and at its end."""
    lines = _lines(rows, by, least_at_risk)
    drawn = [line for line in lines if line.rows]
    rest = f", {len(lines) - len(drawn)} not shown" if len(drawn) < len(lines) else ""
    start = f"Curves of the share of interviews by days since the interview, {len(drawn)} drawn{rest}."
    told = [_told(line) for line in drawn[:6]]
    if not told:
        return f"{start} None has numbers that can be shown."
    return f"{start} {'; '.join(told)}. The table gives the numbers by day."


def _told(line: _Line) -> str:
    week = next((row for row in line.rows if row.day == 7), None)
    last = line.rows[-1]
    by_week = f"{percent(number(week))} by day 7, " if week is not None and week is not last else ""
    return f"{line.name}: {by_week}{percent(number(last))} by day {last.day}"


def _lines(rows: Sequence[CurvePoint], by: str | None, least_at_risk: int) -> list[_Line]:
    """The curves to draw, in the order of the rows; with groups only their main event."""
    names: dict[tuple[str, str], list[CurvePoint]] = {}
    for row in rows:
        event = row.event
        if by is None or event in _MAIN_EVENTS:
            names.setdefault((row.by[by] if by else "", event), []).append(row)
    lines: list[_Line] = []
    for (group, event), found in names.items():
        name = value_label(by, group) if by else value_label("event", event)
        banded = by is not None or event in _MAIN_EVENTS
        drawn = _until_few(sorted(found, key=lambda row: row.day), least_at_risk)
        if not banded and not any(row.estimate for row in drawn):
            continue  # an event that a log never records is no part of its story
        hidden = not drawn and any(row.status == SUPPRESSED for row in found)
        lines.append(_Line(name, drawn, SERIES[len(lines) % len(SERIES)], banded, hidden))
    return lines[: len(SERIES)]


def _until_few(rows: Sequence[CurvePoint], least_at_risk: int) -> tuple[CurvePoint, ...]:
    kept: list[CurvePoint] = []
    for row in rows:
        if row.estimate is None or row.n_at_risk is None or row.n_at_risk < least_at_risk:
            break
        kept.append(row)
    return tuple(kept)


def _draw_line(axes: Axes, line: _Line, alpha: float) -> None:
    days = [row.day for row in line.rows]
    shares = [number(row) for row in line.rows]
    axes.plot(
        days, shares, drawstyle="steps-post", color=line.style.colour, linestyle=line.style.dashes,
        linewidth=1.8 if line.banded else 1.3,
    )  # fmt: skip
    limited = [(row.day, *ends) for row in line.rows if (ends := limits(row))]
    if line.banded and limited:
        axes.fill_between(
            [day for day, _, _ in limited],
            [low for _, low, _ in limited],
            [high for _, _, high in limited],
            step="post", color=line.style.colour, alpha=alpha, linewidth=0,
        )  # fmt: skip
    marked = [index for index, day in enumerate(days) if day and day % 7 == 0]
    axes.plot(
        [days[i] for i in marked], [shares[i] for i in marked], linestyle="none",
        marker=line.style.marker, color=line.style.colour, markersize=4.5,
    )  # fmt: skip


def _finish_axes(axes: Axes, lines: Sequence[_Line], horizon: int) -> float:
    tops = [row.conf_high or number(row) for line in lines for row in line.rows]
    ceiling = min(1.0, max(tops, default=0.5) * 1.12) or 1.0
    axes.set_ylim(0, ceiling)
    axes.set_xlim(0, max(horizon, 1))
    axes.set_xticks(_day_ticks(horizon))
    percent_axis(axes.yaxis)
    axes.set_xlabel("Days since the interview")
    axes.set_ylabel("Share of interviews")
    axes.spines["left"].set_visible(False)
    return ceiling


def _day_ticks(horizon: int) -> list[int]:
    """Weeks for a month or two, else about six round steps."""
    step = 7 if horizon <= 70 else max(7, round(horizon / 6 / 7) * 7)
    return list(range(0, horizon + 1, step))


def _label_ends(axes: Axes, lines: Sequence[_Line], horizon: int, ceiling: float) -> None:
    """Name each curve beside its end: a piece of the line as a key, and words in ink so that small type has contrast.

    Labels stand in the order of the ends, moved as little as room for them needs; a thin line leads from the end.
    """
    drawn = [line for line in lines if line.rows]
    ends = [number(line.rows[-1]) for line in drawn]
    heights = spread_apart(ends, ceiling * _APART, ceiling * _APART / 2, ceiling)
    for line, end, height in zip(drawn, ends, heights, strict=True):
        day = line.rows[-1].day
        if day == horizon:
            _lead(axes, (day, end), height, line.style.colour)
        _key(axes, axes.get_yaxis_transform(), (1.0, height), (_LEAD, _LEAD + _SAMPLE), line.style)
        words = f"{left_to_right(_short(line.name))} {percent(end)}" + ("" if day == horizon else f" by day {day}")
        axes.annotate(
            words, (1.0, height), xycoords=axes.get_yaxis_transform(), xytext=(_LEAD + _SAMPLE + 4, 0),
            textcoords="offset points", va="center", fontsize=9, annotation_clip=False,
        )  # fmt: skip


def _short(name: str) -> str:
    return shorten(name, _LONGEST_NAME)


def _lead(axes: Axes, end: tuple[float, float], height: float, colour: str) -> None:
    """A thin line in the curve's colour from its end to its key."""
    from matplotlib.transforms import offset_copy

    beside = offset_copy(axes.get_yaxis_transform(), fig=axes.get_figure(root=True), x=_LEAD, units="points")
    axes.annotate(
        "", end, xycoords="data", xytext=(1.0, height), textcoords=beside, annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def _key(
    axes: Axes, where: Any, at: tuple[float, float], span: tuple[float, float], style: SeriesStyle, drop: float = 0.0
) -> None:
    """A piece of a line with its marker, beside a place that `where` measures; span and drop are points."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import offset_copy

    left, middle, right = (
        offset_copy(where, fig=axes.get_figure(root=True), x=x, y=drop, units="points")
        for x in (span[0], sum(span) / 2, span[1])
    )
    axes.add_line(
        Line2D([at[0]], [at[1]], transform=middle, color=style.colour, marker=style.marker, markersize=5, clip_on=False)
    )
    axes.annotate(
        "", at, xycoords=left, xytext=at, textcoords=right, annotation_clip=False,
        arrowprops={
            "arrowstyle": "-", "color": style.colour, "linestyle": style.dashes, "linewidth": 1.8, "shrinkA": 0,
            "shrinkB": 0,
        },
    )  # fmt: skip


def _at_risk_table(axes: Axes, lines: Sequence[_Line], horizon: int) -> None:
    """Under the axis: how many are still waiting at the start of each ticked day, each line with its key."""
    if not lines:
        return
    heading = "Still waiting at the start of the day"
    style: dict[str, Any] = {"textcoords": "offset points", "fontsize": 8, "annotation_clip": False, "va": "top"}
    base = -34.0
    axes.annotate(heading, (0, 0), xytext=(0, base), ha="left", color=GREY, **style)
    for index, line in enumerate(lines):
        drop = base - 12 * (index + 1)
        if len(lines) > 1:
            if line.rows:
                _key(axes, axes.transAxes, (1.0, 0.0), (_LEAD, _LEAD + _SAMPLE), line.style, drop=drop - 5)
            axes.annotate(
                _short(line.name), (1.0, 0), xycoords="axes fraction", xytext=(_LEAD + _SAMPLE + 4, drop), ha="left",
                color=GREY, **style,
            )  # fmt: skip
        if line.hidden:
            axes.annotate("hidden", (0, 0), xytext=(0, drop), ha="center", color=GREY, **style)
        numbers = {row.day: row.n_at_risk or 0 for row in line.rows}
        for day in _day_ticks(horizon):
            if day in numbers:
                axes.annotate(count(numbers[day]), (day, 0), xytext=(0, drop), ha="center", **style)


def _caption(what: str, by: str | None, least_at_risk: int, lines: Sequence[_Line]) -> str:
    event = "has advanced" if what == "advanced" else "has heard back"
    groups = f" by {by.replace('_', ' ')}" if by else ""
    shown = joined([line.name for line in lines if not line.banded])
    others = f" The other lines are the events that compete with it: {shown}." if shown else ""
    hidden = " “Hidden” protects small groups." if any(line.hidden for line in lines) else ""
    return (
        f"Share of all interviews that {event} by the end of each day{groups}, with 95% bands.{others} "
        f"A curve stops where fewer than {least_at_risk} are still waiting.{hidden}"
    )
