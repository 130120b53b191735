"""What looks like a slip in an entry: stored all the same, since only the person knows, but said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from followup_analytics.track.times import is_ahead, is_early, local_time, to_the_minute

if TYPE_CHECKING:
    from followup_analytics.log.pseudonyms import Pseudonyms
    from followup_analytics.store import Store

#: Two entries of one kind within this time are probably one.
_CLOSE = timedelta(minutes=10)
#: Nobody is invited for a day so far ahead.
_FAR_AHEAD = timedelta(days=366)


def doubts_of_contact(store: Store, contact: pl.DataFrame, about: pl.DataFrame, zone: str | None) -> tuple[str, ...]:
    """About a contact not stored yet: dated before its interview or in the future, or there already."""
    found = []
    if is_ahead(contact, "at", zone, store.now()):
        found.append("It is dated in the future, and counts from then on only: is the date right?")
    elif is_early(contact, "at", about, zone):
        found.append("It lies before the interview, so it counts as no attempt.")
    found += _after_its_record(contact, "at", about, zone)
    twin = _twin(store, contact)
    if twin is not None:
        found.append(
            f"{twin} is the same kind of contact within 10 minutes of it: if both are one, take this one back with "
            "`followup track STORE undo`."
        )
    return tuple(found)


def doubts_of_outcome(store: Store, outcome: pl.DataFrame, about: pl.DataFrame, zone: str | None) -> tuple[str, ...]:
    """About an outcome: dated before its interview, or in the future."""
    if is_ahead(outcome, "decided_at", zone, store.now()):
        return ("It is dated in the future: until then the interview counts as undecided. Is the date right?",)
    if is_early(outcome, "decided_at", about, zone):
        held = to_the_minute(about["interviewed_at"][0], zone or "UTC")
        told = f"It is dated before the interview of {held}: the interview is closed, but no rate counts an answer"
        return (f"{told} from it. Give the outcome again with the right --at.",)
    return tuple(_after_its_record(outcome, "decided_at", about, zone))


def _after_its_record(entry: pl.DataFrame, name: str, about: pl.DataFrame, zone: str | None) -> list[str]:
    """About what lies after the end of its interview's record, which a file had told: it would count nowhere."""
    until = about["observed_until"][0]
    if until is None or entry[name][0] <= until:
        return []
    interview, last = about["interview_id"][0], local_time(until, zone or "UTC")
    ends = f"The record of {interview} ends on {last:%Y-%m-%d} (observed_until), and what is later counts nowhere."
    return [f"{ends} If you follow it further: `followup track STORE correct {interview} --clear observed-until`."]


def doubts_of_interview(
    store: Store, interview: pl.DataFrame, applicant: str, pseudonyms: Pseudonyms
) -> tuple[str, ...]:
    """About an interview: the same one stored before, or an applicant who was written otherwise before."""
    found = []
    known = store.find("interviews", [interview["applicant_id"][0]], by="applicant_id")
    twin = _same_interview(known, interview)
    if twin is not None:
        found.append(
            f"{twin} is an interview of the same applicant, employer and time: if both are one, take this one back "
            "with `followup track STORE undo`."
        )
    if not known.height and written_otherwise(store, applicant, pseudonyms):
        found.append(
            "The store knows an applicant whose id differs from this one in capitals or blanks only: if it is the same "
            "person, take this back with `followup track STORE undo` and write the id as before."
        )
    if interview["interviewed_at"][0] > store.now() + _FAR_AHEAD:
        found.append(
            f"It is dated {interview['interviewed_at'][0]:%Y}, more than a year ahead: is the date right? "
            "`followup track STORE correct` mends it."
        )
    return tuple(found)


def written_otherwise(store: Store, applicant: str, pseudonyms: Pseudonyms) -> bool:
    """Whether the store has an applicant whose id differs in capitals or blanks only."""
    squeezed = " ".join(applicant.split())
    forms = {
        change(form) for form in (applicant, squeezed) for change in (str.lower, str.upper, str.title, str.capitalize)
    }
    others = [pseudonyms.applicant(form) for form in sorted(forms - {applicant})]
    return bool(store.find("interviews", others, by="applicant_id").height)


def _twin(store: Store, contact: pl.DataFrame) -> str | None:
    """Id of a contact of the same interview, direction and channel close to this one."""
    row = contact.row(0, named=True)
    others = store.find("contacts", [row["interview_id"]], by="interview_id").filter(
        (pl.col("contact_id") != row["contact_id"])
        & (pl.col("direction") == row["direction"])
        & (pl.col("channel") == row["channel"])
        & (pl.col("at_precision") == row["at_precision"])
    )
    return _nearest(others, "contact_id", "at", row["at"])


def _same_interview(known: pl.DataFrame, interview: pl.DataFrame) -> str | None:
    row = interview.row(0, named=True)
    employer = (row["employer"] or "").casefold()
    same = known.filter(
        (pl.col("interview_id") != row["interview_id"])
        & (pl.col("employer").fill_null("").str.to_lowercase() == employer)
        & (pl.col("at_precision") == row["at_precision"])
    )
    return _nearest(same, "interview_id", "interviewed_at", row["interviewed_at"])


def _nearest(rows: pl.DataFrame, key: str, name: str, at: datetime) -> str | None:
    """Key of the first row within ten minutes of a moment."""
    close = rows.filter((pl.col(name) - pl.lit(at)).abs() <= _CLOSE)
    return str(close[key][0]) if close.height else None
