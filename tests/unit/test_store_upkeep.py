"""Upkeep of a store: what `followup store` and the contact book leave behind, and what failed commands don't."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from followup_analytics.errors import UsageError
from followup_analytics.store import open_store, read_store_log, upkeep
from followup_analytics.store.book import book_path, read_book
from followup_analytics.track import (
    track_contact,
    track_forget,
    track_history,
    track_interview,
    track_outcome,
    track_person,
    track_undo,
)

AT = "2026-03-02T10:00+01:00"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store with two people, a replaced outcome, an entry taken back and a contact book."""
    (tmp_path / "office").mkdir()
    url = f"sqlite:///{tmp_path}/office/followup.db"
    for who, employer in (("ana", "Mill"), ("bob", "Acme")):
        one = track_interview(url, who, at=AT, employer=employer, self_rating=4).id
        track_contact(url, one, channel="phone", duration_s=12.3, at="2026-03-03T10:00+01:00")
    track_outcome(url, "mill", "rejected", at="2026-03-05")
    track_outcome(
        url,
        open_store(url).find("outcomes", open_store(url).known_ids("interviews").to_list())["interview_id"][0],
        "offer",
        at="2026-03-06",
    )
    track_contact(url, "acme", channel="email")
    track_undo(url)
    track_person(url, "ana", name="Ana Lopez", phone="+49 30 1", email="ana@example.org")
    return url


def content(url: str) -> dict[str, Any]:
    """All that a store says."""
    return {name: frame.sort(frame.columns[0]).to_dicts() for name, frame in open_store(url).read_tables().items()}


def names(folder: Path) -> set[str]:
    """The files of a folder."""
    return {path.name for path in folder.iterdir()}


def test_a_backup_is_the_store_and_verifies(followup: Any, url: str, tmp_path: Path) -> None:
    """One file of mode 600 with the same rows and history; without the key it warns; JSON has no log."""
    file = tmp_path / "monday.db"
    answer = followup("store", "backup", url, file, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["log"] is None
    assert "loses the key" in answer.err
    assert names(tmp_path) == {"office", "monday.db"}
    assert file.stat().st_mode & 0o777 == 0o600
    assert content(f"sqlite:///{file}") == content(url)
    assert followup("store", "backup", url, file).code == 2


def test_the_key_travels_under_a_passphrase(followup: Any, url: str, tmp_path: Path, monkeypatch: Any) -> None:
    """In a backup, and to a colleague's machine; without a passphrase nothing is left behind."""
    key = Path(f"{url.removeprefix('sqlite:///')}.key")
    refused = followup("store", "backup", url, tmp_path / "a.db", "--with-key")
    assert refused.code == 2
    assert names(tmp_path) == {"office"}
    monkeypatch.setenv("FOLLOWUP_PASSPHRASE", "correct horse battery")
    assert followup("store", "backup", url, tmp_path / "a.db", "--with-key").code == 0
    assert key.read_text().strip().encode() not in (tmp_path / "a.db.key.sealed").read_bytes()
    assert followup("store", "share-key", url, tmp_path / "key.sealed").code == 0
    kept = key.read_text()
    key.unlink()
    monkeypatch.setenv("FOLLOWUP_PASSPHRASE", "another one, wrong")
    assert followup("store", "share-key", url, tmp_path / "key.sealed", "--take").code == 1
    assert not key.exists()
    monkeypatch.setenv("FOLLOWUP_PASSPHRASE", "correct horse battery")
    assert followup("store", "share-key", url, tmp_path / "key.sealed", "--take").code == 0
    assert key.read_text() == kept
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_sound_store_verifies_and_a_changed_one_does_not(followup: Any, url: str) -> None:
    """A row changed past this program is found by its content key, a lost interview by its contacts."""
    fine = followup("store", "verify", url, "--json")
    assert fine.code == 0, fine.err
    assert all(row["ok"] for row in fine.results)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        raw.execute("UPDATE contacts SET channel = 'email'")
    bad = {row["check"] for row in followup("store", "verify", url, "--json").results if not row["ok"]}
    assert bad == {"contacts"}
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        raw.execute("DELETE FROM interviews WHERE employer = 'Acme'")
    answer = followup("store", "verify", url, "--json")
    assert answer.code == 3
    assert {row["check"] for row in answer.results if not row["ok"]} == {"contacts", "links"}


def test_a_copy_gives_the_same_answers(followup: Any, url: str, tmp_path: Path) -> None:
    """Rows, history, key, book; a place that is taken is refused and left as it was."""
    (tmp_path / "there").mkdir()
    other = f"sqlite:///{tmp_path}/there/copy.db"
    assert followup("store", "copy", url, other).code == 0
    assert content(other) == content(url)
    one = open_store(url).known_ids("interviews")[0]
    assert track_history(other, one) == track_history(url, one)
    assert read_book(other).people == read_book(url).people
    ask = ("--by", "channel", "--min-cell", "1", "--json")
    assert followup("rates", other, *ask).results == followup("rates", url, *ask).results
    track_contact(other, "acme", channel="phone")
    assert followup("store", "verify", other).code == 0
    before = content(other)
    assert followup("store", "copy", url, other).code == 2
    assert content(other) == before


def test_a_copy_that_fails_leaves_nothing_behind(followup: Any, url: str, tmp_path: Path) -> None:
    """Neither a store nor a key where another key lies in the way."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "copy.db.key").write_text("another key, long enough\n")
    assert followup("store", "copy", url, f"sqlite:///{tmp_path}/there/copy.db").code == 2
    assert names(tmp_path / "there") == {"copy.db.key"}


def test_compacting_gives_room_back(followup: Any, url: str) -> None:
    """What was erased takes no room afterwards; the rows are the same."""
    before = content(url)
    assert followup("store", "compact", url, "--json").results[0]["bytes_after"] > 0
    assert content(url) == before


def test_all_that_is_held_on_one_person(followup: Any, url: str, tmp_path: Path) -> None:
    """Book, interviews, contacts, outcomes with replaced versions; nothing of the other person."""
    file = tmp_path / "ana.json"
    assert followup("store", "export-person", url, "ana", file).code == 0
    held = json.loads(file.read_text())
    assert held["contact_book"] == [{"name": "Ana Lopez", "phone": "+49 30 1", "email": "ana@example.org"}]
    assert {one["outcome"] for one in held["outcomes"]} == {"rejected", "offer"}
    assert (len(held["interviews"]), len(held["contacts"])) == (1, 1)
    assert "Acme" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert followup("store", "export-person", url, "carl", tmp_path / "carl.json").code == 2


def test_two_ids_of_one_person(followup: Any, url: str) -> None:
    """Merged they are one applicant, also for what comes later; taken apart they are two as before."""
    before = content(url)
    assert followup("store", "merge-people", url, "ana", "bob").code == 0
    assert open_store(url).sizes()["applicants"] == 1
    later = track_interview(url, "bob", at=AT, employer="Later").id
    assert open_store(url).sizes()["applicants"] == 1
    assert followup("store", "verify", url).code == 0
    assert followup("store", "merge-people", url, "ana", "bob").code == 2
    track_undo(url, later)
    assert followup("store", "merge-people", url, "ana", "bob", "--apart").code == 0
    assert content(url) == before
    assert followup("store", "merge-people", url, "ana", "bob", "--apart").code == 2


def test_forgetting_one_of_two_merged_ids_forgets_the_person(followup: Any, url: str) -> None:
    """Both ids are one person: nothing of either stays."""
    followup("store", "merge-people", url, "ana", "bob")
    track_forget(url, "bob")
    assert open_store(url).sizes()["interviews"] == 0
    assert not book_path(url).exists()


def test_a_new_key_finds_everybody_still(followup: Any, url: str) -> None:
    """Every pseudonym changes, ids and the book still find their person, who was forgotten stays so."""
    track_forget(url, "bob")
    old = set(open_store(url).read_table("interviews", ["applicant_id"])["applicant_id"])
    frames = open_store(url).read_tables()
    assert followup("store", "rotate-key", url).code == 0
    new = set(open_store(url).read_table("interviews", ["applicant_id"])["applicant_id"])
    assert not old & new
    assert open_store(url).pseudonyms().applicant("ana") in new
    assert read_book(url).names() == {next(iter(new)): "Ana Lopez"}
    assert followup("store", "verify", url).code == 0
    track_interview(url, "ana", at=AT, employer="Next")
    assert open_store(url).sizes()["applicants"] == 1
    store = open_store(url, write=True)
    bobs = frames["interviews"].head(0)
    assert bobs.height == 0
    assert store.forgotten_ids("applicants", [store.pseudonyms().applicant("bob")])
    assert followup("store", "rotate-key", url).code == 0
    assert open_store(url).pseudonyms().applicant("ana") in set(
        open_store(url).read_table("interviews", ["applicant_id"])["applicant_id"]
    )


def test_a_change_of_the_key_that_was_cut_off_is_finished(url: str, monkeypatch: Any) -> None:
    """The process dies after the store has changed and before the key file has: the next one finds the new key."""
    from followup_analytics.store.keys import rotate_key

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", dies)
    monkeypatch.setattr("followup_analytics.store.keys.write_private", lambda path, text: path.write_text(text))
    with pytest.raises(KeyboardInterrupt):
        rotate_key(open_store(url, write=True))
    monkeypatch.undo()
    assert open_store(url).pseudonyms().applicant("ana") in set(
        open_store(url).read_table("interviews", ["applicant_id"])["applicant_id"]
    )


def test_a_backup_put_back_brings_nobody_back(followup: Any, url: str, tmp_path: Path) -> None:
    """The list of forgotten people lies outside the database: the person is erased again before anybody reads."""
    path = Path(url.removeprefix("sqlite:///"))
    followup("store", "backup", url, tmp_path / "monday.db")
    track_forget(url, "ana")
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes((tmp_path / "monday.db").read_bytes())
    log = read_store_log(url)
    assert log.interviews["employer"].to_list() == ["Acme"]
    assert b"Mill" not in path.read_bytes()
    assert b"Ana" not in b"".join(one.read_bytes() for one in path.parent.iterdir() if one.is_file())


def test_the_book_is_encrypted_under_a_passphrase(url: str, monkeypatch: Any) -> None:
    """No name stands in the file; without the passphrase it isn't read, and the store still is."""
    path = book_path(url)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"Lopez" in path.read_bytes()
    monkeypatch.setenv("FOLLOWUP_PASSPHRASE", "correct horse battery")
    assert "encrypted" in track_person(url, "bob", name="Bob Berg").sentence
    assert b"Lopez" not in path.read_bytes()
    assert set(read_book(url).names().values()) == {"Ana Lopez", "Bob Berg"}
    monkeypatch.delenv("FOLLOWUP_PASSPHRASE")
    with pytest.raises(Exception, match="FOLLOWUP_PASSPHRASE"):
        read_book(url)
    assert track_contact(url, "acme", channel="phone").id


def test_a_store_is_shared_by_threads(url: str) -> None:
    """Eight threads write and read through one store at once; nothing is lost."""
    from concurrent.futures import ThreadPoolExecutor

    store = open_store(url, write=True, wait_seconds=60)
    row = store.find("contacts", store.known_ids("contacts").to_list()).head(1)

    def work(number: int) -> int:
        with store.transaction(f"file {number}") as transaction:
            transaction.add("contacts", row.with_columns(contact_id=row["contact_id"] + f"-{number}"))
        return store.sizes()["contacts"]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    assert store.sizes()["contacts"] == 2 + 16
    assert Path(url.removeprefix("sqlite:///")).exists()


def test_what_one_thread_does_together_is_its_own(url: str) -> None:
    """Another thread's entry is no part of it: it waits for the lock, and stays when the first one is taken back."""
    store = open_store(url, write=True)
    began, seen = threading.Event(), []

    def enter() -> None:
        began.wait(5)
        with store.reading() as connection:
            seen.append(connection)
        seen.append(track_contact(url, "acme", channel="text").id)

    other = threading.Thread(target=enter)
    other.start()
    with contextlib.suppress(ZeroDivisionError), store.together():
        with store.transaction("a.csv") as transaction:
            mine = transaction.connection
            transaction.set("notes", "[]")
        began.set()
        time.sleep(0.2)
        raise ZeroDivisionError
    other.join(10)
    assert seen[0] is not mine
    assert store.setting("notes") is None
    assert store.find("contacts", [seen[1]]).height == 1


def test_a_copy_that_is_cut_off_is_never_rows_without_their_key(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the rows come in, key and book lie there already; the copy can be made again after that."""
    other = f"sqlite:///{tmp_path}/other.db"
    seen: list[set[str]] = []

    def cut_off(*_: Any) -> None:
        seen.append(names(tmp_path))
        raise BrokenPipeError

    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "_copy_rows", cut_off)
        # Nobody tidies up after a process that was killed.
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(BrokenPipeError):
            upkeep.copy_store(open_store(url), other)
    assert {"other.db.key", "other.db.book"} <= seen[0]
    upkeep.copy_store(open_store(url), other)
    assert content(other) == content(url)
    with pytest.raises(UsageError, match="entries here already"):
        upkeep.copy_store(open_store(url), other)
    assert {"other.db.key", "other.db.book"} <= names(tmp_path)


def test_a_new_key_renews_keys_of_interviews_and_contacts(tmp_path: Path) -> None:
    """Keys that are pseudonyms go on to the new key as people do: the same files are still known."""
    from followup_analytics.ingest import ingest_files
    from followup_analytics.store.keys import rotate_key

    who = "ann@uni.example"
    interviews, contacts = tmp_path / "i.csv", tmp_path / "c.csv"
    interviews.write_text(f"interview_id,applicant_id,interviewed_at\n{who}-1,{who},2026-03-04T10:00Z\n")
    contacts.write_text(
        f"contact_id,interview_id,at,direction,channel\n{who}-1-c,{who}-1,2026-03-05T10:00Z,outbound,phone\n"
    )
    url = f"sqlite:///{tmp_path / 's.db'}"
    ingest_files([interviews, contacts], into=url)
    rotate_key(open_store(url, write=True))
    assert [row.already_known for row in ingest_files([interviews, contacts], into=url).rows] == [1, 1]
