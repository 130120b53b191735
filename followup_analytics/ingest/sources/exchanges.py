"""Call records of one's own exchange: Asterisk and FreePBX (16 to 21 columns, with a header and without), FreeSWITCH.

Columns of the headerless forms are found by what is in them, since two orders are common. Times are local to the
server, or UTC, without a marker; where the record has a unique id (epoch and sequence), it tells the offset. Talk is
`billsec`; `duration` has the ringing in it. Direction isn't stored: lengths of the two numbers tell it, then the
context. Several rows with one linked id are one call, whose time is that of its first row. Calls inside the house are
passed over and counted. Files of any size are read row by row.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from followup_analytics.ingest.callsheet import USERS_ZONE, CallColumns, Meaning, calls_batch
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, MESSAGE, UNANSWERED
from followup_analytics.ingest.parsing.csv_rows import csv_rows
from followup_analytics.ingest.parsing.telephone import contact_key
from followup_analytics.ingest.parsing.times import ReadTimes
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.sheets.dates import iso_times
from followup_analytics.sheets.tabular import ROW, header_key

_BATCH = 50_000
_DISPOSITIONS = {"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"}
_AMA = {"DOCUMENTATION", "BILLING", "BILL", "OMIT", "IGNORE", "DEFAULT", "1", "2", "3"}
_TIME = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
_UNIQUE = re.compile(r"^(?:[\w.-]+-)?\d{9,11}\.\d+$")
_UUID = re.compile(r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
_CAUSE = re.compile(r"^[A-Z][A-Z_]{4,}$")
_MASTER = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
_CUSTOM = (
    "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield",
)  # fmt: skip
_FREESWITCH = (
    "caller_id_name", "src", "dst", "dcontext", "start", "answer", "end", "duration", "billsec", "hangup_cause",
    "uuid", "bleg_uuid", "accountcode", "read_codec", "write_codec",
)  # fmt: skip
_FREEPBX = frozenset({"calldate", "clid", "src", "dst", "dcontext", "disposition"})
_OUTBOUND_CONTEXT = r"(?i)from-internal|outbound|outgoing|outrt|^internal"
_INBOUND_CONTEXT = r"(?i)from-(?:trunk|pstn|did|sip-external|zaptel)|ext-did|inbound|incoming|^public"
_EXTENSION = r"^(?:\*?\d{1,6}|[ahiost]|vm[a-z]*\d+)$"
_OUTSIDE = r"^\+?\d{7,15}$"
_QUARTER_US = 900_000_000
#: A unique id is made within these of the first row of its call.
_ID_IS_MADE_US = 5_000_000
_RESULTS = {
    "ANSWERED": ANSWERED,
    "NO ANSWER": UNANSWERED,
    "BUSY": UNANSWERED,
    "FAILED": UNANSWERED,
    "CONGESTION": UNANSWERED,
}
#: Causes for which nobody took the call. NORMAL_CLEARING alone tells nothing: whoever hangs up gives it.
_UNANSWERED_CAUSES = (
    r"^(?:NO_ANSWER|NO_USER_RESPONSE|USER_BUSY|ORIGINATOR_CANCEL|CALL_REJECTED|SUBSCRIBER_ABSENT|UNALLOCATED_NUMBER|"
    r"NO_ROUTE.*|.*CONGESTION|.*TEMPORARY_FAILURE|DESTINATION_OUT_OF_ORDER|INVALID_NUMBER.*|LOSE_RACE|"
    r"PROGRESS_TIMEOUT|ALLOTTED_TIMEOUT|USER_NOT_REGISTERED|NUMBER_CHANGED|BEARERCAPABILITY.*|INCOMPATIBLE.*)$"
)
_NUMERIC_DISPOSITIONS = {"1": "NO ANSWER", "2": "BUSY", "3": "FAILED", "4": "ANSWERED"}


def detect_asterisk(sample: Sample) -> Match | None:
    """FreePBX's header, or rows with times, a disposition and an accounting flag in Asterisk's places."""
    if any(header >= _FREEPBX for header in sample.headers):
        return Match(CERTAIN, "it has the columns calldate, clid, src, dst and disposition")
    if any(_asterisk_names(row) for row in sample.first_rows[:5]):
        return Match(CERTAIN, "its rows have call times, a disposition and an accounting flag in Asterisk's order")
    return None


def detect_freeswitch(sample: Sample) -> Match | None:
    """Rows with a hangup cause in column 10 and a UUID in column 11."""
    fits = any(len(row) >= 11 and _CAUSE.match(row[9]) and _UUID.match(row[10]) for row in sample.first_rows[:5])
    return Match(CERTAIN, "its rows have a hangup cause and a call's UUID in FreeSWITCH's places") if fits else None


def _asterisk_names(row: Sequence[str]) -> tuple[str, ...] | None:
    """The columns' names of a headerless row, by the place of its disposition and times; None if it is none."""
    for names in (_MASTER, _CUSTOM):
        place = names.index("disposition")
        if (
            len(row) <= place + 1
            or row[place].strip().upper() not in _DISPOSITIONS
            or row[place + 1].strip().upper() not in _AMA
        ):
            continue
        if _TIME.match(row[names.index("start")].strip()) and row[names.index("billsec")].strip().isdigit():
            return (
                names + _further(row[len(names) :])
                if names is _MASTER
                else (names + _linked(row[len(names) :]))[: len(row)]
            )
    return None


def _further(rest: Sequence[str]) -> tuple[str, ...]:
    """Names of what follows the sixteen: a unique id and user field as configured, then three newer columns."""
    newer = _linked(rest[-3:]) if len(rest) >= 3 and _UNIQUE.match(rest[-2]) else ()
    older = rest[: len(rest) - len(newer)]
    names = ["uniqueid" if _UNIQUE.match(cell) else "userfield" for cell in older]
    return (*names, *newer)


def _linked(rest: Sequence[str]) -> tuple[str, ...]:
    return ("peeraccount", "linkedid", "sequence")[: len(rest)]


def read_asterisk(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """Asterisk's records, by their header or by their places."""
    names: tuple[str, ...] | None = None
    for first, rows in _batches(sample):
        if names is None:
            header = next(
                (tuple(map(header_key, row)) for row in rows[:15] if set(map(header_key, row)) >= _FREEPBX), None
            )
            names = header or next((found for row in rows if (found := _asterisk_names(row))), None) or _MASTER
        yield calls_batch(_frame(rows, first, names), sample.name, interpret_asterisk, options)


def read_freeswitch(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """FreeSWITCH's records, by their places."""
    for first, rows in _batches(sample):
        yield calls_batch(_frame(rows, first, _FREESWITCH), sample.name, interpret_freeswitch, options)


def _batches(sample: Sample) -> Iterator[tuple[int, list[list[str]]]]:
    """Rows in batches, with the record number of the first."""
    rows: list[list[str]] = []
    number = 0
    with csv_rows(sample) as reader:
        for number, row in enumerate(reader, start=1):
            rows.append(row)
            if len(rows) >= _BATCH:
                yield number - len(rows) + 1, rows
                rows = []
        yield number - len(rows) + 1, rows


def _frame(rows: Sequence[Sequence[str]], first: int, names: tuple[str, ...]) -> pl.DataFrame:
    """Rows under names; headers, blank lines and rows that are too short are left out, as nobody called there."""
    width = len(names)
    least = min(width, 10)
    kept = [(first + place, row) for place, row in enumerate(rows) if len(row) >= least and not _is_header(row, names)]
    cells: Iterable[Sequence[str | None]]
    if all(len(row) >= width for _, row in kept):
        cells = zip(*(row for _, row in kept), strict=False)
    else:
        cells = ([row[place] if place < len(row) else None for _, row in kept] for place in range(width))
    columns = dict.fromkeys(names, ()) | dict(zip(names, cells, strict=False))
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.with_columns(pl.Series(ROW, [number for number, _ in kept], dtype=pl.Int64))


def _is_header(row: Sequence[str], names: tuple[str, ...]) -> bool:
    """Whether a row repeats the columns' names; most rows are told from one by a letter."""
    first, second = row[0], row[1]
    if not (first[:1].isalpha() or second[:1].isalpha()):
        return False
    return header_key(first) == names[0] or header_key(second) == names[1]


def _direction(columns: CallColumns) -> pl.Expr:
    source, target, context = columns.text("src"), columns.text("dst"), columns.text("dcontext")
    inside_from, inside_to = source.str.contains(_EXTENSION), target.str.contains(_EXTENSION)
    outside_from, outside_to = source.str.contains(_OUTSIDE), target.str.contains(r"^\+?\d{7,}$")
    return (
        pl.when(inside_from & outside_to)
        .then(pl.lit("outbound"))
        .when(outside_from & inside_to)
        .then(pl.lit("inbound"))
        .when(inside_from & inside_to)
        .then(pl.lit("internal"))
        .when(context.str.contains(_INBOUND_CONTEXT))
        .then(pl.lit("inbound"))
        .when(context.str.contains(_OUTBOUND_CONTEXT))
        .then(pl.lit("outbound"))
    )


def _times(columns: CallColumns, call: pl.Expr) -> ReadTimes:
    """Server times, made exact by the epoch in the unique ids of the file; where there is none, in the user's zone.

    A unique id is made when its call begins, so that later rows of a call have an older one. One clock wrote them all:
    a row whose own id doesn't fit has the offset of its call's first row, else that of the rows around it, where those
    agree (clocks are changed twice a year).
    """
    name = "calldate" if columns.has("calldate") else "start"
    order = columns.options.day_first
    # A spreadsheet that saved the file anew wrote the times its own way.
    texts = iso_times(columns.series(columns.text(name)), file=columns.place, column=name, day_first=order)
    told = texts.str.replace("T", " ", literal=True).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    frame = columns.frame.select(
        local=told.dt.epoch("us"),
        epoch=columns.text("uniqueid").str.extract(r"(\d{9,11})\.\d+$", 1).cast(pl.Int64, strict=False) * 1_000_000,
        call=call,
    )
    gap = pl.col("local") - pl.col("epoch")
    offset = ((gap / _QUARTER_US).round() * _QUARTER_US).cast(pl.Int64)
    sound = ((gap - offset).abs() <= _ID_IS_MADE_US) & (offset.abs() <= 57 * _QUARTER_US)
    frame = frame.with_columns(offset=pl.when(sound).then(offset)).with_row_index("_place")
    of_call = pl.col("offset").sort_by("local").drop_nulls().first().over("call")
    frame = frame.with_columns(offset=pl.coalesce("offset", pl.when(pl.col("call").is_not_null()).then(of_call)))
    around = frame.sort("local").with_columns(
        before=pl.col("offset").forward_fill(), after=pl.col("offset").backward_fill()
    )
    agreed = pl.coalesce("before", "after") == pl.coalesce("after", "before")
    around = around.with_columns(offset=pl.coalesce("offset", pl.when(agreed).then(pl.coalesce("before", "after"))))
    exact = around.sort("_place").select(us=pl.col("local") - pl.col("offset"))["us"]
    unread = texts.is_not_null() & exact.is_null()
    if exact.len() and not unread.any():
        none = pl.Series([None], dtype=pl.String).new_from_index(0, exact.len())
        return ReadTimes(exact, pl.repeat(value=False, n=exact.len(), eager=True, dtype=pl.Boolean), none, {})
    read = columns.times(name, zone=USERS_ZONE)
    return ReadTimes(exact.fill_null(read.us), read.is_day, read.fault, read.counts)


def _of_whole_calls(at: ReadTimes, call: pl.Series) -> ReadTimes:
    """The times with that of its first row for each row of a call."""
    first = pl.DataFrame({"us": at.us, "call": call}).select(
        us=pl.when(pl.col("call").is_null()).then("us").otherwise(pl.col("us").min().over("call"))
    )["us"]
    return dataclasses.replace(at, us=first)


def _outside(columns: CallColumns) -> pl.Expr:
    """The number dialled, without the digit for an outside line where only the rest is a line of the roster."""
    theirs, region = columns.options.their_numbers, columns.options.region

    def bare(number: str) -> str:
        known = contact_key(number, region) in theirs or contact_key(number[1:], region) not in theirs
        return number if known else number[1:]

    written = columns.series(columns.text("dst")).drop_nulls().unique().to_list()
    plain = {number: bare(number) for number in written if number[:1] in {"0", "8", "9"}} if theirs else {}
    changed = {number: one for number, one in plain.items() if number != one}
    return columns.text("dst").replace(changed) if changed else columns.text("dst")


def interpret_asterisk(columns: CallColumns) -> Meaning:
    """What Asterisk's columns mean."""
    told = columns.text("disposition")
    disposition = told.replace(_NUMERIC_DISPOSITIONS).str.to_uppercase()
    result = disposition.replace_strict(_RESULTS, default=None, return_dtype=pl.String)
    direction = _direction(columns)
    talk = columns.number("billsec")
    mailbox = (
        (columns.text("lastapp").str.to_lowercase() == "voicemail") & (result == ANSWERED) & (direction == "inbound")
    )
    dialled = columns.text("lastdata").str.extract(r"/(\+?\d{7,15})@", 1)
    # An outside line's digit stands before the number in dst, but not in what was dialled.
    target = pl.when(columns.text("dst").str.ends_with(dialled)).then(dialled).otherwise(_outside(columns))
    caller = pl.coalesce(
        pl.when(columns.text("src").str.contains(_OUTSIDE)).then(columns.text("src")),
        columns.text("clid").str.extract(r"<(\+?\d+)>", 1),
        columns.text("src"),
    )
    call = columns.any_of("linkedid", "uniqueid")
    # The row that tells most of a call: one with somebody outside, answered, with the longest talk.
    tells = [direction.is_in(["inbound", "outbound"]).fill_null(value=False), result == ANSWERED, talk.fill_null(-1)]
    best = pl.col(ROW).sort_by(tells, descending=True, nulls_last=True, maintain_order=True).first().over(call)
    outbound = direction == "outbound"
    return Meaning(
        at=_of_whole_calls(_times(columns, call), columns.series(call)),
        direction=pl.when(direction != "internal").then(direction),
        number=pl.when(outbound).then(target).otherwise(caller),
        own=pl.when(outbound).then(columns.any_of("outbound_cnum", "src")).otherwise(columns.any_of("did", "dst")),
        talk_s=talk,
        result=pl.when(mailbox.fill_null(value=False)).then(pl.lit(MESSAGE)).otherwise(result),
        leg=call.is_not_null() & (pl.col(ROW) != best),
        internal=direction == "internal",
        native_id=call,
    )


def interpret_freeswitch(columns: CallColumns) -> Meaning:
    """What FreeSWITCH's columns mean; a row whose id is another one's b-leg is a leg of that call."""
    direction = _direction(columns)
    outbound = direction == "outbound"
    legs = columns.series(columns.text("bleg_uuid")).drop_nulls()
    refused = columns.text("hangup_cause").str.contains(_UNANSWERED_CAUSES)
    return Meaning(
        at=columns.times("start"),
        direction=pl.when(direction != "internal").then(direction),
        number=pl.when(outbound).then(columns.text("dst")).otherwise(columns.text("src")),
        name=pl.when(~outbound).then(columns.text("caller_id_name")),
        own=pl.when(outbound).then(columns.text("src")).otherwise(columns.text("dst")),
        talk_s=columns.number("billsec"),
        result=pl.when(refused)
        .then(pl.lit(UNANSWERED))
        .when(columns.text("answer").is_not_null())
        .then(pl.lit(ANSWERED)),
        leg=columns.text("uuid").is_in(legs.implode()),
        internal=direction == "internal",
        native_id=columns.text("uuid"),
    )


SOURCES = (
    Source(
        "asterisk", "Asterisk and FreePBX call records (CSV)", detect_asterisk, read_asterisk, calls=True, by_place=True
    ),
    Source(
        "freeswitch", "FreeSWITCH call records (CSV)", detect_freeswitch, read_freeswitch, calls=True, by_place=True
    ),
)
