"""Opening a store: reach the database, refuse what is not ours before touching it, bring it up to this version."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from followup_analytics.errors import UnreadableError
from followup_analytics.store import tables
from followup_analytics.store.address import Address, parse_address
from followup_analytics.store.connecting import Connection
from followup_analytics.store.database import Database, database_of
from followup_analytics.store.faults import explained
from followup_analytics.store.store import Store
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
    database = database_of(address, wait_seconds)
    with explained(address):
        with database.reading() as connection:
            version = _version(connection, address)
        if version is None and not create:
            raise UnreadableError(
                f"{address.shown}: there is no follow-up store here; `followup ingest` or `followup track` makes one."
            )
        if version != tables.HEAD:
            _upgrade(database, address)
    return Store(database, address, clock or (lambda: datetime.now(UTC)), writable=create or write)


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


# ------------------------------------------------------------------------------------------- ours, and how old?


def _version(connection: Connection, address: Address) -> str | None:
    """The version of our tables, None for an empty database; refuses a foreign or newer one."""
    names = set(connection.table_names())
    if not names:
        return None
    if tables.VERSION_TABLE not in names:
        raise UnreadableError(
            f"{address.shown}: this database belongs to another program; it was left as it was. Name another one."
        )
    found = connection.value(f"SELECT version_num FROM {tables.VERSION_TABLE}")  # noqa: S608
    if found is None or str(found) > tables.HEAD:
        raise UnreadableError(
            f"{address.shown}: a newer version of followup_analytics wrote this store; "
            "upgrade with  pip install -U followup_analytics"
        )
    return str(found)


def _upgrade(database: Database, address: Address) -> None:
    """Make the tables, or bring older ones up to date, in one transaction."""
    from followup_analytics.store.migrating import migrate

    if address.path is not None:
        # Not within the transaction: SQLite changes its journal only outside of one.
        with closing(database.connect()) as driver:
            driver.execute("PRAGMA journal_mode=wal")
    with database.writing() as connection:
        # Another process may have been quicker while this one waited for the lock.
        version = _version(connection, address)
        if version != tables.HEAD:
            migrate(connection, address, version)
