"""Opening a store: what is refused, in what words, and that nothing is altered by it."""

from __future__ import annotations

import builtins
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from followup_analytics.errors import MissingExtraError, UnreadableError, UsageError
from followup_analytics.store import Store, is_store_url, open_store
from followup_analytics.store.address import parse_address


def test_a_ready_command_holds_no_password() -> None:
    """It is shown on pages and in logs; the user stays, since a command needs it."""
    address = parse_address("postgresql://office:hush@db.example:6000/followup")
    assert address.for_commands == "postgresql://office@db.example:6000/followup"
    assert parse_address("postgresql:///followup").for_commands == "postgresql:///followup"
    assert parse_address("sqlite:///own.db").for_commands == "sqlite:///own.db"


def refusal(path: Path, **options: bool) -> str:
    """The sentence with which a file is refused; the file and its folder must stay as they were."""
    before = {child.name: child.read_bytes() for child in path.parent.iterdir() if child.is_file()}
    with pytest.raises(UnreadableError) as caught:
        open_store(f"sqlite:///{path}", **options)
    assert before == {child.name: child.read_bytes() for child in path.parent.iterdir() if child.is_file()}
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_foreign_database_is_refused_untouched(tmp_path: Path) -> None:
    """Another program's database is neither read nor changed, by ingest or by analysis."""
    path = tmp_path / "calls.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE contacts (contact_id TEXT)")
    other.close()
    for create in (True, False):
        assert "belongs to another program" in refusal(path, create=create)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Text, and bytes that only begin like a database."""
    (tmp_path / "log.csv").write_text("contact_id,at\n")
    (tmp_path / "torn.db").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 20)
    assert "some other file" in refusal(tmp_path / "log.csv", create=True)
    assert "not a follow-up store" in refusal(tmp_path / "torn.db", create=True)


def test_a_folder_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    """The sentence says which of the two it is."""
    (tmp_path / "folder.db").mkdir()
    assert "this is a folder" in refusal(tmp_path / "folder.db", create=True)
    with pytest.raises(UnreadableError, match="doesn't exist"):
        open_store(f"sqlite:///{tmp_path}/none/followup.db", create=True)


def test_reading_makes_no_store(tmp_path: Path) -> None:
    """Analysing a store that is not there leaves no empty file behind."""
    assert "there is no store here" in refusal(tmp_path / "none.db")
    assert "there is no store here" in refusal(tmp_path / "none.db", write=True)


def test_an_empty_file_becomes_a_store_only_on_ingest(tmp_path: Path) -> None:
    """An empty file holds nothing that could be lost, but reading refuses it."""
    (tmp_path / "new.db").touch()
    assert "no follow-up store" in refusal(tmp_path / "new.db")
    assert open_store(f"sqlite:///{tmp_path}/new.db", create=True).known_ids("interviews").len() == 0


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    """A store of a later version is left alone, with the advice to upgrade."""
    path = tmp_path / "s.db"
    open_store(f"sqlite:///{path}", create=True)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE followup_version SET version_num = '9999'")
    other.close()
    assert "upgrade" in refusal(path, create=True)


def test_a_locked_store_is_refused_for_writing_and_can_be_read(tmp_path: Path) -> None:
    """Another writer holds up writers, with a sentence, and nobody else."""
    url = f"sqlite:///{tmp_path}/s.db"
    open_store(url, create=True)
    other = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store = open_store(url, create=True, wait_seconds=0.1)
    with pytest.raises(UnreadableError, match="another program is writing"), store.transaction("x") as tx:
        tx.set("a", "b")
    assert open_store(url).known_ids("contacts").len() == 0
    other.close()


def test_the_database_is_set_up_for_safety(tmp_path: Path) -> None:
    """WAL, foreign keys, secure deletion, and our mark in the file's head."""
    store = open_store(f"sqlite:///{tmp_path}/s.db", create=True)
    with store.reading() as connection:
        found = {
            name: connection.value(f"PRAGMA {name}")
            for name in ("journal_mode", "foreign_keys", "secure_delete", "application_id", "synchronous")
        }
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "application_id": 0x466F5570,
        "synchronous": 2,
    }


def test_migrations_make_the_tables_that_the_code_declares(tmp_path: Path) -> None:
    """The newest migration is the one the code names, and leaves nothing to migrate."""
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine

    from followup_analytics.store import definitions, opening, tables

    config = Config()
    config.set_main_option("script_location", str(Path(opening.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == tables.HEAD
    open_store(f"sqlite:///{tmp_path}/s.db", create=True)
    with create_engine(f"sqlite:///{tmp_path}/s.db").connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": tables.VERSION_TABLE})
        assert compare_metadata(context, definitions.metadata) == []


def test_only_whole_migrations_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first opening that fails half-way leaves an empty database, which the next one makes a store of."""
    from alembic import op

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    url = f"sqlite:///{tmp_path}/s.db"
    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", fail)
        with pytest.raises(KeyboardInterrupt):
            open_store(url, create=True)
    with sqlite3.connect(tmp_path / "s.db") as look:
        assert look.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    look.close()
    assert open_store(url, create=True).known_ids("interviews").len() == 0


@pytest.mark.parametrize("url", ["mysql://host/db", "followup.db", "sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_other_urls_are_refused(url: str) -> None:
    """A URL that is no store's is a mistake in the command line."""
    with pytest.raises(UsageError, match="sqlite:///"):
        open_store(url, create=True)


def test_what_a_store_url_is() -> None:
    """Files and folders are no store URLs; both spellings of PostgreSQL are."""
    assert is_store_url("sqlite:///a.db")
    assert is_store_url("postgres://h/d")
    assert not is_store_url("data/sample")
    assert not is_store_url("s3://bucket/log")


def test_messages_never_show_a_password() -> None:
    """Neither the URL's name for messages nor a failed connection gives it away."""
    url = "postgresql://user:geheim@127.0.0.1:1/office"
    assert parse_address(url).shown == "postgresql://127.0.0.1/office"
    with pytest.raises(UnreadableError, match="can't be reached") as caught:
        open_store(url, wait_seconds=1)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("missing", ["psycopg", "psycopg_pool"])
def test_postgresql_without_its_driver_names_the_extra(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The core install says what to install, and so does one whose driver is of before the pool."""
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == missing:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install '\.\[postgres\]'"):
        open_store("postgresql://localhost/office")


def test_help_does_not_pay_for_the_database() -> None:
    """Importing the store's door imports no SQLAlchemy."""
    code = "import sys, followup_analytics.store; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_store_in_a_read_only_folder(tmp_path: Path) -> None:
    """It can be read, also without write access to its folder; writing there is refused in one sentence."""
    if os.geteuid() != 0:
        user, folder = None, tmp_path
    else:
        # Root may write anywhere, and nobody else may look into pytest's folder.
        user, folder = pwd.getpwnam("nobody"), Path(tempfile.mkdtemp(prefix="followup-read-only-"))
    try:
        url = f"sqlite:///{folder}/s.db"
        _write(open_store(url, create=True))
        (folder / "s.db").chmod(0o444)
        folder.chmod(0o555)
        assert _as(user, lambda: open_store(url).setting("time_zone")) == "UTC"
        assert "can't be opened or written here" in _as(user, lambda: _write(open_store(url, write=True)))
        absent = url.replace("s.db", "new.db")
        assert "can't be opened or written here" in _as(user, lambda: open_store(absent, create=True))
        assert sorted(child.name for child in folder.iterdir()) == ["s.db"]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)


def _write(store: Store) -> None:
    with store.transaction("x") as tx:
        tx.set("time_zone", "UTC")


def _as(user: pwd.struct_passwd | None, work: Callable[[], object]) -> str:
    """Do something in a forked process as another user; its result, or the sentence of its refusal."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = "nothing"
        try:
            if user:
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
            said = str(work())
        except UnreadableError as error:
            said = str(error)
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return said
