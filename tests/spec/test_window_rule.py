"""The contract's rule of attempts, responses and windows, as small tables: what goes in, which windows come out.

The tables are in window_rules.md; docs/windows.md is made of them (python docs/make_windows_page.py). Times are New
York's; interviews are on Monday 2 March 2026 at 10:00 and observed to 1 June unless the table says so.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from window_tables import Case, as_expected, read_cases

from followup_analytics.cells.counted import attempts

RULES = (Path(__file__).parent / "window_rules.md").read_text(encoding="utf-8")

CASES = read_cases(RULES)


@pytest.mark.parametrize("engine", ["polars", "pandas", "duckdb"])
@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_windows_are_as_the_rule_says(case: Case, engine: str) -> None:
    """Each small log gives exactly the attempts at risk, and what closes them, that its table names."""
    if engine == "duckdb":
        pytest.importorskip("duckdb")
    found = attempts(case.log, **case.options, engine=engine)
    assert as_expected(found) == case.expected


def test_the_manual_page_is_made_of_these_tables() -> None:
    """docs/windows.md holds every rule as it is tested here; make it anew with `python docs/make_windows_page.py`."""
    page = (Path(__file__).parents[2] / "docs" / "windows.md").read_text(encoding="utf-8")
    assert all(f"### {case.title}" in page for case in CASES)
    assert all(line in page for line in RULES.splitlines() if line.startswith("|"))
