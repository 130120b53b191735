"""`followup track` as a person types it: what is asked, refused, listed and corrected."""

from __future__ import annotations

import sys
from typing import Any

import pytest


@pytest.fixture
def store(tmp_path: Any) -> str:
    """The URL of a store that is not there yet."""
    return f"sqlite:///{tmp_path}/followup.db"


@pytest.fixture
def interview(followup: Any, store: str) -> str:
    """The id of an interview of ada's."""
    answer = followup(
        "track", store, "interview", "--applicant", "ada", "--at", "2026-03-02 10:00", "--time-zone", "Europe/Berlin"
    )
    return str(answer.out.strip())


@pytest.mark.parametrize("typed", ["forgt", "forge", "Forget", "erase"])
def test_a_mistyped_command_never_proposes_to_forget(followup: Any, store: str, typed: str) -> None:
    """What can't be taken back has to be typed in full."""
    answer = followup("track", store, typed, "ada")
    assert answer.code == 2
    assert "forget" not in answer.err.replace(f"'{typed}'", "")


def test_a_mistyped_command_is_met_with_its_name(followup: Any, store: str) -> None:
    """Harmless ones are proposed."""
    assert "is contact meant?" in followup("track", store, "contcat").err


@pytest.mark.parametrize(("answer", "left"), [("n\n", 1), ("y\n", 0)])
def test_forget_asks_on_a_terminal(
    followup: Any, store: str, interview: str, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    """It says what would go, and only a yes erases."""
    import io

    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    told = followup("track", store, "forget", "ada")
    assert told.code == 0
    assert "1 interview and 0 contacts" in told.err
    assert told.out.strip() == ""
    assert len(followup("track", store, "history", interview).out.splitlines()) == left


def test_forget_needs_a_yes_of_a_program_too(
    followup: Any, store: str, interview: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody is there to answer, --yes has to be given; nothing is erased without."""
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    told = followup("track", store, "forget", "ada")
    assert told.code == 2
    assert "add --yes" in told.err
    assert followup("track", store, "history", interview).code == 0
    assert "Erased 1 interview" in followup("track", store, "forget", "ada", "--yes").err


def test_list_and_correct(followup: Any, store: str, interview: str) -> None:
    """The list gives the ids; corrections are options named as the columns; JSON is the usual object."""
    answer = followup(
        "track", store, "correct", interview, "--employer", "Mill", "--decision-promised-at", "2026-12-01"
    )
    assert answer.out.strip() == interview
    assert "decision promised at 2026-12-01" in answer.err
    rows = followup("track", store, "list", "--applicant", "ada", "--json").results
    assert [(row["interview_id"], row["employer"], row["state"]) for row in rows] == [(interview, "Mill", "open")]
    assert interview in followup("track", store, "list").out
    assert followup("track", store, "list", "--applicant", "Ada").code == 2


def test_doubts_go_to_stderr_and_into_notes(followup: Any, store: str, interview: str) -> None:
    """stdout holds the id alone; JSON has the doubt as a note, and the counts of the whole store."""
    call = ("track", store, "contact", interview, "--channel", "call", "--at", "2026-03-04 10:00")
    first = followup(*call)
    assert "Warning" not in first.err
    again = followup(*call, "--json")
    assert first.out.strip() in again.json["notes"][0]["text"]
    assert (again.json["log"]["interviews"], again.json["log"]["contacts"]) == (1, 2)


def test_history_as_json_has_its_lines_and_the_next_step(followup: Any, store: str, interview: str) -> None:
    """The usual object with one result: the lines are those of the plain answer."""
    plain = followup("track", store, "history", interview).out.splitlines()
    (result,) = followup("track", store, "history", interview, "--json").results
    assert (result["id"], result["lines"]) == (interview, plain)
    assert result["next"]["step"] == "move_on"


def test_forget_as_json_names_nobody(followup: Any, store: str, interview: str) -> None:
    """Who was forgotten is not named again by the answer."""
    told = followup("track", store, "forget", "ada", "--yes", "--json")
    assert told.results == [{"id": None, "next": None}]
    assert told.json["log"]["interviews"] == 0
    assert "ada" not in told.out + told.err
    assert interview not in told.out + told.err


def test_a_refused_option_says_how_to_get_help(followup: Any, store: str, interview: str) -> None:
    """The command is written as one types it."""
    assert "track STORE history --help`" in followup("track", store, "history", interview, "--frob").err


def test_the_package_runs_as_a_module() -> None:
    """`python -m followup_analytics` is `followup`."""
    import subprocess

    ran = subprocess.run([sys.executable, "-m", "followup_analytics", "--version"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("followup")


def test_the_list_is_one_line_an_interview_at_80_columns(
    followup: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long names are cut, days are short; files have them whole."""
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    monkeypatch.setenv("COLUMNS", "80")
    for who, name, employer in (("ada", "Ada Nakamura-Lindgren", "Tidewater Port Authority"), ("bo", "Bo Li", "Acme")):
        made = followup("track", url, "interview", "--applicant", who, "--employer", employer, "--coach", "Wilhelmina",
                        "--at", "yesterday 10:00", "--time-zone", "Europe/Berlin")  # fmt: skip
        assert made.code == 0, made.err
        followup("track", url, "person", who, "--name", name)
        followup("track", url, "contact", who, "--channel", "phone")
    lines = followup("track", url, "list").out.splitlines()
    rule = next(number for number, line in enumerate(lines) if line.strip().startswith("─"))
    rows = [line for line in lines[rule + 1 :] if line.strip()]
    assert [line.split()[0][:3] for line in rows] == ["iv-", "iv-"]
    assert all(len(line) <= 80 for line in rows)
    assert "Tidewater Port Authority" in followup("track", url, "list", "--format", "csv").out


def test_how_the_book_is_kept_is_said_once(followup: Any, tmp_path: Any) -> None:
    """When it is begun; not at every name that goes into it."""
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    told = [followup("track", url, "person", who, "--name", f"{who} Berg").err for who in ("ada", "bo")]
    assert ["contact book" in one for one in told] == [True, False]
