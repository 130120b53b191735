"""What may be shown: small groups are hidden in the data themselves, before any table, chart or file is made of them.

A row about fewer than `min_cell` applicants is hidden. Where the hidden rows of a line could be worked out from the
line's total and the rows still shown, the smallest of those is hidden as well (complementary suppression; NCES
2011-603, HESA). A line is the set of rows that differ in one key only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

import polars as pl

from followup_analytics.errors import DataError, UsageError, WithheldError
from followup_analytics.log.followup_log import Note
from followup_analytics.results.row import Row

RowLike = TypeVar("RowLike", bound=Mapping[str, Any])

SUPPRESSED = "suppressed"
#: Said where even the limit would be a number that belongs to a hidden row.
HIDDEN_REASON = "Hidden: too few applicants."
NOTHING = "There is nothing to estimate: no interview in this log, or in the part of it that was asked for."
ESTIMATE_FIELDS = ("estimate", "conf_low", "conf_high", "n_interviews", "n_applicants", "n_events")


def require_enough(n_applicants: int, min_cell: int, nothing: str = NOTHING) -> None:
    """Raise WithheldError, which doesn't say how many there were, when a whole answer is about too few applicants.

    Where nothing is to be hidden (`min_cell` 1) and there is nobody, raise DataError with the sentence `nothing`;
    for a `min_cell` below 1 UsageError.
    """
    if min_cell < 1:
        raise UsageError(f"min_cell is {min_cell}; it must be 1 (hide nothing) or more.")
    if n_applicants < min_cell:
        if min_cell == 1:
            raise DataError(nothing)
        raise WithheldError.too_few(min_cell)


def hide_rows(
    rows: Sequence[RowLike],
    keys: Sequence[str],
    min_cell: int,
    measures: Sequence[str] = ESTIMATE_FIELDS,
    *,
    sizes: Sequence[int] | None = None,
) -> list[RowLike]:
    """The rows in their order, those that may not be shown with null measures, status `suppressed` and a reason.

    rows: one per group. keys: the columns that tell groups apart. measures: what is hidden. sizes: applicants of each
    row; by default its n_applicants. `min_cell` 1 hides nothing.
    """
    hidden = hidden_places(rows, keys, min_cell, sizes=sizes)
    shown = []
    for place, row in enumerate(rows):
        if place not in hidden:
            shown.append(row)
            continue
        gone = {**dict.fromkeys(measures), "status": SUPPRESSED, "reason": _reason(hidden[place], min_cell)}
        shown.append(_changed(row, gone))
    return shown


def _changed(row: RowLike, changes: Mapping[str, Any]) -> RowLike:
    """The row with other values: a typed one stays what it is, a plain mapping becomes a dictionary."""
    if isinstance(row, Row):
        return cast("RowLike", row.having(**changes))
    return cast("RowLike", {**row, **changes})


def hidden_places(
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    min_cell: int,
    *,
    size: str = "n_applicants",
    sizes: Sequence[int] | None = None,
) -> dict[int, str]:
    """Which rows to hide, by place: `small` for too few applicants, `total` where a total would give one away."""
    if min_cell <= 1:
        return {}
    if sizes is None:
        sizes = [int(row[size] or 0) for row in rows]
    hidden = {place: "small" for place, found in enumerate(sizes) if found < min_cell}
    lines = [line for key in keys for line in _lines(rows, keys, key)]
    changed = bool(hidden)
    while changed:
        changed = False
        for line in lines:
            extra = _to_hide_besides(line, hidden, sizes, min_cell)
            if extra is not None:
                hidden[extra] = "total"
                changed = True
    return hidden


def small_cohort_note(interviews: pl.DataFrame, min_cell: int) -> tuple[Note, ...]:
    """What to know before publishing, where a cohort too small to be shown could be had by subtracting others.

    interviews: those of the whole log, with `cohort` and `applicant_id`. Hiding works within one answer; nothing in
    the tool can hold back an answer for the sake of another one that was given before.
    """
    people = interviews.drop_nulls("cohort").group_by("cohort").agg(pl.col("applicant_id").n_unique().alias("n"))
    if people.height < 2 or not (people["n"] < min_cell).any():
        return ()
    return (
        Note(
            "small_cohort",
            f"A cohort of fewer than {min_cell} applicants is in this record. It is not shown, but answers on all "
            "cohorts beside answers on each of the others would give it away: publish the one or the others, not both.",
        ),
    )


def _lines(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], varying: str) -> Iterable[list[int]]:
    """The places of rows that agree in every key but one."""
    lines: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        lines[tuple(row[key] for key in keys if key != varying)].append(place)
    return lines.values()


def _to_hide_besides(line: Sequence[int], hidden: Mapping[int, str], sizes: Sequence[int], min_cell: int) -> int | None:
    """The smallest row still shown, where the line's hidden rows together are too few or only one."""
    inside = [place for place in line if place in hidden]
    outside = [place for place in line if place not in hidden]
    if not inside or not outside:
        return None
    if len(inside) > 1 and sum(sizes[place] for place in inside) >= min_cell:
        return None
    return min(outside, key=lambda place: (sizes[place], place))


def _reason(why: str, min_cell: int) -> str:
    if why == "small":
        return f"Hidden: fewer than {min_cell} applicants."
    return "Hidden: a smaller group could be worked out from it."
