"""Looking a store over: whether its file, its rows, its history and what lies beside it are whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from followup_analytics.errors import FollowUpError
from followup_analytics.log.schema import TABLES
from followup_analytics.store import tables
from followup_analytics.store.book import read_book
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.encoding import decode, encode, stored_types
from followup_analytics.store.keys import plain_keys
from followup_analytics.store.kinds import KEY_MARK
from followup_analytics.store.records import covariate_types
from followup_analytics.store.store import Store
from followup_analytics.store.tombstones import read_tombstones


@dataclass(frozen=True)
class Check:
    """One look at a store: how many things are wrong, and a sentence."""

    check: str
    n: int
    text: str

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.n == 0


def verify(store: Store) -> tuple[Check, ...]:
    """Look a store over from one view of it; every check is given, also those that found nothing."""
    with store.reading() as connection:
        found = [
            _count("file", _faults_of_file(connection), "faults in the database's file"),
            _count("links", _orphans(connection), "contacts and outcomes without their interview"),
            *(_contents(connection, name) for name in TABLES),
            _count("history", _history(connection), "old versions that ended before they began, or by no known entry"),
            _count("journal", _journal(connection), "rows that came by no known entry"),
        ]
    return (
        *found,
        _plain(store),
        _asked("settings", store.checked_settings, "the settings make sense"),
        _asked("key", lambda: store.pseudonyms() if store.setting(KEY_MARK) else None, "the key is the store's own"),
        _asked("contact book", lambda: read_book(store.address.url), "the contact book can be read"),
        _asked("forgotten", lambda: read_tombstones(store.address.url), "the list of forgotten people can be read"),
    )


def _plain(store: Store) -> Check:
    n = sum(map(len, plain_keys(store).values()))
    text = f"{n:,} keys look as if they were made of people's ids; `followup store hide-keys STORE` replaces them."
    return Check("keys", n, text if n else "No keys that an earlier version made of people's ids.")


def _count(check: str, n: int, what: str) -> Check:
    return Check(check, n, f"{n:,} {what}." if n else f"No {what}.")


def _asked(check: str, ask: Callable[[], object], fine: str) -> Check:
    try:
        ask()
    except FollowUpError as error:
        return Check(check, 1, str(error))
    return Check(check, 0, f"{fine[0].upper()}{fine[1:]}.")


def _faults_of_file(connection: Connection) -> int:
    if connection.kind != "sqlite":
        # A server keeps its own files whole; reading every row, as the next checks do, is what can be asked of it.
        return 0
    answers = connection.values("PRAGMA integrity_check")
    return 0 if answers == ["ok"] else len(answers)


def _orphans(connection: Connection) -> int:
    there = "SELECT 1 FROM interviews WHERE interviews.interview_id = t.interview_id"
    return sum(
        int(connection.value(f"SELECT count(*) FROM {name} AS t WHERE NOT EXISTS ({there})"))  # noqa: S608
        for name in ("contacts", "outcomes")
    )


def _contents(connection: Connection, name: str) -> Check:
    """Rows whose key says other than what stands in them, and keys that stand twice."""
    kinds, wrong = covariate_types(connection, name), 0
    for table in (tables.current[name], tables.history[name]):
        rows = bulk_of(connection).read(table, stored_types(name))
        if rows.height:
            made: pl.Series = encode(name, decode(name, rows, kinds))[0]["content"]
            wrong += int((made != rows["content"]).sum())
        if table is tables.current[name]:
            wrong += rows.height - rows[TABLES[name].key].n_unique()
    return _count(name, wrong, f"rows of {name} that were changed past this program, or stand twice")


def _history(connection: Connection) -> int:
    known = "SELECT 1 FROM batches WHERE batches.batch = t.superseded_by"
    wrong = f"t.superseded_at < t.recorded_at OR NOT EXISTS ({known})"
    return sum(
        int(connection.value(f"SELECT count(*) FROM {table.name} AS t WHERE {wrong}"))  # noqa: S608
        for table in tables.history.values()
    )


def _journal(connection: Connection) -> int:
    known = "SELECT 1 FROM batches WHERE batches.batch = t.batch"
    return sum(
        int(connection.value(f"SELECT count(*) FROM {table.name} AS t WHERE NOT EXISTS ({known})"))  # noqa: S608
        for table in (*tables.current.values(), *tables.history.values())
    )
