"""One person in a store: under which ids, all that is held on them, and two ids made one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.log.schema import TABLES
from followup_analytics.store import tables
from followup_analytics.store.book import read_book, write_book, write_private
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.encoding import decode, stored_types
from followup_analytics.store.records import ALIAS, covariate_types, drop_settings, read_aliases
from followup_analytics.store.store import Store

_MERGE = "merge"


def known_id(store: Store, typed: str) -> str:
    """The id under which a store has a person: of an id as typed, the pseudonym, or a whole name of the book.

    Raises UsageError where the store has nobody of it, or several people are called so.
    """
    wanted = typed.strip()
    candidates = [wanted]
    try:
        candidates.append(store.pseudonyms().applicant(wanted))
    except UnreadableError:
        # Without the key a pseudonym alone finds anybody.
        candidates = [wanted]
    with store.reading() as connection:
        aliases = read_aliases(connection)
        for one in candidates:
            if _held(connection, one) or one in aliases:
                return aliases.get(one, one)
        called = [
            one for one, name in read_book(store.address.url).names().items() if name.casefold() == wanted.casefold()
        ]
        if len(called) > 1:
            raise UsageError(
                f"{store.address.shown}: {len(called)} people of the contact book have this name; give an id."
            )
        if called and _held(connection, called[0]):
            return aliases.get(called[0], called[0])
    raise UsageError(f"{store.address.shown}: there is no applicant of that id or name.")


def all_ids(store: Store, applicant_id: str) -> list[str]:
    """The id of a person with those that were merged into it."""
    with store.reading() as connection:
        return sorted({applicant_id, *(one for one, kept in read_aliases(connection).items() if kept == applicant_id)})


def _held(connection: Connection, applicant_id: str) -> bool:
    for name in ("interviews", "applicants"):
        for table in (tables.current[name], tables.history[name]):
            held = f"SELECT record FROM {table.name} WHERE applicant_id = :applicant LIMIT 1"  # noqa: S608
            if connection.row(held, applicant=applicant_id):
                return True
    return False


# ------------------------------------------------------------------------------------------------------------ export


def export_person(store: Store, typed: str, file: Path) -> int:
    """Write all that is held on one person as JSON: the contact book's entry, and every row with its history.

    Raises UsageError where there is nobody of that id; UnreadableError where the file can't be written.
    """
    if file.exists():
        raise UsageError(f"{file.name} is there already; name another file.")
    ids = all_ids(store, known_id(store, typed))
    book = read_book(store.address.url).people
    held: dict[str, Any] = {
        "applicant_ids": ids,
        "contact_book": [dict(book[one]) for one in ids if one in book],
    }
    with store.reading() as connection:
        interviews = _versions(connection, "interviews", "applicant_id", ids)
        keys = sorted({row["interview_id"] for row in interviews})
        held["interviews"] = interviews
        for name in ("contacts", "outcomes"):
            held[name] = _versions(connection, name, "interview_id", keys)
        held["applicants"] = _versions(connection, "applicants", "applicant_id", ids)
        numbers = {row["entry"] for name in TABLES for row in held[name]}
        batches = connection.rows("SELECT batch, kind, source FROM batches")
        held["entries"] = [
            {"entry": number, "kind": kind, "source": source} for number, kind, source in batches if number in numbers
        ]
    write_private(file, json.dumps(held, ensure_ascii=False, indent=2, default=str) + "\n")
    return sum(len(held[name]) for name in TABLES)


def _versions(connection: Connection, name: str, key: str, keys: list[str]) -> list[dict[str, Any]]:
    """The rows of a table in force and before, as people read them; empty columns left out."""
    found, kinds = [], covariate_types(connection, name)
    past = {"superseded_at": pl.Int64(), "superseded_by": pl.Int64()}
    for table, more in ((tables.history[name], past), (tables.current[name], {})):
        rows = bulk_of(connection).find(table, key, keys, {**stored_types(name), **more})
        moments = rows.select(
            pl.from_epoch(one, time_unit="us").dt.replace_time_zone("UTC")
            for one in ("recorded_at", "superseded_at")
            if one in rows.columns
        )
        typed = decode(name, rows, kinds).hstack(moments).with_columns(rows["batch"].alias("entry"))
        found += [
            {column: value for column, value in row.items() if value is not None and not column.startswith("_")}
            for row in typed.iter_rows(named=True)
        ]
    return found


# ------------------------------------------------------------------------------------------------------------- merge


def merge(store: Store, kept: str, other: str) -> int:
    """Make two ids one person: the other's interviews become new versions under the id that is kept; how many.

    From now on what comes under the other id, by hand or from files, is stored under the kept one. The history keeps
    what was. Raises UsageError where one of them isn't there, or both are one already.
    """
    kept_id, other_id = known_id(store, kept), known_id(store, other)
    if kept_id == other_id:
        raise UsageError("these two are one person in this store already.")
    ids = all_ids(store, other_id)
    interviews = store.find("interviews", ids, by="applicant_id", covariates=True)
    members = {one: store.find("applicants", [one], covariates=True) for one in (kept_id, other_id)}
    with store.transaction("merge-people", kind=_MERGE) as transaction:
        for one in ids:
            transaction.set(ALIAS + one, kept_id)
        if interviews.height:
            transaction.add("interviews", interviews, anew=True)
        if members[other_id].height:
            transaction.remove("applicants", [other_id])
            if not members[kept_id].height:
                transaction.add("applicants", members[other_id].with_columns(applicant_id=pl.lit(kept_id)), anew=True)
        book = read_book(store.address.url)
        if other_id in book.people and kept_id not in book.people:
            write_book(store.address.url, book.with_person(kept_id, book.people[other_id]))
    return interviews.height


def take_apart(store: Store, kept: str, other: str) -> int:
    """Take a merge apart: interviews that stood under the other id before it stand there again; how many.

    What was entered under either id since the merge stays with the one that was kept, since nothing tells it apart.
    Raises UsageError where the two were not merged.
    """
    with store.reading() as connection:
        aliases = read_aliases(connection)
    kept_id = known_id(store, kept)
    candidates = [other.strip(), store.pseudonyms().applicant(other.strip())]
    other_id = next((one for one in candidates if aliases.get(one) == kept_id), None)
    if other_id is None:
        raise UsageError("these two ids were not merged in this store.")
    with store.transaction("merge-people", kind=_MERGE) as transaction:
        connection = transaction.connection
        drop_settings(connection, [ALIAS + other_id])
        back = _before_merges(connection, "interviews", other_id)
        if back:
            rows = bulk_of(connection).find(
                tables.current["interviews"], "interview_id", back, stored_types("interviews")
            )
            rows = decode("interviews", rows, covariate_types(connection, "interviews"))
            rows = rows.filter(pl.col("applicant_id") == kept_id)
            back = rows["interview_id"].to_list()
            transaction.add("interviews", transaction.under_id(rows, other_id), anew=True)
        members = _before_merges(connection, "applicants", other_id)
        if members:
            kinds = {**stored_types("applicants"), "superseded_at": pl.Int64()}
            past = bulk_of(connection).find(tables.history["applicants"], "applicant_id", [other_id], kinds)
            last = past.sort("superseded_at").tail(1)
            row = decode("applicants", last, covariate_types(connection, "applicants"))
            transaction.add("applicants", row, anew=True)
    return len(back)


def _before_merges(connection: Connection, name: str, applicant_id: str) -> list[str]:
    """Keys of the rows that stood under an id until a merge."""
    key = TABLES[name].key
    query = (
        f"SELECT DISTINCT past.{key} FROM {tables.history[name].name} AS past "  # noqa: S608
        "JOIN batches ON batches.batch = past.superseded_by "
        "WHERE past.applicant_id = :applicant AND batches.kind = :kind"
    )
    return [str(one) for one in connection.values(query, applicant=applicant_id, kind=_MERGE)]
