"""Logs written as the contract has them: a folder of CSV or Parquet tables with log.toml, or a workbook."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log import clock
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.schema import CLOCKS, TABLES
from followup_analytics.log.settings import LOG_FILE, Settings, settings_text
from followup_analytics.sheets.workbook import write_workbook
from followup_analytics.text import formula_safe


def write_log(log: FollowUpLog, target: str | Path, *, format: str = "csv") -> Path:  # noqa: A002
    """Write a log as a folder of CSV or Parquet tables (with log.toml), or as a workbook (.xlsx, .ods).

    target: a folder, which is made, or a workbook's path. format: csv or parquet, for a folder.
    Reading it back gives an equal log. Parquet holds typed columns wherever they say as much as text would, so that
    counting can read just what it needs. Text that a spreadsheet would take for a formula is neutralised.

    Example:
        >>> written = write_log(log, "copy", format="parquet")
        >>> read_log(written).contacts.height == log.contacts.height
        True
    """
    if not isinstance(log, FollowUpLog):
        raise UsageError(f"write_log writes what read_log(...) gives, not {type(log).__name__}.")
    path = Path(target)
    tables = canonical_tables(log, typed=format == "parquet" and _types_say_it_all(log))
    if path.suffix.lower() in (".xlsx", ".ods"):
        write_workbook(path, tables)
        return path
    if format not in ("csv", "parquet"):
        raise UsageError(f"format {format!r} is not known; use csv or parquet.")
    path.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        if format == "parquet":
            frame.write_parquet(path / f"{name}.parquet")
        else:
            frame.write_csv(path / f"{name}.csv")
    remarks = " ".join(note.text for note in log.notes if note.code == "log_notes")
    settings = Settings(log.time_zone, log.data_date, simulated=log.simulated, notes=remarks or None)
    (path / LOG_FILE).write_text(settings_text(settings), encoding="utf-8")
    return path


def _types_say_it_all(log: FollowUpLog) -> bool:
    """Whether instants lose nothing: no bare dates, and no row whose zone is told by its written offset alone."""
    frames = (log.interviews, log.contacts, log.outcomes)
    if any("at_precision" in frame.columns and (frame["at_precision"] == "day").any() for frame in frames):
        return False
    zones = log.interviews["_zone"] == (log.time_zone or "")
    own = log.interviews["time_zone"].is_not_null() if "time_zone" in log.interviews.columns else zones
    return bool((zones | own).all())


def canonical_tables(log: FollowUpLog, *, typed: bool = False) -> dict[str, pl.DataFrame]:
    """The log's tables as the contract writes them: text in every cell, empty columns left out, times with offsets.

    typed: leave instants, numbers and booleans as what they are.
    """
    zones = log.interviews.select("interview_id", zone="_zone")
    frames = {"interviews": log.interviews, "contacts": log.contacts, "outcomes": log.outcomes}
    if log.applicants is not None:
        frames["applicants"] = log.applicants
    if typed:
        return {name: _as_typed(name, frame) for name, frame in frames.items()}
    return {name: _as_written(name, frame, zones) for name, frame in frames.items()}


def _as_typed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    table = TABLES[name]
    kept = [
        column
        for column in frame.columns
        if not column.startswith("_") and (column in table.required or frame[column].null_count() < frame.height)
    ]
    if _has_own_buckets(frame):
        kept.append("_bucket")
    return frame.select(_written_values(frame[one]) if frame[one].dtype == pl.String else one for one in kept)


def _has_own_buckets(frame: pl.DataFrame) -> bool:
    """Whether the applicants' groups were stored under ids that have since been replaced."""
    if not {"_bucket", "applicant_id"} <= set(frame.columns):
        return False
    return bool((frame["_bucket"] != applicant_buckets(frame["applicant_id"])).any())


def _as_written(name: str, frame: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    table = TABLES[name]
    if name == "interviews":
        zone = frame["_zone"]
    elif "interview_id" in frame.columns:
        zone = frame.select("interview_id").join(zones, on="interview_id", how="left", maintain_order="left")["zone"]
    else:
        zone = pl.Series("zone", ["UTC"] * frame.height, dtype=pl.String)
    by_day = (
        frame["at_precision"] == "day"
        if "at_precision" in frame.columns
        else pl.repeat(False, frame.height, eager=True)
    )
    columns: dict[str, pl.Series] = {}
    for column in frame.columns:
        values = frame[column]
        if column == "_bucket":
            if _has_own_buckets(frame):
                columns[column] = values.cast(pl.String)
            continue
        if column.startswith("_") or (values.null_count() == len(values) and column not in table.required):
            continue
        if column == "at_precision" and not by_day.any():
            continue
        if isinstance(values.dtype, pl.Datetime):
            only_date = by_day if CLOCKS.get(name) == column else pl.repeat(False, frame.height, eager=True)
            columns[column] = _written_times(values, zone, only_date)
        else:
            columns[column] = _written_values(values)
    return pl.DataFrame(columns)


def _written_values(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Boolean:
        return values.cast(pl.String)
    text = values.cast(pl.String)
    if values.dtype == pl.String and text.str.contains(r"^[=+\-@\t\r\n]").any():
        return text.map_elements(formula_safe, return_dtype=pl.String)
    return text


def _written_times(values: pl.Series, zone: pl.Series, only_date: pl.Series) -> pl.Series:
    us = values.dt.epoch("us")
    local = clock.local_times(us, zone)
    frame = pl.DataFrame({"local": local, "ahead": local.dt.epoch("us") - us, "only_date": only_date})
    minutes = pl.col("ahead") // 60_000_000
    sign = pl.when(minutes < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    two = [(part.cast(pl.String).str.zfill(2)) for part in (minutes.abs() // 60, minutes.abs() % 60)]
    whole = pl.col("local").dt.microsecond() == 0
    stamp = (
        pl.when(whole)
        .then(pl.col("local").dt.strftime("%Y-%m-%dT%H:%M:%S"))
        .otherwise(pl.col("local").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f"))
    )
    offset = sign + two[0] + ":" + two[1]
    written = pl.when("only_date").then(pl.col("local").dt.strftime("%Y-%m-%d")).otherwise(stamp + offset)
    return frame.select(pl.when(pl.col("local").is_not_null()).then(written).alias(values.name))[values.name]
