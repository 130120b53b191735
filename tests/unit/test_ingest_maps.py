"""Somebody's own spreadsheet by a map: the shipped ones, what a map can say, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.ingest import check_files, ingest_files
from followup_analytics.ingest.maps.mapping import load_map, shipped_maps
from followup_analytics.ingest.registry import sources
from followup_analytics.reading.logs import read_log

CENTRE = """Interview follow-up, spring term;;;;;;;;;;;;;
;;;;;;;;;;;;;
Ref;Student no;Employer;Interview date;Interview time;Term;1st follow-up;1st how;2nd follow-up;2nd how;Heard back;Heard how;Result;Result date
A1;S1;Acme;25/03/2024;09:30;spring;27/03/2024;Tel.;02/04/2024;left message;03/04/2024;Tel;Next round;03/04/2024
A2;S2;Beta;26/03/2024;14:00;spring;28/03/2024;E-mail;;;;;pending;
A3;S1;Gamma;27/03/2024;10:00;spring;soon;Tel;;;;;No;05/04/2024
"""  # noqa: E501


def into(folder: Path) -> str:
    """The URL of a store in a folder."""
    return f"sqlite:///{folder}/log.db"


def test_the_career_centres_sheet(tmp_path: Path) -> None:
    """A row per interview gives interviews, contacts and outcomes; the sheet is known by its columns alone."""
    path = tmp_path / "spring.csv"
    path.write_text(CENTRE, "cp1252")
    result = ingest_files(path, into=into(tmp_path), time_zone="Europe/London")
    assert [
        (row["table"], row["source"], row["rows_read"], row["accepted"], row["rejected"]) for row in result.rows
    ] == [
        ("interviews", "career_centre", 3, 3, 0),
        ("contacts", "career_centre", 5, 4, 1),
        ("outcomes", "career_centre", 2, 2, 0),
    ]
    log = read_log(into(tmp_path))
    assert log.contacts.select("contact_id", "channel", "direction", "at_precision").sort("contact_id").rows() == [
        ("A1-1", "phone", "outbound", "day"),
        ("A1-2", "voicemail", "outbound", "day"),
        ("A1-r", "phone", "inbound", "day"),
        ("A2-1", "email", "outbound", "day"),
    ]
    assert (
        log.interviews.filter(pl.col("interview_id") == "A1")["interviewed_at"][0].isoformat()
        == "2024-03-25T09:30:00+00:00"
    )


def test_rejects_have_the_sheets_own_form(tmp_path: Path) -> None:
    """The rejected row is the whole row of the sheet under its own headers, so that it goes in alone once mended."""
    path = tmp_path / "spring.csv"
    path.write_text(CENTRE, "utf-8")
    result = ingest_files(path, into=into(tmp_path), time_zone="Europe/London")
    rejects = Path(result.rows[1]["rejects_file"])
    text = rejects.read_text("utf-8")
    assert text.startswith("Ref;Student no;Employer;Interview date;")
    assert ";spring.csv;6;1st follow-up;unparsable;" in text
    rejects.write_text(text.replace("soon", "29/03/2024"), "utf-8")
    again = ingest_files(rejects, into=into(tmp_path), time_zone="Europe/London")
    assert [(row["accepted"], row["already_known"], row["rejected"]) for row in again.rows] == [
        (0, 1, 0),
        (1, 0, 0),
        (0, 1, 0),
    ]


def test_the_job_searchs_tracker(tmp_path: Path) -> None:
    """Only applications with an interview count; several dates in a cell are several contacts; a plan is none."""
    path = tmp_path / "jobs.csv"
    path.write_text(
        "ID,Company,Role,Interview Date,Follow Up Date,Follow-up Done,Follow-up Method,Status,Status Date,Replied "
        "On,Reply Via\n"
        "1,Acme,Clerk,2024-03-05,2024-03-08,2024-03-07; 2024-03-12,Call,Offer,2024-03-15,2024-03-14,E-mail\n"
        "2,Beta,Clerk,,,,,Applied,,,\n"
        "3,Gamma,Clerk,2024-03-06,2024-03-10,,,Ghosted,,,\n",
        "utf-8",
    )
    result = ingest_files(path, into=into(tmp_path), time_zone="America/New_York")
    assert [(row["table"], row["accepted"], row["rejected"]) for row in result.rows] == [
        ("interviews", 2, 0),
        ("contacts", 3, 0),
        ("outcomes", 1, 0),
    ]
    again = ingest_files(path, into=into(tmp_path), time_zone="America/New_York")
    assert [(row["accepted"], row["already_known"]) for row in again.rows] == [(0, 2), (0, 3), (0, 1)]


def test_one_bad_date_of_several_in_a_cell(tmp_path: Path) -> None:
    """Of two dates in one cell the good one is taken and the bad one rejected, each counted once."""
    path = tmp_path / "jobs.csv"
    path.write_text(
        "ID,Company,Role,Interview Date,Follow-up Done,Follow-up Method,Status,Status Date,Replied On,Reply Via\n"
        "1,Acme,Clerk,2024-03-05,2024-03-07; later,Call,Applied,,,\n",
        "utf-8",
    )
    result = check_files(path, time_zone="America/New_York")
    contacts = next(row for row in result.rows if row["table"] == "contacts")
    assert (contacts["rows_read"], contacts["accepted"], contacts["rejected"]) == (2, 1, 1)


@pytest.mark.parametrize("turned", [False, True])
def test_a_users_map(tmp_path: Path, turned: bool) -> None:
    """Columns, words and constants; pairs may be written ours = theirs or theirs = ours."""
    pairs = {"interview_id": "Fall", "at": "Wann", "channel": "Wie", "contact_id": "Nr"}
    columns = "".join(f'"{b if turned else a}" = "{a if turned else b}"\n' for a, b in pairs.items())
    (tmp_path / "map.toml").write_text(
        f'table = "contacts"\ntime_zone = "Europe/Berlin"\n[columns]\n{columns}[values.channel]\n"Tel." = "phone"\n"Brief" = "letter"\n'  # noqa: E501
        '[constants]\ndirection = "outbound"\n',
        "utf-8",
    )
    (tmp_path / "liste.csv").write_text(
        "Nr;Fall;Wann;Wie\n1;i1;05.03.2024 14:05;Tel.\n2;i1;06.03.2024;brief\n3;i1;07.03.2024;Fax\n", "utf-8"
    )
    result = check_files(tmp_path / "liste.csv", map=tmp_path / "map.toml", time_zone="Europe/Berlin")
    assert [(row["source"], row["accepted"], row["rejected"]) for row in result.rows] == [("mapped", 2, 1)]
    assert result.broken[0].rule == "values"


def test_a_map_of_calls_is_linked(tmp_path: Path) -> None:
    """A carrier's list mapped as calls is linked through the roster."""
    map_ = {
        "table": "calls",
        "columns": {"at": ["Date", "Time"], "number": "Number", "direction": "Type", "duration_s": "Seconds"},
        "values": {"direction": {"Out": "outbound", "In": "inbound"}},
        "constants": {"channel": "phone"},
    }
    (tmp_path / "bill.csv").write_text(
        "Date,Time,Number,Type,Seconds\n3/15/2024,1:05P,202-555-0143,Out,60\n3/16/2024,9:00 AM,911,Out,60\n", "utf-8"
    )
    (tmp_path / "roster.csv").write_text(
        "interview_id,applicant_id,interviewed_at,numbers\ni1,a,2024-03-10T10:00-04:00,+12025550143\n", "utf-8"
    )
    result = ingest_files(
        tmp_path / "bill.csv",
        into=into(tmp_path),
        map=map_,
        roster=tmp_path / "roster.csv",
        time_zone="America/New_York",
    )
    assert [(row["accepted"], row["rejected"]) for row in result.rows] == [(1, 1)]
    assert read_log(into(tmp_path)).contacts["at"][0].isoformat() == "2024-03-15T17:05:00+00:00"


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("table = contacts", UnreadableError, "not TOML"),
        ('table = "contact"\n[columns]\nat = "When"', UsageError, "none of interviews, contacts"),
        ('table = "contacts"\n[colums]\nat = "When"', UsageError, "did you mean 'columns'"),
        (
            'table = "contacts"\n[columns]\nat = "Wann"',
            DataError,
            "names 'Wann' for contacts; this sheet has: When, Who.",
        ),
    ],
)
def test_what_is_wrong_with_a_map(tmp_path: Path, text: str, error: type[Exception], sentence: str) -> None:
    """Each mistake in a map is one sentence that names it."""
    (tmp_path / "map.toml").write_text(text, "utf-8")
    (tmp_path / "list.csv").write_text("When,Who\n2024-03-05,x\n", "utf-8")
    try:
        result = check_files(tmp_path / "list.csv", map=tmp_path / "map.toml")
    except error as problem:
        assert sentence in str(problem)  # noqa: PT017
    else:
        assert isinstance(result.failed[0].error, error)
        assert sentence in str(result.failed[0].error)


def test_shipped_maps_are_sound() -> None:
    """Every shipped map loads, says by which columns it is known, and is a source of its name."""
    maps = shipped_maps()
    assert maps
    for name in maps:
        map_ = load_map(name)
        assert map_.needs
        assert sources()[name].description == map_.description


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "handshake",
            "student_email,first_destination_response_type_name\nann@example.org,Working\nb@example.org,Still Looking\n",  # noqa: E501
        ),
        (
            "twelve_twenty",
            "Student Identifier,Outcome Type,Reported Date\na,Employed Full Time,2024-06-01\nb,Still Seeking,\n",
        ),
        (
            "nace_first_destination",
            "Student ID,Graduation Date,Outcome Type\na,2024,Employed Part Time\nb,2024,Seeking Employment\n",
        ),
    ],
)
def test_first_destinations(tmp_path: Path, name: str, text: str) -> None:
    """What graduates answered becomes the applicants table, in the survey's categories."""
    (tmp_path / "export.csv").write_text(text, "utf-8")
    result = check_files(tmp_path / "export.csv", time_zone="UTC")
    assert [(row["table"], row["source"], row["accepted"]) for row in result.rows] == [("applicants", name, 2)]


LONG_MAP = """
[[tables]]
table = "interviews"
columns = { interview_id = "Case", applicant_id = "Student", employer = "Employer", interviewed_at = "Interview" }
[[tables]]
table = "contacts"
columns = { interview_id = "Case", at = "Called", channel = "How" }
constants = { direction = "outbound" }
"""


def test_a_row_for_each_contact_repeats_its_interview(tmp_path: Path) -> None:
    """Said again in the same words, the interview is one; said in other words, the second one is rejected."""
    (tmp_path / "map.toml").write_text(LONG_MAP, "utf-8")
    (tmp_path / "list.csv").write_text(
        "Case,Student,Employer,Interview,Called,How\n"
        "c1,s1,Acme,2025-03-04,2025-03-06,phone\n"
        "c1,s1,Acme,2025-03-04,2025-03-12,email\n"
        "c2,s2,Beta,2025-03-04,2025-03-07,phone\n"
        "c2,s2,Beta,2025-03-05,2025-03-09,phone\n",
        "utf-8",
    )
    result = check_files(tmp_path / "list.csv", map=tmp_path / "map.toml", time_zone="UTC")
    assert [(row["table"], row["rows_read"], row["accepted"], row["rejected"]) for row in result.rows] == [
        ("interviews", 3, 2, 1),
        ("contacts", 4, 4, 0),
    ]


@pytest.mark.parametrize("source", ["huntr", "teal"])
def test_boards_without_dates_of_interviews(tmp_path: Path, source: str) -> None:
    """What the board calls an interview is set aside with the column to add; with it, the rest is read too."""
    headings, jobs = {
        "huntr": (
            "Employer,Job Title,List,URL,Location,Salary,Date Saved,Notes",
            ["Acme,Clerk,Interview,,,,2026-01-15,", "Beta,Clerk,Wishlist,,,,2026-01-15,"],
        ),
        "teal": (
            "id,company_name,role,applied_at,follow_up_at,statusName",
            ["1,Acme,Clerk,2026-01-15,,Interviewing", "2,Beta,Clerk,2026-01-15,,Bookmarked"],
        ),
    }[source]
    path = tmp_path / "board.csv"
    path.write_text("\n".join([headings, *jobs]) + "\n", "utf-8")
    [row] = (result := check_files(path, time_zone="UTC")).rows
    assert (row["source"], row["rows_read"], row["accepted"], row["rejected"]) == (source, 1, 0, 1)
    assert "add a column Interview Date" in result.broken[0].message
    added = [f"{jobs[0]},2026-02-01,2026-02-03; 2026-02-10,call,2026-02-12,e-mail", f"{jobs[1]},,,,,"]
    headings += ",Interview Date,Follow-up Done,Follow-up Method,Replied On,Reply Via"
    path.write_text("\n".join([headings, *added]) + "\n", "utf-8")
    result = ingest_files(path, into=into(tmp_path), time_zone="UTC")
    assert {row["table"]: (row["accepted"], row["rejected"]) for row in result.rows} == {
        "interviews": (1, 0),
        "contacts": (3, 0),
    }


def test_symplicitys_headings_are_nobodys_promise(tmp_path: Path) -> None:
    """Where a copy has other headings, the sentence names those that were found and how to go on."""
    path = tmp_path / "schedules.csv"
    path.write_text("Univ ID,Company,Interview Date,Room\ns1,Acme,03/25/2026,5\n", "utf-8")
    said = str(check_files(path, map="symplicity", time_zone="UTC").failed[0].error)
    assert "Univ ID, Company, Interview Date, Room" in said
    assert "--map" in said


def test_a_markdown_table_of_follow_ups(tmp_path: Path) -> None:
    """career-ops' log is a Markdown table: bars, rules and titles are no rows; its interviews come from elsewhere."""
    path = tmp_path / "follow-ups.md"
    path.write_text(
        "# Follow-ups\n\n| # | App# | Date | Company | Role | Channel | Contact | Notes |\n"
        "|---|:--|---|---|---|---|---|--:|\n| 1 | 7 | 2026-01-10 | Acme | Clerk | Email | someone | first |\n"
        "| 2 | 7 | 2026-01-17 | Acme | Clerk | LinkedIn | | |\n",
        "utf-8",
    )
    (tmp_path / "interviews.csv").write_text(
        "interview_id,applicant_id,interviewed_at\n7,me,2026-01-05T10:00Z\n", "utf-8"
    )
    result = ingest_files([path, tmp_path / "interviews.csv"], into=into(tmp_path))
    assert [(row["source"], row["accepted"]) for row in result.rows] == [("career_ops", 2), ("canonical", 1)]
    assert read_log(into(tmp_path)).contacts.select("contact_id", "channel", "at_precision").sort(
        "contact_id"
    ).rows() == [
        ("7-follow-up-1", "email", "day"),
        ("7-follow-up-2", "social", "day"),
    ]
