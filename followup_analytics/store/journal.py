"""The store's journal: single entries, taking the last one back, and an interview's history."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from followup_analytics.errors import UsageError
from followup_analytics.schema import TABLES
from followup_analytics.store import tables
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.encoding import decode, stored_types
from followup_analytics.store.store import Store
from followup_analytics.store.transaction import Transaction

#: Kinds of batches.
INGEST, TRACK, UNDO = "ingest", "track", "undo"


@dataclass(frozen=True)
class Undone:
    """An entry that was taken back: its table and key, and whether an earlier version is in force again."""

    table_name: str
    key: str
    restored: bool


def note_entry(transaction: Transaction, table_name: str, key: str) -> None:
    """Write down that this transaction is one entry about one record, so that it can be taken back."""
    batch, _ = transaction.batch
    table = tables.batches
    transaction.connection.execute(
        table.update().where(table.c.batch == batch).values(table_name=table_name, record_key=key)
    )


def undo_last(store: Store) -> Undone:
    """Take back the last entry that `track` made and that was not taken back yet.

    What it had replaced is in force again. The entry stays in the history. Raises UsageError when there is no entry, a
    file has changed its record since, or other rows rest on it.
    """
    with store.transaction("undo", kind=UNDO) as transaction:
        connection, batches = transaction.connection, tables.batches
        open_entries = sa.and_(
            batches.c.kind == TRACK, batches.c.undone_by.is_(None), batches.c.record_key.is_not(None)
        )
        entry = connection.execute(
            sa.select(batches).where(open_entries).order_by(batches.c.batch.desc()).limit(1)
        ).first()
        if entry is None:
            raise UsageError(
                f"{store.address.shown}: there is no entry to take back; undo is for what `followup track` stored."
            )
        _require_free(connection, entry.table_name, entry.record_key, entry.batch)
        transaction.remove(entry.table_name, [entry.record_key])
        restored = _restore(transaction, entry.table_name, entry.record_key, entry.batch)
        connection.execute(
            batches.update().where(batches.c.batch == entry.batch).values(undone_by=transaction.batch[0])
        )
        return Undone(entry.table_name, entry.record_key, restored)


def _require_free(connection: sa.Connection, table_name: str, key: str, batch: int) -> None:
    table = tables.current[table_name]
    held = connection.execute(sa.select(table.c.batch).where(table.c[TABLES[table_name].key] == key)).scalar()
    if held != batch:
        raise UsageError(
            f"The last entry, {key}, was changed by a file since; mend the file and ingest it again instead."
        )
    past = tables.history[table_name]
    replaced = sa.select(sa.func.count()).select_from(past).where(past.c.superseded_by == batch)
    if table_name != "interviews" or connection.execute(replaced).scalar():
        return
    for name in ("contacts", "outcomes"):
        resting = (
            sa.select(sa.func.count())
            .select_from(tables.current[name])
            .where(tables.current[name].c.interview_id == key)
        )
        if connection.execute(resting).scalar():
            raise UsageError(f"The last entry, {key}, can't be taken back: {name} from a file belong to it.")


def _restore(transaction: Transaction, table_name: str, key: str, batch: int) -> bool:
    """Put the version that a batch had replaced back in force, recorded now; whether there was one."""
    table, past = tables.current[table_name], tables.history[table_name]
    names = [name for name in tables.row_columns(table_name) if name != "recorded_at"]
    replaced = sa.and_(past.c[TABLES[table_name].key] == key, past.c.superseded_by == batch)
    version = sa.select(*(past.c[name] for name in names), sa.literal(transaction.batch[1])).where(replaced)
    return bool(transaction.connection.execute(table.insert().from_select([*names, "recorded_at"], version)).rowcount)


def interview_history(store: Store, interview_id: str) -> dict[str, pl.DataFrame]:
    """Everything ever recorded about an interview: typed rows of interviews, contacts and outcomes.

    Besides the columns of `read_tables` each row has `_recorded_at` and `_superseded_at` (UTC; null while in force) and
    `_ended_by`: `ingest` or `track` for a version that another replaced, `undo` for one taken back.
    """
    with store.reading() as connection:
        batches = connection.execute(sa.select(tables.batches.c.batch, tables.batches.c.kind))
        kinds = {int(batch): str(kind) for batch, kind in batches}
        return {
            name: _versions(connection, name, interview_id, kinds) for name in ("interviews", "contacts", "outcomes")
        }


def _versions(connection: sa.Connection, table_name: str, interview_id: str, kinds: dict[int, str]) -> pl.DataFrame:
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
