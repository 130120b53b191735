"""Microsoft Teams calls to and from the telephone network: the PSTN usage report.

Times are UTC, the duration is connected seconds. `UsageId` is the row's id; a `Call ID` can stand in several rows.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.call_results import ANSWERED, UNANSWERED
from followup_analytics.ingest.parsing.parts import Rejected

_MASKED = r"\*{2,}"


def interpret(columns: CallColumns) -> Meaning:
    """What the report's columns mean; conference and service legs are no contacts of an applicant."""
    kind = columns.text("call_type").str.to_lowercase()
    inbound = kind.is_in(["user_in", "dr_in", "oc_in", "pstn_in"])
    outbound = kind.str.contains(r"^(?:user_out|dr_out_user|oc_out|pstn_out)") | kind.is_in(["dr_out"])
    caller, destination = columns.text("caller_id"), columns.text("destination_number", "destination_dialed")
    number = pl.when(inbound).then(columns.any_of("caller_id", "source_number")).otherwise(destination)
    # Of direct routing alone the report says whether a call was set up; of calling plans it tells nothing but seconds.
    event = columns.text("event_type").str.to_lowercase()
    return Meaning(
        at=columns.times("start_time", zone="UTC", day_first=False),
        direction=pl.when(inbound).then(pl.lit("inbound")).when(outbound).then(pl.lit("outbound")),
        number=number,
        own=pl.when(inbound).then(destination).otherwise(caller),
        talk_s=columns.number("duration_seconds"),
        result=pl.when(event == "success").then(pl.lit(ANSWERED)).when(event == "attempt").then(pl.lit(UNANSWERED)),
        skip=kind.str.contains("conf|ucap|emergency"),
        native_id=columns.text("usageid", "correlation_id"),
        rules=(
            Rejected(
                "destination_number",
                "masked_number",
                number.str.contains(_MASKED),
                "the number is masked (****); ask the administrator for the report with whole numbers.",
            ),
        ),
    )


SOURCE = call_sheet(
    "teams",
    "Microsoft Teams telephone calls (PSTN usage report, CSV)",
    (frozenset({"usageid", "call_id", "call_type", "destination_number", "start_time"}),),
    interpret,
)
