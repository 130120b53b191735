"""The kinds of a store's transactions, as its journal names them, and names of its settings."""

from __future__ import annotations

#: The setting that tells a store's own key from another.
KEY_MARK = "key_mark"

INGEST, TRACK, UNDO = "ingest", "track", "undo"
