"""Calendars (.ics): interviews, and calls where the entry says who called whom.

Events are split off line by line, so that a calendar of any size needs little memory, and each is read by `icalendar`.
Which of them are interviews of the calendar's owner (applicant `me`) is proposed by `event_titles`; what is passed over
is counted, and stands with its reason in a review file, which may be filled in and given back. A cancelled or declined
event is none, and of two versions of an event the one with the higher sequence counts. Recurring events are plans, not
interviews, and are set aside.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from followup_analytics.ingest.aside.review import EVENTS_SCHEMA, event_key
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.calls import complete, problems_frame
from followup_analytics.ingest.parsing.event_titles import CALL, INTERVIEW, Title, read_title
from followup_analytics.ingest.parsing.parts import SEVERAL
from followup_analytics.ingest.parsing.times import read_times
from followup_analytics.ingest.parsing.zones import zone_named
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import shorten

_NUMBER = re.compile(r"\+?\d[\d ().-]{6,}\d")
_LONGEST_LINE = 100_000
_EVENTS = (b"VEVENT", b"VTODO", b"VJOURNAL")
#: What is needed of an event: attachments, descriptions and alarms pass by.
_WANTED = frozenset(
    b"UID SUMMARY DTSTART DUE SEQUENCE LAST-MODIFIED DTSTAMP RECURRENCE-ID RRULE RDATE STATUS CATEGORIES LOCATION "
    b"ATTENDEE ORGANIZER".split()
)
_STAMP = re.compile(r"^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?\s*(Z|[+-]\d\d:?\d\d)?)?$")


@dataclass
class _Event:
    """One event as the calendar has it; `start` is its DTSTART as text, `zone` the name beside it."""

    row: int
    kind: str
    component: Any
    start: str = ""
    zone_name: str | None = None
    zone: Any = None  # a zone's name, or the zone that the file defines
    title: Title = field(default_factory=lambda: Title(None, ""))

    def text(self, name: str) -> str:
        """A property's text, of several the first; "" where there is none."""
        value = self.component.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        return "" if value is None else " ".join(str(value).split())

    @property
    def uid(self) -> str:
        """The event's id; of a moved occurrence of a series, the series' with the time that it had."""
        moved = self.component.get("RECURRENCE-ID")
        uid = self.text("UID") or f"event {self.row}"
        return uid if moved is None else f"{uid}/{_ical(moved)}"

    @property
    def version(self) -> tuple[int, str]:
        """What tells the later one of two versions."""
        sequence = self.text("SEQUENCE")
        changed = self.component.get("LAST-MODIFIED") or self.component.get("DTSTAMP")
        return (int(sequence) if sequence.isdigit() else 0), "" if changed is None else _ical(changed)

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
class _Calendar:
    """What the file says of itself, and its events."""

    events: list[_Event] = field(default_factory=list)
    zone: str | None = None
    method: str = ""
    zones: dict[str, Any] = field(default_factory=dict)
    damaged: int = 0


def detect(sample: Sample) -> Match | None:
    """A file that begins a VCALENDAR."""
    begins = sample.text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR")
    return Match(CERTAIN, "it is a calendar (VCALENDAR)") if begins else None


def _lines(sample: Sample) -> Iterator[bytes]:
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
                yield held
            held = line.removeprefix(b"\xef\xbb\xbf")
    if held:
        yield held


def _read_calendar(sample: Sample) -> _Calendar:
    found = _Calendar()
    block: list[bytes] = []
    inside, depth, number = b"", 0, 0
    for line in _lines(sample):
        name = re.split(rb"[;:]", line, maxsplit=1)[0].upper()
        value = line.partition(b":")[2].strip().upper()
        if not inside:
            if name == b"BEGIN" and value in (*_EVENTS, b"VTIMEZONE"):
                inside, depth, block = value, 0, [line]
                number += value in _EVENTS
            elif name == b"X-WR-TIMEZONE":
                found.zone = line.partition(b":")[2].decode("utf-8", "replace").strip()
            elif name == b"METHOD":
                found.method = value.decode("ascii", "replace")
            continue
        if name == b"BEGIN":
            depth += 1
        elif name == b"END" and (depth == 0 or value == inside):
            _close(found, inside, [*block, b"END:" + inside], number)
            inside = b""
            continue
        elif name == b"END":
            depth -= 1
        if inside == b"VTIMEZONE" or (depth == 0 and name in _WANTED):
            block.append(line)
    return found


def _close(found: _Calendar, kind: bytes, block: list[bytes], number: int) -> None:
    """Keep a component whose last line was read; one that the library can't read is counted."""
    import icalendar

    text = b"\r\n".join(block).decode("utf-8", "replace") + "\r\n"
    try:
        if kind == b"VTIMEZONE":
            defined: Any = icalendar.Timezone.from_ical(text)
            name = str(defined.get("TZID", ""))
            at_home = str(defined.get("X-LIC-LOCATION", ""))
            found.zones[name] = zone_named(name) or zone_named(at_home) or defined.to_tz(lookup_tzid=False)
            return
        component = icalendar.Component.from_ical(text)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, NotImplementedError):
        found.damaged += kind != b"VTIMEZONE"
        return
    event = _Event(number, kind.decode(), component)
    start = next((line for line in block if re.match(rb"(?i)(?:DTSTART|DUE)[;:]", line)), b"")
    if start:
        event.start, event.zone_name = _start(start.decode("utf-8", "replace"))
    found.events.append(event)


def _start(line: str) -> tuple[str, str | None]:
    """The value of a DTSTART and the zone that it names, whose quoted name may hold a colon."""
    from icalendar.parser import Contentline

    content: Any = Contentline
    try:
        _, parameters, value = content(line).parts()
    except ValueError:
        return line.rpartition(":")[2], None
    zone = parameters.get("TZID")
    return str(value), str(zone[0] if isinstance(zone, list) else zone) if zone else None


def _latest(events: list[_Event]) -> list[_Event]:
    """The events, of several versions of one the latest."""
    found: dict[str, _Event] = {}
    for event in events:
        held = found.get(event.uid)
        if held is None or event.version >= held.version:
            found[event.uid] = event
    return list(found.values())


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The calendar's interviews, then its calls; everything else is counted, and listed for review."""
    calendar = _read_calendar(sample)
    floating = _floating_zone(calendar, options)
    events = _latest(calendar.events)
    for event in events:
        event.title = _meaning(event, calendar, options)
        event.zone = _named_zone(event, calendar)
    interviews = [event for event in events if event.title.kind == INTERVIEW]
    calls = [event for event in events if event.title.kind == CALL]
    yield _interview_batch(sample, interviews, events, calendar, floating)
    if calls:
        yield _call_batch(sample, calls, floating)


def _floating_zone(calendar: _Calendar, options: ReadOptions) -> str | None:
    """The zone of times that have none: the user's word, the calendar's own, then what the store was begun with."""
    own = zone_named(calendar.zone) if calendar.zone else None
    return options.time_zone if options.zone_is_given or own is None else own


def _meaning(event: _Event, calendar: _Calendar, options: ReadOptions) -> Title:
    """What an event is: a person's decision first, then what the calendar says of it, then its title."""
    title = read_title(event.text("SUMMARY"), _categories(event))
    decided = options.events.get(event_key(event.uid))
    if decided is not None:
        return Title(INTERVIEW if decided else None, "a person decided it", title.employer)
    if event.kind != "VEVENT":
        return Title(None, "it is a task of the list, and no event", title.employer)
    if event.text("STATUS").upper() == "CANCELLED" or calendar.method == "CANCEL":
        return Title(None, "it was cancelled", title.employer)
    if _declined(event, calendar, options):
        return Title(None, "the invitation was declined", title.employer)
    return title


def _categories(event: _Event) -> str:
    value = event.component.get("CATEGORIES")
    many = value if isinstance(value, list) else [value]
    return ", ".join(str(category) for one in many if one is not None for category in getattr(one, "cats", [one]))


def _declined(event: _Event, calendar: _Calendar, options: ReadOptions) -> bool:
    """Whether the calendar's owner declined: by their own address, or as the only one invited."""
    answers = event.attendees
    own = [answer for address, answer in answers if address in options.own_addresses]
    if not own and (len(answers) == 1 or calendar.method == "REPLY"):
        own = [answer for _, answer in answers]
    return "DECLINED" in own


def _named_zone(event: _Event, calendar: _Calendar) -> Any:
    """The zone that an event names: of the zone database, or as the file defines it; None for an unknown one too."""
    if event.zone_name is None:
        return None
    known = zone_named(event.zone_name)
    defined = calendar.zones.get(event.zone_name)
    # A maker's own definition counts before a name of Windows, which only usually means one place.
    return defined if defined is not None and event.zone_name != known else known


def _when(event: _Event, floating: str | None) -> tuple[str | None, str | None]:
    """An event's start as ISO text, and the zone of its row."""
    found = _STAMP.match(event.start.strip())
    if not found:
        return event.start or None, floating
    year, month, day, hour, minute, second, offset = found.groups()
    date = f"{year}-{month}-{day}"
    zone = event.zone if isinstance(event.zone, str) else None
    if hour is None:
        return date, zone or floating
    text = f"{date}T{hour}:{minute}:{second or '00'}{offset or ''}"
    if offset or event.zone is None or zone is not None:
        return text, zone or floating
    defined: Any = event.zone
    return _by_definition(text, defined)


def _by_definition(text: str, zone: dt.tzinfo) -> tuple[str | None, str | None]:
    """A local time by a zone that the file itself defines, with its offset; its row has the nearest zone known."""
    from icalendar.timezone import tzids_from_tzinfo

    try:
        there = dt.datetime.fromisoformat(text).replace(tzinfo=zone)
        offset = there.strftime("%z")
    except (ValueError, OverflowError):
        return text, None
    known = next((name for name in tzids_from_tzinfo(zone) if zone_named(name)), None)
    return f"{text}{offset[:3]}:{offset[3:5]}", zone_named(known) if known else f"{offset[:3]}:{offset[3:5]}"


def _interview_batch(
    sample: Sample, interviews: list[_Event], events: list[_Event], calendar: _Calendar, floating: str | None
) -> Batch:
    problems = [_problem(event, *fault) for event in interviews if (fault := _fault(event)) is not None]
    single = [event for event in interviews if _fault(event) is None]
    times = [_when(event, floating) for event in single]
    frame = pl.DataFrame(
        {
            ROW: [event.row for event in single],
            "interview_id": [event.uid for event in single],
            "applicant_id": ["me"] * len(single),
            "interviewed_at": [text for text, _ in times],
            "employer": [event.title.employer for event in single],
            "time_zone": [zone for _, zone in times],
        },
        schema={
            ROW: pl.Int64,
            **dict.fromkeys(("interview_id", "applicant_id", "interviewed_at", "employer", "time_zone"), pl.String),
        },
    )
    passed = [event for event in events if event.title.kind is None]
    return Batch(
        "interviews",
        frame,
        len(interviews),
        problems_frame(problems),
        notes=_notes(sample, passed, calendar),
        events=_review(events, floating),
    )


def _fault(event: _Event) -> tuple[str, str, str] | None:
    """Column, rule and message of an event that can't be an interview of the log."""
    if "RRULE" in event.component or "RDATE" in event.component:
        return "RRULE", "recurring", "a recurring event is a plan, not an interview."
    if event.zone_name is not None and event.zone is None:
        named = shorten(event.zone_name, 40)
        message = (
            f"the event's time zone {named!r} is neither a known one nor defined in the file, so its time can't be "
            "told; export the calendar again, or correct TZID to a name such as Europe/Berlin."
        )
        return "DTSTART", "unknown_zone", message
    return None


def _problem(event: _Event, column: str, rule: str, message: str) -> dict[str, Any]:
    return {ROW: event.row, "member": None, "column": column, "rule": rule, "message": message}


def _notes(sample: Sample, passed: list[_Event], calendar: _Calendar) -> tuple[Note, ...]:
    notes = []
    if passed:
        text = f"{sample.name}: events of the calendar that seem to be no interviews were passed over"
        notes.append(Note("events_passed_over", text, len(passed)))
    if calendar.damaged:
        text = f"{sample.name}: events are damaged and could not be read; export the calendar again"
        notes.append(Note("damaged_events", text, calendar.damaged))
    return tuple(notes)


def _review(events: list[_Event], floating: str | None) -> pl.DataFrame:
    """Every event that is no call, with what it was taken for and why: to be corrected and given back."""
    shown = [event for event in events if event.title.kind != CALL]
    return pl.DataFrame(
        {
            "event": [event_key(event.uid) for event in shown],
            "at": [_when(event, floating)[0] for event in shown],
            "title": [shorten(event.text("SUMMARY"), 80) for event in shown],
            "interview": ["yes" if event.title.kind == INTERVIEW else "no" for event in shown],
            "why": [event.title.why for event in shown],
        },
        schema=EVENTS_SCHEMA,
    )


def _call_batch(sample: Sample, events: list[_Event], floating: str | None) -> Batch:
    placed = [(event, *_when(event, floating)) for event in events if _fault(event) is None]
    bad = [_problem(event, *fault) for event in events if (fault := _fault(event)) is not None]
    zones = pl.Series([zone for _, _, zone in placed], dtype=pl.String)
    texts = pl.Series([text for _, text, _ in placed], dtype=pl.String)
    times = read_times(texts, zone=zones, file=sample.name, column="DTSTART")
    calls = [event for event, _, _ in placed]
    lines = [
        _NUMBER.findall(f"{event.text('SUMMARY')} {event.text('LOCATION')}")
        + [address for address, _ in event.attendees]
        + ([event.text("ORGANIZER").casefold().removeprefix("mailto:")] if event.text("ORGANIZER") else [])
        for event in calls
    ]
    frame = pl.DataFrame(
        {
            ROW: [event.row for event in calls],
            "at_text": texts,
            "direction": [event.title.direction for event in calls],
            "number": [SEVERAL.join(found) or None for found in lines],
            "native_id": [event.uid for event in calls],
            "thread": [event.uid for event in calls],
            "name": [event.title.employer for event in calls],
        },
        schema_overrides={ROW: pl.Int64, "number": pl.String, "name": pl.String, "direction": pl.String},
    ).with_columns(at_us=times.us, is_day=times.is_day, channel=pl.lit("phone"), certainty=pl.lit("unclear"))
    usable = frame.filter(pl.col("at_us").is_not_null())
    lost = frame.filter(pl.col("at_us").is_null())[ROW]
    unread = {"member": None, "column": "DTSTART", "rule": "no_time", "message": "the event has no readable start."}
    bad += [{ROW: row, **unread} for row in lost]
    return Batch("calls", complete(usable), len(events), problems_frame(bad), counts=times.counts)


def _ical(value: Any) -> str:
    """A time as the calendar writes it."""
    text = value.to_ical() if hasattr(value, "to_ical") else str(value)
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


SOURCE = Source("calendar", "a calendar: interviews and calls (.ics)", detect, read, listed=True)
