"""Flows and distributions: steps that add up to a whole, of which no small one may be had by subtraction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from followup_analytics.results.disclosure.marked import SUPPRESSED
from followup_analytics.results.disclosure.policy import DisclosurePolicy
from followup_analytics.results.disclosure.rounding import significant
from followup_analytics.results.row import Row

RowType = TypeVar("RowType", bound=Row)
Rows = list[dict[str, Any]]


def hidden_parts(
    people: Sequence[int], people_in: Callable[[Collection[int]], int], policy: DisclosurePolicy
) -> set[int]:
    """Which parts of a whole to hide: those of few applicants, and so many of the next that no rest gives them away.

    people: applicants of each part; people_in: applicants of several parts together.
    """
    if not policy.hides:
        return set()
    hidden = {place for place, number in enumerate(people) if 0 < number < policy.min_cell}
    further = sorted(
        (place for place in range(len(people)) if people[place] >= policy.min_cell), key=people.__getitem__
    )
    for place in further:
        if not hidden or (len(hidden) > 1 and people_in(hidden) >= policy.min_cell):
            break
        hidden.add(place)
    return hidden


def hidden_steps(rows: Sequence[Mapping[str, Any]], policy: DisclosurePolicy, *, either: bool, whole: str) -> Rows:
    """The steps of a flow by arm, those that may not be shown without their numbers.

    An arm with a small step loses all of them, since they add up to the eligible; steps of the `whole` go one by one.

    Args:
        rows: arm, step, n_interviews, n_applicants, status.
        either: whether everybody is in one arm or the other, so that the one gives the other away.
        whole: the arm's name of steps that count everybody.
    """
    small = {row["arm"] for row in rows if 0 < row["n_applicants"] < policy.min_cell} - {whole}
    if either and small:
        small = {row["arm"] for row in rows} - {whole}
    gone = {"n_interviews": None, "n_applicants": None, "status": SUPPRESSED}
    return [
        {**row, **gone} if row["arm"] in small or 0 < row["n_applicants"] < policy.min_cell else dict(row)
        for row in rows
    ]


def with_coarse_sizes(row: RowType) -> RowType:
    """A claim's row in which the effective size of an arm whose steps are hidden has one significant digit.

    Equal weights would tell how many kept to the arm, and so how many did not: 112 of 118.
    """
    diagnostics = row["diagnostics"] or {}
    hidden = {step["arm"] for step in diagnostics.get("flow") or () if step["status"] == SUPPRESSED}
    if not hidden:
        return row
    weights = [
        one.having(effective_size=_coarse(one.effective_size)) if one.arm in hidden else one
        for one in diagnostics.get("weights") or ()
    ]
    sizes = {name: _coarse(row[name]) for name in ("ess_strategy", "ess_alternative")}
    return row.having(**sizes, diagnostics={**diagnostics, "weights": weights})


def _coarse(value: float | None) -> float | None:
    return None if value is None else significant(float(value), 1)
