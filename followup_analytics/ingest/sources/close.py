"""Close's call activities: API JSON and CSV. `vm-left` is a message left by the caller, `vm-answer` a mailbox heard."""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_records, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, MESSAGE, UNANSWERED, direction_of, result_of
from followup_analytics.ingest.registry import CERTAIN, LIKELY, Match, Source

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
_RESULTS = {"vm left": MESSAGE, "vm answer": UNANSWERED, "answered": ANSWERED}


def interpret(columns: CallColumns) -> Meaning:
    """What Close's fields mean."""
    direction = direction_of(columns.text("direction"), columns.text("disposition"))
    # The mailbox that took a call which came in is the applicant's own: the caller left a message.
    left = (columns.text("disposition").str.to_lowercase() == "vm-answer") & (direction == "inbound")
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
        talk_s=columns.number("duration"),
        result=pl.when(left.fill_null(value=False))
        .then(pl.lit(MESSAGE))
        .otherwise(result_of(columns.text("disposition"), _RESULTS)),
        native_id=columns.text("id"),
        note=columns.text("note"),
    )


def detect(sample: Sample) -> Match | None:
    """JSON with Close's activity ids."""
    fits = '"acti_' in sample.json_start and '"disposition"' in sample.json_start
    return Match(CERTAIN, "its records have Close's activity ids and dispositions") if fits else None


read = call_records(("data",), _FIELDS, interpret)

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
