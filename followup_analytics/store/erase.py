"""Forgetting an applicant: out of the tables, the history, the journal, and the bytes of the store's files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.store import tables
from followup_analytics.store.book import book_path, read_book, write_book
from followup_analytics.store.bulk import Bulk, bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.encoding import decode, encode, stored_types
from followup_analytics.store.kinds import EVIDENCE
from followup_analytics.store.marks import Marks, read_marks, write_marks
from followup_analytics.store.migrating import discard_copies
from followup_analytics.store.papers import Words, clean_papers, discard_uploads, files_to_look_at
from followup_analytics.store.records import ALIAS, drop_settings, read_aliases
from followup_analytics.store.releases import forget_in_ledger
from followup_analytics.store.store import Store
from followup_analytics.store.tombstones import read_tombstones
from followup_analytics.store.transaction import Transaction


@dataclass(frozen=True)
class Looked:
    """A place that was looked at for a person: how many things of theirs were there, and what became of them."""

    place: str
    found: int
    done: str


@dataclass(frozen=True)
class Erased:
    """How many records in force were erased, and how many papers beside the store were cleaned or removed.

    `known` is False when nobody of that id was ever in the store. `left` are names of files for a person to look at.
    `releases` are the published ones that were about this person. `looked_at` is every place that was looked at.
    """

    interviews: int = 0
    contacts: int = 0
    outcomes: int = 0
    papers: int = 0
    known: bool = True
    left: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    looked_at: tuple[Looked, ...] = ()


def erase_applicant(store: Store, applicant_ids: Collection[str]) -> Erased:
    """Erase an applicant from a store and from the papers beside it.

    applicant_ids: the id as stored, and as it was first given. The interviews, contacts and outcomes go with their
    history; keyed marks stay, so that a second ingest doesn't bring them back. Copies that a migration kept, kept
    verdicts, uploads of the local page and hashes in the ledger of releases go too, and the database's files are
    rewritten.
    Run again, it finishes what another program held up.
    Raises UnreadableError when another program keeps the files from being rewritten.
    """
    with store.transaction("forget", kind="forget") as transaction:
        applicant_ids = _with_merged(transaction.connection, applicant_ids)
        marked = Marks(transaction.connection, store.address).among("applicants", applicant_ids)
        found = _find(transaction.connection, applicant_ids)
        erased = _erase_rows(transaction, found) if found.interviews or found.applicants else Erased(known=bool(marked))
        copies = discard_copies(transaction.connection, store.address) if erased.known else 0
        kept = _drop_verdicts(transaction.connection) if erased.known else 0
    if not erased.known:
        return erased
    book = read_book(store.address.url)
    in_book = len(found.given & book.people.keys())
    if in_book:
        write_book(store.address.url, book.without(found.given))
    releases = forget_in_ledger(store, found.given | found.interviews | found.contacts)
    papers = clean_papers(store.folder, found.words)
    uploads = discard_uploads(found.words)
    _rewrite_files(store)
    folders = {folder.resolve() for folder in (store.folder, Path()) if folder.is_dir()}
    own = {one.name for one in (store.address.path, book_path(store.address.url)) if one is not None}
    left = tuple(one for one in files_to_look_at(folders, found.words) if one not in own)
    rows = erased.interviews + erased.contacts + erased.outcomes
    looked = (
        Looked("the store's tables, their history and the journal of entries", rows, "erased, with earlier versions"),
        Looked("verdicts and silences kept in the store", kept, "dropped, to be worked out anew"),
        Looked("copies that migrations had kept", copies, "removed"),
        Looked("the contact book", in_book, "taken out"),
        Looked("the ledger of releases", len(releases or ()), "hashes taken out; what was published can't be recalled"),
        Looked("rejects and review files beside the store", papers, "cleaned"),
        Looked("files left by the local page", uploads, "removed"),
        Looked("verdicts of folders kept in the user's cache", 0, "they name nobody"),
        Looked("other files in the store's folder and the current one", len(left), "named to whoever asked, and left"),
        Looked("the database's files", 1, "rewritten, with an empty journal"),
    )
    return replace(erased, papers=papers, left=left, releases=releases or (), looked_at=looked)


def _drop_verdicts(connection: Connection) -> int:
    """Verdicts that were kept rest on everybody; how many there were."""
    return drop_settings(connection, [EVIDENCE])


def returned(store: Store) -> dict[str, int]:
    """Marks of people who were forgotten, with their moments, that the database itself knows nothing of."""
    with store.reading() as connection:
        here = set(read_marks(connection))
    return {one.mark: one.at for one in read_tombstones(store.address.url).stones if one.mark not in here}


def erase_returned(store: Store) -> int:
    """Erase those again whom a backup that was put back has brought back; how many people.

    Who was forgotten stands outside the database too (`store/tombstones.py`).
    Raises UnreadableError where the store can't be written.
    """
    missing = returned(store)
    with store.reading() as connection:
        marks = Marks(connection, store.address)
        ids = {
            str(one)
            for name in ("interviews", "applicants")
            for table in (tables.current[name], tables.history[name])
            for one in connection.values(f"SELECT DISTINCT applicant_id FROM {table.name}")  # noqa: S608
        }
        back = sorted(one for one in ids if any(mark in missing for mark in marks.marks("applicants", one)))
    for one in back:
        erase_applicant(store, [one])
    with store.writing() as connection:
        here = set(read_marks(connection))
        write_marks(connection, {mark: at for mark, at in missing.items() if mark not in here})
    return len(back)


def _with_merged(connection: Connection, applicant_ids: Collection[str]) -> list[str]:
    """The ids with all others under which the same person stands or stood."""
    aliases, ids = read_aliases(connection), set(applicant_ids)
    ids |= {aliases[one] for one in ids if one in aliases}
    return sorted(ids | {one for one, kept in aliases.items() if kept in ids})


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


def _find(connection: Connection, applicant_ids: Collection[str]) -> _Found:
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
    connection: Connection,
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
    drop_settings(connection, [ALIAS + one for one in found.given])
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
                f"UPDATE {table.name} SET previous_interview_id = NULL, content = :content WHERE record = :record",  # noqa: S608
                content=key,
                record=record,
            )


def _clean_sources(connection: Connection, words: Words) -> None:
    """Names of ingested files that name the person are blotted out."""
    for batch, source in connection.rows("SELECT batch, source FROM batches"):
        if source and words.in_text(source):
            connection.execute("UPDATE batches SET source = '(forgotten)' WHERE batch = :batch", batch=batch)


def _rewrite_files(store: Store) -> None:
    """Leave no old byte: rewrite the database and empty its journal (SQLite), rewrite the tables (PostgreSQL)."""
    with store.outside_transaction() as driver:
        if store.address.path is None:
            for table in tables.all_tables:
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
