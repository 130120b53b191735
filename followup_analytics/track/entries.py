"""Recording, taking back and forgetting: each function does one command of `followup track`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.schema import CONTACTS, INTERVIEWS, OUTCOME_TABLE, WRITTEN_CHANNELS
from followup_analytics.store import KEY_MARK, open_store, store_exists
from followup_analytics.text import counted
from followup_analytics.track.checking import checked_entry, new_id, require_interview, require_zone, spelled
from followup_analytics.track.times import Clock, is_early, moment_of, now_as_text, zone_frame, zone_of

if TYPE_CHECKING:
    from followup_analytics.store import Transaction

_TRACKED = "tracked"


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
    require_zone(time_zone)
    row = {**fields, "interview_id": "iv-", "applicant_id": applicant}
    if not store_exists(url):
        # A slip in the very first entry must not leave an empty store behind.
        checked_entry(INTERVIEWS, row | {"interviewed_at": at or now_as_text(clock)}, time_zone, None)
    store = open_store(url, create=True, clock=clock)
    if fields.get("previous_interview_id") is not None:
        require_interview(store, str(fields["previous_interview_id"]))
    interview_id = new_id(store, "iv-", "interviews")
    row |= {"interview_id": interview_id, "interviewed_at": at or now_as_text(store.now)}
    checked = checked_entry(INTERVIEWS, row, time_zone or store.setting("time_zone"), None)
    pseudonyms = store.pseudonyms()
    frame = checked.with_columns(applicant_id=pl.lit(pseudonyms.applicant(applicant)))
    with store.transaction("track", kind="track") as transaction:
        transaction.add("interviews", frame, anew=True)
        _settle(transaction, "interviews", interview_id, time_zone)
        transaction.set(KEY_MARK, pseudonyms.fingerprint)
    when = moment_of(frame, "interviewed_at", frame["_zone"][0])
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
    require_zone(time_zone)
    store = open_store(url, write=True, clock=clock)
    about = require_interview(store, interview)
    contact_id = new_id(store, "ct-", "contacts")
    row = {
        **fields,
        "contact_id": contact_id,
        "interview_id": interview,
        "at": at or now_as_text(store.now),
        "direction": direction,
        "channel": channel,
        "party": party or ("none" if spelled(channel) in WRITTEN_CHANNELS else None),
        "purpose": purpose or ("answer" if spelled(direction) == "inbound" else "follow_up"),
    }
    zone = zone_of(store, about, time_zone)
    frame = checked_entry(CONTACTS, row, time_zone, zone_frame(about, zone))
    with store.transaction("track", kind="track") as transaction:
        transaction.add("contacts", frame)
        _settle(transaction, "contacts", contact_id, time_zone)
    note = " It lies before the interview, so it counts as no attempt." if is_early(frame, about, zone) else ""
    said = f"{frame['direction'][0]} {frame['channel'][0].replace('_', ' ')} {contact_id}"
    return Entry(contact_id, interview, f"Stored {said} of interview {interview}{moment_of(frame, 'at', zone)}.{note}")


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
    require_zone(time_zone)
    store = open_store(url, write=True, clock=clock)
    about = require_interview(store, interview)
    row = {"interview_id": interview, "outcome": outcome, "decided_at": at or now_as_text(store.now)}
    zone = zone_of(store, about, time_zone)
    frame = checked_entry(OUTCOME_TABLE, row, time_zone, zone_frame(about, zone))
    with store.transaction("track", kind="track") as transaction:
        counts = transaction.add("outcomes", frame)
        if counts.accepted:
            _settle(transaction, "outcomes", interview, time_zone)
    said = f"{frame['outcome'][0]} of interview {interview}{moment_of(frame, 'decided_at', zone)}"
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


def _settle(transaction: Transaction, table_name: str, key: str, time_zone: str | None) -> None:
    """What every entry leaves behind: its line in the journal, and that this store is written day by day."""
    from followup_analytics.store.journal import note_entry

    note_entry(transaction, table_name, key)
    if transaction.setting(_TRACKED) is None:
        transaction.set(_TRACKED, "true")
    if time_zone is not None and transaction.setting("time_zone") is None:
        transaction.set("time_zone", time_zone)
