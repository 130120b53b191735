"""Which rows of a sheet a map counts, by its lists of words; words in no list are told, and lines of totals dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from followup_analytics.ingest.maps.mapping import TableMap
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import ROW, RawTable, header_key
from followup_analytics.text import counted, listed, shorten

#: Words that say nothing has happened: a list of what counts need not say that they don't.
_NOTHING = ("", "n", "no", "none", "nil", "-", "–", "n/a", "na", "0", "false", "?")
_MOST_WORDS = 6
_TOTAL = r"^(?:grand |sub ?)?(?:total|totals|sum|average|mean|count|summe|gesamt)\s*:?$"
_LAST_LINES = 3


def rows_that_count(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]) -> pl.DataFrame:
    """The rows whose `when` column is filled and whose listed columns hold one of their words."""
    if len(table.when) == 1:
        frame = frame.filter(pl.col(headers[header_key(table.when[0])]).is_not_null())
    elif table.when:
        # A word such as "none" beside an empty date is no touch whose date was forgotten.
        filled = [~_lowered(headers[header_key(name)]).fill_null("").is_in(_NOTHING) for name in table.when]
        frame = frame.filter(pl.any_horizontal(filled))
    for header, words in table.skip.items():
        text = _lowered(headers[header_key(header)])
        frame = frame.filter(~text.is_in([word.casefold() for word in words]).fill_null(value=False))
    for header, words in table.only.items():
        text = _lowered(headers[header_key(header)])
        frame = frame.filter(text.is_in([word.casefold() for word in words]).fill_null(value=False))
    return frame


def unlisted_words(raw: RawTable, tables: Sequence[TableMap]) -> list[Note]:
    """A note for each listed column that holds words of no list: `Offr` is neither counted nor rejected."""
    headers = raw.keys
    lists: dict[str, set[str]] = {}
    for table in tables:
        for header, words in [*table.only.items(), *table.ignore.items()]:
            if header_key(header) in headers:
                lists.setdefault(headers[header_key(header)], set()).update(word.casefold() for word in words)
    return [note for name, words in lists.items() for note in _unlisted(raw, name, words)]


def _unlisted(raw: RawTable, name: str, words: set[str]) -> list[Note]:
    cells = raw.frame.select(ROW, word=pl.col(name).cast(pl.String).str.strip_chars())
    strange = cells.filter(~_lowered("word").is_in([*words, *_NOTHING]).fill_null(value=True))
    if not strange.height:
        return []
    groups = strange.group_by("word", maintain_order=True).agg(n=pl.len(), row=pl.col(ROW).first())
    groups = groups.sort("n", "row", descending=[True, False])
    # A word with many digits or an address is somebody's, not a mark of the list.
    shown = groups.filter(~pl.col("word").str.contains(r"\d{4}|@")).head(_MOST_WORDS)
    said = [
        f"{shorten(word, 24)!r} ({f'{n:,} times, first in ' if n > 1 else ''}row {row})"
        for word, n, row in shown.rows()
    ]
    more = groups.height - shown.height
    examples = listed([*said, counted(more, "other word")] if more else said, "and")
    text = (
        f"{raw.place}, column {name}: cells hold words that are in no list of the map, so that they count for nothing: "
        f"{examples}. Correct them, add them to the map, or list them there under ignore"
    )
    return [Note("unlisted_words", text, strange.height)]


def without_totals(raw: RawTable) -> tuple[RawTable, list[Note]]:
    """The table without lines of totals at its end, and a note for them."""
    cells = [name for name in raw.columns if raw.frame.schema[name] == pl.String]
    if not cells or not raw.frame.height:
        return raw, []
    first = raw.frame.tail(_LAST_LINES).select(ROW, word=pl.coalesce(cells).str.strip_chars().str.to_lowercase())
    totals = first.filter(pl.col("word").str.contains(_TOTAL).fill_null(value=False))[ROW].to_list()
    if not totals:
        return raw, []
    kept = raw.frame.filter(~pl.col(ROW).is_in(totals))
    rows = listed([f"row {row}" for row in totals], "and")
    note = Note(
        "totals", f"{raw.place}: {rows} {'is a line' if len(totals) == 1 else 'are lines'} of totals, passed over"
    )
    return replace(raw, frame=kept), [note]


def _lowered(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars().str.to_lowercase()
