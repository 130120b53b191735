"""What the log remembers of its ingests: how many rows were set aside, and why."""

from __future__ import annotations

from pathlib import Path

from followup_analytics.ingest import ingest_files
from followup_analytics.reading.logs import read_log

INTERVIEWS = "interview_id,applicant_id,interviewed_at\ni1,a,2024-03-10T10:00-04:00\n"
HEADER = "contact_id,interview_id,at,direction,channel\n"
GOOD = "1,i1,2024-03-12T09:00Z,outbound,phone\n"


def set_aside(url: str) -> list[tuple[int | None, str]]:
    """The note on rows set aside, as the log has it."""
    return [(note.n, note.text) for note in read_log(url).notes if note.code == "set_aside"]


def test_the_log_says_what_was_set_aside(tmp_path: Path) -> None:
    """Each file counts once, however often it is read; mended rejects take their counts back."""
    (tmp_path / "store").mkdir()
    url = f"sqlite:///{tmp_path}/store/log.db"
    (tmp_path / "interviews.csv").write_text(INTERVIEWS, "utf-8")
    contacts = tmp_path / "contacts.csv"
    contacts.write_text(HEADER + GOOD + "2,i1,soon,outbound,phone\n3,i1,2024-03-12T09:00Z,outbound,fax\n", "utf-8")
    ingest_files([tmp_path / "interviews.csv", contacts], into=url)
    expected = (
        "rows of the files that were read are not in this log, for a date or time that can't be read (1) and a word "
        "that isn't known (1)"
    )
    assert set_aside(url) == [(2, expected)]
    result = ingest_files(contacts, into=url)
    assert set_aside(url) == [(2, expected)]
    rejects = Path(result.rows[0]["rejects_file"])
    rejects.write_text(rejects.read_text("utf-8").replace("soon", "2024-03-13"), "utf-8")
    ingest_files(rejects, into=url)
    assert [n for n, _ in set_aside(url)] == [1]


def test_other_peoples_calls_are_no_fault(tmp_path: Path) -> None:
    """Calls that fit no interview are no rows that were set aside; one without a direction is."""
    url = f"sqlite:///{tmp_path}/log.db"
    (tmp_path / "roster.csv").write_text(
        "interview_id,applicant_id,interviewed_at,numbers\ni1,a,2024-03-10T10:00-04:00,+12025550143\n", "utf-8"
    )
    calls = "".join(
        f'<call number="{number}" duration="9" date="1710423400000" type="{kind}" presentation="1" />'
        for number, kind in (("+12025550143", 2), ("+12025550199", 2), ("+12025550143", 77))
    )
    (tmp_path / "calls.xml").write_text(f"<calls>{calls}</calls>", "utf-8")
    result = ingest_files(tmp_path / "calls.xml", into=url, roster=tmp_path / "roster.csv")
    assert (result.rows[0]["accepted"], result.rows[0]["rejected"], result.rows[0]["unmatched"]) == (1, 2, 1)
    assert set_aside(url) == [
        (1, "rows of the files that were read are not in this log, for a type that isn't known (1)")
    ]


def test_nothing_set_aside_is_not_said(tmp_path: Path) -> None:
    """A clean log has no such note."""
    url = f"sqlite:///{tmp_path}/log.db"
    (tmp_path / "interviews.csv").write_text(INTERVIEWS, "utf-8")
    ingest_files(tmp_path / "interviews.csv", into=url)
    assert set_aside(url) == []
