"""Dialpad's call records from its statistics export.

Times carry no offset and stand in the zone that the row's own `timezone` column names (UTC by default). An empty
`date_connected` is a call that nobody took; talk lasts from there to `date_ended`.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.parts import Rejected, worded
from followup_analytics.ingest.parsing.times import ReadTimes
from followup_analytics.log.clock import is_zone

_DAMAGED = r"^\d(?:[.,]\d+)?[eE]\+?\d+$"


def interpret(columns: CallColumns) -> Meaning:
    """What Dialpad's columns mean."""
    zones = columns.series(columns.text("timezone").fill_null("UTC"))
    known = {zone: zone if is_zone(zone) else None for zone in zones.unique()}
    zones = zones.replace_strict(known, return_dtype=pl.String)
    direction = worded(columns.text("direction"), {"inbound": "inbound", "outbound": "outbound"})
    category = columns.text("category", "disposition").str.to_lowercase()
    connected = (
        columns.text("date_connected").is_not_null()
        if columns.has("date_connected")
        else ~category.str.contains("missed|cancel|abandon")
    )
    left = (direction == "inbound") & ~connected & category.str.contains("voicemail").fill_null(value=False)
    return Meaning(
        at=columns.times("date_started", zone=zones),
        direction=direction,
        number=columns.text("external_number"),
        own=columns.text("internal_number"),
        talk_s=pl.when(connected).then(_talk(columns, zones)).otherwise(0.0),
        left_message=left,
        missed=(direction == "inbound") & ~connected & ~left,
        native_id=columns.text("call_id"),
        skip=columns.text("is_internal").str.to_lowercase() == "true",
        rules=(
            Rejected(
                "call_id",
                "damaged_id",
                columns.text("call_id").str.contains(_DAMAGED),
                "a spreadsheet has rounded this id (6E+15), so calls can't be told apart; export the file again.",
            ),
        ),
    )


def _talk(columns: CallColumns, zones: pl.Series) -> pl.Series | pl.Expr:
    if not (columns.has("date_connected") and columns.has("date_ended")):
        return pl.lit(None, pl.Float64)
    times: list[ReadTimes] = [columns.times(name, zone=zones) for name in ("date_connected", "date_ended")]
    return (times[1].us - times[0].us).cast(pl.Float64) / 1e6


SOURCE = call_sheet(
    "dialpad",
    "Dialpad calls (CSV)",
    (frozenset({"call_id", "external_number", "date_started", "direction"}),),
    interpret,
)
