"""The log as the engines get it: whole numbers and text, each row placed against the span of its interview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from followup_analytics.cells.engine import choose_engine, keep, open_frames
from followup_analytics.cells.roles import role
from followup_analytics.cells.windows import SPAN, flagged
from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.workdays import working_day_numbers

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

#: Columns that mean the contact's own, even where interviews have a covariate of that name.
CONTACT_KEYS = ("channel", "party")


@dataclass(frozen=True)
class Further:
    """A further column that the engine gets as `by_NAME`: as text, or (`whole`) as a number rounded down."""

    name: str
    column: str
    of_contacts: bool
    whole: bool = False

    def expression(self) -> pl.Expr:
        """The column as the engine gets it."""
        cell = pl.col(self.column)
        return (cell.floor().cast(pl.Int64) if self.whole else cell.cast(pl.String)).alias(f"by_{self.name}")


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
    further: Sequence[Further] = (),
) -> Prepared:
    """Hand the log to an engine.

    `further`: columns of interviews or contacts beside those that the rules need. `clock_day` and `clock_start` count
    the days on which timing is measured: local calendar days, or working days of a country. What polars gets is made
    once for a log and remembered by it. Raises UsageError and MissingExtraError as `engine.choose_engine` does.
    """
    if choose_engine(engine) != "polars":
        # Another engine's tables live as long as its connection or session.
        return _prepared(log, engine, working_days, further)
    made = log.remembered("prepared", lambda: _prepared(log, engine, None, ()))
    if working_days is None and not further:
        return made
    frames = {
        name: _with_series(made.frames[name], log, name, {**added, **_working_days(log, name, working_days)})
        for name, added in zip(("interviews", "contacts"), _by_table(further), strict=True)
    }
    return Prepared({**made.frames, **frames}, made.instants_only)


def _with_series(
    frame: nw.LazyFrame[Any], log: FollowUpLog, table: str, added: Mapping[str, pl.Expr | pl.Series]
) -> nw.LazyFrame[Any]:
    """A prepared table with further columns of the log's, whose rows stand in the same order."""
    columns = {name for one in added.values() if isinstance(one, pl.Expr) for name in one.meta.root_names()}
    rows = log.held(table).select(sorted(columns))
    made = [one if isinstance(one, pl.Series) else rows.select(one).to_series() for one in added.values()]
    named = [one.alias(name) for name, one in zip(added, made, strict=True)]
    wider: nw.LazyFrame[Any] = nw.from_native(frame.to_native().with_columns(named)).lazy()
    return wider


def _working_days(log: FollowUpLog, table: str, working_days: str | None) -> dict[str, pl.Series]:
    if working_days is None:
        return {}
    name = "clock_start" if table == "interviews" else "clock_day"
    return {name: clock_days(log, table, working_days)}


def _prepared(log: FollowUpLog, engine: str, working_days: str | None, further: Sequence[Further]) -> Prepared:
    of_interviews, of_contacts = _by_table(further)
    only = instants_only(log)
    interviews = _interviews(log, working_days, of_interviews)
    spans = interviews.select(*SPAN)
    contacts = _events(log.contacts, log.places("contacts"), spans, instants_only=only).with_columns(
        role=role(), clock_day=clock_days(log, "contacts", working_days), **of_contacts
    )
    given = {
        "interviews": interviews.lazy(),
        "contacts": contacts.select(*_EVENT, "contact_id", "role", "clock_day", *of_contacts),
        "outcomes": _events(log.outcomes, log.places("outcomes"), spans, instants_only=only).select(*_EVENT, "outcome"),
    }
    frames = open_frames(given, engine)
    flags = {name: keep(flagged(frames[name]).drop(*SPAN)) for name in ("contacts", "outcomes")}
    return Prepared({"interviews": frames["interviews"], **flags}, only)


_EVENT = ("story", "order_us", "at_us", "day", "instant", *SPAN)


def _by_table(further: Sequence[Further]) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr]]:
    """The further columns of interviews and of contacts, as `by_NAME`."""
    of_interviews = {f"by_{one.name}": one.expression() for one in further if not one.of_contacts}
    return of_interviews, {f"by_{one.name}": one.expression() for one in further if one.of_contacts}


def _interviews(log: FollowUpLog, working_days: str | None, further: Mapping[str, pl.Expr]) -> pl.DataFrame:
    return log.interviews.select(
        story=pl.int_range(pl.len(), dtype=pl.Int64),
        start_us=pl.col("_at_us"),
        start_day=pl.col("_day").cast(pl.Int64),
        start_instant=_instant(),
        until_us=pl.col("_until_us"),
        until_day=pl.col("_until_day").cast(pl.Int64),
        clock_start=clock_days(log, "interviews", working_days),
        **further,
    )


def _events(frame: pl.DataFrame, at: pl.Series, spans: pl.DataFrame, *, instants_only: bool) -> pl.LazyFrame:
    """Contacts or outcomes with the span of their interview, looked up by its place: cheaper than any join."""
    no_day, one = pl.lit(0, pl.Int64), pl.lit(1, pl.Int64)
    return frame.lazy().with_columns(
        story=at,
        order_us=pl.col("_at_us" if instants_only else "_order_us"),
        at_us=pl.col("_at_us"),
        day=pl.col("_day").cast(pl.Int64),
        instant=one if instants_only else _instant(),
        start_us=spans["start_us"].gather(at),
        until_us=spans["until_us"].gather(at),
        start_day=no_day if instants_only else spans["start_day"].gather(at),
        until_day=no_day if instants_only else spans["until_day"].gather(at),
        start_instant=one if instants_only else spans["start_instant"].gather(at),
    )


def buckets(log: FollowUpLog) -> pl.Series:
    """The stable number (0-999) of each interview's applicant, worked out here where the reader had no need of it."""
    held = log.held("interviews")
    if "_bucket" in held.columns:
        return held.select(["_bucket"])["_bucket"].cast(pl.Int64)
    return applicant_buckets(held.select(["applicant_id"])["applicant_id"]).cast(pl.Int64)


def instants_only(log: FollowUpLog) -> bool:
    """Whether every row of the log has a time of day, so that the work for bare dates can be spared."""
    return not any(n_dated(log).values())


def n_dated(log: FollowUpLog) -> dict[str, int]:
    """How many rows of each table have a date and no time."""
    return log.remembered(
        "dated",
        lambda: {
            name: int((log.held(name).select(["at_precision"])["at_precision"] == "day").sum())
            for name in ("interviews", "contacts", "outcomes")
        },
    )


def _instant() -> pl.Expr:
    return pl.when(pl.col("at_precision") == "day").then(0).otherwise(1).cast(pl.Int64)


def clock_days(log: FollowUpLog, table: str, working_days: str | None) -> pl.Series:
    """The number of the day on which timing is measured, of each row: a local day, or a working day of a country."""
    days = log.held(table).select(["_day"])["_day"].cast(pl.Int64)
    if working_days is None:
        return days
    return pl.Series(working_day_numbers(days.to_numpy(), working_days), dtype=pl.Int64)
