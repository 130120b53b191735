"""The logs whose answers are frozen: the sample, three simulated ones, an office's messy store and a coach's."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

SAMPLE = Path(__file__).parents[2] / "data" / "log"
WORLDS = ("office", "etiquette", "persistent")
SIMULATED_INTERVIEWS = 300

#: Names of the stores, as a command takes them in the folder of the logs.
MESSY = "sqlite:///messy.db"
TRACKED = "sqlite:///tracked.db"

#: Keys of pseudonyms are drawn at random; with this one they are the same in every run.
PSEUDONYM_KEY = "a key for tests, never for people"

HEADINGS = (
    "Ref",
    "Student no",
    "Employer",
    "Term",
    "Interview date",
    "Interview time",
    "1st follow-up",
    "1st how",
    "2nd follow-up",
    "2nd how",
    "Heard back",
    "Heard how",
    "Result",
    "Result date",
)
EMPLOYERS = (
    "Müller & Söhne",
    "王记 Ltd",
    "Ærø Færger",
    "O'Brien, Sons",
    "=SUM(A1:A9)",
    "Ωmega",
    "  Mill  ",
    "École 42",
)
FIRST_WORDS = ("Tel", "tel.", "called", "left message", "e-mail", "mail", "card", "visit", "Phoned", "pigeon", "")
HEARD_WORDS = ("Tel", "e-mail", "voice mail", "Called", "")
RESULTS = ("Offer", "Hired", "Next round", "Rejected", "No", "Filled", "Withdrew", "pending", "no news", "Offr", "")
SHEET_INTERVIEWS = 170
SHEET_PEOPLE = 80

Run = Callable[..., Any]


def written_date(day: dt.date, draw: Random) -> str:
    """A day as different people type it into one column."""
    return day.strftime(draw.choice(("%d/%m/%Y", "%d/%m/%Y", "%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%d.%m.%Y")))


def sheet_row(ref: int, draw: Random) -> list[str]:
    """One interview with what was done after it; some cells hold what nobody can read."""
    day = dt.date(2026, 1, 5) + dt.timedelta(days=draw.randrange(75))
    first = day + dt.timedelta(days=draw.choice((0, 1, 2, 2, 3, 3, 4, 6, 9)))
    second = first + dt.timedelta(days=draw.choice((2, 3, 5, 7)))
    heard = first + dt.timedelta(days=draw.choice((0, 1, 1, 2, 4, 8, -3)))
    result = heard + dt.timedelta(days=draw.randrange(12))
    called, again, answered = draw.random() < 0.8, draw.random() < 0.35, draw.random() < 0.4
    interview_date, follow_up = written_date(day, draw), written_date(first, draw)
    odd = draw.random()
    if odd < 0.03:
        interview_date = "31/02/2026"
    elif odd < 0.06:
        follow_up = "tbc"
    elif odd < 0.08:
        interview_date = ""
    return [
        str(ref),
        "" if 0.08 <= odd < 0.1 else f"st{draw.randrange(SHEET_PEOPLE):03}",
        draw.choice(EMPLOYERS),
        draw.choice(("Spring 2026", "Autumn 2025", "Spring 2026 ")),
        interview_date,
        draw.choice(("09:30", "14:00", "10:15", "", "25:00" if odd > 0.98 else "16:45")),
        follow_up if called else "",
        draw.choice(FIRST_WORDS) if called else "",
        written_date(second, draw) if called and again else "",
        draw.choice(FIRST_WORDS) if called and again else "",
        written_date(heard, draw) if answered else "",
        draw.choice(HEARD_WORDS) if answered else "",
        (word := draw.choice(RESULTS) if answered else ""),
        written_date(result, draw) if word else "",
    ]


def write_messy_sheet(path: Path) -> None:
    """A career centre's sheet with bad rows, rows twice, empty rows, mixed dates and names in many scripts."""
    draw = Random(20260105)
    rows = [sheet_row(ref, draw) for ref in range(1, SHEET_INTERVIEWS + 1)]
    rows += [list(row) for row in rows[10:16]]  # pasted twice
    rows += [[*rows[20][:6], "28/03/2026", "tel", *[""] * 6]]  # the same interview told otherwise
    rows += [[""] * len(HEADINGS)] * 2
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])


SHEET_OPTIONS = ("--map", "career_centre", "--time-zone", "Europe/London", "--day-first")


def track_entries(run: Run) -> None:
    """A coach's entries for four interviews: a correction, an entry taken back, an outcome."""

    def interview(applicant: str, at: str, employer: str, *words: str) -> str:
        day = ("--at", at, "--time-zone", "Europe/Berlin")
        return track("interview", "--applicant", applicant, *day, "--employer", employer, *words)

    def track(*words: str) -> str:
        return str(run("track", TRACKED, *words).out).strip()

    mill = interview("ada", "2024-03-02 10:00", "Mill", "--cohort", "spring")
    hill = interview("ada", "2024-03-03 15:30", "Hill & Söhne")
    interview("bob", "2024-03-04 09:00", "王记", "--decision-promised-at", "2024-03-10")
    mine = interview("cleo", "2024-03-05 11:00", "Mine")
    track("contact", mill, "--channel", "email", "--purpose", "thank_you", "--at", "2024-03-02 18:00")
    track("contact", mill, "--channel", "voicemail", "--at", "2024-03-05 10:00")
    track("contact", mill, "--channel", "phone", "--direction", "inbound", "--at", "2024-03-06 10:00")
    track("contact", hill, "--channel", "phone", "--party", "receptionist", "--at", "2024-03-05 10:10")
    track("contact", hill, "--channel", "letter", "--at", "2024-03-06 12:00")
    track("undo")
    track("correct", hill, "--employer", "Hill")
    track("outcome", mine, "rejected", "--at", "2024-03-09 09:00")


def make_logs() -> None:
    """Write the logs that are folders, and the messy sheet, into the current folder."""
    from followup_analytics import simulate_log

    shutil.copytree(SAMPLE, "sample")
    for world in WORLDS:
        simulate_log(interviews=SIMULATED_INTERVIEWS, world=world, seed=14).write(world)
    write_messy_sheet(Path("sheet.csv"))
