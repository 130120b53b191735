"""The end of the record, given when files are ingested that don't say it themselves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from followup_analytics.errors import UsageError
from followup_analytics.ingest import ingest_files
from followup_analytics.reading.logs import read_log

STORE = "sqlite:///log.db"
INTERVIEWS = "interview_id,applicant_id,interviewed_at\ni1,a,2026-03-05\ni2,b,2026-05-05\n"
OWN_ENDS = "interview_id,applicant_id,interviewed_at,observed_until\ni1,a,2026-03-05,2026-03-20\ni3,c,2026-03-05,\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ends() -> dict[str, str | None]:
    """Each stored interview's end of the record, as a date."""
    frame = read_log(STORE).interviews
    days = frame["observed_until"].dt.convert_time_zone("Europe/London").dt.date().cast(str)
    return dict(zip(frame["interview_id"], days, strict=True))


def ingest(text: str, **options: str) -> int:
    """Ingest a table of interviews; how many rows were replaced."""
    Path("interviews.csv").write_text(text, "utf-8")
    return int(ingest_files("interviews.csv", into=STORE, time_zone="Europe/London", **options).rows[0]["replaced"])  # type: ignore[arg-type]


def test_interviews_without_an_end_get_it() -> None:
    """A date is the end of that day; an interview after it keeps its gap."""
    ingest(INTERVIEWS, observed_until="2026-04-24")
    assert ends() == {"i1": "2026-04-24", "i2": None}


def test_an_end_of_its_own_stays() -> None:
    """What a row says itself counts."""
    ingest(OWN_ENDS, observed_until="2026-04-24")
    assert ends() == {"i1": "2026-03-20", "i3": "2026-04-24"}


def test_a_later_ingest_without_it_takes_nothing_away() -> None:
    """The same rows again, as they come back from a rejects file, are known and keep the end that was given."""
    ingest(INTERVIEWS, observed_until="2026-04-24")
    assert ingest(INTERVIEWS) == 0
    assert ends()["i1"] == "2026-04-24"


def test_what_is_no_date_is_refused() -> None:
    """A request that can't be meant is refused before anything is read."""
    with pytest.raises(UsageError, match="'soon' is not a date"):
        ingest(INTERVIEWS, observed_until="soon")


def test_a_term_without_an_end_after_one_with() -> None:
    """The next term's interviews would lie after the data date: said when they come in."""
    ingest(INTERVIEWS.replace("i2,b,2026-05-05\n", ""), observed_until="2026-04-24")
    Path("next.csv").write_text("interview_id,applicant_id,interviewed_at\ni9,z,2026-10-05\n", "utf-8")
    made = ingest_files("next.csv", into=STORE, time_zone="Europe/London")
    assert {note.code: note.n for note in made.notes}["after_all_ends"] == 1


SHEET = "Ref,Student no,Employer,Term,Interview date,Interview time\ni1,a,Acme,2026,2026-03-05,10:00\n"
SHEET_MAP = """name = "own"
time_zone = "Pacific/Auckland"
[[tables]]
table = "interviews"
[tables.columns]
interview_id = "Ref"
applicant_id = "Student no"
interviewed_at = ["Interview date", "Interview time"]
"""
END_IN_AUCKLAND = dt.datetime(2026, 4, 24, 12, tzinfo=dt.UTC) - dt.timedelta(microseconds=1)


def test_the_day_ends_in_the_zone_of_the_map() -> None:
    """A date given with a map ends where the map says that the interviews were."""
    Path("sheet.csv").write_text(SHEET, "utf-8")
    Path("own.toml").write_text(SHEET_MAP, "utf-8")
    ingest_files("sheet.csv", into=STORE, map="own.toml", observed_until="2026-04-24")
    assert read_log(STORE).interviews["observed_until"].to_list() == [END_IN_AUCKLAND]


def test_the_day_ends_in_the_zone_of_each_row() -> None:
    """Interviews with zones of their own end their record with their own day, whatever --time-zone says."""
    text = "interview_id,applicant_id,interviewed_at,time_zone\ni1,a,2026-03-05T10:00,Pacific/Auckland\n"
    ingest(text, observed_until="2026-04-24")
    assert read_log(STORE).interviews["observed_until"].to_list() == [END_IN_AUCKLAND]


def test_the_data_date_of_a_folder_ends_in_the_zone_of_each_row() -> None:
    """data_date as a bare date: each record without an end of its own is complete to the end of its local day."""
    text = "interview_id,applicant_id,interviewed_at,time_zone\ni1,a,2026-03-05T10:00,Pacific/Auckland\n"
    Path("interviews.csv").write_text(text, "utf-8")
    Path("log.toml").write_text("data_date = 2026-04-24\n", "utf-8")
    log = read_log(".")
    assert log.data_date == END_IN_AUCKLAND
    assert log.interviews["_until_day"].to_list() == [(dt.date(2026, 4, 24) - dt.date(1970, 1, 1)).days]
