"""Forgetting an applicant: no byte stays, others stay, and a second ingest brings nobody back."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.reading.logs import read_log
from followup_analytics.results.disclosure.ledger import Ledger
from followup_analytics.results.disclosure.policy import DisclosurePolicy
from followup_analytics.results.disclosure.released import Units
from followup_analytics.sheets.tabular import read_raw_tables
from followup_analytics.sheets.workbook import write_workbook
from followup_analytics.store import Counts, open_store
from followup_analytics.store.certificate import check_certificate
from followup_analytics.store.kinds import EVIDENCE
from followup_analytics.store.releases import place_of
from followup_analytics.store.upkeep import back_up
from followup_analytics.track import (
    track_contact,
    track_forget,
    track_history,
    track_interview,
    track_outcome,
    track_undo,
)

AT = "2026-03-02T10:00+01:00"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that is not there yet."""
    return f"sqlite:///{tmp_path}/followup.db"


def two_applicants(url: str) -> tuple[list[str], str]:
    """Ana with versions, contacts and an undone entry, and Bob, interviewed by one of the same employers."""
    first = track_interview(url, "ana.lopez", at=AT, employer="Zephyrwerke", cohort="spring").id
    second = track_interview(url, "ana.lopez", at=AT, employer="Sharedsteel", previous_interview_id=first).id
    contacts = [track_contact(url, first, channel="phone", at="2026-03-03").id for _ in range(3)]
    track_outcome(url, first, "rejected", at="2026-03-04")
    track_outcome(url, first, "offer", at="2026-03-05")
    track_undo(url)
    undone = track_contact(url, second, channel="email").id
    track_undo(url)
    bob = track_interview(url, "bob", at=AT, employer="Sharedsteel").id
    track_contact(url, bob, channel="phone", at="2026-03-03")
    return [first, second, *contacts, undone], bob


def hits(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """Files in which any of the words stands as bytes."""
    return [
        (path.name, word)
        for path in sorted(folder.iterdir())
        for word in words
        if word.encode() in path.read_bytes() or word.encode("utf-16-le") in path.read_bytes()
    ]


def test_no_byte_of_a_forgotten_applicant_stays(url: str, tmp_path: Path) -> None:
    """Database, journal and shared memory hold none of the ids, the pseudonym or the employer; Bob is whole."""
    gone, bob = two_applicants(url)
    pseudonym = open_store(url).pseudonyms().applicant("ana.lopez")
    words = ["ana.lopez", pseudonym, "Zephyrwerke", *gone]
    assert {word for _, word in hits(tmp_path, words)} == {pseudonym, "Zephyrwerke", *gone}
    assert "2 interviews, 3 contacts and 1 outcome" in track_forget(url, "ana.lopez").sentence
    assert hits(tmp_path, words) == []
    assert open_store(url).known_ids("interviews").to_list() == [bob]
    assert "employer=Sharedsteel" in track_history(url, bob)[0]
    with pytest.raises(UsageError, match="no interview"):
        track_history(url, gone[0])


def test_by_pseudonym_and_again(url: str) -> None:
    """The pseudonym that tables show works as well; a second time is no error; a stranger is."""
    two_applicants(url)
    pseudonym = open_store(url).pseudonyms().applicant("ana.lopez")
    track_forget(url, pseudonym)
    assert "0 interviews" in track_forget(url, pseudonym).sentence
    with pytest.raises(UsageError, match="no applicant of that id"):
        track_forget(url, "carl")


def test_a_second_ingest_brings_nobody_back(url: str) -> None:
    """Interviews, contacts and outcomes of a forgotten person are counted as forgotten and not stored."""
    two_applicants(url)
    store = open_store(url, write=True)
    before = store.read_tables()
    track_forget(url, "ana.lopez")
    with store.transaction("again.csv") as tx:
        counts = {name: tx.add(name, frame) for name, frame in before.items() if frame.height}
    assert counts["interviews"] == Counts(0, 1, 0, 2)
    assert counts["contacts"] == Counts(0, 1, 0, 3)
    assert counts["outcomes"] == Counts(0, 0, 0, 1)
    gone = before["interviews"]["interview_id"].to_list()
    assert len(store.forgotten_ids("interviews", gone)) == 2


def test_a_forgotten_person_can_be_entered_anew(url: str) -> None:
    """What somebody enters by hand afterwards is a new record, and can be forgotten again."""
    two_applicants(url)
    track_forget(url, "ana.lopez")
    anew = track_interview(url, "ana.lopez", at=AT).id
    assert anew in open_store(url).known_ids("interviews")
    assert "1 interview," in track_forget(url, "ana.lopez").sentence


def test_a_members_row_goes_too(url: str) -> None:
    """An applicant without interviews is forgotten out of the applicants table."""
    two_applicants(url)
    store = open_store(url, write=True)
    names = [store.pseudonyms().applicant(one) for one in ("ana.lopez", "carl", "dora")]
    members = pl.DataFrame({"applicant_id": names, "destination": ["seeking"] * 3})
    with store.transaction("members.csv") as tx:
        tx.add("applicants", members)
    track_forget(url, "carl")
    track_forget(url, "ana.lopez")
    assert store.known_ids("applicants").to_list() == names[2:]


def test_references_from_others_are_cut(url: str) -> None:
    """An interview whose earlier round was forgotten stays, without that id, and is known when it comes again."""
    gone, bob = two_applicants(url)
    store = open_store(url, write=True)
    row = store.find("interviews", [bob]).with_columns(previous_interview_id=pl.lit(gone[0]))
    with store.transaction("x") as tx:
        tx.add("interviews", row)
    track_forget(url, "ana.lopez")
    assert hits(store.folder, [gone[0]]) == []
    with store.transaction("x") as tx:
        assert tx.add("interviews", row) == Counts(0, 1)


def test_papers_beside_the_store_are_cleaned(url: str, tmp_path: Path) -> None:
    """Rejects and review files lose the person's rows, papers that are no tables go, other files stay."""
    gone, _ = two_applicants(url)
    (tmp_path / "a.rejects.csv").write_text(
        "contact_id;applicant_id;note;reject_row\nx1;ana.lopez;n;2\nx2;bob;n;3\n"
        f"x3;;see {gone[0]};4\nx4;ana.lopezz;;5\n"
    )
    (tmp_path / "b.rejects.xml").write_text(
        "<calls count='2'>\n  <call name='ANA.LOPEZ' />\n  <call name='b > a' number='1' />\n</calls>"
    )
    (tmp_path / "c.rejects.parquet").write_bytes(b"no parquet, but of ana.lopez")
    write_workbook(tmp_path / "e.rejects.xlsx", {"rejects": pl.DataFrame({"applicant_id": ["ana.lopez", "bob"]})})
    (tmp_path / "f.rejects.xml").write_text("<calls owner='ana.lopez'><call name='b' /></calls>")
    (tmp_path / "design.review.md").write_text("ana.lopez\n")
    pl.DataFrame({"applicant_id": ["ana.lopez", "bob"]}).write_parquet(tmp_path / "d.rejects.parquet")
    (tmp_path / "own notes.csv").write_text("ana.lopez\n")
    assert "6 papers" in track_forget(url, "ana.lopez").sentence
    assert (tmp_path / "a.rejects.csv").read_text() == (
        "contact_id;applicant_id;note;reject_row\nx2;bob;n;3\nx4;ana.lopezz;;5\n"
    )
    assert pl.read_parquet(tmp_path / "d.rejects.parquet")["applicant_id"].to_list() == ["bob"]
    left = {path.name for path in tmp_path.iterdir()}
    assert (tmp_path / "b.rejects.xml").read_text() == "<calls count='2'>\n  <call name='b > a' number='1' />\n</calls>"
    assert read_raw_tables(tmp_path / "e.rejects.xlsx")[0].frame["applicant_id"].to_list() == ["bob"]
    assert left >= {"own notes.csv", "design.review.md"}
    assert not left & {"c.rejects.parquet", "f.rejects.xml"}
    assert not [name for name in left if "part" in name]


def test_refused_rows_of_forgotten_people_stay_in_no_paper(url: str, tmp_path: Path) -> None:
    """A rejects file that a later ingest writes loses the rows of people who were forgotten, also by pseudonym."""
    gone, bob = two_applicants(url)
    store = open_store(url, write=True)
    old = tmp_path / "old.rejects.csv"
    old.write_text(f"interview_id\n{bob}\n")
    os.utime(old, (0, 0))
    track_forget(url, store.pseudonyms().applicant("ana.lopez"))
    with store.transaction("again.csv"):
        (tmp_path / "a.rejects.csv").write_text(f"Interview ID,at\n{gone[0]},x\n{bob},x\n,x\n")
        (tmp_path / "b.rejects.csv").write_text("applicant_id,at\nana.lopez,x\nbob,x\n")
    assert (tmp_path / "a.rejects.csv").read_text() == f"Interview ID,at\n{bob},x\n,x\n"
    assert (tmp_path / "b.rejects.csv").read_text() == "applicant_id,at\nbob,x\n"


def test_an_id_that_is_a_bare_number_takes_no_strangers_rows(url: str, tmp_path: Path) -> None:
    """The applicant 7 is looked for in columns of ids, not among row numbers and durations."""
    track_interview(url, "7", at=AT)
    (tmp_path / "a.rejects.csv").write_text("applicant_id,duration_s,reject_row\n7,1,2\n8,7,7\n")
    track_forget(url, "7")
    assert (tmp_path / "a.rejects.csv").read_text() == "applicant_id,duration_s,reject_row\n8,7,7\n"


def test_names_of_files_are_blotted_out(url: str, tmp_path: Path) -> None:
    """An ingested file that was named after the person leaves no name in the journal."""
    _, bob = two_applicants(url)
    store = open_store(url, write=True)
    with store.transaction("Ana.Lopez calls.xml") as tx:
        tx.add("interviews", store.find("interviews", [bob]).with_columns(cohort=pl.lit("new")))
    assert hits(tmp_path, ["Ana.Lopez"])
    track_forget(url, "ana.lopez")
    assert hits(tmp_path, ["Ana.Lopez"]) == []


def test_a_reader_that_holds_the_old_view_is_named(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are erased, the sentence says what keeps the bytes, and the same command finishes the work."""
    gone, _ = two_applicants(url)
    reader = sqlite3.connect(tmp_path / "followup.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM contacts").fetchone()
    monkeypatch.setattr(
        "followup_analytics.track.places.open_store", lambda url, **rest: open_store(url, wait_seconds=0.1, **rest)
    )
    with pytest.raises(UnreadableError, match="close it and run the same command again"):
        track_forget(url, "ana.lopez")
    reader.close()
    track_forget(url, "ana.lopez")
    assert hits(tmp_path, gone) == []


def test_without_the_key_nobody_is_taken_for_another(url: str, tmp_path: Path) -> None:
    """A lost key, or another one in its place, is refused rather than made anew."""
    two_applicants(url)
    key = tmp_path / "followup.db.key"
    key.write_text("another key, long enough\n")
    with pytest.raises(UnreadableError, match="put the right key file"):
        track_forget(url, "ana.lopez")
    key.unlink()
    with pytest.raises(UnreadableError, match="key is missing"):
        track_interview(url, "ana.lopez", at=AT)


def test_files_that_still_speak_of_the_person_are_named(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of a user's own naming are left alone and named; a review file of unknown numbers too; others are not."""
    gone, bob = two_applicants(url)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "steps.ics").write_text(f"SUMMARY:Call about {gone[0]}\n")
    write_workbook(tmp_path / "steps.xlsx", {"next": pl.DataFrame({"interview_id": [gone[1]]})})
    (tmp_path / "bobs.ics").write_text(f"SUMMARY:Call about {bob}\n")
    (tmp_path / "calls.review.csv").write_text("why,number\nno interview has this line,+4917100000\n")
    (tmp_path / "calls.rejects.ndjson").write_text(f'{{"interview_id": "{gone[0]}"}}\n')
    (tmp_path / "elsewhere" / "today.csv").write_text(f"interview_id\n{gone[0]}\n")
    sentence = track_forget(url, "ana.lopez").sentence
    assert "Look at calls.review.csv, steps.ics, steps.xlsx and today.csv yourself" in sentence
    assert "cleaned 1 paper" in sentence
    assert (tmp_path / "steps.ics").exists()
    assert not (tmp_path / "calls.rejects.ndjson").exists()


def test_the_certificate_lists_every_place_and_names_nobody(url: str, tmp_path: Path) -> None:
    """It is signed with the store's key; one that was changed, or another store's, certifies nothing."""
    gone, _ = two_applicants(url)
    pseudonym = open_store(url).pseudonyms().applicant("ana.lopez")
    file = tmp_path / "erased.json"
    track_forget(url, "ana.lopez", certificate=file)
    text = file.read_text()
    assert not [word for word in ("ana.lopez", pseudonym, "Zephyrwerke", *gone) if word in text]
    held = check_certificate(url, file)
    assert held["erased"] == {"interviews": 2, "contacts": 3, "outcomes": 1}
    places = " ".join(one["place"] for one in held["looked_at"])
    for place in ("tables", "verdicts", "migrations", "contact book", "ledger", "rejects", "page", "cache", "files"):
        assert place in places
    file.write_text(text.replace('"interviews": 2', '"interviews": 9'))
    with pytest.raises(DataError, match="was changed"):
        check_certificate(url, file)
    (tmp_path / "elsewhere").mkdir()
    other = f"sqlite:///{tmp_path}/elsewhere/other.db"
    track_interview(other, "carl", at=AT)
    file.write_text(text)
    with pytest.raises(DataError, match="key of this store"):
        check_certificate(other, file)
    with pytest.raises(UnreadableError, match="no certificate"):
        check_certificate(url, tmp_path / "followup.key")


def test_a_certificate_is_never_written_over(url: str, tmp_path: Path) -> None:
    """The file is looked at before anything is erased."""
    two_applicants(url)
    (tmp_path / "erased.json").write_text("{}")
    with pytest.raises(UsageError, match="is there already"):
        track_forget(url, "ana.lopez", certificate=tmp_path / "erased.json")
    assert open_store(url).known_ids("interviews").len() == 3


def test_the_ledger_of_releases_forgets_and_names_what_stays_published(url: str, tmp_path: Path) -> None:
    """Hashes of the person are gone, with all counts as they were; the release is named as one that stays out."""
    gone, bob = two_applicants(url)
    people = [open_store(url).pseudonyms().applicant(one) for one in ("ana.lopez", "bob")]
    frame = pl.DataFrame(
        {
            "unit": [*gone[:2], bob],
            "person": [people[0], people[0], people[1]],
            "cell": pl.Series([0, 0, 0], dtype=pl.Int64),
            "happened": [False, False, False],
        }
    )
    units = Units("the record", "interviews", ("all",), (3,), (None,), frame)
    Ledger(place_of(open_store(url))).publish(
        "spring 2026", at="2026-03-10T10:00:00", command="rates", question={}, policy=DisclosurePolicy(min_cell=2),
        fingerprint="f", published={}, tables=[units],
    )  # fmt: skip
    before = Ledger(place_of(open_store(url))).releases[0].tables[0]
    assert "'spring 2026' (rates, 2026-03-10)" in track_forget(url, "ana.lopez").sentence
    after = Ledger(place_of(open_store(url))).releases[0].tables[0]
    assert after.n == before.n
    assert [a == b for a, b in zip(after.persons, before.persons, strict=True)] == [False, False, True]
    assert [a == b for a, b in zip(after.units, before.units, strict=True)] == [False, False, True]
    assert after.persons[0] == after.persons[1]


def test_kept_verdicts_go(url: str) -> None:
    """What the log said about the advice rested on the person too."""
    two_applicants(url)
    open_store(url, write=True).keep_setting(EVIDENCE, "{}")
    track_forget(url, "ana.lopez")
    assert open_store(url).setting(EVIDENCE) is None


def test_an_old_answer_that_cannot_be_given_again_says_so(url: str) -> None:
    """A log as of a day before somebody was erased has a note; one as of today has none."""
    two_applicants(url)
    today = datetime.now(UTC).date()
    track_forget(url, "ana.lopez", clock=lambda: datetime.now(UTC) + timedelta(days=2))
    told = [note.code for note in read_log(url, as_of=today.isoformat()).notes]
    assert "erased_since" in told
    later = [note.code for note in read_log(url, as_of=(today + timedelta(days=3)).isoformat()).notes]
    assert "erased_since" not in later


def test_a_backup_in_the_folder_is_named(url: str, tmp_path: Path) -> None:
    """Databases, tables in Parquet and files of folders below that still name the person are named."""
    two_applicants(url)
    store = open_store(url)
    (tmp_path / "out" / "spring").mkdir(parents=True)
    store.read_table("interviews").write_parquet(tmp_path / "out" / "spring" / "interviews.parquet")
    back_up(store, tmp_path / "monday.db")
    sentence = track_forget(url, "ana.lopez").sentence
    assert "interviews.parquet" in sentence
    assert "monday.db" in sentence
