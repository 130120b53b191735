"""One row is judged by the schema alone as the library judges a million."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_analytics.log.casting import POLARS_TYPES
from followup_analytics.log.checks import dataframely_schema
from followup_analytics.log.schema import TABLES, Column, Table
from followup_analytics.sheets.tabular import ROW


def _values(column: Column) -> st.SearchStrategy[Any]:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "number": st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1.0, 5.0, -1.0]),
        "integer": st.integers(-3, 9),
        "timestamp": st.just(datetime(2026, 3, 2, tzinfo=UTC)),
    }
    texts = st.sampled_from([*column.values, "", "fax", "Europe/Berlin"])
    return st.none() | kinds.get(column.type, texts)


@st.composite
def _rows(draw: st.DrawFn) -> tuple[Table, dict[str, Any]]:
    table = draw(st.sampled_from(list(TABLES.values())))
    # Mostly rows of which one column is drawn: rows that are wrong throughout say little.
    sound = {column.name: _sound(column) for column in table.columns}
    drawn = draw(st.lists(st.sampled_from(table.columns), max_size=2))
    return table, sound | {column.name: draw(_values(column)) for column in drawn}


def _sound(column: Column) -> Any:
    if not column.required:
        return None
    return datetime(2026, 3, 2, tzinfo=UTC) if column.type == "timestamp" else (column.values or ("x",))[0]


@given(_rows())
@settings(max_examples=300, deadline=None)
def test_the_schema_and_dataframely_agree(drawn: tuple[Table, dict[str, Any]]) -> None:
    """A row passes the one exactly where it passes the other."""
    table, row = drawn
    schema = {column.name: POLARS_TYPES[column.type] for column in table.columns}
    frame = pl.DataFrame([row], schema=schema).with_columns(pl.lit(2, pl.Int64).alias(ROW))
    good, _ = dataframely_schema(table).filter(frame.select(ROW, *table.names))
    assert table.accepts(frame.row(0, named=True)) == (good.height == 1)
