"""Rows of a delimited file one by one, for files that are too large to be taken whole and have no header to go by."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from followup_analytics.errors import UnreadableError
from followup_analytics.ingest.sample import Sample

_LONGEST_CELL = 1_000_000
_DELIMITERS = (",", ";", "\t")


def delimiter_of(sample: Sample) -> str:
    """The delimiter that stands most often at the beginning of the file."""
    return max(_DELIMITERS, key=sample.text[:2000].count)


@contextmanager
def csv_rows(sample: Sample) -> Iterator[Iterator[list[str]]]:
    """The rows as lists of cells; NULs are left out, undecodable bytes replaced.

    Raises UnreadableError for a cell of more than a million characters.
    """
    csv.field_size_limit(_LONGEST_CELL)
    wide = sample.head.startswith((b"\xff\xfe", b"\xfe\xff"))
    with sample.open() as binary:
        text = io.TextIOWrapper(binary, encoding="utf-16" if wide else "utf-8-sig", errors="replace", newline="")
        try:
            yield csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter_of(sample))
        except csv.Error:
            raise UnreadableError(
                f"{sample.name}: a cell has more than {_LONGEST_CELL:,} characters, or a quotation mark is never "
                "closed; "
                "export the file again."
            ) from None
        except (OSError, EOFError) as error:
            raise UnreadableError(
                f"{sample.name}: the file can't be read to its end ({type(error).__name__}); copy it again."
            ) from None
