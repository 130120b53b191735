"""People's names in printed lists, from the contact book."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from followup_analytics.cli.shared import say

#: So many signs of an id tell people apart in a list.
_SHORT_ID = 10


def by_name(url: str, rows: Sequence[Any]) -> tuple[Any, ...]:
    """Rows for people's eyes with the names of the contact book where ids stand; other ids cut short."""
    from dataclasses import replace

    from followup_analytics.errors import UnreadableError
    from followup_analytics.store import is_store_url
    from followup_analytics.store.book import read_book
    from followup_analytics.text import shorten

    names: dict[str, str] = {}
    if is_store_url(url):
        try:
            names = read_book(url).names()
        except UnreadableError as error:
            say(f"{error} Ids stand for names meanwhile.")
    ids = [names.get(row.applicant_id) or shorten(row.applicant_id, _SHORT_ID) for row in rows]
    return tuple(replace(row, applicant_id=one) for row, one in zip(rows, ids, strict=True))
