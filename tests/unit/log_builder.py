"""Logs for unit tests, made of attempts in a line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

MONDAY = datetime.fromisoformat("2026-03-02T10:00")


def log_of_attempts(attempts: Sequence[dict[str, Any]], *, until: str = "2026-12-31") -> FollowUpLog:
    """One interview per entry: applicant, day (of the attempt, default 1), hour, channel, answered_after (hours or
    None), until, ended_after (hours: the post is filled), and any interview columns under `interview`."""
    interviews, contacts, outcomes = [], [], []
    for number, entry in enumerate(attempts):
        key = f"i{number:04}"
        at = MONDAY + timedelta(days=entry.get("day", 1), hours=entry.get("hour", 0))
        interviews.append(
            {
                "interview_id": key,
                "applicant_id": str(entry["applicant"]),
                "interviewed_at": MONDAY.isoformat(),
                "observed_until": entry.get("until", until),
                **entry.get("interview", {}),
            }
        )
        base = {"interview_id": key, "channel": entry.get("channel", "phone"), "party": entry.get("party")}
        contacts.append({**base, "contact_id": f"{key}-1", "at": at.isoformat(), "direction": "outbound"})
        if entry.get("answered_after") is not None:
            reply = at + timedelta(hours=entry["answered_after"])
            contacts.append({**base, "contact_id": f"{key}-2", "at": reply.isoformat(), "direction": "inbound"})
        if entry.get("ended_after") is not None:
            end = at + timedelta(hours=entry["ended_after"])
            outcomes.append({"interview_id": key, "outcome": "filled", "decided_at": end.isoformat()})
    return build_log(
        interviews=pl.DataFrame(interviews, infer_schema_length=None),
        contacts=pl.DataFrame(contacts, infer_schema_length=None),
        outcomes=pl.DataFrame(outcomes) if outcomes else None,
        time_zone="UTC",
    )
