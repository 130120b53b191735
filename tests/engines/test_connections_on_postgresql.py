"""Connections to a real server: few and shared, tried before use, and given up in good time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from postgres_server import postgres_programs, restartable_server

from followup_analytics.errors import UnreadableError
from followup_analytics.store import database, open_store
from followup_analytics.store.address import parse_address
from followup_analytics.store.database import WRITERS_LOCK
from followup_analytics.store.faults import explain
from followup_analytics.store.pools import MOST, close_pools
from followup_analytics.track import track_contact, track_interview

pytest.importorskip("psycopg_pool")
pytestmark = pytest.mark.skipif(postgres_programs() is None, reason="PostgreSQL is not installed")
Server = tuple[str, Callable[[], None]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of its own with one store, and a way to stop and start it."""
    with pytest.MonkeyPatch.context() as patch, restartable_server() as started:
        patch.setenv("FOLLOWUP_KEY", "a-key-of-tests-alone-0123456789abcdef")
        track_interview(started[0], "ben", employer="Bosch", at="2026-03-02T10:00+01:00", time_zone="Europe/Berlin")
        yield started
        close_pools()


def connections(url: str) -> int:
    """How many connections of ours the server has."""
    import psycopg

    with psycopg.connect(url) as look:
        row = look.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'followup'").fetchone()
    assert row is not None
    return int(row[0])


def test_many_pieces_of_work_take_one_connection(server: Server) -> None:
    """What is done one after another goes over one connection, whichever store object does it."""
    url, _ = server
    for _ in range(3):
        store = open_store(url)
        for _ in range(5):
            store.sizes()
    assert connections(url) == 1


def test_threads_share_a_few(server: Server) -> None:
    """Forty threads read and write with no more connections than the pool has, and none waits in vain."""
    url, _ = server
    before = open_store(url).sizes()["contacts"]

    def work(number: int) -> int:
        if number % 4 == 0:
            track_contact(url, "ben", channel="email", at=f"2026-03-{3 + number // 4:02} 10:00")
        return open_store(url).sizes()["contacts"]

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(work, range(40)))
    assert open_store(url).sizes()["contacts"] == before + 10
    assert connections(url) <= MOST


def test_a_restarted_server_is_found_again(server: Server) -> None:
    """A connection that died while nobody worked is replaced, without anybody noticing."""
    url, restart = server
    store = open_store(url)
    with ThreadPoolExecutor(8) as pool:
        held = next(iter(pool.map(lambda _: store.sizes(), range(20))))
    restart()
    assert store.sizes() == held


def test_a_writer_waits_no_longer_than_asked(server: Server) -> None:
    """While another program writes, an entry is refused after the time it may wait, and says why."""
    import psycopg

    url, _ = server
    with psycopg.connect(url) as other:
        other.execute(WRITERS_LOCK)
        start = time.monotonic()
        with pytest.raises(UnreadableError, match="another program is writing"):
            open_store(url, write=True, wait_seconds=0.5).keep_setting("x", "y")
        assert time.monotonic() - start < 8
    assert open_store(url).setting("x") is None


def test_whoever_falls_silent_while_writing_loses_the_lock(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that went to sleep in the middle of an entry doesn't keep an office from writing."""
    url, _ = server
    monkeypatch.setattr(database, "_SILENT_MS", 300)
    begun = threading.Event()
    told: list[str] = []

    def sleeper() -> None:
        try:
            with open_store(url, write=True).transaction("entry", kind="track") as transaction:
                transaction.set("asleep", "yes")
                begun.set()
                time.sleep(1.5)
        except UnreadableError as error:
            told.append(str(error))

    thread = threading.Thread(target=sleeper)
    thread.start()
    assert begun.wait(20)
    open_store(url, write=True).keep_setting("awake", "yes")
    thread.join()
    assert open_store(url).setting("awake") == "yes"
    assert open_store(url).setting("asleep") is None
    assert len(told) == 1
    assert "nothing of it was stored" in told[0]


def test_the_servers_own_time_limit_is_told_as_such(server: Server) -> None:
    """A question that the server ends is no fault of the store."""
    import psycopg

    url, _ = server
    with psycopg.connect(url) as connection:
        connection.execute("SET statement_timeout = '50ms'")
        with pytest.raises(psycopg.errors.QueryCanceled) as slow:
            connection.execute("SELECT pg_sleep(2)")
        connection.rollback()
    assert "statement_timeout" in str(explain(slow.value, parse_address(url)))


def test_no_server_is_told_at_once(tmp_path: Path) -> None:
    """Where nobody listens it is said why, without waiting for a pool."""
    start = time.monotonic()
    with pytest.raises(UnreadableError, match="can't be reached"):
        open_store("postgresql://office@127.0.0.1:9/followup")
    assert time.monotonic() - start < 5
