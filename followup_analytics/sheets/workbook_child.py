"""Reads one workbook in a process of its own: `python workbook_child.py WORKBOOK FOLDER MEMORY SECONDS`.

A workbook of two kilobytes can ask for terabytes: one stray cell in the last row and column makes its table that large,
and the library that reads it aborts the process. So the process is a child with limits, and this file imports nothing
of the package. Each sheet is written as CSV into FOLDER; stdout tells their names, merged cells and what was left out.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20
#: Rows and columns beyond a gap of so many empty ones are strays: no table is written like that.
_ROW_GAP, _COLUMN_GAP = 5_000, 300
#: A sheet that has strays is gone through whole, so it may not be larger than this when unpacked.
_LARGEST_WITH_STRAYS = 128 * 1024**2
_LARGEST = 2 * 1024**3
_ROW_NUMBER = re.compile(rb"""<(?:x:)?row\b[^>]*?\br=["'](\d+)""")
_WIDE = re.compile(rb"""<(?:x:)?c\b[^>]*?\br=["']([A-Z]{3})\d""")
_ROW = re.compile(rb"""<(?:x:)?row\b([^>]*?)(?:/>|>(.*?)</(?:x:)?row>)""", re.DOTALL)
_CELL = re.compile(rb"""<(?:x:)?c\b[^>]*?\br=["']([A-Z]+)\d+["'][^>]*?(?:/>|>.*?</(?:x:)?c>)""", re.DOTALL)
_DIMENSION = re.compile(rb"<(?:x:)?dimension\b[^>]*/>")
_OVERLAP = 256


class TooLargeError(Exception):
    """A sheet that unpacks to more than may be read."""


def main(workbook: str, folder: str, memory: int, seconds: int) -> int:
    """Write the sheets of a workbook into a folder, and tell about them on stdout."""
    _limit(memory, seconds)
    import python_calamine as calamine

    told: dict[str, Any] = {"sheets": []}
    try:
        path, strays = _without_strays(Path(workbook), Path(folder))
        told["strays"] = strays
        with calamine.CalamineWorkbook.from_path(path) as book:
            for place, name in enumerate(book.sheet_names):
                told["sheets"].append(_write(book.get_sheet_by_name(name), name, Path(folder) / f"{place}.csv"))
    except calamine.PasswordError:
        told = {"error": "password"}
    except (TooLargeError, MemoryError):
        told = {"error": "too large"}
    except (calamine.CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, NotImplementedError, EOFError):
        told = {"error": "damaged"}
    sys.stdout.write(json.dumps(told))
    return 0


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time is still kept by whoever waits
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(sheet: Any, name: str, path: Path) -> dict[str, Any]:
    """One sheet as CSV, every cell as the text that a CSV of it would hold."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    filled = rows = width = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for row in sheet.iter_rows():
            cells = before + [workbook_text(cell) for cell in row]
            writer.writerow(cells)
            rows, width = rows + 1, max(width, len(cells))
            filled += any(cells)
    merged = [[list(first), list(last)] for first, last in getattr(sheet, "merged_cell_ranges", None) or ()]
    return {"name": name, "file": path.name, "rows": rows, "width": width, "filled": filled, "merged": merged}


def workbook_text(cell: object) -> str:
    """A cell as text; midnight is how workbooks store a bare date."""
    if type(cell) is str:  # nearly all cells are
        return "" if cell.isspace() else cell.replace("\0", "") if "\0" in cell else cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return str(cell.total_seconds())
    text = str(cell).replace("\0", "") if cell is not None else ""
    return text if text.strip() else ""


def _without_strays(path: Path, folder: Path) -> tuple[Path, dict[str, int]]:
    """The workbook, or a copy of it without cells far outside its tables, and how many of these each part had."""
    if not zipfile.is_zipfile(path):
        return path, {}
    with zipfile.ZipFile(path) as archive:
        # What really comes out counts: the sizes in an archive's list can lie.
        parts = [one for one in archive.infolist() if _is_sheet(one.filename)]
        strange = [one.filename for one in parts if _is_strange(archive, one.filename)]
        if not strange:
            return path, {}
        copy = folder / f"bounded{path.suffix}"
        strays: dict[str, int] = {}
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as out:
            for one in archive.infolist():
                if one.filename not in strange:
                    out.writestr(one.filename, archive.read(one.filename))
                    continue
                with archive.open(one.filename) as member:
                    data = member.read(_LARGEST_WITH_STRAYS + 1)
                if len(data) > _LARGEST_WITH_STRAYS:
                    raise TooLargeError
                bounded, strays[one.filename] = _bounded(data)
                out.writestr(one.filename, bounded)
    return copy, strays


def _is_sheet(name: str) -> bool:
    return name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml")


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The unpacked bytes in pieces, each with the end of the one before."""
    rest, size = b"", 0
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            size += len(chunk)
            if size > _LARGEST:
                raise TooLargeError
            yield rest + chunk
            rest = chunk[-_OVERLAP:]


def _is_strange(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a sheet has far more rows or columns than cells."""
    last = rows = 0
    wide = False
    for data in _chunks(archive, name):
        numbers = [int(found) for found in _ROW_NUMBER.findall(data)]
        last, rows = max([last, *numbers]), rows + len(numbers)
        wide = wide or bool(_WIDE.search(data))
    return wide or last > rows + _ROW_GAP


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _until_gap(used: list[int], gap: int) -> int:
    """The last of sorted numbers before a gap."""
    last = used[0] if used else 0
    for number in used:
        if number - last > gap:
            break
        last = number
    return last


def _bounded(data: bytes) -> tuple[bytes, int]:
    """A sheet's XML without the cells beyond the first great gap, and how many of those had something in them."""
    rows: dict[int, list[tuple[int, bytes]]] = {}
    heads: dict[int, bytes] = {}
    number = 0
    for found in _ROW.finditer(data):
        given = re.search(rb"""\br=["'](\d+)""", found[1])
        number = int(given[1]) if given else number + 1
        heads[number] = found[1]
        cells = [(_column(cell[1]), cell[0]) for cell in _CELL.finditer(found[2] or b"")]
        rows[number] = [(column, cell) for column, cell in cells if _has_value(cell)]
    used = sorted(number for number, cells in rows.items() if cells)
    bottom = _until_gap(used, _ROW_GAP)
    columns = sorted({column for number in used if number <= bottom for column, _ in rows[number]})
    right = _until_gap(columns, _COLUMN_GAP)
    kept = [
        b"<row" + heads[number] + b">" + b"".join(cell for column, cell in rows[number] if column <= right) + b"</row>"
        for number in used
        if number <= bottom
    ]
    strays = sum(number > bottom or column > right for number in used for column, _ in rows[number])
    begin = re.search(rb"<(?:x:)?sheetData\b[^>]*>", data)
    end = re.search(rb"</(?:x:)?sheetData>", data)
    if begin is None or end is None:
        return data, 0
    whole = data[: begin.end()] + b"".join(kept) + data[end.start() :]
    return _DIMENSION.sub(b"", whole), strays


def _has_value(cell: bytes) -> bool:
    return b"<v" in cell or b"<is" in cell or b":v>" in cell or b":is>" in cell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
