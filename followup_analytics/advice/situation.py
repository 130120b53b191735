"""Where each interview stands on a given day: the few facts that the rules of advice look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from followup_analytics.cells.counted import role
from followup_analytics.cells.windows import ANSWER, ATTEMPT, observed
from followup_analytics.log.clock import local_times

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

EPOCH = date(1970, 1, 1)
_CALLS = ("phone", "voicemail")


@dataclass(frozen=True)
class Situation:
    """One open interview as it stands on the local date `today`; dates are local to the employer, None where unknown.

    attempts, voicemails: made so far at or after the interview. last_attempt: the date of the last one.
    last_call_left_voicemail: the last attempt by telephone left a message. response: date of the first answer.
    held: the interview has taken place; one of today may still be ahead.
    callback: the date for which the employer last asked to be called; callback_done: an attempt was made since.
    promised: the date by which the employer said it would decide.
    """

    interview_id: str
    applicant_id: str
    interview: date
    today: date
    employer: str | None = None
    cohort: str | None = None
    zone: str | None = None
    do_not_contact: bool = False
    thanked: bool = False
    attempts: int = 0
    voicemails: int = 0
    last_attempt: date | None = None
    last_call_left_voicemail: bool = False
    response: date | None = None
    callback: date | None = None
    callback_done: bool = False
    promised: date | None = None
    held: bool = True

    @property
    def day(self) -> int:
        """Whole local days since the interview; negative while it is still ahead."""
        return (self.today - self.interview).days

    @property
    def silence(self) -> int | None:
        """Days since the last attempt, None where none was made."""
        return None if self.last_attempt is None else (self.today - self.last_attempt).days


@dataclass(frozen=True)
class Open:
    """The open interviews of a log on a day, and how many are left out because their story has ended."""

    situations: tuple[Situation, ...]
    decided: int
    later_facts: int


def open_interviews(log: FollowUpLog, today: date | None = None) -> Open:
    """Every interview without an outcome on `today` (default: the data date, in each interview's own zone).

    Facts dated after that day, or after the end of the interview's own record, are not used. `decided` counts the
    interviews with an outcome; `later_facts` the contacts left out because they are dated after that day.
    """
    interviews = with_today(log, today)
    decided = log.outcomes.join(interviews.select("interview_id", "today"), on="interview_id")
    decided = decided.filter(pl.col("_day") <= pl.col("today")).select("interview_id")
    waiting = interviews.join(decided, on="interview_id", how="anti", maintain_order="left")
    contacts = contacts_of(log, waiting)
    known = contacts.filter(pl.col("day") <= pl.col("today"))
    facts = waiting.join(_summed(known), on="interview_id", how="left", maintain_order="left")
    facts = facts.join(_callbacks(known), on="interview_id", how="left", maintain_order="left")
    rows = facts.with_columns(_local_day("decision_promised_at", facts["_zone"], facts).alias("promised")).iter_rows(
        named=True
    )
    return Open(tuple(_situation(row) for row in rows), decided.height, contacts.height - known.height)


def local_date(moment: datetime, zones: pl.Series) -> pl.Series:
    """The local date of one moment in each of n zones, as days since 1970."""
    us = round(moment.timestamp() * 1_000_000)
    times = local_times(pl.Series([us], dtype=pl.Int64).new_from_index(0, len(zones)), zones)
    return times.dt.date().cast(pl.Int32)


def with_today(log: FollowUpLog, today: date | None = None) -> pl.DataFrame:
    """The interviews with the local day asked about (`today`) and whether they have taken place by then (`held`)."""
    interviews = log.interviews
    here = local_date(log.data_date, interviews["_zone"]).cast(pl.Int64).alias("today")
    day = here if today is None else pl.lit((today - EPOCH).days, pl.Int64).alias("today")
    # On the data date itself the hour is known: an interview of that day may still be ahead.
    now_us = round(log.data_date.timestamp() * 1_000_000)
    later_today = (pl.col("_at_us") > now_us) & (pl.col("_day") == here) & (pl.col("today") == here)
    dated = interviews.with_columns(day)
    return dated.with_columns(held=(pl.col("_day") <= pl.col("today")) & ~later_today)


def contacts_of(log: FollowUpLog, waiting: pl.DataFrame) -> pl.DataFrame:
    """Contacts of open interviews from the interview to the end of its record, with what the rules ask of each."""
    spans = waiting.select(
        "interview_id",
        "_zone",
        "today",
        start_us="_at_us",
        start_day=pl.col("_day").cast(pl.Int64),
        start_instant=(pl.col("at_precision").fill_null("instant") != "day").cast(pl.Int64),
        until_us="_until_us",
        until_day=pl.col("_until_day").cast(pl.Int64),
    )
    rows = log.contacts.select(
        "interview_id",
        "contact_id",
        "channel",
        "callback_at",
        role=role(),
        outbound=pl.col("direction") == "outbound",
        thank_you=(pl.col("direction") == "outbound") & (pl.col("purpose") == "thank_you"),
        at_us="_at_us",
        order_us="_order_us",
        day=pl.col("_day").cast(pl.Int64),
        instant=(pl.col("at_precision").fill_null("instant") != "day").cast(pl.Int64),
    ).join(spans, on="interview_id")
    kept: pl.DataFrame = nw.from_native(rows).filter(observed()).to_native()
    return kept.sort("order_us", "contact_id")


def _summed(contacts: pl.DataFrame) -> pl.DataFrame:
    attempt, answer = pl.col("role") == ATTEMPT, pl.col("role") == ANSWER
    called = attempt & pl.col("channel").is_in(_CALLS)
    return contacts.group_by("interview_id").agg(
        attempts=attempt.sum(),
        # Whatever its purpose, a message left is a message on the employer's machine.
        voicemails=(pl.col("outbound") & (pl.col("channel") == "voicemail")).sum(),
        thanked=pl.col("thank_you").any(),
        last_attempt=pl.col("day").filter(attempt).max(),
        last_call=pl.col("channel").filter(called).last(),
        response=pl.col("day").filter(answer).min(),
    )


def _callbacks(contacts: pl.DataFrame) -> pl.DataFrame:
    """The latest request to be called back, and whether an attempt was made at or after the time asked for."""
    asked = contacts.filter(pl.col("callback_at").is_not_null())
    latest = asked.group_by("interview_id").agg(
        callback_us=pl.col("callback_at").last().dt.epoch("us"),
        callback_instant=pl.col("instant").last(),
        callback_zone=pl.col("_zone").last(),
    )
    latest = latest.with_columns(
        local_times(latest["callback_us"], latest["callback_zone"]).dt.date().cast(pl.Int64).alias("callback")
    )
    made = contacts.filter(pl.col("role") == ATTEMPT).join(latest, on="interview_id")
    instants = pl.col("instant") * pl.col("callback_instant") == 1
    answered = (
        pl.when(instants).then(pl.col("at_us") >= pl.col("callback_us")).otherwise(pl.col("day") >= pl.col("callback"))
    )
    done = made.filter(answered).select("interview_id", callback_done=True).unique()
    return latest.select("interview_id", "callback").join(done, on="interview_id", how="left")


def _local_day(column: str, zones: pl.Series, frame: pl.DataFrame) -> pl.Series:
    return local_times(frame[column].dt.epoch("us"), zones).dt.date().cast(pl.Int64)


def _situation(row: dict[str, Any]) -> Situation:
    return Situation(
        interview_id=row["interview_id"],
        applicant_id=row["applicant_id"],
        interview=_date(row["_day"]) or EPOCH,
        today=_date(row["today"]) or EPOCH,
        employer=row["employer"],
        cohort=row["cohort"],
        zone=row["_zone"],
        do_not_contact=bool(row["do_not_contact"]),
        thanked=bool(row["thanked"]),
        attempts=row["attempts"] or 0,
        voicemails=row["voicemails"] or 0,
        last_attempt=_date(row["last_attempt"]),
        last_call_left_voicemail=row["last_call"] == "voicemail",
        response=_date(row["response"]),
        callback=_date(row["callback"]),
        callback_done=bool(row["callback_done"]),
        promised=_date(row["promised"]),
        held=bool(row["held"]),
    )


def _date(day: int | None) -> date | None:
    return None if day is None else EPOCH + timedelta(days=day)
