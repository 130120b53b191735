"""Tables of the log that a spreadsheet program saved anew, with dates in its own way: 3/25/2024 10:00, 04.03.2024."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from followup_analytics.log.schema import TABLES, Table
from followup_analytics.sheets.dates import iso_times, order_of
from followup_analytics.sheets.tabular import header_key

#: An ISO date, with a time in figures or without; "2026-03-05 2:00 PM" is a spreadsheet's.
_ISO = r"^\s*(?:\d{4}-\d{2}-\d{2}(?:[T ]*\d[\d:.,ZzUTC+\- ]*|[T ]*)|)$"
_TIMES = {column.name for table in TABLES.values() for column in table.columns if column.type == "timestamp"}


def with_iso_cells(frame: pl.DataFrame, table: Table, file: str, day_first: bool | None) -> pl.DataFrame:
    """The table with its timestamps as ISO text; a cell that is no date stays as it is.

    frame: cells under the contract's names. day_first: the order of 03/04/2026, else what the table's dates tell.
    Raises OrderUnknownError when nothing tells the order.
    """
    names = [
        column.name
        for column in table.columns
        if column.type == "timestamp" and frame.schema[column.name] == pl.String and _is_resaved(frame[column.name])
    ]
    if not names:
        return frame
    if day_first is None:
        day_first = order_of([frame[name] for name in names], file=file)
    for name in names:
        iso = iso_times(frame[name], file=file, column=name, day_first=day_first)
        frame = frame.with_columns(iso.zip_with(iso.is_not_null(), frame[name]).alias(name))
    return frame


def order_of_tables(frames: Iterable[pl.DataFrame]) -> bool | None:
    """Whether the day comes first in the dates of tables that one computer saved; None where nothing tells."""
    columns = [
        frame[name]
        for frame in frames
        for name in frame.columns
        if header_key(name) in _TIMES and frame.schema[name] == pl.String
    ]
    return order_of(columns, file="")


def is_resaved(frame: pl.DataFrame) -> bool:
    """Whether a raw table has times in another form than ISO, whose order all of its rows tell together."""
    return any(
        header_key(name) in _TIMES and kind == pl.String and _is_resaved(frame[name])
        for name, kind in frame.schema.items()
    )


def _is_resaved(cells: pl.Series) -> bool:
    return not bool(cells.str.contains(_ISO).fill_null(value=True).all())
