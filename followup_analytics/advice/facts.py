"""From a log's tables to the facts about each open interview: what happened by a day, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.advice.agreed import callbacks, has_time, promised_calls, promises
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import CALLS, LAPSES_AFTER, LONG_PAST
from followup_analytics.cells.roles import ATTEMPT, observed, role
from followup_analytics.log.clock import local_times
from followup_analytics.log.schema import WRITTEN_CHANNELS

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

EPOCH = date(1970, 1, 1)
_SPOKEN = ("phone", "video", "in_person")
#: Who can tell how things stand; a receptionist can't.
_DECIDERS = ("interviewer", "hiring_team")
#: Without a note of who answered, so many seconds were a talk and not an answering machine.
_TALK_SECONDS = 60


@dataclass(frozen=True)
class Moment:
    """The day asked about, and how much of it has passed.

    at: the instant that is known to have come; None where a day is asked about as a whole, so that all of it is still
    ahead.
    """

    today: date
    at: datetime | None


@dataclass(frozen=True)
class Open:
    """The open interviews of a log on a day.

    situations: of all of them, or of those that may be due. n: how many are open. later_facts: how many of their
    contacts are left out since they are dated after that day.
    """

    situations: tuple[Situation, ...]
    n: int
    later_facts: int


def moment_of(log: FollowUpLog, today: date | None) -> Moment:
    """The moment asked about: a day, or by default the data date of files and now for a store as it stands."""
    known = log.read_at or log.data_date
    zone = pl.Series([log.time_zone or "UTC"])
    here = local_times(pl.Series([_us(known)], dtype=pl.Int64), zone)[0].date()
    if today is None:
        return Moment(here, known)
    return Moment(today, log.read_at if today == here else None)


def open_interviews(log: FollowUpLog, when: Moment, *, may_be_due: bool = False) -> Open:
    """Every interview without an outcome on a day; with `may_be_due` not those that are long given up.

    Facts dated after that day, or after the end of the interview's own record, are not used: `later_facts`
    counts the contacts that are dated after that day.
    """
    interviews = with_today(log, when)
    decided = log.outcomes.join(interviews.select("interview_id", "today"), on="interview_id")
    decided = decided.filter(pl.col("_day") <= pl.col("today")).select("interview_id")
    waiting = interviews.join(decided, on="interview_id", how="anti", maintain_order="left")
    contacts = contacts_of(log, waiting)
    known = contacts.filter(pl.col("day") <= pl.col("today"))
    moment_us = None if when.at is None else _us(when.at)
    facts = waiting
    agreed = (callbacks(known, moment_us), promised_calls(known, moment_us), promises(known, waiting))
    for part in (_summed(known), _since_heard(known), *agreed):
        facts = facts.join(part, on="interview_id", how="left", maintain_order="left")
    later = interviews.select(interview_id="previous_interview_id", later_round="interview_id").drop_nulls()
    facts = facts.join(later.unique("interview_id", keep="first"), on="interview_id", how="left", maintain_order="left")
    facts = facts.with_columns(_local_day(facts, "snoozed_until").alias("snoozed"))
    n = facts.height
    if may_be_due:
        facts = facts.filter(~_long_given_up())
    situations = tuple(_situation(row) for row in facts.iter_rows(named=True))
    return Open(situations, n, contacts.height - known.height)


def _long_given_up() -> pl.Expr:
    """Nobody has spoken or written, nothing is agreed, and the last attempt or the interview is too long ago.

    Whatever an office's policy, all of these are to move on from: most open interviews of a large store are.
    """
    silence = pl.col("today") - pl.col("last_contact")
    never = pl.col("last_contact").is_null() & (pl.col("today") - pl.col("_day") >= LONG_PAST)
    agreed = pl.any_horizontal(pl.col("callback", "promised_call", "promised", "asked").is_not_null())
    quiet = pl.col("heard").is_null() & ~pl.col("missed_open").fill_null(value=False) & ~agreed
    return quiet & ((silence >= LAPSES_AFTER).fill_null(value=False) | never)


def with_today(log: FollowUpLog, when: Moment) -> pl.DataFrame:
    """The interviews with the local day asked about (`today`) and whether they have taken place by then (`held`)."""
    interviews = log.interviews
    at_us = _us(when.at or log.data_date)
    zones = interviews["_zone"]
    times = local_times(pl.Series([at_us], dtype=pl.Int64).new_from_index(0, len(zones)), zones)
    here = times.dt.date().cast(pl.Int32).cast(pl.Int64).alias("here")
    day = pl.lit((when.today - EPOCH).days, pl.Int64)
    # Where the hour is known, an interview of that day may still be ahead.
    later_today = (pl.col("_at_us") > at_us) & (pl.col("_day") == pl.col("here")) & (pl.col("today") == pl.col("here"))
    dated = interviews.with_columns(here).with_columns(today=day)
    return dated.with_columns(held=(pl.col("_day") <= pl.col("today")) & ~later_today).drop("here")


def contacts_of(log: FollowUpLog, waiting: pl.DataFrame) -> pl.DataFrame:
    """Contacts of open interviews from the interview to the end of its record, with what the rules ask of each.

    In the order in which they count: by time, within a day attempts before what came back. `place` numbers them.
    """
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
    outbound = pl.col("direction") == "outbound"
    nobody = pl.col("party").fill_null("") == "none"
    missed = ~outbound & ((pl.col("channel") == "voicemail") | ((pl.col("channel") == "phone") & nobody))
    counted = log.contacts.filter(~pl.col("automatic").fill_null(value=False))
    rows = counted.select(
        "interview_id",
        "contact_id",
        "channel",
        "callback_at",
        "call_promised_at",
        "reply_by",
        "wants_answer",
        role=role(),
        outbound=outbound,
        thank_you=outbound & (pl.col("purpose") == "thank_you").fill_null(value=False),
        missed=missed,
        talk=_is_talk(outbound, missed),
        at_us="_at_us",
        order_us="_order_us",
        day=pl.col("_day").cast(pl.Int64),
        instant=(pl.col("at_precision").fill_null("instant") != "day").cast(pl.Int64),
    ).join(spans, on="interview_id")
    kept = rows.filter(observed(pl.col))
    return kept.sort("order_us", ~pl.col("outbound"), "contact_id").with_row_index("place")


def _is_talk(outbound: pl.Expr, missed: pl.Expr) -> pl.Expr:
    """Whether somebody was spoken to who knows how things stand (contract, `next`)."""
    spoken = pl.col("channel").is_in(_SPOKEN) & pl.col("party").is_in(_DECIDERS)
    phone = pl.col("channel") == "phone"
    rang_us = ~outbound & phone & ~missed
    long_call = outbound & phone & pl.col("party").is_null() & (pl.col("duration_s") >= _TALK_SECONDS)
    return (spoken | rang_us | long_call).fill_null(value=False)


def _summed(contacts: pl.DataFrame) -> pl.DataFrame:
    attempt, place = pl.col("role") == ATTEMPT, pl.col("place")
    answering = pl.col("outbound") & ~pl.col("thank_you")
    rows = contacts.group_by("interview_id").agg(
        attempts_made=attempt.sum(),
        thanked=pl.col("thank_you").any(),
        ever_called=(pl.col("outbound") & pl.col("channel").is_in(CALLS)).any(),
        last_attempt=pl.col("day").filter(attempt).max(),
        attempt_channel=pl.col("channel").filter(attempt).last(),
        missed=pl.col("day").filter("missed").last(),
        missed_place=place.filter("missed").last(),
        out_place=place.filter(answering).last(),
    )
    return rows.with_columns(
        missed_open=pl.col("missed_place").is_not_null()
        & (pl.col("out_place").is_null() | (pl.col("out_place") < pl.col("missed_place")))
    )


def _since_heard(contacts: pl.DataFrame) -> pl.DataFrame:
    """The last talk, reply or attempt, and what was tried since the employer last spoke or wrote."""
    attempt, heard = pl.col("role") == ATTEMPT, pl.col("talk") | ~pl.col("outbound")
    # They rang in vain: that is no answer to the messages that lie on their machine.
    met = heard & ~pl.col("missed")
    rows = contacts.with_columns(
        pl.col("place").filter(which).max().over("interview_id").fill_null(-1).cast(pl.Int64).alias(name)
        for name, which in (("last_heard", heard), ("last_met", met))
    )
    # Whatever its purpose, a message left is a message on the employer's machine.
    left = pl.col("outbound") & (pl.col("channel") == "voicemail")
    after = pl.col("place") > pl.col("last_heard")
    mattered = attempt | heard
    made = rows.group_by("interview_id").agg(
        attempts=(attempt & after).sum(),
        voicemails=(left & after).sum(),
        messages=(left & (pl.col("place") > pl.col("last_met"))).sum(),
        written=(pl.col("outbound") & ~pl.col("thank_you") & pl.col("channel").is_in(WRITTEN_CHANNELS)).any(),
        last_contact=pl.col("day").filter(mattered).last(),
        last_talk=pl.col("talk").filter(mattered).last(),
        last_inbound=(~pl.col("outbound")).filter(mattered).last(),
        reply_by=pl.col("reply_by").drop_nulls().last(),
        reply_asked=pl.col("place").filter(pl.col("reply_by").is_not_null()).last(),
        question=pl.col("day").filter("wants_answer").last(),
        question_asked=pl.col("place").filter("wants_answer").last(),
        zone=pl.col("_zone").first(),
        last_reply=pl.col("place").filter(~pl.col("outbound")).last(),
        last_out=pl.col("place").filter(pl.col("outbound") & ~pl.col("thank_you")).last(),
    )
    local = local_times(made["reply_by"].dt.epoch("us"), made["zone"])

    def owed(asked: str) -> pl.Expr:
        # Asked for in a message of theirs or in a call of ours, and owed until something goes out after it.
        return pl.col("last_out").is_null() | (pl.col("last_out") <= pl.col(asked))

    return made.select(
        "interview_id", "attempts", "voicemails", "messages", "written", "last_contact",
        heard=pl.when("last_talk").then(pl.lit("talk")).when("last_inbound").then(pl.lit("reply")),
        reply_by_day=pl.when(owed("reply_asked")).then(local.dt.date().cast(pl.Int32).cast(pl.Int64)),
        reply_by_time=pl.when(has_time(local)).then(local.dt.time()),
        asked=pl.when(owed("question_asked")).then("question"),
        answered=(pl.col("last_out") > pl.col("last_reply")).fill_null(value=False),
    )  # fmt: skip


def _local_day(frame: pl.DataFrame, column: str) -> pl.Series:
    return local_times(frame[column].dt.epoch("us"), frame["_zone"]).dt.date().cast(pl.Int32).cast(pl.Int64)


def _us(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def _situation(row: dict[str, Any]) -> Situation:
    return Situation(
        interview_id=row["interview_id"],
        applicant_id=row["applicant_id"],
        interview=_date(row["_day"]) or EPOCH,
        today=_date(row["today"]) or EPOCH,
        employer=row["employer"],
        cohort=row["cohort"],
        coach=row["coach"],
        zone=row["_zone"],
        held=bool(row["held"]),
        later_round=row["later_round"],
        do_not_contact=bool(row["do_not_contact"]),
        thanked=bool(row["thanked"]),
        ever_called=bool(row["ever_called"]),
        attempts_made=row["attempts_made"] or 0,
        attempts=row["attempts"] or 0,
        voicemails=row["voicemails"] or 0,
        messages=row["messages"] or 0,
        written=bool(row["written"]),
        last_attempt=_date(row["last_attempt"]),
        attempt_channel=row["attempt_channel"],
        last_contact=_date(row["last_contact"]),
        heard=row["heard"],
        missed=_date(row["missed"]),
        missed_open=bool(row["missed_open"]),
        reply_by=_date(row["reply_by_day"]),
        reply_by_time=row["reply_by_time"],
        asked=_date(row["asked"]),
        answered=bool(row["answered"]),
        callback=_date(row["callback"]),
        callback_time=row["callback_time"],
        callback_time_ahead=bool(row["callback_time_ahead"]),
        callback_done=bool(row["callback_done"]),
        callback_after_missed=bool(row["callback_after_missed"]),
        promised_call=_date(row["promised_call"]),
        promised_call_time=row["promised_call_time"],
        promised_call_time_ahead=bool(row["promised_call_time_ahead"]),
        promised_call_kept=bool(row["promised_call_kept"]),
        promised=_date(row["promised"]),
        promised_time=row["promised_time"],
        promise_answered=bool(row["promise_answered"]),
        snoozed_until=_date(row["snoozed"]),
    )


def _date(day: int | None) -> date | None:
    return None if day is None else EPOCH + timedelta(days=day)
