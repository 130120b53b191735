"""The attempts behind the counts of a table of rates: a working paper about single interviews, confidential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from followup_analytics.answers.rates.attempts_table import attempts_table
from followup_analytics.answers.rates.keys import Key
from followup_analytics.cells.counted import attempts
from followup_analytics.log.clock import HOUR_US

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog


def rows_behind(
    log: FollowUpLog, keys: Sequence[Key], *, outcome: str, within: float, working_days: str | None
) -> pl.DataFrame:
    """One row per attempt at risk, in the order of the table: its keys, then interview_id, contact_id, applicant_id,
    attempt_number, days_since_interview, hours (from the attempt to what closed its window), closed_by, answered (1/0).
    """
    table = attempts_table(log, keys, outcome=outcome, within=within, working_days=working_days, engine="auto")
    stories = log.interviews.select("interview_id", _story=pl.int_range(pl.len(), dtype=pl.Int64))
    placed = table.rows.select(_story="story", _number="attempt", _group="group").join(stories, on="_story")
    found = attempts(log, outcome, within, working_days=working_days).select(
        "interview_id",
        "contact_id",
        "applicant_id",
        _number="attempt",
        days_since_interview="day",
        hours=pl.col("elapsed_us") / HOUR_US,
        closed_by="closed_by",
        answered="y",
    )
    labels = table.groups.rename({key.name: f"_key_{key.name}" for key in keys})
    joined = placed.join(found, on=["interview_id", "_number"]).join(labels, on="_group")
    details = (
        "interview_id",
        "contact_id",
        "applicant_id",
        "_number",
        "days_since_interview",
        "hours",
        "closed_by",
        "answered",
    )
    chosen = {key.name: pl.col(f"_key_{key.name}") for key in keys}
    chosen |= {name: pl.col(name) for name in details if name not in chosen}
    ordered = joined.sort("_group", "interview_id", "_number").select(**chosen)
    return ordered.rename({"_number": "attempt_number"})
