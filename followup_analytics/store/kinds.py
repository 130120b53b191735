"""The kinds of a store's transactions, as its journal names them, and names of its settings."""

from __future__ import annotations

#: The setting that tells a store's own key from another.
KEY_MARK = "key_mark"
#: Set by the migration of a store that has keys in which people's ids may stand: how many.
PLAIN_KEYS = "plain_keys"

INGEST, TRACK, UNDO = "ingest", "track", "undo"
#: The setting that keeps what the log said about the advice.
EVIDENCE = "evidence"
#: Folders of the local page for what is uploaded to it begin so.
UPLOADS = "followup-page-"
