"""When to ring an office in another zone: its hours and one's own, as words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: When offices are rung, and within which hours of one's own day.
_THEIRS = (time(9), time(17))
#: From so late on hardly anybody answers there any more.
_CLOSED = time(18)
_OURS = (time(8), time(21))


@lru_cache(maxsize=2048)
def hours_to_call(on: date, at: time | None, theirs: str | None, ours: str | None) -> str | None:
    """`15:00 to 17:00 their time, 21:00 to 23:00 yours`; None where both clocks show the same.

    on: the date of the call with the employer. at: the time agreed, else office hours from 9 to 17 that fall between 8
    and 21 of one's own day (all office hours where none does). theirs, ours: IANA zones; unknown ones say nothing.
    """
    there, here = _zone(theirs), _zone(ours)
    if there is None or here is None:
        return None
    noon = datetime.combine(on, at or time(12), there)
    if noon.utcoffset() == noon.astimezone(here).utcoffset():
        return None
    if at is not None:
        return f"{at:%H:%M} their time, {noon.astimezone(here):%H:%M}{_day_off(noon, here)} yours"
    begin, end = _common(on, there, here)
    mine = f"{begin.astimezone(here):%H:%M} to {end.astimezone(here):%H:%M}{_day_off(begin, here)} yours"
    return f"{begin:%H:%M} to {end:%H:%M} their time, {mine}"


def is_closed(moment: datetime | None, theirs: str | None) -> bool:
    """Whether an office is closed for the day at a moment; unknown moments and places say nothing."""
    there = _zone(theirs)
    return moment is not None and there is not None and moment.astimezone(there).time() >= _CLOSED


def hours_told(hours: str | None, expects: str | None) -> str | None:
    """The hours in a sentence: when to ring them, or, where a call of theirs is expected, when it is."""
    if hours is None:
        return None
    return f"That is {hours}." if expects == "call" else f"Ring {hours}."


def _common(on: date, there: ZoneInfo, here: ZoneInfo) -> tuple[datetime, datetime]:
    begin, end = (datetime.combine(on, one, there) for one in _THEIRS)
    for shift in (-1, 0, 1):
        low, high = (datetime.combine(on + timedelta(days=shift), one, here) for one in _OURS)
        first, last = max(begin, low.astimezone(there)), min(end, high.astimezone(there))
        if first < last:
            return first, last
    return begin, end


def _day_off(moment: datetime, here: ZoneInfo) -> str:
    days = (moment.astimezone(here).date() - moment.date()).days
    return {1: " the next day", -1: " the day before"}.get(days, "")


@lru_cache(maxsize=512)
def _zone(name: str | None) -> ZoneInfo | None:
    # An offset tells no place: nobody's office hours are known by it.
    if not name or name[0] in "+-":
        return None
    return ZoneInfo(name)
