"""The sheets of a file that hold rows of data, each with its header found by the words of the lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from followup_analytics.errors import DataError
from followup_analytics.ingest.maps.draft.lexicon import Lexicon
from followup_analytics.ingest.maps.wordlists import without_totals
from followup_analytics.sheets.dates import are_dates, share_of_dates
from followup_analytics.sheets.headings import SEARCHED_ROWS, header_key, joined_names, unnumbered
from followup_analytics.sheets.tabular import ROW, RawTable, read_raw_tables

_FEWEST_COLUMNS = 2
_LONGEST_HEADING = 80


def sheets_of(path: Path, lexicon: Lexicon) -> list[RawTable]:
    """The tables of a file without titles and totals; sheets of lists and explanations are left out.

    Raises UnreadableError when the file can't be read, DataError when no sheet of it has a header and rows.
    """
    first = read_raw_tables(path)
    words = {word for raw in first for word in _header_words(raw, lexicon)}
    tables = [without_totals(raw, by_shape=True)[0] for raw in (read_raw_tables(path, words) if words else first)]
    named = [raw for raw in tables if _holds_rows(raw)]
    data = [raw for raw in named if not _is_aside(raw, lexicon)] or named
    if not data:
        raise DataError(f"{path.name}: no sheet has a header and rows below it; a map needs both.")
    return [replace(raw, frame=_without_blank_columns(raw)) for raw in data]


def _holds_rows(raw: RawTable) -> bool:
    return len(raw.columns) >= _FEWEST_COLUMNS and raw.frame.height > 0


def _is_aside(raw: RawTable, lexicon: Lexicon) -> bool:
    """Whether a sheet is one of word lists, help or figures, by its name, and has no column of dates besides."""
    if raw.sheet is None or "aside" not in lexicon.mentions("sheets", raw.sheet):
        return False
    looked = raw.frame.head(200)
    return not any(share_of_dates(looked[name].cast(pl.String)) >= 0.5 for name in raw.columns)


def _without_blank_columns(raw: RawTable) -> pl.DataFrame:
    """The table without columns that have neither a heading nor a cell."""
    blank = [
        name
        for place, name in enumerate(raw.columns, start=1)
        if name == f"column {place}" and raw.frame[name].null_count() == raw.frame.height
    ]
    return raw.frame.drop(blank)


def _header_words(raw: RawTable, lexicon: Lexicon) -> set[str]:
    """The headings of the likeliest header among the first rows, in compared form; none where the first guess is it."""
    rows = [
        unnumbered(raw.columns),
        *([str(cell or "") for cell in row] for row in raw.frame.head(SEARCHED_ROWS).drop(ROW).rows()),
    ]
    scores = [_score(row, lexicon) for row in rows]
    best = max(range(len(rows)), key=lambda place: (scores[place], -place))
    names: Sequence[str] = rows[best]
    if best == 0 and _is_upper_line(names, raw) and len(rows) > 1:
        joined = joined_names([_blank(name) for name in names], rows[1])
        if joined is not None and _score(joined, lexicon) > scores[0]:
            return set(map(header_key, joined))
    if best:
        # The lower of two lines has more words; where the upper one fills its blanks, they are one header.
        upper, lower = ([_blank(name) for name in rows[place]] for place in (best - 1, best))
        fills = any(one and not other for one, other in zip(upper, lower, strict=False))
        # Or it tells apart what the lower one repeats: "Date, Result, Date, Result" below "Contact 1", "Contact 2".
        parts = len(set(filter(None, upper))) > 1 and len(set(lower)) < len(lower)
        above = joined_names(upper, lower) if fills or parts else None
        if above is not None and _score(above, lexicon) > scores[best]:
            return set(map(header_key, above))
    if best + 1 < len(rows):
        joined = joined_names([_blank(name) for name in names], rows[best + 1])
        if joined is not None and _score(rows[best + 1], lexicon) >= 2:
            return set(map(header_key, joined))
    return {header_key(name) for name in names if name} if best else set()


def _is_upper_line(names: Sequence[str], raw: RawTable) -> bool:
    """Whether headings look like the upper one of two lines: with blanks, or with words that stand there again."""
    blank = any(name == f"column {place}" for place, name in enumerate(names, start=1))
    return (blank or len(set(names)) < len(names)) and raw.frame.height > 1


def _blank(name: str) -> str:
    """A name that stands for an empty cell as the empty cell that it was."""
    return "" if name.startswith("column ") and name[7:].isdigit() else name


def _score(cells: Sequence[str], lexicon: Lexicon) -> float:
    """How much a row looks like a header: cells with words of headings count, dates, numbers and long texts against."""
    filled = [cell.strip() for cell in cells if cell and cell.strip() and _blank(cell)]
    if len(filled) < _FEWEST_COLUMNS:
        return 0.0
    known = sum(
        bool(lexicon.mentions("subjects", cell) or lexicon.mentions("facets", cell))
        for cell in filled
        if len(cell) <= _LONGEST_HEADING
    )
    dates = are_dates(pl.Series(filled))
    figures = sum(bool(date) or cell.replace(".", "").isdigit() for date, cell in zip(dates, filled, strict=True))
    # Cells of data hold such words too ("called"), but twice the same in a row, or few of them.
    return known - 2.0 * figures + 0.1 * len(set(filled)) - (len(filled) - len(set(filled)))
