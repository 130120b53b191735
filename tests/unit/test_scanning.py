"""Large logs in Parquet: the quick reader gives read_log's answers, and hands over whatever is not in order."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from followup_analytics import simulate_log
from followup_analytics.answers.rates import response_rates
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.reading.columns import scan_log
from followup_analytics.reading.logs import read_log

DROPPED = ("_at_us", "_until_us", "_day", "_until_day", "_zone", "_bucket", "_order_us", "_weekday", "_hour")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated log as typed Parquet, its clock New York's."""
    log = simulate_log(interviews=400, world="office", seed=3)
    made = tmp_path_factory.mktemp("scan")
    for name in ("interviews", "contacts", "outcomes"):
        frame = getattr(log, name).drop(*DROPPED, strict=False)
        frame.drop("time_zone", "at_precision", strict=False).write_parquet(made / f"{name}.parquet")
    (made / "log.toml").write_text('time_zone = "America/New_York"\nsimulated = true\nnotes = "Made up."\n')
    return made


def _scanned(folder: Path, by: str = "timing") -> FollowUpLog:
    log = scan_log(folder, columns=by.split(","))
    assert log is not None
    return log


@pytest.mark.parametrize("by", ["timing,channel,attempt", "attempt", "weekday,hour", "cohort,attempt", "party"])
@pytest.mark.parametrize("outcome", ["response", "advanced"])
def test_rates_are_those_of_the_careful_reader(folder: Path, by: str, outcome: str) -> None:
    """Rows, notes and counts of the log, to the last digit."""
    quick, careful = (response_rates(log, by=by, outcome=outcome) for log in (_scanned(folder, by), read_log(folder)))
    assert quick.rows == careful.rows
    assert quick.to_json() == careful.to_json()


def test_traces_and_parts_of_a_log_work_too(folder: Path) -> None:
    """The attempts behind the counts, and a log cut to one cohort."""
    from followup_analytics.log.followup_log import subset

    quick, careful = (response_rates(log, by="channel").trace() for log in (_scanned(folder), read_log(folder)))
    assert quick.to_dicts() == careful.to_dicts()
    cohort = read_log(folder).interviews["cohort"].drop_nulls()[0]
    parts = (response_rates(subset(log, cohort=cohort), by="attempt") for log in (_scanned(folder), read_log(folder)))
    assert next(parts).rows == next(parts).rows


def test_the_records_end_is_found_alike(folder: Path, tmp_path: Path) -> None:
    """From log.toml, from observed_until, or from the latest time."""
    made = shutil.copytree(folder, tmp_path / "log")
    assert _scanned(made).data_date == read_log(made).data_date
    table = pl.read_parquet(made / "interviews.parquet").drop("observed_until")
    table.write_parquet(made / "interviews.parquet")
    assert _scanned(made).data_date == read_log(made).data_date
    (made / "log.toml").write_text('time_zone = "Europe/Berlin"\ndata_date = 2027-01-05\n')
    assert _scanned(made).data_date == read_log(made).data_date


def _first(name: str, value: object) -> pl.Expr:
    return pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)


FAULTS = {
    "a repeated key": ("contacts", _first("contact_id", "c0000002")),
    "a stray contact": ("contacts", _first("interview_id", "nobody")),
    "a stray outcome": ("outcomes", _first("interview_id", "nobody")),
    "an unknown word": ("contacts", _first("channel", "pigeon")),
    "a word in capitals": ("contacts", _first("channel", "PHONE")),
    "an empty cell that is needed": ("interviews", _first("applicant_id", None)),
    "a text with blanks around it": ("interviews", _first("employer", " Acme")),
    "times as text": ("contacts", pl.col("at").cast(pl.String)),
    "times without a zone": ("contacts", pl.col("at").dt.replace_time_zone(None)),
    "a date beyond reason": ("contacts", pl.col("at") - pl.duration(days=40_000)),
    "a record that ends before the interview": (
        "interviews",
        (pl.col("interviewed_at") - pl.duration(days=1)).alias("observed_until"),
    ),
    "a rating of nine": ("interviews", pl.lit(9, pl.Int64).alias("self_rating")),
    "a row of day precision": ("contacts", pl.lit("day").alias("at_precision")),
    "a zone of its own": ("interviews", pl.lit("Europe/Berlin").alias("time_zone")),
    "a name that read_log would mend": ("contacts", pl.col("at").alias("Callback At")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_is_out_of_order_goes_to_the_careful_reader(folder: Path, tmp_path: Path, fault: str) -> None:
    """No answer here, so that read_log mends it or says in a sentence what is wrong."""
    table, change = FAULTS[fault]
    made = shutil.copytree(folder, tmp_path / "log")
    frame = pl.read_parquet(made / f"{table}.parquet").with_columns(change)
    frame.write_parquet(made / f"{table}.parquet")
    assert scan_log(made) is None


def test_other_places_are_not_scanned(folder: Path, tmp_path: Path) -> None:
    """A store, an absent folder, a folder of CSV, one with applicants."""
    assert scan_log("sqlite:///x.db") is None
    assert scan_log(tmp_path / "absent") is None
    made = shutil.copytree(folder, tmp_path / "log")
    (made / "applicants.parquet").write_bytes(b"")
    assert scan_log(made) is None


def test_neither_settings_nor_outcomes_are_needed(folder: Path, tmp_path: Path) -> None:
    """Without log.toml days are those of the zone that the column of times has; without a table no outcome is known."""
    made = shutil.copytree(folder, tmp_path / "log")
    (made / "log.toml").unlink()
    (made / "outcomes.parquet").unlink()
    for quick, careful in (
        (scan_log(made), read_log(made)),
        (scan_log(made, time_zone="America/New_York"), read_log(made, time_zone="America/New_York")),
    ):
        assert quick is not None
        assert response_rates(quick, by="timing").to_json() == response_rates(careful, by="timing").to_json()
