"""Recording what happened, one entry at a time: the commands of `followup track`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics import clock
from followup_analytics.checks import CheckedTable, check_table
from followup_analytics.errors import UsageError
from followup_analytics.schema import CONTACTS, INTERVIEWS, OUTCOME_TABLE, TABLES, WRITTEN_CHANNELS, Table
from followup_analytics.store import KEY_MARK, open_store, store_exists
from followup_analytics.text import counted, nearest

if TYPE_CHECKING:
    from followup_analytics.store import Store, Transaction

#: Letters and digits that nobody mistakes for one another; five of them make 28 million ids.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_LENGTH = 5
_TRACKED = "tracked"

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Entry:
    """One thing done to a store: the id for stdout, the interview it is about, and a sentence for stderr."""

    id: str
    interview_id: str | None
    sentence: str


# --------------------------------------------------------------------------------------------------------- entries


def track_interview(
    url: str,
    applicant: str,
    *,
    at: str | None = None,
    time_zone: str | None = None,
    clock: Clock | None = None,
    **fields: Any,
) -> Entry:
    """Record an interview; the store is made on first use.

    applicant: the applicant's id as people know it; its pseudonym is stored. at: when it took place, now by default; a
    time without offset is read in the interview's `time_zone` field, else in time_zone, else in the store's zone.
    time_zone: also becomes the store's zone where it has none. fields: further columns of the interviews table.
    Raises UsageError for a value that the log doesn't take, UnreadableError for a store that can't be used.
    """
    applicant = applicant.strip()
    if not applicant:
        raise UsageError("--applicant is empty; give the applicant's id.")
    _require_zone(time_zone)
    row = {**fields, "interview_id": "iv-", "applicant_id": applicant}
    if not store_exists(url):
        # A slip in the very first entry must not leave an empty store behind.
        _checked(INTERVIEWS, row | {"interviewed_at": at or _now(clock)}, time_zone, None)
    store = open_store(url, create=True, clock=clock)
    if fields.get("previous_interview_id") is not None:
        _require_interview(store, str(fields["previous_interview_id"]))
    interview_id = _new_id(store, "iv-", "interviews")
    row |= {"interview_id": interview_id, "interviewed_at": at or _now(store.now)}
    checked = _checked(INTERVIEWS, row, time_zone or store.setting("time_zone"), None)
    pseudonyms = store.pseudonyms()
    frame = checked.with_columns(applicant_id=pl.lit(pseudonyms.applicant(applicant)))
    with store.transaction("track", kind="track") as transaction:
        transaction.add("interviews", frame, anew=True)
        _settle(transaction, "interviews", interview_id, time_zone)
        transaction.set(KEY_MARK, pseudonyms.fingerprint)
    when = _moment(frame, "interviewed_at", frame["_zone"][0])
    return Entry(interview_id, interview_id, f"Stored interview {interview_id}{when}.")


def track_contact(
    url: str,
    interview: str,
    *,
    channel: str,
    direction: str = "outbound",
    party: str | None = None,
    purpose: str | None = None,
    at: str | None = None,
    time_zone: str | None = None,
    clock: Clock | None = None,
    **fields: Any,
) -> Entry:
    """Record one touch of an interview.

    interview: its id. party: none by default for written channels, else not recorded. purpose: follow_up by default,
    answer when inbound. at: now by default; without offset it is
    read in the interview's zone. fields: further columns of the contacts table.
    Raises UsageError for an interview that is not in the store or a value that the log doesn't take.
    """
    _require_zone(time_zone)
    store = open_store(url, write=True, clock=clock)
    about = _require_interview(store, interview)
    contact_id = _new_id(store, "ct-", "contacts")
    row = {
        **fields,
        "contact_id": contact_id,
        "interview_id": interview,
        "at": at or _now(store.now),
        "direction": direction,
        "channel": channel,
        "party": party or ("none" if _spelled(channel) in WRITTEN_CHANNELS else None),
        "purpose": purpose or ("answer" if _spelled(direction) == "inbound" else "follow_up"),
    }
    zone = _zone(store, about, time_zone)
    frame = _checked(CONTACTS, row, time_zone, _zones(about, zone))
    with store.transaction("track", kind="track") as transaction:
        transaction.add("contacts", frame)
        _settle(transaction, "contacts", contact_id, time_zone)
    note = " It lies before the interview, so it counts as no attempt." if _is_early(frame, about, zone) else ""
    said = f"{frame['direction'][0]} {frame['channel'][0].replace('_', ' ')} {contact_id}"
    return Entry(contact_id, interview, f"Stored {said} of interview {interview}{_moment(frame, 'at', zone)}.{note}")


def track_outcome(
    url: str,
    interview: str,
    outcome: str,
    *,
    at: str | None = None,
    time_zone: str | None = None,
    clock: Clock | None = None,
) -> Entry:
    """Record how an interview's story ended; an earlier outcome is replaced and stays in the history.

    outcome: advanced, offer, rejected, filled or withdrawn. at, errors: as in `track_contact`.
    """
    _require_zone(time_zone)
    store = open_store(url, write=True, clock=clock)
    about = _require_interview(store, interview)
    row = {"interview_id": interview, "outcome": outcome, "decided_at": at or _now(store.now)}
    zone = _zone(store, about, time_zone)
    frame = _checked(OUTCOME_TABLE, row, time_zone, _zones(about, zone))
    with store.transaction("track", kind="track") as transaction:
        counts = transaction.add("outcomes", frame)
        if counts.accepted:
            _settle(transaction, "outcomes", interview, time_zone)
    said = f"{frame['outcome'][0]} of interview {interview}{_moment(frame, 'decided_at', zone)}"
    tail = "; it replaces the earlier one" if counts.new_versions else "" if counts.accepted else ", already known"
    return Entry(interview, interview, f"Stored outcome {said}{tail}.")


def track_undo(url: str, *, clock: Clock | None = None) -> Entry:
    """Take back the last entry of any kind that was not taken back yet; it stays in the history.

    The id is that of the contact or interview, of an outcome its interview's. Raises UsageError when there is none.
    """
    from followup_analytics.store.journal import undo_last

    undone = undo_last(open_store(url, write=True, clock=clock))
    what = {"outcomes": "the outcome of interview", "contacts": "contact", "interviews": "interview"}[undone.table_name]
    tail = "; what it had replaced is in force again" if undone.restored else ""
    return Entry(undone.key, None, f"Took back {what} {undone.key}{tail}.")


def track_forget(url: str, applicant: str, *, clock: Clock | None = None) -> Entry:
    """Erase an applicant from the store and the papers beside it, for good.

    applicant: the id as people know it, or the pseudonym under which the store has it. Raises UsageError when the store
    has never had the applicant, UnreadableError when another program keeps the files from being rewritten.
    """
    from followup_analytics.store.erase import erase_applicant

    store = open_store(url, write=True, clock=clock)
    applicant = applicant.strip()
    erased = erase_applicant(store, {applicant, store.pseudonyms().applicant(applicant)} - {""})
    if not erased.known:
        raise UsageError(f"{store.address.shown}: there is no applicant of that id; nothing was erased.")
    parts = (
        f"Erased {counted(erased.interviews, 'interview')}, {counted(erased.contacts, 'contact')} and "
        f"{counted(erased.outcomes, 'outcome')}, with their history"
    )
    papers = f", and cleaned {counted(erased.papers, 'paper')} beside the store" if erased.papers else ""
    copies = " Copies and backups made outside the store, and a database server's own logs, are yours to erase."
    return Entry("", None, f"{parts}{papers}.{copies}")


# --------------------------------------------------------------------------------------------------------- history


def track_history(url: str, interview: str) -> tuple[str, ...]:
    """Everything recorded about an interview as lines, oldest event first, with what was replaced or taken back.

    Raises UsageError when the store has never had the interview.
    """
    from followup_analytics.store.journal import interview_history

    store = open_store(url)
    versions = interview_history(store, interview)
    if not versions["interviews"].height:
        _require_interview(store, interview)
    zone = _shown_zone(versions["interviews"], store.setting("time_zone"))
    lines = [
        (row[_CLOCK[name]], row["_recorded_at"], _line(name, row, zone))
        for name, frame in versions.items()
        for row in frame.iter_rows(named=True)
    ]
    return tuple(line for _, _, line in sorted(lines, key=lambda item: item[:2]))


_CLOCK = {"interviews": "interviewed_at", "contacts": "at", "outcomes": "decided_at"}
_HIDDEN = ("interview_id", "applicant_id", "contact_id", "direction", "channel", "outcome", "at_precision", "time_zone")


def _line(name: str, row: Mapping[str, Any], zone: str) -> str:
    at = row[_CLOCK[name]]
    when = f"{_local(at, zone):%Y-%m-%d}" if row["at_precision"] == "day" else _minute(at, zone)
    what = {
        "interviews": lambda: f"interview {row['interview_id']}",
        "contacts": lambda: f"{row['contact_id']} {row['direction']} {row['channel']}",
        "outcomes": lambda: f"outcome {row['outcome']}",
    }[name]()
    details = [
        f"{column.name}={_value(row[column.name], zone)}"
        for column in TABLES[name].columns
        if column.name not in (*_HIDDEN, _CLOCK[name]) and row[column.name] is not None
    ]
    ended = {None: "", "undo": "taken back"}.get(row["_ended_by"], "replaced")
    fate = f"; {ended} {_minute(row['_superseded_at'], zone)}" if ended else ""
    return "  ".join(
        [
            when,
            what,
            *([", ".join(details)] if details else []),
            f"(recorded {_minute(row['_recorded_at'], zone)}{fate})",
        ]
    )


def _value(value: Any, zone: str) -> str:
    if isinstance(value, datetime):
        return _minute(value, zone)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown_zone(interviews: pl.DataFrame, of_store: str | None) -> str:
    last = interviews.row(interviews.height - 1, named=True)
    return str(last["time_zone"] or of_store or last["_zone"] or "UTC")


def _local(at: datetime, zone: str) -> datetime:
    us = pl.Series([at], dtype=pl.Datetime("us", "UTC")).dt.epoch("us")
    local: datetime = clock.local_times(us, pl.Series([zone]))[0]
    return local


def _minute(at: datetime, zone: str) -> str:
    return f"{_local(at, zone):%Y-%m-%d %H:%M}"


# ----------------------------------------------------------------------------------------------------------- parts


def _settle(transaction: Transaction, table_name: str, key: str, time_zone: str | None) -> None:
    """What every entry leaves behind: its line in the journal, and that this store is written day by day."""
    from followup_analytics.store.journal import note_entry

    note_entry(transaction, table_name, key)
    if transaction.setting(_TRACKED) is None:
        transaction.set(_TRACKED, "true")
    if time_zone is not None and transaction.setting("time_zone") is None:
        transaction.set("time_zone", time_zone)


def _checked(table: Table, row: Mapping[str, Any], zone: str | None, zones: pl.DataFrame | None) -> pl.DataFrame:
    """One entry as a typed frame, by the same checks that files pass; the first broken rule as a UsageError."""
    unknown = [name for name in row if name not in table.names]
    if unknown:
        guess = nearest(unknown[0], table.names)
        raise UsageError(f"{table.name} have no column {unknown[0]!r}" + (f"; is {guess!r} meant?" if guess else "."))
    cells = {name: None if value is None else str(value) for name, value in row.items()}
    raw = pl.DataFrame({name: pl.Series([cell], dtype=pl.String) for name, cell in cells.items()})
    raw = raw.with_columns(pl.lit(None, pl.String).alias(name) for name in table.names if name not in cells)
    checked: CheckedTable = check_table(
        raw.with_columns(_row=pl.lit(2, pl.Int64)), table, file="", time_zone=zone, interview_zones=zones
    )
    problems = checked.problems(1)
    if problems:
        raise UsageError(f"{_option(table, problems[0].column)}: {problems[0].message}")
    return checked.frame


def _option(table: Table, column: str | None) -> str:
    """The option of `followup track` that gives a column."""
    if column == _CLOCK[table.name]:
        return "--at"
    if column == "applicant_id":
        return "--applicant"
    return "--" + (column or table.name).replace("_", "-")


def _require_zone(time_zone: str | None) -> None:
    if time_zone is not None and not clock.is_zone(time_zone):
        raise UsageError(f"the time zone {time_zone!r} is not known; give an IANA name such as Europe/Berlin.")


def _require_interview(store: Store, interview_id: str) -> pl.DataFrame:
    """The interview's row; UsageError with the nearest id where there is none."""
    found = store.find("interviews", [interview_id])
    if found.height:
        return found
    guess = nearest(interview_id, store.known_ids("interviews"))
    hint = f"; is {guess} meant?" if guess else "; `followup track STORE interview` records one."
    raise UsageError(f"{store.address.shown}: there is no interview {interview_id!r}{hint}")


def _zone(store: Store, about: pl.DataFrame, given: str | None) -> str | None:
    """The zone in which a time about an interview is read: its own, the one given, the store's, its written offset."""
    zone: str | None = about["time_zone"][0] or given or store.setting("time_zone") or about["_zone"][0]
    return zone


def _is_early(contact: pl.DataFrame, about: pl.DataFrame, zone: str | None) -> bool:
    """Whether a contact lies before its interview: by instants, by days where one of them is only a date."""
    at, start = contact["at"][0], about["interviewed_at"][0]
    if "day" in (contact["at_precision"][0], about["at_precision"][0]):
        return _local(at, zone or "UTC").date() < _local(start, zone or "UTC").date()
    return bool(at < start)


def _zones(about: pl.DataFrame, zone: str | None) -> pl.DataFrame:
    return pl.DataFrame({"interview_id": about["interview_id"], "_zone": pl.Series([zone], dtype=pl.String)})


def _now(now: Clock | None) -> str:
    """This moment with the computer's offset, so that the local day is known even without a zone."""
    moment = now() if now else datetime.now(UTC)
    return moment.astimezone().isoformat(timespec="seconds")


def _moment(frame: pl.DataFrame, name: str, zone: str | None) -> str:
    """When the entry's event was, in its zone, for the sentence."""
    if frame["at_precision"][0] == "day":
        return f", {_local(frame[name][0], zone or 'UTC'):%Y-%m-%d}"
    return f", {_minute(frame[name][0], zone or 'UTC')} ({zone or 'UTC'})"


def _spelled(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def _new_id(store: Store, prefix: str, table_name: str) -> str:
    """A short id that nothing in the store has, had, or had before it was forgotten."""
    while True:
        made = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        if not store.ever_had(table_name, made):
            return made
