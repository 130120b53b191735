"""Keys in the log's own tables that are made of students' numbers, addresses or names: stored as pseudonyms."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.reading import read_log

STUDENT = "S1234567"
INTERVIEWS = (
    "interview_id,applicant_id,interviewed_at,previous_interview_id\n"
    "{who}-1,{who},2026-03-02T10:00Z,\n{who}-2,{who},2026-03-09T10:00Z,{who}-1\n"
)
CONTACTS = (
    "contact_id,interview_id,at,direction,channel\n"
    "{who}-1-a,{who}-1,2026-03-04T10:00Z,outbound,phone\nx9,{who}-2,2026-03-11T10:00Z,outbound,email\n"
)
OUTCOMES = "interview_id,outcome,decided_at\n{who}-2,offer,2026-03-20T10:00Z\n"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Three tables whose keys hold a student's number."""
    for name, text in (("interviews", INTERVIEWS), ("contacts", CONTACTS), ("outcomes", OUTCOMES)):
        (tmp_path / f"{name}.csv").write_text(text.format(who=STUDENT), "utf-8")
    return tmp_path


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("log.db*"))


def test_no_number_is_stored_and_all_belongs_together(office: Path) -> None:
    """Interviews first, what refers to them in a later command; the same files again bring nothing new."""
    url = f"sqlite:///{office / 'log.db'}"
    ingest_files(office / "interviews.csv", into=url)
    ingest_files([office / "contacts.csv", office / "outcomes.csv"], into=url)
    log = read_log(url)
    assert (log.interviews.height, log.contacts.height, log.outcomes.height) == (2, 2, 1)
    assert set(log.interviews["previous_interview_id"].drop_nulls()) <= set(log.interviews["interview_id"])
    assert b"1234567" not in stored(office)
    again = ingest_files([office / f"{name}.csv" for name in ("interviews", "contacts", "outcomes")], into=url)
    assert [row["already_known"] for row in again.rows] == [2, 2, 1]


def test_a_roster_names_them_as_they_were(office: Path) -> None:
    """Calls find their interview through the key that the office knows."""
    url = f"sqlite:///{office / 'log.db'}"
    ingest_files(office / "interviews.csv", into=url)
    (office / "roster.csv").write_text(f"interview_id,phone\n{STUDENT}-1,+12025550143\n", "utf-8")
    (office / "calls.xml").write_text(
        '<calls count="1"><call number="+12025550143" duration="64" date="1772632800000" type="2" /></calls>', "utf-8"
    )
    result = ingest_files(office / "calls.xml", into=url, roster=office / "roster.csv")
    assert result.rows[0]["accepted"] == 1
    assert b"1234567" not in stored(office)


def test_a_roster_that_brings_the_interviews(office: Path) -> None:
    """Interviews that only the roster has are protected too."""
    url = f"sqlite:///{office / 'log.db'}"
    (office / "roster.csv").write_text(
        f"interview_id,applicant_id,interviewed_at,phone\n{STUDENT}-1,{STUDENT},2026-03-02T10:00Z,+12025550143\n",
        "utf-8",
    )
    (office / "calls.xml").write_text(
        '<calls count="1"><call number="+12025550143" duration="64" date="1772632800000" type="2" /></calls>', "utf-8"
    )
    assert ingest_files(office / "calls.xml", into=url, roster=office / "roster.csv").rows[0]["accepted"] == 1
    assert b"1234567" not in stored(office)


@pytest.mark.parametrize(
    ("who", "becomes"),
    [("S1234567", "pseudonym"), ("jane@u.example", "pseudonym"), ("Jane Doe", "pseudonym"), ("a1", "stored")],
)
def test_what_is_personal(who: str, becomes: str, tmp_path: Path) -> None:
    """Numbers of many figures, addresses and names; a short code of the office's own is none."""
    (tmp_path / "interviews.csv").write_text(INTERVIEWS.format(who=who), "utf-8")
    fates = check_files(tmp_path / "interviews.csv").columns_become
    assert {one.fate.becomes for one in fates if one.fate.column == "interview_id"} == {becomes}


def test_a_store_with_plain_keys_keeps_them(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a store of before has the keys as they were, the same files are known and stay so."""
    url = f"sqlite:///{office / 'log.db'}"
    with monkeypatch.context() as before:
        before.setattr("followup_analytics.ingest.opening.secret_interviews", lambda batch, known, names: batch)
        ingest_files(office / "interviews.csv", into=url)
    result = ingest_files([office / "interviews.csv", office / "contacts.csv"], into=url)
    assert [row["rejected"] for row in result.rows] == [0, 0]
    assert read_log(url).interviews.height == 2
