"""Cells of a raw column as values of the contract's types: texts cleaned, vocabularies forgiven, numbers parsed.

A column is first looked at as a whole: most are clean, and most vocabularies have a handful of distinct cells, so that
a million rows cost a look and not a million replacements.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from followup_analytics.log.schema import Column

POLARS_TYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "enum": pl.String(),
    "zone": pl.String(),
    "boolean": pl.Boolean(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "timestamp": pl.Datetime("us", "UTC"),
}
#: The contract's spellings, what spreadsheet programs make of true and false in other languages, and yes and no there.
_TRUE = frozenset(
    {"true", "yes", "1", "1.0", "wahr", "ja", "vrai", "oui", "verdadero", "sí", "si", "vero", "sì", "waar"}
    | {"verdadeiro", "sim", "sant", "sand", "tosi", "prawda", "tak", "pravda", "igaz"}
)
_FALSE = frozenset(
    {"false", "no", "0", "0.0", "falsch", "nein", "faux", "non", "falso", "onwaar", "nee", "não", "falskt", "falsk"}
    | {"epätosi", "fałsz", "nie", "nepravda", "hamis"}
)
#: A cell that was written as a formula, so that a spreadsheet leaves it as text: ="007".
_FORMULA = r'^="(.*)"$'
_WHOLE = r"^\d+\.0+$"
_THOUSANDS_AND_POINT = r"^[+-]?\d{1,3}(?:,\d{3})+\.\d+$"
_THOUSANDS = r"^[+-]?\d{1,3}(?:,\d{3})+$"
_DECIMAL_COMMA = r"^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+$"
_CONTROL = r"\x00-\x08\x0B-\x1F\x7F-\x9F\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FDD0}-\x{FDEF}\x{FEFF}\x{FFFE}\x{FFFF}"
UNCLEAN = rf"^$|^[\s']|^=\"|\s$|[{_CONTROL}]"
#: Columns with fewer distinct cells than this share of their rows are cleaned cell by distinct cell.
_FEW = 0.1


def cast_simple(given: pl.Series, column: Column) -> tuple[pl.Series, pl.Series]:
    """The column typed, and which cells (Boolean) hold something that its type can't be. Not for timestamps."""
    kind = POLARS_TYPES[column.type]
    no_cell = pl.Series([False]).new_from_index(0, len(given))
    if given.null_count() == len(given):
        return given.cast(kind) if given.dtype != kind else given, no_cell
    if given.dtype == pl.Boolean and column.type == "boolean":
        return given, no_cell
    if given.dtype.is_numeric() and column.type in ("number", "integer"):
        if column.type == "integer" and given.dtype.is_float():
            given = given.fill_nan(None)
            broken = (given != given.round()).fill_null(value=False)
            return given.set(broken, None).cast(kind, strict=False), broken
        cast = given.cast(kind, strict=False)
        return cast, cast.is_null() & given.is_not_null()
    text = clean_text(as_text(given))
    if column.type in ("text", "zone"):
        return _whole_keys(text) if column.name.endswith("_id") else text, no_cell
    cast = _by_distinct(text, column)
    return cast, cast.is_null() & text.is_not_null()


def as_text(given: pl.Series) -> pl.Series:
    """Any cell as text; a whole number that a frame holds as a float is written without `.0`."""
    if given.dtype.is_float():
        whole = (given == given.round()) & given.is_finite()
        return given.cast(pl.Int64, strict=False).cast(pl.String).zip_with(whole, given.cast(pl.String))
    return given.cast(pl.String)


def clean_text(text: pl.Series) -> pl.Series:
    """Texts without control characters, blanks around them and the mark that stops a formula; "" is null."""
    if not text.str.contains(UNCLEAN).any():
        return text
    cleaned = (
        pl.col("text")
        .str.replace_all(rf"[{_CONTROL}]", "")
        .str.replace(r"^'([=+\-@\t\r])", "${1}")
        .str.replace(_FORMULA, "${1}")
        .str.strip_chars()
    )
    return pl.DataFrame({"text": text}).select(pl.when(cleaned != "").then(cleaned).alias(text.name))[text.name]


def _whole_keys(text: pl.Series) -> pl.Series:
    """Keys that a program saved as decimals (7.0) as the whole numbers that they were; not where some really differ."""
    pointed = text.str.contains(".", literal=True)
    if not pointed.any() or not text.filter(pointed).str.contains(_WHOLE).all():
        return text
    return text.str.replace(r"^(\d+)\.0+$", "${1}")


def _by_distinct(text: pl.Series, column: Column) -> pl.Series:
    """Parse each distinct cell once where there are few of them."""
    kind = POLARS_TYPES[column.type]
    distinct = text.unique() if text.n_unique() <= max(_FEW * len(text), 1000) else None
    if distinct is None:
        return _parse(text, column)
    distinct = distinct.drop_nulls()
    return text.replace_strict(distinct, _parse(distinct, column), default=None, return_dtype=kind)


def _parse(text: pl.Series, column: Column) -> pl.Series:
    if column.type == "enum":
        return text.str.to_lowercase().str.replace_all(r"[\s\-]+", "_")
    if column.type == "boolean":
        low = text.str.to_lowercase()
        yes = low.is_in(list(_TRUE))
        known = yes | low.is_in(list(_FALSE))
        return yes.set(~known, None)
    number = plain_numbers(text).cast(pl.Float64, strict=False)
    if column.type == "integer":
        return number.set(number != number.round(), None).cast(pl.Int64, strict=False)
    return number


def plain_numbers(text: pl.Series) -> pl.Series:
    """Numbers that a spreadsheet program wrote with a decimal comma (12,5) or separated thousands (1,234) as plain.

    A comma before three figures is one of thousands, unless another cell of the column shows that it isn't.
    """
    if not text.str.contains(",", literal=True).any():
        return text
    grouped = text.str.contains(_THOUSANDS_AND_POINT).fill_null(value=False)
    text = text.str.replace_all(",", "", literal=True).zip_with(grouped, text)
    with_comma = text.str.contains(_DECIMAL_COMMA).fill_null(value=False)
    thousands = text.str.contains(_THOUSANDS).fill_null(value=False)
    decimal = bool((with_comma & ~thousands).any())
    plain = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    if decimal:
        return plain.zip_with(with_comma, text)
    return text.str.replace_all(",", "", literal=True).zip_with(thousands, text)


def clean_covariate(text: pl.Series) -> pl.Series:
    """A user's own column of text, cleaned; a column of nothing but numbers with a decimal comma has a point."""
    cleaned = clean_text(text)
    if not cleaned.str.contains(_DECIMAL_COMMA).any():
        return cleaned
    plain = plain_numbers(cleaned)
    are_numbers = plain.cast(pl.Float64, strict=False).is_not_null() | plain.is_null()
    return plain.alias(text.name) if are_numbers.all() else cleaned
