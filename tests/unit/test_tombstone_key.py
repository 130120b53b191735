"""Who was forgotten stays so: under a key of its own, through changes of the store's key, backups and old versions."""

from __future__ import annotations

import hmac
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest import ingest_files
from followup_analytics.log.pseudonyms import load_pseudonyms
from followup_analytics.store import open_store, upkeep
from followup_analytics.store.keys import rotate_key
from followup_analytics.store.marks import read_marks, write_marks
from followup_analytics.store.sealing import Secret, seal
from followup_analytics.store.tombstone_key import SETTING, opened_key
from followup_analytics.store.tombstones import Tombstone, read_tombstones, tombstones_path
from followup_analytics.track import track_forget

ROWS = "interview_id,applicant_id,interviewed_at,employer\n" + "".join(
    f"{one},{one}-id,2026-03-0{day}T10:00+01:00,Employer {one}\n" for day, one in enumerate(("ana", "bob", "eva"), 1)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with three people."""
    path = tmp_path / "interviews.csv"
    path.write_text(ROWS)
    return path


@pytest.fixture
def url(file: Path, tmp_path: Path) -> str:
    """A store of that file, in a folder of its own."""
    (tmp_path / "office").mkdir()
    url = f"sqlite:///{tmp_path}/office/followup.db"
    ingest_files([file], into=url)
    return url


def marks(url: str) -> set[str]:
    """The marks of a store."""
    with open_store(url).reading() as connection:
        return set(read_marks(connection))


def employers(url: str) -> set[str]:
    """Whose interviews a store has."""
    return set(open_store(url).read_table("interviews", ["employer"])["employer"])


def marked_by_store_key(url: str, table: str, one: str) -> set[str]:
    """The marks that earlier versions made: under the store's key, and under one derived from it."""
    key, text = load_pseudonyms(url, create=False).key, f"forgotten\0{table}\0{one}".encode()
    derived = hmac.digest(key, b"followup_analytics tombstones", "sha256")
    return {hmac.digest(one, text, "sha256").hex()[:32] for one in (key, derived)}


def restore(url: str, backup: Path) -> None:
    """Put an old copy of the database in its place."""
    path = Path(url.removeprefix("sqlite:///"))
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copy(backup, path)


def test_the_stores_key_alone_makes_no_mark(url: str) -> None:
    """Whoever has the store's key and a list of ids can't find the forgotten ones by making marks of them."""
    pseudonym = open_store(url).pseudonyms().applicant("ana-id")
    track_forget(url, "ana-id")
    of_store_key = marked_by_store_key(url, "applicants", pseudonym) | marked_by_store_key(url, "interviews", "ana")
    assert marks(url)
    assert not marks(url) & of_store_key
    assert not {one.mark for one in read_tombstones(url).stones} & of_store_key


def test_the_key_is_the_same_in_store_and_file_and_never_open(url: str) -> None:
    """Both hold it sealed under the store's key; a second forgetting uses it again."""
    track_forget(url, "ana-id")
    track_forget(url, "bob-id")
    store, pseudonyms = open_store(url), load_pseudonyms(url, create=False)
    sealed, in_file = store.setting(SETTING), read_tombstones(url).key
    assert sealed is not None
    assert in_file is not None
    own = opened_key(sealed, pseudonyms)
    assert own is not None
    assert own == opened_key(in_file, pseudonyms)
    assert own.decode() not in sealed + in_file
    assert own not in Path(url.removeprefix("sqlite:///")).read_bytes()


def test_forgotten_through_changes_of_the_key(url: str, file: Path) -> None:
    """After two changes of the store's key the file brings nobody back who was forgotten before, between or after."""
    track_forget(url, "ana-id")
    rotate_key(open_store(url, write=True))
    track_forget(url, "bob-id")
    rotate_key(open_store(url, write=True))
    ingest_files([file], into=url)
    assert employers(url) == {"Employer eva"}
    sealed = open_store(url).setting(SETTING)
    assert sealed is not None
    assert opened_key(sealed, load_pseudonyms(url, create=False).earlier()[0]) is None


@pytest.mark.parametrize("rotated", [False, True], ids=["same key", "new key"])
def test_a_backup_from_before_brings_nobody_back(url: str, file: Path, tmp_path: Path, *, rotated: bool) -> None:
    """A copy from before anybody was forgotten has no key of tombstones: it takes that of the file beside it."""
    backup = tmp_path / "monday.db"
    upkeep.back_up(open_store(url), backup)
    track_forget(url, "ana-id")
    if rotated:
        rotate_key(open_store(url, write=True))
    restore(url, backup)
    assert employers(url) == {"Employer bob", "Employer eva"}
    ingest_files([file], into=url)
    assert employers(url) == {"Employer bob", "Employer eva"}
    track_forget(url, "bob-id")
    rotate_key(open_store(url, write=True))
    ingest_files([file], into=url)
    assert employers(url) == {"Employer eva"}


def test_a_copy_knows_whom_it_forgot(url: str, file: Path, tmp_path: Path) -> None:
    """The key goes along to another place."""
    track_forget(url, "ana-id")
    (tmp_path / "other").mkdir()
    other = f"sqlite:///{tmp_path}/other/followup.db"
    upkeep.copy_store(open_store(url), other)
    ingest_files([file], into=other)
    assert employers(other) == {"Employer bob", "Employer eva"}


def test_a_store_of_an_earlier_version_goes_over(url: str, file: Path) -> None:
    """Its marks are known still; with the next forgetting those of people are made anew under the new key."""
    old = open_store(url).pseudonyms()
    pseudonym = old.applicant("ana-id")
    track_forget(url, "ana-id")
    # As an earlier version left it: marks under a key derived from the store's, and no key of their own.
    derived = hmac.digest(old.key, b"followup_analytics tombstones", "sha256")
    stones = []
    for table, one in (("applicants", pseudonym), ("interviews", "ana")):
        mark = hmac.digest(derived, f"forgotten\0{table}\0{one}".encode(), "sha256").hex()[:32]
        sealed = seal(one, Secret("key", old.key.decode())) if table == "applicants" else None
        stones.append(Tombstone(mark, 1, table, sealed))
    with open_store(url, write=True).writing() as connection:
        connection.execute("DELETE FROM forgotten")
        connection.execute("DELETE FROM settings WHERE name = :name", name=SETTING)
        write_marks(connection, {one.mark: one.at for one in stones})
    path = tombstones_path(url)
    assert path is not None
    path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in stones))

    ingest_files([file], into=url)
    assert employers(url) == {"Employer bob", "Employer eva"}
    track_forget(url, "bob-id")
    assert stones[0].mark not in marks(url)
    assert stones[0].mark not in {one.mark for one in read_tombstones(url).stones}
    assert stones[1].mark in marks(url)
    rotate_key(open_store(url, write=True))
    ingest_files([file], into=url)
    assert employers(url) == {"Employer eva"}


def test_another_stores_key_makes_no_second_one(url: str) -> None:
    """With a wrong key beside it, nobody is forgotten under marks that the store could not find again."""
    track_forget(url, "ana-id")
    held = marks(url)
    Path(url.removeprefix("sqlite:///") + ".key").write_text("another-key-" * 4)
    with pytest.raises(UnreadableError, match="key"):
        track_forget(url, "bob-id")
    assert marks(url) == held
