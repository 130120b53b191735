"""Small tables in plain text, as the specification of windows writes them, turned into a log and into expected rows."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from followup_analytics.log.assembling import build_log
from followup_analytics.log.followup_log import FollowUpLog

HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Case:
    """One rule: its title, the log, the options and the attempts that must come out."""

    title: str
    log: FollowUpLog
    options: dict[str, object]
    expected: list[dict[str, object]]


def read_cases(text: str) -> list[Case]:
    """Read `# title` blocks, each with tables named by their first cell; `options:` gives outcome and within."""
    return [_case(block) for block in ("\n" + text).split("\n# ")[1:]]


def _case(block: str) -> Case:
    title, *lines = block.strip().splitlines()
    options: dict[str, object] = {}
    tables: dict[str, pl.DataFrame] = {}
    table: list[str] = []
    for line in [*lines, ""]:
        if line.startswith("options:"):
            options = dict(one.split("=") for one in line.removeprefix("options:").split())
        elif line.startswith("|"):
            table.append(line)
        elif table:
            frame = _table(table)
            tables[frame.columns[0]] = frame
            table = []
    if "within" in options:
        options["within"] = float(str(options["within"]))
    log = build_log(
        interviews=tables["interview_id"],
        contacts=tables["contact_id"],
        outcomes=tables.get("outcome"),
        time_zone="America/New_York",
    )
    return Case(title, log, options, _expected(tables["attempt"]))


def _table(lines: list[str]) -> pl.DataFrame:
    names, *rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]
    cells = [[cell or None for cell in row] for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


def _expected(frame: pl.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "contact_id": row["attempt"],
            "number": int(row["number"]),
            "closed_by": row["closed_by"],
            "hours": float(row["hours"]),
        }
        for row in frame.filter(pl.col("attempt") != "none").to_dicts()
    ]


def as_expected(attempts: pl.DataFrame) -> list[dict[str, object]]:
    """Attempts at risk in the form of the expected tables; y must agree with what closed the window."""
    assert attempts["y"].to_list() == [int(closed == "response") for closed in attempts["closed_by"]]
    return [
        {
            "contact_id": row["contact_id"],
            "number": row["attempt"],
            "closed_by": row["closed_by"],
            "hours": round(row["elapsed_us"] / HOUR_US, 3),
        }
        for row in attempts.sort("interview_id", "attempt").to_dicts()
    ]
