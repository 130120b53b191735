"""Exports of telephone systems and CRMs: each row's meaning, as the source itself says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from source_reading import read_source, short

from followup_analytics.errors import DataError

US = "+12025550143"
NEW_YORK = "America/New_York"
AT = "2024-03-05T14:00:00"

TALK = (AT, "outbound", "phone", None, US, 64.0, "unclear")
RANG_OUT = (AT, "outbound", "phone", "none", US, None, "stated")
MISSED = (AT, "inbound", "phone", "none", US, None, "stated")
TAKEN = (AT, "inbound", "phone", None, US, 64.0, "stated")

SHEETS = {
    "aircall": (
        "line,datetime (tz offset incl.),number timezone,datetime "
        "(UTC),country_code,direction,from,to,answered,missed_call_reason,user,"
        "duration (total),duration (in call),voicemail,call id\n"
        "Main,2024-03-05 09:00:00,America/New_York,2024-03-05 "
        f"14:00:00.083,US,outbound,+12025550101,{US},Yes,,A,76,64,,1\n"
        f"Main,2024-03-05 09:00:00,America/New_York,2024-03-05 14:00:00,US,outbound,+12025550101,{US},No,,A,12,,,2\n"
        "Main,2024-03-05 09:00:00,America/New_York,2024-03-05 "
        f"14:00:00,US,inbound,{US},+12025550101,No,short_abandoned,A,12,,,3\n"
        f"Main,2024-03-05 09:00:00,America/New_York,2024-03-05 14:00:00,US,inbound,{US},+12025550101,Yes,,A,76,64,,4\n"
    ),
    "dialpad": (
        "date_started,call_id,direction,external_number,internal_number,date_rang,date_connected,date_ended,timezone\n"
        f"2024-03-05 09:00:00.000000,6000000000000143,outbound,{US},+12025550101,,2024-03-05 09:00:12,2024-03-05 "
        "09:01:16,America/New_York\n"
        f"2024-03-05 14:00:00,6000000000000144,outbound,{US},+12025550101,,,2024-03-05 14:01:16,UTC\n"
        f"2024-03-05 14:00:00,6000000000000145,inbound,{US},+12025550101,,,2024-03-05 14:01:16,\n"
        f"2024-03-05 15:00:00,6000000000000146,inbound,{US},+12025550101,,2024-03-05 15:00:00,2024-03-05 "
        "15:01:04,Europe/Berlin\n"
    ),
    "teams": (
        "UsageId,Call ID,Conference ID,User Location,AAD ObjectId,UPN,User Display Name,Caller ID,Call Type,Number "
        "Type,"
        "Domestic/International,Destination Dialed,Destination Number,Start Time,End Time,Duration Seconds\n"
        f"u1,c1,,US,,,,+12025550101,user_out,,,US,{US},2024-03-05T14:00:00Z,2024-03-05T14:01:04Z,64\n"
        f"u2,c2,,US,,,,+12025550101,user_out,,,US,{US},2024-03-05 14:00:00,2024-03-05 14:01:04,0\n"
        f"u3,c3,,US,,,,{US},user_in,,,US,+12025550101,2024-03-05T14:00:00Z,,0\n"
        f"u4,c4,,US,,,,{US},user_in,,,US,+12025550101,2024-03-05T14:00:00Z,,64\n"
    ),
    "3cx": (
        "Call Time,Call ID,From,To,Direction,Status,Ringing,Talking,Cost\n"
        f"2024-03-05T09:00:00,1-1,Applicant (101),{US},Outbound,Answered,00:00:12,00:01:04,0\n"
        f"2024-03-05T09:00:00,1-2,Applicant (101),Acme ({US}),Outbound,Unanswered,00:00:12,00:00:00,0\n"
        f"2024-03-05T09:00:00,1-3,Acme ({US}),Applicant (101),Inbound,Unanswered,00:00:12,,0\n"
        f"2024-03-05T09:00:00,1-4,Acme ({US}),Applicant (101),Inbound,Answered,00:00:12,00:01:04,0\n"
    ),
    "3cx_report": (
        "Call report\nFrom 5 March to 6 March\n\nCall Time,Caller "
        "ID,Destination,Status,Ringing,Talking,Totals,Cost,Reason\n"
        f"05/03/2024 09:00:00,101,{US},Answered,00:00:12,00:01:04,,,\n"
        ",101,102,Answered,00:00:01,00:00:10,,,\n"
        f"05/03/2024 09:00:00,101,{US},Unanswered,00:00:12,,,,\n"
        f"05/03/2024 09:00:00,{US},101,Unanswered,00:00:12,,,,\n"
        f"05/03/2024 09:00:00,{US},101,Answered,00:00:12,00:01:04,,,\n"
        "Totals,,,,00:00:37,00:02:08,,,\n"
    ),
    "ringcentral": (
        '"Direction","Type","Phone Number","Name","Date","Time","Action","Action Result","Result Description","Duration"\r\n'  # noqa: E501
        f"Outgoing,Voice,{US},Acme,Tue 3/5/2024,9:00:00 AM,VoIP Call,Call connected,,0:01:04\r\n"
        f"Outgoing,Voice,{US},Acme,Tue 3/5/2024,9:00:00 AM,VoIP Call,No Answer,,0:00:20\r\n"
        f"Incoming,Voice,{US},Acme,Tue 3/5/2024,9:00:00 AM,Phone Call,Missed,,0:00:20\r\n"
        f"Incoming,Voice,{US},Acme,Tue 3/5/2024,9:00:00 AM,Phone Call,Accepted,,0:01:04\r\n"
    ),
    "zoom": (
        "Call ID,Direction,Caller Name,Caller Number,Callee Name,Callee Number,Start Time,Duration,Result\n"
        f"1,outbound,A,101,Acme,{US},2024-03-05 09:00:00,00:01:04,Call connected\n"
        f"2,outbound,A,101,Acme,{US},2024-03-05 09:00:00,00:00:20,No Answer\n"
        f"3,inbound,Acme,{US},A,101,2024-03-05 09:00:00,00:00:20,Missed\n"
        f"4,inbound,Acme,{US},A,101,2024-03-05 09:00:00,00:01:04,call_connected\n"
    ),
    "openphone": (
        "type,direction,status,createdAtPT,from,to,duration\n"
        f"call,outgoing,completed,2024-03-05 06:00:00,+12025550101,{US},64\n"
        f"call,outgoing,no-answer,2024-03-05 06:00:00,+12025550101,{US},\n"
        f"call,incoming,missed,2024-03-05 06:00:00,{US},+12025550101,\n"
        f"call,incoming,completed,2024-03-05 06:00:00,{US},+12025550101,64\n"
    ),
    "iphone_csv": (
        "Call type,Date,Duration,Number,Contact,Location,Service\n"
        f"Outgoing,2024-03-05 09:00:00,00:01:04,{US},,,Phone: +12025550101\n"
        f"Outgoing,2024-03-05 09:00:00,00:00:00,{US},,,Phone: +12025550101\n"
        f"Missed,2024-03-05 09:00:00,00:00:00,{US},,,Phone: +12025550101\n"
        f"Incoming,2024-03-05 09:00:00,00:01:04,{US},,,Phone: +12025550101\n"
    ),
    "twilio_csv": (
        "From,To,Direction,Start Time,End Time,Duration,Status\n"
        f"+12025550101,{US},Outgoing API,2024-03-05 14:00:00 UTC,,64,completed\n"
        f"+12025550101,{US},Outgoing Dial,2024-03-05 14:00:00 UTC,,0,no-answer\n"
        f"{US},+12025550101,Incoming,2024-03-05 14:00:00 UTC,,0,no-answer\n"
        f"{US},+12025550101,Incoming,2024-03-05 14:00:00 UTC,,64,completed\n"
    ),
    "close": (
        "id,direction,disposition,duration,remote_phone,local_phone,date_created\n"
        f"1,outbound,answered,64,{US},+12025550101,2024-03-05T14:00:00\n"
        f"2,outbound,no-answer,0,{US},+12025550101,2024-03-05T14:00:00\n"
        f"3,inbound,no-answer,0,{US},+12025550101,2024-03-05T14:00:00\n"
        f"4,inbound,answered,64,{US},+12025550101,2024-03-05T14:00:00\n"
    ),
}


@pytest.mark.parametrize("name", list(SHEETS))
def test_four_calls(tmp_path: Path, name: str) -> None:
    """A talk, a call that rang out, a missed one and one taken mean the same from every system."""
    path = tmp_path / "export.csv"
    path.write_bytes(SHEETS[name].encode())
    found, rows, problems, _ = read_source(path, time_zone=NEW_YORK, day_first=True if name == "3cx_report" else None)
    assert found == name
    assert problems.rows() == []
    assert short(rows) == [TALK, RANG_OUT, MISSED, TAKEN]


@pytest.mark.parametrize("name", ["3cx", "3cx_report", "ringcentral", "zoom", "iphone_csv"])
def test_local_times_need_a_zone(tmp_path: Path, name: str) -> None:
    """Times without a marker are refused, with the remedy, unless a zone is given: UTC is never assumed."""
    path = tmp_path / "export.csv"
    path.write_bytes(SHEETS[name].encode())
    with pytest.raises(DataError, match="--time-zone"):
        read_source(path, day_first=True if name == "3cx_report" else None)


def test_legs_and_totals_of_the_older_3cx_report(tmp_path: Path) -> None:
    """A continuation row is a leg of the call above, and the totals below are no record."""
    path = tmp_path / "export.csv"
    path.write_text(SHEETS["3cx_report"], "utf-8")
    _, rows, _, counts = read_source(path, time_zone=NEW_YORK, day_first=True)
    assert (rows.height, counts) == (4, {"legs": 1})


def test_ringcentral_legs_belong_to_their_master(tmp_path: Path) -> None:
    """In the detailed form, rows below the master row that have no Type are legs of its call."""
    path = tmp_path / "export.csv"
    path.write_text(
        "Type,CallId,SessionId,Leg,Direction,From,To,Extension,Forwarded To,Name,Date,Time,Action,Action "
        "Result,Result Description,Duration\n"
        f"Voice,1,1,Leg-master,Outgoing,+12025550101,{US},,,,Tue 3/5/2024,9:00:00 AM,VoIP Call,Call "
        "connected,,0:01:04\n"
        f",,,Leg-1,Outgoing,+12025550101,{US},,,,Tue 3/5/2024,9:00:00 AM,VoIP Call,Call connected,,0:01:04\n",
        "utf-8",
    )
    _, rows, _, counts = read_source(path, time_zone=NEW_YORK)
    assert (short(rows), counts) == ([TALK], {"legs": 1})


def twilio_call(sid: int, **given: object) -> dict[str, object]:
    """One call as the API gives it."""
    usual = {
        "sid": f"CA{sid:032x}",
        "from": "+12025550101",
        "to": US,
        "status": "completed",
        "direction": "outbound-api",
        "start_time": "Tue, 05 Mar 2024 14:00:00 +0000",
        "duration": "64",
        "parent_call_sid": None,
        "answered_by": None,
    }
    return usual | given


TWILIO = [
    twilio_call(1),
    twilio_call(2, status="no-answer", duration="0"),
    twilio_call(3, status="completed", answered_by="machine_end_beep"),
    twilio_call(4, direction="outbound-dial", parent_call_sid=f"CA{1:032x}"),
    twilio_call(5, direction="inbound", **{"from": "+266696687", "to": "+12025550101"}),
]
TWILIO_MEANS = [
    TALK,
    RANG_OUT,
    (AT, "outbound", "phone", None, US, 64.0, "machine"),
    (AT, "inbound", "phone", None, None, 64.0, "stated"),
]


@pytest.mark.parametrize("form", ["list", "lines", "pages"])
def test_twilio_json(tmp_path: Path, form: str) -> None:
    """The API's list, newline-delimited calls and newline-delimited pages mean the same; further pages are noticed."""
    path = tmp_path / "calls.json"
    page = {"calls": TWILIO, "next_page_uri": "/2010-04-01/x"}
    text = {
        "list": json.dumps(page, indent=1),
        "lines": "\n".join(map(json.dumps, TWILIO)),
        "pages": "\n".join(json.dumps({"calls": part, "next_page_uri": None}) for part in (TWILIO[:2], TWILIO[2:])),
    }[form]
    path.write_text(text, "utf-8")
    name, rows, problems, counts = read_source(path)
    assert name == "twilio"
    assert short(rows) == TWILIO_MEANS
    assert problems.height == 0
    assert counts == {"legs": 1} | ({"more_pages": 1} if form == "list" else {})


HUBSPOT = [
    {
        "hs_call_direction": "OUTBOUND",
        "hs_call_disposition": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
        "hs_call_duration": "64000",
    },
    {
        "hs_call_direction": "OUTBOUND",
        "hs_call_disposition": "73a0d17f-1163-4015-bdd5-ec830791da20",
        "hs_call_duration": "9000",
    },
    {
        "hs_call_direction": "OUTBOUND",
        "hs_call_disposition": "b2cf5968-551e-4856-9783-52b3da59a7d0",
        "hs_call_duration": "30000",
    },
    {"hs_call_direction": "OUTBOUND", "hs_call_status": "COMPLETED", "hs_call_duration": "64000"},
]


def test_hubspot_json(tmp_path: Path) -> None:
    """Dispositions tell talk, silence and a message apart; without one, a completed call is unclear."""
    usual = {"hs_timestamp": "2024-03-05T14:00:00Z", "hs_call_from_number": "+12025550101", "hs_call_to_number": US}
    records = [{"id": str(place), "properties": usual | given} for place, given in enumerate(HUBSPOT)]
    path = tmp_path / "calls.json"
    path.write_text(json.dumps({"results": records, "paging": {"next": {"after": "1"}}}), "utf-8")
    name, rows, _, counts = read_source(path)
    assert (name, counts) == ("hubspot_json", {"more_pages": 1})
    assert short(rows) == [
        (AT, "outbound", "phone", None, US, 64.0, "stated"),
        RANG_OUT,
        (AT, "outbound", "voicemail", "none", US, 30.0, "stated"),
        TALK,
    ]


def test_salesforce_knows_the_day_alone(tmp_path: Path) -> None:
    """An activity's date is a day; a task without a direction or not yet done is set aside with the reason."""
    path = tmp_path / "tasks.csv"
    path.write_text(
        '"ID","SUBJECT","WHO.PHONE","ACTIVITYDATE","STATUS","TASKSUBTYPE","CALLTYPE","CALLDISPOSITION","CALLDURATIONINSECONDS"\n'
        f'"1","Call","{US}","2024-03-05","Completed","Call","Outbound","Left voicemail","32"\n'
        f'"2","Call","{US}","2024-03-05","Completed","Call","Outbound","No answer",""\n'
        f'"3","Call","{US}","2024-03-05","Completed","Call","","Spoke","300"\n'
        f'"4","Call","{US}","2024-03-05","Not Started","Call","Outbound","",""\n',
        "utf-8",
    )
    name, rows, problems, _ = read_source(path, time_zone=NEW_YORK)
    assert name == "salesforce"
    assert rows.select("channel", "party", "is_day", "certainty").rows() == [
        ("voicemail", "none", True, "stated"),
        ("phone", "none", True, "stated"),
    ]
    assert problems["rule"].to_list() == ["unknown_direction", "not_a_contact"]


def test_salesforce_report_by_labels(tmp_path: Path) -> None:
    """A report has labels instead of names, no subtype, and lines below that are no records."""
    path = tmp_path / "report.csv"
    path.write_text(
        "Subject,Phone,Date,Call Type,Call Result,Call Duration\n"
        f'Call,{US},3/25/2024,Outbound,Left a message,32\nCall,{US},3/26/2024,Outbound,Talked,300\n"Copyright (c) x",,,,,\n',  # noqa: E501
        "utf-8",
    )
    name, rows, problems, _ = read_source(path, time_zone=NEW_YORK)
    assert (name, problems.height) == ("salesforce", 0)
    assert rows.select("channel", "party", "duration_s").rows() == [("voicemail", "none", 32.0), ("phone", None, 300.0)]


def test_excel_damage_is_refused_by_row(tmp_path: Path) -> None:
    """An id that a spreadsheet has rounded tells calls apart no longer, and its row says so."""
    path = tmp_path / "export.csv"
    path.write_text(SHEETS["dialpad"].replace("6000000000000143", "6E+15"), "utf-8")
    _, rows, problems, _ = read_source(path)
    assert (rows.height, problems["rule"].to_list()) == (3, ["damaged_id"])


def test_utf16_and_semicolons(tmp_path: Path) -> None:
    """A re-saved export in UTF-16 with semicolons or tabs is the same export."""
    for number, mark in enumerate((";", "\t")):
        path = tmp_path / f"export{number}.csv"
        path.write_bytes(SHEETS["aircall"].replace(",", mark).encode("utf-16"))
        name, rows, _, _ = read_source(path)
        assert (name, short(rows)) == ("aircall", [TALK, RANG_OUT, MISSED, TAKEN])


def test_dialpad_without_a_zone_column(tmp_path: Path) -> None:
    """The zone column is optional; without it times are UTC."""
    path = tmp_path / "export.csv"
    path.write_text(
        f"date_started,call_id,direction,external_number\n2024-03-05 14:00:00,6000000000000143,inbound,{US}\n"
        f"2024-03-05 14:00:00,6000000000000144,inbound,{US}\n",
        "utf-8",
    )
    _, rows, _, _ = read_source(path)
    assert [row[0] for row in short(rows)] == [AT, AT]
