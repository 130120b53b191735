"""What a part of a log says of its attempts, and what the parts say together: the counts that rates are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.rates.attempts_table import AttemptsTable, Labels, attempts_table
from followup_analytics.answers.rates.cumulative import Tries
from followup_analytics.answers.rates.cut_windows import N_CODES, Cells, Windows, added_cells, causes, counted_keys
from followup_analytics.answers.rates.keys import Key
from followup_analytics.cells.inputs import buckets
from followup_analytics.cells.windows import CUT_OFF
from followup_analytics.log.ids import numbers_of
from followup_analytics.parted.parted_log import in_one_numbering
from followup_analytics.statistics import Assignment, Roll, assignment, roll_of

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.parted.spread import Spread

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """The question that every part is asked."""

    keys: tuple[Key, ...]
    outcome: str
    within: float
    working_days: str | None
    engine: str
    by_employer: bool
    cumulative: bool


@dataclass(frozen=True)
class Counted:
    """A part's attempts, kept where the part is.

    Attributes:
        table: as `attempts_table` gives it. employers: of each interview the number of its employer, and their names
            (None: not known, so that the applicant stands for it). people: interviews with applicant_id, interview_id
            and bucket, where the cumulative share is asked for.
    """

    table: AttemptsTable
    employers: tuple[IntArray, tuple[str | None, ...]] | None
    people: pl.DataFrame | None


@dataclass(frozen=True)
class Summary:
    """What a part says of itself first: its rows of the table, and how many rows of the log are in no rate."""

    order: tuple[Labels, ...]
    n_interviews: IntArray
    left_out: Mapping[str, int]


def count_part(asked: Asked, log: FollowUpLog) -> Counted:
    """The attempts of a part."""
    table = attempts_table(
        log,
        asked.keys,
        outcome=asked.outcome,
        within=asked.within,
        working_days=asked.working_days,
        engine=asked.engine,
    )
    people = None
    if asked.cumulative:
        people = log.held("interviews").select(["interview_id", "applicant_id"]).with_columns(bucket=buckets(log))
    return Counted(table, _employers(log) if asked.by_employer else None, people)


def _employers(log: FollowUpLog) -> tuple[IntArray, tuple[str | None, ...]]:
    """An interview whose employer is not known is a cluster with the applicant's others of that kind."""
    found = log.interviews.select(own=pl.coalesce("employer", pl.lit("\0") + pl.col("applicant_id")), name="employer")
    codes = numbers_of(found["own"])
    names = found.select(pl.Series("code", codes), "name").unique("code").sort("code")["name"]
    return codes, tuple(names.to_list())


def summary_of(part: Counted) -> Summary:
    """What a part says of itself first."""
    rows = part.table.rows
    stories = rows.group_by("group").agg(pl.col("story").n_unique()).sort("group")["story"]
    return Summary(part.table.order, stories.to_numpy().astype(np.int64), part.table.left_out)


@dataclass(frozen=True)
class Together:
    """The rows of the whole table in order, with their interviews, and what is in no rate."""

    order: tuple[Labels, ...]
    n_interviews: IntArray
    left_out: Mapping[str, int]


def together(parts: Sequence[Summary]) -> Together:
    """The summaries of all parts as one."""
    order = tuple(sorted({labels for part in parts for labels in part.order}))
    place = {labels: k for k, labels in enumerate(order)}
    n = np.zeros(len(order), dtype=np.int64)
    left: dict[str, int] = {}
    for part in parts:
        n[[place[labels] for labels in part.order]] += part.n_interviews
        for code, number in part.left_out.items():
            left[code] = left.get(code, 0) + number
    return Together(order, n, left)


def _groups(order: tuple[Labels, ...], part: Counted) -> IntArray:
    """The row of the whole table to which each attempt of a part belongs."""
    own = part.table.column("group")
    if part.table.order == order:
        return own
    place = {labels: k for k, labels in enumerate(order)}
    return np.array([place[labels] for labels in part.table.order], dtype=np.int64)[own] if len(own) else own


def windows_of(order: tuple[Labels, ...], by_employer: bool, part: Counted) -> Windows:
    """The windows of a part, clustered by applicant or by employer."""
    table = part.table
    cluster, names = table.applicants(), None
    if by_employer and part.employers is not None:
        codes, names = part.employers
        cluster = codes[table.column("story")]
    return Windows(_groups(order, part), cluster, table.column("elapsed_us"), table.rows["closed"].to_numpy(), names)


def members_of(order: tuple[Labels, ...], part: Counted) -> pl.DataFrame:
    """How many attempts each applicant of a part has in each row of the table."""
    rows = pl.DataFrame({"place": _groups(order, part), "person": part.table.applicants()})
    return rows.group_by("place", "person").agg(units=pl.len())


def all_members(parts: Spread[Counted], order: tuple[Labels, ...]) -> pl.DataFrame:
    """The members of all parts; no applicant is in two."""
    return in_one_numbering(parts.map(partial(members_of, order)))


# ------------------------------------------------------------------------------------------- the cumulative share


def stratum_of_groups(order: Sequence[Labels], keys: Sequence[Key]) -> IntArray:
    """The stratum (all keys but the number of the attempt) of each row of the table."""
    places = [k for k, key in enumerate(keys) if key.name != "attempt"]
    names = [tuple(labels[k] for k in places) for labels in order]
    known = {name: k for k, name in enumerate(dict.fromkeys(names))}
    return np.array([known[name] for name in names], dtype=np.int64)


def tries_of_strata(parts: Spread[Counted], order: tuple[Labels, ...], strata: IntArray) -> dict[int, Tries]:
    """The attempts of each stratum, counted by number, jackknife group, what closed them and between which cuts."""
    first = list(parts.map(partial(_stratum_facts, order, strata)))
    present = sorted({s for one in first for s in one})
    stops = {s: np.unique(np.concatenate([one[s][1] for one in first if s in one])) for s in present}
    units = {s: assignment([one[s][0] for one in first if s in one]) for s in present}
    cells: dict[int, list[Cells]] = {s: [] for s in present}
    most = max((int(one[s][2]) for one in first for s in one), default=0) + 1
    for counts in parts.map(partial(_stratum_cells, order, strata, stops, units, most)):
        for s, one in counts.items():
            cells[s].append(one)
    return {s: _tries(added_cells(found), most, units[s].n_groups) for s, found in cells.items()}


_Facts = dict[int, tuple[Roll, IntArray, int]]


def _stratum_facts(order: tuple[Labels, ...], strata: IntArray, part: Counted) -> _Facts:
    """Of each stratum its applicants, the times at which its windows were cut or went by, and its latest attempt."""
    found: _Facts = {}
    for s, rows, people in _by_stratum(order, strata, part):
        stop = causes(rows["closed"].to_numpy()) == CUT_OFF
        elapsed = rows["elapsed_us"].to_numpy()
        found[s] = (roll_of(people), np.unique(elapsed[stop]), int(rows["attempt"].max() or 0))  # type: ignore[arg-type]
    return found


def _by_stratum(
    order: tuple[Labels, ...], strata: IntArray, part: Counted
) -> list[tuple[int, pl.DataFrame, pl.DataFrame]]:
    """The attempts of each stratum, and beside them whose they are."""
    rows, people = part.table.rows, part.people
    if people is None or not rows.height:
        return []
    of = strata[_groups(order, part)]
    found = []
    for s in np.unique(of).tolist():
        mine = rows if (of == s).all() else rows.filter(pl.Series(of == s))
        found.append((s, mine, people[mine["story"].to_numpy()]))
    return found


def _stratum_cells(
    order: tuple[Labels, ...],
    strata: IntArray,
    stops: Mapping[int, IntArray],
    units: Mapping[int, Assignment],
    most: int,
    part: Counted,
) -> dict[int, Cells]:
    found = {}
    for s, rows, people in _by_stratum(order, strata, part):
        group = units[s].rows(people)
        elapsed, closed = rows["elapsed_us"].to_numpy(), rows["closed"].to_numpy().astype(np.int64)
        between = np.searchsorted(stops[s], elapsed, side="left").astype(np.int64)
        keys = ((between * (int(units[s].n_groups) + 1) + group) * most + rows["attempt"].to_numpy()) * N_CODES + closed
        found[s] = counted_keys(keys, elapsed)
    return found


def _tries(cells: Cells, most: int, n_groups: int) -> Tries:
    keys, counts, latest = cells
    rest, closed = np.divmod(keys, N_CODES)
    rest, attempt = np.divmod(rest, most)
    return Tries(attempt, latest, closed, rest % (n_groups + 1), counts)
