"""Bringing a store up to this version: a copy of it first, then all steps in one transaction."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from followup_analytics.store import tables
from followup_analytics.store.address import Address
from followup_analytics.store.connecting import Connection

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Marks the tables in which PostgreSQL keeps what a store was before a migration.
_KEPT = "before_version_"


def migrate(connection: Connection, address: Address, version: str | None) -> None:
    """Make the tables, or bring those of an earlier version up to date, within the caller's write transaction.

    version: what the store is now; None where there is none. Of a store that is there a copy is kept first: of an
    SQLite file beside it (see `backup_path`), in PostgreSQL as tables of the same schema. Should the process die in the
    middle, the store is as it was.
    """
    if version is not None:
        _keep_copy(connection, address, version)
    _run_steps(connection)
    if address.path is not None:
        connection.execute(f"PRAGMA application_id={tables.APPLICATION_ID}")


def _run_steps(connection: Connection) -> None:
    """Let Alembic do what is to be done, over the connection that is there and within its transaction."""
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    dialect = "sqlite" if connection.kind == "sqlite" else "postgresql+psycopg"
    engine = sa.create_engine(
        f"{dialect}://", creator=lambda: connection.driver, poolclass=sa.StaticPool, pool_reset_on_return=None
    )
    for ending in ("do_commit", "do_rollback", "do_close", "do_terminate"):
        # The transaction, and the connection, are the caller's to end.
        setattr(engine.dialect, ending, lambda _: None)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect() as over, over.begin():
        config.attributes["connection"] = over
        command.upgrade(config, "head")


def backup_path(store: Path, version: str) -> Path:
    """Where the copy of an SQLite store lies that was made before it left a version: `followup.db.version-1.backup`."""
    return store.with_name(f"{store.name}.version-{version.lstrip('0')}.backup")


def discard_copies(connection: Connection, address: Address) -> int:
    """Remove the copies that migrations kept, since they hold everybody who was there then; how many there were."""
    if address.path is not None:
        copies = sorted(address.path.parent.glob(f"{_escaped(address.path.name)}.version-*.backup*"))
        for copy in copies:
            copy.unlink()
        return len(copies)
    kept = [name for name in connection.table_names() if f"_{_KEPT}" in name]
    for name in kept:
        connection.execute(f'DROP TABLE "{name}"')
    return len(kept)


def _keep_copy(connection: Connection, address: Address, version: str) -> None:
    if address.path is not None:
        _copy_file(address.path, backup_path(address.path, version))
        return
    names = connection.table_names()
    for name in (one for one in names if f"_{_KEPT}" not in one):
        copy = f"{name}_{_KEPT}{int(version) + 1}"
        connection.execute(f'DROP TABLE IF EXISTS "{copy}"')
        connection.execute(f'CREATE TABLE "{copy}" AS TABLE "{name}"')


def _copy_file(store: Path, backup: Path) -> None:
    """A complete copy, or none: what others are reading meanwhile doesn't matter, and nobody writes."""
    unfinished = backup.with_name(backup.name + ".tmp")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(store))}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(unfinished)) as target,
        ):
            source.backup(target)
        unfinished.replace(backup)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _escaped(name: str) -> str:
    """A file's name as a pattern that only it fits."""
    return "".join(f"[{one}]" if one in "[]*?" else one for one in name)
