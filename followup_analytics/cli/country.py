"""The country of a store's office, whose public holidays are no call days: asked once, and kept in the store."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from followup_analytics.cli.saying import say

if TYPE_CHECKING:
    from followup_analytics.store import Store

COUNTRY = "country"
_NO_COUNTRY = "none"


def country_asked(url: str, store: Store | None, *, ask: bool) -> str | None:
    """The country of a store's office, for its holidays: asked once, where somebody sits at a terminal."""
    if store is None:
        return None
    kept = store.setting(COUNTRY)
    if kept is None and ask and sys.stdin.isatty() and sys.stderr.isatty():
        kept = _asked_country()
        keep_country(url, kept)
    return None if kept in (None, _NO_COUNTRY) else kept


def office_country(store: Store) -> str | None:
    """The country whose public holidays the office keeps, where it was told."""
    kept = store.setting(COUNTRY)
    return None if kept in (None, _NO_COUNTRY) else kept


def _asked_country() -> str:
    import typer

    from followup_analytics.advice.office_days import working_days
    from followup_analytics.errors import UsageError

    while True:
        answer = str(
            typer.prompt(
                "In which country is the office (for its holidays)? A code such as DE, DE-BY or US; Enter for none",
                default="", show_default=False, err=True,
            )
        ).strip()  # fmt: skip
        if not answer:
            return _NO_COUNTRY
        try:
            working_days(answer)
        except UsageError as error:
            say(error.for_commands)
            continue
        return answer.upper()


def keep_country(url: str, country: str) -> None:
    """Keep the country of the office in its store; where that can't be written, it is asked again."""
    from contextlib import suppress

    from followup_analytics.errors import UnreadableError
    from followup_analytics.store import open_store

    with suppress(UnreadableError):
        open_store(url, write=True).keep_setting(COUNTRY, country)
