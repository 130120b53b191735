"""Records of a file that can't be used, kept as they stream: on disk once they are many, with counts in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from followup_analytics.ingest.parsing.calls import problems_frame
from followup_analytics.sheets.tabular import ROW

#: Records that are held before they go to disk. Millions of an exchange's calls may fit no interview.
_HELD = 100_000
_EXAMPLES = 3


@dataclass
class AsideRule:
    """A rule that records broke: how many did, and the first places."""

    column: str | None
    rule: str
    message: str
    n: int = 0
    rows: list[int] = field(default_factory=list)


class SetAside:
    """What of a file was set aside, in the order of the file: one problem (calls.PROBLEMS) for each record.

    scratch: gives a folder for what is too much to hold; nothing personal is among it.
    """

    def __init__(self, scratch: Callable[[], Path]) -> None:
        self._scratch = scratch
        self._folder: Path | None = None
        self._parts: list[Path] = []
        self._held: list[pl.DataFrame] = []
        self._rules: dict[tuple[str | None, str], AsideRule] = {}
        self.n = 0

    def add(self, *problems: pl.DataFrame | None) -> None:
        """Set the records of a batch aside."""
        given = [frame.select(problems_frame().columns) for frame in problems if frame is not None and frame.height]
        if not given:
            return
        together = pl.concat(given).sort(ROW, maintain_order=True)
        self.n += together.height
        self._count(together)
        self._held.append(together)
        if sum(frame.height for frame in self._held) >= _HELD:
            self._put_down()

    def _count(self, problems: pl.DataFrame) -> None:
        groups = problems.group_by("column", "rule", maintain_order=True).agg(
            n=pl.len(), message=pl.col("message").first(), rows=pl.col(ROW).drop_nulls().head(_EXAMPLES)
        )
        for column, rule, n, message, rows in groups.iter_rows():
            told = self._rules.setdefault((column, rule), AsideRule(column, rule, message))
            told.n += n
            told.rows += rows[: _EXAMPLES - len(told.rows)]

    def _put_down(self) -> None:
        self._folder = self._folder or self._scratch()
        path = self._folder / f"{len(self._parts)}.arrow"
        pl.concat(self._held).write_ipc(path, compression="lz4")
        self._parts.append(path)
        self._held.clear()

    @property
    def rules(self) -> list[AsideRule]:
        """The rules that were broken, most broken first."""
        return sorted(self._rules.values(), key=lambda one: -one.n)

    def chunks(self) -> Iterator[pl.DataFrame]:
        """The problems in the order in which they came, some ten thousands at a time."""
        for path in self._parts:
            yield pl.read_ipc(path)
        yield from self._held

    def in_order(self, later: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """The chunks with problems that were found later put in their places; each chunk sorted by row."""
        left = later.select(problems_frame().columns).cast(problems_frame().schema).sort(ROW, maintain_order=True)
        for chunk in self.chunks():
            last = chunk[ROW].max()
            here = left.filter(pl.col(ROW) <= last)
            left = left.filter(~(pl.col(ROW) <= last).fill_null(value=False))
            yield pl.concat([chunk, here]).sort(ROW, maintain_order=True) if here.height else chunk
        if left.height:
            yield left

    def all(self) -> pl.DataFrame:
        """All problems as one frame, for files that are wholly in memory anyway."""
        return pl.concat([problems_frame(), *self.chunks()])
