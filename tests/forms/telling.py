"""What is left of a log's contacts when they have gone through a source's form: the contacts that reading must give."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms.lines import PARTIES, with_lines

CALLS = ("phone", "voicemail")
WRITTEN = ("email", "text", "letter", "social")
#: As many records as a sample of a service's first page has.
FIRST_PAGE = 100
COLUMNS = ("interview_id", "at", "day", "direction", "channel", "party", "duration_s")


@dataclass(frozen=True)
class Tells:
    """What a form can say.

    channels: which contacts it holds. messages_left: whether it tells a message left from a conversation; where not,
    both read as phone, with the line's party. answered: whether it tells a call that was taken from one that wasn't;
    where not, both have the line's party. talk: whether it has talk time. received_messages: whether messages left for
    the applicant are among its calls. by_day: it has dates only. parties: whose lines can be told (none: it never says
    who was reached). one_applicant: it is one person's, the one with most interviews. attempts: it has room for that
    many follow-ups of an interview and for the first answer. answers: whether it holds what came back; where not, it is
    a list of follow-ups alone. most: it holds no more contacts than that.
    """

    channels: tuple[str, ...] = CALLS
    messages_left: bool = False
    answered: bool = True
    talk: bool = True
    received_messages: bool = True
    by_day: bool = False
    parties: tuple[str, ...] = PARTIES
    one_applicant: bool = False
    attempts: int | None = None
    answers: bool = True
    most: int | None = None


def busiest_applicant(log: FollowUpLog) -> str:
    """The applicant with most interviews, of several the first."""
    counts = log.interviews.group_by("applicant_id").len().sort("len", "applicant_id", descending=[True, False])
    return str(counts["applicant_id"][0])


def held(log: FollowUpLog, tells: Tells) -> pl.DataFrame:
    """The contacts that the form holds, with their lines, in order of time."""
    found = with_lines(log).filter(pl.col("channel").is_in(tells.channels))
    if not tells.received_messages:
        found = found.filter((pl.col("direction") == "outbound") | (pl.col("channel") != "voicemail"))
    if tells.one_applicant:
        theirs = log.interviews.filter(pl.col("applicant_id") == busiest_applicant(log))
        found = found.join(theirs, on="interview_id", how="semi", maintain_order="left")
    if not tells.answers:
        found = found.filter((pl.col("direction") == "outbound") & (pl.col("purpose") == "follow_up"))
    if tells.attempts is not None:
        found = _with_room_for(found, tells.attempts)
    return found if tells.most is None else found.head(tells.most)


def _with_room_for(contacts: pl.DataFrame, attempts: int) -> pl.DataFrame:
    """The first follow-ups of each interview, and the first answer that a person gave."""
    tried = (pl.col("direction") == "outbound") & (pl.col("purpose") == "follow_up")
    heard = (pl.col("direction") == "inbound") & ~pl.col("automatic")
    ranks = [kind.cast(pl.Int32).cum_sum().over("interview_id") for kind in (tried, heard)]
    return contacts.filter((tried & (ranks[0] <= attempts)) | (heard & (ranks[1] <= 1)))


def read_back(log: FollowUpLog, tells: Tells) -> pl.DataFrame:
    """The canonical contacts that reading the form with its roster must give: COLUMNS, sorted by all of them.

    `at` is null where the form has dates only; `day` is the local day of the interview's zone.
    """
    rows = held(log, tells)
    left = (pl.col("channel") == "voicemail") & (pl.col("direction") == "outbound")
    if not tells.messages_left:
        rows = rows.with_columns(
            channel=pl.when(left).then(pl.lit("phone")).otherwise("channel"),
            party=pl.when(left).then("whose").otherwise("party"),
        )
    if not tells.answered:
        rang_out = (pl.col("channel") == "phone") & (pl.col("party") == "none")
        rows = rows.with_columns(party=pl.when(rang_out).then("whose").otherwise("party"))
    rows = rows.with_columns(party=pl.when(pl.col("channel").is_in(WRITTEN)).then(pl.lit("none")).otherwise("party"))
    told = (*tells.parties, *(("none",) if tells.parties else ()))
    rows = rows.with_columns(party=pl.when(pl.col("party").is_in(told)).then("party"))
    if not tells.talk:
        rows = rows.with_columns(duration_s=pl.lit(None, pl.Float64))
    if tells.by_day:
        rows = rows.with_columns(at=pl.lit(None, pl.Datetime("us", "UTC")))
    return rows.select(COLUMNS).sort(COLUMNS)


def found_in(log: FollowUpLog) -> pl.DataFrame:
    """The contacts of a log as `read_back` gives them, to be compared with it."""
    rows = log.contacts.with_columns(
        at=pl.when(pl.col("at_precision") == "instant").then("at"), day=pl.col("_day").cast(pl.Int32)
    )
    return rows.select(COLUMNS).sort(COLUMNS)
