"""The rows of a table as the gate sees them: where they stand, whom they count, and what is counted in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations, pairwise

import polars as pl

from followup_analytics.results.disclosure.policy import DisclosurePolicy

Coordinates = tuple[str, ...]

#: Counts from the narrow to the wide: in any row none is larger than those after it.
_CHAIN = ("people", "n_interviews", "n_attempts")


@dataclass(frozen=True)
class Cells:
    """Counts of the rows of a table.

    Attributes:
        keys: what tells each row apart, one text for each column of the question.
        people: applicants of each row.
        counts: further counts by name, each in the order of the rows: n_interviews, n_attempts and the like.
        events: number of events of each row, where the table has such.
        total_of_events: whether a reader knows how many events there are in all.
        members: gives a frame of `place` (of the row), `person` and `units` (how many things of this person the row
            counts); without it people of several rows are taken to be different ones.
    """

    keys: Sequence[Coordinates]
    people: Sequence[int]
    counts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    events: Sequence[int] | None = None
    total_of_events: bool = False
    members: Callable[[], pl.DataFrame] | None = None

    @cached_property
    def _members(self) -> pl.DataFrame | None:
        return None if self.members is None else self.members()

    def units(self) -> Sequence[int]:
        """What shares are shares of: attempts, else interviews, else people."""
        for name in reversed(_CHAIN[1:]):
            if name in self.counts:
                return self.counts[name]
        return self.people

    def measures(self) -> dict[str, Sequence[int]]:
        """All whose total a reader knows, the narrow before the wide, events last."""
        found = {"people": self.people, **self.counts}
        ordered = {name: found[name] for name in _CHAIN if name in found} | found
        return ordered | ({"events": self.events} if self.events is not None and self.total_of_events else {})

    def orders(self) -> list[tuple[str, str]]:
        """Pairs of counts of which the first is never larger than the second."""
        chain = [name for name in _CHAIN if name == "people" or name in self.counts]
        pairs = list(pairwise(chain))
        pairs += [("people", "n_graduates")] if "n_graduates" in self.counts else []
        return [*pairs, ("events", chain[-1])] if self.events is not None and self.total_of_events else pairs

    def people_in(self, places: Iterable[int]) -> int:
        """How many different people some rows are about."""
        wanted = list(places)
        if self._members is None:
            return sum(self.people[place] for place in wanted)
        return self._members.filter(pl.col("place").is_in(wanted))["person"].n_unique()

    def margin(self, columns: Sequence[int]) -> tuple[Cells, dict[Coordinates, list[int]]]:
        """The table by some of its key columns alone, and the rows that each of its rows is made of."""
        lines: dict[Coordinates, list[int]] = defaultdict(list)
        for place, key in enumerate(self.keys):
            lines[tuple(key[column] for column in columns)].append(place)

        def added(values: Sequence[int]) -> list[int]:
            return [sum(values[place] for place in places) for places in lines.values()]

        made = Cells(
            keys=list(lines),
            people=[self.people_in(places) for places in lines.values()],
            counts={name: added(values) for name, values in self.counts.items()},
            events=None if self.events is None else added(self.events),
            total_of_events=self.total_of_events,
            # Whether a rest is about enough people depends on who is in several rows, here as where it is published.
            members=None if self._members is None else partial(_merged, self._members, list(lines.values())),
        )
        return made, dict(lines)

    def too_small(self, policy: DisclosurePolicy) -> set[int]:
        """The rows that may not be shown for their own sake."""
        found = {place for place, people in enumerate(self.people) if people < policy.least_people}
        if self.events is not None:
            for place, (events, units) in enumerate(zip(self.events, self.units(), strict=True)):
                others = units - events
                if 0 < events < policy.min_events or 0 < others < policy.min_non_events:
                    found.add(place)
                if policy.hide_zeros and (events == 0 or others == 0):
                    found.add(place)
        return found | (self._dominated(policy) if policy.has_dominance() else set())

    def _dominated(self, policy: DisclosurePolicy) -> set[int]:
        if self._members is None:
            return set()
        largest = self._members.sort("units", descending=True).group_by("place", maintain_order=True).agg("units")
        return {place for place, units in largest.iter_rows() if _is_dominated(units, policy)}


def _merged(members: pl.DataFrame, rows: Sequence[Sequence[int]]) -> pl.DataFrame:
    """The members of a table each of whose rows is made of several of another's."""
    row_of = {place: row for row, places in enumerate(rows) for place in places}
    place = pl.col("place").replace_strict(row_of, return_dtype=pl.Int64)
    return members.group_by(place, "person").agg(pl.col("units").sum())


def _is_dominated(units: Sequence[int], policy: DisclosurePolicy) -> bool:
    """Whether few people make up too much of a row: the (n, k) and the p-ratio rule. units: largest first."""
    total = sum(units)
    if policy.dominance_n and sum(units[: policy.dominance_n]) > policy.dominance_k * total:
        return True
    return policy.p_ratio > 0 and sum(units[2:]) < policy.p_ratio * units[0]


def subsets(n: int) -> list[tuple[int, ...]]:
    """All choices of some but not all of n columns, small ones first."""
    return [chosen for size in range(1, n) for chosen in combinations(range(n), size)]
