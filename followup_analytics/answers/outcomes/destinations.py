"""First destinations of graduates: the knowledge rate and the career outcomes rate of the NACE survey."""

from __future__ import annotations

from typing import Any

import polars as pl

SETTLED = ("employed", "service", "military", "continuing_education")
UNKNOWN = "unknown"


def destination_rates(applicants: pl.DataFrame, people: pl.DataFrame, group: str) -> dict[str, float | None]:
    """Rates of one group of graduates.

    knowledge = known / graduates; career outcomes = settled / (settled + seeking): who is not seeking leaves the
    denominator, and so do the unknown. ``_low`` and ``_high`` are bounds, not confidence limits: all unknown are
    seeking, or all are settled. The knowledge rate itself is a full count, so its bounds are equal to it.

    Args:
        applicants: the log's table (applicant_id, destination).
        people: applicant_id and group, one row for each pair.
        group: which group.

    Returns:
        knowledge_rate, career_outcomes_rate, each with ``_low`` and ``_high``; None where nobody is left to divide by.

    Source: National Association of Colleges and Employers, First-Destination Survey standards and protocols (class of
    2024), "Summary calculations".
    """
    mine = people.filter(pl.col("group") == group).join(applicants, on="applicant_id", how="left")
    known: Any = mine["destination"].fill_null(UNKNOWN)
    unknown = int((known == UNKNOWN).sum())
    settled = int(known.is_in(SETTLED).sum())
    seeking = int((known == "seeking").sum())
    knowledge = _share(mine.height - unknown, mine.height)
    return {
        "knowledge_rate": knowledge,
        "knowledge_rate_low": knowledge,
        "knowledge_rate_high": knowledge,
        "career_outcomes_rate": _share(settled, settled + seeking),
        "career_outcomes_rate_low": _share(settled, settled + seeking + unknown),
        "career_outcomes_rate_high": _share(settled + unknown, settled + seeking + unknown),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
