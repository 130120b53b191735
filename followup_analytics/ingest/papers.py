"""Decides which working papers a run leaves, and writes them: rejects by table, one review file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import polars as pl

from followup_analytics.checks import CheckedTable
from followup_analytics.ingest.copies import copy_records
from followup_analytics.ingest.registry import FURTHER
from followup_analytics.ingest.rejects import PaperFolder, with_reasons, write_paper
from followup_analytics.ingest.sample import Sample
from followup_analytics.tabular import ROW
from followup_analytics.text import shorten


class Rejecting(Protocol):
    """What rejects are written from: a table on its way through a run."""

    name: str
    checked: CheckedTable

    @property
    def original(self) -> pl.DataFrame:
        """The cells as they stand in the file."""

    @property
    def sheet(self) -> str | None:
        """The workbook's sheet, if it is one."""


class Papers:
    """The working papers of one run."""

    def __init__(self, folder: Path, inputs: Sequence[Path]) -> None:
        self._folder = PaperFolder(folder, frozenset(path.resolve() for path in inputs))
        self._written: dict[tuple[Path, str | None, str], Path] = {}

    def write_rejects(
        self, sample: Sample, tables: Sequence[Rejecting], problems: pl.DataFrame | None, *, by_place: bool = False
    ) -> None:
        """Write the rejected rows of a file, in the file's own form with reasons."""
        for table in tables:
            rejects = table.checked.rejects
            if not rejects.height:
                continue
            stem = sample.path.stem + (f".{_plain(table.sheet or table.name)}" if len(tables) > 1 else "")
            if problems is not None:
                known = pl.col(ROW).is_in(problems[ROW].implode())
                later = rejects.filter(~known).with_columns(member=pl.lit(None, pl.String)).select(problems.columns)
                later = later.cast(problems.schema)
                free = partial(self._folder.draft, stem, "rejects")
                path = copy_records(sample, pl.concat([problems, later]), free, by_place=by_place)
            else:
                path = self._rejected_rows(sample, table, stem)
            self._written[sample.path, table.sheet, table.name] = self._folder.settle(path)

    def _rejected_rows(self, sample: Sample, table: Rejecting, stem: str) -> Path:
        suffix = {"workbook": ".xlsx", "parquet": ".parquet"}.get(sample.container, ".csv")
        rejects = table.checked.rejects.with_columns(pl.col(ROW) % FURTHER)
        rows = with_reasons(table.original, rejects, sample.name)
        path = self._folder.draft(stem, "rejects", suffix)
        delimiter = _delimiter(sample)
        return write_paper(path, rows, delimiter=delimiter, sheet=shorten(table.sheet or table.name, 31))

    def rejects_of(self, sample: Sample, sheet: str | None, table: str) -> str | None:
        """The rejects file of a table, None where no row was rejected."""
        path = self._written.get((sample.path, sheet, table))
        return str(path) if path else None

    def write_review(self, review: pl.DataFrame) -> str:
        """The review file of the run."""
        return str(self._folder.settle(write_paper(self._folder.draft("calls", "review", ".csv"), review)))


def _plain(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in text)


def _delimiter(sample: Sample) -> str:
    """The delimiter that the file itself uses."""
    if sample.container != "file":
        return ","
    counts = {
        mark: max((line.count(mark) for line in sample.text.splitlines()[:15]), default=0)
        for mark in (",", ";", "\t", "|")
    }
    return max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else ","
