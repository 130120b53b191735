"""Close's call activities: API JSON and CSV. `vm-left` is a message left by the caller, `vm-answer` a mailbox heard."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet, calls_batch
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.parts import worded
from followup_analytics.ingest.parsing.records import json_frame, json_records
from followup_analytics.ingest.registry import CERTAIN, LIKELY, Batch, Match, ReadOptions, Source

_FIELDS = {
    name: name
    for name in (
        "id",
        "direction",
        "disposition",
        "duration",
        "remote_phone",
        "local_phone",
        "phone",
        "date_created",
        "note",
        "contact_name",
        "activity_at",
    )
}
_UNANSWERED = ["no-answer", "busy", "blocked", "error", "abandoned", "vm-answer", "no answer"]


def interpret(columns: CallColumns) -> Meaning:
    """What Close's fields mean."""
    direction = worded(
        columns.text("direction"),
        {"inbound": "inbound", "outbound": "outbound", "incoming": "inbound", "outgoing": "outbound"},
    )
    result = columns.text("disposition").str.to_lowercase()
    left = (result == "vm-left") | ((result == "vm-answer") & (direction == "inbound"))
    unanswered = result.is_in(_UNANSWERED)
    talk = columns.number("duration")
    return Meaning(
        at=columns.times(
            "activity_at" if columns.has("activity_at") and not columns.has("date_created") else "date_created",
            zone="UTC",
            day_first=False,
        ),
        direction=direction,
        number=columns.any_of("remote_phone", "phone"),
        own=columns.text("local_phone"),
        name=columns.text("contact_name"),
        talk_s=pl.when(unanswered & ~left).then(0.0).otherwise(talk),
        left_message=left,
        missed=(direction == "inbound") & unanswered & ~left,
        native_id=columns.text("id"),
        note=columns.text("note"),
    )


def detect(sample: Sample) -> Match | None:
    """JSON with Close's activity ids."""
    fits = '"acti_' in sample.json_start and '"disposition"' in sample.json_start
    return Match(CERTAIN, "its records have Close's activity ids and dispositions") if fits else None


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The records of the API."""
    for records, counts in json_records(sample, ("data",)):
        batch = calls_batch(json_frame(records, _FIELDS), sample.name, interpret, options)
        yield Batch(batch.table, batch.rows, batch.read, batch.problems, batch.merged, {**batch.counts, **counts})


SOURCES = (
    Source("close_json", "Close calls (API JSON)", detect, read, calls=True),
    call_sheet(
        "close",
        "Close calls (CSV)",
        (frozenset({"disposition", "remote_phone", "direction", "date_created"}),),
        interpret,
        strength=LIKELY,
    ),
)
