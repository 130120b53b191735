"""Working papers beside a store (rejects and review files), and finding a person in them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

import polars as pl

_KINDS = (".rejects", ".review")


class Words:
    """Ids and names by which a person may be found in a text: as whole words, in any case.

    A bare number is looked for in columns of ids only: as a word it would stand for any row number or duration.
    """

    def __init__(self, words: Collection[str]) -> None:
        named = sorted((word for word in words if word.strip() and not word.isdecimal()), key=len, reverse=True)
        parts = "|".join(re.escape(word) for word in named)
        self._numbers = frozenset(word for word in words if word.isdecimal())
        self._pattern = re.compile(rf"(?<![0-9A-Za-z])(?:{parts})(?![0-9A-Za-z])", re.IGNORECASE) if parts else None

    def in_text(self, text: str) -> bool:
        """Whether any of the words that are not bare numbers stands in the text."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def in_row(self, names: Sequence[str], cells: Sequence[str]) -> bool:
        """Whether a row of a table is about the person; `names` are its columns."""
        ids = (cell.strip() for name, cell in zip(names, cells, strict=False) if name.strip().lower().endswith("id"))
        return any(self.in_text(cell) for cell in cells) or any(one in self._numbers for one in ids)


def clean_papers(folder: Path, words: Words) -> int:
    """Take a person out of the papers in a folder; how many papers changed.

    Tables lose the rows that name the person. A paper that can't be taken apart and names the person is removed.
    """
    return sum(_clean(path, words) for path in sorted(folder.iterdir()) if _is_paper(path))


def _is_paper(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and any(kind in path.name.lower() for kind in _KINDS)


def _clean(path: Path, words: Words) -> bool:
    """Clean one paper; whether it named the person."""
    content = path.read_bytes()
    table = _table(path, content)
    if table is None:
        named = any(words.in_text(text) for text in _texts(content))
        if named:
            path.unlink()
        return named
    stays = [
        not words.in_row(table.columns, [str(cell) for cell in row if cell is not None]) for row in table.iter_rows()
    ]
    if all(stays):
        return False
    _write(path, table.filter(pl.Series(stays, dtype=pl.Boolean)), _delimiter(content))
    return True


def _table(path: Path, content: bytes) -> pl.DataFrame | None:
    """A paper as a table of texts; None where it is none."""
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(io.BytesIO(content))
        if path.suffix.lower() in (".csv", ".tsv", ".txt"):
            return pl.read_csv(content, separator=_delimiter(content), infer_schema=False)
    except pl.exceptions.PolarsError:
        return None
    return None


def _delimiter(content: bytes) -> str:
    """The delimiter that the header has most of."""
    header = content.partition(b"\n")[0].decode("utf-8", "replace")
    return max(",;\t|", key=header.count)


def _texts(content: bytes) -> list[str]:
    """All that can be read in a paper that is no table; of archives and workbooks what is inside."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return [content.decode("utf-8", "replace")]


def _write(path: Path, table: pl.DataFrame, delimiter: str) -> None:
    """Put a cleaned table in the paper's place, for its owner's eyes only as before."""
    beside = path.with_name(path.name + ".part")
    beside.touch(mode=0o600)
    if path.suffix.lower() == ".parquet":
        table.write_parquet(beside)
    else:
        table.write_csv(beside, separator=delimiter)
    beside.replace(path)
