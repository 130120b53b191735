"""What goes wrong with disks, processes and clocks: nothing acknowledged is lost, and the sentence says what it was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from followup_analytics.errors import UnreadableError
from followup_analytics.store import open_store
from followup_analytics.store.address import parse_address
from followup_analytics.store.faults import explain
from followup_analytics.store.verifying import verify
from followup_analytics.track import track_contact, track_history, track_interview

AT = "2026-03-02T10:00+01:00"
#: Entries of track until the process is killed; each id is told only after it was stored.
ENTRIES = """
import sys
from followup_analytics.track import track_contact
while True:
    print(track_contact(sys.argv[1], sys.argv[2], channel="phone").id, flush=True)
"""
#: Entries in a process that may not let a file grow.
LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
from followup_analytics.errors import UnreadableError
from followup_analytics.track import track_contact
try:
    for _ in range(400):
        print(track_contact(sys.argv[1], sys.argv[2], channel="phone").id, flush=True)
except UnreadableError as error:
    sys.exit(str(error))
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that is not there yet."""
    return f"sqlite:///{tmp_path}/followup.db"


def is_whole(url: str) -> bool:
    """Whether every check of `followup store verify` is fine."""
    return all(one.ok for one in verify(open_store(url)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of file sizes are POSIX's")
def test_a_limit_of_sizes_is_no_damage(url: str, tmp_path: Path) -> None:
    """The sentence speaks of room or limits and not of damage; what was acknowledged is there."""
    one = track_interview(url, "ana", at=AT).id
    size = (tmp_path / "followup.db").stat().st_size + 20_000
    ran = subprocess.run([sys.executable, "-c", LIMITED, url, one, str(size)], capture_output=True, text=True)
    assert ran.returncode == 1, ran.stderr
    assert "damaged" not in ran.stderr
    assert "full" in ran.stderr or "limit" in ran.stderr
    assert set(ran.stdout.split()) <= set(open_store(url).known_ids("contacts"))
    assert is_whole(url)


def test_a_damaged_page_is_damage(url: str, tmp_path: Path) -> None:
    """A page written over is told as damage, with the command that looks for more."""
    one = track_interview(url, "ana", at=AT).id
    for _ in range(3):
        track_contact(url, one, channel="phone")
    path = tmp_path / "followup.db"
    open_store(url, write=True).writing()
    for name in ("followup.db-wal", "followup.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 12] = b"\xff" * 4096 * 11
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"damaged.*verify|store"):
        track_history(url, one)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("disk I/O error", "disk"),
        ("database or disk is full", "disk is full"),
        ("database disk image is malformed", "damaged"),
        ("attempt to write a readonly database", "can't be opened or written"),
        ("database is locked", "another program is writing"),
    ],
)
def test_each_fault_of_the_driver_is_told_apart(url: str, words: str, told: str) -> None:
    """A disk that refuses is not a damaged file."""
    import sqlite3

    sentence = str(explain(sqlite3.OperationalError(words), parse_address(url)))
    assert told in sentence
    assert ("damaged" in sentence) == (told == "damaged")


def test_a_clock_set_back_keeps_the_order(url: str) -> None:
    """What is recorded later is later in the history, whatever the computer's clock says."""
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    one = track_interview(url, "ana", at=AT, clock=lambda: now).id
    first = track_contact(url, one, channel="phone", at="2026-03-03T10:00+01:00", clock=lambda: now).id
    back = now - timedelta(days=2)
    second = track_contact(url, one, channel="email", at="2026-03-04T10:00+01:00", clock=lambda: back).id
    store = open_store(url)
    with store.reading() as connection:
        rows = connection.rows("SELECT contact_id, recorded_at FROM contacts ORDER BY recorded_at")
    assert [row[0] for row in rows] == [first, second]
    assert is_whole(url)


@pytest.mark.slow
def test_no_acknowledged_entry_is_lost_by_a_kill(url: str) -> None:
    """Killed at random moments of entry after entry: every id that was told is there, and the store is whole."""
    one = track_interview(url, "ana", at=AT).id
    told: set[str] = set()
    moments = random.Random(7)
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", ENTRIES, url, one], stdout=subprocess.PIPE, text=True)
        time.sleep(2 + moments.random() * 2)
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        lines = out.split("\n")
        told.update(lines[:-1])
    assert told <= set(open_store(url).known_ids("contacts"))
    assert is_whole(url)


@pytest.mark.slow
def test_a_copy_that_was_killed_can_be_made_again(url: str, tmp_path: Path) -> None:
    """Killed at random moments, a copy is there whole, or not there for any answer; the next one is made."""
    one = track_interview(url, "ana", at=AT).id
    track_contact(url, one, channel="phone")
    moments = random.Random(8)
    command = "import sys; from followup_analytics.cli import main; main()"
    for number in range(8):
        other = f"sqlite:///{tmp_path}/copy{number}.db"
        process = subprocess.Popen([sys.executable, "-c", command, "store", "copy", url, other])
        time.sleep(0.5 + moments.random() * 3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        ran = subprocess.run(
            [sys.executable, "-c", command, "store", "copy", url, other], capture_output=True, text=True
        )
        assert ran.returncode in (0, 2), ran.stderr
        assert open_store(other).sizes() == open_store(url).sizes()
        assert is_whole(other)
    assert is_whole(url)
