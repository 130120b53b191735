"""Helpers for tests of sources: write a file, read it by detection alone, compare short rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import ReadOptions, detect_source


def read_source(path: Path, **options: object) -> tuple[str, pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """The detected source's name, its rows, its problems and what it decided by rule."""
    sample = Sample(path)
    source, _ = detect_source(sample)
    batches = list(source.read(sample, ReadOptions(**options)))  # type: ignore[arg-type]
    problems = [batch.problems for batch in batches if batch.problems is not None]
    counts: dict[str, int] = {}
    for batch in batches:
        for code, n in batch.counts.items():
            counts[code] = counts.get(code, 0) + n
    return source.name, pl.concat([batch.rows for batch in batches]), pl.concat(problems), counts


def short(rows: pl.DataFrame) -> list[tuple[object, ...]]:
    """UTC time, direction, channel, party, number, seconds, certainty of each row."""
    return rows.select(
        pl.from_epoch("at_us", time_unit="us").dt.strftime("%Y-%m-%dT%H:%M:%S"),
        "direction",
        "channel",
        "party",
        "number",
        "duration_s",
        "certainty",
    ).rows()
