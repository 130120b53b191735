"""Random small logs on a coarse grid of times, so that ties, cut windows and bare dates are the rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

START = datetime.fromisoformat("2026-03-06T10:00")
Tables = dict[str, list[dict[str, Any]]]


def times(dates: bool = True) -> st.SearchStrategy[str]:
    """Local times in steps of six hours over three weeks around the interview; some as bare dates."""
    stamp = st.integers(-4, 80).map(lambda step: (START + timedelta(hours=6 * step)).isoformat())
    return st.one_of(stamp, stamp, stamp.map(lambda text: text[:10])) if dates else stamp


@st.composite
def tables(draw: st.DrawFn, dates: bool = True) -> Tables:
    """Three tables of up to six interviews of up to four applicants."""
    interviews, contacts, outcomes = [], [], []
    for number in range(draw(st.integers(1, 6))):
        key = f"i{number}"
        at = START.isoformat() if not dates or draw(st.booleans()) else START.date().isoformat()
        interviews.append(
            {
                "interview_id": key,
                "applicant_id": draw(st.sampled_from("abcd")),
                "interviewed_at": at,
                "observed_until": draw(st.sampled_from(["2026-03-12T16:00:00", "2026-03-20T10:00:00", "2026-04-20"])),
                "cohort": draw(st.sampled_from(["x", "y", None])),
            }
        )
        contacts += [_contact(draw, key, dates) for _ in range(draw(st.integers(0, 5)))]
        if draw(st.booleans()):
            outcome = draw(st.sampled_from(["advanced", "offer", "rejected", "filled", "withdrawn"]))
            outcomes.append({"interview_id": key, "outcome": outcome, "decided_at": draw(times(dates))})
    names = draw(st.permutations(range(len(contacts))))
    for name, row in zip(names, contacts, strict=True):
        row["contact_id"] = f"c{name}"
    return {"interviews": interviews, "contacts": contacts, "outcomes": outcomes}


def _contact(draw: st.DrawFn, key: str, dates: bool) -> dict[str, Any]:
    return {
        "interview_id": key,
        "at": draw(times(dates)),
        "direction": draw(st.sampled_from(["outbound", "outbound", "inbound"])),
        "channel": draw(st.sampled_from(["phone", "email"])),
        "party": draw(st.sampled_from(["interviewer", "none", None])),
        "purpose": draw(st.sampled_from([None, None, "follow_up", "thank_you", "answer"])),
        "automatic": draw(st.sampled_from([None, "false", "true"])),
    }


_COLUMNS = {
    "interviews": ["interview_id", "applicant_id", "interviewed_at", "observed_until", "cohort"],
    "contacts": ["contact_id", "interview_id", "at", "direction", "channel", "party", "purpose", "automatic"],
    "outcomes": ["interview_id", "outcome", "decided_at"],
}


def frames(made: Tables) -> dict[str, pl.DataFrame]:
    """The tables as frames of text, as a CSV file would give them."""
    return {name: pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS[name], pl.String)) for name, rows in made.items()}
