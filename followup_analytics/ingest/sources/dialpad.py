"""Dialpad's call records from its statistics export.

Times carry no offset and stand in the zone that the row's own `timezone` column names (UTC by default). An empty
`date_connected` is a call that nobody took; talk lasts from there to `date_ended`.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.call_results import ANSWERED, MESSAGE, UNANSWERED, direction_of
from followup_analytics.ingest.parsing.parts import Rejected
from followup_analytics.ingest.parsing.times import ReadTimes
from followup_analytics.log.zone_names import zone_named

_DAMAGED = r"^\d(?:[.,]\d+)?[eE]\+?\d+$"


def interpret(columns: CallColumns) -> Meaning:
    """What Dialpad's columns mean."""
    zones = columns.series(columns.text("timezone").fill_null("UTC"))
    known = {zone: zone_named(zone) for zone in zones.unique()}
    zones = zones.replace_strict(known, return_dtype=pl.String)
    category = columns.text("category", "disposition").str.to_lowercase()
    missed = category.str.contains(r"missed|cancel|abandon").fill_null(value=False)
    direction = pl.coalesce(
        direction_of(columns.text("direction")),
        pl.when(category.str.contains("missed|voicemail")).then(pl.lit("inbound")),
    )
    # A file with a column for the time of connection says of each call whether there was one.
    connected = (
        columns.text("date_connected").is_not_null()
        if columns.has("date_connected")
        else pl.when(missed).then(pl.lit(value=False)).when(category.str.contains("answered|connected")).then(True)
    )
    mailbox = category.str.contains("voicemail").fill_null(value=False) & ~connected.fill_null(value=False)
    return Meaning(
        at=columns.times("date_started", zone=zones),
        direction=direction,
        number=columns.text("external_number"),
        own=columns.text("internal_number"),
        talk_s=_talk(columns, zones),
        result=pl.when(mailbox & (direction == "inbound"))
        .then(pl.lit(MESSAGE))
        .when(connected)
        .then(pl.lit(ANSWERED))
        .when(~connected)
        .then(pl.lit(UNANSWERED)),
        native_id=columns.text("call_id"),
        internal=columns.text("is_internal").str.to_lowercase() == "true",
        rules=(
            Rejected(
                "call_id",
                "damaged_id",
                columns.text("call_id").str.contains(_DAMAGED),
                "a spreadsheet has rounded this id (6E+15), so calls can't be told apart; export the file again.",
            ),
        ),
    )


def _talk(columns: CallColumns, zones: pl.Series) -> pl.Expr:
    if not (columns.has("date_connected") and columns.has("date_ended")):
        return pl.lit(None, pl.Float64)
    times: list[ReadTimes] = [columns.times(name, zone=zones) for name in ("date_connected", "date_ended")]
    return pl.lit((times[1].us - times[0].us).cast(pl.Float64) / 1e6)


SOURCE = call_sheet(
    "dialpad",
    "Dialpad calls (CSV)",
    (frozenset({"call_id", "external_number", "date_started", "direction"}),),
    interpret,
)
