"""Spans of days that people name for what is to come: `next week`, `end of the month`, `in a fortnight`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

#: Which day of a span counts: the first of one in which a call is welcome, the last of one by which word is promised.
End = Literal["first", "last"]
Span = tuple[date, date]

_EARLY = r"(?:early|(?:the )?(?:beginning|start) of|anfang(?: der)?|a? ?(?:principios|comienzos) de)"
_MID = r"(?:mid|midweek|(?:the )?middle of|mitte(?: der)?|a? ?mediados de)"
_LATE = r"(?:late|(?:the )?end of|ende(?: der)?|a? ?(?:fin|finales|fines) de)"
_PART = rf"(?:(?P<early>{_EARLY})|(?P<mid>{_MID})|(?P<late>{_LATE}))"
_NEXT = r"(?:next|n[äa]e?chste[rn]?|kommende[rn]?|(?:la |esta )?pr[óo]xima)"
_WEEK = r"(?:week|woche|semana)"
_MONTH = r"(?:month|monats?|mes)"
_SMALL = {
    "a": 1, "an": 1, "one": 1, "einer": 1, "einem": 1, "una": 1, "un": 1, "two": 2, "zwei": 2, "dos": 2, "three": 3,
    "drei": 3, "tres": 3, "four": 4, "vier": 4, "cuatro": 4, "a couple of": 2,
}  # fmt: skip
_NUMBER = rf"(?P<n>\d{{1,2}}|{'|'.join(sorted(_SMALL, key=len, reverse=True))})"
_IN = r"(?:(?:with)?in|innerhalb von|en|dentro de)"


def span_of(text: str, today: date) -> Span | None:
    """The working days that some words name, seen from a day; None for other words."""
    feast = _feast(text, today)
    if feast is not None:
        return feast
    for pattern, span in _SPANS:
        found = re.fullmatch(pattern, text)
        if found is not None:
            first, last = span(found, today)
            return max(first, today), last
    return None


def _week(found: re.Match[str], monday: date) -> Span:
    """The working days of a week, or the part of it that was said."""
    parts = found.groupdict()
    begin, end = (
        (0, 1) if parts.get("early") else (1, 3) if parts.get("mid") else (3, 4) if parts.get("late") else (0, 4)
    )
    return monday + timedelta(begin), monday + timedelta(end)


def _monday(today: date) -> date:
    return today - timedelta(today.weekday())


def _this_week(found: re.Match[str], today: date) -> Span:
    monday = _monday(today)
    return (today, today) if today.weekday() > 4 else _week(found, monday)


def _next_week(found: re.Match[str], today: date) -> Span:
    return _week(found, _monday(today) + timedelta(7))


def _weekend(_: re.Match[str], today: date) -> Span:
    friday = _monday(today) + timedelta(4)
    return today, max(friday, today)


def _day(_: re.Match[str], today: date) -> Span:
    return today, today


def _month_end(_: re.Match[str], today: date) -> Span:
    last = (today.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    return last - timedelta(4), last


def _later(found: re.Match[str], today: date) -> Span:
    n = found["n"] if "n" in found.re.groupindex and found["n"] else "2"
    weeks = _SMALL.get(n) or int(n)
    day = today + timedelta(weeks=weeks)
    return day, day


#: What people name a time of the year by: the last day of the feast, as month and day, and how long before it begins.
_FEASTS = {
    r"(?:xmas|christmas|weihnachten|(?:la )?navidad(?:es)?)": lambda year: (date(year, 12, 24), date(year, 12, 26)),
    r"(?:the )?(?:new year(?:['’]?s)?(?: day)?|neujahr|(?:el )?a[ñn]o nuevo)":
        lambda year: (date(year, 12, 31), date(year + 1, 1, 1)),
    r"(?:the )?(?:holidays|feiertage[n]?|(?:las )?fiestas)": lambda year: (date(year, 12, 24), date(year + 1, 1, 1)),
    r"(?:los )?reyes|epiphany|dreik[öo]nig(?:e|stag)?": lambda year: (date(year, 1, 6), date(year, 1, 6)),
    r"easter|ostern|(?:la )?(?:pascua|semana santa)":
        lambda year: (easter(year) - timedelta(2), easter(year) + timedelta(1)),
    r"thanksgiving": lambda year: (_thanksgiving(year), _thanksgiving(year) + timedelta(1)),
}  # fmt: skip
_BEFORE, _AFTER = r"(?:before|by|until|till|vor|bis|antes de|hasta)", r"(?:after|nach|despu[ée]s de|tras)"


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta((3 - first.weekday()) % 7 + 21)


def easter(year: int) -> date:
    """Easter Sunday of a year, by the library that the reading of times brings."""
    from dateutil.easter import easter as found

    sunday: date = found(year)
    return sunday


def _feast(text: str, today: date) -> Span | None:
    """The working days after or before a feast: `after Christmas`; None for other words."""
    found = re.fullmatch(
        rf"(?:(?P<before>{_BEFORE})|(?P<after>{_AFTER})) (?:den |der |the |el |la )?(?P<feast>.+)", text
    )
    feast = None if found is None else next((one for one in _FEASTS if re.fullmatch(one, found["feast"])), None)
    if found is None or feast is None:
        return None
    begin, end = next(
        days
        for days in (_FEASTS[feast](year) for year in (today.year - 1, today.year, today.year + 1))
        if days[1] >= today
    )
    step = timedelta(1 if found["after"] else -1)
    day = (end if found["after"] else begin) + step
    while day.weekday() > 4:
        day += step
    return day, day


def _length(found: re.Match[str], today: date) -> Span:
    """A length of time from today: `2 weeks`, `10 days`."""
    n = _SMALL.get(found["n"]) or int(found["n"])
    unit = found["unit"]
    day = today + timedelta(n * (1 if unit[0] in "dt" else 7 if unit[0] in "ws" else 30))
    return day, day


def _after_weekend(_: re.Match[str], today: date) -> Span:
    monday = _monday(today) + timedelta(7)
    return monday, monday


_SPANS: tuple[tuple[str, Callable[[re.Match[str], date], Span]], ...] = (
    (rf"(?:{_PART} )?(?:the )?{_NEXT} {_WEEK}|(?:{_WEEK}) pr[óo]xima|(?:la )?semana que viene", _next_week),
    (r"(?:a )?(?:fin|finales|fines|principios|mediados) de (?:la )?semana que viene", _next_week),
    (rf"{_PART} (?:the |this |der |dieser |la |esta )?{_WEEK}", _this_week),
    (r"(?:later )?this week|diese woche|esta semana", _this_week),
    (r"(?:the |this |das |dieses )?(?:weekend|wochenende)|(?:el |este )?fin de semana", _weekend),
    (r"(?:the )?end of (?:the )?(?:business )?(?:day|today)|close of business|later today|heute noch", _day),
    (rf"{_LATE} (?:the |this |des |dieses |del? |este )*{_MONTH}|month end|monatsende|ende des monats", _month_end),
    (rf"(?:{_IN} )?(?:a )?fortnight(?:['’]?s time)?|in vierzehn tagen|en quince d[ií]as", _later),
    (rf"{_IN} {_NUMBER} (?:weeks?|wochen?|semanas?)(?:['’]? time)?", _later),
    (rf"{_NUMBER} weeks(?:['’]? time)", _later),
    (rf"(?:for )?{_NUMBER} (?P<unit>(?:day|week|month|tage|woche|monat|d[ií]a|semana|mes)(?:e?n|e?s|e)?)", _length),
    (rf"{_AFTER} (?:the |dem |el )?(?:weekend|wochenende|fin de semana)", _after_weekend),
)  # fmt: skip
