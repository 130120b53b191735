"""Which rows of a sheet a map counts, by its lists of words; words in no list are told, and lines of totals dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from followup_analytics.ingest.maps.cells import first_header
from followup_analytics.ingest.maps.mapping import TableMap
from followup_analytics.ingest.maps.marks import of_marks
from followup_analytics.ingest.parsing.calls import problems_frame
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.tabular import ROW, RawTable, header_key
from followup_analytics.text import counted, listed, shorten

#: Words that say nothing has happened: a list of what counts need not say that they don't.
_NOTHING = ("", "n", "no", "none", "nil", "-", "–", "n/a", "na", "0", "false", "?")
_MOST_WORDS = 6
_TOTAL = (
    r"^(?:grand |sub[ -]?)?(?:totals?|total(?:es|s)? .{0,30}|.{0,30} totals?|sum|average|mean|count|summe|gesamt|"
    r"insgesamt|anzahl|suma|promedio|somme|moyenne|totaux)\s*:?$"
)
_LAST_LINES = 5
#: A figure such as 36, 12.5, 45 % or 3/8 that stands for itself.
_FIGURE = r"^[+-]?\d{1,7}(?:[.,]\d+)?\s*%?$"
_CLOCKS = {"contacts": "at", "outcomes": "decided_at"}
#: What only an event can fill: beside an empty date, it tells of a row that would be lost.
_TELLING = ("channel", "party", "tone", "outcome")
_MOST_TOTALS, _ENOUGH_ROWS, _ENOUGH_COLUMNS, _FEW_OF_USUAL = 8, 6, 4, 0.6


def rows_that_count(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]) -> pl.DataFrame:
    """The rows whose `when` column is filled and whose listed columns hold one of their words."""
    if len(table.when) == 1 and not _is_clock(table, table.when[0]):
        frame = frame.filter(pl.col(headers[header_key(table.when[0])]).is_not_null())
    elif table.when:
        # A word such as "none" in the place of a date, or beside an empty one, is no touch whose date was forgotten.
        said = {header_key(name): words for name, words in table.unsaid.items()}
        filled = [
            ~(_lowered(name).fill_null("").is_in([*_NOTHING, *map(str.lower, said.get(key, ()))]) | of_marks(cells))
            for key in map(header_key, table.when)
            for name, cells in [(headers[key], pl.col(headers[key]).cast(pl.String))]
        ]
        frame = frame.filter(pl.any_horizontal(filled))
    for header, words in table.skip.items():
        text = _lowered(headers[header_key(header)])
        frame = frame.filter(~text.is_in([word.lower() for word in words]).fill_null(value=False))
    return _of_listed_words(frame, table, headers)


def skipped_notes(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str], place: str) -> tuple[Note, ...]:
    """What a map's words for "nothing was done" leave out although a date stands beside them: never in silence."""
    clock = table.columns.get(_CLOCKS.get(table.table, ""))
    if not isinstance(clock, str) or header_key(clock) not in headers:
        return ()
    dated = frame.filter(~_lowered(headers[header_key(clock)]).fill_null("").is_in(_NOTHING))
    notes = []
    inbound = table.constants.get("direction") == "inbound"
    for header, words in table.skip.items():
        name = headers[header_key(header)]
        text = _lowered(name).is_in([word.lower() for word in words]).fill_null(value=False)
        found = dated.filter(text)[name].cast(pl.String).str.strip_chars()
        if len(found):
            shown = listed([repr(word) for word in found.unique(maintain_order=True)[:_MOST_WORDS]], "and")
            said = (
                f"{place}, column {name}: rows have a date in {clock}, but {name} says that nothing came back or that "
                f"it isn't known ({shown}), so that no reply is stored for them. Only where one did come that day, "
                f"write so in {name}"
                if inbound
                else f"{place}, column {name}: rows have a date in {clock} and a word by which the map passes them "
                f"over ({shown}), so that they are no contact. If something was done that day, write in the cell what "
                "it was, or take the word out of [tables.skip] of the map"
            )
            notes.append(Note("dated_and_skipped", said, len(found)))
    return tuple(notes)


def _is_clock(table: TableMap, name: str) -> bool:
    """Whether a column is where the table's date is read from."""
    given = table.columns.get(_CLOCKS.get(table.table, ""), ())
    names = (given,) if isinstance(given, str) else given if isinstance(given, tuple) else ()
    return header_key(name) in map(header_key, names)


def _of_listed_words(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]) -> pl.DataFrame:
    for header, words in table.only.items():
        text = _lowered(headers[header_key(header)])
        frame = frame.filter(text.is_in([word.lower() for word in words]).fill_null(value=False))
    return frame


def _known_words(table: TableMap, ours: str) -> list[str]:
    """The words that say something in a column: the map's own, and the log's."""
    column = next(one for one in TABLES[table.table].columns if one.name == ours)
    return [word.lower() for word in (*table.values.get(ours, {}), *(column.values or ()))]


def told_without_date(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]) -> pl.DataFrame:
    """Problems (calls.PROBLEMS) for rows that say how something went but not when: they must not vanish.

    Such a row has a word in a column that only what happened can fill, and nothing in the table's `when` column.
    """
    # Where several columns make a row count, one without its date is a row, and is told by the checks.
    when = headers[header_key(table.when[0])] if len(table.when) == 1 else None
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
    # What the map passes over tells of nothing, whatever the log's own words are.
    skipped: dict[str, set[str]] = {}
    for name, words in [*table.skip.items(), *table.unsaid.items()]:
        skipped.setdefault(headers[header_key(name)], set()).update(map(str.lower, words))
    said = {name: [w for w in words if w not in skipped.get(name, ())] for name, words in said.items()}
    telling = {name: words for name, words in said.items() if frame[name].null_count() or frame[name].n_unique() > 1}
    if not telling:
        return problems_frame()
    filled = [_lowered(name).is_in(words).fill_null(value=False) for name, words in telling.items()]
    empty = pl.col(when).cast(pl.String).str.strip_chars().fill_null("") == ""
    lost = _of_listed_words(frame, table, headers).filter(empty & pl.any_horizontal(filled))
    verb = "is" if len(telling) == 1 else "are"
    message = f"{listed(list(telling), 'and')} {verb} filled in, but there is no date; fill it in."
    if table.entries is not None:
        message, when = f"{table.entries} has words without a date; write both, such as LVM 3/4.", table.entries
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
                lists.setdefault(headers[header_key(header)], set()).update(word.lower() for word in words)
    return [note for name, words in lists.items() for note in _unlisted(raw, name, words)]


def _unlisted(raw: RawTable, name: str, words: set[str]) -> list[Note]:
    cells = raw.frame.select(ROW, word=pl.col(name).cast(pl.String).str.strip_chars())
    known = _lowered("word").is_in([*words, *_NOTHING]) | of_marks(pl.col("word"))
    strange = cells.filter(~known.fill_null(value=True))
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


def without_totals(raw: RawTable, *, by_shape: bool = False) -> tuple[RawTable, list[Note]]:
    """The table without lines of totals and remarks at its end, and a note for them.

    by_shape: of somebody's own sheet also lines whose words are in no list ("Replies  23"): the last lines that have
    far fewer cells than the others, and figures where all others have words or dates, or one remark alone.
    """
    cells = [name for name in raw.columns if raw.frame.schema[name] == pl.String]
    if not cells or not raw.frame.height:
        return raw, []
    last = raw.frame.tail(_LAST_LINES).select(ROW, word=pl.coalesce(cells).str.strip_chars().str.to_lowercase())
    totals = last.filter(pl.col("word").str.contains(_TOTAL).fill_null(value=False))[ROW].to_list()
    if by_shape:
        totals = sorted({*totals, *_by_shape(raw.frame.select(ROW, *cells), cells)})
    if not totals:
        return raw, []
    kept = raw.frame.filter(~pl.col(ROW).is_in(totals))
    rows = listed([f"row {row}" for row in totals], "and")
    which = "is a line of totals or a remark" if len(totals) == 1 else "are lines of totals or remarks"
    return replace(raw, frame=kept), [Note("totals", f"{raw.place}: {rows} {which}, passed over")]


def _by_shape(frame: pl.DataFrame, cells: Sequence[str]) -> list[int]:
    """The lines at the end that are no rows of the table by their shape, counted from the last one upwards."""
    filled = frame.select(n=pl.sum_horizontal(pl.col(name).is_not_null() for name in cells))["n"]
    if frame.height < _ENOUGH_ROWS or len(cells) < _ENOUGH_COLUMNS:
        return []
    body = frame.head(max(frame.height - _MOST_TOTALS, 1))
    usual = float(filled.head(body.height).median() or 0.0)  # type: ignore[arg-type]
    worded = [name for name in cells if not body[name].str.contains(_FIGURE).fill_null(value=False).any()]
    found: list[int] = []
    for place in range(frame.height - 1, body.height - 1, -1):
        row = frame.row(place, named=True)
        if filled[place] > max(_FEW_OF_USUAL * usual, 1) or not _is_aside(row, cells, worded, int(filled[place])):
            break
        found.append(int(row[ROW]))
    return found


def _is_aside(row: Mapping[str, object], cells: Sequence[str], worded: Sequence[str], filled: int) -> bool:
    """Whether a sparse line holds figures under words or dates, or nothing but one remark."""
    figures = [name for name in worded if re.search(_FIGURE, str(row[name] or ""))]
    return bool(figures) or (filled == 1 and row[cells[0]] is not None)


def _lowered(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars().str.to_lowercase()


def without_lacking(
    frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that have every cell of `missing`, and a problem for each of the others that should have it."""
    problems = [problems_frame()]
    for ours, missing in table.missing.items():
        name = first_header(table.columns[ours], headers)
        lacks = (
            pl.lit(value=True) if name is None else pl.col(name).cast(pl.String).str.strip_chars().fill_null("") == ""
        )
        meant = [
            pl.col(headers[header_key(header)])
            .cast(pl.String)
            .str.strip_chars()
            .str.to_lowercase()
            .is_in([word.lower() for word in words])
            for header, words in missing.where.items()
            if header_key(header) in headers
        ]
        should = pl.any_horizontal(meant).fill_null(value=False) if meant else pl.lit(value=True)
        told = frame.filter(lacks & should).select(
            pl.col(ROW).cast(pl.Int64),
            member=pl.lit(None, pl.String),
            column=pl.lit(name or ours),
            rule=pl.lit(f"no_{ours}"),
            message=pl.lit(missing.say),
        )
        problems.append(told)
        frame = frame.filter(~lacks)
    return frame, pl.concat(problems)
