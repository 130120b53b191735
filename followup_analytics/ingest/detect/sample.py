"""A first look at a file: what detectors need to know of it, read once and only as far as needed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.sheets.tabular import (
    PARQUET_SUFFIXES,
    WORKBOOK_SUFFIXES,
    RawTable,
    decoded_text,
    header_key,
    read_raw_tables,
)

Container = Literal["file", "folder", "archive", "workbook", "parquet", "sqlite"]

_HEAD_BYTES = 65_536
_HEADER_LINES = 15
_DELIMITERS = (",", ";", "\t", "|")
_MOST_MEMBERS = 200_000


@dataclass(frozen=True)
class Sample:
    """A file or folder as a detector sees it. Everything is read on demand and kept."""

    path: Path
    _opened: list[IO[bytes]] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The file's own name, as messages give it."""
        return self.path.name

    @cached_property
    def container(self) -> Container:
        """What kind of thing it is, by its first bytes and never by its name alone."""
        if self.path.is_dir():
            return "folder"
        head = self.head
        if head.startswith(b"SQLite format 3\0"):
            return "sqlite"
        if head.startswith(b"PAR1") or self.path.suffix.lower() in PARQUET_SUFFIXES:
            return "parquet"
        if self.path.suffix.lower() in WORKBOOK_SUFFIXES:
            return "workbook"
        return "archive" if head.startswith(b"PK\x03\x04") else "file"

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, unpacked when the file is gzipped; empty for a folder."""
        if self.path.is_dir():
            return b""
        with self.open() as file:
            try:
                return file.read(_HEAD_BYTES)
            except (OSError, EOFError) as error:
                raise UnreadableError(
                    f"{self.name}: the file can't be read ({type(error).__name__}); copy it again."
                ) from None

    @property
    def is_packed(self) -> bool:
        """Whether the file is gzipped."""
        with self.path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b"

    def open(self) -> IO[bytes]:
        """The file's bytes from the start, unpacked when it is gzipped."""
        try:
            if self.is_packed:
                unpacked = gzip.GzipFile(self.path)
                # The packed file beneath, which is closed together with it: its place is how far the reading is.
                self._opened[:] = [unpacked.myfileobj] if unpacked.myfileobj is not None else []
                return unpacked  # type: ignore[return-value]
            self._opened[:] = [self.path.open("rb")]
            return self._opened[0]
        except FileNotFoundError:
            raise UnreadableError(f"{self.name}: there is no such file; check the name and the folder.") from None
        except OSError as error:
            raise UnreadableError(
                f"{self.name}: the file can't be opened ({error.strerror}); check its rights."
            ) from None

    @property
    def share_read(self) -> float | None:
        """How much of the file has been read since it was last opened, from 0 to 1; None where nobody can say."""
        file = next(iter(self._opened), None)
        if file is None or file.closed or self.container not in ("file", "sqlite"):
            return None
        size = self.path.stat().st_size
        return min(file.tell() / size, 1.0) if size else None

    def require_content(self) -> None:
        """Raise DataError when a file has nothing in it."""
        if not self.path.is_dir() and not self.head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
            raise DataError(f"{self.name}: the file is empty; export it again.")

    def require_text(self) -> None:
        """Raise UnreadableError, naming the byte, when a plain file is text in no known encoding."""
        if self.container == "file" and self.head and not self.text:
            decoded_text(self.head, self.name)

    @cached_property
    def text(self) -> str:
        """The head as text; empty where it is not text."""
        if self.container != "file" or not self.head:
            return ""
        try:
            return decode_head(self.head, self.name)
        except UnreadableError:
            return ""

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The relative names of the files in a folder or archive, sorted."""
        if self.container == "folder":
            names = (
                path.relative_to(self.path).as_posix()
                for path in self.path.rglob("*")
                if path.is_file() and not path.is_symlink()
            )
        elif self.container == "archive":
            names = (member.filename for member in self._archive_list() if not member.is_dir())
        else:
            return ()
        found = sorted(name for _, name in zip(range(_MOST_MEMBERS + 1), names, strict=False))
        if len(found) > _MOST_MEMBERS:
            raise UnreadableError(
                f"{self.name}: more than {_MOST_MEMBERS:,} files inside; unpack it and name the files you mean."
            )
        return tuple(found)

    def _archive_list(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.infolist()
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
            raise UnreadableError(f"{self.name}: the archive is damaged; copy or download it again.") from None

    @cached_property
    def xml_root(self) -> str | None:
        """The name of the first element, where the file looks like XML."""
        if not self.text.lstrip("\ufeff \r\n\t").startswith("<"):
            return None
        found = re.search(r"<([A-Za-z_][\w.-]*)[\s>/]", re.sub(r"<!--.*?-->", "", self.text, flags=re.DOTALL))
        return found[1] if found else None

    @cached_property
    def headers(self) -> tuple[frozenset[str], ...]:
        """The cells of the first rows, each row as a set of compared header names; one of them may be the header."""
        if self.container in ("workbook", "parquet"):
            return tuple(frozenset(map(header_key, table.columns)) for table in self.tables)
        return tuple(frozenset(filter(None, map(header_key, cells))) for cells in self.first_rows)

    @cached_property
    def first_rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of the first fifteen lines of a delimited file, split by the delimiter that fits each best."""
        if self.container != "file" or self.xml_root or self.text.lstrip()[:1] in ("{", "["):
            return ()
        lines = self.text.splitlines()
        if len(self.head) == _HEAD_BYTES:
            lines = lines[:-1]
        return tuple(max((_split(line, mark) for mark in _DELIMITERS), key=len) for line in lines[:_HEADER_LINES])

    @cached_property
    def tables(self) -> tuple[RawTable, ...]:
        """All tables of a workbook or Parquet file, read whole."""
        return tuple(read_raw_tables(self.path))

    @cached_property
    def json_start(self) -> str:
        """The head of a JSON or newline-delimited JSON file; empty for anything else."""
        text = self.text.lstrip("\ufeff \r\n\t")
        return text if text[:1] in ("{", "[") else ""

    @cached_property
    def first_json(self) -> Any:
        """The first record of newline-delimited JSON, or None."""
        try:
            return json.loads(self.json_start.split("\n", 1)[0])
        except (ValueError, RecursionError):
            return None


def decode_head(head: bytes, name: str) -> str:
    """The text of a file's first bytes; a character cut in two at the end is left out."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "ignore").removeprefix("\ufeff")
    for cut in range(4):
        try:
            return head[: len(head) - cut].decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 8:
                break
    text, _ = decoded_text(head, name)
    return text if text is not None else head.decode("utf-8", "replace")


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader(io.StringIO(line), delimiter=delimiter), ()))
    except csv.Error:
        return ()
