"""Files that were dropped on the page: what is found in them, which map reads each, and rows mended in place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import FollowUpError, UsageError
from followup_analytics.store.kinds import UPLOADS

if TYPE_CHECKING:
    from followup_analytics.ingest import CheckResult, IngestResult
    from followup_analytics.ingest.maps.draft import MapDraft

    Progress = Any

#: Signs of a file's own name that are kept, so that messages speak of the file as its owner does.
_LONGEST_NAME = 80
_MARK = "reject_"
#: Rows to mend that a page shows at a time.
MOST_ROWS = 50
_MENDED = "mended rows of "


@dataclass
class Dropped:
    """One file: its place under a harmless name, and the answers about its columns where a map is drafted of it.

    mended: cells as a person put them right, by sheet and row. of: the file whose mended rows this one holds.
    """

    path: Path
    answers: dict[str, str] = field(default_factory=dict)
    mended: dict[tuple[str | None, int], dict[str, str]] = field(default_factory=dict)
    of: Dropped | None = None
    map_path: Path | None = None


@dataclass(frozen=True)
class BadRow:
    """One row to mend: the file that it stands in, its number there, its cells, and what is wrong with it."""

    file: int
    sheet: str | None
    row: int
    cells: Mapping[str, str]
    columns: frozenset[str]
    reason: str


@dataclass
class Drop:
    """Files that were dropped together, and what was said about them."""

    id: str
    folder: Path
    files: list[Dropped]
    options: dict[str, str] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    same_cohort: tuple[str, ...] = ()
    #: Counts what was said and mended, so that a form of an older page is known as such.
    revision: int = 0
    _checked: CheckResult | None = None

    def forget(self) -> None:
        """What was found holds no longer."""
        self.revision += 1
        self._checked = None

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.path.stat().st_size for one in self.files)

    @property
    def is_checked(self) -> bool:
        """Whether it is known what is in the files."""
        return self._checked is not None

    def found(self, result: CheckResult) -> None:
        """Keep what was found elsewhere."""
        self._checked = result

    def checked(self) -> CheckResult:
        """What is found in the files as they are, looked at once."""
        if self._checked is None:
            self._checked = self.look()
        return self._checked

    def draft(self, one: Dropped) -> MapDraft | None:
        """The drafted map of a file; None for a file that is read without one.

        Raises what the reader of the file raises.
        """
        from followup_analytics.ingest.detect.sample import Sample
        from followup_analytics.ingest.maps.draft import draft_map
        from followup_analytics.ingest.registry import detect_source
        from followup_analytics.sheets.tabular import is_tabular

        if one.of is not None or "map" in self.options:
            return None
        try:
            detect_source(Sample(one.path))
        except FollowUpError:
            if not is_tabular(one.path):
                raise
            made = draft_map(one.path, answers=one.answers, time_zone=self.options.get("time_zone"))
            one.map_path = self.folder / f"{self.files.index(one)}.map.toml"
            one.map_path.write_text(made.text, encoding="utf-8")
            return made
        return None

    def look(self, progress: Progress = None) -> CheckResult:
        """Read and check all files as `followup check` does; rows that can't be used go to a paper in the folder."""
        from followup_analytics import check_files

        papers = self.folder / "rejects"
        shutil.rmtree(papers, ignore_errors=True)
        papers.mkdir()
        return check_files(
            [one.path for one in self.files],
            maps=self._maps(),
            keep=self.keep,
            rejects=papers / "rejects.csv",
            progress=progress,
            **{name: value for name, value in self.options.items() if name != "observed_until"},  # type: ignore[arg-type]
        )

    def store(self, url: str, progress: Progress = None) -> IngestResult:
        """Store what can be used as `followup ingest` does, in one transaction."""
        from followup_analytics import ingest_files

        return ingest_files(
            [one.path for one in self.files],
            into=url,
            maps=self._maps(),
            keep=self.keep,
            same_cohort=self.same_cohort,
            progress=progress,
            **self.options,  # type: ignore[arg-type]
        )

    def _maps(self) -> dict[Path, Path | str]:
        found: dict[Path, Path | str] = {}
        for one in self.files:
            source = one.of or one
            if source.map_path is not None:
                found[one.path] = source.map_path
        return found

    def bad_rows(self, result: CheckResult) -> list[BadRow]:
        """The rows of sheets that can be mended here: those not mended yet, and mended ones that are still wrong."""
        from followup_analytics.sheets.tabular import is_tabular, read_raw_tables

        found: list[BadRow] = []
        for place, one in enumerate(self.files):
            papers = {row.rejects_file for row in result.rows if row.file == one.path.name and row.rejects_file}
            for paper in sorted(papers) if is_tabular(one.path) else ():
                for raw in read_raw_tables(Path(str(paper)), (f"{_MARK}reason",)):
                    rows = [_bad_row(place, raw.sheet, cells) for cells in raw.frame.iter_rows(named=True)]
                    found += [bad for bad in rows if one.of is not None or (bad.sheet, bad.row) not in one.mended]
        return found

    def mend(self, changes: Mapping[int, Mapping[str, str]], rows: Sequence[BadRow]) -> int:
        """Take rows as a person put them right: they go into a sheet of their own beside the file. Gives how many.

        changes: cells by the row's place among `rows`.
        """
        n = 0
        for place, said in changes.items():
            bad = rows[place]
            if all(bad.cells.get(name) == value for name, value in said.items()):
                continue
            held = self.files[bad.file]
            source, key = (held, (bad.sheet, bad.row)) if held.of is None else (held.of, _source_key(held.of, bad))
            source.mended[key] = {**bad.cells, **said}
            n += 1
        for source in [one for one in self.files if one.mended]:
            self._write_mended(source)
        self.forget()
        return n

    def _write_mended(self, source: Dropped) -> None:
        import polars as pl

        from followup_analytics.sheets.workbook import write_workbook

        beside = next((one for one in self.files if one.of is source), None)
        sheets = list(dict.fromkeys(sheet for sheet, _ in _in_order(source)))
        if beside is None:
            folder = self.folder / f"mended {self.files.index(source)}"
            folder.mkdir()
            suffix = ".csv" if sheets == [None] else ".xlsx"
            beside = Dropped(folder / f"{_MENDED}{source.path.stem}{suffix}", of=source)
            self.files.append(beside)
        frames = {}
        for sheet in sheets:
            rows = [source.mended[key] for key in _in_order(source) if key[0] == sheet]
            names = dict.fromkeys(name for row in rows for name in row)
            frames[sheet or ""] = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
        if sheets == [None]:
            frames[""].write_csv(beside.path)
        else:
            write_workbook(beside.path, frames)


def _in_order(source: Dropped) -> list[tuple[str | None, int]]:
    """The keys of mended rows as they stand in the sheet of mended rows: by sheet, then by row."""
    return sorted(source.mended, key=lambda key: (key[0] or "", key[1]))


def _source_key(source: Dropped, bad: BadRow) -> tuple[str | None, int]:
    """Which row of the file a row of its mended rows is: row 1 is the header."""
    return [key for key in _in_order(source) if key[0] == bad.sheet][bad.row - 2]


def _bad_row(place: int, sheet: str | None, cells: Mapping[str, Any]) -> BadRow:
    told = {name: str(value or "") for name, value in cells.items()}
    own = {name: value for name, value in told.items() if not name.startswith((_MARK, "_"))}
    number = told.get(f"{_MARK}row", "")
    columns = frozenset(name for name in own if name in told.get(f"{_MARK}column", ""))
    row = int(float(number)) if number.replace(".", "").isdecimal() else 0
    return BadRow(place, sheet, row, own, columns, told.get(f"{_MARK}reason", ""))


@dataclass
class Tray:
    """Everything that was dropped and not yet stored, in a private folder that goes with the page."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix=UPLOADS)))
    drops: dict[str, Drop] = field(default_factory=dict)
    #: Held while a drop is looked at or changed: two tabs may show the same one.
    lock: Lock = field(default_factory=Lock)

    def clear(self) -> None:
        """Remove all that was dropped."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.drops.clear()

    def begin(self) -> Drop:
        """A new drop, empty as yet."""
        drop = Drop(token_urlsafe(8), Path(tempfile.mkdtemp(dir=self.folder)), [])
        self.drops[drop.id] = drop
        return drop

    def drop(self, name: str) -> Drop:
        """A drop by its id. Raises UsageError where it is gone."""
        if name not in self.drops:
            raise UsageError(
                "These files are gone: they were stored, or the program was started anew. Drop them again."
            )
        return self.drops[name]

    def done(self, drop: Drop) -> None:
        """Remove what was stored."""
        self.drops.pop(drop.id, None)
        shutil.rmtree(drop.folder, ignore_errors=True)


def place_for(drop: Drop, name: str) -> Path:
    """Where a file is put: in a folder of its own, under what of its name is letters, figures, blanks and hyphens."""
    folder = drop.folder / str(len(drop.files))
    folder.mkdir(exist_ok=True)
    stem, dot, ending = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    stem, ending = (stem, ending) if dot else (ending, "")
    plain = "".join(one for one in stem if one.isalnum() or one in " _-").strip(" -") or "file"
    suffix = "".join(one for one in ending if one.isalnum())[:12].lower()
    return folder / (plain[:_LONGEST_NAME].strip() + (f".{suffix}" if suffix else ""))
