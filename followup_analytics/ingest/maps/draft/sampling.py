"""The first rows of a sheet as a map understands them, so that a person can see whether that is what was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from followup_analytics.errors import FollowUpError
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.maps.mapping import FileMap
from followup_analytics.ingest.registry import FURTHER, ReadOptions
from followup_analytics.sheets.tabular import ROW

_ROWS = 5


def sample_of(path: Path, map_: FileMap, zone: str | None) -> tuple[list[dict[str, Any]], str]:
    """Five rows, each with the records that are made of it by table; a sentence where the map can't read the sheet.

    Rows with more records come first in choice, so that follow-ups and results are seen too; they stand in their order.
    """
    from followup_analytics.ingest.sources.mapped import read_mapped

    try:
        batches = list(read_mapped(Sample(path), ReadOptions(time_zone=zone), map_))
    except FollowUpError as error:
        return [], str(error)
    records: dict[tuple[str, int], dict[str, Any]] = {}
    for batch in batches:
        place = batch.sheet or ""
        for row in batch.rows.iter_rows(named=True):
            cells = {name: value for name, value in row.items() if value is not None and name != ROW}
            found = records.setdefault((place, row[ROW] % FURTHER), {})
            found.setdefault(batch.table, []).append(_readable(cells))
    fullest = sorted(records, key=lambda key: (-sum(map(len, records[key].values())), key))[:_ROWS]
    several = len({place for place, _ in records}) > 1
    return [
        {**({"sheet": place} if several else {}), "row": row, **records[place, row]} for place, row in sorted(fullest)
    ], ""


def _readable(cells: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | float | bool) else str(value) for name, value in cells.items()}
