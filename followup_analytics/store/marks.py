"""Who was forgotten: keyed marks that keep a second ingest from bringing people back, and say nothing about them."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping

from followup_analytics.log.pseudonyms import load_pseudonyms
from followup_analytics.store.address import Address
from followup_analytics.store.connecting import Connection
from followup_analytics.store.tombstones import add_tombstones, made_of


def read_marks(connection: Connection) -> list[str]:
    """All marks of a store."""
    return [str(one) for one in connection.values("SELECT mark FROM forgotten")]


def write_marks(connection: Connection, marks: Mapping[str, int]) -> None:
    """Put marks into a store, each with its moment (microseconds)."""
    rows = [{"mark": mark, "at": at} for mark, at in marks.items()]
    connection.execute_many("INSERT INTO forgotten (mark, forgotten_at) VALUES (:mark, :at)", rows)


class Marks:
    """The marks of one store. A mark is the HMAC of a key under the store's own secret, which is not in the store."""

    def __init__(self, connection: Connection, address: Address) -> None:
        self._connection = connection
        self._address = address
        self._any: bool | None = None
        self._key: bytes | None = None

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
        return {one for one in ids if one is not None and not marked.isdisjoint(self._marks(table_name, one))}

    def of_people(self, table_name: str, ids: Collection[str]) -> set[str]:
        """As `among`, for keys as people write them: an applicant's id may also be that of a marked pseudonym."""
        found = self.among(table_name, ids)
        if table_name != "applicants" or not self.any():
            return found
        pseudonyms = load_pseudonyms(self._address.url, create=False)
        known = {pseudonyms.applicant(one): one for one in ids}
        return found | {known[one] for one in self.among(table_name, known)}

    def put(self, table_name: str, ids: Collection[str], at_us: int) -> None:
        """Mark keys of a table as forgotten."""
        new = sorted(set(ids) - self.among(table_name, ids))
        if new:
            write_marks(self._connection, {self._mark(table_name, one): at_us for one in new})
            self._any = True
            key = self._key
            if key is not None:
                # Outside the database too: a backup put back must not bring people back.
                url = self._address.url
                add_tombstones(
                    url, tuple(made_of(self._mark(table_name, one), at_us, table_name, one, key) for one in new)
                )

    def mark(self, table_name: str, one: str) -> str:
        """The mark of one key of a table."""
        return self._mark(table_name, one)

    def marks(self, table_name: str, one: str) -> tuple[str, str]:
        """The marks that one key of a table may have: today's, and that of earlier versions."""
        return self._marks(table_name, one)

    def _mark(self, table_name: str, one: str) -> str:
        return self._marks(table_name, one)[0]

    def _marks(self, table_name: str, one: str) -> tuple[str, str]:
        if self._key is None:
            self._key = load_pseudonyms(self._address.url, create=False).key
        text = f"forgotten\0{table_name}\0{one}".encode()
        # A key of their own, so that no mark can be held against a pseudonym, nor a pseudonym against a mark.
        own = hmac.digest(self._key, b"followup_analytics tombstones", "sha256")
        return hmac.digest(own, text, "sha256").hex()[:32], hmac.digest(self._key, text, "sha256").hex()[:32]
