"""Rows of answers: declared once, read by attribute or by name, and never silent about a column that is not there."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import pkgutil

import pytest

import followup_analytics
from followup_analytics.answers.rates.result import RatesRow
from followup_analytics.claims.diagnostic_rows import FlowRow, SecondOutcomeRow
from followup_analytics.report.typecase import TypeCase
from followup_analytics.results.columns import HIDDEN_ROLES
from followup_analytics.results.disclosure import DisclosurePolicy, policy_of
from followup_analytics.results.disclosure.rounding import rounded_tree
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row
from followup_analytics.results.values import plain

ROW = RatesRow(
    by={"timing": "0"}, n_attempts=8, n_interviews=4, n_applicants=4, n_events=2, estimate=0.25, conf_low=0.1,
    conf_high=0.5,
)  # fmt: skip


def every(kind: type) -> list[type]:
    """All subclasses in the package."""
    for module in pkgutil.walk_packages(followup_analytics.__path__, "followup_analytics."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, todo = [], [kind]
    while todo:
        todo += (subclasses := todo.pop().__subclasses__())
        # A class with slots is made anew by its decorator: the first one has no declarations and is left out.
        found += [one for one in subclasses if not issubclass(one, Row) or dataclasses.is_dataclass(one)]
    return sorted(
        {one for one in found if one.__module__.startswith("followup_analytics.")}, key=lambda one: one.__name__
    )


ROWS = every(Row)
RESULTS = every(Result)


def test_a_row_is_read_by_attribute_and_by_name() -> None:
    """The columns of the question stand among the others, where they are declared."""
    assert (ROW.estimate, ROW["estimate"], ROW["timing"], ROW.by["timing"]) == (0.25, 0.25, "0", "0")
    assert list(ROW)[:3] == ["timing", "n_attempts", "n_interviews"]
    assert dict(ROW)["status"] == "ok"
    assert len(ROW) == len(dict(ROW)) == 13
    assert dict(ROW) == ROW


@pytest.mark.parametrize("ask", [lambda row: row["estimat"], lambda row: row.get("estimat"), lambda row: row.estimat])
def test_a_misspelt_column_names_the_nearest(ask) -> None:
    """Also where `get` would give a dictionary's None."""
    with pytest.raises((KeyError, AttributeError), match="RatesRow has no column 'estimat'; did you mean 'estimate'"):
        ask(ROW)


def test_a_name_like_none_lists_the_columns() -> None:
    """The place of the question's columns is no name of its own."""
    with pytest.raises(KeyError, match="there are timing, n_attempts"):
        ROW["qqq"]
    assert "by" not in ROW


def test_a_row_is_frozen_and_changed_by_a_copy() -> None:
    """A change names a declared column."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        ROW.estimate = 0.5
    assert ROW.having(estimate=0.5).estimate == 0.5
    assert ROW.estimate == 0.25
    with pytest.raises(KeyError, match="did you mean 'estimate'"):
        ROW.having(estimat=0.5)
    assert pickle.loads(pickle.dumps(ROW)) == ROW


@pytest.mark.parametrize("policy", [policy_of(), policy_of(min_cell=1)], ids=["hides", "hides nothing"])
def test_a_row_inside_a_row_stays_one(policy: DisclosurePolicy) -> None:
    """Rounded and made printable it is read by attribute and by name still, and a misspelt name is told."""
    nested = SecondOutcomeRow(outcome="advanced by 60", estimate=0.123456, conf_low=None, conf_high=0.2)
    tree = {"second_line": nested, "flow": [FlowRow(arm="both", step="eligible", n_interviews=9, n_applicants=8)]}
    found = TypeCase().clean_all(rounded_tree(tree, policy, {"estimate": "points"}))
    assert found["second_line"].estimate == found["second_line"]["estimate"]
    assert found["second_line"].estimate == (0.123 if policy.hides else 0.123456)
    assert plain(found["flow"]) == [
        {"arm": "both", "step": "eligible", "n_interviews": 9, "n_applicants": 8, "status": "ok"}
    ]
    with pytest.raises(AttributeError, match="FlowRow has no column 'n_interview'; did you mean 'n_interviews'"):
        _ = found["flow"][0].n_interview


def test_every_answer_is_looked_at() -> None:
    """The lists that the tests below go through are not empty."""
    assert len(ROWS) >= 20
    assert len(RESULTS) >= 20


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_a_row_class_declares_all_about_its_columns(kind: type[Row]) -> None:
    """Each column says what it holds; tables name declared columns alone; an interval's partner is there."""
    names = {one.name for one in kind.declared()}
    assert all(one.about.endswith(".") for one in kind.declared()), [one for one in kind.declared() if not one.about]
    assert set(kind.in_table) <= names
    assert {one.upper for one in kind.declared() if one.upper} <= names
    assert all(one.upper for one in kind.declared() if one.kind.endswith("_interval"))


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_a_row_about_groups_of_people_says_what_is_hidden_with_it(kind: type[Row]) -> None:
    """Every number of a group is a size, a count, an estimate or worked out from them."""
    assert {one.name for one in kind.declared() if one.role == "size"} <= {"n_applicants"}
    for one in kind.declared():
        if one.name in ("estimate", "conf_low", "conf_high", "n_events") and "n_applicants" in kind.hidden_with_row():
            assert one.role in HIDDEN_ROLES, one.name


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__name__)
def test_every_answer_has_its_row_class(kind: type[Result]) -> None:
    """Its own, with columns that people are shown, in its rows or in the lines that are printed."""
    assert dataclasses.is_dataclass(kind.row_type)
    assert (kind.line_type or kind.row_type).in_table
