"""Attempts at risk as arrays: the rows of the table each belongs to, its cluster, and what closed its window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells import instants_only, prepared_frames, window_us
from followup_analytics.engine import collect, open_frames
from followup_analytics.rates.keys import Key, bin_code, labels_in_order
from followup_analytics.risk import attempt_query, episode_query

if TYPE_CHECKING:
    from followup_analytics.log import FollowUpLog

IntArray = NDArray[np.int64]
_BINNED = {"timing": nw.col("clock_day") - nw.col("clock_start"), "attempt": nw.col("attempt")}
_OF_CONTACT = {"weekday": "_weekday", "hour": "_hour"}


@dataclass(frozen=True)
class AttemptsTable:
    """One row per attempt at risk (`rows`), and the table's rows in order (`groups`: their keys as text).

    rows: interview_id, applicant_id, bucket, attempt, elapsed_us, closed, y, `group` (row of the table), and by_...
    keys.
    """

    rows: pl.DataFrame
    groups: pl.DataFrame

    def column(self, name: str) -> IntArray:
        """A whole-number column of the rows as an array."""
        return self.rows[name].to_numpy()

    def codes(self, name: str) -> IntArray:
        """The values of a text column as numbers 0, 1, ... in no particular order."""
        return self.rows[name].rank("dense").to_numpy().astype(np.int64) - 1


def attempts_table(
    log: FollowUpLog,
    keys: Sequence[Key],
    *,
    outcome: str,
    within: float,
    working_days: str | None,
    engine: str,
) -> AttemptsTable:
    """Ask the engine for the attempts at risk, with the keys as codes, and number the rows of the table in order."""
    columns = [key.name for key in keys if key.is_column]
    numbers = {key.name: _OF_CONTACT.get(key.name, key.name) for key in keys if key.bins and key.name not in _BINNED}
    frames = open_frames(prepared_frames(log, working_days, columns=columns, numbers=numbers), engine)
    contacts = frames["contacts"]
    query = attempt_query(episode_query(frames, outcome), contacts, window_us(within), instants_only=instants_only(log))
    found = query.with_columns(
        **{
            f"key_{key.name}": bin_code(_BINNED.get(key.name, nw.col(f"by_{key.name}")), key.bins)
            for key in keys
            if key.bins
        },
        **{f"key_{key.name}": nw.col(f"by_{key.name}") for key in keys if key.is_column},
    )
    names = [f"key_{key.name}" for key in keys]
    rows = collect(
        found.select("interview_id", "applicant_id", "bucket", "attempt", "elapsed_us", "closed", "y", *names)
    )
    return _numbered(rows, keys)


def _numbered(rows: pl.DataFrame, keys: Sequence[Key]) -> AttemptsTable:
    """Give each combination of keys that occurs its place in the table."""
    names = [f"key_{key.name}" for key in keys]
    present = rows.select(names).unique()
    ranks, labels = {}, {}
    for key, name in zip(keys, names, strict=True):
        known = labels_in_order(key, present[name].unique().to_list())
        ranks[f"rank_{key.name}"] = _looked_up(present[name], {value: rank for value, (rank, _) in known.items()})
        labels[key.name] = _looked_up(present[name], {value: label for value, (_, label) in known.items()})
    order = present.with_columns(**ranks, **labels).sort([f"rank_{key.name}" for key in keys])
    order = order.with_row_index("group").with_columns(pl.col("group").cast(pl.Int64))
    joined = rows.join(order.select("group", *names), on=names, how="left", nulls_equal=True, maintain_order="left")
    return AttemptsTable(joined, order.select("group", *(key.name for key in keys)))


def _looked_up(values: pl.Series, table: dict[Any, Any]) -> pl.Series:
    return pl.Series([table[value] for value in values])
