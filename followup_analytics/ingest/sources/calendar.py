"""Calendars (.ics): interviews, and calls where the entry says who called whom.

Events with "interview" in their title are interviews of the calendar's owner (applicant `me`); titles such as "Call to
Acme", "Called Acme" or "Call from Acme" are calls. A cancelled event is none, and of two versions of an event the one
with the higher sequence counts. Recurring events are plans, not interviews, and are set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.calls import complete, problems_frame
from followup_analytics.ingest.parsing.parts import SEVERAL
from followup_analytics.ingest.parsing.times import read_times
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.log.clock import is_zone
from followup_analytics.sheets.tabular import ROW

_STAMP = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$")
_OUTGOING = re.compile(
    r"(?i)^(?:called|phoned|rang)\b|\b(?:call|phone|ring) to\b|^(?:call|phone|ring)\s*:|^follow[- ]?up call\b"
)
_INCOMING = re.compile(r"(?i)\bcall from\b|\bcalled (?:me|back)\b")
_INTERVIEW = re.compile(r"(?i)\binterview")
_NUMBER = re.compile(r"\+?\d[\d ().-]{6,}\d")
_EMPLOYER = re.compile(r"(?i)interview\s*(?:-|–|—|:|at|with|@)\s*(.+)$|^(.+?)\s*(?:-|–|—|:)\s*.*interview")
_ESCAPED = re.compile(r"\\([\\,;nN])")
_LONGEST_LINE = 100_000


@dataclass
class _Event:
    row: int
    values: dict[str, str] = field(default_factory=dict)
    zone: str | None = None
    attendees: list[str] = field(default_factory=list)


def detect(sample: Sample) -> Match | None:
    """A file that begins a VCALENDAR."""
    begins = sample.text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR")
    return Match(CERTAIN, "it is a calendar (VCALENDAR)") if begins else None


def _lines(sample: Sample) -> Iterator[str]:
    """Content lines, unfolded as RFC 5545 section 3.1 has it."""
    held = b""
    with sample.open() as file:
        # Some programs fold between the bytes of one letter, so that bytes are joined before they are decoded.
        while raw := file.readline(_LONGEST_LINE):
            line = raw.rstrip(b"\r\n")
            if line[:1] in (b" ", b"\t"):
                held = (held + line[1:])[:_LONGEST_LINE]
                continue
            if held:
                yield held.decode("utf-8", "replace")
            held = line.removeprefix(b"\xef\xbb\xbf")
    if held:
        yield held.decode("utf-8", "replace")


def _events(sample: Sample) -> list[_Event]:
    """The events, of several versions of one the latest."""
    found: dict[str, _Event] = {}
    current: _Event | None = None
    depth = number = 0
    for line in _lines(sample):
        head, _, value = line.partition(":")
        name, *parameters = head.upper().split(";")
        if name == "BEGIN" and value.upper() == "VEVENT":
            number += 1
            current, depth = _Event(number), 0
        elif name == "BEGIN" and current is not None:
            depth += 1
        elif name == "END" and value.upper() == "VEVENT" and current is not None:
            key = current.values.get("UID", f"event {number}") + current.values.get("RECURRENCE-ID", "")
            held = found.get(key)
            if held is None or _sequence(current) >= _sequence(held):
                found[key] = current
            current = None
        elif name == "END" and depth:
            depth -= 1
        elif current is not None and not depth:
            _take(current, name, value, [p for p in head.split(";")[1:] if p], parameters)
    return list(found.values())


def _sequence(event: _Event) -> int:
    text = event.values.get("SEQUENCE", "0")
    return int(text) if text.isdigit() else 0


def _take(event: _Event, name: str, value: str, written: list[str], parameters: list[str]) -> None:
    if name in ("ATTENDEE", "ORGANIZER"):
        event.attendees.append(value.removeprefix("mailto:").removeprefix("MAILTO:"))
    elif name == "DTSTART":
        event.values[name] = value
        zone = next(
            (
                text.partition("=")[2].strip('"')
                for text, upper in zip(written, parameters, strict=True)
                if upper.startswith("TZID=")
            ),
            None,
        )
        event.zone = zone if zone and is_zone(zone) else None
    else:
        event.values.setdefault(name, _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value))


def _iso(value: str) -> str | None:
    found = _STAMP.match(value.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, utc = found.groups()
    return f"{year}-{month}-{day}" + (f"T{hour}:{minute}:{second}{utc}" if hour else "")


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The calendar's interviews, then its calls; every other event is passed over uncounted."""
    events = [event for event in _events(sample) if event.values.get("STATUS", "").upper() != "CANCELLED"]
    interviews = [event for event in events if _INTERVIEW.search(_title(event))]
    calls = [event for event in events if event not in interviews and _call_direction(event)]
    yield _interview_batch([event for event in interviews if "RRULE" not in event.values], options, interviews)
    if calls:
        yield _call_batch(sample, calls, options)


def _title(event: _Event) -> str:
    return event.values.get("SUMMARY", "")


def _call_direction(event: _Event) -> str | None:
    if _INCOMING.search(_title(event)):
        return "inbound"
    return "outbound" if _OUTGOING.search(_title(event)) else None


def _interview_batch(single: list[_Event], options: ReadOptions, everything: list[_Event]) -> Batch:
    recurring = [
        {
            ROW: event.row,
            "member": None,
            "column": "RRULE",
            "rule": "recurring",
            "message": "a recurring event is a plan, not an interview.",
        }
        for event in everything
        if "RRULE" in event.values
    ]
    frame = pl.DataFrame(
        {
            ROW: [event.row for event in single],
            "interview_id": [event.values.get("UID") for event in single],
            "applicant_id": ["me"] * len(single),
            "interviewed_at": [
                _iso(event.values.get("DTSTART", "")) or event.values.get("DTSTART") for event in single
            ],
            "employer": [_employer(_title(event)) for event in single],
            "time_zone": [event.zone or options.time_zone for event in single],
        },
        schema={
            ROW: pl.Int64,
            **dict.fromkeys(("interview_id", "applicant_id", "interviewed_at", "employer", "time_zone"), pl.String),
        },
    )
    return Batch("interviews", frame, len(everything), problems_frame(recurring))


def _employer(title: str) -> str | None:
    found = _EMPLOYER.search(title)
    return (found[1] or found[2] or "").strip() or None if found else None


def _call_batch(sample: Sample, events: list[_Event], options: ReadOptions) -> Batch:
    zones = pl.Series([event.zone or options.time_zone for event in events], dtype=pl.String)
    texts = pl.Series([_iso(event.values.get("DTSTART", "")) for event in events], dtype=pl.String)
    times = read_times(texts, zone=zones, file=sample.name, column="DTSTART")
    lines = [
        _NUMBER.findall(f"{_title(event)} {event.values.get('LOCATION', '')}") + event.attendees for event in events
    ]
    frame = pl.DataFrame(
        {
            ROW: [event.row for event in events],
            "at_text": texts,
            "direction": [_call_direction(event) for event in events],
            "number": [SEVERAL.join(found) or None for found in lines],
            "native_id": [event.values.get("UID") for event in events],
            "thread": [event.values.get("UID") for event in events],
            "name": [
                re.sub(r"(?i)^.*\b(?:call(?:ed)?|phoned?|ring|rang)\b(?: to| from|:)?\s*", "", _title(event)) or None
                for event in events
            ],
        },
        schema_overrides={ROW: pl.Int64, "number": pl.String, "name": pl.String},
    ).with_columns(at_us=times.us, is_day=times.is_day, channel=pl.lit("phone"), certainty=pl.lit("unclear"))
    usable = frame.filter(pl.col("at_us").is_not_null())
    bad = [
        {
            ROW: row,
            "member": None,
            "column": "DTSTART",
            "rule": "no_time",
            "message": "the event has no readable start.",
        }
        for row in frame.filter(pl.col("at_us").is_null())[ROW]
    ]
    return Batch("calls", complete(usable), len(events), problems_frame(bad), counts=times.counts)


SOURCE = Source("calendar", "a calendar: interviews and calls (.ics)", detect, read, listed=True)
