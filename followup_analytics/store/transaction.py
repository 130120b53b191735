"""A write transaction: what is new, known or changed, and old versions into the history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import polars as pl

from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.schema import TABLES
from followup_analytics.store import tables
from followup_analytics.store.address import Address
from followup_analytics.store.bulk import Bulk, bulk_of
from followup_analytics.store.connecting import Connection
from followup_analytics.store.counts import Counts
from followup_analytics.store.encoding import decode, encode, stored_types
from followup_analytics.store.kinds import INGEST, TRACK
from followup_analytics.store.marks import Marks
from followup_analytics.store.owning import require_own, require_own_keys
from followup_analytics.store.records import (
    FILLED,
    begin_batch,
    covariate_types,
    note_covariate,
    read_aliases,
    read_setting,
    to_us,
    write_setting,
)

#: From this share of a table on, its keys are read in one sweep instead of being looked up.
_SWEEP_SHARE = 0.05
_LOOK_UP_AT_MOST = 20_000
_OWNERS = {"applicant_id": "applicants", "interview_id": "interviews", "contact_id": "contacts"}


class Transaction:
    """An open write transaction: the rows of one file, or one entry."""

    def __init__(
        self,
        connection: Connection,
        address: Address,
        source: str,
        kind: str,
        now: datetime,
        *,
        coach: str | None = None,
    ) -> None:
        self.connection = connection
        self.address = address
        self._bulk: Bulk = bulk_of(connection)
        self.marks = Marks(connection, address)
        self._source, self._kind = source, kind
        self._now_us = to_us(now)
        self._batch: tuple[int, int] | None = None
        self._coach = coach

    def add(self, table_name: str, frame: pl.DataFrame, *, anew: bool = False, unsaid: Collection[str] = ()) -> Counts:
        """Add checked rows: new keys come in, same content is already known, other content is a new version.

        frame: typed as `checks` leaves it, its key unique and never null; further columns are kept as covariates;
        interviews and applicants bring `_bucket`, interviews `_zone`. Contacts and outcomes need their interview in the
        store or in this transaction at its end, else DataError. anew: take it even for people who were forgotten, since
        somebody enters it by hand. unsaid: columns of the contract that the file doesn't have: where they are null a
        known row keeps what is stored, as it keeps covariates that the frame has no column for. An empty cell of a
        column that is there clears it. To say again what somebody has corrected by hand since is to say nothing new.
        """
        frame = self._under_kept_ids(table_name, frame.drop("_row", strict=False))
        if self._coach is not None:
            require_own(self.connection, self._coach, table_name, frame)
        wanted = frame if anew else self._without_forgotten(frame)
        dropped = frame.height - wanted.height
        if not wanted.height:
            return Counts(forgotten=dropped)
        rows, covariate_types = encode(table_name, wanted)
        key = TABLES[table_name].key
        known = self._as_told_before(table_name, rows, self._known(table_name, rows[key]))
        is_new, is_same = _compared(rows, known)
        changed = rows.filter(~is_new & ~is_same)
        if unsaid and changed.height and self._says_more(table_name, wanted, unsaid):
            wanted = self._completed(table_name, wanted, changed[key].to_list(), unsaid)
            rows, covariate_types = encode(table_name, wanted)
            is_new, is_same = _compared(rows, known)
            changed = rows.filter(~is_new & ~is_same)
        if changed.height:
            self._supersede(table_name, changed[key].to_list())
        fresh = rows.filter(~is_same)
        if fresh.height:
            self._insert(table_name, fresh, covariate_types)
        return Counts(fresh.height, int(is_same.sum()), changed.height, dropped)

    def under_id(self, frame: pl.DataFrame, applicant_id: str) -> pl.DataFrame:
        """Rows as they are under one applicant's id."""
        frame = frame.with_columns(applicant_id=pl.lit(applicant_id))
        return frame.with_columns(applicant_buckets(frame["applicant_id"]))

    def _under_kept_ids(self, table_name: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of people who have two ids, under the one that was kept."""
        if "applicant_id" not in frame.columns:
            return frame
        aliases = read_aliases(self.connection)
        if not aliases:
            return frame
        merged = pl.col("applicant_id").is_in(list(aliases))
        if table_name == "applicants":
            # The kept id has its own row, which a second one would contradict.
            return frame.filter(~merged)
        frame = frame.with_columns(frame["applicant_id"].replace(aliases))
        return frame.with_columns(applicant_buckets(frame["applicant_id"]))

    def remove(self, table_name: str, keys: Sequence[str]) -> None:
        """Take rows out of what is known now; they stay in the history."""
        if self._coach is not None:
            require_own_keys(self.connection, self._coach, table_name, keys)
        self._supersede(table_name, keys)

    def set(self, name: str, value: str) -> None:
        """Change one of the store's settings."""
        write_setting(self.connection, name, value)

    def setting(self, name: str) -> str | None:
        """One of the store's settings as this transaction sees it."""
        return read_setting(self.connection, name)

    def covariate_types(self, table_name: str) -> dict[str, str]:
        """The covariates of a table and the types in which they are read back."""
        return covariate_types(self.connection, table_name)

    @property
    def batch(self) -> tuple[int, int]:
        """Number and moment (microseconds) of this transaction in the store's journal, made on the first change."""
        if self._batch is None:
            self._batch = begin_batch(self.connection, self._kind, self._source, self._now_us)
        return self._batch

    def _without_forgotten(self, frame: pl.DataFrame) -> pl.DataFrame:
        if not self.marks.any():
            return frame
        names = [name for name in _OWNERS if name in frame.columns]
        for name in names:
            gone = self.marks.among(_OWNERS[name], frame[name].unique().to_list())
            if gone:
                frame = frame.filter(~pl.col(name).is_in(sorted(gone)))
        if "previous_interview_id" in frame.columns:
            earlier = pl.col("previous_interview_id")
            gone = self.marks.among("interviews", frame["previous_interview_id"].drop_nulls().unique().to_list())
            frame = frame.with_columns(
                pl.when(~earlier.is_in(sorted(gone))).then(earlier).alias(earlier.meta.output_name())
            )
        return frame

    def _as_told_before(self, table_name: str, rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
        """The known contents, those of rows corrected by hand as the file gave them if it gives them so again."""
        if self._kind != INGEST or self.setting("tracked") is None:
            return known
        is_new, is_same = _compared(rows, known)
        changed = rows.filter(~is_new & ~is_same).select(known.columns[0], "content")
        if not changed.height:
            return known
        key, keys = known.columns[0], changed[known.columns[0]].to_list()
        by_hand = self.connection.values("SELECT batch FROM batches WHERE kind = :kind", kind=TRACK)
        past = {key: pl.String(), "content": pl.Int64(), "superseded_by": pl.Int64()}
        replaced = self._bulk.find(tables.history[table_name], key, keys, past)
        now = self._bulk.find(tables.current[table_name], key, keys, {key: pl.String(), "batch": pl.Int64()})
        told = changed.join(
            replaced.filter(pl.col("superseded_by").is_in(by_hand)), on=[key, "content"], how="semi"
        ).join(now.filter(pl.col("batch").is_in(by_hand)), on=key, how="semi")
        joined = known.join(told, on=key, how="left", maintain_order="left")
        return joined.select(key, known=pl.coalesce("content", "known"))

    def _says_more(self, table_name: str, frame: pl.DataFrame, unsaid: Collection[str]) -> bool:
        """Whether the store has anything in columns that a file doesn't have."""
        filled = set((self.setting(FILLED + table_name) or "").split(","))
        return bool(filled.intersection(unsaid) or set(self.covariate_types(table_name)) - set(frame.columns))

    def _completed(
        self, table_name: str, frame: pl.DataFrame, keys: Sequence[str], unsaid: Collection[str]
    ) -> pl.DataFrame:
        """The frame with what the store says of its rows in columns that the file doesn't have."""
        key = TABLES[table_name].key
        stored = self._bulk.find(tables.current[table_name], key, keys, stored_types(table_name))
        held = decode(table_name, stored, self.covariate_types(table_name))
        kept = [name for name in unsaid if name in frame.columns]
        own = [name for name in held.columns if name not in frame.columns and not name.startswith("_")]
        held = held.select(key, *own, *(pl.col(name).alias(f"{name}_held") for name in kept))
        joined = frame.join(held, on=key, how="left", maintain_order="left")
        filled = joined.with_columns(pl.coalesce(name, f"{name}_held").alias(name) for name in kept)
        return filled.drop(f"{name}_held" for name in kept)

    def _known(self, table_name: str, keys: pl.Series) -> pl.DataFrame:
        table, key = tables.current[table_name], keys.name
        types = {key: pl.String(), "content": pl.Int64()}
        held = self.connection.value(f"SELECT max(record) FROM {table.name}") or 0  # noqa: S608
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
            note_covariate(self.connection, table_name, name, kind)


def _compared(rows: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Which rows have a key that the store doesn't know, and which it knows with this very content."""
    key = known.columns[0]
    status = rows.select(key, "content").join(known, on=key, how="left", maintain_order="left")
    return status["known"].is_null(), (status["known"] == status["content"]).fill_null(value=False)
