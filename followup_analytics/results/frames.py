"""Frames of answers with stable types: a column has the type of its kind in every answer, whatever is in it.

Two answers can then be put below each other also where one of them has no number, or no row at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

#: Type of a column by the kind of quantity that it holds; every other kind is a number.
_OF_KIND: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "sentence": pl.String(),
    "date": pl.String(),
    "nested": pl.String(),
    "count": pl.Int64(),
    "bool": pl.Boolean(),
}


def frame_of(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> pl.DataFrame:
    """Rows of plain values as a frame with the columns of `kinds` (kind of quantity by name), in their order.

    Nested mappings and lists become JSON text.
    """
    types = {name: _OF_KIND.get(kind, pl.Float64()) for name, kind in kinds.items()}
    return pl.DataFrame(
        {name: [_cell(row[name], is_text=dtype == pl.String) for row in rows] for name, dtype in types.items()},
        schema=types,
        strict=False,
    )


def frame_of_findings(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows that declare nothing (diagnostics nested in an answer) as a frame typed by its values."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    types = {name: _by_values(values) for name, values in columns.items()}
    cells = {
        name: [_cell(value, is_text=types[name] == pl.String) for value in values] for name, values in columns.items()
    }
    return pl.DataFrame(cells, schema=types, strict=False)


def _by_values(values: Sequence[Any]) -> pl.DataType:
    """The type that holds all values."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pl.Boolean()
    if kinds == {int}:
        return pl.Int64()
    return pl.Float64() if kinds and kinds <= {int, float} else pl.String()


def _cell(value: Any, *, is_text: bool) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if is_text and value is not None and not isinstance(value, str) else value
