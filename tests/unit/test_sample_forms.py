"""Logs in the forms of their sources: read back, each gives the contacts that the form can hold."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from followup_analytics.errors import UsageError
from followup_analytics.ingest import ingest_files
from followup_analytics.ingest.registry import sources
from followup_analytics.reading import read_log
from followup_analytics.simulate import SimulatedLog, simulate_log
from followup_analytics.simulate.forms import FORMS, Form, read_back, write_forms
from followup_analytics.simulate.forms.lines import MOST_INTERVIEWS, OWN_ADDRESS, interview_lines

COLUMNS = ("interview_id", "at", "direction", "channel", "party", "duration_s")
DATA = Path(__file__).parent.parent.parent / "data"
READABLE = [form for form in FORMS if form.tells is not None]


@pytest.fixture(scope="module")
def log() -> SimulatedLog:
    """A small career centre's log."""
    return simulate_log(interviews=90, world="office", seed=12)


@pytest.fixture(scope="module")
def written(log: SimulatedLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all its forms, with the canonical tables beside."""
    folder = tmp_path_factory.mktemp("forms")
    write_forms(log, folder)
    log.write(folder / "log")
    return folder


@pytest.mark.parametrize("form", READABLE, ids=lambda form: form.source)
def test_calls_read_back_the_same(form: Form, log: SimulatedLog, written: Path, tmp_path: Path) -> None:
    """Written in a source's form and ingested with the roster, the contacts are those that the form can tell."""
    assert form.tells is not None
    store = f"sqlite:///{tmp_path / 'log.db'}"
    result = ingest_files(
        [written / form.file],
        into=store,
        roster=[written / "roster.csv"],
        time_zone="UTC",
        own_addresses=[OWN_ADDRESS],
    )
    assert result.rows[0]["source"] == form.source
    assert result.rows[0]["rejected"] == 0
    found = read_log(store).contacts.select(COLUMNS).sort("interview_id", "at", "direction")
    assert found.equals(read_back(log, form.tells))


def test_every_form_names_a_source_that_there_is() -> None:
    """A form is read by a source of the register, by a map, or is no log at all."""
    assert {form.source for form in READABLE} <= set(sources())


def test_an_office_sheet_with_its_map_loses_nothing(log: SimulatedLog, written: Path, tmp_path: Path) -> None:
    """Other headings and words in a workbook, read by a map, give every contact with all that was noted."""
    store = f"sqlite:///{tmp_path / 'log.db'}"
    ingest_files([written / "log" / "interviews.csv"], into=store)
    ingest_files(
        [written / "office" / "contact_sheet.xlsx"], into=store, map=written / "office" / "contact_sheet_map.toml"
    )
    names = [name for name in log.contacts.columns if not name.startswith("_")]
    found = read_log(store).contacts.select(names).sort("contact_id")
    assert found.equals(log.contacts.select(names).sort("contact_id"))


@pytest.mark.parametrize("sheet", ["office/follow_ups.xlsx", "tracker/job_tracker.csv"])
def test_sheets_by_date_keep_first_attempts(sheet: str, log: SimulatedLog, written: Path, tmp_path: Path) -> None:
    """A row for a story, with dates alone, gives the first attempts and answers of the stories on their days."""
    store = f"sqlite:///{tmp_path / 'log.db'}"
    ingest_files([written / sheet], into=store, time_zone="America/New_York")
    found = read_log(store)
    assert found.interviews["interview_id"].is_in(log.interviews["interview_id"].implode()).all()
    assert (found.contacts["at_precision"] == "day").all()
    wanted = log.contacts.select("interview_id", "_day", "channel", "direction").unique()
    assert found.contacts.join(wanted, on=["interview_id", "_day", "channel", "direction"], how="anti").height == 0
    first = (
        log.contacts.filter((pl.col("direction") == "outbound") & (pl.col("purpose") == "follow_up"))
        .join(found.interviews.select("interview_id"), on="interview_id", how="semi")["interview_id"]
        .n_unique()
    )
    assert found.contacts.filter(pl.col("direction") == "outbound")["interview_id"].n_unique() == first


def test_only_invented_numbers_are_written(written: Path) -> None:
    """Every number is a 555-01 one, which nobody has, and every address is at example.org."""
    roster = pl.read_csv(written / "roster.csv", infer_schema=False)
    for name in roster.columns:
        if name.endswith("_numbers"):
            assert roster[name].str.contains(r"^\+1\d{3}55501\d\d$").all()
        if name.endswith("_addresses"):
            assert roster[name].str.ends_with(".example.org").all()
    numbers = [roster[name] for name in roster.columns if name.endswith("_numbers")]
    assert pl.concat([one.alias("n") for one in numbers]).is_unique().all()


def test_more_interviews_than_numbers_is_refused() -> None:
    """Numbers run out before they would repeat."""
    log = simulate_log(interviews=MOST_INTERVIEWS + 1, world="null")
    with pytest.raises(UsageError, match="invented numbers"):
        interview_lines(log)


def content(path: Path) -> bytes | dict[str, bytes]:
    """A file's bytes; of an archive those of its members, since libraries compress differently."""
    if path.suffix not in (".zip", ".xlsx"):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def make_samples() -> ModuleType:
    """The script that makes data/."""
    spec = importlib.util.spec_from_file_location("make_samples", DATA / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_data_are_made_byte_for_byte(tmp_path: Path) -> None:
    """data/ holds what its script makes, says that it is simulated, and is small."""
    made = make_samples().main(tmp_path)
    for path in made:
        assert content(path) == content(DATA / path.relative_to(tmp_path)), path.name
    assert sum(path.stat().st_size for path in made) < 2 * 1024 * 1024
    assert "simulated = true" in (DATA / "log" / "log.toml").read_text("utf-8")
