"""The records of one table that a sheet holds in several places (a first and a second follow-up) as one batch."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import polars as pl

from followup_analytics.ingest.parsing.calls import problems_frame
from followup_analytics.ingest.registry import Batch, with_further
from followup_analytics.sheets.tabular import ROW


def together(batches: list[Batch]) -> Batch:
    """One batch of several of one table and sheet; each row keeps the headers that it was read from."""
    first = batches[0]
    if first.table == "calls":
        return first
    rows = with_further(pl.concat([batch.rows for batch in batches], how="diagonal_relaxed"))
    matches = [batch.match for batch in batches if batch.match is not None]
    counts = Counter[str]()
    for batch in batches:
        counts.update(batch.counts)
    told = [batch.problems for batch in batches if batch.problems is not None]
    # A row without a shape is told by every part, and is one row.
    problems = pl.concat([problems_frame(), *told]).unique(maintain_order=True)
    read = sum(batch.read for batch in batches) - (sum(one.height for one in told) - problems.height)
    parts = [pl.repeat(place, batch.rows.height, dtype=pl.UInt16, eager=True) for place, batch in enumerate(batches)]
    return dataclasses.replace(
        first,
        rows=rows,
        problems=problems,
        parts=rows.select(ROW).with_columns(part=pl.concat(parts)) if len(batches) > 1 else None,
        theirs_of_parts=tuple(batch.theirs for batch in batches),
        read=read,
        counts=counts,
        read_from=_read_together(batches),
        notes=tuple(note for batch in batches for note in batch.notes),
        personal_keys=frozenset().union(*(batch.personal_keys for batch in batches)),
        match=pl.concat(matches, how="diagonal_relaxed").unique(ROW, keep="first", maintain_order=True)
        if matches
        else None,
    )


def _read_together(batches: Sequence[Batch]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys(ours for batch in batches for ours in batch.read_from)
    return {
        ours: tuple(dict.fromkeys(name for batch in batches for name in batch.read_from.get(ours, ())))
        for ours in names
    }
