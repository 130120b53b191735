"""The header of a spreadsheet: which lines it is, what its columns are called, and how a person may refer to them.

A header of two lines, in which a merged cell such as "First follow-up" stands over "Date" and "How", becomes one line:
"First follow-up / Date", "First follow-up / How".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from followup_analytics.text import clean

#: The name that row numbers have in frames; no column of a file may have it.
ROW = "_row"
SEARCHED_ROWS = 15
_JOINT = " / "
_LONGEST_LABEL = 60
_FEWEST_GROUPS = 2
#: Cells of a line that is no title's.
_WIDE = 3
#: Merged cells leave blanks in a header; a title fills a cell or two.
_SHARE = 1 / 3
_AGAIN = re.compile(r" \(\d+\)$")
_NO_LABEL = re.compile(r"^[\d\s.,:/+()-]+$")

#: Rows of the sheet that a merged cell covers, and columns: (first row, first column), (last row, last column), from 0.
Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Header:
    """Where a table begins: the header's first line (from 0), how many lines it has, and the columns' names.

    hits: how many of the words that were looked for it has.
    """

    top: int
    lines: int
    names: list[str]
    hits: int = 0


def header_key(name: str) -> str:
    """A header in the form in which headers are compared: case, blanks, hyphens and underscores don't matter."""
    return "_".join(clean(name).replace("\u00a0", " ").replace("-", " ").replace("_", " ").casefold().split())


def unique_names(header: Iterable[Any]) -> list[str]:
    """The header's cells as distinct, non-empty column names; an empty one is named by its place.

    A heading that stands there again is `Method (2)`: names must differ in the form in which headers are compared too.
    """
    names: list[str] = []
    taken = {header_key(ROW)}
    for place, cell in enumerate(header, start=1):
        plain = " ".join(clean(str(cell if cell is not None else "")).split()) or f"column {place}"
        name, key, again = plain, header_key(plain), 1
        while key in taken:
            again += 1
            name = f"{plain} ({again})"
            key = header_key(name)
        names.append(name)
        taken.add(key)
    return names


def upper_label(name: str) -> tuple[str, str] | None:
    """The upper line of a joined heading, with the number of one that stands there again; None of a plain heading."""
    upper, joint, lower = name.partition(_JOINT)
    if not joint:
        return None
    again = _AGAIN.search(lower)
    return upper, again[0] if again else ""


def unnumbered(names: Sequence[str]) -> list[str]:
    """The headings as they stand in the sheet: `Method (2)` is `Method` where such a heading stands before it."""
    bare = [_AGAIN.sub("", name) for name in names]
    return [bare[place] if bare[place] in names[:place] else name for place, name in enumerate(names)]


def heading_keys(names: Sequence[str]) -> dict[str, str]:
    """Everything by which a person may refer to a column, in compared form, with the column's name.

    Besides its own name: the two lines of a joined one without the stroke; its lower line, where no other column has
    it; its upper line, which means the first column below it; and `column 6`, by place.
    """
    found = {header_key(name): name for name in reversed(names)}
    parted = [(name, *name.split(_JOINT, 1)) for name in names if _JOINT in name]
    lower = Counter(header_key(part) for _, _, part in parted)
    for name, group, part in parted:
        found.setdefault(header_key(f"{group} {part}"), name)
        if lower[header_key(part)] == 1:
            found.setdefault(header_key(part), name)
    for name, group, _ in parted:
        found.setdefault(header_key(group), name)
    for place, name in enumerate(names, start=1):
        found.setdefault(f"column_{place}", name)
    return found


def find_header(rows: Sequence[Sequence[Any]], words: Collection[str], merged: Collection[Merged] = ()) -> Header:
    """The header among the first rows of a sheet: the lines that most of the words name, else the first below titles.

    words: headers that are looked for, in compared form. merged: the sheet's merged cells. Where there are none (a CSV
    file has no such thing), two lines are joined only if more of the words are found so than in one line.
    """
    first = _first_row(rows)
    if first is None:
        return Header(0, 1, [])
    named = [_names(row) for row in rows[: SEARCHED_ROWS + 1]]
    hits = [_hits(names, words) for names in named]
    best = _below_groups(rows, first) if not words else None
    best = best or Header(first, 1, _names(rows[first]))
    for top, row in enumerate(rows[:SEARCHED_ROWS]):
        best = Header(top, 1, named[top], hits[top]) if hits[top] > best.hits else best
        names = joined_names(row, rows[top + 1]) if top + 1 < len(rows) else None
        if names is None:
            continue
        double = Header(top, 2, names, _hits(names, words))
        # A title above a header looks like a first line too: it adds nothing to what the header alone has.
        adds = double.hits > hits[top + 1]
        is_merged = top == best.top and any(_spans(one, top) for one in merged)
        if (adds and double.hits > best.hits) or (is_merged and double.hits == best.hits and (adds or not best.hits)):
            best = double
    return best


def is_below_title(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first line is a title of one cell above a table: most lines below have three cells and more."""
    wide = sum(len(row) >= _WIDE for row in rows[1:])
    return len(rows) > _WIDE and len(rows[0]) == 1 and wide > len(rows) / 2


def _below_groups(rows: Sequence[Sequence[Any]], place: int) -> Header | None:
    """The header of two lines whose lower one repeats labels and whose upper one, sparse as a title, parts them."""
    above = rows[place - 1] if place else ()
    width = max(n for n, cell in enumerate(rows[place], start=1) if is_filled(cell))
    # A line with gaps is an upper one itself.
    if sum(map(is_filled, above)) < _FEWEST_GROUPS or not all(map(is_filled, rows[place][:width])):
        return None
    names = joined_names(above, rows[place])
    return Header(place - 1, 2, names) if names and n_repeated(names) < n_repeated(_names(rows[place])) else None


def n_repeated(names: Sequence[str]) -> int:
    """How many of a header's names had to be told apart by a number."""
    return sum(name != bare for name, bare in zip(names, unnumbered(names), strict=True))


def _first_row(rows: Sequence[Sequence[Any]]) -> int | None:
    """The first row that is no title: one with several cells, and not far fewer than the fullest of the first rows."""
    filled = [sum(map(is_filled, row)) for row in rows[:SEARCHED_ROWS]]
    most = max(filled, default=0)
    wide = next((place for place, n in enumerate(filled) if n > 1 and n >= most * _SHARE), None)
    return (
        wide if wide is not None else next((place for place, row in enumerate(rows) if any(map(is_filled, row))), None)
    )


def joined_names(upper: Sequence[Any], lower: Sequence[Any]) -> list[str] | None:
    """The columns' names of a header of two lines; None where the two lines can't be one.

    They can where at least one upper cell has blank ones on its right, or the same word again (as a cell that was
    merged comes from some programs), below all of which labels stand that differ, and nothing in the lower line looks
    like a number or a date.
    """
    above, below = (list(map(_label, line)) for line in (upper, lower))
    width = max((place + 1 for line in (above, below) for place, cell in enumerate(line) if cell), default=0)
    above, below = (line[:width] + [""] * (width - len(line)) for line in (above, below))
    if any(len(cell) > _LONGEST_LABEL or _NO_LABEL.match(cell) for cell in below if cell):
        return None
    group, spans, names = "", False, []
    for place in range(width):
        group = above[place] or (group if below[place] else "")
        goes_on = bool(place and group and below[place] and below[place - 1]) and (
            not above[place] or (above[place] == above[place - 1] and below[place] != below[place - 1])
        )
        spans = spans or goes_on
        names.append(_JOINT.join(part for part in (group, below[place]) if part))
    return unique_names(names) if spans else None


def is_filled(cell: object) -> bool:
    """Whether a cell has anything in it."""
    return cell is not None and str(cell).strip() != ""


def _hits(names: Sequence[str], words: Collection[str]) -> int:
    return len(set(words).intersection(heading_keys(names))) if names else 0


def _names(row: Sequence[Any]) -> list[str]:
    width = max((place + 1 for place, cell in enumerate(row) if is_filled(cell)), default=0)
    return unique_names(row[:width])


def _label(cell: Any) -> str:
    return " ".join(str(cell).split()) if is_filled(cell) else ""


def _spans(merged: Merged, row: int) -> bool:
    """Whether a merged cell begins in the row and covers several columns of it, and no other row."""
    (top, left), (bottom, right) = merged
    return top == bottom == row and right > left
