"""Who was forgotten: keyed marks that keep a second ingest from bringing people back, and say nothing about them."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping

from followup_analytics.errors import UnreadableError
from followup_analytics.log.pseudonyms import Pseudonyms, load_pseudonyms
from followup_analytics.store.address import Address
from followup_analytics.store.connecting import Connection
from followup_analytics.store.kinds import KEY_MARK
from followup_analytics.store.records import read_setting, write_setting
from followup_analytics.store.tombstone_key import SETTING, new_tombstone_key, opened_keys, sealed_key
from followup_analytics.store.tombstones import Tombstone, add_tombstones, made_of, read_tombstones


def read_marks(connection: Connection) -> list[str]:
    """All marks of a store."""
    return [str(one) for one in connection.values("SELECT mark FROM forgotten")]


def write_marks(connection: Connection, marks: Mapping[str, int]) -> None:
    """Put marks into a store, each with its moment (microseconds)."""
    rows = [{"mark": mark, "at": at} for mark, at in marks.items()]
    connection.execute_many("INSERT INTO forgotten (mark, forgotten_at) VALUES (:mark, :at)", rows)


class Marks:
    """The marks of one store: the HMAC of a key of a table under the tombstones' own key.

    Stores of earlier versions made marks under the store's key, or one derived from it. They are recognised still;
    those that can be made anew under the tombstones' own key are, when that is made.
    """

    def __init__(self, connection: Connection, address: Address) -> None:
        self._connection = connection
        self._address = address
        self._any: bool | None = None
        self._keys: tuple[bytes, ...] | None = None

    def any(self) -> bool:
        """Whether anybody was ever forgotten here."""
        if self._any is None:
            self._any = self._connection.row("SELECT mark FROM forgotten LIMIT 1") is not None
        return self._any

    def among(self, table_name: str, ids: Iterable[str | None]) -> set[str]:
        """Which of the keys of a table are marked."""
        if not self.any():
            return set()
        marked = set(read_marks(self._connection))
        return {one for one in ids if one is not None and not marked.isdisjoint(self.marks(table_name, one))}

    def of_people(self, table_name: str, ids: Collection[str]) -> set[str]:
        """As `among`, for keys as people write them: an applicant's id may also be that of a marked pseudonym."""
        found = self.among(table_name, ids)
        if table_name != "applicants" or not self.any():
            return found
        pseudonyms = self._pseudonyms()
        known = {pseudonyms.applicant(one): one for one in ids}
        return found | {known[one] for one in self.among(table_name, known)}

    def put(self, table_name: str, ids: Collection[str], at_us: int) -> None:
        """Mark keys of a table as forgotten."""
        new = sorted(set(ids) - self.among(table_name, ids))
        if not new:
            return
        own = self.own_key()
        stones = tuple(made_of(_mark(own, table_name, one), at_us, table_name, one, own) for one in new)
        write_marks(self._connection, {one.mark: at_us for one in stones})
        self._any = True
        # Outside the database too: a backup put back must not bring people back.
        add_tombstones(self._address.url, stones, key=sealed_key(own, self._keys_at_hand()))

    def marks(self, table_name: str, one: str) -> tuple[str, ...]:
        """The marks that one key of a table may have: today's, and those of earlier versions and other machines."""
        return tuple(_mark(key, table_name, one) for key in self._all_keys())

    def own_key(self) -> bytes:
        """The tombstones' own key, which is made where there is none yet; it needs a transaction that writes."""
        at_hand = self._keys_at_hand()
        held, setting = self._opened(at_hand), read_setting(self._connection, SETTING)
        if setting is not None:
            if not held:
                raise UnreadableError(
                    f"{self._address.shown}: the key of the list of forgotten people can't be opened with the "
                    "store's key that is here; put the right key file beside the store."
                )
            return held[0]
        own = held[0] if held else new_tombstone_key()
        write_setting(self._connection, SETTING, sealed_key(own, at_hand))
        self._keys = None
        if not held:
            self._renew(own, at_hand)
        return own

    def stone_keys(self) -> tuple[bytes, ...]:
        """The keys under which tombstones may be sealed: their own, and in earlier versions the store's."""
        at_hand = self._keys_at_hand()
        return (*self._opened(at_hand), at_hand.key)

    def _renew(self, own: bytes, at_hand: Pseudonyms) -> None:
        """Bring marks and tombstones of an earlier version, of which the pseudonym is known, under the own key."""
        old, new = [], []
        for stone in read_tombstones(self._address.url).stones:
            pseudonym = stone.pseudonym((at_hand.key,))
            if pseudonym is not None:
                old.append(stone.mark)
                new.append(made_of(_mark(own, stone.table, pseudonym), stone.at, stone.table, pseudonym, own))
        self._replace(old, new)
        add_tombstones(self._address.url, new, key=sealed_key(own, at_hand), instead=old)

    def _replace(self, old: Collection[str], new: Collection[Tombstone]) -> None:
        for mark in old:
            self._connection.execute("DELETE FROM forgotten WHERE mark = :mark", mark=mark)
        write_marks(self._connection, {one.mark: one.at for one in new})

    def _all_keys(self) -> tuple[bytes, ...]:
        if self._keys is None:
            at_hand = self._keys_at_hand()
            derived = hmac.digest(at_hand.key, b"followup_analytics tombstones", "sha256")
            self._keys = (*self._opened(at_hand), derived, at_hand.key)
        return self._keys

    def _opened(self, at_hand: Pseudonyms) -> tuple[bytes, ...]:
        """The own keys that are known: of the store, and of the file beside its key where a machine made another."""
        held = (read_setting(self._connection, SETTING), read_tombstones(self._address.url).key)
        return opened_keys(held, at_hand)

    def _keys_at_hand(self) -> Pseudonyms:
        """All keys of the key file: of a backup that was put back the database may know the first ones alone."""
        return load_pseudonyms(self._address.url, create=False)

    def _pseudonyms(self) -> Pseudonyms:
        found = self._keys_at_hand()
        return found.up_to(read_setting(self._connection, KEY_MARK)) or found


def _mark(key: bytes, table_name: str, one: str) -> str:
    return hmac.digest(key, f"forgotten\0{table_name}\0{one}".encode(), "sha256").hex()[:32]
