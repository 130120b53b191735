"""One applicant's calendar (.ics): the interviews, and calls whose title says who called whom."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms.telling import Tells, busiest_applicant, held

#: An entry says neither how long a call was nor whether anybody answered.
CALENDAR = Tells(answered=False, talk=False, received_messages=False, one_applicant=True)
_SAVED = "20260102T030405Z"


def calendar_ics(log: FollowUpLog) -> bytes:
    """The interviews and calls of the applicant with most interviews."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//simulated//calendar//EN"]
    theirs = log.interviews.filter(pl.col("applicant_id") == busiest_applicant(log)).sort("interviewed_at")
    for row in theirs.iter_rows(named=True):
        local = row["interviewed_at"].astimezone(ZoneInfo(row["_zone"])).strftime("%Y%m%dT%H%M%S")
        start = f"DTSTART;TZID={row['_zone']}:{local}"
        lines += _event(row["interview_id"], start, f"Interview - {row['employer'] or 'an employer'}")
    for row in held(log, CALENDAR).iter_rows(named=True):
        start = dt.datetime.fromtimestamp(row["at_us"] // 1_000_000, dt.UTC).strftime("DTSTART:%Y%m%dT%H%M%SZ")
        verb = "Call to" if row["direction"] == "outbound" else "Call from"
        lines += _event(row["contact_id"], start, f"{verb} {row['line']}")
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode()


def _event(uid: str, start: str, title: str) -> list[str]:
    text = title.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{_SAVED}", start, f"SUMMARY:{text}", "END:VEVENT"]


def _folded(line: str) -> str:
    """A content line, broken after 75 octets (RFC 5545, section 3.1); what is written here is ASCII."""
    pieces = [line[:75], *(line[place : place + 74] for place in range(75, len(line), 74))]
    return "\r\n ".join(pieces) + "\r\n"
