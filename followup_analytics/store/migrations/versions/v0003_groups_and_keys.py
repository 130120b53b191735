"""The applicants' groups from what the store holds, and a mark where keys may hold people's ids.

Stores of version 2 may have groups that were made of the ids as they were typed, by which a list of ids can be tried
out: all are made anew, of the pseudonyms. Keys that may be made of people's ids can't be replaced here, since the key
of the pseudonyms isn't known: they are counted, and `followup store hide-keys` replaces them.
"""

from __future__ import annotations

import hashlib
import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_GROUPED = ("interviews", "interviews_history", "applicants", "applicants_history")
_PERSONAL = re.compile(r"(?:\d\D?){5}|@|\w\s+\w")
_MADE = re.compile(r"(?:iv|ct)-\w+|row-[0-9a-f]{20}|(?:p|call|n|m|w|i|c)-[0-9a-f]{20}")


def upgrade() -> None:
    """Make every group anew, and count the keys that may tell of people."""
    bind = op.get_bind()
    for table in _GROUPED:
        found = bind.execute(sa.text(f"SELECT DISTINCT applicant_id FROM {table}")).scalars().all()  # noqa: S608
        changes = [{"who": who, "bucket": _bucket(who)} for who in found if who is not None]
        if changes:
            statement = f"UPDATE {table} SET applicant_bucket = :bucket WHERE applicant_id = :who"  # noqa: S608
            bind.execute(sa.text(statement), changes)
    keys = [
        key
        for table, column in (("interviews", "interview_id"), ("contacts", "contact_id"))
        for key in bind.execute(sa.text(f"SELECT {column} FROM {table}")).scalars()  # noqa: S608
        if _PERSONAL.search(key) and not _MADE.fullmatch(key)
    ]
    if keys:
        bind.execute(
            sa.text("INSERT INTO settings (name, value) VALUES ('plain_keys', :n)"),
            {"n": str(len(keys))},
        )


def _bucket(applicant: str) -> int:
    return int.from_bytes(hashlib.sha256(applicant.encode()).digest(), "big") % 1000
