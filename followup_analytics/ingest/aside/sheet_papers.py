"""The rejects of a sheet as one file in the sheet's own form: its headers, its dates, the reasons of all its tables."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from followup_analytics.ingest.aside.rejects import reserve
from followup_analytics.text import formula_safe

_DATE = re.compile(r"(?:19[1-9]|20\d|21\d)\d-\d\d-\d\d(?:T\d\d:\d\d:\d\d)?")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?")
_TELEPHONE = re.compile(r"\+\d[\d ().-]*")
#: A spreadsheet shows its user's own short form of dates.
_SHORT_DATE = 14
_STYLES: dict[bool | None, int | str] = {True: "dd/mm/yyyy", False: "mm/dd/yyyy", None: _SHORT_DATE}


def write_sheet(path: Path, frame: pl.DataFrame, sheet: str, day_first: bool | None) -> None:
    """Write text cells as a workbook whose dates and numbers are cells of their own kinds, for its owner's eyes only.

    day_first: how the sheet that the rows come from writes dates, if known.
    """
    import xlsxwriter

    reserve(path)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(sheet[:31])
        bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "0.######"})
        date = book.add_format({"num_format": _STYLES[day_first]})
        moment = book.add_format({"num_format": 22 if day_first is None else f"{_STYLES[day_first]} hh:mm"})
        whole, text = book.add_format({"num_format": "0"}), book.add_format()
        text.set_quote_prefix()
        page.freeze_panes(1, 0)
        page.write_row(0, 0, [formula_safe(name) for name in frame.columns], bold)
        for row, cells in enumerate(frame.iter_rows(), start=1):
            for place, cell in enumerate(cells):
                if cell is None:
                    continue
                value = _typed(cell)
                if isinstance(value, dt.datetime):
                    page.write_datetime(row, place, value, date if value.time() == dt.time() else moment)
                elif isinstance(value, float | int):
                    page.write_number(row, place, value, whole if isinstance(value, int) else number)
                elif _TELEPHONE.fullmatch(value):
                    # The mark of a text stands in the cell's format, so that nobody sees an apostrophe.
                    page.write_string(row, place, value, text)
                else:
                    page.write_string(row, place, formula_safe(value))
        page.autofit()


def _typed(cell: object) -> dt.datetime | float | int | str:
    """A cell as a spreadsheet holds it: what reads like a date or number is one, and reads back as the same text."""
    text = str(cell)
    if _DATE.fullmatch(text):
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            return text
    if _NUMBER.fullmatch(text):
        number = float(text) if "." in text else int(text)
        return number if str(number) == text else text
    return text


def told_together(tables: Sequence[pl.DataFrame], names: Sequence[str]) -> pl.DataFrame:
    """The rejects of several tables of one sheet, each reason with the table and column that it is about."""
    if len(tables) == 1:
        return tables[0]
    said = [
        frame.with_columns(message=pl.format("{}: {}", _place(name), pl.col("message").cast(pl.String)))
        for frame, name in zip(tables, names, strict=True)
    ]
    return pl.concat(said, how="vertical_relaxed")


def _place(table: str) -> pl.Expr:
    column = pl.col("column").cast(pl.String)
    return pl.when(column.is_null()).then(pl.lit(table)).otherwise(pl.format("{}, {}", pl.lit(table), column))
