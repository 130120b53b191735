"""Charts of an emulated trial: balance, overlap, weights, and the risk under both strategies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from followup_analytics.charts.drawn import Balance, Overlap, Risk, Weighed, has_number, limits, number
from followup_analytics.charts.style import (
    BAND,
    BLUE,
    COLUMN_WIDTH,
    GREY,
    INK,
    RULE,
    SERIES,
    VERMILLION,
    give_words,
    house_style,
    label_ends,
    new_axes,
    percent_axis,
)
from followup_analytics.charts.words import joined, key_title, percent, value_label
from followup_analytics.log.shared_words import ARMS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]

#: A standardised difference beyond this is commonly called imbalance (P. Austin, 2009).
BALANCED = 0.1
_MOST_LEVELS = 30


def balance_chart(rows: Sequence[Balance], *, simulated: bool = False, ax: Axes | None = None) -> Axes:
    """Draw standardised differences before and after weighting (a love plot).

    The levels that were furthest apart come first, 30 at most.
    """
    known = sorted(_both_known(rows), key=lambda one: -abs(one.before))[:_MOST_LEVELS]
    with house_style():
        axes = ax or new_axes(COLUMN_WIDTH, 1.0 + 0.19 * max(len(known), 2))
        axes.axvspan(-BALANCED, BALANCED, color=BAND, linewidth=0, zorder=0)
        axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
        for place, one in enumerate(known):
            axes.plot([one.before, one.after], [place, place], color=RULE, linewidth=0.8, zorder=1)
            said = ("before weighting", "after") if place == 0 else (None, None)
            axes.plot(
                one.before, place, "o", color=VERMILLION, markerfacecolor="white", markersize=5, zorder=2, label=said[0]
            )
            axes.plot(one.after, place, "s", color=BLUE, markersize=4.5, zorder=3, label=said[1])
        axes.set_yticks(range(len(known)), [one.words for one in known])
        axes.set_ylim(len(known) - 0.4, -0.6)
        reach = max([0.25, *(abs(value) for one in known for value in (one.before, one.after))]) * 1.1
        axes.set_xlim(-reach, reach)
        axes.set_xlabel("Standardised difference, strategy minus alternative")
        if known:
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, fontsize=8.5)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        return give_words(axes, balance_alt(rows), _balance_caption(rows, known), simulated=simulated)


def balance_alt(rows: Sequence[Balance]) -> str:
    """Alt text: the largest differences before and after weighting, and how many stay beyond a tenth."""
    known = _both_known(rows)
    if not known:
        return "Chart of balance: no covariate has numbers that can be shown."
    before, after = max(abs(one.before) for one in known), max(abs(one.after) for one in known)
    beyond = sum(abs(one.after) > BALANCED for one in known)
    return (
        f"Chart of balance for {len(known)} levels of covariates: the largest standardised difference is "
        f"{before:.2f} before weighting and {after:.2f} after; after it {beyond} "
        f"{'is' if beyond == 1 else 'are'} beyond {BALANCED:g}."
    )


@dataclass(frozen=True)
class _Level:
    """A level with both differences known."""

    words: str
    before: float
    after: float


def _both_known(rows: Sequence[Balance]) -> list[_Level]:
    return [
        _Level(_level_words(one), one.before, one.after)
        for one in rows
        if one.before is not None and one.after is not None
    ]


_HISTORY = {
    "number": "Number of the attempt",
    "day": "Day since the interview",
    "channel": "Channel of the attempt",
    "tone": "Tone last heard",
    "self_rating": "Applicant’s own rating",
}
_YES_NO = {"true": "yes", "false": "no"}


def _level_words(one: Balance) -> str:
    name, level = one.covariate, str(one.level)
    value = _YES_NO.get(level) or (value_label(name, level) if name != "tone" else level)
    return f"{_HISTORY.get(name) or key_title(name)}: {value}"


def _balance_caption(rows: Sequence[Balance], drawn: Sequence[_Level]) -> str:
    cut = f" The {len(drawn)} levels furthest apart of {len(rows)} are drawn." if len(drawn) < len(rows) else ""
    return (
        "How far those who did each differed before weighting (open circles) and after (filled squares). "
        f"Within the grey band, {BALANCED:g} either way, the arms are alike.{cut}"
    )


def overlap_chart(rows: Sequence[Row], *, simulated: bool = False, ax: Axes | None = None) -> Axes:
    """Draw how likely those who kept to each arm were to do so: shares by tenths, strategy up, alternative down.

    `rows` have `arm`, `from`, `to` and `share` (null where few people are behind it).
    """
    tenths = [Overlap.of(row) for row in rows]
    with house_style():
        axes = ax or new_axes(COLUMN_WIDTH, 2.7)
        for arm, style, sign in zip(ARMS, SERIES, (1, -1), strict=False):
            mine = [one for one in tenths if one.arm == arm]
            shown = [(one.middle, sign * one.share) for one in mine if one.share is not None]
            axes.bar(
                [middle for middle, _ in shown],
                [height for _, height in shown],
                width=0.09,
                color=style.colour,
                label=arm,
            )
            for one in mine:
                if one.share is None:
                    axes.text(one.middle, sign * 0.01, "few", color=GREY, fontsize=7,
                              ha="center", va="bottom" if sign > 0 else "top")  # fmt: skip
        axes.axhline(0, color=INK, linewidth=0.8)
        _both_ways(axes, tenths)
        return give_words(axes, overlap_alt(rows), _OVERLAP_CAPTION, simulated=simulated)


_OVERLAP_CAPTION = (
    "How probable it was, given what was known, that those who kept to an arm would do so (the inverse of their "
    "weights). Bars at the far left are people whom few resemble: they carry large weights."
)


def _both_ways(axes: Axes, tenths: Sequence[Overlap]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    top = max([one.share for one in tenths if one.share is not None], default=0.5) * 1.15
    axes.set_ylim(-top, top)
    axes.set_xlim(0, 1)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, symmetric=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: percent(abs(share))))
    axes.set_xlabel("Probability of having kept to the arm")
    axes.set_ylabel("Share of the arm")
    for arm, height, align in zip(ARMS, (0.97, 0.03), ("top", "bottom"), strict=True):
        axes.text(0.99, height, arm, transform=axes.transAxes, ha="right", va=align, fontsize=8.5)
    axes.spines["bottom"].set_visible(False)


def overlap_alt(rows: Sequence[Row]) -> str:
    """Alt text: the share of each arm that was unlikely (below 10%) to keep to it."""
    told = []
    for arm in ARMS:
        first = next((one for one in map(Overlap.of, rows) if one.arm == arm and one.start == 0.0), None)
        share = first.share if first else None
        told.append(f"of the {arm} {'few' if share is None else percent(share)}")
    return f"Chart of overlap: less than 10% likely to keep to their arm were {joined(told)}."


#: What a verdict asks of an arm's weights: the least effective size, and the largest share of one weight.
LEAST_EFFECTIVE, LARGEST_SHARE = 10, 0.10


def weights_chart(rows: Sequence[Weighed], *, simulated: bool = False, ax: Axes | None = None) -> Axes:
    """Draw what weighting leaves of each arm: how many interviews it is worth; the largest weight's share in words."""
    with house_style():
        axes = ax or new_axes(COLUMN_WIDTH, 1.5)
        most = max([row.effective_size or 0.0 for row in rows], default=1.0)
        for place, row in enumerate(rows):
            size = row.effective_size or 0.0
            axes.barh(place, size, height=0.5, color=SERIES[ARMS.index(row.arm)].colour)
            words = f"{_worth(row)}, largest weight {percent(row.largest_share, 1)}"
            inside = size > 0.5 * most
            axes.annotate(
                words, (max(size, LEAST_EFFECTIVE), place), xytext=(-4 if inside else 4, 0),
                textcoords="offset points", va="center", fontsize=8.5, ha="right" if inside else "left",
                color="white" if inside else INK,
            )  # fmt: skip
        axes.axvline(LEAST_EFFECTIVE, color=INK, linewidth=1.1, linestyle=(0, (3, 2)))
        axes.set_yticks(range(len(rows)), [row.arm for row in rows])
        axes.invert_yaxis()
        axes.set_xlim(0, 1.05 * max(most, 2 * LEAST_EFFECTIVE))
        axes.set_xlabel(f"Interviews that the arm is worth after weighting (dashed: the least, {LEAST_EFFECTIVE})")
        axes.tick_params(axis="y", length=0)
        caption = (
            "What weighting leaves of each arm. A verdict asks for an effective size of "
            f"{LEAST_EFFECTIVE} and for no weight above {percent(LARGEST_SHARE)} of its arm."
        )
        return give_words(axes, weights_alt(rows), caption, simulated=simulated)


def _worth(row: Weighed) -> str:
    """A size that is not shown is not nought."""
    size = row.effective_size
    return "an unknown number of interviews" if size is None else f"{size:,.0f} interviews"


def weights_alt(rows: Sequence[Weighed]) -> str:
    """Alt text: effective size and largest share of both arms."""
    told = [
        f"the {row.arm} is worth {_worth(row)}, its largest weight {percent(row.largest_share, 1)} of the sum"
        for row in rows
    ]
    return f"Chart of weights: {joined(told) or 'no numbers'}."


def risk_chart(
    points: Sequence[Risk], *, words: tuple[str, str], outcome: str, simulated: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw the risk of the outcome by day had everybody kept to the strategy, and to the alternative.

    `words` say what each arm does.
    """
    with house_style():
        axes = ax or new_axes(COLUMN_WIDTH, 2.9)
        ends: list[tuple[float, float, str, str]] = []
        for arm, style in zip(ARMS, SERIES, strict=False):
            mine = [one for one in points if one.arm == arm and has_number(one)]
            if not mine:
                continue
            days, risks = [one.day for one in mine], [number(one) for one in mine]
            axes.plot(days, risks, drawstyle="steps-post", color=style.colour, linestyle=style.dashes, linewidth=1.8)
            limited = [(one.day, *band) for one in mine if (band := limits(one))]
            span, low, high = ([one[place] for one in limited] for place in range(3))
            axes.fill_between(span, low, high, step="post", color=style.colour, alpha=0.14, linewidth=0)
            ends.append((days[-1], risks[-1], f"{arm} {percent(risks[-1])}", style.colour))
        tops = [one.conf_high or number(one) for one in points if has_number(one)]
        axes.set_ylim(0, min(1.0, max([0.05, *tops]) * 1.1))
        axes.set_xlim(0, max((one.day for one in points), default=1))
        percent_axis(axes.yaxis)
        axes.set_xlabel("Days since time zero")
        axes.set_ylabel(f"Risk of {outcome}" if len(outcome) < 20 else "Risk")
        axes.spines["left"].set_visible(False)
        label_ends(axes, ends)
        caption = (
            f"{outcome[:1].upper()}{outcome[1:]}, had everybody kept to the strategy ({words[0]}) and to the "
            f"alternative ({words[1]}), with 95% bands."
        )
        return give_words(axes, risk_alt(points), caption, simulated=simulated)


def risk_alt(points: Sequence[Risk]) -> str:
    """Alt text: both risks at the horizon with their limits."""
    told = []
    for arm in ARMS:
        mine = [one for one in points if one.arm == arm and has_number(one)]
        if mine:
            last = max(mine, key=lambda one: one.day)
            ends = limits(last)
            band = f" ({percent(ends[0])} to {percent(ends[1])})" if ends else ""
            told.append(f"{arm} {percent(number(last))}{band} by day {last.day}")
    return f"Risk curves of an emulated trial: {joined(told) or 'no numbers'}."
