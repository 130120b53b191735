"""The quick entry: what a line of text is understood as, and what is asked back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from followup_analytics.errors import UsageError
from followup_analytics.store import open_store
from followup_analytics.track import (
    track_contact,
    track_history,
    track_interview,
    track_log,
    track_outcome,
    track_person,
)
from followup_analytics.track.finding import AmbiguousInterviewError

#: A Tuesday, 16:30 in Berlin.
NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """A store with Ben at Bosch, Cleo at Acme and at Mill & Sons, and Dora Lang, who is in the book, at Zeiss."""
    url = f"sqlite:///{tmp_path_factory.mktemp('quick')}/followup.db"
    ids = {}
    for who, employer in (("ben", "Bosch GmbH"), ("cleo", "Acme"), ("cleo", "Mill & Sons"), ("d-17", "Zeiss AG")):
        ids[employer] = track_interview(
            url, who, employer=employer, at="2026-03-02T10:00", time_zone="Europe/Berlin", clock=lambda: NOW
        ).id
    track_person(url, "d-17", name="Dora Lang")
    return url, ids


@pytest.mark.parametrize(
    ("text", "employer", "direction", "channel", "party", "at"),
    [
        ("ben bosch left voicemail yesterday 3pm", "Bosch GmbH", "outbound", "voicemail", None, "2026-03-09T14:00"),
        ("ben/bosch left a voicemail yesterday 3pm", "Bosch GmbH", "outbound", "voicemail", None, "2026-03-09T14:00"),
        ("yesterday 3pm left ben a voicemail", "Bosch GmbH", "outbound", "voicemail", None, "2026-03-09T14:00"),
        ("called bosch today 9am", "Bosch GmbH", "outbound", "phone", None, "2026-03-10T08:00"),
        ("bosch called today 9am", "Bosch GmbH", "inbound", "phone", None, "2026-03-10T08:00"),
        ("bosch called ben today 9am", "Bosch GmbH", "inbound", "phone", None, "2026-03-10T08:00"),
        ("ben called bosch, no answer, 2 days ago", "Bosch GmbH", "outbound", "phone", "none", None),
        ("cleo/acme emailed last Friday 10:15", "Acme", "outbound", "email", "none", "2026-03-06T09:15"),
        ("acme replied 20 minutes ago", "Acme", "inbound", "email", "none", "2026-03-10T15:10"),
        ("mill called back at 11:05", "Mill & Sons", "inbound", "phone", None, "2026-03-10T10:05"),
        ("Dora called, spoke to the receptionist today 10am", "Zeiss AG", "outbound", "phone", "receptionist", None),
        ("dora lang missed a call yesterday 9:30", "Zeiss AG", "inbound", "phone", "none", "2026-03-09T08:30"),
        ("zeis emailed back yesterday 9:30", "Zeiss AG", "inbound", "email", "none", "2026-03-09T08:30"),
        ("ben bosch angerufen gestern 15:30", "Bosch GmbH", "outbound", "phone", None, "2026-03-09T14:30"),
        ("ben Nachricht hinterlassen letzten Freitag 11 Uhr", "Bosch GmbH", "outbound", "voicemail", None, None),
        ("Acme hat geantwortet heute 9:30", "Acme", "inbound", "email", "none", "2026-03-10T08:30"),
        ("ben dejó un mensaje ayer a las 15:30", "Bosch GmbH", "outbound", "voicemail", None, "2026-03-09T14:30"),
        ("d-17 envió un correo hace 2 días", "Zeiss AG", "outbound", "email", "none", None),
    ],
)
def test_a_line_is_understood(made, text, employer, direction, channel, party, at) -> None:
    """Who, what, which way and when, in three languages; now where no time is said."""
    url, ids = made
    entry = track_log(url, text, clock=lambda: NOW)
    row = open_store(url).find("contacts", [entry.id]).row(0, named=True)
    assert (row["interview_id"], row["direction"], row["channel"], row["party"]) == (
        ids[employer],
        direction,
        channel,
        party,
    )
    if at is not None:
        assert row["at"] == datetime.fromisoformat(at).replace(tzinfo=UTC)
        assert row["at_precision"] in (None, "instant")


def test_without_a_time_it_is_now_and_a_day_alone_is_a_day(made) -> None:
    """`yesterday` says no hour, so none is made up."""
    url, _ = made
    rows = [
        open_store(url).find("contacts", [track_log(url, text, clock=lambda: NOW).id]).row(0, named=True)
        for text in ("ben called", "ben called yesterday", "ben called this morning")
    ]
    assert rows[0]["at"] == NOW
    assert [row["at_precision"] for row in rows[1:]] == ["day", "day"]
    assert [f"{row['at']:%Y-%m-%dT%H}" for row in rows[1:]] == ["2026-03-08T23", "2026-03-09T23"]


def test_what_was_agreed_is_kept(made) -> None:
    """A time after `call back`, `will decide by` or `reply by` is for its own column, and lies ahead."""
    url, ids = made
    entry = track_log(url, "acme called today 9am asked to call back thursday 2pm", clock=lambda: NOW)
    row = open_store(url).find("contacts", [entry.id]).row(0, named=True)
    assert (row["direction"], row["callback_at"]) == ("inbound", datetime(2026, 3, 12, 13, tzinfo=UTC))
    track_log(url, "acme emailed today 9:30 will decide by next friday", clock=lambda: NOW)
    promised = open_store(url).find("interviews", [ids["Acme"]])["decision_promised_at"][0]
    assert f"{promised:%Y-%m-%d}" in ("2026-03-12", "2026-03-13")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("ben called at 3", "'at 3' may be 03:00 or 15:00"),
        ("ben called yesterday 4:30", "04:30 or 16:30"),
        ("ben called tuesday", "may be today or 2026-03-03"),
        ("ben called 03/04", "'03/04' may be two days"),
        ("ben called last week", "'last week' is not a day"),
        ("ben called 11pm", "still ahead"),
        ("ben yesterday", "doesn't say what happened"),
        ("called yesterday", "doesn't say whose interview"),
        ("ben frobnicated called", "frobnicated"),
        ("ben acme called", "no open interview fits all"),
        ("ben emailed and texted", "says two things"),
        ("ben called back", "may be the client's call or the employer's"),
        ("", "needs what happened"),
    ],
)
def test_what_is_not_plain_is_asked_back(made, text: str, quoted: str) -> None:
    """The sentence quotes the words; nothing is stored."""
    url, _ = made
    before = open_store(url).sizes()
    with pytest.raises(UsageError, match=quoted):
        track_log(url, text, clock=lambda: NOW)
    assert open_store(url).sizes() == before


def test_where_two_fit_both_are_named(made) -> None:
    """Cleo has two open interviews: their ids are in the question, her name is not."""
    url, ids = made
    with pytest.raises(AmbiguousInterviewError) as refused:
        track_log(url, "cleo called", clock=lambda: NOW)
    assert ids["Acme"] in str(refused.value)
    assert ids["Mill & Sons"] in str(refused.value)
    entry = track_log(url, "cleo called", interview=ids["Acme"], clock=lambda: NOW)
    assert entry.interview_id == ids["Acme"]


def test_wherever_an_id_goes_other_names_go_too(tmp_path: Path) -> None:
    """A typed applicant id, an employer, a name of the book and who/employer fit one open interview."""
    url = f"sqlite:///{tmp_path}/followup.db"
    one = track_interview(url, "ben", employer="Bosch GmbH", at="2026-03-02T10:00+01:00").id
    two = track_interview(url, "ben", employer="Acme", at="2026-03-03T10:00+01:00").id
    track_person(url, "ben", name="Benjamin Katz")
    for typed in ("ben/bosch", "Bosch GmbH", "bosch", "katz/bosch", "Benjamin Katz/Bosch GmbH", one):
        assert track_contact(url, typed, channel="phone").interview_id == one
    for typed in ("ben", "Katz", "benjamin katz"):
        with pytest.raises(AmbiguousInterviewError, match=two):
            track_contact(url, typed, channel="phone")
    with pytest.raises(UsageError, match="is Bosch GmbH meant"):
        track_contact(url, "Bosch Gmb", channel="phone")
    assert track_outcome(url, "acme", "rejected").id == two
    assert track_history(url, "ben")[0] == track_history(url, one)[0]
    with pytest.raises(UsageError, match=f"{two}.*rejected"):
        track_contact(url, "acme", channel="phone")


def test_an_outcome_by_a_line(tmp_path: Path) -> None:
    """`acme rejected ben yesterday` closes the story."""
    url = f"sqlite:///{tmp_path}/followup.db"
    one = track_interview(url, "ben", employer="Acme", at="2026-03-02T10:00+01:00", clock=lambda: NOW).id
    entry = track_log(url, "acme rejected ben by email yesterday 3pm", clock=lambda: NOW)
    assert (entry.id, open_store(url).find("outcomes", [one])["outcome"][0]) == (one, "rejected")


@pytest.mark.parametrize(
    ("text", "direction", "channel", "purpose"),
    [
        ("ben emailed a thank-you note", "outbound", "email", "thank_you"),
        ("ben sent a thank-you note", "outbound", "letter", "thank_you"),
        ("ben called bosch back, spoke to the recruiter", "outbound", "phone", "follow_up"),
        ("ben called them back", "outbound", "phone", "follow_up"),
        ("bosch called ben back", "inbound", "phone", "answer"),
        ("they called ben back", "inbound", "phone", "answer"),
    ],
)
def test_who_did_it_and_how(made, text: str, direction: str, channel: str, purpose: str) -> None:
    """A note goes the way that the verb says; who rings back is told by the names around it."""
    url, _ = made
    row = open_store(url).find("contacts", [track_log(url, text, clock=lambda: NOW).id]).row(0, named=True)
    assert (row["direction"], row["channel"], row["purpose"]) == (direction, channel, purpose)


def test_clocks_of_two_places(tmp_path: Path) -> None:
    """What was is told by the coach's clock, what was agreed by the employer's."""
    url = f"sqlite:///{tmp_path}/followup.db"
    track_interview(url, "ben", employer="Bosch", at="2026-03-02T10:00", time_zone="Europe/Berlin", clock=lambda: NOW)
    track_interview(
        url, "cleo", employer="Acme", at="2026-03-02T10:00", time_zone="America/New_York", clock=lambda: NOW
    )
    entry = track_log(url, "cleo called today 3pm, call back thursday 2pm", clock=lambda: NOW)
    row = open_store(url).find("contacts", [entry.id]).row(0, named=True)
    assert (row["at"], row["callback_at"]) == (
        datetime(2026, 3, 10, 14, tzinfo=UTC),
        datetime(2026, 3, 12, 18, tzinfo=UTC),
    )
    assert "2026-03-10 10:00 (America/New_York, 15:00 yours)" in entry.sentence


def test_one_that_is_ahead_is_not_meant(tmp_path: Path) -> None:
    """Of two interviews of a client, the one still to come is none that is followed up; days are local ones."""
    url = f"sqlite:///{tmp_path}/followup.db"
    for employer, at in (("Robert Bosch GmbH", "2026-03-02"), ("Zeta", "2026-03-20T10:00"), ("Bosch", "2026-03-01")):
        who = "ben" if employer == "Bosch" else "eva"
        track_interview(url, who, employer=employer, at=at, time_zone="Europe/Berlin", clock=lambda: NOW)
    assert "Robert Bosch" in track_log(url, "eva called", clock=lambda: NOW).sentence
    assert "Robert Bosch" in track_log(url, "eva bosch got an offer yesterday", clock=lambda: NOW).sentence
    track_interview(url, "ben", employer="Mill", at="2026-03-02", clock=lambda: NOW)
    with pytest.raises(AmbiguousInterviewError, match="Bosch, 2026-03-01"):
        track_log(url, "ben called", clock=lambda: NOW)
