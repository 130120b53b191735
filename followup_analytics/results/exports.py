"""A result as a file for programs: JSON and CSV, with formula characters neutralised."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl

from followup_analytics.results.result import Result
from followup_analytics.text import clean, formula_safe

#: Of a note that marks an answer about single interviews.
CONFIDENTIAL = "confidential"


def private(path: Path) -> Path:
    """The path, begun (or, where a file is there, set) so that only its owner can read what is about to be written."""
    if path.is_file():
        path.chmod(0o600)
    elif not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def to_json_text(result: Result) -> str:
    """The contract's JSON object as indented text."""
    return json.dumps(result.to_json(), ensure_ascii=False, indent=2, allow_nan=False)


def to_csv_text(result: Result) -> str:
    """The rows as CSV with a header; an empty cell is null."""
    return safe_frame(result).write_csv()


def safe_frame(result: Result) -> pl.DataFrame:
    """The rows as a frame whose texts no spreadsheet takes for a formula."""
    frame = result.to_frame()
    table = frame if isinstance(frame, pl.DataFrame) else pl.from_pandas(frame)
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
    return table.with_columns(
        pl.col(name).map_elements(lambda value: formula_safe(clean(value)), return_dtype=pl.String) for name in texts
    )
