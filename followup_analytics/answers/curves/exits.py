"""Exits: when and how each interview left the state of waiting, on the time scale of local days that curves use.

The scale is local days since the interview's day, with the local time of day as the fraction of a day. So an interview
whose record stops during day d counts as waiting until that time of day and no longer, and one whose record is complete
to the end of day d counts for all of it; everybody counts as waiting from the start of day 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells.counted import episodes
from followup_analytics.errors import UsageError
from followup_analytics.log import clock
from followup_analytics.log.asked import in_frames
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.late_records import late_beginnings
from followup_analytics.log.shared_words import MISSING
from followup_analytics.log.subsets import require_column
from followup_analytics.statistics import Jackknife, cluster_number, group_rows
from followup_analytics.statistics.incidence import (
    Incidence,
    RiskBlocks,
    aalen_johansen,
    jackknife_incidence,
    risk_blocks,
)
from followup_analytics.text import listed

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Whose interviews may be alike: applicants', or also employers' (then each interval is the wider of the two).
CLUSTERS = ("applicant", "employer")

#: What may happen first, in the order of the rows; the first is the outcome of interest, the rest compete with it.
EVENTS: dict[str, tuple[str, ...]] = {
    "response": ("response", "filled", "withdrawn"),
    "advanced": ("advanced", "rejected", "filled", "withdrawn"),
}


@dataclass(frozen=True)
class DayCurve:
    """Incidence of every event by the end of each local day.

    Attributes:
        events: K names.
        days: shape (M,), 0 to the horizon.
        curve: Aalen-Johansen estimates at the ends of the days.
        jackknife: the same with replicates, shape (K, M).
        waiting: shape (M,), interviews under observation and without an event at the start of the day.
        waiting_applicants: shape (M,), applicants to whom these belong.
        n_interviews, n_applicants: size of the group.
        cluster_size: interviews an applicant has, seen from an interview: sum n_c^2 / sum n_c.
        first_lost: first day on which anybody was lost sight of, None where nobody was.
        employers: gives the same curve with employers deleted in place of applicants.
    """

    events: tuple[str, ...]
    days: IntArray
    curve: Incidence
    jackknife: Jackknife
    waiting: IntArray
    waiting_applicants: IntArray
    n_interviews: int
    n_applicants: int
    cluster_size: float
    first_lost: int | None
    employers: Callable[[], Jackknife]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Shape (M,): whether a day has a number: somebody was waiting, or all who were followed had an event."""
        return np.asarray((self.waiting > 0) | (self.curve.event_free <= 1e-12), dtype=np.bool_)

    @property
    def carried(self) -> NDArray[np.bool_]:
        """Shape (M,): whether a day's number is that of an earlier day, since the last one followed had an event there.

        The estimate is 1 from then on, although others were lost sight of before: a number to be used with care.
        """
        some_lost = np.zeros(len(self.days), dtype=bool) if self.first_lost is None else self.days >= self.first_lost
        return np.asarray((self.waiting == 0) & (self.curve.event_free <= 1e-12) & some_lost, dtype=np.bool_)

    def by_employer(self) -> Jackknife:
        """The same curve with employers deleted in place of applicants (applicants where no employer is known)."""
        return self.employers()


@dataclass(frozen=True)
class Exits:
    """Arrays of exits up to the horizon, with what to ask of them.

    Attributes:
        rows: the frame they come from.
        time, cause, entry: shape (n,); whoever left after the horizon is censored there.
        ends: shape (M,), ends of the days.
        n_causes: K.
    """

    rows: pl.DataFrame
    time: IntArray
    cause: IntArray
    entry: IntArray | None
    ends: IntArray
    n_causes: int

    @cached_property
    def blocks(self) -> RiskBlocks:
        """The exits counted into blocks, once for the curve and for all of its replicates."""
        return risk_blocks(self.time, self.cause, entry=self.entry, at=self.ends, n_causes=self.n_causes)

    def curve(self) -> Incidence:
        """Aalen-Johansen estimates at the ends of the days."""
        return aalen_johansen(
            self.time, self.cause, self.ends, entry=self.entry, n_causes=self.n_causes, blocks=self.blocks
        )

    def jackknife(self, groups: IntArray, n_groups: int | None = None) -> Jackknife:
        """The same with a replicate for each group."""
        return jackknife_incidence(
            self.time,
            self.cause,
            self.ends,
            groups,
            entry=self.entry,
            n_causes=self.n_causes,
            n_groups=n_groups,
            nobody=np.nan,
            blocks=self.blocks,
        )


def exits_by_day(
    log: FollowUpLog,
    outcome: str = "response",
    *,
    columns: tuple[str, ...] = (),
    entry: str | None = None,
    engine: str = "auto",
) -> pl.DataFrame:
    """One row an interview: interview_id, applicant_id, bucket, employer, day, time, cause, entry and `columns`.

    Args:
        log: the log.
        outcome: response or advanced.
        columns: further columns of the interviews, as text with nulls as ``(missing)``, named by ``asked.in_frames``.
        entry: column of the interviews with the time from which on the record is kept, for logs that were begun after
            the interview (left truncation): who heard back before it was never at risk. Null: from the interview on.

    Returns:
        ``day``: local days from the interview to the exit; ``time``: the same in microseconds with the time of day;
        ``cause``: 0 censored, else the place in ``EVENTS[outcome]`` from 1 on; ``entry`` (null: from the start).

    Raises:
        UsageError: for an unknown outcome or column, or an entry column that holds no times.
    """
    for column in columns:
        require_column(log, column, "--by")
    found = episodes(log, outcome, engine=engine)
    zones = log.interviews["_zone"]
    local = clock.local_times(found["exit_order"], zones).dt.epoch("us")
    code = {name: place for place, name in enumerate(("censored", *EVENTS[outcome]))}
    rows = found.select(
        "interview_id",
        "applicant_id",
        "bucket",
        _employer=pl.coalesce(log.interviews["employer"], pl.lit("\0") + pl.col("applicant_id")),
        day=(pl.col("exit_day") - pl.col("start_day")).cast(pl.Int64),
        time=(local - found["start_day"].cast(pl.Int64) * DAY_US),
        cause=pl.col("exit_kind").replace_strict(code, return_dtype=pl.Int64),
    )
    low, high = pl.col("day") * DAY_US, (pl.col("day") + 1) * DAY_US - 1
    rows = rows.with_columns(time=pl.col("time").clip(low, high), entry=_entries(log, found, entry))
    texts = log.interviews.select(
        pl.col(name).cast(pl.String).fill_null(MISSING).alias(in_frames(name)) for name in columns
    )
    return rows.hstack(texts) if columns else rows


def exits_of(log: FollowUpLog, **asked_for: Any) -> pl.DataFrame:
    """The exits of a part of a log, as :func:`exits` has them: a log comes first, as functions on parts have it."""
    return exits_by_day(log, **asked_for)


def _entries(log: FollowUpLog, found: pl.DataFrame, entry: str | None) -> pl.Series:
    if entry is None:
        return pl.Series("entry", [None] * found.height, dtype=pl.Int64)
    begins = late_beginnings(log, entry, found["start_us"])
    local = clock.local_times(begins, log.interviews["_zone"]).dt.epoch("us")
    return (local - found["start_day"].cast(pl.Int64) * DAY_US).rename("entry")


def check_cluster(cluster: str) -> None:
    """Raise UsageError for a way of clustering that there is not."""
    if cluster not in CLUSTERS:
        raise UsageError(f"There is no clustering by {cluster!r}: choose {listed(CLUSTERS)}.")


def employer_groups(rows: pl.DataFrame) -> IntArray:
    """Jackknife group of each of the :func:`exits` by its employer; where none is known, by its applicant."""
    number = pl.col("_employer").map_elements(cluster_number, return_dtype=pl.Int64)
    known = rows.select("_employer").unique().with_columns(bucket=number)
    placed = rows.select("_employer", "interview_id").join(known, on="_employer", how="left", maintain_order="left")
    return group_rows(placed, applicant="_employer")


def wider_limits(first: tuple[FloatArray, ...], other: tuple[FloatArray, ...]) -> tuple[FloatArray, FloatArray]:
    """Of two intervals of each number the wider; the first where the other has none."""
    wider = other[1] - other[0] > first[1] - first[0]
    return np.where(wider, other[0], first[0]), np.where(wider, other[1], first[1])


def day_curve(
    rows: pl.DataFrame,
    events: tuple[str, ...],
    horizon: int,
    *,
    groups: IntArray | None = None,
    n_groups: int | None = None,
) -> DayCurve:
    """Estimate the incidence of all events by the end of each local day 0..horizon.

    Args:
        rows: made by :func:`exits`, or a part of it.
        events: ``EVENTS`` of the outcome.
        horizon: last day.
        groups: jackknife group of each row; by default the applicants of ``rows`` are assigned by the contract's rule.
        n_groups: how many groups there are, where some have no row here.
    """
    days = np.arange(horizon + 1, dtype=np.int64)
    beyond = rows["day"].to_numpy() > horizon
    mine = Exits(
        rows=rows,
        time=np.where(beyond, (horizon + 1) * DAY_US, rows["time"].to_numpy()),
        cause=np.where(beyond, 0, rows["cause"].to_numpy()),
        entry=None if rows["entry"].null_count() == rows.height else rows["entry"].fill_null(-1).to_numpy(),
        ends=(days + 1) * DAY_US - 1,
        n_causes=len(events),
    )
    sizes = rows.group_by("applicant_id").len()["len"].to_numpy().astype(np.float64)
    here, people = waiting(rows, days)
    lost = rows.filter((pl.col("cause") == 0) & (pl.col("day") >= 0))["day"].min()
    return DayCurve(
        events=events,
        days=days,
        curve=mine.curve(),
        jackknife=mine.jackknife(group_rows(rows) if groups is None else groups, n_groups),
        waiting=here,
        waiting_applicants=people,
        n_interviews=rows.height,
        n_applicants=len(sizes),
        cluster_size=float((sizes**2).sum() / max(sizes.sum(), 1.0)),
        first_lost=lost if isinstance(lost, int) else None,
        employers=lambda: mine.jackknife(employer_groups(rows)),
    )


def waiting(rows: pl.DataFrame, days: IntArray) -> tuple[IntArray, IntArray]:
    """Interviews, and the applicants they belong to, waiting under observation at the start of each day."""
    if rows["entry"].null_count() == rows.height:
        last = rows.group_by("applicant_id").agg(pl.col("day").max())["day"].sort().to_numpy()
        every = rows["day"].sort().to_numpy()
        return (
            (len(every) - np.searchsorted(every, days)).astype(np.int64),
            (len(last) - np.searchsorted(last, days)).astype(np.int64),
        )
    found = [rows.filter(pl.col("day") >= int(day), pl.col("entry").fill_null(-1) <= int(day) * DAY_US) for day in days]
    return (
        np.array([part.height for part in found], dtype=np.int64),
        np.array([part["applicant_id"].n_unique() for part in found], dtype=np.int64),
    )
