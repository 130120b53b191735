"""Taking back: the last entry, a record by its id, or all that a file brought. It stays in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.schema import TABLES
from followup_analytics.store import tables
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.kinds import INGEST, TRACK, UNDO
from followup_analytics.store.store import Store
from followup_analytics.store.transaction import Transaction
from followup_analytics.text import counted

#: Rows that rest on others are taken back first.
_ORDER = ("outcomes", "contacts", "interviews", "applicants")
#: Tables whose records have ids that people see.
_NAMED = ("outcomes", "contacts", "interviews")

Keys = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Undone:
    """What was taken back.

    table_name, key, interview_id: of a single entry, empty for a file's. source: name of the file that the rows came
    from, empty for an entry of `track`. removed: how many rows by table. restored: how many earlier versions are in
    force again. later_files: how many files ingested after the entry stay. before: the file whose ingest would be taken
    back next.
    """

    table_name: str = ""
    key: str = ""
    interview_id: str = ""
    source: str = ""
    removed: Mapping[str, int] = field(default_factory=dict)
    restored: int = 0
    later_files: int = 0
    before: str = ""


def undo_last(store: Store) -> Undone:
    """Take back the last entry of `track` that was not taken back yet; what it had replaced is in force again.

    Raises UsageError when there is no entry, a file has changed its record since, or other rows rest on it.
    """
    with store.transaction("undo", kind=UNDO) as transaction:
        entry = _last(transaction.connection, TRACK)
        if entry is None:
            raise UsageError(
                f"{store.address.shown}: there is no entry to take back; undo is for what `followup track` stored, and "
                "`undo --ingest` for what `followup ingest` did."
            )
        return _undo_entry(transaction, entry, "The last entry")


def undo_record(store: Store, key: str) -> Undone:
    """Take back the last entry about one contact or interview (of an interview with an outcome, whichever is later).

    A record that came from a file is taken back too; what it had replaced is in force again.
    Raises UsageError when no record in force has that id, or other rows rest on it.
    """
    with store.transaction("undo", kind=UNDO) as transaction:
        connection = transaction.connection
        standing = _standing(connection, key)
        if standing is None:
            raise UsageError(
                f"{store.address.shown}: nothing has the id {key!r}; `followup track STORE list` shows the "
                "interviews, and `history` the contacts of one."
            )
        table_name, number = standing
        entry = _Batch(*connection.rows(f"{_SELECT_BATCH} WHERE batch = :batch", batch=number)[0])
        if entry.kind == TRACK and entry.record_key == key and entry.table_name == table_name:
            return _undo_entry(transaction, entry, "This entry")
        keys = {table_name: [key]}
        _require_nothing_rests_on(connection, number, keys, f"{key} can't be taken back")
        source = str(entry.source or "") if entry.kind == INGEST else ""
        about = _interview_of(connection, table_name, key)
        return Undone(table_name, key, about, source, {table_name: 1}, _take_back(transaction, number, keys))


def undo_ingest(store: Store) -> Undone:
    """Take back all rows of the file that was ingested last; versions that they replaced are in force again.

    Raises UsageError when there is none, rows of it were changed since, or later entries rest on them.
    """
    with store.transaction("undo", kind=UNDO) as transaction:
        connection = transaction.connection
        entry = _last(connection, INGEST)
        if entry is None:
            raise UsageError(f"{store.address.shown}: there is no ingest to take back.")
        what = f"The ingest of {entry.source} can't be taken back"
        keys = _rows_of(connection, entry.batch)
        changed = sum(len(_changed_since(connection, name, entry.batch)) for name in _ORDER)
        if changed:
            raise UsageError(f"{what}: {counted(changed, 'of its rows was', 'of its rows were')} changed since.")
        _require_nothing_rests_on(connection, entry.batch, keys, what)
        restored = _take_back(transaction, entry.batch, keys)
        _mark_undone(transaction, entry.batch)
        removed = {name: len(keys[name]) for name in reversed(_ORDER) if keys[name]}
        return Undone(source=str(entry.source), removed=removed, restored=restored, before=_source_before(connection))


# ---------------------------------------------------------------------------------------------------------- parts


@dataclass(frozen=True)
class _Batch:
    """One line of the journal."""

    batch: int
    kind: str
    source: str | None
    table_name: str | None
    record_key: str | None


_SELECT_BATCH = "SELECT batch, kind, source, table_name, record_key FROM batches"


def _last(connection: Connection, kind: str) -> _Batch | None:
    """The last batch of a kind that was not taken back yet, None where there is none."""
    entries = "AND record_key IS NOT NULL" if kind == TRACK else ""
    found = connection.row(
        f"{_SELECT_BATCH} WHERE kind = :kind AND undone_by IS NULL {entries} ORDER BY batch DESC LIMIT 1", kind=kind
    )
    return None if found is None else _Batch(*found)


def _source_before(connection: Connection) -> str:
    entry = _last(connection, INGEST)
    return "" if entry is None else str(entry.source)


def _standing(connection: Connection, key: str) -> tuple[str, int] | None:
    """Table and batch of the record in force with an id; of an interview and its outcome the one recorded later."""
    found = []
    for name in _NAMED:
        named = f"SELECT recorded_at, batch FROM {name} WHERE {TABLES[name].key} = :key"  # noqa: S608
        row = connection.row(named, key=key)
        if row is not None:
            found.append((int(row[0]), name, int(row[1])))
    return max(found)[1:] if found else None


def _undo_entry(transaction: Transaction, entry: _Batch, which: str) -> Undone:
    """Take back all that one entry of `track` stored."""
    connection, number = transaction.connection, int(entry.batch)
    later = max((batch for name in _NAMED for batch in _changed_since(connection, name, number)), default=None)
    if later is not None:
        kind = connection.value("SELECT kind FROM batches WHERE batch = :batch", batch=later)
        advice = (
            "by a file since; mend the file and ingest it again instead."
            if kind == INGEST
            else "since; take the later change back first."
        )
        raise UsageError(f"{which}, {entry.record_key}, was changed {advice}")
    keys = _rows_of(connection, number)
    about = _interview_of(connection, entry.table_name or "", entry.record_key or "")
    _require_nothing_rests_on(connection, number, keys, f"{which}, {entry.record_key}, can't be taken back")
    restored = _take_back(transaction, number, keys)
    _mark_undone(transaction, number)
    removed = {name: len(rows) for name, rows in keys.items() if rows}
    table_name, key = entry.table_name or "", entry.record_key or ""
    return Undone(table_name, key, about, "", removed, restored, _files_after(connection, number))


def _interview_of(connection: Connection, table_name: str, key: str) -> str:
    """The interview that a record in force is about."""
    if table_name != "contacts":
        return key
    return str(connection.value("SELECT interview_id FROM contacts WHERE contact_id = :key", key=key) or "")


def _rows_of(connection: Connection, batch: int) -> dict[str, list[str]]:
    """Keys of the rows in force that a batch brought, by table, what rests on others first."""
    found = {}
    for name in _ORDER:
        brought = f"SELECT {TABLES[name].key} FROM {name} WHERE batch = :batch"  # noqa: S608
        found[name] = [str(one) for one in connection.values(brought, batch=batch)]
    return found


def _changed_since(connection: Connection, table_name: str, batch: int) -> list[int]:
    """The batches that put something else in the place of a batch's rows, one for each row."""
    key = TABLES[table_name].key
    replaced = f"SELECT {key} FROM {tables.history[table_name].name} WHERE batch = :batch"  # noqa: S608
    # A version that was put back bears its old number, which is lower.
    now = f"SELECT batch FROM {table_name} WHERE batch > :batch AND {key} IN ({replaced})"  # noqa: S608
    return [int(one) for one in connection.values(now, batch=batch)]


def _require_nothing_rests_on(connection: Connection, batch: int, keys: Keys, what: str) -> None:
    """Refuse to take an interview away under contacts and outcomes that came otherwise."""
    interviews = list(keys.get("interviews", ()))
    before = "SELECT interview_id FROM interviews_history WHERE superseded_by = :batch AND batch <> :batch"
    replaced = set(connection.values(before, batch=batch))
    gone = [one for one in interviews if one not in replaced]
    for name in ("contacts", "outcomes"):
        rows = bulk_of(connection).find(tables.current[name], "interview_id", gone, {"batch": pl.Int64()})
        resting = rows.filter(pl.col("batch") != batch).height
        if resting:
            belongs = "belongs" if resting == 1 else "belong"
            whom, these = "it" if len(gone) == 1 else "its interviews", "that" if resting == 1 else "those"
            raise UsageError(f"{what}: {counted(resting, name[:-1])} {belongs} to {whom}; take {these} back first.")


def _take_back(transaction: Transaction, batch: int, keys: Keys) -> int:
    """Remove rows of a batch and put the versions that they had replaced back in force; how many versions."""
    restored = 0
    for name in _ORDER:
        chosen = keys.get(name, ())
        if not chosen:
            continue
        transaction.remove(name, chosen)
        restored += _restore(transaction, name, batch, chosen)
    return restored


def _restore(transaction: Transaction, table_name: str, batch: int, keys: Sequence[str]) -> int:
    table, past = tables.current[table_name], tables.history[table_name]
    names = ", ".join(f'"{name}"' for name in tables.row_columns(table_name) if name != "recorded_at")
    # Our own names and whole numbers alone; the keys are parameters.
    return bulk_of(transaction.connection).execute_for(
        f"INSERT INTO {table.name} ({names}, recorded_at) SELECT {names}, {transaction.batch[1]} FROM {past.name} "  # noqa: S608
        f"WHERE superseded_by = {int(batch)} AND batch <> {int(batch)} AND {TABLES[table_name].key} IN :keys",
        list(keys),
    )


def _mark_undone(transaction: Transaction, batch: int) -> None:
    transaction.connection.execute(
        "UPDATE batches SET undone_by = :by WHERE batch = :batch", by=transaction.batch[0], batch=batch
    )


def _files_after(connection: Connection, batch: int) -> int:
    later = "SELECT count(*) FROM batches WHERE batch > :batch AND kind = :kind AND undone_by IS NULL"
    return int(connection.value(later, batch=batch, kind=INGEST))
