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
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from followup_analytics.ingest.aside.review import EVENTS_SCHEMA, event_key
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.calls import complete, problems_frame
from followup_analytics.ingest.parsing.event_titles import CALL, INTERVIEW, Title, read_title
from followup_analytics.ingest.parsing.events import Calendar, Event, read_events
from followup_analytics.ingest.parsing.parts import SEVERAL
from followup_analytics.ingest.parsing.times import read_times
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.log.followup_log import Note
from followup_analytics.log.zone_names import zone_named
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import shorten

_NUMBER = re.compile(r"\+?\d[\d ().-]{6,}\d")
_STAMP = re.compile(r"^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?\s*(Z|[+-]\d\d:?\d\d)?)?$")


def detect(sample: Sample) -> Match | None:
    """A file that begins a VCALENDAR."""
    begins = sample.text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR")
    return Match(CERTAIN, "it is a calendar (VCALENDAR)") if begins else None


def _latest(events: list[Event]) -> list[Event]:
    """The events, of several versions of one the latest."""
    found: dict[str, Event] = {}
    for event in events:
        held = found.get(event.uid)
        if held is None or event.version >= held.version:
            found[event.uid] = event
    return list(found.values())


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The calendar's interviews, then its calls; everything else is counted, and listed for review."""
    calendar = read_events(sample)
    events = _latest(calendar.events)
    for event in events:
        event.title = _meaning(event, options)
        event.zone = _named_zone(event)
        event.floating = _floating_zone(event, options)
    interviews = [event for event in events if event.title.kind == INTERVIEW]
    calls = [event for event in events if event.title.kind == CALL]
    notes = _notes(sample, events, calendar) + _perhaps_declined(sample, interviews, options)
    yield _interview_batch(interviews, events, notes)
    if calls:
        yield _call_batch(sample, calls)


def _floating_zone(event: Event, options: ReadOptions) -> str | None:
    """The zone of times that have none: the user's word, the calendar's own, then what the store was begun with."""
    own = event.calendar_zone
    return options.time_zone if options.zone_is_given or own is None else own


def _meaning(event: Event, options: ReadOptions) -> Title:
    """What an event is: a person's decision first, then what the calendar says of it, then its title."""
    title = read_title(event.text("SUMMARY"), _categories(event))
    decided = options.events.get(event_key(event.uid))
    if decided is not None:
        return Title(INTERVIEW if decided else None, "a person decided it", title.employer)
    if event.kind != "VEVENT":
        return Title(None, "it is a task of the list, and no event", title.employer)
    if event.text("STATUS").upper() == "CANCELLED" or event.method == "CANCEL":
        return Title(None, "it was cancelled", title.employer)
    if _declined(event, options):
        return Title(None, "the invitation was declined", title.employer)
    return title


def _categories(event: Event) -> str:
    value = event.component.get("CATEGORIES")
    many = value if isinstance(value, list) else [value]
    return ", ".join(str(category) for one in many if one is not None for category in getattr(one, "cats", [one]))


def _declined(event: Event, options: ReadOptions) -> bool:
    """Whether the calendar's owner declined: by their own address, or as the only one invited."""
    answers = event.attendees
    mine = options.own_addresses or ({event.owner} if event.owner else frozenset())
    own = [answer for address, answer in answers if address in mine]
    organizer = event.text("ORGANIZER").casefold().removeprefix("mailto:")
    invited = [answer for address, answer in answers if address != organizer]
    if not own and (len(invited) == 1 or event.method == "REPLY"):
        own = invited
    return "DECLINED" in own


def _named_zone(event: Event) -> Any:
    """The zone that an event names: of the zone database, or as the file defines it; None for an unknown one too."""
    if event.zone_name is None:
        return None
    known = zone_named(event.zone_name)
    defined = event.zones.get(event.zone_name)
    # A maker's own definition counts before a name of Windows, which only usually means one place.
    return defined if defined is not None and event.zone_name != known else known


def _when(event: Event) -> tuple[str | None, str | None]:
    """An event's start as ISO text, and the zone of its row."""
    found = _STAMP.match(event.start.strip())
    if not found:
        return event.start or None, event.floating
    year, month, day, hour, minute, second, offset = found.groups()
    date = f"{year}-{month}-{day}"
    zone = event.zone if isinstance(event.zone, str) else None
    if hour is None:
        return date, zone or event.floating
    text = f"{date}T{hour}:{minute}:{second or '00'}{offset or ''}"
    if offset or event.zone is None or zone is not None:
        return text, zone or event.floating
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


def _interview_batch(interviews: list[Event], events: list[Event], notes: tuple[Note, ...]) -> Batch:
    problems = [_problem(event, *fault) for event in interviews if (fault := _fault(event)) is not None]
    single = [event for event in interviews if _fault(event) is None]
    times = [_when(event) for event in single]
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
    return Batch(
        "interviews",
        frame,
        len(interviews),
        problems_frame(problems),
        notes=notes,
        events=_review(events),
    )


def _recurs(component: Any) -> bool:
    """Whether an event is a series; a rule that ends after its first time makes none."""
    rule = component.get("RRULE")
    once = isinstance(rule, Mapping) and list(rule.get("COUNT", ())) == [1]
    return "RDATE" in component or (rule is not None and not once)


def _fault(event: Event) -> tuple[str, str, str] | None:
    """Column, rule and message of an event that can't be an interview of the log."""
    if _recurs(event.component):
        return "RRULE", "recurring", "a recurring event is a plan, not an interview."
    if event.zone_name is not None and event.zone is None:
        named = shorten(event.zone_name, 40)
        message = (
            f"the event's time zone {named!r} is neither a known one nor defined in the file, so its time can't be "
            "told; export the calendar again, or correct TZID to a name such as Europe/Berlin."
        )
        return "DTSTART", "unknown_zone", message
    return None


def _problem(event: Event, column: str, rule: str, message: str) -> dict[str, Any]:
    return {ROW: event.row, "member": None, "column": column, "rule": rule, "message": message}


def _perhaps_declined(sample: Sample, interviews: list[Event], options: ReadOptions) -> tuple[Note, ...]:
    """A note where somebody declined, and nobody can say whether it was the calendar's owner."""
    unsure = sum(
        any(answer == "DECLINED" for _, answer in event.attendees) and not (options.own_addresses or event.owner)
        for event in interviews
    )
    text = (
        f"{sample.name}: somebody who was invited to an interview declined; give --own-address with your own address, "
        "so that those that you declined are left out"
    )
    return (Note("perhaps_declined", text, unsure),) if unsure else ()


def _notes(sample: Sample, events: list[Event], calendar: Calendar) -> tuple[Note, ...]:
    passed = [event for event in events if event.title.kind is None]
    notes = []
    if passed:
        text = f"{sample.name}: events of the calendar that seem to be no interviews were passed over"
        notes.append(Note("events_passed_over", text, len(passed)))
    if calendar.damaged:
        text = f"{sample.name}: events are damaged and could not be read; export the calendar again"
        notes.append(Note("damaged_events", text, calendar.damaged))
    return tuple(notes)


def _review(events: list[Event]) -> pl.DataFrame:
    """Every event that is no call, with what it was taken for and why: to be corrected and given back."""
    shown = [event for event in events if event.title.kind != CALL]
    return pl.DataFrame(
        {
            "event": [event_key(event.uid) for event in shown],
            "at": [_when(event)[0] for event in shown],
            "title": [shorten(event.text("SUMMARY"), 80) for event in shown],
            "interview": ["yes" if event.title.kind == INTERVIEW else "no" for event in shown],
            "why": [event.title.why for event in shown],
        },
        schema=EVENTS_SCHEMA,
    )


def _call_batch(sample: Sample, events: list[Event]) -> Batch:
    placed = [(event, *_when(event)) for event in events if _fault(event) is None]
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


SOURCE = Source("calendar", "a calendar: interviews and calls (.ics)", detect, read, listed=True)
