"""The store itself: what it holds, as it is or as it was known on a day, and the transactions that change it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.log.pseudonyms import Pseudonyms, key_path, load_pseudonyms, read_key
from followup_analytics.log.schema import TABLES
from followup_analytics.log.settings import Settings, stored_settings
from followup_analytics.log.subsets import is_coach
from followup_analytics.store import tables
from followup_analytics.store.address import Address
from followup_analytics.store.bulk import bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.database import Database
from followup_analytics.store.encoding import decode, stored_types
from followup_analytics.store.faults import explained
from followup_analytics.store.kinds import KEY_MARK
from followup_analytics.store.marks import Marks
from followup_analytics.store.owning import is_looked_after, is_shared, require_own_client
from followup_analytics.store.records import FILLED, covariate_types, read_aliases, read_setting, to_us, write_setting
from followup_analytics.store.transaction import Transaction

#: Seconds by which a file's time may lie behind the clock.
_CLOCK_GRAIN = 2.0


class Store:
    """An open store. Made by `open_store`; connections are opened for each piece of work and closed after it."""

    def __init__(self, database: Database, address: Address, clock: Callable[[], datetime], *, writable: bool) -> None:
        self._database = database
        self._clock = clock
        self._writable = writable
        # Of each thread its own: what one does together is no business of the others.
        self._own = threading.local()
        self.address = address
        #: The coach whose interviews alone are found and written to, as the column `coach` has the name; None for all.
        self.coach: str | None = None

    @property
    def _joint(self) -> Connection | None:
        return getattr(self._own, "joint", None)

    def __repr__(self) -> str:
        return f"<Store {self.address.shown}>"

    def pseudonyms(self) -> Pseudonyms:
        """The keyed pseudonyms of this store; its key is made on first use.

        Raises UnreadableError when the store has a key that is not there, or another key lies in its place.
        """
        mark = self.setting(KEY_MARK)
        found = load_pseudonyms(self.address.url, create=mark is None)
        found = found.up_to(mark) or found
        if mark not in (None, found.fingerprint) and self._key_has_come(mark):
            found = load_pseudonyms(self.address.url, create=False)
        if mark not in (None, found.fingerprint):
            raise UnreadableError(
                f"{self.address.shown}: the key is not the one that this store was made with; put the right key file "
                "beside the store (or set FOLLOWUP_KEY to it), or the same applicant would become two."
            )
        return found

    def _key_has_come(self, mark: str) -> bool:
        """Finish a change of the key that was cut off between the store and its key file."""
        path = key_path(self.address.url)
        coming = None if path is None else path.with_name(path.name + ".coming")
        if path is None or coming is None or not coming.exists():
            return False
        if read_key(coming.read_text("utf-8"), coming.name).fingerprint != mark:
            return False
        coming.replace(path)
        return True

    @property
    def folder(self) -> Path:
        """Where rejects and review files of this store lie."""
        return self.address.folder

    def now(self) -> datetime:
        """The present moment by the store's clock (aware)."""
        return self._clock()

    # ----------------------------------------------------------------------------------------------------- read

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the store, whatever others write meanwhile; within `together`, with what it wrote."""
        joint = self._joint
        if joint is not None:
            yield joint
            return
        with explained(self.address), self._database.reading() as connection:
            yield connection

    def setting(self, name: str) -> str | None:
        """One of the store's settings (time_zone, simulated, tracked, key_mark, notes, ...), None where not set."""
        with self.reading() as connection:
            return read_setting(connection, name)

    def checked_settings(self) -> Settings:
        """What the store says of all its rows. Raises DataError, with the way to mend it, for what makes no sense."""
        return stored_settings(self.settings(), self.address.shown)

    def settings(self) -> dict[str, str]:
        """All of the store's settings by name."""
        with self.reading() as connection:
            return {str(name): str(value) for name, value in connection.rows("SELECT name, value FROM settings")}

    def sizes(self) -> dict[str, int]:
        """How many interviews, applicants with an interview, and contacts there are now."""
        counts = {
            "interviews": "SELECT count(*) FROM interviews",
            "applicants": "SELECT count(DISTINCT applicant_id) FROM interviews",
            "contacts": "SELECT count(*) FROM contacts",
        }
        with self.reading() as connection:
            return {name: int(connection.value(count)) for name, count in counts.items()}

    def was_anybody_forgotten(self, *, since: datetime) -> bool:
        """Whether somebody was erased after a moment (aware)."""
        later = "SELECT mark FROM forgotten WHERE forgotten_at > :since LIMIT 1"
        with self.reading() as connection:
            return connection.row(later, since=to_us(since)) is not None

    def aliases(self) -> dict[str, str]:
        """Ids of applicants that were merged into another (`merge-people`), with that other."""
        with self.reading() as connection:
            return read_aliases(connection)

    def known_ids(self, table_name: str) -> pl.Series:
        """The keys of a table's rows as they are now, in no order; of a coach's interviews those of the coach alone."""
        key = TABLES[table_name].key
        whose = {"coach": pl.String()} if table_name == "interviews" and self.coach is not None else {}
        with self.reading() as connection:
            return self._owned(bulk_of(connection).read(tables.current[table_name], {key: pl.String(), **whose}))[key]

    def _owned(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Of interviews those of the coach that the store is opened for; rows of other tables as they are."""
        if self.coach is None or "coach" not in rows.columns:
            return rows
        return rows.filter(pl.Series([is_coach(one, self.coach) for one in rows["coach"]], dtype=pl.Boolean))

    def read_table(
        self, table_name: str, columns: Sequence[str] | None = None, as_of: datetime | None = None
    ) -> pl.DataFrame:
        """One table as a typed frame, as `read_tables` gives it. columns: only these (without covariates)."""
        with self.reading() as connection:
            return _read_table(connection, table_name, columns, as_of)

    def read_tables(self, as_of: datetime | None = None) -> dict[str, pl.DataFrame]:
        """The four tables as typed frames, from one consistent view.

        as_of: the facts as they had been recorded up to that moment (aware). Frames have the contract's columns, the
        users' covariates, and `_bucket` and `_zone` where the table has them.
        """
        with self.reading() as connection:
            return {name: _read_table(connection, name, None, as_of) for name in TABLES}

    def read_about(self, interview_id: str) -> dict[str, pl.DataFrame]:
        """Interviews, contacts and outcomes of one interview, typed and without covariates, from one view."""
        with self.reading() as connection:
            bulk = bulk_of(connection)
            return {
                name: decode(
                    name, bulk.find(tables.current[name], "interview_id", [interview_id], stored_types(name)), {}
                )
                for name in ("interviews", "contacts", "outcomes")
            }

    def find(
        self, table_name: str, keys: Sequence[str], *, by: str | None = None, covariates: bool = False
    ) -> pl.DataFrame:
        """The typed rows of a table with the given keys, of interviews a coach's own alone.

        by: by another column. covariates: with the users' columns.
        """
        types = stored_types(table_name)
        with self.reading() as connection:
            rows = bulk_of(connection).find(tables.current[table_name], by or TABLES[table_name].key, keys, types)
            return self._owned(decode(table_name, rows, covariate_types(connection, table_name) if covariates else {}))

    def ever_had(self, table_name: str, key: str) -> bool:
        """Whether a key is in a table, its history, or among what was forgotten."""
        name = TABLES[table_name].key
        with self.reading() as connection:
            for table in (tables.current[table_name], tables.history[table_name]):
                if connection.row(f"SELECT record FROM {table.name} WHERE {name} = :key LIMIT 1", key=key):  # noqa: S608
                    return True
            return bool(Marks(connection, self.address).among(table_name, [key]))

    def is_own(self, table_name: str, key: str) -> bool:
        """Whether an interview, or the interview of a contact, is one of the coach that the store is opened for."""
        if self.coach is None:
            return True
        with self.reading() as connection:
            return is_looked_after(connection, self.coach, table_name, key)

    def require_client(self, applicant_id: str) -> None:
        """Refuse an applicant of other coaches alone, where the store is opened for a coach. Raises UsageError."""
        if self.coach is not None:
            with self.reading() as connection:
                require_own_client(connection, self.coach, read_aliases(connection).get(applicant_id, applicant_id))

    def shares_employer(self, is_meant: Callable[[str], bool]) -> bool:
        """Whether others than the coach that the store is opened for have interviews at an employer."""
        if self.coach is None:
            return False
        with self.reading() as connection:
            return is_shared(connection, self.coach, is_meant)

    def forgotten_ids(self, table_name: str, ids: Sequence[str]) -> set[str]:
        """Which of the given keys belong to people who were forgotten (of `contacts`: by contact_id)."""
        with self.reading() as connection:
            return Marks(connection, self.address).among(table_name, ids)

    def state(self) -> str:
        """What is another text after any change that a reader can see; it may be another without a change."""
        with explained(self.address):
            return self._database.state()

    # ---------------------------------------------------------------------------------------------------- write

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, rolled back on any error; one writer at a time."""
        if not self._writable:
            raise UnreadableError(f"{self.address.shown}: the store was opened for reading only.")
        with explained(self.address), self._database.writing() as connection:
            yield connection

    def keep_setting(self, name: str, value: str) -> None:
        """Set one of the store's settings, in a transaction of its own."""
        with self.writing() as connection:
            write_setting(connection, name, value)

    @contextmanager
    def transaction(self, source: str, *, kind: str = "ingest") -> Iterator[Transaction]:
        """Everything of one file, or nothing of it.

        source: the file's name, kept with the rows' history. When the block ends without an error the rows are in; when
        it ends with one, or the process dies, the store is as it was.
        """
        joint = self._joint
        if joint is not None:
            yield Transaction(joint, self.address, source, kind, self._clock(), coach=self.coach)
            return
        with self.writing() as connection:
            started = time.time()
            transaction = Transaction(connection, self.address, source, kind, self._clock(), coach=self.coach)
            yield transaction
            if kind == "ingest" and transaction.marks.any():
                from followup_analytics.store.papers import clean_fresh_papers

                clean_fresh_papers(self.folder, started - _CLOCK_GRAIN, transaction.marks.of_people)

    @contextmanager
    def together(self) -> Iterator[None]:
        """All transactions of the block as one: they are in when it ends without an error, else none of them is."""
        with self.writing() as connection:
            started = time.time()
            self._own.joint = connection
            try:
                yield
            finally:
                self._own.joint = None
            marks = Marks(connection, self.address)
            if marks.any():
                from followup_analytics.store.papers import clean_fresh_papers

                clean_fresh_papers(self.folder, started - _CLOCK_GRAIN, marks.of_people)

    @contextmanager
    def outside_transaction(self) -> Iterator[Any]:
        """The driver's own connection without a transaction, for what databases do only outside of one (VACUUM)."""
        with explained(self.address), closing(self._database.connect()) as driver:
            if self.address.path is None:
                driver.autocommit = True
            yield driver


def _read_table(
    connection: Connection, table_name: str, columns: Sequence[str] | None, as_of: datetime | None
) -> pl.DataFrame:
    types = stored_types(table_name)
    if columns is None:
        wanted = [name for name in types if name not in ("content", "recorded_at", "batch")]
    else:
        wanted = [tables.DERIVED[table_name].get(name, name) for name in columns]
    chosen = {name: types[name] for name in wanted}
    bulk = bulk_of(connection)
    where = "" if as_of is None else f"recorded_at <= {to_us(as_of)}"
    # Most optional columns are empty: to read them would take most of the time.
    filled = {TABLES[table_name].key, *(read_setting(connection, FILLED + table_name) or "").split(",")}
    used = {name: dtype for name, dtype in chosen.items() if name in filled}
    stored = bulk.read(tables.current[table_name], used, where)
    if as_of is not None:
        past = bulk.read(tables.history[table_name], used, f"{where} AND superseded_at > {to_us(as_of)}")
        stored = pl.concat([stored, past])
    stored = stored.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in chosen.items() if name not in used)
    stored = stored.select(list(chosen))
    return decode(table_name, stored, covariate_types(connection, table_name))
