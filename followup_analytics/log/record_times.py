"""When what came first in each interview, in days: what findings about the record look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.log.clock import DAY_US
from followup_analytics.log.record_comparison import NEVER, Times

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

FloatArray = NDArray[np.float64]

#: The columns of interviews that are needed.
OF_INTERVIEWS = ("at_precision", "_at_us", "_until_us")
_OF_CONTACTS = ["direction", "channel", "purpose", "automatic", "at_precision", "_order_us"]
_OF_OUTCOMES = ["at_precision", "_order_us"]


def times_of(log: FollowUpLog, interviews: pl.DataFrame, chosen: pl.Series | None) -> Times:
    """When what came first in each interview, in days; what lies before it or after its record is not counted.

    `interviews` are those of the log that are `chosen` (None: all). What a file says of interviews that are in the
    store alone is left out: nobody knows here when they began.
    """
    began = interviews["_at_us"].to_numpy().astype(np.float64)
    dated = (interviews["at_precision"] == "day").fill_null(value=False).to_numpy()
    until = (interviews["_until_us"].to_numpy() - began) / DAY_US

    new = pl.Series([], dtype=pl.Int64)
    if chosen is not None:
        new = (chosen.cast(pl.Int64).cum_sum() - 1).zip_with(chosen, pl.Series([-1]).new_from_index(0, len(chosen)))

    def of_these(table: str, columns: list[str]) -> pl.DataFrame:
        rows = log.held(table).select(columns).with_columns(place=log.places(table)).drop_nulls("place")
        if chosen is None:
            return rows
        return rows.with_columns(pl.lit(new).gather(pl.col("place")).alias("place")).filter(pl.col("place") >= 0)

    contacts, outcomes = of_these("contacts", _OF_CONTACTS), of_these("outcomes", _OF_OUTCOMES)

    def first(frame: pl.DataFrame, keep: pl.Expr) -> FloatArray:
        mine = frame.filter(keep)
        place = mine["place"].to_numpy()
        since = (mine["_order_us"].to_numpy() - began[place]) / DAY_US
        # Of an act of which only the date is known the order stands at the start of its day.
        bare = (mine["at_precision"] == "day").fill_null(value=False).to_numpy()
        early = (since < 0.0) & ~(bare & (since > -1.0))
        earliest = np.full(len(began), NEVER)
        inside = ~early & (since <= until[place])
        np.minimum.at(earliest, place[inside], np.maximum(since[inside], 0.0))
        return earliest

    outbound, follow_up = pl.col("direction") == "outbound", pl.col("purpose").fill_null("follow_up") == "follow_up"
    by_phone = pl.col("channel").is_in(["phone", "voicemail"])
    heard = (pl.col("direction") == "inbound") & ~pl.col("automatic").fill_null(value=False)
    timed = ~dated
    timed[contacts.filter(outbound & (pl.col("at_precision") == "day"))["place"].to_numpy()] = False
    return Times(
        timed=timed,
        until=np.maximum(until, 0.0),
        reply=first(contacts, heard),
        outcome=first(outcomes, pl.lit(value=True)),
        acts={
            "phone": first(contacts, outbound & follow_up & by_phone),
            "attempt": first(contacts, outbound & follow_up),
            "contact": first(contacts, outbound),
        },
    )
