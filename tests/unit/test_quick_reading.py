"""Logs in Parquet: the quick way gives the log of the careful one, whatever hands wrote the files, and no bad row."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from followup_analytics import incidence_curve, next_steps, read_log, response_rates, simulate_log, write_log
from followup_analytics.errors import DataError
from followup_analytics.log import clock
from followup_analytics.log.columns import ColumnTable
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import subset
from followup_analytics.reading import logs

DERIVED = ("_at_us", "_until_us", "_day", "_until_day", "_zone", "_bucket", "_order_us", "_weekday", "_hour")
ZONES = ("America/St_Johns", "Australia/Lord_Howe", "Europe/Berlin", "UTC", "+05:45", "Asia/Pyongyang", "Pacific/Apia")
TABLES = ("interviews", "contacts", "outcomes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated log as typed Parquet with zones of its own, applicants and a further column."""
    log = simulate_log(interviews=400, world="office", seed=3)
    made = tmp_path_factory.mktemp("quick")
    for name in (*TABLES, "applicants"):
        frame = getattr(log, name).drop(*DERIVED, strict=False)
        if name == "interviews":
            frame = frame.with_columns(salary=pl.int_range(pl.len()) * 1.5, region=pl.lit("north"))
        frame.write_parquet(made / f"{name}.parquet")
    (made / "log.toml").write_text('time_zone = "America/New_York"\nsimulated = true\nnotes = "Made up."\n')
    return made


def is_quick(log: FollowUpLog) -> bool:
    """Whether the log was read the quick way."""
    return isinstance(log.held("contacts"), ColumnTable)


def both_ways(folder: Path, monkeypatch: pytest.MonkeyPatch, **options: str) -> tuple[FollowUpLog, FollowUpLog]:
    """The log as read the quick way, which must have the answer, and as the careful way reads it."""
    quick = read_log(folder, **options)
    assert is_quick(quick)
    with monkeypatch.context() as patched:
        patched.setattr(logs, "quick_log", lambda *_, **__: None)
        careful = read_log(folder, **options)
    assert not is_quick(careful)
    return quick, careful


def assert_same(quick: FollowUpLog, careful: FollowUpLog) -> None:
    """Tables, end, zone and notes are the same."""
    for name in TABLES:
        quick_frame = getattr(quick, name).drop("_story", strict=False)
        assert_frame_equal(quick_frame, getattr(careful, name), check_column_order=False)
    assert (quick.applicants is None) == (careful.applicants is None)
    if quick.applicants is not None:
        assert_frame_equal(quick.applicants, careful.applicants, check_column_order=False)
    for fact in ("data_date", "time_zone", "simulated", "notes", "native"):
        assert getattr(quick, fact) == getattr(careful, fact), fact


def rewritten(folder: Path, table: str, *columns: pl.Expr, drop: str = "") -> None:
    """A table of the folder with columns replaced."""
    file = folder / f"{table}.parquet"
    pl.read_parquet(file).with_columns(columns).drop(drop or []).write_parquet(file)


def in_parts(folder: Path, place: str, rows: int = 50) -> None:
    """The contacts in many files, as other programs leave them."""
    frame = pl.read_parquet(folder / "contacts.parquet")
    (folder / "contacts.parquet").unlink()
    target = folder / place
    target.mkdir()
    for start in range(0, frame.height, rows):
        frame.slice(start, rows).write_parquet(target / f"part-{start:05d}.parquet")
    (target / "_SUCCESS").touch()


def with_other_types(folder: Path) -> None:
    """Parts of which one has text where the others have instants, and one lacks a column."""
    in_parts(folder, "contacts")
    first, second, *_ = sorted((folder / "contacts").glob("*.parquet"))
    pl.read_parquet(first).with_columns(pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%S%.f%:z")).write_parquet(first)
    pl.read_parquet(second).drop("tone").with_columns(pl.col("duration_s").cast(pl.Int64)).write_parquet(second)


ISO = "%Y-%m-%dT%H:%M:%S%.f%:z"
HANDS: dict[str, Callable[[Path], object]] = {
    "as it is": lambda _: None,
    "a README": lambda path: (path / "README.md").write_text("# A log"),
    "no log.toml": lambda path: (path / "log.toml").unlink(),
    "no zones": lambda path: rewritten(path, "interviews", drop="time_zone"),
    "no zone at all": lambda path: (
        (path / "log.toml").unlink(), rewritten(path, "interviews", drop="time_zone")),
    "no outcomes, no applicants": lambda path: [(path / f"{n}.parquet").unlink() for n in ("outcomes", "applicants")],
    "no contacts": lambda path: (path / "contacts.parquet").unlink(),
    "no observed_until": lambda path: rewritten(path, "interviews", drop="observed_until"),
    "a data date": lambda path: (path / "log.toml").write_text("data_date = 2027-01-05\n"),
    "times as text": lambda path: rewritten(path, "contacts", pl.col("at").dt.to_string(ISO)),
    "all times as text": lambda path: [
        rewritten(path, table, pl.selectors.datetime().dt.to_string(ISO)) for table in TABLES],
    "times without a zone": lambda path: rewritten(path, "contacts", pl.col("at").dt.replace_time_zone(None)),
    "interviews without a zone": lambda path: rewritten(
        path, "interviews", pl.col("interviewed_at").dt.replace_time_zone(None)),
    "days without a time": lambda path: rewritten(
        path, "contacts", pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.col("at").dt.to_string("%Y-%m-%d"))
        .otherwise(pl.col("at").dt.to_string(ISO)).alias("at"), drop="at_precision"),
    "rows of day precision": lambda path: [
        rewritten(path, table, pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit("day")).alias("at_precision"))
        for table in TABLES],
    "categories": lambda path: rewritten(path, "contacts", pl.col("channel", "direction").cast(pl.Categorical)),
    "words in capitals": lambda path: rewritten(path, "contacts", pl.col("channel").str.to_uppercase()),
    "booleans as text": lambda path: rewritten(path, "contacts", pl.col("automatic").cast(pl.String)),
    "numbers as text": lambda path: rewritten(path, "interviews", pl.col("self_rating").cast(pl.String)),
    "a text with blanks around it": lambda path: rewritten(path, "interviews", pl.col("employer") + " "),
    "names to be mended": lambda path: pl.read_parquet(path / "contacts.parquet").rename(
        {"callback_at": "Callback At"}).write_parquet(path / "contacts.parquet"),
    "nanoseconds": lambda path: rewritten(path, "contacts", pl.col("at").dt.cast_time_unit("ns")),
    "contacts/part-*.parquet": lambda path: in_parts(path, "contacts"),
    "contacts.parquet/": lambda path: in_parts(path, "contacts.parquet"),
    "parts of other types": with_other_types,
}  # fmt: skip


@pytest.mark.parametrize("hand", HANDS)
def test_the_quick_way_reads_what_people_have(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hand: str
) -> None:
    """Tables, notes and answers are those of the careful way, to the last digit."""
    made = shutil.copytree(folder, tmp_path / "log")
    HANDS[hand](made)
    quick, careful = both_ways(made, monkeypatch)
    for by in ("timing,channel,attempt", "attempt", "weekday,hour"):
        assert (
            response_rates(quick, by=by, min_cell=1).to_json() == response_rates(careful, by=by, min_cell=1).to_json()
        )
    assert_same(quick, careful)
    assert next_steps(quick, test=False).to_json() == next_steps(careful, test=False).to_json()
    assert incidence_curve(quick).to_json() == incidence_curve(careful).to_json()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "+05:30"])
def test_a_zone_given_counts_where_rows_have_none(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """Days and hours are those of the zone that the reader names."""
    made = shutil.copytree(folder, tmp_path / "log")
    rewritten(made, "interviews", drop="time_zone")
    assert_same(*both_ways(made, monkeypatch, time_zone=zone))


@pytest.mark.parametrize("format_", ["parquet"])
@pytest.mark.parametrize("by_day", [False, True], ids=["instants", "days"])
def test_what_write_log_wrote_is_read_quickly(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str, by_day: bool
) -> None:
    """Typed Parquet, and Parquet of texts where types can't say it all, come back the quick way."""
    made = shutil.copytree(folder, tmp_path / "log")
    if by_day:
        HANDS["rows of day precision"](made)
    again = write_log(read_log(made), tmp_path / "again", format=format_)
    assert_same(*both_ways(again, monkeypatch))


def test_parts_and_traces_of_a_log_work_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log cut to one cohort, and the attempts behind the counts."""
    quick, careful = both_ways(folder, monkeypatch)
    traces = [response_rates(log, by="channel").trace() for log in (quick, careful)]
    assert_frame_equal(*traces)
    cohort = careful.interviews["cohort"].drop_nulls()[0]
    one, other = (response_rates(subset(log, cohort=cohort), by="attempt") for log in (quick, careful))
    assert one.to_json() == other.to_json()


def test_only_what_is_asked_for_is_read(folder: Path) -> None:
    """Rates by timing leave texts, groups and what was said in the file."""
    log = read_log(folder)
    response_rates(log, by="timing", min_cell=1)
    contacts, interviews = log.held("contacts"), log.held("interviews")
    assert isinstance(contacts, ColumnTable)
    assert isinstance(interviews, ColumnTable)
    assert not {"asked_status", "tone", "duration_s", "interview_id", "contact_id", "_hour"} & contacts.kept
    assert not {"_bucket", "employer", "salary", "_zone"} & interviews.kept


def first(name: str, value: object) -> pl.Expr:
    """A column of which the first cell is another."""
    return pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)


FAULTS = {
    "a repeated key": ("contacts", first("contact_id", "c0000002"), "row 3, column contact_id"),
    "a stray contact": ("contacts", first("interview_id", "nobody"), "row 2, column interview_id"),
    "a stray outcome": ("outcomes", first("interview_id", "nobody"), "row 2, column interview_id"),
    "an unknown word": ("contacts", first("channel", "pigeon"), "row 2, column channel"),
    "an empty cell that is needed": ("interviews", first("applicant_id", None), "row 2, column applicant_id"),
    "a date beyond reason": ("contacts", pl.col("at") - pl.duration(days=40_000), "row 2, column at"),
    "a record that ends early": (
        "interviews", (pl.col("interviewed_at") - pl.duration(days=1)).alias("observed_until"),
        "row 2, column observed_until"),
    "a rating of nine": ("interviews", pl.lit(9, pl.Int64).alias("self_rating"), "row 2, column self_rating"),
    "a length that is no number": ("contacts", first("duration_s", float("nan")), "row 2, column duration_s"),
    "a zone that is none": ("interviews", first("time_zone", "Mars/Olympus"), "row 2, column time_zone"),
    "no such day": ("outcomes", pl.lit("2026-02-31").alias("decided_at"), "row 2, column decided_at"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_rows_get_their_sentence(folder: Path, tmp_path: Path, fault: str) -> None:
    """The refusal names file, row and column, in one file and in the part that the row stands in."""
    table, change, place = FAULTS[fault]
    made = shutil.copytree(folder, tmp_path / "log")
    rewritten(made, table, change)
    with pytest.raises(DataError) as refusal:
        read_log(made)
    assert str(refusal.value).startswith(f"{table}.parquet, {place}: ")


def test_a_faulty_row_of_a_part_is_named_with_its_file(folder: Path, tmp_path: Path) -> None:
    """Row numbers are those of the part."""
    made = shutil.copytree(folder, tmp_path / "log")
    in_parts(made, "contacts")
    second = sorted((made / "contacts").glob("*.parquet"))[1]
    pl.read_parquet(second).with_columns(first("channel", "pigeon")).write_parquet(second)
    with pytest.raises(DataError, match=r"^contacts/part-00050\.parquet, row 2, column channel: 'pigeon' is not known"):
        read_log(made)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(631_152_000, 4_102_000_000),
    st.lists(st.integers(0, 366 * 86_400), min_size=1, max_size=60),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=4, unique=True),
)
def test_offsets_looked_up_are_those_of_the_clock(begin: int, later: list[int], zones: list[str]) -> None:
    """Local times by the table of quarters are those of `local_times`, also where clocks change at a minute past."""
    us = (begin + np.array(later, dtype=np.int64)) * 1_000_000 + 1
    codes = np.arange(len(us)) % len(zones)
    found = us + clock.shifts(us, codes, zones)
    expected = clock.local_times(pl.Series(us), pl.Series([zones[code] for code in codes])).dt.epoch("us")
    assert found.tolist() == expected.to_list()


def test_the_hour_of_a_change_past_the_minute() -> None:
    """St John's changed its clocks at one minute past midnight: both sides of it are right."""
    change = dt.datetime(2010, 3, 14, 3, 31, tzinfo=dt.UTC)
    us = np.array([int((change + dt.timedelta(seconds=s)).timestamp()) * 1_000_000 for s in (-61, -1, 0, 61)])
    hours = clock.shifts(us, np.zeros(4, dtype=np.intp), ("America/St_Johns",)) / 3_600_000_000
    assert hours.tolist() == [-3.5, -3.5, -2.5, -2.5]
