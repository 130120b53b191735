"""The one door to the engines: hand polars frames to polars, pandas, DuckDB or Spark through Narwhals, and collect.

What crosses this door holds 64-bit integers and text only: zones, local days and hours are worked out when a log is
read, because engines disagree about them (DuckDB keeps the zone in the connection, Spark numbers weekdays otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.errors import MissingExtraError, UsageError
from followup_analytics.parted.session import ENGINES

if TYPE_CHECKING:
    import narwhals as nw


def choose_engine(engine: str) -> str:
    """The engine that will do the work: `auto` is polars; an engine that is not installed is refused.

    Raises UsageError for an unknown name and MissingExtraError where the optional part is absent.
    """
    if engine not in ENGINES:
        raise UsageError(f"There is no engine {engine!r}: choose one of {', '.join(ENGINES)}.")
    for name, module, extra in (("duckdb", "duckdb", "duckdb"), ("spark", "pyspark", "spark")):
        if engine == name and find_spec(module) is None:
            raise MissingExtraError.for_extra(f"--engine {name}", extra)
    return "polars" if engine == "auto" else engine


def open_frames(frames: Mapping[str, pl.LazyFrame], engine: str) -> dict[str, nw.LazyFrame[Any]]:
    """The same tables as lazy Narwhals frames of the chosen engine."""
    import narwhals as nw

    native = {"polars": _to_polars, "pandas": _to_pandas, "duckdb": _to_duckdb, "spark": _to_spark}[
        choose_engine(engine)
    ]
    return {name: nw.from_native(frame).lazy() for name, frame in native(frames).items()}


def keep(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The same frame, worked out once where that spares work: polars would run a shared part again for each use."""
    import narwhals as nw

    native = nw.to_native(frame)
    return nw.from_native(_collected(native).lazy()) if isinstance(native, pl.LazyFrame) else frame


def attach(rows: nw.LazyFrame[Any], table: nw.LazyFrame[Any], on: str = "story") -> nw.LazyFrame[Any]:
    """Join a table that has one row for each value of `on`; where they are 0, 1, ... polars looks them up by place."""
    import narwhals as nw

    native = nw.to_native(rows)
    if not isinstance(native, pl.LazyFrame):
        return rows.join(table, on=on, how="left")
    known = _collected(nw.to_native(table)).sort(on)
    if known[on].dtype != pl.Int64 or not (known[on] == pl.int_range(known.height, eager=True)).all():
        return nw.from_native(native.join(known.lazy(), on=on, how="left"))
    others = [name for name in known.columns if name != on]
    return nw.from_native(native.with_columns(pl.lit(known[name]).gather(pl.col(on)).alias(name) for name in others))


def collect(frame: nw.LazyFrame[Any]) -> pl.DataFrame:
    """The engine's answer as a polars frame with every number an Int64, whatever width the engine gave it."""
    import narwhals as nw

    native = nw.to_native(frame)
    answer = _collected(native) if isinstance(native, pl.LazyFrame) else frame.collect("polars").to_native()
    return _as_int64(answer)


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    """What polars works out in memory: the log is there already, and its joins and sorts take a third less time so."""
    return frame.collect(engine="in-memory")


def _as_int64(frame: pl.DataFrame) -> pl.DataFrame:
    wide = [name for name, dtype in frame.schema.items() if dtype.is_numeric() and dtype != pl.Int64]
    return frame.with_columns(pl.col(wide).cast(pl.Int64)) if wide else frame


def _to_polars(frames: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
    return dict(frames)


def _to_pandas(frames: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
    return {name: frame.collect().to_pandas() for name, frame in frames.items()}


def _to_duckdb(frames: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
    import duckdb

    connection = duckdb.connect()
    return {name: connection.from_arrow(frame.collect().to_arrow()) for name, frame in frames.items()}


def _to_spark(frames: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
    from followup_analytics.parted.session import spark_session

    session = spark_session()
    # As Arrow, so that a missing whole number arrives as null and not as NaN.
    return {name: session.createDataFrame(frame.collect().to_arrow()) for name, frame in frames.items()}
