"""Calls and e-mails as customer systems keep them: HubSpot's API, Salesforce's tasks, Close's API."""

from __future__ import annotations

import csv
import io
import json

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms.lines import OWN_ADDRESS, OWN_NUMBER
from forms.telling import CALLS, FIRST_PAGE, Tells, held

HUBSPOT = Tells(channels=(*CALLS, "email"), messages_left=True, most=FIRST_PAGE)
#: A task has a due date and no time of day.
SALESFORCE = Tells(messages_left=True, by_day=True, most=FIRST_PAGE)
CLOSE = Tells(messages_left=True, most=FIRST_PAGE)
#: HubSpot's own ids for the results of calls.
CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
LEFT_VOICEMAIL = "b2cf5968-551e-4856-9783-52b3da59a7d0"
NO_ANSWER = "73a0d17f-1163-4015-bdd5-ec830791da20"


def hubspot_json(log: FollowUpLog) -> bytes:
    """Calls and e-mails as a page of HubSpot's API (JSON)."""
    results = []
    rows = held(log, HUBSPOT).with_columns(stamp=pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%S.000Z"))
    for row in rows.iter_rows(named=True):
        properties = _hubspot_email(row) if row["channel"] == "email" else _hubspot_call(row)
        results.append(
            json.dumps({"id": row["contact_id"], "properties": {"hs_timestamp": row["stamp"], **properties}})
        )
    listed = ",\n".join(results)
    return f'{{"results": [\n{listed}\n]}}\n'.encode()


def _hubspot_email(row: dict[str, object]) -> dict[str, object]:
    outbound = row["direction"] == "outbound"
    return {
        "hs_email_direction": "EMAIL" if outbound else "INCOMING_EMAIL",
        "hs_email_status": "SENT",
        "hs_email_from_email": OWN_ADDRESS if outbound else row["address"],
        "hs_email_to_email": row["address"] if outbound else OWN_ADDRESS,
    }


def _hubspot_call(row: dict[str, object]) -> dict[str, object]:
    outbound, seconds = row["direction"] == "outbound", float(str(row["duration_s"] or 0))
    return {
        "hs_call_direction": "OUTBOUND" if outbound else "INBOUND",
        "hs_call_disposition": LEFT_VOICEMAIL if row["channel"] == "voicemail" else CONNECTED if seconds else NO_ANSWER,
        "hs_call_duration": str(int(seconds * 1000)),
        "hs_call_from_number": OWN_NUMBER if outbound else row["line"],
        "hs_call_to_number": row["line"] if outbound else OWN_NUMBER,
        "hs_call_status": "COMPLETED" if seconds else "NO_ANSWER",
    }


_TASK = (
    *("ID", "SUBJECT", "WHO.PHONE", "ACTIVITYDATE", "STATUS", "TASKSUBTYPE", "CALLTYPE", "CALLDISPOSITION"),
    "CALLDURATIONINSECONDS",
)


def salesforce_csv(log: FollowUpLog) -> bytes:
    """Calls as tasks in a file of Salesforce's Data Loader (CSV)."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(_TASK)
    days = pl.col("day").cast(pl.Date).dt.to_string("%Y-%m-%d")
    for row in held(log, SALESFORCE).with_columns(date=days).iter_rows(named=True):
        seconds = int(row["duration_s"] or 0)
        result = "Left voicemail" if row["channel"] == "voicemail" else "Connected" if seconds else "No answer"
        direction = row["direction"].capitalize()
        writer.writerow(
            [row["contact_id"], "Call", row["line"], row["date"], "Completed", "Call", direction, result, seconds]
        )
    return out.getvalue().encode()


def close_json(log: FollowUpLog) -> bytes:
    """Calls as a page of Close's API (JSON)."""
    records = []
    rows = held(log, CLOSE).with_columns(stamp=pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%S.000000+00:00"))
    for row in rows.iter_rows(named=True):
        outbound, seconds = row["direction"] == "outbound", int(row["duration_s"] or 0)
        record = {
            "id": f"acti_{row['contact_id']}",
            "_type": "Call",
            "direction": row["direction"],
            "disposition": close_disposition(row["channel"] == "voicemail", outbound=outbound, answered=seconds > 0),
            "duration": seconds,
            "remote_phone": row["line"],
            "local_phone": OWN_NUMBER,
            "date_created": row["stamp"],
        }
        records.append(json.dumps(record))
    listed = ",\n".join(records)
    return f'{{"has_more": false, "data": [\n{listed}\n]}}\n'.encode()


def close_disposition(message: bool, *, outbound: bool, answered: bool) -> str:
    """Close's word for how a call ended."""
    if message:
        return "vm-left" if outbound else "vm-answer"
    return "answered" if answered else "no-answer"
