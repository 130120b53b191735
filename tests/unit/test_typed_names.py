"""A client whose id was typed as a name is found by each of its words, and no file holds the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_analytics.errors import UsageError
from followup_analytics.store import open_store
from followup_analytics.store.book import read_book
from followup_analytics.store.keys import rotate_key
from followup_analytics.track import track_contact, track_forget, track_interview, track_log, track_person
from followup_analytics.track.finding import AmbiguousInterviewError


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store with Sara Lopez, typed as her id, and one whose id is none of a name."""
    place = f"sqlite:///{tmp_path / 'office.db'}"
    for who, employer in (("sara lopez", "Acme"), ("st-2041", "Globex")):
        track_interview(place, who, employer=employer, at="2026-01-05T10:00", time_zone="Europe/Berlin")
    return place


@pytest.mark.parametrize("line", ["sara left vm yesterday", "Lopez called acme", "Sara Lopez emailed acme yesterday"])
def test_a_line_finds_them_by_a_word(url: str, line: str) -> None:
    """First name and surname are known, beside the employer or alone."""
    entry = track_log(url, line)
    (employer,) = open_store(url).find("interviews", [str(entry.interview_id)])["employer"]
    assert employer == "Acme"


def test_two_of_one_first_name_are_asked_about(url: str) -> None:
    """Who is meant is never guessed."""
    track_interview(url, "sara kern", employer="Initech", at="2026-01-05T10:00", time_zone="Europe/Berlin")
    with pytest.raises(AmbiguousInterviewError):
        track_log(url, "sara left vm yesterday")
    assert track_log(url, "kern left vm yesterday").id.startswith("ct-")
    assert track_contact(url, "kern", channel="phone").id.startswith("ct-")


def test_no_file_holds_the_name(url: str, tmp_path: Path) -> None:
    """Pseudonyms of the words stand in the contact book beside the key; ids that are no names leave none."""
    for path in tmp_path.iterdir():
        content = path.read_bytes().lower()
        assert b"sara" not in content
        assert b"lopez" not in content
    assert len(read_book(url).people) == 1


def test_a_name_in_the_book_and_a_new_key_keep_them(url: str) -> None:
    """What is written down later stands beside it, and a further key changes nothing of how they are found."""
    track_person(url, "sara lopez", name="Sara López Ruiz")
    rotate_key(open_store(url, write=True))
    assert track_log(url, "lopez left vm yesterday").id.startswith("ct-")


def test_who_is_forgotten_is_no_longer_found(url: str, tmp_path: Path) -> None:
    """The words' pseudonyms go with the person."""
    track_forget(url, "sara lopez")
    assert not (tmp_path / "office.db.book").exists()
    with pytest.raises(UsageError):
        track_log(url, "sara left vm yesterday")
