"""A folder that is too large for memory, read in pieces into parts of some applicants each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.log.checks import PART_ROWS
from followup_analytics.log.places import Places, part_names, tables_in
from followup_analytics.log.schema import TABLES, Table
from followup_analytics.log.settings import LOG_FILE, read_settings
from followup_analytics.log.zone_names import zone_given
from followup_analytics.parted.memory import BARE, allowed, temporary_folder
from followup_analytics.parted.on_disk import split_log
from followup_analytics.parted.parted_log import PartedLog
from followup_analytics.reading.parts import are_parquet, common_kinds, with_kinds
from followup_analytics.sheets.tabular import PARQUET_SUFFIXES, ROW, header_key, read_raw_tables

#: What a row of the log takes in memory where the whole of it is read: in Parquet, of which columns are read when
#: they are needed, and as text.
_QUICK, _WHOLE = 420, 1_100
#: Bytes that a row has in a text file, about.
_TEXT_ROW = 75
#: Text files larger than this are read piece by piece.
_LARGE_TEXT = 100_000_000
#: Rows of a piece.
_PIECE = 500_000


def needed(folder: Path) -> int:
    """How many bytes of memory a folder's log would take in one, about. Raises UnreadableError as `read_log` does."""
    places = tables_in(folder)
    quick = all(are_parquet(files) for files in places.tables.values())
    return BARE + rows_in(places) * (_QUICK if quick else _WHOLE)


def rows_in(places: Places) -> int:
    """How many rows the tables have, about: as Parquet files say, and by the size of text files."""
    found = 0
    for files in places.tables.values():
        for file in files:
            if file.suffix.lower() in PARQUET_SUFFIXES:
                found += _parquet_rows(file)
            else:
                found += file.stat().st_size // _TEXT_ROW
    return found


def _parquet_rows(file: Path) -> int:
    try:
        return int(pl.scan_parquet(file, glob=False, hive_partitioning=False).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError):
        raise UnreadableError(f"{file.name}: the file is damaged or not Parquet; write it again.") from None


def read_in_parts(
    folder: Path, *, time_zone: str | None = None, memory: str | None = None, temp: Path | None = None
) -> PartedLog:
    """The log in a folder, in as many parts as `memory` asks for.

    memory: such as 4GB; else a share of what is free. temp: where the parts lie until the process ends.
    Raises what `read_log` raises for a folder, and UnreadableError where the parts can't be written.
    """
    time_zone = zone_given(time_zone)
    settings, places = read_settings(folder / LOG_FILE), tables_in(folder)
    if "interviews" not in places.tables:
        raise UnreadableError(f"{folder.name}: the folder has no table of interviews; it is called interviews.")
    return split_log(
        {name: partial(_pieces, files, TABLES[name]) for name, files in places.tables.items()},
        {name: part_names(files) for name, files in places.tables.items()},
        settings,
        rows=rows_in(places),
        memory=allowed(memory) - BARE,
        folder=temporary_folder(temp),
        time_zone=time_zone,
        told=places.notes(settings),
    )


def _pieces(files: Sequence[Path], table: Table) -> Iterator[pl.DataFrame]:
    """The rows of a table, piece by piece, under the contract's names, numbered as a reader of the files counts."""
    kinds = common_kinds(files) if are_parquet(files) else {}
    for number, (file, name) in enumerate(zip(files, part_names(files), strict=True)):
        for piece in _pieces_of_file(file, name, table, kinds):
            yield _named(piece, table, name).with_columns(pl.col(ROW) + number * PART_ROWS)


def _pieces_of_file(file: Path, name: str, table: Table, kinds: dict[str, pl.DataType]) -> Iterator[pl.DataFrame]:
    if kinds:
        rows = with_kinds(pl.scan_parquet(file, glob=False, hive_partitioning=False), kinds)
    elif file.stat().st_size <= _LARGE_TEXT:
        raw = read_raw_tables(file, table.names)[0]
        if raw.problems:
            raise DataError.from_problems(raw.problems)
        yield raw.frame
        return
    else:
        rows = pl.scan_csv(file, infer_schema=False, glob=False)
    try:
        yield from rows.with_row_index(ROW, offset=2).cast({ROW: pl.Int64}).collect_batches(chunk_size=_PIECE)
    except pl.exceptions.PolarsError as error:
        what = str(error).splitlines()[0]
        raise UnreadableError(f"{name}: the file can't be read to its end ({what}); write it again.") from None


def _named(piece: pl.DataFrame, table: Table, file: str) -> pl.DataFrame:
    names = {name: key for name in piece.columns if (key := header_key(name)) in table.names}
    lacking = [name for name in table.required if name not in names.values()]
    if lacking:
        raise DataError(f"{file}: the column {lacking[0]} of the table {table.name} is missing; add it.")
    if len(set(names.values())) < len(names):
        twice = next(key for key in names.values() if list(names.values()).count(key) > 1)
        raise DataError(f"{file}: two columns are both {twice}; keep one of them.")
    return piece.rename(names)
