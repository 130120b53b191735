"""What goes wrong with a server: restarted, read-only, full, newer, a writer killed. Nothing acknowledged is lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgres_server import postgres_programs, restartable_server

from followup_analytics.errors import UnreadableError
from followup_analytics.store import open_store, tables
from followup_analytics.store.address import parse_address
from followup_analytics.store.faults import explain
from followup_analytics.store.pools import close_pools
from followup_analytics.store.verifying import verify
from followup_analytics.track import track_contact, track_interview

pytestmark = pytest.mark.skipif(
    postgres_programs() is None,
    reason="PostgreSQL IS NOT INSTALLED: its faults are not tested (apt install postgresql)",
)
psycopg = pytest.importorskip("psycopg", reason="THE POSTGRES EXTRA IS NOT INSTALLED: its faults are not tested")

STUDY = Path(__file__).parents[2] / "benchmarks" / "store_faults.py"
Server = tuple[str, Callable[[], None]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A private server that can be stopped without notice and started again."""
    with restartable_server() as made:
        yield made


@pytest.fixture
def url(server: Server, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A fresh store with an interview and a contact."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    name = f"faults_{abs(hash(request.node.nodeid)) % 10**9}"
    with psycopg.connect(server[0], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = server[0].rsplit("/", 1)[0] + f"/{name}"
    interview = track_interview(url, "ada", employer="Acme", at="2026-03-02T10:00+01:00").id
    track_contact(url, interview, channel="phone")
    return url


def is_whole(url: str) -> bool:
    """Whether nothing is wrong with a store."""
    return all(check.ok for check in verify(open_store(url)))


def test_a_restart_in_the_middle_of_an_entry(url: str, server: Server) -> None:
    """The entry is refused in a sentence and is nowhere; the same open store works again once the server runs."""
    store = open_store(url, write=True)

    def enter() -> None:
        with store.transaction("track") as transaction:
            transaction.set("half", "done")
            server[1]()
            transaction.set("other half", "done")

    with pytest.raises(UnreadableError, match="stopped or restarted"):
        enter()
    assert store.setting("half") is None
    assert track_contact(url, "acme", channel="email").id in store.known_ids("contacts").to_list()
    assert is_whole(url)


def test_a_server_that_only_reads(url: str) -> None:
    """Reading goes on, and an entry is refused with what to do."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {url.rsplit('/', 1)[1]} SET default_transaction_read_only = on")
    # Such a setting is for connections that are made after it.
    close_pools()
    assert open_store(url).sizes()["contacts"] == 1
    with pytest.raises(UnreadableError, match="may not"):
        track_contact(url, "acme", channel="email")
    assert open_store(url).sizes()["contacts"] == 1


def test_a_newer_store_is_refused_and_left(url: str) -> None:
    """The sentence says to upgrade; nothing of the store is changed."""
    with psycopg.connect(url) as connection:
        connection.execute(f"UPDATE {tables.VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(UnreadableError, match="newer version"):
        open_store(url, write=True)
    with psycopg.connect(url) as connection:
        assert connection.execute(f"SELECT version_num FROM {tables.VERSION_TABLE}").fetchone() == ("9999",)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (psycopg.errors.DiskFull("could not extend file: No space left on device"), "the disk is full"),
        (psycopg.errors.AdminShutdown("terminating connection due to administrator command"), "stopped or restarted"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction"), "may not do that"),
        (psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"), "another program is writing"),
        (psycopg.errors.InsufficientPrivilege("permission denied for table contacts"), "may not do that"),
    ],
)
def test_each_fault_of_the_server_is_told_apart(error: Exception, told: str) -> None:
    """What the server complains of is one sentence with a remedy, and never its own words alone."""
    assert told in str(explain(error, parse_address("postgresql://office@server/followup")))


def test_a_full_disk_stores_nothing(url: str) -> None:
    """A server that refuses to write in the middle of a file leaves the store as it was."""
    store = open_store(url, write=True)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE disk_full USING MESSAGE = 'could not extend file: No space left on device'; END $$"
        )
        connection.execute("CREATE TRIGGER full_disk BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION refuse()")
    with pytest.raises(UnreadableError, match="the disk is full; nothing was stored"):
        track_contact(url, "acme", channel="email")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TRIGGER full_disk ON contacts")
    assert store.sizes()["contacts"] == 1
    assert is_whole(url)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["entry", "ingest", "migration", "copy"])
def test_a_writer_killed_at_random_moments(kind: str) -> None:
    """Ten kills of each kind (the study in benchmarks has more): nothing acknowledged is lost, nothing is half done."""
    told = subprocess.run(
        [sys.executable, STUDY, "--injections", "10", "--kind", kind, "--place", "PostgreSQL"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert '"faults": 0' in told.stdout, told.stdout + told.stderr
