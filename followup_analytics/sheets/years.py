"""The year of dates that are written without one: from the interview, from what a sheet says of its year, or given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

_SPAN = re.compile(r"(?<!\d)(20\d\d|19\d\d)\s*[-/–—]\s*(20\d\d|\d\d)(?!\d)(?![-/.]\d)")
_YEAR = re.compile(r"(?<![\d/.-])(20\d\d|19[89]\d)(?!\d)")
_DATED = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-](20\d\d|19[89]\d)|(?<!\d)(20\d\d|19[89]\d)[-/.]\d{1,2}[-/.]\d{1,2}")
#: The month in which a year of study such as 2025-26 begins.
_TURN = 7
#: A date that lies so many days before its interview belongs to the next year, not to a slip of the pen.
_BEFORE = 60


@dataclass(frozen=True)
class Years:
    """Where the year comes from: `rows` (a date for each row, the interview's own) first, then `given`.

    academic: `given` is the first of two years (2025-26): months from July on are in it, others in the next.
    source: in words, for the note that says so.
    """

    given: int | None = None
    academic: bool = False
    rows: pl.Series | None = None
    source: str = ""

    @property
    def known(self) -> bool:
        """Whether a date without a year can get one."""
        return self.given is not None or self.rows is not None

    def without_rows(self) -> Years:
        """The same without the rows' own dates, for a part of the rows."""
        return replace(self, rows=None)

    def by(self, rows: pl.Series) -> Years:
        """The same with a date for each row (Date), which counts first."""
        return replace(self, rows=rows)


NO_YEARS = Years()


def year_in(texts: Iterable[str], source: str) -> Years:
    """The year that texts about a sheet (its titles, its name) tell: one year, or one year of study; else none."""
    spans: set[int] = set()
    singles: set[int] = set()
    for text in texts:
        rest = text
        for found in _SPAN.finditer(text):
            first, second = int(found[1]), int(found[2])
            if second in (first + 1, (first + 1) % 100):
                spans.add(first)
                rest = rest.replace(found[0], " ")
        singles.update(int(one or other) for one, other in _DATED.findall(rest))
        singles.update(int(one) for one in _YEAR.findall(_DATED.sub(" ", rest)))
    if len(spans) == 1 and singles <= {min(spans), min(spans) + 1}:
        return Years(min(spans), academic=True, source=source)
    return Years(min(singles), source=source) if len(singles) == 1 and not spans else NO_YEARS


def completed(year: pl.Series, month: pl.Series, day: pl.Series, years: Years) -> tuple[pl.Series, int]:
    """The years of dates, those that lack one filled in, and how many were. year, month, day: texts, null where none.

    By an interview's own date: the same year, or the next where the date would lie more than 60 days before it.
    """
    lacks = year.is_null() & day.is_not_null() & month.is_not_null()
    if not years.known or not lacks.any():
        return year, 0
    frame = pl.DataFrame({"m": month.cast(pl.Int32, strict=False), "d": day.cast(pl.Int32, strict=False)})
    other = pl.lit(None, pl.Int32)
    if years.given is not None:
        other = pl.lit(years.given, pl.Int32)
        if years.academic:
            other = pl.when(pl.col("m") >= _TURN).then(other).otherwise(other + 1)
    own = pl.lit(None, pl.Int32)
    if years.rows is not None:
        frame = frame.with_columns(interview=years.rows)
        start = pl.col("interview").dt.year()
        there = pl.format(
            "{}-{}-{}", start, pl.col("m").cast(pl.String).str.zfill(2), pl.col("d").cast(pl.String).str.zfill(2)
        ).str.to_date("%Y-%m-%d", strict=False)
        early = (pl.col("interview") - there).dt.total_days() > _BEFORE
        own = pl.when(early.fill_null(value=False)).then(start + 1).otherwise(start)
    made = frame.select(y=pl.coalesce(own, other).cast(pl.String))["y"]
    filled = lacks & made.is_not_null()
    return made.zip_with(filled, year), int(filled.sum())
