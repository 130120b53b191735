"""Calls as telephone services keep them: Twilio's API, and Asterisk's call detail records."""

from __future__ import annotations

import hashlib
import json

import polars as pl

from followup_analytics.log import FollowUpLog
from followup_analytics.simulate.forms.lines import OWN_NUMBER
from followup_analytics.simulate.forms.telling import Tells, held

#: Messages received are not among a service's calls. That a machine answered does not tell whether a message was left.
TWILIO = Tells(received_messages=False)
ASTERISK = Tells(received_messages=False)


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


def asterisk_csv(log: FollowUpLog) -> bytes:
    """Calls as the Master.csv of an Asterisk whose clock is set to UTC: 17 columns, no header."""
    lines = []
    for place, row in enumerate(held(log, ASTERISK).iter_rows(named=True)):
        lines.append(_cdr(row, place))
    return ("\n".join(lines) + "\n").encode()


_STAMP = "%Y-%m-%d %H:%M:%S"
_RINGING = 12


def _cdr(row: dict[str, object], place: int) -> str:
    import datetime as dt

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
