"""Call lists in tables: what the exports of telephone systems and CRMs have in common.

A source of this kind says which headers it is known by and what its columns mean; reading, footers, repeated headers,
times and the neutral call are done here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from followup_analytics.errors import DataError
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import telephone_call
from followup_analytics.ingest.parsing.calls import complete, is_withheld, problems_frame
from followup_analytics.ingest.parsing.parts import Rejected, set_aside
from followup_analytics.ingest.parsing.records import json_frame, json_records
from followup_analytics.ingest.parsing.times import ReadTimes, read_times
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.sheets.dates import joined_cells
from followup_analytics.sheets.tabular import ROW, RawTable, header_key, read_raw_tables
from followup_analytics.text import listed

#: Stands for the zone that the user names: the format has local times without a marker.
USERS_ZONE = "user"


@dataclass(frozen=True)
class CallColumns:
    """The columns of one table under compared headers, read as text."""

    frame: pl.DataFrame
    place: str
    options: ReadOptions

    def has(self, name: str) -> bool:
        """Whether there is a column of this (compared) header."""
        return header_key(name) in self.frame.columns

    def text(self, *names: str) -> pl.Expr:
        """The cells of the first of these columns that exists, stripped, empty ones null; null where none does."""
        cells = [_stripped(header_key(name)) for name in names if self.has(name)]
        return cells[0] if cells else pl.lit(None, pl.String)

    def any_of(self, *names: str) -> pl.Expr:
        """The first filled cell among these columns."""
        cells = [_stripped(header_key(name)) for name in names if self.has(name)]
        return pl.coalesce(cells) if cells else pl.lit(None, pl.String)

    def series(self, cells: pl.Expr) -> pl.Series:
        """The cells as a column of the frame's height, also where they are the same for all rows."""
        return self.frame.with_columns(_cells=cells)["_cells"]

    def number(self, *names: str) -> pl.Expr:
        """The cells as numbers, null where they are none; `1,200` has a mark for thousands, `12,5` one for decimals."""
        text = self.text(*names)
        plain = (
            pl.when(text.str.contains(r"^-?\d{1,3}(?:,\d{3})+(?:\.\d*)?$"))
            .then(text.str.replace_all(",", "", literal=True))
            .otherwise(text.str.replace(",", ".", literal=True))
        )
        return plain.cast(pl.Float64, strict=False)

    def times(self, *names: str, zone: str | pl.Series = USERS_ZONE, day_first: bool | None = None) -> ReadTimes:
        """Times from the named columns together (a date and a time), read in a zone; see `times.read_times`."""
        present = [header_key(name) for name in names if self.has(name)]
        if not present:
            raise DataError(f"{self.place}: the column {names[0]!r}, the time of the call, is missing.")
        where = self.options.time_zone if isinstance(zone, str) and zone == USERS_ZONE else zone
        order = self.options.day_first if self.options.day_first is not None else day_first
        return read_times(
            joined_cells(self.frame, present), zone=where, file=self.place, column=present[0], day_first=order
        )

    def times_of(
        self, cells: pl.Expr, column: str, *, zone: str | pl.Series = USERS_ZONE, day_first: bool | None = None
    ) -> ReadTimes:
        """Times that are put together from several columns; `column` is what messages call them."""
        with_times = CallColumns(self.frame.with_columns(cells.alias(header_key(column))), self.place, self.options)
        return with_times.times(column, zone=zone, day_first=day_first)


def _stripped(name: str) -> pl.Expr:
    cell = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(cell != "").then(cell)


@dataclass(frozen=True)
class Meaning:
    """What the columns of a call list mean, as expressions over its rows.

    `talk_s`: seconds, null where not told. `result`: what the source itself says that the call came to
    (`call_results`), null where it says nothing. `leg`: part of another row's call. `internal`: between two lines of
    the house, passed over and counted. `number` is the other party's line.
    `channel`, `party`, `certainty`: where the source itself says more than the rule of `call_results.telephone_call`.
    """

    at: ReadTimes
    direction: pl.Expr
    number: pl.Expr
    talk_s: pl.Expr
    own: pl.Expr = field(default_factory=lambda: pl.lit(None, pl.String))
    name: pl.Expr = field(default_factory=lambda: pl.lit(None, pl.String))
    result: pl.Expr = field(default_factory=lambda: pl.lit(None, pl.String))
    leg: pl.Expr = field(default_factory=lambda: pl.lit(value=False))
    skip: pl.Expr = field(default_factory=lambda: pl.lit(value=False))
    internal: pl.Expr = field(default_factory=lambda: pl.lit(value=False))
    native_id: pl.Expr = field(default_factory=lambda: pl.lit(None, pl.String))
    note: pl.Expr = field(default_factory=lambda: pl.lit(None, pl.String))
    channel: pl.Expr | None = None
    party: pl.Expr | None = None
    certainty: pl.Expr | None = None
    rules: tuple[Rejected, ...] = ()


Interpret = Callable[[CallColumns], Meaning]


def call_sheet(
    name: str,
    description: str,
    signatures: Collection[frozenset[str]],
    interpret: Interpret,
    *,
    strength: int = CERTAIN,
    unlike: frozenset[str] = frozenset(),
) -> Source:
    """A source for call lists in tables.

    signatures: sets of compared headers, any of which makes the kind known. unlike: headers that rule it out.
    interpret: gives the meaning of the columns.
    """

    known_by = tuple(frozenset(map(header_key, signature)) for signature in signatures)

    def detect(sample: Sample) -> Match | None:
        if sample.container not in ("file", "workbook", "parquet"):
            return None
        for header in sample.headers:
            for signature in known_by:
                if signature <= header and not unlike & header:
                    return Match(strength, f"it has the columns {listed(sorted(signature)[:5], 'and')}")
        return None

    def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
        words = {word for signature in known_by for word in signature}
        found = False
        for raw in read_raw_tables(sample.path, words):
            present = {header_key(column) for column in raw.columns}
            if not any(signature <= present for signature in known_by):
                continue
            found = True
            yield sheet_batch(raw, interpret, options)
        if not found:
            first = listed(sorted(known_by[0]), "and")
            raise DataError(f"{sample.name}: this is not a table of {description}; it needs the columns {first}.")

    return Source(name, description, detect, read, calls=True)


def sheet_batch(raw: RawTable, interpret: Interpret, options: ReadOptions) -> Batch:
    """One table of calls as a batch."""
    frame = compared(raw.frame)
    header = {name: name for name in frame.columns if name != ROW}
    # Concatenated exports repeat their header; the repetition is no record.
    repeated = pl.all_horizontal(
        pl.col(name).is_null() | (pl.col(name).cast(pl.String).map_elements(header_key, return_dtype=pl.String) == name)
        for name in list(header)[:4]
    )
    frame = frame.filter(~repeated) if frame.height else frame
    shapeless = problems_frame(
        [{ROW: p.row, "member": None, "column": p.column, "rule": p.rule, "message": p.message} for p in raw.problems]
    )
    return calls_batch(frame, raw.place, interpret, options, shapeless, raw.sheet)


def call_records(
    lists: Sequence[str], fields: Mapping[str, str], interpret: Interpret
) -> Callable[[Sample, ReadOptions], Iterator[Batch]]:
    """A reader of the JSON that a service's API gives of its calls.

    lists: the members of the top object that may hold the records. fields: by our names of columns, where each stands
    in a record. interpret: what the columns mean.
    """

    def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
        for records, counts in json_records(sample, lists):
            batch = calls_batch(json_frame(records, fields), sample.name, interpret, options)
            yield replace(batch, counts={**batch.counts, **counts})

    return read


def calls_batch(
    frame: pl.DataFrame,
    place: str,
    interpret: Interpret,
    options: ReadOptions,
    shapeless: pl.DataFrame | None = None,
    sheet: str | None = None,
) -> Batch:
    """Rows under compared headers, with `_row`, as a batch of neutral calls."""
    meaning = interpret(CallColumns(frame, place, options))
    number = meaning.number
    told = frame.with_columns(
        at_us=meaning.at.us,
        is_day=meaning.at.is_day,
        at_text=meaning.at.us.cast(pl.String),
        direction=meaning.direction,
        number=pl.when(~is_withheld(number)).then(number),
        own=meaning.own,
        name=meaning.name,
        duration_s=meaning.talk_s,
        native_id=meaning.native_id,
        note=meaning.note if options.keep_notes else pl.lit(None, pl.String),
        _result=meaning.result,
        _leg=meaning.leg.fill_null(value=False),
        _skip=meaning.skip.fill_null(value=False),
        _internal=meaning.internal.fill_null(value=False),
        **{f"_{key}": value for key, value in _said(meaning).items()},
    )
    # Totals, copyright lines and the like have neither a time nor a line.
    footer = pl.col("at_us").is_null() & pl.col("number").is_null() & pl.col("direction").is_null()
    told = told.filter(~footer)
    legs = int(told["_leg"].sum())
    told = told.filter(~pl.col("_leg"))
    internal = int(told["_internal"].sum())
    told = told.filter(~pl.col("_internal"))
    usable, problems = set_aside(
        told,
        Rejected("time", "no_time", pl.col("at_us").is_null(), "the time of the call is empty or can't be read."),
        Rejected(
            None,
            "not_a_contact",
            pl.col("_skip"),
            "this record is neither a call nor a message to or from somebody outside.",
        ),
        *meaning.rules,
        Rejected(
            "direction", "unknown_direction", pl.col("direction").is_null(), "the record doesn't say who called whom."
        ),
    )
    kinds = telephone_call(pl.col("direction"), pl.col("duration_s"), pl.col("_result"))
    kinds |= {key: pl.coalesce(f"_{key}", kinds[key]) for key in _said(meaning)}
    rows = usable.with_columns(**kinds)
    if shapeless is not None and shapeless.height:
        problems = pl.concat([shapeless, problems])
    read = told.height + (shapeless.height if shapeless is not None else 0)
    counts = dict(meaning.at.counts) | {code: n for code, n in (("legs", legs), ("internal", internal)) if n}
    return Batch("calls", complete(rows), read, problems, merged=legs + internal, counts=counts, sheet=sheet)


def _said(meaning: Meaning) -> Mapping[str, pl.Expr]:
    """What the source itself says of channel, party and certainty."""
    told = {"channel": meaning.channel, "party": meaning.party, "certainty": meaning.certainty}
    return {key: value for key, value in told.items() if value is not None}


def compared(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its headers in compared form; of two that are equal then, the first counts."""
    names: dict[str, str] = {}
    for column in frame.columns:
        key = column if column == ROW else header_key(column)
        if key not in names.values():
            names[column] = key
    return frame.select(list(names)).rename(names)
