"""Headings of two lines: what stands below a touch belongs to that touch, however the upper line is written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from foreign_sheets import FIRMS, PEOPLE, write_book, write_csv

from followup_analytics.ingest import ingest_files
from followup_analytics.ingest.maps.draft import draft_map
from followup_analytics.reading.logs import read_log
from followup_analytics.sheets.headings import joined_names, unnumbered

UPPER = (("1st follow-up", "2nd follow-up"), ("Attempt", "Attempt"), ("Week 1", "Week 2"), ("1", "2"))
LOWER = (("Date", "Result"), ("Result", "Date"), ("Date", "Time", "Result"), ("Date", "Who", "Result"))
FIRST, SECOND = ("LVM", "emailed", "no answer"), ("spoke with HR", "texted", "left letter")
CHANNELS = {
    "LVM": "voicemail",
    "emailed": "email",
    "no answer": "phone",
    "spoke with HR": "phone",
    "texted": "text",
    "left letter": "letter",
}


def sheet(
    folder: Path, kind: str, upper: tuple[str, str], lower: tuple[str, ...], above: tuple[list[Any], ...] = ()
) -> Path:
    """Below titles interviews with a touch each, and a second of every other one; upper cells as `kind` says."""
    n = len(lower)
    cells = {"merged": None, "csv": None, "repeated": 1}
    spread = [[one, *([one if cells[kind] else None] * (n - 1))] for one in upper]
    rows: list[list[Any]] = [
        ["Student", "Employer", "Interview date", *spread[0], *spread[1]],
        [None, None, None, *lower, *lower],
    ]
    for k in range(15):
        day = dt.date(2026, 3, 2) + dt.timedelta(days=k)
        touches = []
        for words, later in ((FIRST, 3), (SECOND, 8)):
            one = {"Date": day + dt.timedelta(days=later), "Result": words[k % 3], "Time": "10:15 AM", "Who": "HR"}
            touches += [one[name] for name in lower] if later == 3 or k % 2 else [None] * n
        rows.append([PEOPLE[k % 9], FIRMS[k % 4], day, *touches])
    rows = [*above, *rows]
    if kind == "csv":
        return write_csv(folder / "log.csv", [["" if cell is None else cell for cell in row] for row in rows])
    letters = "DEFGHIJKL"
    line = len(above) + 1
    ends = (f"D{line}:{letters[n - 1]}{line}", f"{letters[n]}{line}:{letters[2 * n - 1]}{line}")
    merged = ends if kind == "merged" else ()
    return write_book(folder / "log.xlsx", {"Log": rows}, merged)


#: Every way of writing both lines; plain runs take each upper line, lower line and kind once, the others their turn
#: where there is time.
WAYS = [
    pytest.param(
        kind, upper, lower, id=f"{kind}-{'-'.join(upper)}-{'-'.join(lower)}",
        marks=() if (k + n) % 4 == place else pytest.mark.slow,
    )
    for place, kind in enumerate(("merged", "csv", "repeated"))
    for k, upper in enumerate(UPPER)
    for n, lower in enumerate(LOWER)
]  # fmt: skip


@pytest.mark.parametrize(("kind", "upper", "lower"), WAYS)
def test_a_result_belongs_to_its_own_touch(
    tmp_path: Path, kind: str, upper: tuple[str, str], lower: tuple[str, ...]
) -> None:
    """The second result is the second touch's, before its date or behind it."""
    file = sheet(tmp_path, kind, upper, lower)
    (tmp_path / "map.toml").write_text(draft_map(file, time_zone="Europe/London").text, "utf-8")
    url = f"sqlite:///{tmp_path / 's.db'}"
    ingest_files(file, into=url, map=tmp_path / "map.toml")
    found = sorted((f"{at:%m-%d}", channel) for at, channel in read_log(url).contacts.select("at", "channel").rows())
    days = [dt.date(2026, 3, 2) + dt.timedelta(days=k) for k in range(15)]
    wanted = [(f"{day + dt.timedelta(days=3):%m-%d}", CHANNELS[FIRST[k % 3]]) for k, day in enumerate(days)]
    wanted += [(f"{day + dt.timedelta(days=8):%m-%d}", CHANNELS[SECOND[k % 3]]) for k, day in enumerate(days) if k % 2]
    assert found == sorted(wanted)


TITLES: dict[str, tuple[list[Any], ...]] = {
    "a title": (["Career Centre - interview follow-up log 2026"],),
    "a title and a blank line": (["Follow-ups, spring 2026"], []),
    "two lines of titles": (["Career Centre"], ["Follow-ups", "spring 2026"]),
}


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("kind", ["merged", "csv", "repeated"])
@pytest.mark.parametrize("upper", [("Contact 1", "Contact 2"), ("Attempt", "Attempt")], ids="-".join)
def test_two_lines_below_titles_are_joined(tmp_path: Path, upper: tuple[str, str], kind: str, title: str) -> None:
    """Titles above don't hide the upper line, also where each of its cells stands over few columns."""
    file = sheet(tmp_path, kind, upper, ("Date", "Result"), TITLES[title])
    draft = draft_map(file, time_zone="UTC")
    (tmp_path / "map.toml").write_text(draft.text, "utf-8")
    url = f"sqlite:///{tmp_path / 's.db'}"
    found = ingest_files(file, into=url, map=tmp_path / "map.toml")
    assert (sum(row.rejected for row in found.rows), read_log(url).contacts.height) == (0, 15 + 7)
    assert {row["group"] for row in draft.rows} >= {"follow-up 1", "follow-up 2"}


def test_every_heading_of_the_lower_line_below_an_upper_one(tmp_path: Path) -> None:
    """Where the upper line names the interview too, its date is the interview's."""
    rows: list[list[Any]] = [
        ["Career Centre log"],
        [None, None, "Interview", "Contact 1", None, "Contact 2", None],
        ["Student", "Employer", "Date", "Date", "Result", "Date", "Result"],
    ]
    for k in range(8):
        days = [dt.date(2026, 3, 2 + k), dt.date(2026, 3, 6 + k), dt.date(2026, 3, 12 + k)]
        rows.append([PEOPLE[k], FIRMS[k % 4], days[0], days[1], "LVM", days[2], "emailed"])
    file = write_book(tmp_path / "log.xlsx", {"Log": rows}, ("D2:E2", "F2:G2"))
    means = {row["column"]: (row["means"], row["group"]) for row in draft_map(file).rows}
    assert means["Interview / Date"] == ("interviewed_at", None)
    assert means["Contact 2 / Date"] == ("at", "follow-up 2")


def test_dates_under_one_heading_are_told(tmp_path: Path) -> None:
    """Where no word tells which of several dates is the interview's, it is said with sheet, row and columns."""
    rows: list[list[Any]] = [["Student", "Employer", "Date", "Result", "Date", "Result"]]
    days = [(dt.date(2026, 3, 2 + k), dt.date(2026, 3, 9 + k)) for k in range(8)]
    rows += [[PEOPLE[k], FIRMS[k % 4], one, "LVM", other, "emailed"] for k, (one, other) in enumerate(days)]
    draft = draft_map(write_book(tmp_path / "log.xlsx", {"Log": rows}))
    (said,) = (note.text for note in draft.notes if "the same heading" in note.text)
    assert said.startswith("log.xlsx, sheet Log, row 1: several columns have the same heading; 'Date")


def test_results_between_numbered_calls_of_one_line(tmp_path: Path) -> None:
    """ "Call 1, Result, Call 2, Result": each result is the call's on its left, and no number is read into "(2)"."""
    rows: list[list[Any]] = [["Student", "Employer", "Interview", "Call 1", "Result", "Call 2", "Result"]]
    for k in range(12):
        day = dt.date(2026, 3, 2) + dt.timedelta(days=k)
        second = [day + dt.timedelta(days=8), SECOND[k % 2]] if k % 2 else [None, None]
        rows.append([PEOPLE[k % 9], FIRMS[k % 4], day, day + dt.timedelta(days=3), FIRST[k % 2], *second])
    draft = draft_map(write_book(tmp_path / "log.xlsx", {"Log": rows}))
    assert [(row["column"], row["group"]) for row in draft.rows if row["group"]] == [
        ("Call 1", "follow-up 1"),
        ("Result", "follow-up 1"),
        ("Call 2", "follow-up 2"),
        ("Result (2)", "follow-up 2"),
    ]


def test_the_upper_word_repeated_is_as_good_as_merged() -> None:
    """Programs that undo merged cells write the upper word above each column."""
    assert joined_names(["Name", "Call", "Call"], ["", "Date", "How"]) == ["Name", "Call / Date", "Call / How"]
    assert joined_names(["Name", "Call", "Call"], ["Ann", "yes", "yes"]) is None
    assert unnumbered(["How", "How (2)", "Pay (2)"]) == ["How", "How", "Pay (2)"]
