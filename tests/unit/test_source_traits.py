"""Traits of exports beyond the reported ones: zones, titles, senders, numbers, address books, handles."""

from __future__ import annotations

import datetime as dt
import sqlite3
import zipfile
from email import message_from_string
from pathlib import Path

import polars as pl
import pytest
from source_reading import read_source, short

from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.linking.names import folded_name, sender_names
from followup_analytics.ingest.linking.roster import read_roster, split_cell
from followup_analytics.ingest.linking.vcards import read_vcards
from followup_analytics.ingest.parsing.event_titles import read_title
from followup_analytics.ingest.parsing.mail_dates import date_of, envelope_time, message_time
from followup_analytics.ingest.parsing.telephone import contact_key
from followup_analytics.ingest.registry import ReadOptions, detect_source
from followup_analytics.log.zone_names import zone_named
from followup_analytics.reading import read_log

ROSTER = "interview_id,applicant_id,interviewed_at,phone\ni1,a1,2024-03-04T10:00:00-05:00,+12025550143\n"


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ('"Eastern Standard Time"', "America/New_York"),
        ("/mozilla.org/20050126_1/America/New_York", "America/New_York"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ("America/New York", "America/New_York"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC+01:00) Somewhere", None),
        ("Customized Time Zone", None),
    ],
)
def test_zones_by_their_names(name: str, zone: str | None) -> None:
    """A name is a zone where everybody means the same place by it; an offset in brackets is none."""
    assert zone_named(name) == zone


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Interview - Acme Medical Practice", "interview"),
        ("Phone screen with Acme", "interview"),
        ("Vorstellungsgespräch bei Müller GmbH", "interview"),
        ("Entrevista con Banco", "interview"),
        ("Entretien d'embauche chez Renault", "interview"),
        ("Accepted: Interview - Acme", "interview"),
        ("Final round @ Acme", "interview"),
        ("Call to Acme +1 202 555 0143", "call"),
        ("Follow-up call after interview", "call"),
        ("Interview prep - Acme", None),
        ("Acme - interview prep", None),
        ("Mock interview", None),
        ("Interview with Acme - CANCELLED", None),
        ("Abgesagt: Vorstellungsgespräch bei X", None),
        ("Entretien annuel", None),
        ("Simulacro de entrevista", None),
        ("Interviewvorbereitung Acme", None),
        ("Send thank-you after interview with Acme", None),
        ("Exit interview", None),
        ("Dentist", None),
    ],
)
def test_titles_of_events(title: str, kind: str | None) -> None:
    """Practice, preparation, tasks, declined and cancelled ones are no interviews, in any of the languages."""
    assert read_title(title).kind == kind


def calendar(folder: Path, *events: str, head: str = "") -> Path:
    path = folder / "c.ics"
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    path.write_text(f"BEGIN:VCALENDAR\n{head}{body}END:VCALENDAR\n", "utf-8")
    return path


def interviews_of(path: Path, **options: object) -> list[tuple[object, ...]]:
    batch = next(iter(detect_source(Sample(path))[0].read(Sample(path), ReadOptions(**options))))  # type: ignore[arg-type]
    return batch.rows.select("interview_id", "interviewed_at", "time_zone").rows()


def test_a_zone_that_the_file_defines(tmp_path: Path) -> None:
    """A quoted name with a colon, defined by the calendar itself, tells the offset; summer and winter differ."""
    zone = (
        'BEGIN:VTIMEZONE\nTZID:(UTC+01:00) Own: Place\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\n'
        "TZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\n"
        "DTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\n"
        "END:DAYLIGHT\nEND:VTIMEZONE\n"
    )  # fmt: skip
    path = calendar(
        tmp_path,
        'UID:w\nSUMMARY:Interview - Acme\nDTSTART;TZID="(UTC+01:00) Own: Place":20240305T090000',
        'UID:s\nSUMMARY:Interview - Beta\nDTSTART;TZID="(UTC+01:00) Own: Place":20240705T090000',
        head=zone,
    )
    assert [(uid, at) for uid, at, _ in interviews_of(path, time_zone="Asia/Tokyo")] == [
        ("w", "2024-03-05T09:00:00+01:00"),
        ("s", "2024-07-05T09:00:00+02:00"),
    ]


def test_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    """An event in a zone that nobody knows is set aside with its name; the user's zone is not put in its place."""
    path = calendar(
        tmp_path,
        "UID:x\nSUMMARY:Interview - Acme\nDTSTART;TZID=Nowhere/Land:20240305T090000",
        "UID:y\nSUMMARY:Interview - Beta\nDTSTART:20240306T090000",
    )
    result = check_files(path, time_zone="Europe/Berlin")
    assert [(row["accepted"], row["rejected"]) for row in result.rows] == [(1, 1)]
    assert "Nowhere/Land" in result.broken[0].message


def test_declined_by_the_owner_and_tasks(tmp_path: Path) -> None:
    """An invitation that the owner declined is no interview, another's no says nothing; a task is none."""
    path = calendar(
        tmp_path,
        "UID:a\nSUMMARY:Interview - Acme\nDTSTART:20240305T090000Z\nATTENDEE;PARTSTAT=DECLINED:mailto:me@example.org\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:hr@acme.example",
        "UID:b\nSUMMARY:Interview - Beta\nDTSTART:20240306T090000Z\nATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.org\n"
        "ATTENDEE;PARTSTAT=DECLINED:mailto:hr@beta.example",
    )
    found = interviews_of(path, own_addresses=frozenset({"me@example.org"}))
    assert [uid for uid, _, _ in found] == ["b"]


def test_a_review_of_events_given_back(tmp_path: Path) -> None:
    """What was passed over can be taken, and what was taken can be left out, by the file that ingest wrote."""
    url = f"sqlite:///{tmp_path}/store/log.db"
    (tmp_path / "store").mkdir()
    path = calendar(
        tmp_path,
        "UID:a\nSUMMARY:Interview - Acme\nDTSTART:20240305T090000Z",
        "UID:b\nSUMMARY:Coffee with Beta's CEO\nDTSTART:20240306T090000Z",
    )
    first = ingest_files(path, into=url)
    assert first.review_file is not None
    review = Path(first.review_file)
    text = review.read_text("utf-8")
    assert text.count(",no,") == 1
    review.write_text(text.replace(",no,", ",yes,"), "utf-8")
    again = ingest_files(path, into=url, review=review)
    assert again.rows[0]["accepted"] == 1
    assert read_log(url).interviews["interview_id"].sort().to_list() == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Thu, 7 Mar 2024 09:26:24 GMT +0100", "08:26:24"),
        ("Tue, 5 Mar 2024 14:39:17 GMT+0100 (CET)", "13:39:17"),
        ("Tue, 5 Mar 2024 14:39:17 CET", "13:39:17"),
        ("Di, 5 Mär 2024 14:39:17 +0100", "13:39:17"),
        ("2024-03-05T14:39:17Z", "14:39:17"),
        ("Tue, 5 Mar 2024 2:39:17 PM +0100", "13:39:17"),
        ("06-MAR-2024 14:55:49", None),
        ("Tue, 5 Mar 2024 14:39:17 IST", None),
        ("garbage", None),
    ],
)
def test_dates_of_messages(text: str, utc: str | None) -> None:
    """An offset counts wherever it stands; a date without one, or with a zone of several meanings, is not guessed."""
    found = date_of(text)
    assert (found.strftime("%H:%M:%S") if found else None) == utc


def test_the_envelope_and_the_users_zone_fill_in() -> None:
    """Without a usable Date the From line counts, with its offset where it has one; else the user's zone."""
    message = message_from_string("Date: Tue, 5 Mar 2024 14:39:17\nFrom: a@b.example\n\n")
    assert envelope_time("From 1@xxx Tue Mar 05 22:34:43 +0100 2024") == dt.datetime(
        2024, 3, 5, 21, 34, 43, tzinfo=dt.UTC
    )
    assert message_time(message, "From a@b Tue Mar 05 19:40:00 2024") == dt.datetime(2024, 3, 5, 19, 40, tzinfo=dt.UTC)
    assert message_time(message, "", "America/New_York") == dt.datetime(2024, 3, 5, 19, 39, 17, tzinfo=dt.UTC)
    assert message_time(message, "") is None


def test_bare_separators_and_hidden_addresses(tmp_path: Path) -> None:
    """A bare From line parts messages where headers follow; an address written "at" is an address."""
    path = tmp_path / "m.mbox"
    path.write_text(
        "From jobs at acme.example  Tue Mar  5 18:39:17 2024\nFrom: jobs at acme.example (Acme HR)\n"
        "To: me@example.org\n"
        "\nFrom the team\n\nFrom \nFrom: jobs@acme.example\nDate: Tue, 5 Mar 2024 19:39:17 +0000\n"
        "To: me@example.org\n\nhi\n",
        "utf-8",
    )
    _, rows, _, _ = read_source(path, own_addresses=frozenset({"me@example.org"}))
    assert [(one[0], one[4]) for one in short(rows)] == [
        ("2024-03-05T18:39:17", "jobs@acme.example"),
        ("2024-03-05T19:39:17", "jobs@acme.example"),
    ]


def test_a_forced_source_that_reads_nothing(tmp_path: Path) -> None:
    """It says why, and is no success."""
    path = tmp_path / "plain.txt"
    path.write_text("hello\nworld\n", "utf-8")
    result = check_files(path, source="mbox")
    assert result.exit_code == 3
    assert "nothing in it could be read as mbox" in str(result.failed[0].error)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+12025550143,,12", "+12025550143"),
        ("*672025550143", "+12025550143"),
        ("#31#+12025550143", "+12025550143"),
        ("work: 202-555-0143", "+12025550143"),
        ("202-555-0143 (mobile)", "+12025550143"),
        ("1-202-JKL-01HD", "+12025550143"),
        ("+1 202 555 0143 ext.", "+12025550143"),
        ("(202) 555-0143 x136", "+12025550143;ext=136"),
        ("tel:+1-202-555-0143;ext=12", "+12025550143;ext=12"),
        ("\u202a+1 (202) 555\u20110143\u202c", "+12025550143"),
        ("Tel.: +49 30 23125001", "+493023125001"),
        ("1.20255501E+10", None),
    ],
)
def test_numbers_as_they_are_written(written: str, key: str | None) -> None:
    """Labels, pauses, service codes and letters are no other line; a rounded number is none."""
    assert contact_key(written, "US") == key


def test_cells_with_several_numbers() -> None:
    """Two numbers in a cell are two lines; an extension, a pause and an area code before a stroke belong to theirs."""
    assert split_cell("202-555-0144 / 202-555-0145") == ["202-555-0144", "202-555-0145"]
    assert split_cell("202-555-0144/202-555-0145") == ["202-555-0144", "202-555-0145"]
    assert split_cell("030/23125001; +49 171 2312500 or 030 1") == ["030/23125001", "+49 171 2312500", "030 1"]
    assert split_cell("+1-202-555-0146;ext=12") == ["+1-202-555-0146;ext=12"]
    assert split_cell("2025550143,12") == ["2025550143,12"]


def test_several_columns_and_rosters(tmp_path: Path) -> None:
    """Each column of numbers counts, and each roster."""
    (tmp_path / "a.csv").write_text("interview_id,employer,phone,mobile\ni1,Acme,+12025550141,+12025550142\n", "utf-8")
    (tmp_path / "b.csv").write_text("interview_id,phone\ni2,+12025550143\n", "utf-8")
    lines = read_roster([tmp_path / "a.csv", tmp_path / "b.csv"]).lines
    assert lines.select("key", "interview_id").sort("key").rows() == [
        ("+12025550141", "i1"), ("+12025550142", "i1"), ("+12025550143", "i2"),
    ]  # fmt: skip


def test_names_meet_whatever_their_form() -> None:
    """Case, accents, apostrophes and legal forms don't matter; a sender's words around the employer's name neither."""
    assert folded_name("Müller GmbH") == folded_name("MULLER") == "muller"
    assert folded_name("O'Neil & Co.") == folded_name("oneil")
    assert "acme" in sender_names("Acme Hiring Team")
    assert "acme" in sender_names("Jane Doe (Acme) via Greenhouse")
    assert "acme" in sender_names("Jane from Acme, Inc.")


def test_cards_of_all_versions(tmp_path: Path) -> None:
    """Quoted-printable with soft breaks, folded lines, groups, quoted parameters and numbers as URIs."""
    path = tmp_path / "b.vcf"
    path.write_text(
        "BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:M=FCller=\n=20GmbH\n"
        "TEL;WORK:+49 30 1\n"
        "END:VCARD\nBEGIN:VCARD\nVERSION:4.0\nFN:Ga\n mma\nORG:Gamma\\, Inc;HR\n"
        'item1.TEL;TYPE="voice;x:y";VALUE=uri:tel:+1-202'
        "\nEND:VCARD\n",
        "utf-8",
    )
    assert [(card.name, card.organisation, card.lines) for card in read_vcards(path)] == [
        ("Müller GmbH", "", ("+49 30 1",)),
        ("Gamma", "Gamma, Inc", ("tel:+1-202",)),
    ]


def history(path: Path, *, handles: bool) -> None:
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZDATE REAL, ZDURATION REAL, ZADDRESS TEXT, "
        "ZORIGINATED INTEGER, ZANSWERED INTEGER)"
    )
    address = None if handles else "+12025550143"
    connection.execute("INSERT INTO ZCALLRECORD VALUES (1, 731340000, 64, ?, 1, 0)", [address])
    if handles:
        connection.execute("CREATE TABLE ZHANDLE (Z_PK INTEGER PRIMARY KEY, ZNORMALIZEDVALUE TEXT, ZVALUE TEXT)")
        connection.execute("INSERT INTO ZHANDLE VALUES (5, '+12025550143', '(202) 555-0143')")
        connection.execute(
            "CREATE TABLE Z_2REMOTEPARTICIPANTHANDLES (Z_2REMOTEPARTICIPANTCALLS INTEGER, "
            "Z_4REMOTEPARTICIPANTHANDLES INTEGER)"
        )
        connection.execute("INSERT INTO Z_2REMOTEPARTICIPANTHANDLES VALUES (1, 5)")
    connection.commit()
    connection.close()


def test_a_handle_is_the_number(tmp_path: Path) -> None:
    """A call without an address has the number of its handle."""
    path = tmp_path / "CallHistory.storedata"
    history(path, handles=True)
    _, rows, _, _ = read_source(path)
    assert rows["number"].to_list() == ["+12025550143"]


@pytest.mark.parametrize("place", ["beside", "folder", "zip", "absent"])
def test_a_write_ahead_log(tmp_path: Path, place: str) -> None:
    """The newest calls lie in the log beside the database, in folders and archives too; a lack of it is said."""
    source = Path(__file__).parents[1] / "fixtures" / "cases" / "03-iphone-wal"
    (tmp_path / "in").mkdir()
    names = ["CallHistory.storedata"] + (["CallHistory.storedata-wal"] if place != "absent" else [])
    for name in names:
        (tmp_path / "in" / name).write_bytes((source / name).read_bytes())
    given = tmp_path / "in" / names[0] if place in ("beside", "absent") else tmp_path / "in"
    if place == "zip":
        given = tmp_path / "backup.zip"
        with zipfile.ZipFile(given, "w") as archive:
            for name in names:
                archive.write(tmp_path / "in" / name, f"Library/{name}")
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    result = check_files(given, roster=tmp_path / "roster.csv")
    assert sum(row["rows_read"] for row in result.rows) == (1 if place == "absent" else 5)
    assert any("-wal" in note.text for note in result.notes) == (place == "absent")
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == names


def test_a_late_leg_keeps_its_call_s_time(tmp_path: Path) -> None:
    """One clock for a file: rows without a sound id have the offset of the rows around them."""
    rows = [
        ("2024-03-05 09:00:00", "1709647200.1"), ("2024-03-05 09:30:00", ""), ("2024-03-05 10:00:00", "1709650800.2"),
    ]  # fmt: skip
    lines = [
        f'"","1001","12025550143","from-internal","x","c","d","Dial","x","{at}","{at}","{at}",9,9,"ANSWERED","DOCUMENTATION",'
        f'"{uid}",""'
        for at, uid in rows
    ]
    path = tmp_path / "Master.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    _, found, _, _ = read_source(path)
    assert [one[0] for one in short(found)] == ["2024-03-05T14:00:00", "2024-03-05T14:30:00", "2024-03-05T15:00:00"]


def test_a_store_as_input(tmp_path: Path) -> None:
    """A store goes into another one whole, its people as the pseudonyms that they are; not into itself."""
    (tmp_path / "interviews.csv").write_text(
        "interview_id,applicant_id,interviewed_at\ni1,a,2024-03-04T10:00Z\n", "utf-8"
    )
    one, other = (f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "other"))
    ingest_files(tmp_path / "interviews.csv", into=one)
    assert ingest_files(tmp_path / "one.db", into=other).rows[0]["accepted"] == 1
    columns = ["interview_id", "applicant_id", "interviewed_at"]
    assert read_log(one).interviews.select(columns).equals(read_log(other).interviews.select(columns))
    assert ingest_files(one, into=other).rows[0]["already_known"] == 1


def test_far_cells_of_a_workbook_are_left_out(tmp_path: Path) -> None:
    """A stray cell in the last row and column costs nothing, and is no part of the table."""
    import xlsxwriter

    path = tmp_path / "interviews.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("interviews")
    sheet.write_row(0, 0, ["interview_id", "applicant_id", "interviewed_at"])
    sheet.write_row(1, 0, ["i1", "a", "2024-03-04T10:00-05:00"])
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    result = check_files(path)
    assert [(row["rows_read"], row["accepted"]) for row in result.rows] == [(1, 1)]
    assert [note.code for note in result.notes] == ["far_cells"]


def test_columns_of_lists_and_bytes_in_parquet(tmp_path: Path) -> None:
    """They are read as text, a list with semicolons."""
    pl.DataFrame(
        {"interview_id": ["i1"], "applicant_id": ["a"], "interviewed_at": ["2024-03-04T10:00Z"], "tags": [["x", "y"]],
         "raw": [b"\xff"], "record": [{"a": 1}]}
    ).write_parquet(tmp_path / "interviews.parquet")  # fmt: skip
    assert check_files(tmp_path / "interviews.parquet").rows[0]["accepted"] == 1
