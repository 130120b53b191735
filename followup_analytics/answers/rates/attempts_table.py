"""Attempts at risk as arrays: the rows of the table each belongs to, its cluster, and what closed its window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.rates.keys import Key, bin_code, labels_in_order
from followup_analytics.cells.counted import left_out_numbers, window_us
from followup_analytics.cells.engine import attach, choose_engine, collect, keep
from followup_analytics.cells.inputs import Further, Prepared, clock_days, instants_only, prepare
from followup_analytics.cells.instants import Tries, closed_windows, left_out_counts, tries
from followup_analytics.cells.windows import RESPONSE, attempt_query, episode_query
from followup_analytics.log.ids import numbers_of, places_of

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

IntArray = NDArray[np.int64]
#: What a row of the table is called: by each key its place among all words or bins, and its label.
Labels = tuple[tuple[int, str], ...]
_BINNED = {"timing": nw.col("clock_day") - nw.col("clock_start"), "attempt": nw.col("attempt")}
_OF_CONTACT = {"weekday": "_weekday", "hour": "_hour"}


@dataclass(frozen=True)
class AttemptsTable:
    """One row per attempt at risk (`rows`), and the table's rows in order (`groups`: their keys as text).

    rows: story (place of the interview in the log), attempt, elapsed_us, closed, y, `group` (row of the table), keys
    order: of each row of the table what places it among those of other parts: rank and label by each key.
    left_out: how many rows are in no rate, by code. whose: one entry an interview, the number of its applicant.
    """

    rows: pl.DataFrame
    groups: pl.DataFrame
    order: tuple[Labels, ...]
    left_out: Mapping[str, int]
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
    """The attempts at risk with the keys as codes, and the rows of the table numbered in order."""
    if choose_engine(engine) == "polars" and instants_only(log):
        return _by_arrays(log, keys, outcome, window_us(within), working_days)
    return _by_engine(log, keys, outcome=outcome, within=within, working_days=working_days, engine=engine)


def _by_arrays(
    log: FollowUpLog, keys: Sequence[Key], outcome: str, within_us: int, working_days: str | None
) -> AttemptsTable:
    """Where every row has a time of day: arrays, of which no more is read than the keys need."""
    found = tries(log, outcome)
    elapsed, closed = closed_windows(found, within_us)
    codes: dict[str, pl.Series] = {}
    for key in keys:
        values = _values(log, key, found, working_days)
        codes[f"_key_{key.name}"] = values if not key.bins else _binned(values, key)
    rows = pl.DataFrame({"story": found.story, "attempt": found.number, "elapsed_us": elapsed, "closed": closed})
    numbered = _numbered(rows.with_columns(y=(pl.col("closed") == RESPONSE).cast(pl.Int8), **codes), keys)
    return AttemptsTable(*numbered, left_out_counts(log, outcome), _applicant_numbers(log))


def _values(log: FollowUpLog, key: Key, found: Tries, working_days: str | None) -> pl.Series:
    """What a key says of each attempt: a whole number where it has bins, else the column's own values."""
    if key.column is None and key.name == "attempt":
        return pl.Series(found.number)
    if key.column is None and key.name == "timing":
        days, start = (clock_days(log, table, working_days).to_numpy() for table in ("contacts", "interviews"))
        return pl.Series(days[found.row] - start[found.story])
    name = key.column or _OF_CONTACT[key.name]
    table, places = ("contacts", found.row) if _is_of_contacts(key) else ("interviews", found.story)
    values = log.held(table).select([name])[name]
    if key.bins and not values.dtype.is_integer():
        values = values.floor().cast(pl.Int64)
    return values.gather(places)


def _is_of_contacts(key: Key) -> bool:
    return key.of_contacts or key.name in _OF_CONTACT


def _binned(values: pl.Series, key: Key) -> pl.Series:
    coded = nw.from_native(values.to_frame("value").lazy()).select(code=bin_code(nw.col("value"), key.bins))
    codes: pl.Series = coded.collect().to_native()["code"].cast(pl.Int64)
    return codes


def _applicant_numbers(log: FollowUpLog) -> IntArray:
    ids = log.held("interviews").select(["applicant_id"])["applicant_id"]
    return log.remembered("applicant_numbers", lambda: numbers_of(ids))


def _by_engine(
    log: FollowUpLog,
    keys: Sequence[Key],
    *,
    outcome: str,
    within: float,
    working_days: str | None,
    engine: str,
) -> AttemptsTable:
    further = [
        Further(str(place), key.column or _OF_CONTACT[key.name], _is_of_contacts(key), whole=bool(key.bins))
        for place, key in enumerate(keys)
        if key.column is not None or key.name in _OF_CONTACT
    ]
    made = prepare(log, engine, working_days=working_days, further=further)
    stories = keep(episode_query(made.frames, outcome))
    query = attempt_query(stories, made.frames["contacts"], window_us(within), instants_only=made.instants_only)
    found = attach(query, _of_interviews(made)).with_columns(
        **{
            f"_key_{key.name}": bin_code(
                nw.col(f"by_{place}") if key.column or key.name in _OF_CONTACT else _BINNED[key.name], key.bins
            )
            for place, key in enumerate(keys)
            if key.bins
        },
        **{f"_key_{key.name}": nw.col(f"by_{place}") for place, key in enumerate(keys) if key.is_column},
    )
    names = [f"_key_{key.name}" for key in keys]
    rows = collect(found.select("story", "attempt", "elapsed_us", "closed", "y", *names))
    numbers = left_out_numbers(log, made, n_attempts=rows.height, n_interviews=rows["story"].n_unique())
    return AttemptsTable(*_numbered(rows, keys), numbers, _applicant_numbers(log))


def _of_interviews(made: Prepared) -> nw.LazyFrame[Any]:
    interviews = made.frames["interviews"]
    names = interviews.collect_schema().names()
    return interviews.select("story", "clock_start", *(name for name in names if name.startswith("by_")))


def _numbered(rows: pl.DataFrame, keys: Sequence[Key]) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Labels, ...]]:
    """Give each combination of keys that occurs its place in the table."""
    together = np.zeros(rows.height, dtype=np.int64)
    labels = []
    for key in keys:
        codes, words = _ranked(rows[f"_key_{key.name}"], key)
        together = together * max(len(words), 1) + codes
        labels.append(words)
    present = np.flatnonzero(np.bincount(together, minlength=1)) if rows.height else np.zeros(0, dtype=np.int64)
    place = np.zeros(int(present.max(initial=0)) + 1, dtype=np.int64)
    place[present] = np.arange(len(present))
    parts, left = [], present
    for words in reversed(labels):
        parts.append([words[one] for one in (left % max(len(words), 1)).tolist()])
        left = left // max(len(words), 1)
    order = tuple(zip(*reversed(parts), strict=True))
    return rows.with_columns(group=pl.Series(place[together])), groups_frame(order, keys), order


def groups_frame(order: Sequence[Labels], keys: Sequence[Key]) -> pl.DataFrame:
    """The table's rows in order: `_group` and the label of each key."""
    columns = {
        key.name: pl.Series([labels[place][1] for labels in order], dtype=pl.String) for place, key in enumerate(keys)
    }
    return pl.DataFrame({"_group": np.arange(len(order)), **columns})


def _ranked(values: pl.Series, key: Key) -> tuple[IntArray, list[tuple[int, str]]]:
    """The rank of each value among those that occur, and these in order: the place of each in all words, its label."""
    if isinstance(values.dtype, pl.Enum):
        # Categories are numbers already: a look-up instead of a join.
        known = values.dtype.categories.to_list()
        codes, texts = values.to_physical().cast(pl.Int64).fill_null(len(known)), [*known, None]
        there = np.bincount(codes.to_numpy(), minlength=len(texts)) > 0
    else:
        distinct = values.unique(maintain_order=True)
        codes = places_of(values, distinct)
        texts = distinct.to_list() if key.bins else distinct.cast(pl.String).to_list()
        there = np.ones(len(texts), dtype=bool)
    found = labels_in_order(key, [text for text, one in zip(texts, there, strict=True) if one])
    order = sorted(found.values())
    rank = np.array(
        [order.index(found[text]) if one else -1 for text, one in zip(texts, there, strict=True)], dtype=np.int64
    )
    return rank[codes.to_numpy()], order
