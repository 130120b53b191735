"""Tables of the log as spreadsheet programs of many countries save them: dates, numbers, truth and keys."""

from __future__ import annotations

import polars as pl
import pytest

from followup_analytics.log.casting import cast_simple
from followup_analytics.log.schema import TABLES
from followup_analytics.sheets.dates import iso_times

COLUMNS = {column.name: column for table in TABLES.values() for column in table.columns}


@pytest.mark.parametrize(
    "written",
    [
        "3/25/2024 10:00",
        "3/25/2024 10:00:00 AM",
        "25/03/2024 10:00",
        "25.03.2024 10:00",
        "25. 3. 2024 10:00",
        "25.03.2024. 10:00",
        "25.3.2024 г. 10:00",
        "25.3.2024 10.00",
        "25-3-2024 10:00",
        "25-mar-24 10:00",
        "25/03/2024 10:00:00 a.\u00a0m.",
        "25/3/2024 10:00 π.μ.",
        "2024/3/25 10:00",
        "2024. 03. 25. 10:00",
        "2024-03-25 오전 10:00",
        "2024/3/25 上午10:00",
        "45376.416666666664",
        "45376,416666666664",
    ],
)
def test_a_time_in_every_locale(written: str) -> None:
    """One instant as spreadsheets of the United States, Europe and Asia write it."""
    assert iso_times(pl.Series([written]), file="f", column="at").to_list() == ["2024-03-25T10:00:00"]


@pytest.mark.parametrize(
    ("column", "cells", "values"),
    [
        ("referral", ["WAHR", "Ja", "VRAI", "VERO", "WAAR", "PRAWDA"], [True] * 6),
        ("referral", ["FALSCH", "nein", "FAUX", "FALSO", "ONWAAR", "FAŁSZ"], [False] * 6),
        ("referral", ["perhaps"], [None]),
        ("duration_s", ["12,5", "1.250,5"], [12.5, 1250.5]),
        ("duration_s", ["64.0", "1,250.5"], [64.0, 1250.5]),
        ("interview_id", ['="007"', "8"], ["007", "8"]),
        ("interview_id", ["7.0", "8.0"], ["7", "8"]),
        ("interview_id", ["7.0", "7.1"], ["7.0", "7.1"]),
    ],
)
def test_cells_in_every_locale(column: str, cells: list[str], values: list[object]) -> None:
    """Truth in other languages, decimal commas, thousands, keys written as formulas or as decimals."""
    assert cast_simple(pl.Series(column, cells), COLUMNS[column])[0].to_list() == values
