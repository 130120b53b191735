"""The database of a store: how connections are opened, and what a transaction is on each of the two kinds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from followup_analytics.errors import MissingExtraError
from followup_analytics.store.address import Address
from followup_analytics.store.connecting import Connection

#: A server that no longer answers is given up after so long.
_GIVEN_UP_MS = 60_000
#: Whoever begins to write and then says nothing for so long loses the transaction, and with it the writers' lock.
_SILENT_MS = 1_800_000
#: One writer at a time, as in SQLite; readers are not held up.
WRITERS_LOCK = "SELECT pg_advisory_xact_lock(hashtext('followup_analytics'), hashtext(current_schema()))"


class Database(Protocol):
    """A database that holds a store, or may come to."""

    def connect(self) -> Any:
        """A connection of the driver, for the caller to close."""

    def reading(self) -> Any:
        """A context: one consistent view, whatever others write meanwhile."""

    def writing(self) -> Any:
        """A context: one transaction, committed at its end and rolled back on any error; one writer at a time."""

    def state(self) -> str:
        """What is another text after any change that a reader can see; it may be another without a change."""


def database_of(address: Address, wait_seconds: float) -> Database:
    """The database at an address. wait_seconds: how long to wait for another writer.

    Raises MissingExtraError for PostgreSQL without its driver.
    """
    if address.path is not None:
        return SqliteDatabase(address.path, wait_seconds)
    try:
        import psycopg  # noqa: F401
        import psycopg_pool  # noqa: F401
    except ImportError:
        raise MissingExtraError.for_extra("A PostgreSQL store", "postgres") from None
    return PostgresDatabase(address.url, wait_seconds)


class SqliteDatabase:
    """One file; a connection for each piece of work, closed after it."""

    def __init__(self, path: Path, wait_seconds: float) -> None:
        self._path = path
        self._wait_seconds = wait_seconds

    def connect(self) -> sqlite3.Connection:
        """Open the file, which is made where there is none; as it stands where it can't be written."""
        _begin_private(self._path)
        try:
            return self._opened("rw" if self._path.exists() else "rwc")
        except sqlite3.OperationalError as error:
            if ("readonly" not in str(error) and "unable to open" not in str(error)) or not self._path.exists():
                raise
            return self._read_only()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        with closing(self.connect()) as driver, _transaction(driver, "BEGIN"):
            yield Connection(driver, "sqlite")

    def state(self) -> str:
        """Times and sizes of the file and its journal, which every change moves; an empty journal is none."""
        found = []
        for one in (self._path, self._path.with_name(self._path.name + "-wal")):
            with suppress(FileNotFoundError):
                held = one.stat()
                found += [f"{held.st_mtime_ns}:{held.st_size}"] if held.st_size else []
        return " ".join(found)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, which has the writers' lock from its beginning: else readers would deadlock with writers."""
        with closing(self.connect()) as driver, _transaction(driver, "BEGIN IMMEDIATE"):
            yield Connection(driver, "sqlite")

    def _opened(self, mode: str) -> sqlite3.Connection:
        # The driver must not begin transactions by itself.
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode={mode}",
            uri=True,
            timeout=self._wait_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for pragma in (
                "foreign_keys=on",
                "secure_delete=on",
                "temp_store=memory",
                "cache_size=-65536",
                "synchronous=full",
            ):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _read_only(self) -> sqlite3.Connection:
        """A file in a place that can't be written: as it stands, which is safe where no program has left a journal."""
        try:
            return self._opened("ro")
        except sqlite3.OperationalError:
            journal = self._path.with_name(self._path.name + "-wal")
            if journal.exists() and journal.stat().st_size:
                raise
            return self._opened("ro&immutable=1")


def _begin_private(path: Path) -> None:
    """Make a new store's file so that only its owner can read it; SQLite gives its journals the same rights."""
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def _transaction(driver: sqlite3.Connection, begin: str) -> Iterator[None]:
    driver.execute(begin)
    try:
        yield
        driver.execute("COMMIT")
    except BaseException:
        # SQLite has taken some back by itself, such as on a full disk.
        with suppress(sqlite3.Error):
            driver.execute("ROLLBACK")
        raise


class PostgresDatabase:
    """A database on a server. The stores of a process share a few connections to it (see `pools.py`)."""

    def __init__(self, url: str, wait_seconds: float) -> None:
        self._place = "postgresql://" + url.partition("://")[2]
        self._wait_seconds = wait_seconds

    def connect(self) -> Any:
        """Open a connection that is shared with nobody."""
        import psycopg

        return psycopg.connect(self._place, **self._manners)

    @property
    def _manners(self) -> dict[str, Any]:
        return {
            "connect_timeout": max(2, int(self._wait_seconds)),
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": _GIVEN_UP_MS,
            "application_name": "followup",
            # Behind a pooler such as PgBouncer no statement may be prepared for later.
            "prepare_threshold": None,
            # Rows travel as UTF-8, whatever the database's own encoding is.
            "client_encoding": "utf8",
        }

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of all tables."""
        with self._begun("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY") as connection:
            yield connection

    def state(self) -> str:
        """Which transactions a reader sees the work of; those of other databases on the server count too."""
        with self.reading() as connection:
            return str(connection.value("SELECT txid_current_snapshot()::text"))

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that has the writers' lock."""
        with self._begun(WRITERS_LOCK) as connection:
            yield connection

    @contextmanager
    def _begun(self, *statements: str) -> Iterator[Connection]:
        limits = {"lock_timeout": int(self._wait_seconds * 1000), "idle_in_transaction_session_timeout": _SILENT_MS}
        # In one message, since each takes a way to the server and back; the limits hold for what comes after them.
        begin = "; ".join((*(f"SET LOCAL {name} = '{ms}ms'" for name, ms in limits.items()), *statements))
        with self._driver() as driver:
            driver.execute(begin)
            yield Connection(driver, "postgresql")

    @contextmanager
    def _driver(self) -> Iterator[Any]:
        """A connection whose transaction is committed at the end, and rolled back on an error."""
        from followup_analytics.store.pools import has_pool, pool_of

        if not has_pool(self._place, self._wait_seconds):
            # Tried here first: its failure says why, which a pool's doesn't.
            self.connect().close()
        with pool_of(self._place, self._wait_seconds, self._manners).connection() as driver:
            yield driver
