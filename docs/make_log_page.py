"""Write docs/log.md from the schema, so that the page is what the code is.  Run: python docs/make_log_page.py."""

from __future__ import annotations

from pathlib import Path

from followup_analytics.log.schema import TABLES, documentation_table

INTRODUCTION = """# The follow-up log

A log is three tables, and an optional fourth: a folder with `interviews`, `contacts`, `outcomes` (and `applicants`) as
`.csv` or `.parquet`, a workbook with sheets of those names, or a store. Columns that are not needed may be absent or
empty; an empty cell means not recorded, never "no". Any further column is kept and may be used in `--by` and `--where`.

Timestamps are written as `2026-03-05T14:00+01:00`. Without an offset they are read in the row's zone: its `time_zone`,
else `--time-zone`, else `log.toml`'s. A bare date is accepted: the row then counts in whole days. `log.toml` in the
folder may hold `time_zone`, `data_date`, `simulated` and `notes`.

This page is made from the code by `python docs/make_log_page.py`.
"""


def page() -> str:
    """The whole page."""
    tables = [f"## {one.name}\n\nOne row: {one.row_is}.\n\n{documentation_table(one)}\n" for one in TABLES.values()]
    return "\n".join([INTRODUCTION, *tables])


if __name__ == "__main__":
    (Path(__file__).parent / "log.md").write_text(page(), encoding="utf-8")
