"""The neutral call: what every source of calls and messages yields, before it is linked to an interview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from followup_analytics.sheets.tabular import ROW

#: One row per call or message, seen from the applicant. `_row` counts records as the file does (row 1 is the header, or
#: the first element where there is none); `member` is the file inside a folder or archive.
CALLS: dict[str, Any] = {
    ROW: pl.Int64,
    "member": pl.String,
    "at_us": pl.Int64,  # UTC microseconds
    "is_day": pl.Boolean,  # only the date is known: `at_us` is its midnight UTC
    "at_text": pl.String,  # the time as the file has it
    "direction": pl.String,  # outbound or inbound
    "channel": pl.String,  # of the contract's channels
    "party": pl.String,  # none: nobody reached, or written; null: not told
    "number": pl.String,  # the other party's number or address as the file has it; null when withheld
    "name": pl.String,  # the other party's name, used for linking and then dropped
    "own": pl.String,  # the applicant's own number or address
    "duration_s": pl.Float64,  # talk time, never ringing
    "certainty": pl.String,  # stated: the source says so; unclear: it can't tell a conversation from a recorded message
    "automatic": pl.Boolean,
    "native_id": pl.String,  # the source's own id of the call
    "thread": pl.String,  # calendar uid, or the ids of messages that this one answers (space separated)
    "note": pl.String,  # free text, dropped unless asked for
}

#: Why a record can't be used; `column` is null where the whole record is at fault.
PROBLEMS: dict[str, Any] = {
    ROW: pl.Int64,
    "member": pl.String,
    "column": pl.String,
    "rule": pl.String,
    "message": pl.String,
}

#: What a file writes where a number is withheld: never a number to link by.
WITHHELD = frozenset(
    {
        "",
        "-1",
        "-2",
        "-3",
        "null",
        "none",
        "unknown",
        "(unknown)",
        "private",
        "anonymous",
        "restricted",
        "unavailable",
        "withheld",
        "blocked",
        "no caller id",
        "unknown caller",
        "private number",
        "payphone",
        "n/a",
    }
)


def calls_frame(columns: Mapping[str, Sequence[Any] | pl.Series]) -> pl.DataFrame:
    """A frame of neutral calls from columns of equal length; columns that are not given are null."""
    given = pl.DataFrame(
        {name: pl.Series(name, values, dtype=CALLS[name], strict=False) for name, values in columns.items()}
    )
    return complete(given)


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with all columns of a neutral call, in order and typed; what is missing is null."""
    return frame.select(
        (pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, kind)).alias(name)
        for name, kind in CALLS.items()
    )


def problems_frame(rows: Sequence[Mapping[str, Any]] = ()) -> pl.DataFrame:
    """A frame of problems from dicts; without any, an empty one of the right type."""
    return pl.DataFrame(list(rows), schema=PROBLEMS)


def is_withheld(number: pl.Expr) -> pl.Expr:
    """Whether the text stands for a number that the network did not give."""
    return number.is_null() | number.str.strip_chars().str.to_lowercase().is_in(list(WITHHELD))
