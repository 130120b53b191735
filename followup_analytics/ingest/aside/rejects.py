"""Rejects and review files: what could not be used, in the input's own form, with the reason beside each row.

They are working papers about single people: only their owner may read them, and they lie beside the store, never
beside the input. A mended rejects file can be ingested by itself.
"""

from __future__ import annotations

import filecmp
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.sheets.tabular import ROW
from followup_analytics.sheets.workbook import write_workbook
from followup_analytics.text import formula_safe

_DRAFT = ".new."
_FORMULA_STARTS = "=+-@\t\r\n\x00"
_REASONS = ("reject_file", "reject_row", "reject_column", "reject_rule", "reject_reason")


@dataclass
class PaperFolder:
    """Gives out names for working papers in one folder: never that of an input, and none that somebody worked on."""

    folder: Path
    inputs: frozenset[Path]
    only: Path | None = None  # the name that was asked for
    given: set[Path] = field(default_factory=set)
    drafts: set[Path] = field(default_factory=set)

    def draft(self, stem: str, kind: str, suffix: str) -> Path:
        """Where to write a paper such as `contacts.rejects.csv` first; `settle` gives it its name."""
        base = stem
        for known in (".rejects", ".review"):
            base, mark, _ = base.partition(known)
            first, number, _ = base.rpartition("-")
            # The rest of contacts-2.rejects.csv becomes contacts-3, not contacts-2-2.
            if mark and number and (self.folder / f"{first}.{kind}{suffix}").exists():
                base = first
        path = self.folder / f"{_DRAFT}{base}.{kind}{suffix}"
        self.drafts.add(path)
        return path

    def discard(self) -> None:
        """Take away drafts that never got a name, since their run was interrupted."""
        for path in self.drafts:
            path.unlink(missing_ok=True)

    def _as_asked(self, draft: Path, only: Path) -> Path:
        """The draft under the name that was asked for; further ones, and those of another form, beside it."""
        for number in range(1, 10_000):
            path = only if number == 1 else only.with_name(f"{only.stem}-{number}{only.suffix}")
            path = path if path.suffix == draft.suffix else path.with_suffix(draft.suffix)
            if real_path(path) not in self.inputs and path not in self.given:
                draft.replace(path)
                self.given.add(path)
                return path
        raise UnreadableError(f"{self.folder}: too many rejects files; move them away.")

    def paper(self, stem: str, kind: str, suffix: str) -> Path | None:
        """The paper of an earlier run that a draft would replace, if there is one and it is not an input."""
        path = self.folder / f"{stem}.{kind}{suffix}"
        return path if path.is_file() and real_path(path) not in self.inputs and path not in self.given else None

    def settle(self, draft: Path, is_replaceable: Callable[[Path], bool] | None = None) -> Path:
        """Give a written draft its name: a free one, or that of an equal or replaceable paper of an earlier run.

        Any other paper that is there stays: a person may have mended it. The new one gets a number.
        """
        if self.only is not None and ".rejects" in draft.name:
            return self._as_asked(draft, self.only)
        base, _, _ = draft.name.removeprefix(_DRAFT).rpartition(".rejects" if ".rejects" in draft.name else ".review")
        kind = draft.name.removeprefix(_DRAFT + base)
        for number in range(1, 10_000):
            path = self.folder / (f"{base}{kind}" if number == 1 else f"{base}-{number}{kind}")
            if real_path(path) in self.inputs or path in self.given:
                continue
            if (
                not path.exists()
                or filecmp.cmp(path, draft, shallow=False)
                or (is_replaceable and is_replaceable(path))
            ):
                draft.replace(path)
                self.given.add(path)
                return path
        raise UnreadableError(f"{self.folder}: too many rejects files; move them away.")


def real_path(path: Path) -> Path:
    """The path without links; of a loop of links, the path as it is."""
    return Path(os.path.realpath(path))


def with_reasons(raw: pl.DataFrame, rejects: pl.DataFrame, file: str) -> pl.DataFrame:
    """The rejected rows as they came, with file, row, column, rule and reason in further columns.

    raw: cells with `_row`. rejects: `_row`, column, rule, message; several reasons of a row are joined.
    """
    texts = rejects.select(
        ROW,
        reject_column=pl.col("column").cast(pl.String),
        reject_rule=pl.col("rule").cast(pl.String),
        reject_reason=pl.col("message").cast(pl.String),
    )
    # Nearly all rejected rows have one reason: only the others are gathered, which takes ten times as long.
    several = texts[ROW].is_duplicated()
    joined = texts if not several.any() else pl.concat([texts.filter(~several), _joined(texts.filter(several))])
    rows = raw.join(joined, on=ROW, how="inner", maintain_order="left").sort(ROW, maintain_order=True)
    if rows.height < joined.height:
        lost = joined.join(raw, on=ROW, how="anti")
        rows = pl.concat([rows, lost], how="diagonal").sort(ROW, maintain_order=True)
    cells = [name for name in raw.columns if name != ROW]
    named = rows.with_columns(reject_file=pl.lit(file), reject_row=ROW)
    return named.select(*cells, *_REASONS)


def _joined(texts: pl.DataFrame) -> pl.DataFrame:
    """One row for each rejected row, its reasons joined in their order."""
    marks = {"reject_column": "; ", "reject_rule": "; ", "reject_reason": " "}
    return texts.group_by(ROW, maintain_order=True).agg(
        pl.col(name).drop_nulls().unique(maintain_order=True).str.join(mark) for name, mark in marks.items()
    )


def write_paper(path: Path, frame: pl.DataFrame, *, delimiter: str = ",", sheet: str = "rejects") -> Path:
    """Write a working paper as a delimited file, workbook or Parquet file, by its suffix; only its owner can read it.

    Raises UnreadableError when the folder can't be written.
    """
    try:
        reserve(path)
        if path.suffix == ".parquet":
            with path.open("wb") as out:
                frame.write_parquet(out)
        elif path.suffix in (".xlsx", ".ods"):
            write_workbook(path, {sheet: _safe(frame)})
        else:
            # Opened here: a name that is no UTF-8 is one that the file system knows, and others don't.
            with path.open("wb") as out:
                _safe(frame).write_csv(out, separator=delimiter)
    except OSError as error:
        raise UnreadableError(
            f"{path}: the file can't be written ({error.strerror}); choose a folder you may write to."
        ) from None
    return path


def reserve(path: Path) -> None:
    """An empty file that only its owner can read, before anything personal is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Every text cell kept from acting as a formula; `formula_safe`, as one expression."""
    text = [name for name, kind in frame.schema.items() if kind == pl.String]
    first = {name: frame[name].str.head(1).unique() for name in text}
    # Columns in which no cell begins like a formula, which is nearly all of them, are left as they are.
    risky = [name for name in text if first[name].is_in(list(_FORMULA_STARTS)).any()]
    starts = pl.col(risky).str.head(1).is_in(list(_FORMULA_STARTS))
    safe = frame.with_columns(pl.when(starts).then(pl.lit("'") + pl.col(risky)).otherwise(pl.col(risky)).name.keep())
    return safe.rename({name: formula_safe(name) for name in safe.columns if formula_safe(name) != name})
