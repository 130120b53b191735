"""What a database driver complains of, as one sentence for the person at the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
_SHUT = ("adminshutdown", "crashshutdown", "server closed the connection", "connection is lost", "cannotconnectnow")
_TOO_SILENT = ("idle-in-transaction timeout", "idleintransactionsessiontimeout")
_TOO_SLOW = ("statement timeout", "transaction timeout")
_NOT_A_DATABASE = ("file is not a database", "file is encrypted")
_DAMAGED = ("malformed",)
_NOT_WRITTEN = ("disk i/o error",)

#: Whose errors are explained; SQLAlchemy's are those of a migration.
_DRIVERS = ("sqlite3", "psycopg", "psycopg_pool", "sqlalchemy")

#: Less free room than this many bytes is none.
_LITTLE_ROOM = 1_000_000


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn driver errors raised inside into errors of this package; others pass."""
    try:
        yield
    except FollowUpError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _DRIVERS:
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
    if any(word in text for word in _NOT_WRITTEN):
        return UnreadableError(f"{place}: {_why_not_written(address)}; nothing was stored, what was there is whole.")
    if any(word in text for word in _DAMAGED):
        return UnreadableError(
            f"{place}: the store's file is damaged; put back a copy of it (`followup store verify` looks at one)."
        )
    if "foreign key" in text:
        return DataError(f"{place}: a contact or outcome belongs to no interview of the store; nothing was stored.")
    of_server = _of_server(text, place) if address.path is None else None
    if of_server is not None:
        return UnreadableError(of_server)
    if any(word in text for word in _READ_ONLY):
        return UnreadableError(f"{place}: the store can't be opened or written here; check the folder and its rights.")
    if address.path is None and _is_operational(cause):
        return UnreadableError(
            f"{place}: the database can't be reached ({_first_line(cause)}); check the URL and the server."
        )
    return UnreadableError(f"{place}: the store can't be used ({_first_line(cause)}).")


def _of_server(text: str, place: str) -> str | None:
    """What a server says of rights, time and itself; None for what it says of nothing of these."""
    told = {
        ("row-level security",): "this user may not store that row: a coach enters interviews with --coach and the own "
        "name, and writes about own clients only.",
        _READ_ONLY: "this user may not do that in the database; ask its administrator for the right.",
        _SHUT: "the server was stopped or restarted; nothing of this was stored. Try again once it runs.",
        _TOO_SILENT: "the server ended this work, since nothing came of it for too long; nothing of it was stored. Try "
        "again.",
        _TOO_SLOW: "this took longer than the server allows (statement_timeout); nothing of it was stored. Ask its "
        "administrator for more time.",
    }
    return next(
        (f"{place}: {sentence}" for words, sentence in told.items() if any(word in text for word in words)), None
    )


def _why_not_written(address: Address) -> str:
    """What keeps a database from its disk: SQLite says the same of a full disk, a limit and a failing one."""
    import shutil

    if address.path is not None:
        try:
            free = shutil.disk_usage(address.folder).free
        except OSError:
            return "its folder can't be reached any more; look whether the drive or share is there, then try again"
        if free < _LITTLE_ROOM:
            return "the disk is full; make room, then try again"
        limit = _size_limit()
        if limit is not None:
            return (
                f"files may not grow beyond {limit:,} bytes here (a limit of this account); have it raised, then retry"
            )
    return "the disk refused to write or read (disk I/O error); look at its room, limits and health, then try again"


def _size_limit() -> int | None:
    """The size beyond which this process may not write a file, where there is one."""
    try:
        import resource
    except ImportError:
        return None
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def _is_operational(cause: BaseException) -> bool:
    """Whether a server could not be reached or left off, rather than refused what it was asked."""
    return any(kind.__name__ == "OperationalError" for kind in type(cause).__mro__)


def _first_line(cause: BaseException) -> str:
    """The driver's first line, cut short of details that quote values."""
    lines = str(cause).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(cause).__name__
