"""PostgreSQL against SQLite: one behaviour, one log, whichever database holds it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from postgres_server import postgres_programs, postgres_server

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.ingest import ingest_files
from followup_analytics.log.schema import TABLES
from followup_analytics.store import Counts, open_store, read_store_log
from followup_analytics.track import (
    track_contact,
    track_correct,
    track_forget,
    track_history,
    track_interview,
    track_outcome,
    track_undo,
)

pytestmark = pytest.mark.skipif(
    postgres_programs() is None,
    reason="PostgreSQL IS NOT INSTALLED: stores on it are not tested (apt install postgresql)",
)
pytest.importorskip("psycopg", reason="THE POSTGRES EXTRA IS NOT INSTALLED: stores on PostgreSQL are not tested")

AT = "2026-03-02T10:00+01:00"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A private server for the tests of this module."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres(server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The URL of a fresh database; keys of its store lie in the test's own folder."""
    import psycopg

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    name = f"test_{abs(hash(request.node.nodeid)) % 10**9}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.rsplit("/", 1)[0] + f"/{name}"


def frames(n: int) -> dict[str, pl.DataFrame]:
    """n interviews, 2 n contacts and n / 2 outcomes with every kind of value, awkward text and covariates included."""
    awkward = ["plain", 'a "quote", and comma', "line\nbreak", "\\N", "Ünïcødé 🙂", None, "NULL", "'=1+1"]
    number = pl.int_range(n, eager=True)
    start = pl.lit(datetime(2026, 3, 1, tzinfo=UTC)).cast(pl.Datetime("us", "UTC"))
    key = pl.format("i{}", pl.col("number"))
    interviews = pl.DataFrame({"number": number}).select(
        interview_id=key,
        applicant_id=pl.format("p{}", pl.col("number") // 3),
        interviewed_at=start + pl.duration(microseconds=pl.col("number") * 1_234_567_891),
        employer=pl.Series([awkward[i % 8] for i in range(n)]),
        self_rating=pl.col("number") % 5 + 1,
        referral=pl.when(pl.col("number") % 3 > 0).then(pl.col("number") % 3 == 1),
        gpa=pl.col("number") / 7,
        _bucket=(pl.col("number") % 1000).cast(pl.Int16),
        _zone=pl.lit("Europe/Berlin"),
    )
    contacts = pl.DataFrame({"number": pl.int_range(2 * n, eager=True)}).select(
        contact_id=pl.format("c{}", pl.col("number")),
        interview_id=pl.format("i{}", pl.col("number") % n),
        at=start + pl.duration(seconds=pl.col("number") * 61),
        direction=pl.lit("outbound"),
        channel=pl.lit("phone"),
        duration_s=pl.when(pl.col("number") % 4 > 0).then(pl.col("number") / 3),
        said_thanks=pl.col("number") % 2 == 0,
    )
    outcomes = interviews.head(n // 2).select("interview_id", outcome=pl.lit("offer"), decided_at="interviewed_at")
    return {"interviews": interviews, "contacts": contacts, "outcomes": outcomes}


def add(url: str, tables: dict[str, pl.DataFrame]) -> dict[str, Counts]:
    """Add tables in one transaction."""
    with open_store(url, create=True).transaction("file.csv") as tx:
        return {name: tx.add(name, frame) for name, frame in tables.items()}


def test_both_hold_the_same_log(postgres: str, tmp_path: Path) -> None:
    """Counts, versions, typed tables and the log are equal to the last bit, through first load, repeat and change."""
    urls = (postgres, f"sqlite:///{tmp_path}/s.db")
    tables = frames(3000)
    changed = {"contacts": tables["contacts"].with_columns(channel=pl.lit("video")).head(700)}
    for step in (tables, tables, changed, {"contacts": tables["contacts"].head(5)}):
        first, second = (add(url, step) for url in urls)
        assert first == second
    found = [open_store(url).read_tables() for url in urls]
    for name in TABLES:
        one, two = (tables_of[name].sort(TABLES[name].key) for tables_of in found)
        assert one.equals(two)
        assert one.schema == two.schema
    given = tables["interviews"].sort("interview_id")
    assert found[0]["interviews"].sort("interview_id").select(given.columns).equals(given)
    logs = [read_store_log(url) for url in urls]
    assert logs[0].contacts.sort("contact_id").equals(logs[1].contacts.sort("contact_id"))


def test_track_works_on_a_server(postgres: str) -> None:
    """Entries, undo, history, as-of and forgetting, as in a file."""
    one = track_interview(postgres, "ana", at=AT, employer="Zephyr").id
    contact = track_contact(postgres, one, channel="phone", at="2026-03-03T10:00").id
    track_outcome(postgres, one, "rejected", at="2026-03-04")
    track_outcome(postgres, one, "offer", at="2026-03-05")
    assert track_undo(postgres).id == one
    assert read_store_log(postgres).outcomes["outcome"].to_list() == ["rejected"]
    assert len(track_history(postgres, one)) == 5
    assert read_store_log(postgres, as_of=datetime.now(UTC)).contacts["contact_id"].to_list() == [contact]
    other = track_interview(postgres, "bob", at=AT).id
    track_forget(postgres, "ana")
    assert open_store(postgres).known_ids("interviews").to_list() == [other]
    with pytest.raises(UsageError, match="no applicant"):
        track_forget(postgres, "carl")


def test_no_table_keeps_a_forgotten_person(postgres: str) -> None:
    """No row of any table of the database holds a word of the person, and the tables were rewritten."""
    import psycopg

    one = track_interview(postgres, "ana", at=AT, employer="Zephyr").id
    track_contact(postgres, one, channel="phone")
    track_undo(postgres)
    with psycopg.connect(postgres) as connection:
        before = _files_of_tables(connection)
    track_forget(postgres, "ana")
    with psycopg.connect(postgres) as connection:
        names = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        rows = [str(row) for name in names for row in connection.execute(f'SELECT * FROM "{name}"')]
        assert not [row for row in rows if one in row or "Zephyr" in row]
        assert not before & _files_of_tables(connection)


def _files_of_tables(connection: object) -> set[int]:
    query = (
        "SELECT pg_relation_filenode(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    query += " AND relname <> 'followup_version'"
    return {number for (number,) in connection.execute(query)}  # type: ignore[attr-defined]


def test_an_error_leaves_nothing(postgres: str) -> None:
    """A stray contact refuses the whole file, at the latest when it is committed."""
    add(postgres, {})
    with pytest.raises(DataError, match="belongs to no interview"):
        add(postgres, {"contacts": frames(5)["contacts"]})
    assert open_store(postgres).known_ids("contacts").len() == 0


def test_a_foreign_database_is_refused_untouched(postgres: str) -> None:
    """A database with another program's tables is left as it was."""
    import psycopg

    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE contacts (id int)")
    for create in (True, False):
        with pytest.raises(UnreadableError, match="belongs to another program"):
            open_store(postgres, create=create)
    with psycopg.connect(postgres) as connection:
        count = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert count == (1,)


def test_reading_makes_no_store(postgres: str) -> None:
    """An empty database stays empty, and one that is not there is said to be out of reach."""
    with pytest.raises(UnreadableError, match="no follow-up store"):
        open_store(postgres)
    with pytest.raises(UnreadableError, match="can't be reached"):
        open_store(postgres + "x", create=True)


def test_writers_wait_and_give_up_with_a_sentence(postgres: str) -> None:
    """A second writer waits its time, then says who is in the way; a reader isn't held up."""
    add(postgres, frames(4))
    with open_store(postgres, write=True).transaction("slow.csv") as tx:
        tx.set("time_zone", "UTC")
        with (
            pytest.raises(UnreadableError, match="another program is writing"),
            open_store(postgres, write=True, wait_seconds=0.2).transaction("x") as second,
        ):
            second.set("time_zone", "Europe/Berlin")
        assert open_store(postgres).known_ids("interviews").len() == 4
    assert open_store(postgres).setting("time_zone") == "UTC"


def test_two_processes_write_and_make_the_store_at_once(postgres: str) -> None:
    """Two writers that begin with an empty database both get all their rows in."""
    command = [sys.executable, Path(__file__).parents[1] / "fixtures" / "store_writer.py", postgres]
    writers = [subprocess.Popen([*command, name, "8", "40"], stdout=subprocess.DEVNULL) for name in ("a", "b")]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert open_store(postgres).known_ids("interviews").n_unique() == 2 * 8 * 40


def test_corrections_and_taking_back_are_the_same_on_either(postgres: str, tmp_path: Path) -> None:
    """A correction, an entry by its id and a whole ingest go and come back as on SQLite."""
    seen = []
    for url in (postgres, f"sqlite:///{tmp_path}/same.db"):
        one = track_interview(url, "ana", at=AT, employer="Mill").id
        path = tmp_path / "calls.csv"
        path.write_text(f"contact_id,interview_id,at,direction,channel\nc1,{one},2026-03-05T10:00Z,inbound,phone\n")
        ingest_files([path], into=url)
        call = track_contact(url, one, channel="call", at="2026-03-06T10:00", decision_promised_at="2026-12-01").id
        track_correct(url, call, channel="vm")
        track_correct(url, "c1", party="interviewer")
        states = []
        for step in ({"key": "c1"}, {"key": call}, {"key": call}, {"ingest": True}, {}):
            log = open_store(url).read_tables()
            states.append((log["contacts"]["channel"].sort().to_list(), log["contacts"]["party"].to_list()))
            states.append(log["interviews"]["decision_promised_at"].to_list())
            states.append(track_undo(url, **step).sentence.replace(one, "I").replace(call, "C"))
        seen.append(states)
    assert seen[0] == seen[1]
    assert "Took back the ingest of calls.csv: 1 contact." in seen[0][-4]


def test_a_narrower_file_keeps_what_is_stored_on_either(postgres: str, tmp_path: Path) -> None:
    """Absent columns keep what is stored."""
    for url in (postgres, f"sqlite:///{tmp_path}/same.db"):
        for text in (
            "cohort,sector\ni1,ana,2026-03-02T10:00Z,2026,care\n",
            "employer\ni1,ana,2026-03-02T10:00Z,Mill\n",
        ):
            (tmp_path / "i.csv").write_text(f"interview_id,applicant_id,interviewed_at,{text}")
            ingest_files([tmp_path / "i.csv"], into=url)
        row = open_store(url).find("interviews", ["i1"], covariates=True).row(0, named=True)
        assert (row["cohort"], row["sector"], row["employer"]) == ("2026", "care", "Mill")
