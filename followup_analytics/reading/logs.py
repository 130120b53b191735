"""The one door to a log: read_log takes a folder, a workbook, a store or frames; write_log writes them back."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log import clock
from followup_analytics.log.checks import CheckedTable, recognise, refuse
from followup_analytics.log.followup_log import (
    FollowUpLog,
    Note,
    assemble,
    build_log,
    check_tables,
    clock_notes,
)
from followup_analytics.log.followup_log import (
    as_of as cut_to,
)
from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.schema import CLOCKS, TABLES
from followup_analytics.sheets.tabular import (
    DELIMITED_SUFFIXES,
    PARQUET_SUFFIXES,
    WORKBOOK_SUFFIXES,
    RawTable,
    header_key,
    read_raw_tables,
)
from followup_analytics.sheets.workbook import write_workbook
from followup_analytics.text import formula_safe, listed, nearest

LOG_FILE = "log.toml"
_SETTINGS = ("time_zone", "data_date", "simulated", "notes")


def read_log(
    source: Any = None,
    contacts: Any = None,
    outcomes: Any = None,
    applicants: Any = None,
    *,
    interviews: Any = None,
    time_zone: str | None = None,
    data_date: dt.datetime | dt.date | str | None = None,
    as_of: dt.date | dt.datetime | str | None = None,
    simulated: bool = False,
) -> FollowUpLog:
    """Read and check a log.

    source: a folder of CSV or Parquet tables, a workbook (.xlsx, .ods), a store URL (sqlite:///..., postgresql://...),
    a mapping of table names to frames, or the interviews frame with the other frames after it. Frames are pandas or
    polars. time_zone: for timestamps without an offset. data_date: when the record ends, where the source doesn't say.
    as_of: the log as it stood at the end of that day; of a store, by when facts were recorded.

    Raises UnreadableError when something is absent or damaged, DataError for the first row that breaks a rule,
    UsageError for a request that makes no sense.
    """
    if interviews is not None:
        source = interviews
    if isinstance(source, str | Path):
        log = _read_place(str(source), time_zone, as_of)
        if data_date is None or _is_store(str(source)):
            return log
        raise UsageError("data_date is for frames; a folder says it in log.toml.")
    frames = _named_frames(source, contacts, outcomes, applicants)
    log = build_log(**frames, time_zone=time_zone, data_date=data_date, simulated=simulated)
    return log if as_of is None else cut_to(log, as_of)


def _named_frames(source: Any, contacts: Any, outcomes: Any, applicants: Any) -> dict[str, Any]:
    if source is None:
        raise UsageError("read_log needs a folder, a workbook, a store URL or frames.")
    if isinstance(source, Mapping):
        unknown = [name for name in source if name not in TABLES]
        if unknown or "interviews" not in source:
            raise UsageError(f"the tables of a log are {listed(TABLES, 'and')}; interviews is needed.")
        return dict(source)
    if isinstance(source, list | tuple):
        return dict(zip(TABLES, source, strict=False))
    return {"interviews": source, "contacts": contacts, "outcomes": outcomes, "applicants": applicants}


def _is_store(source: str) -> bool:
    return "://" in source


def _read_place(source: str, time_zone: str | None, as_of: dt.date | dt.datetime | str | None) -> FollowUpLog:
    if not _is_store(source):
        path = Path(source)
        if _is_sqlite(path):
            source = f"sqlite:///{path}"
        else:
            log = _read_folder(path, time_zone) if path.is_dir() else _read_workbook_log(path, time_zone)
            return log if as_of is None else cut_to(log, as_of)
    from followup_analytics.store import read_store_log

    return read_store_log(source, time_zone=time_zone, as_of=as_of)


def _is_sqlite(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


# ------------------------------------------------------------------------------------------------------- files


def _read_folder(path: Path, time_zone: str | None) -> FollowUpLog:
    settings = read_settings(path / LOG_FILE)
    found: dict[str, Path] = {}
    for name in TABLES:
        fitting = [
            child
            for child in sorted(path.iterdir())
            if child.stem.casefold() == name and child.suffix.lower() in (*DELIMITED_SUFFIXES, *PARQUET_SUFFIXES)
        ]
        if len(fitting) > 1:
            names = listed((child.name for child in fitting), "and")
            raise UnreadableError(f"{path.name}: {names} are both there; keep one of them.")
        if fitting:
            found[name] = fitting[0]
    if "interviews" not in found:
        _refuse_folder(path)
    raw = {name: _read_one(child, name) for name, child in found.items()}
    return _log_of(raw, settings, time_zone)


def _read_one(path: Path, table: str) -> RawTable:
    return read_raw_tables(path, TABLES[table].names)[0]


def _refuse_folder(path: Path) -> None:
    names = [child.stem for child in sorted(path.iterdir()) if child.is_file()]
    guess = nearest("interviews", names)
    hint = f"; is {guess!r} meant?" if guess else "; name a folder that holds interviews.csv or interviews.parquet."
    raise UnreadableError(f"{path.name or path}: the folder has no table of interviews{hint}")


def _read_workbook_log(path: Path, time_zone: str | None) -> FollowUpLog:
    if path.exists() and path.suffix.lower() not in WORKBOOK_SUFFIXES:
        raise UnreadableError(
            f"{path.name}: a log is a folder, a workbook (.xlsx, .ods) or a store URL; to read a single export, "
            "run `followup ingest` first."
        )
    words = [name for table in TABLES.values() for name in table.names]
    raw: dict[str, RawTable] = {}
    for sheet in read_raw_tables(path, words):
        name = header_key(sheet.sheet or "")
        table = TABLES.get(name) or recognise(sheet.columns)
        if table is not None and table.name not in raw:
            raw[table.name] = sheet
    if "interviews" not in raw:
        raise DataError(
            f"{path.name}: the workbook has no sheet of interviews; name the sheets {listed(TABLES, 'and')}."
        )
    return _log_of(raw, {}, time_zone)


def _log_of(raw: Mapping[str, RawTable], settings: Mapping[str, Any], time_zone: str | None) -> FollowUpLog:
    zone = time_zone or settings.get("time_zone")
    for one in raw.values():
        if one.problems:
            raise DataError.from_problems(one.problems)
    checked: dict[str, CheckedTable] = check_tables(
        {name: one.frame for name, one in raw.items()}, {name: one.place for name, one in raw.items()}, time_zone=zone
    )
    for table in checked.values():
        refuse(table)
    given = settings.get("notes")
    notes = [Note("log_notes", str(given))] if given else []
    return assemble(
        {name: one.frame for name, one in checked.items()},
        time_zone=zone,
        data_date=settings.get("data_date"),
        simulated=bool(settings.get("simulated", False)),
        notes=(*notes, *clock_notes(checked.values())),
    )


def read_settings(path: Path) -> dict[str, Any]:
    """The settings in a folder's log.toml; none where there is no such file.

    Raises DataError when the file is not TOML, or a setting has a value that makes no sense.
    """
    if not path.is_file():
        return {}
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f'{path.name}: this is not TOML ({error}); write lines such as time_zone = "Europe/Berlin".'
        ) from None
    zone = settings.get("time_zone")
    if zone is not None and not (isinstance(zone, str) and clock.is_zone(zone)):
        raise DataError(f"{path.name}: time_zone must be an IANA name such as Europe/Berlin.")
    if not isinstance(settings.get("simulated", False), bool):
        raise DataError(f"{path.name}: simulated must be true or false.")
    return {name: settings[name] for name in _SETTINGS if name in settings}


# ------------------------------------------------------------------------------------------------------- writing


def write_log(log: FollowUpLog, target: str | Path, *, format: str = "csv") -> Path:  # noqa: A002
    """Write a log as a folder of CSV or Parquet tables (with log.toml), or as a workbook (.xlsx, .ods).

    target: a folder, which is made, or a workbook's path. format: csv or parquet, for a folder.
    Reading it back gives an equal log. Parquet holds typed columns wherever they say as much as text would, so that
    counting can read just what it needs. Text that a spreadsheet would take for a formula is neutralised.
    """
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
    (path / LOG_FILE).write_text(settings_text(log), encoding="utf-8")
    return path


def settings_text(log: FollowUpLog) -> str:
    """A log's settings as log.toml."""
    import json

    lines = [f"time_zone = {json.dumps(log.time_zone)}"] if log.time_zone else []
    lines.append(f"data_date = {log.data_date.isoformat()}")
    lines.append(f"simulated = {'true' if log.simulated else 'false'}")
    texts = [note.text for note in log.notes if note.code == "log_notes"]
    if texts:
        lines.append(f"notes = {json.dumps(' '.join(texts), ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


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


def as_sequence(where: Sequence[str]) -> list[tuple[str, str]]:
    """`COLUMN=VALUE` options as pairs. Raises UsageError for one without an equals sign."""
    pairs = []
    for one in where:
        column, equals, value = one.partition("=")
        if not equals or not column.strip():
            raise UsageError(f"--where {one!r}: write it as COLUMN=VALUE, for instance --where industry=retail.")
        pairs.append((column.strip(), value.strip()))
    return pairs
