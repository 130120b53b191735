"""Twilio calls: the API's JSON, newline-delimited JSON, and CSV exports.

Times are RFC 2822 in UTC in the API, ISO in exports; `duration` is whole seconds of the connected call, 0 for busy,
failed, no-answer and canceled. `answered_by` of machine detection is the one place where a mailbox is told apart.
"""

from __future__ import annotations

import re

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_records, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, direction_of, result_of
from followup_analytics.ingest.parsing.calls import WITHHELD
from followup_analytics.ingest.registry import CERTAIN, LIKELY, Match, Source

_CALL_SID = re.compile(r'"sid"\s*:\s*"CA[0-9a-f]{32}"')
_DIRECTIONS = {
    "trunking originating": "inbound",
    "trunking terminating": "outbound",
    "outbound api": "outbound",
    "outbound dial": "outbound",
    "outgoing api": "outbound",
    "outgoing dial": "outbound",
}
_RESULTS = {"in progress": ANSWERED, "queued": None, "ringing": None, "initiated": None}
#: ANONYMOUS, RESTRICTED, UNAVAILABLE, UNKNOWN and BLOCKED spelt on a telephone's keys stand for a withheld number.
_SPELT = ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "+464"]
_FIELDS = {
    "sid": "sid",
    "parent_call_sid": "parent_call_sid",
    "to": "to",
    "from": "from",
    "status": "status",
    "direction": "direction",
    "start_time": "start_time",
    "date_created": "date_created",
    "duration": "duration",
    "answered_by": "answered_by",
    "startTime": "start_time",
    "parentCallSid": "parent_call_sid",
    "dateCreated": "date_created",
    "answeredBy": "answered_by",
}
_WITHHELD = sorted(WITHHELD | set(_SPELT))


def detect(sample: Sample) -> Match | None:
    """JSON with call sids: `CA` and 32 hexadecimal digits."""
    if sample.json_start and _CALL_SID.search(sample.json_start):
        return Match(CERTAIN, "its records have Twilio call sids (CA...)")
    return None


def interpret(columns: CallColumns) -> Meaning:
    """What Twilio's columns mean; a dialled leg belongs to its parent call."""
    direction = direction_of(columns.text("direction"), own=_DIRECTIONS)
    outbound = direction == "outbound"
    to, caller = columns.text("to", "to_number"), columns.text("from", "from_number")
    by = columns.text("answered_by").str.to_lowercase()
    number = pl.when(outbound).then(to).otherwise(caller)
    sid = columns.text("sid", "call_sid")
    parent = columns.text("parent_call_sid", "parent_sid")
    return Meaning(
        # A call that was never dialled has no start.
        at=columns.times_of(columns.any_of("start_time", "date_created"), "start_time", zone="UTC", day_first=False),
        direction=direction,
        number=pl.when(~number.is_in(_WITHHELD)).then(number),
        own=pl.when(outbound).then(caller).otherwise(to),
        talk_s=columns.number("duration"),
        result=result_of(columns.text("status", "call_status"), _RESULTS),
        # An inbound call that a program dials on has a leg of its own; the parent is the contact.
        leg=parent.is_not_null() & parent.is_in(sid.implode()),
        native_id=sid,
        certainty=pl.when(by.str.starts_with("machine"))
        .then(pl.lit("machine"))
        .when(by == "human")
        .then(pl.lit("stated")),
    )


read = call_records(("calls",), _FIELDS, interpret)

SOURCES = (
    Source("twilio", "Twilio calls (API JSON or newline-delimited JSON)", detect, read, calls=True),
    call_sheet(
        "twilio_csv",
        "Twilio calls (CSV)",
        (
            frozenset({"from", "to", "direction", "status", "duration", "start_time"}),
            frozenset({"sid", "from", "to", "direction", "status", "duration"}),
            frozenset({"call_sid", "from", "to", "direction", "call_status", "start_time"}),
        ),
        interpret,
        strength=LIKELY,
        unlike=frozenset({"talking", "call_id", "ringing"}),
    ),
)
