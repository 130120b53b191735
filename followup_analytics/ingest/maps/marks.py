"""Cells of marks alone, such as "?" or "--": what somebody types who has nothing to say."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

#: Not ticks and plus signs, which say yes.
_MARKS = r"^[\s?¿!.,;:*/\\~_\-\u2010-\u2015\u2026]+$"


def is_mark(text: str) -> bool:
    """Whether a cell's text is of such marks alone."""
    return re.search(_MARKS, text) is not None


def of_marks(cells: pl.Expr) -> pl.Expr:
    """Which cells of text are of such marks alone."""
    return cells.str.contains(_MARKS).fill_null(value=False)


def without_marks(column: pl.Series, words: Iterable[str]) -> pl.Series:
    """The cells of a column, those of marks alone as empty ones; `words`, which a map has a meaning for, stay."""
    marks = column.str.contains(_MARKS) & ~column.str.strip_chars().is_in(list(words))
    return column.set(marks.fill_null(value=False), None)
