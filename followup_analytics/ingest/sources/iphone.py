"""iPhone call history: the telephone's own database, and the CSV of the usual extractors.

The database counts seconds since 2001-01-01 UTC. ZANSWERED means something for incoming calls only; an outgoing call
was taken when it has a duration, by whom or what it doesn't say. The CSV's times are local to the telephone.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import (
    ANSWERED,
    UNANSWERED,
    came_in,
    direction_of,
    result_of,
    telephone_call,
)
from followup_analytics.ingest.parsing.calls import calls_frame, complete, is_withheld
from followup_analytics.ingest.parsing.parts import Rejected, clock_seconds, set_aside
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.tabular import ROW

#: Seconds from 1970 to 2001, where Apple's clock begins.
_APPLE_EPOCH = 978_307_200
_BATCH = 20_000
_NEEDED = ("ZDATE", "ZDURATION", "ZADDRESS", "ZORIGINATED", "ZANSWERED")
_OPTIONAL = ("ZUNIQUE_ID", "ZCALLTYPE", "ZNAME", "ZSERVICE_PROVIDER")
_FACETIME_VIDEO = 8
#: Bytes 18 and 19 of a database that keeps a write-ahead log.
_WAL_MODE = b"\x02\x02"
#: Core Data's table between calls and the handles of those who took part.
_HANDLES_OF_CALLS = re.compile(r"^Z_\d+REMOTEPARTICIPANTHANDLES$")


def detect(sample: Sample) -> Match | None:
    """An SQLite file with the table ZCALLRECORD, in the file itself or in the log that lies beside it."""
    if sample.container != "sqlite":
        return None
    found = _has_calls(f"file:{quote(str(sample.path.absolute()))}?mode=ro&immutable=1")
    if not found and _log_beside(sample) is not None:
        with _private_copy(sample) as path:
            found = _has_calls(f"file:{quote(str(path))}?mode=rw")
    return Match(CERTAIN, "it is a database with the table ZCALLRECORD") if found else None


def _has_calls(uri: str) -> bool:
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name='ZCALLRECORD'").fetchone())
    except sqlite3.Error:
        return False


def _log_beside(sample: Sample) -> Path | None:
    """The write-ahead log that lies beside the database, if there is one with something in it."""
    beside = sample.path.with_name(sample.path.name + "-wal")
    return beside if beside.is_file() and beside.stat().st_size else None


@contextmanager
def _private_copy(sample: Sample) -> Iterator[Path]:
    """The database and its write-ahead log in a folder of our own: reading a log changes the files."""
    with TemporaryDirectory(prefix="followup-") as folder:
        path = Path(folder) / "calls.db"
        shutil.copyfile(sample.path, path)
        beside = _log_beside(sample)
        if beside is not None:
            shutil.copyfile(beside, path.with_name(path.name + "-wal"))
        yield path


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The calls of the database, in batches, with those that only its write-ahead log has."""
    del options
    try:
        with _private_copy(sample) as path, closing(sqlite3.connect(path)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            notes = _about_the_log(sample, connection)
            first = 1
            for rows in _records(sample, connection):
                yield dataclasses.replace(_batch(rows, first), notes=notes)
                notes = ()
                first += len(rows)
            if first == 1:
                yield dataclasses.replace(_batch([], 1), notes=notes)
    except sqlite3.Error as error:
        raise UnreadableError(
            f"{sample.name}: the database is damaged ({error}); extract it from the backup again."
        ) from None


def _about_the_log(sample: Sample, connection: sqlite3.Connection) -> tuple[Note, ...]:
    """What is to be said where the newest calls may lie in a write-ahead log that is absent or another file's."""
    name = f"{sample.path.name}-wal"
    if _log_beside(sample) is not None:
        _, frames, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if frames > 0 and not _is_cut_off(_log_beside(sample), frames):
            return ()
        text = (
            f"{sample.name}: {name} beside it is cut off, so calls may be missing: copy it again"
            if frames > 0
            else f"{sample.name}: {name} beside it belongs to another state of the database, so calls may be missing"
        )
    elif sample.head[18:20] == _WAL_MODE and not sample.path.with_name(name).is_file():
        text = (
            f"{sample.name}: the telephone keeps its newest calls in {name}, which isn't here: copy it too, beside it"
        )
    else:
        return ()
    return (Note("no_write_ahead_log", text),)


def _is_cut_off(log: Path | None, frames: int) -> bool:
    """Whether a write-ahead log ends within a frame, or has more frames of its last writing than could be read.

    https://www.sqlite.org/fileformat2.html#the_write_ahead_log: 32 bytes of header with the page's size at 8 and the
    salt of this writing at 16; each frame is 24 bytes with the salt at 8, and a page.
    """
    if log is None:
        return False
    with log.open("rb") as file:
        header = file.read(32)
        frame = 24 + int.from_bytes(header[8:12], "big")
        if (log.stat().st_size - 32) % frame:
            return True
        file.seek(32 + frames * frame)
        return file.read(24)[8:16] == header[16:24]


def _records(sample: Sample, connection: sqlite3.Connection) -> Iterator[list[tuple[Any, ...]]]:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(ZCALLRECORD)")}
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise UnreadableError(
            f"{sample.name}: the call history has no column {missing[0]}, so it is of a kind not known here."
        )
    handles = _handles(connection, columns)
    place = _NEEDED.index("ZADDRESS")
    chosen = [name if name in columns else f"NULL AS {name}" for name in (*_NEEDED, *_OPTIONAL)]
    cursor = connection.execute(f"SELECT {', '.join(chosen)}, Z_PK FROM ZCALLRECORD ORDER BY ZDATE, Z_PK")  # noqa: S608
    while rows := cursor.fetchmany(_BATCH):
        yield [
            (
                *row[:place],
                row[place] if row[place] not in (None, "", b"") else handles.get(row[-1]),
                *row[place + 1 : -1],
            )
            for row in rows
        ]


def _handles(connection: sqlite3.Connection, columns: set[str]) -> dict[int, str]:
    """The other party's handle of each call, where newer telephones keep it apart from the call."""
    found: dict[int, str] = {}
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    values: dict[int, str] = {}
    if "ZHANDLE" in tables:
        there = {row[1] for row in connection.execute("PRAGMA table_info(ZHANDLE)")}
        kept = [name for name in ("ZNORMALIZEDVALUE", "ZVALUE") if name in there]
        if kept:
            filled = ", ".join(f"NULLIF({name}, '')" for name in kept)
            query = f"SELECT Z_PK, COALESCE({filled}, NULL) FROM ZHANDLE"  # noqa: S608
            values = {key: _text(value) or "" for key, value in connection.execute(query)}
    for name in [column for column in columns if "HANDLE" in column and "LOCAL" not in column]:
        for key, value in connection.execute(f"SELECT Z_PK, {name} FROM ZCALLRECORD WHERE {name} IS NOT NULL"):  # noqa: S608
            found[key] = values.get(value, "") if isinstance(value, int) else _text(value) or ""
    for table in (name for name in tables if _HANDLES_OF_CALLS.match(name)):
        there_ = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        call = next((name for name in there_ if name.endswith("CALLS")), None)
        handle = next((name for name in there_ if name.endswith("HANDLES")), None)
        if call and handle:
            for key, value in connection.execute(f'SELECT "{call}", "{handle}" FROM "{table}"'):  # noqa: S608
                found.setdefault(key, values.get(value, ""))
    return {key: value for key, value in found.items() if value}


def _batch(rows: list[tuple[Any, ...]], first: int) -> Batch:
    names = (*_NEEDED, *_OPTIONAL)
    cells = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    outgoing = [None if value is None else bool(value) for value in cells["ZORIGINATED"]]
    frame = calls_frame(
        {
            ROW: range(first, first + len(rows)),
            "at_us": [_instant(value) for value in cells["ZDATE"]],
            "at_text": [str(value) for value in cells["ZDATE"]],
            "direction": [None if one is None else "outbound" if one else "inbound" for one in outgoing],
            "number": [_text(value) for value in cells["ZADDRESS"]],
            "name": [_text(value) for value in cells["ZNAME"]],
            "duration_s": [float(value) if isinstance(value, int | float) else None for value in cells["ZDURATION"]],
            "native_id": [_text(value) for value in cells["ZUNIQUE_ID"]],
        }
    ).with_columns(
        number=pl.when(~is_withheld(pl.col("number"))).then("number"),
        _answered=pl.Series([None if value is None else bool(value) for value in cells["ZANSWERED"]], dtype=pl.Boolean),
        _video=pl.Series([value == _FACETIME_VIDEO for value in cells["ZCALLTYPE"]], dtype=pl.Boolean),
    )
    usable, problems = set_aside(
        frame,
        Rejected("ZDATE", "no_time", pl.col("at_us").is_null(), "the call has no date."),
        Rejected(
            "ZORIGINATED", "unknown_direction", pl.col("direction").is_null(), "the call doesn't say who called whom."
        ),
    )
    # The database says of incoming calls alone whether they were taken.
    result = (
        pl.when(pl.col("direction") == "inbound")
        .then(pl.when("_answered").then(pl.lit(ANSWERED)).when(~pl.col("_answered")).then(pl.lit(UNANSWERED)))
        .otherwise(None)
    )
    told = usable.with_columns(**telephone_call(pl.col("direction"), pl.col("duration_s"), result))
    told = told.with_columns(channel=pl.when("_video").then(pl.lit("video")).otherwise("channel"))
    return Batch("calls", complete(told), len(rows), problems)


def _instant(value: object) -> int | None:
    return round((value + _APPLE_EPOCH) * 1_000_000) if isinstance(value, int | float) and abs(value) < 1e10 else None


def _text(value: object) -> str | None:
    """An address, which newer versions keep as bytes."""
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def interpret(columns: CallColumns) -> Meaning:
    """What the extractors' columns mean."""
    kind = columns.text("call_type")
    words = kind.str.to_lowercase()
    # A call that the owner cancelled went out; one that was blocked or sent to the mailbox came in.
    direction = pl.coalesce(
        direction_of(kind, kind),
        pl.when(words.str.contains("outgoing|dialed|dialled|cancel|ausgehend|abgebrochen|saliente|sortant"))
        .then(pl.lit("outbound"))
        .when(
            words.str.contains(
                "incoming|received|missed|rejected|blocked|declined|voicemail|eingehend|entrante|entrant"
            )
        )
        .then(pl.lit("inbound")),
    )
    taken = pl.when(direction == "inbound").then(pl.lit(ANSWERED))
    missed = came_in(kind) | words.str.contains("missed|rejected|blocked|declined|cancel").fill_null(value=False)
    result = pl.coalesce(pl.when(missed).then(pl.lit(UNANSWERED)), result_of(kind), taken)
    service = columns.text("service").str.to_lowercase()
    return Meaning(
        at=columns.times("date"),
        direction=direction,
        number=columns.text("number"),
        name=columns.text("contact"),
        talk_s=clock_seconds(columns.text("duration")),
        result=result,
        own=columns.text("service").str.extract(r":\s*(\+?[\d ()-]{7,})", 1),
        channel=pl.when(service.str.contains("facetime") & ~service.str.contains("audio")).then(pl.lit("video")),
    )


SOURCES = (
    Source("iphone", "iPhone call history (CallHistory.storedata)", detect, read, calls=True),
    call_sheet(
        "iphone_csv",
        "iPhone call history (CSV of an extractor)",
        (frozenset({"call_type", "date", "duration", "number", "service"}),),
        interpret,
    ),
)
