"""JSON exports as frames of text: lists in an object, bare lists, and newline-delimited records, in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.sheets.tabular import ROW

_BATCH = 50_000
#: A JSON document has to be read whole; beyond this the newline-delimited form is the right one.
_LARGEST = 512 * 1024**2
_MORE = ("next_page_uri", "nextPageUri", "paging", "next_page_token", "nextLink", "@odata.nextLink", "has_more")

Records = Sequence[Mapping[str, Any]]


def json_records(sample: Sample, lists: Sequence[str]) -> Iterator[tuple[Records, dict[str, int]]]:
    """The records of a JSON file in batches, each with what was noticed (`more_pages`).

    lists: the members of the top object that may hold the records. Raises UnreadableError where the file is no JSON.
    """
    if _is_by_line(sample):
        yield from _by_line(sample, lists)
        return
    whole = _whole(sample)
    records = (
        whole
        if isinstance(whole, list)
        else next((whole[name] for name in lists if isinstance(whole.get(name), list)), [whole])
    )
    more = isinstance(whole, dict) and any(whole.get(name) for name in _MORE)
    numbered = [record for record in records if isinstance(record, Mapping)]
    for start in range(0, max(len(numbered), 1), _BATCH):
        yield _numbered(numbered[start : start + _BATCH], start), ({"more_pages": 1} if more and not start else {})


def _is_by_line(sample: Sample) -> bool:
    """Whether each line is a record of its own."""
    lines = [line for line in sample.json_start.split("\n")[:3] if line.strip()]
    return len(lines) > 1 and isinstance(sample.first_json, dict) and lines[1].lstrip().startswith("{")


def _whole(sample: Sample) -> Any:
    try:
        with sample.open() as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise UnreadableError(
                f"{sample.name}: the JSON is larger than {_LARGEST // 1024**2} MiB; export it by line (NDJSON) or "
                "in parts."
            )
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError, EOFError, OSError) as error:
        place = f" at line {error.lineno:,}" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableError(f"{sample.name}: the JSON is damaged{place}; export it again.") from None


def _by_line(sample: Sample, lists: Sequence[str]) -> Iterator[tuple[Records, dict[str, int]]]:
    batch: list[Mapping[str, Any]] = []
    seen = more = 0
    with sample.open() as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                found = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            except (ValueError, RecursionError):
                raise UnreadableError(f"{sample.name}: line {number:,} is not JSON; export the file again.") from None
            inner = next(
                (found[name] for name in lists if isinstance(found, dict) and isinstance(found.get(name), list)), None
            )
            more += int(inner is not None and any(found.get(name) for name in _MORE))
            batch += inner if inner is not None else [found] if isinstance(found, dict) else []
            if len(batch) >= _BATCH:
                yield _numbered(batch, seen), {}
                seen, batch = seen + len(batch), []
    yield _numbered(batch, seen), ({"more_pages": more} if more else {})


def _numbered(records: Records, before: int) -> Records:
    return [{**record, ROW: before + place} for place, record in enumerate(records, start=1)]


def json_frame(records: Records, fields: Mapping[str, str]) -> pl.DataFrame:
    """Records as text, with `_row`. fields: paths in the record (`properties.hs_timestamp`), and our names."""
    columns: dict[str, list[str | None]] = {name: [] for name in dict.fromkeys(fields.values())}
    for record in records:
        found: dict[str, str | None] = {}
        for path, name in fields.items():
            value = found.get(name) or _at(record, path)
            found[name] = value
        for name, cells in columns.items():
            cells.append(found[name])
    rows = pl.Series(ROW, [record[ROW] for record in records], dtype=pl.Int64)
    return pl.DataFrame([rows, *(pl.Series(name, cells, dtype=pl.String) for name, cells in columns.items())])


def _at(record: Mapping[str, Any], path: str) -> str | None:
    value: Any = record
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is None or isinstance(value, Mapping | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
