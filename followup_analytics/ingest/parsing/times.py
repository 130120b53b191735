"""Times of records as instants: read from text in a zone, with what a rule decided counted."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from followup_analytics.errors import DataError
from followup_analytics.log.clock import parse_times
from followup_analytics.sheets.dates import iso_times


@dataclass(frozen=True)
class ReadTimes:
    """`us` UTC microseconds, `is_day` for dates without a time, `fault` null where fine; and what a rule decided.

    A date stands as midnight UTC of that date, whatever the zone: its day is the local day of the interview's own zone.
    """

    us: pl.Series
    is_day: pl.Series
    fault: pl.Series
    counts: dict[str, int]


def read_times(
    texts: pl.Series, *, zone: str | pl.Series | None, file: str, column: str, day_first: bool | None = None
) -> ReadTimes:
    """Read a column of local or marked times.

    zone: of times without an offset, for all or row by row. day_first: the user's or the format's own order, if known.
    Raises DataError when the column can't tell day from month, or when unmarked times have no zone.
    """
    iso = iso_times(texts, file=file, column=column, day_first=day_first)
    zones = zone if isinstance(zone, pl.Series) else pl.Series([zone] * len(texts), dtype=pl.String)
    parsed = parse_times(iso, zones)
    fault = parsed.fault.zip_with(
        iso.is_not_null() | texts.is_null(), pl.Series(["unparsable"] * len(texts), dtype=pl.String)
    )
    if (fault == "no_zone").any():
        raise DataError(
            f"{file}, column {column}: the times have no zone and the file doesn't say which is meant; "
            "give --time-zone, such as --time-zone America/New_York."
        )
    counts = {"ambiguous_hour": parsed.ambiguous, "missing_hour": parsed.missing}
    us = parsed.us
    if parsed.is_date.any():
        us = us.zip_with(~parsed.is_date, iso.str.to_date("%Y-%m-%d", strict=False).dt.epoch("us"))
    return ReadTimes(us, parsed.is_date, fault, {name: n for name, n in counts.items() if n})
