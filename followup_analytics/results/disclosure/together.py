"""Several published tables together: whether what one of them hides can be found with the help of the others.

Each published row is a set of units (attempts, or interviews). Units that stand in the same rows of all tables form an
atom; a published count says what the atoms of its row add up to. A reader is taken to know which atoms there are, which
is more than most readers know. Hierarchies between columns, parts (`--where`), other bins and later states of the
record need no rule of their own: they show in the sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.results.disclosure.attack import Knowledge, Target
from followup_analytics.results.disclosure.policy import DisclosurePolicy
from followup_analytics.results.disclosure.released import Units

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Atoms of few people that are looked at; a release that cuts a record into more of them is read by its rows alone.
_MOST_ATOMS = 150


@dataclass(frozen=True)
class ToldTable:
    """A table as it was published, with the units that its rows are about.

    Attributes:
        release: name of the release; name: of the table in it.
        level: what is counted: attempts or interviews.
        keys: the rows, in words; n, events: what was published of each (None where it is hidden).
        units, persons: shape (m,), numbers that stand for the units and their applicants in all tables alike.
        cells: shape (m,), the row of each unit; happened: whether it counts as an event.
    """

    release: str
    name: str
    level: str
    keys: tuple[str, ...]
    n: tuple[int | None, ...]
    events: tuple[int | None, ...]
    units: NDArray[np.uint64]
    persons: NDArray[np.uint64]
    cells: IntArray
    happened: BoolArray


def as_attacked(release: str, tables: Sequence[Units]) -> list[ToldTable]:
    """Tables of one record as an attacker's: their units and applicants numbered."""
    units = _numbers([one.frame["unit"] for one in tables])
    persons = _numbers([one.frame["person"] for one in tables])
    return [
        ToldTable(
            release,
            one.name,
            one.level,
            one.keys,
            one.n,
            one.events,
            units[place],
            persons[place],
            one.frame["cell"].cast(pl.Int64).to_numpy(),
            one.frame["happened"].cast(pl.Boolean).to_numpy(),
        )
        for place, one in enumerate(tables)
    ]


def _numbers(columns: Sequence[pl.Series]) -> list[NDArray[np.uint64]]:
    joined = pl.concat([column.cast(pl.String) for column in columns]).rank("dense").cast(pl.UInt64).to_numpy()
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return list(np.split(joined, ends))


@dataclass(frozen=True)
class FoundRow:
    """A number that can be found: the release and the table that hide it, or that bring it out."""

    release: str
    table: str
    key: str


def found_together(tables: Sequence[ToldTable], policy: DisclosurePolicy) -> list[FoundRow]:
    """What can be found from all tables together; empty where they are safe."""
    found: list[FoundRow] = []
    for level in dict.fromkeys(table.level for table in tables):
        found += _Joint([table for table in tables if table.level == level], policy).found()
    return found


class _Joint:
    """Tables of one level, their units cut into atoms."""

    def __init__(self, tables: Sequence[ToldTable], policy: DisclosurePolicy) -> None:
        self.tables, self.policy = tables, policy
        units = np.concatenate([table.units for table in tables])
        persons = np.concatenate([table.persons for table in tables])
        self.units, first = np.unique(units, return_index=True)
        self.persons = persons[first]
        codes = np.full((len(self.units), len(tables)), -1, dtype=np.int64)
        happened = np.zeros((len(self.units), len(tables)), dtype=bool)
        for column, table in enumerate(tables):
            at = np.searchsorted(self.units, table.units)
            codes[at, column] = table.cells
            happened[at, column] = table.happened
        self.patterns, self.atom, self.sizes = _unique_rows(codes)
        # Events of one table are the truth of its own column: outcomes and windows may differ between tables.
        self.events = np.stack(
            [np.bincount(self.atom, weights=happened[:, k], minlength=len(self.sizes)) for k in range(len(tables))]
        ).astype(np.int64)

    def people(self, atoms: BoolArray) -> int:
        """How many different people some atoms are about."""
        return len(np.unique(self.persons[atoms[self.atom]]))

    def found(self) -> list[FoundRow]:
        by_difference = self._differences()
        return by_difference or self._by_attack()

    def _rows(self) -> list[tuple[int, int, BoolArray]]:
        """Every row of every table: its table, its place there, and its atoms."""
        return [
            (column, place, self.patterns[:, column] == place)
            for column, table in enumerate(self.tables)
            for place in range(len(table.keys))
        ]

    def _shown(self, column: int, place: int) -> bool:
        return self.tables[column].n[place] is not None

    def _differences(self) -> list[FoundRow]:
        """Rows that are another row, or rows of another table, and a few people more."""
        rows = [row for row in self._rows() if self._shown(row[0], row[1])]
        found = []
        for column, place, whole in rows:
            for other in range(len(self.tables)):
                if other == column:
                    continue
                inside = [atoms for at, _, atoms in rows if at == other and not (atoms & ~whole).any()]
                for part in [*inside, np.any(inside, axis=0)] if len(inside) > 1 else inside:
                    rest = whole & ~part
                    if rest.any() and self.people(rest) < self.policy.min_cell:
                        table = self.tables[column]
                        found.append(FoundRow(table.release, table.name, table.keys[place]))
        return found

    def _by_attack(self) -> list[FoundRow]:
        knowledge = Knowledge()
        atoms = [knowledge.unknown(int(size)) for size in self.sizes]
        targets: list[Target] = []
        half = self.policy.count_base // 2
        for column, place, inside in self._rows():
            table, members = self.tables[column], [atoms[k] for k in np.flatnonzero(inside).tolist()]
            truth = int(self.sizes[inside].sum())
            if not members:
                continue
            if self._shown(column, place):
                knowledge.state(members, truth - half, truth + half)
            else:
                knowledge.state(members, 1)
                label = FoundRow(table.release, table.name, table.keys[place])
                targets.append(Target(label, tuple(members), self.policy.width_of(truth)))
        targets += self._small_atoms(atoms)
        self._say_events(knowledge, atoms, targets)
        return list(knowledge.found(targets)) if targets else []

    def _small_atoms(self, atoms: Sequence[int]) -> list[Target]:
        few = [k for k in range(len(atoms)) if self.people(np.arange(len(atoms)) == k) < self.policy.min_cell]
        if len(few) > _MOST_ATOMS:
            return []
        targets = []
        for k in few:
            column = next(c for c in range(len(self.tables)) if self.patterns[k, c] >= 0)
            table = self.tables[column]
            label = FoundRow(table.release, table.name, f"a part of {table.keys[self.patterns[k, column]]}")
            targets.append(Target(label, (atoms[k],), self.policy.width_of(int(self.sizes[k]))))
        return targets

    def _say_events(self, knowledge: Knowledge, atoms: Sequence[int], targets: list[Target]) -> None:
        """Events by table; those of hidden rows are to stay hidden as well."""
        for column, table in enumerate(self.tables):
            if all(number is None for number in table.events):
                continue
            unknown = {}
            for k in np.flatnonzero(self.patterns[:, column] >= 0).tolist():
                unknown[k] = knowledge.unknown(int(self.events[column, k]))
                knowledge.state({atoms[k]: 1.0, unknown[k]: -1.0}, 0)
            total = int(self.events[column].sum())
            if all(number is not None for number in table.n):
                continue
            knowledge.state(unknown.values(), total, total)
            for place, shown in enumerate(table.events):
                members = [unknown[k] for k in np.flatnonzero(self.patterns[:, column] == place).tolist()]
                truth = int(self.events[column][self.patterns[:, column] == place].sum())
                if shown is not None:
                    knowledge.state(members, truth, truth)
                elif truth and members:
                    label = FoundRow(table.release, table.name, table.keys[place])
                    targets.append(Target(label, tuple(members), self.policy.width_of_events(truth)))


def _unique_rows(codes: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    patterns, atom, sizes = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    return patterns, atom.reshape(-1), sizes
