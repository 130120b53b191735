"""What became of the rows of an office's files, in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from followup_analytics.text import counted, listed

if TYPE_CHECKING:
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
