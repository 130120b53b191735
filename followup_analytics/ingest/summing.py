"""What a run has to tell: rules that were broken, notes and warnings, and what the log now holds."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl

from followup_analytics.checks import CheckedTable
from followup_analytics.ingest.registry import ReadOptions
from followup_analytics.ingest.result import BrokenRule
from followup_analytics.ingest.warnings import warnings_of
from followup_analytics.log import Note, clock_notes
from followup_analytics.results import LogCounts
from followup_analytics.schema import TABLES
from followup_analytics.store import Store
from followup_analytics.tabular import ROW, header_key
from followup_analytics.text import shorten

_EXAMPLES = 3
_DECIDED = {
    "truncated_file": "records that the file's own count promises are not in it: the export was cut off",
    "legs": "rows were legs or transfers of another row's call and were taken together with it",
    "ambiguous_hour": "local times that occur twice when clocks go back were taken as the earlier one",
    "missing_hour": "local times that are skipped when clocks go forward were moved on by an hour",
    "more_pages": "the export says that it has further pages, which are not in this file",
    "voicemail_rule": "outbound calls were taken for voicemails by --voicemail-under",
}


def broken_rules(checked: CheckedTable, raw: pl.DataFrame, file: str, table: str) -> list[BrokenRule]:
    """The rules that rows of a table broke, most broken first; values only of columns that are not personal."""
    found = []
    groups = checked.rejects.group_by("rule", "column", maintain_order=True).agg(
        n=pl.col(ROW).n_unique(), message=pl.col("message").first(), rows=pl.col(ROW).sort().head(_EXAMPLES)
    )
    for group in groups.sort("n", descending=True, maintain_order=True).iter_rows(named=True):
        examples = tuple((row, group["column"], _value(raw, row, group["column"], table)) for row in group["rows"])
        found.append(BrokenRule(file, table, group["rule"], group["n"], group["message"], examples))
    return found


def _value(raw: pl.DataFrame, row: int, column: str | None, table: str) -> str | None:
    """The shortened value of a cell at fault; none of a personal column or of a column that isn't the log's own."""
    known = {one.name: one for one in TABLES[table].columns}
    if column is None or column not in known or known[column].personal or known[column].type == "text":
        return None
    name = next((name for name in raw.columns if header_key(name) == column), None)
    cells: list[Any] = raw.filter(pl.col(ROW) == row)[name].to_list() if name else []
    return shorten(str(cells[0]), 30) if len(cells) and cells[0] is not None else None


def notes_of(
    checked: Sequence[CheckedTable],
    decided: Sequence[tuple[str, Counter[str]]],
    options: ReadOptions,
    known: pl.DataFrame,
) -> tuple[Note, ...]:
    """What was decided by rule, and warnings about the data."""
    del options
    notes = list(clock_notes(checked))
    for file, counts in decided:
        notes += [Note(code, f"{file}: {_DECIDED.get(code, code)}", n) for code, n in counts.items() if n]
    return (*notes, *warnings_of(checked, known))


def log_counts(store: Store | None, checked: Sequence[CheckedTable]) -> LogCounts:
    """What the store holds now; of a check, what the files hold."""
    if store is not None:
        interviews = store.read_table(
            "interviews", ["interview_id", "applicant_id", "interviewed_at", "observed_until"]
        )
        with store.reading() as connection:
            contacts = int(connection.exec_driver_sql("SELECT count(*) FROM contacts").scalar_one())
        simulated = store.setting("simulated") == "true"
    else:
        frames = {one.table: one.frame for one in checked}
        interviews = frames.get(
            "interviews",
            pl.DataFrame(
                schema={
                    "applicant_id": pl.String,
                    "interviewed_at": pl.Datetime("us", "UTC"),
                    "observed_until": pl.Datetime("us", "UTC"),
                }
            ),
        )
        contacts, simulated = sum(one.frame.height for one in checked if one.table == "contacts"), False
    latest = (
        interviews.select(pl.coalesce(pl.col("observed_until").max(), pl.col("interviewed_at").max())).item()
        if interviews.height
        else None
    )
    date = latest.date().isoformat() if isinstance(latest, dt.datetime) else ""
    return LogCounts(interviews.height, interviews["applicant_id"].n_unique(), contacts, date, simulated)


def keep_note(tx: Any, note: Note) -> None:
    """Write a note into the log itself, in the place of an earlier one of its code."""
    held = [one for one in json.loads(tx.setting("notes") or "[]") if one["code"] != note.code]
    tx.set("notes", json.dumps([*held, {"code": note.code, "text": note.text, "n": note.n}], ensure_ascii=False))
