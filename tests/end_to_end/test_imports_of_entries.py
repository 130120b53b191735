"""What a coach's daily commands import: seconds differ by machine, the libraries that they load don't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from followup_analytics.track import track_contact, track_interview

#: Each takes from a tenth to over a second to import, and nothing of what a coach does all day needs it.
HEAVY = (
    "alembic",
    "asyncio",
    "dateparser",
    "jinja2",
    "matplotlib",
    "narwhals",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "starlette",
)
_RUN = """
import sys
sys.argv = ["followup", *{arguments!r}]
from followup_analytics.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("imported", *sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)
"""


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store with one open interview, whose thank-you note is due."""
    url = f"sqlite:///{tmp_path}/followup.db"
    track_interview(url, "ben", employer="Bosch", at="yesterday 10:00", time_zone="Europe/Berlin")
    return url


@pytest.mark.parametrize(
    "words",
    [
        ("log", "ben called, no answer"),
        ("log", "ben called, no answer yesterday 3pm"),
        ("track", "STORE", "contact", "ben", "--channel", "phone"),
        ("track", "STORE", "outcome", "ben", "offer"),
        ("track", "STORE", "undo"),
        ("track", "STORE", "list"),
        ("today",),
    ],
    ids=["log", "log with a time", "track contact", "track outcome", "undo", "list", "today"],
)
def test_an_entry_loads_no_library_that_it_does_not_need(
    store: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry speaks SQL with the driver alone; SQLAlchemy and Alembic are for making and migrating a store."""
    monkeypatch.setenv("FOLLOWUP_STORE", store)
    arguments = [word.replace("STORE", store) for word in words]
    if words[-1] == "undo":
        track_interview(store, "eva", employer="Acme", at="2026-03-02T10:00+01:00")
    command = [sys.executable, "-c", _RUN.format(arguments=arguments, heavy=HEAVY)]
    if words[-1] == "today":
        # The first list of a day tests the advice on the log; after an entry the next one goes by those verdicts.
        subprocess.run(command, check=True, capture_output=True)
        track_contact(store, "ben", channel="email", purpose="thank_you")
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].split() == ["imported"]
