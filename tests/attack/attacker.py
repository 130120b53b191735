"""An attacker who has what a reader has: published tables with holes, and the totals of the record.

It shares no code with the package: it writes the holes as whole numbers that the published lines add up to, and asks
an integer programme for the smallest and largest value of each. `by_enumeration` tries every whole number instead, for
tables small enough, and checks the programme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

#: A published row: its key and its counts by name; None where the row is hidden.
Published = Mapping[tuple[str, ...], Mapping[str, int] | None]


@dataclass(frozen=True)
class Hole:
    """A count that was not published, and between what an attacker can place it."""

    key: tuple[str, ...]
    measure: str
    low: int
    high: int


def holes(  # noqa: C901 - a programme is told in one piece
    table: Published,
    totals: Mapping[str, int],
    margins: Mapping[Sequence[int], Published] | None = None,
    chain: Sequence[str] = ("people", "interviews"),
    events: str | None = None,
    enough: Callable[[tuple[str, ...], str], float] | None = None,
) -> list[Hole]:
    """Attack every hidden row of a table.

    Args:
        table: the rows; totals: sums over all rows that a reader knows.
        margins: tables by some of the columns (their places), published beside this one.
        chain: counts from the narrow to the wide: within a row none is larger than the next.
        events: a further count, never larger than the last of the chain.
        enough: how wide a count's range is safe. Every answer of the programme is a table that fits what was published,
            and so widens the ranges of all counts at once; one that is wide enough by then isn't asked about any more,
            and its ends are then inside its true range.
    """
    hidden = [key for key, row in table.items() if row is None]
    names = [*chain, *([events] if events else [])]
    names = [name for name in names if name in totals]
    at = {(key, name): place for place, (key, name) in enumerate(product(hidden, names))}
    rows, low, high = [], [], []

    def say(weights: Mapping[int, float], least: float, most: float) -> None:
        row = np.zeros(len(at))
        for place, weight in weights.items():
            row[place] = weight
        rows.append(row)
        low.append(least)
        high.append(most)

    def say_sum(keys: list[tuple[str, ...]], name: str, total: int) -> None:
        seen = sum(table[key][name] for key in keys if table[key] is not None)
        gone = {at[key, name]: 1.0 for key in keys if table[key] is None}
        if gone:
            say(gone, total - seen, total - seen)

    for name in names:
        say_sum(list(table), name, totals[name])
        for columns, margin in (margins or {}).items():
            for line, counts in margin.items():
                if counts is not None:
                    inside = [key for key in table if tuple(key[c] for c in columns) == line]
                    say_sum(inside, name, counts[name])
    for key in hidden:
        present = [name for name in chain if name in totals]
        pairs = list(pairwise(present))
        pairs += [(events, present[-1])] if events in names else []
        for smaller, larger in pairs:
            say({at[key, larger]: 1.0, at[key, smaller]: -1.0}, 0, np.inf)
    if not hidden:
        return []
    least = np.array([0.0 if name == events else 1.0 for _, name in at])
    rules = LinearConstraint(np.array(rows), low, high)
    smallest, largest = np.full(len(at), np.inf), np.full(len(at), -np.inf)
    for (key, name), place in at.items():
        for sign in (1.0, -1.0):
            if enough is not None and largest[place] - smallest[place] >= enough(key, name):
                continue
            aim = np.zeros(len(at))
            aim[place] = sign
            values = _solved(aim, rules, least)
            smallest, largest = np.minimum(smallest, values), np.maximum(largest, values)
    return [Hole(key, name, int(smallest[place]), int(largest[place])) for (key, name), place in at.items()]


def _solved(aim: np.ndarray, rules: LinearConstraint, least: np.ndarray) -> np.ndarray:
    """Whole numbers that fit, with the smallest `aim`."""
    # In its presolve HiGHS 1.12 calls some of these impossible, though the true counts fit, and ends others too early.
    answer = milp(
        aim,
        constraints=rules,
        bounds=Bounds(least, np.inf),
        integrality=np.ones(len(aim)),
        options={"presolve": False},
    )
    assert answer.x is not None, f"the published table contradicts itself: {answer.message}"
    return np.round(answer.x)


def by_enumeration(lines: Sequence[tuple[Sequence[int], int]], number: int) -> list[tuple[int, int]]:
    """The range of each of `number` unknowns of at least 1 whose sums over some lines are known, trying all of them."""
    most = max(total for _, total in lines)
    ranges: list[list[int]] = [[most + 1, -1] for _ in range(number)]
    for values in product(range(1, most + 1), repeat=number):
        if all(sum(values[place] for place in places) == total for places, total in lines):
            for place, value in enumerate(values):
                ranges[place] = [min(ranges[place][0], value), max(ranges[place][1], value)]
    return [(low, high) for low, high in ranges]
