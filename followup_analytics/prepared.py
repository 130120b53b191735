"""The log as the engines get it: whole numbers and text, each row placed against the span of its interview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from followup_analytics.engine import choose_engine, keep, open_frames
from followup_analytics.risk import ANSWER, ATTEMPT, placed
from followup_analytics.workdays import working_day_numbers

if TYPE_CHECKING:
    from followup_analytics.log import FollowUpLog

#: Columns that mean the contact's own, even where interviews have a covariate of that name.
CONTACT_KEYS = ("channel", "party")


@dataclass(frozen=True)
class Prepared:
    """Frames of one engine (`risk.py` says which columns), and whether every row has a time of day.

    `story` in them is the place of the interview in `log.interviews`, counted from 0.
    """

    frames: Mapping[str, nw.LazyFrame[Any]]
    instants_only: bool


def prepare(
    log: FollowUpLog,
    engine: str = "auto",
    *,
    working_days: str | None = None,
    columns: Sequence[str] = (),
    numbers: Mapping[str, str] | None = None,
) -> Prepared:
    """Hand the log to an engine.

    `columns` are further columns of interviews or contacts, passed on as text `by_NAME`; `numbers` gives names to
    numeric columns, passed on as whole numbers (rounded down). `clock_day` and `clock_start` count the days on which
    timing is measured: local calendar days, or working days of a country. Raises UsageError and MissingExtraError as
    `engine.choose_engine` does.
    """
    choose_engine(engine)
    further = {name: (name, pl.col(name).cast(pl.String)) for name in columns}
    further |= {name: (column, pl.col(column).floor().cast(pl.Int64)) for name, column in (numbers or {}).items()}
    shared = {name for name, (column, _) in further.items() if column in log.interviews.columns} - set(CONTACT_KEYS)
    of_interviews = {f"by_{name}": one for name, (_, one) in further.items() if name in shared}
    of_contacts = {f"by_{name}": one for name, (_, one) in further.items() if name not in shared}
    frames = open_frames(
        {
            "interviews": _interviews(log, working_days, of_interviews),
            "contacts": _contacts(log, working_days, of_contacts),
            "outcomes": _outcomes(log),
        },
        engine,
    )
    interviews = keep(frames["interviews"])
    spanned = {name: keep(placed(frames[name], interviews)) for name in ("contacts", "outcomes")}
    return Prepared({"interviews": interviews, **spanned}, _instants_only(log))


def _interviews(log: FollowUpLog, working_days: str | None, further: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    return _clocked(log.interviews, working_days).select(
        story=pl.int_range(pl.len(), dtype=pl.Int64),
        start_us=pl.col("_at_us"),
        start_day=pl.col("_day").cast(pl.Int64),
        start_instant=_instant(),
        until_us=pl.col("_until_us"),
        until_day=pl.col("_until_day").cast(pl.Int64),
        clock_start=pl.col("clock_day"),
        **further,
    )


def _contacts(log: FollowUpLog, working_days: str | None, further: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    return (
        _clocked(log.contacts, working_days)
        .join(_stories(log), on="interview_id")
        .select(
            "story",
            "contact_id",
            "clock_day",
            role=role(),
            order_us=pl.col("_order_us"),
            at_us=pl.col("_at_us"),
            day=pl.col("_day").cast(pl.Int64),
            instant=_instant(),
            **further,
        )
    )


def _outcomes(log: FollowUpLog) -> pl.LazyFrame:
    return (
        log.outcomes.lazy()
        .join(_stories(log), on="interview_id")
        .select(
            "story",
            "outcome",
            order_us=pl.col("_order_us"),
            at_us=pl.col("_at_us"),
            day=pl.col("_day").cast(pl.Int64),
            instant=_instant(),
        )
    )


def _stories(log: FollowUpLog) -> pl.LazyFrame:
    return log.interviews.lazy().select("interview_id", story=pl.int_range(pl.len(), dtype=pl.Int64))


def role() -> pl.Expr:
    """What a contact is by itself: ATTEMPT, ANSWER or 0. Without a purpose, outbound is a follow-up."""
    follow_up = (pl.col("direction") == "outbound") & (pl.col("purpose").is_null() | (pl.col("purpose") == "follow_up"))
    answer = (pl.col("direction") == "inbound") & ~pl.col("automatic").fill_null(value=False)
    return pl.when(follow_up).then(ATTEMPT).when(answer).then(ANSWER).otherwise(0).cast(pl.Int64)


def _instants_only(log: FollowUpLog) -> bool:
    """Whether every row of the log has a time of day, so that the work for bare dates can be spared."""
    return not any(
        bool((frame["at_precision"] == "day").any()) for frame in (log.interviews, log.contacts, log.outcomes)
    )


def _instant() -> pl.Expr:
    return pl.when(pl.col("at_precision") == "day").then(0).otherwise(1).cast(pl.Int64)


def _clocked(frame: pl.DataFrame, working_days: str | None) -> pl.LazyFrame:
    """The rows with `clock_day`, the number of the day on which timing is measured."""
    days = frame["_day"].cast(pl.Int64)
    if working_days is not None:
        days = pl.Series(working_day_numbers(days.to_numpy(), working_days), dtype=pl.Int64)
    return frame.lazy().with_columns(clock_day=days)
