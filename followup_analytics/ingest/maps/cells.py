"""How a map reads columns: from one cell or several, by a list of words, as a key or a name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.ingest.maps.mapping import FileMap, TableMap, Theirs, headers_of
from followup_analytics.ingest.maps.marks import without_marks
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.dates import iso_times, joined_cells
from followup_analytics.sheets.names import folded_each
from followup_analytics.sheets.tabular import header_key
from followup_analytics.sheets.years import Years
from followup_analytics.text import listed

_TIMES = {name: {one.name for one in table.columns if one.type == "timestamp"} for name, table in TABLES.items()}


def first_header(theirs: Theirs, headers: Mapping[str, str]) -> str | None:
    """The sheet's own name of the first header that a column is read from; None where it is not there."""
    names = theirs["any"] if isinstance(theirs, Mapping) and "any" in theirs else headers_of(theirs)[:1]
    return next((headers[header_key(name)] for name in names if header_key(name) in headers), None)


def own_name(theirs: Theirs, headers: Mapping[str, str]) -> str:
    """What the sheet itself calls a column, of one that is made from several all of their names."""
    if isinstance(theirs, Mapping) and "any" not in theirs:
        parts = dict.fromkeys(headers_of(theirs))
        return listed([headers[header_key(name)] for name in parts], "and")
    return first_header(theirs, headers) or ""


def read_cells(
    frame: pl.DataFrame,
    theirs: Theirs,
    headers: Mapping[str, str],
    words: Mapping[str, str],
    place: str,
    keyed: pl.DataFrame,
) -> pl.Series:
    """The cells that a column of the log is read from, in the sheet's own words, or already in the log's.

    frame: the sheet's rows. headers: its columns by compared name. words: what their words mean. keyed: the rows with
    dates and names as keys are made of them.
    """
    if isinstance(theirs, str):
        cells = frame[headers[header_key(theirs)]].cast(pl.String)
        return without_marks(cells, words) if words else cells
    if not isinstance(theirs, Mapping):
        return joined_cells(frame, [headers[header_key(name)] for name in theirs])
    names = [headers[header_key(name)] for name in headers_of(theirs)]
    if "text" in theirs:
        return _composed(keyed, theirs["text"], headers, place)
    if "name" in theirs:
        whole = frame.select(t=pl.concat_str([pl.col(name).cast(pl.String) for name in names], separator=" "))["t"]
        return folded_each(whole, "person")
    if "first" in theirs:
        perhaps = theirs.get("perhaps", ())
        names += [headers[header_key(name)] for name in perhaps if header_key(name) in headers]
        return _first_known([without_marks(frame[name].cast(pl.String), words) for name in names], words)
    cells = frame[str(first_header(theirs, headers))].cast(pl.String)
    return without_marks(cells, words) if words else cells


def _first_known(columns: Sequence[pl.Series], words: Mapping[str, str]) -> pl.Series:
    """The meaning of the first cell of a row whose word is known; else the first word that is in no list."""
    known = word_keys(words)
    texts = [spaced(column) for column in columns]
    meanings = [text.replace_strict(known, default=None, return_dtype=pl.String) for text in texts]
    told = [meaning.set(meaning == "", None) for meaning in meanings]
    strange = [column.set(meaning.is_not_null(), None) for column, meaning in zip(columns, meanings, strict=True)]
    frame = pl.DataFrame({f"c{place}": one for place, one in enumerate([*told, *strange])})
    return frame.select(t=pl.coalesce(frame.columns))["t"]


def word_keys(words: Mapping[str, str]) -> dict[str, str]:
    """A list of words with their meanings, as cells are compared with it."""
    return {" ".join(word.lower().split()): meaning for word, meaning in words.items()}


def spaced(column: pl.Series) -> pl.Series:
    """Cells as they are compared with a list of words: small letters, one blank between words."""
    return column.str.strip_chars().str.to_lowercase().str.replace_all(r"\s+", " ")


def _composed(frame: pl.DataFrame, text: str, headers: Mapping[str, str], place: str) -> pl.Series:
    """A text such as "{Student}-{Employer}" filled in for each row; none where one of its cells is empty."""
    names = re.findall(r"\{([^}]+)\}", text)
    if not names:
        raise UsageError(f"{place}: a text of the map has no {{Header}} in it; put fixed words under [constants].")
    cells = [pl.col(headers[header_key(name)]).cast(pl.String).str.strip_chars() for name in names]
    whole = pl.format(re.sub(r"\{[^}]+\}", "{}", text), *cells)
    return frame.select(t=pl.when(pl.all_horizontal(cell != "" for cell in cells)).then(whole))["t"]


def keyed_frame(
    frame: pl.DataFrame, map_: FileMap, headers: Mapping[str, str], place: str, day_first: bool | None, years: Years
) -> pl.DataFrame:
    """The cells as keys are made of them: a date or name is the same one however it is written.

    Dates are the columns from which some table of the map reads a time; all others are taken for names.
    """
    composed = [given for table in map_.tables for given in table.columns.values() if _is(given, "text")]
    used = {header_key(name) for given in composed for name in headers_of(given)}
    times = {
        header_key(headers_of(given)[0])
        for table in map_.tables
        for ours, given in table.columns.items()
        if isinstance(given, str | tuple) and ours in _TIMES.get(table.table, ())
    }
    for name in {headers[key] for key in used if key in headers}:
        cells = frame[name].cast(pl.String)
        if header_key(name) in times or name in {headers[key] for key in times if key in headers}:
            iso = iso_times(cells, file=place, column=name, day_first=day_first, years=years, keep_days=True)
            frame = frame.with_columns(iso.zip_with(iso.is_not_null(), cells).alias(name))
        elif not _keys_alone(map_, name):
            frame = frame.with_columns(folded_each(cells, "employer").alias(name))
    return frame


def _keys_alone(map_: FileMap, name: str) -> bool:
    """Whether a column is a key by itself: then its letters are its own, and stay as they are."""
    whole = {"interview_id", "contact_id"}
    keys = [given for table in map_.tables for ours, given in table.columns.items() if ours in whole]
    return any(isinstance(given, str) and header_key(given) == header_key(name) for given in keys)


def _is(given: Theirs, way: str) -> bool:
    return isinstance(given, Mapping) and way in given


def personal_keys(table: TableMap, map_: FileMap) -> frozenset[str]:
    """The keys of a table that are made of what tells whose interview it was: they are stored as pseudonyms."""
    people = {header_key(name) for one in map_.tables for name in headers_of(one.columns.get("applicant_id", ()))}
    return frozenset(
        ours
        for ours in ("interview_id", "contact_id", "previous_interview_id")
        if people.intersection(map(header_key, headers_of(table.columns.get(ours, ()))))
    )


def translated(column: str, words: Mapping[str, str], other: str | None = None) -> pl.Expr:
    """Their words as ours; a word that the map doesn't know stays, so that the check can name it, or means `other`."""
    text = pl.col(column).str.strip_chars()
    found = (
        text.str.to_lowercase()
        .str.replace_all(r"\s+", " ")
        .replace_strict(word_keys(words), default=None, return_dtype=pl.String)
    )
    known = pl.coalesce(found, text if other is None else pl.when(text.is_not_null()).then(pl.lit(other)))
    return pl.when(known != "").then(known).alias(column)


def told_alone(column: str, words: Mapping[str, str], other: str) -> pl.Expr:
    """Of cells that were read by the list of words, those that it doesn't have as `other`."""
    known = [meaning for meaning in words.values() if meaning]
    found = pl.when(pl.col(column).is_in(known)).then(pl.col(column)).when(pl.col(column).is_not_null())
    told = found.then(pl.lit(other))
    return pl.when(told != "").then(told).alias(column)


def filled_up(column: str, word: str) -> pl.Expr:
    """The cells of a column, and a word where they are empty."""
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text).otherwise(pl.lit(word)).alias(column)
