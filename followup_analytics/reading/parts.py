"""Tables that lie in many files: their columns brought to one type, their rows to one frame that knows its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log.checks import PART_ROWS
from followup_analytics.log.places import part_names
from followup_analytics.log.schema import Table
from followup_analytics.sheets.tabular import PARQUET_SUFFIXES, ROW, RawTable, header_key, read_raw_tables


def read_parts(paths: Sequence[Path], table: Table) -> tuple[RawTable, tuple[str, ...]]:
    """The raw table that lies in the files, and the names of its parts where there are several.

    A part without some column has nulls there; a column that is text in one part and something else in another is text.
    Raises UnreadableError and DataError as `read_raw_tables` does, naming the part.
    """
    names = part_names(paths)
    if len(paths) == 1:
        raw = read_raw_tables(paths[0], table.names)[0]
        return RawTable(names[0], raw.sheet, raw.frame, raw.problems, raw.encoding, raw.delimiter), ()
    tables = [read_raw_tables(path, table.names)[0] for path in paths]
    for raw in tables:
        if raw.problems:
            raise DataError.from_problems(raw.problems)
    numbered = [raw.frame.lazy().with_columns(pl.col(ROW) + place * PART_ROWS) for place, raw in enumerate(tables)]
    together = below_each_other(numbered).collect()
    return RawTable(names[0].split("/")[0], None, together), names


def scan_parts(paths: Sequence[Path]) -> pl.LazyFrame:
    """The files of a table in Parquet, read when asked, as one.

    Raises UnreadableError, naming the file, where one of them is no Parquet file.
    """
    schemas = [_schema(path) for path in paths]
    hive = any("=" in part for part in paths[0].parent.parts[-3:]) and len(paths) > 1
    if all(schema == schemas[0] for schema in schemas):
        return pl.scan_parquet([*paths], glob=False, hive_partitioning=hive)
    return below_each_other([pl.scan_parquet(path, glob=False, hive_partitioning=hive) for path in paths])


def _schema(path: Path) -> dict[str, pl.DataType]:
    try:
        return dict(pl.read_parquet_schema(path))
    except (pl.exceptions.PolarsError, OSError):
        raise UnreadableError(f"{path.name}: the file is damaged or not Parquet; write it again.") from None


def are_parquet(paths: Sequence[Path]) -> bool:
    """Whether the files of a table are all Parquet."""
    return all(path.suffix.lower() in PARQUET_SUFFIXES for path in paths)


def below_each_other(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Frames below each other by the names of their columns, each column with one type for all."""
    kinds: dict[str, list[pl.DataType]] = {}
    for frame in frames:
        for name, kind in frame.collect_schema().items():
            kinds.setdefault(name, []).append(kind)
    chosen = {name: _common(found) for name, found in kinds.items()}
    alike = [
        frame.with_columns(
            _as_kind(name, kind, chosen[name]) for name, kind in frame.collect_schema().items() if kind != chosen[name]
        )
        for frame in frames
    ]
    return pl.concat(alike, how="diagonal")


def common_kinds(paths: Sequence[Path]) -> dict[str, pl.DataType]:
    """The columns of Parquet files, each with the one type that it has in all of them together.

    Raises UnreadableError, naming the file, where one of them is no Parquet file.
    """
    kinds: dict[str, list[pl.DataType]] = {}
    for path in paths:
        for name, kind in _schema(path).items():
            kinds.setdefault(name, []).append(kind)
    common = {name: _common(found) for name, found in kinds.items()}
    words = (pl.Categorical, pl.Enum)
    return {name: pl.String() if isinstance(kind, words) else kind for name, kind in common.items()}


def with_kinds(rows: pl.LazyFrame, kinds: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """The rows with these columns and types; nulls where a file has not got a column."""
    own = rows.collect_schema()
    return rows.select(
        _as_kind(name, own[name], kind) if name in own else pl.lit(None, kind).alias(name)
        for name, kind in kinds.items()
    )


def _common(kinds: Sequence[pl.DataType]) -> pl.DataType:
    """The type that holds what each of the types says: the same, a wider number, an instant in UTC, else text."""
    there = [kind for kind in kinds if kind != pl.Null]
    if not there:
        return pl.String()
    if all(kind == there[0] for kind in there):
        return there[0]
    if all(kind.is_integer() for kind in there):
        return pl.Int64()
    if all(kind.is_numeric() for kind in there):
        return pl.Float64()
    if all(isinstance(kind, pl.Datetime) and kind.time_zone is not None for kind in there):
        return pl.Datetime("us", "UTC")
    return pl.String()


def _as_kind(name: str, kind: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    cell = pl.col(name)
    if isinstance(kind, pl.Datetime) and isinstance(wanted, pl.Datetime):
        return cell.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    if isinstance(kind, pl.Datetime) and wanted == pl.String:
        return cell.dt.to_string("%Y-%m-%dT%H:%M:%S%.f%:z" if kind.time_zone else "%Y-%m-%dT%H:%M:%S%.f")
    return cell.cast(wanted)


def named_as_ours(columns: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Which of the reader's names (`{theirs: ours}`) a table has: its own name of the column, and the reader's.

    Case, blanks and underscores don't matter. Raises UsageError where the table has our name already.
    """
    keys = {header_key(theirs): theirs for theirs in wanted}
    mine = {name: keys[header_key(name)] for name in columns if header_key(name) in keys}
    left = {header_key(name) for name in columns if name not in mine}
    for name, theirs in mine.items():
        ours = wanted[theirs]
        if header_key(ours) in left or [wanted[one] for one in mine.values()].count(ours) > 1:
            raise UsageError(f"columns: {name!r} is to be {ours}, and another column is that too; name one of the two.")
    return mine
