"""What is still to mend: what a run refused, without the rows that an office has mended since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from followup_analytics.errors import FollowUpError
from followup_analytics.sheets.tabular import RawTable, read_raw_tables

if TYPE_CHECKING:
    from followup_analytics.ingest.result import BrokenRule, IngestResult

_TOLD = ("reject_file", "reject_row", "reject_column", "reject_rule")
_APART = "; "


def without_mended(result: IngestResult, mended: Collection[tuple[str, str]]) -> IngestResult:
    """The result of a run, with the rows left out that were refused again only since their file is as it was.

    mended: file and row of each row that came back mended; where it is still wrong, it is refused under its new file.
    """
    papers = dict.fromkeys(str(row.rejects_file) for row in result.rows if row.rejects_file) if mended else ()
    faults = {fault for paper in papers for fault in _faults(Path(paper), mended)}
    if not faults:
        return result
    gone = {place: _rows_of(one, faults) for place, one in enumerate(result.broken)}
    broken = [_less(one, gone[place]) for place, one in enumerate(result.broken)]
    lost: dict[tuple[str, str], set[str]] = {}
    for place, one in enumerate(result.broken):
        lost.setdefault((one.file, one.table), set()).update(gone[place])
    fewer = {place: len(lost.get((row.file, row.table), ())) for place, row in enumerate(result.rows)}
    rows = tuple(row.having(rejected=max(row.rejected - fewer[place], 0)) for place, row in enumerate(result.rows))
    return replace(result, rows=rows, broken=tuple(one for one in broken if one.n > 0))


Fault = tuple[str, str, str, str]


def _faults(paper: Path, mended: Collection[tuple[str, str]]) -> set[Fault]:
    """File, row, column and rule of what was wrong with the mended rows of a rejects file."""
    try:
        tables = read_raw_tables(paper, _TOLD)
    except FollowUpError:
        return set()
    return {fault for raw in tables for fault in _of_table(raw, mended)}


def _of_table(raw: RawTable, mended: Collection[tuple[str, str]]) -> set[Fault]:
    if not set(_TOLD) <= set(raw.columns):
        return set()
    found = set()
    for file, row, columns, rules in raw.frame.select(*_TOLD).iter_rows():
        if (str(file), str(row)) in mended:
            pairs = zip(str(columns or "").split(_APART), str(rules or "").split(_APART), strict=False)
            found |= {(str(file), str(row), column, rule) for column, rule in pairs}
    return found


def _rows_of(one: BrokenRule, faults: Collection[Fault]) -> set[str]:
    """The mended rows that broke a rule."""
    return {
        row
        for file, row, column, rule in faults
        if (file, rule) == (one.file, one.rule) and (one.heading is None or column == one.heading)
    }


def _less(one: BrokenRule, rows: Collection[str]) -> BrokenRule:
    shown = tuple(example for example in one.examples if str(example[0]) not in rows)
    return replace(one, n=one.n - len(rows), examples=shown) if rows else one
