"""What a coach is told about whom to call: numbers and names of the contact book, one call a day to each number."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from followup_analytics.store.book import read_book

NOW = dt.datetime.now(dt.UTC)


def day(ago: int) -> str:
    """A local date so many days ago."""
    return (NOW - dt.timedelta(days=ago)).date().isoformat()


@pytest.fixture
def office(followup: Any, tmp_path: Path) -> str:
    """Ben and Dan at Bosch, whose number is in the book as is Ben's name; both may be called."""
    url = f"sqlite:///{tmp_path}/office.db"
    for who, ago in (("ben", 8), ("dan", 6)):
        made = followup(
            "track", url, "interview", "--applicant", who, "--employer", "Bosch", "--at", day(ago), "--time-zone", "UTC"
        )
        assert made.code == 0, made.err
    assert followup("track", url, "person", "ben", "--name", "Ben Okafor").code == 0
    told = followup("track", url, "employer", "bosch gmbh", "--person", "Ms Weiss", "--phone", "+49 711 4000")
    assert told.code == 0, told.err
    assert "Warning" not in told.err
    return url


def test_one_call_a_day_goes_to_a_number(followup: Any, office: str) -> None:
    """The interview that is longer silent comes first; the other waits for the next working day, and says why."""
    rows = followup("next", office, "--json", "--no-claims").results
    assert [row["step"] for row in rows] == ["call", "call"]
    assert rows[0]["on"] < rows[1]["on"]
    assert rows[0]["reach"] == rows[1]["reach"] == "Ms Weiss, +49 711 4000"
    assert "same number" in rows[1]["why"]


def test_an_entry_tells_whom_to_reach(followup: Any, office: str) -> None:
    """The sentence after an entry has the number of the step that it names."""
    said = followup("track", office, "contact", "ben", "--channel", "email", "--at", day(3)).err
    assert "Ms Weiss, +49 711 4000." in said


def test_names_stand_in_the_sheet_and_the_calendar(followup: Any, office: str, tmp_path: Path) -> None:
    """Where the book is, the day sheet and the calendar name the client; the store does not."""
    calendar = tmp_path / "steps.ics"
    sheet = followup("next", office, "--sheet", "--no-claims", "--ics", calendar)
    assert "Ben Okafor" in sheet.out
    text = calendar.read_text().replace("\r\n ", "")
    assert "(for Ben Okafor)" in text
    assert "Ms Weiss\\, +49 711 4000" in text
    assert b"Okafor" not in (tmp_path / "office.db").read_bytes()
    assert b"Weiss" not in (tmp_path / "office.db").read_bytes()


def test_an_answer_that_is_owed_is_on_todays_list(followup: Any, office: str) -> None:
    """They wait for an answer while our own step is to wait: it is due, as an answer."""
    tomorrow = (NOW + dt.timedelta(days=1)).date().isoformat()
    said = followup(
        "track", office, "contact", "dan", "--channel", "email", "--direction", "inbound", "--reply-by", tomorrow
    )
    assert "Next: answer today, then wait until" in said.err
    due = followup("next", office, "--due", "--no-claims")
    assert "1 answer owed" in due.out
    (row,) = [
        one for one in followup("next", office, "--due", "--no-claims", "--json").results if one["step"] == "wait"
    ]
    assert row["due"]


def test_a_misspelt_employer_is_doubted(followup: Any, office: str) -> None:
    """Nothing is lost, and the nearest name is asked about; the book keeps what it had."""
    told = followup("track", office, "employer", "Bosh", "--phone", "+49 1")
    assert "is 'Bosch' meant?" in told.err
    assert followup("track", office, "employer", "Bosch", "--email", "jobs@example.org").code == 0
    assert dict(read_book(office).employer("BOSCH")) == {
        "name": "Bosch", "person": "Ms Weiss", "phone": "+49 711 4000", "email": "jobs@example.org",
    }  # fmt: skip
    assert followup("track", office, "employer", "Bosch").code == 2
