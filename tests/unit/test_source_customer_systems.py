"""HubSpot, Salesforce and Close: what their results of calls mean, and whose line a call went to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from source_reading import read_source, short

AT = "2024-03-05T14:00:00"
US, HR = "+12025550101", "+12025550143"


def hubspot(folder: Path, *records: dict[str, str]) -> Path:
    """A page of the API with these properties."""
    path = folder / "engagements.json"
    listed = [{"id": str(n), "properties": {"hs_timestamp": f"{AT}.000Z", **one}} for n, one in enumerate(records)]
    path.write_text(json.dumps({"results": listed}), "utf-8")
    return path


@pytest.mark.parametrize(
    ("status", "direction", "expected"),
    [
        ("SENT", "EMAIL", ("outbound", "hr@acme.example")),
        ("SENT", "INCOMING_EMAIL", ("inbound", "me@example.org")),
        ("BOUNCED", "EMAIL", None),
        ("SCHEDULED", "EMAIL", None),
    ],
)
def test_hubspots_emails(tmp_path: Path, status: str, direction: str, expected: tuple[str, str] | None) -> None:
    """An e-mail went to the other address of its direction; one that bounced, or that waits, is no contact."""
    path = hubspot(
        tmp_path,
        {
            "hs_email_direction": direction,
            "hs_email_status": status,
            "hs_email_from_email": "me@example.org",
            "hs_email_to_email": "hr@acme.example",
        },
    )
    name, rows, problems, _ = read_source(path)
    assert name == "hubspot_json"
    assert rows.select("direction", "number").rows() == ([expected] if expected else [])
    assert problems["rule"].to_list() == ([] if expected else ["not_a_contact"])
    assert set(rows["channel"]) <= {"email"}


def test_hubspots_conversations_leave_the_party_to_the_roster(tmp_path: Path) -> None:
    """That somebody was reached is stated; who it was is for the roster to say."""
    call = {"hs_call_direction": "OUTBOUND", "hs_call_from_number": US, "hs_call_to_number": HR}
    path = hubspot(
        tmp_path, {**call, "hs_call_disposition": "f240bbac-87c9-4f6e-bf70-924b57d47db7", "hs_call_duration": "64000"}
    )
    _, rows, _, _ = read_source(path)
    assert short(rows) == [(AT, "outbound", "phone", None, HR, 64.0, "stated")]


@pytest.mark.parametrize(
    ("direction", "disposition", "channel", "party", "seconds"),
    [
        ("outbound", "vm-left", "voicemail", "none", 30.0),
        ("outbound", "vm-answer", "phone", "none", None),
        ("inbound", "vm-answer", "voicemail", None, 30.0),
        ("inbound", "no-answer", "phone", "none", None),
        ("outbound", "answered", "phone", None, 30.0),
        ("outbound", "busy", "phone", "none", None),
    ],
)
def test_closes_dispositions(
    tmp_path: Path, direction: str, disposition: str, channel: str, party: str | None, seconds: float | None
) -> None:
    """A mailbox that took the call is nobody; a message left, by either side, has its length."""
    record = {
        "id": "acti_1",
        "direction": direction,
        "disposition": disposition,
        "duration": 30,
        "remote_phone": HR,
        "local_phone": US,
        "date_created": f"{AT}.000000+00:00",
    }
    path = tmp_path / "calls.json"
    path.write_text(json.dumps({"has_more": True, "data": [record]}), "utf-8")
    name, rows, _, counts = read_source(path)
    assert (name, counts) == ("close_json", {"more_pages": 1})
    assert short(rows)[0][:6] == (AT, direction, channel, party, HR, seconds)


def test_a_salesforce_day_is_the_interviews_own(tmp_path: Path) -> None:
    """A due date is a local day where the interview was, whatever zone the file is read in."""
    from followup_analytics.ingest import ingest_files
    from followup_analytics.reading.logs import read_log

    (tmp_path / "tasks.csv").write_text(
        "ID,WHO.PHONE,ACTIVITYDATE,STATUS,TASKSUBTYPE,CALLTYPE,CALLDISPOSITION,CALLDURATIONINSECONDS\n"
        f"1,{HR},2024-03-05,Completed,Call,Outbound,Connected,64\n",
        "utf-8",
    )
    (tmp_path / "roster.csv").write_text(
        "interview_id,applicant_id,interviewed_at,time_zone,numbers\n"
        f"i1,a,2024-03-04T22:00-05:00,America/New_York,{HR}\n",
        "utf-8",
    )
    url = f"sqlite:///{tmp_path}/log.db"
    ingest_files(tmp_path / "tasks.csv", into=url, roster=tmp_path / "roster.csv", time_zone="Asia/Tokyo")
    contacts = read_log(url).contacts
    assert contacts.select("at_precision").item() == "day"
    assert contacts["at"][0].isoformat() == "2024-03-05T05:00:00+00:00"
