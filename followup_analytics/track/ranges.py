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
)  # fmt: skip
