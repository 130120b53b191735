"""Sheets of offices that have nothing in common: headings, languages, layouts, dates and words of their own."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

Rows = Sequence[Sequence[Any]]
PEOPLE = ("Ann Lee", "Bob Stone", "Cy Young", "Dee Park", "Eve Adams", "Flo Kim", "Gus Roy", "Hal Moss", "Ida Wells")
FIRMS = ("Acme Inc", "Beta LLC", "Gamma Corp", "Delta Co")


def write_book(path: Path, sheets: Mapping[str, Rows], merged: Sequence[str] = ()) -> Path:
    """A workbook; dates are cells of dates. merged: ranges of the first sheet that are merged cells."""
    with xlsxwriter.Workbook(path) as book:
        style = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, (name, rows) in enumerate(sheets.items()):
            page = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    if isinstance(cell, dt.date):
                        page.write_datetime(row, place, dt.datetime.combine(cell, dt.time()), style)
                    elif cell is not None:
                        page.write(row, place, cell)
            for one in merged if not number else ():
                page.merge_range(one, _first_cell(rows, one))
    return path


def _first_cell(rows: Rows, cells: str) -> Any:
    first = cells.partition(":")[0]
    return rows[int(first[1:]) - 1][ord(first[0]) - ord("A")]


def write_csv(path: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """A delimited file."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def american(folder: Path) -> Path:
    """A row an interview; a title with the year, dates without it, slang for calls, totals under words of their own."""
    words = ("LVM", "left msg", "spoke w/ recruiter", "no answer", "emailed")
    head = ["Student", "Company", "Interview", "F/U 1", "F/U 1 Result", "F/U 2", "F/U 2 Result", "Heard back?"]
    rows: list[list[Any]] = [
        ["Spring 2026 Interview Tracker"],
        [],
        [*head, "Heard back on", "Outcome", "Recruiter name"],
    ]
    for k in range(18):
        day = dt.date(2026, 2, 1) + dt.timedelta(days=2 * k)
        heard = k % 3 == 0
        second = [_short(day, 7), "no answer"] if k % 2 else [None, None]
        reply = ["Y", _short(day, 9), ("Offer", "Rejected")[k % 2]] if heard else ["N", None, "pending"]
        rows.append(
            [PEOPLE[k % 9], FIRMS[k % 4], _short(day, 0), _short(day, 3), words[k % 5], *second, *reply, "Pat Smith"]
        )
    rows += [["TOTAL CALLS", 27], ["Replies", 6]]
    return write_book(folder / "tracker.xlsx", {"Tracker": rows, "Lists": [["Result"], ["LVM"], ["no answer"]]})


def _short(day: dt.date, later: int) -> str:
    when = day + dt.timedelta(days=later)
    return f"{when.month}/{when.day}"


def german(folder: Path) -> Path:
    """A row a touch; semicolons, Windows letters, dotted dates, the interview repeated in each row."""
    head = ["Matrikelnummer", "Firma", "Gesprächsdatum", "Kontakt am", "Richtung", "Art", "Gesprochen mit", "Ergebnis"]
    rows = [[*head, "Entscheidung am"]]
    for k in range(20):
        day = dt.date(2026, 3, 2) + dt.timedelta(days=k // 2)
        touch = day + dt.timedelta(days=2 + k % 2 * 4)
        decided = (day + dt.timedelta(days=12)).strftime("%d.%m.%Y") if k // 2 % 3 < 2 else ""
        who = ("Personalabteilung", "Empfang")[k % 2]
        result = ("Absage", "Zusage", "offen")[k // 2 % 3]
        way = [("ausgehend", "eingehend")[k % 2], ("Telefon", "Rückruf")[k % 2] if k % 4 else "E-Mail", who, result]
        rows.append(
            [
                f"47{k // 2:04d}",
                ("Müller GmbH", "Bäcker AG")[k // 2 % 2],
                f"{day:%d.%m.%Y}",
                f"{touch:%d.%m.%Y}",
                *way,
                decided,
            ]
        )
    return write_csv(folder / "anrufe.csv", rows, delimiter=";", encoding="cp1252")


def french(folder: Path) -> Path:
    """A header of two lines with merged cells below a title, and a line of totals."""
    upper = ["Étudiant", "Entreprise", "Date de l'entretien", "1ère relance", None, "2e relance", None, "Réponse", None]
    lower = [None, None, None, "Date", "Moyen", "Date", "Moyen", "Date", "Résultat"]
    rows: list[list[Any]] = [["Suivi des entretiens, promotion 2026"], [], upper, lower]
    for k in range(10):
        day = dt.date(2026, 4, 1) + dt.timedelta(days=k)
        first = [day + dt.timedelta(days=2), ("message laissé", "courriel", "pas de réponse")[k % 3]]
        second = [day + dt.timedelta(days=6), "téléphone"] if k % 2 else [None, None]
        reply = [day + dt.timedelta(days=8), ("refus", "offre")[k % 2]] if k % 3 else [None, None]
        rows.append([PEOPLE[k % 9], f"Société {'ABC'[k % 3]}", day, *first, *second, *reply])
    rows.append(["Total", 10, None, 10])
    return write_book(folder / "suivi.xlsx", {"Suivi": rows}, ("D3:E3", "F3:G3", "H3:I3"))


def spanish(folder: Path) -> Path:
    """A CSV file with days first, accents, and one follow-up a row."""
    rows = [
        [
            "Estudiante",
            "Empresa",
            "Fecha de entrevista",
            "Fecha de seguimiento",
            "Medio",
            "Resultado",
            "Fecha de resultado",
        ]
    ]
    for k in range(10):
        day = dt.date(2026, 5, 8) + dt.timedelta(days=k)
        dates = [f"{day + dt.timedelta(days=n):%d/%m/%Y}" for n in (0, 4, 10)]
        result = [("rechazado", "oferta", "pendiente")[k % 3], dates[2] if k % 3 < 2 else ""]
        rows.append(
            [PEOPLE[k % 9], f"Empresa {'XY'[k % 2]}", *dates[:2], ("llamada", "correo", "buzón de voz")[k % 3], *result]
        )
    return write_csv(folder / "seguimiento.csv", rows, encoding="utf-8-sig")


def two_sheets(folder: Path) -> Path:
    """Interviews and calls on two sheets without a number in common: names are written as one likes."""
    interviews: list[list[Any]] = [["Name", "Employer", "Date of interview", "Type"]]
    calls: list[list[Any]] = [["Name", "Employer", "Date", "What happened"]]
    for k in range(9):
        day = dt.date(2026, 1, 5) + dt.timedelta(days=3 * k)
        interviews.append([PEOPLE[k], FIRMS[k % 4], day, ("phone", "in person", "Zoom")[k % 3]])
        calls.append(
            [
                PEOPLE[k].upper(),
                FIRMS[k % 4].replace(" Inc", ", Inc."),
                day + dt.timedelta(days=2),
                ("LVM", "no answer")[k % 2],
            ]
        )
        if k % 2:
            calls.append([PEOPLE[k], FIRMS[k % 4].split()[0].lower(), day + dt.timedelta(days=6), "called back"])
    return write_book(folder / "office log.xlsx", {"Interviews": interviews, "Call log": calls})


def graduates(folder: Path) -> Path:
    """A plain list of what graduates do."""
    words = ("Employed", "Grad school", "Still looking", "Not sure")
    rows: list[list[Any]] = [["Full name", "Class of", "What are you doing now?"]]
    rows += [[name, 2026, words[k % 4]] for k, name in enumerate(PEOPLE)]
    return write_book(folder / "class.xlsx", {"Sheet1": rows})


#: Writer, tables that its map gives with their numbers of rows.
SHEETS = {
    "american": (american, {"interviews": 18, "contacts": 33, "outcomes": 6}),
    "german": (german, {"interviews": 10, "contacts": 20, "outcomes": 7}),
    "french": (french, {"interviews": 10, "contacts": 21, "outcomes": 6}),
    "spanish": (spanish, {"interviews": 10, "contacts": 10, "outcomes": 7}),
    "two sheets": (two_sheets, {"interviews": 9, "contacts": 13}),
    "graduates": (graduates, {"applicants": 9}),
}
