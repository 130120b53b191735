"""In which language what is drawn or shortened just now will be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from followup_analytics.languages.catalogue import Catalogue

_CURRENT: ContextVar[Catalogue | None] = ContextVar("_CURRENT", default=None)


@contextmanager
def speaking(words: Catalogue | None) -> Iterator[None]:
    """Within it `told` and every chart speak the catalogue's language; None is English."""
    token = _CURRENT.set(words)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def told(text: str) -> str:
    """A text in the language that is spoken just now: for what is drawn or cut to a length, and so can't wait."""
    words = _CURRENT.get()
    return text if words is None else words.told(text)


def spoken() -> str:
    """The language that is spoken just now."""
    words = _CURRENT.get()
    return "en" if words is None else words.language


def is_told(text: str) -> bool:
    """Whether a text was told in the language that is spoken just now already, so that its parts need not be."""
    words = _CURRENT.get()
    return words is not None and words.is_told(text)


def is_foreign() -> bool:
    """Whether another language than English is spoken just now."""
    return _CURRENT.get() is not None
