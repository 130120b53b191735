"""3CX call logs: version 20's, and the older report with title lines above and totals below.

Times are local to the exchange; --time-zone says where that is. `Talking` is talk. Parties read "Name (number)", and
short numbers are extensions of the house.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.call_results import direction_of, result_of
from followup_analytics.ingest.parsing.parts import clock_seconds

_IN_BRACKETS = r"\(([^()]*)\)\s*$"
_EXTENSION = r"^\d{2,5}$"
#: A call that waits in a queue, or was passed on, has not been taken yet by anybody that the row names.
_RESULTS = {"waiting": None}


def _line(party: pl.Expr) -> pl.Expr:
    return pl.coalesce(party.str.extract(_IN_BRACKETS, 1), party)


def interpret(columns: CallColumns) -> Meaning:
    """What the columns of either version mean; where there is no direction, extensions tell it."""
    caller, called = columns.text("from", "caller_id", "caller"), columns.text("to", "destination", "callee")
    inside_from, inside_to = _line(caller).str.contains(_EXTENSION), _line(called).str.contains(_EXTENSION)
    by_lines = (
        pl.when(inside_from & ~inside_to)
        .then(pl.lit("outbound"))
        .when(~inside_from & inside_to)
        .then(pl.lit("inbound"))
    )
    said = columns.text("direction")
    direction = direction_of(said, columns.text("status")) if columns.has("direction") else by_lines
    outbound = direction == "outbound"
    party, own = pl.when(outbound).then(called).otherwise(caller), pl.when(outbound).then(caller).otherwise(called)
    internal = (said.str.to_lowercase().is_in(["internal", "intern", "interna", "interne"])) | (inside_from & inside_to)
    # Continuation rows of the older report have no time and belong to the row above.
    leg = columns.text("call_time").is_null() & caller.is_not_null()
    return Meaning(
        at=columns.times("call_time"),
        direction=direction,
        number=_line(party),
        name=party.str.extract(r"^(.*?)\s*\([^()]*\)\s*$", 1),
        own=_line(own),
        talk_s=clock_seconds(columns.text("talking", "talk_time")),
        result=result_of(columns.text("status"), _RESULTS),
        leg=leg,
        internal=internal,
        native_id=columns.text("call_id"),
    )


SOURCES = (
    call_sheet(
        "3cx",
        "3CX call log (version 20, CSV)",
        (frozenset({"call_time", "call_id", "from", "to", "direction", "status", "talking"}),),
        interpret,
    ),
    call_sheet(
        "3cx_report",
        "3CX call log report (versions 16 and 18, CSV)",
        (frozenset({"call_time", "caller_id", "destination", "status", "talking"}),),
        interpret,
    ),
)
