"""The whole report attacked as one: what its tables hide must stay hidden when all of them lie side by side.

Every answer is safe by itself when it comes here. Together they are rows of the same record: a table may have what
another lacks, and one curve less another is the curve of a few people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from followup_analytics.errors import WithheldError
from followup_analytics.log.followup_log import Note
from followup_analytics.parted.parted_log import rows_of
from followup_analytics.results.disclosure import (
    DisclosurePolicy,
    Units,
    as_attacked,
    disclosed_except,
    found_together,
    is_hidden,
)

if TYPE_CHECKING:
    from followup_analytics.answers.curves.result import CurveResult, CurveRow
    from followup_analytics.answers.outcomes.compared import ComparedRow
    from followup_analytics.results.result import Result

#: Counts of claims are told in steps of this: two claims may be about the same interviews but for one or two.
COARSE = 10


def giving_away(
    base: Sequence[Result], parts: Mapping[str, Sequence[Result]], policy: DisclosurePolicy
) -> tuple[str, ...]:
    """The names of the parts that have to go, so that nothing hidden can be found from those that stay.

    Args:
        base: answers that stand in the report in any case.
        parts: the others by name, the most important first: each is kept if it gives nothing away beside what is kept.

    Raises:
        WithheldError: even the base lets a hidden number be found.
    """
    if not policy.hides:
        return ()
    kept = _units(base)
    everything = [*kept, *(units for answers in parts.values() for units in _units(answers))]
    if not found_together(as_attacked("report", everything), policy):
        return ()
    if found_together(as_attacked("report", kept), policy):
        raise WithheldError.too_few(policy.min_cell)
    gone = []
    for name, answers in parts.items():
        tried = [*kept, *_units(answers)]
        if found_together(as_attacked("report", tried), policy):
            gone.append(name)
        else:
            kept = tried
    return tuple(gone)


def _units(answers: Iterable[Result]) -> list[Units]:
    return [units for answer in answers for units in answer.released()]


def beside_landmark(both: CurveResult, compared: Sequence[ComparedRow], policy: DisclosurePolicy) -> CurveResult:
    """The curves of two cohorts beside their shares by one later day.

    A curve ends where few are still waiting. A share by a day after that end tells what became of those few; so the
    curve then ends a day earlier, and the difference is about everybody who was waiting on its last day.
    """
    later = {row.day for row in compared if row.outcome == both.outcome and row.rate is not None}
    ends = last_days(both)
    if not policy.hides or not later:
        return both
    return cut(both, {name: end - 1 if end < max(later) else end for name, end in ends.items()}, policy)


def beside_cohorts(whole: CurveResult, both: CurveResult, policy: DisclosurePolicy) -> CurveResult:
    """The curve of all beside those of two cohorts.

    All less the cohorts whose curves still run is the curve of the others: the whole ends before the first day at whose
    start those others are some, but fewer than the least that may be shown.
    """
    if not policy.hides:
        return whole
    ends, (units,) = last_days(both), both.released()
    shown = dict(enumerate(ends[name] for name in units.keys))
    own = units.frame.select(interview_id="unit", until=pl.col("cell").replace_strict(shown, return_dtype=pl.Int64))
    waiting = (
        rows_of(whole.exits).select("interview_id", "applicant_id", "day").join(own, on="interview_id", how="left")
    )
    people, day = waiting["applicant_id"].to_numpy(), waiting["day"].to_numpy()
    until = waiting["until"].fill_null(-1).to_numpy()
    last = max(last_days(whole).values(), default=-1)
    for at in range(last + 1):
        others = len(np.unique(people[(day >= at) & (until < at)]))
        if 0 < others < policy.min_cell:
            return cut(whole, {"": at - 1}, policy)
    return whole


def last_days(curve: CurveResult) -> dict[str, int]:
    """The last day that is shown of each group ("" where there are none), -1 for a hidden one."""
    ends: dict[str, int] = {}
    for row in curve.rows:
        ends.setdefault(_group(curve, row), -1)
        if row.event == curve.outcome and not is_hidden(row):
            ends[_group(curve, row)] = max(ends[_group(curve, row)], row.day)
    return ends


def cut(curve: CurveResult, ends: Mapping[str, int], policy: DisclosurePolicy) -> CurveResult:
    """The curves up to and with the last day of each group, all that lies behind it hidden."""
    gone = {
        place
        for place, row in enumerate(curve.rows)
        if is_hidden(row) or row.day > ends.get(_group(curve, row), row.day)
    }
    medians = [
        {**row, **dict.fromkeys(("median_day", "median_day_low", "median_day_high"))}
        if (row.get("median_day") or 0) > ends.get(str(row.get("group") or ""), np.inf)
        else row
        for row in curve.quantiles
    ]
    return replace(
        curve,
        rows=disclosed_except(curve.rows, gone, policy),
        extra={**curve.extra, "quantiles": medians, "differences": []},
    )


def _group(curve: CurveResult, row: CurveRow) -> str:
    return row.by[curve.by] if curve.by else ""


def coarse_notes(notes: Iterable[Note], policy: DisclosurePolicy) -> tuple[Note, ...]:
    """Notes whose count is about few: how many they are is no reader's business."""
    few = f"fewer than {policy.min_cell}"
    return tuple(
        replace(note, n=None, text=f"{note.text.rstrip('.')} ({few})")
        if policy.hides and note.n is not None and 0 < note.n < policy.min_cell
        else note
        for note in notes
    )


def coarse(number: int | None, total: int, policy: DisclosurePolicy) -> int | None:
    """A claim's number of interviews as a report tells it: in tens, unless it is all of them."""
    if number is None or not policy.hides or number == total:
        return number
    return max(COARSE, round(number / COARSE) * COARSE)
