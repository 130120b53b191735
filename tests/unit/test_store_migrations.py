"""Stores of an earlier version brought up to this one: with and without data, interrupted, and a copy kept first."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from followup_analytics.store import open_store, read_store_log, tables
from followup_analytics.store.erase import erase_applicant
from followup_analytics.store.migrating import backup_path
from followup_analytics.store.verifying import verify

#: A store as version 1 left it: three interviews, a corrected contact, an entry of `track`, and users' columns that
#: later became the log's own (`coach`, `reply_by`).
VERSION_1 = Path(__file__).parents[1] / "fixtures" / "store_version_1.sql"
EMPTY = ("applicants", "batches", "contacts", "contacts_history", "covariates", "interviews", "outcomes")


def old_store(path: Path, *, empty: bool = False) -> str:
    """A store of version 1; empty: one in which nothing was stored yet."""
    with sqlite3.connect(path) as connection:
        connection.executescript("PRAGMA foreign_keys=off;" + VERSION_1.read_text(encoding="utf-8"))
        if empty:
            for name in EMPTY:
                connection.execute(f"DELETE FROM {name}")
            connection.execute("DELETE FROM settings WHERE name <> 'format'")
    connection.close()
    return f"sqlite:///{path}"


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """What a query finds in an SQLite file."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_store_with_data_keeps_all_of_it(tmp_path: Path) -> None:
    """Every row is there as before; users' columns that the log now has became its own."""
    log = read_store_log(old_store(tmp_path / "old.db"), time_zone="Europe/Berlin")
    coaches = dict(zip(log.interviews["interview_id"], log.interviews["coach"], strict=True))
    assert coaches == {"i1": "ines", "i2": None, "i3": "omar"}
    assert dict(zip(log.interviews["interview_id"], log.interviews["desk"], strict=True))["i2"] == "3"
    assert log.contacts.height == 5
    found = {row["contact_id"]: row for row in log.contacts.iter_rows(named=True)}
    assert found["c2"]["reply_by"] == datetime(2024, 3, 11, 11, tzinfo=UTC)
    assert found["c3"]["reply_by"] is None
    assert found["c3"]["reply_by_as_given"] == "soon"
    assert found["c1"]["mood"] == "gruff"
    assert log.outcomes["outcome"].to_list() == ["filled"]


def test_a_users_columns_become_those_of_version_4(tmp_path: Path) -> None:
    """Columns of a user's own that the log has since are the log's; what can't be read stays theirs."""
    url = old_store(tmp_path / "old.db")
    with sqlite3.connect(tmp_path / "old.db") as connection:
        held = '{"call_promised_at":"2024-03-11T12:00+01:00","wants_answer":"yes"}'
        connection.execute("UPDATE contacts SET covariates = ? WHERE contact_id = 'c1'", (held,))
        connection.execute("""UPDATE contacts SET covariates = '{"wants_answer":"soon"}' WHERE contact_id = 'c2'""")
        connection.execute("INSERT INTO covariates VALUES ('contacts', 'wants_answer', 'String')")
        connection.execute("INSERT INTO covariates VALUES ('contacts', 'call_promised_at', 'String')")
    connection.close()
    contacts = {row["contact_id"]: row for row in read_store_log(url).contacts.iter_rows(named=True)}
    assert contacts["c1"]["call_promised_at"] == datetime(2024, 3, 11, 11, tzinfo=UTC)
    assert contacts["c1"]["wants_answer"] is True
    assert contacts["c2"]["wants_answer"] is None
    assert contacts["c2"]["wants_answer_as_given"] == "soon"
    assert all(one.ok for one in verify(open_store(url)) if one.check != "key")


def test_an_empty_store_becomes_one_of_this_version(tmp_path: Path) -> None:
    """A store in which nothing was stored is brought up to date as well, and takes entries."""
    url = old_store(tmp_path / "old.db", empty=True)
    assert open_store(url).sizes() == {"interviews": 0, "applicants": 0, "contacts": 0}
    assert rows(tmp_path / "old.db", "SELECT version_num FROM followup_version") == [(tables.HEAD,)]


def test_what_a_file_says_again_is_still_known(tmp_path: Path) -> None:
    """Rows whose users' columns became the log's are known when the same file comes again, and no new versions."""
    import polars as pl

    url = old_store(tmp_path / "old.db")
    store = open_store(url, write=True)
    held = store.read_table("interviews")
    with store.transaction("again.csv") as transaction:
        counts = transaction.add("interviews", held.with_columns(pl.col("coach")))
    assert (counts.already_known, counts.accepted) == (3, 0)
    contacts = store.read_table("contacts")
    with store.transaction("again.csv") as transaction:
        assert transaction.add("contacts", contacts).accepted == 0


def test_a_copy_is_kept_before(tmp_path: Path) -> None:
    """The copy is a whole store of the old version that only its owner reads."""
    url = old_store(tmp_path / "old.db")
    open_store(url)
    copy = backup_path(tmp_path / "old.db", "0001")
    assert copy.name == "old.db.version-1.backup"
    assert rows(copy, "SELECT version_num FROM followup_version") == [("0001",)]
    assert rows(copy, "SELECT count(*) FROM contacts") == [(5,)]
    assert copy.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.tmp"))


def test_a_new_store_leaves_no_copy(tmp_path: Path) -> None:
    """Where there was nothing, nothing is kept."""
    open_store(f"sqlite:///{tmp_path / 'new.db'}", create=True)
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []


_INTERRUPTED = """
import os, sys
from alembic import op
from followup_analytics.store import open_store
real, seen = op.add_column, []
def add_column(*args, **more):
    real(*args, **more)
    seen.append(args)
    if len(seen) == int(sys.argv[2]):
        os._exit(9)
op.add_column = add_column
open_store(sys.argv[1])
"""


@pytest.mark.parametrize("after", [1, 3, 6])
def test_interrupted_in_the_middle_it_is_as_it_was(tmp_path: Path, after: int) -> None:
    """A process that dies between two steps leaves version 1 with all its rows; the next one brings it up to date."""
    url = old_store(tmp_path / "old.db")
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, url, str(after)], check=False, env=os.environ.copy(), timeout=60
    )
    assert done.returncode == 9
    assert rows(tmp_path / "old.db", "SELECT version_num FROM followup_version") == [("0001",)]
    names = {name for (name,) in rows(tmp_path / "old.db", "SELECT name FROM pragma_table_info('contacts')")}
    assert "reply_by" not in names
    assert rows(tmp_path / "old.db", "SELECT count(*) FROM contacts") == [(5,)]
    assert read_store_log(url).contacts.height == 5
    assert rows(tmp_path / "old.db", "SELECT version_num FROM followup_version") == [(tables.HEAD,)]


def test_forgetting_removes_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy holds everybody who was there: it goes with the first person who is forgotten."""
    url = old_store(tmp_path / "old.db")
    monkeypatch.setenv("FOLLOWUP_KEY", "a key for tests that is long enough to be one")
    store = open_store(url, write=True)
    person = store.read_table("interviews")["applicant_id"][0]
    assert backup_path(tmp_path / "old.db", "0001").exists()
    assert erase_applicant(store, [person]).known
    assert not list(tmp_path.glob("*.backup*"))


def test_the_tables_are_those_of_all_migrations(tmp_path: Path) -> None:
    """A store brought up from version 1 has the same columns as a new one."""
    open_store(old_store(tmp_path / "old.db"))
    open_store(f"sqlite:///{tmp_path / 'new.db'}", create=True)
    columns = [
        {
            (table, name, kind)
            for table in (*tables.current, *(f"{one}_history" for one in tables.current))
            for name, kind in rows(path, f"SELECT name, type FROM pragma_table_info('{table}')")
        }
        for path in (tmp_path / "old.db", tmp_path / "new.db")
    ]
    assert columns[0] == columns[1]


def test_groups_and_keys_of_an_earlier_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups are made anew of what the store holds; keys made of people's ids are told, and hidden by one command,
    after which the file that had them is known again."""
    monkeypatch.setenv("FOLLOWUP_KEY", "a key of these tests alone, 32 letters")
    from followup_analytics.ingest import ingest_files
    from followup_analytics.log.pseudonyms import applicant_buckets
    from followup_analytics.store.keys import hide_plain_keys

    path = tmp_path / "old.db"
    url = old_store(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys=off")
        for table in ("interviews", "interviews_history", "contacts", "contacts_history", "outcomes"):
            connection.execute(f"UPDATE {table} SET interview_id = 'ann@uni.example-1' WHERE interview_id = 'i1'")
        connection.execute("UPDATE interviews SET applicant_bucket = 7")
        connection.execute("DELETE FROM settings WHERE name = 'key_mark'")
    connection.close()
    store = open_store(url, write=True)
    log = read_store_log(url, time_zone="Europe/Berlin")
    assert log.interviews["_bucket"].to_list() == applicant_buckets(log.interviews["applicant_id"]).to_list()
    told = next(one for one in verify(store) if one.check == "keys")
    assert told.n == 1
    assert "hide-keys" in told.text
    more = tmp_path / "contacts.csv"
    more.write_text(
        "contact_id,interview_id,at,direction,channel\nc77,ann@uni.example-1,2024-03-09T10:00Z,outbound,phone\n"
    )
    notes = {note.code: note.n for note in ingest_files(more, into=url).notes}
    assert notes["plain_keys"] == 1
    assert hide_plain_keys(open_store(url, write=True)) == 1
    assert hide_plain_keys(open_store(url, write=True)) == 0
    assert "ann@uni" not in "".join(str(rows(path, f"SELECT * FROM {table}")) for table in ("interviews", "contacts"))
    assert ingest_files(more, into=url).rows[0].already_known == 1
    assert all(one.ok for one in verify(open_store(url)))
