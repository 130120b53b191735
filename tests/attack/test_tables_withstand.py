"""Random tables hidden by the gate, attacked with all that a reader of them and of the tables by fewer columns has."""

from __future__ import annotations

import pytest
from attacker import by_enumeration, holes
from random_tables import SHAPES, counted, random_record
from study import Outcome, attack

from followup_analytics.results.disclosure import policy_of

DEFAULT = policy_of()


def attacked(shape: str, seeds: range) -> list[Outcome]:
    """The outcomes of attacks on tables of a shape."""
    return [attack(seed, shape, DEFAULT) for seed in seeds]


def safe(outcomes: list[Outcome]) -> None:
    """No hidden count was found, or placed closer than the policy allows; and there was something to find."""
    assert sum(one.small for one in outcomes) > 0
    assert [hole for one in outcomes for hole in one.exact] == []
    assert [hole for one in outcomes for hole in one.narrow] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_no_hidden_count_is_found(shape: str) -> None:
    """Some tables of each shape: no exact recovery, no interval narrower than the policy's."""
    safe(attacked(shape, range({"contacts": 16, "nested and crossed": 3}.get(shape, 8))))


@pytest.mark.attack
@pytest.mark.parametrize(
    ("shape", "tables"),
    [
        ("one column", 500), ("nested", 400), ("crossed", 350), ("nested and crossed", 100), ("contacts", 500),
        ("contacts by school", 150),
    ],
)  # fmt: skip
def test_no_hidden_count_is_found_in_two_thousand_tables(shape: str, tables: int) -> None:
    """2,000 tables in all: no exact recovery, no interval narrower than the policy's."""
    safe(attacked(shape, range(1_000, 1_000 + tables)))


@pytest.mark.parametrize(
    ("published", "total", "expected"),
    [
        pytest.param({"a": None, "b": 40, "c": 20}, 63, {"a": (3, 3)}, id="one hole is the rest"),
        pytest.param({"a": None, "b": 40, "c": None}, 63, {"a": (1, 22), "c": (1, 22)}, id="two holes share it"),
        pytest.param({"a": None, "b": None, "c": None}, 6, dict.fromkeys("abc", (1, 4)), id="three holes"),
    ],
)
def test_the_attacker_attacks(published: dict[str, int | None], total: int, expected: dict[str, tuple]) -> None:
    """The independent attacker finds what is known to be found, by programme and by trying all numbers."""
    table = {(key,): None if n is None else {"people": n} for key, n in published.items()}
    found = holes(table, {"people": total}, chain=("people",))
    assert {hole.key[0]: (hole.low, hole.high) for hole in found} == expected
    gone = [key for key, n in published.items() if n is None]
    rest = total - sum(n for n in published.values() if n is not None)
    assert by_enumeration([(range(len(gone)), rest)], len(gone)) == [expected[key] for key in gone]


def test_an_attack_in_short_finds_what_one_in_full_finds() -> None:
    """Where nothing but the small rows is hidden, the same counts are placed too closely, whichever way is asked."""
    found = 0
    for seed in range(12):
        columns = SHAPES["crossed"].columns
        rows = counted(random_record(seed), columns).to_dicts()
        totals = {"people": sum(row["people"] for row in rows)}
        table = {tuple(row[c] for c in columns): None if row["people"] < 10 else row for row in rows}
        margins = {(c,): summed(rows, columns[c]) for c in range(len(columns))}
        full = holes(table, totals, margins, chain=("people",))
        short = holes(table, totals, margins, chain=("people",), enough=lambda *_: 4)
        close = {hole for hole in full if hole.high - hole.low < 4}
        assert {hole for hole in short if hole.high - hole.low < 4} == close
        assert all(one.low <= few.low <= few.high <= one.high for one, few in zip(full, short, strict=True))
        found += len(close)
    assert found > 0


def summed(rows: list[dict], column: str) -> dict[tuple[str], dict[str, int]]:
    """The table by one column alone."""
    totals: dict[tuple[str], dict[str, int]] = {}
    for row in rows:
        totals.setdefault((row[column],), {"people": 0})["people"] += row["people"]
    return totals
