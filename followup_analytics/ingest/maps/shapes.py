"""What kind of value each key of a map has: a sentence for one that has another, before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from followup_analytics.errors import UsageError

Is = Callable[[Any], bool]


def _word(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _words(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_word, value))


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_text, value))


def _of(inner: Is) -> Is:
    return lambda value: isinstance(value, Mapping) and all(map(inner, value.values()))


def _way(value: Any) -> bool:
    """A header, several, or a way to make a cell of headers."""
    headers = _text(value) or (_texts(value) and bool(value))
    return headers or _of(lambda one: _text(one) or (_texts(one) and bool(one)))(value)


_FILE: Mapping[str, tuple[Is, str]] = {
    "tables": (lambda value: isinstance(value, list | tuple) and all(isinstance(one, Mapping) for one in value),
               "a list of [[tables]]"),
    "name": (_text, "a text in quotation marks"),
    "description": (_text, "a text in quotation marks"),
    "time_zone": (_text, 'the name of a zone, such as "Europe/Berlin"'),
    "day_first": (lambda value: isinstance(value, bool), "true or false"),
    "needs": (lambda value: _texts(value) or (isinstance(value, list | tuple) and all(map(_texts, value))),
              "a list of headers"),
    "shows": (_of(_words), "headers with lists of words"),
}  # fmt: skip
_SECTION: Mapping[str, tuple[Is, str]] = {
    "table": (_text, "the name of a table"),
    "columns": (_of(_way), 'columns of the log with headers, such as at = "Date of call"'),
    "values": (_of(_of(_word)), 'columns with words, such as "LVM" = "voicemail"'),
    "constants": (_of(_word), "columns with one word each"),
    "when": (_way, "a header or a list of headers"),
    "split": (_of(lambda one: _word(one) or _texts(one)), "headers with a mark or a list of marks"),
    "keep": (_texts, "a list of headers"),
    "sheet": (_text, "the name of a sheet"),
    "only": (_of(_words), "headers with lists of words"),
    "missing": (lambda value: isinstance(value, Mapping), "columns with sentences"),
    "optional": (lambda value: isinstance(value, bool), "true or false"),
    "defaults": (_of(_word), "columns with one word each"),
    "ignore": (_of(_words), "headers with lists of words"),
    "others": (_of(_word), "columns with one word each"),
    "skip": (_of(_words), "headers with lists of words"),
    "unsaid": (_of(_words), "headers with lists of words"),
    "unknown": (_of(_words), "headers with lists of words"),
    "entries": (_text, "a header"),
    "undated": (_of(_words), "headers with lists of words"),
    "dated": (_way, "a header or a list of headers"),
}


def refuse_misshapen(given: Mapping[str, Any], name: str) -> None:
    """Raise UsageError for the first key of a map, or of one of its tables, whose value is of another kind."""
    _refuse(given, {**_SECTION, **_FILE}, name)
    for section in given.get("tables") or ():
        _refuse(section, _SECTION, name)


def _refuse(given: Mapping[str, Any], kinds: Mapping[str, tuple[Is, str]], name: str) -> None:
    for key, value in given.items():
        fits, wanted = kinds.get(key, (lambda _: True, ""))
        if value is not None and not fits(value):
            raise UsageError(f"--map {name}: {key} must be {wanted}; correct it.")
