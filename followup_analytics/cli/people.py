"""People's names in printed lists, from the contact book."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from followup_analytics.cli.saying import say

if TYPE_CHECKING:
    from followup_analytics.store.book import ContactBook

#: So many signs of an id tell people apart in a list.
_SHORT_ID = 10


def book_of(url: str) -> ContactBook:
    """The contact book of a store; an empty one of anything else, and where it can't be read (which is said)."""
    from followup_analytics.store.address import is_store_url
    from followup_analytics.store.book import ContactBook, book_path

    path = book_path(url) if is_store_url(url) else None
    if path is None or not path.exists():
        return ContactBook()
    return _read_once(url, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_once(url: str, _changed: int) -> ContactBook:
    # Under a passphrase a reading takes a good part of a second.
    from followup_analytics.errors import UnreadableError
    from followup_analytics.store.book import ContactBook, read_book

    try:
        return read_book(url)
    except UnreadableError as error:
        say(f"{error} Ids stand for names meanwhile.")
        return ContactBook()


def by_name(url: str, rows: Sequence[Any]) -> tuple[Any, ...]:
    """Rows for people's eyes with the names of the contact book where ids stand; other ids cut short."""
    from dataclasses import replace

    from followup_analytics.text import shorten

    names = book_of(url).names()
    ids = [names.get(row.applicant_id) or shorten(row.applicant_id, _SHORT_ID) for row in rows]
    return tuple(replace(row, applicant_id=one) for row, one in zip(rows, ids, strict=True))
