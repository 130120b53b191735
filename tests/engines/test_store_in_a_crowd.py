"""Eight writers and eight readers at once for half a minute, on either database: nothing is lost, nothing half seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import postgres_programs, postgres_server

from followup_analytics import open_store

pytestmark = pytest.mark.slow
SECONDS, EACH = 30, 8

_WRITER = """
import sys, time
from followup_analytics import open_store
from followup_analytics.errors import UnreadableError

url, place, number, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
store, until = open_store(url, write=True), time.monotonic() + seconds
told, refused = open(f"{place}/told-{number}", "w"), 0
while time.monotonic() < until:
    try:
        entry = store.contact(f"person {number}", channel="email", direction="inbound", party="hiring_team")
    except UnreadableError as error:
        assert "another program is writing" in str(error), error
        refused += 1
        continue
    print(entry.id, file=told, flush=True)
print(refused)
"""
_READER = """
import sys, time
from followup_analytics import open_store

url, seconds = sys.argv[1], float(sys.argv[2])
store, until, before, n = open_store(url), time.monotonic() + seconds, 0, 0
while time.monotonic() < until:
    frames = store.rows.read_tables()
    interviews, contacts = frames["interviews"], frames["contacts"]
    assert contacts.height >= before, (contacts.height, before)
    assert set(contacts["interview_id"]) <= set(interviews["interview_id"])
    assert contacts["contact_id"].n_unique() == contacts.height
    before, n = contacts.height, n + 1
print(n)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store with an interview for each writer."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    if request.param == "sqlite":
        yield begun(f"sqlite:///{tmp_path}/followup.db")
        return
    pytest.importorskip("psycopg_pool")
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres_server() as server:
        yield begun(server)


def begun(url: str) -> str:
    """Make the interviews."""
    store = open_store(url, create=True)
    for number in range(EACH):
        store.interview(f"person {number}", employer=f"Employer {number}", at="2026-03-02T10:00+01:00")
    return url


def test_nothing_is_lost_in_a_crowd(url: str, tmp_path: Path) -> None:
    """Every acknowledged entry is there, no reader sees fewer rows than before, and the store verifies."""

    def started(code: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, url, *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    crowd = [started(_WRITER, tmp_path, number, SECONDS) for number in range(EACH)]
    crowd += [started(_READER, SECONDS) for _ in range(EACH)]
    said = [one.communicate(timeout=SECONDS * 10) for one in crowd]
    assert [one.returncode for one in crowd] == [0] * len(crowd), said
    told = {line for number in range(EACH) for line in (tmp_path / f"told-{number}").read_text().split()}
    assert told
    store = open_store(url)
    assert set(store.rows.known_ids("contacts")) == told
    assert all(check.ok for check in store.verify())
    assert all(int(out) > 0 for out, _ in said[EACH:])
