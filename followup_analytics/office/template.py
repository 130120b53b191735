"""The workbook of an office: instructions, settings, and sheets to fill in with lists to choose from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followup_analytics.ingest.maps.mapping import load_map

#: The first date that a workbook says it was made on: fixed, so that the same settings give the same bytes.
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_ROWS = 2_000
_YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Setting:
    """One line of the sheet of settings: its name, what it is for, and the values to choose from, if there are any."""

    name: str
    key: str
    about: str
    choices: tuple[str, ...] = ()


SETTINGS = (
    Setting("Term", "term", "Names the folder in which this term's reports are put, such as 2026-spring."),
    Setting("Cohort", "cohort", "Report on this cohort alone; empty: on everybody."),
    Setting("Compare with", "against", "An earlier cohort that stands beside it; empty: none."),
    Setting("Complete until", "observed_until", "The record is complete up to this day: silence counts up to it."),
    Setting("Time zone", "time_zone", "Of times in your files, such as Europe/London or America/New_York."),
    Setting("Dates such as 3/4", "order", "Which comes first in them; empty: as your files tell.", ("day", "month")),
    Setting("Country of telephone numbers", "region", "Two letters, such as US or DE, for numbers without a +."),
    Setting("Smallest group", "min_cell", "Groups of fewer applicants are hidden in reports (10 is usual)."),
    Setting("Paper", "paper", "Of the report.", ("a4", "letter")),
    Setting("Language", "language", "Of the report: English, German or Spanish.", ("en", "de", "es")),
    Setting("Name of the office", "name", "Stands on the title page."),
    Setting("Author", "author", "Stands on the title page."),
    Setting("Contact", "contact", "Stands on the title page."),
    Setting("Issued on", "issued", "The date on the title page."),
    Setting("Line to sign on", "signature", "What stands below the line, such as Head of the Careers Office."),
    Setting("Logo", "logo", "A PNG or JPEG file beside this workbook, such as logo.png; stands on the first page."),
)

_INSTRUCTIONS = (
    "1. Fill in the sheet Settings: term, time zone, until when your record is complete.",
    "2. Put your files into the folder named in, beside this workbook: call logs, exports, sheets of your own.",
    "   Or fill in the sheets Interviews, Follow-ups, Results and Graduates here; the sheet Examples shows how.",
    "3. Run:  followup office run FOLDER   (FOLDER is the folder in which this workbook lies).",
    "4. Look at the workbook to mend.xlsx there: it lists what couldn't be used, and what was guessed. Correct its",
    "   rows there, save it, and run again: they are taken, and kept in the folder mended. A guess that is wrong is",
    "   corrected in the map that stands beside it there.",
    "5. The report, its web page and a workbook of all tables are in out, in the folder of the term.",
    "Next term: put in the new files, change Term, Cohort and Complete until in Settings, and run it again.",
    "What was made before is kept. Students' names and numbers are replaced by pseudonyms before anything is stored.",
    "A sheet of your own gets a map by itself, in the folder maps; if it isn't right, change it there, or run",
    '   followup map "in/your sheet.xlsx" -o "maps/your sheet.toml"   and answer the questions.',
)
_DATED = ("Interview date", "They decide by", "Date", "Known since")
_EXAMPLES: Mapping[str, Sequence[Sequence[str]]] = {
    "Interviews": (
        (
            "Ada Example",
            "Acme Ltd",
            "2026-03-02",
            "10:00",
            "2026",
            "in person",
            "retail",
            "entry",
            "4",
            "no",
            "2026-03-16",
            "no",
        ),
        ("Ben Example", "Beta Inc", "2026-03-03", "14:30", "2026", "video", "software", "entry", "", "yes", "", ""),
    ),
    "Follow-ups": (
        ("Ada Example", "Acme Ltd", "2026-03-02", "17:00", "us to them", "e-mail", "nobody", "thank-you note"),
        ("Ada Example", "Acme Ltd", "2026-03-05", "09:15", "us to them", "voicemail left", "nobody", "follow-up"),
        ("Ada Example", "Acme Ltd", "2026-03-06", "11:40", "them to us", "telephone call", "hiring team", "answer"),
    ),
    "Results": (("Ada Example", "Acme Ltd", "offer", "2026-03-13"),),
    "Graduates": (
        ("Ada Example", "2026", "employed", "2026-03-13"),
        ("Cy Example", "2026", "still looking", "2026-04-01"),
    ),
}
_FORMATS = ("in person", "telephone", "video")


def write_template(path: Path, values: Mapping[str, str]) -> None:
    """Write the workbook. values: settings that are filled in already, by their keys."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _MADE, "title": "Follow-ups after interviews"})
        style = {
            "head": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "grey": book.add_format({"font_color": "#595959", "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"num_format": "@"}),
        }
        _instructions(book, style)
        _settings(book, style, values)
        _files(book, style)
        for name in ("Interviews", "Follow-ups", "Results", "Graduates"):
            _entries(book, style, name)
        _examples(book, style)


def headings() -> dict[str, list[str]]:
    """The headings of the sheets to fill in, by sheet, as the shipped map reads them."""
    found: dict[str, list[str]] = {}
    for table in load_map("office_workbook").tables:
        names = list(dict.fromkeys(name for name in table.wanted.values()))
        found[str(table.sheet)] = names
    return {sheet: _ordered(names) for sheet, names in found.items()}


def _ordered(names: list[str]) -> list[str]:
    """Student and employer first, then the columns in the order of the map."""
    first = [name for name in ("Student", "Employer") if name in names]
    return [*first, *(name for name in names if name not in first)]


def _lists(sheet: str, heading: str) -> tuple[str, ...]:
    """What may be chosen in a column: the words of the map."""
    if heading in ("Recommended by somebody there?", "Asked not to call?"):
        return _YES_NO
    if heading == "How held":
        return _FORMATS
    for table in load_map("office_workbook").tables:
        if table.sheet == sheet:
            ours = next((one for one, theirs in table.columns.items() if theirs == heading), None)
            return tuple(table.values.get(str(ours), {}))
    return ()


def _instructions(book: Any, style: Mapping[str, Any]) -> None:
    page = book.add_worksheet("Read me")
    page.set_column(0, 0, 110)
    page.write_string(0, 0, "How to use this workbook", style["head"])
    for row, line in enumerate(_INSTRUCTIONS, start=1):
        page.write_string(row, 0, line)


def _settings(book: Any, style: Mapping[str, Any], values: Mapping[str, str]) -> None:
    page = book.add_worksheet("Settings")
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 34, style["text"])
    page.set_column(2, 2, 80)
    for column, heading in enumerate(("Setting", "Value", "What it is for")):
        page.write_string(0, column, heading, style["head"])
    for row, one in enumerate(SETTINGS, start=1):
        page.write_string(row, 0, one.name)
        page.write_string(row, 1, values.get(one.key, ""), style["text"])
        page.write_string(row, 2, one.about, style["grey"])
        if one.choices:
            page.data_validation(row, 1, row, 1, {"validate": "list", "source": list(one.choices)})
    page.freeze_panes(1, 0)


def _files(book: Any, style: Mapping[str, Any]) -> None:
    page = book.add_worksheet("Files")
    page.set_column(0, 1, 30)
    page.set_column(2, 3, 20)
    page.set_column(4, 4, 80)
    for column, heading in enumerate(("Files named like", "Map", "Time zone", "Cohort", "What it is for")):
        page.write_string(0, column, heading, style["head"])
    about = (
        (
            "",
            "",
            "Which map reads which files: *calls*.xlsx and career_centre, or calls.toml (in the folder maps).",
        ),
        ("", "", "Files that aren't listed here are told by what is in them; for other sheets a map is drafted."),
        (
            "",
            "",
            "roster  as the map: the file lists interviews with their numbers and addresses, to tie calls to them.",
        ),
        ("", "", "skip  as the map: the file is left alone."),
        ("", "", "Time zone and Cohort: of these files, where theirs differ from the sheet Settings or name none."),
    )
    for row, line in enumerate(about, start=1):
        page.write_string(row, 4, line[2], style["grey"])
    cohorts = book.add_worksheet("Cohorts")
    cohorts.set_column(0, 1, 30)
    cohorts.set_column(2, 2, 80)
    for column, heading in enumerate(("Written as", "Means", "What it is for")):
        cohorts.write_string(0, column, heading, style["head"])
    cohorts.write_string(1, 2, "One cohort under several names: Class of 2026 means 2026.", style["grey"])


def _entries(book: Any, style: Mapping[str, Any], sheet: str) -> None:
    page = book.add_worksheet(sheet)
    for column, heading in enumerate(headings()[sheet]):
        page.set_column(column, column, max(14, len(heading) + 2), style["date"] if heading in _DATED else None)
        page.write_string(0, column, heading, style["head"])
        words = _lists(sheet, heading)
        place = (1, column, _ROWS, column)
        if words:
            page.data_validation(*place, {"validate": "list", "source": list(words), "error_title": heading})
        elif heading in _DATED:
            rule = {"validate": "date", "criteria": ">", "value": dt.date(1990, 1, 1), "error_type": "warning"}
            page.data_validation(*place, rule | {"error_message": "Write a date, such as 2026-03-02."})
        elif heading.startswith("How did it go"):
            page.data_validation(*place, {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": 5})
    page.freeze_panes(1, 2)


def _examples(book: Any, style: Mapping[str, Any]) -> None:
    page = book.add_worksheet("Examples")
    page.set_column(0, 12, 16)
    row = 0
    for sheet, lines in _EXAMPLES.items():
        page.write_string(row, 0, f"{sheet}, filled in", style["head"])
        for column, heading in enumerate(headings()[sheet]):
            page.write_string(row + 1, column, heading, style["head"])
        for down, cells in enumerate(lines, start=2):
            for column, cell in enumerate(cells):
                page.write_string(row + down, column, cell)
        row += len(lines) + 3
