"""Interviews that look like ones stored before under another key: a corrected date, or new headings of one sheet."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from followup_analytics.log.followup_log import Note
from followup_analytics.sheets.names import folded_each
from followup_analytics.text import listed

#: A further round comes later than a slip of the pen; both are told, for a person to say which it is.
_DAYS = 60
_EXAMPLES = 3


def twin_notes(held: pl.DataFrame, read: Collection[str], before: Collection[str]) -> tuple[Note, ...]:
    """A note where new interviews are of the same person and employer as stored ones that the files no longer have.

    held: interview_id, applicant_id, employer, interviewed_at of the store as it is now. read: the interviews that the
    files of this run hold. before: those that the store had before it.
    """
    named = held.filter(pl.col("employer").is_not_null())
    named = named.with_columns(firm=folded_each(named["employer"], "employer"))
    seen, known = pl.Series(list(read), dtype=pl.String), pl.Series(list(before), dtype=pl.String)
    is_read, was_there = pl.col("interview_id").is_in(seen.implode()), pl.col("interview_id").is_in(known.implode())
    new, left = named.filter(is_read & ~was_there), named.filter(~is_read & was_there)
    both = new.join(left, on=["applicant_id", "firm"], how="inner", suffix="_before")
    gap = (pl.col("interviewed_at") - pl.col("interviewed_at_before")).dt.total_days().abs()
    # Further rounds say whose they follow, and stand beside the first one in a sheet that has both.
    twins = both.filter(gap <= _DAYS).unique("interview_id", keep="first", maintain_order=True)
    if not twins.height:
        return ()
    examples = [
        f"{employer} on {day:%Y-%m-%d}, stored before on {earlier:%Y-%m-%d}"
        for employer, day, earlier in twins.select("employer", "interviewed_at", "interviewed_at_before")
        .head(_EXAMPLES)
        .iter_rows()
    ]
    text = (
        "interviews look like ones that are stored already under another key, and would count twice: the same person "
        "and employer, with a date that was corrected or headings that were changed since. If they are the same, begin "
        f"the store anew with the corrected sheets, or bring a backup back. For example {listed(examples, 'and')}"
    )
    return (Note("perhaps_the_same_interviews", text, twins.height),)
