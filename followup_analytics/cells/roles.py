"""What a contact is by itself, and whether it falls within its interview's record: in polars and in Narwhals alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

#: Roles of a contact row in the prepared frames.
ATTEMPT, ANSWER = 1, 2
#: What makes a column's expression: `pl.col` or `nw.col`.
Col = Callable[[str], Any]


def role() -> pl.Expr:
    """What a contact is by itself: ATTEMPT, ANSWER or 0. Without a purpose, outbound is a follow-up."""
    follow_up = (pl.col("direction") == "outbound") & (pl.col("purpose").is_null() | (pl.col("purpose") == "follow_up"))
    answer = (pl.col("direction") == "inbound") & ~pl.col("automatic").fill_null(value=False)
    return pl.when(follow_up).then(ATTEMPT).when(answer).then(ANSWER).otherwise(0).cast(pl.Int64)


def observed(col: Col) -> Any:
    """Whether a row stands at or after its interview and not after the end of its record."""
    return from_interview(col) & ~after_observation(col)


def from_interview(col: Col) -> Any:
    """Whether a row stands at or after its interview: by the instant where both have one, else by the day."""
    instants = col("instant") * col("start_instant") == 1
    return (instants & (col("at_us") >= col("start_us"))) | (~instants & (col("day") >= col("start_day")))


def after_observation(col: Col) -> Any:
    """Whether a row stands after the end of its interview's record."""
    instant = col("instant") == 1
    return (instant & (col("at_us") > col("until_us"))) | (~instant & (col("day") > col("until_day")))
