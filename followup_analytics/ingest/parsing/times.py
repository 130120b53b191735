"""Times as people and programs write them, made into ISO text: order of day and month decided from the whole column.

Nothing here guesses about one cell. `3/5/2024` means what the column as a whole says: a 13 in either place tells the
order, and where no cell tells, the file is refused until --day-first or --month-first is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from followup_analytics.errors import DataError
from followup_analytics.log.clock import parse_times

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PLAIN_ISO = r"^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$"
_SPACE = "[\u00a0\u202f\u2009\\s]+"
_WEEKDAY = r"^(?i:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)[.,]?\s+"
_ABBREVIATED_ZONE = r"\s*\([A-Za-z ]+\)$"
_ISO = r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ,]+(?P<rest>.*))?$"
_NUMERIC = r"^(?P<a>\d{1,2})(?P<mark>[/.\-])(?P<b>\d{1,2})[/.\-](?P<y>\d{4}|\d{2})(?:[T ,]+(?P<rest>.*))?$"
_DAY_MONTH = (
    r"^(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?[ \-]+(?P<m>[A-Za-z]{3,9})\.?[ ,\-]+(?P<y>\d{4}|\d{2})(?:[T ,]+(?P<rest>.*))?$"
)
_MONTH_DAY = (
    r"^(?P<m>[A-Za-z]{3,9})\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4}|\d{2})(?:[T ,]+(?:at )?(?P<rest>.*))?$"
)
_TIME = (
    r"(?i)^(?P<h>\d{1,2})(?:[:.h](?P<min>\d{2}))?(?:[:.](?P<s>\d{2})(?P<f>[.,]\d{1,9})?)?\s*"
    r"(?P<half>[ap])?\.?m?\.?\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
#: Days since 1899-12-30 as spreadsheets count them; from 1990 to 2100.
_FIRST_SERIAL, _LAST_SERIAL = 32_874.0, 73_051.0


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


def iso_times(texts: pl.Series, *, file: str, column: str, day_first: bool | None = None) -> pl.Series:
    """The column as ISO 8601 text, null where a cell is no date; offsets that are written stay.

    Raises DataError when the column can't tell day-first from month-first.
    """
    if texts.dtype == pl.String and is_plain_iso(texts):
        return texts
    cleaned = _cleaned(texts)
    frame = pl.DataFrame({"text": cleaned})
    if (cleaned.str.contains(_PLAIN_ISO) | cleaned.is_null()).all():
        return cleaned
    numeric = _numeric_parts(frame)
    first = _day_comes_first(numeric, file, column, day_first)
    dotted = pl.col("mark") == "."
    day_leads = dotted | pl.lit(first)
    parts = [
        frame.select(pl.col("text").str.extract_groups(_ISO).struct.unnest()).select("y", "m", "d", "rest"),
        numeric.select(
            "y",
            m=pl.when(day_leads).then("b").otherwise("a"),
            d=pl.when(day_leads).then("a").otherwise("b"),
            rest="rest",
        ),
        *(_with_month_names(frame, pattern) for pattern in (_DAY_MONTH, _MONTH_DAY)),
    ]
    found = parts[0]
    for part in parts[1:]:
        use = found["y"].is_null()
        found = found.select(found[name].zip_with(~use, part[name]).alias(name) for name in found.columns)
    return _assembled(found, cleaned)


def is_plain_iso(texts: pl.Series) -> bool:
    """Whether all cells are ISO 8601 already, as nearly all of the log's own tables are."""
    return bool((texts.str.contains(_PLAIN_ISO) | texts.is_null()).all())


def order_of(columns: Sequence[pl.Series], *, file: str) -> bool | None:
    """Whether the day comes first in the dates of several columns that one person wrote; None where none of them tells.

    A column that tells decides for those that don't. Columns that contradict each other tell nothing.
    """
    told = set()
    for texts in columns:
        if texts.dtype == pl.String and is_plain_iso(texts):
            continue
        numeric = _numeric_parts(pl.DataFrame({"text": _cleaned(texts)}))
        try:
            if numeric.filter(pl.col("mark") != ".").height:
                told.add(_day_comes_first(numeric, file, "", None))
        except DataError:
            continue
    return told.pop() if len(told) == 1 else None


def _cleaned(texts: pl.Series) -> pl.Series:
    return (
        texts.cast(pl.String)
        .str.strip_chars()
        .str.replace_all(_SPACE, " ")
        .str.replace(_WEEKDAY, "")
        .str.replace(_ABBREVIATED_ZONE, "")
    )


def _numeric_parts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col("text").str.extract_groups(_NUMERIC).struct.unnest())


def _with_month_names(frame: pl.DataFrame, pattern: str) -> pl.DataFrame:
    found = frame.select(pl.col("text").str.extract_groups(pattern).struct.unnest())
    number = (
        pl.col("m")
        .str.slice(0, 3)
        .str.to_lowercase()
        .replace_strict(
            {name: str(place) for place, name in enumerate(_MONTHS, 1)}, default=None, return_dtype=pl.String
        )
    )
    return found.select(pl.when(number.is_not_null()).then("y").alias("y"), number.alias("m"), "d", "rest")


def _day_comes_first(numeric: pl.DataFrame, file: str, column: str, given: bool | None) -> bool:
    """The order of day and month in dates with strokes or hyphens, from all of them together."""
    slashed = numeric.filter(pl.col("a").is_not_null() & (pl.col("mark") != ".")).select(
        pl.col("a", "b").cast(pl.Int32, strict=False)
    )
    # Figures of other scripts are figures to the pattern, and no numbers.
    slashed = slashed.drop_nulls()
    if not slashed.height:
        return True
    # A row that is beyond 12 in both places is no date in any order, and tells nothing.
    slashed = slashed.filter((pl.col("a") <= 12) | (pl.col("b") <= 12))
    first, second = bool((slashed["a"] > 12).any()), bool((slashed["b"] > 12).any())
    if given is not None:
        return given
    if first and second:
        raise DataError(
            f"{file}, column {column}: some dates can only be day-first and others only month-first, so the column "
            "mixes two orders; "
            "write them all as in 2026-03-05."
        )
    if not first and not second and (slashed["a"] != slashed["b"]).any():
        raise DataError(
            f"{file}, column {column}: no date tells whether the day or the month comes first; say --day-first or "
            "--month-first."
        )
    return first


def _assembled(found: pl.DataFrame, cleaned: pl.Series) -> pl.Series:
    """ISO text from the parts of a date and the rest, which must be a time or nothing."""
    time = found.select(pl.col("rest").str.extract_groups(_TIME).struct.unnest())
    frame = pl.concat([found, time], how="horizontal").with_columns(text=cleaned)
    year = (
        pl.when(pl.col("y").str.len_chars() == 2)
        .then(
            pl.when(pl.col("y").cast(pl.Int32, strict=False) < 70).then(pl.lit("20")).otherwise(pl.lit("19"))
            + pl.col("y")
        )
        .otherwise("y")
    )
    hour = pl.col("h").cast(pl.Int32, strict=False)
    half = pl.col("half").str.to_lowercase()
    hour = pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    date = pl.format("{}-{}-{}", year, pl.col("m").str.zfill(2), pl.col("d").str.zfill(2))
    offset = pl.col("offset").str.to_uppercase().replace({"GMT": "Z", "UTC": "Z"}).fill_null("")
    clock = pl.format(
        "T{}:{}:{}{}{}",
        hour.cast(pl.String).str.zfill(2),
        pl.col("min").fill_null("00"),
        pl.col("s").fill_null("00"),
        pl.col("f").fill_null("").str.replace(",", "."),
        offset,
    )
    serial = pl.col("text").cast(pl.Float64, strict=False)
    from_serial = pl.from_epoch(((serial - 25_569.0) * 86_400.0).round().cast(pl.Int64), time_unit="s")
    midnight = serial == serial.floor()
    of_serial = (
        pl.when(midnight)
        .then(from_serial.dt.strftime("%Y-%m-%d"))
        .otherwise(from_serial.dt.strftime("%Y-%m-%dT%H:%M:%S"))
    )
    no_time = pl.col("rest").is_null() | (pl.col("rest") == "")
    return frame.select(
        iso=pl.when(serial.is_between(_FIRST_SERIAL, _LAST_SERIAL))
        .then(of_serial)
        .when(date.is_not_null() & no_time)
        .then(date)
        .when(date.is_not_null() & hour.is_not_null())
        .then(date + clock)
    )["iso"]


def joined_cells(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    """Date and time cells as one text each, blank where the first is."""
    rest = [pl.col(name).cast(pl.String).str.strip_chars().fill_null("") for name in columns[1:]]
    first = pl.col(columns[0]).cast(pl.String)
    return frame.select(t=pl.concat_str([first, *rest], separator=" ").str.strip_chars())["t"]
