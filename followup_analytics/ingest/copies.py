"""Rejected records of files that are no tables, copied in the form of the file, with the reasons beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import polars as pl

from followup_analytics.ingest.rejects import with_reasons, write_bytes, write_paper
from followup_analytics.ingest.sample import Sample
from followup_analytics.ingest.xml import feed_elements
from followup_analytics.tabular import ROW, read_raw_tables

FreePath = Callable[[str], Path]
_RECORD_ELEMENTS = {"calls": ("call",), "smses": ("sms", "mms")}


def copy_records(sample: Sample, problems: pl.DataFrame, free_path: FreePath) -> Path:
    """Write the rejected records of a call source, by the form of its file.

    problems: `_row`, member, column, rule, message. Elements of XML come back as XML, rows of a table as a table; of
    anything else a list of places and reasons is written.
    """
    if sample.xml_root in _RECORD_ELEMENTS:
        return write_bytes(free_path(".xml"), _xml_copy(sample, problems))
    if sample.container in ("workbook", "parquet") or sample.first_rows:
        return _table_copy(sample, problems, free_path)
    return _list(sample, problems, free_path)


def _list(sample: Sample, problems: pl.DataFrame, free_path: FreePath) -> Path:
    named = problems.select(
        reject_file=pl.lit(sample.name),
        reject_member="member",
        reject_row=ROW,
        reject_column="column",
        reject_rule="rule",
        reject_reason="message",
    )
    return write_paper(free_path(".csv"), named)


def _table_copy(sample: Sample, problems: pl.DataFrame, free_path: FreePath) -> Path:
    wanted = set(problems[ROW])
    words = max(sample.headers, key=len, default=frozenset())
    for raw in read_raw_tables(sample.path, words):
        if wanted & set(raw.frame[ROW]):
            suffix = {"workbook": ".xlsx", "parquet": ".parquet"}.get(sample.container, ".csv")
            return write_paper(
                free_path(suffix), with_reasons(raw.frame, problems, sample.name), delimiter=raw.delimiter or ","
            )
    return _list(sample, problems, free_path)


def _xml_copy(sample: Sample, problems: pl.DataFrame) -> bytes:
    """The rejected elements under the same root, each with its reason as attributes; pictures and parts are left out."""
    reasons = {row: (column, message) for row, column, message in problems.select(ROW, "column", "message").iter_rows()}
    root = str(sample.xml_root)
    elements = _RECORD_ELEMENTS[root]
    parts = [f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<{root} count=\"{len(reasons)}\">\n"]
    seen = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen
        if name not in elements:
            return
        seen += 1
        if seen in reasons:
            column, message = reasons[seen]
            said = {**attributes, "reject_row": str(seen), "reject_column": column or "", "reject_reason": message}
            parts.append(f"  <{name} " + " ".join(f"{key}={quoteattr(value)}" for key, value in said.items()) + " />\n")

    for _ in feed_elements(sample, start):
        pass
    parts.append(f"</{root}>\n")
    return "".join(parts).encode("utf-8", "replace")
