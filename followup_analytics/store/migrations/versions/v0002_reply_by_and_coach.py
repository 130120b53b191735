"""By when an answer is wanted, who looks after an interview, and until when it was put off.

Stores of version 1 kept columns of these names, where a user's file had them, as the user's own: what they hold becomes
the column's where it can be read as such, and else stays the user's under the name `<column>_as_given`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEW = {
    "interviews": (("coach", sa.Text()), ("snoozed_until", sa.BigInteger())),
    "contacts": (("reply_by", sa.BigInteger()),),
}
#: The columns that a row's content key is made of, in this version's order.
_SAID = {
    "interviews": (
        "interview_id", "applicant_id", "interviewed_at", "observed_until", "cohort", "employer", "industry",
        "job_level", "interview_format", "self_rating", "self_rated_at", "referral", "decision_promised_at",
        "time_zone", "do_not_contact", "previous_interview_id", "coach", "snoozed_until", "at_precision", "covariates",
    ),
    "contacts": (
        "contact_id", "interview_id", "at", "direction", "channel", "party", "purpose", "duration_s", "at_precision",
        "expressed_interest", "asked_status", "asked_timeline", "asked_when_available", "recited_credentials",
        "said_thanks", "new_approach", "company_news", "stood", "smiled", "tone", "callback_at", "reply_by",
        "automatic", "covariates",
    ),
}  # fmt: skip


def upgrade() -> None:
    """Add the columns to the tables and their histories, and fill them with what the users' own held."""
    for name, columns in _NEW.items():
        for table in (name, f"{name}_history"):
            for column, kind in columns:
                op.add_column(table, sa.Column(column, kind))
        theirs = [column for column, _ in columns if column in _covariates(name)]
        if theirs:
            left = {one for table in (name, f"{name}_history") for one in _move(name, table, theirs)}
            _rename_covariates(name, theirs, left)


def downgrade() -> None:
    """Nothing that a store holds is thrown away."""
    raise NotImplementedError("a store doesn't go back to an earlier version; its backup does")


def _covariates(name: str) -> dict[str, str]:
    rows = op.get_bind().execute(
        sa.text("SELECT name, type FROM covariates WHERE table_name = :table"), {"table": name}
    )
    return {str(one): str(kind) for one, kind in rows}


def _move(name: str, table: str, columns: list[str]) -> Iterator[str]:
    """Move users' columns of one table into ours; gives the names of those of which something could not be read."""
    bind, kinds, types = op.get_bind(), _covariates(name), dict(_NEW[name])
    # Floats of the row are read as the database gives them: a content key is made of their shortest spelling.
    said = ", ".join(f'"{one}"' for one in _SAID[name])
    rows = bind.execute(sa.text(f"SELECT record, {said} FROM {table} WHERE covariates IS NOT NULL")).mappings().all()  # noqa: S608
    for row in rows:
        held: dict[str, str] = json.loads(row["covariates"])
        moved: dict[str, Any] = {}
        for column in columns:
            if column not in held:
                continue
            given = held.pop(column)
            value = given if isinstance(types[column], sa.Text) else _moment(given, kinds[column])
            if value is None:
                held[f"{column}_as_given"] = given
                yield column
            else:
                moved[column] = value
        text = json.dumps(dict(sorted(held.items())), ensure_ascii=False, separators=(",", ":")) if held else None
        now = {**row, **moved, "covariates": text}
        changed = {**moved, "covariates": text, "content": _content_key(name, now)}
        assignments = ", ".join(f'"{one}" = :{one}' for one in changed)
        bind.execute(
            sa.text(f"UPDATE {table} SET {assignments} WHERE record = :record"),  # noqa: S608
            {**changed, "record": row["record"]},
        )


def _moment(given: str, kind: str) -> int | None:
    """A user's time as microseconds since 1970; None where its zone, or the time itself, is not told."""
    if kind == "Datetime":
        return int(given)
    try:
        moment = datetime.fromisoformat(given.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    elapsed = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def _content_key(name: str, row: dict[str, Any]) -> int:
    """The 64-bit key of what a row says: BLAKE2b of its filled columns with their names."""
    text = "".join(f"\x1f{one}={row[one]}" for one in _SAID[name] if row[one] is not None)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _rename_covariates(name: str, columns: list[str], left: set[str]) -> None:
    bind = op.get_bind()
    for column in columns:
        bind.execute(
            sa.text("DELETE FROM covariates WHERE table_name = :table AND name = :name"),
            {"table": name, "name": column},
        )
        if column in left:
            bind.execute(
                sa.text("INSERT INTO covariates (table_name, name, type) VALUES (:table, :name, 'String')"),
                {"table": name, "name": f"{column}_as_given"},
            )
    setting = f"filled:{name}"
    filled = bind.execute(sa.text("SELECT value FROM settings WHERE name = :name"), {"name": setting}).scalar() or ""
    known = ",".join(sorted({*str(filled).split(","), *columns} - {""}))
    bind.execute(sa.text("UPDATE settings SET value = :value WHERE name = :name"), {"value": known, "name": setting})
