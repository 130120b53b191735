"""Decides which working papers a run leaves, and writes them: rejects by sheet, one review file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import polars as pl

from followup_analytics.ingest.aside.aside import SetAside
from followup_analytics.ingest.aside.copies import copy_records
from followup_analytics.ingest.aside.marks import is_untouched, marked
from followup_analytics.ingest.aside.rejects import PaperFolder, real_path, with_reasons, write_paper
from followup_analytics.ingest.aside.sheet_papers import told_together, write_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.registry import FURTHER, Batch, Source
from followup_analytics.log.checks import CheckedTable
from followup_analytics.log.schema import CONTACTS
from followup_analytics.sheets.tabular import ROW
from followup_analytics.text import shorten


class Rejecting(Protocol):
    """What rejects are written from: a table on its way through a run."""

    name: str
    batch: Batch
    checked: CheckedTable

    @property
    def original(self) -> pl.DataFrame:
        """The cells as they stand in the file."""

    @property
    def sheet(self) -> str | None:
        """The workbook's sheet, if it is one."""


class Papers:
    """The working papers of one run."""

    def __init__(self, folder: Path, inputs: Sequence[Path], *, only: Path | None = None, wanted: bool = True) -> None:
        """only: the one name that rejects go under. wanted: without it, nothing is written."""
        place = folder if only is None else only.parent
        self._folder = PaperFolder(place, frozenset(map(real_path, inputs)), only=only)
        self._wanted = wanted
        self._written: dict[tuple[Path, str | None, str], Path] = {}

    def write_rejects(
        self, sample: Sample, tables: Sequence[Rejecting], aside: SetAside | None, source: Source
    ) -> None:
        """Write the rejected rows of a file, in the file's own form with reasons: one paper for each of its sheets."""
        for sheet in dict.fromkeys(table.sheet for table in tables) if self._wanted else ():
            several = len({table.sheet for table in tables}) > 1
            stem = sample.path.stem + (f".{_plain(sheet or tables[0].name)}" if several else "")
            calls = [CONTACTS.name] if aside is not None and aside.n else []
            of_sheet = [table for table in tables if table.sheet == sheet]
            bad = [table for table in of_sheet if table.checked.rejects.height or table.name in calls]
            if not bad:
                self._remove_outdated(sample, stem)
                continue
            if aside is not None:
                path = self._copied_records(sample, bad, aside, stem, source)
            else:
                path = self._rejected_rows(sample, bad, stem)
            settled = self._folder.settle(path, partial(is_untouched, source=self._source(sample)))
            for table in bad:
                self._written[sample.path, sheet, table.name] = settled

    def _copied_records(
        self, sample: Sample, tables: Sequence[Rejecting], aside: SetAside, stem: str, source: Source
    ) -> Path:
        """The rejected records of a call source, in the form of its file."""
        rejects = pl.concat([table.checked.rejects for table in tables])
        later = rejects.with_columns(member=pl.lit(None, pl.String))
        free = partial(self._folder.draft, stem, "rejects")
        return copy_records(
            sample,
            aside.in_order(later),
            aside.n + rejects[ROW].n_unique(),
            free,
            by_place=source.by_place,
            listed=source.listed,
        )

    def _rejected_rows(self, sample: Sample, tables: Sequence[Rejecting], stem: str) -> Path:
        """The rejected rows of a sheet with the reasons of all tables that are made of it."""
        first = tables[0]
        rejects = told_together([_as_told(table) for table in tables], [table.name for table in tables])
        rows = with_reasons(first.original, rejects.with_columns(pl.col(ROW) % FURTHER), sample.name)
        path = self._folder.draft(stem, "rejects", _suffix(sample))
        if sample.container == "parquet":
            return write_paper(path, rows)
        rows = marked(rows, self._source(sample))
        if sample.container == "workbook":
            write_sheet(path, rows, shorten(first.sheet or first.name, 31), first.batch.day_first)
            return path
        return write_paper(path, rows, delimiter=_delimiter(sample))

    def _remove_outdated(self, sample: Sample, stem: str) -> None:
        """Take away the paper of an earlier run, when nothing is rejected any more and nobody has worked on it."""
        path = self._folder.paper(stem, "rejects", _suffix(sample))
        if path is not None and is_untouched(path, self._source(sample)):
            path.unlink()

    def _source(self, sample: Sample) -> str:
        """What tells a file from another one of its name; what came out of an archive has no place of its own."""
        path = real_path(sample.path)
        return str(path) if path in self._folder.inputs else sample.name

    def discard(self) -> None:
        """Take away what was being written when the run ended before its time."""
        self._folder.discard()

    def rejects_of(self, sample: Sample, sheet: str | None, table: str) -> str | None:
        """The rejects file of a table, None where no row was rejected."""
        path = self._written.get((sample.path, sheet, table))
        return str(path) if path else None

    def write_review(self, review: pl.DataFrame, stem: str = "calls") -> str | None:
        """A review file of the run: of calls that fit no or several interviews, or of a calendar's events."""
        if not self._wanted:
            return None
        return str(self._folder.settle(write_paper(self._folder.draft(stem, "review", ".csv"), review)))

    def write_matches(self, matches: pl.DataFrame) -> str:
        """The match sheet of the run: rows that fit no interview, with the nearest ones to accept."""
        draft = self._folder.draft("matches", "review", ".xlsx")
        return str(self._folder.settle(write_paper(draft, matches, sheet="matches")))


def _as_told(table: Rejecting) -> pl.DataFrame:
    """The rejects of a table under the headers that the file itself has."""
    rejects = table.checked.rejects
    return rejects.with_columns(column=table.batch.headings(rejects))


def _suffix(sample: Sample) -> str:
    return {"workbook": ".xlsx", "parquet": ".parquet"}.get(sample.container, ".csv")


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
