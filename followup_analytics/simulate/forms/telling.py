"""What is left of a log's contacts when they have gone through a source's form: the contacts that reading must give."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from followup_analytics.log import FollowUpLog
from followup_analytics.simulate.forms.lines import with_lines

CALLS = ("phone", "voicemail")
COLUMNS = ("interview_id", "at", "direction", "channel", "party", "duration_s")


@dataclass(frozen=True)
class Tells:
    """What a form can say.

    channels: which contacts it holds. messages_left: whether it tells a message left from a conversation; where not,
    both read as phone, with the line's party. talk: whether it has talk time. received_messages: whether messages left
    for the applicant are among its calls. written_by_nobody: whether what is written reads as party none.
    """

    channels: tuple[str, ...] = CALLS
    messages_left: bool = False
    talk: bool = True
    received_messages: bool = True
    written_by_nobody: bool = False


def held(log: FollowUpLog, tells: Tells) -> pl.DataFrame:
    """The contacts that the form holds, with their lines, in order of time."""
    found = with_lines(log).filter(pl.col("channel").is_in(tells.channels))
    if not tells.received_messages:
        found = found.filter((pl.col("direction") == "outbound") | (pl.col("channel") != "voicemail"))
    return found


def read_back(log: FollowUpLog, tells: Tells) -> pl.DataFrame:
    """The canonical contacts that reading the form with its roster must give: COLUMNS, by interview and time."""
    rows = held(log, tells)
    left = (pl.col("channel") == "voicemail") & (pl.col("direction") == "outbound")
    if not tells.messages_left:
        rows = rows.with_columns(
            channel=pl.when(left).then(pl.lit("phone")).otherwise("channel"),
            party=pl.when(left).then("whose").otherwise("party"),
        )
    if tells.written_by_nobody:
        rows = rows.with_columns(party=pl.lit("none"))
    if not tells.talk:
        rows = rows.with_columns(duration_s=pl.lit(None, pl.Float64))
    return rows.select(COLUMNS).sort("interview_id", "at", "direction")
