"""Tombstones: who was forgotten, kept outside the database, so that a backup put back doesn't bring people back.

A file beside the key, one line for each: the keyed mark (`store/marks.py`), when, and for a pseudonym its sealed form,
from which a change of the key makes the next mark. Nothing in it names anybody to who doesn't hold the key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from followup_analytics.errors import UnreadableError
from followup_analytics.log.pseudonyms import PSEUDONYM, key_path
from followup_analytics.store.book import write_private
from followup_analytics.store.sealing import Secret, seal, unseal


@dataclass(frozen=True)
class Tombstone:
    """One key of somebody who was forgotten: its mark, when, of which table, and a pseudonym sealed."""

    mark: str
    at: int
    table: str
    sealed: Mapping[str, str] | None = None

    def pseudonym(self, key: bytes) -> str | None:
        """The pseudonym that it is about; None for keys that no change of the store's key touches."""
        return None if self.sealed is None else unseal(self.sealed, "The list of forgotten people", _secret(key))


def _secret(key: bytes) -> Secret:
    return Secret("key", key.decode("utf-8"))


def made_of(mark: str, at: int, table: str, key_text: str, key: bytes) -> Tombstone:
    """The tombstone of one key of a table."""
    return Tombstone(mark, at, table, seal(key_text, _secret(key)) if PSEUDONYM.fullmatch(key_text) else None)


def tombstones_path(url: str) -> Path | None:
    """Where a store's tombstones lie: beside its key."""
    path = key_path(url)
    return None if path is None else path.with_suffix(".forgotten")


def read_tombstones(url: str) -> tuple[Tombstone, ...]:
    """The tombstones of a store. Raises UnreadableError where the file can't be read."""
    path = tombstones_path(url)
    if path is None or not path.exists():
        return ()
    try:
        return tuple(Tombstone(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip())
    except (OSError, ValueError, TypeError) as error:
        raise UnreadableError(
            f"The list of forgotten people {path.name} can't be read ({type(error).__name__}); put back a copy of it: "
            "without it a backup could bring them back."
        ) from None


def add_tombstones(url: str, stones: tuple[Tombstone, ...]) -> None:
    """Add tombstones to a store's; those that are there already stay as they are."""
    path = tombstones_path(url)
    held = read_tombstones(url)
    known = {one.mark for one in held}
    fresh = [one for one in stones if one.mark not in known]
    if path is not None and fresh:
        write_private(path, "".join(json.dumps(asdict(one)) + "\n" for one in (*held, *fresh)))
