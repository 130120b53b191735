"""Recording what happened, one entry at a time: the commands of `followup track`."""

from __future__ import annotations

from followup_analytics.track.entries import (
    Entry,
    track_contact,
    track_forget,
    track_interview,
    track_outcome,
    track_undo,
)
from followup_analytics.track.history import track_history

__all__ = [
    "Entry",
    "track_contact",
    "track_forget",
    "track_history",
    "track_interview",
    "track_outcome",
    "track_undo",
]
