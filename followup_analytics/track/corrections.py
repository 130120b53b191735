"""Correcting one entry: the row as it should have been becomes a new version, and the old one stays in the history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.schema import CLOCKS, CONTACTS, INTERVIEWS, OUTCOME_TABLE, Table
from followup_analytics.log.zone_names import zone_given
from followup_analytics.store import Store
from followup_analytics.text import counted, listed, nearest, shorten
from followup_analytics.track.changing import changed_row, changes_in_words
from followup_analytics.track.checking import require_interview
from followup_analytics.track.doubts import doubts_of_contact, doubts_of_outcome
from followup_analytics.track.entry import Entry, settle
from followup_analytics.track.finding import Finder, find_interview
from followup_analytics.track.places import opened
from followup_analytics.track.times import Clock, read_moments, read_when, with_offset, writers_zone, zone_of
from followup_analytics.track.vocabulary import spelled

#: What a correction never touches: another key, or another person, is another entry.
_FIXED = ("interview_id", "contact_id", "applicant_id", "at_precision")


def correctable(table: Table) -> tuple[str, ...]:
    """The columns of a table that `track_correct` changes, its clock aside."""
    return tuple(name for name in table.names if name not in (*_FIXED, CLOCKS[table.name], "time_zone"))


def track_correct(
    place: str | Store,
    key: str,
    *,
    at: str | None = None,
    time_zone: str | None = None,
    clear: Collection[str] = (),
    clock: Clock | None = None,
    **fields: Any,
) -> Entry:
    """Correct one contact, interview or outcome.

    key: the id of a contact or an interview, or what fits one open interview. at: when it was; of an interview's
    outcome where `outcome` is given too.
    fields: further columns of the table; of an interview also `outcome`, and nothing else with it. clear: columns to
    empty.
    Raises UsageError for an id or column that isn't there, a value that the log doesn't take, and for no change at all.
    """
    time_zone = zone_given(time_zone)
    store = opened(place, write=True, clock=clock)
    if not (store.ever_had("contacts", key.strip()) and store.is_own("contacts", key.strip())):
        key = find_interview(store, key)
    table = _table_of(store, key, fields)
    about = require_interview(store, key if table is not CONTACTS else _interview_of(store, key))
    zone = zone_of(store, about, time_zone)
    changes = read_moments(table, _changes(table, fields, clear), zone, store.now)
    if at is not None:
        own = zone if table is INTERVIEWS else writers_zone(store, about, time_zone)
        changes[CLOCKS[table.name]] = with_offset(read_when(at, own, store.now), own, zone)
    if not changes:
        raise UsageError(
            "correct needs at least one option that says what is to be changed, such as --at or --channel."
        )
    frame = changed_row(store, table, key, changes, zone, time_zone)
    doubts: tuple[str, ...] = ()
    if table is CONTACTS:
        doubts = doubts_of_contact(store, frame, about, zone)
    elif table is OUTCOME_TABLE:
        doubts = doubts_of_outcome(store, frame, about, zone)
    with store.transaction("track", kind="track") as transaction:
        if not transaction.add(table.name, frame, anew=True).accepted:
            return Entry(key, str(about["interview_id"][0]), f"{key} says so already; nothing was changed.")
        settle(transaction, table.name, key, time_zone)
    sentence = f"Corrected {key}: {changes_in_words(changes)}. What it said before stays in the history."
    return Entry(key, str(about["interview_id"][0]), sentence, doubts)


def track_snooze(
    place: str | Store, interview: str, until: str, *, time_zone: str | None = None, clock: Clock | None = None
) -> Entry:
    """Put an interview's next step off until a day: before it nothing is due, whatever the rules say.

    It is an entry like any other: in the history, and taken back by `undo`.
    Raises UsageError for an interview that isn't there, and for what is no day.
    """
    store = opened(place, write=True, clock=clock)
    interview = find_interview(store, interview)
    zone = zone_of(store, require_interview(store, interview), zone_given(time_zone))
    day = read_when(until, zone, store.now, "--snoozed-until")
    entry = track_correct(store, interview, time_zone=time_zone, snoozed_until=day)
    if "nothing was changed" in entry.sentence:
        return entry
    return replace(entry, sentence=f"Put off {interview} until {day.replace('T', ' ')}; `undo` takes that back.")


def track_reassign(
    place: str | Store, coach: str, to: str, *, client: str | None = None, clock: Clock | None = None
) -> Entry:
    """Hand the open interviews of one coach to another, all at once or none.

    client: those of this applicant alone (an id as typed, or a name of the book). Each is an entry of its own, which
    stays in the history and can be taken back.
    Raises UsageError where the coach, or the client, has no open interview.
    """
    old, new = coach.strip(), " ".join(to.split())
    if not new:
        raise UsageError("the coach to whom they go is empty; give the name.")
    store = opened(place, write=True, clock=clock)
    finder = Finder.of(store)
    stories = [one for one in finder.open_stories() if client is None or finder.is_of(one, client)]
    rows = store.find("interviews", [one.interview_id for one in stories], covariates=True)
    theirs = rows.filter(pl.col("coach").str.strip_chars().str.to_lowercase() == old.lower())
    if not theirs.height:
        of = "" if client is None else " of that client"
        raise UsageError(f"{store.address.shown}: {shorten(old)!r} has no open interview{of}.")
    with store.together():
        for one in theirs.iter_slices(1):
            with store.transaction("track", kind="track") as transaction:
                transaction.add("interviews", one.with_columns(coach=pl.lit(new)), anew=True)
                settle(transaction, "interviews", str(one["interview_id"][0]), None)
    moved = counted(theirs.height, "open interview is", "open interviews are")
    return Entry(new, None, f"{moved} looked after by {new} now. `undo` takes them back, one at a time.")


def _table_of(store: Store, key: str, fields: Mapping[str, Any]) -> Table:
    if fields.get("outcome") is not None:
        require_interview(store, key)
        if not store.find("outcomes", [key]).height:
            raise UsageError(
                f"interview {key} has no outcome yet; `followup track STORE outcome {key} ...` records one."
            )
        return OUTCOME_TABLE
    if store.find("contacts", [key]).height:
        return CONTACTS
    require_interview(store, key)
    return INTERVIEWS


def _interview_of(store: Store, contact_id: str) -> str:
    return str(store.find("contacts", [contact_id])["interview_id"][0])


def _changes(table: Table, fields: Mapping[str, Any], clear: Collection[str]) -> dict[str, Any]:
    """What is to be changed, by column of the table."""
    changes = {name: value for name, value in fields.items() if value is not None}
    changes |= dict.fromkeys((spelled(name) for name in clear), None)
    known = correctable(table)
    strange = [name for name in changes if name not in known]
    if strange:
        guess = nearest(strange[0], known)
        what = {"contacts": "a contact", "interviews": "an interview", "outcomes": "an outcome"}[table.name]
        hint = f"is {guess} meant?" if guess else f"there are {listed(known, 'and')}."
        raise UsageError(f"{what} has no {strange[0]} to correct; {hint}")
    needed = [name for name, value in changes.items() if value is None and table.column(name).required]
    if needed:
        raise UsageError(f"--clear {needed[0]}: it is needed, and can be corrected but not emptied.")
    return changes
