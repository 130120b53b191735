"""What a database driver complains of, as one sentence for the person at the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy.exc

from followup_analytics.errors import DataError, FollowUpError, UnreadableError
from followup_analytics.store.address import Address

_LOCKED = (
    "database is locked",
    "database table is locked",
    "lock timeout",
    "locknotavailable",
    "could not obtain lock",
)
_FULL = ("database or disk is full", "no space left", "disk full")
_READ_ONLY = ("readonly", "read-only", "permission denied", "insufficient privilege", "unable to open database file")
_NOT_A_DATABASE = ("file is not a database", "file is encrypted")
_DAMAGED = ("malformed", "disk i/o error")


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn driver errors raised inside into errors of this package; others pass."""
    import sqlite3

    try:
        yield
    except (sqlalchemy.exc.SQLAlchemyError, sqlite3.Error) as error:
        raise explain(error, address) from None
    except FollowUpError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "psycopg":
            raise
        raise explain(error, address) from None


def explain(error: BaseException, address: Address) -> FollowUpError:
    """The error of this package for an error of the driver; the driver's own words only where nothing fits."""
    cause = getattr(error, "orig", None) or error
    text = f"{type(cause).__name__} {cause}".lower()
    place = address.shown
    if any(word in text for word in _LOCKED):
        return UnreadableError(
            f"{place}: another program is writing to the store; wait until it has finished, then try again."
        )
    if any(word in text for word in _FULL):
        return UnreadableError(f"{place}: the disk is full; nothing was stored. Make room, then try again.")
    if any(word in text for word in _NOT_A_DATABASE):
        return UnreadableError(f"{place}: this is not a follow-up store; name another file.")
    if any(word in text for word in _DAMAGED):
        return UnreadableError(f"{place}: the store's file is damaged; put back a copy of it.")
    if "foreign key" in text:
        return DataError(f"{place}: a contact or outcome belongs to no interview of the store; nothing was stored.")
    if address.path is None and any(word in text for word in _READ_ONLY):
        return UnreadableError(
            f"{place}: this user may not write to the database; ask its administrator for the right."
        )
    if any(word in text for word in _READ_ONLY):
        return UnreadableError(f"{place}: the store can't be opened or written here; check the folder and its rights.")
    if address.path is None and isinstance(error, sqlalchemy.exc.OperationalError):
        return UnreadableError(
            f"{place}: the database can't be reached ({_first_line(cause)}); check the URL and the server."
        )
    return UnreadableError(f"{place}: the store can't be used ({_first_line(cause)}).")


def _first_line(cause: BaseException) -> str:
    """The driver's first line, cut short of details that quote values."""
    lines = str(cause).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(cause).__name__
