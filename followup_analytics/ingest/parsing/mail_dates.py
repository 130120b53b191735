"""When a message was written, from the Date, Received and envelope lines as programs really write them."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from email.message import Message
from email.utils import parsedate_tz

#: The offset of a Date, a word such as GMT before it or not; comments and names behind it count for nothing.
_OFFSET = re.compile(r"(?<![\d:.])(?:(?:GMT|UTC|UT)\s*)?([+-])(\d{2}):?(\d{2})(?!\d)", re.IGNORECASE)
_WORD_OFFSET = re.compile(r"\b(?:GMT|UTC|UT)\s*([+-])(\d{1,2})(?::?(\d{2}))?\b", re.IGNORECASE)
_UTC_WORD = re.compile(r"(?<![\w%])(?:GMT|UTC|UT|Z)\s*$|\d\s*Z$", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d+)?")
_COMMENT = re.compile(r"\([^()]*\)?")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*([ap])?\.?m?\b", re.IGNORECASE)
_ENVELOPE = re.compile(
    r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+(?P<day>\d{1,2}),?\s+"
    r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s*(?P<before>[A-Z]{1,5}|[+-]\d{4})?\s+(?P<year>\d{4})\s*"
    r"(?P<offset>[+-]\d{4})?",
    re.IGNORECASE,
)
#: The same with the year before the time, as JavaScript writes it.
_YEAR_FIRST = re.compile(r"([A-Z][a-z]{2}) +(\d{1,2}) +(\d{4}) +(\d{1,2}:\d{2}(?::\d{2})?)(.*)$")
#: Zones that mail programs abbreviate and mean one place by; of all others nobody can say (IST, CST of China).
_ABBREVIATED = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AST": -4, "ADT": -3,
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "MEZ": 1, "CEST": 2, "MEST": 2, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
#: Beginnings of months as programs in other languages write them.
_OTHER_MONTHS = {
    "mär": "mar", "mrz": "mar", "mai": "may", "okt": "oct", "dez": "dec", "ene": "jan", "abr": "apr", "ago": "aug",
    "dic": "dec", "fév": "feb", "avr": "apr", "juin": "jun", "juil": "jul", "aoû": "aug", "déc": "dec", "gen": "jan",
    "mag": "may", "giu": "jun", "lug": "jul", "set": "sep", "ott": "oct", "out": "oct", "fev": "feb",
}  # fmt: skip
_MONTH_WORD = re.compile(r"(?<=\d)[.\s-]+([^\W\d_]{3,10})\.?[\s-]+(?=\d{2,4}\b)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: A clock before the first e-mail, or far ahead, is a broken one.
_FIRST, _LAST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def message_time(message: Message, envelope: str = "", time_zone: str | None = None) -> dt.datetime | None:
    """When a message was written, in UTC; None where no line tells.

    The Date counts where it has an offset; else the earliest hop's Received line, else the envelope (mbox's From line,
    which is in UTC where it names no offset), else the Date as a time of the user's zone.
    """
    text = str(message["Date"] or "")
    when = date_of(text)
    if when is not None:
        return when
    received = [str(value).rpartition(";")[2].strip() for value in message.get_all("Received", [])]
    for candidate in [*reversed(received), str(message["Delivery-Date"] or ""), str(message["Resent-Date"] or "")]:
        when = date_of(candidate)
        if when is not None:
            return when
    when = envelope_time(envelope)
    if when is not None or time_zone is None:
        return when
    local = _local_of(_plain(text))
    if local is None:
        return None
    if time_zone[0] in "+-":
        return dt.datetime.fromisoformat(f"{local.isoformat()}{time_zone}").astimezone(dt.UTC)
    return local.replace(tzinfo=zoneinfo.ZoneInfo(time_zone)).astimezone(dt.UTC)


def _plain(text: str) -> str:
    """A date without comments and weekday, with English names of months."""
    plain = " ".join(_COMMENT.sub(" ", text).replace('"', " ").split())

    def english(found: re.Match[str]) -> str:
        word = found[1].lower()
        other = next((ours for theirs, ours in _OTHER_MONTHS.items() if word.startswith(theirs)), word[:3])
        return f" {other} "

    plain = _MONTH_WORD.sub(english, plain, count=1)
    first, _, rest = plain.partition(" ")
    return rest if first.rstrip(",.").isalpha() and rest[:1].isdigit() else plain


def date_of(text: str) -> dt.datetime | None:
    """A Date's instant in UTC; None where it can't be read or its offset is missing."""
    plain = _plain(text)
    offset = _offset_of(plain)
    local = _local_of(plain)
    if local is None or offset is None:
        return None
    try:
        when = (local - offset).replace(tzinfo=dt.UTC)
    except OverflowError:
        return None
    return when if _FIRST <= when <= _LAST else None


def _offset_of(text: str) -> dt.timedelta | None:
    iso = _ISO.match(text)
    # The hyphens of a date look like an offset: only what follows the time is one.
    clock = _TIME.search(text, iso.start(4) if iso else 0)
    rest = text[(iso.end() if iso else clock.end() if clock else 0) :]
    found = _OFFSET.search(rest) or _WORD_OFFSET.search(rest)
    if found:
        sign = -1 if found[1] == "-" else 1
        hours, minutes = int(found[2]), int(found[3] or 0)
        return sign * dt.timedelta(hours=hours, minutes=minutes) if hours <= 14 and minutes < 60 else None
    if _UTC_WORD.search(text):
        return dt.timedelta()
    named = re.search(r"\b([A-Z]{3,4})\b(?:\s+\d{4})?\s*$", text)
    ahead = _ABBREVIATED.get(named[1]) if named else None
    return None if ahead is None else dt.timedelta(hours=ahead)


def _local_of(text: str) -> dt.datetime | None:
    iso = _ISO.match(text)
    try:
        if iso:
            return dt.datetime(*(int(part or 0) for part in iso.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        parsed = parsedate_tz(text)
        if parsed is None:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in parsed[:6])
        half = _TIME.search(text)
        if half and half[4] and hour <= 12:
            hour = hour % 12 + (12 if half[4].lower() == "p" else 0)
        return dt.datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001
    except (ValueError, TypeError, OverflowError):
        return None


def envelope_time(line: str) -> dt.datetime | None:
    """The instant of mbox's From line, in UTC where it names no offset; None where there is none."""
    found = _ENVELOPE.search(line)
    later = _YEAR_FIRST.search(line)
    if later and not found:
        when = date_of(f"{later[2]} {later[1]} {later[3]} {later[4]} {later[5] or '+0000'}")
        if when is not None:
            return when
    iso = _ISO.search(line)
    if not found and iso:
        return date_of(line[iso.start() :]) or date_of(f"{iso[0]} +0000")
    if not found:
        return date_of(line.split(maxsplit=2)[-1]) if line.startswith("From ") else None
    hour, minute, second = ([int(part) for part in found["time"].split(":")] + [0])[:3]
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    before = found["before"] or ""
    offset = found["offset"] or (before if before[:1] in ("+", "-") else None) or "+0000"
    shift = dt.timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
    if before.upper() in _ABBREVIATED:
        offset, shift = "+", dt.timedelta(hours=_ABBREVIATED[before.upper()])
    try:
        local = dt.datetime(int(found["year"]), month, int(found["day"]), hour, minute, min(second, 59), tzinfo=dt.UTC)
        when = local + shift if offset.startswith("-") else local - shift
    except (ValueError, OverflowError):
        return None
    return when if _FIRST <= when <= _LAST else None
