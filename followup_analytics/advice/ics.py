"""Next steps as an iCalendar file (RFC 5545): an entry for each step with a date, at its time where one is agreed.

An hour by which the employer promised to decide or call, or wants an answer, has an entry of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from followup_analytics.advice.hours import hours_told
from followup_analytics.advice.steps import ACTIONS

_FOLD = 75
_EXPECTED = {"call": "Their call expected", "decision": "Look again"}
_WORDS = {"thank_you": "Thank-you note", "call": "Call", "email": "E-mail", "wait": "Look again"}
#: What was agreed for an hour: the step's name in an entry of its own, with its words.
_AGREED = {"decision": "Word from them expected", "answer": "Answer wanted by now"}
#: How long a call stands in the calendar; and when it rings: before a time agreed, or in the morning of its day.
_CALL = timedelta(minutes=15)
_BEFORE, _MORNING = "-PT15M", "PT9H"
_DAY = timedelta(days=1)


def to_ics(
    steps: Iterable[Mapping[str, Any]],
    *,
    made_at: datetime,
    version: str = "",
    client: Mapping[str, str] | None = None,
) -> str:
    """The steps as the text of an .ics file, lines ending in CRLF as the standard wants.

    steps: rows with interview_id, step, on (ISO date or None), at (HH:MM or None), time_zone, why and, where known,
    employer, hours, reach and agreed. Steps without a date are left out. made_at: stamps every entry, so that the same
    steps give the same file. client: names by applicant id, where a contact book has them. An entry keeps its
    identifier from one export to the next, and the later export replaces it. What is to be done rings: 15 minutes
    before a time agreed, else at 9 in the morning.
    """
    stamp = f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    rows = list(steps)
    dated = [row for row in rows if row["on"]] + [one for row in rows for one in _agreed(row)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//followup_analytics//next steps {version}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for zone, years in sorted(_zones(dated).items()):
        lines += _zone_lines(zone, min(years) - 1, max(years))
    for row in dated:
        lines += _event(row, stamp, made_at, (client or {}).get(str(row.get("applicant_id"))))
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _agreed(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The hours that the employer named, as rows like those of steps."""
    told = ("interview_id", "applicant_id", "employer", "why", "reach", "time_zone")
    kept = {name: row.get(name) for name in told}
    return [{**kept, "step": one["what"], "on": one["on"], "at": one["at"]} for one in row.get("agreed") or ()]


def _event(row: Mapping[str, Any], stamp: str, made_at: datetime, client: str | None) -> list[str]:
    # The identifier is a hash, so that a calendar that syncs to a cloud carries no key of the log.
    kind = f":{row['step']}" if row["step"] in _AGREED else ""
    key = hashlib.sha256(f"followup:{row['interview_id']}{kind}".encode()).hexdigest()[:32]
    hours = hours_told(row.get("hours"), row.get("expects"))
    reach = f"{row['reach']}." if row.get("reach") else ""
    why = " ".join(part for part in (row["why"], hours, reach) if part)
    return [
        "BEGIN:VEVENT",
        f"UID:{key}@followup-analytics.invalid",
        f"DTSTAMP:{stamp}",
        f"SEQUENCE:{int(made_at.timestamp()) // 60}",
        *_span(row),
        f"SUMMARY:{_escaped(_summary(row) + (f' (for {client})' if client else ''))}",
        f"DESCRIPTION:{_escaped(why)}",
        "CLASS:CONFIDENTIAL",
        f"TRANSP:{'OPAQUE' if row.get('at') else 'TRANSPARENT'}",
        *_alarm(row),
        "END:VEVENT",
    ]


def _span(row: Mapping[str, Any]) -> list[str]:
    on = date.fromisoformat(row.get("ring_on") or row["on"])
    if not row.get("at"):
        return [f"DTSTART;VALUE=DATE:{on:%Y%m%d}", f"DTEND;VALUE=DATE:{on + _DAY:%Y%m%d}"]
    begin = datetime.combine(on, time.fromisoformat(row["at"]))
    zone = _named_zone(row)
    if zone is None:
        start = begin.replace(tzinfo=UTC) - _offset(row.get("time_zone"))
        return [f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + _CALL:%Y%m%dT%H%M%SZ}"]
    return [f"{name};TZID={zone}:{at:%Y%m%dT%H%M%S}" for name, at in (("DTSTART", begin), ("DTEND", begin + _CALL))]


def _alarm(row: Mapping[str, Any]) -> list[str]:
    if row["step"] not in ACTIONS and not row.get("at"):
        return []
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(_summary(row))}",
        f"TRIGGER:{_BEFORE if row.get('at') else _MORNING}",
        "END:VALARM",
    ]


def _summary(row: Mapping[str, Any]) -> str:
    # A wait for the day that the employer named ends in a call.
    asked = row["step"] == "wait" and row.get("rule") in (2, 3)
    words = "Call, as they asked" if asked else (_WORDS | _AGREED).get(row["step"])
    words = _EXPECTED.get(row.get("expects") or "", words)
    return f"{words or row['step']}: {row.get('employer') or 'interview ' + str(row['interview_id'])}"


# ----------------------------------------------------------------------------------------------------------- zones


def _named_zone(row: Mapping[str, Any]) -> str | None:
    """The place whose clock a time is read on; None where only an offset is known."""
    zone = row.get("time_zone")
    return None if not zone or zone == "UTC" or zone[0] in "+-" else str(zone)


def _offset(zone: str | None) -> timedelta:
    if not zone or zone[0] not in "+-":
        return timedelta()
    hours = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return hours if zone[0] == "+" else -hours


def _zones(rows: Iterable[Mapping[str, Any]]) -> dict[str, set[int]]:
    """The zones in which times are told, with their years."""
    found: dict[str, set[int]] = {}
    for row in rows:
        zone = _named_zone(row)
        if row.get("at") and zone is not None:
            found.setdefault(zone, set()).add(int(row["on"][:4]))
    return found


def _zone_lines(name: str, first: int, last: int) -> list[str]:
    """The zone's clock changes of some years: calendars want them told, whatever they know themselves."""
    zone = ZoneInfo(name)
    changes = [one for year in range(first, last + 1) for one in _changes(zone, year)]
    if not changes:
        here = datetime(first, 1, 1, tzinfo=zone)
        changes = [(here.replace(tzinfo=None), here, here)]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for local, before, after in changes:
        kind = "DAYLIGHT" if after.dst() else "STANDARD"
        lines += [
            f"BEGIN:{kind}",
            f"DTSTART:{local:%Y%m%dT%H%M%S}",
            f"TZOFFSETFROM:{before:%z}",
            f"TZOFFSETTO:{after:%z}",
            f"TZNAME:{after:%Z}",
            f"END:{kind}",
        ]
    return [*lines, "END:VTIMEZONE"]


def _changes(zone: ZoneInfo, year: int) -> list[tuple[datetime, datetime, datetime]]:
    """The clock changes of a year: the local time at which each begins, on the clock before it; before; after."""
    found = []
    start, end = (datetime(one, 1, 1, tzinfo=UTC) for one in (year, year + 1))
    while start < end:
        following = start + _DAY
        if start.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            low, high = start, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                same = middle.astimezone(zone).utcoffset() == start.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            high = high.replace(microsecond=0)
            before, after = start.astimezone(zone), high.astimezone(zone)
            found.append(((high + (before.utcoffset() or timedelta())).replace(tzinfo=None), before, after))
        start = following
    return found


# ------------------------------------------------------------------------------------------------------------ text


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
