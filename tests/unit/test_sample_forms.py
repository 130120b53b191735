"""Logs in the forms of their sources: complete, invented, and the same each time. Round trips are a property."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest
from forms import FORMS, write_forms
from forms.lines import MOST_INTERVIEWS, interview_lines

from followup_analytics.errors import UsageError
from followup_analytics.ingest import ingest_files
from followup_analytics.ingest.registry import sources
from followup_analytics.reading.logs import read_log
from followup_analytics.simulate import SimulatedLog, simulate_log

DATA = Path(__file__).parent.parent.parent / "data"


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


def test_every_form_names_a_source_that_there_is() -> None:
    """A form is read by a source of the register, by a map, or is no log at all."""
    assert {form.source for form in FORMS if form.source} <= set(sources())


def test_every_source_has_a_form() -> None:
    """Each kind of file that can be read is among the samples; the log's own tables are those of data/log.

    Sheets that people fill in by hand are tested as such (test_shipped_maps), as are vCon files
    (test_rule_of_calls) and stores (test_source_store).
    """
    elsewhere = {"store", "vcon", "teams_json", "aircall_json"}
    by_hand = {"google_forms", "handshake_interviews", "office_workbook", "plain_destinations", "sheet_tracker"}
    assert set(sources()) - {form.source for form in FORMS} == {"canonical"} | by_hand | elsewhere


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


def test_the_sample_data_are_made_byte_for_byte(tmp_path: Path) -> None:
    """The script, run as data/README.md says, makes every file that lies in data/ again."""
    command = [sys.executable, str(DATA / "make_samples.py"), str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(DATA.parent)})
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    theirs = {
        path.relative_to(DATA) for name in ("log", "forms") for path in (DATA / name).rglob("*") if path.is_file()
    }
    assert theirs == {path.relative_to(tmp_path) for path in made}
    for path in made:
        assert content(path) == content(DATA / path.relative_to(tmp_path)), path.name
    assert sum(path.stat().st_size for path in made) < 2 * 1024 * 1024
    assert "simulated = true" in (DATA / "log" / "log.toml").read_text("utf-8")
