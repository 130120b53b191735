"""Frames of answers with stable types: a column has the same type in every answer, whatever happens to be in it.

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
    "count": pl.Int64(),
    "bool": pl.Boolean(),
}
#: Columns that answers share and people aren't shown, or that are shown in one place only.
_KNOWN: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("status", "reason", "outcome", "event", "group", "against", "label", "formula"), pl.String()),
    **dict.fromkeys(("estimate", "conf_low", "conf_high", "mde", "p", "standardised"), pl.Float64()),
    "day": pl.Int64(),
}


def frame_of(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> pl.DataFrame:
    """Rows of plain values as a frame, columns in the order of their first appearance.

    kinds: kind of quantity (`results.Kind`) by column, as far as known. Without rows the frame has these columns, in
    their order. Nested mappings and lists become JSON text. Where values don't fit the kind, the values decide.
    """
    names = list(dict.fromkeys(name for row in rows for name in row)) if rows else list(kinds)
    columns = {name: [_flat(row.get(name)) for row in rows] for name in names}
    types = {name: _type(name, values, kinds.get(name)) for name, values in columns.items()}
    texts = {
        name: [value if value is None or isinstance(value, str) else str(value) for value in values]
        for name, values in columns.items()
        if types[name] == pl.String
    }
    return pl.DataFrame({**columns, **texts}, schema=types, strict=False)


def _type(name: str, values: Sequence[Any], kind: str | None) -> pl.DataType:
    wanted = (_OF_KIND.get(kind, pl.Float64()) if kind else None) or _by_name(name)
    found = _by_values(values)
    if found is None or wanted == found:
        return wanted or found or pl.String()
    # Whole numbers in a column of numbers stay numbers; else values that don't fit their kind decide.
    return pl.Float64() if wanted == pl.Float64 and found == pl.Int64 else found


def _by_name(name: str) -> pl.DataType | None:
    if name in _KNOWN:
        return _KNOWN[name]
    if name.startswith("n_"):
        return pl.Int64()
    return pl.Float64() if name.endswith(("_low", "_high")) else None


def _by_values(values: Sequence[Any]) -> pl.DataType | None:
    """The type that holds all values; None where there are none."""
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return None
    if kinds == {bool}:
        return pl.Boolean()
    if kinds == {int}:
        return pl.Int64()
    return pl.Float64() if kinds <= {int, float} else pl.String()


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
