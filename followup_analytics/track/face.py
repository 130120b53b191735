"""A store as people work with it: what is entered day by day, what stands in it, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.store import open_store as open_place
from followup_analytics.track.corrections import track_correct, track_reassign, track_snooze
from followup_analytics.track.entries import track_contact, track_interview, track_outcome
from followup_analytics.track.entry import Entry
from followup_analytics.track.history import track_history
from followup_analytics.track.people import track_employer, track_person
from followup_analytics.track.quick import track_log
from followup_analytics.track.removal import holdings, ids_of, track_forget, track_undo

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.store import Store
    from followup_analytics.store.verifying import Check

Clock = Callable[[], datetime]


class OfficeStore:
    """A store of an office. `open_store` gives one; threads may share it, since each piece of work has a connection.

    Every entry gives an `Entry`: the id, the interview that it is about, a sentence, and doubts. Wherever `interview`
    is asked for, an id goes, or what fits one open interview: a typed applicant id, a name of the contact book, an
    employer, or `who/employer`. Times are ISO 8601 with or without offset, dates, or words: `yesterday 15:30`.

    Example:
        >>> store = open_store("sqlite:///office.db", create=True)
        >>> type(store).__name__
        'OfficeStore'
        >>> made = store.interview("ada", employer="Acme", at="2026-03-02T10:00+01:00")
        >>> store.person("ada", name="Ada Berg").id
        'ada'
        >>> store.snooze("ada berg", "2090-01-04").interview_id == made.id
        True
        >>> all(check.ok for check in store.verify())
        True
        >>> len(store.read().interviews)
        1
    """

    def __init__(
        self,
        url: str,
        *,
        create: bool = False,
        write: bool = False,
        wait_seconds: float = 10.0,
        clock: Clock | None = None,
        coach: str | None = None,
    ) -> None:
        """Nothing is opened yet; see `open_store` for what the parameters mean.

        coach: the interviews of this coach alone (column `coach`) are found and written to, and new ones are the
        coach's; the last entry of all and the last ingest can't be taken back then.
        """
        self._url, self._coach = url, coach
        self._manner: dict[str, Any] = {"create": create, "write": write, "wait_seconds": wait_seconds, "clock": clock}
        self._clock = clock

    def __repr__(self) -> str:
        from followup_analytics.store.address import parse_address

        return f"<OfficeStore {parse_address(self._url).shown}>"

    @cached_property
    def rows(self) -> Store:
        """The rows themselves, their history and settings, which the package reads and ingests; opened on first use."""
        opened = open_place(self._url, **self._manner)
        opened.coach = self._coach
        return opened

    # --------------------------------------------------------------------------------------------------- entries

    def interview(
        self,
        applicant: str,
        *,
        at: str | None = None,
        employer: str | None = None,
        time_zone: str | None = None,
        **columns: Any,
    ) -> Entry:
        """Record an interview, in a store that is made by it where there is none and `create` allows it.

        applicant: the id as people know it; its pseudonym is stored. at: when it took place, now by default.
        columns: further ones of the table of interviews, such as `coach` or `decision_promised_at`.
        Raises UsageError for a value that the log doesn't take.
        """
        place = self._place_of_first_entry()
        return track_interview(
            place, applicant, at=at, time_zone=time_zone, clock=self._clock, **_given(employer=employer), **columns
        )

    def contact(
        self,
        interview: str,
        *,
        channel: str,
        direction: str = "outbound",
        party: str | None = None,
        purpose: str | None = None,
        at: str | None = None,
        time_zone: str | None = None,
        **columns: Any,
    ) -> Entry:
        """Record a call, message or visit in either direction.

        columns: further ones of the table of contacts, such as `callback_at`, and what was learned of the interview
        in it: `decision_promised_at`, `do_not_contact`.
        Raises UsageError for an interview that isn't there or a value that the log doesn't take.
        """
        return track_contact(
            self.rows, interview, channel=channel, direction=direction, party=party, purpose=purpose, at=at,
            time_zone=time_zone, **columns,
        )  # fmt: skip

    def outcome(self, interview: str, outcome: str, *, at: str | None = None, time_zone: str | None = None) -> Entry:
        """Record how a story ended: advanced, offer, rejected, filled or withdrawn."""
        return track_outcome(self.rows, interview, outcome, at=at, time_zone=time_zone)

    def log(self, text: str, *, interview: str | None = None, accept: bool = False) -> Entry:
        """Record what a line says, as `followup log` does: `ben bosch left voicemail yesterday 3pm`.

        interview: the one that is meant, where the text alone fits several. accept: store the nearest reading of a
        line that may be meant otherwise. Raises UsageError for what isn't understood, AmbiguousInterviewError, with the
        `stories` that fit, where there are several, and UnsureReadingError, with the nearest reading, where it may be
        meant otherwise.
        """
        return track_log(self.rows, text, interview=interview, accept=accept)

    def correct(
        self,
        key: str,
        *,
        at: str | None = None,
        time_zone: str | None = None,
        clear: Collection[str] = (),
        **columns: Any,
    ) -> Entry:
        """Correct a contact, an interview or (with `outcome`) how it ended; what was there stays in the history."""
        return track_correct(self.rows, key, at=at, time_zone=time_zone, clear=clear, **columns)

    def undo(self, key: str | None = None, *, ingest: bool = False) -> Entry:
        """Take back the last entry, the last one about a contact or interview, or the last file that was ingested."""
        return track_undo(self.rows, key, ingest=ingest)

    def snooze(self, interview: str, until: str, *, time_zone: str | None = None) -> Entry:
        """Put an interview's next step off until a day."""
        return track_snooze(self.rows, interview, until, time_zone=time_zone)

    def reassign(self, coach: str, to: str, *, client: str | None = None) -> Entry:
        """Hand the open interviews of one coach to another, all of them or one client's."""
        return track_reassign(self.rows, coach, to, client=client)

    # ----------------------------------------------------------------------------------------------------- people

    def person(
        self,
        applicant: str,
        *,
        name: str | None = None,
        phone: str | None = None,
        email: str | None = None,
        address: str | None = None,
        note: str | None = None,
    ) -> Entry:
        """Write into the contact book what is known of a person; an empty text takes a field out, None leaves it."""
        return track_person(self.rows, applicant, name=name, phone=phone, email=email, address=address, note=note)

    def employer(
        self,
        employer: str,
        *,
        person: str | None = None,
        phone: str | None = None,
        email: str | None = None,
        address: str | None = None,
        note: str | None = None,
    ) -> Entry:
        """Write into the contact book whom to ask for at an employer (`person`), and how to reach it."""
        return track_employer(self.rows, employer, person=person, phone=phone, email=email, address=address, note=note)

    def forget(self, applicant: str, *, certificate: Path | None = None) -> Entry:
        """Erase an applicant and every copy of what was recorded, for good. certificate: a file that says so."""
        return track_forget(self.rows, applicant, certificate=certificate)

    def holdings(self, applicant: str) -> str | None:
        """What is stored about an applicant, in words; None where nothing is."""
        return holdings(self.rows, applicant)

    def ids_of(self, applicant: str) -> tuple[str, ...]:
        """The ids under which the store has an applicant. Raises UsageError where it has none."""
        return ids_of(self.rows, applicant)

    # ----------------------------------------------------------------------------------------------- what there is

    def history(self, interview: str) -> tuple[str, ...]:
        """All that was recorded about an interview, as lines; also what was replaced or taken back."""
        return track_history(self.rows, interview)

    def read(self, *, as_of: date | datetime | str | None = None, time_zone: str | None = None) -> FollowUpLog:
        """The log that the store holds, for any analysis; as_of: as it was known on that day.

        Raises DataError where it holds no interviews.
        """
        from followup_analytics.store.logs import read_store_log

        return read_store_log(self.rows.address.url, time_zone=time_zone, as_of=as_of)

    def sizes(self) -> dict[str, int]:
        """How many interviews, applicants with an interview, and contacts there are."""
        return self.rows.sizes()

    def verify(self) -> tuple[Check, ...]:
        """Look the store over: file, links, contents, history, journal, settings, key, contact book."""
        from followup_analytics.store.verifying import verify

        return verify(self.rows)

    def _place_of_first_entry(self) -> str | Store:
        """The URL while nothing was opened: a slip in the very first entry must not leave an empty store behind."""
        first = "rows" not in self.__dict__ and self._manner["create"] and self._coach is None
        return self._url if first else self.rows


def open_store(
    url: str,
    *,
    create: bool = False,
    write: bool = False,
    wait_seconds: float = 10.0,
    clock: Clock | None = None,
) -> OfficeStore:
    """Open the store at a URL: for reading, with `write` for entries too, with `create` also where there is none yet.

    url: `sqlite:///followup.db` or `postgresql://user@host/database`. wait_seconds: how long to wait for another
    writer. clock: gives the moment of recording (aware); now by default. Threads may share what is given back.
    Raises UnreadableError when there is none, it can't be reached, is locked, foreign or newer than this version;
    MissingExtraError for PostgreSQL without its driver; UsageError for a URL that is no store's.

    Example:
        >>> store = open_store("sqlite:///own.db", create=True)
        >>> entry = store.interview("ada", employer="Acme", at="2026-03-02T10:00+01:00", time_zone="Europe/Berlin")
        >>> call = store.contact("ada/acme", channel="phone", party="receptionist", at="2026-03-05 09:30")
        >>> store.log("ada acme left voicemail", interview=entry.id).interview_id == entry.id
        True
        >>> store.undo().sentence.startswith("Took back contact")
        True
        >>> store.sizes()
        {'interviews': 1, 'applicants': 1, 'contacts': 1}
        >>> store.outcome(entry.id, "offer", at="2026-03-06").id == entry.id
        True
        >>> len(store.history(entry.id))
        4
    """
    opened = OfficeStore(url, create=create, write=write, wait_seconds=wait_seconds, clock=clock)
    _ = opened.rows
    return opened


def _given(**columns: Any) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if value is not None}
