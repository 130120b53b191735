"""A PostgreSQL store of version 1 brought up to this version: all of it there, a copy kept first, interrupted."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from postgres_server import postgres_programs, postgres_server

from followup_analytics import open_store as office_store
from followup_analytics.store import open_store, read_store_log, tables
from followup_analytics.store.erase import erase_applicant
from followup_analytics.store.logs import read_open_log
from followup_analytics.store.verifying import verify

pytestmark = pytest.mark.skipif(
    postgres_programs() is None,
    reason="PostgreSQL IS NOT INSTALLED: migrations on it are not tested (apt install postgresql)",
)
psycopg = pytest.importorskip("psycopg", reason="THE POSTGRES EXTRA IS NOT INSTALLED: migrations are not tested on it")

VERSION_1 = Path(__file__).parents[1] / "fixtures" / "store_version_1.sql"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A private server for the tests of this module."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def old(server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The URL of a store as version 1 left it, rows and all."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    name = f"old_{abs(hash(request.node.nodeid)) % 10**9}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = server.rsplit("/", 1)[0] + f"/{name}"
    config = Config()
    config.set_main_option("script_location", str(Path(tables.__file__).parent / "migrations"))
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    rows = re.findall(r"^INSERT INTO .*?;$", VERSION_1.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM settings")
        for row in rows:
            if "followup_version" not in row:
                connection.execute(row.replace("%", "%%"))
    return url


def test_all_of_it_is_there_and_a_copy_was_kept(old: str) -> None:
    """The log is that of the SQLite store of the same rows; the tables of version 1 stand beside it."""
    log = read_store_log(old, time_zone="Europe/Berlin")
    assert sorted(zip(log.interviews["interview_id"], log.interviews["coach"], strict=True)) == [
        ("i1", "ines"), ("i2", None), ("i3", "omar"),
    ]  # fmt: skip
    found = {row["contact_id"]: row for row in log.contacts.iter_rows(named=True)}
    assert found["c2"]["reply_by"] == datetime(2024, 3, 11, 11, tzinfo=UTC)
    assert found["c3"]["reply_by_as_given"] == "soon"
    with psycopg.connect(old) as connection:
        assert connection.execute("SELECT count(*) FROM contacts_before_version_2").fetchone() == (5,)
        assert connection.execute("SELECT version_num FROM followup_version").fetchone() == (tables.HEAD,)


def test_interrupted_it_is_as_it_was(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails takes all before it back, the copies too; the next attempt succeeds."""
    from alembic import op

    with monkeypatch.context() as patch:
        real, seen = op.add_column, []

        def add_column(*args: object, **more: object) -> None:
            real(*args, **more)  # type: ignore[arg-type]
            seen.append(args)
            if len(seen) == 3:
                raise KeyboardInterrupt

        patch.setattr(op, "add_column", add_column)
        with pytest.raises(KeyboardInterrupt):
            open_store(old)
    with psycopg.connect(old) as connection:
        assert connection.execute("SELECT version_num FROM followup_version").fetchone() == ("0001",)
        names = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'interviews'"
        ).fetchall()
        assert ("coach",) not in names
    assert read_store_log(old).contacts.height == 5


_KILLED = """
import os, signal, sys
from alembic import op
from followup_analytics import open_store

real, steps = op.add_column, []

def add_column(*args, **more):
    if len(steps) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    steps.append(real(*args, **more))

op.add_column = add_column
open_store(sys.argv[1])
"""


@pytest.mark.parametrize("after", [0, 2, 5], ids=["after the copy", "after two steps", "before the last"])
def test_a_process_killed_in_the_middle_leaves_it_as_it_was(old: str, after: int) -> None:
    """Killed after the copy was kept: version 1 with all its rows and no copy; the next opening finishes."""
    done = subprocess.run([sys.executable, "-c", _KILLED, old, str(after)], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with psycopg.connect(old) as connection:
        assert connection.execute("SELECT version_num FROM followup_version").fetchone() == ("0001",)
        kept = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE '%before_version%'").fetchone()
        assert kept == (0,)
    assert read_store_log(old).contacts.height == 5
    assert all(check.ok for check in verify(open_store(old)) if check.check != "key")


def test_a_store_without_rows_becomes_one_of_this_version(old: str) -> None:
    """One in which nothing was stored is brought up to date as well, and takes entries."""
    with psycopg.connect(old) as connection:
        for name in (
            *tables.current,
            *(table.name for table in tables.history.values()),
            "batches",
            "covariates",
            "settings",
        ):
            connection.execute(f"TRUNCATE {name} CASCADE")
    store = office_store(old, write=True)
    assert store.sizes() == {"interviews": 0, "applicants": 0, "contacts": 0}
    entry = store.interview("ada", employer="Acme", at="2026-03-02T10:00+01:00", coach="ines")
    assert store.rows.find("interviews", [entry.id])["coach"].to_list() == ["ines"]


def test_forgetting_removes_the_copies(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies hold everybody who was there: they go with the first person who is forgotten."""
    monkeypatch.setenv("FOLLOWUP_KEY", "a key for tests that is long enough to be one")
    store = open_store(old, write=True)
    person = store.read_table("interviews")["applicant_id"][0]
    assert erase_applicant(store, [person]).known
    with psycopg.connect(old) as connection:
        left = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE '%before_version%'").fetchone()
    assert left == (0,)


def test_open_stories_are_those_without_an_outcome(old: str) -> None:
    """The open stories alone are read as on SQLite."""
    log = read_open_log(open_store(old), datetime.now(UTC) - timedelta(days=2))
    assert log is not None
    assert sorted(log.interviews["interview_id"]) == ["i1", "i2"]
    assert log.contacts["interview_id"].n_unique() == 2
