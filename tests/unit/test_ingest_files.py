"""Files into a store: counts, rejects that can be mended, second ingests, orders, exit codes, privacy."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.ingest import IngestResult, check_files, ingest_files
from followup_analytics.reading.logs import read_log
from followup_analytics.store import open_store

INTERVIEWS = """interview_id,applicant_id,interviewed_at,cohort
i1,ann@example.org,2024-03-01T10:00-05:00,2024
i2,bob@example.org,2024-03-02T10:00-05:00,2024
"""
CONTACTS = """contact_id,interview_id,at,direction,channel
c1,i1,2024-03-05T09:00-05:00,outbound,phone
c2,i9,2024-03-05T09:00-05:00,outbound,phone
c3,i2,2024-03-05T09:00-05:00,outbound,fone
c1,i2,2024-03-05T09:00-05:00,outbound,phone
c4,i2,yesterday,outbound,phone
"""
ROSTER = """interview_id,applicant_id,employer,numbers,interviewed_at
i1,ann@example.org,Acme,+1 202 555 0143,2024-03-01T10:00-05:00
i3,cem@example.org,Beta,(202) 555-0144,2024-03-02T10:00-05:00
"""
CALLS = """<?xml version='1.0' encoding='UTF-8'?>
<calls count="4">
<call number="+12025550143" duration="64" date="1709647200123" type="2" presentation="1" />
<call number="2025550144" duration="0" date="1709647300123" type="2" presentation="1" />
<call number="2025550199" duration="0" date="1709647300123" type="1" presentation="1" contact_name="Mum" />
<call number="" duration="0" date="1709647400123" type="3" presentation="2" />
</calls>
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of an office's files, and another one for its store, which is the current one."""
    monkeypatch.delenv("FOLLOWUP_KEY", raising=False)
    files, store = tmp_path / "files", tmp_path / "store"
    files.mkdir()
    store.mkdir()
    for name, text in {
        "interviews.csv": INTERVIEWS,
        "contacts.csv": CONTACTS,
        "roster.csv": ROSTER,
        "calls.xml": CALLS,
    }.items():
        (files / name).write_text(text, "utf-8")
    monkeypatch.chdir(store)
    return files


def ingest(office: Path, *names: str, **options: object) -> IngestResult:
    """Ingest files of the office into its store."""
    return ingest_files([office / name for name in names], into="sqlite:///log.db", **options)  # type: ignore[arg-type]


def counts(result: IngestResult) -> list[tuple[object, ...]]:
    """File, rows read, accepted, already known, rejected."""
    return [
        tuple(row[name] for name in ("file", "rows_read", "accepted", "already_known", "rejected"))
        for row in result.rows
    ]


def test_tables_in_any_order(office: Path) -> None:
    """Contacts before their interviews in one command; bad rows are set aside and counted, the rest is stored."""
    result = ingest(office, "contacts.csv", "interviews.csv")
    assert counts(result) == [("contacts.csv", 5, 1, 0, 4), ("interviews.csv", 2, 2, 0, 0)]
    assert result.exit_code == 0
    assert {(rule.rule, rule.n) for rule in result.broken} == {
        ("values", 1),
        ("unknown_interview", 1),
        ("first_of_its_key", 1),
        ("unparsable", 1),
    }


def test_a_second_ingest_adds_nothing(office: Path) -> None:
    """The same files again, also sorted otherwise and saved as a workbook, are already known to the last row."""
    ingest(office, "interviews.csv", "contacts.csv")
    again = ingest(office, "interviews.csv", "contacts.csv")
    assert [row[2:4] for row in counts(again)] == [(0, 2), (0, 1)]
    from followup_analytics.sheets.workbook import write_workbook

    frames = {name: pl.read_csv(office / f"{name}.csv", infer_schema=False) for name in ("interviews", "contacts")}
    frames["interviews"] = frames["interviews"].sort("interview_id", descending=True)
    write_workbook(office / "log.xlsx", frames)
    assert [row[2:4] for row in counts(ingest(office, "log.xlsx"))] == [(0, 2), (0, 1)]


def test_a_corrected_row_is_a_new_version(office: Path) -> None:
    """The same key with other content is a new version, not a further row."""
    ingest(office, "interviews.csv", "contacts.csv")
    (office / "contacts.csv").write_text(CONTACTS.replace("c1,i1,2024-03-05T09", "c1,i1,2024-03-05T08"), "utf-8")
    result = ingest(office, "contacts.csv")
    assert (result.rows[0]["accepted"], result.rows[0]["replaced"]) == (1, 1)
    assert read_log("sqlite:///log.db").contacts.height == 1


def test_mended_rejects_go_in_alone(office: Path) -> None:
    """The rejects file has the input's form with places and reasons, and comes back mended without a trace."""
    result = ingest(office, "interviews.csv", "contacts.csv")
    path = Path(str(result.rows[1]["rejects_file"]))
    assert path.parent == Path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert (
        text.splitlines()[0] == "contact_id,interview_id,at,direction,channel,"
        "reject_file,reject_row,reject_column,reject_rule,reject_reason,reject_mark"
    )
    assert "c3,i2,2024-03-05T09:00-05:00,outbound,fone,contacts.csv,4,channel,values," in text
    path.write_text(
        text.replace("fone", "phone").replace("i9", "i1").replace("c1", "c5").replace("yesterday", "2024-03-06"),
        "utf-8",
    )
    again = ingest_files(path, into="sqlite:///log.db")
    assert counts(again) == [("contacts.rejects.csv", 4, 4, 0, 0)]
    assert set(read_log("sqlite:///log.db").contacts.columns) & {"reject_row", "reject_reason"} == set()


def test_rejects_of_a_rejects_file_leave_it_alone(office: Path) -> None:
    """Rows that are still bad go to a further file: the input is never written over."""
    ingest(office, "interviews.csv", "contacts.csv")
    before = Path("contacts.rejects.csv").read_text("utf-8")
    again = ingest_files("contacts.rejects.csv", into="sqlite:///log.db")
    # The repeated key is not repeated within this file, and yet never a new version of the row that it repeats.
    assert counts(again) == [("contacts.rejects.csv", 4, 0, 0, 4)]
    assert again.rows[0]["rejects_file"] == "contacts-2.rejects.csv"
    assert Path("contacts.rejects.csv").read_text("utf-8") == before


def test_calls_are_linked_through_the_roster(office: Path) -> None:
    """Calls of the roster's numbers become contacts with their interviews; others are listed for review."""
    result = ingest(office, "calls.xml", roster=office / "roster.csv")
    assert counts(result) == [("calls.xml", 4, 2, 0, 2)]
    assert result.rows[0]["unmatched"] == 2
    log = read_log("sqlite:///log.db")
    assert sorted(log.contacts.select("interview_id", "channel", "party", "certainty").rows()) == [
        ("i1", "phone", None, "unclear"),
        ("i3", "phone", "none", "stated"),
    ]
    assert log.interviews.height == 2
    assert result.review_file == "calls.review.csv"
    assert pl.read_csv("calls.review.csv", infer_schema=False)["number"].to_list() == ["2025550199"]
    assert counts(ingest(office, "calls.xml", roster=office / "roster.csv")) == [("calls.xml", 4, 0, 2, 2)]


def test_a_review_file_given_back(office: Path) -> None:
    """An interview filled in beside a number links its calls; the word none unlinks a call."""
    ingest(office, "calls.xml", roster=office / "roster.csv")
    review = Path("calls.review.csv")
    frame = pl.read_csv(review, infer_schema=False).with_columns(interview_id=pl.lit("i3"))
    frame.write_csv(office / "filled.csv")
    result = ingest(office, "calls.xml", roster=office / "roster.csv", review=office / "filled.csv")
    assert counts(result) == [("calls.xml", 4, 1, 2, 1)]


def test_rejected_calls_can_be_ingested_alone(office: Path) -> None:
    """Rejected elements come back as a backup of their own; with a longer roster they are linked."""
    result = ingest(office, "calls.xml", roster=office / "roster.csv")
    path = Path(str(result.rows[0]["rejects_file"]))
    assert path.name == "calls.rejects.xml"
    (office / "roster.csv").write_text(
        ROSTER + "i1,ann@example.org,Acme,202-555-0199,2024-03-01T10:00-05:00\n", "utf-8"
    )
    again = ingest_files(path, into="sqlite:///log.db", roster=office / "roster.csv")
    assert counts(again) == [("calls.rejects.xml", 2, 1, 0, 1)]


def test_calls_without_a_roster_are_a_wrong_command(office: Path) -> None:
    """Calls can't be tied to interviews by nothing: the sentence names the option, and nothing is stored."""
    with pytest.raises(UsageError, match="--roster"):
        ingest(office, "interviews.csv", "calls.xml")
    with sqlite3.connect("log.db") as connection:
        assert connection.execute("SELECT count(*) FROM interviews").fetchone() == (0,)


def test_exit_codes(office: Path) -> None:
    """0 when a row counts, 3 when none does, 1 when a file can't be read: then nothing is stored, unless asked for."""
    assert ingest(office, "contacts.csv").exit_code == 3
    (office / "broken.xlsx").write_bytes(b"PK\x03\x04nonsense")
    result = ingest(office, "interviews.csv", "broken.xlsx")
    assert (result.exit_code, [one.file for one in result.failed]) == (1, ["broken.xlsx"])
    assert [row["accepted"] for row in result.rows] == [0]
    assert "nothing_stored" in [note.code for note in result.notes]
    assert open_store("sqlite:///log.db").sizes()["interviews"] == 0
    assert ingest(office, "interviews.csv", "broken.xlsx", each_file=True).exit_code == 1
    assert read_log("sqlite:///log.db").interviews.height == 2
    assert ingest(office, "contacts.csv").exit_code == 0


def test_check_stores_nothing(office: Path) -> None:
    """The same counts, exit 3 for any bad row, no store, and no file but the rejects that were asked for."""
    result = check_files([office / "contacts.csv", office / "interviews.csv"])
    assert counts(result) == [("contacts.csv", 5, 1, 0, 4), ("interviews.csv", 2, 2, 0, 0)]
    assert result.exit_code == 3
    assert check_files(office / "interviews.csv").exit_code == 0
    assert os.listdir() == []  # noqa: PTH208
    assert result.rows[0]["rejects_file"] is None
    asked = check_files(office / "contacts.csv", rejects="asked.csv")
    assert (os.listdir(), asked.rows[0]["rejects_file"]) == (["asked.csv"], "asked.csv")  # noqa: PTH208
    assert sorted(path.name for path in office.iterdir()) == [
        "calls.xml",
        "contacts.csv",
        "interviews.csv",
        "roster.csv",
    ]


def test_one_table_alone_can_be_checked(office: Path) -> None:
    """Without any interviews, contacts are checked for themselves; calls too, roster or not."""
    assert counts(check_files(office / "contacts.csv")) == [("contacts.csv", 5, 2, 0, 3)]
    assert counts(check_files(office / "calls.xml")) == [("calls.xml", 4, 4, 0, 0)]
    linked = check_files(office / "calls.xml", roster=office / "roster.csv")
    assert (counts(linked), linked.exit_code) == ([("calls.xml", 4, 2, 0, 2)], 0)


def test_nobody_is_named_in_the_store(office: Path) -> None:
    """Applicants and people in the user's own columns stand under pseudonyms; free text is dropped."""
    (office / "interviews.csv").write_text(
        "interview_id,applicant_id,interviewed_at,student name,mobile phone,notes,gpa\n"
        "i1,ann@example.org,2024-03-01T10:00-05:00,Ann Example,+12025550155,shy,3.5\n",
        "utf-8",
    )
    ingest(office, "interviews.csv", "calls.xml", roster=office / "roster.csv")
    content = Path("log.db").read_bytes()
    for secret in (b"ann@example", b"Ann Example", b"5550155", b"5550143", b"shy"):
        assert secret not in content
    log = read_log("sqlite:///log.db")
    assert log.interviews.filter(pl.col("interview_id") == "i1")["gpa"].to_list() == ["3.5"]
    assert "notes" not in log.interviews.columns
    assert stat.S_IMODE(Path("log.db.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(Path("log.db").stat().st_mode) == 0o600
    ingest(office, "interviews.csv", keep_notes=True)
    assert "shy" in read_log("sqlite:///log.db").interviews["notes"].to_list()


def test_the_applicant_group_is_that_of_the_id_in_the_log(office: Path) -> None:
    """A store's groups are made from pseudonyms, so that nobody is found by hashing a list of ids."""
    ingest(office, "interviews.csv")
    of_store = read_log("sqlite:///log.db").interviews
    assert of_store["applicant_id"].str.starts_with("p-").all()
    hashed = [int(hashlib.sha256(one.encode()).hexdigest(), 16) % 1000 for one in of_store["applicant_id"]]
    assert of_store["_bucket"].to_list() == hashed


def test_a_lost_or_other_key_is_refused(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its key, or with another one, the same applicant would become two: the store is left as it was."""
    ingest(office, "interviews.csv")
    Path("log.db.key").rename("elsewhere.key")
    with pytest.raises(UnreadableError, match="key is missing"):
        ingest(office, "interviews.csv")
    monkeypatch.setenv("FOLLOWUP_KEY", "another key of some length")
    with pytest.raises(UnreadableError, match="not the one"):
        ingest(office, "interviews.csv")


def test_workbooks_that_refer_to_each_other(office: Path) -> None:
    """Contacts of one workbook for interviews of another, both ways: all go in, once."""
    from followup_analytics.sheets.workbook import write_workbook

    interviews = pl.read_csv(office / "interviews.csv", infer_schema=False)
    contact = {"at": "2024-03-05T09:00Z", "direction": "outbound", "channel": "phone"}
    for place, other in ((0, 1), (1, 0)):
        rows = pl.DataFrame([{"contact_id": f"x{place}", "interview_id": interviews["interview_id"][other], **contact}])
        write_workbook(office / f"{place}.xlsx", {"interviews": interviews[place : place + 1], "contacts": rows})
    result = ingest(office, "0.xlsx", "1.xlsx")
    assert sum(row["accepted"] for row in result.rows) == 4
    assert read_log("sqlite:///log.db").contacts.height == 2
    assert sum(row["already_known"] for row in ingest(office, "1.xlsx", "0.xlsx").rows) == 4


def test_log_toml_beside_the_tables_counts(office: Path) -> None:
    """The zone, the end of the record and the word simulated reach the store."""
    (office / "log.toml").write_text('time_zone = "Europe/Berlin"\nsimulated = true\ndata_date = 2024-04-01\n', "utf-8")
    (office / "interviews.csv").write_text("interview_id,applicant_id,interviewed_at\ni1,a,2024-03-01 10:00\n", "utf-8")
    ingest(office, "interviews.csv")
    log = read_log("sqlite:///log.db")
    assert log.simulated
    assert log.time_zone == "Europe/Berlin"
    assert log.interviews["interviewed_at"][0].isoformat() == "2024-03-01T09:00:00+00:00"
    assert log.data_date.isoformat().startswith("2024-04-01T21:59:59")


def test_voicemails_by_the_analysts_rule(office: Path) -> None:
    """Short calls whose source can't tell become voicemails only by the analyst's word, which the log then carries."""
    result = ingest(office, "calls.xml", roster=office / "roster.csv", voicemail_under=90)
    log = read_log("sqlite:///log.db")
    assert sorted(log.contacts.select("channel", "party", "certainty").rows()) == [
        ("phone", "none", "stated"),
        ("voicemail", "none", "rule"),
    ]
    assert [note.n for note in log.notes if note.code == "voicemail_rule"] == [1]
    assert result.exit_code == 0


def test_formulas_in_rejects_are_disarmed(office: Path) -> None:
    """A cell that a spreadsheet would run as a formula is kept from it, and reads back as it was."""
    (office / "contacts.csv").write_text(
        "contact_id,interview_id,at,direction,channel,=cmd\n=1+1,i1,2024-03-05T09:00Z,outbound,fone,@SUM(A1)\n", "utf-8"
    )
    ingest(office, "interviews.csv", "contacts.csv")
    text = Path("contacts.rejects.csv").read_text("utf-8")
    assert "\n'=1+1," in text
    assert ",'@SUM(A1)," in text
    Path("contacts.rejects.csv").write_text(text.replace("fone", "phone"), "utf-8")
    assert ingest_files("contacts.rejects.csv", into="sqlite:///log.db").rows[0]["accepted"] == 1
    assert read_log("sqlite:///log.db").contacts["contact_id"].to_list() == ["=1+1"]


def test_the_json_answer(office: Path) -> None:
    """The contract's object, with a result per file and the log's counts."""
    answer = ingest(office, "interviews.csv", "contacts.csv").to_json()
    assert answer["command"] == "ingest"
    assert answer["log"]["interviews"] == 2
    assert answer["log"]["contacts"] == 1
    assert answer["results"][0] | {"why": None} == {
        "file": "interviews.csv",
        "table": "interviews",
        "source": "canonical",
        "rows_read": 2,
        "accepted": 2,
        "already_known": 0,
        "replaced": 0,
        "rejected": 0,
        "unmatched": 0,
        "rejects_file": None,
        "why": None,
    }


def test_the_check_page_is_whole_and_escaped(office: Path) -> None:
    """The web page of a check has the rules and no live markup from the file."""
    (office / "contacts.csv").write_text(CONTACTS.replace("fone", "<script>alert(1)</script>"), "utf-8")
    page = check_files([office / "contacts.csv"]).to_html()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "What to mend" in page


def test_an_archive_of_exports(office: Path) -> None:
    """An archive that is no export itself is opened for the exports in it; what else it holds is passed over."""
    import zipfile

    with zipfile.ZipFile(office / "export.zip", "w") as archive:
        archive.write(office / "interviews.csv", "a/interviews.csv")
        archive.write(office / "contacts.csv", "a/contacts.csv")
        archive.writestr("parameters.json", "{}")
        archive.writestr("a/voice.mp3", "x")
    assert counts(ingest(office, "export.zip")) == [("interviews.csv", 2, 2, 0, 0), ("contacts.csv", 5, 1, 0, 4)][::-1]


def test_rejected_records_of_an_exchange_have_no_header_either(office: Path) -> None:
    """Rows without a header come back without one, and go in alone once the roster is longer."""
    row = '"","1001","{}","from-internal","""A"" <1001>","PJSIP/1-1","PJSIP/t-1","Dial","PJSIP/x@trunk","2024-03-05 09:00:0{}","","2024-03-05 09:01:16",76,64,"ANSWERED","DOCUMENTATION","170964720{}.1",""\n'  # noqa: E501
    (office / "Master.csv").write_text(row.format("12025550143", 0, 0) + row.format("12025550188", 1, 1), "utf-8")
    result = ingest(office, "Master.csv", roster=office / "roster.csv")
    assert counts(result) == [("Master.csv", 2, 1, 0, 1)]
    (office / "roster.csv").write_text(
        ROSTER + "i1,ann@example.org,Acme,202-555-0188,2024-03-01T10:00-05:00\n", "utf-8"
    )
    again = ingest_files(str(result.rows[0]["rejects_file"]), into="sqlite:///log.db", roster=office / "roster.csv")
    assert counts(again) == [("Master.rejects.csv", 1, 1, 0, 0)]
    assert counts(ingest(office, "Master.csv", roster=office / "roster.csv")) == [("Master.csv", 2, 0, 2, 0)]


def test_ids_that_a_spreadsheet_has_rounded_are_rejected(office: Path) -> None:
    """An id of the form 1.20256E+10 has lost its digits: its row is set aside with the reason."""
    (office / "interviews.csv").write_text(INTERVIEWS.replace("bob@example.org", "1.20256E+10"), "utf-8")
    result = ingest(office, "interviews.csv")
    assert counts(result) == [("interviews.csv", 2, 1, 0, 1)]
    assert result.broken[0].rule == "damaged_id"


def test_the_same_calls_from_two_systems_are_pointed_out(office: Path) -> None:
    """A second system's copy of a call has another id; that it may be the same call is said, not decided."""
    ingest(office, "calls.xml", roster=office / "roster.csv")
    (office / "crm.csv").write_text(
        "id,direction,disposition,duration,remote_phone,local_phone,date_created\n"
        "1,outbound,answered,64,+12025550143,,2024-03-05T14:00:20Z\n2,outbound,answered,64,+12025550143,,2024-03-07T14:00:20Z\n",
        "utf-8",
    )
    result = ingest(office, "crm.csv", roster=office / "roster.csv")
    assert [note.n for note in result.notes if note.code == "perhaps_the_same_calls"] == [1]


def test_warnings_are_apart_from_errors(office: Path) -> None:
    """Contacts before the interview and after the record's end are kept and said; a file of a round size is doubted."""
    (office / "interviews.csv").write_text(
        "interview_id,applicant_id,interviewed_at,observed_until\ni1,a,2024-03-01T10:00Z,2024-03-20T10:00Z\n", "utf-8"
    )
    rows = [f"c{n},i1,2024-03-{2 + n % 10:02d}T{n % 24:02d}:{n % 60:02d}Z,outbound,phone" for n in range(998)]
    rows += ["x,i1,2024-02-01T10:00Z,outbound,phone", "y,i1,2024-04-01T10:00Z,outbound,phone"]
    (office / "contacts.csv").write_text("contact_id,interview_id,at,direction,channel\n" + "\n".join(rows), "utf-8")
    result = ingest(office, "interviews.csv", "contacts.csv")
    assert result.rows[1]["rejected"] == 0
    notes = {note.code: note.n for note in result.notes}
    assert notes["before_interview"] == notes["after_observation"] == notes["many_attempts"] == 1
    assert notes["round_size"] == notes["no_inbound"] == 1000


def test_whose_zone_counts(office: Path) -> None:
    """--time-zone comes before the folder's log.toml, and that before the zone the store was begun with."""
    (office / "interviews.csv").write_text("interview_id,applicant_id,interviewed_at\ni1,a,2024-03-01 10:00\n", "utf-8")

    def hour() -> int:
        return int(read_log("sqlite:///log.db").interviews["interviewed_at"][0].hour)

    ingest(office, "interviews.csv", time_zone="Europe/London")
    assert hour() == 10
    ingest(office, "interviews.csv")
    assert hour() == 10
    (office / "log.toml").write_text('time_zone = "Europe/Berlin"\n', "utf-8")
    ingest(office, "interviews.csv")
    assert hour() == 9
    ingest(office, "interviews.csv", time_zone="America/New_York")
    assert hour() == 15


def test_papers_that_somebody_worked_on_are_kept(office: Path) -> None:
    """A mended rejects file or a filled-in review file is never written over; an unchanged one is not doubled."""
    ingest(office, "interviews.csv", "contacts.csv", "calls.xml", roster=office / "roster.csv")
    names = {"contacts.rejects.csv", "calls.rejects.xml", "calls.review.csv"}
    ingest(office, "contacts.csv", "calls.xml", roster=office / "roster.csv")
    assert {path.name for path in Path().glob("*.re*")} == names
    for name in names:
        text = Path(name).read_text("utf-8").replace("2025550199", "2025550199 ").replace("fone", "phone")
        Path(name).write_text(text + "\n", "utf-8")
    result = ingest(office, "contacts.csv", "calls.xml", roster=office / "roster.csv", review="calls.review.csv")
    assert [row["rejects_file"] for row in result.rows] == ["contacts-2.rejects.csv", "calls-2.rejects.xml"]
    assert result.review_file == "calls-2.review.csv"


def test_a_folder_of_the_logs_tables_is_taken_as_its_tables(tmp_path: Path) -> None:
    """`followup check data/log` means the tables in it, and nothing else that lies there."""
    (tmp_path / "interviews.csv").write_text(
        "interview_id,applicant_id,interviewed_at\ni1,a,2026-03-02T10:00+01:00\n", "utf-8"
    )
    (tmp_path / "contacts.csv").write_text(
        "contact_id,interview_id,at,direction,channel\nc1,i1,2026-03-04T10:00+01:00,outbound,phone\n", "utf-8"
    )
    (tmp_path / "notes.txt").write_text("nothing of the log", "utf-8")
    assert [(row["table"], row["accepted"]) for row in check_files(tmp_path).rows] == [
        ("interviews", 1),
        ("contacts", 1),
    ]


def test_two_files_of_one_run_may_name_the_same_interview(tmp_path: Path) -> None:
    """A sheet and its mended rows, given together, are read as one record."""
    head = "interview_id,applicant_id,interviewed_at\n"
    calls = "contact_id,interview_id,at,direction,channel\n"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "interviews.csv").write_text(head + "i1,a,2026-03-02T10:00+01:00\n")
        (tmp_path / name / "contacts.csv").write_text(f"{calls}{name},i1,2026-03-05T10:00+01:00,outbound,phone\n")
    files = sorted(tmp_path.rglob("*.csv"))
    assert sum(row.rejected for row in check_files(files).rows) == 0
