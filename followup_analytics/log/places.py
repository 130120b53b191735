"""Which files of a folder are tables of a log: one file each, or a folder of parts, whoever wrote them.

A table may lie in `contacts.csv`, in `contacts/part-0.parquet` and its siblings, or in a folder that is itself called
`contacts.parquet`, as Spark and others write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.errors import UnreadableError
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import TABLES
from followup_analytics.log.settings import Settings
from followup_analytics.sheets.tabular import DELIMITED_SUFFIXES, PARQUET_SUFFIXES, WORKBOOK_SUFFIXES
from followup_analytics.text import listed, shorten

TABLE_SUFFIXES = (*DELIMITED_SUFFIXES, *PARQUET_SUFFIXES)
#: Files that look like data: where they are no table of the log, a person is told that they were passed over.
_LIKE_DATA = (*TABLE_SUFFIXES, *WORKBOOK_SUFFIXES, ".feather", ".arrow", ".orc", ".avro", ".jsonl", ".ndjson")
_PACKED = (".gz", ".zst", ".bz2", ".xz", ".zip", ".7z")
_PROSE = ("readme", "license", "licence", "notes", "changelog", "copying")
_MOST_NAMED = 3


@dataclass(frozen=True)
class Places:
    """Where the tables of a folder lie, each in one file or several (in the order of their names), and what is none."""

    tables: dict[str, tuple[Path, ...]]
    passed_over: tuple[str, ...] = ()

    def notes(self, settings: Settings) -> list[Note]:
        """What a folder says of itself in its settings, and what of it was not understood."""
        texts = (
            ("log_notes", settings.notes, None),
            ("unknown_setting", settings.unknown_names(), None),
            ("not_understood", self._passed_over_text(), len(self.passed_over)),
        )
        return [Note(code, text, n) for code, text, n in texts if text]

    def _passed_over_text(self) -> str | None:
        if not self.passed_over:
            return None
        some = [shorten(name) for name in self.passed_over[:_MOST_NAMED]]
        more = ["others"] if len(self.passed_over) > _MOST_NAMED else []
        return (
            f"in the folder were not understood and not read: {listed([*some, *more], 'and')}; tables are called "
            f"{listed(TABLES, 'and')}, in one .csv or .parquet file each or in a folder of such files"
        )


def tables_in(folder: Path) -> Places:
    """The tables of a log in a folder, in the order in which they are read.

    Raises UnreadableError where a table lies there twice, where parts of one are of different kinds, or where the
    folder can't be listed.
    """
    found: dict[str, list[tuple[Path, tuple[Path, ...]]]] = {}
    others = []
    for child in _listed(folder):
        name = child.name.partition(".")[0] if child.is_dir() else child.stem
        table = name.casefold()
        if child.is_dir():
            parts = tuple(_parts(child)) if table in TABLES else ()
            if parts:
                found.setdefault(table, []).append((child, _of_one_kind(child, parts)))
            else:
                others.append(f"{child.name}/")
        elif table in TABLES and child.suffix.lower() in TABLE_SUFFIXES:
            found.setdefault(table, []).append((child, (child,)))
        elif _looks_like_data(child):
            others.append(child.name)
    for places in found.values():
        if len(places) > 1:
            names = listed((place.name for place, _ in places), "and")
            raise UnreadableError(f"{folder.name}: {names} are both there; keep one of them.")
    return Places({name: found[name][0][1] for name in TABLES if name in found}, tuple(others))


def part_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """The files' names for people: of parts, with as much of their folders as tells them apart."""
    if len(paths) == 1 and paths[0].parent.name.partition(".")[0].casefold() not in TABLES:
        return (paths[0].name,)
    names = []
    for path in paths:
        parts = path.parts
        start = next((k for k in range(len(parts) - 1) if parts[k].partition(".")[0].casefold() in TABLES), -1)
        names.append("/".join(parts[start:]))
    return tuple(names)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(child for child in folder.iterdir() if not child.name.startswith((".", "_")))
    except OSError as error:
        raise UnreadableError(
            f"{folder.name}: the folder can't be read ({error.strerror}); allow reading it."
        ) from None


def _parts(folder: Path) -> Iterator[Path]:
    """The data files below a folder, in the order of their paths; what Spark and others leave beside them is none."""
    for child in _listed(folder):
        if child.is_dir():
            yield from _parts(child)
        elif child.suffix.lower() in TABLE_SUFFIXES and child.stat().st_size:
            yield child


def _of_one_kind(folder: Path, parts: tuple[Path, ...]) -> tuple[Path, ...]:
    kinds = {path.suffix.lower() in PARQUET_SUFFIXES for path in parts}
    if len(kinds) > 1:
        raise UnreadableError(
            f"{folder.name}: the folder holds Parquet and text files; keep the parts of one kind in it."
        )
    return parts


def _looks_like_data(path: Path) -> bool:
    if path.stem.casefold().startswith(_PROSE):
        return False
    return path.suffix.lower() in (*_LIKE_DATA, *_PACKED)
