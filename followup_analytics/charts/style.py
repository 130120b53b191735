"""How every chart looks: palette, type, quiet axes, and the frame that carries its words to all readers.

Colours are the part of Okabe and Ito's colour-blind safe palette that keeps 3:1 contrast on white; colour is never the
only sign: each series has its own line style, marker and label. Nothing here touches pyplot or the user's own settings.
"""

from __future__ import annotations

import base64
import html
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from followup_analytics.languages import is_foreign, is_told, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
INK, GREY, RULE, BAND = "#1A1A1A", "#595959", "#8C8C8C", "#EFEFEF"

#: Width of the report's text column in inches: charts are drawn at the size at which they are printed.
COLUMN_WIDTH = 5.9

SIMULATED = "simulated data"

#: Least distance of two labels beside the axes, as a share of the axes' height.
_APART = 0.075
#: Below this are the letters that every font has.
_LATIN = 0x250


@dataclass(frozen=True)
class SeriesStyle:
    """How one series is told from the others: colour, dashes and marker together."""

    colour: str
    dashes: str | tuple[float, tuple[float, ...]]
    marker: str


SERIES = (
    SeriesStyle(BLUE, "-", "o"),
    SeriesStyle(VERMILLION, (0, (5, 1.6)), "s"),
    SeriesStyle(GREEN, (0, (6, 1.5, 1.2, 1.5)), "^"),
    SeriesStyle(PURPLE, (0, (1.2, 1.4)), "D"),
    SeriesStyle(INK, (0, (8, 2)), "v"),
    SeriesStyle(GREY, (0, (3, 1, 1, 1, 1, 1)), "P"),
)

_SETTINGS: dict[str, Any] = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "followup_analytics",
    "font.size": 9.0,
    "axes.titlesize": 9.0,
    "axes.labelsize": 9.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.6,
    "axes.unicode_minus": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "path.simplify": False,
}


@lru_cache(maxsize=1)
def font_family() -> tuple[str, ...]:
    """The families that charts ask for, after telling matplotlib where Source Sans lies.

    Without this matplotlib measures labels in another type than the one the report sets them in, and they shift.
    """
    from matplotlib import font_manager

    try:
        import font_source_sans_pro  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return ("DejaVu Sans",)
    folder = Path(font_source_sans_pro.font_directory)
    for name in ("Regular", "It", "Semibold", "Bold", "BoldIt"):
        font_manager.fontManager.addfont(str(folder / f"SourceSansPro-{name}.ttf"))
    return ("Source Sans Pro", "DejaVu Sans")


#: Families beside our own, by the files that they are from, in the order in which they were needed.
_FURTHER: dict[Path, str] = {}


def add_fonts(files: Iterable[Path]) -> None:
    """Tell charts of font files for letters that ours lack."""
    from matplotlib import font_manager

    for path in files:
        if path not in _FURTHER:
            font_manager.fontManager.addfont(str(path))
            _FURTHER[path] = font_manager.get_font(str(path)).family_name


@contextmanager
def house_style() -> Iterator[None]:
    """Our settings while a chart is drawn or saved; the user's own are back afterwards."""
    import matplotlib as mpl

    settings: Any = {**_SETTINGS, "font.family": [*font_family(), *_FURTHER.values()]}
    with mpl.rc_context(settings):
        yield


def new_axes(width: float = COLUMN_WIDTH, height: float = 2.9) -> Axes:
    """Axes on a figure of their own, outside pyplot, which show themselves with their alt text in a notebook."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure.add_subplot(axes_class=_chart_axes())


@lru_cache(maxsize=1)
def _chart_axes() -> Any:
    """The Axes class whose face in a notebook is a figure with alt text; made once, when matplotlib is there."""
    from matplotlib.axes import Axes

    class ChartAxes(Axes):
        """Axes that a notebook shows as a figure with alt text and caption."""

        name = "followup_chart"

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
            return Chart.of(self)._repr_mimebundle_(include, exclude)

    return ChartAxes


@dataclass(frozen=True)
class ChartWords:
    """The words of a chart: alt text with the numbers for those who can't see it, and its caption."""

    alt: str
    caption: str


_WORDS: WeakKeyDictionary[Axes, ChartWords] = WeakKeyDictionary()


def give_words(axes: Axes, alt: str, caption: str, *, simulated: bool, title: str | None = None) -> Axes:
    """Attach alt text and caption to axes, and write on them that the data are simulated where they are.

    title: a short heading over the chart, for faces where no caption stands beside it.
    """
    if title:
        # A legend over the axes needs its line first.
        axes.set_title(title, loc="left", fontsize=10, fontweight="bold", pad=23 if axes.get_legend() else 8)
    if simulated:
        alt = f"{alt} The data are simulated."
        axes.text(
            1.0,
            1.02,
            SIMULATED,
            transform=axes.transAxes,
            ha="right",
            va="bottom",
            color=GREY,
            fontstyle="italic",
            fontsize=8,
        )
    _WORDS[axes] = ChartWords(alt, caption)
    return axes


@dataclass(frozen=True, repr=False, eq=False)
class Chart:
    """A drawn figure with the words that make it readable without eyes: what a notebook shows and a report prints."""

    figure: Figure
    words: ChartWords

    @classmethod
    def of(cls, axes: Axes) -> Chart:
        """The chart that some axes belong to; axes drawn by others have no words yet and get a plain sentence."""
        from matplotlib.figure import Figure

        figure = axes.get_figure(root=True)
        if not isinstance(figure, Figure):
            msg = "these axes belong to no figure"
            raise TypeError(msg)
        return cls(figure, _WORDS.get(axes) or ChartWords("Chart without description.", ""))

    @property
    def alt(self) -> str:
        """What the chart shows, with its main numbers."""
        return self.words.alt

    @property
    def caption(self) -> str:
        """The line under the chart."""
        return self.words.caption

    def svg(self) -> str:
        """The chart as SVG text, the same bytes for the same data; letters stay letters."""
        buffer = io.StringIO()
        with house_style():
            _give_language(self.figure)
            self._settle()
            self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        return buffer.getvalue()

    def png(self, dpi: int = 150) -> bytes:
        """The chart as PNG bytes at so many dots per inch."""
        buffer = io.BytesIO()
        with house_style():
            _give_language(self.figure)
            self._settle()
            self.figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()

    def _settle(self) -> None:
        """Let the layout come to rest once: it moves by a hair at every drawing, and saving twice would differ."""
        _give_one_font(self.figure)
        engine = self.figure.get_layout_engine()
        if engine is not None:
            engine.execute(self.figure)  # type: ignore[no-untyped-call,unused-ignore]
            self.figure.set_layout_engine("none")

    def __repr__(self) -> str:
        return f"<Chart: {self.alt}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        image = base64.b64encode(self.png(dpi=144)).decode("ascii")
        width = round(self.figure.get_figwidth() * 110)
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        face = (
            f'<figure style="margin:0.5em 0"><img width="{width}" alt="{html.escape(self.alt, quote=True)}" '
            f'src="data:image/png;base64,{image}"/>{caption}</figure>'
        )
        return {"text/html": face, "text/plain": repr(self)}


#: Makes the numbers after a name that runs from right to left stand to its right.
_LEFT_TO_RIGHT = "\u200e"


def left_to_right(name: str) -> str:
    """A name with numbers to follow: one that runs from right to left ends with a mark, so that they stand after it."""
    runs_left = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    return name + _LEFT_TO_RIGHT if runs_left else name


def _give_language(figure: Figure) -> None:
    """Tell every text of a figure, ticks too, in the language that is spoken just now."""
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter, FuncFormatter

    if not is_foreign():
        return
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FuncFormatter):
                axis.set_major_formatter(_telling(formatter.func))
            elif isinstance(formatter, FixedFormatter):
                formatter.seq = [_told_lines(label) for label in formatter.seq]
    for text in figure.findobj(Text):
        text.set_text(_told_lines(text.get_text()))


def _told_lines(text: str) -> str:
    if "\n" in text and is_told(text.replace("\n", " ")):
        return text
    return "\n".join(told(line) if line.strip() else line for line in text.split("\n"))


def _telling(written: Callable[..., str]) -> Callable[..., str]:
    return lambda value, place: _told_lines(written(value, place))


def _give_one_font(figure: Figure) -> None:
    """Ask for one font for all of each text that ours can't set alone.

    A text is set in one font that has all its letters, and has to be measured in the same.
    """
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.text import Text

    families = [*font_family(), *_FURTHER.values()]
    for text in figure.findobj(Text):
        letters = {ord(letter) for letter in text.get_text() if letter != "\n"}
        if not letters or max(letters) < _LATIN:
            continue
        for family in families:
            if letters <= set(get_font(findfont(FontProperties(family=family))).get_charmap()):
                text.set_fontfamily([family, *(one for one in families if one != family)])
                break


def percent_axis(axis: Any) -> None:
    """Ticks of an axis of shares as percentages, few of them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:g}%"))
    axis.grid(visible=True, color="#E3E3E3", linewidth=0.5)
    axis.set_tick_params(length=0)


def label_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Name lines at their right ends, in ink so that small type has contrast, pushed apart where the ends meet.

    ends: place, height, words and colour of each line; the axes' limits are set already.
    """
    low, high = axes.get_ylim()
    heights = spread_apart([end for _, end, _, _ in ends], (high - low) * _APART, low, high)
    for (across, end, words, colour), height in zip(ends, heights, strict=True):
        axes.annotate(
            words, (across, end), xytext=(1.02, (height - low) / (high - low)), textcoords="axes fraction", va="center",
            fontsize=8.5, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 1},
        )  # fmt: skip


def spread_apart(heights: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Heights in the given order, moved as little as possible so that any two are `apart` and all lie in low..high.

    Least squares under the order of the heights: heights less the room that those below need are made to rise by
    pooling neighbours that fall (pool adjacent violators). Equal heights keep their order. Source: R. Barlow and others
    (1972), Statistical Inference under Order Restrictions, chapter 1.
    """
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    pools: list[list[float]] = []
    for rank, place in enumerate(order):
        pools.append([heights[place] - rank * apart])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    level = [_mean(pool) for pool in pools for _ in pool]
    room = high - low - (len(order) - 1) * apart
    placed = [0.0] * len(order)
    for rank, place in enumerate(order):
        placed[place] = low + min(max(level[rank] - low, 0.0), max(room, 0.0)) + rank * apart
    return placed


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def contrast_ratio(colour: str, background: str = "#FFFFFF") -> float:
    """Contrast ratio of two colours (WCAG 2.2, 'contrast ratio' and 'relative luminance'), from 1 to 21."""
    lighter, darker = sorted((_luminance(colour), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
