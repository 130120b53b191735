"""Spreadsheets of any kind as frames of text: delimited files, workbooks and Parquet, with the row numbers kept.

Nothing is guessed about values here. Every cell of a delimited file or workbook is text; `_row` counts as a
spreadsheet does (row 1 is the header), so that a message can name the place.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import DataError, Problem, UnreadableError
from followup_analytics.sheets.headings import (
    ROW,
    SEARCHED_ROWS,
    Header,
    find_header,
    header_key,
    heading_keys,
    is_below_title,
    unique_names,
)
from followup_analytics.sheets.workbook_reading import read_sheets
from followup_analytics.text import counted, nearest, shorten

__all__ = [
    "DELIMITED_SUFFIXES",
    "PARQUET_SUFFIXES",
    "ROW",
    "WORKBOOK_SUFFIXES",
    "RawTable",
    "decoded_text",
    "header_key",
    "is_tabular",
    "read_raw_tables",
    "require_regular",
    "unique_names",
]

DELIMITED_SUFFIXES = (".csv", ".tsv", ".txt", ".tab")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
PARQUET_SUFFIXES = (".parquet", ".pq")

_DELIMITERS = (",", ";", "\t", "|")
#: Stands for a bar inside a cell while a table is parted by bars: a character that no text has.
_BAR = "\x1e"
_AGAIN = re.compile(r"_duplicated_\d+$")
_LONGEST_CELL = 1_000_000
_LARGEST_WORKBOOK = 2 * 1024**3
_MOST_MEMBERS = 10_000


@dataclass(frozen=True)
class RawTable:
    """One table as it stands in a file: `frame` holds `_row` and the cells, `problems` the rows that have no shape."""

    file: str
    sheet: str | None
    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    above: tuple[str, ...] = ()  # what stands above the table: titles and the like
    strays: int = 0  # cells far outside a workbook's tables that were left out

    @property
    def columns(self) -> list[str]:
        """The header as written, without `_row`."""
        return [name for name in self.frame.columns if name != ROW]

    @property
    def place(self) -> str:
        """The file's name, and the sheet's where the file has sheets."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file

    @property
    def keys(self) -> dict[str, str]:
        """Everything by which a person may refer to a column, in compared form, with the column's name."""
        return heading_keys(self.columns)


def is_tabular(path: Path) -> bool:
    """Whether the file's ending is one that `read_raw_tables` reads."""
    return path.suffix.lower() in (*DELIMITED_SUFFIXES, *WORKBOOK_SUFFIXES, *PARQUET_SUFFIXES)


def read_raw_tables(path: Path, header_words: Collection[str] = ()) -> list[RawTable]:
    """Read every table of a file.

    path: a delimited file, a workbook or a Parquet file. header_words: column names that tell the header row from
    title lines above it; without them the first row is the header.
    Raises UnreadableError when the file is absent, a folder, damaged or not text in a known encoding, and DataError
    when it is empty.
    """
    _require_file(path)
    suffix = path.suffix.lower()
    if suffix in PARQUET_SUFFIXES:
        return [_read_parquet(path)]
    if suffix in WORKBOOK_SUFFIXES:
        return _read_workbook(path, header_words)
    return [_read_delimited(path, header_words)]


def require_regular(path: Path) -> None:
    """Raise UnreadableError for a pipe or a device, which can be waited on for ever or never end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UnreadableError(f"{path.name}: this is a pipe or a device, and no file; save what it gives first.")


def require_there(path: Path) -> None:
    """Raise UnreadableError where there is no file or folder of the name, with the nearest name beside it."""
    if path.exists():
        return
    beside = sorted(one.name for one in path.parent.iterdir()) if path.parent.is_dir() else []
    guess = nearest(path.name, beside)
    hint = f"did you mean {shorten(guess)!r}?" if guess else "check the name and the folder."
    raise UnreadableError(f"{path.name}: there is no such file; {hint}")


def _require_file(path: Path) -> None:
    require_there(path)
    if path.is_dir():
        raise UnreadableError(f"{path.name}: this is a folder where a file was meant; name a file inside it.")
    require_regular(path)
    if path.stat().st_size == 0:
        raise DataError(f"{path.name}: the file is empty; export it again, with a header and rows.")


# ---------------------------------------------------------------------------------------------- delimited files


def decoded_text(data: bytes, name: str) -> tuple[str | None, str]:
    """The text of a file and its encoding; None for text that is already UTF-8.

    UTF-8 (with or without a byte order mark), UTF-16 and, last, Windows-1252 are read.
    Raises UnreadableError naming the byte that no encoding explains.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(data, "utf-16", name), "utf-16"
    head = data[:4096]
    if b"\0" in head:
        wide = (
            "utf-16-le"
            if head[1::2].count(0) > len(head) // 4
            else "utf-16-be"
            if head[::2].count(0) > len(head) // 4
            else ""
        )
        if not wide:
            where = head.index(b"\0")
            raise UnreadableError(
                f"{name}: byte {where:,} is NUL, so this is not a text file; export it as CSV (UTF-8)."
            )
        return _decode_as(data, wide, name), wide
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_as(data, "cp1252", name), "cp1252"
    return None, "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        found = f"0x{data[error.start]:02X}"
        raise UnreadableError(
            f"{name}: byte {error.start:,} ({found}) is neither UTF-8 nor Windows-1252 text; "
            "save the file again as CSV with the encoding UTF-8."
        ) from None


def _read_delimited(path: Path, header_words: Collection[str]) -> RawTable:
    data = path.read_bytes()
    text, encoding = decoded_text(data, path.name)
    if text is not None:
        data = text.encode("utf-8", "surrogatepass")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise DataError(f"{path.name}: the file holds nothing but blanks; export it again, with a header and rows.")
    header, delimiter = _find_header(data[:200_000].decode("utf-8", "ignore"), path, header_words)
    skip = header.top
    body = data if skip == 0 else _without_lines(data, skip)
    problems: tuple[Problem, ...] = ()
    if delimiter == "|":
        # In a Markdown table, a bar after a backslash is part of its cell.
        body = body.replace(b"\\|", _BAR.encode())
    try:
        # A plain quoted newline inside a cell is one record, as in a spreadsheet; polars counts records too.
        frame = pl.read_csv(
            io.BytesIO(body),
            separator=delimiter,
            infer_schema=False,
            row_index_name=ROW,
            row_index_offset=skip + 2,
            null_values=[""],
        )
        frame = _clean_header(frame.with_columns(pl.col(ROW).cast(pl.Int64)))
    except (
        pl.exceptions.ComputeError,
        pl.exceptions.NoDataError,
        pl.exceptions.DuplicateError,
        pl.exceptions.ShapeError,
    ):
        frame, problems = _read_by_record(body.decode("utf-8", "replace"), path.name, delimiter, skip)
    if delimiter == "|":
        frame = _of_markdown(frame).with_columns(pl.col(pl.String).str.replace_all(_BAR, "|", literal=True))
    if header.lines == 2 and frame.height and frame[ROW][0] == skip + 2:
        names = unique_names([*header.names, *frame.columns[1 + len(header.names) :]])
        frame = frame.slice(1).rename(dict(zip(frame.columns[1:], names, strict=True)))
    above = tuple(line.strip() for line in data[:200_000].decode("utf-8", "ignore").splitlines()[:skip] if line.strip())
    return RawTable(path.name, None, _without_blank_rows(frame), problems, encoding, delimiter, above)


def _of_markdown(frame: pl.DataFrame) -> pl.DataFrame:
    """A table of a Markdown file without its outer bars, its rule below the header and the blanks around cells."""
    cells = [name for name in frame.columns if name != ROW]
    rule = frame.head(1).select(pl.all_horizontal(pl.col(cells).fill_null("-").str.contains(r"^\s*:?-+:?\s*$")))
    if not cells or not rule.height or not rule.item():
        return frame
    trimmed = frame.slice(1).with_columns(pl.col(cells).str.strip_chars())
    trimmed = trimmed.with_columns(pl.when(pl.col(cells) != "").then(pl.col(cells)).name.keep())
    outer = [name for name in (cells[0], cells[-1]) if name.startswith("column ")]
    return trimmed.drop(name for name in outer if trimmed[name].null_count() == trimmed.height)


def _without_lines(data: bytes, lines: int) -> bytes:
    for _ in range(lines):
        data = data[data.index(b"\n") + 1 :]
    return data


def _find_header(sample: str, path: Path, header_words: Collection[str]) -> tuple[Header, str]:
    """Where the header stands, and the delimiter."""
    lines = sample.splitlines()[:SEARCHED_ROWS]
    if lines and lines[0].casefold().startswith("sep=") and len(lines[0].strip()) == 5:
        return Header(1, 1, []), lines[0].strip()[-1]
    words = {header_key(word) for word in header_words}
    best, score, chosen = Header(0, 1, []), (0, 0), _DELIMITERS[0]
    csv.field_size_limit(_LONGEST_CELL)
    for delimiter in _DELIMITERS:
        rows = [_split(line, delimiter) for line in lines]
        if not words and not is_below_title(rows):
            rows = rows[:1]
        header = find_header(rows, words)
        reached = (header.hits, max(map(len, rows), default=0))
        if reached > score:
            best, score, chosen = header, reached, delimiter
    if path.suffix.lower() in (".tsv", ".tab") and score[1] < 2:
        chosen = "\t"
    return best if best.hits or not words else Header(0, 1, []), chosen


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _read_by_record(text: str, name: str, delimiter: str, skip: int) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """The slow way, record by record, for files whose rows don't all fit the header: names the rows at fault."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] = []
    rows: list[list[Any]] = []
    problems: list[Problem] = []
    number = skip
    try:
        for cells in reader:
            number += 1
            if not header:
                header = cells
            elif len(cells) > len(header) and any(cells[len(header) :]):
                problems.append(_too_many_cells(name, number, len(cells), len(header)))
            else:
                padded = [cell or None for cell in cells[: len(header)]] + [None] * (len(header) - len(cells))
                rows.append([number, *padded])
    except csv.Error:
        problems.append(
            Problem(
                f"this row has a cell of more than {_LONGEST_CELL:,} characters; shorten it.",
                name,
                number + 1,
                rule="cell_too_long",
            )
        )
    if rows and _quote_left_open(text, delimiter):
        last = rows.pop()
        problems.append(
            Problem(
                "a quotation mark is opened here and never closed, so the rest can't be told apart; close it.",
                name,
                last[0],
                rule="open_quote",
            )
        )
    names = unique_names(header)
    schema = {ROW: pl.Int64, **dict.fromkeys(names, pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row"), tuple(problems)


def _quote_left_open(text: str, delimiter: str) -> bool:
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _too_many_cells(name: str, row: int, found: int, expected: int) -> Problem:
    return Problem(
        f"the row has {counted(found, 'cell')} but the header has {expected:,}; "
        "put a cell that holds the delimiter in quotation marks.",
        name,
        row,
        rule="too_many_cells",
    )


def _clean_header(frame: pl.DataFrame) -> pl.DataFrame:
    names = frame.columns[1:]
    # A heading that stands there again comes from polars with a mark of its own behind it.
    plain = [
        _AGAIN.sub("", name) if _AGAIN.sub("", name) in names[:place] else name for place, name in enumerate(names)
    ]
    return frame.rename(dict(zip(names, unique_names(plain), strict=True)))


def _without_blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    cells = [name for name in frame.columns if name != ROW]
    if not cells or not frame.height or frame[cells[0]].null_count() == 0:
        return frame
    return frame.filter(~pl.all_horizontal(pl.col(cells).is_null()))


# ---------------------------------------------------------------------------------------------- workbooks, Parquet


def _read_workbook(path: Path, header_words: Collection[str]) -> list[RawTable]:
    _refuse_bombs(path)
    tables = []
    for sheet in read_sheets(path):
        frame = _without_blank_rows(sheet.frame(header_words))
        above = sheet.above(header_words)
        tables.append(RawTable(path.name, sheet.name, frame, above=above, strays=sheet.strays))
    return tables


def _refuse_bombs(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        raise UnreadableError(
            f"{path.name}: the workbook is damaged or not a workbook; open it and save it again as .xlsx."
        ) from None
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _LARGEST_WORKBOOK:
        raise UnreadableError(f"{path.name}: the workbook unpacks to more than 2 GiB; export the sheet as CSV instead.")


def _listed_as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """A column of lists as one text each, parted by semicolons; of records, as JSON."""
    if kind == pl.Binary:
        return pl.col(name).map_elements(lambda value: value.decode("utf-8", "replace"), return_dtype=pl.String)
    if isinstance(kind, pl.List) and not kind.inner.is_nested():
        return pl.col(name).list.eval(pl.element().cast(pl.String)).list.join("; ").alias(name)
    return pl.col(name).map_elements(lambda value: json.dumps(_plain(value), default=str), return_dtype=pl.String)


def _plain(value: object) -> object:
    return value.to_list() if isinstance(value, pl.Series) else value


def _read_parquet(path: Path) -> RawTable:
    try:
        frame = pl.read_parquet(path, glob=False)
    except (pl.exceptions.PolarsError, OSError):
        raise UnreadableError(f"{path.name}: the file is damaged or not Parquet; write it again.") from None
    odd = {name: kind for name, kind in frame.schema.items() if kind.is_nested() or kind == pl.Binary}
    frame = frame.with_columns(_listed_as_text(name, kind) for name, kind in odd.items())
    return RawTable(
        path.name, None, _clean_header(frame.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64)))
    )
