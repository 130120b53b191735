"""read_log and write_log: the same log from every form, and one sentence for what can't be read."""

from __future__ import annotations

import polars as pl
import pytest

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import as_of, subset
from followup_analytics.reading import read_log, write_log
from followup_analytics.simulate import simulate_log

INTERVIEWS = """interview_id,applicant_id,interviewed_at,cohort,major,time_zone
i1,a,2026-03-02T10:00:00+01:00,2026,=SUM(A1),Europe/Berlin
i2,b,2026-03-03,2025,"Law, and ""order"" now",Europe/Berlin
i3,c,2026-03-28T23:30:00.250000+01:00,,,Europe/Berlin
"""
CONTACTS = """contact_id,interview_id,at,direction,channel,duration_s,smiled
c1,i1,2026-03-04T10:00:00+01:00,outbound,phone,61.5,yes
c2,i1,2026-03-05T10:00:00+01:00,inbound,phone,,
c3,i2,2026-03-05,outbound,email,,no
c4,i3,2026-03-29T08:00:00+02:00,outbound,voicemail,20,
"""
OUTCOMES = """interview_id,outcome,decided_at
i1,offer,2026-03-20T12:00:00+01:00
i2,filled,2026-03-21
"""


@pytest.fixture
def folder(tmp_path):
    """A small log on disk."""
    path = tmp_path / "log"
    path.mkdir()
    for name, text in (("interviews", INTERVIEWS), ("contacts", CONTACTS), ("outcomes", OUTCOMES)):
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    (path / "log.toml").write_text('time_zone = "Europe/Berlin"\ndata_date = 2026-04-30\n', encoding="utf-8")
    return path


def same(one: FollowUpLog, two: FollowUpLog) -> bool:
    """Whether two logs hold the same tables, whatever the order of their columns."""
    tables = ("interviews", "contacts", "outcomes")
    return one.data_date == two.data_date and all(
        getattr(one, name).equals(getattr(two, name).select(getattr(one, name).columns)) for name in tables
    )


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_folder_written_and_read_back_is_the_same_log(folder, tmp_path, form):
    """CSV and Parquet folders keep times, zones, day precision and text that looks like a formula."""
    log = read_log(folder)
    assert same(log, read_log(write_log(log, tmp_path / form, format=form)))


def test_parquet_keeps_types_where_they_say_as_much_as_text(tmp_path):
    """A log of instants in one known zone is written with typed columns, which counting reads without looking twice."""
    log = simulate_log(interviews=60, world="etiquette", seed=3)
    assert log.time_zone
    one_zone = build_log(
        interviews=log.interviews.with_columns(time_zone=None).select(pl.exclude("^_.*$")),
        contacts=log.contacts.select(pl.exclude("^_.*$")),
        outcomes=log.outcomes.select(pl.exclude("^_.*$")),
        time_zone=log.time_zone,
        data_date=log.data_date,
    )
    folder = write_log(one_zone, tmp_path / "typed", format="parquet")
    assert pl.read_parquet_schema(folder / "contacts.parquet")["at"] == pl.Datetime("us", "UTC")
    assert same(one_zone, read_log(folder))


@pytest.mark.parametrize("name", ["log.xlsx", "log.ods"])
def test_a_workbook_written_and_read_back_is_the_same_log(folder, tmp_path, name):
    """Workbooks hold the same tables; they have no log.toml, so the data date is the latest fact."""
    log = read_log(folder)
    back = read_log(write_log(log, tmp_path / name), time_zone="Europe/Berlin")
    assert all(
        getattr(log, table)
        .drop("_until_us", "_until_day", strict=False)
        .equals(getattr(back, table).select(getattr(log, table).columns).drop("_until_us", "_until_day", strict=False))
        for table in ("interviews", "contacts", "outcomes")
    )


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8-sig", ","), ("utf-16", "\t"), ("cp1252", ";"), ("utf-16-le", ",")],
)
def test_encodings_and_delimiters_make_no_difference(folder, tmp_path, encoding, delimiter):
    """What Excel and its like write is read as plain UTF-8 with commas is."""
    plain = read_log(folder)
    frame = pl.read_csv(folder / "contacts.csv", infer_schema=False)
    (folder / "contacts.csv").write_bytes(frame.write_csv(separator=delimiter).encode(encoding))
    assert same(plain, read_log(folder))


def test_cp1252_letters_survive(folder):
    """A file in Windows-1252 keeps its accented letters."""
    text = INTERVIEWS.replace("2025", "Été")
    (folder / "interviews.csv").write_bytes(text.encode("cp1252"))
    assert "Été" in read_log(folder).interviews["cohort"].to_list()


def test_frames_in_any_order_of_arguments(folder):
    """A mapping, positional frames and keywords give the same log."""
    frames = {
        name: pl.read_csv(folder / f"{name}.csv", infer_schema=False) for name in ("interviews", "contacts", "outcomes")
    }
    one = read_log(frames, time_zone="Europe/Berlin")
    two = read_log(*frames.values(), time_zone="Europe/Berlin")
    three = read_log(**frames, time_zone="Europe/Berlin")
    assert same(one, two)
    assert same(one, three)


def test_title_lines_above_the_header_are_passed_over(folder):
    """The header is found below title lines, and rows keep their spreadsheet numbers."""
    bad = CONTACTS.replace("voicemail,20", "fax,20")
    (folder / "contacts.csv").write_text("Call log of spring\nExported 2026\n" + bad, encoding="utf-8")
    with pytest.raises(DataError, match=r"contacts\.csv, row 7, column channel"):
        read_log(folder)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", DataError, "empty"),
        (b"\x81\x8d\x8f", UnreadableError, "byte 0"),
        (b"a\0b\0\0\1c,d\n1,2\n", UnreadableError, "NUL|missing"),
        (b"contact_id,interview_id,at,direction\nc1,i1,2026-03-04,outbound\n", DataError, "channel .* missing"),
        (CONTACTS.replace("61.5,yes", "61.5,yes,more").encode(), DataError, "row 2.*cells"),
        (CONTACTS.replace("c3,", '"c3,').encode(), DataError, "row 4.*quotation mark"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(folder, content, error, words):
    """Each refusal names the file and the place, and never shows a traceback."""
    (folder / "contacts.csv").write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        read_log(folder)
    assert "contacts.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_absent_is_named(tmp_path):
    """A folder without interviews, a single file, and nothing at all."""
    with pytest.raises(UnreadableError, match="no table of interviews"):
        read_log(tmp_path)
    with pytest.raises(UnreadableError, match="no such file"):
        read_log(tmp_path / "nowhere")
    (tmp_path / "calls.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableError, match="followup ingest"):
        read_log(tmp_path / "calls.csv")


def test_as_of_drops_later_rows_and_cuts_the_record(folder):
    """The log as it stood: later interviews, contacts and outcomes are gone, the record ends that day."""
    log = as_of(read_log(folder), "2026-03-04")
    assert log.interviews["interview_id"].to_list() == ["i1", "i2"]
    assert log.contacts["contact_id"].to_list() == ["c1"]
    assert log.outcomes.height == 0
    assert log.data_date.isoformat() == "2026-03-04T22:59:59.999999+00:00"


def test_a_part_of_the_log_takes_its_contacts_along(folder):
    """A cohort or a value picks interviews; contacts and outcomes follow; unknown names are refused."""
    log = read_log(folder)
    assert subset(log, cohort="2026").contacts["contact_id"].to_list() == ["c1", "c2"]
    assert subset(log, where=[("major", "(missing)")]).interviews["interview_id"].to_list() == ["i3"]
    with pytest.raises(UsageError, match="did you mean '2026'"):
        subset(log, cohort="20266")
    with pytest.raises(UsageError, match="did you mean 'major'"):
        subset(log, where=[("mayor", "x")])


def test_local_days_and_hours_follow_the_rows_zone(folder):
    """The morning after the clock change is day 29 at eight, local time."""
    row = read_log(folder).contacts.filter(pl.col("contact_id") == "c4").row(0, named=True)
    assert (row["_weekday"], row["_hour"]) == (7, 8)
    assert row["_day"] - read_log(folder).interviews["_day"][2] == 1


def test_a_data_date_in_the_future_is_said():
    """A slip of the year that moves the end of the record is told with every answer; a simulated log's is not."""
    interviews = {"interview_id": ["i"], "applicant_id": ["a"], "interviewed_at": ["2026-03-05T09:00Z"]}
    tables = {"interviews": interviews, "data_date": "2094-01-01"}
    assert [note.code for note in build_log(**tables).notes if note.code == "data_date_ahead"]
    assert not [note for note in build_log(**tables, simulated=True).notes if note.code == "data_date_ahead"]


def test_interviews_after_the_end_of_all_records_are_said():
    """Where one term's interviews say until when they were observed and the next term's don't, the latter are lost."""
    interviews = {
        "interview_id": ["i", "j"],
        "applicant_id": ["a", "b"],
        "interviewed_at": ["2025-10-05T09:00Z", "2026-03-05T09:00Z"],
        "observed_until": ["2025-12-19T23:00Z", None],
    }
    notes = {note.code: note.n for note in build_log(interviews=interviews).notes}
    assert notes["interviews_after_data_date"] == 1
