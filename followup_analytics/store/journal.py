"""The store's journal: what was one entry, and an interview's history."""

from __future__ import annotations

import polars as pl

from followup_analytics.store import tables
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.encoding import decode, stored_types
from followup_analytics.store.store import Store
from followup_analytics.store.transaction import Transaction


def note_entry(transaction: Transaction, table_name: str, key: str) -> None:
    """Write down that this transaction is one entry about one record, so that it can be taken back."""
    transaction.connection.execute(
        "UPDATE batches SET table_name = :table, record_key = :key WHERE batch = :batch",
        table=table_name,
        key=key,
        batch=transaction.batch[0],
    )


def interview_history(store: Store, interview_id: str) -> dict[str, pl.DataFrame]:
    """Everything ever recorded about an interview: typed rows of interviews, contacts and outcomes.

    Besides the columns of `read_tables` each row has `_recorded_at` and `_superseded_at` (UTC; null while in force) and
    `_ended_by`: `ingest` or `track` for a version that another replaced, `undo` for one taken back.
    """
    with store.reading() as connection:
        kinds = {int(batch): str(kind) for batch, kind in connection.rows("SELECT batch, kind FROM batches")}
        return {
            name: _versions(connection, name, interview_id, kinds) for name in ("interviews", "contacts", "outcomes")
        }


def _versions(connection: Connection, table_name: str, interview_id: str, kinds: dict[int, str]) -> pl.DataFrame:
    bulk = bulk_of(connection)
    types = stored_types(table_name)
    now = bulk.find(tables.current[table_name], "interview_id", [interview_id], types).with_columns(
        superseded_at=pl.lit(None, pl.Int64), superseded_by=pl.lit(None, pl.Int64)
    )
    past = bulk.find(
        tables.history[table_name],
        "interview_id",
        [interview_id],
        types | {"superseded_at": pl.Int64(), "superseded_by": pl.Int64()},
    )
    rows = pl.concat([past, now])
    moments = rows.select(
        _recorded_at=pl.from_epoch("recorded_at", time_unit="us").dt.replace_time_zone("UTC"),
        _superseded_at=pl.from_epoch("superseded_at", time_unit="us").dt.replace_time_zone("UTC"),
        _ended_by=pl.col("superseded_by").replace_strict(kinds, default=None, return_dtype=pl.String),
    )
    return decode(table_name, rows, {}).hstack(moments)
