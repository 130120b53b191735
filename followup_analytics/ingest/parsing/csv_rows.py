"""Rows of a delimited file one by one, for files that are too large to be taken whole and have no header to go by."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.detect.sample import Sample

_LONGEST_CELL = 1_000_000
_DELIMITERS = (",", ";", "\t")


def delimiter_of(sample: Sample) -> str:
    """The delimiter that stands most often at the beginning of the file."""
    return max(_DELIMITERS, key=sample.text[:2000].count)


@contextmanager
def _lines(sample: Sample) -> Iterator[Iterator[str]]:
    """The file's lines with their ends; NULs are left out, undecodable bytes replaced.

    Raises UnreadableError for a cell of more than a million characters.
    """
    csv.field_size_limit(_LONGEST_CELL)
    wide = sample.head.startswith((b"\xff\xfe", b"\xfe\xff"))
    with sample.open() as binary:
        text = io.TextIOWrapper(binary, encoding="utf-16" if wide else "utf-8-sig", errors="replace", newline="")
        try:
            yield (line.replace("\0", "") if "\0" in line else line for line in text)
        except csv.Error:
            raise UnreadableError(
                f"{sample.name}: a cell has more than {_LONGEST_CELL:,} characters, or a quotation mark is never "
                "closed; export the file again."
            ) from None
        except (OSError, EOFError) as error:
            raise UnreadableError(
                f"{sample.name}: the file can't be read to its end ({type(error).__name__}); copy it again."
            ) from None


@contextmanager
def csv_rows(sample: Sample) -> Iterator[Iterator[list[str]]]:
    """The rows as lists of cells. Raises UnreadableError for a cell of more than a million characters."""
    with _lines(sample) as lines:
        yield csv.reader(lines, delimiter=delimiter_of(sample))


@contextmanager
def record_texts(sample: Sample) -> Iterator[Iterator[str]]:
    """The records as they stand, without the end of the last line, in step with `csv_rows`."""
    with _lines(sample) as lines:
        yield _records(lines)


def _records(lines: Iterator[str]) -> Iterator[str]:
    held: list[str] = []
    inside = False
    for line in lines:
        if inside or '"' in line:
            # Inside quotation marks a record goes on over the end of the line; doubled marks cancel out.
            inside ^= line.count('"') % 2 == 1
            held.append(line)
            if inside:
                continue
            yield "".join(held).rstrip("\r\n")
            held.clear()
        else:
            yield line.rstrip("\r\n")
    if held:
        yield "".join(held).rstrip("\r\n")
