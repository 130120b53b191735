"""Rejected records of files that are no tables, copied in the form of the file, with the reasons beside them."""

from __future__ import annotations

import csv
import mmap
import re
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import polars as pl

from followup_analytics.ingest.csv_rows import csv_rows, delimiter_of
from followup_analytics.ingest.rejects import reserve, with_reasons, write_paper
from followup_analytics.ingest.sample import Sample
from followup_analytics.tabular import ROW, read_raw_tables
from followup_analytics.text import formula_safe

FreePath = Callable[[str], Path]
_NONE_LEFT = (None, "")
_RECORD_ELEMENTS = {"calls": ("call",), "smses": ("sms", "mms")}


def copy_records(sample: Sample, problems: pl.DataFrame, free_path: FreePath, *, by_place: bool = False) -> Path:
    """Write the rejected records of a call source, by the form of its file.

    problems: `_row`, member, column, rule, message. by_place: rows have no header, so that their reasons stand behind
    them without one. Elements of XML come back as XML, rows of a table as a table; of
    anything else a list of places and reasons is written.
    """
    if sample.xml_root in _RECORD_ELEMENTS and not sample.is_packed:
        return _xml_copy(sample, problems, free_path(".xml"))
    if by_place:
        return _rows_copy(sample, problems, free_path(".csv"))
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


def _rows_copy(sample: Sample, problems: pl.DataFrame, path: Path) -> Path:
    """The rejected rows as they stand, each with its row number and reason as last cells; the header, if any, first."""
    reasons = problems.select(ROW, "message").unique(ROW, keep="first").sort(ROW).iter_rows()
    # File and reasons are in the same order: they are gone through side by side, however many there are.
    row_at_fault, message = next(reasons, _NONE_LEFT)
    reserve(path)
    with csv_rows(sample) as rows, path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter_of(sample), lineterminator="\n")
        for number, row in enumerate(rows, start=1):
            if number == row_at_fault:
                writer.writerow([*map(formula_safe, row), number, message])
                row_at_fault, message = next(reasons, _NONE_LEFT)
            elif number == 1 and not any(cell[:4].isdigit() for cell in row):
                writer.writerow([*row, "reject_row", "reject_reason"])
    return path


def _xml_copy(sample: Sample, problems: pl.DataFrame, path: Path) -> Path:
    """The rejected elements as they stand in the file, under the same root, each with its reason as attributes.

    Pictures and parts of messages are left out. The file was well-formed when it was read, so that its elements can be
    found by pattern here, which is ten times quicker than parsing and writing them anew.
    """
    root = str(sample.xml_root)
    faults = problems.select(ROW, "column", "message").unique(ROW, keep="first").sort(ROW)
    said = {pair: _reason_attributes(*pair) for pair in faults.select("column", "message").unique().iter_rows()}
    reasons = faults.iter_rows()
    row_at_fault, *reason = next(reasons, (None, None, ""))
    names = b"|".join(name.encode() for name in _RECORD_ELEMENTS[root])
    # Quotation marks may hold a ">"; the loop is unrolled, since alternatives for each character are slow.
    attributes = rb"""[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>"""
    element = re.compile(rb"<!--.*?-->|<(?:" + names + rb")\b" + attributes, re.DOTALL)
    reserve(path)
    with sample.path.open("rb") as source, path.open("wb") as out:
        out.write(
            f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<{root} count=\"{faults.height}\">\n".encode()
        )
        with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data:
            elements = (found[0] for found in element.finditer(data) if not found[0].startswith(b"<!--"))
            for row, text in enumerate(elements, start=1):
                if row == row_at_fault:
                    out.write(b"  " + text.rstrip(b"/> \r\n\t") + b' reject_row="%d"' % row + said[tuple(reason)])
                    row_at_fault, *reason = next(reasons, (None, None, ""))
        out.write(f"</{root}>\n".encode())
    return path


def _reason_attributes(column: str | None, message: str) -> bytes:
    return f" reject_column={quoteattr(column or '')} reject_reason={quoteattr(message)} />\n".encode()
