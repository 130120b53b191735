"""Draw the pictures of the explanations into docs/images, from small worlds that are worked out here:

python docs/make_pictures.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

IMAGES = Path(__file__).resolve().parent / "images"
INK, GREY, BLUE, RED, GREEN = "#222222", "#8a8a8a", "#0072B2", "#D55E00", "#009E73"
plt.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "pictures"})


def save(figure: plt.Figure, name: str) -> None:
    """Write the picture, the same bytes each time."""
    figure.savefig(IMAGES / f"{name}.svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


#: Two kinds of employers, half of each; each answers every call with the same chance, whatever its number.
EASY, HARD = 0.5, 0.1


def answered_by_number(calls: int = 6) -> np.ndarray:
    """The share of k-th calls that are answered, among those not answered before, where the chance never changes."""
    easy, hard, shares = 0.5, 0.5, []
    for _ in range(calls):
        shares.append((easy * EASY + hard * HARD) / (easy + hard))
        easy, hard = easy * (1 - EASY), hard * (1 - HARD)
    return np.array(shares)


def later_attempts() -> None:
    """No call works less than another, and yet fewer of the later ones are answered."""
    shares, number = answered_by_number(), np.arange(1, 7)
    figure, axes = plt.subplots(figsize=(6.4, 3.4))
    axes.plot([1, 6], [EASY, EASY], color=GREEN, linestyle="--")
    axes.plot([1, 6], [HARD, HARD], color=RED, linestyle=":")
    axes.plot(number, shares, color=BLUE, marker="o")
    for x, y in zip(number, shares, strict=True):
        axes.annotate(f"{y:.0%}", (x, y), textcoords="offset points", xytext=(0, 9), ha="center", color=INK)
    axes.text(6.2, EASY, "employers who\nanswer half of all calls", va="center", color=INK)
    axes.text(6.2, HARD - 0.015, "employers who\nanswer one in ten", va="center", color=INK)
    axes.set(xlabel="number of the call", ylabel="answered", ylim=(0, 0.6), xticks=number)
    axes.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, 0))
    axes.set_title("What is seen, where no call works less than another", loc="left")
    save(figure, "later_attempts")


def immortal_time() -> None:
    """Who is answered on day 2 can't call on day 5: those who called have been waiting for it."""
    figure, axes = plt.subplots(figsize=(6.4, 2.9))
    people = [("answered on day 2,\nbefore a call was planned", 2, None), ("calls on day 5,\nanswered on day 8", 8, 5),
              ("never calls,\nanswered on day 3", 3, None), ("calls on day 5,\nno answer", 12, 5)]  # fmt: skip
    for row, (words, end, call) in enumerate(reversed(people)):
        axes.plot([0, end], [row, row], color=GREY, linewidth=3, solid_capstyle="butt")
        if call is not None:
            axes.plot([0, call], [row, row], color=RED, linewidth=7, alpha=0.35, solid_capstyle="butt")
            axes.plot(call, row, marker="^", color=BLUE, markersize=10)
        if end < 12:
            axes.plot(end, row, marker="o", color=GREEN, markersize=9)
        axes.text(-0.3, row, words, ha="right", va="center", fontsize=9.5)
    axes.set(xlabel="days since the interview", xlim=(0, 12.5), ylim=(-0.6, 3.6), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.text(5, 3.45, "▲ call", color=BLUE, ha="center")
    axes.text(8, 3.45, "● answer", color=GREEN, ha="center")
    words = "no answer possible here,\nor there would be no call"
    axes.text(2.3, 2.25, words, color=RED, fontsize=9, va="bottom", ha="center")
    save(figure, "immortal_time")


def verdict_words() -> None:
    """Where an interval lies decides the word."""
    figure, axes = plt.subplots(figsize=(6.4, 3.2))
    rows = [("holds here", 9, 3.5), ("the contrary holds here", -10, 4), ("makes no difference that matters", 0.5, 3),
            ("can't tell", 4, 9), ("can't tell: more than chance, but small", 3, 2)]  # fmt: skip
    axes.axvspan(-5, 5, color=GREY, alpha=0.18)
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, (words, middle, half) in enumerate(reversed(rows)):
        axes.plot([middle - half, middle + half], [row, row], color=BLUE, linewidth=2)
        axes.plot(middle, row, marker="s", color=BLUE)
        axes.text(16, row, words, va="center")
    axes.set(xlabel="difference in 100 interviews", xlim=(-16, 15), ylim=(-0.7, 4.9), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.text(0, 4.6, "too small to matter", ha="center", color=INK, fontsize=9.5)
    save(figure, "verdict_words")


def _table(axes: Axes, cells: list[list[str]], title: str, marked: tuple[int, int] | None = None) -> None:
    axes.axis("off")
    axes.set_title(title, loc="left", fontsize=11)
    table = axes.table(cellText=cells, loc="center", cellLoc="center")
    table.scale(1, 1.6)
    for (row, column), cell in table.get_celld().items():
        cell.set_edgecolor("#bbbbbb")
        if row == 0 or column == 0:
            cell.set_text_props(weight="bold")
        if (row, column) == marked:
            cell.set_facecolor("#f7d8c4")


def hidden_cells() -> None:
    """One hidden number in a table with totals is found by subtraction; a second one must go with it."""
    figure, (one, two) = plt.subplots(1, 2, figsize=(8.2, 2.2))
    head = ["", "heard", "not", "all"]
    _table(one, [head, ["by phone", "31", "44", "75"], ["by letter", "hidden", "9", "13"], ["all", "35", "53", "88"]],
           "One number hidden: 13 - 9 tells it", (2, 1))  # fmt: skip
    _table(two, [head, ["by phone", "hidden", "hidden", "75"], ["by letter", "hidden", "hidden", "13"],
                 ["all", "35", "53", "88"]], "Enough hidden that nothing tells it")  # fmt: skip
    save(figure, "hidden_cells")


if __name__ == "__main__":
    for draw in (later_attempts, immortal_time, verdict_words, hidden_cells):
        draw()
