"""Calls as telephone services keep them: the APIs of Twilio, RingCentral and Zoom, and one's own exchange's records."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms.lines import OWN_NUMBER
from forms.telling import FIRST_PAGE, Tells, held

#: Messages received are not among a service's calls. That a machine answered does not tell whether a message was left.
TWILIO = Tells(received_messages=False)
ASTERISK = Tells(received_messages=False)
FREESWITCH = Tells(received_messages=False, most=FIRST_PAGE)
#: The results of these name a message that was left, in either direction.
TOLD_RESULTS = Tells(messages_left=True, most=FIRST_PAGE)


def twilio_json(log: FollowUpLog) -> bytes:
    """Calls as a list of Twilio's API (JSON)."""
    rows = held(log, TWILIO).with_columns(start=pl.col("at").dt.to_string("%a, %d %b %Y %H:%M:%S +0000"))
    calls = []
    for row in rows.iter_rows(named=True):
        outbound, seconds = row["direction"] == "outbound", int(row["duration_s"] or 0)
        call = {
            "sid": f"CA{hashlib.sha256(row['contact_id'].encode()).hexdigest()[:32]}",
            "parent_call_sid": None,
            "from": OWN_NUMBER if outbound else row["line"],
            "to": row["line"] if outbound else OWN_NUMBER,
            "status": "completed" if seconds else "no-answer",
            "direction": "outbound-api" if outbound else "inbound",
            "start_time": row["start"],
            "duration": str(seconds),
            "answered_by": "machine_end_beep" if row["channel"] == "voicemail" else None,
        }
        calls.append(json.dumps(call))
    listed = ",\n".join(calls)
    return f'{{"page": 0, "page_size": {len(calls)}, "calls": [\n{listed}\n]}}\n'.encode()


def ringcentral_json(log: FollowUpLog) -> bytes:
    """Calls as the call log of RingCentral's API (JSON)."""
    records = []
    for row in held(log, TOLD_RESULTS).iter_rows(named=True):
        outbound, seconds = row["direction"] == "outbound", int(row["duration_s"] or 0)
        ends = [{"phoneNumber": OWN_NUMBER}, {"phoneNumber": row["line"]}]
        missed = (
            ("No Answer" if outbound else "Missed") if not seconds else "Call connected" if outbound else "Accepted"
        )
        record = {
            "id": row["contact_id"],
            "sessionId": _digits(row["contact_id"]),
            "startTime": _iso_z(row["at_us"]),
            "duration": seconds,
            "type": "Voice",
            "direction": "Outbound" if outbound else "Inbound",
            "action": "VoIP Call" if outbound else "Phone Call",
            "result": "Voicemail" if row["channel"] == "voicemail" else missed,
            "from": ends[0] if outbound else ends[1],
            "to": ends[1] if outbound else ends[0],
        }
        records.append(json.dumps(record))
    listed = ",\n".join(records)
    return f'{{"uri": "https://simulated.example.org/call-log", "records": [\n{listed}\n]}}\n'.encode()


def zoom_json(log: FollowUpLog) -> bytes:
    """Calls as the call logs of Zoom Phone's API (JSON)."""
    logs = []
    for row in held(log, TOLD_RESULTS).iter_rows(named=True):
        outbound, seconds = row["direction"] == "outbound", int(row["duration_s"] or 0)
        log_of_call = {
            "id": _digits(row["contact_id"]),
            "call_id": row["contact_id"],
            "direction": row["direction"],
            "caller_number": OWN_NUMBER if outbound else row["line"],
            "callee_number": row["line"] if outbound else OWN_NUMBER,
            "date_time": _iso_z(row["at_us"]),
            "duration": seconds,
            "result": "voicemail" if row["channel"] == "voicemail" else "call_connected" if seconds else "no_answer",
        }
        logs.append(json.dumps(log_of_call))
    listed = ",\n".join(logs)
    return f'{{"page_size": {len(logs)}, "call_logs": [\n{listed}\n]}}\n'.encode()


def _digits(key: str) -> str:
    """A long number that stands for a key, as services number their records."""
    return str(int(hashlib.sha256(key.encode()).hexdigest()[:14], 16))


def _iso_z(at_us: int) -> str:
    return dt.datetime.fromtimestamp(at_us // 1_000_000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def asterisk_csv(log: FollowUpLog) -> bytes:
    """Calls as the Master.csv of an Asterisk whose clock is set to UTC: 17 columns, no header."""
    lines = []
    for place, row in enumerate(held(log, ASTERISK).iter_rows(named=True)):
        lines.append(_cdr(row, place))
    return ("\n".join(lines) + "\n").encode()


_STAMP = "%Y-%m-%d %H:%M:%S"
_RINGING = 12


def freeswitch_csv(log: FollowUpLog) -> bytes:
    """Calls as the Master.csv of a FreeSWITCH whose clock is set to UTC: 15 columns, no header."""
    rows = held(log, FREESWITCH).iter_rows(named=True)
    return "".join(_freeswitch(row) + "\n" for row in rows).encode()


def _freeswitch(row: dict[str, object]) -> str:
    outbound, seconds = row["direction"] == "outbound", int(float(str(row["duration_s"] or 0)))
    start = dt.datetime.fromtimestamp(int(str(row["at_us"])) // 1_000_000, dt.UTC)
    answer = start + dt.timedelta(seconds=_RINGING)
    line = str(row["line"]).removeprefix("+")
    source, target, context = ("1001", line, "default") if outbound else (line, "1001", "public")
    key = hashlib.sha256(str(row["contact_id"]).encode()).hexdigest()
    uuid = f"{key[:8]}-{key[8:12]}-4{key[13:16]}-8{key[17:20]}-{key[20:32]}"
    end = start + dt.timedelta(seconds=_RINGING + seconds)
    cells = [
        *("Simulated", source, target, context, start.strftime(_STAMP), answer.strftime(_STAMP) if seconds else ""),
        *(end.strftime(_STAMP), str(_RINGING + seconds), str(seconds)),
        *("NORMAL_CLEARING" if seconds else "NO_ANSWER", uuid, "", "", "PCMU", "PCMU"),
    ]
    return ",".join(f'"{cell}"' for cell in cells)


def _cdr(row: dict[str, object], place: int) -> str:
    outbound, seconds = row["direction"] == "outbound", int(float(str(row["duration_s"] or 0)))
    start = dt.datetime.fromtimestamp(int(str(row["at_us"])) // 1_000_000, dt.UTC)
    answer = start + dt.timedelta(seconds=_RINGING)
    end = start + dt.timedelta(seconds=_RINGING + seconds)
    line = str(row["line"]).removeprefix("+")
    source, target, context = ("1001", line, "from-internal") if outbound else (line, "1001", "from-trunk")
    channel, other = ("PJSIP/1001", "PJSIP/trunk") if outbound else ("PJSIP/trunk", "PJSIP/1001")
    texts = ["", source, target, context, f'""Simulated"" <{source}>', f"{channel}-{place:08x}", f"{other}-{place:08x}"]
    quoted = ",".join(f'"{text}"' for text in [*texts, "Dial", f"PJSIP/{target}@trunk"])
    answered = f'"{answer.strftime(_STAMP)}"' if seconds else ""
    times = f'"{start.strftime(_STAMP)}",{answered},"{end.strftime(_STAMP)}"'
    disposition = "ANSWERED" if seconds else "NO ANSWER"
    unique = f"{int(start.timestamp())}.{place}"
    return f'{quoted},{times},{_RINGING + seconds},{seconds},"{disposition}","DOCUMENTATION","{unique}"'
