"""Rejected records of files that are no tables, copied in the form of the file, with the reasons beside them.

File and reasons are in the same order: they are gone through side by side, so that millions of them need no memory.
"""

from __future__ import annotations

import csv
import io
import mmap
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import polars as pl

from followup_analytics.ingest.aside.marks import PAPER, without_reject_columns
from followup_analytics.ingest.aside.rejects import reserve, with_reasons, write_paper
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.csv_rows import delimiter_of, record_texts
from followup_analytics.sheets.tabular import ROW, read_raw_tables
from followup_analytics.text import formula_safe

FreePath = Callable[[str], Path]
Problems = Iterable[pl.DataFrame]
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_EARLIER_ATTRIBUTES = re.compile(rb"""\sreject_\w+=(?:"[^"]*"|'[^']*')""")
#: A mapped file counts as memory as far as it was read: a backup of gigabytes is given back in pieces of this size.
_GIVE_BACK = 32 * 1024**2
_NONE_LEFT = (None, None, "")
_RECORD_ELEMENTS = {"calls": ("call",), "smses": ("sms", "mms")}


def copy_records(
    sample: Sample, problems: Problems, n: int, free_path: FreePath, *, by_place: bool = False, listed: bool = False
) -> Path:
    """Write the rejected records of a call source, by the form of its file.

    problems: chunks of `_row`, member, column, rule, message in the order of the file; n: how many there are. by_place:
    rows have no header, so that their reasons stand behind them without one. listed: the file is no table, though text.
    Elements of XML come back as XML, rows of a table as a table; of anything else a list of places and reasons is
    written.
    """
    if sample.xml_root in _RECORD_ELEMENTS and not sample.is_packed:
        return _xml_copy(sample, problems, n, free_path(".xml"))
    if by_place:
        return _rows_copy(sample, problems, free_path(".csv"))
    together = pl.concat(problems)
    if not listed and (sample.container in ("workbook", "parquet") or sample.first_rows):
        return _table_copy(sample, together, free_path)
    return _list(sample, together, free_path)


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
    for raw in map(without_reject_columns, read_raw_tables(sample.path, words)):
        if wanted & set(raw.frame[ROW]):
            suffix = {"workbook": ".xlsx", "parquet": ".parquet"}.get(sample.container, ".csv")
            return write_paper(
                free_path(suffix), with_reasons(raw.frame, problems, sample.name), delimiter=raw.delimiter or ","
            )
    return _list(sample, problems, free_path)


def _reasons(problems: Problems) -> Iterator[tuple[int, str | None, str]]:
    """Row, column and message of each rejected record, the first of several reasons of one."""
    last = None
    for chunk in problems:
        for row, column, message in chunk.select(ROW, "column", "message").iter_rows():
            if row is not None and row != last:
                yield row, column, message
                last = row


def _rows_copy(sample: Sample, problems: Problems, path: Path) -> Path:
    """The rejected rows as they stand, each with its row number and reason as last cells; the header, if any, first."""
    reasons = _reasons(problems)
    row_at_fault, _, message = next(reasons, _NONE_LEFT)
    mark = delimiter_of(sample)
    # A cell that would act as a formula is rare; the rows of all others are copied as they are, ten times as fast.
    risky = [f"{mark}{quote}{start}" for start in _FORMULA_STARTS for quote in ("", '"')]
    earlier = _earlier_reasons(mark) if PAPER in sample.name else None
    reserve(path)
    with record_texts(sample) as records, path.open("w", encoding="utf-8", newline="") as out:
        for number, record in enumerate(records, start=1):
            text = earlier.sub("", record) if earlier else record
            if number == row_at_fault:
                acts = text.lstrip('"').startswith(_FORMULA_STARTS) or any(one in text for one in risky)
                plain = _without_formulas(text, mark) if acts else text
                out.write(f'{plain}{mark}{number}{mark}"{message}"\n')
                row_at_fault, _, message = next(reasons, _NONE_LEFT)
                if row_at_fault is None:
                    break
            elif number == 1 and not any(cell.strip('"')[:4].isdigit() for cell in text.split(mark)):
                out.write(f"{text}{mark}reject_row{mark}reject_reason\n")
    return path


def _earlier_reasons(mark: str) -> re.Pattern[str]:
    """The last two cells of a rejects file's rows: they make room for the reasons of today."""
    return re.compile(rf"""{re.escape(mark)}(?:\d+|reject_row){re.escape(mark)}(?:"[^"]*"|[^"{mark}]*)$""")


def _without_formulas(text: str, mark: str) -> str:
    """A record whose cells are kept from acting as formulas."""
    cells = next(csv.reader([text], delimiter=mark), [])
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="").writerow(map(formula_safe, cells))
    return out.getvalue()


def _xml_copy(sample: Sample, problems: Problems, n: int, path: Path) -> Path:
    """The rejected elements as they stand in the file, under the same root, each with its reason as attributes.

    Pictures and parts of messages are left out. The file was well-formed when it was read, so that its elements can be
    found by pattern here, which is ten times quicker than parsing and writing them anew.
    """
    root = str(sample.xml_root)
    said: dict[tuple[str | None, str], bytes] = {}
    reasons = _reasons(problems)
    row_at_fault, column, message = next(reasons, _NONE_LEFT)
    names = b"|".join(name.encode() for name in _RECORD_ELEMENTS[root])
    # Quotation marks may hold a ">"; the loop is unrolled, since alternatives for each character are slow.
    attributes = rb"""[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>"""
    element = re.compile(rb"<!--.*?-->|<(?:" + names + rb")\b" + attributes, re.DOTALL)
    reserve(path)
    with sample.path.open("rb") as source, path.open("wb") as out:
        out.write(f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<{root} count=\"{n}\">\n".encode())
        with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for row, text in enumerate(_elements(data, element), start=1):
                if row == row_at_fault:
                    if (column, message) not in said:
                        said[column, message] = _reason_attributes(column, message)
                    plain = _EARLIER_ATTRIBUTES.sub(b"", text) if b" reject_row=" in text else text
                    out.write(b"  " + plain.rstrip(b"/> \r\n\t") + b' reject_row="%d"' % row + said[column, message])
                    row_at_fault, column, message = next(reasons, _NONE_LEFT)
        out.write(f"</{root}>\n".encode())
    return path


def _elements(data: mmap.mmap, element: re.Pattern[bytes]) -> Iterator[bytes]:
    """The elements of a mapped file, comments left out; what was gone through is given back to the system."""
    given_back = 0
    for found in element.finditer(data):
        if not found[0].startswith(b"<!--"):
            yield found[0]
        pages = found.start() // mmap.PAGESIZE * mmap.PAGESIZE
        if pages - given_back > _GIVE_BACK and hasattr(mmap, "MADV_DONTNEED"):
            data.madvise(mmap.MADV_DONTNEED, given_back, pages - given_back)
            given_back = pages


def _reason_attributes(column: str | None, message: str) -> bytes:
    return f" reject_column={quoteattr(column or '')} reject_reason={quoteattr(message)} />\n".encode()
