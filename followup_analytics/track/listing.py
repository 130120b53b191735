"""The part of a store that a list of interviews needs, with the size of the whole."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from followup_analytics.results.result import LogCounts
from followup_analytics.store import read_store_log
from followup_analytics.track.places import opened

if TYPE_CHECKING:
    from followup_analytics.store import Store

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

#: The clock of no zone differs by more from that of another.
_ZONES = timedelta(days=2)


def read_listed(place: str | Store, *, only_open: bool) -> tuple[FollowUpLog, LogCounts]:
    """The log of a store, or of its interviews without an outcome alone, and the counts of the whole store.

    To read tens of thousands of stories that have ended takes most of the time. Raises as `read_store_log`.
    """
    from followup_analytics.store.logs import read_open_log

    store = opened(place)
    log = read_open_log(store, store.now() - _ZONES) if only_open else None
    if log is None:
        log = read_store_log(store.address.url)
        # Nothing is open, or all were asked for: states are told from the whole.
        return log, LogCounts.of(log)
    return log, LogCounts.of(log).of_whole(store.sizes())
