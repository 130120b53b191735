"""What the gate hides and how it rounds, as tables on both sides of every limit; the rows of answers are made up."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from followup_analytics import cohort_outcomes
from followup_analytics.errors import DataError, WithheldError
from followup_analytics.log.assembling import build_log
from followup_analytics.results import columns as col
from followup_analytics.results.disclosure import (
    Cells,
    DisclosurePolicy,
    cells_of,
    disclose,
    disclosed_except,
    hidden_mapping,
    is_hidden,
    members_by,
    people_by,
    people_with,
    places_to_hide,
    policy_of,
    require_enough,
    require_visible,
    rounded_extra,
    sets_shown,
    shares_shown,
    small_cohort_note,
    working_paper,
)
from followup_analytics.results.disclosure.cells import subsets
from followup_analytics.results.disclosure.policy import Band
from followup_analytics.results.disclosure.rounding import in_band, rounded_tree, rounded_value, to_multiple, to_step
from followup_analytics.results.row import Row, answer_row

DEFAULT, NONE = policy_of(), policy_of("none")


@answer_row
class Group(Row):
    """A group of people, how many of them were called back, and what is told of them."""

    group: str = col.column("text", role="key", importance=col.ALWAYS)
    keys: dict[str, str] = col.keys_column("What was asked for.")
    estimate: float | None = col.estimate("Share")
    conf_low: float | None = col.column("share_interval", role="estimate", upper="conf_high", default=None)
    conf_high: float | None = col.column("share", role="estimate", default=None)
    n_applicants: int | None = col.applicants()
    n_interviews: int | None = col.interviews()
    n_events: int | None = col.events()
    median: float | None = col.column("days", role="estimate", default=None)
    ess_strategy: float | None = col.column("number", role="estimate", default=None)
    told: dict[str, Any] | None = col.column("nested", role="estimate", default=None)
    about: str | None = col.column("sentence", default=None)
    status: str = col.status(default="ok")
    reason: str | None = col.reason(default=None)


def groups(*people: int, events: Sequence[int] | None = None) -> list[Group]:
    """Groups a, b, c, ... of so many people, half of them (or so many) with the event."""
    happened = events or [number // 2 for number in people]
    return [
        Group(
            group="abcdefgh"[place], estimate=happened[place] / number if number else None, n_applicants=number,
            n_interviews=number, n_events=happened[place],
        )
        for place, number in enumerate(people)
    ]  # fmt: skip


def shown(rows: Sequence[Group]) -> str:
    """The groups that are shown."""
    return "".join(row.group for row in rows if not is_hidden(row))


# ------------------------------------------------------------------------------------------------------ the whole table


def test_an_answer_needs_as_many_applicants_as_a_row() -> None:
    """Ten are enough, nine are not, and the sentence says so without their number; nobody at all is a fault of data."""
    require_enough(10, DEFAULT)
    with pytest.raises(WithheldError, match="fewer than 10"):
        require_enough(9, DEFAULT)
    require_enough(1, NONE)
    with pytest.raises(DataError, match="nothing here"):
        require_enough(0, NONE, "nothing here")


@pytest.mark.parametrize(
    ("people", "left"),
    [((10, 40, 60), "abc"), ((9, 40, 60), "c"), ((9, 40, 8, 60), "bd"), ((9, 1, 40, 60), "cd"), ((8, 1, 40, 60), "d")],
)
def test_parts_of_a_whole(people: tuple[int, ...], left: str) -> None:
    """A hidden row is never alone, and what is hidden together is about ten people or more."""
    assert shown(disclose(groups(*people), DEFAULT)) == left


def test_rows_that_are_no_parts_hide_each_other_not() -> None:
    """Where nothing adds up only the small ones go, and those named."""
    rows = groups(9, 10, 40, 60)
    assert shown(disclose(rows, DEFAULT, parts=False)) == "bcd"
    assert shown(disclose(rows, DEFAULT, parts=False, also=[3])) == "bc"
    assert shown(disclose(rows, DEFAULT, parts=False, sizes=[10, 9, 10, 10])) == "acd"
    assert shown(disclose(groups(20, 40, 60), DEFAULT, also=[2])) == "b"


def test_where_nothing_would_be_left_the_answer_is_withheld() -> None:
    """All rows hidden is no table; with nothing to hide everything stays, and no rows are no secret."""
    with pytest.raises(WithheldError):
        disclose(groups(9, 9), DEFAULT)
    assert shown(disclose(groups(9, 9), NONE)) == "ab"
    assert disclose([], DEFAULT) == ()
    assert shown(working_paper(groups(1))) == "a"


def test_a_hidden_row_keeps_its_keys_and_nothing_else() -> None:
    """Every number goes, whatever its role; words that tell no number stay."""
    row = replace(groups(40)[0], keys={"school": "law"}, about="of law", told={"share": 0.5}, median=3.0)
    (hidden,) = disclosed_except([row], [0], DEFAULT)
    assert (hidden.group, hidden.keys, hidden.about, hidden.status) == ("a", {"school": "law"}, "of law", "suppressed")
    assert {hidden[name] for name in Group.hidden_with_row()} == {None}
    plain = hidden_mapping({"name": "x", "n": 3, "kept": 1}, ["n"])
    assert (plain["n"], plain["kept"], plain["status"]) == (None, 1, "suppressed")


# -------------------------------------------------------------------------------------------------- rows in their lines


def cells(counts: dict[tuple[str, ...], int], **more: Any) -> Cells:
    """A table by several columns with so many people in each row."""
    return Cells(list(counts), list(counts.values()), **more)


def left(table: Cells, policy: DisclosurePolicy = DEFAULT) -> set[tuple[str, ...]]:
    """The keys of the rows that are hidden."""
    return {tuple(table.keys[place]) for place in places_to_hide(table, policy)}


def test_a_small_cell_takes_a_rectangle_with_it() -> None:
    """In a table of two columns both margins are known: of each line through a hidden cell another one goes."""
    table = cells({(a, b): 30 + 10 * k for k, (a, b) in enumerate(itertools.product("AB", "xyz"))} | {("A", "x"): 4})
    assert left(table) == {("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")}


def test_a_small_line_is_protected_as_a_whole() -> None:
    """A school of six people is itself hidden in the table of schools, with the next smallest of these."""
    table = cells({("A", "x"): 3, ("A", "y"): 3, ("B", "x"): 30, ("B", "y"): 40, ("C", "x"): 50, ("C", "y"): 60})
    hidden = left(table)
    assert {("A", "x"), ("A", "y")} < hidden
    assert not hidden & {("C", "y")}


def test_people_who_stand_in_several_rows_are_counted_once() -> None:
    """Nine people in each of two rows are ten together only if they are not the same nine."""
    people = {"same": [range(9), range(9)], "others": [range(9), range(9, 18)]}
    for who, persons in people.items():
        rows = [*persons, range(100, 140), range(200, 260)]
        members = pl.DataFrame(
            [{"place": place, "person": person, "units": 1} for place, row in enumerate(rows) for person in row]
        )
        table = Cells([(key,) for key in "abcd"], [len(row) for row in rows], members=lambda frame=members: frame)
        assert {key for (key,) in left(table)} == ({"a", "b", "c"} if who == "same" else {"a", "b"})
        assert table.people_in([0, 1]) == (9 if who == "same" else 18)


def test_events_are_found_by_subtraction_too() -> None:
    """Where the number of all events is known, two hidden rows of which one has all but one event are not enough."""
    counts = {"n_interviews": [9, 40, 60]}
    without = Cells([(k,) for k in "abc"], [9, 40, 60], counts, [4, 20, 30])
    assert places_to_hide(without, DEFAULT) == {0, 1}
    known = replace(without, events=[0, 0, 30], total_of_events=True)
    assert places_to_hide(known, DEFAULT) == {0, 1, 2}
    assert places_to_hide(replace(without, total_of_events=True), DEFAULT) == {0, 1}


def test_what_rows_count_from_the_narrow_to_the_wide() -> None:
    """People are no more than interviews, these no more than attempts, events no more than the base of shares."""
    keys, one = [("a",)], [1]
    table = Cells(keys, one, {"n_attempts": [3], "n_interviews": [2], "n_graduates": [4]}, [1], total_of_events=True)
    assert table.orders() == [
        ("people", "n_interviews"), ("n_interviews", "n_attempts"), ("people", "n_graduates"), ("events", "n_attempts"),
    ]  # fmt: skip
    assert list(table.measures()) == ["people", "n_interviews", "n_attempts", "n_graduates", "events"]
    assert table.units() == [3]
    assert Cells(keys, one, {"n_interviews": [2]}).units() == [2]
    assert Cells(keys, one).units() == one
    quiet = replace(table, total_of_events=False)
    assert ("events", "n_attempts") not in quiet.orders()
    assert "events" not in quiet.measures()
    assert "events" not in replace(table, events=None).measures()
    assert Cells(keys, one).orders() == []


def test_a_table_by_fewer_columns_adds_up() -> None:
    """People, counts and events of the rows that fall together; people who are in several of them once."""
    members = pl.DataFrame({"place": [0, 0, 1, 2], "person": ["p", "q", "p", "r"], "units": [1, 1, 2, 1]})
    table = Cells(
        [("A", "x"), ("A", "y"), ("B", "x")], [2, 1, 1], {"n_attempts": [2, 2, 1]}, [1, 0, 1], members=lambda: members
    )
    margin, made_of = table.margin([0])
    assert (margin.keys, margin.people, margin.counts, margin.events) == (
        [("A",), ("B",)], [2, 1], {"n_attempts": [4, 1]}, [1, 1],
    )  # fmt: skip
    assert made_of == {("A",): [0, 1], ("B",): [2]}
    assert margin.people_in([0]) == 2
    assert replace(table, members=None).margin([0])[0].people == [3, 1]
    assert subsets(3) == [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    assert subsets(1) == []


def test_the_counts_of_rows_are_read_by_their_roles() -> None:
    """What is a size, what a count and what a key the row class declares."""
    rows = [replace(row, keys={"school": "law"}) for row in groups(9, 40)]
    found = cells_of(rows)
    assert found.keys == [("a", "law"), ("b", "law")]
    assert (found.people, found.counts, found.events) == ([9, 40], {"n_interviews": [9, 40]}, [4, 20])
    assert cells_of(rows, sizes=[1, 2]).people == [1, 2]


# ------------------------------------------------------------------------------------------------------------ rounding


@pytest.mark.parametrize(
    ("value", "step", "shown"),
    [
        (0.12349, 0.001, 0.123),
        (0.1235, 0.001, 0.124),
        (-0.0004, 0.001, 0.0),
        (0.26, 0.05, 0.25),
        (0.28, 0.05, 0.3),
        (0.7, 0.5, 0.5),
    ],
)
def test_shares_go_to_the_nearest_step(value: float, step: float, shown: float) -> None:
    """The nearest multiple, without a tail and without a minus before nought."""
    assert repr(to_step(value, step)) == repr(shown)


@pytest.mark.parametrize(("value", "shown"), [(0, 0), (2, 0), (2.5, 5), (7, 5), (7.5, 10), (-2.5, 0)])
def test_counts_go_to_the_nearest_five_halves_up(value: float, shown: int) -> None:
    """2.5 is 5."""
    assert to_multiple(value, 5) == shown


BAND = Band(10, 0.2, 0.1)


@pytest.mark.parametrize(
    ("share", "low", "middle", "high"),
    [
        (0.0, 0.0, 0.1, 0.2), (0.2, 0.0, 0.1, 0.2), (0.21, 0.2, 0.25, 0.3), (0.3, 0.3, 0.35, 0.4),
        (0.79, 0.7, 0.75, 0.8), (0.8, 0.8, 0.9, 1.0), (1.0, 0.8, 0.9, 1.0),
    ],
)  # fmt: skip
def test_the_range_in_which_a_share_is_told(share: float, low: float, middle: float, high: float) -> None:
    """Ranges of a tenth, the ends coded together."""
    assert [in_band(share, BAND, side) for side in ("low", "middle", "high")] == [low, middle, high]


def test_each_number_of_a_row_by_its_kind() -> None:
    """Shares to .001, weights to two digits, days to four, nested tables by name; counts and words stay."""
    row = Group(
        group="a", estimate=0.123456, conf_low=0.01234567, conf_high=0.98765, n_applicants=40, n_interviews=43,
        n_events=11, median=12.3456, ess_strategy=34.56, told={"share": 0.123456, "p_value": 0.01234, "other": 1.23456},
        about="3 of 4",
    )  # fmt: skip
    (made,) = disclosed_except([row], [], DEFAULT)
    assert (made.estimate, made.conf_low, made.conf_high) == (0.123, 0.012, 0.988)
    assert (made.n_applicants, made.n_interviews, made.n_events, made.about) == (40, 43, 11, "3 of 4")
    assert (made.median, made.ess_strategy) == (12.35, 35.0)
    assert made.told == {"share": 0.123, "p_value": 0.012, "other": 1.235}
    assert disclosed_except([row], [], NONE)[0] is row
    (other,) = disclosed_except([row], [], DEFAULT, nested={"told": "share"})
    assert other.told == {"share": 0.123, "p_value": 0.012, "other": 1.235}
    banded = disclosed_except([row], [], policy_of("nces"))[0]
    assert (banded.estimate, banded.conf_low, banded.conf_high, banded.n_events) == (0.15, 0.0, 1.0, None)
    assert disclosed_except([row], [], policy_of("opensafely"))[0].n_interviews == 45


def test_nested_numbers_take_the_kind_of_their_name() -> None:
    """The kind of a table holds for all in it that has none of its own."""
    kinds = {"weights": "weight", "share": "share"}
    tree = {"weights": [1.2345, {"share": 0.56789}], "other": 1.23456, "word": "x", "yes": True}
    found = rounded_tree(tree, DEFAULT, kinds)
    assert found == {"weights": [1.2, {"share": 0.568}], "other": 1.235, "word": "x", "yes": True}
    beside = {"arms": {"estimate": 0.12345, "mean_weight": 1.2345}}
    assert rounded_extra(beside, DEFAULT)["arms"] == {
        "estimate": 0.123,
        "mean_weight": 1.2,
    }
    assert rounded_value(float("inf"), "share", DEFAULT) == float("inf")
    assert rounded_value(0.12345, "share", replace(DEFAULT, min_cell=1)) == 0.12345


# ----------------------------------------------------------------------------------------------- several tables of one


@pytest.mark.parametrize(("b", "kept"), [(10, {"a", "b", "c"}), (9, {"a"}), (0, {"a", "b", "c"})])
def test_numbers_about_sets_that_overlap(b: int, kept: set[str]) -> None:
    """Each part that all shown numbers cut off together has ten people, or nobody."""
    people = {"a": 40, "b": b, "c": 30}
    told = {name: [frozenset(name)] for name in "abc"}
    found = sets_shown(told, "abc", lambda part: sum(people[one] for one in part), DEFAULT)
    assert found == kept
    assert sets_shown(told, "abc", lambda part: sum(people[one] for one in part), NONE) == set(told)


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ({"settled": 20, "seeking": 10}, {"rate"}),
        ({"settled": 21, "seeking": 9}, set()),
        ({"settled": 30, "seeking": 0}, {"rate"}),
        ({"settled": 9, "seeking": 200}, set()),
    ],
)
def test_a_share_of_people_whose_number_is_known(counts: dict[str, int], kept: set[str]) -> None:
    """Of 30 people .7 are 21, so that 9 are the rest; ten may be known, and nobody is no small part."""
    shares = {"rate": (("settled",), ("settled", "seeking"))}
    assert shares_shown(counts, sum(counts.values()), shares, DEFAULT) == kept
    assert shares_shown(counts, sum(counts.values()), shares, NONE) == {"rate"}


def cohorts(**sizes: int) -> pl.DataFrame:
    """Interviews of so many applicants in each cohort."""
    rows = [{"cohort": name, "applicant_id": f"{name}{k}"} for name, size in sizes.items() for k in range(size)]
    return pl.DataFrame(rows, schema={"cohort": pl.String, "applicant_id": pl.String})


def spoken_of(policy: DisclosurePolicy, **sizes: int) -> list[str]:
    """Codes of what is said of a log with so many applicants in each cohort."""
    return [note.code for note in small_cohort_note(people_with("cohort", cohorts(**sizes)), policy)]


def ask_for(cohort: str, policy: DisclosurePolicy, **sizes: int) -> None:
    """Ask for one cohort of such a log."""
    rows = cohorts(**sizes)
    people = people_by(("cohort",), rows)
    require_visible(people, [("cohort", cohort)], policy, lambda: members_by(("cohort",), rows))


def test_a_small_cohort_among_others_is_spoken_of() -> None:
    """Nine are few and ten are not; one cohort alone can't be had from others."""
    assert spoken_of(DEFAULT, spring=9, autumn=40) == ["small_cohort"]
    assert spoken_of(DEFAULT, spring=10, autumn=40) == []
    assert spoken_of(DEFAULT, spring=9) == []
    # A cohort is asked for as it is written: two spellings of nine each are two small ones.
    assert spoken_of(DEFAULT, spring=9, Spring=9) == ["small_cohort"]
    assert spoken_of(NONE, spring=9, autumn=40) == []


def test_a_part_of_a_log_is_shown_as_its_row_would_be() -> None:
    """Ten of spring may be asked for and nine may not; then autumn protects them, and winter is shown."""
    ask_for("spring", DEFAULT, spring=10, autumn=20, winter=60)
    few = {"spring": 9, "autumn": 20, "winter": 60}
    for name in ("spring", "autumn"):
        with pytest.raises(WithheldError):
            ask_for(name, DEFAULT, **few)
    ask_for("winter", DEFAULT, **few)
    ask_for("spring", NONE, **few)


@pytest.mark.parametrize(("offers", "shown"), [(1, False), (9, False), (10, True)])
def test_the_day_of_half_of_a_few_is_no_day_to_show(offers: int, *, shown: bool) -> None:
    """Of one offer it is the day on which a person had it; ten are enough, and nothing is hidden from oneself."""
    start = dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC)
    names = [f"i{k}" for k in range(40)]
    interviews = pl.DataFrame(
        {"interview_id": names, "applicant_id": names, "interviewed_at": [start] * 40, "cohort": ["a"] * 40}
    )
    decided = [start + dt.timedelta(days=3 + k) for k in range(offers)]
    outcomes = pl.DataFrame({"interview_id": names[:offers], "outcome": ["offer"] * offers, "decided_at": decided})
    log = build_log(interviews=interviews, outcomes=outcomes, time_zone="UTC", data_date="2026-06-01")
    for policy, known in ((DEFAULT, shown), (NONE, True)):
        row = cohort_outcomes(log, disclosure=policy).rows[0]
        assert row.n_offers == offers
        assert (row.half_of_offers_by_day is not None) == known
        assert (row.half_of_advances_by_day is not None) == known
