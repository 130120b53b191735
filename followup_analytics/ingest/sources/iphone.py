"""iPhone call history: the telephone's own database, and the CSV of the usual extractors.

The database counts seconds since 2001-01-01 UTC. ZANSWERED means something for incoming calls only; an outgoing call
was taken when it has a duration, by whom or what it doesn't say. The CSV's times are local to the telephone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.calls import calls_frame, complete, is_withheld, spoken
from followup_analytics.ingest.parsing.parts import Rejected, clock_seconds, set_aside
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.sheets.tabular import ROW

#: Seconds from 1970 to 2001, where Apple's clock begins.
_APPLE_EPOCH = 978_307_200
_BATCH = 20_000
_NEEDED = ("ZDATE", "ZDURATION", "ZADDRESS", "ZORIGINATED", "ZANSWERED")
_OPTIONAL = ("ZUNIQUE_ID", "ZCALLTYPE", "ZNAME", "ZSERVICE_PROVIDER")
_FACETIME_VIDEO = 8


def _connect(sample: Sample) -> sqlite3.Connection:
    # Immutable: the file is a copy out of a backup, and must not be touched.
    return sqlite3.connect(f"file:{quote(str(sample.path.resolve()))}?mode=ro&immutable=1", uri=True)


def detect(sample: Sample) -> Match | None:
    """An SQLite file with the table ZCALLRECORD."""
    if sample.container != "sqlite":
        return None
    try:
        with _connect(sample) as connection:
            found = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE type='table' AND name='ZCALLRECORD'"
            ).fetchone()
    except sqlite3.Error:
        return None
    return Match(CERTAIN, "it is a database with the table ZCALLRECORD") if found else None


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The calls of the database, in batches."""
    del options
    try:
        connection = _connect(sample)
        columns = {row[1] for row in connection.execute("PRAGMA table_info(ZCALLRECORD)")}
        missing = [name for name in _NEEDED if name not in columns]
        if missing:
            raise UnreadableError(
                f"{sample.name}: the call history has no column {missing[0]}, so it is of a kind not known here."
            )
        chosen = [name if name in columns else f"NULL AS {name}" for name in (*_NEEDED, *_OPTIONAL)]
        cursor = connection.execute(f"SELECT {', '.join(chosen)} FROM ZCALLRECORD ORDER BY ZDATE, Z_PK")  # noqa: S608
        first = 1
        while rows := cursor.fetchmany(_BATCH):
            yield _batch(rows, first)
            first += len(rows)
        if first == 1:
            yield _batch([], 1)
    except sqlite3.Error as error:
        raise UnreadableError(
            f"{sample.name}: the database is damaged ({error}); extract it from the backup again."
        ) from None


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
        _answered=pl.Series([bool(value) for value in cells["ZANSWERED"]], dtype=pl.Boolean),
        _video=pl.Series([value == _FACETIME_VIDEO for value in cells["ZCALLTYPE"]], dtype=pl.Boolean),
    )
    usable, problems = set_aside(
        frame,
        Rejected("ZDATE", "no_time", pl.col("at_us").is_null(), "the call has no date."),
        Rejected(
            "ZORIGINATED", "unknown_direction", pl.col("direction").is_null(), "the call doesn't say who called whom."
        ),
    )
    missed = (pl.col("direction") == "inbound") & ~pl.col("_answered")
    meaning = spoken(pl.col("direction"), pl.col("duration_s"), left_message=pl.lit(value=False), missed=missed)
    rows_ = usable.with_columns(**meaning).with_columns(
        channel=pl.when("_video").then(pl.lit("video")).otherwise("channel"),
        duration_s=pl.when(~missed).then("duration_s"),
    )
    return Batch("calls", complete(rows_), len(rows), problems)


def _instant(value: object) -> int | None:
    return round((value + _APPLE_EPOCH) * 1_000_000) if isinstance(value, int | float) and abs(value) < 1e10 else None


def _text(value: object) -> str | None:
    """An address, which newer versions keep as bytes."""
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def interpret(columns: CallColumns) -> Meaning:
    """What the extractors' columns mean."""
    kind = columns.text("call_type").str.to_lowercase()
    outgoing = kind.str.contains("outgoing|dialed|dialled|cancel")
    service = columns.text("service").str.to_lowercase()
    talk = clock_seconds(columns.text("duration"))
    return Meaning(
        at=columns.times("date"),
        direction=pl.when(outgoing)
        .then(pl.lit("outbound"))
        .when(kind.str.contains("incoming|received|missed|rejected|blocked|declined"))
        .then(pl.lit("inbound")),
        number=columns.text("number"),
        name=columns.text("contact"),
        talk_s=talk,
        missed=kind.str.contains("missed|rejected|blocked|declined"),
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
