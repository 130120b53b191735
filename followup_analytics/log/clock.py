"""Timestamps and zones: text to UTC microseconds by stated rules, and UTC back to local days and hours."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.log.schema import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000

_ISO = (
    r"^\s*(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{1,2}:\d{2})(?P<seconds>:\d{2})?(?P<fraction>[.,]\d{1,9})?"
    r"\s*(?P<offset>Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?)?\s*$"
)
_OFFSET = r"^[+-]\d{2}:\d{2}$"


@dataclass(frozen=True)
class ParsedTimes:
    """One column of timestamps as read.

    `us`: Int64 microseconds since 1970 in UTC, null where empty or unusable (a bare date: local midnight).
    `is_date`: Boolean, True for a date without a time. `offset`: String, the offset or zone written with the value.
    `fault`: String, null where fine, else `unparsable`, `no_zone` or `beyond_reason`.
    `ambiguous`, `missing`: how many local times occur twice or never at a clock change, resolved by rule.
    """

    us: pl.Series
    is_date: pl.Series
    offset: pl.Series
    fault: pl.Series
    ambiguous: int = 0
    missing: int = 0


def is_zone(name: str) -> bool:
    """Whether the name is an IANA time zone or a fixed offset such as +02:00."""
    if len(name) == 6 and name[0] in "+-" and name[3] == ":":
        return name[1:3].isdigit() and name[4:].isdigit()
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def known_zones(zones: pl.Series) -> pl.Series:
    """The zones, null where a name is none that is known here."""
    strange = [zone for zone in zones.drop_nulls().unique() if not is_zone(zone)]
    return zones.set(zones.is_in(strange), None) if strange else zones


def parse_times(values: pl.Series, zones: pl.Series) -> ParsedTimes:
    """Read ISO 8601 timestamps; what has no offset is read in its row's zone.

    values: n texts, datetimes or dates. zones: n zone names or offsets, null where none is known.
    A local time that occurs twice is taken as the earlier one; one that never occurs is moved on by the hour that is
    skipped. Both are counted.
    """
    if isinstance(values.dtype, pl.Datetime):
        parts = _from_datetimes(values)
    elif values.dtype == pl.Date:
        parts = pl.DataFrame({"local": values.cast(pl.Datetime("us")), "is_date": values.is_not_null()}).with_columns(
            utc=pl.lit(None, pl.Int64), offset=pl.lit(None, pl.String), unparsable=pl.lit(value=False)
        )
    else:
        parts = _from_text(values.cast(pl.String))
    return _resolve(parts, zones)


def _from_datetimes(values: pl.Series) -> pl.DataFrame:
    zone = values.dtype.time_zone if isinstance(values.dtype, pl.Datetime) else None
    values = values.dt.cast_time_unit("us")
    empty = pl.Series([None], dtype=pl.Int64).new_from_index(0, len(values))
    frame = pl.DataFrame({"value": values})
    if zone is None:
        return frame.select(
            local="value", is_date=False, utc=empty, offset=pl.lit(None, pl.String), unparsable=pl.lit(value=False)
        )
    return frame.select(
        local=pl.lit(None, pl.Datetime("us")),
        is_date=False,
        utc=pl.col("value").dt.epoch("us"),
        offset=pl.when(pl.col("value").is_not_null()).then(pl.lit(zone)),
        unparsable=pl.lit(value=False),
    )


def _from_text(values: pl.Series) -> pl.DataFrame:
    """Split texts into a UTC instant or a local time, by the fast format first and by pattern for the rest."""
    text = values.str.strip_chars()
    text = text.set(text == "", None) if text.len() else text
    fast = text.str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f%z", strict=False, time_unit="us", time_zone="UTC", ambiguous="earliest"
    )
    if text.len() and fast.null_count() == text.null_count():
        tail = text.str.slice(-6)
        return pl.DataFrame({"utc": fast.dt.epoch("us"), "tail": tail}).select(
            local=pl.lit(None, pl.Datetime("us")),
            is_date=False,
            utc="utc",
            offset=pl.when(pl.col("tail").str.contains(_OFFSET))
            .then("tail")
            .when(pl.col("utc").is_not_null())
            .then(pl.lit("UTC")),
            unparsable=pl.lit(value=False),
        )
    found = text.str.extract_groups(_ISO).struct.unnest()
    padded_time = pl.col("time").str.zfill(5) + pl.col("seconds").fill_null(":00")
    fraction = pl.col("fraction").str.replace(",", ".", literal=True).str.slice(0, 7).fill_null("")
    frame = found.with_columns(text=text).with_columns(
        local=(pl.col("date") + "T" + padded_time.fill_null("00:00:00") + fraction).str.to_datetime(
            "%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"
        ),
        offset=_normal_offset(pl.col("offset")),
    )
    shift = offset_us(pl.col("offset"))
    return frame.select(
        local=pl.when(pl.col("offset").is_null()).then("local"),
        is_date=pl.col("date").is_not_null() & pl.col("time").is_null(),
        utc=pl.when(pl.col("offset").is_not_null()).then(pl.col("local").dt.epoch("us") - shift),
        offset="offset",
        unparsable=pl.col("text").is_not_null() & pl.col("local").is_null(),
    )


def _normal_offset(offset: pl.Expr) -> pl.Expr:
    digits = offset.str.replace(":", "", literal=True)
    return (
        pl.when(offset.str.to_uppercase().is_in(["Z", "UTC"]))
        .then(pl.lit("UTC"))
        .when(offset.is_not_null())
        .then(
            digits.str.slice(0, 3)
            + ":"
            + pl.when(digits.str.len_chars() > 3).then(digits.str.slice(3, 2)).otherwise(pl.lit("00"))
        )
    )


def offset_us(offset: pl.Expr) -> pl.Expr:
    """Microseconds ahead of UTC of an offset such as +02:00; 0 for UTC, null for anything else."""
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    minutes = offset.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + offset.str.slice(4, 2).cast(
        pl.Int64, strict=False
    )
    return pl.when(offset == "UTC").then(0).when(offset.str.contains(_OFFSET)).then(sign * minutes * 60_000_000)


def _resolve(parts: pl.DataFrame, zones: pl.Series) -> ParsedTimes:
    frame = parts.with_columns(zone=zones.cast(pl.String)).with_columns(
        # A bare date needs no zone to be a day; UTC then stands for "some local midnight".
        zone=pl.when(pl.col("is_date")).then(pl.col("zone").fill_null("UTC")).otherwise("zone")
    )
    ambiguous = missing = 0
    if frame["local"].null_count() < frame.height:
        frame, ambiguous, missing = _localise(frame)
    low, high = (pl.datetime(year, 1, 1).dt.epoch("us") for year in (FIRST_YEAR, LAST_YEAR))
    frame = frame.with_columns(
        fault=pl.when("unparsable")
        .then(pl.lit("unparsable"))
        .when(pl.col("local").is_not_null() & pl.col("zone").is_null())
        .then(pl.lit("no_zone"))
        .when((pl.col("utc") < low) | (pl.col("utc") >= high))
        .then(pl.lit("beyond_reason"))
    ).with_columns(utc=pl.when(pl.col("fault").is_null()).then("utc"))
    return ParsedTimes(
        frame["utc"], frame["is_date"].fill_null(value=False), frame["offset"], frame["fault"], ambiguous, missing
    )


def _localise(frame: pl.DataFrame) -> tuple[pl.DataFrame, int, int]:
    """Turn local times into UTC, one zone at a time, and count the times that a clock change makes doubtful."""
    ambiguous = missing = 0
    utc = frame["utc"]
    for zone in frame.filter(pl.col("local").is_not_null() & pl.col("zone").is_not_null())["zone"].unique().sort():
        rows = (pl.col("zone") == zone) & pl.col("local").is_not_null()
        picked = frame.select(local=pl.when(rows).then("local"))["local"]
        if zone[0] in "+-":
            found = picked.dt.epoch("us") - frame.select(offset_us(pl.lit(zone)).alias("o"))["o"][0]
        else:
            early = picked.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            late = picked.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
            skipped = early.is_null() & picked.is_not_null()
            ambiguous += int((early != late).sum())
            missing += int(skipped.sum())
            later = picked.dt.offset_by("1h").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            found = early.zip_with(~skipped, later).dt.convert_time_zone("UTC").dt.epoch("us")
        utc = pl.DataFrame({"u": utc, "f": found}).select(pl.coalesce("u", "f"))["u"]
    return frame.with_columns(utc=utc), ambiguous, missing


def local_times(us: pl.Series, zones: pl.Series) -> pl.Series:
    """UTC microseconds as naive local datetimes, each in its row's zone; null where either is null."""
    frame = pl.DataFrame({"us": us.cast(pl.Int64), "zone": zones.cast(pl.String)}).with_columns(
        at=pl.from_epoch("us", time_unit="us")
    )
    names = frame["zone"].drop_nulls().unique().sort().to_list()
    fixed = [name for name in names if name[0] in "+-" or name == "UTC"]
    local: Any = pl.when(pl.col("zone").is_in(fixed)).then(
        pl.from_epoch(pl.col("us") + offset_us(pl.col("zone")), time_unit="us")
    )
    for name in (name for name in names if name not in fixed):
        local = local.when(pl.col("zone") == name).then(
            pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(name).dt.replace_time_zone(None)
        )
    return frame.select(local=local)["local"]


#: Zones have changed their offset on the minute, most on the quarter; a table of quarters is looked up in no time.
_STEP_US = 900_000_000
_MIXED = -(2**63)


def shifts(us: NDArray[np.int64], codes: NDArray[np.intp], names: Sequence[str]) -> NDArray[np.int64]:
    """Microseconds by which the local clock is ahead of UTC at n instants, each in its zone.

    us: n instants (microseconds since 1970, UTC). codes: n places of zones in `names`. What `local_times` says, for
    millions of rows: the offset of every quarter of an hour is worked out once for each zone.
    """
    import numpy as np

    if not len(us):
        return np.zeros(0, dtype=np.int64)
    first = int(us.min()) // _STEP_US
    steps = int(us.max()) // _STEP_US - first + 1
    starts = (np.arange(steps, dtype=np.int64) + first) * _STEP_US
    table = np.empty((len(names), steps), dtype=np.int64)
    for place, name in enumerate(names):
        begin, end = _ahead(starts, name), _ahead(starts + (_STEP_US - 1), name)
        table[place] = np.where(begin == end, begin, _MIXED)
    quarters = us // _STEP_US - first
    found: NDArray[np.int64] = table[0][quarters] if len(names) == 1 else table.ravel()[codes * steps + quarters]
    mixed = np.flatnonzero(found == _MIXED)
    if len(mixed):
        moments = pl.Series(us[mixed])
        zones = pl.Series(names, dtype=pl.String).gather(pl.Series(codes[mixed]))
        found[mixed] = (local_times(moments, zones).dt.epoch("us") - moments).to_numpy()
    return found


def _ahead(us: NDArray[np.int64], name: str) -> NDArray[np.int64]:
    moments = pl.Series(us)
    zones = pl.Series([name]).new_from_index(0, len(us))
    ahead: NDArray[np.int64] = (local_times(moments, zones).dt.epoch("us") - moments).to_numpy()
    return ahead


def local_midnight(day: pl.Series, zones: pl.Series) -> pl.Series:
    """UTC microseconds of the start of a local day (days since 1970-01-01), each in its row's zone."""
    dates = day.cast(pl.Int32).cast(pl.Date).cast(pl.Datetime("us"))
    return parse_times(dates, zones).us


def zones_of(ids: pl.Series, interview_zones: pl.DataFrame) -> pl.Series:
    """The zone of each row's interview: `ids` looked up in a frame of interview_id and _zone; null where unknown."""
    if interview_zones["_zone"].n_unique() == 1:
        # Most logs know one zone: a million look-ups would find the same word a million times.
        return interview_zones["_zone"].head(1).new_from_index(0, len(ids))
    found = ids.to_frame("interview_id").join(
        interview_zones.select("interview_id", "_zone").unique("interview_id"),
        on="interview_id",
        how="left",
        maintain_order="left",
    )
    return found["_zone"]
