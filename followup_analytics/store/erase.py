"""Forgetting an applicant: out of the tables, the history, the journal, and the bytes of the store's files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from followup_analytics.errors import UnreadableError
from followup_analytics.store import tables
from followup_analytics.store.bulk import Bulk, bulk_of
from followup_analytics.store.encoding import decode, encode, stored_types
from followup_analytics.store.marks import Marks
from followup_analytics.store.migrating import discard_copies
from followup_analytics.store.papers import Words, clean_papers, files_to_look_at
from followup_analytics.store.store import Store
from followup_analytics.store.transaction import Transaction


@dataclass(frozen=True)
class Erased:
    """How many records in force were erased, and how many papers beside the store were cleaned or removed.

    `known` is False when nobody of that id was ever in the store. `left` are names of files for a person to look at.
    """

    interviews: int = 0
    contacts: int = 0
    outcomes: int = 0
    papers: int = 0
    known: bool = True
    left: tuple[str, ...] = ()


def erase_applicant(store: Store, applicant_ids: Collection[str]) -> Erased:
    """Erase an applicant from a store and from the papers beside it.

    applicant_ids: the id as stored, and as it was first given. The interviews, contacts and outcomes go with their
    history; keyed marks stay, so that a second ingest doesn't bring them back. Copies that a migration kept go too, and
    the database's files are rewritten.
    Run again, it finishes what another program held up.
    Raises UnreadableError when another program keeps the files from being rewritten.
    """
    with store.transaction("forget", kind="forget") as transaction:
        marked = Marks(transaction.connection, store.address).among("applicants", applicant_ids)
        found = _find(transaction.connection, applicant_ids)
        erased = _erase_rows(transaction, found) if found.interviews or found.applicants else Erased(known=bool(marked))
        if erased.known:
            discard_copies(transaction.connection, store.address)
    if not erased.known:
        return erased
    papers = clean_papers(store.folder, found.words)
    _rewrite_files(store)
    folders = {folder.resolve() for folder in (store.folder, Path()) if folder.is_dir()}
    return replace(erased, papers=papers, left=files_to_look_at(folders, found.words))


@dataclass(frozen=True)
class _Found:
    """All keys of one applicant, in force or not."""

    applicants: frozenset[str]
    interviews: frozenset[str]
    contacts: frozenset[str]
    employers: frozenset[str]
    given: frozenset[str]

    @property
    def words(self) -> Words:
        """By what the person may be found in texts."""
        return Words(self.given | self.interviews | self.contacts | self.employers)


def _find(connection: sa.Connection, applicant_ids: Collection[str]) -> _Found:
    ids = sorted(set(applicant_ids))
    interviews = _values(connection, "interviews", "interview_id", "applicant_id", ids)
    employers = _values(connection, "interviews", "employer", "applicant_id", ids)
    # An employer's name stays where another applicant was interviewed there too.
    shared = _values(
        connection, "interviews", ("employer", "applicant_id"), "employer", sorted(employers), other_than=ids
    )
    return _Found(
        applicants=_values(connection, "applicants", "applicant_id", "applicant_id", ids),
        interviews=interviews,
        contacts=_values(connection, "contacts", "contact_id", "interview_id", sorted(interviews)),
        employers=employers - shared,
        given=frozenset(ids),
    )


def _values(
    connection: sa.Connection,
    table_name: str,
    column: str | tuple[str, str],
    key: str,
    keys: list[str],
    other_than: Collection[str] = (),
) -> frozenset[str]:
    """The distinct values of a column among rows, past and present, with the given keys."""
    columns = (column,) if isinstance(column, str) else column
    bulk = bulk_of(connection)
    types = dict.fromkeys(columns, pl.String())
    rows = pl.concat(
        bulk.find(table, key, keys, types) for table in (tables.current[table_name], tables.history[table_name])
    )
    if other_than:
        rows = rows.filter(~pl.col(columns[-1]).is_in(list(other_than)))
    return frozenset(rows[columns[0]].drop_nulls())


def _erase_rows(transaction: Transaction, found: _Found) -> Erased:
    connection, bulk = transaction.connection, bulk_of(transaction.connection)
    _, at = transaction.batch
    marks = Marks(connection, transaction.address)
    marks.put("applicants", found.given, at)
    marks.put("interviews", found.interviews, at)
    marks.put("contacts", found.contacts, at)
    n_contacts = _delete(bulk, "contacts", "interview_id", found.interviews)
    n_outcomes = _delete(bulk, "outcomes", "interview_id", found.interviews)
    _cut_references(transaction, found.interviews)
    n_interviews = _delete(bulk, "interviews", "interview_id", found.interviews)
    _delete(bulk, "applicants", "applicant_id", found.given)
    bulk.execute_for("DELETE FROM batches WHERE record_key IN :keys", sorted(found.interviews | found.contacts))
    _clean_sources(connection, found.words)
    return Erased(n_interviews, n_contacts, n_outcomes)


def _delete(bulk: Bulk, table_name: str, key: str, keys: Collection[str]) -> int:
    """Delete rows and their history; how many were in force."""
    ordered = sorted(keys)
    bulk.execute_for(f"DELETE FROM {tables.history[table_name].name} WHERE {key} IN :keys", ordered)  # noqa: S608
    return bulk.execute_for(f"DELETE FROM {tables.current[table_name].name} WHERE {key} IN :keys", ordered)  # noqa: S608


def _cut_references(transaction: Transaction, interviews: Collection[str]) -> None:
    """Take the erased ids out of `previous_interview_id` of interviews that stay, and renew their content keys."""
    connection, bulk = transaction.connection, bulk_of(transaction.connection)
    types = stored_types("interviews")
    for table in (tables.current["interviews"], tables.history["interviews"]):
        rows = bulk.find(table, "previous_interview_id", sorted(interviews), types | {"record": pl.Int64()})
        rows = rows.filter(~pl.col("interview_id").is_in(list(interviews)))
        if not rows.height:
            continue
        cut = rows.with_columns(previous_interview_id=pl.lit(None, pl.String))
        kinds = transaction.covariate_types("interviews")
        content = encode("interviews", decode("interviews", cut, kinds))[0]["content"]
        for record, key in zip(rows["record"], content, strict=True):
            connection.execute(
                table.update().where(table.c.record == record).values(previous_interview_id=None, content=key)
            )


def _clean_sources(connection: sa.Connection, words: Words) -> None:
    """Names of ingested files that name the person are blotted out."""
    batches = tables.batches
    for batch, source in connection.execute(sa.select(batches.c.batch, batches.c.source)).all():
        if source and words.in_text(source):
            connection.execute(batches.update().where(batches.c.batch == batch).values(source="(forgotten)"))


def _rewrite_files(store: Store) -> None:
    """Leave no old byte: rewrite the database and empty its journal (SQLite), rewrite the tables (PostgreSQL)."""
    with store.outside_transaction() as driver:
        if store.address.path is None:
            for table in tables.metadata.sorted_tables:
                driver.execute(f"VACUUM FULL {table.name}")
            return
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        driver.execute("VACUUM")
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise UnreadableError(
            f"{store.address.shown}: the records are erased, but another program still has the store open; "
            "close it and run the same command again."
        )
