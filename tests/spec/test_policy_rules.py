"""What a policy says: its numbers, what an office may write into one, and thresholds beside it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from followup_analytics.errors import DataError, UsageError
from followup_analytics.results.disclosure import (
    DisclosurePolicy,
    policy_of,
)

DEFAULT, NONE = policy_of(), policy_of("none")


def test_the_default_policy_in_full() -> None:
    """Ten applicants, no further threshold, shares to .001; every field is named here, so that none moves unseen."""
    told = {one.name: getattr(DEFAULT, one.name) for one in fields(DisclosurePolicy)}
    del told["about"]
    assert told == {
        "name": "default", "min_cell": 10, "min_events": 0, "min_non_events": 0, "hide_zeros": False,
        "dominance_n": 0, "dominance_k": 1.0, "p_ratio": 0.0, "min_base": 0.0, "count_base": 1, "share_step": 0.001,
        "bands": (), "event_counts": True, "min_step_events": 1, "width": None, "event_width": None,
    }  # fmt: skip
    bare = {one.name: getattr(DisclosurePolicy(), one.name) for one in fields(DisclosurePolicy)}
    assert bare | {"about": ""} == told | {"about": ""}


WIDTHS = """
min_cell | min_events | width | event width | of people 0 1 7 8 9 | of events 0 1 2 3 9
10       | 0          |       |             | 1 1 7 8 8           | 1 1 2 2 2
5        | 0          |       |             | 1 1 3 3 3           | 1 1 2 2 2
2        | 0          |       |             | 1 1 1 1 1           | 1 1 2 2 2
10       | 4          |       |             | 1 1 7 8 8           | 1 1 2 2 2
10       | 5          |       |             | 1 1 7 8 8           | 1 1 2 3 3
10       | 10         |       |             | 1 1 7 8 8           | 1 1 2 3 8
10       | 10         | 3     | 5           | 1 1 3 3 3           | 1 1 2 3 5
10       | 0          | 3     | 1           | 1 1 3 3 3           | 1 1 1 1 1
"""


@pytest.mark.parametrize("line", WIDTHS.strip().splitlines()[1:])
def test_how_closely_a_hidden_count_may_be_placed(line: str) -> None:
    """Two less than the threshold, at most the count itself, never a single value."""
    min_cell, min_events, width, event_width, people, events = (part.strip() for part in line.split("|"))
    policy = replace(
        DEFAULT, min_cell=int(min_cell), min_events=int(min_events), width=int(width) if width else None,
        event_width=int(event_width) if event_width else None,
    )  # fmt: skip
    assert [policy.width_of(n) for n in (0, 1, 7, 8, 9)] == [int(n) for n in people.split()]
    assert [policy.width_of_events(n) for n in (0, 1, 2, 3, 9)] == [int(n) for n in events.split()]


def test_what_a_policy_hides() -> None:
    """From two applicants on something is hidden; of a share the base counts where it is more."""
    assert [replace(DEFAULT, min_cell=n).hides for n in (1, 2)] == [False, True]
    assert replace(DEFAULT, min_base=22.5).least_people == 22.5
    assert replace(DEFAULT, min_base=9).least_people == 10
    assert [replace(DEFAULT, dominance_n=n).has_dominance() for n in (0, 1)] == [False, True]
    assert replace(DEFAULT, p_ratio=0.01).has_dominance()


@pytest.mark.parametrize(
    ("people", "base"),
    [(9, None), (10, 10), (20, 10), (21, 21), (40, 21), (41, 41), (101, 101), (301, 301), (9_999, 301)],
)
def test_the_band_of_a_group(people: int, base: int | None) -> None:
    """That of the largest base that the group reaches."""
    found = policy_of("nces").band(people)
    assert (found.base if found else None) == base


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("dominance_k = 1", True), ("dominance_k = 0", False), ("dominance_k = 1.01", False),
        ("p_ratio = 0", True), ("p_ratio = 1", True), ("p_ratio = 1.01", False), ("p_ratio = -0.1", False),
        ("share_step = 0.5", True), ("share_step = 0", False), ("share_step = 0.51", False),
        ("min_cell = 1", True), ("min_cell = 0", False), ("count_base = 1", True), ("count_base = 0", False),
        ("min_events = 0", True), ("min_events = -1", False), ("min_non_events = 0", True),
        ("min_non_events = -1", False), ("dominance_n = 0", True), ("dominance_n = -1", False),
        ("min_base = 22", True), ("min_base = true", False), ("min_cell = true", False), ("min_cell = 2.5", False),
        ("event_counts = false", True), ("event_counts = 0", False), ("about = 5", False), ("about = 'ours'", True),
        ("bands = [{base=1, edge=0, step=0.5}]", True), ("bands = [{base=1, edge=0.5, step=0.1}]", False),
        ("bands = [{base=1, edge=0.1, step=0}]", False), ("bands = [{base=1, edge=-0.1, step=0.1}]", False),
        ("bands = [{base=1, edge=0.1, step=0.51}]", False), ("bands = 3", False),
    ],
)  # fmt: skip
def test_what_an_office_may_write(tmp_path: Path, text: str, good: bool) -> None:
    """Shares from nought to one, thresholds from nought or one on, each of its own kind; else the file is refused."""
    own = tmp_path / "office.toml"
    own.write_text(text)
    if good:
        assert policy_of(own).name == "office"
        return
    with pytest.raises(DataError, match=r"office\.toml: "):
        policy_of(own)


@pytest.mark.parametrize("min_cell", [0, -1, True, 2.5])
def test_a_threshold_is_a_whole_number_from_one_on(min_cell: Any) -> None:
    """One hides nothing; less, and what is no whole number, is refused."""
    with pytest.raises(UsageError, match="whole number from 1"):
        policy_of(None, min_cell)


def test_a_named_policys_own_threshold_may_be_named_beside_it() -> None:
    """As much as it asks for, or more; fewer only without its name."""
    assert policy_of("acro", 10) == policy_of("acro")
    assert policy_of(min_cell=2).min_cell == 2
    with pytest.raises(UsageError, match="asks for 10"):
        policy_of("acro", 9)
    assert not policy_of("none", 1).hides
    with pytest.raises(UsageError, match="hides nothing"):
        policy_of("none", 2)
