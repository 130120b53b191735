"""What a sheet doesn't say and yet makes likely: the order of day and month, the year, the zone, the cohort."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from followup_analytics.errors import DataError
from followup_analytics.ingest.maps.draft.layout import Layout
from followup_analytics.sheets.dates import iso_times, order_of
from followup_analytics.sheets.years import Years, year_in

_COHORT = re.compile(
    r"(?i)\b(?:class of \d{4}|(?:spring|summer|fall|autumn|winter) (?:term |semester )?\d{4}|"
    r"\d{4} (?:spring|summer|fall|autumn|winter)|(?:spring|summer|fall|autumn|winter) '?\d{2}(?!\d)|"
    r"(?:ws|ss|wise|sose) ?\d{2,4}(?:/\d{2,4})?|"
    r"(?:wintersemester|sommersemester) \d{4}(?:/\d{2,4})?|(?:cohort|promotion|promoción|jahrgang|cohorte) \d{4})\b"
)
#: Days between interview and touch beyond which a reading of dates is hardly meant.
_USUAL_GAP = 60


@dataclass(frozen=True)
class Order:
    """Whether the day comes first, why that is thought, and whether it should be asked."""

    day_first: bool | None
    why: str = ""
    asked: bool = False


def likely_order(layouts: Sequence[Layout], given: bool | None) -> Order:
    """The order of day and month: given, told by the dates, or the one in which touches follow their interviews."""
    columns = [layout.raw.frame[view.name].cast(pl.String) for layout in layouts for view in layout.of("date")]
    columns += [_dates_within(layout.raw.frame[name]) for layout in layouts for name in set(layout.entries.values())]
    slashed = any(column.str.contains(r"^\D{0,12}\d{1,2}[/-]\d{1,2}(?:\D|$)").any() for column in columns)
    if given is not None or not slashed:
        return Order(given)
    told = order_of(columns, file="")
    if told is not None:
        return Order(told)
    cost = {order: sum(_implausible(layout, order) for layout in layouts) for order in (True, False)}
    if cost[True] == cost[False]:
        return Order(False, "no date tells whether the day or the month comes first; the month is taken to", asked=True)
    first = cost[True] < cost[False]
    which = "the day" if first else "the month"
    return Order(
        first, f"{which} is taken to come first in dates, since follow-ups then come soon after interviews", asked=True
    )


def _dates_within(cells: pl.Series) -> pl.Series:
    """All dates in figures of a column of several touches a cell: a later one may tell what the first doesn't."""
    return cells.cast(pl.String).str.extract_all(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b").explode().drop_nulls()


def _implausible(layout: Layout, day_first: bool) -> float:
    """How much the dates speak against an order: touches before their interview, or very long after it, or no dates."""
    frame = layout.raw.frame
    years = year_in([*layout.raw.above, layout.raw.sheet or "", layout.raw.file], "")
    years = years if years.known else Years(2024)
    read = {}
    for view in layout.of("date"):
        try:
            iso = iso_times(frame[view.name].cast(pl.String), file="", column="", day_first=day_first, years=years)
        except DataError:
            return 1e6
        read[view.name] = iso.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    lost = sum(int((frame[name].is_not_null() & dates.is_null()).sum()) for name, dates in read.items())
    if layout.interview is None or layout.interview.name not in read:
        spans = [(dates.max() - dates.min()).days for dates in read.values() if dates.drop_nulls().len()]  # type: ignore[operator,union-attr]
        return 5.0 * lost + sum(spans) / 1e4
    start = read[layout.interview.name]
    wrong = 0.0
    for group in layout.groups:
        gap = (read[group.date.name] - start).dt.total_days().drop_nulls()
        wrong += int(((gap < 0) | (gap > _USUAL_GAP)).sum()) + float(gap.abs().sum()) / 1e4
    return 5.0 * lost + wrong


def likely_year(layouts: Sequence[Layout], today: dt.date) -> int:
    """The latest year in which all dates without one are past; a year of another column's dates where there is one."""
    texts = [
        str(cell)
        for layout in layouts
        for view in layout.views
        for cell in layout.raw.frame[view.name].cast(pl.String).drop_nulls().unique().head(200)
        if view.profile.is_dates
    ]
    told = year_in(texts, "")
    if told.known and told.given is not None:
        return told.given
    this_year = Years(today.year)
    for layout in layouts:
        for view in layout.of("date"):
            try:
                iso = iso_times(
                    layout.raw.frame[view.name].cast(pl.String), file="", column="", day_first=None, years=this_year
                )
            except DataError:
                continue
            last = iso.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).max()
            if isinstance(last, dt.date) and last > today:
                return today.year - 1
    return today.year


def likely_zone() -> str | None:
    """The zone of this computer, where it is one of a place; None for UTC, which is a server's."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if not named:
        link = Path("/etc/localtime")
        named = str(link.resolve()).partition("zoneinfo/")[2] if link.exists() else ""
    return named if "/" in named and not named.startswith(("Etc/", "/")) else None


def likely_cohort(texts: Iterable[str]) -> str | None:
    """The term or class that a title names, such as "Class of 2026" or "Spring 2026"."""
    found = [match[0] for text in texts for match in _COHORT.finditer(text.replace("_", " ").replace("-", " "))]
    distinct = dict.fromkeys(one.casefold() for one in found)
    return found[0] if len(distinct) == 1 else None
