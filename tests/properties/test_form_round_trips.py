"""Any canonical log, written by the generator in a source's form and ingested, gives the contacts that it had.

What a form can't hold is declared with it (`Tells`, `Destinations`), and that alone is left out of the comparison:
contacts that are not among its channels, who was reached, how long it took, the time of day.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest
from canonical_logs import logs
from forms import FORMS, Form, read_back
from forms.destinations import Destinations, destinations_told
from forms.directories import TELLING, google_contacts, named_roster, vcards
from forms.lines import OWN_ADDRESS
from forms.sheets import office_contacts, office_map, roster_csv
from forms.telephones import TELEPHONE, TEXTS, android_calls, android_texts
from forms.telling import COLUMNS, WRITTEN, Tells, found_in, held
from forms.trackers import huntr_title, symplicity_csv
from hypothesis import HealthCheck, given, settings

from followup_analytics.ingest import IngestResult, ingest_files
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.reading.logs import read_log
from followup_analytics.store import open_store

TELLING_FORMS = [form for form in FORMS if isinstance(form.tells, Tells)]
#: These are tables of the log themselves: interviews and contacts by date, without a roster.
SHEETS = {"career_centre", "job_tracker", "huntr", "teal", "career_ops"}
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def canonical(log: FollowUpLog, folder: Path) -> dict[str, Path]:
    """The log's own tables as CSV."""
    paths = {}
    for name in ("interviews", "contacts", "outcomes", "applicants"):
        table = getattr(log, name)
        paths[name] = folder / f"{name}.csv"
        kept = [column for column in table.columns if not column.startswith("_")]
        table.select(kept).write_csv(paths[name], datetime_format="%Y-%m-%dT%H:%M:%S%.6f%:z")
    return paths


def written(log: FollowUpLog, form: Form, folder: Path) -> Path:
    """The form's file, or folder, in a folder."""
    made = form.write(log)
    path = folder / Path(form.file).name
    files = {path: made} if isinstance(made, bytes) else {path / name: content for name, content in made.items()}
    for one, content in files.items():
        one.parent.mkdir(parents=True, exist_ok=True)
        one.write_bytes(content)
    return path


def ingested(log: FollowUpLog, form: Form, folder: Path) -> tuple[IngestResult, str]:
    """The form read by detection alone: with the roster, or as the sheet that it is."""
    path = written(log, form, folder)
    url = f"sqlite:///{folder}/log.db"
    if form.source in SHEETS:
        beside = [canonical(log, folder)["interviews"]] if form.source == "career_ops" else []
        return ingest_files([*beside, path], into=url, time_zone="America/New_York"), url
    (folder / "roster.csv").write_bytes(roster_csv(log))
    made = ingest_files(path, into=url, roster=folder / "roster.csv", time_zone="UTC", own_addresses=[OWN_ADDRESS])
    return made, url


def interview_ids(frame: pl.DataFrame, log: FollowUpLog, source: str) -> pl.DataFrame:
    """The log's own ids in place of Huntr's, where a job is known by its employer and title."""
    if source != "huntr":
        return frame
    # Keys made of names are folded, so that small differences of writing make no second interview.
    names = {
        f"{employer} / {huntr_title(one)}".casefold(): one
        for one, employer in log.interviews.select("interview_id", "employer").rows()
    }
    return frame.with_columns(pl.col("interview_id").replace(names)).sort(COLUMNS)


@pytest.mark.parametrize("form", TELLING_FORMS, ids=lambda form: form.source)
@few
@given(log=logs())
def test_contacts_of_every_form(form: Form, log: FollowUpLog) -> None:
    """The source is known by itself, takes every record, and gives back the contacts of the log, all fields equal."""
    assert isinstance(form.tells, Tells)
    expected = read_back(log, form.tells)
    if not expected.height:
        return
    with tempfile.TemporaryDirectory() as folder:
        result, url = ingested(log, form, Path(folder))
        row = next(row for row in result.rows if row["table"] == "contacts" and row["source"] == form.source)
        stored = read_log(url)
    assert (row["accepted"], row["rejected"]) == (expected.height, 0)
    found = interview_ids(found_in(stored), log, form.source)
    if form.source in SHEETS - {"career_ops"}:
        # A sheet has one zone; its dates are the local ones of each interview.
        assert stored.interviews["time_zone"].unique().to_list() == ["America/New_York"]
    assert found.rows() == expected.rows()


@few
@given(log=logs())
def test_what_is_written_has_no_party(log: FollowUpLog) -> None:
    """The one rewriting that all forms share: whoever is written to is nobody's party."""
    told = held(log, Tells(channels=WRITTEN))
    assert set(read_back(log, Tells(channels=WRITTEN))["party"]) <= {"none"}
    assert told.height == log.contacts.filter(pl.col("channel").is_in(WRITTEN)).height


@pytest.mark.parametrize("form", [one for one in FORMS if isinstance(one.tells, Destinations)], ids=lambda f: f.source)
@few
@given(log=logs())
def test_destinations_of_every_form(form: Form, log: FollowUpLog) -> None:
    """First destinations come back in the survey's categories, with cohort and date where the file has them."""
    assert isinstance(form.tells, Destinations)
    expected = destinations_told(log, form.tells)
    if not expected.height:
        return
    with tempfile.TemporaryDirectory() as folder:
        path, url = written(log, form, Path(folder)), f"sqlite:///{folder}/log.db"
        result = ingest_files([canonical(log, Path(folder))["interviews"], path], into=url, time_zone=log.time_zone)
        found = read_log(url).applicants
        pseudonyms = open_store(url).pseudonyms()
        people = [] if log.applicants is None else log.applicants["applicant_id"].to_list()
        known = {pseudonyms.applicant(one): one for one in people}
    assert result.rows[1]["source"] == form.source
    assert found is not None
    # Ids come back as pseudonyms.
    told = found.filter(pl.col("destination").is_not_null()).select(
        applicant_id=pl.col("applicant_id").replace_strict(known, return_dtype=pl.String),
        destination="destination",
        cohort=pl.col("cohort") if form.tells.cohort else pl.lit(None, pl.String),
        known_on=pl.col("destination_known_at").dt.convert_time_zone("America/New_York").dt.date(),
    )
    assert told.sort("applicant_id").rows() == expected.rows()


@few
@given(log=logs())
def test_the_logs_own_tables(log: FollowUpLog) -> None:
    """Canonical CSV gives back every column of every contact and outcome."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/log.db"
        result = ingest_files(list(canonical(log, Path(folder)).values()), into=url)
        found = read_log(url)
    assert sum(row["rejected"] for row in result.rows) == 0
    for table, key in (("contacts", "contact_id"), ("outcomes", "interview_id")):
        ours = getattr(log, table)
        names = [name for name in ours.columns if not name.startswith("_")]
        assert getattr(found, table).select(names).sort(key).rows() == ours.select(names).sort(key).rows()


@few
@given(log=logs())
def test_an_offices_sheet_by_its_map(log: FollowUpLog) -> None:
    """Other headings and words in a workbook, read by a map, lose nothing."""
    with tempfile.TemporaryDirectory() as folder:
        sheet, map_, url = Path(folder) / "sheet.xlsx", Path(folder) / "map.toml", f"sqlite:///{folder}/log.db"
        sheet.write_bytes(office_contacts(log))
        map_.write_bytes(office_map(log))
        ingest_files(canonical(log, Path(folder))["interviews"], into=url)
        ingest_files(sheet, into=url, map=map_)
        found = read_log(url).contacts
    names = [name for name in log.contacts.columns if not name.startswith("_")]
    assert found.select(names).sort("contact_id").rows() == log.contacts.select(names).sort("contact_id").rows()


@few
@given(log=logs())
def test_interviews_and_results_of_symplicity(log: FollowUpLog) -> None:
    """Interviews come back by date, with cohort and level, and results by theirs; the note says it is unverified."""
    with tempfile.TemporaryDirectory() as folder:
        path, url = Path(folder) / "schedules.csv", f"sqlite:///{folder}/log.db"
        path.write_bytes(symplicity_csv(log))
        result = ingest_files(path, into=url, time_zone="America/New_York", day_first=False)
        found = read_log(url)
    assert {row["source"] for row in result.rows} == {"symplicity"}
    assert "unverified_map" in {note.code for note in result.notes}
    columns = ["interview_id", "_day", "employer", "cohort"]
    assert (
        found.interviews.select(columns).sort("interview_id").rows()
        == log.interviews.select(columns).sort("interview_id").rows()
    )
    ends = ["interview_id", "outcome", "_day"]
    assert (
        found.outcomes.select(ends).sort("interview_id").rows() == log.outcomes.select(ends).sort("interview_id").rows()
    )


@pytest.mark.parametrize("book", ["google_contacts.csv", "contacts.vcf"])
@few
@given(log=logs())
def test_address_books_stand_for_the_rosters_lines(book: str, log: FollowUpLog) -> None:
    """With names in the roster and an address book beside it, calls and texts are linked as by the roster's numbers.

    A card tells whose line it is by its title; one without a title leaves the party open.
    """
    write = {"google_contacts.csv": google_contacts, "contacts.vcf": vcards}[book]
    tells = [Tells(parties=TELLING), Tells(channels=("text",), talk=False)]
    expected = pl.concat([read_back(log, one) for one in tells]).sort(COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        calls, texts, url = Path(folder) / "calls.xml", Path(folder) / "sms.xml", f"sqlite:///{folder}/log.db"
        calls.write_bytes(android_calls(log))
        texts.write_bytes(android_texts(log))
        (Path(folder) / "roster.csv").write_bytes(named_roster(log))
        (Path(folder) / book).write_bytes(write(log))
        ingest_files([calls, texts], into=url, roster=[Path(folder) / "roster.csv", Path(folder) / book])
        found = found_in(read_log(url))
    assert (Tells(), tells[1]) == (TELEPHONE, TEXTS)
    assert found.rows() == expected.rows()
