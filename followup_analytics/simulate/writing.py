"""Write a simulated log as the folder that the commands read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from followup_analytics.errors import UnreadableError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.settings import LOG_FILE, Settings, settings_text


def write_folder(log: FollowUpLog, folder: str | Path, origin: str, truth: dict[str, Any]) -> Path:
    """Write CSV files, `log.toml` (which says `origin`) and `truth.json`; give the folder's path.

    Raises UnreadableError where the folder can't be written.
    """
    target = Path(folder)
    tables = {"interviews": log.interviews, "contacts": log.contacts, "outcomes": log.outcomes}
    if log.applicants is not None:
        tables["applicants"] = log.applicants
    zones = log.interviews.select("interview_id", "_zone")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            (target / f"{name}.csv").write_text(_csv(table, zones), encoding="utf-8", newline="")
        (target / LOG_FILE).write_text(_settings(log, origin), encoding="utf-8", newline="")
        text = json.dumps(truth, indent=1, ensure_ascii=False) + "\n"
        (target / "truth.json").write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UnreadableError(f"{target}: can't be written ({error.strerror}).") from None
    return target


def _settings(log: FollowUpLog, origin: str) -> str:
    told = f"Simulated: {origin}. Nobody in this log exists."
    settings = Settings(log.time_zone, log.data_date, simulated=True, notes=told)
    return f"# Simulated: nobody in this log exists.\n{settings_text(settings)}"


def _csv(table: pl.DataFrame, zones: pl.DataFrame) -> str:
    """A table as CSV: times on the interview's local clock with their offset, empty columns left out."""
    frame = table.select(name for name in table.columns if not name.startswith("_"))
    if "interview_id" in frame.columns:
        frame = frame.join(zones, on="interview_id", how="left", maintain_order="left")
    else:
        frame = frame.with_columns(_zone=pl.lit("UTC"))
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    names = [name for name in frame.columns if name != "_zone" and frame[name].null_count() < frame.height]
    return frame.with_columns(_local(frame, name) for name in times).select(names).write_csv()


def _local(frame: pl.DataFrame, name: str) -> pl.Series:
    text = pl.lit(None, pl.String)
    for zone in frame["_zone"].unique().sort():
        there = pl.col(name).dt.convert_time_zone(zone).dt.to_string("%Y-%m-%dT%H:%M:%S%:z")
        text = pl.when(pl.col("_zone") == zone).then(there).otherwise(text)
    return frame.select(text.alias(name))[name]
