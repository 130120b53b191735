"""One workbook of all that an office should look at: rows to mend, guesses of drafted maps, warnings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl

from followup_analytics.errors import FollowUpError
from followup_analytics.ingest.aside.marks import MARK, marked
from followup_analytics.ingest.maps.draft import MapDraft
from followup_analytics.ingest.result import IngestResult
from followup_analytics.results.exports import private
from followup_analytics.sheets.tabular import ROW, read_raw_tables
from followup_analytics.sheets.workbook import write_workbook
from followup_analytics.text import formula_safe

_SURE = 0.8


def write_mending(
    path: Path,
    result: IngestResult | None,
    drafts: Mapping[Path, MapDraft],
    refused: Sequence[tuple[str, FollowUpError]],
    mended: Collection[tuple[str, str]] = (),
) -> int:
    """Write the workbook, readable by its owner alone; gives how many things are to be looked at.

    mended: file and row of rejected rows that came back mended; they are not shown again.
    """
    findings = _findings(result, refused)
    guesses = _guesses(drafts)
    sheets: dict[str, pl.DataFrame] = {"What to mend": findings}
    if guesses.height:
        sheets["What was guessed"] = guesses
    if result is not None:
        notes = [note.text for note in result.notes]
        sheets["Good to know"] = pl.DataFrame({"": notes}, schema={"": pl.String})
        for file in dict.fromkeys(row.rejects_file for row in result.rows if row.rejects_file):
            sheets |= _rejected(Path(str(file)), sheets, mended)
    safe = {name: _safe(frame) for name, frame in sheets.items()}
    write_workbook(private(path), safe)
    return findings.height + guesses.height


def _findings(result: IngestResult | None, refused: Sequence[tuple[str, FollowUpError]]) -> pl.DataFrame:
    rows = [(name, "", "", "", str(error), "") for name, error in refused]
    if result is not None:
        rows += [(one.file, "", "", "", str(one.error), "") for one in result.failed]
        rows += [
            (
                one.file,
                one.sheet or "",
                one.heading or "",
                f"{one.n:,}",
                one.message,
                ", ".join(f"row {row}" for row, _, _ in one.examples if row),
            )
            for one in result.broken
        ]
    names = ("File", "Sheet", "Column", "Rows", "What to do", "For example")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _guesses(drafts: Mapping[Path, MapDraft]) -> pl.DataFrame:
    rows = []
    for path, draft in drafts.items():
        how = f"correct it in the map {path.name}, where it stands in words, and run again"
        for row in draft.rows:
            if row.means is not None and row.certainty < _SURE:
                rows.append((path.name, row.column, "", row.means, how))
            rows += [
                (path.name, row.column, one["value"], one["means"] or "not known: left out", how)
                for one in row.values
                if one["certainty"] < _SURE
            ]
    names = ("Map", "Column", "Word", "Taken as", "If that is wrong")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _rejected(
    path: Path, taken: Mapping[str, pl.DataFrame], mended: Collection[tuple[str, str]]
) -> dict[str, pl.DataFrame]:
    """The rejected rows of one paper, with their reasons, as a sheet of its own."""
    try:
        raw = read_raw_tables(path, ("reject_reason",))[0]
    except FollowUpError:
        return {}
    name = path.name.partition(".rejects")[0][:28] or "rows"
    while name in taken:
        name = name[:27] + "_"
    frame = raw.frame.drop(ROW).select(pl.all().cast(pl.String))
    if {"reject_file", "reject_row"} <= set(frame.columns) and mended:
        places = frame.select("reject_file", "reject_row").rows()
        frame = frame.filter(pl.Series([place not in mended for place in places], dtype=pl.Boolean))
    if raw.sheet:
        frame = frame.with_columns(reject_sheet=pl.lit(raw.sheet))
    if not frame.height:
        return {}
    # By the file's name alone, so that a folder which was moved or copied finds its rows as they were.
    return {name: marked(frame, str(frame["reject_file"][0])) if MARK in frame.columns else frame}


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.all().map_elements(formula_safe, return_dtype=pl.String))
