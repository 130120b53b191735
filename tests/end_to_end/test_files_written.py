"""Files that commands write: in the form that their name promises, and confidential ones for their owner alone."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("name", "start"), [("a.csv", b"timing,"), ("a.json", b"{"), ("a.xlsx", b"PK"), ("a.txt", b"")]
)
def test_the_name_of_the_file_gives_its_form(
    followup: Any, simulated_folder: Path, tmp_path: Path, name: str, start: bytes
) -> None:
    """Without --format the suffix decides; any other name gets the table."""
    assert followup("rates", simulated_folder, "-o", tmp_path / name).code == 0
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["next", "-o", "steps.pdf"], "report LOG --kind handout -o steps.pdf"),
        (["rates", "-o", "rates.pdf"], "report LOG -o rates.pdf"),
        (["rates", "-o", "rates.html"], "not .html"),
        (["rates", "--format", "csv", "-o", "b.xlsx"], "--format csv doesn't fit"),
        (["report", "-o", "day.txt"], "ends in .pdf"),
    ],
)
def test_a_name_that_promises_another_form_is_refused(
    followup: Any, simulated_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    """One sentence, exit code 2, and no file."""
    monkeypatch.chdir(tmp_path)
    answer = followup(words[0], simulated_folder, *words[1:])
    assert answer.code == 2
    assert told in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("reports_without_models")
def test_working_papers_are_their_owners_alone(followup: Any, simulated_folder: Path, tmp_path: Path) -> None:
    """Next steps, calendar, trace and handout: also where an open file of that name was there before."""
    (tmp_path / "old.csv").write_text("")
    (tmp_path / "old.csv").chmod(0o644)
    papers = {
        name: tmp_path / name for name in ("steps.xlsx", "old.csv", "steps.ics", "trace.csv", "day.pdf", "mine.pdf")
    }
    calls = [
        ("next", "--no-claims", "-o", papers["steps.xlsx"], "--ics", papers["steps.ics"]),
        ("next", "--no-claims", "-o", papers["old.csv"]),
        ("rates", "--trace", papers["trace.csv"]),
        ("report", "--kind", "handout", "-o", papers["day.pdf"]),
        ("report", "--min-cell", "1", "-o", papers["mine.pdf"]),
    ]
    for command, *options in calls:
        assert followup(command, simulated_folder, *options).code == 0
    assert {name: _mode(path) for name, path in papers.items()} == dict.fromkeys(papers, 0o600)


def test_what_may_be_published_keeps_its_rights(followup: Any, simulated_folder: Path, tmp_path: Path) -> None:
    """Rates are no working paper."""
    made = tmp_path / "rates.csv"
    followup("rates", simulated_folder, "-o", made)
    assert _mode(made) != 0o600
