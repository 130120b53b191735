"""The one way in: read_log takes a folder, a workbook, a store or frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log.assembling import as_raw, assemble, build_log, check_tables, clock_notes
from followup_analytics.log.checks import recognise, refuse
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.places import tables_in
from followup_analytics.log.schema import TABLES
from followup_analytics.log.settings import LOG_FILE, Settings, read_settings
from followup_analytics.log.subsets import as_of as cut_to
from followup_analytics.log.zone_names import zone_given
from followup_analytics.parted.session import ENGINES
from followup_analytics.parted.spark_source import is_for_spark, read_on_spark
from followup_analytics.reading.columns import quick_log
from followup_analytics.reading.parts import are_parquet, named_as_ours, read_parts
from followup_analytics.sheets.tabular import WORKBOOK_SUFFIXES, RawTable, header_key, read_raw_tables
from followup_analytics.text import listed, nearest


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
    columns: Mapping[str, str] | None = None,
    engine: str = "auto",
) -> FollowUpLog:
    """Read and check a log.

    source: a folder of CSV or Parquet tables (a file each, or a folder of parts), a workbook (.xlsx, .ods), a store URL
    (sqlite:///..., postgresql://...), a mapping of table names to frames, or the interviews frame with the other
    frames after it. Frames are pandas, polars or whatever else Narwhals takes. time_zone: for timestamps without an
    offset. data_date: when the record ends, where the source doesn't say. as_of: the log as it stood at the end of that
    day; of a store, by when facts were recorded. columns: your names of columns and ours, such as
    {"Employer Name": "employer"}, for folders, workbooks and frames. engine: "spark" to have a folder read and checked
    by the Spark session of this process, or the one that SPARK_REMOTE names; addresses that only Spark reads
    (hdfs://..., s3a://..., spark-table:DB.contacts) need no saying.

    Of Parquet only what an analysis asks for is read; every rule is checked first, whatever the file.

    Raises UnreadableError when something is absent or damaged, DataError for the first row that breaks a rule,
    UsageError for a request that makes no sense.

    Example:
        >>> log = read_log(sample_data("log"))
        >>> log
        <simulated FollowUpLog: 300 interviews, 737 contacts, 247 outcomes, data date 2026-01-01>
    """
    if interviews is not None:
        source = interviews
    time_zone = zone_given(time_zone)
    wanted = dict(columns or {})
    if engine not in ENGINES:
        raise UsageError(f"There is no engine {engine!r}: choose one of {', '.join(ENGINES)}.")
    if isinstance(source, str | Path) and (engine == "spark" or is_for_spark(str(source))):
        if wanted or data_date is not None:
            raise UsageError(
                "columns and data_date are not for Spark: rename the columns there; log.toml has the date."
            )
        log = read_on_spark(str(source), time_zone=time_zone).gathered()
        return log if as_of is None else cut_to(log, as_of)
    if isinstance(source, str | Path):
        log = _read_place(str(source), time_zone, as_of, wanted)
        if data_date is None or _is_store(str(source)):
            return log
        raise UsageError("data_date is for frames; a folder says it in log.toml.")
    frames = _named_frames(source, contacts, outcomes, applicants)
    if wanted:
        frames = _with_our_names({name: as_raw(one) for name, one in frames.items() if one is not None}, wanted)
    log = build_log(**frames, time_zone=time_zone, data_date=data_date, simulated=simulated, like=interviews_of(source))
    return log if as_of is None else cut_to(log, as_of)


def interviews_of(source: Any) -> Any:
    """The frame of interviews among what was given, which says what kind of frames answers come in."""
    if isinstance(source, Mapping):
        return source.get("interviews")
    return source[0] if isinstance(source, list | tuple) and source else source


def _named_frames(source: Any, contacts: Any, outcomes: Any, applicants: Any) -> dict[str, Any]:
    if source is None:
        raise UsageError("read_log needs a folder, a workbook, a store URL or frames.")
    if isinstance(source, FollowUpLog):
        raise UsageError("read_log was given a log that is read already; hand that to the analysis itself.")
    if isinstance(source, Mapping):
        unknown = [name for name in source if name not in TABLES]
        if unknown or "interviews" not in source:
            raise UsageError(f"the tables of a log are {listed(TABLES, 'and')}; interviews is needed.")
        return dict(source)
    if isinstance(source, list | tuple):
        return dict(zip(TABLES, source, strict=False))
    return {"interviews": source, "contacts": contacts, "outcomes": outcomes, "applicants": applicants}


def _with_our_names(frames: Mapping[str, pl.DataFrame], wanted: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """The tables with the reader's own names of columns replaced. Raises UsageError for a name that none has."""
    names = {name: named_as_ours(frame.columns, wanted) for name, frame in frames.items()}
    used = {theirs for mine in names.values() for theirs in mine.values()}
    lacking = [theirs for theirs in wanted if theirs not in used]
    if lacking:
        guess = nearest(lacking[0], [column for frame in frames.values() for column in frame.columns])
        raise UsageError(
            f"columns: no table has a column {lacking[0]!r}{f'; did you mean {guess!r}?' if guess else '.'}"
        )
    return {
        name: frame.rename({old: wanted[theirs] for old, theirs in names[name].items()})
        for name, frame in frames.items()
    }


def _is_store(source: str) -> bool:
    return "://" in source


def _read_place(
    source: str, time_zone: str | None, as_of: dt.date | dt.datetime | str | None, columns: Mapping[str, str]
) -> FollowUpLog:
    if not _is_store(source):
        path = Path(source)
        if _is_sqlite(path):
            source = f"sqlite:///{path}"
        else:
            read = _read_folder if path.is_dir() else _read_workbook_log
            log = read(path, time_zone, columns)
            return log if as_of is None else cut_to(log, as_of)
    if columns:
        raise UsageError("columns: a store has the names of the log already; columns is for folders and frames.")
    from followup_analytics.store import read_store_log

    return read_store_log(source, time_zone=time_zone, as_of=as_of)


def _is_sqlite(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


# ------------------------------------------------------------------------------------------------------- files


def _read_folder(path: Path, time_zone: str | None, columns: Mapping[str, str]) -> FollowUpLog:
    """A folder of tables: the quick way where it has the answer, else the one that explains every fault."""
    settings = read_settings(path / LOG_FILE)
    places = tables_in(path)
    if "interviews" not in places.tables:
        _refuse_folder(path)
    told = places.notes(settings)
    if all(are_parquet(files) for files in places.tables.values()):
        log = quick_log(places.tables, settings, time_zone=time_zone, columns=columns, notes=told)
        if log is not None:
            return log
    read = {name: read_parts(files, TABLES[name]) for name, files in places.tables.items()}
    raw = {name: one for name, (one, _) in read.items()}
    return _log_of(raw, settings, time_zone, columns, told, {name: parts for name, (_, parts) in read.items()})


def _refuse_folder(path: Path) -> None:
    names = [child.name.partition(".")[0] for child in sorted(path.iterdir()) if not child.name.startswith(".")]
    guess = nearest("interviews", names)
    hint = f"; is {guess!r} meant?" if guess else "; name a folder that holds interviews.csv or interviews.parquet."
    raise UnreadableError(f"{path.name or path}: the folder has no table of interviews{hint}")


def _read_workbook_log(path: Path, time_zone: str | None, columns: Mapping[str, str]) -> FollowUpLog:
    if path.exists() and path.suffix.lower() not in WORKBOOK_SUFFIXES:
        raise UnreadableError(
            f"{path.name}: a log is a folder, a workbook (.xlsx, .ods) or a store URL; to read a single export, "
            "run `followup ingest` first."
        )
    words = [*(name for table in TABLES.values() for name in table.names), *columns]
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
    return _log_of(raw, Settings(), time_zone, columns, (), {})


def _log_of(
    raw: Mapping[str, RawTable],
    settings: Settings,
    time_zone: str | None,
    columns: Mapping[str, str],
    notes: Sequence[Note],
    parts: Mapping[str, tuple[str, ...]],
) -> FollowUpLog:
    zone = time_zone or settings.time_zone
    for one in raw.values():
        if one.problems:
            raise DataError.from_problems(one.problems)
    frames = {name: one.frame for name, one in raw.items()}
    if columns:
        frames = _with_our_names(frames, columns)
    checked = check_tables(frames, {name: one.place for name, one in raw.items()}, time_zone=zone, parts=parts)
    for table in checked.values():
        refuse(table)
    return assemble(
        {name: one.frame for name, one in checked.items()},
        time_zone=zone,
        data_date=settings.data_date,
        simulated=settings.simulated,
        notes=(*notes, *clock_notes(checked.values())),
    )


def as_sequence(where: Sequence[str]) -> list[tuple[str, str]]:
    """`COLUMN=VALUE` options as pairs. Raises UsageError for one without an equals sign."""
    pairs = []
    for one in where:
        column, equals, value = one.partition("=")
        if not equals or not column.strip():
            raise UsageError(f"--where {one!r}: write it as COLUMN=VALUE, for instance --where industry=retail.")
        pairs.append((column.strip(), value.strip()))
    return pairs
