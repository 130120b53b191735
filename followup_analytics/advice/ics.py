"""Next steps as an iCalendar file (RFC 5545): one all-day entry for each step that has a date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

_FOLD = 75
_WORDS = {"thank_you": "Thank-you note", "call": "Call", "email": "E-mail", "wait": "Look again"}


def to_ics(steps: Iterable[Mapping[str, Any]], *, made_at: datetime, version: str = "") -> str:
    """The steps as the text of an .ics file, lines ending in CRLF as the standard wants.

    steps: rows with interview_id, step, on (ISO date or None), why and, where known, employer. Steps without a date are
    left out. made_at: stamps every entry, so that the same steps give the same file. An entry keeps its identifier from
    one export to the next, and the later export replaces it.
    """
    stamp = f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//followup_analytics//next steps {version}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for row in steps:
        if row["on"]:
            lines += _event(row, stamp, made_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(row: Mapping[str, Any], stamp: str, made_at: datetime) -> list[str]:
    on = date.fromisoformat(row["on"])
    # The identifier is a hash, so that a calendar that syncs to a cloud carries no key of the log.
    key = hashlib.sha256(f"followup:{row['interview_id']}".encode()).hexdigest()[:32]
    return [
        "BEGIN:VEVENT",
        f"UID:{key}@followup-analytics.invalid",
        f"DTSTAMP:{stamp}",
        f"SEQUENCE:{int(made_at.timestamp()) // 60}",
        f"DTSTART;VALUE=DATE:{on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(_summary(row))}",
        f"DESCRIPTION:{_escaped(str(row['why']))}",
        "CLASS:CONFIDENTIAL",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _summary(row: Mapping[str, Any]) -> str:
    # A wait for the day that the employer named ends in a call.
    words = "Call, as they asked" if row["step"] == "wait" and row.get("rule") == 2 else _WORDS.get(row["step"])
    return f"{words or row['step']}: {row.get('employer') or 'interview ' + str(row['interview_id'])}"


def _escaped(text: str) -> str:
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,")):
        text = text.replace(plain, safe)
    return "\\n".join(text.splitlines())


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets, continued after a space; a character is never cut in two."""
    parts, current, size = [], "", 0
    for character in line:
        width = len(character.encode("utf-8"))
        if size + width > _FOLD:
            parts.append(current)
            current, size = " ", 1
        current += character
        size += width
    return [*parts, current]
