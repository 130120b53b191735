"""When an entry was: as people write it, in which zone it is read, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log import clock
from followup_analytics.text import shorten

if TYPE_CHECKING:
    from followup_analytics.log.schema import Table
    from followup_analytics.store import Store
    from followup_analytics.track.ranges import End

Clock = Callable[[], datetime]

#: Clocks of two computers may differ by as much.
_GRACE = timedelta(minutes=2)
_CLOCK = r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?\s*(?:Z|[+-]\d{2}:?\d{2})?)"
_OFFSET = re.compile(r"[+-]\d{2}:\d{2}|UTC")
_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2})?)")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:$|[T ])")
_RELATIVE = re.compile(
    rf"(?P<day>today|yesterday|tomorrow|now)?(?:(?:^|\s+|\s*,\s*|T)(?:at\s+)?{_CLOCK})?", re.IGNORECASE
)
_WRITTEN = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<mark>[./])(?P<second>\d{{1,2}})(?P=mark)(?P<year>\d{{4}})(?:[\s,T]+{_CLOCK})?"
)


_WORD = re.compile(r"[^\W\d_]")
#: A day in figures, without its year.
_FIGURES = re.compile(r"\d{1,2}[./-]\d{1,2}[./]?(?:\s|$)")
#: What has happened; other times of an entry are mostly agreed ones, still ahead.
_OF_THE_PAST = ("--at", "--interviewed-at")
#: Which day of a span such as `next week` is meant: a call is welcome from the first on, word is due by the last.
ENDS: Mapping[str, End] = {
    "callback_at": "first", "snoozed_until": "first", "call_promised_at": "last", "decision_promised_at": "last",
    "reply_by": "last",
}  # fmt: skip
#: Words for days, as days from today.
_DAYS = {"yesterday": -1, "today": 0, "now": 0, "tomorrow": 1}


def read_moments(table: Table, fields: Mapping[str, Any], zone: str | None, now: Clock) -> dict[str, Any]:
    """Fields of an entry with the times among them as `read_when` reads them."""
    times = {column.name for column in table.columns if column.type == "timestamp"}
    return {
        name: read_when(value, zone, now, "--" + name.replace("_", "-"))
        if name in times and isinstance(value, str)
        else value
        for name, value in fields.items()
    }


def read_when(typed: str, zone: str | None, now: Clock, option: str = "--at") -> str:
    """A moment as people type it, in the form of files (ISO 8601); what has no words is left for the checks to refuse.

    Besides ISO 8601: today, yesterday 15:30, tomorrow, 15:30 (today), 20.11.2026 and 20/11/2026 15:30 where the day
    can't be a month, and what people say (`read_spoken`). zone: in which today is meant; the computer's own where none
    is known. option: that gave the text.
    Raises UsageError for a day that doesn't exist, or that may be read in two ways.
    """
    try:
        end = ENDS.get(option[2:].replace("-", "_"))
        return _read(typed.strip(), zone, now, ahead=option not in _OF_THE_PAST, end=end)
    except UsageError as fault:
        raise UsageError(f"{option}: {fault}") from None


def _read(text: str, zone: str | None, now: Clock, *, ahead: bool, end: End | None) -> str:
    found = _RELATIVE.fullmatch(text)
    if text and found:
        word = (found["day"] or "today").lower()
        if word == "now" and not found["time"]:
            return now_as_text(now)
        here = local_time(now(), zone) if zone else now().astimezone()
        return _joined(here.date() - timedelta(days=-_DAYS[word]), found["time"])
    found = _WRITTEN.fullmatch(text)
    if found:
        return _joined(_written_day(text, int(found["first"]), int(found["second"]), int(found["year"])), found["time"])
    iso = _ISO.match(text)
    if iso:
        _day(text, *(int(part) for part in iso.groups()))
    elif _WORD.search(text) or _FIGURES.match(text):
        from followup_analytics.track.spoken import read_spoken

        return read_spoken(text, local_time(now(), zone) if zone else now().astimezone(), ahead=ahead, end=end)
    return text


def _written_day(text: str, first: int, second: int, year: int) -> date:
    """Of two numbers the one above 12 is the day; two low ones that differ may be read in two ways."""
    if first <= 12 and second <= 12 and first != second:
        ways = " or ".join(f"{_day(text, year, month, day)}" for day, month in ((first, second), (second, first)))
        raise UsageError(f"{shorten(text)!r} may be {ways}; write the one that you mean.")
    day, month = (second, first) if second > 12 >= first else (first, second)
    return _day(text, year, month, day)


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UsageError(f"there is no such day as {shorten(text)!r}; correct it.") from None


def _joined(day: date, time: str | None) -> str:
    return day.isoformat() if time is None else f"{day.isoformat()}T{time.replace(' ', '')}"


def zone_of(store: Store, about: pl.DataFrame, given: str | None) -> str | None:
    """The zone of an interview's clocks, as a log has it: its own, the one given, that of its reading, the store's."""
    read_in = about["_zone"][0]
    named = None if read_in is None or _OFFSET.fullmatch(read_in) else read_in
    zone: str | None = about["time_zone"][0] or given or named or store.checked_settings().time_zone or read_in
    return zone


def writers_zone(store: Store, about: pl.DataFrame, given: str | None) -> str | None:
    """The zone of the clocks of whoever makes an entry: the one given, the store's, else the interview's."""
    return given or store.checked_settings().time_zone or zone_of(store, about, given)


def with_offset(text: str, written_in: str | None, read_in: str | None) -> str:
    """A time without offset with that of the zone it was written in, where it would be read in another."""
    found = _LOCAL.fullmatch(text)
    if found is None or written_in is None or written_in == read_in:
        return text
    moment = datetime.fromisoformat(f"{found[1]}T{found[2].zfill(5)}").replace(tzinfo=_clock_of(written_in))
    return moment.isoformat()


def _clock_of(zone: str) -> tzinfo:
    return datetime.strptime(zone, "%z").tzinfo or UTC if zone[0] in "+-" else ZoneInfo(zone)


def zone_frame(about: pl.DataFrame, zone: str | None) -> pl.DataFrame:
    """The zone as the checks want it."""
    return pl.DataFrame({"interview_id": about["interview_id"], "_zone": pl.Series([zone], dtype=pl.String)})


def now_as_text(now: Clock | None) -> str:
    """This moment with the computer's offset, so that the local day is known even without a zone."""
    moment = now() if now else datetime.now(UTC)
    return moment.astimezone().isoformat(timespec="seconds")


def moment_words(frame: pl.DataFrame, name: str, zone: str | None, writers: str | None = None) -> str:
    """When the entry's event was, in its zone, for the sentence; where `writers` (who enters it) differs, in both."""
    if frame["at_precision"][0] == "day":
        return f", {local_time(frame[name][0], zone or 'UTC'):%Y-%m-%d}"
    there = to_the_minute(frame[name][0], zone or "UTC")
    here = there if writers is None else to_the_minute(frame[name][0], writers)
    yours = f", {here[11:] if here[:10] == there[:10] else here} yours" if here != there else ""
    return f", {there} ({zone or 'UTC'}{yours})"


def is_early(entry: pl.DataFrame, name: str, about: pl.DataFrame, zone: str | None) -> bool:
    """Whether an entry lies before its interview: by instants, by days where one of them is only a date."""
    at, start = entry[name][0], about["interviewed_at"][0]
    if "day" in (entry["at_precision"][0], about["at_precision"][0]):
        return local_time(at, zone or "UTC").date() < local_time(start, zone or "UTC").date()
    return bool(at < start)


def is_ahead(entry: pl.DataFrame, name: str, zone: str | None, now: datetime) -> bool:
    """Whether an entry lies in the future, by more than what clocks may differ by."""
    at = entry[name][0]
    if entry["at_precision"][0] == "day":
        return local_time(at, zone or "UTC").date() > local_time(now, zone or "UTC").date()
    return bool(at > now + _GRACE)


def local_time(at: datetime, zone: str) -> datetime:
    """An instant on the clocks of a zone."""
    us = pl.Series([at], dtype=pl.Datetime("us", "UTC")).dt.epoch("us")
    local: datetime = clock.local_times(us, pl.Series([zone]))[0]
    return local


def to_the_minute(at: datetime, zone: str) -> str:
    """An instant as people of a zone write it."""
    return f"{local_time(at, zone):%Y-%m-%d %H:%M}"
