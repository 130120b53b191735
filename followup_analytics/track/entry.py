"""What every entry of `followup track` gives back, and leaves behind in the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from followup_analytics.store import Transaction

_TRACKED = "tracked"


@dataclass(frozen=True)
class Entry:
    """One thing done to a store: the id for stdout, the interview it is about, a sentence for stderr, and doubts.

    `doubts` are sentences about what looks like a slip; it was stored all the same.
    """

    id: str
    interview_id: str | None
    sentence: str
    doubts: tuple[str, ...] = ()


def settle(transaction: Transaction, table_name: str, key: str, time_zone: str | None) -> None:
    """What every entry leaves behind: its line in the journal, and that this store is written day by day."""
    from followup_analytics.store.journal import note_entry

    note_entry(transaction, table_name, key)
    if transaction.setting(_TRACKED) is None:
        transaction.set(_TRACKED, "true")
    if time_zone is not None and transaction.setting("time_zone") is None:
        transaction.set("time_zone", time_zone)
