"""Workbooks in: sheets as frames of text, read by a child process with limits on memory and time."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.sheets import workbook_child
from followup_analytics.sheets.headings import ROW, SEARCHED_ROWS, Merged, find_header, header_key

#: What reading may take: a base, and so much for each byte of the file, since text packs well.
_MEMORY, _MEMORY_PER_BYTE, _MOST_MEMORY = 768 * 1024**2, 24, 4 * 1024**3
_SECONDS, _SECONDS_PER_MIB = 30, 6
_LONGEST_CELL = 10_000_000


@dataclass(frozen=True)
class Sheet:
    """A sheet as it was read: its name, its rows as CSV, its merged cells, and how many far cells were left out."""

    name: str
    data: bytes
    merged: tuple[Merged, ...]
    strays: int

    def _head(self) -> list[list[str]]:
        csv.field_size_limit(_LONGEST_CELL)
        reader = csv.reader(io.StringIO(self.data.decode("utf-8")))
        return [row for _, row in zip(range(SEARCHED_ROWS + 2), reader, strict=False)]

    def above(self, header_words: Collection[str]) -> tuple[str, ...]:
        """What stands above the header: titles and the like."""
        head = self._head()
        header = find_header(head, {header_key(word) for word in header_words}, self.merged)
        return tuple(cell.strip() for row in head[: header.top] for cell in row if cell.strip())

    def frame(self, header_words: Collection[str]) -> pl.DataFrame:
        """`_row` and the cells below the header, as text."""
        header = find_header(self._head(), {header_key(word) for word in header_words}, self.merged)
        width, begin = len(header.names), header.top + header.lines
        frame = pl.read_csv(
            io.BytesIO(self.data),
            has_header=False,
            infer_schema=False,
            row_index_name=ROW,
            row_index_offset=1,
            null_values=[""],
            skip_rows=0,
        )
        cells = frame.slice(begin).select(pl.col(ROW).cast(pl.Int64), pl.nth(range(1, width + 1)))
        cells = cells.rename(dict(zip(cells.columns[1:], header.names, strict=True)))
        # What our own papers kept from acting as a formula comes back as it was.
        text = [name for name in header.names if cells[name].str.starts_with("'").any()]
        undone = pl.col(text).str.replace(r"^'([=+\-@\t\r\n])", "${1}")
        return cells.with_columns(undone) if text else cells


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """All sheets of a workbook that hold anything.

    Raises UnreadableError when it is locked or damaged, or needs more memory or time than its size warrants, DataError
    when it is empty.
    """
    stat = path.stat()
    return _read(str(path.resolve()), path.name, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=2)
def _read(path: str, name: str, changed: int, size: int) -> tuple[Sheet, ...]:
    del changed
    memory = min(_MEMORY + _MEMORY_PER_BYTE * size, _MOST_MEMORY)
    seconds = _SECONDS + _SECONDS_PER_MIB * (size >> 20)
    with TemporaryDirectory(prefix="followup-") as folder:
        command = [sys.executable, "-I", workbook_child.__file__, path, folder, str(memory), str(seconds)]
        told: dict[str, Any]
        try:
            done = subprocess.run(  # noqa: S603
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=2 * seconds, check=False
            )
            told = json.loads(done.stdout) if done.returncode == 0 else {"error": "too large"}
        except (subprocess.TimeoutExpired, ValueError):
            told = {"error": "too large"}
        if "error" in told:
            raise UnreadableError(f"{name}: the workbook {_WHY[told['error']]}.")
        strays = sum(told["strays"].values())
        sheets = [
            Sheet(
                one["name"],
                (Path(folder) / one["file"]).read_bytes(),
                tuple((tuple(first), tuple(last)) for first, last in one["merged"]),
                strays,
            )
            for one in told["sheets"]
            if one["filled"]
        ]
    if not sheets:
        raise DataError(f"{name}: the workbook is empty; it needs a sheet with a header and rows.")
    return tuple(sheets)


_WHY = {
    "password": "is protected by a password; save it without one",
    "damaged": "is damaged or not a workbook; open it and save it again as .xlsx",
    "too large": (
        "takes far more memory or time to read than its size warrants: some cell most likely stands far below or "
        "beside its table; delete the empty rows and columns around the table, or export the sheet as CSV"
    ),
}
