"""Times as people say them, in English, German and Spanish: `last Tuesday 3pm`, `gestern 15:30`, `hace 2 días`.

The library `dateparser` reads them; what it reads wrongly or not at all is put into other words first. What may be
meant in two ways is never guessed: it is asked back with the words.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache

from followup_analytics.errors import UsageError
from followup_analytics.text import shorten
from followup_analytics.track.ranges import End, span_of

LANGUAGES = ("en", "de", "es")
#: A day of a month without its year is no entry of so long ago, but a slip, or a day ahead.
_LONG_AGO = timedelta(days=183)
#: A day so near is called by its name, or tomorrow, and not the next one.
_TOO_NEAR = timedelta(days=2)

_DAYS = {
    "monday": ("mon", "montag", "lunes"), "tuesday": ("tue", "tues", "dienstag", "martes"),
    "wednesday": ("wed", "weds", "mittwoch", "miercoles", "miércoles"),
    "thursday": ("thu", "thur", "thurs", "donnerstag", "jueves"), "friday": ("fri", "freitag", "viernes"),
    "saturday": ("sat", "samstag", "sonnabend", "sabado", "sábado"), "sunday": ("sun", "sonntag", "domingo"),
}  # fmt: skip
_NEAR_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_DAY_OF = {word: day for day, words in _DAYS.items() for word in (day, *words)}
WEEKDAYS = frozenset(_DAY_OF)
_ANY_DAY = "|".join(sorted(_DAY_OF, key=len, reverse=True))
_PART = r"(?:morning|afternoon|evening|night)"

_MONTHS = (
    "jan", "feb", "mar", "mär", "apr", "may", "mai", "jun", "jul", "aug", "sep", "oct", "okt", "nov", "dec", "dez",
    "ene", "abr", "ago", "dic",
)  # fmt: skip
_ANY_MONTH = "|".join(_MONTHS)

#: What people say, and the words in which the library reads it rightly.
_IN_OTHER_WORDS = (
    (r"a\.\s?m\.?", "am"), (r"p\.\s?m\.?", "pm"), (r"last\s+night|anoche", "yesterday night"),
    (r"noonish|lunch\s?time|at\s+lunch", "noon"), (r"(?:the\s+)?day\s+before\s+yesterday", "2 days ago"),
    (r"earlier\s+(today|this\s+\w+)", r"\1"), (r"first\s+thing", "morning"),
    (r"ma[ñn]ana\s+por\s+la\s+ma[ñn]ana", "morgen"),
    (r"(?:half\s+past|half)\s+(\d{1,2})", r"\1:30"), (r"quarter\s+past\s+(\d{1,2})", r"\1:15"),
    (r"(\d{1,2})\s+y\s+media", r"\1:30"), (r"(\d{1,2})\s+y\s+cuarto", r"\1:15"),
    (r"(\d{1,2})\.(1[3-9]|[2-5]\d)(?![.\d])", r"\1:\2"),
    (rf"({_ANY_DAY}|morgen|tomorrow)\s+(?:vormittag|fr[üu]h)", r"\1 morning"),
    (rf"({_ANY_DAY}|morgen|tomorrow)\s+(?:mittag)", r"\1 noon"),
    (rf"({_ANY_DAY}|morgen)\s+(?:nachmittags?)", r"\1 afternoon"),
    (rf"({_ANY_DAY}|morgen)\s+(?:abends?)", r"\1 evening"),
    (r"(heute|gestern|vorgestern)\s+(?:morgen|früh|vormittag)", r"\1 morning"),
    (r"(heute|gestern|vorgestern)\s+(?:nachmittag)", r"\1 afternoon"),
    (r"(heute|gestern|vorgestern)\s+(?:abend)", r"\1 evening"),
    (r"esta\s+mañana", "today morning"), (r"esta\s+tarde", "today afternoon"), (r"esta\s+noche", "today evening"),
    (r"(?:por|de)\s+la\s+mañana", "am"), (r"(?:por|de)\s+la\s+(?:tarde|noche)", "pm"),
    (r"(?:diesen|diese[rs]?)\s+(?:morgen|vormittag)", "today morning"),
    (r"übermorgen|uebermorgen|pasado\s+mañana", "in 2 days"), (r"vorgestern|anteayer|antier", "2 days ago"),
    (r"heute|hoy", "today"), (r"gestern|ayer", "yesterday"), (r"morgen|mañana", "tomorrow"),
    (r"jetzt|gerade|ahora(?:\s+mismo)?|right\s+now|just\s+now", "now"),
    (rf"(?:am\s+|vom\s+)?(?:letzte|vergangene|vorige)[nrms]?\s+({_ANY_DAY})", r"last \1"),
    (rf"(?:am\s+)?(?:nächste|naechste|kommende)[nrms]?\s+({_ANY_DAY})", r"next \1"),
    (rf"(?:el\s+)?({_ANY_DAY})\s+pasado", r"last \1"),
    (rf"(?:el\s+)?({_ANY_DAY})\s+que\s+viene", r"next \1"),
    (rf"(?:el\s+)?pr[óo]ximo\s+({_ANY_DAY})", r"next \1"),
    (rf"(?:am|on|el|this|diesen|from|ab|after)\s+({_ANY_DAY})", r"\1"),
    (r"(\d{1,2})[:.h](\d{2})\s*uhr|(\d{1,2})\s*uhr\s+(\d{2})", r"\1\3:\2\4"), (r"(\d{1,2})\s*uhr", r"\1:00"),
    (r"(\d{1,2})h(\d{2})", r"\1:\2"), (r"(\d{1,2})\s?h", r"\1:00"),
    (r"(?:de|von|vom|from|of)\s+(today|yesterday)", r"\1"),
    (rf"(?:(?:am|vom|on|the)\s+)?(\d{{1,2}})\.?\s+((?:{_ANY_MONTH})\w*)", r"\1 \2"),
    (r"(?:(?:any\s?time\s+)?after|from|ab|nach|a\s+partir\s+de(?:\s+las?)?|despu[eé]s\s+de\s+las?)(?=\s+\d)", "@"),
    (r"(?:a\s+las?|um|at|gegen|about|around)(?=\s+\d)", "@"),
    (r"(?:a\s+las?|um|at|gegen|about|around)(?=\s+(?:noon|mid))", ""), (r"el(?=\s+\d)", ""),
    (r"mittags?|mediod[ií]a|midday", "noon"),
    (r"(\d{1,2})[.](\d{2})\s*(am|pm)", r"\1:\2\3"),
    (r"hrs", "hours"), (r"o'?clock", ""), (r"an?\s+(hour|day|week|minute)\s+ago", r"1 \1 ago"),
)  # fmt: skip
#: Days as Germans shorten them, before a number.
_GERMAN_DAYS = {
    "mo": "monday", "di": "tuesday", "mi": "wednesday", "do": "thursday", "fr": "friday", "sa": "saturday",
    "so": "sunday",
}  # fmt: skip
_GERMAN_DAY = re.compile(r"^(?:am\s+)?(mo|di|mi|do|fr|sa|so)\.?(?=\s+\d)")
#: `Thursday am`, where no hour stands before it.
_HALF_DAY = (
    (re.compile(r"(?<![\d:])(?<!\d\s)\b(?:in the )?am$"), "morning"),
    (re.compile(r"(?<![\d:])(?<!\d\s)\bpm$"), "afternoon"),
)
_CLOCK = re.compile(
    r"(?<![\d.:/-])(?:@ ?)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::\d{2})?)?\s*(?P<half>am|pm)?(?![\d.:/-])"
)
_SINCE = re.compile(r"(?<!\w)(?:now|(?:minute|min|hour|hr|stunde|minuto|hora)s?n?)(?!\w)")
_WRITTEN = re.compile(
    r"(?:(?:am|vom|on|el|the)\s+)?(?P<one>\d{1,2})(?P<mark>[./-])(?P<two>\d{1,2})(?:(?P=mark)(?P<year>\d{4}|\d{2})?)?"
)
#: A day of a month by its number: `the 25th`, `am 25.`.
_NUMBERED = re.compile(r"(?:(?:the|on|am|vom|zum) )*(\d{1,2})(?:st|nd|rd|th|\.)")
_LENGTH = re.compile(r"(?:day|week|month|hour|minute|min|tag|woche|monat|stunde|d[ií]a|semana|mes|hora)")


class TwoWaysError(UsageError):
    """A time that may be meant in two ways; `nearest` is the likelier, in ISO 8601."""

    def __init__(self, message: str, nearest: str) -> None:
        super().__init__(message)
        self.nearest = nearest


@cache
def _letters_of(pattern: str) -> tuple[str, ...]:
    """Letters of which some stand in every text that a pattern fits; none where that can't be said."""
    plain = re.sub(r"\w\?|\\.|\(\?[:!=<]+", " ", pattern)
    return tuple(re.findall(r"[^\W\d_]{2,}", plain))


def _may_fit(pattern: str, text: str) -> bool:
    # To compile all of them takes longer than all else that is done for a line.
    letters = _letters_of(pattern)
    return not letters or any(one in text for one in letters)


def in_other_words(typed: str) -> str:
    """A time as the library reads it best."""
    text = " ".join(typed.casefold().replace(",", " ").split())
    for pattern, words in _IN_OTHER_WORDS:
        if _may_fit(pattern, text):
            text = re.sub(rf"(?<!\w){pattern}(?!\w)", words, text)
    for word, day in _DAY_OF.items():
        text = re.sub(rf"(?<!\w){word}(?!\w)", day, text)
    text = " ".join(text.split())
    text = _GERMAN_DAY.sub(lambda found: _GERMAN_DAYS[found[1]], text)
    for half, part in _HALF_DAY:
        text = half.sub(part, text)
    return " ".join(text.split())


def read_spoken(typed: str, now: datetime, *, ahead: bool = False, end: End | None = None) -> str:
    """A time as people say it, in ISO 8601: a day, or a day and time on the clocks of `now` (no offset written).

    now: the present on the clocks of the place. ahead: of two days of a name the coming one is meant, else the past.
    end: which day of a span such as `next week` is meant; None where a span is no answer.
    Raises UsageError, quoting the words, for what is no time, and TwoWaysError for what may be meant in two ways.
    """
    shown = repr(shorten(typed))
    span = span_of(" ".join(typed.casefold().replace(",", " ").split()), now.date()) if ahead and end else None
    if span is not None:
        return span[end == "last"].isoformat()
    text = in_other_words(typed)
    clock, rest, doubt = _clock_of(text, shown)
    if clock is None and _SINCE.search(text):
        moment = _parsed(text, now, ahead=ahead)
        if moment is None:
            raise _unread(shown)
        return moment.isoformat(timespec="minutes")
    day, other = (now.date(), None) if not rest else _day_of(rest, now, shown, ahead=ahead)
    if not ahead and now.date() - day > _LONG_AGO and not re.search(r"\d{4}", rest):
        coming = _day_of(rest, now, shown, ahead=True)[0]
        raise UsageError(f"{shown} may be {day}, long ago, or {coming}, still ahead; write it with its year.")
    if ahead and day - now.date() > _LONG_AGO and re.search(r"\d", rest) and not re.search(r"\d{4}|[a-z]{4,}", rest):
        gone = _day_of(rest, now, shown, ahead=False)[0]
        raise UsageError(f"{shown} may be {gone}, which has passed, or {day}, far ahead; write it with its year.")
    here = now.replace(tzinfo=None)
    if other and clock is not None and day == now.date() and (datetime.combine(day, clock) < here) == ahead:
        # Of today's name the hour tells which day is meant: it has passed, or is still to come.
        day, other = other, None
    found = day.isoformat() if clock is None else datetime.combine(day, clock).isoformat(timespec="minutes")
    if doubt or other:
        raise TwoWaysError(doubt or _two_days(shown, day, other, now.date()), found)
    moment = datetime.combine(day, clock or time())
    if clock is not None and not rest and not ahead and moment > now.replace(tzinfo=None) + timedelta(minutes=2):
        raise UsageError(f"{shown} is still ahead today; write which day it was, such as 'yesterday {clock:%H:%M}'.")
    return found


def _two_days(shown: str, day: date, other: date | None, today: date) -> str:
    first, second = sorted({day, other or day}) if today not in (day, other) else (today, other or day)
    ways = f"{'today' if first == today else first} or {second}"
    return f"{shown} may be {ways}; write the one that you mean."


def counts_from_now(typed: str) -> bool:
    """Whether a time is counted from the day on which it is written, whatever is told of: tomorrow, in two days."""
    return re.search(r"(?<!\w)(?:today|tomorrow|now|in)(?!\w)", in_other_words(typed)) is not None


def _clock_of(text: str, shown: str) -> tuple[time | None, str, str | None]:
    """The time of day in a text, the text without it, and the doubt where the hour may be of two halves of the day.

    Of the two the one is taken at which offices work.
    """
    for word, hour in (("noon", 12), ("midnight", 0)):
        if re.search(rf"(?<!\w){word}(?!\w)", text):
            return time(hour), " ".join(text.replace(word, " ").split()), None
    # An hour is told by its minutes, its half of the day or the word before it; `Tuesday 24 at 10` has a day besides.
    for found in sorted(_CLOCK.finditer(text), key=lambda one: not (one["half"] or one["minute"] or "@" in one[0])):
        hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
        if not half and found["minute"] is None and "@" not in found[0] and _counts_days(text, found):
            continue
        if hour > 23 and hour <= 31 and not half and found["minute"] is None and text[: found.start()].strip() in _DAYS:
            # `Friday 27`
            continue
        if hour > (12 if half else 23) or minute > 59 or (half and not hour):
            raise UsageError(f"{shown}: there is no such time of day; correct it.")
        rest = " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())
        if (
            not half
            and 1 <= hour <= 12
            and (found["minute"] is None or (hour < 7 and not found["hour"].startswith("0")))
        ):
            late = "00" if hour == 12 else f"{hour + 12}"
            ways = f"{hour:02}:{minute:02} or {late}:{minute:02}"
            doubt = f"{shown} may be {ways}; write it as one of them, or with am or pm."
            return time(hour + 12 if hour < 7 else hour, minute), rest, doubt
        if not half and found["minute"] is None:
            raise _unread(shown)
        hour = hour % 12 + 12 * (half == "pm") if half else hour
        return time(hour, minute), rest, None
    return None, text, None


def _counts_days(text: str, found: re.Match[str]) -> bool:
    """Whether a number belongs to a date (5 march, march 5) or a length of time (2 days ago), and is no hour."""
    if re.match(r"(?:st|nd|rd|th)\b", text[found.end() :]):
        return True
    after = text[found.end() :].split()[:2]
    before = text[: found.start()].split()[-1:]
    near = [*(after[1:] if after[:1] == ["de"] else after[:1]), *before]
    return any(one.startswith(_MONTHS) or one in ("vor", "hace", "in") for one in near) or bool(
        after
        and re.match(r"(?:day|week|month|hour|minute|min|tag|woche|monat|stunde|d[ií]a|semana|mes|hora)", after[0])
    )


def _day_of(text: str, now: datetime, shown: str, *, ahead: bool) -> tuple[date, date | None]:
    """The day, and another that the same words may mean: of today's name also that of another week."""
    part = re.search(rf"(?<!\w){_PART}(?!\w)", text)
    if part:
        text = " ".join(f"{text[: part.start()]} {text[part.end() :]}".split())
        text = re.sub(r"^this$|^in the$|^$", "today", text)
    named, _, dated = text.partition(" ")
    if named in _DAYS and dated:
        # `Friday 27 Nov`: the date counts, and has to be a Friday.
        return _day_of_name(named, dated, now, shown, ahead=ahead), None
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        return _written_day(written, now.date(), shown, ahead=ahead), None
    numbered = _NUMBERED.fullmatch(text)
    nearest = _next_of(numbered[1], now, ahead=ahead) if numbered else None
    if nearest is not None:
        return nearest, None
    weekday = text if text in _DAYS else None
    if weekday and weekday == f"{now:%A}".lower():
        return now.date(), now.date() + timedelta(days=7 if ahead else -7)
    near = _near_day(text, now.date(), ahead=ahead)
    if near is not None:
        return near, None
    found = _parsed(text, now, ahead=ahead)
    if found is None:
        raise _unread(shown)
    day = found.date()
    if text.startswith("next ") and timedelta() < day - now.date() <= _TOO_NEAR:
        # Hardly anybody says `next Tuesday` on a Monday and means tomorrow.
        return day + timedelta(days=7), day
    return day, None


def _near_day(text: str, today: date, *, ahead: bool) -> date | None:
    """Yesterday, tomorrow, or the day of a name that comes next or came last: most days of an entry are such.

    Read here, since to load the library takes as long as all else of an entry.
    """
    if text in _NEAR_DAYS:
        return today + timedelta(days=_NEAR_DAYS[text])
    if text not in _DAYS:
        return None
    off = (list(_DAYS).index(text) - today.weekday()) % 7
    return today + timedelta(days=off if ahead else off - 7)


def _day_of_name(named: str, dated: str, now: datetime, shown: str, *, ahead: bool) -> date:
    """The date beside the name of a weekday, which has to be one."""
    for other in (ahead, not ahead):
        day = _next_of(dated, now, ahead=other) if dated.isdecimal() else _day_of(dated, now, shown, ahead=other)[0]
        near = day is not None and abs(day - now.date()) < _LONG_AGO
        if day is not None and near and f"{day:%A}".lower() == named:
            if other == ahead:
                return day
            raise UsageError(f"{shown} is {day}, which {'has passed' if ahead else 'is still ahead'}; correct it.")
    raise UsageError(f"{shown}: that day is no {named.capitalize()}; correct one of them.")


def _next_of(number: str, now: datetime, *, ahead: bool) -> date | None:
    """The nearest day of a month of this number: `Tuesday 24`."""
    days = [now.date() + timedelta(days=step if ahead else -step) for step in range(32)]
    return next((one for one in days if one.day == int(number)), None)


def _written_day(found: re.Match[str], today: date, shown: str, *, ahead: bool) -> date:
    """A day in figures: with dots the day comes first; else the number above 12 is the day. Without a year the nearest.

    The library would read `20.12.` as a time of day, and `11/16` as the year 2016.
    """
    one, two = int(found["one"]), int(found["two"])
    dotted = found["mark"] == "."
    if dotted and found[0][-1].isdigit() and found["year"] is None and one < 24:
        raise UsageError(f"{shown} may be the day {one}.{two}. or the time {one:02}:{two:02}; write it as one of them.")
    if not dotted and one <= 12 and two <= 12 and one != two:
        raise UsageError(f"{shown} may be two days, by whether month or day comes first; write it as 2026-03-05.")
    day, month = (two, one) if not dotted and two > 12 else (one, two)
    year = int(found["year"] or 0)
    years = [year if year > 99 else 2000 + year] if found["year"] else [today.year + step for step in (-1, 0, 1)]
    days = []
    for each in years:
        with suppress(ValueError):
            days.append(date(each, month, day))
    if not days:
        raise UsageError(f"there is no such day as {shown}; correct it.")
    if found["year"]:
        return days[0]
    fits = [one for one in days if (one >= today if ahead else one <= today)]
    return (min(fits) if ahead else max(fits)) if fits else days[0]


def _parsed(text: str, now: datetime, *, ahead: bool) -> datetime | None:
    """What the library reads; None for no time, and for a week or month, which is no day."""
    from dateparser.date import DateDataParser

    settings = {
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "PREFER_DATES_FROM": "future" if ahead or text.startswith("next ") else "past",
        "RETURN_TIME_AS_PERIOD": True,
        "DATE_ORDER": "DMY",
    }
    found = DateDataParser(languages=list(LANGUAGES), settings=settings).get_date_data(text)
    if found.period in ("week", "month", "year"):
        return None
    moment: datetime | None = found.date_obj
    return moment


def _unread(shown: str) -> UsageError:
    return UsageError(
        f"{shown} is not a day or a time that can be read; write it as 2026-03-05, '2026-03-05 14:00', "
        "'yesterday 14:00' or 'last Tuesday 3pm'."
    )
