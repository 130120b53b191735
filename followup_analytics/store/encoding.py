"""Checked frames to stored columns and back, and the content keys that tell a changed row from a known one."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Mapping

import polars as pl

from followup_analytics.log.schema import TABLES, Column
from followup_analytics.store.tables import DERIVED

_STORED: dict[str, pl.DataType] = {
    "text": pl.String(),
    "enum": pl.String(),
    "zone": pl.String(),
    "timestamp": pl.Int64(),
    "boolean": pl.Int64(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
}
_READ: dict[str, pl.DataType] = {
    "timestamp": pl.Datetime("us", "UTC"),
    "boolean": pl.Boolean(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
}
#: Types that a covariate keeps; any other is kept as text.
_COVARIATES: dict[str, pl.DataType] = {
    "Boolean": pl.Boolean(),
    "Int64": pl.Int64(),
    "Float64": pl.Float64(),
    "Date": pl.Date(),
    "Datetime": pl.Datetime("us", "UTC"),
    "String": pl.String(),
}


def stored_types(table_name: str) -> dict[str, pl.DataType]:
    """The polars type of each stored column of a table, in the order of the database's columns."""
    types = {column.name: _STORED[column.type] for column in TABLES[table_name].columns}
    types |= {name: pl.Int64() if name == "applicant_bucket" else pl.String() for name in DERIVED[table_name].values()}
    return types | {"covariates": pl.String(), "content": pl.Int64(), "recorded_at": pl.Int64(), "batch": pl.Int64()}


# ---------------------------------------------------------------------------------------------------------- encode


def encode(table_name: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    """The columns of a checked frame as they are stored, with `covariates` and `content`; all-null ones are left out.

    Also gives the types of the covariates, by name. Columns beginning with an underscore are the package's own: those
    that the store keeps are renamed, others dropped.
    """
    table = TABLES[table_name]
    known = [column for column in table.columns if column.name in frame.columns]
    extra = sorted(name for name in frame.columns if name not in table.names and not name.startswith("_"))
    derived = [pl.col(source).alias(name) for source, name in DERIVED[table_name].items() if source in frame.columns]
    encoded = frame.select(
        *(_to_stored(column) for column in known), *derived, _covariate_text(frame, extra).alias("covariates")
    )
    encoded = encoded.with_columns(_content_keys(encoded, (*table.names, "covariates")))
    used = [name for name in encoded.columns if encoded[name].null_count() < encoded.height]
    types = {name: _covariate_type(frame.schema[name]) for name in extra if frame[name].null_count() < frame.height}
    return encoded.select(used), types


def _to_stored(column: Column) -> pl.Expr:
    if column.type == "timestamp":
        return pl.col(column.name).dt.epoch("us").cast(pl.Int64)
    return pl.col(column.name).cast(_STORED[column.type])


def _covariate_type(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "Int64"
    if dtype.is_float():
        return "Float64"
    return dtype.base_type().__name__ if dtype.base_type().__name__ in _COVARIATES else "String"


def _covariate_text(frame: pl.DataFrame, names: list[str]) -> pl.Expr:
    """One JSON object of texts for each row, without its nulls, in the order of names; null where all are null."""
    members = []
    for name in names:
        kind = _covariate_type(frame.schema[name])
        value = pl.col(name)
        if kind == "Datetime":
            value = value.dt.epoch("us")
        elif kind == "Date":
            value = value.dt.epoch("d")
        pair = pl.struct(value.cast(pl.String).alias(name)).struct.json_encode()
        members.append(pl.when(pl.col(name).is_not_null()).then(pair.str.slice(1, pair.str.len_chars() - 2)))
    if not members:
        return pl.lit(None, pl.String)
    joined = pl.concat_str(members, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(pl.lit("{") + joined + pl.lit("}"))


def _content_keys(encoded: pl.DataFrame, names: tuple[str, ...]) -> pl.Series:
    """A 64-bit key of what each row says (BLAKE2b), the same on every machine and for absent and empty columns alike.

    Two versions of one record are told apart by it; that they share it by chance has a probability of 5e-20.
    """
    parts: list[pl.Expr] = []
    for name in names:
        nulls = encoded[name].null_count() if name in encoded.columns else encoded.height
        label, value = pl.lit(f"\x1f{name}="), pl.col(name).cast(pl.String)
        if not nulls:
            parts += [label, value]
        elif nulls < encoded.height:
            parts.append(label + value)
    texts = encoded.select(pl.concat_str(parts, ignore_nulls=True).alias("text"))["text"].to_list()
    blake2b = hashlib.blake2b
    digests = b"".join([blake2b(text.encode(), digest_size=8).digest() for text in texts])
    keys = array("q", digests)
    if sys.byteorder == "little":
        keys.byteswap()
    return pl.Series("content", keys, dtype=pl.Int64)


# ---------------------------------------------------------------------------------------------------------- decode


def decode(table_name: str, stored: pl.DataFrame, covariate_types: Mapping[str, str]) -> pl.DataFrame:
    """Stored columns as a typed frame: the contract's, the user's covariates, `_bucket` and `_zone`.

    stored: any part of a table's stored columns; what is not among them stays out.
    """
    table = TABLES[table_name]
    columns = [_to_read(column) for column in table.columns if column.name in stored.columns]
    extra = _covariates(covariate_types) if "covariates" in stored.columns else []
    derived = [
        pl.col(name).cast(pl.Int16 if source == "_bucket" else pl.String).alias(source)
        for source, name in DERIVED[table_name].items()
        if name in stored.columns
    ]
    return stored.select(*columns, *extra, *derived)


def _to_read(column: Column) -> pl.Expr:
    if column.type == "timestamp":
        return pl.from_epoch(pl.col(column.name), time_unit="us").dt.replace_time_zone("UTC")
    return pl.col(column.name).cast(_READ.get(column.type, pl.String()))


def _covariates(types: Mapping[str, str]) -> list[pl.Expr]:
    if not types:
        return []
    members = pl.col("covariates").str.json_decode(pl.Struct(dict.fromkeys(types, pl.String())))
    return [_from_text(members.struct.field(name), kind).alias(name) for name, kind in types.items()]


def _from_text(text: pl.Expr, kind: str) -> pl.Expr:
    if kind == "Boolean":
        return text == "true"
    if kind == "Date":
        return text.cast(pl.Int32).cast(pl.Date)
    if kind == "Datetime":
        return pl.from_epoch(text.cast(pl.Int64), time_unit="us").dt.replace_time_zone("UTC")
    return text.cast(_COVARIATES[kind])
