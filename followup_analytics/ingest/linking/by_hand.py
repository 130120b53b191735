"""Calls that came in from a file and stand in the store already, entered by hand a few minutes off."""

from __future__ import annotations

import polars as pl

from followup_analytics.log.followup_log import Note
from followup_analytics.text import listed

#: How ids of entries made by hand begin.
_BY_HAND = "ct-"
#: People remember a call's time by the quarter of an hour; what lies closer than a minute is told as the same call.
_LEAST, _MOST = pl.duration(minutes=1), pl.duration(minutes=10)
_EXAMPLES = 3


def entered_by_hand(new: pl.DataFrame, held: pl.DataFrame) -> tuple[Note, ...]:
    """A warning when contacts entered by hand lie within ten minutes of contacts of the same kind that came in.

    new, held: contact_id, interview_id, direction, channel, at. That they are one call is for a person to say.
    """
    entered = held.filter(pl.col("contact_id").str.starts_with(_BY_HAND))
    pairs = new.drop("contact_id").join(entered, on=["interview_id", "direction", "channel"], suffix="_entered")
    gap = (pl.col("at") - pl.col("at_entered")).abs()
    doubtful = pairs.filter((gap > _LEAST) & (gap <= _MOST))["contact_id"].unique().sort()
    if not doubtful.len():
        return ()
    some = listed(doubtful.head(_EXAMPLES), "and")
    text = (
        "contacts entered by hand lie within 10 minutes of contacts of the same interview, direction and channel that "
        f"came in now; where both are one, take back the entry by its id with `followup track STORE undo ID`: {some}"
    )
    return (Note("perhaps_entered_by_hand", text, doubtful.len()),)
