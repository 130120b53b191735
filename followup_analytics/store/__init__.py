"""The durable log: SQLite by default, PostgreSQL when an office shares it.

A store holds the four tables of the log as they stand now, and beside each table its history, so that the log can be
read as it stood on any day. Every change is one transaction. SQLAlchemy is imported only when a store is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from followup_analytics.store.address import is_store_url, parse_address
from followup_analytics.store.counts import Counts
from followup_analytics.store.kinds import KEY_MARK, PLAIN_KEYS

if TYPE_CHECKING:
    from followup_analytics.store.logs import read_store_log
    from followup_analytics.store.store import Store
    from followup_analytics.store.transaction import Transaction

__all__ = [
    "KEY_MARK",
    "PLAIN_KEYS",
    "Counts",
    "Store",
    "Transaction",
    "is_store_url",
    "open_store",
    "read_store_log",
    "store_exists",
]


def open_store(
    url: str,
    *,
    create: bool = False,
    write: bool = False,
    wait_seconds: float = 10.0,
    clock: Callable[[], datetime] | None = None,
) -> Store:
    """Open the store at a URL: for reading, with `write` for changes too, with `create` also where there is none yet.

    url: `sqlite:///followup.db` or `postgresql://user@host/database`. Analyses never make or
    change one. wait_seconds: how long to wait for another writer. clock: gives the moment of recording (aware); now
    by default. Threads may share what is given back: each piece of work has a connection of its own.
    Raises UnreadableError when there is none, it can't be reached, is locked, foreign or newer than this version;
    MissingExtraError for PostgreSQL without its driver; UsageError for a URL that is no store's.

    Example:
        >>> store = open_store("sqlite:///own.db", create=True, write=True)
        >>> store.sizes()
        {'interviews': 0, 'applicants': 0, 'contacts': 0}
    """
    from followup_analytics.store import opening

    return opening.open_store(url, create=create, write=write, wait_seconds=wait_seconds, clock=clock)


def store_exists(url: str) -> bool:
    """Whether there is something at a store's URL; of a database server it is not asked, so always True."""
    path = parse_address(url).path
    return path is None or path.exists()


def __getattr__(name: str) -> Any:
    if name in ("Store", "Transaction"):
        from followup_analytics.store import store

        return getattr(store, name)
    if name == "read_store_log":
        from followup_analytics.store.logs import read_store_log

        return read_store_log
    raise AttributeError(name)
