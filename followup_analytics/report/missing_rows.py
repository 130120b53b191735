"""Rows of an office's files that could not be used: said on the first page where there are many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from followup_analytics.report.findings import Findings

#: From this share of all rows on, what is missing may bend what is shown.
_MANY = 0.05


def missing_rows(found: Findings) -> str:
    """A sentence where more than a few rows of the files that were read are not in the log; empty elsewhere."""
    missing = sum(note.n or 0 for note in found.notes if note.code == "set_aside")
    held = found.counts.interviews + found.counts.contacts
    if missing < _MANY * (missing + held):
        return ""
    return (
        f"{missing:,} rows of the files that were read could not be used and are missing from every number here; "
        f"{held:,} interviews and contacts are in. "
    )
