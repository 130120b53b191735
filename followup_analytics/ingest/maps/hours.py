"""Times of day without am or pm, as offices write them: 1:00 is after noon, since nobody calls at one at night."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from followup_analytics.log.followup_log import Note

#: Whole hours that no office works in; 7:00 may be the morning's.
_FIRST, _LAST = 1, 6
_HALF = r"(?i)\d\s*[ap]\.?\s?m?\b|[ap]\.m|오전|오후|上午|下午|午前|午後|[πμ]\.?μ|uhr|\d\s*h\b"
_OFFSET = r"(?:Z|[+-]\d\d:?\d\d)$"
_HOUR = r"[T ](\d\d):\d\d"


@dataclass(frozen=True)
class OfficeTimes:
    """`iso`: the times of a column. after_noon: how many were moved. at_night: how many are as written."""

    iso: pl.Series
    after_noon: int = 0
    at_night: int = 0


def in_office_hours(iso: pl.Series, texts: pl.Series) -> OfficeTimes:
    """The times of a column, those from 1:00 to 6:59 without am or pm as 13:00 to 18:59.

    iso: n times as ISO 8601 text. texts: as they were written. A column in which some time is past 12:59, or has
    seconds, is of a clock of 24 hours or a machine's: its times stay.
    """
    hour = iso.str.extract(_HOUR, 1).cast(pl.Int8, strict=False)
    if not hour.is_between(_FIRST, _LAST).any():
        return OfficeTimes(iso)
    told = texts.str.contains(_HALF) | iso.str.contains(_OFFSET)
    bare = hour.is_not_null() & ~told.fill_null(value=False)
    night = bare & hour.is_between(_FIRST, _LAST)
    seconds = iso.str.extract(r"[T ]\d\d:\d\d:(\d\d)", 1)
    if (bare & (seconds != "00")).any():
        return OfficeTimes(iso)
    n = int(night.sum())
    if (bare & (hour > 12)).any():
        return OfficeTimes(iso, at_night=n)
    later = pl.DataFrame({"iso": iso, "hour": hour + 12}).select(
        t=pl.concat_str(
            pl.col("iso").str.extract(r"^(.*?[T ])\d\d:", 1), "hour", pl.col("iso").str.extract(r"[T ]\d\d(:.*)$", 1)
        )
    )["t"]
    return OfficeTimes(later.zip_with(night.fill_null(value=False), iso), after_noon=n)


def hour_notes(found: OfficeTimes, place: str, heading: str) -> tuple[Note, ...]:
    """What was taken for the afternoon, or stands there as a time at night."""
    if found.after_noon:
        text = (
            f"{place}, column {heading}: times from 1:00 to 6:59 say neither am nor pm, and were read as the "
            "afternoon's (13:00 to 18:59); write 1:00 am where the night was meant"
        )
        return (Note("after_noon", text, found.after_noon),)
    if found.at_night:
        text = (
            f"{place}, column {heading}: times from 1:00 to 6:59 stand beside times past 12:59, and were read as the "
            "night's; write 13:00 for 1:00 where the afternoon was meant"
        )
        return (Note("at_night", text, found.at_night),)
    return ()
