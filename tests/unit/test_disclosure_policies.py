"""Policies as data: what each publisher asks for, an office's own file, and what is rounded how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.results.disclosure import MIN_CELL, Cells, merged_steps, places_to_hide, policy_of
from followup_analytics.results.disclosure.policy import Band
from followup_analytics.results.disclosure.rounding import in_band, rounded_value, significant, to_multiple


@pytest.mark.parametrize(
    ("name", "min_cell", "min_events", "zeros", "count_base"),
    [
        ("default", 10, 0, False, 1),
        ("acro", 10, 10, True, 1),
        ("opensafely", 8, 8, True, 5),
        ("hesa", 8, 0, False, 5),
        ("nces", 10, 0, False, 1),
        ("none", 1, 0, False, 1),
    ],
)
def test_the_published_policies(name: str, min_cell: int, min_events: int, zeros: bool, count_base: int) -> None:
    """Thresholds, zeros and rounding as their publishers have them."""
    policy = policy_of(name)
    found = (policy.min_cell, policy.min_events, policy.hide_zeros, policy.count_base)
    assert found == (min_cell, min_events, zeros, count_base)
    assert policy.about


def test_the_default_is_ten_applicants() -> None:
    """Without a word the default policy holds; one number beside it changes its threshold; 1 hides nothing."""
    assert policy_of() == policy_of("default")
    assert policy_of().min_cell == MIN_CELL
    assert policy_of(min_cell=5).min_cell == 5
    assert not policy_of(min_cell=1).hides
    assert not policy_of("acro", min_cell=1).hides
    assert policy_of("acro", min_cell=20).min_cell == 20


@pytest.mark.parametrize(
    ("disclosure", "min_cell", "words"),
    [
        (None, 0, "whole number from 1"),
        ("acro", 5, "asks for 10 or more"),
        ("none", 5, "hides nothing"),
        ("sacro", None, "did you mean 'acro'"),
        ("strict", None, "name a TOML file"),
    ],
)
def test_policies_that_are_refused(disclosure: str | None, min_cell: int | None, words: str) -> None:
    """No such policy, a number below the policy's own, or one that contradicts it: a sentence with the remedy."""
    with pytest.raises(UsageError, match=words):
        policy_of(disclosure, min_cell)


def test_an_office_has_its_own(tmp_path: Path) -> None:
    """A TOML file gives what differs; `like` names the policy whose rules hold elsewhere."""
    own = tmp_path / "office.toml"
    own.write_text('like = "opensafely"\nname = "our office"\nmin_cell = 15\nbands = [{base=15, edge=0.1, step=0.1}]\n')
    policy = policy_of(str(own))
    assert (policy.name, policy.min_cell, policy.count_base) == ("our office", 15, 5)
    assert policy.bands == (Band(15, 0.1, 0.1),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("min_cel = 5", "did you mean 'min_cell'"),
        ('min_cell = "ten"', "not a whole number"),
        ("hide_zeros = 1", "not true or false"),
        ("min_cell = 0", "1 or more"),
        ("dominance_k = 3", "between 0 and 1"),
        ("bands = [{base=1}]", "each of the bands"),
        ("bands = [{base=1, edge=0.7, step=0.1}]", "below one half"),
        ('like = "x"', "no disclosure policy"),
        ("min_cell", "not TOML"),
    ],
)
def test_a_file_with_a_slip(tmp_path: Path, text: str, words: str) -> None:
    """The sentence names the file and what is wrong in it."""
    own = tmp_path / "office.toml"
    own.write_text(text)
    with pytest.raises(DataError, match=words) as refused:
        policy_of(own)
    assert "office.toml" in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Exit code 1, naming it."""
    with pytest.raises(UnreadableError, match=r"absent\.toml"):
        policy_of(tmp_path / "absent.toml")


#: Rows a to e: 30 people each; 60 attempts, of which so many were answered.
FIVE = Cells([(key,) for key in "abcde"], [30] * 5, {"n_attempts": [60] * 5}, [0, 5, 30, 30, 60])


@pytest.mark.parametrize(
    ("policy", "small"),
    [
        (policy_of(), set()),
        (policy_of("acro"), {0, 1, 4}),
        (replace(policy_of(), min_events=6), {1}),
        (replace(policy_of(), min_events=5), set()),
        (replace(policy_of(), min_non_events=31), {2, 3}),
        (replace(policy_of(), min_non_events=30), set()),
        (replace(policy_of(), hide_zeros=True), {0, 4}),
        (replace(policy_of(), min_base=30), set()),
        (replace(policy_of(), min_base=30.5), {0, 1, 2, 3, 4}),
    ],
)
def test_thresholds_on_events_and_others(policy, small) -> None:
    """Events, units without it, none and all, people below a share: at the threshold a row is shown, below it not."""
    assert FIVE.too_small(policy) == small


@pytest.mark.parametrize(
    ("units", "dominated"),
    [([45, 46, 9], True), ([45, 45, 10], False), ([90, 2, 9], True), ([80, 10, 8, 2], False)],
)
def test_dominance(units: list[int], dominated: bool) -> None:
    """acro: two people with more than .9 of a row, or the others with less than .1 of the largest."""
    import polars as pl

    members = pl.DataFrame({"place": [0] * len(units), "person": range(len(units)), "units": units})
    policy = replace(policy_of(), min_cell=2, dominance_n=2, dominance_k=0.9, p_ratio=0.1)
    cells = Cells([("a",)], [len(units)], {"n_attempts": [sum(units)]}, members=lambda: members)
    assert cells.too_small(policy) == ({0} if dominated else set())


@pytest.mark.parametrize(
    ("value", "kind", "policy", "shown"),
    [
        (45 / 118, "share", "default", 0.381),
        (-1 / 3, "points", "default", -0.333),
        (0.0346670499172385, "share_interval", "default", 0.035),
        (0.012345, "p", "default", 0.012),
        (45.0 / 7, "weight", "default", 6.4),
        (0.612345678, "fine", "default", 0.6123),
        (1.23456789, "exact", "default", 1.23456789),
        (17, "count", "default", 17),
        (17, "count", "opensafely", 15),
        (18, "count", "hesa", 20),
        (2, "count", "hesa", 0),
        (0.5678, "share", "hesa", 0.57),
        (45 / 118, "share", "none", 45 / 118),
        (None, "share", "default", None),
        (True, "bool", "default", True),
    ],
)
def test_what_is_published_is_rounded(value: object, kind: str, policy: str, shown: object) -> None:
    """Shares and differences to .001, p-values and weights to two digits, counts as the policy has it."""
    assert rounded_value(value, kind, policy_of(policy)) == shown


def test_no_tail_of_binary_numbers() -> None:
    """A rounded number is written as it is read."""
    assert [repr(rounded_value(k / 7, "share", policy_of())) for k in (1, 2, 3)] == ["0.143", "0.286", "0.429"]
    assert (to_multiple(2.5, 5), to_multiple(7.4, 5), significant(0.0, 2)) == (5, 5, 0.0)


@pytest.mark.parametrize(
    ("people", "share", "middle"),
    [(15, 0.12, 0.10), (15, 0.33, 0.35), (30, 0.05, 0.05), (50, 0.5, 0.525), (150, 0.5, 0.505), (400, 0.999, 0.995)],
)
def test_shares_in_ranges(people: int, share: float, middle: float) -> None:
    """NCES: the fewer people, the wider the range; both ends are coded."""
    band = policy_of("nces").band(people)
    assert band is not None
    assert in_band(share, band) == pytest.approx(middle)
    assert in_band(share, band, "low") <= share <= in_band(share, band, "high")


def test_steps_of_few_events_are_merged() -> None:
    """A step waits until it has ten events; the default draws every step."""
    events = [0, 4, 11, 12, 15, 21, 40]
    assert merged_steps(events, policy_of("acro")).tolist() == [-1, -1, 2, 2, 2, 5, 6]
    assert merged_steps(events, policy_of()).tolist() == list(range(7))


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        pytest.param([10, 40, 60], set(), id="ten are enough"),
        pytest.param([9, 40, 60], {0, 1}, id="nine are not, and a second row goes with them"),
        pytest.param([4, 5, 40, 60], {0, 1, 2}, id="two that are too few together"),
        pytest.param([4, 6, 40, 60], {0, 1}, id="two that are ten together"),
        pytest.param([1, 9, 40], {0, 1}, id="one and nine"),
        pytest.param([3, 4], {0, 1}, id="all"),
    ],
)
def test_which_rows_are_hidden(people: list[int], hidden: set[int]) -> None:
    """Fewer than ten applicants, and the smallest others until nothing can be found."""
    cells = Cells([(str(k),) for k in range(len(people))], people, {"n_interviews": people})
    assert set(places_to_hide(cells, policy_of())) == hidden


def test_a_programme_alone_in_its_school() -> None:
    """Its school's total is its own number: a row of another school is hidden with it."""
    keys = [("A", "p1"), ("B", "p2"), ("B", "p3"), ("C", "p4")]
    cells = Cells(keys, [4, 30, 20, 50], {"n_interviews": [5, 40, 30, 80]})
    assert set(places_to_hide(cells, policy_of())) == {0, 2}
