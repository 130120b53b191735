"""Marks on the rows of a rejects file, by which a later run knows whether a person has worked on it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import polars as pl

from followup_analytics.errors import FollowUpError
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.sheets.tabular import ROW, RawTable, header_key, is_tabular, read_raw_tables

#: Columns that a rejects file adds: they are dropped when the mended file comes back.
REJECT_PREFIX = "reject_"
MARK = "reject_mark"
REPEATED = "first_of_its_key"
_TOLD = ("reject_rule", "reject_reason")
#: The rule's name, and what papers without a column for it say.
_SAID_OF_REPEATED = (REPEATED, "stands in an earlier row already", "from the row that this one repeats")
PAPER = ".rejects"
_ELEMENT = re.compile(r"""<(?:call|sms|mms)\b(?:[^>"']|"[^"]*"|'[^']*')*>""")
_APART = "\x1f"


def marked(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """The rows of a rejects file, each with a mark made of its cells and of where the rejected rows came from."""
    return frame.with_columns(_marks(frame, source).alias(MARK))


def is_untouched(path: Path, source: str) -> bool:
    """Whether a file is a rejects file of that source and holds nothing but rows as they were written."""
    if not is_tabular(path):
        return False
    try:
        tables = read_raw_tables(path)
    except FollowUpError:
        return False
    return all(
        MARK in table.columns and untouched_rows(table.frame.select(table.columns), source).all() for table in tables
    )


def untouched_rows(frame: pl.DataFrame, source: str) -> pl.Series:
    """Which rows of a rejects file are as they were written. source: the file that they came from."""
    return (frame[MARK] == _marks(frame, source)).fill_null(value=False)


def repeated_rows(raw: RawTable) -> frozenset[int]:
    """The rows of a rejects file that had been rejected since their key stood in an earlier row."""
    told = [name for name in raw.columns if header_key(name) in _TOLD]
    if not told:
        return frozenset()
    words = "|".join(map(re.escape, _SAID_OF_REPEATED))
    said = [pl.col(name).cast(pl.String).str.contains(words).fill_null(value=False) for name in told]
    return frozenset(raw.frame.filter(pl.any_horizontal(said))[ROW])


def origins(raw: RawTable) -> dict[int, tuple[str, int]]:
    """Of a rejects file, the file and row that each of its rows came from."""
    names = {header_key(name): name for name in raw.columns}
    file, row = names.get("reject_file"), names.get("reject_row")
    if file is None or row is None:
        return {}
    told = raw.frame.select(ROW, pl.col(file).cast(pl.String), pl.col(row).cast(pl.Int64, strict=False)).drop_nulls()
    return {here: (name, there) for here, name, there in told.iter_rows()}


def repeated_records(sample: Sample) -> frozenset[int]:
    """The same of a rejects file of calls or messages: its records in their order, in XML, or the rows of a table."""
    if PAPER not in sample.name:
        return frozenset()
    if sample.xml_root is not None:
        elements = (found[0] for found in _ELEMENT.finditer(sample.path.read_text("utf-8", "replace")))
        said = enumerate((any(words in one for words in _SAID_OF_REPEATED) for one in elements), start=1)
        return frozenset(number for number, repeated in said if repeated)
    if not is_tabular(sample.path):
        return frozenset()
    return frozenset().union(*map(repeated_rows, read_raw_tables(sample.path, _TOLD)))


def without_reject_columns(raw: RawTable) -> RawTable:
    """The table without the columns that a rejects file adds."""
    added = [name for name in raw.columns if header_key(name).startswith(REJECT_PREFIX)]
    return replace(raw, frame=raw.frame.drop(added))


def _marks(frame: pl.DataFrame, source: str) -> pl.Series:
    """A mark for each row; cells count as a person sees them, without the apostrophe that keeps them from acting."""
    names = [name for name in frame.columns if header_key(name) != MARK]
    cells = (pl.col(name).cast(pl.String).fill_null("").str.strip_chars().str.strip_prefix("'") for name in names)
    texts = frame.select(whole=pl.concat_str([*cells, pl.lit(source)], separator=_APART))["whole"]
    # A letter in front: a spreadsheet would round a long number. The same in every version and on every machine, since
    # what was written before an upgrade is read after it.
    marks = ["m" + hashlib.blake2b(text.encode(), digest_size=5).hexdigest() for text in texts]
    return pl.Series("m", marks, dtype=pl.String)
