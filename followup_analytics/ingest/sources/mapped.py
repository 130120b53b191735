"""Somebody's own spreadsheet, by a map of its columns and words: the user's, or one that is shipped."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import polars as pl

from followup_analytics.errors import DataError, UsageError
from followup_analytics.ingest.aside.marks import origins, repeated_rows, without_reject_columns
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.maps.fitting import fits, refuse_unmade, require_columns
from followup_analytics.ingest.maps.mapping import FileMap, TableMap, Theirs, load_map, shipped_maps
from followup_analytics.ingest.maps.wordlists import (
    far_cells,
    rows_that_count,
    told_without_date,
    unlisted_words,
    without_totals,
)
from followup_analytics.ingest.parsing.calls import CALLS, complete, problems_frame
from followup_analytics.ingest.parsing.parts import Rejected, set_aside
from followup_analytics.ingest.parsing.times import iso_times, joined_cells, order_of, read_times
from followup_analytics.ingest.registry import LIKELY, Batch, Match, ReadOptions, Source, with_further
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.tabular import ROW, RawTable, header_key, read_raw_tables
from followup_analytics.text import listed

_TIMES = {name: {one.name for one in table.columns if one.type == "timestamp"} for name, table in TABLES.items()}

#: Tables of which a row that says the same as an earlier one of the sheet says nothing new.
_ONCE = ("interviews", "applicants", "outcomes")


def read_mapped(sample: Sample, options: ReadOptions, map_: FileMap) -> Iterator[Batch]:
    """Every table that the map makes of the file."""
    words = {word for table in map_.tables for word in table.words}
    raw_tables = read_raw_tables(sample.path, words)
    several = len(raw_tables) > 1
    made: dict[tuple[str, str | None], list[Batch]] = {}
    unmade = [table for table in map_.tables if not table.optional]
    notes: list[Note] = []
    for given in raw_tables:
        raw, totals = without_totals(without_reject_columns(given))
        # Rejects of one sheet come back alone: what the map makes of other sheets is not missed then.
        alone = several or len(raw.columns) < len(given.columns)
        fitting = [t for t in map_.tables if fits(t, raw, several=alone or t.optional)]
        if not fitting:
            continue
        ordered = dataclasses.replace(options, day_first=_day_first(raw, fitting, map_, options))
        # A sheet with a row for each contact repeats its interview in every one of them.
        by_contact = any(table.table in ("contacts", "calls") for table in fitting)
        for table in fitting:
            once = by_contact and table.table in _ONCE
            batch = dataclasses.replace(
                _table_batch(raw, table, map_, ordered, once=once),
                repeated=repeated_rows(given),
                origins=origins(given),
            )
            made.setdefault((table.table, raw.sheet), []).append(batch)
        notes += [*totals, *far_cells(raw), *unlisted_words(raw, fitting)]
        unmade = [] if alone and not several else [table for table in unmade if table not in fitting]
    if unmade or not made:
        refuse_unmade(unmade or map_.tables, raw_tables, map_)
    for batches in made.values():
        batch = _together(batches)
        counts = {**batch.counts, **({"unverified_map": batch.read} if map_.unverified else {})}
        yield dataclasses.replace(batch, counts=counts, notes=tuple(notes))
        notes = []


def _day_first(raw: RawTable, tables: Sequence[TableMap], map_: FileMap, options: ReadOptions) -> bool | None:
    """The order of day and month: the user's, the map's, else what the sheet's dates tell together."""
    if options.day_first is not None or map_.day_first is not None:
        return options.day_first if options.day_first is not None else map_.day_first
    headers = raw.keys
    found = []
    for table in tables:
        clocks = (
            {"at"} if table.table == "calls" else {c.name for c in TABLES[table.table].columns if c.type == "timestamp"}
        )
        for ours in clocks & set(table.columns):
            name = _first_header(table.columns[ours], headers)
            if name is not None:
                found.append(raw.frame[name])
    return order_of(found, file=raw.place)


def _first_header(theirs: Theirs, headers: Mapping[str, str]) -> str | None:
    """The sheet's own name of the first header that a column is read from; None where it is not there."""
    names = (
        (theirs,) if isinstance(theirs, str) else theirs.get("any", ()) if isinstance(theirs, Mapping) else theirs[:1]
    )
    return next((headers[header_key(name)] for name in names if header_key(name) in headers), None)


def _own_name(theirs: Theirs, headers: Mapping[str, str]) -> str:
    """What the sheet itself calls a column, of one that is made from several all of their names."""
    if isinstance(theirs, Mapping) and "text" in theirs:
        parts = dict.fromkeys(re.findall(r"\{([^}]+)\}", theirs["text"]))
        return listed([headers[header_key(name)] for name in parts], "and")
    return _first_header(theirs, headers) or ""


def _together(batches: list[Batch]) -> Batch:
    """The records of one table that a sheet holds in several places as one batch."""
    first = batches[0]
    if first.table == "calls":
        return first
    rows = pl.concat([batch.rows for batch in batches], how="diagonal_relaxed")
    shapeless = first.problems.height if first.problems is not None else 0
    read = sum(batch.read for batch in batches) - shapeless * (len(batches) - 1)
    return dataclasses.replace(first, rows=with_further(rows), read=read)


def _table_batch(raw: RawTable, table: TableMap, map_: FileMap, options: ReadOptions, *, once: bool) -> Batch:
    headers = raw.keys
    require_columns(table, raw, map_)
    undated = told_without_date(raw.frame, table, headers)
    frame = rows_that_count(raw.frame, table, headers)
    for header, mark in table.split.items():
        name = headers[header_key(header)]
        parts = pl.col(name).str.split(mark).list.eval(pl.element().str.strip_chars()).list.filter(pl.element() != "")
        frame = frame.with_columns(parts).explode(name, empty_as_null=True)
    frame, lacking = _without_lacking(frame, table, headers)
    read_from = {
        ours: theirs
        for ours, theirs in table.columns.items()
        if not (isinstance(theirs, Mapping) and "any" in theirs and _first_header(theirs, headers) is None)
    }
    keyed = _for_keys(frame, map_, headers, raw.place, options.day_first)
    cells = {
        ours: _composed(keyed, theirs["text"], headers, raw.place)
        if isinstance(theirs, Mapping) and "text" in theirs
        else _cells(frame, theirs, headers)
        for ours, theirs in read_from.items()
    }
    cells |= {
        ours: pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
        for ours in table.missing
        if ours not in cells
    }
    made = frame.select(ROW).with_columns(**cells, **{name: pl.lit(value) for name, value in table.constants.items()})
    made = made.with_columns(_translated(name, words) for name, words in table.values.items() if name in made.columns)
    made = made.with_columns(_filled(name, word) for name, word in table.defaults.items() if name in made.columns)
    day_first = options.day_first
    zone = options.time_zone or map_.time_zone
    if table.table == "calls":
        return _calls_batch(raw, made, zone, day_first, options)
    made = _with_iso_times(made, table, headers, raw.place, day_first)
    if zone is not None and "time_zone" not in made.columns and table.table == "interviews":
        made = made.with_columns(time_zone=pl.lit(zone))
    made = _with_covariates(made, frame, table, headers)
    if once:
        made = made.unique(pl.exclude(ROW), keep="first", maintain_order=True)
    made = _with_keys(made, table)
    shapeless = problems_frame(
        [{ROW: p.row, "member": None, "column": p.column, "rule": p.rule, "message": p.message} for p in raw.problems]
    )
    shapeless = pl.concat([shapeless, lacking, undated])
    read = made.height + shapeless.height
    theirs = {ours: _own_name(given, headers) for ours, given in table.columns.items()}
    return Batch(
        table.table,
        made,
        read,
        shapeless,
        sheet=raw.sheet,
        original=raw.frame,
        theirs=theirs,
        day_first=day_first,
    )


def _without_lacking(
    frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that have every cell of `missing`, and a problem for each of the others that should have it."""
    problems = [problems_frame()]
    for ours, missing in table.missing.items():
        name = _first_header(table.columns[ours], headers)
        lacks = (
            pl.lit(value=True) if name is None else pl.col(name).cast(pl.String).str.strip_chars().fill_null("") == ""
        )
        meant = [
            pl.col(headers[header_key(header)])
            .cast(pl.String)
            .str.strip_chars()
            .str.to_lowercase()
            .is_in([word.casefold() for word in words])
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


def _cells(frame: pl.DataFrame, theirs: Theirs, headers: Mapping[str, str]) -> pl.Series:
    if isinstance(theirs, str):
        return frame[headers[header_key(theirs)]].cast(pl.String)
    if isinstance(theirs, tuple):
        return joined_cells(frame, [headers[header_key(name)] for name in theirs])
    return frame[str(_first_header(theirs, headers))].cast(pl.String)


def _composed(frame: pl.DataFrame, text: str, headers: Mapping[str, str], place: str) -> pl.Series:
    """A text such as "{Student}-{Employer}" filled in for each row; none where one of its cells is empty."""
    names = re.findall(r"\{([^}]+)\}", text)
    if not names:
        raise UsageError(f"{place}: a text of the map has no {{Header}} in it; put fixed words under [constants].")
    cells = [pl.col(headers[header_key(name)]).cast(pl.String).str.strip_chars() for name in names]
    whole = pl.format(re.sub(r"\{[^}]+\}", "{}", text), *cells)
    return frame.select(t=pl.when(pl.all_horizontal(cell != "" for cell in cells)).then(whole))["t"]


def _for_keys(
    frame: pl.DataFrame, map_: FileMap, headers: Mapping[str, str], place: str, day_first: bool | None
) -> pl.DataFrame:
    """The cells as keys are made of them: a date is the same one however it is written, or turned into a cell of dates.

    Dates are the columns from which some table of the map reads a time.
    """
    texts = [
        given["text"]
        for table in map_.tables
        for given in table.columns.values()
        if isinstance(given, Mapping) and "text" in given
    ]
    used = {header_key(name) for text in texts for name in re.findall(r"\{([^}]+)\}", text)}
    times = {
        header_key(given)
        for table in map_.tables
        for ours, given in table.columns.items()
        if isinstance(given, str) and ours in _TIMES.get(table.table, ())
    }
    for name in {headers[key] for key in used & times if key in headers}:
        iso = iso_times(frame[name].cast(pl.String), file=place, column=name, day_first=day_first)
        frame = frame.with_columns(iso.zip_with(iso.is_not_null(), frame[name].cast(pl.String)).alias(name))
    return frame


def _translated(column: str, words: Mapping[str, str]) -> pl.Expr:
    """Their words as ours; a word that the map doesn't know stays, so that the check can name it."""
    keys = {" ".join(word.casefold().split()): meaning for word, meaning in words.items()}
    text = pl.col(column).str.strip_chars()
    found = (
        text.str.to_lowercase().str.replace_all(r"\s+", " ").replace_strict(keys, default=None, return_dtype=pl.String)
    )
    known = pl.coalesce(found, text)
    return pl.when(known != "").then(known).alias(column)


def _filled(column: str, word: str) -> pl.Expr:
    """The cells of a column, and a word where they are empty."""
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text).otherwise(pl.lit(word)).alias(column)


def _with_iso_times(
    made: pl.DataFrame, table: TableMap, headers: Mapping[str, str], place: str, day_first: bool | None
) -> pl.DataFrame:
    """Times as ISO text; a cell that is no date stays as it is, so that the check can point to it."""
    for column in TABLES[table.table].columns:
        if column.type == "timestamp" and column.name in made.columns:
            texts = made[column.name]
            theirs = table.columns.get(column.name)
            heading = (_own_name(theirs, headers) if theirs is not None else "") or column.name
            iso = iso_times(texts, file=place, column=heading, day_first=day_first)
            made = made.with_columns(iso.zip_with(iso.is_not_null(), texts).alias(column.name))
    return made


def _with_covariates(
    made: pl.DataFrame, frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]
) -> pl.DataFrame:
    keep = table.keep if table.keep is not None else ()
    names = [headers[header_key(name)] for name in keep if header_key(name) in headers]
    return made.with_columns(frame[name].alias(name) for name in names if name not in made.columns)


def _with_keys(made: pl.DataFrame, table: TableMap) -> pl.DataFrame:
    """A key for each row of a sheet that has none: the same content gives the same key, in any file."""
    key = TABLES[table.table].key
    if key in made.columns or table.table not in ("contacts", "interviews"):
        return made
    parts = [name for name in TABLES[table.table].names if name in made.columns]
    texts = made.select(
        t=pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in parts], separator="\x1f")
    )["t"]
    # Two calls on one day in the same words are two calls: the second of them gets a key of its own.
    places = made.select(n=pl.int_range(pl.len()).over(texts.alias("t")))["n"]
    keys = [_content_key(text, place) for text, place in zip(texts, places, strict=True)]
    return made.with_columns(pl.Series(key, keys))


def _content_key(text: str, place: int) -> str:
    return "row-" + hashlib.sha256(f"{text}\x1f{place}".encode()).hexdigest()[:20]


def _calls_batch(
    raw: RawTable, made: pl.DataFrame, zone: str | None, day_first: bool | None, options: ReadOptions
) -> Batch:
    """A sheet of calls that are still to be linked, such as a carrier's list."""
    times = (
        read_times(made["at"], zone=zone, file=raw.place, column="at", day_first=day_first)
        if "at" in made.columns
        else None
    )
    if times is None:
        raise DataError(f"{raw.place}: the map gives no column for `at`, the time of the call.")
    frame = made.with_columns(at_us=times.us, is_day=times.is_day, at_text=made["at"], _fault=times.fault)
    frame = frame.with_columns(direction=pl.col("direction"), certainty=pl.lit("stated"))
    usable, problems = set_aside(
        frame,
        Rejected(
            "at", "no_time", pl.col("at_us").is_null(), "the time can't be read; write it as in 2026-03-05 14:00."
        ),
        Rejected(
            "direction",
            "unknown_direction",
            ~pl.col("direction").is_in(["outbound", "inbound"]).fill_null(value=False),
            "the map doesn't tell who called whom.",
        ),
    )
    if "note" in usable.columns and not options.keep_notes:
        usable = usable.drop("note")
    kept = [name for name in CALLS if name in usable.columns]
    return Batch("calls", complete(usable.select(kept)), made.height, problems, counts=times.counts, sheet=raw.sheet)


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The file by the user's map."""
    if options.map is None:
        raise UsageError(f"{sample.name}: --source mapped needs --map FILE, which says what the columns mean.")
    return read_mapped(sample, options, options.map)


def _shipped(name: str) -> Source:
    map_ = load_map(name)
    known_by = {needs: frozenset(map(header_key, needs)) for needs in map_.needs}

    def detect(sample: Sample) -> Match | None:
        if sample.container not in ("file", "workbook"):
            return None
        for needs, keys in known_by.items():
            if any(keys <= header for header in sample.headers):
                return Match(LIKELY, f"it has the columns {listed(needs, 'and')}")
        return None

    return Source(
        name,
        map_.description or f"by the shipped map {name}",
        detect,
        lambda sample, options: read_mapped(sample, options, map_),
    )


def _never(sample: Sample) -> Match | None:
    """A user's own sheet is known by the user's --map alone."""
    del sample
    return None


@cache
def shipped_sources() -> tuple[Source, ...]:
    """A source for each map that comes with the package."""
    return tuple(_shipped(name) for name in shipped_maps())


SOURCES = (
    Source("mapped", "any spreadsheet, by a map of its columns and words (--map)", _never, read),
    *shipped_sources(),
)
