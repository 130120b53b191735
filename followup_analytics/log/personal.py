"""Which columns of a user's file tell of people, by heading in four languages and by content, and what becomes of them.

Kept are numbers, yes and no, and categories of few values. Dropped is what tells of people: names, numbers, addresses,
dates of birth, student and staff numbers, free text. A column that somebody names with --keep stays as it is.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import polars as pl

Becomes = Literal["stored", "pseudonym", "dropped"]

_NUMBERS_OF_PEOPLE = (
    r"\b(?:student|staff|employee|applicant|candidate|person|user|member|social|campus|sis)\w*"
    r"\s+(?:id|no|nr|number|num|#)\b"
)
_ADDRESS = r"(?i)[^@\s]@[^@\s]+\.[a-z]{2,}"
_NUMBER = r"^(?:\+\d[\d\s().-]{8,}|\(\d{3}\)\s?\d{3}-\d{4}|\d{3}[-.]\d{3}[-.]\d{4})$"
_WEB = r"(?i)(?:https?://|www\.|linkedin\.com)\S+"
_BORN = r"^(?:19[3-9]\d|200\d|201[0-2])-\d\d-\d\d$"
_LONG_TEXT = 40.0
_FEW, _SHARE_FEW, _MOST_FEW = 20, 0.2, 200
_LEAST_KEY = 1000
_SHARE_NAMES = 0.5
_YES_NO = ("true", "false", "yes", "no", "1", "0", "y", "n", "ja", "nein", "si", "sí", "oui", "non")


@dataclass(frozen=True)
class Fate:
    """What becomes of a column when a file is stored, and why, in plain words."""

    column: str
    becomes: Becomes
    reason: str


def fate_of(column: pl.Series, *, keep: Collection[str] = (), keep_notes: bool = False) -> Fate:
    """What becomes of a column that is not one of the log's.

    keep: headings that the user named. keep_notes: free text stays.
    """
    name = column.name
    if name.casefold().strip() in {one.casefold().strip() for one in keep}:
        return Fate(name, "stored", "you named it with --keep")
    heading = heading_tells(name)
    if heading == "note":
        return Fate(
            name,
            "stored" if keep_notes else "dropped",
            "free text, and --keep-notes was given" if keep_notes else "free text about people",
        )
    if heading is not None:
        return Fate(name, "dropped", "the heading is one for people or what finds them")
    told = _content_tells(column)
    if told == "free text about people" and keep_notes:
        return Fate(name, "stored", "free text, and --keep-notes was given")
    if told is not None:
        return Fate(name, "dropped", told)
    return Fate(name, "stored", _kind_kept(column))


@cache
def heading_tells(name: str) -> str | None:
    """Whether a heading is one for people ("person") or for free text ("note"); None where it is neither."""
    words = _plain(name).split()
    things = any(word.rstrip("s") in _words("things") or word in _words("things") for word in words)
    if any(_is_word(word, _words("notes")) for word in words):
        return "note"
    if re.search(_NUMBERS_OF_PEOPLE, " ".join(words)):
        return "person"
    found = [word for word in words if _is_word(word, _words("people"))]
    if found and things and not any(word.startswith(("email", "phone", "tel")) for word in found):
        return None
    return "person" if found else None


def _content_tells(column: pl.Series) -> str | None:
    """Why the cells tell of people, or of single cases; None where they don't."""
    filled = column.drop_nulls()
    n, distinct = len(filled), filled.n_unique()
    if not n or column.dtype == pl.Boolean or column.dtype.is_float():
        return None
    if column.dtype.is_integer():
        return _tells_of_cases(filled.cast(pl.Int64), n, distinct)
    if column.dtype.is_temporal():
        return "dates that differ from row to row" if distinct > _few(n) else None
    text = filled.cast(pl.String)
    if text.str.contains(_ADDRESS).any():
        return "some cells are e-mail addresses"
    if text.str.contains(_NUMBER).any():
        return "some cells are telephone numbers"
    if text.str.contains(_WEB).any():
        return "some cells are web addresses"
    numbers = text.cast(pl.Float64, strict=False)
    if numbers.null_count() == 0:
        whole = text.str.contains(r"^\s*[+-]?\d+\s*$").all()
        return _tells_of_cases(numbers, n, distinct) if whole else None
    return _text_tells(text, n, distinct)


def _tells_of_cases(numbers: pl.Series, n: int, distinct: int) -> str | None:
    differ = distinct > n / 2 and n > 2
    # A handful of small numbers are points or ages; a key has many figures, or one number for each of many rows.
    if differ and (float(numbers.abs().max() or 0) >= _LEAST_KEY or n >= _FEW):  # type: ignore[arg-type]
        return "whole numbers that differ in most rows, as keys do"
    return None


def _text_tells(text: pl.Series, n: int, distinct: int) -> str | None:
    if float(text.str.len_chars().mean() or 0.0) > _LONG_TEXT:  # type: ignore[arg-type]
        return "free text about people"
    if _share_of_names(text) >= _SHARE_NAMES:
        return "most cells are names of people"
    if text.str.contains(_BORN).mean() == 1.0:
        return "the cells look like dates of birth"
    if distinct > _few(n):
        return "more values than can be grouped by, which may tell of single people"
    return None


def _few(n: int) -> float:
    return min(_MOST_FEW, max(_FEW, _SHARE_FEW * n))


def _share_of_names(text: pl.Series) -> float:
    """Which share of the cells are two to four words of which one is a common given name."""
    given = _given_names()
    cells = text.to_list()
    named = sum(_is_name(cell, given) for cell in cells)
    return named / len(cells) if cells else 0.0


def _is_name(cell: str, given: frozenset[str]) -> bool:
    words = _plain(cell).split()
    return (
        2 <= len(words) <= 4
        and bool(given.intersection(words))
        and cell[:1].isupper()
        and not any(map(str.isdigit, cell))
    )


@cache
def _words(name: str) -> tuple[str, ...]:
    """One of the lists of words in headings."""
    text = resources.files("followup_analytics.log").joinpath("personal_words.toml").read_text("utf-8")
    return tuple(str(tomllib.loads(text)[name]).split())


@cache
def _given_names() -> frozenset[str]:
    text = resources.files("followup_analytics.log").joinpath("given_names.txt").read_text("utf-8")
    return frozenset(text.split())


def _kind_kept(column: pl.Series) -> str:
    filled = column.drop_nulls()
    if not len(filled):
        return "it is empty"
    if column.dtype == pl.Boolean:
        return "yes or no"
    if column.dtype.is_numeric() or filled.cast(pl.String).cast(pl.Float64, strict=False).null_count() == 0:
        return "numbers that tell nothing of single people"
    if filled.cast(pl.String).str.to_lowercase().is_in(_YES_NO).all():
        return "yes or no"
    return "a category of few values"


def _plain(text: str) -> str:
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", text)
    folded = unicodedata.normalize("NFKD", spaced.casefold().replace("ß", "ss"))
    letters = "".join(one for one in folded if not unicodedata.combining(one))
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())


def _is_word(word: str, patterns: Iterable[str]) -> bool:
    return any(word.startswith(one[:-1]) if one.endswith("*") else word == one for one in patterns)
