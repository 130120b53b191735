"""Attempts at risk as arrays: the rows of the table each belongs to, its cluster, and what closed its window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.rates.keys import Key, bin_code, labels_in_order
from followup_analytics.cells.counted import left_out, window_us
from followup_analytics.cells.engine import attach, collect, keep
from followup_analytics.cells.inputs import Prepared, prepare
from followup_analytics.cells.windows import attempt_query, episode_query
from followup_analytics.log.followup_log import Note
from followup_analytics.log.ids import numbers_of

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

IntArray = NDArray[np.int64]
_BINNED = {"timing": nw.col("clock_day") - nw.col("clock_start"), "attempt": nw.col("attempt")}
_OF_CONTACT = {"weekday": "_weekday", "hour": "_hour"}


@dataclass(frozen=True)
class AttemptsTable:
    """One row per attempt at risk (`rows`), and the table's rows in order (`groups`: their keys as text).

    rows: story (place of the interview in the log), attempt, elapsed_us, closed, y, `group` (row of the table), keys
    notes: what was left out. whose: one entry an interview, the number of its applicant.
    """

    rows: pl.DataFrame
    groups: pl.DataFrame
    notes: tuple[Note, ...]
    whose: IntArray

    def column(self, name: str) -> IntArray:
        """A whole-number column of the rows as an array."""
        return self.rows[name].to_numpy()

    def applicants(self) -> IntArray:
        """The number of the applicant of each row."""
        return self.whose[self.column("story")]


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
    made = prepare(log, engine, working_days=working_days, columns=columns, numbers=numbers, lean=True)
    stories = keep(episode_query(made.frames, outcome))
    query = attempt_query(stories, made.frames["contacts"], window_us(within), instants_only=made.instants_only)
    found = attach(query, _of_interviews(made)).with_columns(
        **{
            f"_key_{key.name}": bin_code(_BINNED.get(key.name, nw.col(f"by_{key.name}")), key.bins)
            for key in keys
            if key.bins
        },
        **{f"_key_{key.name}": nw.col(f"by_{key.name}") for key in keys if key.is_column},
    )
    names = [f"_key_{key.name}" for key in keys]
    rows = collect(found.select("story", "attempt", "elapsed_us", "closed", "y", *names))
    notes = left_out(log, made, n_attempts=rows.height, n_interviews=rows["story"].n_unique())
    numbered, groups = _numbered(rows, keys)
    return AttemptsTable(numbered, groups, notes, numbers_of(log.interviews["applicant_id"]))


def _of_interviews(made: Prepared) -> nw.LazyFrame[Any]:
    interviews = made.frames["interviews"]
    names = interviews.collect_schema().names()
    return interviews.select("story", "clock_start", *(name for name in names if name.startswith("by_")))


def _numbered(rows: pl.DataFrame, keys: Sequence[Key]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give each combination of keys that occurs its place in the table."""
    names = [f"_key_{key.name}" for key in keys]
    present = rows.select(names).unique()
    ranks, labels = {}, {}
    for key, name in zip(keys, names, strict=True):
        known = labels_in_order(key, present[name].unique().to_list())
        ranks[f"_rank_{key.name}"] = _looked_up(present[name], {value: rank for value, (rank, _) in known.items()})
        labels[key.name] = _looked_up(present[name], {value: label for value, (_, label) in known.items()})
    order = present.with_columns(**ranks, **labels).sort([f"_rank_{key.name}" for key in keys])
    order = order.with_row_index("_group").with_columns(pl.col("_group").cast(pl.Int64))
    numbers = order.select("_group", *names)
    joined = rows.join(numbers, on=names, how="left", nulls_equal=True, maintain_order="left")
    return joined.rename({"_group": "group"}), order.select("_group", *(key.name for key in keys))


def _looked_up(values: pl.Series, table: dict[Any, Any]) -> pl.Series:
    return pl.Series([table[value] for value in values])
