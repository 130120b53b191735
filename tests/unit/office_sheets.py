"""A career centre's sheet as an office keeps it: titles, merged headers of two lines, mixed dates, a line of totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

Row = Sequence[Any]

#: Student number, employer, telephone, interview date; first follow-up: date, how; reply: replied?, date, result.
ROWS: tuple[Row, ...] = (
    (101, "Arup", "+44 113 496 0114", dt.date(2026, 1, 12), dt.date(2026, 1, 14), "Tel", "Y", "16/01/2026", "Offer"),
    (102, "HSBC", 441132496221, "31/02/2026", dt.date(2026, 1, 20), "VM", "N", None, "pending"),
    (103, "Sky", None, "19/01/2026", "tbc", "E-mail", "N", None, None),
    (101, "Arup", "+44 113 496 0114", "12/01/2026", "15/01/2026", "VM", "N", None, None),
    (104, "Asda", None, dt.date(2026, 1, 21), dt.date(2026, 1, 23), "Tel", "Y", dt.date(2026, 1, 20), "Offr"),
)
OFFICE_MAP = """
time_zone = "Europe/London"
day_first = true
[[tables]]
table = "interviews"
columns = { interview_id = { text = "{Student number}-{Employer}" }, applicant_id = "Student number", employer = "Employer", interviewed_at = "Interview date" }
[[tables]]
table = "contacts"
when = "First follow-up / Date"
columns = { contact_id = { text = "{Student number}-{Employer}-1" }, interview_id = { text = "{Student number}-{Employer}" }, at = "First follow-up / Date", channel = "First follow-up / How" }
values.channel = { "Tel" = "phone", "VM" = "voicemail", "E-mail" = "email" }
constants = { direction = "outbound" }
[[tables]]
table = "outcomes"
only = { "Reply / Result" = ["Offer", "Rejected"] }
ignore = { "Reply / Result" = ["pending"] }
columns = { interview_id = { text = "{Student number}-{Employer}" }, outcome = "Reply / Result", decided_at = "Reply / Date" }
"""  # noqa: E501


def write_office_sheet(path: Path, rows: Sequence[Row] = ROWS, *, merged: bool = True) -> Path:
    """The workbook, with a second sheet of word lists; dates are cells of dates or texts, as the rows have them."""
    with xlsxwriter.Workbook(path) as book:
        sheet, lists = book.add_worksheet("Interviews"), book.add_worksheet("Lists")
        lists.write_row(0, 0, ["Tel", "VM"])
        sheet.write(0, 0, "Interview log, spring 2026")
        sheet.write(1, 0, "last updated 24/04/2026")
        upper = ["Student number", "Employer", "Tel.", "Interview date", "First follow-up", "", "Reply", "", ""]
        lower = ["", "", "", "", "Date", "How", "Replied?", "Date", "Result"]
        sheet.write_row(3, 0, upper)
        sheet.write_row(4, 0, lower)
        if merged:
            sheet.merge_range("E4:F4", "First follow-up")
            sheet.merge_range("G4:I4", "Reply")
        style = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows, start=5):
            for place, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(number, place, dt.datetime.combine(cell, dt.time()), style)
                elif cell is not None:
                    sheet.write(number, place, cell)
        sheet.write(5 + len(rows), 0, "TOTAL")
        sheet.write(5 + len(rows), 1, f"{len(rows)} interviews")
    return path


def write_map(folder: Path, text: str = OFFICE_MAP) -> Path:
    """The office's map as a file."""
    path = folder / "office.toml"
    path.write_text(text, "utf-8")
    return path
