"""Strings from outside, made safe: cleaned of what no reader may see, and kept from acting as formulas."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import textwrap
import unicodedata
from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import takewhile

#: Control characters, surrogates, noncharacters, and the marks that reverse or hide text in print.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
#: What a spreadsheet takes for the start of a formula (OWASP ASVS 1.2.10).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def clean(value: str) -> str:
    """The text without control characters, surrogates, noncharacters and direction overrides."""
    return _UNPRINTABLE.sub("", value)


def formula_safe(value: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; `undo_formula_safe` gives the text back."""
    return "'" + value if value.startswith(_FORMULA_STARTS) else value


def undo_formula_safe(value: str) -> str:
    """The text that `formula_safe` was given; other text is left as it is."""
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA_STARTS) else value


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that most looks like a misspelt name, or None where none does."""
    by_key = {_key(candidate): candidate for candidate in candidates}
    found = difflib.get_close_matches(_key(name), by_key, n=1, cutoff=0.6)
    return by_key[found[0]] if found else None


def date_hint(typed: str) -> str:
    """How to write a date that was typed in another order: the day or days that `02/03/2026` may mean, year first."""
    found = re.fullmatch(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})", typed.strip())
    meant = []
    if found:
        first, second, third = (int(part) for part in found.groups())
        orders = [(first, second, third)] if len(found[1]) == 4 else [(third, second, first), (third, first, second)]
        for year, month, day in orders:
            with suppress(ValueError):
                meant.append(dt.date(year if year > 99 else 2000 + year, month, day).isoformat())
    if not meant:
        return "write it as 2026-03-05"
    return f"write it as {listed(dict.fromkeys(meant))}"


def listed(words: Iterable[str], conjunction: str = "or") -> str:
    """The words as they stand in a sentence: `a, b or c`."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def shorten(value: str, limit: int = 40) -> str:
    """The cleaned text on one line, cut to `limit` characters."""
    line = " ".join(clean(value).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def width_of(value: str) -> int:
    """How many columns of a terminal a text takes: letters of Chinese and the like take two, combining marks none."""
    if value.isascii():
        return len(value)
    return sum(
        0 if unicodedata.category(letter) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in value
    )


def padded(value: str, width: int, *, right: bool = False) -> str:
    """The text filled with blanks to so many columns, at its end or, set flush right, at its start."""
    blanks = " " * max(width - width_of(value), 0)
    return blanks + value if right else value + blanks


def wrapped(value: str, width: int) -> list[str]:
    """The text on lines of at most so many columns, broken between words, and within one that is wider than a line."""
    if width_of(value) <= width:
        return [value]
    if width_of(value) == len(value):
        return textwrap.wrap(value, width, break_on_hyphens=False) or [""]
    lines, line = [], ""
    for word in re.findall(r"\s+|[^\s]+", value):
        for piece in [word] if width_of(word) <= width else list(word):
            if line and width_of(line + piece) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def told_apart(names: Iterable[str], limit: int = 40) -> dict[str, str]:
    """Names of at most `limit` characters that still tell what they name apart.

    Long ones lose the words that all begin with; else they are cut in the middle, and where even that leaves two alike
    they are numbered.
    """
    lines = {name: " ".join(clean(name).split()) for name in names}
    if all(len(line) <= limit for line in lines.values()):
        return lines
    if len(lines) > 1:
        short = {
            name: line if len(line) <= limit else _cut_start(line, lines.values(), limit)
            for name, line in lines.items()
        }
        if _distinct(short.values()):
            return short
    short = {name: _cut_middle(line, limit) for name, line in lines.items()}
    if _distinct(short.values()):
        return short
    return {
        name: f"{_cut_end(line, limit - 5)} ({number})" for number, (name, line) in enumerate(lines.items(), start=1)
    }


def _distinct(lines: Collection[str]) -> bool:
    return len(set(lines)) == len(lines)


def _cut_start(line: str, lines: Collection[str], limit: int) -> str:
    """The line without words that all lines begin with, as many as have to go, cut at its end if it is still long."""
    shared = sum(
        1 for words in takewhile(lambda words: len(set(words)) == 1, zip(*map(str.split, lines), strict=False))
    )
    words = line.split()
    for gone in range(1, shared + 1):
        rest = f"…{' '.join(words[gone:])}"
        if len(rest) <= limit:
            return rest
    return _cut_end(f"…{' '.join(words[shared:])}" if shared else line, limit)


def _cut_end(line: str, limit: int) -> str:
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _cut_middle(line: str, limit: int) -> str:
    end = limit // 2
    return line if len(line) <= limit else f"{line[: limit - end - 1].rstrip()}…{line[-end:].lstrip()}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: `1 row`, `12,000 rows`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def counted_days(days: float) -> str:
    """A length of time: `1 day`, `2.5 days`."""
    return f"{days:g} {'day' if days == 1 else 'days'}"


def _key(name: str) -> str:
    return re.sub(r"[\s_\-]+", "_", name.strip().casefold())
