"""Which store `followup log` and `followup today` are about: FOLLOWUP_STORE, else the one that `use` remembered."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from followup_analytics.errors import UsageError
from followup_analytics.store.address import is_store_url, parse_address

STORE_VARIABLE = "FOLLOWUP_STORE"
_SQLITE_SUFFIXES = (".db", ".sqlite", ".sqlite3")


def remembered_path() -> Path:
    """The file in which `followup use` remembers a store."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "followup_analytics" / "store"


def default_store() -> str:
    """The URL of the default store. Raises UsageError where there is none."""
    url = os.environ.get(STORE_VARIABLE, "").strip()
    if url:
        parse_address(url)
        return url
    try:
        url = remembered_path().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        url = ""
    if not url:
        raise UsageError(
            f"there is no default store yet: run  followup use sqlite:///followup.db  once, or set {STORE_VARIABLE}."
        )
    parse_address(url)
    return url


def remember_store(typed: str) -> str:
    """Make a store the default one; its URL as it is remembered, an SQLite file by its whole path.

    Raises UsageError for what is no store's URL, and for a URL with a password: that belongs into FOLLOWUP_STORE.
    """
    url = typed.strip()
    if not is_store_url(url) and Path(url).suffix.lower() in _SQLITE_SUFFIXES:
        url = f"sqlite:///{url}"
    address = parse_address(url)
    if address.path is not None:
        url = f"sqlite:///{address.path.absolute()}"
    elif urlsplit(url).password is not None or "password=" in url.lower():
        raise UsageError(
            f"a URL with a password is not remembered; set the variable {STORE_VARIABLE} to it instead, or leave the "
            "password to ~/.pgpass."
        )
    # Here and not above: importing what writes files is for those alone who need it.
    from followup_analytics.store.book import write_private

    write_private(remembered_path(), url + "\n")
    return url
