"""Times as people say them, in English, German and Spanish: `last Tuesday 3pm`, `gestern 15:30`, `hace 2 días`.

The library `dateparser` reads them; what it reads wrongly or not at all is put into other words first. What may be
meant in two ways is never guessed: it is asked back with the words.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from followup_analytics.errors import UsageError
from followup_analytics.text import shorten

LANGUAGES = ("en", "de", "es")
#: A day of a month without its year is no entry of so long ago, but a slip, or a day ahead.
_LONG_AGO = timedelta(days=183)

_DAYS = {
    "monday": ("mon", "montag", "lunes"), "tuesday": ("tue", "tues", "dienstag", "martes"),
    "wednesday": ("wed", "mittwoch", "miercoles", "miércoles"),
    "thursday": ("thu", "thur", "thurs", "donnerstag", "jueves"), "friday": ("fri", "freitag", "viernes"),
    "saturday": ("sat", "samstag", "sonnabend", "sabado", "sábado"), "sunday": ("sun", "sonntag", "domingo"),
}  # fmt: skip
_DAY_OF = {word: day for day, words in _DAYS.items() for word in (day, *words)}
WEEKDAYS = frozenset(_DAY_OF)
_ANY_DAY = "|".join(sorted(_DAY_OF, key=len, reverse=True))
_PART = r"(?:morning|afternoon|evening|night)"

#: What people say, and the words in which the library reads it rightly.
_IN_OTHER_WORDS = tuple(
    (re.compile(rf"(?<!\w){pattern}(?!\w)"), words)
    for pattern, words in (
        (r"a\.\s?m\.?", "am"), (r"p\.\s?m\.?", "pm"),
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
        (rf"(?:am|on|el|this|diesen)\s+({_ANY_DAY})", r"\1"),
        (r"(\d{1,2})[:.h](\d{2})\s*uhr|(\d{1,2})\s*uhr\s+(\d{2})", r"\1\3:\2\4"), (r"(\d{1,2})\s*(?:uhr|h)", r"\1:00"),
        (r"(?:a\s+las?|um|at|gegen|about|around)(?=\s+(?:\d|noon|mid))", ""), (r"el(?=\s+\d)", ""),
        (r"mittags?|mediod[ií]a|midday", "noon"),
        (r"(\d{1,2})[.](\d{2})\s*(am|pm)", r"\1:\2\3"),
        (r"o'?clock", ""), (r"an?\s+(hour|day|week|minute)\s+ago", r"1 \1 ago"),
    )
)  # fmt: skip
_CLOCK = re.compile(r"(?<![\d.:/-])(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::\d{2})?)?\s*(?P<half>am|pm)?(?![\d.:/-])")
_SINCE = re.compile(r"(?<!\w)(?:now|(?:minute|min|hour|hr|stunde|minuto|hora)s?n?)(?!\w)")
_SLASHED = re.compile(r"(?<![\d/-])(\d{1,2})[/-](\d{1,2})(?![\d/-])")
_WRITTEN_WITHOUT_YEAR = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.?(?![\d.])")
_LENGTH = re.compile(r"(?:day|week|month|hour|minute|min|tag|woche|monat|stunde|d[ií]a|semana|mes|hora)")
_MONTHS = (
    "jan", "feb", "mar", "mär", "apr", "may", "mai", "jun", "jul", "aug", "sep", "oct", "okt", "nov", "dec", "dez",
    "ene", "abr", "ago", "dic",
)  # fmt: skip


def in_other_words(typed: str) -> str:
    """A time as the library reads it best."""
    text = " ".join(typed.casefold().replace(",", " ").split())
    for pattern, words in _IN_OTHER_WORDS:
        text = pattern.sub(words, text)
    for word, day in _DAY_OF.items():
        text = re.sub(rf"(?<!\w){word}(?!\w)", day, text)
    return " ".join(text.split())


def read_spoken(typed: str, now: datetime, *, ahead: bool = False) -> str:
    """A time as people say it, in ISO 8601: a day, or a day and time on the clocks of `now` (no offset written).

    now: the present on the clocks of the place. ahead: of two days of a name the coming one is meant, else the past.
    Raises UsageError, quoting the words, for what is no time, and for what may be meant in two ways.
    """
    shown = repr(shorten(typed))
    text = in_other_words(typed)
    clock, rest = _clock_of(text, shown)
    if clock is None and _SINCE.search(text):
        moment = _parsed(text, now, ahead=ahead)
        if moment is None:
            raise _unread(shown)
        return moment.isoformat(timespec="minutes")
    day = now.date() if not rest else _day_of(rest, now, shown, ahead=ahead)
    if not ahead and now.date() - day > _LONG_AGO and not re.search(r"\d{4}", rest):
        coming = _day_of(rest, now, shown, ahead=True)
        raise UsageError(f"{shown} may be {day}, long ago, or {coming}, still ahead; write it with its year.")
    if clock is None:
        return day.isoformat()
    moment = datetime.combine(day, clock)
    if not rest and not ahead and moment > now.replace(tzinfo=None) + timedelta(minutes=2):
        raise UsageError(f"{shown} is still ahead today; write which day it was, such as 'yesterday {clock:%H:%M}'.")
    return moment.isoformat(timespec="minutes")


def _clock_of(text: str, shown: str) -> tuple[time | None, str]:
    """The time of day in a text, and the text without it. Hours that may be of two halves of the day are asked back."""
    for word, hour in (("noon", 12), ("midnight", 0)):
        if re.search(rf"(?<!\w){word}(?!\w)", text):
            return time(hour), " ".join(text.replace(word, " ").split())
    for found in _CLOCK.finditer(text):
        hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
        if not half and found["minute"] is None and _counts_days(text, found):
            continue
        if hour > (12 if half else 23) or minute > 59 or (half and not hour):
            raise UsageError(f"{shown}: there is no such time of day; correct it.")
        if not half and 1 <= hour <= 12 and (found["minute"] is None or (hour < 7 and not found[0].startswith("0"))):
            late = "00" if hour == 12 else f"{hour + 12}"
            raise UsageError(
                f"{shown} may be {hour:02}:{minute:02} or {late}:{minute:02};"
                " write it as one of them, or with am or pm."
            )
        if not half and found["minute"] is None:
            raise _unread(shown)
        hour = hour % 12 + 12 * (half == "pm") if half else hour
        return time(hour, minute), " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())
    return None, text


def _counts_days(text: str, found: re.Match[str]) -> bool:
    """Whether a number belongs to a date (5 march, march 5) or a length of time (2 days ago), and is no hour."""
    after = text[found.end() :].split()[:2]
    before = text[: found.start()].split()[-1:]
    near = [*(after[1:] if after[:1] == ["de"] else after[:1]), *before]
    return any(one.startswith(_MONTHS) or one in ("vor", "hace", "in") for one in near) or bool(
        after
        and re.match(r"(?:day|week|month|hour|minute|min|tag|woche|monat|stunde|d[ií]a|semana|mes|hora)", after[0])
    )


def _day_of(text: str, now: datetime, shown: str, *, ahead: bool) -> date:
    part = re.search(rf"(?<!\w){_PART}(?!\w)", text)
    if part:
        text = " ".join(f"{text[: part.start()]} {text[part.end() :]}".split())
        text = re.sub(r"^this$|^in the$|^$", "today", text)
    slashed = _SLASHED.search(text)
    if slashed and slashed[1] != slashed[2] and int(slashed[1]) <= 12 and int(slashed[2]) <= 12:
        raise UsageError(f"{shown} may be two days, by whether month or day comes first; write it as 2026-03-05.")
    weekday = text if text in _DAYS else None
    if weekday and weekday == f"{now:%A}".lower():
        other = now.date() + timedelta(days=7 if ahead else -7)
        raise UsageError(f"{shown} may be today or {other}; write the one that you mean.")
    found = _parsed(_WRITTEN_WITHOUT_YEAR.sub(r"\1.\2.", text), now, ahead=ahead)
    if found is None:
        raise _unread(shown)
    return found.date()


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
