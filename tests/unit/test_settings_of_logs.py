"""Settings of a log: one reader for analyses, ingest, check and stores, with one sentence and one exit code."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import polars as pl
import pytest

from followup_analytics import check_files, ingest_files, next_steps, read_log, simulate_log, write_log
from followup_analytics.errors import DataError, FollowUpError, UnreadableError, UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.reading.writing import canonical_tables
from followup_analytics.sheets.workbook import write_workbook

STORE = "sqlite:///log.db"
INTERVIEWS = "interview_id,applicant_id,interviewed_at\ni1,a,2026-03-05T10:00+01:00\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `log` with one interview, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "interviews.csv").write_text(INTERVIEWS, "utf-8")
    return tmp_path


WRONG = {
    "a zone that is none": (b'time_zone = "Mars/Olympus"', DataError, "time_zone is 'Mars/Olympus', which is no IANA"),
    "a zone that is no text": (b"time_zone = 5", DataError, "time_zone is 5, which is no IANA name"),
    "a date that is none": (b'data_date = "soon"', DataError, "data_date is 'soon', which is no date"),
    "a date that is a number": (b"data_date = 7", DataError, "data_date is 7, which is no date"),
    "a date beyond reason": (b"data_date = 1066-10-14", DataError, "outside the years 1990 to 2099"),
    "simulated in quotes": (b'simulated = "yes"', DataError, "write true or false"),
    "notes that are a number": (b"notes = 1", DataError, "notes must be one text"),
    "no TOML": (b"time_zone = Europe/Berlin", UnreadableError, "this is not TOML"),
    "no text": (b'time_zone = "\xff\xfe"', UnreadableError, "this is not TOML"),
}


def read(_: str) -> FollowUpError | None:
    """What an analysis raises."""
    with pytest.raises(FollowUpError) as refusal:
        read_log("log")
    return refusal.value


def read_parquet(_: str) -> FollowUpError | None:
    """What an analysis of the same log in Parquet raises."""
    text = Path("log/log.toml").read_bytes()
    Path("log/log.toml").unlink()
    log = read_log("log")
    Path("log/interviews.csv").unlink()
    write_log(log, "log", format="parquet")
    Path("log/log.toml").write_bytes(text)
    return read(_)


def ingest(_: str) -> FollowUpError | None:
    """What keeps a file from being stored."""
    result = ingest_files("log/interviews.csv", into=STORE)
    assert result.exit_code == result.failed[0].error.exit_code
    return result.failed[0].error


def check(_: str) -> FollowUpError | None:
    """What a check says of a file."""
    result = check_files("log/interviews.csv")
    assert result.exit_code == result.failed[0].error.exit_code
    return result.failed[0].error


@pytest.mark.parametrize("way", [read, read_parquet, ingest, check], ids=lambda way: way.__name__)
@pytest.mark.parametrize("fault", WRONG)
def test_wrong_settings_are_refused_alike_everywhere(fault: str, way) -> None:
    """The same sentence and the same exit code, whoever reads the folder."""
    text, kind, said = WRONG[fault]
    Path("log/log.toml").write_bytes(text)
    error = way(fault)
    assert type(error) is kind
    assert str(error).startswith("log.toml: ")
    assert said in str(error)


def test_a_byte_order_mark_is_no_fault() -> None:
    """As Windows' editor saves it: read by analyses, ingest and check alike."""
    Path("log/log.toml").write_text('time_zone = "Europe/Berlin"\n', "utf-8-sig")
    assert read_log("log").time_zone == "Europe/Berlin"
    assert check_files("log/interviews.csv").exit_code == 0
    assert ingest_files("log/interviews.csv", into=STORE).exit_code == 0
    assert read_log(STORE).time_zone == "Europe/Berlin"


def test_a_misspelt_setting_is_told() -> None:
    """What is not understood is passed over and said."""
    Path("log/log.toml").write_text('timezone = "Europe/Berlin"\n', "utf-8")
    notes = {note.code: note.text for note in read_log("log").notes}
    assert notes["unknown_setting"].endswith("did you mean time_zone?")


def spoilt(name: str, value: str) -> None:
    """A store that holds a setting as an earlier version let it in."""
    ingest_files("log/interviews.csv", into=STORE)
    with sqlite3.connect("log.db") as connection:
        connection.execute("delete from settings where name = ?", (name,))
        connection.execute("insert into settings (name, value) values (?, ?)", (name, value))
        if name == "time_zone":
            connection.execute("update interviews set zone_at_reading = ?", (value,))


def test_a_store_says_which_setting_is_wrong_and_how_to_mend_it() -> None:
    """Every answer and every further ingest refuses with that sentence; the remedy that it names works."""
    spoilt("time_zone", "Mars/Olympus")
    for work in (lambda: read_log(STORE), lambda: ingest_files("log/interviews.csv", into=STORE)):
        with pytest.raises(DataError, match=r"log.db: the store's time_zone is 'Mars/Olympus'.*--time-zone"):
            work()
    ingest_files("log/interviews.csv", into=STORE, time_zone="Europe/Berlin")
    log = read_log(STORE)
    assert log.time_zone == "Europe/Berlin"
    assert log.interviews["_zone"].to_list() == ["Europe/Berlin"]
    assert next_steps(log, test=False).rows


def test_a_store_whose_origin_makes_no_sense_is_refused() -> None:
    """Whether a log is simulated is never guessed."""
    spoilt("simulated", "perhaps")
    with pytest.raises(DataError, match="simulated is 'perhaps'"):
        read_log(STORE)


# ---------------------------------------------------------------------------------------------- what lies in a folder


CONTACTS = "contact_id,interview_id,at,direction,channel\n"


def contact(number: int) -> str:
    """A row of contacts."""
    return f"c{number},i1,2026-03-0{6 + number % 3}T09:00+01:00,outbound,phone\n"


@pytest.mark.parametrize("place", ["contacts", "contacts.csv", "Contacts"])
def test_a_table_may_be_a_folder_of_parts(place: str) -> None:
    """CSV files in a folder are one table; the folder's own bookkeeping is none."""
    folder = Path("log") / place
    (folder / "term=2").mkdir(parents=True)
    (folder / "a.csv").write_text(CONTACTS + contact(1), "utf-8")
    header = "contact_id,interview_id,at,direction,channel,mood\n"
    (folder / "term=2" / "b.csv").write_text(header + "c2,i1,2026-03-08T09:00+01:00,inbound,email,good\n", "utf-8")
    (folder / "_SUCCESS").write_text("", "utf-8")
    (folder / ".b.csv.crc").write_bytes(b"\x00crc")
    contacts = read_log("log").contacts
    assert contacts["contact_id"].to_list() == ["c1", "c2"]
    assert contacts["mood"].to_list() == [None, "good"]
    assert ingest_files("log", into=STORE).rows[-1]["accepted"] == 1
    assert read_log(STORE).contacts.height == 2


def test_a_bad_row_of_a_part_is_named_with_its_file() -> None:
    """File, row and column of the part."""
    Path("log/contacts").mkdir()
    Path("log/contacts/a.csv").write_text(CONTACTS + contact(1), "utf-8")
    Path("log/contacts/b.csv").write_text(CONTACTS + contact(2) + contact(3).replace("phone", "fone"), "utf-8")
    with pytest.raises(DataError, match=r"^contacts/b\.csv, row 3, column channel: 'fone' is not known"):
        read_log("log")


def test_a_key_in_two_parts_is_a_repetition() -> None:
    """Parts are one table: its keys are told apart across them."""
    Path("log/contacts").mkdir()
    for name in "ab":
        Path(f"log/contacts/{name}.csv").write_text(CONTACTS + contact(1), "utf-8")
    with pytest.raises(DataError, match=r"^contacts/b\.csv, row 2, column contact_id: this contact_id stands in"):
        read_log("log")


def test_the_same_table_twice_is_refused() -> None:
    """A file and a folder of one name: nobody can tell which is meant."""
    Path("log/interviews").mkdir()
    Path("log/interviews/a.csv").write_text(INTERVIEWS, "utf-8")
    with pytest.raises(UnreadableError, match=r"interviews and interviews\.csv are both there"):
        read_log("log")


def test_what_is_not_understood_is_said() -> None:
    """Data that is no table of the log is named in a note; a README or a truth file is nobody's table."""
    for name in ("contakts.csv", "outcomes.csv.gz", "README.md", "README.txt", "truth.json"):
        Path("log", name).write_text("x", "utf-8")
    Path("log/old").mkdir()
    notes = {note.code: note for note in read_log("log").notes}
    assert notes["not_understood"].n == 3
    assert "contakts.csv, old/ and outcomes.csv.gz" in notes["not_understood"].text


# ------------------------------------------------------------------------------------------------------------ columns


BACK = {"employer": "Firm", "channel": "How"}


def theirs(log: FollowUpLog, form: str) -> object:
    """The log with two columns under other names, as a folder, a workbook or frames."""
    if form in ("csv", "parquet"):
        folder = write_log(log, "theirs", format=form)
        for name in ("interviews", "contacts"):
            file = folder / f"{name}.{form}"
            frame = pl.read_parquet(file) if form == "parquet" else pl.read_csv(file, infer_schema=False)
            frame = frame.rename(BACK, strict=False)
            frame.write_parquet(file) if form == "parquet" else frame.write_csv(file)
        return folder
    frames = {name: frame.rename(BACK, strict=False) for name, frame in canonical_tables(log).items()}
    if form == "xlsx":
        write_workbook(Path("theirs.xlsx"), frames)
        return "theirs.xlsx"
    return {name: frame.to_pandas() if form == "pandas" else frame for name, frame in frames.items()}


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx", "polars", "pandas"])
def test_a_readers_own_names_of_columns(form: str) -> None:
    """`columns={theirs: ours}` for folders, workbooks and frames of any kind."""
    log = simulate_log(interviews=60, seed=1)
    made = read_log(theirs(log, form), columns={"Firm": "employer", "How": "channel"})
    assert made.native == ("pandas" if form == "pandas" else "polars")
    assert made.interviews["employer"].to_list() == log.interviews["employer"].to_list()
    assert made.contacts["channel"].to_list() == log.contacts["channel"].to_list()


@pytest.mark.parametrize("form", ["csv", "parquet", "polars"])
def test_a_name_that_no_table_has_is_refused(form: str) -> None:
    """A misspelt column is told with the nearest one; two columns of one name can't be."""
    given = theirs(simulate_log(interviews=20, seed=1), form)
    with pytest.raises(UsageError, match="columns: no table has a column 'Firmm'; did you mean 'Firm'"):
        read_log(given, columns={"Firmm": "employer"})
    with pytest.raises(UsageError, match="is to be cohort, and another column is that too"):
        read_log(given, columns={"Firm": "cohort"})
