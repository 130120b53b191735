"""What a hurried line is read as, in a few words, in a store of ten clients; for the table of `test_hurried_lines`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from followup_analytics.errors import UsageError
from followup_analytics.store import Store, open_store
from followup_analytics.track import track_employer, track_interview, track_log, track_person, track_undo
from followup_analytics.track.quick import UnsureReadingError

ZONE = ZoneInfo("America/Chicago")
#: A Wednesday.
NOW = datetime(2026, 11, 18, 16, 30, tzinfo=ZONE).astimezone(UTC)
#: Invented people, by whose first name lines call them, and where they were interviewed.
CLIENTS = (
    ("sara", "Sara Lindqvist", "Acme"), ("ben", "Ben Bosch", "Globex"), ("amy", "Amy Chen", "Initech"),
    ("tom", "Tom O'Brien", "Northwind Traders"), ("maria", "Maria Santos", "Umbrella"),
    ("priya", "Priya Nair", "Lee & Partners"), ("luis", "Luis Ortega", "Blue Harbor Bank"),
    ("jonas", "Jonas Weber", "Stadtwerke Halle"), ("kate", "Kate Müller", "Hotel Adler"), ("dan", "Dan Kim", "Contoso"),
)  # fmt: skip
_BESIDE = (
    "callback_at", "call_promised_at", "reply_by", "decision_promised_at", "duration_s", "tone", "asked_status",
    "asked_timeline", "wants_answer", "automatic",
)  # fmt: skip


def made_store(url: str) -> str:
    """The store of these clients; the contact book names a person of Globex."""
    for who, name, employer in CLIENTS:
        track_interview(
            url, who, employer=employer, at="2026-11-10T10:00", time_zone="America/Chicago", clock=lambda: NOW
        )
        track_person(url, who, name=name)
    track_employer(url, "Globex", person="Ms Tilda Weiss")
    return url


def reading(url: str, line: str) -> str:
    """What a line is stored as (and taken back again); `? ...` what is asked, `!` that it is refused."""
    try:
        entry = track_log(url, line, clock=lambda: NOW)
    except UnsureReadingError as unsure:
        return f"? {_without_id(unsure.told)}"
    except UsageError:
        return "!"
    store = open_store(url)
    found = _told(store, entry.id, str(entry.interview_id))
    track_undo(url, clock=lambda: NOW)
    return found


def _without_id(told: str) -> str:
    before, bracket, after = told.partition(" of iv-")
    return f"{before} of {after[6:]}" if bracket else told


def _told(store: Store, key: str, interview: str) -> str:
    about = store.find("interviews", [interview]).row(0, named=True)
    contacts = store.find("contacts", [key])
    if contacts.height:
        row = {**contacts.row(0, named=True), "decision_promised_at": about["decision_promised_at"]}
        direction = "in" if row["direction"] == "inbound" else "out"
        words = [f"{about['employer']}:", direction, row["channel"], row["party"] or "", _when(row, "at")]
        words += ["thank-you"] if row["purpose"] == "thank_you" else []
        return " ".join(word for word in [*words, *_beside(row)] if word)
    earlier = about["previous_interview_id"]
    ended = store.find("outcomes", [earlier or interview])
    if not ended.height:
        return f"{about['employer']}: interview {_when(about, 'interviewed_at')}"
    row = ended.row(0, named=True)
    coming = f", next round {_when(about, 'interviewed_at')}" if earlier else ""
    return f"{about['employer']}: {row['outcome']} {_when(row, 'decided_at')}{coming}"


def _beside(row: dict[str, object]) -> list[str]:
    found = []
    for name in _BESIDE:
        value = row[name]
        if value is not None:
            shown = _moment(value) if isinstance(value, datetime) else "" if value is True else f" {value}"
            found.append(f"{name.removesuffix('_at')}{' ' + shown if isinstance(value, datetime) else shown}")
    return found


def _when(row: dict[str, object], clock: str) -> str:
    moment = row[clock]
    assert isinstance(moment, datetime)
    if row["at_precision"] == "day":
        return f"{moment.astimezone(ZONE):%m-%d}"
    return "now" if moment == NOW else _moment(moment)


def _moment(moment: datetime) -> str:
    local = moment.astimezone(ZONE)
    return f"{local:%m-%d}" if local.hour == local.minute == 0 else f"{local:%m-%d %H:%M}"
