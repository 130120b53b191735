"""One gate: what the architecture guarantees, and what hidden rows look like."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from log_builder import build_log

import followup_analytics
from followup_analytics.answers.curves import incidence_curve
from followup_analytics.answers.outcomes import cohort_outcomes
from followup_analytics.answers.rates import response_rates
from followup_analytics.errors import WithheldError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.results.disclosure import (
    HIDDEN_REASON,
    days_shown,
    hidden_parts,
    hidden_steps,
    is_hidden,
    members_by,
    people_by,
    policy_of,
    require_visible,
    sets_shown,
    shares_shown,
)

PACKAGE = Path(followup_analytics.__file__).parent


def test_the_word_stands_in_the_gate_alone() -> None:
    """No other module writes the status of hidden rows itself: it asks the gate for it."""
    word = re.compile(r"""["']suppressed["']""")
    found = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if word.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["results/disclosure/marked.py"]


def offices(sizes: dict[str, int], programmes: dict[str, str] | None = None) -> FollowUpLog:
    """Applicants of some schools, one interview each with one call; every second call is answered."""
    interviews, contacts = [], []
    for school, size in sizes.items():
        for number in range(size):
            key = f"{school}{number}"
            interviews.append(
                {
                    "interview_id": key, "applicant_id": f"p{key}", "interviewed_at": "2026-03-02T09:00:00+00:00",
                    "school": school, "programme": (programmes or {}).get(school, school),
                }
            )  # fmt: skip
            call = {"interview_id": key, "direction": "outbound", "channel": "phone"}
            contacts.append(call | {"contact_id": f"c{key}", "at": "2026-03-04T09:00:00+00:00"})
            if number % 2:
                reply = {"interview_id": key, "direction": "inbound", "channel": "email"}
                contacts.append(reply | {"contact_id": f"r{key}", "at": "2026-03-05T09:00:00+00:00"})
    return build_log(
        interviews=pl.DataFrame(interviews), contacts=pl.DataFrame(contacts), time_zone="UTC", data_date="2026-05-31"
    )


THREE = {"law": 4, "arts": 30, "music": 14}


@pytest.mark.parametrize("answer", [response_rates, incidence_curve, cohort_outcomes])
def test_hidden_rows_have_one_reason(answer) -> None:
    """The small one and the one that goes with it can't be told apart by their reasons, and hold no number."""
    rows = answer(offices(THREE), by="school").rows
    hidden = [row for row in rows if is_hidden(row)]
    assert {row["group"] if "group" in row else row["school"] for row in hidden} == {"law", "music"}
    assert {row.reason for row in hidden} == {HIDDEN_REASON}
    assert not re.search(r"\d", HIDDEN_REASON)
    for row in hidden:
        assert [row[name] for name in type(row).hidden_with_row()] == [None] * len(type(row).hidden_with_row())


def test_rows_that_passed_no_gate_are_no_answer() -> None:
    """An answer can't be made of rows that `disclose` did not make."""
    found = response_rates(offices(THREE), by="school")
    with pytest.raises(TypeError, match="disclose"):
        replace(found, rows=tuple(found.rows))


def test_published_numbers_are_rounded() -> None:
    """To .001 with the default, all digits with 1; counts stay as they are."""
    log = offices({"arts": 35, "music": 31})
    rounded, exact = (response_rates(log, by="school", min_cell=n).rows[0] for n in (10, 1))
    assert (rounded.estimate, exact.estimate) == (0.486, pytest.approx(17 / 35, abs=1e-12))
    assert (rounded.n_attempts, rounded.n_events) == (exact.n_attempts, exact.n_events) == (35, 17)


def test_a_policy_by_its_name() -> None:
    """OpenSAFELY: counts to 5; none: everything."""
    log = offices({"arts": 36, "music": 31})
    assert response_rates(log, by="school", disclosure="opensafely").rows[0].n_attempts == 35
    assert response_rates(log, by="school", disclosure="none").rows[0].n_attempts == 36
    assert response_rates(log, by="school", disclosure="nces").rows[0].n_events is None


def test_a_part_that_a_table_would_hide_is_withheld() -> None:
    """`--where school=music` would print what `--by school` hides to protect the four of law."""
    interviews = offices(THREE).interviews
    people, members = people_by(("school",), interviews), partial(members_by, ("school",), interviews)
    require_visible(people, [("school", "arts")], policy_of(), members)
    for hidden in ("music", "Music", "law"):
        with pytest.raises(WithheldError):
            require_visible(people, [("school", hidden)], policy_of(), members)
    require_visible(people, [("school", "music")], policy_of(min_cell=1), members)
    require_visible(people, [("school", "nowhere")], policy_of(), members)


@pytest.mark.parametrize(
    ("counts", "total", "shown"),
    [
        pytest.param({"settled": 36, "seeking": 8, "not_seeking": 4, "unknown": 4}, 52, {"low"}, id="Table 6"),
        pytest.param({"settled": 400, "seeking": 80, "not_seeking": 40, "unknown": 40}, 560, "all", id="many"),
        pytest.param({"settled": 30, "seeking": 0, "not_seeking": 0, "unknown": 0}, 30, "all", id="nobody to find"),
        pytest.param({"settled": 24, "seeking": 1, "not_seeking": 0, "unknown": 0}, 25, {"knowledge"}, id="one"),
    ],
)  # fmt: skip
def test_rates_of_destinations(counts: dict[str, int], total: int, shown: set[str] | str) -> None:
    """Rates stay as long as no part of a few people can be placed too closely from all of them together."""
    known = ("settled", "seeking", "not_seeking")
    shares = {
        "career": (("settled",), ("settled", "seeking")),
        "knowledge": (known, (*known, "unknown")),
        "low": (("settled",), ("settled", "seeking", "unknown")),
        "high": (("settled", "unknown"), ("settled", "seeking", "unknown")),
    }
    expected = set(shares) if shown == "all" else set(shown)
    found = shares_shown(counts, total, shares, policy_of())
    assert found == expected
    assert shares_shown(counts, total, shares, policy_of("none")) == set(shares)


def test_numbers_about_overlapping_sets() -> None:
    """A number that cuts off a part of few people is left out; the next that doesn't is kept."""
    people = {"a": 40, "b": 5, "c": 30}

    def count(part: frozenset[str]) -> int:
        return sum(people[one] for one in part)

    told = {"a of all": [frozenset("a")], "b of all": [frozenset("b")], "c of all": [frozenset("c")]}
    assert sets_shown(told, "abc", count, policy_of()) == {"a of all"}
    assert sets_shown(told, "abc", count, policy_of(min_cell=5)) == set(told)


@pytest.mark.parametrize(
    ("waiting", "end"),
    [([40, 30, 20], 3), ([40, 10, 9], 2), ([40, 9, 0], 1), ([9, 9, 9], 0), ([40, 0, 0], 3)],
)
def test_until_when_curves_are_drawn(waiting: list[int], end: int) -> None:
    """A curve ends before the first day with some, but fewer than ten, applicants waiting."""
    assert days_shown(np.array(waiting), policy_of()) == end
    assert days_shown(np.array(waiting), policy_of("none")) == len(waiting)


@pytest.mark.parametrize(
    ("people", "hidden"),
    [([40, 9, 30, 12], {1, 3}), ([40, 10, 30], set()), ([40, 4, 5, 12], {1, 2, 3}), ([0, 3, 40], {1, 2})],
)
def test_parts_of_a_distribution(people: list[int], hidden: set[int]) -> None:
    """A small part goes with the next larger ones until ten people are hidden together; empty parts tell nothing."""
    assert hidden_parts(people, lambda places: sum(people[place] for place in places), policy_of()) == hidden


@pytest.mark.parametrize(
    ("either", "shown"),
    [(False, {("both", "eligible"), ("b", "did"), ("b", "left")}), (True, {("both", "eligible")})],
)
def test_steps_of_a_flow(either: bool, shown: set[tuple[str, str]]) -> None:
    """An arm with a small step loses all its steps; where who isn't in the one is in the other, both do."""
    rows = [
        {"arm": arm, "step": step, "n_interviews": n, "n_applicants": n, "status": "ok"}
        for arm, step, n in (
            ("both", "eligible", 60), ("a", "did", 55), ("a", "left", 5), ("b", "did", 30), ("b", "left", 30),
            ("both", "event", 9),
        )
    ]  # fmt: skip
    found = hidden_steps(rows, policy_of(), either=either, whole="both")
    assert {(row["arm"], row["step"]) for row in found if not is_hidden(row)} == shown
    assert all(row["n_applicants"] is None for row in found if is_hidden(row))
