"""What an employer asked for or promised, by interview: calls of ours and theirs, decisions; and what came of it."""

from __future__ import annotations

import polars as pl

from followup_analytics.cells.roles import ATTEMPT
from followup_analytics.log.clock import DAY_US, local_times


def callbacks(contacts: pl.DataFrame, moment_us: int | None) -> pl.DataFrame:
    """The latest request to be called back, and whether an attempt was made at or after the time asked for."""
    asked = contacts.filter(pl.col("callback_at").is_not_null())
    latest = asked.group_by("interview_id").agg(
        callback_us=pl.col("callback_at").last().dt.epoch("us"),
        asked_place=pl.col("place").last(),
        zone=pl.col("_zone").last(),
    )
    local = local_times(latest["callback_us"], latest["zone"])
    # A date alone is kept as its midnight, at which nobody asks to be called.
    latest = latest.with_columns(
        callback=local.dt.date().cast(pl.Int32).cast(pl.Int64), clock=local.dt.time(), timed=has_time(local)
    )
    made = contacts.filter(pl.col("role") == ATTEMPT).join(latest, on="interview_id")
    instants = (pl.col("instant") == 1) & pl.col("timed")
    answered = (
        pl.when(instants)
        .then(pl.col("at_us") >= pl.col("callback_us"))
        .otherwise((pl.col("day") >= pl.col("callback")) & (pl.col("place") > pl.col("asked_place")))
    )
    done = made.filter(answered).select("interview_id", callback_done=True).unique()
    missed = contacts.filter("missed").group_by("interview_id").agg(missed_at=pl.col("place").last())
    ahead = pl.lit(value=True) if moment_us is None else pl.col("callback_us") > moment_us
    return (
        latest.join(done, on="interview_id", how="left")
        .join(missed, on="interview_id", how="left")
        .select(
            "interview_id",
            "callback",
            "callback_done",
            callback_time=pl.when("timed").then("clock"),
            callback_time_ahead=pl.col("timed") & ahead,
            callback_after_missed=pl.col("asked_place") >= pl.col("missed_at"),
        )
    )


def promised_calls(contacts: pl.DataFrame, moment_us: int | None) -> pl.DataFrame:
    """The latest promise of theirs to call, and whether they rang since or it was asked about at or after its time."""
    said = contacts.filter(pl.col("call_promised_at").is_not_null())
    latest = said.group_by("interview_id").agg(
        call_us=pl.col("call_promised_at").last().dt.epoch("us"),
        said_place=pl.col("place").last(),
        zone=pl.col("_zone").last(),
    )
    local = local_times(latest["call_us"], latest["zone"])
    latest = latest.with_columns(
        promised_call=local.dt.date().cast(pl.Int32).cast(pl.Int64), clock=local.dt.time(), timed=has_time(local)
    )
    theirs = ~pl.col("outbound") | pl.col("talk")
    later = contacts.filter((pl.col("role") == ATTEMPT) | theirs).join(latest, on="interview_id")
    instants = (pl.col("instant") == 1) & pl.col("timed")
    then = (
        pl.when(instants).then(pl.col("at_us") >= pl.col("call_us")).otherwise(pl.col("day") >= pl.col("promised_call"))
    )
    # A call of theirs before its time keeps it too; an e-mail may only speak of it.
    rang = theirs & pl.col("channel").is_in(("phone", "voicemail", "video", "in_person"))
    kept = later.filter((pl.col("place") > pl.col("said_place")) & (then | rang))
    kept = kept.select("interview_id", promised_call_kept=True).unique()
    ahead = pl.lit(value=True) if moment_us is None else pl.col("call_us") > moment_us
    return latest.join(kept, on="interview_id", how="left").select(
        "interview_id",
        "promised_call",
        "promised_call_kept",
        promised_call_time=pl.when("timed").then("clock"),
        promised_call_time_ahead=pl.col("timed") & ahead,
    )


def promises(contacts: pl.DataFrame, waiting: pl.DataFrame) -> pl.DataFrame:
    """The day by which the employer would decide, and whether an attempt or a reply came at or after that time."""
    made = waiting.filter(pl.col("decision_promised_at").is_not_null())
    local = local_times(made["decision_promised_at"].dt.epoch("us"), made["_zone"])
    promises = made.select(
        "interview_id",
        promised_us=pl.col("decision_promised_at").dt.epoch("us"),
        promised=local.dt.date().cast(pl.Int32).cast(pl.Int64),
        timed=has_time(local),
        promised_time=pl.when(has_time(local)).then(local.dt.time()),
    )
    answering = contacts.filter((pl.col("role") == ATTEMPT) | ~pl.col("outbound")).join(promises, on="interview_id")
    instants = (pl.col("instant") == 1) & pl.col("timed")
    since = (
        pl.when(instants).then(pl.col("at_us") >= pl.col("promised_us")).otherwise(pl.col("day") >= pl.col("promised"))
    )
    answered = answering.filter(since).select("interview_id", promise_answered=True).unique()
    return promises.select("interview_id", "promised", "promised_time").join(answered, on="interview_id", how="left")


def has_time(local: pl.Series) -> pl.Series:
    """Whether local times are more than a date, which is kept as its midnight."""
    return local.dt.epoch("us") % DAY_US != 0
