"""The store itself: transactions that add rows, and reading them back as they are or as they were known on a day."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from followup_analytics.errors import UnreadableError
from followup_analytics.privacy import Pseudonyms, load_pseudonyms
from followup_analytics.schema import TABLES
from followup_analytics.store import KEY_MARK, tables
from followup_analytics.store.address import Address
from followup_analytics.store.bulk import Bulk, bulk_of
from followup_analytics.store.counts import Counts
from followup_analytics.store.encoding import decode, encode, stored_types
from followup_analytics.store.faults import explained
from followup_analytics.store.marks import Marks
from followup_analytics.store.papers import clean_fresh_papers

#: From this share of a table on, its keys are read in one sweep instead of being looked up.
_SWEEP_SHARE = 0.05
_LOOK_UP_AT_MOST = 20_000
#: Seconds by which a file's time may lie behind the clock.
_CLOCK_GRAIN = 2.0
#: A setting for each table: its columns that were ever filled.
FILLED = "filled:"
#: An execution option: the transaction is going to write, so it takes the writers' lock when it begins.
WRITES = "followup_writes"


class Store:
    """An open store. Made by `open_store`; connections are opened for each piece of work and closed after it."""

    def __init__(self, engine: sa.Engine, address: Address, clock: Callable[[], datetime], *, writable: bool) -> None:
        self._engine = engine
        self._clock = clock
        self._writable = writable
        self.address = address

    def __repr__(self) -> str:
        return f"<Store {self.address.shown}>"

    def pseudonyms(self) -> Pseudonyms:
        """The keyed pseudonyms of this store; its key is made on first use.

        Raises UnreadableError when the store has a key that is not there, or another key lies in its place.
        """
        mark = self.setting(KEY_MARK)
        found = load_pseudonyms(self.address.url, create=mark is None)
        if mark not in (None, found.fingerprint):
            raise UnreadableError(
                f"{self.address.shown}: the key at hand is not the one that made this store; put that one back."
            )
        return found

    @property
    def folder(self) -> Path:
        """Where rejects and review files of this store lie."""
        return self.address.folder

    def now(self) -> datetime:
        """The present moment by the store's clock (aware)."""
        return self._clock()

    # ----------------------------------------------------------------------------------------------------- read

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view of the store, whatever others write meanwhile."""
        with explained(self.address), self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # One view of all tables; options apply to the connection itself.
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    def setting(self, name: str) -> str | None:
        """One of the store's settings (time_zone, simulated, tracked, key_mark, notes, ...), None where not set."""
        with self.reading() as connection:
            return read_setting(connection, name)

    def known_ids(self, table_name: str) -> pl.Series:
        """The keys of a table's rows as they are now, in no order."""
        key = TABLES[table_name].key
        with self.reading() as connection:
            return bulk_of(connection).read(tables.current[table_name], {key: pl.String()})[key]

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

    def find(self, table_name: str, keys: Sequence[str]) -> pl.DataFrame:
        """The rows of a table with the given keys, as a typed frame without covariates."""
        types = stored_types(table_name)
        with self.reading() as connection:
            rows = bulk_of(connection).find(tables.current[table_name], TABLES[table_name].key, keys, types)
        return decode(table_name, rows, {})

    def ever_had(self, table_name: str, key: str) -> bool:
        """Whether a key is in a table, its history, or among what was forgotten."""
        name = TABLES[table_name].key
        with self.reading() as connection:
            for table in (tables.current[table_name], tables.history[table_name]):
                if connection.execute(sa.select(table.c.record).where(table.c[name] == key).limit(1)).first():
                    return True
            return bool(Marks(connection, self.address).among(table_name, [key]))

    def forgotten_ids(self, table_name: str, ids: Sequence[str]) -> set[str]:
        """Which of the given keys belong to people who were forgotten (of `contacts`: by contact_id)."""
        with self.reading() as connection:
            return Marks(connection, self.address).among(table_name, ids)

    # ---------------------------------------------------------------------------------------------------- write

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction that may write: committed at the end, rolled back on any error; one writer at a time."""
        if not self._writable:
            raise UnreadableError(f"{self.address.shown}: the store was opened for reading only.")
        with (
            explained(self.address),
            self._engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def transaction(self, source: str, *, kind: str = "ingest") -> Iterator[Transaction]:
        """Everything of one file, or nothing of it.

        source: the file's name, kept with the rows' history. When the block ends without an error the rows are in; when
        it ends with one, or the process dies, the store is as it was.
        """
        with self.writing() as connection:
            started = time.time()
            transaction = Transaction(connection, self.address, source, kind, self._clock())
            yield transaction
            if kind == "ingest" and transaction.marks.any():
                clean_fresh_papers(self.folder, started - _CLOCK_GRAIN, transaction.marks.of_people)

    @contextmanager
    def outside_transaction(self) -> Iterator[Any]:
        """The driver's own connection without a transaction, for what databases do only outside of one (VACUUM)."""
        with explained(self.address), self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if connection.dialect.name == "postgresql":
                driver.autocommit = True
            yield driver


class Transaction:
    """An open write transaction: the rows of one file, or one entry."""

    def __init__(self, connection: sa.Connection, address: Address, source: str, kind: str, now: datetime) -> None:
        self.connection = connection
        self.address = address
        self._bulk: Bulk = bulk_of(connection)
        self.marks = Marks(connection, address)
        self._source, self._kind = source, kind
        self._now_us = _us(now)
        self._batch: tuple[int, int] | None = None

    def add(self, table_name: str, frame: pl.DataFrame, *, anew: bool = False) -> Counts:
        """Add checked rows: new keys come in, same content is already known, other content is a new version.

        frame: typed as `checks` leaves it, its key unique and never null; further columns are kept as covariates;
        interviews and applicants bring `_bucket`, interviews `_zone`. Contacts and outcomes need their interview in the
        store or in this transaction at its end, else DataError. anew: take it even for people who were forgotten, since
        somebody enters it by hand.
        """
        frame = frame.drop("_row", strict=False)
        wanted = frame if anew else self._without_forgotten(frame)
        dropped = frame.height - wanted.height
        if not wanted.height:
            return Counts(forgotten=dropped)
        rows, covariate_types = encode(table_name, wanted)
        key = TABLES[table_name].key
        known = self._known(table_name, rows[key])
        status = rows.select(key, "content").join(known, on=key, how="left", maintain_order="left")
        is_new, is_same = status["known"].is_null(), (status["known"] == status["content"]).fill_null(value=False)
        changed = rows.filter(~is_new & ~is_same)
        if changed.height:
            self._supersede(table_name, changed[key].to_list())
        fresh = rows.filter(~is_same)
        if fresh.height:
            self._insert(table_name, fresh, covariate_types)
        return Counts(fresh.height, int(is_same.sum()), changed.height, dropped)

    def remove(self, table_name: str, keys: Sequence[str]) -> None:
        """Take rows out of what is known now; they stay in the history."""
        self._supersede(table_name, keys)

    def set(self, name: str, value: str) -> None:
        """Change one of the store's settings."""
        write_setting(self.connection, name, value)

    def setting(self, name: str) -> str | None:
        """One of the store's settings as this transaction sees it."""
        return read_setting(self.connection, name)

    def covariate_types(self, table_name: str) -> dict[str, str]:
        """The covariates of a table and the types in which they are read back."""
        return _covariate_types(self.connection, table_name)

    @property
    def batch(self) -> tuple[int, int]:
        """Number and moment (microseconds) of this transaction in the store's journal, made on the first change."""
        if self._batch is None:
            self._batch = _begin_batch(self.connection, self._kind, self._source, self._now_us)
        return self._batch

    def _without_forgotten(self, frame: pl.DataFrame) -> pl.DataFrame:
        if not self.marks.any():
            return frame
        names = [name for name in ("applicant_id", "interview_id", "contact_id") if name in frame.columns]
        for name in names:
            owner = {"applicant_id": "applicants", "interview_id": "interviews", "contact_id": "contacts"}[name]
            gone = self.marks.among(owner, frame[name].unique().to_list())
            if gone:
                frame = frame.filter(~pl.col(name).is_in(sorted(gone)))
        if "previous_interview_id" in frame.columns:
            earlier = pl.col("previous_interview_id")
            gone = self.marks.among("interviews", frame["previous_interview_id"].drop_nulls().unique().to_list())
            frame = frame.with_columns(
                pl.when(~earlier.is_in(sorted(gone))).then(earlier).alias(earlier.meta.output_name())
            )
        return frame

    def _known(self, table_name: str, keys: pl.Series) -> pl.DataFrame:
        table, key = tables.current[table_name], keys.name
        types = {key: pl.String(), "content": pl.Int64()}
        held = self.connection.execute(sa.select(sa.func.max(table.c.record))).scalar() or 0
        if not held:
            found = pl.DataFrame(schema=types)
        elif keys.len() > min(_LOOK_UP_AT_MOST, max(1, int(held * _SWEEP_SHARE))):
            found = self._bulk.read(table, types)
        else:
            found = self._bulk.find(table, key, keys.to_list(), types)
        return found.rename({"content": "known"})

    def _supersede(self, table_name: str, keys: Sequence[str]) -> None:
        table, past = tables.current[table_name], tables.history[table_name]
        batch, at = self.batch
        key = TABLES[table_name].key
        names = ", ".join(f'"{name}"' for name in tables.row_columns(table_name))
        self._bulk.execute_for(
            f"INSERT INTO {past.name} ({names}, superseded_at, superseded_by) "  # noqa: S608
            f"SELECT {names}, {at}, {batch} FROM {table.name} WHERE {key} IN :keys",
            keys,
        )
        self._bulk.execute_for(f"DELETE FROM {table.name} WHERE {key} IN :keys", keys)  # noqa: S608

    def _insert(self, table_name: str, rows: pl.DataFrame, covariate_types: dict[str, str]) -> None:
        batch, at = self.batch
        # Neighbours in the tree go in together: by interview, since each contact is checked against its key.
        order = "interview_id" if table_name == "contacts" else TABLES[table_name].key
        self._bulk.insert(tables.current[table_name], rows.sort(order), {"recorded_at": at, "batch": batch})
        filled = set((self.setting(FILLED + table_name) or "").split(",")) - {""}
        if not filled.issuperset(rows.columns):
            self.set(FILLED + table_name, ",".join(sorted(filled.union(rows.columns))))
        for name, kind in covariate_types.items():
            _note_covariate(self.connection, table_name, name, kind)


# ------------------------------------------------------------------------------------------------------------ parts


def _us(moment: datetime) -> int:
    elapsed = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def read_setting(connection: sa.Connection, name: str) -> str | None:
    """One setting by its name."""
    found = connection.execute(sa.select(tables.settings.c.value).where(tables.settings.c.name == name)).scalar()
    return None if found is None else str(found)


def write_setting(connection: sa.Connection, name: str, value: str) -> None:
    """Set one setting, whatever it was."""
    changed = connection.execute(tables.settings.update().where(tables.settings.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(tables.settings.insert().values(name=name, value=value))


def _begin_batch(connection: sa.Connection, kind: str, source: str, now_us: int) -> tuple[int, int]:
    """A new batch; its moment is later than any before it, even when the computer's clock was set back."""
    last = connection.execute(sa.select(sa.func.max(tables.batches.c.recorded_at))).scalar()
    at = now_us if last is None else max(now_us, int(last) + 1)
    number = (connection.execute(sa.select(sa.func.max(tables.batches.c.batch))).scalar() or 0) + 1
    connection.execute(tables.batches.insert().values(batch=number, recorded_at=at, kind=kind, source=source))
    return number, at


def _note_covariate(connection: sa.Connection, table_name: str, name: str, kind: str) -> None:
    table = tables.covariates
    row = {"table_name": table_name, "name": name, "type": kind}
    same = sa.and_(*(table.c[column] == value for column, value in row.items()))
    if connection.execute(sa.select(sa.func.count()).select_from(table).where(same)).scalar() == 0:
        connection.execute(table.insert().values(row))


def _covariate_types(connection: sa.Connection, table_name: str) -> dict[str, str]:
    """The covariates of a table by name; one that came in several types is read as text."""
    table = tables.covariates
    found = connection.execute(
        sa.select(table.c.name, table.c.type).where(table.c.table_name == table_name).order_by(table.c.name)
    )
    types: dict[str, str] = {}
    for name, kind in found:
        types[name] = kind if types.get(name, kind) == kind else "String"
    return types


def _read_table(
    connection: sa.Connection, table_name: str, columns: Sequence[str] | None, as_of: datetime | None
) -> pl.DataFrame:
    types = stored_types(table_name)
    if columns is None:
        wanted = [name for name in types if name not in ("content", "recorded_at", "batch")]
    else:
        wanted = [tables.DERIVED[table_name].get(name, name) for name in columns]
    chosen = {name: types[name] for name in wanted}
    bulk = bulk_of(connection)
    where = "" if as_of is None else f"recorded_at <= {_us(as_of)}"
    # Most optional columns are empty: to read them would take most of the time.
    filled = {TABLES[table_name].key, *(read_setting(connection, FILLED + table_name) or "").split(",")}
    used = {name: dtype for name, dtype in chosen.items() if name in filled}
    stored = bulk.read(tables.current[table_name], used, where)
    if as_of is not None:
        past = bulk.read(tables.history[table_name], used, f"{where} AND superseded_at > {_us(as_of)}")
        stored = pl.concat([stored, past])
    stored = stored.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in chosen.items() if name not in used)
    stored = stored.select(list(chosen))
    return decode(table_name, stored, _covariate_types(connection, table_name))
