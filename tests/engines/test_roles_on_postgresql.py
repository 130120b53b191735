"""The roles of an office on a real server: a writer, coaches who see their own clients, an analyst who only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from postgres_server import postgres_programs, postgres_server

from followup_analytics.errors import FollowUpError, UnreadableError, UsageError
from followup_analytics.reading.logs import read_log
from followup_analytics.store import open_store
from followup_analytics.store.roles import make_roles, role_statements
from followup_analytics.track import (
    track_contact,
    track_correct,
    track_history,
    track_interview,
    track_log,
    track_outcome,
    track_reassign,
)

pytestmark = pytest.mark.skipif(
    postgres_programs() is None,
    reason="PostgreSQL IS NOT INSTALLED: roles are not tested (apt install postgresql)",
)
psycopg = pytest.importorskip("psycopg", reason="THE POSTGRES EXTRA IS NOT INSTALLED: roles are not tested")

AT = "2026-03-02T10:00+01:00"
As = Callable[[str], str]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A private server with three log-ins, of which each has one role, once the roles are made."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def office(server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A store with a client of each of two coaches, and the URLs of the owner and of everybody's log-in."""
    monkeypatch.setenv("FOLLOWUP_KEY", "a key of the office, long enough")
    name = f"roles_{abs(hash(request.node.nodeid)) % 10**9}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    owner = server.rsplit("/", 1)[0] + f"/{name}"
    ids = {}
    for who, employer, coach in (("ben", "Bosch", "ines"), ("dan", "Mill", "omar")):
        ids[who] = track_interview(owner, who, employer=employer, coach=coach, at=AT, time_zone="Europe/Berlin").id
        track_contact(owner, ids[who], channel="phone", party="none", at="2026-03-03T10:00+01:00")
    make_roles(open_store(owner, write=True))
    make_roles(open_store(owner, write=True))
    with psycopg.connect(server, autocommit=True) as connection:
        for login, role in (("wanda", "writer"), ("ines", "coach"), ("omar", "coach"), ("ana", "analyst")):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,)).fetchone():
                connection.execute(f"CREATE ROLE {login} LOGIN")
            connection.execute(f"GRANT followup_{role} TO {login}")
    return ids | {"owner": owner} | {
        who: owner.replace("//office@", f"//{who}@") for who in ("wanda", "ines", "omar", "ana")
    }  # fmt: skip


def rows(url: str, query: str) -> list[Any]:
    """What a log-in gets from the server itself, past this program."""
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_a_coach_sees_and_writes_own_clients_only(office: dict[str, str]) -> None:
    """Every command works on the own clients; others' interviews aren't there, by no way of asking."""
    log = read_log(office["ines"])
    assert log.interviews["employer"].to_list() == ["Bosch"]
    assert log.contacts.height == 1
    assert rows(office["ines"], "SELECT employer FROM interviews") == [("Bosch",)]
    assert rows(office["ines"], "SELECT count(*) FROM contacts") == [(1,)]
    entry = track_log(office["ines"], "ben left voicemail on 3 march 2026 at 15:00")
    assert entry.interview_id == office["ben"]
    track_correct(office["ines"], entry.id, tone="positive")
    assert rows(office["ines"], "SELECT count(*) FROM contacts_history") == [(1,)]
    assert rows(office["omar"], "SELECT count(*) FROM contacts_history") == [(0,)]
    track_outcome(office["ines"], office["ben"], "offer", at="2026-03-05")
    with pytest.raises(UsageError, match="no interview"):
        track_contact(office["ines"], office["dan"], channel="phone")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), psycopg.connect(office["ines"]) as connection:
        connection.execute("UPDATE interviews SET coach = 'omar'")


def test_a_coach_enters_interviews_under_the_own_name(office: dict[str, str]) -> None:
    """With --coach it is stored; without, or under another's name, it is refused in a sentence, and nothing is left."""
    made = track_interview(office["omar"], "eva", employer="Zeiss", coach="omar", at=AT).id
    assert len(track_history(office["omar"], made)) == 1
    for coach in (None, "ines"):
        with pytest.raises(FollowUpError, match="may not"):
            track_interview(office["omar"], "fay", employer="Acme", coach=coach, at=AT)
    assert rows(office["owner"], "SELECT count(*) FROM interviews") == [(3,)]


def test_an_analyst_reads_pseudonyms_and_changes_nothing(office: dict[str, str]) -> None:
    """The log is that of the owner; history, journal, notes and ledger are closed, and no row can be written."""
    assert read_log(office["ana"]).interviews.sort("interview_id")["applicant_id"].to_list() == (
        read_log(office["owner"]).interviews.sort("interview_id")["applicant_id"].to_list()
    )
    with psycopg.connect(office["owner"]) as connection:
        connection.execute("INSERT INTO settings VALUES ('releases', '{}'), ('notes', '[]')")
    assert rows(office["ana"], "SELECT name FROM settings WHERE name IN ('releases', 'notes')") == []
    for table in ("interviews_history", "contacts_history", "batches"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(office["ana"], f"SELECT * FROM {table}")
    with pytest.raises(UnreadableError, match="may not"):
        track_contact(office["ana"], office["ben"], channel="phone")
    assert rows(office["owner"], "SELECT count(*) FROM contacts") == [(2,)]


def test_a_writer_sees_and_writes_everything(office: dict[str, str]) -> None:
    """Entries about anybody's clients; the coach of all open interviews is changed at once."""
    assert read_log(office["wanda"]).interviews.height == 2
    track_contact(office["wanda"], office["dan"], channel="email")
    told = track_reassign(office["wanda"], "omar", "ines")
    assert "1 open interview" in told.sentence
    assert read_log(office["ines"]).interviews.height == 2
    assert rows(office["omar"], "SELECT count(*) FROM interviews") == [(0,)]


def test_the_command_prints_and_applies_the_statements(office: dict[str, str], followup: Any, tmp_path: Path) -> None:
    """Without --apply they are only told; SQLite has no roles."""
    told = followup("store", "roles", office["owner"])
    assert told.code == 0, told.err
    assert told.out.count(";\n") == len(role_statements())
    assert followup("store", "roles", office["owner"], "--apply").code == 0
    track_interview(f"sqlite:///{tmp_path}/a.db", "ben", at=AT)
    assert followup("store", "roles", f"sqlite:///{tmp_path}/a.db", "--apply").code == 2
