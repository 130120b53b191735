"""Writers of call exports for tests: the same calls in the form of each system, by the vendor's own headers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

OWN = "+12025550101"
NEW_YORK, PACIFIC = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True)
class Call:
    """One call: its second (UTC), whose it was, how long it was talked, and the other number."""

    at: int
    outbound: bool
    talk: int
    number: str

    def meant(self) -> tuple[object, ...]:
        """at_us, direction, channel, party, number, seconds, certainty, as the contract says of it."""
        seconds = float(self.talk) if self.talk else None
        unclear = self.outbound and self.talk
        party = None if self.talk else "none"
        said = (
            "outbound" if self.outbound else "inbound",
            "phone",
            party,
            self.number,
            seconds,
            "unclear" if unclear else "stated",
        )
        return (self.at * 1_000_000, *said)

    def time(self, zone: dt.tzinfo, form: str) -> str:
        """The call's local time in a form of strftime."""
        return dt.datetime.fromtimestamp(self.at, zone).strftime(form)

    @property
    def parties(self) -> tuple[str, str]:
        """Who called and who was called."""
        return (OWN, self.number) if self.outbound else (self.number, OWN)


def hms(seconds: int) -> str:
    """H:MM:SS."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def table(header: str, rows: Sequence[Sequence[object]]) -> bytes:
    """A CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue().encode()


ISO = "%Y-%m-%d %H:%M:%S"


def aircall(calls: Sequence[Call]) -> bytes:
    """Aircall's newer export."""
    rows = [
        [
            c.time(NEW_YORK, ISO),
            "America/New_York",
            c.time(dt.UTC, ISO),
            "outbound" if c.outbound else "inbound",
            *c.parties,
            "Yes" if c.talk else "No",
            c.talk + 12,
            c.talk or "",
            n,
        ]
        for n, c in enumerate(calls)
    ]
    return table(
        "datetime (tz offset incl.),number timezone,datetime (UTC),direction,from,to,answered,duration "
        "(total),duration (in call),call id",
        rows,
    )


def dialpad(calls: Sequence[Call]) -> bytes:
    """Dialpad's records, with each row in a zone of its own."""
    rows = []
    for n, c in enumerate(calls):
        zone = (dt.UTC, ZoneInfo("Asia/Tokyo"))[n % 2]
        ends = dt.datetime.fromtimestamp(c.at + 5 + c.talk, zone).strftime(ISO)
        connected = dt.datetime.fromtimestamp(c.at + 5, zone).strftime(ISO) if c.talk else ""
        rows.append(
            [
                c.time(zone, ISO + ".000001")[:-7],
                6_000_000_000_000_000 + n,
                "outbound" if c.outbound else "inbound",
                c.number,
                OWN,
                connected,
                ends,
                ("UTC", "Asia/Tokyo")[n % 2],
            ]
        )
    return table(
        "date_started,call_id,direction,external_number,internal_number,date_connected,date_ended,timezone", rows
    )


def teams(calls: Sequence[Call]) -> bytes:
    """The PSTN usage report."""
    rows = [
        [
            n,
            n,
            c.parties[0],
            "user_out" if c.outbound else "user_in",
            c.parties[1],
            c.time(dt.UTC, "%Y-%m-%dT%H:%M:%SZ"),
            c.talk,
        ]
        for n, c in enumerate(calls)
    ]
    return table("UsageId,Call ID,Caller ID,Call Type,Destination Number,Start Time,Duration Seconds", rows)


def threecx(calls: Sequence[Call]) -> bytes:
    """3CX version 20."""
    rows = [
        [
            c.time(NEW_YORK, "%Y-%m-%dT%H:%M:%S"),
            n,
            "Me (101)" if c.outbound else f"Acme ({c.number})",
            c.number if c.outbound else "Me (101)",
            "Outbound" if c.outbound else "Inbound",
            "Answered" if c.talk else "Unanswered",
            "00:00:09",
            hms(c.talk),
            0,
        ]
        for n, c in enumerate(calls)
    ]
    return table("Call Time,Call ID,From,To,Direction,Status,Ringing,Talking,Cost", rows)


def ringcentral(calls: Sequence[Call]) -> bytes:
    """RingCentral's simple download."""
    rows = [
        [
            "Outgoing" if c.outbound else "Incoming",
            "Voice",
            c.number,
            "Acme",
            c.time(NEW_YORK, "%a %m/%d/%Y"),
            c.time(NEW_YORK, "%I:%M:%S %p"),
            "Phone Call",
            ("Call connected" if c.outbound else "Accepted") if c.talk else ("No Answer" if c.outbound else "Missed"),
            "",
            hms(c.talk or 7),
        ]
        for c in calls
    ]
    return table("Direction,Type,Phone Number,Name,Date,Time,Action,Action Result,Result Description,Duration", rows)


def zoom(calls: Sequence[Call]) -> bytes:
    """Zoom Phone's API."""
    logs = [
        {
            "call_id": str(n),
            "direction": "outbound" if c.outbound else "inbound",
            "caller_number": c.parties[0],
            "callee_number": c.parties[1],
            "date_time": c.time(dt.UTC, "%Y-%m-%dT%H:%M:%SZ"),
            "duration": c.talk,
            "result": "call_connected" if c.talk else "no_answer",
        }
        for n, c in enumerate(calls)
    ]
    return json.dumps({"call_logs": logs}).encode()


def openphone(calls: Sequence[Call]) -> bytes:
    """OpenPhone's export in Pacific time."""
    rows = [
        [
            "call",
            "outgoing" if c.outbound else "incoming",
            "completed" if c.talk else "missed",
            c.time(PACIFIC, ISO),
            *c.parties,
            c.talk,
        ]
        for c in calls
    ]
    return table("type,direction,status,createdAtPT,from,to,duration", rows)


def iphone_csv(calls: Sequence[Call]) -> bytes:
    """An extractor's CSV."""
    rows = [
        [
            "Outgoing" if c.outbound else "Incoming" if c.talk else "Missed",
            c.time(NEW_YORK, ISO),
            hms(c.talk),
            c.number,
            "",
            "",
            f"Phone: {OWN}",
        ]
        for c in calls
    ]
    return table("Call type,Date,Duration,Number,Contact,Location,Service", rows)


def hubspot(calls: Sequence[Call]) -> bytes:
    """HubSpot's API, calls made by telephone with its status alone."""
    results = [
        {
            "id": str(n),
            "properties": {
                "hs_timestamp": c.time(dt.UTC, "%Y-%m-%dT%H:%M:%SZ"),
                "hs_call_direction": "OUTBOUND" if c.outbound else "INBOUND",
                "hs_call_status": "COMPLETED" if c.talk else "NO_ANSWER",
                "hs_call_duration": str(c.talk * 1000),
                "hs_call_from_number": c.parties[0],
                "hs_call_to_number": c.parties[1],
            },
        }
        for n, c in enumerate(calls)
    ]
    return json.dumps({"results": results}).encode()


def close(calls: Sequence[Call]) -> bytes:
    """Close's CSV."""
    rows = [
        [
            n,
            "outbound" if c.outbound else "inbound",
            "answered" if c.talk else "no-answer",
            c.talk,
            c.number,
            OWN,
            c.time(dt.UTC, "%Y-%m-%dT%H:%M:%S.000000+00:00"),
        ]
        for n, c in enumerate(calls)
    ]
    return table("id,direction,disposition,duration,remote_phone,local_phone,date_created", rows)


def freeswitch(calls: Sequence[Call]) -> bytes:
    """FreeSWITCH's Master.csv, whose server stands in New York."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for n, c in enumerate(calls):
        ends = ("1001", c.number.removeprefix("+")) if c.outbound else (c.number.removeprefix("+"), "1001")
        start = c.time(NEW_YORK, ISO)
        writer.writerow(
            [
                "x",
                *ends,
                "default",
                start,
                "",
                start,
                c.talk + 9,
                c.talk,
                "NORMAL_CLEARING" if c.talk else "NO_ANSWER",
                f"0d1a5a2c-0000-4000-8000-{n:012d}",
                "",
                "",
                "PCMU",
                "PCMU",
            ]
        )
    return out.getvalue().encode()


#: Source, file name, writer. Those of New York's zone are read with it.
WRITERS: dict[str, tuple[str, Callable[[Sequence[Call]], bytes]]] = {
    "aircall": ("calls.csv", aircall),
    "dialpad": ("calls.csv", dialpad),
    "teams": ("calls.csv", teams),
    "3cx": ("calls.csv", threecx),
    "ringcentral": ("calls.csv", ringcentral),
    "zoom_json": ("calls.json", zoom),
    "openphone": ("calls.csv", openphone),
    "iphone_csv": ("calls.csv", iphone_csv),
    "hubspot_json": ("calls.json", hubspot),
    "close": ("calls.csv", close),
    "freeswitch": ("Master.csv", freeswitch),
}
