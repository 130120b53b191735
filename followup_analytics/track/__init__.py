"""Recording what happened, one entry at a time: the commands of `followup track`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from followup_analytics.track.corrections import correctable, track_correct, track_reassign, track_snooze
    from followup_analytics.track.entries import track_contact, track_interview, track_outcome
    from followup_analytics.track.entry import Entry
    from followup_analytics.track.face import OfficeStore, open_store
    from followup_analytics.track.history import track_history
    from followup_analytics.track.listing import read_listed
    from followup_analytics.track.people import track_employer, track_person
    from followup_analytics.track.quick import track_log
    from followup_analytics.track.removal import holdings, ids_of, track_forget, track_undo

__all__ = [
    "Entry",
    "OfficeStore",
    "correctable",
    "holdings",
    "ids_of",
    "open_store",
    "read_listed",
    "track_contact",
    "track_correct",
    "track_employer",
    "track_forget",
    "track_history",
    "track_interview",
    "track_log",
    "track_outcome",
    "track_person",
    "track_reassign",
    "track_snooze",
    "track_undo",
]

#: Where each name is at home: modules are imported when one of their names is asked for.
_HOMES = {
    "corrections": ("correctable", "track_correct", "track_reassign", "track_snooze"),
    "entries": ("track_contact", "track_interview", "track_outcome"),
    "entry": ("Entry",),
    "face": ("OfficeStore", "open_store"),
    "history": ("track_history",),
    "listing": ("read_listed",),
    "people": ("track_employer", "track_person"),
    "quick": ("track_log",),
    "removal": ("holdings", "ids_of", "track_forget", "track_undo"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
