"""Rejects of call logs that come back: read as often as anybody likes, and no way to lose what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from defusedxml.ElementTree import parse

from followup_analytics.ingest import IngestResult, ingest_files
from followup_analytics.reading.logs import read_log

STORE = "sqlite:///log.db"
SID = "CA" + "0" * 32
TWILIO = (
    "Sid,Account Sid,To,From,Status,Start Time,Duration,Direction\n"
    f"{SID},AC1,+12025550143,+12025550100,completed,2024-03-05 14:00:00 UTC,60,outbound-dial\n"
    f"{SID},AC1,+12025550143,+12025550100,completed,2024-03-05 15:00:00 UTC,70,outbound-dial\n"
)
ANDROID = """<?xml version='1.0' encoding='UTF-8'?>
<calls count="2">
<call number="+12025550199" duration="64" date="1709647200123" type="2" presentation="1" />
<call number="" duration="0" date="1709647400123" type="3" presentation="2" />
</calls>
"""
#: One call to a number of the roster and one to nobody's.
ASTERISK = "".join(
    f'"","100","{number}","out","","SIP/1","SIP/2","Dial","x","2024-03-05 14:00:00","2024-03-05 14:00:10",'
    f'"2024-03-05 14:01:00",60,50,"ANSWERED","DOCUMENTATION","{unique}",""\n'
    for number, unique in (("12025550143", "1709647200.1"), ("12025550999", "1709647300.2"))
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("interviews.csv").write_text("interview_id,applicant_id,interviewed_at\ni1,a,2024-03-01T09:00Z\n", "utf-8")
    Path("roster.csv").write_text("interview_id,numbers\ni1,+12025550143\n", "utf-8")
    ingest_files("interviews.csv", into=STORE)


def ingest(path: str) -> IngestResult:
    """Ingest a file with the roster."""
    return ingest_files(path, into=STORE, roster="roster.csv", time_zone="America/New_York")


def twice(name: str, text: str) -> tuple[IngestResult, IngestResult]:
    """Ingest a file, then its rejects, then theirs; the last two answers."""
    Path(name).write_text(text, "utf-8")
    first = ingest(name)
    second = ingest(str(first.rows[0]["rejects_file"]))
    return second, ingest(str(second.rows[0]["rejects_file"]))


def test_a_repeated_call_never_replaces_the_first() -> None:
    """A row of the same call id and other content stays rejected, however often it comes back."""
    for result in twice("calls.csv", TWILIO):
        assert (result.rows[0]["accepted"], result.rows[0]["rejected"]) == (0, 1)
    assert read_log(STORE).contacts["duration_s"].to_list() == [60.0]


def test_elements_keep_one_reason() -> None:
    """Rejects of rejects of XML are well-formed: each element has its latest place and reason alone."""
    _, last = twice("calls.xml", ANDROID)
    paper = Path(str(last.rows[0]["rejects_file"]))
    calls = parse(paper).getroot().findall("call")
    assert [call.get("reject_row") for call in calls] == ["1", "2"]


def test_rows_without_a_header_keep_one_reason() -> None:
    """Rejects of rejects of a table without a header have two more cells than the table, not four."""
    second, last = twice("Master.csv", ASTERISK)
    assert second.rows[0]["source"] == last.rows[0]["source"] == "asterisk"
    lines = [Path(str(one.rows[0]["rejects_file"])).read_text("utf-8").splitlines() for one in (second, last)]
    assert len(lines[0]) == len(lines[1]) == 1
    assert lines[0][0].split(",")[:18] == lines[1][0].split(",")[:18] == ASTERISK.splitlines()[1].split(",")[:18]
    assert lines[0][0].count('"1709647300.2"') == lines[1][0].count(",1,") == 1
