"""Lines as a coach wrote them in two weeks of dates: what was promised, invitations, notes, what is far from now."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from followup_analytics import OfficeStore, open_store
from followup_analytics.errors import UsageError
from followup_analytics.track import Entry

#: Saturday in the week before the clocks go back.
NOW = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> OfficeStore:
    """Two clients; a store of Berlin."""
    made = open_store(f"sqlite:///{tmp_path}/s.db", create=True, clock=lambda: NOW)
    for who, name, employer in (("kai", "Kai Wolf", "Aldi"), ("ana", "Ana Lopez", "SAP SE")):
        made.interview(who, employer=employer, at="2026-10-12 09:00", time_zone="Europe/Berlin")
        made.person(who, name=name)
    return made


def row_of(store: OfficeStore, entry: Entry) -> dict[str, Any]:
    """The contact that an entry stored."""
    return store.rows.find("contacts", [entry.id]).row(0, named=True)


@pytest.mark.parametrize(
    "line",
    [
        "kai aldi spoke with interviewer, they call back thursday",
        "kai spoke to the recruiter, will get back to me by thursday",
        "kai called, they will let him know on thursday",
        "kai mit der Personalabteilung telefoniert, melden sich Donnerstag",
        "kai called, they decide thursday",
    ],
)
def test_their_promise_is_no_call_that_we_owe(store: OfficeStore, line: str) -> None:
    """Who says `they call back` waits; only `call me back` is a call that the client was asked to make."""
    entry = store.log(line)
    row = row_of(store, entry)
    assert row["callback_at"] is None
    decision = store.rows.find("interviews", [str(entry.interview_id)])["decision_promised_at"][0]
    promised = row["call_promised_at"] or decision
    assert promised.date().isoformat() in ("2026-10-28", "2026-10-29")


@pytest.mark.parametrize("line", ["kai called, call me on 26 october 9:00", "kai called, call back monday 9am"])
def test_what_we_were_asked_for_is_a_call_of_ours(store: OfficeStore, line: str) -> None:
    """The day belongs to the call that was asked for, not to the one that was made; the clocks went back between."""
    row = row_of(store, store.log(line))
    assert row["at"] == NOW
    assert row["callback_at"] == datetime(2026, 10, 26, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "channel", "party", "purpose"),
    [
        ("kai called, no answer, left voicemail", "voicemail", None, "follow_up"),
        ("kai angerufen, niemand da", "phone", "none", "follow_up"),
        ("ana no contestó, dejé mensaje ayer a las 15:30", "voicemail", None, "follow_up"),
        ("kai dankesmail geschickt", "email", "none", "thank_you"),
        ("kai wrote thank you note yesterday", "letter", "none", "thank_you"),
        ("kai emailed thank you", "email", "none", "thank_you"),
    ],
)
def test_lines_that_were_refused(store: OfficeStore, line: str, channel: str, party: str | None, purpose: str) -> None:
    """What coaches write in three languages is understood."""
    row = row_of(store, store.log(line))
    assert (row["direction"], row["channel"], row["party"], row["purpose"]) == ("outbound", channel, party, purpose)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("kai called on 27 october", "may be 2025-10-27, long ago, or 2026-10-27, still ahead"),
        ("kai they will call back monday 9am", "not how that was told"),
        ("kai invited to a second interview on friday", "when the next interview is"),
    ],
)
def test_what_is_asked_back(store: OfficeStore, line: str, said: str) -> None:
    """A day that may be ahead is never stored as one of last year, nor the next interview's day as the outcome's."""
    before = store.sizes()
    with pytest.raises(UsageError, match=said):
        store.log(line)
    assert store.sizes() == before


@pytest.mark.parametrize(
    ("line", "direction", "channel", "party"),
    [
        ("kai rang aldi, engaged", "outbound", "phone", "none"),
        ("aldi rang kai but he missed it", "inbound", "phone", "none"),
        ("ana had a chat with the SAP recruiter", "outbound", "phone", "hiring_team"),
        ("SAP escribió a Ana ayer", "inbound", "email", "none"),
        ("Ana escribió a SAP ayer", "outbound", "email", "none"),
        ("kai aldi followed up by email", "outbound", "email", "none"),
        ("kai left a msg with the front desk", "outbound", "voicemail", "receptionist"),
    ],
)
def test_who_did_what(store: OfficeStore, line: str, direction: str, channel: str, party: str) -> None:
    """The names before a verb say whose it was."""
    row = row_of(store, store.log(line))
    assert (row["direction"], row["channel"], row["party"]) == (direction, channel, party)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [("Aldi hat Kai eine Absage geschickt", "rejected"), ("kai cancelled his application at aldi", "withdrawn")],
)
def test_how_it_ended(store: OfficeStore, line: str, outcome: str) -> None:
    """An end is told in many words."""
    assert store.rows.find("outcomes", [store.log(line).id])["outcome"].to_list() == [outcome]


def test_an_invitation_is_an_advance(store: OfficeStore) -> None:
    """Without a day it closes this round; the next one is an interview of its own."""
    entry = store.log("kai zum zweiten Gespräch eingeladen")
    assert store.rows.find("outcomes", [entry.id])["outcome"].to_list() == ["advanced"]


def test_an_invitation_with_its_day_is_a_further_round(store: OfficeStore) -> None:
    """The round that was held is closed, and the one to come is an interview of its own; undo takes back both."""
    before = store.sizes()["interviews"]
    entry = store.log("they emailed kai, want a 2nd interview 27 october 10am")
    made = store.rows.find("interviews", [entry.id]).row(0, named=True)
    assert made["interviewed_at"] == datetime(2026, 10, 27, 9, 0, tzinfo=UTC)
    earlier = made["previous_interview_id"]
    assert store.rows.find("outcomes", [earlier])["outcome"].to_list() == ["advanced"]
    assert made["applicant_id"] == store.rows.find("interviews", [earlier])["applicant_id"][0]
    store.undo()
    assert store.sizes()["interviews"] == before
    assert not store.rows.find("outcomes", [earlier]).height


def test_who_withdrew_and_comes_back(store: OfficeStore) -> None:
    """A line about a story that has ended says so, and how it goes on."""
    entry = store.log("ana withdrew")
    with pytest.raises(UsageError, match=rf"has ended \(withdrawn\).*undo {entry.id}"):
        store.log("ana sap called, spoke to the interviewer")
    store.undo(entry.id)
    assert store.log("ana sap called, spoke to the interviewer").interview_id == entry.id
