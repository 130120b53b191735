"""Where an entry goes: a store that somebody has opened already, or the one at a URL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from followup_analytics.store import open_store

if TYPE_CHECKING:
    from followup_analytics.store import Store


def opened(
    place: str | Store,
    *,
    create: bool = False,
    write: bool = False,
    clock: Callable[[], datetime] | None = None,
) -> Store:
    """The store at a place; one that is open already stays as it was opened, with its own clock."""
    if not isinstance(place, str):
        return place
    return open_store(place, create=create, write=write, clock=clock)
