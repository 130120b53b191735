"""Several processes on one SQLite store: writers that wait for one another, and one that is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from followup_analytics.store import open_store

WRITER = Path(__file__).parents[1] / "fixtures" / "store_writer.py"


def start(url: str, name: str, files: int, rows: int) -> subprocess.Popen[str]:
    """A process that writes."""
    return subprocess.Popen(
        [sys.executable, WRITER, url, name, str(files), str(rows)], stdout=subprocess.PIPE, text=True
    )


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    """Two processes that make the store at the same moment and write at the same time both get all their rows in."""
    url = f"sqlite:///{tmp_path}/s.db"
    writers = [start(url, name, 15, 40) for name in ("a", "b")]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    store = open_store(url)
    assert store.known_ids("interviews").n_unique() == 2 * 15 * 40
    with store.reading() as connection:
        moments = connection.values("SELECT recorded_at FROM batches ORDER BY batch")
    assert list(moments) == sorted(set(moments))
    assert len(moments) == 30


def test_a_killed_writer_leaves_whole_files_only(tmp_path: Path) -> None:
    """After kill -9 each file is in whole or not at all, no acknowledged one is lost, and work goes on."""
    url, rows = f"sqlite:///{tmp_path}/s.db", 500
    for attempt in range(4):
        with start(url, f"k{attempt}", 10_000, rows) as writer:
            assert writer.stdout is not None
            said = [writer.stdout.readline()]
            time.sleep(0.05 * attempt)
            os.kill(writer.pid, signal.SIGKILL)
            said += writer.stdout.readlines()
        acknowledged = int(said[-1])
        found = open_store(url, write=True).known_ids("interviews")
        files = found.filter(found.str.starts_with(f"k{attempt}-")).str.extract(r"-(\d+)-").value_counts()
        assert files["count"].unique().to_list() == [rows]
        assert files.height in (acknowledged + 1, acknowledged + 2)
    with sqlite3.connect(tmp_path / "s.db") as look:
        assert look.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert look.execute("PRAGMA foreign_key_check").fetchall() == []
    look.close()
