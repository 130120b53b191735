"""Which rows of a table to hide: the small ones, and so many more that no total gives them away.

A reader is taken to know the total of every count of a table, and each line of it that a table by fewer columns would
show. Rows are hidden (complementary suppression; NCES 2011-603, tau-argus) until, of every such total, what is left
after the rows still shown is about enough people, and no hidden count can be placed in a narrower interval than the
policy allows (`attack`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from followup_analytics.results.disclosure.attack import Knowledge, Target
from followup_analytics.results.disclosure.cells import Cells, subsets
from followup_analytics.results.disclosure.policy import DisclosurePolicy

#: So many hidden numbers are looked at one by one; beyond, what is not safe at sight counts as found.
_MOST_TARGETS = 600


@dataclass(frozen=True)
class _Lines:
    """Sets of rows of which a reader knows the total.

    Attributes:
        whole: all rows of the table, and those of totals that are sure to be known.
        assumed: what a table by fewer columns would show; it counts as long as hiding can answer to it.
        small: lines that a table by fewer columns would hide: their numbers of people are to be protected too.
    """

    whole: tuple[frozenset[int], ...]
    assumed: tuple[frozenset[int], ...] = ()
    small: tuple[frozenset[int], ...] = ()

    def known(self) -> list[frozenset[int]]:
        return [*self.whole, *self.assumed]

    def without(self, lines: Collection[frozenset[int]]) -> _Lines:
        return replace(self, assumed=tuple(line for line in self.assumed if line not in lines))


def places_to_hide(cells: Cells, policy: DisclosurePolicy, *, also: Collection[int] = ()) -> frozenset[int]:
    """The rows to hide, by place; `also` names some that are hidden in any case."""
    if not policy.hides or not cells.keys:
        return frozenset()
    hidden = cells.too_small(policy) | set(also)
    if not hidden:
        return frozenset()
    lines = _known_lines(cells, policy)
    while len(hidden) < len(cells.keys):
        further = _by_people(cells, lines.known(), hidden, policy)
        if not further:
            found = _by_attack(cells, lines, hidden, policy)
            if not found:
                break
            further = _to_hide_around(cells, lines.known(), hidden, found)
            if not further:
                # Nothing more can be hidden in the lines that give these away: no such table may be published beside
                # this one, which the ledger of releases sees to.
                lines = lines.without([line for line in lines.assumed if line & found and line <= hidden])
        hidden |= further
    return frozenset(hidden)


def _known_lines(cells: Cells, policy: DisclosurePolicy) -> _Lines:
    known: list[frozenset[int]] = []
    small: list[frozenset[int]] = []
    for columns in subsets(len(cells.keys[0])):
        margin, made_of = cells.margin(columns)
        if len(margin.keys) in (1, len(cells.keys)):
            continue
        gone = places_to_hide(margin, policy)
        for place, key in enumerate(margin.keys):
            (small if place in gone else known).append(frozenset(made_of[key]))
        if gone:
            known.append(frozenset(p for place in gone for p in made_of[margin.keys[place]]))
    everything = frozenset(range(len(cells.keys)))
    return _Lines((everything,), tuple(dict.fromkeys(known)), tuple(dict.fromkeys(small)))


def _by_people(cells: Cells, lines: Sequence[frozenset[int]], hidden: set[int], policy: DisclosurePolicy) -> set[int]:
    """Rows to hide since the hidden rest of a line is about too few people, or is a single row."""
    further: set[int] = set()
    for line in lines:
        inside, outside = line & (hidden | further), line - hidden - further
        if inside and outside and (len(inside) == 1 or cells.people_in(inside) < policy.min_cell):
            further.add(_smallest(cells, outside))
    return further


def _smallest(cells: Cells, places: Collection[int]) -> int:
    return min(places, key=lambda place: (cells.people[place], place))


# ---------------------------------------------------------------------------------------------------------- the attack


def _by_attack(cells: Cells, lines: _Lines, hidden: set[int], policy: DisclosurePolicy) -> set[int]:
    """The hidden rows of which a count can be found, or nearly so."""
    at_risk = _not_safe_at_sight(cells, lines.known(), hidden, policy)
    groups = [line & hidden for line in lines.small if line - hidden]
    if not at_risk and not any(groups):
        return set()
    if len(at_risk) > _MOST_TARGETS:
        return {place for place, _ in at_risk}
    knowledge, unknowns = _knowledge(cells, lines.known(), hidden)
    measures = cells.measures()
    targets = [
        Target(place, (unknowns[place, name],), _width(name, measures[name][place], policy)) for place, name in at_risk
    ]
    for group in filter(None, groups):
        members = tuple(unknowns[place, "people"] for place in sorted(group))
        targets.append(Target(min(group), members, policy.width_of(sum(cells.people[place] for place in group))))
    return set(knowledge.found(targets))


def _to_hide_around(cells: Cells, lines: Sequence[frozenset[int]], hidden: set[int], found: set[int]) -> set[int]:
    """For each row that was found the smallest row beside it in a line; one for rows of the same line."""
    further: set[int] = set()
    for place in sorted(found):
        around = [line - hidden for line in lines if place in line and line - hidden]
        if around and not any(further & line for line in around):
            further.add(_smallest(cells, min(around, key=lambda line: (len(line), min(line)))))
    return further


def _classes(lines: Sequence[frozenset[int]], hidden: set[int]) -> list[list[int]]:
    """Hidden rows that stand in the same lines: between these a reader can't tell whose a count is."""
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    within: dict[int, set[int]] = defaultdict(set)
    for number, line in enumerate(lines):
        for place in line & hidden:
            within[place].add(number)
    for place in sorted(hidden):
        alike[frozenset(within[place])].append(place)
    return list(alike.values())


def _not_safe_at_sight(
    cells: Cells, lines: Sequence[frozenset[int]], hidden: set[int], policy: DisclosurePolicy
) -> list[tuple[int, str]]:
    """Hidden counts that are not shown to be safe by moving counts between rows that stand in the same lines."""
    left: list[tuple[int, str]] = []
    units = cells.units()
    for alike in _classes(lines, hidden):
        number = len(alike)
        room = sum(units[place] for place in alike)
        for name, values in cells.measures().items():
            total = sum(values[place] for place in alike)
            # One row has all of it, or the least: of the others each has one unit at least.
            of_events = min(total, room - (number - 1)) - max(0, total - (room - 1))
            width = of_events if name == "events" else total - number
            left += [(place, name) for place in alike if number < 2 or width < _width(name, values[place], policy)]
    return left


def _width(name: str, value: int, policy: DisclosurePolicy) -> int:
    return policy.width_of_events(value) if name == "events" else policy.width_of(value)


def _knowledge(
    cells: Cells, lines: Sequence[frozenset[int]], hidden: set[int]
) -> tuple[Knowledge, dict[tuple[int, str], int]]:
    """What is known about the hidden counts: they are in order within a row, and add up to what each line leaves."""
    knowledge = Knowledge()
    unknowns: dict[tuple[int, str], int] = {}
    measures = cells.measures()
    for place in sorted(hidden):
        for name, values in measures.items():
            # A row that is there counts somebody.
            unknowns[place, name] = knowledge.unknown(values[place], low=0 if name == "events" else 1)
        for smaller, larger in cells.orders():
            knowledge.state({unknowns[place, larger]: 1.0, unknowns[place, smaller]: -1.0}, 0)
    for line in lines:
        inside = sorted(line & hidden)
        for name, values in measures.items():
            rest = sum(values[place] for place in inside)
            knowledge.state([unknowns[place, name] for place in inside], rest, rest)
    return knowledge, unknowns
