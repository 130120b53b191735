"""Android "SMS Backup & Restore": calls, and SMS and MMS messages, from the app's XML files.

Fields as in the vendor's page "Fields in XML Backup Files" and Android's CallLog.Calls: `date` is milliseconds UTC,
`duration` whole seconds of talk, `type` 1 incoming, 2 outgoing, 3 missed, 4 voicemail received, 5 rejected, 6 blocked,
7 answered on another device. There is no result for an outgoing call: with a duration it may have been a mailbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, MESSAGE, UNANSWERED, telephone_call
from followup_analytics.ingest.parsing.calls import complete, is_withheld
from followup_analytics.ingest.parsing.parts import SEVERAL, Rejected, set_aside
from followup_analytics.ingest.parsing.xml import feed_elements
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.sheets.tabular import ROW

_BATCH = 50_000
_LONGEST_COUNT = 15
#: What Android's types of incoming calls came to; of an outgoing one (2) it doesn't say.
_RESULTS = {
    "1": ANSWERED,
    "3": UNANSWERED,
    "4": MESSAGE,
    "5": UNANSWERED,
    "6": UNANSWERED,
    "7": ANSWERED,
    "8": UNANSWERED,
}
_CALL_FIELDS = ("number", "duration", "date", "type", "presentation", "contact_name")
_MESSAGE_FIELDS = ("address", "date", "type", "contact_name", "body")
#: MMS parts by their role: 137 is From, 151 To, 130 Cc (PduHeaders of Android).
_FROM = "137"


def detect_calls(sample: Sample) -> Match | None:
    """An XML file whose root is `calls`."""
    if sample.xml_root != "calls":
        return None
    return Match(CERTAIN, "its XML root is <calls>, as SMS Backup & Restore writes it")


def detect_messages(sample: Sample) -> Match | None:
    """An XML file whose root is `smses`."""
    return (
        Match(CERTAIN, "its XML root is <smses>, as SMS Backup & Restore writes it")
        if sample.xml_root == "smses"
        else None
    )


class _Collector:
    """Gathers the attributes of elements, to be turned into columns batch by batch."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        self.records: list[dict[str, str]] = []
        self.seen = 0
        self.declared: str | None = None

    def take(self) -> pl.DataFrame:
        """The records gathered since the last call, numbered within the file."""
        columns = {field: [record.get(field) for record in self.records] for field in self.fields}
        first, self.seen = self.seen + 1, self.seen + len(self.records)
        self.records.clear()
        frame = pl.DataFrame(columns, schema=dict.fromkeys(self.fields, pl.String))
        return frame.with_columns(pl.int_range(first, self.seen + 1, dtype=pl.Int64).alias(ROW))

    def cut_off(self) -> dict[str, int]:
        """How many records the file promised and does not have, once all have been taken."""
        counts = self.declared is not None and len(self.declared) <= _LONGEST_COUNT and self.declared.isdecimal()
        promised = int(self.declared or 0) if counts else 0
        return {"truncated_file": promised - self.seen} if promised > self.seen else {}


def read_calls(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The calls of a `calls-*.xml`, in batches."""
    del options
    gathered = _Collector(_CALL_FIELDS)
    append = gathered.records.append

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "call":
            append(attributes)
        elif name == "calls":
            gathered.declared = attributes.get("count")

    for _ in feed_elements(sample, start):
        if len(gathered.records) >= _BATCH:
            yield _calls(gathered.take())
    rest = gathered.take()
    yield _calls(rest, gathered.cut_off())


def _calls(raw: pl.DataFrame, counts: dict[str, int] | None = None) -> Batch:
    kind, duration = pl.col("type"), pl.col("duration").cast(pl.Float64, strict=False)
    withheld = is_withheld(pl.col("number")) | pl.col("presentation").is_in(["2", "3", "4"]).fill_null(value=False)
    frame = raw.with_columns(
        at_us=pl.col("date").cast(pl.Int64, strict=False) * 1000,
        direction=pl.when(kind == "2")
        .then(pl.lit("outbound"))
        .when(kind.is_in(list(_RESULTS)))
        .then(pl.lit("inbound")),
        duration_s=duration,
        number=pl.when(~withheld).then(pl.col("number").str.strip_chars()),
    )
    usable, problems = set_aside(
        frame,
        Rejected(
            "date", "no_time", pl.col("at_us").is_null(), "the call has no readable date (milliseconds since 1970)."
        ),
        Rejected(
            "type",
            "unknown_type",
            pl.col("direction").is_null(),
            "this type of call is not known, so its direction isn't either.",
        ),
        Rejected(
            "duration",
            "bad_duration",
            duration.is_null() & ~pl.col("duration").str.strip_chars().is_in(["", "null"]),
            "the duration is not a number of seconds.",
        ),
    )
    result = kind.replace_strict(_RESULTS, default=None, return_dtype=pl.String)
    meaning = telephone_call(pl.col("direction"), pl.col("duration_s"), result)
    rows = usable.with_columns(**meaning, at_text="date", name=_known_name(pl.col("contact_name")))
    return Batch("calls", complete(rows), raw.height, problems, counts=counts or {})


def _known_name(name: pl.Expr) -> pl.Expr:
    return pl.when(~is_withheld(name)).then(name)


def read_messages(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The SMS and MMS messages of an `sms-*.xml`, in batches; pictures and texts pass by unread."""
    gathered = _Collector(_MESSAGE_FIELDS)
    append = gathered.records.append
    mms: dict[str, Any] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "sms":
            append(attributes)
        elif name == "mms":
            mms.update(attributes, type=attributes.get("msg_box"), sender=None, body=None)
        elif name == "addr" and attributes.get("type") == _FROM:
            mms["sender"] = attributes.get("address")
        elif name == "smses":
            gathered.declared = attributes.get("count")

    def end(name: str) -> None:
        if name == "mms":
            append(_mms_as_message(mms))
            mms.clear()

    for _ in feed_elements(sample, start, end):
        if len(gathered.records) >= _BATCH:
            yield _messages(gathered.take(), options)
    rest = gathered.take()
    yield _messages(rest, options, gathered.cut_off())


def _mms_as_message(mms: dict[str, Any]) -> dict[str, str]:
    """A picture message with the other parties as addresses: of a received one the sender, of a sent one all."""
    sender = mms.get("sender") or ""
    received = mms.get("type") == "1" and any(letter.isdigit() for letter in sender)
    others = [sender] if received else (mms.get("address") or "").split("~")
    return {**mms, "address": SEVERAL.join(other for other in others if other)}


def _messages(raw: pl.DataFrame, options: ReadOptions, counts: dict[str, int] | None = None) -> Batch:
    kind = pl.col("type")
    frame = raw.with_columns(
        at_us=pl.col("date").cast(pl.Int64, strict=False) * 1000,
        direction=pl.when(kind == "2").then(pl.lit("outbound")).when(kind == "1").then(pl.lit("inbound")),
        number=pl.when(~is_withheld(pl.col("address"))).then(pl.col("address").str.strip_chars()),
    )
    usable, problems = set_aside(
        frame,
        Rejected(
            "date", "no_time", pl.col("at_us").is_null(), "the message has no readable date (milliseconds since 1970)."
        ),
        Rejected(
            "type",
            "not_sent",
            kind.is_in(["3", "4", "5", "6"]),
            "a draft, or a message that was never sent, is not a contact.",
        ),
        Rejected(
            "type",
            "unknown_type",
            pl.col("direction").is_null(),
            "this type of message is not known, so its direction isn't either.",
        ),
    )
    rows = usable.with_columns(
        at_text="date",
        channel=pl.lit("text"),
        party=pl.lit("none"),
        certainty=pl.lit("stated"),
        name=_known_name(pl.col("contact_name")),
        note=pl.col("body") if options.keep_notes else pl.lit(None, pl.String),
    )
    return Batch("calls", complete(rows), raw.height, problems, counts=counts or {})


SOURCES = (
    Source("android_calls", "Android SMS Backup & Restore, calls (XML)", detect_calls, read_calls, calls=True),
    Source(
        "android_messages",
        "Android SMS Backup & Restore, SMS and MMS (XML)",
        detect_messages,
        read_messages,
        calls=True,
    ),
)
