"""Steps of a flow and of a curve: which are hidden, so that no few people are the rest of what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from followup_analytics.claims.diagnostic_rows import WeightsRow
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import (
    hidden_parts,
    hidden_steps,
    is_hidden,
    merged_steps,
    policy_of,
    with_coarse_sizes,
)
from followup_analytics.results.row import Row, answer_row

DEFAULT, NONE = policy_of(), policy_of("none")


def flow(*steps: tuple[str, int]) -> list[dict[str, Any]]:
    """Steps of arms with so many applicants."""
    return [
        {"arm": arm, "step": str(k), "n_interviews": n, "n_applicants": n, "status": "ok"}
        for k, (arm, n) in enumerate(steps)
    ]


@pytest.mark.parametrize(
    ("either", "numbers", "left_over"),
    [
        (False, (("a", 10), ("b", 30), ("all", 40)), "0 1 2"),
        (False, (("a", 9), ("a", 50), ("b", 30), ("all", 59)), "2 3"),
        (True, (("a", 9), ("a", 50), ("b", 30), ("all", 59)), "3"),
        (False, (("a", 0), ("a", 50), ("all", 50)), "0 1 2"),
        (True, (("a", 10), ("b", 50), ("all", 9)), "0 1"),
        (False, (("a", 1), ("b", 50)), "1"),
    ],
)
def test_steps_of_arms(either: bool, numbers: tuple[tuple[str, int], ...], left_over: str) -> None:
    """From one to nine applicants are too few; nobody tells nothing; a small whole hides itself alone."""
    found = hidden_steps(flow(*numbers), DEFAULT, either=either, whole="all")
    assert " ".join(row["step"] for row in found if not is_hidden(row)) == left_over


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ([1, 9, 40], {0, 1}),
        ([1, 8, 40, 50], {0, 1, 2}),
        ([0, 10, 40], set()),
        ([9, 10, 11], {0, 1}),
        ([9], {0}),
        ([], set()),
    ],
)
def test_parts_that_are_told_beside_their_whole(people: list[int], hidden: set[int]) -> None:
    """Two at least, of ten people together, the small ones first."""
    assert hidden_parts(people, lambda places: sum(people[place] for place in places), DEFAULT) == hidden
    assert hidden_parts(people, lambda places: sum(people[place] for place in places), NONE) == set()


def test_steps_of_a_curve_wait_for_their_events() -> None:
    """With three events to a step: none before the third, and from there three more."""
    policy = replace(DEFAULT, min_step_events=3)
    assert merged_steps([0, 2, 3, 5, 6, 6], policy).tolist() == [-1, -1, 2, 2, 4, 4]
    assert merged_steps([1, 1], replace(DEFAULT, min_step_events=2)).tolist() == [-1, -1]


def test_sizes_of_an_arm_whose_steps_are_hidden_are_told_in_one_digit() -> None:
    """112 of 118 would tell of six; the other arm and weights that tell no size keep their digits."""

    @answer_row
    class Tested(Row):
        ess_strategy: float | None = col.column("number", default=None)
        ess_alternative: float | None = col.column("number", default=None)
        diagnostics: dict[str, Any] | None = col.column("nested", default=None)

    weights = [WeightsRow(arm=arm, effective_size=112.0, largest_share=0.012, largest=0.0234) for arm in "ab"]
    steps = [{"arm": "a", "status": "suppressed"}, {"arm": "b", "status": "ok"}]
    row = Tested(ess_strategy=112.0, ess_alternative=None, diagnostics={"flow": steps, "weights": weights, "x": 1})
    made = with_coarse_sizes(row)
    assert (made.ess_strategy, made.ess_alternative) == (100.0, None)
    assert made.diagnostics is not None
    assert made.diagnostics["weights"] == [weights[0].having(effective_size=100.0), weights[1]]
    assert made.diagnostics["x"] == 1
    seen = row.having(diagnostics={"flow": steps[1:], "weights": weights})
    assert with_coarse_sizes(seen) is seen
    assert with_coarse_sizes(row.having(diagnostics=None)).ess_strategy == 112.0
