"""Which rows of a sheet a map counts, by its lists of words; words in no list are told, and lines of totals dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from followup_analytics.ingest.maps.mapping import TableMap
from followup_analytics.ingest.parsing.calls import problems_frame
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.tabular import ROW, RawTable, header_key
from followup_analytics.text import counted, listed, shorten

#: Words that say nothing has happened: a list of what counts need not say that they don't.
_NOTHING = ("", "n", "no", "none", "nil", "-", "–", "n/a", "na", "0", "false", "?")
_MOST_WORDS = 6
_TOTAL = r"^(?:grand |sub ?)?(?:total|totals|sum|average|mean|count|summe|gesamt)\s*:?$"
_LAST_LINES = 3
_CLOCKS = {"contacts": "at", "outcomes": "decided_at"}
#: What only an event can fill: beside an empty date, it tells of a row that would be lost.
_TELLING = ("channel", "party", "tone", "outcome")


def rows_that_count(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]) -> pl.DataFrame:
    """The rows whose `when` column is filled and whose listed columns hold one of their words."""
    if table.when is not None:
        frame = frame.filter(pl.col(headers[header_key(table.when)]).is_not_null())
    return _of_listed_words(frame, table, headers)


def _of_listed_words(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]) -> pl.DataFrame:
    for header, words in table.only.items():
        text = _lowered(headers[header_key(header)])
        frame = frame.filter(text.is_in([word.casefold() for word in words]).fill_null(value=False))
    return frame


def _known_words(table: TableMap, ours: str) -> list[str]:
    """The words that say something in a column: the map's own, and the log's."""
    column = next(one for one in TABLES[table.table].columns if one.name == ours)
    return [word.casefold() for word in (*table.values.get(ours, {}), *(column.values or ()))]


def told_without_date(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]) -> pl.DataFrame:
    """Problems (calls.PROBLEMS) for rows that say how something went but not when: they must not vanish.

    Such a row has a word in a column that only what happened can fill, and nothing in the table's `when` column.
    """
    when = headers[header_key(table.when)] if table.when is not None else None
    clock = table.columns.get(_CLOCKS.get(table.table, ""))
    if when is None or not isinstance(clock, str) or headers.get(header_key(clock)) != when:
        return problems_frame()
    said = {
        headers[header_key(given)]: _known_words(table, ours)
        for ours, given in table.columns.items()
        if ours in _TELLING and isinstance(given, str) and header_key(given) in headers
    }
    # A column with the same word in every row is how the sheet was made, not what somebody wrote.
    said.pop(when, None)
    telling = {name: words for name, words in said.items() if frame[name].null_count() or frame[name].n_unique() > 1}
    if not telling:
        return problems_frame()
    filled = [_lowered(name).is_in(words).fill_null(value=False) for name, words in telling.items()]
    empty = pl.col(when).cast(pl.String).str.strip_chars().fill_null("") == ""
    lost = _of_listed_words(frame, table, headers).filter(empty & pl.any_horizontal(filled))
    verb = "is" if len(telling) == 1 else "are"
    message = f"{listed(list(telling), 'and')} {verb} filled in, but there is no date; fill it in."
    return lost.select(
        pl.col(ROW).cast(pl.Int64),
        member=pl.lit(None, pl.String),
        column=pl.lit(when),
        rule=pl.lit("no_date"),
        message=pl.lit(message),
    )


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


def far_cells(raw: RawTable) -> tuple[Note, ...]:
    """A note where cells far outside a workbook's tables were left out."""
    text = f"{raw.place}: cells far below or beside the tables were left out; delete them if they are none of yours"
    return (Note("far_cells", text, raw.strays),) if raw.strays else ()


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
    return RawTable(raw.file, raw.sheet, kept, raw.problems, raw.encoding, raw.delimiter), [note]


def _lowered(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars().str.to_lowercase()
