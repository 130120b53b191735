"""Curves from the parts of a log: what each tells of its exits in whole numbers, and the curve of all together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.answers.curves.exits import DayCurve, waiting
from followup_analytics.log.clock import DAY_US
from followup_analytics.log.shared_words import MISSING
from followup_analytics.statistics import Assignment, Jackknife, Roll, assignment, cluster_number, roll_of
from followup_analytics.statistics.incidence import Incidence, aalen_johansen, jackknife_incidence, risk_blocks

if TYPE_CHECKING:
    from followup_analytics.parted.spread import Spread

T = TypeVar("T")
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
#: The rows of one question out of a part's exits: by name of the group.
Choose = Callable[[pl.DataFrame], Mapping[Any, pl.DataFrame]]
_NO_ENTRY = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Times:
    """The times at which a curve is asked for: ends (M,) of days, and the last day that counts (None: all do)."""

    ends: IntArray
    horizon: int | None
    n_causes: int


@dataclass(frozen=True)
class GroupFacts:
    """What a part says of a group's exits first; all of it adds up.

    Attributes:
        n_interviews, n_applicants, n_events, squares: sizes; squares of applicants' numbers of interviews.
        waiting, waiting_applicants: at the start of each day.
        first_lost: first day on which anybody was lost sight of, None where nobody was.
        never: interviews that were never under observation.
        roll: the applicants, for the jackknife.
        stops: distinct times at which somebody enters or is lost sight of.
    """

    n_interviews: int
    n_applicants: int
    n_events: int
    squares: int
    waiting: IntArray
    waiting_applicants: IntArray
    first_lost: int | None
    never: int
    roll: Roll
    stops: IntArray


@dataclass(frozen=True)
class Exits:
    """Exits counted by time, cause, entry and jackknife group, up to the horizon."""

    time: IntArray
    cause: IntArray
    entry: IntArray | None
    group: IntArray
    count: IntArray
    n_groups: int
    times: Times

    def estimate(self, *, nobody: float = np.nan) -> tuple[Incidence, Jackknife]:
        """Aalen-Johansen estimates at the times asked for, and the same with a replicate for each group."""
        asked: dict[str, Any] = {"count": self.count, "entry": self.entry, "n_causes": self.times.n_causes}
        blocks = risk_blocks(self.time, self.cause, at=self.times.ends, **asked)
        curve = aalen_johansen(self.time, self.cause, self.times.ends, blocks=blocks, **asked)
        replicated = jackknife_incidence(
            self.time, self.cause, self.times.ends, self.group, n_groups=self.n_groups, nobody=nobody, blocks=blocks,
            **asked,
        )  # fmt: skip
        return curve, replicated


def day_times(horizon: int, n_causes: int) -> Times:
    """The ends of the local days 0 to the horizon."""
    return Times((np.arange(horizon + 1, dtype=np.int64) + 1) * DAY_US - 1, horizon, n_causes)


def facts_of(choose: Choose, days: IntArray, times: Times, rows: pl.DataFrame) -> dict[Any, GroupFacts]:
    """What a part says of each group of its exits (made by `exits.exits`)."""
    found = {}
    for name, part in choose(rows).items():
        sizes = part.group_by("applicant_id").len()["len"].to_numpy().astype(np.int64)
        lost = part.filter((pl.col("cause") == 0) & (pl.col("day") >= 0))["day"].min()
        time, cause, entry = _exits(part, times)
        entries = entry[entry != _NO_ENTRY]
        here, people = waiting(part, days)
        found[name] = GroupFacts(
            n_interviews=part.height,
            n_applicants=len(sizes),
            n_events=part.filter(pl.col("cause") == 1).height,
            squares=int((sizes**2).sum()),
            waiting=here,
            waiting_applicants=people,
            first_lost=int(lost) if isinstance(lost, int) else None,
            never=part.filter(pl.col("time") < pl.col("entry").fill_null(0)).height,
            roll=roll_of(part),
            stops=np.unique(np.concatenate([time[cause == 0], entries, times.ends])),
        )
    return found


def added_facts(parts: Sequence[Mapping[Any, GroupFacts]]) -> dict[Any, tuple[GroupFacts, Assignment]]:
    """The facts of all parts by group, and the jackknife groups of its applicants."""
    names = list(dict.fromkeys(name for part in parts for name in part))
    found = {}
    for name in names:
        own = [part[name] for part in parts if name in part]
        lost = [one.first_lost for one in own if one.first_lost is not None]
        found[name] = (
            GroupFacts(
                n_interviews=sum(one.n_interviews for one in own),
                n_applicants=sum(one.n_applicants for one in own),
                n_events=sum(one.n_events for one in own),
                squares=sum(one.squares for one in own),
                waiting=np.sum([one.waiting for one in own], axis=0),
                waiting_applicants=np.sum([one.waiting_applicants for one in own], axis=0),
                first_lost=min(lost, default=None),
                never=sum(one.never for one in own),
                roll=own[0].roll,
                stops=np.unique(np.concatenate([one.stops for one in own])),
            ),
            assignment([one.roll for one in own]),
        )
    return found


def _exits(part: pl.DataFrame, times: Times) -> tuple[IntArray, IntArray, IntArray]:
    """Time, cause and entry of each row; whoever left after the horizon is censored there."""
    time, cause = part["time"].to_numpy(), part["cause"].to_numpy()
    if times.horizon is not None:
        beyond = part["day"].to_numpy() > times.horizon
        time = np.where(beyond, (times.horizon + 1) * DAY_US, time)
        cause = np.where(beyond, 0, cause)
    return time, cause, part["entry"].fill_null(_NO_ENTRY).to_numpy()


_Cells = pl.DataFrame
_KEYS = ("entry", "gone", "block", "cause", "group")


def exits_of_part(
    choose: Choose,
    stops: Mapping[Any, IntArray],
    units: Mapping[Any, Assignment],
    times: Times,
    unit: str,
    rows: pl.DataFrame,
) -> dict[Any, _Cells]:
    """The exits of each group, counted by jackknife group of a unit and between which stops they fall."""
    found = {}
    for name, part in choose(rows).items():
        if name not in stops:
            continue
        time, cause, entry = _exits(part, times)
        # Who was never under observation stays apart from those who were: the latest time of a count stands for all.
        gone = time < np.maximum(np.where(entry == _NO_ENTRY, 0, entry), 0)
        columns = {
            "entry": entry,
            "gone": gone,
            "block": np.searchsorted(stops[name], time, side="left"),
            "cause": cause,
            "group": _unit_groups(part, units[name], unit),
            "time": time,
        }
        found[name] = pl.DataFrame(columns).group_by(*_KEYS).agg(n=pl.len().cast(pl.Int64), time=pl.col("time").max())
    return found


def _unit_groups(part: pl.DataFrame, units: Assignment, unit: str) -> IntArray:
    if unit == "applicant_id":
        return units.rows(part)
    if units.by_tie is None:
        raise ValueError("employers are assigned by name")
    joined = part.select(tie=unit).join(units.by_tie, on="tie", how="left", maintain_order="left")
    return joined["group"].to_numpy().astype(np.int64)


def added_exits(
    parts: Sequence[Mapping[Any, _Cells]], units: Mapping[Any, Assignment], times: Times
) -> dict[Any, Exits]:
    """The exits of all parts, by group."""
    found = {}
    for name in units:
        own = [part[name] for part in parts if name in part]
        if not own:
            continue
        cells = pl.concat(own).group_by(*_KEYS).agg(pl.col("n").sum(), pl.col("time").max()).sort(*_KEYS)
        entry = cells["entry"].to_numpy()
        entered = None if (entry == _NO_ENTRY).all() else np.where(entry == _NO_ENTRY, -1, entry)
        found[name] = Exits(
            cells["time"].to_numpy(), cells["cause"].to_numpy().astype(np.int64), entered,
            cells["group"].to_numpy().astype(np.int64), cells["n"].to_numpy(), units[name].n_groups, times,
        )  # fmt: skip
    return found


def exits_counted(
    parts: Spread[pl.DataFrame],
    choose: Choose,
    stops: Mapping[Any, IntArray],
    units: Mapping[Any, Assignment],
    times: Times,
    unit: str = "applicant_id",
) -> dict[Any, Exits]:
    """The exits of all parts by group, counted."""
    counted = list(parts.map(partial(exits_of_part, choose, dict(stops), dict(units), times, unit)))
    return added_exits(counted, units, times)


def day_curves(
    parts: Spread[pl.DataFrame],
    choose: Choose,
    found: Mapping[Any, tuple[GroupFacts, Assignment]],
    events: tuple[str, ...],
    horizon: int,
    *,
    by_employer: bool = False,
) -> dict[Any, DayCurve]:
    """The incidence of all events by the end of each local day, of every group that `found` has."""
    times = day_times(horizon, len(events))
    stops = {name: facts.stops for name, (facts, _) in found.items()}
    counted = exits_counted(parts, choose, stops, {name: units for name, (_, units) in found.items()}, times)
    others: Mapping[Any, Exits] = {}
    if by_employer:
        units = employers_assigned(list(parts.map(partial(_employers, choose, tuple(found)))))
        others = exits_counted(parts, choose, stops, units, times, "_employer")
    made = {}
    for name, (facts, _) in found.items():
        curve, replicated = counted[name].estimate()
        made[name] = DayCurve(
            events=events,
            days=np.arange(horizon + 1, dtype=np.int64),
            curve=curve,
            jackknife=replicated,
            waiting=facts.waiting,
            waiting_applicants=facts.waiting_applicants,
            n_interviews=facts.n_interviews,
            n_applicants=facts.n_applicants,
            cluster_size=float(facts.squares / max(float(facts.n_interviews), 1.0)),
            first_lost=facts.first_lost,
            employers=partial(_replicated, others[name]) if by_employer else _not_asked,
        )
    return made


def _replicated(exits: Exits) -> Jackknife:
    return exits.estimate()[1]


def _not_asked() -> Jackknife:
    raise ValueError("the curve was made without employers as clusters")


# ----------------------------------------------------------------------------------------------------- employers


def _employers(choose: Choose, names: tuple[Hashable, ...], rows: pl.DataFrame) -> dict[Any, pl.DataFrame]:
    """The employers of each group (where none is known its applicants), with the smallest interview_id of each."""
    return {
        name: part.group_by("_employer").agg(pl.col("interview_id").min())
        for name, part in choose(rows).items()
        if name in names
    }


def employers_assigned(parts: Sequence[Mapping[Any, pl.DataFrame]]) -> dict[Any, Assignment]:
    """The jackknife group of every employer: they lie in several parts, so that their names are brought together."""
    found = {}
    for name in dict.fromkeys(name for part in parts for name in part):
        own = pl.concat([part[name] for part in parts if name in part])
        whole = own.group_by("_employer").agg(pl.col("interview_id").min())
        number = pl.col("_employer").map_elements(cluster_number, return_dtype=pl.Int64)
        whole = whole.with_columns(bucket=number)
        groups = assignment([roll_of(whole, applicant="_employer")]).rows(whole, applicant="_employer")
        table = whole.select(tie="_employer").with_columns(pl.Series("group", groups, dtype=pl.Int64))
        found[name] = Assignment(None, table, int(groups.max(initial=-1)) + 1)
    return found


# ------------------------------------------------------------------------------------------- groups and their pairs


def by_column(column: str | None, rows: pl.DataFrame) -> dict[str | None, pl.DataFrame]:
    """The rows of each value of a column; all of them, under None, without one."""
    if column is None:
        return {None: rows}
    return {key[0]: part for key, part in rows.partition_by(column, as_dict=True).items()}


def in_order(found: Mapping[Any, T]) -> dict[Any, T]:
    """Groups in the order of their names, ``(missing)`` last."""
    return {name: found[name] for name in sorted(found, key=lambda name: (name == MISSING, name or ""))}


def rolls_of_pairs(column: str, base: str, others: tuple[str, ...], rows: pl.DataFrame) -> dict[str, Roll]:
    """The applicants of the base and of each other group together, who share one assignment where two are compared."""
    return {other: roll_of(rows.filter(pl.col(column).is_in([base, other]))) for other in others}


def rows_of_pairs(
    column: str, base: str, others: tuple[str, ...], rows: pl.DataFrame
) -> dict[tuple[str, str], pl.DataFrame]:
    """For each other group its rows and those of the base, by (other, which)."""
    found = {}
    for other in others:
        both = rows.filter(pl.col(column).is_in([base, other]))
        # Who is in both groups is one applicant, known by the smallest interview of both.
        tied = by_column(column, both.with_columns(pl.col("interview_id").min().over("applicant_id")))
        for name in (base, other):
            found[other, name] = tied.get(name, both.clear())
    return found
