"""Hide random tables by the package's gate and attack them; used by the tests, and by the study in benchmarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import polars as pl
from attacker import Hole, Published, holes
from random_tables import SHAPES, counted, random_record

from followup_analytics.results.disclosure.cells import Cells
from followup_analytics.results.disclosure.lines import places_to_hide
from followup_analytics.results.disclosure.policy import DisclosurePolicy

MEASURES = ("people", "interviews", "attempts")


@dataclass
class Outcome:
    """What came of an attack on one table."""

    rows: int
    small: int
    hidden: int
    exact: list[Hole] = field(default_factory=list)
    narrow: list[Hole] = field(default_factory=list)


def publish(record: pl.DataFrame, columns: tuple[str, ...], policy: DisclosurePolicy) -> Published:
    """The table by some columns as a reader gets it."""
    table = counted(record, columns)
    keys = list(table.select(columns).iter_rows())
    places = {key: place for place, key in enumerate(keys)}

    def members() -> pl.DataFrame:
        found = record.group_by([*columns, "person"]).agg(units=pl.len())
        numbers = [places[key] for key in found.select(columns).iter_rows()]
        return found.select("person", "units", place=pl.Series(numbers, dtype=pl.Int64))

    cells = Cells(
        keys=keys,
        people=table["people"].to_list(),
        counts={"n_interviews": table["interviews"].to_list(), "n_attempts": table["attempts"].to_list()},
        events=table["events"].to_list(),
        members=members,
    )
    hidden = places_to_hide(cells, policy)
    rows = table.select(*MEASURES, "events").to_dicts()
    return {key: None if place in hidden else rows[place] for place, key in enumerate(keys)}


def attack(seed: int, shape: str, policy: DisclosurePolicy) -> Outcome:
    """Publish one random table with all tables by fewer of its columns, and attack it with all of them."""
    record, columns = random_record(seed), SHAPES[shape].columns
    truth = {tuple(row[c] for c in columns): row for row in counted(record, columns).iter_rows(named=True)}
    table = publish(record, columns, policy)
    known = SHAPES[shape].adding_up
    totals = {name: sum(row[name] for row in truth.values()) for name in known}
    margins = {}
    for size in range(1, len(columns)):
        for chosen in combinations(range(len(columns)), size):
            margin = publish(record, tuple(columns[c] for c in chosen), policy)
            # With as many rows it is the same table once more.
            if len(margin) < len(table):
                margins[chosen] = margin
    if all(row is None for row in table.values()):
        return Outcome(len(table), sum(row["people"] < policy.min_cell for row in truth.values()), len(table))

    def width(key: tuple[str, ...], name: str) -> float:
        return max(1.0, policy.width_of(truth[key][name]))

    found = holes(table, totals, margins, chain=known, enough=width)
    return Outcome(
        rows=len(table),
        small=sum(row["people"] < policy.min_cell for row in truth.values()),
        hidden=sum(row is None for row in table.values()),
        exact=[hole for hole in found if hole.low == hole.high],
        narrow=[hole for hole in found if hole.high - hole.low < width(hole.key, hole.measure)],
    )
