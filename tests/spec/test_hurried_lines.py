"""Lines as hurried coaches type them: each is understood, asked about with the nearest reading, or refused.

The table is `hurried_lines.md`; none of its lines is stored as something that it doesn't say.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hurried_lines import NOW, made_store, reading

from followup_analytics.store import open_store
from followup_analytics.track import OfficeStore
from followup_analytics.track.quick import UnsureReadingError

ROWS = [
    tuple(cell.strip() for cell in line.strip("|\n ").split("|"))
    for line in (Path(__file__).parent / "hurried_lines.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of ten clients."""
    return made_store(f"sqlite:///{tmp_path_factory.mktemp('hurried')}/followup.db")


@pytest.mark.parametrize(("line", "wanted"), ROWS)
def test_a_hurried_line(url: str, line: str, wanted: str) -> None:
    """The line is read as the table says; what was stored is taken back."""
    assert reading(url, line) == wanted


def test_most_lines_are_understood() -> None:
    """The table is no list of refusals."""
    understood = [wanted for _, wanted in ROWS if wanted[0] not in "?!"]
    assert len(understood) > len(ROWS) / 2


def test_the_nearest_reading_is_stored_when_accepted(url: str) -> None:
    """What was asked about is stored by a yes, or by the command that the refusal names."""
    store = OfficeStore(url, write=True, clock=lambda: NOW)
    with pytest.raises(UnsureReadingError) as unsure:
        store.log("lm for sara @ acme tues 2ish")
    command = shlex.split(unsure.value.command)
    entry = store.log("lm for sara @ acme tues 2ish", accept=True)
    row = open_store(url).find("contacts", [entry.id]).row(0, named=True)
    assert command[:3] == ["followup", "track", url]
    assert command[3:5] == ["contact", row["interview_id"]]
    options = dict(zip(command[5::2], command[6::2], strict=True))
    assert options == {"--direction": "outbound", "--channel": "voicemail", "--at": "2026-11-17 14:00"}
    assert (row["direction"], row["channel"]) == ("outbound", "voicemail")
    store.undo()


def test_a_new_interview_of_somebody_in_the_book_is_theirs(url: str) -> None:
    """A whole name of the contact book stands for the person, so that nobody is entered twice."""
    store = OfficeStore(url, write=True, clock=lambda: NOW)
    entry = store.log("new interview: Dan Kim at Fabrikam last thursday 10:30", accept=True)
    made = store.rows.find("interviews", [entry.id]).row(0, named=True)
    people = store.rows.find("interviews", [made["applicant_id"]], by="applicant_id")["employer"].to_list()
    assert sorted(people) == ["Contoso", "Fabrikam"]
    store.undo()
