"""Forgetting by command, with real files before and after: no byte of the person comes back."""

from __future__ import annotations

from pathlib import Path

WORDS = (b"anna-77", b"ivA1", b"cA1", b"cA2", b"Zephyrwerke")


def hits(folder: Path) -> set[tuple[str, bytes]]:
    """The files of a folder in which a word of the person stands."""
    return {(path.name, word) for path in folder.iterdir() for word in WORDS if word in path.read_bytes()}


def test_a_forgotten_person_does_not_come_back_with_the_files(followup, tmp_path):
    """Neither the store nor a rejects file names the person, also after the same files were ingested again."""
    office, place = tmp_path / "office", tmp_path / "store"
    office.mkdir()
    place.mkdir()
    (office / "interviews.csv").write_text(
        "interview_id,applicant_id,interviewed_at,employer\n"
        "ivA1,anna-77,2026-03-02T10:00+01:00,Zephyrwerke\n"
        "ivB1,bob-88,2026-03-02T10:00+01:00,Mill\n"
    )
    (office / "contacts.csv").write_text(
        "contact_id,interview_id,at,direction,channel\n"
        "cA1,ivA1,2026-03-03T10:00,outbound,phone\n"
        "cA2,ivA1,2026-03-03T10:00,outbound,fax\n"
        "cB1,ivB1,2026-03-03T10:00,outbound,phone\n"
        "cB2,ivB1,2026-03-03T10:00,outbound,fax\n"
    )
    store = f"sqlite:///{place}/followup.db"
    files = [office / "interviews.csv", office / "contacts.csv"]
    first = followup("ingest", *files, "--into", store, "--json")
    assert first.code == 0, first.err
    assert {name for name, _ in hits(place)} >= {"followup.db", "contacts.rejects.csv"}

    assert followup("track", store, "forget", "anna-77", "--yes").code == 0
    assert hits(place) == set()
    assert b"cB2" in (place / "contacts.rejects.csv").read_bytes()

    for again in (files, files[:1], files[1:]):
        answer = followup("ingest", *again, "--into", store, "--json")
        assert answer.code == 0, answer.err
        assert all(row["accepted"] == 0 for row in answer.results)
        assert hits(place) == set()
    assert b"cB2" in (place / "contacts.rejects.csv").read_bytes()
