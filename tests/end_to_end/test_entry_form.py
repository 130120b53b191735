"""`followup log` without a text on a terminal: a number, a letter and Enter, in five keystrokes."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from followup_analytics.cli.entering import FORM
from followup_analytics.store import open_store
from followup_analytics.track import track_log
from followup_analytics.track.finding import find_interview


@pytest.fixture
def office(followup: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Ben at Bosch and Ada at Acme, in the default store."""
    url = f"sqlite:///{tmp_path}/office.db"
    monkeypatch.setenv("FOLLOWUP_STORE", url)
    for who, employer, day in (("ben", "Bosch", "2026-03-02"), ("ada", "Acme", "2026-03-03")):
        made = followup(
            "track", url, "interview", "--applicant", who, "--employer", employer, "--at", day, "--time-zone", "UTC"
        )
        assert made.code == 0, made.err
    return url


def typing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let somebody sit at the terminal."""
    terminal, screen = io.StringIO(text), sys.stderr
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr(screen, "isatty", lambda: True, raising=False)


def test_five_keystrokes_make_an_entry(followup: Any, office: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`2 Enter n Enter Enter`: the second interview was called, no answer, now."""
    typing(monkeypatch, "2\nn\n\n")
    told = followup("log")
    assert told.code == 0, told.err
    row = open_store(office).find("contacts", [told.out.strip()]).row(0, named=True)
    assert (row["direction"], row["channel"], row["party"]) == ("outbound", "phone", "none")
    assert "2  p-" in told.err
    assert "Bosch" in told.err


def test_what_the_form_doesnt_know_is_asked_again(followup: Any, office: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number or letter that isn't offered is asked for again; a time may be said; who leaves stores nothing."""
    typing(monkeypatch, "9\n1\nq\nv\nyesterday 3pm\n")
    told = followup("log")
    assert told.code == 0, told.err
    assert open_store(office).find("contacts", [told.out.strip()])["channel"][0] == "voicemail"
    typing(monkeypatch, "1\n")
    assert followup("log").code == 130
    assert open_store(office).known_ids("contacts").len() == 1


def test_without_a_terminal_a_text_is_needed(followup: Any, office: str) -> None:
    """A program gets a refusal with an example."""
    told = followup("log")
    assert told.code == 2
    assert "log needs what happened" in told.err


def test_every_letter_says_what_log_understands(office: str) -> None:
    """The words behind each letter are stored as what the form says."""
    ben, ada = (find_interview(open_store(office), who) for who in ("ben", "ada"))
    for letter, (_, words) in FORM.items():
        entry = track_log(office, words, interview=ada if letter == "x" else ben)
        assert entry.sentence
    assert open_store(office).known_ids("outcomes").len() == 2


def test_a_line_that_may_be_meant_otherwise_is_asked_about(
    followup: Any, office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal Enter stores the nearest reading, and anything else nothing; a program gets it as a command."""
    typing(monkeypatch, "\n")
    told = followup("log", "ben called yesterday at 3")
    assert told.code == 0, told.err
    said = " ".join(told.err.split())
    assert "may be 03:00 or 15:00" in said
    assert "The nearest reading: our call of" in said
    assert open_store(office).find("contacts", [told.out.strip()])["at"][0].hour == 15
    typing(monkeypatch, "n\n")
    assert followup("log", "ben called yesterday at 4").code == 130
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    told = followup("log", "ben called yesterday at 4")
    assert told.code == 2
    assert f"followup track {office} contact" in " ".join(told.err.split())
    assert open_store(office).known_ids("contacts").len() == 1
