"""Upkeep of a store: backup, copy to another database, compacting."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import polars as pl

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.store import tables
from followup_analytics.store.address import parse_address
from followup_analytics.store.book import book_path, write_private
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.faults import explained
from followup_analytics.store.keys import copy_key, write_sealed_key
from followup_analytics.store.opening import open_store
from followup_analytics.store.store import Store
from followup_analytics.store.tombstones import tombstones_path

_TYPES: dict[str, pl.DataType] = {"text": pl.String(), "double": pl.Float64()}


@dataclass(frozen=True)
class Copied:
    """How many rows of each table are in a copy, and which files lie beside it."""

    rows: dict[str, int]
    files: tuple[str, ...] = ()


def back_up(store: Store, file: Path, *, phrase: str | None = None) -> Copied:
    """Copy a store into one SQLite file while others go on working; of PostgreSQL too.

    phrase: write the key too, into FILE.key.sealed, encrypted under this passphrase.
    Raises UsageError where the file is there already, UnreadableError where it can't be written.
    """
    sealed = file.with_name(file.name + ".key.sealed")
    for one in (file, *((sealed,) if phrase is not None else ())):
        if one.exists():
            raise UsageError(f"{one.name} is there already; name another file, so that no backup is lost.")
    if not file.parent.is_dir():
        raise UnreadableError(f"{file.parent}: there is no such folder to write to; make it first.")
    files = [file.name]
    try:
        if phrase is not None:
            write_sealed_key(store, sealed, phrase)
            files.append(sealed.name)
        if store.address.path is None:
            rows = _copy_rows(store, f"sqlite:///{file}")
            _in_one_file(file)
        else:
            rows = _copy_file(store, file)
    except BaseException:
        for one in (file, sealed, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            one.unlink(missing_ok=True)
        raise
    return Copied(rows, tuple(files))


def _copy_file(store: Store, file: Path) -> dict[str, int]:
    assert store.address.path is not None  # noqa: S101
    unfinished = file.with_name(file.name + ".part")
    unfinished.unlink(missing_ok=True)
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with explained(parse_address(f"sqlite:///{file}")):
            with (
                closing(sqlite3.connect(f"file:{quote(str(store.address.path))}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(unfinished)) as target,
            ):
                source.backup(target)
            with closing(sqlite3.connect(unfinished)) as made:
                made.execute("PRAGMA journal_mode=delete")
                rows = {
                    table.name: int(made.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0])  # noqa: S608
                    for table in tables.all_tables
                }
        unfinished.replace(file)
    except OSError as error:
        raise UnreadableError(
            f"{file.name} can't be written ({error.strerror}): check the folder and its room."
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _in_one_file(file: Path) -> None:
    """A backup is one file: its journal is folded in."""
    with closing(sqlite3.connect(file)) as made:
        made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made.execute("PRAGMA journal_mode=delete")


def copy_store(source: Store, url: str) -> Copied:
    """Copy a store, with all its history, to another place (SQLite or PostgreSQL) that holds nothing yet.

    The key, the contact book and the list of forgotten people go where the other store looks for them. Each row is
    compared afterwards, so that the copy gives the same answers.
    Raises UsageError where the place holds a store already, UnreadableError where it can't be used.
    """
    address = parse_address(url)
    if address.url == source.address.url:
        raise UsageError("a store can't be copied onto itself; name another place.")
    made_file = address.path is not None and not address.path.exists()
    laid: list[Path] = []
    try:
        # What lies beside it comes first: a copy that is cut off must not be rows that nobody has the key of.
        if source.setting("key_mark") is not None:
            key = copy_key(source, url)
            laid += [key] if key is not None else []
        for place in (book_path, tombstones_path):
            laid += _copy_beside(place(source.address.url), place(url))
        rows = _copy_rows(source, url)
    except BaseException:
        for one in laid:
            one.unlink(missing_ok=True)
        if made_file and address.path is not None:
            for suffix in ("", "-wal", "-shm"):
                address.path.with_name(address.path.name + suffix).unlink(missing_ok=True)
        elif address.path is None:
            with suppress(UnreadableError):
                _empty(url)
        raise
    return Copied(rows, tuple(one.name for one in laid))


def _copy_beside(old: Path | None, new: Path | None) -> list[Path]:
    """Copy a file that lies beside the key; what was made."""
    if old is None or new is None or not old.exists() or old.resolve() == new.resolve():
        return []
    if new.exists() and new.read_bytes() == old.read_bytes():
        # Of a copy that was cut off.
        return []
    if new.exists():
        raise UsageError(f"{new.name} is there already; move it away first, or name another place.")
    write_private(new, old.read_text("utf-8"))
    return [new]


def _copy_rows(source: Store, url: str) -> dict[str, int]:
    """All rows of a store into an empty one, in one transaction, compared by content before it ends."""
    target = open_store(url, create=True)
    rows = {}
    with source.reading() as old, target.writing() as new:
        if new.value("SELECT count(*) FROM batches"):
            raise UsageError(f"{target.address.shown}: there is a store with entries here already; name another place.")
        # Marks of people who were forgotten come from the file that was laid beside it, when the place is opened.
        for own in (tables.settings, tables.forgotten):
            new.execute(f"DELETE FROM {own.name}")  # noqa: S608
        for table in tables.all_tables:
            types = {column.name: _TYPES.get(column.kind, pl.Int64()) for column in table.columns}
            frame = bulk_of(old).read(table, types) if table.numbers_rows else _small(old, table, types)
            if frame.height:
                bulk_of(new).insert(table, frame.sort(frame.columns[0]), {})
            back = bulk_of(new).read(table, types) if table.numbers_rows else _small(new, table, types)
            if _digest(frame) != _digest(back):
                raise UnreadableError(f"{target.address.shown}: {table.name} came out differently; nothing was copied.")
            rows[table.name] = frame.height
        if new.kind == "postgresql":
            for table in (*tables.current.values(), *tables.history.values()):
                new.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'record'), "  # noqa: S608
                    f"coalesce((SELECT max(record) FROM {table.name}), 0) + 1, false)"
                )
    return rows


def _small(connection: Connection, table: tables.StoredTable, types: dict[str, pl.DataType]) -> pl.DataFrame:
    """A table of the store's own records, which has no row numbers."""
    rows = connection.rows(f"SELECT {', '.join(table.names)} FROM {table.name}")  # noqa: S608
    return pl.DataFrame(rows, schema=types, orient="row")


def _digest(frame: pl.DataFrame) -> str:
    """One mark of all that a table says, whatever the order of its rows."""
    lines = sorted(repr(row) for row in frame.iter_rows())
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _empty(url: str) -> None:
    """Take a copy that did not come about out of a database that held nothing before."""
    store = open_store(url, write=True)
    with store.writing() as connection:
        if not connection.value("SELECT count(*) FROM batches"):
            for table in (*reversed([one.name for one in tables.all_tables]), tables.VERSION_TABLE):
                connection.execute(f"DROP TABLE {table}")


def compact(store: Store) -> tuple[int, int]:
    """Rewrite a store without the room that erased and replaced rows left; its bytes before and after."""
    before = _size(store)
    with store.outside_transaction() as driver:
        if store.address.path is None:
            for table in tables.all_tables:
                driver.execute(f"VACUUM (FULL, ANALYZE) {table.name}")
        else:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            driver.execute("VACUUM")
            driver.execute("PRAGMA optimize")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, _size(store)


def _size(store: Store) -> int:
    if store.address.path is None:
        with store.reading() as connection:
            names = ", ".join(f"'{table.name}'" for table in tables.all_tables)
            query = f"SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relname IN ({names})"  # noqa: S608
            return int(connection.value(query) or 0)
    path = store.address.path
    files = (path, path.with_name(path.name + "-wal"))
    return sum(one.stat().st_size for one in files if one.exists())
