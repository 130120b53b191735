"""Recording entries one at a time: defaults, zones, undo and history."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.store import open_store, read_store_log
from followup_analytics.track import track_contact, track_history, track_interview, track_outcome, track_undo

NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that is not there yet."""
    return f"sqlite:///{tmp_path}/followup.db"


def interview(url: str, applicant: str = "ana", at: str = "2026-03-02T10:00+01:00", **fields: object) -> str:
    """Record an interview and give its id."""
    return track_interview(url, applicant, at=at, **fields).id


def test_ids_are_short_and_typeable(url: str) -> None:
    """No capitals, no letters that look like digits, five signs after the prefix."""
    first = interview(url)
    contact = track_contact(url, first, channel="phone", at="2026-03-03T10:00").id
    assert re.fullmatch(r"iv-[abcdefghjkmnpqrstuvwxyz23456789]{5}", first)
    assert re.fullmatch(r"ct-[abcdefghjkmnpqrstuvwxyz23456789]{5}", contact)


def test_applicants_are_stored_under_pseudonyms(url: str) -> None:
    """The id as given is nowhere in the store, and is the same person each time."""
    interview(url, "Ana.Lopez")
    interview(url, " Ana.Lopez ")
    interview(url, "Bob")
    log = read_store_log(url)
    assert log.interviews["applicant_id"].n_unique() == 2
    assert log.interviews.sort("_bucket")["_bucket"].n_unique() == 2
    assert b"Lopez" not in Path(url.removeprefix("sqlite:///")).read_bytes()


@pytest.mark.parametrize(
    ("given", "party", "purpose"),
    [
        ({"channel": "phone"}, None, "follow_up"),
        ({"channel": "voicemail"}, None, "follow_up"),
        ({"channel": "email"}, "none", "follow_up"),
        ({"channel": "letter", "party": "interviewer"}, "interviewer", "follow_up"),
        ({"channel": "in-person"}, None, "follow_up"),
        ({"channel": "email", "direction": "inbound"}, "none", "answer"),
        ({"channel": "phone", "purpose": "thank_you"}, None, "thank_you"),
    ],
)
def test_defaults_of_a_contact(url: str, given: dict[str, str], party: str | None, purpose: str) -> None:
    """Party is empty, none for written channels; purpose is follow_up, answer when inbound."""
    track_contact(url, interview(url), **given)
    row = read_store_log(url).contacts.row(0, named=True)
    assert (row["party"], row["purpose"]) == (party, purpose)


def test_at_is_now_by_default(url: str) -> None:
    """Every entry without a time is of this moment."""
    one = track_interview(url, "ana", clock=lambda: NOW).id
    track_contact(url, one, channel="phone", clock=lambda: NOW + timedelta(hours=1))
    track_outcome(url, one, "offer", clock=lambda: NOW + timedelta(hours=2))
    log = read_store_log(url)
    assert log.interviews["interviewed_at"].item() == NOW
    assert log.contacts["at"].item() == NOW + timedelta(hours=1)
    assert log.outcomes["decided_at"].item() == NOW + timedelta(hours=2)


def test_a_time_without_offset_is_read_in_the_stores_zone(url: str) -> None:
    """The first --time-zone becomes the store's; an interview's own zone goes before it."""
    first = interview(url, at="2026-07-01T10:00", time_zone="Europe/Berlin")
    second = interview(url, at="2026-07-01T10:00")
    track_contact(url, second, channel="phone", at="2026-12-01T10:00")
    log = read_store_log(url)
    assert log.time_zone == "Europe/Berlin"
    assert set(log.interviews["interviewed_at"]) == {datetime(2026, 7, 1, 8, tzinfo=UTC)}
    assert log.contacts["at"].item() == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert first != second


def test_without_any_zone_the_interviews_offset_counts(url: str) -> None:
    """A contact is read in the offset that the interview was written with."""
    track_contact(url, interview(url, at="2026-03-02T10:00+05:00"), channel="phone", at="2026-03-03T10:00")
    assert read_store_log(url).contacts["at"].item() == datetime(2026, 3, 3, 5, tzinfo=UTC)


def test_a_date_alone_counts_in_days(url: str) -> None:
    """A bare date is a row of day precision on that local day."""
    one = interview(url, at="2026-03-02", time_zone="Pacific/Auckland")
    track_contact(url, one, channel="phone", at="2026-03-04")
    log = read_store_log(url)
    assert log.interviews["at_precision"].item() == "day"
    assert log.contacts["_day"].item() - log.interviews["_day"].item() == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"channel": "fax"}, "--channel.*phone, voicemail"),
        ({"channel": "phone", "at": "last week"}, "--at.*yesterday"),
        ({"channel": "phone", "at": "1886-01-01T00:00Z"}, "--at.*1990"),
        ({"channel": "phone", "party": "boss"}, "--party.*interviewer"),
        ({"channel": "phone", "duration_s": "-3"}, "--duration-s"),
        ({"channel": "phone", "said_thank": "yes"}, "said_thanks"),
        ({"channel": "phone", "time_zone": "Mars/Base"}, "Mars/Base"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_stored(url: str, arguments: dict[str, str], words: str) -> None:
    """The sentence names the option and what it takes."""
    one = interview(url)
    with pytest.raises(UsageError, match=words):
        track_contact(url, one, **arguments)
    assert read_store_log(url).contacts.height == 0


def test_a_slip_in_the_first_entry_leaves_no_store(url: str, tmp_path: Path) -> None:
    """No zone, no offset: refused with how to give one, and no file is made."""
    with pytest.raises(UsageError, match="--time-zone"):
        track_interview(url, "ana", at="2026-03-02T10:00")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_interview_is_refused_with_the_nearest(url: str) -> None:
    """A typing mistake in an id is met with the id that was probably meant."""
    one = interview(url)
    slip = one[:-1] + ("a" if one[-1] != "a" else "b")
    with pytest.raises(UsageError, match=f"is {one} meant"):
        track_contact(url, slip, channel="phone")
    with pytest.raises(UnreadableError, match="there is no store here"):
        track_contact(url.replace("followup.db", "other.db"), one, channel="phone")


def test_a_contact_before_the_interview_says_so(url: str) -> None:
    """It is stored, and the sentence says that it counts as no attempt."""
    one = interview(url)
    assert "no attempt" in track_contact(url, one, channel="phone", at="2026-03-02T09:59+01:00").doubts[0]
    assert track_contact(url, one, channel="phone", at="2026-03-02").doubts == ()


def test_undo_goes_back_entry_by_entry(url: str) -> None:
    """The last entry of any kind goes first; what it had replaced is in force again; at the end there is none."""
    one = interview(url)
    contact = track_contact(url, one, channel="phone", at="2026-03-03T10:00").id
    track_outcome(url, one, "rejected", at="2026-03-04")
    track_outcome(url, one, "offer", at="2026-03-05")
    assert track_undo(url).id == one
    assert read_store_log(url).outcomes["outcome"].to_list() == ["rejected"]
    assert track_undo(url).id == one
    assert read_store_log(url).outcomes.height == 0
    assert track_undo(url).id == contact
    assert track_undo(url).id == one
    assert open_store(url).known_ids("interviews").len() == 0
    with pytest.raises(UsageError, match="no entry to take back"):
        track_undo(url)


def test_undo_leaves_ingested_rows_alone(url: str) -> None:
    """An interview on which a file's contacts rest is not taken back, nor an entry that a file has changed."""
    one = interview(url)
    contact = track_contact(url, one, channel="phone", at="2026-03-03T10:00").id
    store = open_store(url, write=True)
    row = store.find("contacts", [contact])
    with store.transaction("office.csv") as tx:
        tx.add("contacts", row.with_columns(channel=row["channel"].replace("phone", "video")))
    with pytest.raises(UsageError, match="changed by a file"):
        track_undo(url)
    with store.transaction("office.csv") as tx:
        tx.remove("contacts", [contact])
        tx.add("contacts", row.with_columns(contact_id=row["contact_id"] + "x"))
    two = interview(url)
    assert track_undo(url).id == two


def test_the_same_outcome_again_is_known(url: str) -> None:
    """Saying it twice adds nothing to take back."""
    one = interview(url)
    track_outcome(url, one, "offer", at="2026-03-05T10:00")
    assert "already known" in track_outcome(url, one, "offer", at="2026-03-05T10:00").sentence
    track_undo(url)
    assert read_store_log(url).outcomes.height == 0


def test_history_tells_everything(url: str) -> None:
    """Lines in the order of events, in local time, with what was replaced and what was taken back."""
    one = interview(url, time_zone="Europe/Berlin", employer="Mill", self_rating=4)
    track_contact(url, one, channel="phone", party="receptionist", at="2026-03-03T10:00", asked_status=True)
    track_outcome(url, one, "rejected", at="2026-03-04")
    track_outcome(url, one, "offer", at="2026-03-05T09:00")
    track_undo(url)
    lines = track_history(url, one)
    assert [line.partition("  (")[0] for line in lines] == [
        f"2026-03-02 10:00  interview {one}  employer=Mill, self_rating=4",
        lines[1].partition("  (")[0],
        "2026-03-04  outcome rejected",
        "2026-03-04  outcome rejected",
        "2026-03-05 09:00  outcome offer",
    ]
    assert "outbound phone  party=receptionist, purpose=follow_up, asked_status=yes" in lines[1]
    assert "replaced" in lines[2]
    assert "taken back" in lines[4]
    with pytest.raises(UsageError, match="no interview"):
        track_history(url, "iv-none")


def test_the_log_of_a_tracked_store_is_as_of_now(url: str) -> None:
    """Its data date is the present, so that silence counts up to today; as_of goes back to a day."""
    one = interview(url)
    track_contact(url, one, channel="phone", at="2026-03-03T10:00")
    assert abs(read_store_log(url).data_date - datetime.now(UTC)) < timedelta(minutes=1)
    today = datetime.now(UTC).date()
    log = read_store_log(url, as_of=today)
    assert log.contacts.height == 1
    assert log.data_date.date() == today
