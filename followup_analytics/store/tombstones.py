"""Tombstones: who was forgotten, kept outside the database, so that a backup put back doesn't bring people back.

A file beside the key, one line for each: the keyed mark (`store/marks.py`), when, and for a pseudonym its sealed form,
from which a change of the store's key makes the next mark. Its first line holds the tombstones' own key, sealed
(`store/tombstone_key.py`). Nothing in it names anybody to who doesn't hold the store's key.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from followup_analytics.errors import UnreadableError
from followup_analytics.log.pseudonyms import PSEUDONYM, key_path
from followup_analytics.store.book import write_private
from followup_analytics.store.sealing import Secret, seal, unseal

_WHAT = "The list of forgotten people"


@dataclass(frozen=True)
class Tombstone:
    """One key of somebody who was forgotten: its mark, when, of which table, and a pseudonym sealed."""

    mark: str
    at: int
    table: str
    sealed: Mapping[str, str] | None = None

    def pseudonym(self, keys: Sequence[bytes]) -> str | None:
        """The pseudonym that it is about; None for keys that no change of the store's key touches.

        keys: those under which it may be sealed. Raises UnreadableError where it is under none of them.
        """
        if self.sealed is None:
            return None
        for key in keys[:-1]:
            try:
                return unseal(self.sealed, _WHAT, _secret(key))
            except UnreadableError:
                continue
        return unseal(self.sealed, _WHAT, _secret(keys[-1]))


@dataclass(frozen=True)
class Tombstones:
    """What the file of a store holds: its own key, sealed, and the tombstones."""

    key: str | None = None
    stones: tuple[Tombstone, ...] = ()


def _secret(key: bytes) -> Secret:
    return Secret("key", key.decode("utf-8"))


def made_of(mark: str, at: int, table: str, key_text: str, key: bytes) -> Tombstone:
    """The tombstone of one key of a table, whose pseudonym is sealed under the tombstones' own key."""
    return Tombstone(mark, at, table, seal(key_text, _secret(key)) if PSEUDONYM.fullmatch(key_text) else None)


def tombstones_path(url: str) -> Path | None:
    """Where a store's tombstones lie: beside its key."""
    path = key_path(url)
    return None if path is None else path.with_suffix(".forgotten")


def read_tombstones(url: str) -> Tombstones:
    """The tombstones of a store. Raises UnreadableError where the file can't be read."""
    path = tombstones_path(url)
    if path is None or not path.exists():
        return Tombstones()
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        keys = [line["key"] for line in lines if "key" in line]
        return Tombstones(keys[0] if keys else None, tuple(Tombstone(**line) for line in lines if "key" not in line))
    except (OSError, ValueError, TypeError) as error:
        raise UnreadableError(
            f"The list of forgotten people {path.name} can't be read ({type(error).__name__}); put back a copy of it: "
            "without it a backup could bring them back."
        ) from None


def add_tombstones(
    url: str, stones: Sequence[Tombstone], *, key: str | None = None, instead: Collection[str] = ()
) -> None:
    """Add tombstones to a store's; those that are there already stay as they are.

    key: the tombstones' own key, sealed, in the place of the one that the file has. instead: marks that they replace.
    """
    path, held = tombstones_path(url), read_tombstones(url)
    kept = [one for one in held.stones if one.mark not in instead]
    known = {one.mark for one in kept}
    now = Tombstones(key or held.key, (*kept, *(one for one in stones if one.mark not in known)))
    if path is None or now == held:
        return
    head = [] if now.key is None else [{"key": now.key}]
    write_private(path, "".join(json.dumps(one) + "\n" for one in (*head, *map(asdict, now.stones))))
