"""What exports write in other spellings, languages and forms than the usual one: each row is one way that was met."""

from __future__ import annotations

import sqlite3
from email import message_from_string
from pathlib import Path

import polars as pl
import pytest
from source_reading import read_source

from followup_analytics.ingest import ingest_files
from followup_analytics.ingest.linking.linking import with_learnt_numbers
from followup_analytics.ingest.linking.names import folded_name, sender_names
from followup_analytics.ingest.linking.roster import read_roster
from followup_analytics.ingest.linking.vcards import read_vcards
from followup_analytics.ingest.parsing.call_results import result_of_text
from followup_analytics.ingest.parsing.event_titles import read_title
from followup_analytics.ingest.parsing.mail_dates import envelope_time, message_time
from followup_analytics.ingest.parsing.telephone import contact_key
from followup_analytics.log.zone_names import zone_named
from followup_analytics.reading import read_log

NUMBER = "+12025550143"


def calendar(folder: Path, *lines: str, head: str = "", ends: str = "\r\n") -> Path:
    """A calendar with one event."""
    path = folder / "c.ics"
    event = ["BEGIN:VEVENT", "UID:a", *lines, "END:VEVENT"]
    path.write_bytes(ends.join(["BEGIN:VCALENDAR", *head.splitlines(), *event, "END:VCALENDAR", ""]).encode("latin-1"))
    return path


def interviews(path: Path, **options: object) -> list[tuple[str, str, str]]:
    """(id, time as read, zone) of a calendar's interviews."""
    _, rows, _, _ = read_source(path, **options)
    return rows.select("interview_id", "interviewed_at", "time_zone").rows()


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("UTC+01:00", "+01:00"),
        ("GMT-0500", "-05:00"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("E. South America Standard Time", "America/Sao_Paulo"),
        ("/citadel.org/20210210_1/America/New_York", "America/New_York"),
        ("Eastern Time", "America/New_York"),
        ("Eastern Time - New York", "America/New_York"),
        ("Central Time - US & Canada", "America/Chicago"),
        ("Mountain Time (Arizona)", "America/Phoenix"),
        ("(GMT+01:00) Central European Time - Berlin", "Europe/Berlin"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", "Europe/Amsterdam"),
        ("Pacific", "America/Los_Angeles"),
        ("CEST", "Europe/Berlin"),
        ("Mitteleuropäische Zeit", "Europe/Berlin"),
        ("London time", "Europe/London"),
        ("Central Standard Time", "America/Chicago"),
        ("Central Standard Time (Mexico)", "America/Mexico_City"),
        ("New York", "America/New_York"),
        ("CST", None),
        ("IST", None),
        ("AEST", None),
        ("standard time", None),
        ("GMT Standard Time 1", "Europe/London"),
        (r"(UTC+01:00) Amsterdam\, Berlin\, Bern\, Rome\, Stockholm\, Vienna", "Europe/Berlin"),
    ],
)
def test_more_names_of_zones(name: str, zone: str | None) -> None:
    """An offset by name is an offset; what may mean two zones, such as CST, is not guessed."""
    assert zone_named(name) == zone


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Interview for Research Assistant position", "interview"),
        ("Zweitgespräch Acme GmbH", "interview"),
        ("Interview: Podcast Producer at Acme", "interview"),
        ("Interview - Mock & Sons", "interview"),
        ("Interview with Acme (mock)", None),
        ("Interview (practice)", None),
        ("Acme interview - prep time", None),
        ("POSTPONED Interview with Acme", None),
        ("Rejected: Interview with Acme", None),
        ("Avlyst: Intervju", None),
        ("HOLD: interview Acme", None),
        ("No interview today", None),
        ("❌ Interview Acme", None),
        ("Conduct interviews for my thesis", None),
    ],
)
def test_more_titles(title: str, kind: str | None) -> None:
    """Practice in an aside, holds, and what was put off are no interviews; a purpose behind the word is no employer."""
    assert read_title(title).kind == kind


@pytest.mark.parametrize(
    ("start", "head", "ends", "wanted"),
    [
        ("DTSTART;TZID=tzone://Microsoft/Utc:20240305T090000", "", "\r\n", ("2024-03-05T09:00:00", "UTC")),
        (
            "DTSTART:20240305T090000",
            "X-WR-TIMEZONE;VALUE=TEXT:Asia/Tokyo",
            "\r\n",
            ("2024-03-05T09:00:00", "Asia/Tokyo"),
        ),
        ("DTSTART;TZID=Europe/Berlin:20240305T090000", "", "\r", ("2024-03-05T09:00:00", "Europe/Berlin")),
    ],
)
def test_how_a_calendar_writes_a_start(
    start: str, head: str, ends: str, wanted: tuple[str, str], tmp_path: Path
) -> None:
    """A colon in a zone that nobody quoted, parameters of properties, and lines that a lone carriage return ends."""
    assert interviews(calendar(tmp_path, "SUMMARY:Interview - Acme", start, head=head, ends=ends)) == [("a", *wanted)]


def test_calendars_of_a_file_have_zones_of_their_own(tmp_path: Path) -> None:
    """Two calendars in one file: each one's X-WR-TIMEZONE is for its own events."""
    path = tmp_path / "c.ics"
    path.write_text(
        "".join(
            f"BEGIN:VCALENDAR\nX-WR-TIMEZONE:{zone}\nBEGIN:VEVENT\nUID:{uid}\nSUMMARY:Interview - Acme\n"
            "DTSTART:20240305T090000\nEND:VEVENT\nEND:VCALENDAR\n"
            for uid, zone in (("a", "America/Chicago"), ("b", "Asia/Tokyo"))
        )
    )
    assert [zone for _, _, zone in interviews(path)] == ["America/Chicago", "Asia/Tokyo"]


def test_titles_in_the_machines_own_encoding(tmp_path: Path) -> None:
    """A calendar in Latin-1, against the standard, is read all the same."""
    start = "DTSTART:20240305T090000Z"
    assert len(interviews(calendar(tmp_path, "SUMMARY:Vorstellungsgespräch Acme", start))) == 1


@pytest.mark.parametrize(
    ("head", "people", "options"),
    [
        ("X-WR-CALNAME:me@example.org", "DECLINED:mailto:me@example.org|ACCEPTED:mailto:hr@acme.example", {}),
        ("", "DECLINED:mailto:me@example.org", {}),
        ("", "DECLINED:mailto:me@example.org|ACCEPTED:mailto:hr@acme.example", {"own": "me@example.org"}),
    ],
)
def test_the_owner_declined(head: str, people: str, options: dict[str, str], tmp_path: Path) -> None:
    """The owner is known by --own-address, by the calendar's name, or as the only one invited."""
    lines = [f"ATTENDEE;PARTSTAT={one}" for one in people.split("|")]
    path = calendar(tmp_path, "SUMMARY:Interview - Acme", "DTSTART:20240305T090000Z", *lines, head=head)
    assert interviews(path, own_addresses=frozenset(options.values())) == []


@pytest.mark.parametrize(
    "line",
    [
        "From hr@acme.example Wed Mar  6 19:56:00 2024",
        "From - hr@acme.example  Wed Mar 06 2024 11:56:00 GMT-0800",
        "From hr@acme.example Wed Mar  6 11:56:00 PST 2024",
        "From hr@acme.example 2024-03-06 19:56:00",
        "From hr@acme.example Wed, 6 Mar 2024 14:56:00 -0500",
    ],
)
def test_envelope_lines(line: str) -> None:
    """The same instant on mbox's From lines of several programs."""
    when = envelope_time(line)
    assert when is not None
    assert when.isoformat() == "2024-03-06T19:56:00+00:00"


def test_a_template_that_nobody_filled_in_is_no_zone() -> None:
    """`%z` where the offset should be isn't Z: the envelope tells."""
    message = message_from_string("Date: Wed, 6 Mar 2024 14:56:00 %z\n\n")
    when = message_time(message, "From hr@acme.example Wed Mar  6 19:56:00 2024")
    assert when is not None
    assert when.hour == 19


MAIL = (
    "{separator}\n{quoted}Date: Wed, {day} Mar 2024 14:56:00 -0500\nFrom: Acme, Inc. <jobs@acme.example>\n"
    "To: me@example.org\nMessage-ID: <m{day}@acme.example>\n\nHello\n\n"
)


@pytest.mark.parametrize(
    ("separator", "quoted"),
    [
        ("From", ""),
        ("> From jobs@acme.example Mon Mar 04 17:20:56 2024", ""),
        ("From - Mon Mar 04 17:20:56 2024", ">From \n"),
        ("From - Mon Mar 04 17:20:56 2024", "> From jobs@acme.example Mon Mar 04 17:20:56 2024\n"),
        ("From jobs@acme.example 2024-03-04 17:20:56", ""),
        ("\ufeffFrom jobs@acme.example Mon Mar 04 17:20:56 2024", ""),
    ],
)
def test_separators_of_messages(separator: str, quoted: str, tmp_path: Path) -> None:
    """Bare, quoted and dated separators part two messages, and no header is lost."""
    path = tmp_path / "m.mbox"
    second = separator.lstrip("\ufeff")
    path.write_text(
        MAIL.format(separator=separator, quoted=quoted, day=6) + MAIL.format(separator=second, quoted=quoted, day=13)
    )
    _, rows, _, _ = read_source(path, own_addresses=frozenset({"me@example.org"}))
    assert rows["name"].to_list() == ["Acme, Inc.", "Acme, Inc."]
    assert pl.from_epoch(rows["at_us"], time_unit="us").dt.day().to_list() == [6, 13]


@pytest.mark.parametrize(
    "name",
    ["The Acme Team", "Acme Inc. Talent Team", "Acme Careers Workday", "Jane Doe, Acme Inc", "Team Acme", "Acme, Inc."],
)
def test_senders_that_stand_for_the_employer(name: str) -> None:
    """Words that recruiters and applicant systems put around an employer's name."""
    assert "acme" in sender_names(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Doe, Jane", "Jane Doe"),
        ("Beta GmbH & Co. KG", "beta"),
        ("The Acme Company", "Acme"),
        ("Ørsted A/S", "orsted as"),
    ],
)
def test_names_that_meet(one: str, other: str) -> None:
    """A person with the family name first, and firms with and without their legal form."""
    assert folded_name(one) == folded_name(other)


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("Left a message with receptionist", "answered"),
        ("Talked briefly; left message", "answered"),
        ("Voicemail full", "unanswered"),
        ("No voicemail left", "unanswered"),
        ("Never picked up", "unanswered"),
        ("Not connected", "unanswered"),
        ("Left VM", "message"),
        ("Auf Anrufbeantworter gesprochen", "message"),
        ("Meeting set", None),
    ],
)
def test_what_people_type_as_a_result(said: str, result: str | None) -> None:
    """Free text is read by what it denies first, then by whom it names."""
    assert pl.select(result_of_text(pl.lit(said))).item() == result


@pytest.mark.parametrize(
    "written",
    [
        "Jane Doe 202-555-0143",
        "Ph# 202-555-0143",
        "202_555_0143",
        "9,2025550143",
        "1167 2025550143",
        "2025550143 (Jane)",
    ],
)
def test_numbers_with_something_around_them(written: str) -> None:
    """Names, labels, marks, a digit for an outside line and service codes are no part of a number."""
    assert contact_key(written, "US") == NUMBER


@pytest.mark.parametrize(
    ("written", "region", "key"),
    [
        ("1-888-HIRE-ME-NOW", "US", "+18884473636"),
        ("1 800 CONTACTS", "US", "+18002668228"),
        ("030-23125001 DW 12", "DE", "+493023125001;ext=12"),
        ("01.23.45.67.89 poste 12", "FR", "+33123456789;ext=12"),
    ],
)
def test_long_words_and_foreign_extensions(written: str, region: str, key: str) -> None:
    """A word longer than the number reaches it all the same; words for an extension in other languages."""
    assert contact_key(written, region) == key


def test_an_area_code_behind_a_stroke_with_blanks(tmp_path: Path) -> None:
    """`030 / 23 12 50 01` is one number, `202-555-0143 // 202-555-0199` are two."""
    path = tmp_path / "r.csv"
    path.write_text("interview_id,phone\ni1,030 / 23 12 50 01\ni2,+1 202-555-0143 // +1 202-555-0199\n")
    keys = read_roster([path], region="DE").lines["key"].to_list()
    assert keys == ["+493023125001", "+12025550143", "+12025550199"]


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCARD\nVERSION:3.0\nFN:Acme\nTEL:(202) 555-0143\n",
        "BEGIN:VCARD\rVERSION:3.0\rFN:Acme\rTEL:(202) 555-0143\rEND:VCARD\r",
        "BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:=41=63=\n =6D=65\nTEL:(202) 555-0143\nEND:VCARD\n",
    ],
)
def test_cards_cut_off_or_folded_twice(text: str, tmp_path: Path) -> None:
    """The last entry counts without its end; a card's own numbers tell the country."""
    path = tmp_path / "b.vcf"
    path.write_bytes(text.encode())
    assert [(card.name, card.lines) for card in read_vcards(path)] == [("Acme", ("(202) 555-0143",))]
    roster = tmp_path / "r.csv"
    roster.write_text("interview_id,employer\ni1,Acme\n")
    assert read_roster([roster, path]).lines["key"].to_list() == [NUMBER]


def test_a_log_that_was_cut_off_is_told(tmp_path: Path) -> None:
    """Of an iPhone's -wal that ends within a frame, calls may be missing: a note says so."""
    path = tmp_path / "CallHistory.storedata"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute(
        "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZDATE REAL, ZDURATION REAL, ZADDRESS TEXT, "
        "ZORIGINATED INTEGER, ZANSWERED INTEGER)"
    )
    for day in range(4):
        connection.execute("INSERT INTO ZCALLRECORD VALUES (NULL, ?, 64, ?, 1, 0)", (731340000 + 86400 * day, NUMBER))
    history, log = path.read_bytes(), path.with_name(path.name + "-wal").read_bytes()
    connection.close()
    folder = tmp_path / "copied"
    folder.mkdir()
    (folder / path.name).write_bytes(history)
    (folder / f"{path.name}-wal").write_bytes(log[:-2000])
    (folder / "roster.csv").write_text(
        f"interview_id,applicant_id,interviewed_at,phone\ni1,a1,2024-03-04T10:00:00-05:00,{NUMBER}\n"
    )
    result = ingest_files(folder / path.name, into=f"sqlite:///{tmp_path / 's.db'}", roster=folder / "roster.csv")
    assert "cut off" in " ".join(note.text for note in result.notes)
    assert read_log(f"sqlite:///{tmp_path / 's.db'}").contacts.height == 3


@pytest.mark.parametrize(
    ("entry", "channel"),
    [
        ("| 1 | 42 | 2026-07-08 | Acme | SRE | LinkedIn DM | x | |", "social"),
        ("- [x] 2026-07-13 · #42 Acme — emailed", "email"),
        ("* 2026-07-14 - #42 Acme - called, left voicemail", "voicemail"),
        ("- [ ] 2026-07-20 · #42 Acme — email again", None),
        ("- next #42 2026-07-20", None),
        ("- #42 wrote on 2026-07-20", "unreadable_entry"),
    ],
)
def test_entries_of_career_ops(entry: str, channel: str | None, tmp_path: Path) -> None:
    """Ticked entries and channels in words count, plans don't, and what can't be read is named."""
    path = tmp_path / "follow-ups.md"
    head = "| # | App# | Date | Company | Role | Channel | Contact | Notes |\n|---|---|---|---|---|---|---|---|\n"
    path.write_text(f"# Follow-ups\n\n{head}{entry}\n", "utf-8")
    _, rows, problems, _ = read_source(path)
    assert [*rows["channel"], *problems["rule"]] == ([channel] if channel else [])


def test_names_of_one_export_meet_however_written() -> None:
    """A call with a name alone has the number of the same name in other letters."""
    calls = pl.DataFrame({"name": ["ACME hr", "Acme HR"], "number": [NUMBER, None]})
    assert with_learnt_numbers(calls)["number"].to_list() == [NUMBER, NUMBER]


def test_tables_of_career_ops_without_bars_around_them(tmp_path: Path) -> None:
    """Markdown may leave out the bars at both ends; signs before a channel and links in a cell say nothing."""
    path = tmp_path / "follow-ups.md"
    rows = "42 | 2026-07-08 | A \\| B | ☎️ Call | x\n[#7](seven.md) | 2026-07-09 | Beta | 📧 Email | \n"
    path.write_text(f"App# | Date | Company | Channel | Notes\n--- | --- | --- | --- | ---\n{rows}", encoding="utf-8")
    _, found, _, _ = read_source(path)
    assert found.select("interview_id", "channel").rows() == [("42", "phone"), ("7", "email")]


@pytest.mark.parametrize("bad", [b"&#65535;", b"&#xFFFE;", b"\x0b", b"&#x1F;", b"\x00"])
def test_letters_that_xml_forbids_stand_in_messages(bad: bytes, tmp_path: Path) -> None:
    """A control character or half a letter in a message's text costs no message."""
    path = tmp_path / "sms.xml"
    row = b'<sms address="+12025550143" date="1709647200000" type="2" body="a %s b" />' % bad
    path.write_bytes(b'<?xml version="1.0" encoding="UTF-8"?>\n<smses count="1">' + row + b"</smses>")
    _, rows, _, _ = read_source(path)
    assert rows.height == 1


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("已取消: Interview Acme", None),
        ("キャンセル済み: Interview Acme", None),
        ("Abgebrochen: Interview Acme", None),
        ("Probe-Vorstellungsgespräch", None),
        ("Parent-teacher interview", None),
        ("Visa interview", None),
        ("Entrevista simulada", None),
        ("Interview - Visa Inc", "interview"),
        ("Interview - Probe GmbH", "interview"),
    ],
)
def test_titles_of_other_languages_and_occasions(title: str, kind: str | None) -> None:
    """An event that was called off, or that is no interview for a post, is none; an employer's name decides nothing."""
    assert read_title(title).kind == kind


def test_a_rule_that_ends_after_its_first_time_is_no_series(tmp_path: Path) -> None:
    """Some calendars write RRULE with COUNT=1 for an event that takes place once."""
    path = calendar(tmp_path, "DTSTART:20240702T090000Z", "SUMMARY:Interview - Acme", "RRULE:FREQ=WEEKLY;COUNT=1")
    assert [row[0] for row in interviews(path)] == ["a"]
