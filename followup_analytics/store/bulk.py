"""Many rows in and out at the speed of the database's own driver, in the transaction of a connection."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from followup_analytics.store.connecting import Connection
from followup_analytics.store.tables import StoredTable

#: Rows in one call of the driver: large enough to be quick, small enough for little memory.
_CHUNK = 50_000
_KEYS_AT_ONCE = 10_000
#: The rows of so few keys are read as they come.
_FEW_KEYS = 8


class Bulk(Protocol):
    """Bulk work on one kind of database. Table and column names are ours, never a user's; values are parameters."""

    def insert(self, table: StoredTable, rows: pl.DataFrame, same: Mapping[str, int]) -> None:
        """Put rows in; `same` are columns with one number for all rows, and those that are in neither stay null."""

    def read(self, table: StoredTable, types: Mapping[str, pl.DataType], where: str = "") -> pl.DataFrame:
        """The named columns of all rows that fulfil a condition made of our own names and integers."""

    def find(self, table: StoredTable, key: str, keys: Sequence[str], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """The named columns of the rows with the given keys."""

    def execute_for(self, statement: str, keys: Sequence[str]) -> int:
        """Run a statement whose `:keys` stands for a set of keys; the number of rows it changed."""


def bulk_of(connection: Connection) -> Bulk:
    """The bulk work for the database of a connection."""
    return SqliteBulk(connection) if connection.kind == "sqlite" else PostgresBulk(connection)


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        yield keys[start : start + _KEYS_AT_ONCE]


def _quoted(name: str) -> str:
    return f'"{name}"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(_quoted(name) for name in names)


def _whole(name: str) -> str:
    """A number where it is whole, as most durations are, else null."""
    return f"CASE WHEN {_quoted(name)} = CAST({_quoted(name)} AS INTEGER) THEN CAST({_quoted(name)} AS INTEGER) END"


class SqliteBulk:
    """SQLite: executemany of tuples in; JSON arrays by column out, which polars takes apart in parallel."""

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.driver

    def insert(self, table: StoredTable, rows: pl.DataFrame, same: Mapping[str, int]) -> None:
        """Put rows in; the droppable indexes of a table that grows by more than it holds are built once, afterwards."""
        values = ", ".join(["?"] * rows.width + [str(int(number)) for number in same.values()])
        statement = f"INSERT INTO {table.name} ({_listed([*rows.columns, *same])}) VALUES ({values})"  # noqa: S608
        indexes = self._indexes_to_rebuild(table, rows.height)
        for name, _ in indexes:
            self._driver.execute(f"DROP INDEX {name}")
        for part in rows.iter_slices(_CHUNK):
            self._driver.executemany(statement, zip(*(column.to_list() for column in part), strict=True))
        for _, definition in indexes:
            self._driver.execute(definition)

    def _indexes_to_rebuild(self, table: StoredTable, growth: int) -> list[tuple[str, str]]:
        # Only contacts: the key of interviews is what foreign keys point at, so it can't be away for a moment.
        if table.name != "contacts" or growth < _CHUNK:
            return []
        held = self._driver.execute("SELECT coalesce(max(record), 0) FROM contacts").fetchone()[0]
        if growth < held:
            return []
        return list(
            self._driver.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'contacts' AND sql IS NOT NULL"
            )
        )

    def read(self, table: StoredTable, types: Mapping[str, pl.DataType], where: str = "") -> pl.DataFrame:
        """The named columns of all rows that fulfil a condition."""
        low, high = self._driver.execute(f"SELECT min(record), max(record) FROM {table.name}").fetchone()  # noqa: S608
        parts = [pl.DataFrame(schema=dict(types))]
        if low is None:
            return parts[0]
        for start in range(low, high + 1, _CHUNK):
            span = f"record BETWEEN {start} AND {start + _CHUNK - 1}" + (f" AND ({where})" if where else "")
            parts.append(self._chunk(f"FROM {table.name} WHERE {span}", (), types))
        return pl.concat(parts)

    def find(self, table: StoredTable, key: str, keys: Sequence[str], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """The named columns of the rows with the given keys."""
        parts = [pl.DataFrame(schema=dict(types))]
        source = f"FROM {table.name} WHERE {key} IN (SELECT value FROM json_each(?))"  # noqa: S608
        if len(keys) <= _FEW_KEYS:
            rows = self._driver.execute(f"SELECT {_listed(list(types))} {source}", (json.dumps(list(keys)),)).fetchall()
            return pl.DataFrame(rows, schema=dict(types), orient="row")
        parts += [self._chunk(source, (json.dumps(list(some)),), types) for some in _batches(keys)]
        return pl.concat(parts)

    def _chunk(self, source: str, parameters: tuple[str, ...], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """Rows as one JSON array for each column: half the time of making a Python object of every cell.

        Floats that are no whole numbers go by themselves: SQLite writes them into JSON with 15 digits only.
        """
        floats = [name for name, dtype in types.items() if dtype.is_float()]
        names = [*(name for name in types if name != "record"), "record"]
        arrays = ", ".join(f"json_group_array({_whole(name) if name in floats else _quoted(name)})" for name in names)
        texts = self._driver.execute(f"SELECT {arrays} {source}", parameters).fetchone()
        if texts[-1] == "[]":
            return pl.DataFrame(schema=dict(types))
        frame = pl.DataFrame(
            pl.Series(name, [text]).str.json_decode(pl.List(types.get(name, pl.Int64()))).explode()
            for name, text in zip(names, texts, strict=True)
        )
        for name in floats:
            broken = f"SELECT record, {_quoted(name)} {source} AND {_quoted(name)} <> CAST({_quoted(name)} AS INTEGER)"
            found = self._driver.execute(broken, parameters).fetchall()
            if found:
                exact = pl.DataFrame(found, schema={"record": pl.Int64(), "exact": pl.Float64()}, orient="row")
                frame = frame.join(exact, on="record", how="left", maintain_order="left")
                frame = frame.with_columns(pl.coalesce("exact", name).alias(name)).drop("exact")
        return frame.select(list(types))

    def execute_for(self, statement: str, keys: Sequence[str]) -> int:
        """Run a statement for a set of keys."""
        ready = statement.replace(":keys", "(SELECT value FROM json_each(?))")
        return sum(self._driver.execute(ready, (json.dumps(list(some)),)).rowcount for some in _batches(keys))


_STAGE = "followup_stage"


class PostgresBulk:
    """PostgreSQL: COPY in and out, as CSV that polars writes and reads."""

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.driver

    def insert(self, table: StoredTable, rows: pl.DataFrame, same: Mapping[str, int]) -> None:
        """Put rows in by COPY; under row-level security by way of a table of the moment, since COPY may not there."""
        rows = rows.with_columns(pl.lit(number, pl.Int64).alias(name) for name, number in same.items())
        names = _listed(rows.columns)
        guarded = self._driver.execute("SELECT row_security_active(%s)", (table.name,)).fetchone()[0]
        if not guarded:
            self._copy_in(f"{table.name} ({names})", rows)
            return
        empty = f"SELECT {names} FROM {table.name} WITH NO DATA"  # noqa: S608
        self._driver.execute(f"CREATE TEMP TABLE {_STAGE} ON COMMIT DROP AS {empty}")
        self._copy_in(_STAGE, rows)
        self._driver.execute(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {_STAGE}")  # noqa: S608
        self._driver.execute(f"DROP TABLE {_STAGE}")

    def _copy_in(self, target: str, rows: pl.DataFrame) -> None:
        with self._driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN (FORMAT csv)") as copy:
            for part in rows.iter_slices(_CHUNK):
                copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))

    def read(self, table: StoredTable, types: Mapping[str, pl.DataType], where: str = "") -> pl.DataFrame:
        """The named columns of all rows that fulfil a condition."""
        condition = f" WHERE {where}" if where else ""
        return self._copy_out(f"SELECT {_listed(list(types))} FROM {table.name}{condition}", types)  # noqa: S608

    def _copy_out(self, query: str, types: Mapping[str, pl.DataType]) -> pl.DataFrame:
        buffer = io.BytesIO()
        with self._driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
            for block in copy:
                buffer.write(block)
        if not buffer.tell():
            return pl.DataFrame(schema=dict(types))
        buffer.seek(0)
        return pl.read_csv(buffer, has_header=False, schema=dict(types))

    def find(self, table: StoredTable, key: str, keys: Sequence[str], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """The named columns of the rows with the given keys."""
        parts = [pl.DataFrame(schema=dict(types))]
        query = f"SELECT {_listed(list(types))} FROM {table.name} WHERE {key} = ANY(%s)"  # noqa: S608
        for some in _batches(keys):
            found = self._driver.execute(query, (list(some),)).fetchall()
            parts.append(pl.DataFrame(found, schema=dict(types), orient="row"))
        return pl.concat(parts)

    def execute_for(self, statement: str, keys: Sequence[str]) -> int:
        """Run a statement for a set of keys."""
        ready = statement.replace(":keys", "(SELECT unnest(%s::text[]))")
        return sum(self._driver.execute(ready, (list(some),)).rowcount for some in _batches(keys))
