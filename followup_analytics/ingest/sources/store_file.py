"""Another store of followup (SQLite): one office's log taken into a shared one, or an old one into a new one.

Its applicants are pseudonyms already and stay as they are: where both stores have one key, people are the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import polars as pl

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import CERTAIN, Batch, Match, ReadOptions, Source
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.tabular import ROW
from followup_analytics.store import open_store

_TABLES = {"interviews", "contacts", "outcomes", "settings"}


def detect(sample: Sample) -> Match | None:
    """An SQLite file with the tables of a store."""
    if sample.container != "sqlite":
        return None
    uri = f"file:{quote(str(sample.path.absolute()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            found = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    except sqlite3.Error:
        return None
    return Match(CERTAIN, "it is a store of followup") if found >= _TABLES else None


def read(sample: Sample, options: ReadOptions) -> Iterator[Batch]:
    """The tables of the store as they are now."""
    del options
    store = open_store(f"sqlite:///{sample.path.absolute()}")
    for name, held in store.read_tables().items():
        if not held.height:
            continue
        frame = held.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))
        if "_zone" in frame.columns:
            frame = frame.with_columns(time_zone=pl.coalesce("time_zone", "_zone"))
        derived = [column for column in frame.columns if column.startswith("_") and column != ROW]
        frame = frame.drop(derived)
        # Columns that nobody filled say nothing: what the other store has in them stays.
        empty = [c for c in frame.columns if frame[c].null_count() == frame.height and c not in TABLES[name].required]
        yield Batch(name, frame.drop(empty), frame.height, sheet=name)


SOURCE = Source("store", "another store of followup (SQLite)", detect, read)
