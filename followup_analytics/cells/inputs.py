"""The log as the engines get it: whole numbers and text, each row placed against the span of its interview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from followup_analytics.cells.engine import choose_engine, keep, open_frames
from followup_analytics.cells.windows import ANSWER, ATTEMPT, SPAN, flagged
from followup_analytics.log.ids import places_of
from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.workdays import working_day_numbers

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

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
    lean: bool = False,
) -> Prepared:
    """Hand the log to an engine.

    `columns` are further columns of interviews or contacts, passed on as text `by_NAME`; `numbers` gives names to
    numeric columns, passed on as whole numbers (rounded down). `clock_day` and `clock_start` count the days on which
    timing is measured: local calendar days, or working days of a country. `lean` leaves out the days of rows where no
    rule needs them. Raises UsageError and MissingExtraError as `engine.choose_engine` does.
    """
    choose_engine(engine)
    of_interviews, of_contacts = _further(log, columns, numbers or {})
    instants_only = _instants_only(log)
    shape = {"instants_only": instants_only, "with_days": not (lean and instants_only)}
    interviews = _interviews(log, working_days, of_interviews)
    spans = interviews.select(*SPAN)
    contacts = _events(log.contacts, log, spans, **shape).with_columns(
        role=role(), clock_day=_clock_days(log.contacts, working_days), **of_contacts
    )
    given = {
        "interviews": interviews.lazy(),
        "contacts": contacts.select(*_EVENT, "contact_id", "role", "clock_day", *of_contacts),
        "outcomes": _events(log.outcomes, log, spans, **shape).select(*_EVENT, "outcome"),
    }
    frames = open_frames(given, engine)
    flags = {name: keep(flagged(frames[name]).drop(*SPAN)) for name in ("contacts", "outcomes")}
    return Prepared({"interviews": frames["interviews"], **flags}, instants_only)


_EVENT = ("story", "order_us", "at_us", "day", "instant", *SPAN)


def _further(
    log: FollowUpLog, columns: Sequence[str], numbers: Mapping[str, str]
) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr]]:
    """The further columns of interviews and of contacts, as `by_NAME`."""
    wanted = {name: (name, pl.col(name).cast(pl.String)) for name in columns}
    wanted |= {name: (column, pl.col(column).floor().cast(pl.Int64)) for name, column in numbers.items()}
    shared = {name for name, (column, _) in wanted.items() if column in log.interviews.columns} - set(CONTACT_KEYS)
    of_interviews = {f"by_{name}": one for name, (_, one) in wanted.items() if name in shared}
    return of_interviews, {f"by_{name}": one for name, (_, one) in wanted.items() if name not in shared}


def _interviews(log: FollowUpLog, working_days: str | None, further: Mapping[str, pl.Expr]) -> pl.DataFrame:
    return log.interviews.select(
        story=pl.int_range(pl.len(), dtype=pl.Int64),
        start_us=pl.col("_at_us"),
        start_day=pl.col("_day").cast(pl.Int64),
        start_instant=_instant(),
        until_us=pl.col("_until_us"),
        until_day=pl.col("_until_day").cast(pl.Int64),
        clock_start=_clock_days(log.interviews, working_days),
        **further,
    )


def _events(
    frame: pl.DataFrame, log: FollowUpLog, spans: pl.DataFrame, *, instants_only: bool, with_days: bool
) -> pl.LazyFrame:
    """Contacts or outcomes with the span of their interview, looked up by its place: cheaper than any join."""
    at = _places(frame, log.interviews)
    no_day, one = pl.lit(0, pl.Int64), pl.lit(1, pl.Int64)
    return frame.lazy().with_columns(
        story=at,
        order_us=pl.col("_at_us" if instants_only else "_order_us"),
        at_us=pl.col("_at_us"),
        day=pl.col("_day").cast(pl.Int64) if with_days else no_day,
        instant=one if instants_only else _instant(),
        start_us=spans["start_us"].gather(at),
        until_us=spans["until_us"].gather(at),
        start_day=no_day if instants_only else spans["start_day"].gather(at),
        until_day=no_day if instants_only else spans["until_day"].gather(at),
        start_instant=one if instants_only else spans["start_instant"].gather(at),
    )


def _places(frame: pl.DataFrame, interviews: pl.DataFrame) -> pl.Series:
    """The place of each row's interview; a reader may have looked it up already (`_story`), if none has gone since."""
    known = "_story" in frame.columns and "_story" in interviews.columns
    if known and (interviews["_story"] == pl.int_range(interviews.height, eager=True)).all():
        return frame["_story"]
    return places_of(frame["interview_id"], interviews["interview_id"])


def buckets(log: FollowUpLog) -> pl.Series:
    """The stable number (0-999) of each interview's applicant, worked out here where the reader had no need of it."""
    if "_bucket" in log.interviews.columns:
        return log.interviews["_bucket"].cast(pl.Int64)
    return applicant_buckets(log.interviews["applicant_id"]).cast(pl.Int64)


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


def _clock_days(frame: pl.DataFrame, working_days: str | None) -> pl.Series:
    """The number of the day on which timing is measured."""
    days = frame["_day"].cast(pl.Int64)
    if working_days is None:
        return days
    return pl.Series(working_day_numbers(days.to_numpy(), working_days), dtype=pl.Int64)
