"""Rows that an office has mended in its workbook `to mend.xlsx`: taken at the next run, and kept in their own folder.

The workbook shows each rejected row as its file has it. Whoever fills in the right cells there needs no other file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from followup_analytics.errors import FollowUpError
from followup_analytics.ingest.aside.marks import MARK, untouched_rows
from followup_analytics.ingest.aside.rejects import write_paper
from followup_analytics.ingest.aside.sheet_papers import write_sheet
from followup_analytics.sheets.tabular import ROW, read_raw_tables

MENDED = "mended"
_OF_FILE, _OF_ROW, _OF_SHEET = "reject_file", "reject_row", "reject_sheet"


def take_answers(folder: Path, workbook: Path, inputs: Mapping[str, Path]) -> None:
    """Put the rows of the workbook that a person has changed into a file of the folder `mended`, for each sheet one.

    inputs: the files of the office by name, from which the rows came.
    """
    if not workbook.is_file():
        return
    try:
        tables = read_raw_tables(workbook, (_OF_FILE, MARK))
    except FollowUpError:
        return
    for raw in tables:
        names = raw.columns
        if MARK not in names or _OF_FILE not in names or not raw.frame.height:
            continue
        rows = raw.frame.drop(ROW).with_columns(pl.all().cast(pl.String))
        name = str(rows[_OF_FILE][0])
        source = inputs.get(name)
        if source is None:
            continue
        sheet = str(rows[_OF_SHEET][0] or "") if _OF_SHEET in names else ""
        changed = rows.filter(~untouched_rows(rows, name))
        if changed.height:
            _keep(folder / MENDED, source, sheet, changed.drop(MARK, _OF_SHEET, strict=False))


def _keep(place: Path, source: Path, sheet: str, rows: pl.DataFrame) -> None:
    """Write mended rows under a free name; the same rows once."""
    place.mkdir(exist_ok=True)
    for number in range(1, 10_000):
        path = place / f"{source.stem}.rejects-{number}{'.xlsx' if sheet else '.csv'}"
        if not path.exists():
            break
    if sheet:
        write_sheet(path, rows, sheet, None)
    else:
        write_paper(path, rows)


def mended_files(folder: Path) -> dict[Path, str]:
    """The files of mended rows, each with the name of the file that its rows came from."""
    found = {}
    for path in sorted((folder / MENDED).glob("*.rejects-*")):
        raw = read_raw_tables(path, (_OF_FILE,))[0]
        if _OF_FILE in raw.columns and raw.frame.height:
            found[path] = str(raw.frame[_OF_FILE][0])
    return found


def mended_rows(folder: Path) -> set[tuple[str, str]]:
    """File and row of each row that was mended here: it is not shown again as it was."""
    found: set[tuple[str, str]] = set()
    for path in mended_files(folder):
        raw = read_raw_tables(path, (_OF_FILE,))[0]
        found |= {(str(file), str(row)) for file, row in raw.frame.select(_OF_FILE, _OF_ROW).iter_rows()}
    return found
