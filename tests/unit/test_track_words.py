"""What people type into `track`: times, words and slips."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from followup_analytics.errors import UsageError
from followup_analytics.ingest.linking.by_hand import entered_by_hand
from followup_analytics.store import read_store_log
from followup_analytics.track import track_contact, track_correct, track_forget, track_interview, track_outcome
from followup_analytics.track.times import read_when

NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
BERLIN = "Europe/Berlin"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that is not there yet."""
    return f"sqlite:///{tmp_path}/followup.db"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("today", "2026-11-24"),
        ("yesterday", "2026-11-23"),
        ("Yesterday 15:30", "2026-11-23T15:30"),
        ("yesterday at 9:05", "2026-11-23T9:05"),
        ("15:30", "2026-11-24T15:30"),
        ("20.11.2026", "2026-11-20"),
        ("20/11/2026 15:30", "2026-11-20T15:30"),
        ("11/20/2026", "2026-11-20"),
        ("3.3.2026", "2026-03-03"),
        ("now", "2026-11-24T22:30:00+00:00"),
        ("2026-11-20T15:30+01:00", "2026-11-20T15:30+01:00"),
        ("3 days ago 10:00", "2026-11-21T10:00"),
        ("last Friday 3pm", "2026-11-20T15:00"),
        ("gestern 15:30", "2026-11-23T15:30"),
        ("hace 2 días", "2026-11-22"),
        ("2 hrs ago", "2026-11-24T21:30"),
        ("20261120", "20261120"),
    ],
)
def test_times_as_people_type_them(typed: str, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative days are those of the zone; what isn't understood is left for the checks."""
    monkeypatch.setenv("TZ", "UTC")
    made = read_when(typed, BERLIN, lambda: NOW)
    assert datetime.fromisoformat(made) == NOW if typed == "now" else made == read


def test_what_was_agreed_is_ahead() -> None:
    """`Friday` of a call that was is the last one, of one that is asked for the next."""
    assert read_when("Friday 14:00", BERLIN, lambda: NOW) == "2026-11-20T14:00"
    assert read_when("Friday 14:00", BERLIN, lambda: NOW, "--callback-at") == "2026-11-27T14:00"


def test_today_is_that_of_the_zone() -> None:
    """Late in the evening in Berlin it is tomorrow in Auckland."""
    assert read_when("today", "Pacific/Auckland", lambda: NOW) == "2026-11-25"


def test_other_times_are_read_alike(url: str) -> None:
    """A promised decision or a callback may be typed as loosely, and its option is named where it can't be read."""
    one = track_interview(url, "ana", at="2026-11-20 10:00", time_zone=BERLIN, decision_promised_at="30.11.2026").id
    track_contact(url, one, channel="call", callback_at="tomorrow 9:30", clock=lambda: NOW)
    log = read_store_log(url)
    assert log.interviews["decision_promised_at"].item() == datetime(2026, 11, 29, 23, tzinfo=UTC)
    assert log.contacts["callback_at"].item() == datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    with pytest.raises(UsageError, match=r"--decision-promised-at: '1\.12\.2026' may be 2026-12-01 or 2026-01-12"):
        track_correct(url, one, decision_promised_at="1.12.2026")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-02-30", "no such day"),
        ("31.2.2026 10:00", "no such day"),
        ("0/11/2026", "no such day"),
        ("40/40/2026", "no such day"),
        ("03/04/2026", "may be 2026-04-03 or 2026-03-04"),
        ("last week", "'last week' is not a day"),
        ("yesterday at 3", "may be 03:00 or 15:00"),
    ],
)
def test_days_that_are_none_or_two(typed: str, words: str) -> None:
    """A day that doesn't exist, or may be read in two ways, is refused in a sentence."""
    with pytest.raises(UsageError, match=words):
        read_when(typed, BERLIN, lambda: NOW)


def test_without_a_zone_the_option_is_named(url: str) -> None:
    """On an empty store the sentence names --time-zone, not a file that the person never saw."""
    with pytest.raises(UsageError, match="--time-zone Europe/Berlin") as refusal:
        track_interview(url, "ana", at="2026-11-20 10:00")
    assert "log.toml" not in str(refusal.value)


@pytest.mark.parametrize(
    ("channel", "stored"),
    [
        ("Call", "phone"),
        ("e-mail", "email"),
        ("mail", "email"),
        ("card", "letter"),
        ("vm", "voicemail"),
        ("SMS", "text"),
    ],
)
def test_common_words_for_channels(url: str, channel: str, stored: str) -> None:
    """Words that mean one channel and nothing else are taken; defaults follow the channel that they mean."""
    one = track_interview(url, "ana", at="2026-11-20T10:00+01:00").id
    track_contact(url, one, channel=channel, direction="out")
    row = read_store_log(url).contacts.row(0, named=True)
    assert row["channel"] == stored
    assert row["party"] == ("none" if stored in ("email", "letter", "text") else None)


def test_other_words_are_quoted_as_typed(url: str) -> None:
    """What is not known is shown as it was typed, with what may have been meant."""
    one = track_interview(url, "ana", at="2026-11-20T10:00+01:00").id
    with pytest.raises(UsageError, match="'Tele-Fax' is not known here"):
        track_contact(url, one, channel="Tele-Fax")
    with pytest.raises(UsageError, match="'Hired' is not known here; did you mean offer"):
        track_outcome(url, one, "Hired")
    with pytest.raises(UsageError, match="did you mean voicemail"):
        track_contact(url, one, channel="voicmail")


# --------------------------------------------------------------------------------------------------------- doubts


def _at(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


def _interview(url: str, applicant: str = "ana", hours: float = -100, **fields: object) -> tuple[str, tuple[str, ...]]:
    entry = track_interview(url, applicant, at=_at(hours), clock=lambda: NOW, **fields)
    return entry.id, entry.doubts


def test_a_call_entered_twice_is_doubted(url: str) -> None:
    """The same direction and channel within ten minutes is stored, and the sentence names the other one."""
    one, _ = _interview(url)
    first = track_contact(url, one, channel="phone", direction="inbound", at=_at(-5), clock=lambda: NOW)
    again = track_contact(url, one, channel="phone", direction="inbound", at=_at(-5.08), clock=lambda: NOW)
    assert first.doubts == ()
    assert first.id in again.doubts[0]
    for other in ({"channel": "email", "direction": "inbound"}, {"channel": "phone"}):
        assert track_contact(url, one, at=_at(-5), clock=lambda: NOW, **other).doubts == ()
    assert track_contact(url, one, channel="phone", direction="inbound", at=_at(-4), clock=lambda: NOW).doubts == ()
    assert read_store_log(url).contacts.height == 5


def test_the_same_interview_twice_is_doubted(url: str) -> None:
    """One applicant, one employer, one time."""
    one, doubts = _interview(url, employer="Acme")
    assert doubts == ()
    assert one in _interview(url, employer="acme", hours=-100.1)[1][0]
    assert _interview(url, employer="Mill")[1] == ()
    assert _interview(url, employer="Acme", applicant="ben")[1] == ()


def test_an_applicant_in_other_capitals_is_doubted(url: str) -> None:
    """`Anna` beside `anna` is probably one person; her own second interview is no doubt."""
    _interview(url, "anna")
    assert "capitals" in _interview(url, "Anna", hours=-50)[1][0]
    assert _interview(url, "Anna", hours=-10)[1] == ()
    with pytest.raises(UsageError, match="capitals or blanks"):
        track_forget(url, "ANNA")


def test_dates_ahead_and_before_the_interview_are_doubted(url: str) -> None:
    """They are stored, and the sentence says what they don't count for."""
    one, doubts = _interview(url, hours=48)
    assert doubts == ()
    assert "future" in track_contact(url, one, channel="phone", at=_at(90), clock=lambda: NOW).doubts[0]
    assert "no attempt" in track_contact(url, one, channel="phone", at=_at(-1), clock=lambda: NOW).doubts[0]
    assert "future" in track_outcome(url, one, "offer", at=_at(90), clock=lambda: NOW).doubts[0]
    assert "before the interview" in track_outcome(url, one, "offer", at=_at(-1), clock=lambda: NOW).doubts[0]


def test_a_phone_log_names_calls_that_were_entered_by_hand() -> None:
    """A few minutes off, the same interview, direction and channel: said, never merged."""

    def contacts(*rows: tuple[str, str, str, int]) -> pl.DataFrame:
        names = ["contact_id", "interview_id", "direction", "minute"]
        frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(channel=pl.lit("phone"))
        return frame.select(pl.exclude("minute"), at=pl.lit(NOW) + pl.duration(minutes=pl.col("minute")))

    came = contacts(("call-1", "i", "inbound", 5), ("call-2", "i", "inbound", 60))
    held = contacts(
        ("ct-aaaaa", "i", "inbound", 0), ("ct-bbbbb", "i", "outbound", 5), ("ct-ccccc", "j", "inbound", 5),
        ("office-1", "i", "inbound", 3), ("ct-ddddd", "i", "inbound", 60),
    )  # fmt: skip
    (note,) = entered_by_hand(came, held)
    assert (note.n, note.text.rpartition(": ")[2]) == (1, "ct-aaaaa")
    assert entered_by_hand(came, held.clear()) == ()


@pytest.mark.parametrize(
    ("typed", "option", "read"),
    [
        ("20.11.", "--at", "2026-11-20"),
        ("20.12.", "--callback-at", "2026-12-20"),
        ("11/16", "--at", "2026-11-16"),
        ("Fr 27.11. 10 Uhr", "--callback-at", "2026-11-27T10:00"),
        ("fri 27 nov 10am", "--callback-at", "2026-11-27T10:00"),
        ("tuesday 1 at 10am", "--callback-at", "2026-12-01T10:00"),
        ("next week", "--callback-at", "2026-11-30"),
        ("next week", "--decision-promised-at", "2026-12-04"),
        ("end of next week", "--callback-at", "2026-12-03"),
        ("end of next week", "--decision-promised-at", "2026-12-04"),
        ("Ende nächster Woche", "--reply-by", "2026-12-04"),
        ("la próxima semana", "--snoozed-until", "2026-11-30"),
        ("end of the month", "--decision-promised-at", "2026-11-30"),
        ("in a fortnight", "--snoozed-until", "2026-12-08"),
        ("in two weeks", "--callback-at", "2026-12-08"),
        ("tomorrow morning", "--callback-at", "2026-11-25"),
        ("Thursday am", "--callback-at", "2026-11-26"),
        ("half past 2pm", "--at", None),
        ("week of 30 november", "--callback-at", None),
        ("next month", "--decision-promised-at", None),
        ("next week", "--at", None),
        ("fri 28 nov", "--callback-at", None),
        ("8.10", "--callback-at", None),
    ],
)
def test_days_in_figures_and_spans_of_days(typed: str, option: str, read: str | None) -> None:
    """A call is welcome from the first working day of a span on, word is due by its last; the rest is asked back."""
    if read is not None:
        assert read_when(typed, BERLIN, lambda: NOW, option) == read
    else:
        with pytest.raises(UsageError, match=r"write it|correct one"):
            read_when(typed, BERLIN, lambda: NOW, option)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("after xmas", "2026-12-28"), ("after christmas", "2026-12-28"), ("nach weihnachten", "2026-12-28"),
        ("después de navidad", "2026-12-28"), ("after new year", "2027-01-04"), ("after the holidays", "2027-01-04"),
        ("nach den feiertagen", "2027-01-04"), ("before xmas", "2026-12-23"), ("after easter", "2027-03-30"),
        ("2 weeks", "2026-12-14"), ("10 days", "2026-12-10"), ("zwei wochen", "2026-12-14"),
        ("una semana", "2026-12-07"),
        ("after the weekend", "2026-12-07"), ("nach dem wochenende", "2026-12-07"),
    ],
)  # fmt: skip
def test_a_step_is_put_off_by_feasts_and_lengths_of_time(words: str, day: str) -> None:
    """What coaches say for a day to come is read from the day on which it is said, here a Monday in November."""
    monday = datetime(2026, 11, 30, 10, tzinfo=UTC)
    assert read_when(words, "UTC", lambda: monday, "--snoozed-until") == day


def test_near_days_are_those_of_the_library() -> None:
    """Days that are read without loading the library are the ones that it finds, on each day of a week."""
    from followup_analytics.track import spoken

    names = ("today", "yesterday", "tomorrow", "monday", "tuesday", "thursday", "sunday")
    for step in range(7):
        now = datetime(2026, 12, 28, 14, tzinfo=UTC) + timedelta(days=step)
        for name in (one for one in names if one != f"{now:%A}".lower()):
            for ahead in (True, False):
                wanted = spoken._parsed(name, now, ahead=ahead)
                assert wanted is not None
                assert spoken._near_day(name, now.date(), ahead=ahead) == wanted.date()
