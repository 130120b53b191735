"""HubSpot calls and e-mails: the API's JSON, property CSVs, and the portal's export of calls.

Directions are the CRM user's, who is the applicant here. `hs_call_duration` is milliseconds. Dispositions are ids in
the API and words in exports; "Left voicemail" is a message that was left, "Left live message" a talk with somebody.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import USERS_ZONE, CallColumns, Meaning, call_records, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, direction_of, result_of, result_of_text
from followup_analytics.ingest.parsing.parts import clock_seconds
from followup_analytics.ingest.parsing.times import ReadTimes, read_times
from followup_analytics.ingest.registry import CERTAIN, Match, Source

_DISPOSITIONS = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "left live message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong number",
}
#: In words that others use otherwise: a live message is left with somebody, and so is a wrong number's answer.
_RESULTS = {"left live message": ANSWERED, "wrong number": ANSWERED}
#: The status of the record: a call that was only logged is COMPLETED whatever it came to.
_STATUS = {"completed": None, "in progress": None, "connecting": None, "ringing": None, "queued": None, "hold": None}
_DIRECTIONS = {
    "email": "outbound",
    "incoming email": "inbound",
    "forwarded email": "inbound",
}
_PROPERTIES = (
    "hs_object_id",
    "hs_timestamp",
    "hs_call_direction",
    "hs_call_disposition",
    "hs_call_duration",
    "hs_call_from_number",
    "hs_call_to_number",
    "hs_call_status",
    "hs_call_body",
    "hs_email_direction",
    "hs_email_status",
    "hs_email_from_email",
    "hs_email_to_email",
)
_FIELDS = {f"properties.{name}": name for name in _PROPERTIES} | {"id": "hs_object_id", "createdAt": "created"}


def _times(columns: CallColumns) -> ReadTimes:
    """ISO times or milliseconds since 1970, whichever the column holds."""
    texts = columns.series(columns.any_of("hs_timestamp", "created"))
    millis = texts.str.extract(r"^(\d{12,13})$", 1).cast(pl.Int64, strict=False)
    iso = pl.from_epoch(millis, time_unit="ms").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
    return read_times(
        texts.zip_with(millis.is_null(), iso), zone="UTC", file=columns.place, column="hs_timestamp", day_first=False
    )


def interpret(columns: CallColumns) -> Meaning:
    """What HubSpot's properties mean."""
    email = columns.text("hs_email_direction").is_not_null()
    status = columns.text("hs_call_status")
    direction = direction_of(columns.any_of("hs_call_direction", "hs_email_direction"), status, _DIRECTIONS)
    told = columns.text("hs_call_disposition")
    by_id = told.str.to_lowercase().replace_strict(_DISPOSITIONS, default=None, return_dtype=pl.String)
    # Portals add dispositions of their own, with words of their own.
    said = pl.coalesce(by_id, told)
    result = pl.coalesce(result_of(said, _RESULTS), result_of_text(told), result_of(status, _STATUS))
    ends = ("hs_call_to_number", "hs_call_from_number"), ("hs_email_to_email", "hs_email_from_email")
    outer = [
        pl.when(direction == "outbound").then(columns.text(to)).otherwise(columns.text(sender)) for to, sender in ends
    ]
    inner = [
        pl.when(direction == "outbound").then(columns.text(sender)).otherwise(columns.text(to)) for to, sender in ends
    ]
    return _told(
        columns,
        _times(columns),
        direction,
        result,
        outer,
        inner,
        columns.number("hs_call_duration") / 1000,
        email,
        "hs_object_id",
    )


def interpret_export(columns: CallColumns) -> Meaning:
    """What the portal's export of calls means; its times are in the zone of the portal."""
    direction = direction_of(columns.text("call_direction"), columns.text("call_outcome"), _DIRECTIONS)
    result = pl.coalesce(
        result_of(columns.text("call_outcome"), _RESULTS), result_of_text(columns.text("call_outcome"))
    )
    to, sender = columns.text("to_number"), columns.text("from_number")
    outer = [pl.when(direction == "outbound").then(to).otherwise(sender)]
    inner = [pl.when(direction == "outbound").then(sender).otherwise(to)]
    at = columns.times("activity_date", zone=USERS_ZONE)
    talk = clock_seconds(columns.text("call_duration", "call_duration (hh:mm:ss)"))
    return _told(columns, at, direction, result, outer, inner, talk, pl.lit(value=False), "record_id")


def _told(
    columns: CallColumns,
    at: ReadTimes,
    direction: pl.Expr,
    result: pl.Expr,
    outer: list[pl.Expr],
    inner: list[pl.Expr],
    talk: pl.Expr,
    email: pl.Expr,
    key: str,
) -> Meaning:
    return Meaning(
        at=at,
        direction=direction,
        number=pl.coalesce(outer),
        own=pl.coalesce(inner),
        talk_s=pl.when(~email).then(talk),
        result=pl.when(~email).then(result),
        skip=email & columns.text("hs_email_status").str.to_uppercase().is_in(["BOUNCED", "FAILED", "SCHEDULED"]),
        native_id=columns.text(key),
        note=columns.any_of("hs_call_body", "call_notes"),
        channel=pl.when(email).then(pl.lit("email")),
        party=pl.when(email).then(pl.lit("none")),
        # Said by a person who made the call: somebody was reached, or nobody, or a message was left.
        certainty=pl.when(result.is_not_null() | email).then(pl.lit("stated")),
    )


def detect(sample: Sample) -> Match | None:
    """JSON whose records have HubSpot's properties of calls or e-mails."""
    fits = any(f'"{name}' in sample.json_start for name in ("hs_call_", "hs_email_direction"))
    return Match(CERTAIN, "its records have HubSpot's properties (hs_call_...)") if fits else None


read = call_records(("results", "objects"), _FIELDS, interpret)

SOURCES = (
    Source("hubspot_json", "HubSpot calls and e-mails (API JSON)", detect, read, calls=True),
    call_sheet(
        "hubspot",
        "HubSpot calls and e-mails (property CSV)",
        (frozenset({"hs_timestamp", "hs_call_direction"}), frozenset({"hs_timestamp", "hs_email_direction"})),
        interpret,
    ),
    call_sheet(
        "hubspot_export",
        "HubSpot calls (portal export, CSV)",
        (frozenset({"call_outcome", "call_direction", "activity_date"}),),
        interpret_export,
    ),
)
