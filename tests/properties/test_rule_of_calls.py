"""The rule for call sources (contract section 1) over every source: its own result, the duration, the direction."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import ReadOptions, detect_source, sources

OWN, THEIRS = "+12025550101", "+12025550143"
UUID = "0d1a5a2c-0000-4000-8000-000000000001"
CONNECTED, NO_ANSWER = "f240bbac-87c9-4f6e-bf70-924b57d47db7", "73a0d17f-1163-4015-bdd5-ec830791da20"
LEFT = "b2cf5968-551e-4856-9783-52b3da59a7d0"
DURATIONS = (None, 0, 64)


@dataclass(frozen=True)
class Form:
    """A source's way to write one call.

    results: what it can say of a call, by our word (None: nothing), for outbound and inbound calls.
    write: the file's name and content from result, seconds (None: absent) and whether the call went out.
    """

    outbound: dict[str | None, str]
    inbound: dict[str | None, str]
    write: Callable[[str, int | None, bool], tuple[str, bytes]]


def sheet(header: str, cells: Callable[[str, int | None, bool], list[object]], name: str = "calls.csv"):
    """A writer of a CSV file of one row."""

    def write(result: str, seconds: int | None, outbound: bool) -> tuple[str, bytes]:
        row = ",".join("" if cell is None else f'"{cell}"' for cell in cells(result, seconds, outbound))
        return name, f"{header}\n{row}\n".encode()

    return write


def both(seconds: int | None, outbound: bool) -> tuple[str, str]:
    del seconds
    return (OWN, THEIRS) if outbound else (THEIRS, OWN)


def way(outbound: bool, words: str = "outbound inbound") -> str:
    return words.split()[0 if outbound else 1]


def clock(seconds: int | None) -> str | None:
    return None if seconds is None else f"0:{seconds // 60:02d}:{seconds % 60:02d}"


def wanted(result: str | None, seconds: int | None, outbound: bool) -> tuple[str, str | None]:
    """Channel and party as the contract has it."""
    if result == "message":
        return "voicemail", "none" if outbound else None
    if result == "unanswered" or (result is None and seconds == 0):
        return "phone", "none"
    return "phone", None


def asterisk(result: str, seconds: int | None, outbound: bool) -> tuple[str, bytes]:
    disposition, _, app = result.partition("/")
    src, dst, context = ("1001", THEIRS, "from-internal") if outbound else (THEIRS, "1001", "from-trunk")
    talk = "" if seconds is None else seconds
    return "Master.csv", (
        "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,"
        f"accountcode,uniqueid,userfield\n2024-03-05 14:00:00,,{src},{dst},{context},c,d,{app or 'Dial'},x,90,{talk},"
        f"{disposition},3,,1709647200.1,\n"
    ).encode()


def freeswitch(result: str, seconds: int | None, outbound: bool) -> tuple[str, bytes]:
    cause, _, answered = result.partition("/")
    src, dst = ("1001", "12025550143") if outbound else ("12025550143", "1001")
    answer = "2024-03-05 09:00:12" if answered else ""
    talk = "" if seconds is None else seconds
    return "Master.csv", (
        f'"A","{src}","{dst}","default","2024-03-05 09:00:00","{answer}","2024-03-05 09:01:16","76","{talk}",'
        f'"{cause}","{UUID}","","","PCMU","PCMU"\n'
    ).encode()


def android(result: str, seconds: int | None, outbound: bool) -> tuple[str, bytes]:
    told = "" if seconds is None else f'duration="{seconds}" '
    return (
        "calls.xml",
        f'<calls count="1"><call number="{THEIRS}" {told}date="1709647200123" type="{result}" /></calls>'.encode(),
    )


def voice(result: str, seconds: int | None, outbound: bool) -> tuple[str, bytes]:
    told = "" if seconds is None else f'<abbr class="duration" title="PT{seconds}S">x</abbr>'
    return f"Acme - {result} - 2024-03-05T14_00_00Z.html", (
        f'<html><body><div class="haudio"><div class="contributor vcard"><a class="tel" href="tel:{THEIRS}">'
        f'<span class="fn">Acme</span></a></div><abbr class="published" title="2024-03-05T09:00:00.000-05:00">x</abbr>'
        f'{told}<a rel="tag" href="http://www.google.com/voice#{result}">x</a></div></body></html>'
    ).encode()


def iphone(result: str, seconds: int | None, outbound: bool) -> tuple[str, bytes]:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZDATE REAL, ZDURATION REAL, ZADDRESS TEXT, "
        "ZORIGINATED INTEGER, ZANSWERED INTEGER)"
    )
    answered = int(result) if result else None
    connection.execute(
        "INSERT INTO ZCALLRECORD VALUES (1, 731340000, ?, ?, ?, ?)", (seconds, THEIRS, int(outbound), answered)
    )
    connection.commit()
    return "CallHistory.storedata", connection.serialize()


def json_of(make: Callable[[str, int | None, bool], object]):
    def write(result: str, seconds: int | None, outbound: bool) -> tuple[str, bytes]:
        return "calls.json", json.dumps(make(result, seconds, outbound)).encode()

    return write


def twilio(result: str, seconds: int | None, outbound: bool) -> object:
    caller, to = both(seconds, outbound)
    return {
        "calls": [
            {
                "sid": "CA" + "0" * 32, "from": caller, "to": to, "status": result or None,
                "direction": way(outbound, "outbound-api inbound"), "start_time": "Tue, 05 Mar 2024 14:00:00 +0000",
                "duration": None if seconds is None else str(seconds),
            }
        ]
    }  # fmt: skip


def hubspot(result: str, seconds: int | None, outbound: bool) -> object:
    caller, to = both(seconds, outbound)
    told = {
        "hs_timestamp": "2024-03-05T14:00:00Z", "hs_call_direction": way(outbound).upper(),
        "hs_call_disposition": result or None, "hs_call_duration": None if seconds is None else str(seconds * 1000),
        "hs_call_from_number": caller, "hs_call_to_number": to, "hs_call_status": "COMPLETED",
    }  # fmt: skip
    return {"results": [{"id": "1", "properties": told}]}


def ringcentral(result: str, seconds: int | None, outbound: bool) -> object:
    caller, to = both(seconds, outbound)
    return {
        "records": [
            {
                "id": "1", "sessionId": "2", "startTime": "2024-03-05T14:00:00.000Z", "duration": seconds,
                "type": "Voice", "direction": way(outbound, "Outbound Inbound"), "action": "Phone Call",
                "result": result, "to": {"phoneNumber": to}, "from": {"phoneNumber": caller},
            }
        ]
    }  # fmt: skip


def graph(result: str, seconds: int | None, outbound: bool) -> object:
    caller, to = both(seconds, outbound)
    told = {"successfulCall": result == "true"} if result else {}
    return {
        "value": [
            {
                "id": "1", "callType": way(outbound, "dr_out dr_in"), "callerNumber": caller, "calleeNumber": to,
                "startDateTime": "2024-03-05T14:00:00Z", "duration": seconds, **told,
            }
        ]
    }  # fmt: skip


def aircall(result: str, seconds: int | None, outbound: bool) -> object:
    answered = 1_709_647_212 if result == "answered" else None
    return {
        "calls": [
            {
                "id": 1, "direction": way(outbound), "status": "done", "started_at": 1_709_647_200,
                "answered_at": answered, "raw_digits": THEIRS, "missed_call_reason": None, "number": {"digits": OWN},
                "ended_at": None if seconds is None else 1_709_647_212 + seconds,
                "voicemail": "https://example.org/v.mp3" if result == "message" else None,
            }
        ]
    }  # fmt: skip


def zoom(result: str, seconds: int | None, outbound: bool) -> object:
    caller, to = both(seconds, outbound)
    return {
        "call_logs": [
            {
                "id": "1", "call_id": "2", "direction": way(outbound), "caller_number": caller, "callee_number": to,
                "date_time": "2024-03-05T14:00:00Z", "duration": seconds, "result": result,
            }
        ]
    }  # fmt: skip


def close(result: str, seconds: int | None, outbound: bool) -> object:
    return {
        "data": [
            {
                "id": "acti_1", "direction": way(outbound), "disposition": result, "duration": seconds,
                "remote_phone": THEIRS, "local_phone": OWN, "date_created": "2024-03-05T14:00:00+00:00",
            }
        ]
    }  # fmt: skip


RINGCENTRAL = {"answered": "Call connected", "unanswered": "No Answer", "message": "Voicemail", None: "Unknown"}
ZOOM = {"answered": "call_connected", "unanswered": "no_answer", "message": "Voicemail", None: ""}
CLOSE = {"answered": "answered", "unanswered": "busy", "message": "vm-left", None: ""}
HUBSPOT = {"answered": CONNECTED, "unanswered": NO_ANSWER, "message": LEFT, None: ""}
TWILIO = {"answered": "completed", "unanswered": "busy", None: ""}
PLAIN = {"answered": "Answered", "unanswered": "Unanswered", None: ""}
ASTERISK = {"answered": "ANSWERED", "unanswered": "NO ANSWER", None: ""}
FREESWITCH = {"answered": "NORMAL_CLEARING/answered", "unanswered": "USER_BUSY", None: "NORMAL_CLEARING"}
ANDROID_IN = {"answered": "1", "unanswered": "3", "message": "4"}
FORMS = {
    "android_calls": Form({None: "2"}, ANDROID_IN, android),
    "google_voice": Form(
        {None: "placed"}, {"answered": "received", "unanswered": "missed", "message": "voicemail"}, voice
    ),
    "iphone": Form({None: "0"}, {"answered": "1", "unanswered": "0", None: ""}, iphone),
    "iphone_csv": Form(
        {None: "Outgoing", "unanswered": "Cancelled"},
        {"answered": "Incoming", "unanswered": "Missed"},
        sheet(
            "Call type,Date,Duration,Number,Contact,Location,Service",
            lambda r, s, o: [r, "2024-03-05 09:00:00", clock(s), THEIRS, "", "", ""],
        ),
    ),
    "asterisk": Form(ASTERISK, ASTERISK | {"message": "ANSWERED/VoiceMail"}, asterisk),
    "freeswitch": Form(FREESWITCH, FREESWITCH, freeswitch),
    "twilio": Form(TWILIO, TWILIO, json_of(twilio)),
    "twilio_csv": Form(
        TWILIO,
        TWILIO,
        sheet(
            "From,To,Direction,Start Time,Duration,Status",
            lambda r, s, o: [*both(s, o), way(o, "outgoing-api incoming"), "2024-03-05 14:00 UTC", s, r],
        ),
    ),
    "hubspot_json": Form(HUBSPOT, HUBSPOT, json_of(hubspot)),
    "hubspot": Form(
        HUBSPOT,
        HUBSPOT,
        sheet(
            "hs_timestamp,hs_call_direction,hs_call_disposition,hs_call_duration,hs_call_from_number,hs_call_to_number",
            lambda r, s, o: [
                "2024-03-05T14:00:00Z", way(o).upper(), r, None if s is None else s * 1000, *both(s, o)
            ],
        ),
    ),
    "hubspot_export": Form(
        {"answered": "Connected", "unanswered": "Busy", "message": "Left voicemail", None: ""},
        {"answered": "Verbunden", "unanswered": "Keine Antwort", "message": "Voicemail hinterlassen", None: ""},
        sheet(
            "Record ID,Call outcome,Call direction,Call duration,Activity date,From Number,To Number",
            lambda r, s, o: ["1", r, way(o), clock(s), "2024-03-05 09:00", *both(s, o)],
        ),
    ),
    "salesforce": Form(
        {"answered": "Spoke with HR", "unanswered": "No answer", "message": "Left a message", None: ""},
        {"answered": "Connected", "unanswered": "busy", "message": "left voicemail", None: ""},
        sheet(
            "Id,Status,TaskSubtype,CallType,CallDisposition,CallDurationInSeconds,ActivityDate,Who.Phone",
            lambda r, s, o: ["1", "Completed", "Call", way(o, "Outbound Inbound"), r, s, "2024-03-05", THEIRS],
        ),
    ),
    "teams": Form(
        {"answered": "Success", "unanswered": "Attempt", None: ""},
        {"answered": "Success", "unanswered": "Attempt", None: ""},
        sheet(
            "UsageId,Call ID,Call Type,Caller ID,Destination Number,Start Time,Duration Seconds,Event type",
            lambda r, s, o: [
                "1", "2", way(o, "user_out user_in"), THEIRS if not o else OWN, THEIRS if o else OWN,
                "2024-03-05T14:00:00Z", s, r,
            ],
        ),
    ),
    "3cx": Form(
        PLAIN,
        PLAIN,
        sheet(
            "Call Time,Call ID,From,To,Direction,Status,Ringing,Talking,Cost",
            lambda r, s, o: [
                "2024-03-05T09:00:00", "1", *both(s, o), way(o, "Outbound Inbound"), r, "00:00:12", clock(s), ""
            ],
        ),
    ),
    "3cx_report": Form(
        PLAIN,
        PLAIN,
        sheet(
            "Call Time,Caller ID,Destination,Status,Ringing,Talking",
            lambda r, s, o: [
                "2024-03-05 09:00:00", *(("101", THEIRS) if o else (THEIRS, "101")), r, "00:00:12", clock(s)
            ],
        ),
    ),
    "ringcentral_json": Form(RINGCENTRAL, RINGCENTRAL | {"unanswered": "Missed"}, json_of(ringcentral)),
    "ringcentral": Form(
        RINGCENTRAL | {"answered": "Angenommen", "unanswered": "Besetzt"},
        RINGCENTRAL | {"unanswered": "Rejected"},
        sheet(
            "Direction,Type,Phone Number,Name,Date,Time,Action,Action Result,Result Description,Duration",
            lambda r, s, o: [
                way(o, "Outgoing Incoming"), "Voice", THEIRS, "", "Tue 3/5/2024", "9:00:00 AM", "Phone Call", r, "",
                clock(s) or "-",
            ],
        ),
    ),
    "zoom_json": Form(ZOOM, ZOOM | {"unanswered": "Missed"}, json_of(zoom)),
    "zoom": Form(
        ZOOM,
        ZOOM,
        sheet(
            "Direction,Call ID,Caller Number,Callee Number,Start Time,Duration,Result",
            lambda r, s, o: [way(o), "1", *both(s, o), "2024-03-05 09:00:00", clock(s), r],
        ),
    ),
    "aircall": Form(
        {"answered": "Yes", "unanswered": "No", None: ""},
        {"answered": "Yes", "unanswered": "No", None: ""},
        sheet(
            "line,datetime (utc),direction,from,to,answered,duration (total),duration (in call),voicemail",
            lambda r, s, o: ["m", "2024-03-05 14:00:00", way(o), *both(s, o), r, 80, s, ""],
        ),
    ),
    "teams_json": Form(
        {"answered": "true", "unanswered": "false", None: ""},
        {"answered": "true", "unanswered": "false", None: ""},
        json_of(graph),
    ),
    "aircall_json": Form(
        {"answered": "answered", "unanswered": "no"},
        {"answered": "answered", "unanswered": "no"},
        json_of(aircall),
    ),
    "dialpad": Form(
        {"answered": "2024-03-05 09:00:12", "unanswered": ""},
        {"answered": "2024-03-05 09:00:12", "unanswered": ""},
        sheet(
            "date_started,call_id,direction,external_number,internal_number,date_connected,date_ended,timezone",
            lambda r, s, o: [
                "2024-03-05 09:00:00", "1", way(o), THEIRS, OWN, r,
                None if s is None else f"2024-03-05 09:0{(12 + s) // 60}:{(12 + s) % 60:02d}", "America/New_York",
            ],
        ),
    ),
    "openphone": Form(
        {"answered": "completed", "unanswered": "no-answer", None: ""},
        {"answered": "completed", "unanswered": "missed", "message": "voicemail", None: ""},
        sheet(
            "type,direction,status,createdAtPT,from,to,duration",
            lambda r, s, o: ["call", way(o, "outgoing incoming"), r, "2024-03-05 06:00:00", *both(s, o), s],
        ),
    ),
    "close_json": Form(CLOSE, CLOSE, json_of(close)),
    "close": Form(
        CLOSE,
        CLOSE,
        sheet(
            "id,direction,disposition,duration,remote_phone,local_phone,date_created",
            lambda r, s, o: ["1", way(o), r, s, THEIRS, OWN, "2024-03-05T14:00:00Z"],
        ),
    ),
    "vcon": Form({None: ""}, {None: ""}, lambda r, s, o: vcon(s, o)),
}  # fmt: skip
#: Sources of messages, calendars and tables: none of their records is a telephone call with a duration.
NO_CALLS = {"android_messages", "mbox", "eml", "maildir"}


def vcon(seconds: int | None, outbound: bool) -> tuple[str, bytes]:
    """A conversation in IETF's vCon, whose first party began it."""
    caller, to = both(seconds, outbound)
    dialog = {"type": "recording", "start": "2024-03-05T14:00:00Z", "parties": [0, 1]}
    if seconds is not None:
        dialog["duration"] = seconds
    whole = {
        "vcon": "0.0.1", "uuid": UUID, "created_at": "2024-03-05T14:02:00Z",
        "parties": [{"tel": f"tel:{caller}"}, {"tel": f"tel:{to}"}], "dialog": [dialog],
    }  # fmt: skip
    return "call.vcon.json", json.dumps(whole).encode()


def test_every_call_source_is_here() -> None:
    """A source of calls that is added without its row in this table fails."""
    calls = {name for name, one in sources().items() if one.calls} - NO_CALLS
    assert calls == set(FORMS)


@pytest.mark.parametrize("name", list(FORMS))
def test_the_rule_of_calls(name: str, tmp_path: Path) -> None:
    """The source's own result decides, at any duration; only without one do 0 seconds mean nobody; null is not 0."""
    form = FORMS[name]
    for outbound, results in ((True, form.outbound), (False, form.inbound)):
        for (result, word), seconds in itertools.product(results.items(), DURATIONS):
            if result == "unanswered" and name == "dialpad" and seconds is None:
                continue
            file, content = form.write(word, seconds, outbound)
            path = tmp_path / file
            path.write_bytes(content)
            sample = Sample(path)
            source, _ = detect_source(sample)
            options = ReadOptions(time_zone="America/New_York", own_numbers=frozenset({OWN}))
            rows = pl.concat([batch.rows for batch in source.read(sample, options)])
            place = f"{name}: {result} ({word}), {seconds} s, {'outbound' if outbound else 'inbound'}"
            assert (source.name, rows.height) == (name, 1), place
            row = rows.row(0, named=True)
            assert row["direction"] == ("outbound" if outbound else "inbound"), place
            assert (row["channel"], row["party"]) == wanted(result, seconds, outbound), place
            talk = None if wanted(result, seconds, outbound) == ("phone", "none") else seconds
            told = row["duration_s"] if name != "dialpad" or seconds is None or result == "answered" else talk
            assert told == talk, place
