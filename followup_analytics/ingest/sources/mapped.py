"""Somebody's own spreadsheet, by a map of its columns and words: the user's, or one that is shipped."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache

import polars as pl

from followup_analytics.errors import DataError, UsageError
from followup_analytics.ingest.aside.marks import origins, repeated_rows, without_reject_columns
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.maps.cells import (
    filled_up,
    first_header,
    keyed_frame,
    own_name,
    personal_keys,
    read_cells,
    told_alone,
    translated,
)
from followup_analytics.ingest.maps.choices import PIECE, choice_notes, numbered, with_choices
from followup_analytics.ingest.maps.dating import (
    day_comes_first,
    with_iso_times,
    year_words,
    years_of,
    years_of_interviews,
    years_told,
)
from followup_analytics.ingest.maps.entries import entry_notes, with_entries
from followup_analytics.ingest.maps.fitting import fits, refuse_unmade, require_columns
from followup_analytics.ingest.maps.mapping import (
    FileMap,
    TableMap,
    Theirs,
    entry_names,
    headers_of,
    load_map,
    shipped_maps,
)
from followup_analytics.ingest.maps.together import together
from followup_analytics.ingest.maps.undated import undated_notes
from followup_analytics.ingest.maps.wordlists import (
    far_cells,
    rows_that_count,
    skipped_notes,
    told_without_date,
    unlisted_words,
    without_lacking,
    without_totals,
)
from followup_analytics.ingest.parsing.calls import CALLS, complete, problems_frame
from followup_analytics.ingest.parsing.parts import Rejected, set_aside
from followup_analytics.ingest.parsing.times import read_times
from followup_analytics.ingest.registry import LIKELY, Batch, Match, ReadOptions, Source
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.names import folded_each
from followup_analytics.sheets.tabular import ROW, RawTable, header_key, read_raw_tables
from followup_analytics.sheets.years import Years
from followup_analytics.text import listed

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
        own = without_reject_columns(given)
        is_paper = len(own.columns) < len(given.columns)
        raw, totals = without_totals(own, by_shape=not is_paper)
        # Rejects of one sheet come back alone: what the map makes of other sheets is not missed then.
        alone = several or is_paper
        fitting = [t for t in map_.tables if fits(t, raw, several=alone or t.optional)]
        if not fitting:
            continue
        years = years_of(raw, map_)
        # A column of several touches in a cell is looked at touch by touch.
        looked = [(table, with_entries(raw, table.entries) if table.entries else raw) for table in fitting]
        ordered = dataclasses.replace(options, day_first=day_comes_first(looked, map_, options))
        # A sheet with a row for each contact repeats its interview in every one of them.
        by_contact = any(table.table in ("contacts", "calls") for table in fitting)
        for table, whole in looked:
            once = by_contact and table.table in _ONCE
            batch = dataclasses.replace(
                _table_batch(whole, table, map_, ordered, years, once=once),
                original=raw.frame,
                repeated=repeated_rows(given),
                origins=origins(given),
            )
            made.setdefault((table.table, raw.sheet), []).append(batch)
            if table.entries:
                notes += entry_notes(raw, whole, table.entries, _words_of(table))
                notes += unlisted_words(whole, [table])
        notes += [*totals, *far_cells(raw), *unlisted_words(raw, fitting), *years_told(raw, made.values())]
        unmade = [] if alone and not several else [table for table in unmade if table not in fitting]
    if unmade or not made:
        refuse_unmade(unmade or map_.tables, raw_tables, map_)
    for batches in made.values():
        batch = together(batches)
        counts = {**batch.counts, **({"unverified_map": batch.read} if map_.unverified else {})}
        yield dataclasses.replace(batch, counts=counts, notes=tuple(dict.fromkeys([*batch.notes, *notes])))
        notes = []


def _words_of(table: TableMap) -> set[str]:
    """All words that a table's map says something of."""
    listed_ = [word for words in [*table.skip.values(), *table.only.values(), *table.ignore.values()] for word in words]
    return {*listed_, *(word for meanings in table.values.values() for word in meanings)}


def _table_batch(
    raw: RawTable, table: TableMap, map_: FileMap, options: ReadOptions, years: Years, *, once: bool
) -> Batch:
    headers = raw.keys
    require_columns(table, raw, map_)
    undated = told_without_date(raw.frame, table, headers)
    frame = rows_that_count(raw.frame, table, headers)
    told_by = raw.frame if table.table == "contacts" else frame
    notes: list[Note] = [*skipped_notes(raw.frame, table, headers, raw.place)]
    for header, mark in table.split.items():
        name = headers[header_key(header)]
        if not isinstance(mark, str):
            frame, parted = with_choices(frame, table, header, mark, headers)
            notes += choice_notes(name, parted, raw.place)
            continue
        parts = pl.col(name).str.split(mark).list.eval(pl.element().str.strip_chars()).list.filter(pl.element() != "")
        frame = frame.with_columns(parts).explode(name, empty_as_null=True)
    frame, lacking = without_lacking(frame, table, headers)
    read_from = {
        ours: theirs
        for ours, theirs in table.columns.items()
        if not (isinstance(theirs, Mapping) and "any" in theirs and first_header(theirs, headers) is None)
        and not (isinstance(theirs, Mapping) and "match" in theirs)
    }
    keyed = keyed_frame(frame, map_, headers, raw.place, options.day_first, years)
    cells = {
        ours: read_cells(frame, theirs, headers, table.values.get(ours, {}), raw.place, keyed)
        for ours, theirs in read_from.items()
    }
    empty = [
        *table.missing,
        *(ours for ours, theirs in table.columns.items() if ours not in read_from and "match" in theirs),
    ]
    cells |= {
        ours: pl.Series([None], dtype=pl.String).new_from_index(0, frame.height) for ours in empty if ours not in cells
    }
    made = frame.select(ROW).with_columns(**cells, **{name: pl.lit(value) for name, value in table.constants.items()})
    key = TABLES[table.table].key if table.table in TABLES else ""
    if PIECE in frame.columns and key in made.columns:
        made = made.with_columns(numbered(made[key], frame[PIECE]).alias(key))
    made = made.with_columns(
        told_alone(name, words, table.others[name])
        if _by_words_already(table.columns.get(name))
        else translated(name, words, table.others.get(name))
        for name, words in table.values.items()
        if name in made.columns and (name in table.others or not _by_words_already(table.columns.get(name)))
    )
    made = made.with_columns(
        filled_up(name, word) if name in made.columns else pl.lit(word).alias(name)
        for name, word in table.defaults.items()
    )
    day_first = options.day_first
    zone = options.time_zone or map_.time_zone
    if table.table == "calls":
        return _calls_batch(raw, made, zone, day_first, options)
    years = years_of_interviews(frame, table, map_, headers, raw.place, day_first, years)
    made, completed, of_hours = with_iso_times(made, table, headers, raw.place, day_first, years)
    if zone is not None and "time_zone" not in made.columns and table.table == "interviews":
        made = made.with_columns(time_zone=pl.lit(zone))
    made = _with_covariates(made, frame, table, headers)
    if once:
        made = made.unique(pl.exclude(ROW), keep="first", maintain_order=True)
    match = _match(frame, table, headers)
    made, is_own = _with_keys(made, table, match)
    shapeless = problems_frame(
        [{ROW: p.row, "member": None, "column": p.column, "rule": p.rule, "message": p.message} for p in raw.problems]
    )
    shapeless = pl.concat([shapeless, lacking, undated])
    read = made.height + shapeless.height
    theirs = {ours: _original(own_name(given, headers), table) for ours, given in table.columns.items()}
    return Batch(
        table.table,
        made,
        read,
        shapeless,
        sheet=raw.sheet,
        original=raw.frame,
        theirs=theirs,
        day_first=day_first,
        read_from={
            ours: tuple(_original(name, table) for name in _headers_read(given, headers))
            for ours, given in table.columns.items()
        },
        personal_keys=personal_keys(table, map_) | is_own,
        match=match,
        completed=(completed, year_words(years)) if completed else None,
        notes=(*notes, *of_hours, *undated_notes(told_by, table, headers, raw.place)),
    )


def _original(name: str, table: TableMap) -> str:
    """The sheet's own column where one is read from a column of entries."""
    return table.entries if table.entries is not None and name in entry_names(table.entries) else name


def _headers_read(given: Theirs, headers: Mapping[str, str]) -> tuple[str, ...]:
    """The sheet's own names of the columns that one of the log's is read from."""
    if isinstance(given, Mapping) and "any" in given:
        found = first_header(given, headers)
        return (found,) if found is not None else ()
    return tuple(headers[header_key(name)] for name in headers_of(given))


def _by_words_already(theirs: Theirs | None) -> bool:
    """Whether cells were read by the list of words, as they are where several are looked at."""
    return isinstance(theirs, Mapping) and "first" in theirs


def _match(frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]) -> pl.DataFrame | None:
    """The cells by which the interview of each row is looked for, where the map says so: `_row` and their columns."""
    given = table.columns.get("interview_id")
    if not isinstance(given, Mapping) or "match" not in given:
        return None
    # A row of several ways or entries stands here several times, and names one interview.
    cells = frame.select(ROW, *(headers[header_key(name)] for name in headers_of(given)))
    return cells.unique(ROW, keep="first", maintain_order=True)


def _with_covariates(
    made: pl.DataFrame, frame: pl.DataFrame, table: TableMap, headers: Mapping[str, str]
) -> pl.DataFrame:
    keep = table.keep if table.keep is not None else ()
    names = [headers[header_key(name)] for name in keep if header_key(name) in headers]
    return made.with_columns(frame[name].alias(name) for name in names if name not in made.columns)


def _with_keys(made: pl.DataFrame, table: TableMap, match: pl.DataFrame | None) -> tuple[pl.DataFrame, frozenset[str]]:
    """A key for each row of a sheet that has none: the same content gives the same key, in any file.

    match: the names by which the row's interview is looked for. Also gives the names of keys that were made here.
    """
    key = TABLES[table.table].key
    if key in made.columns or table.table not in ("contacts", "interviews"):
        return made, frozenset()
    parts = made.select(
        name
        for name in TABLES[table.table].names
        if (name in made.columns and name != "interview_id") or (name in made.columns and match is None)
    )
    if match is not None:
        own = made.select(ROW).join(match, on=ROW, how="left", maintain_order="left").drop(ROW)
        folded = [folded_each(own[name].cast(pl.String), "employer").alias(f"_match {name}") for name in own.columns]
        parts = pl.concat([parts, pl.DataFrame(folded)], how="horizontal")
    texts = parts.select(
        t=pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in parts.columns], separator="\x1f")
    )["t"]
    # Two calls on one day in the same words are two calls: the second of them gets a key of its own.
    places = made.select(n=pl.int_range(pl.len()).over(texts.alias("t")))["n"]
    keys = [_content_key(text, place) for text, place in zip(texts, places, strict=True)]
    return made.with_columns(pl.Series(key, keys, dtype=pl.String)), frozenset([key])


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
            if any(keys <= header for header in sample.headers) and _shows(sample, map_):
                return Match(LIKELY, f"it has the columns {listed(needs, 'and')}")
        return None

    return Source(
        name,
        map_.description or f"by the shipped map {name}",
        detect,
        lambda sample, options: read_mapped(sample, options, map_),
    )


def _shows(sample: Sample, map_: FileMap) -> bool:
    """Whether a sheet holds one of the words by which it is known, where its headings could be another's."""
    if not map_.shows:
        return True
    words = {word.casefold() for some in map_.shows.values() for word in some}
    if sample.container == "workbook":
        cells = (
            str(cell)
            for raw in sample.tables
            for name in raw.columns
            for cell in raw.frame[name].cast(pl.String).drop_nulls().unique()
        )
    else:
        cells = (cell for row in sample.first_rows for cell in row)
    return any(cell.strip().casefold() in words for cell in cells)


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
