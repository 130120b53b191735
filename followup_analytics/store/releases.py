"""Where the ledger of releases of a store lies: beside an SQLite file, in the settings of a shared database."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from followup_analytics.results.disclosure.ledger import Place
    from followup_analytics.store.store import Store

_SUFFIX = ".releases.json"
_SETTING = "releases"


def ledger_beside(log: Path) -> Path:
    """The ledger's file beside a store's file, or a log's folder or workbook."""
    whole = log.resolve()
    return whole.with_name(whole.name + _SUFFIX)


def place_of(store: Store) -> Place:
    """Where a store's ledger lies."""
    from followup_analytics.results.disclosure.ledger import Place, file_place

    if store.address.path is not None:
        return file_place(ledger_beside(store.address.path))

    return Place("the store", lambda: store.setting(_SETTING), lambda text: store.keep_setting(_SETTING, text))


def forget_in_ledger(store: Store, ids: Collection[str]) -> tuple[str, ...] | None:
    """Take a person's hashes out of the ledger; the releases that were about them, in words; None without a ledger.

    Raises UnreadableError where there is a ledger that can't be read.
    """
    from followup_analytics.results.disclosure.ledger import Ledger

    place = place_of(store)
    if place.read() is None:
        return None
    return tuple(one.told() for one in Ledger(place).forget(ids))
