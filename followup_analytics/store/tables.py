"""The store's tables as SQLAlchemy Core, made from the log's schema.

Timestamps are microseconds since 1970 in UTC and booleans are 0 and 1 on either database: the same integers go in and
come out, so that both give the same log to the last digit. Each table of the log has a twin `<name>_history` that
holds superseded versions; what stands in the table itself is what is known now.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from followup_analytics.log.schema import TABLES, Column, Table

#: Marks an SQLite file as a store ("FoUp"); shown by `file` and checked before anything is touched.
APPLICATION_ID = 0x466F5570
FORMAT = "followup_analytics store"
VERSION_TABLE = "followup_version"
#: The newest migration; a test holds it equal to the files in migrations/versions.
HEAD = "0002"

#: Worked out at reading and kept beside the contract's columns, by the name that frames give them.
DERIVED = {
    "interviews": {"_bucket": "applicant_bucket", "_zone": "zone_at_reading"},
    "contacts": {},
    "outcomes": {},
    "applicants": {"_bucket": "applicant_bucket"},
}
#: What the store adds to each row.
BOOKKEEPING = ("covariates", "content", "recorded_at", "batch")
SUPERSEDED = ("superseded_at", "superseded_by")

metadata = sa.MetaData()

_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "text": sa.Text,
    "enum": sa.Text,
    "zone": sa.Text,
    "timestamp": sa.BigInteger,
    "boolean": sa.SmallInteger,
    "number": sa.Double,
    "integer": sa.Integer,
}
#: SQLite numbers rows by itself only where the key is spelled INTEGER.
_RECORD = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("batch", sa.Integer, primary_key=True),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("table_name", sa.Text),
    sa.Column("record_key", sa.Text),
    sa.Column("undone_by", sa.Integer),
)
settings = sa.Table(
    "settings",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
covariates = sa.Table(
    "covariates",
    metadata,
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("type", sa.Text, primary_key=True),
)
forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("mark", sa.Text, primary_key=True),
    sa.Column("forgotten_at", sa.BigInteger, nullable=False),
)


def _column(column: Column) -> sa.Column[object]:
    return sa.Column(column.name, _TYPES[column.type], nullable=not column.required)


def _bookkeeping(table: Table) -> list[sa.Column[object]]:
    derived: list[sa.Column[object]] = [
        sa.Column(name, sa.SmallInteger if source == "_bucket" else sa.Text)
        for source, name in DERIVED[table.name].items()
    ]
    return [
        *derived,
        sa.Column("covariates", sa.Text),
        sa.Column("content", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
    ]


def _foreign_keys(table: Table) -> list[sa.ForeignKeyConstraint]:
    if table.name not in ("contacts", "outcomes"):
        return []
    # Deferred: a new version is the old row moved to the history and a new one put in, within one transaction.
    return [
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            deferrable=True,
            initially="DEFERRED",
            name=f"{table.name}_interview",
        )
    ]


def _current(table: Table) -> sa.Table:
    made = sa.Table(
        table.name,
        metadata,
        sa.Column("record", _RECORD, primary_key=True, autoincrement=True),
        *(_column(column) for column in table.columns),
        *_bookkeeping(table),
        *_foreign_keys(table),
    )
    sa.Index(f"{table.name}_key", made.c[table.key], unique=True)
    if table.name == "contacts":
        sa.Index("contacts_interview", made.c.interview_id)
    if table.name == "interviews":
        sa.Index("interviews_applicant", made.c.applicant_id)
    return made


def _history(table: Table) -> sa.Table:
    made = sa.Table(
        f"{table.name}_history",
        metadata,
        sa.Column("record", _RECORD, primary_key=True, autoincrement=True),
        *(_column(column) for column in table.columns),
        *_bookkeeping(table),
        sa.Column("superseded_at", sa.BigInteger, nullable=False),
        sa.Column("superseded_by", sa.Integer, nullable=False),
    )
    sa.Index(f"{table.name}_history_key", made.c[table.key])
    return made


current = {name: _current(table) for name, table in TABLES.items()}
history = {name: _history(table) for name, table in TABLES.items()}


def row_columns(name: str) -> tuple[str, ...]:
    """The columns of a table's rows in order, without the row number: contract, derived, bookkeeping."""
    return (*TABLES[name].names, *DERIVED[name].values(), *BOOKKEEPING)
