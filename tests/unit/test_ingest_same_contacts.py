"""Contacts that two sources have, cohorts that two tables label differently, rows that are lost now."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_analytics.errors import UsageError
from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.cohorts import labels_given
from followup_analytics.reading import read_log
from followup_analytics.results.result import LogCounts

FORM = (
    "contact_id,interview_id,at,direction,channel,party\n"
    "f1,i1,2024-03-06T09:00-05:00,outbound,phone,interviewer\nf2,i1,2024-03-08,outbound,phone,\n"
    "f3,i1,2024-03-09,outbound,phone,\n"
)
CALL = '<call number="+12025550143" duration="64" date="{}" type="2" />'
CALLS = f"<calls>{''.join(CALL.format(ms) for ms in (1709733900000, 1709906700000, 1709820300000))}</calls>"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A form and a telephone's log: one call five minutes apart, one dated by its day alone, two of one source only."""
    (tmp_path / "roster.csv").write_text(
        "interview_id,applicant_id,interviewed_at,phone\ni1,a1,2024-03-04T10:00:00-05:00,+12025550143\n", "utf-8"
    )
    (tmp_path / "contacts.csv").write_text(FORM, "utf-8")
    (tmp_path / "calls.xml").write_text(CALLS, "utf-8")
    return tmp_path


def contacts(url: str) -> list[tuple[object, ...]]:
    frame = read_log(url).contacts.sort("at")
    return [(row["contact_id"][:2], row["at_precision"], row["party"], row["duration_s"]) for row in frame.to_dicts()]


JOINED = [("f1", "instant", "interviewer", 64.0), ("ca", "instant", None, 64.0), ("f2", "instant", None, 64.0),
          ("f3", "day", None, None)]  # fmt: skip


def test_they_are_reported(office: Path) -> None:
    """Stored as they are, and said; a check says it too."""
    given = {"roster": office / "roster.csv", "time_zone": "America/New_York"}
    both = [office / "contacts.csv", office / "calls.xml"]
    url = f"sqlite:///{office}/log.db"
    for result in (ingest_files(both, into=url, **given), check_files(both, **given)):  # type: ignore[arg-type]
        assert [(note.code, note.n) for note in result.notes if "same_contacts" in note.code] == [
            ("perhaps_the_same_contacts", 2)
        ]
    assert len(contacts(url)) == 6


@pytest.mark.parametrize("order", [("contacts.csv", "calls.xml"), ("contacts.csv", "calls.xml", "calls.xml")])
def test_they_are_joined_when_asked(office: Path, order: tuple[str, ...]) -> None:
    """One contact of both, with the log's time and the form's party; the files may come again."""
    given = {"roster": office / "roster.csv", "time_zone": "America/New_York"}
    url = f"sqlite:///{office}/log.db"
    for name in order[:-1]:
        ingest_files(office / name, into=url, **given)  # type: ignore[arg-type]
    ingest_files(office / order[-1], into=url, join_duplicates=True, **given)  # type: ignore[arg-type]
    assert contacts(url) == JOINED
    for name in order:
        again = ingest_files(office / name, into=url, **given)  # type: ignore[arg-type]
        assert again.rows[0]["accepted"] == 0
    assert contacts(url) == JOINED


@pytest.mark.parametrize("order", [("contacts.csv", "calls.xml"), ("calls.xml", "contacts.csv")])
def test_they_are_joined_within_one_command(office: Path, order: tuple[str, ...]) -> None:
    """What one command brings is one contact too, in whatever order the files stand."""
    given = {"roster": office / "roster.csv", "time_zone": "America/New_York"}
    url = f"sqlite:///{office}/log.db"
    ingest_files([office / name for name in order], into=url, join_duplicates=True, **given)  # type: ignore[arg-type]
    assert len(contacts(url)) == 4
    assert {(party, seconds) for _, _, party, seconds in contacts(url)} == {
        (party, seconds) for _, _, party, seconds in JOINED
    }


def test_cohorts_with_other_labels(tmp_path: Path) -> None:
    """One warning with both sets and the way to equate them; equated once, they stay so."""
    (tmp_path / "interviews.csv").write_text(
        "interview_id,applicant_id,interviewed_at,cohort\ni1,a,2024-03-04T10:00Z,Class of 2026\n", "utf-8"
    )
    (tmp_path / "applicants.csv").write_text("applicant_id,cohort,destination\na,2026,employed\n", "utf-8")
    both = [tmp_path / "interviews.csv", tmp_path / "applicants.csv"]
    url = f"sqlite:///{tmp_path}/log.db"
    for result in (check_files(both), ingest_files(both, into=url)):
        [told] = [note.text for note in result.notes if note.code == "cohort_labels_differ"]
        assert "--same-cohort '2026=Class of 2026'" in told
    ingest_files(both, into=url, same_cohort=["2026=Class of 2026"])
    result = ingest_files(both, into=url)
    assert [note for note in result.notes if note.code == "cohort_labels_differ"] == []
    applicants = read_log(url).applicants
    assert applicants is not None
    assert applicants["cohort"].to_list() == ["Class of 2026"]
    with pytest.raises(UsageError, match="write the label"):
        labels_given(["2026"])


SHEET = (
    "Ref,Student no,Interview date,Interview time,Employer,Term,1st follow-up,1st how,2nd follow-up,2nd how,Heard back,"
    "Heard how,Result,Result date\n"
    "1,s1,14/03/2024,10:00,Acme,T1,,phone,,,,,,\n2,s1,soon,10:00,Acme,T1,16/03/2024,phone,,,,,,\n3,s2,25/03/2024,10:00,"
    "Acme,T1,,,,,,,,\n"
)


def test_a_result_without_its_date_is_a_reject(tmp_path: Path) -> None:
    """And mended rows, under whatever name they come back, are lost no longer: a note of nothing isn't kept."""
    (tmp_path / "store").mkdir()
    url = f"sqlite:///{tmp_path}/store/log.db"
    (tmp_path / "sheet.csv").write_text(SHEET, "utf-8")
    result = ingest_files(tmp_path / "sheet.csv", into=url, time_zone="Europe/London")
    assert "no_date" in {one.rule for one in result.broken}
    assert [note.n for note in read_log(url).notes if note.code == "set_aside"] == [3]
    rejects = Path(result.rows[0]["rejects_file"]).read_text("utf-8")
    mended = tmp_path / "other name.csv"
    mended.write_text(rejects.replace("soon", "15/03/2024").replace("T1,,phone", "T1,18/03/2024,phone"), "utf-8")
    ingest_files(mended, into=url, time_zone="Europe/London")
    assert [note for note in read_log(url).notes if note.code == "set_aside"] == []


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_end_of_the_record_is_the_local_day(tmp_path: Path, zone: str) -> None:
    """A date given with --observed-until is that day in the zone of the map, or of each row."""
    (tmp_path / "list.csv").write_text("Student,Date\ns1,2024-03-04 10:00\n", "utf-8")
    map_ = {
        "time_zone": zone,
        "tables": [
            {
                "table": "interviews",
                "columns": {"applicant_id": "Student", "interview_id": "Student", "interviewed_at": "Date"},
            }
        ],
    }
    url = f"sqlite:///{tmp_path}/log.db"
    result = ingest_files(tmp_path / "list.csv", into=url, map=map_, observed_until="2024-05-01")
    assert (result.counts.data_date, LogCounts.of(read_log(url)).data_date) == ("2024-05-01", "2024-05-01")
    rows = tmp_path / "interviews.csv"
    rows.write_text(f"interview_id,applicant_id,interviewed_at,time_zone\nx,a,2024-03-04T10:00,{zone}\n", "utf-8")
    other = f"sqlite:///{tmp_path}/other.db"
    ingest_files(rows, into=other, observed_until="2024-05-01")
    assert LogCounts.of(read_log(other)).data_date == "2024-05-01"
