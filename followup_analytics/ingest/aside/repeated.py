"""Rows that a rejects file brings back although their key is taken: they stay rejected until their key is another."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import polars as pl

from followup_analytics.ingest.aside.marks import REPEATED
from followup_analytics.ingest.registry import FURTHER, Batch
from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.followup_log import Note
from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.log.schema import APPLICANTS, TABLES
from followup_analytics.sheets.tabular import ROW
from followup_analytics.store import Store

_MESSAGE = (
    "the store has this {key} already, from the row that this one repeats; give it another one, or delete the "
    "repetition."
)


def without_taken_keys(
    checked: CheckedTable, repeated: Collection[int], store: Store | None, names: Pseudonyms
) -> CheckedTable:
    """The checked table without rows that had repeated a key before and still have one that the store has.

    repeated: their rows in the file.
    Taken for what they say, they would come in as new versions of the rows that they repeat.
    """
    if store is None or not repeated:
        return checked
    back = checked.frame.filter((pl.col(ROW) % FURTHER).is_in(list(repeated)))
    if not back.height:
        return checked
    key = TABLES[checked.table].key
    keys = back[key].unique()
    stored_as = names.of_all("applicant", keys) if key == APPLICANTS.key else dict(zip(keys, keys, strict=True))
    held = set(store.find(checked.table, list(stored_as.values()))[key])
    taken = [one for one in keys if stored_as[one] in held]
    rows = back.filter(pl.col(key).is_in(taken))
    if not rows.height:
        return checked
    rejects = rows.select(
        pl.col(ROW).cast(pl.Int64),
        column=pl.lit(key),
        rule=pl.lit(REPEATED),
        message=pl.lit(_MESSAGE.format(key=key)),
    )
    kept = checked.frame.filter(~pl.col(ROW).is_in(rows[ROW].implode()))
    joined = pl.concat([checked.rejects, rejects], how="vertical_relaxed")
    return dataclasses.replace(checked, frame=kept, rejects=joined)


def repeated_note(batch: Batch, place: str, store: Store | None) -> tuple[Note, ...]:
    """What a check, which has no store to look into, says of such rows."""
    if store is not None or not batch.repeated:
        return ()
    text = (
        f"{place}: rows were rejected since their key stood in an earlier row; ingest leaves them out again, unless it "
        "was changed"
    )
    return (Note("repeated_before", text, len(batch.repeated)),)
