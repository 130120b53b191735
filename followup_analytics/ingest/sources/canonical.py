"""The log's own tables: interviews, contacts, outcomes, applicants, in any spreadsheet, known by their columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

import polars as pl

from followup_analytics.errors import DataError
from followup_analytics.ingest.aside.marks import origins, repeated_rows, without_reject_columns
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.maps.wordlists import far_cells, without_totals
from followup_analytics.ingest.parsing.calls import problems_frame
from followup_analytics.ingest.registry import CERTAIN, POSSIBLE, Batch, Match, ReadOptions, Source
from followup_analytics.log.checks import recognise
from followup_analytics.log.schema import TABLES, Table
from followup_analytics.sheets.tabular import ROW, RawTable, header_key, read_raw_tables
from followup_analytics.text import listed

#: Sheets and files of these names are meant as tables even when a column is missing.
_NAMES = {**{name: name for name in TABLES}, **{name.removesuffix("s"): name for name in TABLES}}


def detect(sample: Sample) -> Match | None:
    """All needed columns of a table are there; or nearly all, so that the missing one can be named."""
    if sample.container not in ("file", "workbook", "parquet"):
        return None
    for header in sample.headers:
        table = recognise(list(header))
        if table is not None and (table.name != "applicants" or _is_applicants(header)):
            return Match(CERTAIN, f"it has the columns {listed(table.required, 'and')} of the table {table.name}")
    for header in sample.headers:
        table = _meant(header, sample.path.stem)
        if table is not None:
            return Match(POSSIBLE, f"its columns are nearly those of the table {table.name}")
    return None


def _is_applicants(header: Collection[str]) -> bool:
    """An applicants table needs one column only: it must not be taken for a table of something else."""
    return bool({"destination", "destination_known_at", "cohort"} & set(header)) or len(header) == 1


def _meant(header: Collection[str], name: str) -> Table | None:
    """The table that a header was meant to be although a needed column is missing or misspelt."""
    scores = {table.name: len(set(table.required) & set(header)) for table in TABLES.values()}
    by_name = _NAMES.get(header_key(name))
    if by_name and (scores[by_name] or set(TABLES[by_name].names) & set(header)):
        return TABLES[by_name]
    best = max(scores, key=lambda table: (scores[table], table == "contacts" and "contact_id" in header))
    needed = len(TABLES[best].required)
    return TABLES[best] if needed > 1 and scores[best] >= needed - 1 else None


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """Each table of the file as raw text; a workbook's other sheets are passed over."""
    del options
    words = {name for table in TABLES.values() for name in table.names}
    tables = sample.tables if sample.container == "parquet" else read_raw_tables(sample.path, words)
    found = False
    for raw in tables:
        table = table_of(raw)
        if table is None:
            continue
        found = True
        kept, totals = without_totals(raw)
        yield dataclasses.replace(table_batch(kept, table.name), notes=(*totals, *far_cells(raw)))
    if not found:
        raise DataError(
            f"{sample.name}: no table of the log is in this file; interviews need "
            f"{listed(TABLES['interviews'].required, 'and')}, "
            f"contacts {listed(TABLES['contacts'].required, 'and')}. For other columns give --map."
        )


def table_of(raw: RawTable) -> Table | None:
    """The table of the log that a sheet or file is, by its columns, then by its name."""
    header = {header_key(name) for name in raw.columns}
    table = recognise(raw.columns)
    if table is not None and (table.name != "applicants" or _is_applicants(header)):
        return table
    return _meant(header, raw.sheet or raw.file.rpartition(".")[0])


def table_batch(raw: RawTable, table: str) -> Batch:
    """A raw table as one batch, without the columns that a rejects file adds."""
    frame = without_reject_columns(raw).frame
    shapeless = problems_frame(
        [{ROW: p.row, "member": None, "column": p.column, "rule": p.rule, "message": p.message} for p in raw.problems]
    )
    return Batch(
        table,
        frame.with_columns(pl.col(ROW).cast(pl.Int64)),
        frame.height + len(raw.problems),
        shapeless,
        sheet=raw.sheet,
        repeated=repeated_rows(raw),
        origins=origins(raw),
    )


SOURCE = Source("canonical", "tables of the follow-up log (CSV, TSV, workbook, Parquet)", detect, read)
