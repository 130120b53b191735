"""Calls as the exports of telephone systems list them: one table of headings and cells for each system.

Cells are polars expressions over the contacts of `lines.with_lines` with `out` (outbound) and `talk`
(seconds). All local times are written in UTC: read them with that zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms import crm
from forms.lines import OWN_NUMBER
from forms.telling import FIRST_PAGE, Tells, held

_OUT, _TALK = pl.col("out"), pl.col("talk")
_MESSAGE = pl.col("channel") == "voicemail"
_LINE, _OWN = pl.col("line"), pl.lit(OWN_NUMBER)
_FROM, _TO = pl.when(_OUT).then(_OWN).otherwise(_LINE), pl.when(_OUT).then(_LINE).otherwise(_OWN)
_ISO = pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%SZ")
_PLAIN = pl.col("at").dt.to_string("%Y-%m-%d %H:%M:%S")
_ENDED = (pl.col("at") + pl.duration(seconds=_TALK)).dt.to_string("%Y-%m-%d %H:%M:%S")


def _either(outbound: str, inbound: str) -> pl.Expr:
    return pl.when(_OUT).then(pl.lit(outbound)).otherwise(pl.lit(inbound))


def _taken(yes: str, no: str) -> pl.Expr:
    return pl.when(_TALK > 0).then(pl.lit(yes)).otherwise(pl.lit(no))


def _result(message: str, yes: str, no: str) -> pl.Expr:
    return pl.when(_MESSAGE).then(pl.lit(message)).otherwise(_taken(yes, no))


def _clock(seconds: pl.Expr) -> pl.Expr:
    whole = seconds.cast(pl.Int64)
    return pl.format(
        "{}:{}:{}",
        whole // 3600,
        (whole % 3600 // 60).cast(pl.String).str.zfill(2),
        (whole % 60).cast(pl.String).str.zfill(2),
    )


_SECONDS = _TALK.cast(pl.Int64).cast(pl.String)

#: Headings and cells of each system's export.
SHEETS: dict[str, Mapping[str, pl.Expr]] = {
    "aircall": {
        "call_id": pl.col("contact_id"),
        "datetime (UTC)": _PLAIN,
        "direction": _either("outbound", "inbound"),
        "from": _FROM,
        "to": _TO,
        "answered": _taken("Yes", "No"),
        "missed_call_reason": pl.lit(""),
        "duration (total)": (_TALK + 12).cast(pl.Int64).cast(pl.String),
        "duration (in call)": _SECONDS,
    },
    "dialpad": {
        "call_id": pl.col("contact_id"),
        "direction": _either("outbound", "inbound"),
        "external_number": _LINE,
        "internal_number": _OWN,
        "date_started": _PLAIN,
        "date_connected": pl.when(_TALK > 0).then(_PLAIN),
        "date_ended": _ENDED,
        "timezone": pl.lit("UTC"),
        "category": _either("outgoing", "incoming"),
    },
    "iphone_csv": {
        "Call type": pl.when(_OUT).then(pl.lit("Outgoing")).otherwise(_taken("Incoming", "Missed")),
        "Date": _PLAIN,
        "Duration": _clock(_TALK),
        "Number": _LINE,
        "Contact": pl.lit(""),
        "Location": pl.lit(""),
        "Service": pl.lit(f"Phone: {OWN_NUMBER}"),
    },
    "openphone": {
        "id": pl.col("contact_id"),
        "createdAt": _ISO,
        "direction": _either("outgoing", "incoming"),
        "status": _taken("completed", "no-answer"),
        "type": pl.lit("call"),
        "from": _FROM,
        "to": _TO,
        "duration": _SECONDS,
    },
    "ringcentral": {
        "Direction": _either("Outgoing", "Incoming"),
        "Type": pl.lit("Voice"),
        "Phone Number": _LINE,
        "Name": pl.lit(""),
        "Date": pl.col("at").dt.to_string("%a %m/%d/%Y"),
        "Time": pl.col("at").dt.to_string("%I:%M:%S %p"),
        "Action": _either("VoIP Call", "Phone Call"),
        "Action Result": _taken("Call connected", "No Answer"),
        "Result Description": pl.lit(""),
        "Duration": _clock(_TALK),
    },
    "teams": {
        "UsageId": pl.col("contact_id"),
        "Call ID": pl.col("contact_id"),
        "Call Type": _either("user_out", "user_in"),
        "Caller ID": _FROM,
        "Destination Number": _TO,
        "Start Time": _ISO,
        "Duration Seconds": _SECONDS,
    },
    "3cx": {
        "Call Time": _PLAIN,
        "Call ID": pl.col("contact_id"),
        "From": pl.when(_OUT).then(pl.lit("Simulated (101)")).otherwise(_LINE),
        "To": pl.when(_OUT).then(_LINE).otherwise(pl.lit("Simulated (101)")),
        "Direction": _either("Outbound", "Inbound"),
        "Status": _taken("Answered", "Unanswered"),
        "Ringing": _clock(pl.lit(12.0)),
        "Talking": _clock(_TALK),
    },
    "zoom": {
        "Call ID": pl.col("contact_id"),
        "Direction": _either("outbound", "inbound"),
        "Caller Number": _FROM,
        "Callee Number": _TO,
        "Start Time": _PLAIN,
        "Duration": _SECONDS,
        "Result": _taken("Call connected", "No Answer"),
    },
    "hubspot": {
        "hs_object_id": pl.col("contact_id"),
        "hs_timestamp": _ISO,
        "hs_call_direction": _either("OUTBOUND", "INBOUND"),
        "hs_call_disposition": _result(crm.LEFT_VOICEMAIL, crm.CONNECTED, crm.NO_ANSWER),
        "hs_call_duration": (_TALK * 1000).cast(pl.Int64).cast(pl.String),
        "hs_call_from_number": _FROM,
        "hs_call_to_number": _TO,
    },
    "hubspot_export": {
        "Record ID": pl.col("contact_id"),
        "Call Title": pl.lit("(simulated)"),
        "Call outcome": _result("Left voicemail", "Connected", "No answer"),
        "Call direction": _either("Outbound", "Inbound"),
        "Call duration": _clock(_TALK),
        "Activity date": _PLAIN,
        "From Number": _FROM,
        "To Number": _TO,
    },
    "close": {
        "id": pl.format("acti_{}", "contact_id"),
        "direction": pl.col("direction"),
        "disposition": pl.when(_MESSAGE)
        .then(_either("vm-left", "vm-answer"))
        .otherwise(_taken("answered", "no-answer")),
        "duration": _SECONDS,
        "remote_phone": _LINE,
        "local_phone": _OWN,
        "date_created": _ISO,
    },
    "3cx_report": {
        "Call Time": _PLAIN,
        "Caller ID": pl.when(_OUT).then(pl.lit("Simulated (101)")).otherwise(_LINE),
        "Destination": pl.when(_OUT).then(_LINE).otherwise(pl.lit("Simulated (101)")),
        "Status": _taken("Answered", "Unanswered"),
        "Ringing": _clock(pl.lit(12.0)),
        "Talking": _clock(_TALK),
        "Totals": _clock(_TALK + 12.0),
        "Cost": pl.lit("0.00"),
    },
    "twilio_csv": {
        "Sid": pl.col("contact_id"),
        "From": _FROM,
        "To": _TO,
        "Direction": _either("Outgoing API", "Incoming"),
        "Start Time": _PLAIN,
        "Duration": _SECONDS,
        "Status": _taken("completed", "no-answer"),
    },
}
#: Most tell neither a message left from a conversation nor, among calls, a message received.
SHEET_TELLS = dict.fromkeys(SHEETS, Tells(received_messages=False)) | dict.fromkeys(
    ("hubspot", "hubspot_export", "close"), Tells(messages_left=True, most=FIRST_PAGE)
)
#: Lines that a report prints above its header and below its rows.
_AROUND = {"3cx_report": ("Call Reports (simulated)\n\n", "Totals,,,,,0:00:00,,0.00\n")}


def call_sheet(system: str) -> Callable[[FollowUpLog], bytes]:
    """The writer of one system's export (CSV)."""

    def write(log: FollowUpLog) -> bytes:
        rows = held(log, SHEET_TELLS[system]).with_columns(
            out=pl.col("direction") == "outbound",
            talk=pl.col("duration_s").fill_null(0.0),
        )
        above, below = _AROUND.get(system, ("", ""))
        table = rows.select(cell.alias(heading) for heading, cell in SHEETS[system].items()).write_csv()
        return f"{above}{table}{below}".encode()

    return write
