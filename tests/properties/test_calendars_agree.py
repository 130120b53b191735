"""The calendar reader against the `icalendar` library: the same events, starts, titles and uids."""

# ruff: noqa: DTZ001 - calendars write local times
from __future__ import annotations

import datetime as dt
import tempfile
import unicodedata
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from forms.calendars import calendar_ics
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import ReadOptions, detect_source
from followup_analytics.simulate import simulate_log

icalendar = pytest.importorskip("icalendar")

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata")
#: What a person may type into a title; control characters have no place in a calendar.
WORDS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=90
)
EVENTS = st.lists(
    st.tuples(
        st.uuids().map(str),
        st.datetimes(dt.datetime(2023, 1, 1), dt.datetime(2026, 1, 1)).map(
            lambda at: at.replace(microsecond=0, fold=0)
        ),
        st.sampled_from(ZONES),
        WORDS,
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=6,
)


def written(events: list[tuple[str, dt.datetime, str, str, int]]) -> bytes:
    """A calendar of interviews as the library writes it: its folding, its escapes, its parameters."""
    calendar = icalendar.Calendar()
    for uid, at, zone, words, sequence in events:
        event = icalendar.Event()
        event.add("uid", uid)
        event.add("summary", f"Interview - {words}x")
        event.add("dtstart", at.replace(tzinfo=ZoneInfo(zone)))
        event.add("sequence", sequence)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def read(content: bytes) -> list[tuple[str, str, str | None]]:
    """Uid, local start and zone of each interview that our reader finds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calendar.ics"
        path.write_bytes(content)
        sample = Sample(path)
        source, _ = detect_source(sample)
        interviews = next(iter(source.read(sample, ReadOptions())))
    return interviews.rows.select("interview_id", "interviewed_at", "time_zone").sort("interview_id").rows()


@settings(max_examples=40, deadline=None)
@given(events=EVENTS)
def test_both_find_the_same_events(events: list[tuple[str, dt.datetime, str, str, int]]) -> None:
    """Whatever the library writes, folded and escaped, both readers find the same uids, starts and zones in it."""
    content = written(events)
    theirs = []
    for event in icalendar.Calendar.from_ical(content).walk("VEVENT"):
        start = event["DTSTART"].dt
        utc = start.utcoffset() == dt.timedelta() and str(start.tzinfo) in ("UTC", "Etc/UTC")
        theirs.append(
            (str(event["UID"]), f"{start:%Y-%m-%dT%H:%M:%S}{'Z' if utc else ''}", None if utc else str(start.tzinfo))
        )
    assert read(content) == sorted(theirs)


@settings(max_examples=40, deadline=None)
@given(words=WORDS.filter(lambda text: text.strip()))
def test_titles_are_unescaped_alike(words: str) -> None:
    """The employer in a title is the one that was typed, commas, semicolons, backslashes and all."""
    content = written([("1", dt.datetime(2024, 3, 5, 9), "UTC", words, 0)])
    [event] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calendar.ics"
        path.write_bytes(content)
        sample = Sample(path)
        interviews = next(iter(detect_source(sample)[0].read(sample, ReadOptions())))
    # Names are compared as keys, so that letters come composed (NFC) whichever way they were typed.
    typed = unicodedata.normalize("NFC", str(event["SUMMARY"]).removeprefix("Interview - "))
    assert interviews.rows["employer"].to_list() == [" ".join(typed.split())]


def test_the_library_reads_the_sample(tmp_path: Path) -> None:
    """The generator's calendar is one that the library reads, with as many events as ours finds."""
    content = calendar_ics(simulate_log(interviews=60, world="office", seed=3))
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    path = tmp_path / "calendar.ics"
    path.write_bytes(content)
    sample = Sample(path)
    source, _ = detect_source(sample)
    assert sum(batch.rows.height for batch in source.read(sample, ReadOptions())) == len(events)
