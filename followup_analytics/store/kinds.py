"""The kinds of a store's transactions, as its journal names them."""

from __future__ import annotations

INGEST, TRACK, UNDO = "ingest", "track", "undo"
