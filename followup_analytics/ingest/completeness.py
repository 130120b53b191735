"""How much of what happened was written down: two records of the same calls compared, and answers to nothing.

Warnings with figures, and no more than that: a record that is compared with another is complete or not by that other's
measure, and an answer to no logged attempt may have been the employer's own idea.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from followup_analytics.log.clock import local_times
from followup_analytics.log.followup_log import Note

_ENOUGH = 20
_CALLS = ("phone", "voicemail")
#: Below this share of answers to nothing there is little to say: some employers call of their own accord.
_WORTH_SAYING = 0.1
_COLUMNS = ("contact_id", "interview_id", "at", "direction", "channel")


def logged_share(calls: pl.DataFrame, record: pl.DataFrame, known: pl.DataFrame, file: str) -> tuple[Note, ...]:
    """The share of a telephone's calls that another record has too, over the days that both cover.

    calls: contacts that a telephone, exchange or service kept by itself. record: contacts that somebody wrote down, or
    that another system kept, of the same interviews. Both have contact_id, interview_id, at, direction, channel. known:
    interview_id and _zone. Calls are paired by interview, direction and local day, as many as there are on either side;
    a record by hand rarely has the minute. Nothing is said below 20 calls, or where all are there.
    """
    ours, theirs = (_by_day(frame, known) for frame in (calls, record))
    theirs = theirs.join(calls.select("contact_id"), on="contact_id", how="anti")
    if not ours.height or not theirs.height:
        return ()
    firsts, lasts = zip(
        *(frame.select(a=pl.col("day").min(), b=pl.col("day").max()).row(0) for frame in (ours, theirs)), strict=True
    )
    first, last = max(firsts), min(lasts)
    window = pl.col("day").is_between(first, last)
    keys = ["interview_id", "direction", "day"]
    counts = (
        ours.filter(window)
        .group_by(keys)
        .len("n")
        .join(theirs.filter(window).group_by(keys).len("m"), on=keys, how="left")
        .with_columns(both=pl.min_horizontal("n", pl.col("m").fill_null(0)))
    )
    by_way = {way: (n, both) for way, n, both in counts.group_by("direction").agg(pl.sum("n", "both")).iter_rows()}
    n, both = (sum(pair[place] for pair in by_way.values()) for place in (0, 1))
    if n < _ENOUGH or both == n:
        return ()
    ways = ", ".join(
        f"{by_way[way][1]:,} of {by_way[way][0]:,} {way}" for way in ("outbound", "inbound") if way in by_way
    )
    text = (
        f"some calls of {file} are not in the other record of the same interviews, which has {both:,} of {n:,} "
        f"({both / n:.0%}: {ways}) between {_date(first)} and {_date(last)}; if that holds elsewhere, it counts too "
        "few attempts by as much"
    )
    return (Note("logged_share", text, n - both),)


def _by_day(contacts: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Calls with the local day of their interview."""
    spoken = contacts.select(_COLUMNS).filter(pl.col("channel").is_in(_CALLS))
    zoned = spoken.join(known.select("interview_id", "_zone"), on="interview_id", how="inner", maintain_order="left")
    days = local_times(zoned["at"].dt.epoch("us"), zoned["_zone"].fill_null("UTC")).dt.date().cast(pl.Int32)
    return zoned.with_columns(day=days)


def answers_to_nothing(contacts: pl.DataFrame) -> tuple[Note, ...]:
    """How many first answers have no attempt logged before them: at most that share of stories lacks its attempts.

    contacts: interview_id, at, direction, purpose, interviewed_at.
    """
    after = contacts.filter(pl.col("at") >= pl.col("interviewed_at"))
    purpose = pl.col("purpose")
    tried = (pl.col("direction") == "outbound") & (purpose.is_null() | (purpose == "follow_up"))
    heard = (pl.col("direction") == "inbound") & (purpose.is_null() | (purpose == "answer"))
    stories = after.group_by("interview_id").agg(
        first=pl.col("at").filter(heard).min(), begun=pl.col("at").filter(tried).min()
    )
    answered = stories.filter(pl.col("first").is_not_null())
    bare = answered.filter(pl.col("begun").is_null() | (pl.col("begun") > pl.col("first"))).height
    if answered.height < _ENOUGH or bare < _WORTH_SAYING * answered.height:
        return ()
    text = (
        f"{bare / answered.height:.0%} of {answered.height:,} interviews that were answered have no attempt logged "
        "before the answer: employers called of their own accord, or attempts are missing; at most that "
        "share of these stories is under-logged"
    )
    return (Note("answers_without_attempt", text, bare),)


def _date(day: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=int(day))).isoformat()
