"""A log larger than memory, on one machine: split by applicant into files, which are then read one after another.

Every file of the log is read once, piece by piece. Of interviews the numbers that stand for their ids stay in memory
(12 bytes each), since contacts and outcomes have to find their part by them; all else goes to the parts' files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.errors import DataError
from followup_analytics.log.casting import clean_text
from followup_analytics.log.settings import Settings
from followup_analytics.parted.parted_log import CheckedPart, PartedLog, checked_part, parted_log
from followup_analytics.parted.spread import Spooled, no_room
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import counted

#: What a row takes while a part is worked on, about, with all that is made of it.
ROW_BYTES = 1_500
_MOST_PARTS = 2_000
_SEED = 16
#: Pieces of a table, each with the contract's names of columns and `_row`; the files that it lies in, for messages.
Pieces = Callable[[], Iterator[pl.DataFrame]]


def split_log(
    tables: Mapping[str, Pieces],
    names: Mapping[str, Sequence[str]],
    settings: Settings,
    *,
    rows: int,
    memory: int,
    folder: Path,
    time_zone: str | None,
    told: Sequence[Any] = (),
) -> PartedLog:
    """The log of tables that are read in pieces.

    rows: how many there are in all, about. memory: bytes that a part may take. folder: this run's own, for its files.
    Raises DataError for the first bad row, UnreadableError where the folder has no room.
    """
    n = min(max(-(-rows * ROW_BYTES // max(memory, 1)), 1), _MOST_PARTS)
    try:
        owners = _Owners(n)
        written = {name: _Written(folder, name, n) for name in tables}
        for name in (one for one in ("interviews", "applicants", "contacts", "outcomes") if one in tables):
            keys = _Keys(name)
            for piece in tables[name]():
                part = owners.learn(piece) if name == "interviews" else owners.parts(piece, name)
                keys.add(piece)
                written[name].add(piece, part)
            keys.require_distinct(tables[name])
    except OSError as error:
        raise no_room(folder, error) from None
    files = [folder / f"part-{part:06}" for part in range(n)]
    read = partial(_read, tuple(tables), dict(names), time_zone or settings.time_zone)
    checked: Spooled[CheckedPart] = Spooled(folder, files, read)
    return parted_log(checked.kept(), settings, time_zone=time_zone, where=f"{counted(n, 'part')} on disk", told=told)


class _Owners:
    """In which part each applicant and each interview is."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._ids: list[NDArray[np.uint64]] = []
        self._parts: list[NDArray[np.int32]] = []
        self._sorted: tuple[NDArray[np.uint64], NDArray[np.int32]] | None = None

    def learn(self, piece: pl.DataFrame) -> NDArray[np.int32]:
        """The parts of interviews, by their applicants; kept for what refers to them."""
        part = self.parts(piece, "interviews")
        self._ids.append(_hashes(piece, "interview_id"))
        self._parts.append(part)
        return part

    def parts(self, piece: pl.DataFrame, table: str) -> NDArray[np.int32]:
        """The part of each row: of its applicant, or of its interview; the first for one that nobody knows."""
        if table in ("interviews", "applicants"):
            return (_hashes(piece, "applicant_id") % np.uint64(self._n)).astype(np.int32)
        if self._sorted is None:
            ids, parts = np.concatenate(self._ids), np.concatenate(self._parts)
            order = np.argsort(ids, kind="stable")
            self._sorted = ids[order], parts[order]
            self._ids, self._parts = [], []
        ids, parts = self._sorted
        asked = _hashes(piece, "interview_id")
        place = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
        return np.where(ids[place] == asked, parts[place], 0).astype(np.int32)


def _hashes(piece: pl.DataFrame, name: str) -> NDArray[np.uint64]:
    return clean_text(piece[name].cast(pl.String)).hash(_SEED).to_numpy()


class _Keys:
    """The keys of a table as numbers: no two rows may have the same, whatever part they are in."""

    def __init__(self, table: str) -> None:
        self._key = {"interviews": "interview_id", "contacts": "contact_id"}.get(table)
        self._table = table
        self._seen: list[NDArray[np.uint64]] = []

    def add(self, piece: pl.DataFrame) -> None:
        """Take note of the keys of some rows."""
        if self._key is not None:
            self._seen.append(_hashes(piece.drop_nulls(self._key), self._key))

    def require_distinct(self, again: Pieces) -> None:
        """Refuse a key that comes twice; again: the rows once more, since two texts may share a number."""
        if self._key is None or not self._seen:
            return
        together = np.concatenate(self._seen)
        self._seen = []
        together.sort()
        twice = np.unique(together[1:][together[1:] == together[:-1]])
        if not len(twice):
            return
        texts = [clean_text(piece[self._key].cast(pl.String)) for piece in again()]
        found = pl.concat([one.filter(one.hash(_SEED).is_in(pl.Series(twice).implode())) for one in texts])
        more = len(found) - found.n_unique()
        if more:
            raise DataError(
                f"{self._table}, column {self._key}: this {self._key} stands in an earlier row already, in {more:,} "
                "rows; give each row its own, or delete the repetitions. followup check names them."
            )


class _Written:
    """The files of a table's rows, by part."""

    def __init__(self, folder: Path, table: str, n: int) -> None:
        self._folder, self._table, self._n, self._pieces = folder, table, n, 0
        for part in range(n):
            (folder / f"part-{part:06}").mkdir(exist_ok=True)

    def add(self, piece: pl.DataFrame, part: NDArray[np.int32]) -> None:
        """Write some rows to the files of their parts."""
        order = np.argsort(part, kind="stable")
        ranked = part[order]
        moved = piece[order]
        bounds = np.searchsorted(ranked, np.arange(self._n + 1))
        for one in range(self._n):
            low, high = int(bounds[one]), int(bounds[one + 1])
            if low < high or not self._pieces:
                where = self._folder / f"part-{one:06}" / f"{self._table}-{self._pieces:06}.arrow"
                moved[low:high].write_ipc(where, compression="lz4")
        self._pieces += 1


def _read(
    tables: tuple[str, ...], files: Mapping[str, Sequence[str]], time_zone: str | None, folder: Path
) -> CheckedPart:
    """A part's tables, checked; a row that breaks a rule is told by its file and number, as ever."""
    raw = {}
    for name in tables:
        pieces = [pl.read_ipc(file) for file in sorted(folder.glob(f"{name}-*.arrow"))]
        raw[name] = pl.concat(pieces, how="diagonal_relaxed").sort(ROW)
    return checked_part(raw, files={name: files[name][0] for name in raw}, parts=files, time_zone=time_zone)
