"""What is known of interviews while files are read: those in the store and those of the files themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from followup_analytics.ingest.linking.roster import INTERVIEW_SCHEMA
from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.clock import known_zones, local_times
from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.store import Store

_COLUMNS = ("interview_id", "applicant_id", "interviewed_at", "observed_until", "at_precision", "_zone")
_EMPTY: dict[str, Any] = {
    "interview_id": pl.String,
    "applicant_id": pl.String,
    "interviewed_at": pl.Datetime("us", "UTC"),
    "observed_until": pl.Datetime("us", "UTC"),
    "at_precision": pl.String,
    "_zone": pl.String,
}


def no_interviews() -> pl.DataFrame:
    """An empty table of known interviews."""
    return pl.DataFrame(schema=_EMPTY)


def no_ends() -> pl.DataFrame:
    """An empty table of decided interviews."""
    return pl.DataFrame(schema={"interview_id": pl.String, "end_us": pl.Int64})


def stored_interviews(store: Store | None) -> pl.DataFrame:
    """Ids, times and zones of the interviews in a store; empty without one."""
    if store is None:
        return no_interviews()
    held = store.read_table("interviews", list(_COLUMNS)).select(_COLUMNS).cast(pl.Schema(_EMPTY))
    return held.with_columns(known_zones(held["_zone"]))


def with_checked(known: pl.DataFrame, checked: Sequence[CheckedTable], pseudonyms: Pseudonyms) -> pl.DataFrame:
    """The known interviews with those of checked tables, which count where an id is in both."""
    frames = [one.frame for one in checked if one.table == "interviews"]
    if not frames:
        return known
    fresh = pl.concat([frame.select(_COLUMNS).cast(pl.Schema(_EMPTY)) for frame in frames])
    names = pseudonyms.of_all("applicant", fresh["applicant_id"].drop_nulls().unique())
    fresh = fresh.with_columns(pl.col("applicant_id").replace(list(names), list(names.values())))
    return pl.concat([fresh, known]).unique("interview_id", keep="first", maintain_order=True)


def ends_of_story(store: Store | None, checked: Sequence[CheckedTable]) -> pl.DataFrame:
    """When each decided interview was decided: interview_id, end_us."""
    frames = [one.frame.select("interview_id", "decided_at") for one in checked if one.table == "outcomes"]
    if store is not None:
        frames.append(store.read_table("outcomes", ["interview_id", "decided_at"]))
    if not frames:
        return no_ends()
    ends = pl.concat([frame.cast({"decided_at": pl.Datetime("us", "UTC")}) for frame in frames])
    return ends.group_by("interview_id").agg(end_us=pl.col("decided_at").min().dt.epoch("us"))


def linkable(known: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """The interviews as linking wants them (roster.INTERVIEW_SCHEMA)."""
    return (
        known.with_columns(
            start_us=pl.col("interviewed_at").dt.epoch("us"),
            start_day=local_times(known["interviewed_at"].dt.epoch("us"), known["_zone"].fill_null("UTC"))
            .dt.date()
            .cast(pl.Int32),
            by_day=pl.col("at_precision") == "day",
        )
        .join(ends, on="interview_id", how="left")
        .select(list(INTERVIEW_SCHEMA))
    )
