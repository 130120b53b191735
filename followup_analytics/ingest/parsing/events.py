"""The components of a calendar file (.ics, .vcs), split off line by line and read one by one by `icalendar`.

A calendar of any size needs little memory; attachments, descriptions and alarms pass by. A file may hold several
calendars, each with a zone, a method and zones of its own.
"""

from __future__ import annotations

import io
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.event_titles import Title
from followup_analytics.log.zone_names import zone_named

_LONGEST_LINE = 100_000
_EVENTS = (b"VEVENT", b"VTODO", b"VJOURNAL")
#: What is needed of an event.
_WANTED = frozenset(
    b"UID SUMMARY DTSTART DUE SEQUENCE LAST-MODIFIED DTSTAMP RECURRENCE-ID RRULE RDATE STATUS CATEGORIES LOCATION "
    b"ATTENDEE ORGANIZER".split()
)
_ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
#: A DTSTART whose zone has a colon outside quotation marks: what looks like a time at the end is its value.
_UNQUOTED = re.compile(r"(?is)^(?:DTSTART|DUE)(?P<said>(?:;.*?)?):(?P<value>\d{4}-?\d\d-?\d\d(?:[T ]\d\d.*)?)$")
_ZONE_SAID = re.compile(r'(?i);TZID=(?:"([^"]*)"|(.*?))(?=;[A-Z-]+=|$)')


@dataclass
class Event:
    """One event as the calendar has it; `start` is its DTSTART as text, `zone_name` the name beside it.

    calendar_zone, method, owner, zones: what its calendar says of itself: the zone of times that have none, such as
    CANCEL, the address after which it is called, and the zones that it defines.
    """

    row: int
    kind: str
    component: Any
    start: str = ""
    zone_name: str | None = None
    calendar_zone: str | None = None
    method: str = ""
    owner: str | None = None
    zones: dict[str, Any] = field(default_factory=dict)
    zone: Any = None  # a zone's name, or the zone that the file defines
    floating: str | None = None  # the zone in which a time without one is read
    title: Title = field(default_factory=lambda: Title(None, ""))

    def text(self, name: str) -> str:
        """A property's text, of several the first; "" where there is none."""
        value = self.component.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        if value is None:
            return ""
        text = str(value)
        if str(getattr(value, "params", {}).get("ENCODING", "")).upper() == "QUOTED-PRINTABLE":
            # Version 1.0, which telephones still write.
            text = quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        return " ".join(text.split())

    @property
    def uid(self) -> str:
        """The event's id; of a moved occurrence of a series, the series' with the time that it had."""
        moved = self.component.get("RECURRENCE-ID")
        uid = self.text("UID") or f"event {self.row}"
        return uid if moved is None else f"{uid}/{ical_text(moved)}"

    @property
    def version(self) -> tuple[int, str]:
        """What tells the later one of two versions."""
        sequence = self.text("SEQUENCE")
        changed = self.component.get("LAST-MODIFIED") or self.component.get("DTSTAMP")
        return (int(sequence) if sequence.isdigit() else 0), "" if changed is None else ical_text(changed)

    @property
    def attendees(self) -> list[tuple[str, str]]:
        """(address, whether they come) of everybody invited, in small letters."""
        found = self.component.get("ATTENDEE") or []
        many = found if isinstance(found, list) else [found]
        return [
            (str(one).casefold().removeprefix("mailto:"), str(getattr(one, "params", {}).get("PARTSTAT", "")).upper())
            for one in many
        ]


@dataclass
class Calendar:
    """The events of a file, and how many of its components could not be read."""

    events: list[Event] = field(default_factory=list)
    damaged: int = 0


@dataclass
class _Said:
    """What the calendar that is being read says of itself, and its events so far."""

    zone: str | None = None
    method: str = ""
    owner: str | None = None
    zones: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def take(self, name: bytes, line: bytes) -> None:
        """Note a property of the calendar itself."""
        value = line.partition(b":")[2].decode("utf-8", "replace").strip()
        if name in (b"X-WR-TIMEZONE", b"TIMEZONE-ID"):
            self.zone = value
        elif name == b"METHOD":
            self.method = value.upper()
        elif name == b"X-WR-CALNAME" and _ADDRESS.match(value):
            # Google calls a person's own calendar after their address.
            self.owner = value.casefold()

    def finished(self) -> list[Event]:
        """The events, each with what the calendar says of all."""
        own = zone_named(self.zone) if self.zone else None
        for event in self.events:
            event.calendar_zone, event.method, event.owner, event.zones = own, self.method, self.owner, self.zones
        return self.events


def _lines(sample: Sample) -> Iterator[bytes]:
    """Content lines, unfolded as RFC 5545 section 3.1 has it, whatever ends a line."""
    held = b""
    # Bytes as letters of Latin-1: some programs fold between the bytes of one letter, so that these are joined first.
    with sample.open() as binary, io.TextIOWrapper(binary, encoding="latin-1", newline=None) as file:
        while raw := file.readline(_LONGEST_LINE):
            line = raw.rstrip("\r\n").encode("latin-1")
            if line[:1] in (b" ", b"\t"):
                held = (held + line[1:])[:_LONGEST_LINE]
                continue
            if held:
                yield held
            held = line.removeprefix(b"\xef\xbb\xbf")
    if held:
        yield held


def read_events(sample: Sample) -> Calendar:
    """All events, tasks and journals of a file; a component that is cut off or can't be read is counted."""
    found, said = Calendar(), _Said()
    block: list[bytes] = []
    inside, depth, number = b"", 0, 0
    for line in _lines(sample):
        name = re.split(rb"[;:]", line, maxsplit=1)[0].strip().upper()
        value = line.partition(b":")[2].strip().upper()
        if not inside:
            if name == b"BEGIN" and value in (*_EVENTS, b"VTIMEZONE"):
                inside, depth, block = value, 0, [line]
                number += value in _EVENTS
            elif value == b"VCALENDAR" and name in (b"BEGIN", b"END"):
                found.events += said.finished()
                said = _Said()
            else:
                said.take(name, line)
            continue
        if name == b"BEGIN":
            depth += 1
        elif name == b"END" and (depth == 0 or value == inside):
            found.damaged += _close(said, inside, [*block, b"END:" + inside], number)
            inside = b""
            continue
        elif name == b"END":
            depth -= 1
        if inside == b"VTIMEZONE" or (depth == 0 and name in _WANTED):
            block.append(line)
    found.events += said.finished()
    found.damaged += inside in _EVENTS
    return found


def _close(said: _Said, kind: bytes, block: list[bytes], number: int) -> int:
    """Keep a component whose last line was read; 1 for an event that the library can't read."""
    import icalendar

    text = _decoded(b"\r\n".join(block)) + "\r\n"
    try:
        if kind == b"VTIMEZONE":
            defined: Any = icalendar.Timezone.from_ical(text)
            name = str(defined.get("TZID", ""))
            at_home = str(defined.get("X-LIC-LOCATION", ""))
            said.zones[name] = zone_named(name) or zone_named(at_home) or defined.to_tz(lookup_tzid=False)
            return 0
        component = icalendar.Component.from_ical(text)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, NotImplementedError):
        return int(kind != b"VTIMEZONE")
    event = Event(number, kind.decode(), component)
    start = next((line for line in block if re.match(rb"(?i)(?:DTSTART|DUE)[;:]", line)), b"")
    if start:
        event.start, event.zone_name = _start(_decoded(start))
    said.events.append(event)
    return 0


def _decoded(line: bytes) -> str:
    """The text of lines, which the standard has in UTF-8 and some programs write in the machine's own encoding."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _start(line: str) -> tuple[str, str | None]:
    """The value of a DTSTART and the zone that it names, whose name may hold a colon, quoted or not."""
    from icalendar.parser import Contentline

    found = _UNQUOTED.match(line)
    if found is not None:
        named = _ZONE_SAID.search(found["said"])
        return found["value"], (named[1] or named[2]) if named else None
    content: Any = Contentline
    try:
        _, parameters, value = content(line).parts()
    except ValueError:
        return line.rpartition(":")[2], None
    zone = parameters.get("TZID")
    return str(value), str(zone[0] if isinstance(zone, list) else zone) if zone else None


def ical_text(value: Any) -> str:
    """A value as the calendar writes it."""
    text = value.to_ical() if hasattr(value, "to_ical") else str(value)
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
