"""What became of the rows of an office's files, in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from followup_analytics.office.folder import INPUTS, WORKBOOK
from followup_analytics.text import counted, listed

if TYPE_CHECKING:
    from pathlib import Path

    from followup_analytics.ingest.result import IngestResult


def stored_in_words(result: IngestResult | None) -> str:
    """How many rows of which tables are new, known and refused."""
    if result is None or not result.rows:
        return "Nothing new was stored."
    new, refused = Counter[str](), Counter[str]()
    for row in result.rows:
        new[row.table] += row.accepted
        refused[row.table] += row.rejected
    known = sum(row.already_known for row in result.rows)
    said = [counted(n, f"new row of {table}", f"new rows of {table}") for table, n in new.items() if n]
    lost = [f"{n:,} of {table}" for table, n in refused.items() if n]
    sentences = [f"Stored: {listed(said, 'and')}." if said else "Nothing new was stored."]
    if known:
        sentences.append(f"{counted(known, 'row was', 'rows were')} stored before.")
    if lost:
        sentences.append(f"Refused, and missing from the report: {listed(lost, 'and')}.")
    return " ".join(sentences)


def nothing_to_report(result: IngestResult | None, mending: Path) -> str:
    """Why there is no report where no interview is stored: no file at all, or what is wrong with most of their rows."""
    if result is None or not sum(row.rows_read for row in result.rows):
        how = f"put files into the folder {INPUTS}, or fill in the sheets of {WORKBOOK}"
        return f"there is nothing to report on yet: {how}."
    said = f"no interview is stored yet, so that there is nothing to report on. {stored_in_words(result)}"
    most = max(result.broken, key=lambda one: one.n, default=None)
    if most is None:
        return f"{said} No sheet was read as interviews: name the column of the interview's date in the map."
    sheet = f", sheet {most.sheet}" if most.sheet else ""
    column = f", column {most.heading}" if most.heading else ""
    row = next((f", for example row {row}" for row, _, _ in most.examples if row), "")
    return f"{said} Most often: {most.file}{sheet}{column}{row}: {most.message} All of it is in {mending}."
