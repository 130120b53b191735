"""Calendars and the iPhone's database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from source_reading import read_source, short

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import ReadOptions, detect_source

EVENTS = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1@example.org
DTSTART;TZID=America/New_York:20240305T090000
SUMMARY:Interview - Ac
 me
SEQUENCE:1
BEGIN:VALARM
DTSTART:20200101T000000Z
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:1@example.org
DTSTART;TZID=America/New_York:20240304T090000
SUMMARY:Interview - Acme
SEQUENCE:0
END:VEVENT
BEGIN:VEVENT
UID:2@example.org
DTSTART:20240312T140000Z
SUMMARY:Call to Acme +1 202 555 0143
END:VEVENT
BEGIN:VEVENT
UID:3@example.org
DTSTART;VALUE=DATE:20240312
SUMMARY:Interview at Beta
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
UID:4@example.org
DTSTART;VALUE=DATE:20240313
RRULE:FREQ=WEEKLY
SUMMARY:Interview - Gamma
END:VEVENT
BEGIN:VEVENT
UID:5@example.org
DTSTART;VALUE=DATE:20240313
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
"""


def test_calendar(tmp_path: Path) -> None:
    """Interviews are rows of the log, calls are calls; cancelled and recurring events are neither."""
    path = tmp_path / "calendar.ics"
    path.write_bytes(EVENTS.replace("\n", "\r\n").encode())
    sample = Sample(path)
    source, _ = detect_source(sample)
    interviews, calls = source.read(sample, ReadOptions())
    assert source.name == "calendar"
    assert interviews.rows.drop("_row").rows() == [
        ("1@example.org", "me", "2024-03-05T09:00:00", "Acme", "America/New_York")
    ]
    assert interviews.problems is not None
    assert interviews.problems["rule"].to_list() == ["recurring"]
    assert short(calls.rows) == [("2024-03-12T14:00:00", "outbound", "phone", None, "+1 202 555 0143", None, "unclear")]


def test_iphone_database(tmp_path: Path) -> None:
    """Apple's clock, numbers kept as bytes, missed calls and FaceTime; a database of something else is not taken."""
    path = tmp_path / "CallHistory.storedata"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE ZCALLRECORD (Z_PK INTEGER, ZDATE REAL, ZDURATION REAL, ZADDRESS BLOB, ZORIGINATED "
            "INTEGER, ZANSWERED INTEGER, ZCALLTYPE INTEGER, ZUNIQUE_ID TEXT)"
        )
        rows = [
            (1, 731340000.0, 64.0, b"+12025550143", 1, 0, 1, "a"),
            (2, 731340001.0, 0.0, "+12025550143", 1, 0, 1, "b"),
            (3, 731340002.0, 0.0, "", 0, 0, 1, "c"),
            (4, 731340003.0, 30.0, "hr@acme.example", 0, 1, 8, "d"),
        ]
        connection.executemany("INSERT INTO ZCALLRECORD VALUES (?,?,?,?,?,?,?,?)", rows)
    connection.close()
    name, rows, problems, _ = read_source(path)
    assert (name, problems.height) == ("iphone", 0)
    assert short(rows) == [
        ("2024-03-05T14:00:00", "outbound", "phone", None, "+12025550143", 64.0, "unclear"),
        ("2024-03-05T14:00:01", "outbound", "phone", "none", "+12025550143", None, "stated"),
        ("2024-03-05T14:00:02", "inbound", "phone", "none", None, None, "stated"),
        ("2024-03-05T14:00:03", "inbound", "video", None, "hr@acme.example", 30.0, "stated"),
    ]
