"""A large log in typed Parquet, read with the columns that counting needs and no more.

`read_log` looks at every cell and explains every fault; this is for files that a program wrote and that have none.
Every rule of the log is checked as one figure per column (nulls, extremes, unknown words, unclean texts, repeated keys,
stray interviews). Where any of it is not as it should be, or anything is out of the ordinary (texts for times, bare
dates, several zones), there is no answer here, and `read_log` has the last word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.log.casting import POLARS_TYPES, UNCLEAN
from followup_analytics.log.clock import is_zone
from followup_analytics.log.followup_log import FollowUpLog, Note, ahead_note, open_end_note, parse_moment, span_notes
from followup_analytics.log.ids import all_distinct, places_of
from followup_analytics.log.schema import (
    CONTACTS,
    FIRST_YEAR,
    INTERVIEWS,
    LAST_YEAR,
    OUTCOME_TABLE,
    Column,
    Table,
)
from followup_analytics.reading.logs import LOG_FILE, read_settings
from followup_analytics.sheets.tabular import header_key

#: What every count needs of the contacts, beside the keys that are asked for.
_NEEDED = ("contact_id", "interview_id", "direction", "channel", "party", "purpose", "automatic", "at_precision")
_TABLES = (INTERVIEWS, CONTACTS, OUTCOME_TABLE)
#: Where there is no table of outcomes, none is known.
_NO_OUTCOMES = pl.LazyFrame(
    schema={"interview_id": pl.String, "outcome": pl.String, "decided_at": pl.Datetime("us", "UTC")}
)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_INSTANT = pl.lit("instant", pl.Enum(["instant", "day"]))


def scan_log(source: str | Path, *, time_zone: str | None = None, columns: Sequence[str] = ()) -> FollowUpLog | None:
    """The log of a folder of typed Parquet files, or None where `read_log` must look at it.

    Without a zone from the person or from log.toml it is that of the column interviewed_at; without a table of outcomes
    none is known.
    columns: the keys that will be asked for, weekday and hour among them. Contacts hold these and what counting needs,
    the other columns of the contract are absent from them; vocabularies are categories; interviews have no `_bucket`.
    Raises DataError for settings (log.toml) that can't be read.
    """
    path = Path(source)
    if "://" in str(source) or not path.is_dir():
        return None
    files = {table.name: path / f"{table.name}.parquet" for table in _TABLES}
    known = {*files.values(), path / LOG_FILE}
    if any(child.suffix and child not in known for child in path.iterdir()) or not all(
        files[table.name].exists() for table in (INTERVIEWS, CONTACTS)
    ):
        return None
    settings = read_settings(path / LOG_FILE)
    scans = {name: pl.scan_parquet(file) if file.exists() else _NO_OUTCOMES for name, file in files.items()}
    given = time_zone or settings.get("time_zone")
    zone = given or getattr(scans[INTERVIEWS.name].collect_schema().get("interviewed_at"), "time_zone", None)
    if not isinstance(zone, str) or not is_zone(zone) or zone[0] in "+-":
        return None
    if not all(_is_sound(scans[table.name], table) for table in _TABLES):
        return None
    frames = _frames(scans, zone, columns)
    return None if frames is None else _log(frames, settings, zone, given)


def _log(frames: Mapping[str, pl.DataFrame], settings: Mapping[str, Any], zone: str, given: str | None) -> FollowUpLog:
    """The log of sound frames; its record ends where log.toml says, else with the latest observed_until or time."""
    interviews = frames["interviews"]
    if settings.get("data_date") is not None:
        until = parse_moment(settings["data_date"], given)
    else:
        ends = [interviews["observed_until"].dt.epoch("us").max()] if interviews["observed_until"].count() else []
        times = [frame["_at_us"].max() for frame in frames.values() if frame.height]
        until = _EPOCH + dt.timedelta(microseconds=max(int(str(time)) for time in ends or times))
    end = (until - _EPOCH) // dt.timedelta(microseconds=1)
    interviews = interviews.with_columns(_until_us=pl.col("observed_until").dt.epoch("us").fill_null(end))
    local_end = _local(pl.from_epoch("_until_us", time_unit="us").dt.replace_time_zone("UTC"), zone)
    told = (Note("log_notes", str(settings["notes"])),) if settings.get("notes") else ()
    ahead = () if settings.get("simulated") else ahead_note(until)
    return FollowUpLog(
        interviews=interviews.with_columns(_until_day=local_end.dt.date().cast(pl.Int32)),
        contacts=frames["contacts"],
        outcomes=frames["outcomes"],
        applicants=None,
        data_date=until,
        time_zone=given,
        simulated=bool(settings.get("simulated", False)),
        outcomes_recorded=frames["outcomes"].height > 0,
        notes=(
            *told,
            *open_end_note(interviews, settings.get("data_date")),
            *span_notes(interviews, until, given),
            *ahead,
        ),
    )


# ------------------------------------------------------------------------------------------------------ soundness


def _is_sound(scan: pl.LazyFrame, table: Table) -> bool:
    """Whether a file has the contract's columns under their own names, typed, with nothing to clean or to refuse."""
    schema = scan.collect_schema()
    renamed = [
        name for name in schema if name.startswith("_") or (header_key(name) in table.names) > (name in table.names)
    ]
    if renamed or any(name not in schema for name in table.required):
        return False
    known = [table.column(name) for name in schema if name in table.names]
    if not all(_has_type(schema[column.name], column) for column in known):
        return False
    own = [name for name, kind in schema.items() if name not in table.names and kind == pl.String]
    # An interview_id that is among the interviews' is as clean as theirs: it is looked up later anyhow.
    looked_up = "interview_id" if table is not INTERVIEWS else None
    faults = [_fault(column) for column in known if column.name != looked_up] + [
        pl.col(name).str.contains(UNCLEAN).any() for name in own
    ]
    return not any(
        scan.select(pl.any_horizontal(fault).alias(str(k)) for k, fault in enumerate(faults)).collect().row(0)
    )


def _has_type(kind: pl.DataType, column: Column) -> bool:
    if column.type == "timestamp":
        return isinstance(kind, pl.Datetime) and kind.time_zone is not None
    if column.type == "integer":
        return kind.is_integer()
    return kind.is_numeric() if column.type == "number" else kind == POLARS_TYPES[column.type]


def _fault(column: Column) -> pl.Expr:
    """Whether any cell of a column breaks a rule that `read_log` would have to mend or explain."""
    cell = pl.col(column.name)
    rules = [cell.is_null().any()] if column.required else []
    if column.name in ("time_zone", "at_precision"):
        ordinary = cell.is_null() if column.name == "time_zone" else cell.is_null() | (cell == "instant")
        rules.append(~ordinary.all())
    elif column.type == "timestamp":
        first, end = (pl.datetime(year, 1, 1, time_zone="UTC") for year in (FIRST_YEAR, LAST_YEAR))
        rules += [cell.min() < first, cell.max() >= end]
    elif column.values and column.name not in _NEEDED:  # those are read as categories, which says as much
        rules.append(~(cell.is_null() | cell.is_in(column.values)).all())
    elif column.type in ("text", "zone"):
        rules.append(cell.str.contains(UNCLEAN).any())
    else:
        rules += [cell.is_nan().any()] if column.type == "number" else []
        rules += [cell.min() < column.minimum] if column.minimum is not None else []
        rules += [cell.max() > column.maximum] if column.maximum is not None else []
    return pl.any_horizontal(pl.lit(value=False), *(rule.fill_null(value=False) for rule in rules))


# --------------------------------------------------------------------------------------------------------- frames


def _frames(scans: Mapping[str, pl.LazyFrame], zone: str, columns: Sequence[str]) -> dict[str, pl.DataFrame] | None:
    """The three tables with what reading derives; None for a repeated key, a stray row or a record that ends too
    early."""
    interviews = _placed_in_time(scans["interviews"], INTERVIEWS, "interviewed_at", zone).collect()
    interviews = interviews.with_columns(_zone=pl.lit(zone), _story=pl.int_range(pl.len(), dtype=pl.Int64))
    early = (interviews["observed_until"] < interviews["interviewed_at"]).any()
    if early or not all_distinct(interviews["interview_id"]):
        return None
    contacts = _placed_in_time(scans["contacts"], CONTACTS, "at", zone)
    further = [name for name in columns if name in contacts.collect_schema() and name not in _NEEDED]
    local = _local(pl.col("at"), zone)
    parts = {"weekday": local.dt.weekday(), "hour": local.dt.hour()}
    asked = {f"_{name}": part if name in columns else pl.lit(None, pl.Int8) for name, part in parts.items()}
    contacts = contacts.select(*_NEEDED, *further, "_at_us", "_day", _order_us="_at_us", **asked)
    outcomes = _placed_in_time(scans["outcomes"], OUTCOME_TABLE, "decided_at", zone).with_columns(_order_us="_at_us")
    made = {"interviews": interviews}
    for name, rows, key in (("contacts", contacts, "contact_id"), ("outcomes", outcomes, "interview_id")):
        try:
            frame = rows.collect()
        except pl.exceptions.InvalidOperationError:  # a word that is not in its vocabulary
            return None
        story = places_of(frame["interview_id"], interviews["interview_id"])
        if story.null_count() or not all_distinct(frame[key]):
            return None
        made[name] = frame.with_columns(_story=story)
    return made


def _placed_in_time(scan: pl.LazyFrame, table: Table, clock: str, zone: str) -> pl.LazyFrame:
    """All columns of the contract with their types, vocabularies as categories, and the clock's instant and local
    day."""
    present = scan.collect_schema()
    made: dict[str, pl.Expr] = {}
    for column in table.columns:
        cell = pl.col(column.name) if column.name in present else pl.lit(None, POLARS_TYPES[column.type])
        if column.type == "timestamp" and column.name in present:
            cell = cell.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
        made[column.name] = cell.cast(pl.Enum(column.values)) if column.values else cell.cast(POLARS_TYPES[column.type])
    placed = scan.with_columns(**made | {"at_precision": _INSTANT})
    day = _local(pl.col(clock), zone).dt.date().cast(pl.Int32)
    return placed.with_columns(_at_us=pl.col(clock).dt.epoch("us"), _day=day)


def _local(at: pl.Expr, zone: str) -> pl.Expr:
    return at.dt.convert_time_zone(zone).dt.replace_time_zone(None)
