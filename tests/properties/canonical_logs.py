"""Canonical logs of any content, for round trips through the forms of sources."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from hypothesis import strategies as st

from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.schema import CHANNELS

ZONES = ("America/New_York", "America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo")
PARTIES = ("interviewer", "hiring_team", "receptionist", "other")
DESTINATIONS = ("employed", "service", "military", "continuing_education", "seeking", "not_seeking", "unknown")
#: Clocks of New York change on 10 March and 3 November; a local time that occurs twice is told by no sheet.
FIRST = dt.datetime(2024, 3, 12, tzinfo=dt.UTC)
SECONDS = 3_000_000
WRITTEN = ("email", "text", "letter", "social")


@st.composite
def contacts(draw: st.DrawFn, interviews: int) -> dict[str, Any]:
    """One contact as the contract has it: who was reached, how long it took, by its channel and direction."""
    channel = draw(st.sampled_from(CHANNELS))
    outbound = draw(st.booleans())
    told: dict[str, Any] = {
        "interview_id": f"i{draw(st.integers(0, interviews - 1))}",
        "at": FIRST + dt.timedelta(days=21, seconds=draw(st.integers(0, SECONDS))),
        "direction": "outbound" if outbound else "inbound",
        "channel": channel,
        "party": draw(st.sampled_from(PARTIES)),
        "purpose": draw(st.sampled_from(["follow_up", "thank_you"])) if outbound else "answer",
        "duration_s": None,
        "automatic": None,
    }
    if channel in WRITTEN:
        told["party"] = "none" if outbound else told["party"]
        told["automatic"] = True if channel == "email" and not outbound and draw(st.booleans()) else None
    elif channel == "voicemail":
        told |= {"party": "none" if outbound else told["party"], "duration_s": float(draw(st.integers(1, 300)))}
    elif channel in ("phone", "video"):
        seconds = draw(st.one_of(st.just(0), st.integers(1, 7200)))
        if seconds:
            told["duration_s"] = float(seconds)
        else:
            told |= {"party": "none", "duration_s": None}
    return told


@st.composite
def logs(draw: st.DrawFn) -> FollowUpLog:
    """A log of a few interviews in several zones, with contacts of every kind, outcomes and applicants."""
    n = draw(st.integers(1, 4))
    interviews = [
        {
            "interview_id": f"i{k}",
            "applicant_id": f"a{k % 2}",
            "employer": f"Employer {k}",
            "interviewed_at": FIRST + dt.timedelta(seconds=draw(st.integers(0, 20 * 86_400))),
            "observed_until": FIRST + dt.timedelta(days=120),
            "time_zone": draw(st.sampled_from(ZONES)),
            "cohort": draw(st.sampled_from(["spring", "autumn, 2024"])),
        }
        for k in range(n)
    ]
    touches = draw(st.lists(contacts(n), min_size=1, max_size=12, unique_by=lambda one: one["at"]))
    ended = draw(st.lists(st.sampled_from(["advanced", "offer", "rejected", "filled", "withdrawn"]), max_size=n))
    ends = [
        {"interview_id": f"i{k}", "outcome": outcome, "decided_at": FIRST + dt.timedelta(days=90, hours=k)}
        for k, outcome in enumerate(ended)
    ]
    people = [
        {
            "applicant_id": f"a{k}",
            "cohort": "spring",
            "destination": draw(st.sampled_from(DESTINATIONS)),
            "destination_known_at": FIRST + dt.timedelta(days=100),
        }
        for k in range(2)
    ]
    return build_log(
        interviews=pl.DataFrame(interviews),
        contacts=pl.DataFrame(
            [{"contact_id": f"c{k}", **touch} for k, touch in enumerate(touches)], schema_overrides=_TYPES
        ),
        outcomes=pl.DataFrame(ends) if ends else None,
        applicants=pl.DataFrame(people),
        time_zone="America/New_York",
        simulated=True,
    )


_TYPES = {"duration_s": pl.Float64, "automatic": pl.Boolean, "party": pl.String}
