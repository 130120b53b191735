"""The tables in SQLAlchemy's terms, with their keys and indexes: what Alembic compares the migrations with."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from followup_analytics.log.schema import TABLES
from followup_analytics.store.tables import StoredColumn, StoredTable, all_tables

_KINDS: dict[str, sa.types.TypeEngine[Any]] = {
    "text": sa.Text(),
    "double": sa.Double(),
    "short": sa.SmallInteger(),
    "integer": sa.Integer(),
    "long": sa.BigInteger(),
    # SQLite numbers rows by itself only where the key is spelled INTEGER.
    "record": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
}

metadata = sa.MetaData()


def _column(column: StoredColumn) -> sa.Column[Any]:
    return sa.Column(column.name, _KINDS[column.kind], primary_key=column.key, nullable=not column.needed)


def _foreign_keys(table: StoredTable) -> list[sa.ForeignKeyConstraint]:
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


def _define(table: StoredTable) -> None:
    made = sa.Table(table.name, metadata, *map(_column, table.columns), *_foreign_keys(table))
    name = table.name.removesuffix("_history")
    if name in TABLES:
        sa.Index(f"{table.name}_key", made.c[TABLES[name].key], unique=table.name == name)
    if table.name == "contacts":
        sa.Index("contacts_interview", made.c.interview_id)
    if table.name == "interviews":
        sa.Index("interviews_applicant", made.c.applicant_id)


for _table in all_tables:
    _define(_table)
