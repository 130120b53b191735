"""The policy `acro` flags what acro itself flags in its own examples (frozen; see fixtures/disclosure/make_acro.py)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.results.disclosure import Cells, policy_of

FROZEN = json.loads((Path(__file__).parents[1] / "fixtures" / "disclosure" / "acro.json").read_text(encoding="utf-8"))
ACRO = policy_of("acro")
#: One of acro's checks at a time.
ALONE = {
    "MinimumThresholdCheck": replace(ACRO, dominance_n=0, p_ratio=0.0),
    "NKCheck": replace(ACRO, min_cell=2, p_ratio=0.0),
    "PPercentCheck": replace(ACRO, min_cell=2, dominance_n=0),
}


def test_the_parameters_are_those_of_acro() -> None:
    """The fixture is of the version whose parameters the policy has."""
    assert FROZEN["acro"].startswith("1.")
    assert (ACRO.min_cell, ACRO.dominance_n, ACRO.dominance_k, ACRO.p_ratio) == (10, 2, 0.9, 0.1)


@pytest.mark.parametrize("table", FROZEN["tables"])
@pytest.mark.parametrize("check", ALONE)
def test_each_check_flags_the_same_cells(table: str, check: str) -> None:
    """Thresholds in all tables, dominance where a table is one of values; cells that are there and not all zero."""
    found = [cell for cell in FROZEN["tables"][table] if cell["n"] and (not cell["values"] or sum(cell["values"]) > 0)]
    with_values = any(cell["values"] for cell in found)
    if check != "MinimumThresholdCheck" and not with_values:
        return
    rows = [
        (place, f"{place}-{number}", value)
        for place, cell in enumerate(found)
        for number, value in enumerate(cell["values"])
    ]
    members = pl.DataFrame(rows, schema=["place", "person", "units"], orient="row")
    cells = Cells(
        keys=[tuple(cell["key"]) for cell in found],
        people=[cell["n"] for cell in found],
        members=(lambda: members) if with_values else None,
    )
    flagged = {place for place, cell in enumerate(found) if check in cell["flags"]}
    assert cells.too_small(ALONE[check]) == flagged
    assert len(found) > 10


def test_something_is_flagged_by_each_check() -> None:
    """The examples hold cells of each kind."""
    flags = {flag for cells in FROZEN["tables"].values() for cell in cells for flag in cell["flags"]}
    assert flags >= set(ALONE)
