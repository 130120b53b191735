"""The first tables: the log as it is known now, its history, and the store's own records."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out rather than taken from schema.py: a migration says what the tables were, whatever the schema becomes.
_TEXT, _TIME, _BOOLEAN = "text", "time", "boolean"
_INTERVIEWS = (
    ("interview_id", _TEXT),
    ("applicant_id", _TEXT),
    ("interviewed_at", _TIME),
    ("observed_until", _TIME),
    ("cohort", _TEXT),
    ("employer", _TEXT),
    ("industry", _TEXT),
    ("job_level", _TEXT),
    ("interview_format", _TEXT),
    ("self_rating", "integer"),
    ("self_rated_at", _TIME),
    ("referral", _BOOLEAN),
    ("decision_promised_at", _TIME),
    ("time_zone", _TEXT),
    ("do_not_contact", _BOOLEAN),
    ("previous_interview_id", _TEXT),
    ("at_precision", _TEXT),
    ("applicant_bucket", "small"),
    ("zone_at_reading", _TEXT),
)
_CONTACTS = (
    ("contact_id", _TEXT),
    ("interview_id", _TEXT),
    ("at", _TIME),
    ("direction", _TEXT),
    ("channel", _TEXT),
    ("party", _TEXT),
    ("purpose", _TEXT),
    ("duration_s", "number"),
    ("at_precision", _TEXT),
    ("expressed_interest", _BOOLEAN),
    ("asked_status", _BOOLEAN),
    ("asked_timeline", _BOOLEAN),
    ("asked_when_available", _BOOLEAN),
    ("recited_credentials", _BOOLEAN),
    ("said_thanks", _BOOLEAN),
    ("new_approach", _BOOLEAN),
    ("company_news", _BOOLEAN),
    ("stood", _BOOLEAN),
    ("smiled", _BOOLEAN),
    ("tone", _TEXT),
    ("callback_at", _TIME),
    ("automatic", _BOOLEAN),
)
_OUTCOMES = (("interview_id", _TEXT), ("outcome", _TEXT), ("decided_at", _TIME), ("at_precision", _TEXT))
_APPLICANTS = (
    ("applicant_id", _TEXT),
    ("cohort", _TEXT),
    ("destination", _TEXT),
    ("destination_known_at", _TIME),
    ("applicant_bucket", "small"),
)
_TABLES = {"interviews": _INTERVIEWS, "contacts": _CONTACTS, "outcomes": _OUTCOMES, "applicants": _APPLICANTS}
_NEEDED = {
    "interviews": ("interview_id", "applicant_id", "interviewed_at"),
    "contacts": ("contact_id", "interview_id", "at", "direction", "channel"),
    "outcomes": ("interview_id", "outcome", "decided_at"),
    "applicants": ("applicant_id",),
}
_KEYS = {
    "interviews": "interview_id",
    "contacts": "contact_id",
    "outcomes": "interview_id",
    "applicants": "applicant_id",
}
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    _TEXT: sa.Text(),
    _TIME: sa.BigInteger(),
    _BOOLEAN: sa.SmallInteger(),
    "small": sa.SmallInteger(),
    "integer": sa.Integer(),
    "number": sa.Double(),
}


def upgrade() -> None:
    """Make the tables, and write down what they are."""
    _make_own_tables()
    for name in _TABLES:
        _make_table(name, name, _interview_key(name))
        _make_table(
            name, f"{name}_history", [_needed("superseded_at", sa.BigInteger()), _needed("superseded_by", sa.Integer())]
        )
        op.create_index(f"{name}_key", name, [_KEYS[name]], unique=True)
        op.create_index(f"{name}_history_key", f"{name}_history", [_KEYS[name]])
    op.create_index("contacts_interview", "contacts", ["interview_id"])
    op.create_index("interviews_applicant", "interviews", ["applicant_id"])
    op.execute("INSERT INTO settings (name, value) VALUES ('format', 'followup_analytics store')")


def downgrade() -> None:
    """There is nothing before the first tables."""
    raise NotImplementedError("a store has no version before its first")


def _needed(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _make_own_tables() -> None:
    op.create_table(
        "batches",
        sa.Column("batch", sa.Integer(), primary_key=True),
        _needed("recorded_at", sa.BigInteger()),
        _needed("kind", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("table_name", sa.Text()),
        sa.Column("record_key", sa.Text()),
        sa.Column("undone_by", sa.Integer()),
    )
    op.create_table("settings", sa.Column("name", sa.Text(), primary_key=True), _needed("value", sa.Text()))
    op.create_table(
        "forgotten", sa.Column("mark", sa.Text(), primary_key=True), _needed("forgotten_at", sa.BigInteger())
    )
    op.create_table(
        "covariates", *(sa.Column(name, sa.Text(), primary_key=True) for name in ("table_name", "name", "type"))
    )


def _make_table(name: str, made: str, more: list[sa.schema.SchemaItem]) -> None:
    record = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        made,
        sa.Column("record", record, primary_key=True, autoincrement=True),
        *(sa.Column(column, _TYPES[kind], nullable=column not in _NEEDED[name]) for column, kind in _TABLES[name]),
        sa.Column("covariates", sa.Text()),
        _needed("content", sa.BigInteger()),
        _needed("recorded_at", sa.BigInteger()),
        _needed("batch", sa.Integer()),
        *more,
    )


def _interview_key(name: str) -> list[sa.schema.SchemaItem]:
    if name not in ("contacts", "outcomes"):
        return []
    return [
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=f"{name}_interview",
            deferrable=True,
            initially="DEFERRED",
        )
    ]
