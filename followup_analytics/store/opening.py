"""Opening a store: reach the database, refuse what is not ours before touching it, bring it up to this version."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from followup_analytics.errors import MissingExtraError, UnreadableError
from followup_analytics.store import tables
from followup_analytics.store.address import Address, parse_address
from followup_analytics.store.faults import explained
from followup_analytics.store.store import WRITES, Store
from followup_analytics.store.tombstones import tombstones_path


def open_store(
    url: str,
    *,
    create: bool = False,
    write: bool = False,
    wait_seconds: float = 10.0,
    clock: Callable[[], datetime] | None = None,
) -> Store:
    """The store at a URL; see `followup_analytics.store.open_store`.

    People who were forgotten, and whom a backup that was put back has brought back, are erased again first.
    """
    address = parse_address(url)
    store = connect_store(address, create=create, write=write, wait_seconds=wait_seconds, clock=clock)
    stones = tombstones_path(address.url)
    if stones is not None and stones.exists():
        from followup_analytics.store.erase import erase_returned, returned

        if returned(store):
            erase_returned(connect_store(address, create=False, write=True, wait_seconds=wait_seconds, clock=clock))
    return store


def connect_store(
    address: Address,
    *,
    create: bool,
    write: bool,
    wait_seconds: float,
    clock: Callable[[], datetime] | None = None,
) -> Store:
    """The store at an address, checked to be one of ours and of a version that this one reads."""
    if address.path is not None:
        _look_at_file(address, create=create)
    engine = _postgres_engine(address, wait_seconds) if address.path is None else _sqlite_engine(address, wait_seconds)
    with explained(address):
        with engine.connect() as connection:
            version = _version(connection, address)
        if version is None and not create:
            raise UnreadableError(
                f"{address.shown}: there is no follow-up store here; `followup ingest` or `followup track` makes one."
            )
        if version != tables.HEAD:
            _upgrade(engine, address)
    return Store(engine, address, clock or (lambda: datetime.now(UTC)), writable=create or write)


# ------------------------------------------------------------------------------------------------------- SQLite


def _look_at_file(address: Address, *, create: bool) -> None:
    """Refuse what can't be a store by its path alone, so that SQLite never makes or touches a file in vain."""
    path = address.path
    assert path is not None  # noqa: S101
    if path.is_dir():
        raise UnreadableError(f"{path}: this is a folder; a store is one file, such as {path / 'followup.db'}.")
    if not path.parent.is_dir():
        raise UnreadableError(f"{path}: the folder {path.parent} doesn't exist; make it first.")
    if not path.exists():
        if not create:
            raise UnreadableError(f"{path}: there is no store here; `followup ingest` or `followup track` makes one.")
        return
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        raise UnreadableError(f"{path}: the store can't be read ({error.strerror}); check its rights.") from None
    if head and head != b"SQLite format 3\0":
        raise UnreadableError(f"{path}: this is not a follow-up store but some other file; name another one.")


def _sqlite_engine(address: Address, wait_seconds: float) -> sa.Engine:
    path = address.path
    assert path is not None  # noqa: S101

    def connect() -> sqlite3.Connection:
        _begin_private(path)
        try:
            return _sqlite_connection(path, "rw" if path.exists() else "rwc", wait_seconds)
        except sqlite3.OperationalError as error:
            if ("readonly" not in str(error) and "unable to open" not in str(error)) or not path.exists():
                raise
            return _sqlite_read_only(path, wait_seconds)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _begin_private(path: Path) -> None:
    """Make a new store's file so that only its owner can read it; SQLite gives its journals the same rights."""
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _sqlite_connection(path: Path, mode: str, wait_seconds: float) -> sqlite3.Connection:
    # The driver must not begin transactions by itself: we say BEGIN IMMEDIATE, or readers would deadlock with writers.
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=wait_seconds,
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


def _sqlite_read_only(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """A store in a place that can't be written: as it stands, which is safe where no program has left a journal."""
    try:
        return _sqlite_connection(path, "ro", wait_seconds)
    except sqlite3.OperationalError:
        journal = path.with_name(path.name + "-wal")
        if journal.exists() and journal.stat().st_size:
            raise
        return _sqlite_connection(path, "ro&immutable=1", wait_seconds)


# --------------------------------------------------------------------------------------------------- PostgreSQL

_GIVEN_UP_MS = 60_000


def _postgres_engine(address: Address, wait_seconds: float) -> sa.Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtraError.for_extra("A PostgreSQL store", "postgres") from None
    engine = sa.create_engine(
        address.url,
        poolclass=NullPool,
        # Rows travel as UTF-8, whatever the database's own encoding is.
        # No pool: each piece of work has a connection of its own, so that none stays open while nobody works. A server
        # that no longer answers is given up after a minute.
        connect_args={
            "connect_timeout": max(2, int(wait_seconds)),
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": _GIVEN_UP_MS,
            "application_name": "followup",
            "client_encoding": "utf8",
        },
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(wait_seconds * 1000)}ms'")
        if connection.get_execution_options().get(WRITES):
            # One writer at a time, as in SQLite; readers are not held up.
            connection.exec_driver_sql(
                "SELECT pg_advisory_xact_lock(hashtext('followup_analytics'), hashtext(current_schema()))"
            )

    return engine


# ------------------------------------------------------------------------------------------- ours, and how old?


def _version(connection: sa.Connection, address: Address) -> str | None:
    """The version of our tables, None for an empty database; refuses a foreign or newer one."""
    names = set(sa.inspect(connection).get_table_names())
    if not names:
        return None
    if tables.VERSION_TABLE not in names:
        raise UnreadableError(
            f"{address.shown}: this database belongs to another program; it was left as it was. Name another one."
        )
    found = connection.execute(sa.text(f"SELECT version_num FROM {tables.VERSION_TABLE}")).scalar()  # noqa: S608
    if found is None or str(found) > tables.HEAD:
        raise UnreadableError(
            f"{address.shown}: a newer version of followup_analytics wrote this store; "
            "upgrade with  pip install -U followup_analytics"
        )
    return str(found)


def _upgrade(engine: sa.Engine, address: Address) -> None:
    """Make the tables, or bring older ones up to date, in one transaction."""
    from followup_analytics.store.migrating import migrate

    if address.path is not None:
        # Not within the transaction: SQLite changes its journal only outside of one.
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101
            driver.execute("PRAGMA journal_mode=wal")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        # Another process may have been quicker while this one waited for the lock.
        version = _version(connection, address)
        if version != tables.HEAD:
            migrate(connection, address, version)
