"""The attacker inside: what a reader can work out about a hidden whole number from all that is shown.

Everything that is known about the hidden numbers is written down as linear statements over whole numbers; the smallest
and largest value that each of them can have is found by mixed-integer programming (HiGHS through scipy). Source of the
method: the audit of cell suppression in tau-argus and sdcTable (Fischetti and Salazar-Gonzalez 2001, Management
Science 47: the attacker's two subproblems), here solved in whole numbers, since counts are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Larger than any count: what has no upper bound of its own.
_NO_LIMIT = 1e7
#: Random directions that are tried before numbers are looked at one by one.
_DIRECTIONS = 3
#: Beyond this many steps a search ends with what was reached so far: an interval too narrow, on the safe side.
_MOST_NODES = 2_000


@dataclass(frozen=True)
class Target:
    """A hidden number, as a sum of unknowns, with the least width that its interval must have."""

    name: Any
    unknowns: tuple[int, ...]
    width: int


@dataclass
class Knowledge:
    """Linear statements over unknown whole numbers that are not negative."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    _rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def unknown(self, truth: int, low: float = 0, high: float = _NO_LIMIT) -> int:
        """A new unknown between two bounds; `truth` is its value, which the attack starts from."""
        self.low.append(low)
        self.high.append(high)
        self.truth.append(truth)
        return len(self.truth) - 1

    def state(self, terms: Mapping[int, float] | Iterable[int], low: float, high: float = np.inf) -> None:
        """Say that a weighted sum of unknowns lies between two numbers; plain places have weight 1."""
        weights = dict(terms) if isinstance(terms, Mapping) else dict.fromkeys(terms, 1.0)
        if weights and (np.isfinite(low) or np.isfinite(high)):
            self._rows.append((weights, low, high))

    def share(self, top: Iterable[int], base: Iterable[int], low: float, high: float) -> None:
        """Say that the sum of `top` is between the shares `low` and `high` of the sum of `base`."""
        above, below = list(top), list(base)
        for limit, sign in ((low, 1.0), (high, -1.0)):
            terms: dict[int, float] = defaultdict(float)
            for place in above:
                terms[place] += sign
            for place in below:
                terms[place] -= sign * limit
            self.state({place: weight for place, weight in terms.items() if weight}, -1e-9, np.inf)

    def found(self, targets: Sequence[Target]) -> dict[Any, tuple[int, int]]:
        """The targets that can be placed in an interval narrower than theirs, by name, with the interval."""
        narrow: dict[Any, tuple[int, int]] = {}
        for part in self._parts(targets):
            narrow |= part.found()
        return narrow

    def bounds(self, unknowns: Iterable[int]) -> tuple[int, int]:
        """Smallest and largest value of a sum of unknowns."""
        target = Target("", tuple(unknowns), _ANY_WIDTH)
        return next(iter(self.found([target]).values()))

    def _parts(self, targets: Sequence[Target]) -> list[_Part]:
        """Unknowns that no statement joins are looked at apart from each other."""
        parent = list(range(len(self.truth)))

        def root(place: int) -> int:
            while parent[place] != place:
                parent[place] = parent[parent[place]]
                place = parent[place]
            return place

        joined = [tuple(weights) for weights, _, _ in self._rows] + [target.unknowns for target in targets]
        for places in joined:
            for place in places[1:]:
                parent[root(place)] = root(places[0])
        rows, wanted = defaultdict(list), defaultdict(list)
        for row in self._rows:
            rows[root(next(iter(row[0])))].append(row)
        for target in targets:
            wanted[root(target.unknowns[0])].append(target)
        members = defaultdict(list)
        for place in range(len(parent)):
            members[root(place)].append(place)
        return [_Part(self, members[top], rows[top], wanted[top]) for top in wanted]


_ANY_WIDTH = 10**9


class _Part:
    """Unknowns that hang together, ready for the solver."""

    def __init__(self, whole: Knowledge, places: list[int], rows: list[Any], targets: list[Target]) -> None:
        from scipy.sparse import csr_array

        self.targets = targets
        local = {place: number for number, place in enumerate(places)}
        self.truth = np.array([whole.truth[place] for place in places], dtype=np.float64)
        self.low = np.array([whole.low[place] for place in places])
        self.high = np.array([whole.high[place] for place in places])
        entries = [(k, local[place], weight) for k, row in enumerate(rows) for place, weight in row[0].items()]
        at, of, weight = zip(*entries, strict=True) if entries else ((), (), ())
        self.matrix = csr_array((weight, (at, of)), shape=(len(rows), len(places)))
        self.row_low = np.array([row[1] for row in rows])
        self.row_high = np.array([row[2] for row in rows])
        self.sums = np.zeros((len(targets), len(places)))
        for k, target in enumerate(targets):
            for place in target.unknowns:
                self.sums[k, local[place]] += 1

    def found(self) -> dict[Any, tuple[int, int]]:
        at = self.sums @ self.truth
        low, high = at.copy(), at.copy()
        widths = np.array([target.width for target in self.targets])
        draws = np.random.default_rng(0)
        for _ in range(_DIRECTIONS if len(self.targets) > 2 else 0):
            signs = draws.choice([-1.0, 1.0], len(self.targets))
            for sign in (1.0, -1.0):
                self._reach((sign * signs) @ self.sums, low, high)
            if (high - low >= widths).all():
                return {}
        narrow = {}
        for k, target in enumerate(self.targets):
            for sign in (1.0, -1.0):
                if high[k] - low[k] < widths[k]:
                    self._reach(sign * self.sums[k], low, high)
            if high[k] - low[k] < widths[k]:
                narrow[target.name] = (round(low[k]), round(high[k]))
        return narrow

    def _reach(self, direction: FloatArray, low: FloatArray, high: FloatArray) -> None:
        """Go as far as the statements allow, and note how far each target came on the way."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        rules = LinearConstraint(self.matrix, self.row_low, self.row_high) if len(self.row_low) else ()
        answer = milp(
            -direction,
            constraints=rules,
            bounds=Bounds(self.low, self.high),
            integrality=np.ones(len(direction)),
            # The presolve of HiGHS 1.12 calls some of these impossible, though the true counts fit.
            options={"node_limit": _MOST_NODES, "presolve": False},
        )
        if answer.x is None:
            return
        reached = self.sums @ np.round(answer.x)
        np.minimum(low, reached, out=low)
        np.maximum(high, reached, out=high)
