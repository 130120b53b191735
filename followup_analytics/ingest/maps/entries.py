"""Cells that hold one or several touches, each with its date: "LVM 3/4", "left vm 4/2, spoke 4/9".

A map names such a column with `entries`; the dates are then read from `Follow up (date)`, the words from `Follow up
(what)`, as if the sheet had these two columns and a row for each touch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import polars as pl

from followup_analytics.ingest.maps.mapping import entry_names
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import ROW, RawTable, header_key

_MONTHS = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|j[aä]n|m[aä]r|mrz|mai|okt|dez|ene|abr|ago|dic|f[eé]v|avr|ao[uû]|d[eé]c|juin|juil)"
    r"[a-zéûä]*\.?"
)
_WEEKDAYS = r"(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?|mo|di|mi|do|fr|sa|so)\.?,? +"
_DATE = re.compile(
    rf"(?<![\d/.:-])(?:\b{_WEEKDAYS})?(?:"
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})?|"
    r"\d{1,2}-\d{1,2}-(?:\d{4}|\d{2})|"
    rf"\b{_MONTHS} +\d{{1,2}}(?:st|nd|rd|th)?(?:,? +\d{{4}})?|"
    rf"\b\d{{1,2}}-{_MONTHS}(?:-(?:\d{{4}}|\d{{2}})|,? +\d{{4}})?|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)? +{_MONTHS}(?:,? +\d{{4}})?)"
    r"(?: +(?:at +|um +|@ *)?\d{1,2}(?::\d{2} *(?:[ap]\.?m\b\.?)?|(?::\d{2})? *[ap]\.?m\b\.?))?(?![\d/])",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[\n\r;|]+|,|\s+(?:then|and|dann|und|luego|puis|et|y)\s+|\s+[&+]\s+|\s*(?:->|→)\s*", re.IGNORECASE)
_EDGES = " \t\n\r-–—:,;.()[]/|@*•"
_LINKS = re.compile(r"(?:\s+(?:on|at|am|um|le|el|the|vom)|(?<=\s)den)$|^(?:on|am|le|el)\s+", re.IGNORECASE)
#: Half of the cells with a date and words beside it make a column one of entries.
_SHARE = 0.5
_NOTHING = ("", "none", "no", "n", "nein", "non", "n/a", "na", "-", "nothing", "not yet", "pending", "tbd", "?")

Entry = tuple[str | None, str | None]


def split_entries(cell: str) -> list[Entry]:
    """(date, words) of each touch that a cell tells of; None for what it lacks.

    Words stand before their date in all of a cell or behind it: what the cell begins with tells. Of several words
    between two dates those up to the last mark belong to the first.
    """
    found = list(_DATE.finditer(cell))
    if not found:
        words = _words(cell)
        return [(None, words)] if words else []
    before = bool(_words(cell[: found[0].start()]))
    dates = [one.group().strip() for one in found]
    texts = [[_words(cell[: found[0].start()])]] + [[] for _ in found[1:]]
    for place, (one, later) in enumerate(zip(found, [*found[1:], None], strict=True)):
        gap = cell[one.end() : later.start() if later is not None else len(cell)]
        pieces = _MARKS.split(gap)
        last = pieces.pop() if later is not None and before and (len(pieces) > 1 or not texts_follow(gap)) else ""
        texts[place] += [_words(piece) for piece in pieces]
        if later is not None and last:
            texts[place + 1].insert(0, _words(last))
    tail = _words(cell[found[-1].end() :])
    gaps = [cell[one.end() : later.start()] for one, later in pairwise(found)]
    if before and tail and any(_words(gap) and not _MARKS.search(gap) and not texts_follow(gap) for gap in gaps):
        # "1st call 3/4 vm 2nd call 3/11 spoke": nobody can say which words are whose.
        return [(date, None) for date in dates]
    said = [" ".join(word for word in some if word) or None for some in texts]
    return list(zip(dates, _filled(said), strict=True))


def texts_follow(gap: str) -> bool:
    """Whether what stands between two dates begins as an addition to the first: "called 3/9 - left msg"."""
    return bool(re.match(r"\s*(?:[-–—:(]\s*\w)", gap))


def _filled(words: list[str | None]) -> list[str | None]:
    """Of "LVM 3/4, 3/9" both dates are of the same word; of "3/4, 3/9 LVM" too."""
    for place in range(1, len(words)):
        words[place] = words[place] or words[place - 1]
    for place in range(len(words) - 2, -1, -1):
        words[place] = words[place] or words[place + 1]
    return words


def _words(text: str) -> str:
    plain = " ".join(text.split()).strip(_EDGES)
    return _LINKS.sub("", plain).strip(_EDGES)


def holds_entries(cells: pl.Series, *, of_touches: bool = False) -> bool:
    """Whether most filled cells of a column have a date and words beside it.

    of_touches: the heading says that it is about them; then dates tell, if some cell has words too.
    """
    filled = cells.cast(pl.String).str.strip_chars().drop_nulls()
    filled = filled.filter(filled != "")
    told = filled.filter(~filled.str.to_lowercase().is_in(_NOTHING)).head(2000)
    if not len(told) or not told.str.contains(r"\d").any():
        return False
    parted = [split_entries(cell) for cell in told]
    both = sum(any(date and words for date, words in some) for some in parted)
    dated = sum(any(date for date, _ in some) for some in parted) if of_touches and both else both
    return dated >= _SHARE * len(told)


def with_entries(raw: RawTable, header: str) -> RawTable:
    """The table with a row for each touch of a column of entries, and the touch's date and words as two columns more.

    A row whose cell is empty stays, with neither.
    """
    name = raw.keys[header_key(header)]
    date, what = entry_names(name)
    cells = raw.frame[name].cast(pl.String)
    known = {cell: split_entries(cell) or [(None, None)] for cell in cells.drop_nulls().unique()}
    parts = [known.get(cell, [(None, None)]) if cell is not None else [(None, None)] for cell in cells]
    kind = pl.List(pl.Struct({date: pl.String, what: pl.String}))
    lists = pl.Series("_entries", [[{date: d, what: w} for d, w in some] for some in parts], dtype=kind)
    frame = raw.frame.with_columns(lists).explode("_entries", empty_as_null=True).unnest("_entries")
    return replace(raw, frame=frame)


def first_entries(raw: RawTable, header: str) -> tuple[RawTable, pl.Series, pl.Series]:
    """The table with the first touch of each cell as two columns more, and the dates and words of all touches."""
    whole = with_entries(raw, header).frame
    names = entry_names(raw.keys[header_key(header)])
    first = whole.unique(ROW, keep="first", maintain_order=True).select(names)
    return replace(raw, frame=pl.concat([raw.frame, first], how="horizontal")), whole[names[0]], whole[names[1]]


def entry_notes(raw: RawTable, whole: RawTable, header: str, words: Iterable[str]) -> list[Note]:
    """How many cells hold several touches, and what was left out since it has no date and no word of the map."""
    name = raw.keys[header_key(header)]
    date, what = entry_names(name)
    dated = whole.frame.filter(pl.col(date).is_not_null()).group_by(ROW).len().filter(pl.col("len") > 1)
    notes = []
    if dated.height:
        made = int(dated["len"].sum())
        text = f"{raw.place}, column {name}: cells hold several touches; each is a record of its own, {made:,} in all"
        notes.append(Note("several_in_a_cell", text, dated.height))
    known = {*_NOTHING, *(word.lower() for word in words)}
    bare = whole.frame.filter(pl.col(date).is_null() & pl.col(what).is_not_null())
    strange = bare.filter(~pl.col(what).str.to_lowercase().is_in(sorted(known)))
    if strange.height:
        row = strange[ROW][0]
        text = (
            f"{raw.place}, column {name}: cells have no date and no word that the map knows, so that they count for "
            f"nothing (first in row {row})"
        )
        notes.append(Note("entries_without_date", text, strange.height))
    return notes
