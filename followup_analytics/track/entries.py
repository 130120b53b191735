"""Recording interviews, contacts and outcomes: each function does one command of `followup track`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.schema import CONTACTS, INTERVIEWS, OUTCOME_TABLE, WRITTEN_CHANNELS
from followup_analytics.log.zone_names import zone_given
from followup_analytics.store import KEY_MARK, store_exists
from followup_analytics.store.names import name_key
from followup_analytics.track.changing import changed_row, changes_in_words
from followup_analytics.track.checking import checked_entry, new_id, require_interview
from followup_analytics.track.doubts import doubts_of_contact, doubts_of_interview, doubts_of_outcome
from followup_analytics.track.entry import Entry, settle
from followup_analytics.track.finding import Finder, find_interview
from followup_analytics.track.people import keep_typed_name
from followup_analytics.track.places import opened
from followup_analytics.track.times import (
    Clock,
    moment_words,
    now_as_text,
    read_moments,
    read_when,
    with_offset,
    writers_zone,
    zone_frame,
    zone_of,
)
from followup_analytics.track.vocabulary import in_vocabulary

if TYPE_CHECKING:
    from followup_analytics.log.pseudonyms import Pseudonyms
    from followup_analytics.store import Store


def track_interview(
    place: str | Store,
    applicant: str,
    *,
    at: str | None = None,
    time_zone: str | None = None,
    clock: Clock | None = None,
    **fields: Any,
) -> Entry:
    """Record an interview; the store is made on first use.

    applicant: the applicant's id as people know it, or a whole name of the contact book; its pseudonym is stored.
    at: when it took place, now by default; a time without offset is read in the interview's `time_zone` field, else in
    time_zone, else in the store's zone.
    time_zone: also becomes the store's zone where it has none. fields: further columns of the interviews table.
    Raises UsageError for a value that the log doesn't take, UnreadableError for a store that can't be used.
    """
    applicant = applicant.strip()
    if not applicant:
        raise UsageError("--applicant is empty; give the applicant's id.")
    time_zone = zone_given(time_zone)
    if fields.get("time_zone") is not None:
        fields["time_zone"] = zone_given(str(fields["time_zone"]))
    own_zone = fields.get("time_zone") or time_zone

    def checked_as(interview_id: str, zone: str | None, now: Clock) -> pl.DataFrame:
        given = read_moments(INTERVIEWS, fields, own_zone or zone, now)
        row = {**given, "interview_id": interview_id, "applicant_id": applicant}
        return checked_entry(INTERVIEWS, row | {"interviewed_at": _when(at, own_zone or zone, now)}, zone, None)

    if isinstance(place, str) and not store_exists(place):
        # A slip in the very first entry must not leave an empty store behind.
        checked_as("iv-", time_zone, clock or _now)
    store = opened(place, create=True, clock=clock)
    if fields.get("previous_interview_id") is not None:
        fields["previous_interview_id"] = find_interview(store, str(fields["previous_interview_id"]))
        require_interview(store, fields["previous_interview_id"])
    if store.coach is not None:
        fields["coach"] = store.coach
    interview_id = new_id(store, "iv-", "interviews")
    checked = checked_as(interview_id, time_zone or store.checked_settings().time_zone, store.now)
    pseudonyms = store.pseudonyms()
    frame = checked.with_columns(applicant_id=pl.lit(_person(store, pseudonyms, applicant)))
    # The group is made from the id as it stands in the store, as for files.
    frame = frame.with_columns(applicant_buckets(frame["applicant_id"]))
    store.require_client(frame["applicant_id"][0])
    doubts = doubts_of_interview(store, frame, applicant, pseudonyms)
    with store.transaction("track", kind="track") as transaction:
        transaction.add("interviews", frame, anew=True)
        settle(transaction, "interviews", interview_id, time_zone)
        transaction.set(KEY_MARK, pseudonyms.fingerprint)
        keep_typed_name(store, pseudonyms, frame["applicant_id"][0], applicant)
    when = moment_words(frame, "interviewed_at", frame["_zone"][0])
    return Entry(interview_id, interview_id, f"Stored interview {interview_id}{when}.", doubts)


def _person(store: Store, pseudonyms: Pseudonyms, typed: str) -> str:
    """The pseudonym of an id; where nobody has it, of the one person of the contact book who has this name."""
    own = pseudonyms.applicant(typed)
    if store.find("interviews", [own], by="applicant_id").height:
        return own
    finder = Finder.of(store)
    called = [one for one, name in finder.book.names().items() if name_key(name) == name_key(typed)]
    if called and store.coach is not None:
        # Whom others look after a coach doesn't find by name.
        called = [one for one in called if one in {story.applicant_id for story in finder.stories}]
    return called[0] if len(called) == 1 else own


def track_contact(
    place: str | Store,
    interview: str,
    *,
    channel: str,
    direction: str = "outbound",
    party: str | None = None,
    purpose: str | None = None,
    at: str | None = None,
    time_zone: str | None = None,
    decision_promised_at: str | None = None,
    do_not_contact: bool | None = None,
    clock: Clock | None = None,
    **fields: Any,
) -> Entry:
    """Record one touch of an interview.

    interview: its id, or what fits one open interview (see `find_interview`). party: none by default for written
    channels, else not recorded. purpose: follow_up by default, answer when inbound. at: now by default; without
    offset it is read in the store's zone, as are the clocks of who enters it; what was agreed for a time ahead
    (callback_at, reply_by, decision_promised_at) is read in the interview's zone. decision_promised_at,
    do_not_contact: what was learned in it about the interview, which becomes a new version. fields: further columns
    of the contacts table.
    Raises UsageError for an interview that is not in the store or a value that the log doesn't take.
    """
    time_zone = zone_given(time_zone)
    store = opened(place, write=True, clock=clock)
    interview = find_interview(store, interview)
    about = require_interview(store, interview)
    zone, own = zone_of(store, about, time_zone), writers_zone(store, about, time_zone)
    contact_id = new_id(store, "ct-", "contacts")
    row = {
        **read_moments(CONTACTS, fields, zone, store.now),
        "contact_id": contact_id,
        "interview_id": interview,
        "at": with_offset(_when(at, own, store.now), own, zone),
        "direction": direction,
        "channel": channel,
        "party": party,
        "purpose": purpose,
    }
    frame = checked_entry(CONTACTS, _with_defaults(row), time_zone, zone_frame(about, zone))
    doubts = doubts_of_contact(store, frame, about, zone)
    learned = {"decision_promised_at": decision_promised_at, "do_not_contact": do_not_contact}
    learned = {name: value for name, value in learned.items() if value is not None}
    learned = read_moments(INTERVIEWS, learned, zone, store.now)
    renewed = changed_row(store, INTERVIEWS, interview, learned, zone) if learned else None
    with store.transaction("track", kind="track") as transaction:
        transaction.add("contacts", frame)
        if renewed is not None:
            transaction.add("interviews", renewed)
        settle(transaction, "contacts", contact_id, time_zone)
    said = f"{frame['direction'][0]} {frame['channel'][0].replace('_', ' ')} {contact_id}"
    tail = f", with what it told of the interview ({changes_in_words(learned)})" if learned else ""
    sentence = f"Stored {said} of interview {interview}{moment_words(frame, 'at', zone, own)}{tail}."
    return Entry(contact_id, interview, sentence, doubts)


def _with_defaults(row: dict[str, Any]) -> dict[str, Any]:
    """The contract's defaults: nobody is reached in writing; what goes out follows up, what comes in answers."""
    words = in_vocabulary(CONTACTS, row)
    return words | {
        "party": words["party"] or ("none" if words["channel"] in WRITTEN_CHANNELS else None),
        "purpose": words["purpose"] or ("answer" if words["direction"] == "inbound" else "follow_up"),
    }


def track_outcome(
    place: str | Store,
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
    time_zone = zone_given(time_zone)
    store = opened(place, write=True, clock=clock)
    interview = find_interview(store, interview)
    about = require_interview(store, interview)
    zone, own = zone_of(store, about, time_zone), writers_zone(store, about, time_zone)
    decided_at = with_offset(_when(at, own, store.now), own, zone)
    row = {"interview_id": interview, "outcome": outcome, "decided_at": decided_at}
    frame = checked_entry(OUTCOME_TABLE, row, time_zone, zone_frame(about, zone))
    doubts = doubts_of_outcome(store, frame, about, zone)
    with store.transaction("track", kind="track") as transaction:
        counts = transaction.add("outcomes", frame)
        if counts.accepted:
            settle(transaction, "outcomes", interview, time_zone)
    said = f"{frame['outcome'][0]} of interview {interview}{moment_words(frame, 'decided_at', zone, own)}"
    tail = "; it replaces the earlier one" if counts.new_versions else "" if counts.accepted else ", already known"
    return Entry(interview, interview, f"Stored outcome {said}{tail}.", doubts)


def track_round(
    place: str | Store,
    interview: str,
    *,
    next_at: str,
    at: str | None = None,
    time_zone: str | None = None,
    clock: Clock | None = None,
    outcome: str = "advanced",
) -> Entry:
    """Record an invitation to a further round: the outcome of this interview, and the interview to come, at once.

    next_at: when the further round is, in the interview's zone without an offset. at, errors: as in `track_outcome`.
    """
    time_zone = zone_given(time_zone)
    store = opened(place, write=True, clock=clock)
    interview = find_interview(store, interview)
    about = require_interview(store, interview)
    zone, own = zone_of(store, about, time_zone), writers_zone(store, about, time_zone)
    decided = {"interview_id": interview, "outcome": outcome}
    decided["decided_at"] = with_offset(_when(at, own, store.now), own, zone)
    ended = checked_entry(OUTCOME_TABLE, decided, time_zone, zone_frame(about, zone))
    kept = ("employer", "industry", "job_level", "cohort", "coach", "time_zone")
    row: dict[str, Any] = {name: about[name][0] for name in kept if name in about.columns}
    row |= {"interview_id": new_id(store, "iv-", "interviews"), "applicant_id": about["applicant_id"][0]}
    row |= {"interviewed_at": _when(next_at, zone, store.now), "previous_interview_id": interview}
    coming = checked_entry(INTERVIEWS, row, zone, None)
    coming = coming.with_columns(applicant_buckets(coming["applicant_id"]))
    with store.transaction("track", kind="track") as transaction:
        transaction.add("outcomes", ended)
        transaction.add("interviews", coming, anew=True)
        settle(transaction, "interviews", row["interview_id"], time_zone)
    sentence = (
        f"Stored outcome {outcome} of interview {interview}{moment_words(ended, 'decided_at', zone, own)}, and the "
        f"further round {row['interview_id']}{moment_words(coming, 'interviewed_at', zone, own)}."
    )
    return Entry(row["interview_id"], row["interview_id"], sentence, doubts_of_outcome(store, ended, about, zone))


def _when(at: str | None, zone: str | None, now: Clock) -> str:
    """The moment of an entry as the checks read it; now where none was given."""
    return now_as_text(now) if at is None or not at.strip() else read_when(at, zone, now)


def _now() -> datetime:
    return datetime.now(UTC)
