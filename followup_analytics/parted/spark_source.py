"""Which tables of Spark's a log is: a folder at any address that Spark reads, or tables of its catalogue."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log.followup_log import Note
from followup_analytics.log.places import tables_in
from followup_analytics.log.schema import TABLES
from followup_analytics.log.settings import LOG_FILE, Settings, read_settings, settings_from_text
from followup_analytics.log.zone_names import zone_given
from followup_analytics.parted.on_spark import spread_by_applicant
from followup_analytics.parted.parted_log import PartedLog, parted_log
from followup_analytics.parted.session import require_table_name, spark_explained, spark_session
from followup_analytics.sheets.headings import header_key
from followup_analytics.sheets.tabular import PARQUET_SUFFIXES

CATALOGUE = "spark-table:"
#: File systems that Spark reads and nothing else here does; of others it is asked only where it was named.
_SCHEMES = ("hdfs", "viewfs", "s3", "s3a", "s3n", "gs", "abfs", "abfss", "wasb", "wasbs", "dbfs", "oss", "cosn")


def is_for_spark(source: str) -> bool:
    """Whether an address is one that only Spark reads: a table of its catalogue, or a folder that is elsewhere."""
    scheme, separator, _ = source.partition("://")
    return source.startswith(CATALOGUE) or (bool(separator) and scheme.lower() in _SCHEMES)


def read_on_spark(
    source: str, *, time_zone: str | None = None, master: str | None = None, temp: Path | None = None
) -> PartedLog:
    """Read a log with Spark, checked on its executors.

    source: a folder at an address that Spark reads (`hdfs://...`, `s3a://...`, a path), with a file or folder for each
    table and log.toml, or `spark-table:DB.contacts`, beside which the other tables lie under their names: in the same
    database, with the same letters before and after the table's own name.

    Raises UnreadableError where something can't be read, DataError for the first bad row, UsageError for an address
    that is none.
    """
    if not source.startswith(CATALOGUE) and "://" not in source and not Path(source).is_dir():
        raise UnreadableError(f"{source}: there is no such folder; Spark reads folders of CSV or Parquet, and tables.")
    time_zone = zone_given(time_zone)
    session = spark_session(master, temp)
    told: tuple[Note, ...] = ()
    if source.startswith(CATALOGUE):
        settings, tables = Settings(), _of_catalogue(session, source.removeprefix(CATALOGUE))
    elif "://" in source:
        settings, tables = _remote_folder(session, source.rstrip("/"))
    else:
        settings, tables, told = _local_folder(session, Path(source))
    tables = {name: _named(frame, name) for name, frame in tables.items()}
    zone = time_zone or settings.time_zone
    checked, n = spread_by_applicant(tables, what=source, time_zone=zone)
    return parted_log(checked, settings, time_zone=time_zone, where=f"Spark, in {n} parts", told=told)


def _of_catalogue(session: Any, given: str) -> dict[str, Any]:
    """The tables of a log in Spark's catalogue, found by the name of one of them."""
    names = [require_table_name(one.strip()) for one in given.split(",")]
    if len(names) > 1:
        return _by_their_own_names(session, names)
    before, dot, last = names[0].rpartition(".")
    table = next((name for name in TABLES if name in last.casefold()), None)
    if table is None:
        raise UsageError(
            f"spark-table:{given}: the name of the table says interviews, contacts, outcomes or applicants, and the "
            "others are called alike; or name all of them with commas."
        )
    at = last.casefold().index(table)
    found: dict[str, Any] = {}
    with spark_explained(f"{CATALOGUE}{given}"):
        for name in TABLES:
            full = f"{before}{dot}{last[:at]}{name}{last[at + len(table) :]}"
            if name in ("interviews", table) or session.catalog.tableExists(full):
                with spark_explained(f"{CATALOGUE}{full}"):
                    found[name] = session.table(full)
    return found


def _by_their_own_names(session: Any, names: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in names:
        table = next((name for name in TABLES if name in one.rpartition(".")[2].casefold()), None)
        if table is None or table in found:
            raise UsageError(f"spark-table:{one}: which table of the log this is can't be told from its name.")
        with spark_explained(f"{CATALOGUE}{one}"):
            found[table] = session.table(one)
    if "interviews" not in found:
        raise UsageError("spark-table: a log needs the table of interviews; name it too.")
    return found


def _local_folder(session: Any, folder: Path) -> tuple[Settings, dict[str, Any], tuple[Note, ...]]:
    """A folder that this machine sees too: its files are chosen as they are without Spark."""
    settings, places = read_settings(folder / LOG_FILE), tables_in(folder)
    if "interviews" not in places.tables:
        raise UnreadableError(f"{folder.name}: the folder has no table of interviews; it is called interviews.")
    tables = {}
    for name, files in places.tables.items():
        parquet = files[0].suffix.lower() in PARQUET_SUFFIXES
        where = files[0] if files[0].parent == folder else _folder_of(folder, files[0])
        # Folders such as office=berlin are columns; other folders only hold files.
        named = any("=" in part for part in files[0].relative_to(folder).parts[:-1])
        address = f"file://{os.fspath(where.resolve())}"
        tables[name] = _read(session, address, parquet=parquet, what=f"{folder.name}/{name}", deep=not named)
    return settings, tables, tuple(places.notes(settings))


def _folder_of(folder: Path, file: Path) -> Path:
    return folder / file.relative_to(folder).parts[0]


def _remote_folder(session: Any, address: str) -> tuple[Settings, dict[str, Any]]:
    """A folder that Spark alone sees: a table is a folder or a file of its name, in Parquet or CSV."""
    tables: dict[str, Any] = {}
    for name in TABLES:
        for ending, parquet in (("", True), (".parquet", True), (".csv", False), ("", False)):
            frame = _if_there(session, f"{address}/{name}{ending}", parquet=parquet)
            if frame is not None:
                tables[name] = frame
                break
    if "interviews" not in tables:
        raise UnreadableError(
            f"{address}: Spark finds no table of interviews there; name a folder that holds interviews and contacts, "
            "each a folder of Parquet or CSV files or a file of that name."
        )
    return _remote_settings(session, f"{address}/{LOG_FILE}"), tables


def _remote_settings(session: Any, address: str) -> Settings:
    try:
        with spark_explained(address):
            rows = session.read.option("wholetext", "true").text(address).collect()
    except UnreadableError as error:
        if "no such path" in str(error):
            return Settings()
        raise
    return settings_from_text(rows[0]["value"] if rows else "", LOG_FILE)


def _if_there(session: Any, address: str, *, parquet: bool) -> Any:
    """The table at an address, None where there is none of that kind."""
    try:
        return _read(session, address, parquet=parquet, what=address, deep=False)
    except UnreadableError as error:
        if any(text in str(error) for text in ("no such path", "no data files", "is damaged")):
            return None
        raise


def _read(session: Any, where: str, *, parquet: bool, what: str, deep: bool) -> Any:
    reader = session.read.option("recursiveFileLookup", "true") if deep else session.read
    with spark_explained(what):
        if parquet:
            frame = reader.option("mergeSchema", "true").parquet(where)
        else:
            options = {"header": "true", "multiLine": "true", "escape": '"', "mode": "FAILFAST", "inferSchema": "false"}
            frame = reader.options(**options).csv(where)
        if not frame.columns:
            raise UnreadableError(f"{what}: there are no data files in it.")
    return frame


def _named(frame: Any, table: str) -> Any:
    """The frame with the contract's spelling of its columns; the others keep theirs.

    Raises DataError where a needed column is missing, or two are the same.
    """
    names: dict[str, str] = {}
    for name in frame.columns:
        key = header_key(name)
        names[name] = key if key in TABLES[table].names else name
    if len(set(names.values())) < len(names):
        twice = next(name for name in names.values() if list(names.values()).count(name) > 1)
        raise DataError(f"{table}: two columns are both {twice}; keep one of them.")
    missing = [name for name in TABLES[table].required if name not in names.values()]
    if missing:
        raise DataError(f"{table}: the column {missing[0]} of the table {table} is missing; add it.")
    return frame.toDF(*(names[name] for name in frame.columns))
