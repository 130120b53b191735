"""RingCentral call logs: the portal's simple and detailed downloads, the archiver's forms, and the API's JSON.

CSV times are local to the portal's user, written month first ("Tue 3/5/2024"); JSON times are UTC. Detailed logs have a
row for each leg below the call's own row: legs have no Type. "Voicemail" of an outbound call is not told apart from an
answer unless the action result says so.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_records, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, direction_of, result_of
from followup_analytics.ingest.parsing.parts import clock_seconds
from followup_analytics.ingest.registry import CERTAIN, Match, Source

#: The simple form has no direction; actions that can only be one are used.
_ACTIONS = {
    "voip call": "outbound",
    "ringout web": "outbound",
    "ringout pc": "outbound",
    "ringout mobile": "outbound",
    "call return": "outbound",
    "ringme": "outbound",
    "accept call": "inbound",
    "incoming call": "inbound",
    "ring directly": "inbound",
    "findme": "inbound",
    "followme": "inbound",
    "pickup": "inbound",
    "outgoing call": "outbound",
}
_RESULTS = {"answered not accepted": ANSWERED, "in progress": None, "unknown": None}
_FIELDS = {
    "id": "id",
    "sessionId": "session_id",
    "startTime": "start_time",
    "duration": "duration",
    "type": "type",
    "direction": "direction",
    "action": "action",
    "result": "action_result",
    "to.phoneNumber": "to",
    "from.phoneNumber": "from",
    "to.name": "to_name",
    "from.name": "from_name",
}


def _meaning(columns: CallColumns, zone: str) -> Meaning:
    direction = pl.coalesce(
        direction_of(columns.text("direction")),
        direction_of(columns.text("action"), columns.text("action_result"), _ACTIONS),
    )
    outbound = direction == "outbound"
    both = pl.when(outbound).then(columns.text("to")).otherwise(columns.text("from"))
    names = ("start_time",) if columns.has("start_time") else ("date", "time")
    return Meaning(
        at=columns.times(*names, zone=zone, day_first=False),
        direction=direction,
        number=pl.coalesce(both, columns.text("phone_number")),
        name=pl.coalesce(
            pl.when(outbound).then(columns.text("to_name")).otherwise(columns.text("from_name")), columns.text("name")
        ),
        own=pl.when(outbound).then(columns.text("from")).otherwise(columns.text("to")),
        talk_s=clock_seconds(columns.text("duration")),
        result=result_of(columns.text("action_result"), _RESULTS),
        leg=columns.text("type").is_null() & columns.text("leg").is_not_null()
        if columns.has("leg")
        else pl.lit(value=False),
        skip=columns.text("type").str.to_lowercase() == "fax",
        native_id=columns.text("callid", "call_id", "id"),
    )


def interpret(columns: CallColumns) -> Meaning:
    """What the columns of a download mean."""
    return _meaning(columns, "user")


def detect(sample: Sample) -> Match | None:
    """JSON records with a session id, a start time and RingCentral's action and result."""
    start = sample.json_start
    fits = all(f'"{name}"' in start for name in ("sessionId", "startTime", "action", "result", "direction"))
    return (
        Match(CERTAIN, "its records have a session id, action and result as RingCentral's API gives them")
        if fits
        else None
    )


read = call_records(("records",), _FIELDS, lambda columns: _meaning(columns, "UTC"))

SOURCES = (
    call_sheet(
        "ringcentral",
        "RingCentral call log (CSV)",
        (frozenset({"type", "date", "time", "action", "action_result", "duration"}),),
        interpret,
    ),
    Source("ringcentral_json", "RingCentral call log (API JSON)", detect, read, calls=True),
)
