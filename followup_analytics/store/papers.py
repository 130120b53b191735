"""Working papers beside a store (rejects and review files of ingest), and finding a person in them."""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

import polars as pl

from followup_analytics.errors import FollowUpError
from followup_analytics.sheets.tabular import ROW, WORKBOOK_SUFFIXES, header_key, read_raw_tables
from followup_analytics.sheets.workbook import write_workbook
from followup_analytics.store.kinds import UPLOADS

#: What ingest calls its papers; anything else in the folder is somebody else's and is left alone.
_PAPER = re.compile(
    r"\.(?:rejects|review)\.(?:csv|tsv|parquet|xlsx|ods|xml|json|ndjson|jsonl|html|mbox|eml|ics|zip|db|sqlite)$",
    re.IGNORECASE,
)
#: Forms in which answers are written and tables are kept; larger files are no such thing.
_READABLE = (".csv", ".tsv", ".json", ".xlsx", ".ods", ".ics", ".txt", ".html", ".md", ".toml", ".parquet")
#: Databases, and copies of them: looked through as they lie.
_DATABASES = (".db", ".sqlite", ".sqlite3", ".backup")
#: So deep below a store's folder, and so many of its files, are looked at.
_DEEP, _MOST_FILES = 4, 5_000
_LARGEST = 50_000_000
#: Whose key stands in a column.
_OWNERS = {"applicant_id": "applicants", "interview_id": "interviews", "contact_id": "contacts"}
_BLOCK = 1 << 22
_XML_ELEMENT = re.compile(r"\s*<[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*/>")


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
    """Take a person out of the papers in a folder; how many papers named the person.

    Tables and XML lose the rows that name the person; a paper that can't be taken apart and names the person goes.
    """
    papers = [path for path in sorted(folder.iterdir()) if _PAPER.search(path.name)]
    return sum(_clean(path, words) for path in papers if path.is_file() and not path.is_symlink())


def discard_uploads(words: Words) -> int:
    """Remove what the local page has left of files that name the person; how many files there were."""
    found = [
        path
        for folder in Path(tempfile.gettempdir()).glob(f"{UPLOADS}*")
        if os.access(folder, os.W_OK)
        for path in files_below(folder)
        if _speaks(path, words)
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def files_to_look_at(folders: Collection[Path], words: Words) -> tuple[str, ...]:
    """Names of files in some folders that still name the person, or may speak of them by a number alone.

    Files whose names a user chose (next steps, calendars) and those of others are never touched: they are named.
    Review files and the rejects of calls are among them, since their rows are of numbers and not of ids.
    """
    return tuple(sorted({path.name for folder in folders for path in files_below(folder) if _speaks(path, words)}))


def files_below(folder: Path, deep: int = _DEEP) -> list[Path]:
    """The files of a folder and of those below it, as far as an office's folder goes; hidden ones aside."""
    found: list[Path] = []
    level = [folder]
    for _ in range(deep):
        below = []
        for one in level:
            with suppress(OSError):
                entries = sorted(one.iterdir())
                found += [path for path in entries if path.is_file()]
                below += [
                    path
                    for path in entries
                    if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
                ]
        level = below
        if len(found) > _MOST_FILES:
            break
    return found[:_MOST_FILES]


def _speaks(path: Path, words: Words) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    if _PAPER.search(path.name) and (".review." in path.name.lower() or not _has_ids(path)):
        return True
    if path.suffix.lower() in _DATABASES:
        return _database_speaks(path, words)
    if path.suffix.lower() not in _READABLE or path.stat().st_size > _LARGEST:
        return False
    if path.suffix.lower() == ".parquet":
        tables = _tables(path) or {}
        return any(_without(table, words).height < table.height for table in tables.values())
    try:
        return any(words.in_text(text) for text in _texts(path))
    except (OSError, zipfile.BadZipFile):
        return False


def _database_speaks(path: Path, words: Words) -> bool:
    """Whether a database that lies about, such as a backup, names the person."""
    with suppress(OSError), path.open("rb") as stream:
        rest = ""
        while block := stream.read(_BLOCK):
            text = rest + block.decode("latin-1")
            if words.in_text(text):
                return True
            rest = text[-200:]
    return False


def _has_ids(path: Path) -> bool:
    """Whether a paper says by an id whose its rows are; one of calls has numbers alone."""
    tables = _tables(path) if path.suffix.lower() != ".xml" else None
    return tables is not None and all(
        any(header_key(name) in _OWNERS for name in table.columns) for table in tables.values()
    )


def clean_fresh_papers(folder: Path, since: float, marked: Callable[[str, Collection[str]], set[str]]) -> None:
    """Take forgotten people out of papers that were just written: what was refused of their rows must not stay either.

    since: only papers changed after this moment (seconds since 1970). marked: which of some keys of a table belong to
    people who were forgotten.
    """
    for path in sorted(folder.iterdir()):
        if not _PAPER.search(path.name) or not path.is_file() or path.stat().st_mtime < since:
            continue
        tables = _tables(path) if path.suffix.lower() != ".xml" else None
        kept = {name: _without_marked(table, marked) for name, table in (tables or {}).items()}
        if tables and any(kept[name].height < table.height for name, table in tables.items()):
            _replace(path, kept)


def _without_marked(table: pl.DataFrame, marked: Callable[[str, Collection[str]], set[str]]) -> pl.DataFrame:
    for column in table.columns:
        owner = _OWNERS.get(header_key(column))
        if owner is not None:
            cells = table[column].cast(pl.String).str.strip_chars()
            gone = marked(owner, cells.drop_nulls().unique().to_list())
            table = table.filter(~cells.is_in(sorted(gone)).fill_null(value=False))
    return table


def _clean(path: Path, words: Words) -> bool:
    if path.suffix.lower() == ".xml":
        return _clean_xml(path, words)
    tables = _tables(path)
    if tables is None:
        named = any(words.in_text(text) for text in _texts(path))
        if named:
            path.unlink()
        return named
    kept = {name: _without(table, words) for name, table in tables.items()}
    if all(kept[name].height == table.height for name, table in tables.items()):
        return False
    _replace(path, kept)
    return True


def _without(table: pl.DataFrame, words: Words) -> pl.DataFrame:
    stays = [
        not words.in_row(table.columns, ["" if cell is None else str(cell) for cell in row])
        for row in table.iter_rows()
    ]
    return table.filter(pl.Series(stays, dtype=pl.Boolean))


def _tables(path: Path) -> dict[str, pl.DataFrame] | None:
    """The tables of a paper as texts, by sheet; None where it can't be read as one."""
    try:
        if path.suffix.lower() == ".csv":
            return {"": pl.read_csv(path, separator=_delimiter(path), infer_schema=False)}
        if path.suffix.lower() == ".parquet":
            return {"": pl.read_parquet(path)}
        if path.suffix.lower() not in WORKBOOK_SUFFIXES:
            return None
        return {raw.sheet or "rejects": raw.frame.drop(ROW, strict=False) for raw in read_raw_tables(path)}
    except (pl.exceptions.PolarsError, FollowUpError):
        return None


def _delimiter(path: Path) -> str:
    """The delimiter that the header has most of."""
    with path.open("rb") as stream:
        header = stream.readline().decode("utf-8", "replace")
    return max(",;\t|", key=header.count)


def _clean_xml(path: Path, words: Words) -> bool:
    """Empty elements that name the person go; if the rest still names the person, all of it goes."""
    text = path.read_text("utf-8", "replace")
    if not words.in_text(text):
        return False
    kept = _XML_ELEMENT.sub(lambda found: "" if words.in_text(found[0]) else found[0], text)
    if words.in_text(kept):
        path.unlink()
    else:
        _put_in_place(path, kept.encode())
    return True


def _texts(path: Path) -> list[str]:
    """All that can be read in a paper that is no table; of archives what is inside."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return [path.read_bytes().decode("utf-8", "replace")]


def _replace(path: Path, tables: dict[str, pl.DataFrame]) -> None:
    delimiter = _delimiter(path) if path.suffix.lower() == ".csv" else ","
    beside = _put_in_place(path, b"", rename=False)
    table = next(iter(tables.values()))
    if path.suffix.lower() == ".parquet":
        table.write_parquet(beside)
    elif path.suffix.lower() == ".csv":
        table.write_csv(beside, separator=delimiter)
    else:
        write_workbook(beside, tables)
    beside.replace(path)


def _put_in_place(path: Path, content: bytes, *, rename: bool = True) -> Path:
    """Write beside the paper, for its owner's eyes only, and then take its place: never half a paper."""
    beside = path.with_name(".part-" + path.name)
    beside.touch(mode=0o600)
    beside.write_bytes(content)
    return beside.replace(path) if rename else beside
