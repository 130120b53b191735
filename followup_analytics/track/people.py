"""`followup track STORE person` and `employer`: what the contact book holds on people and employers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.store import KEY_MARK
from followup_analytics.store.book import (
    CALLED,
    EMPLOYER_FIELDS,
    FIELDS,
    ContactBook,
    book_path,
    employer_key,
    read_book,
    write_book,
)
from followup_analytics.store.names import name_words
from followup_analytics.store.stories import read_stories
from followup_analytics.text import clean, listed, nearest
from followup_analytics.track.entry import Entry
from followup_analytics.track.places import opened
from followup_analytics.track.times import Clock

if TYPE_CHECKING:
    from followup_analytics.log.pseudonyms import Pseudonyms
    from followup_analytics.store import Store

#: An id that is a person's name: two words of letters or more.
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*(?: [^\W\d_](?:[^\W\d_]|['’.-])*)+")


def track_person(place: str | Store, applicant: str, *, clock: Clock | None = None, **fields: str | None) -> Entry:
    """Write down what is known of a person in the contact book beside the key; nothing of it enters the store.

    applicant: the person's id as typed for `track interview`, or the pseudonym. fields: name, phone, email, address,
    note; an empty text takes a field out, None leaves it.
    Raises UsageError where nothing is said, or there would be no name; UnreadableError when the book can't be used.
    """
    typed = applicant.strip()
    if not typed:
        raise UsageError("the person's id is empty; give the applicant's id.")
    changes = _said(fields, FIELDS)
    store = opened(place, create=True, clock=clock)
    pseudonyms = store.pseudonyms()
    held = store.find("interviews", [typed, pseudonyms.applicant(typed)], by="applicant_id")
    known_as = typed if typed in held["applicant_id"] else pseudonyms.applicant(typed)
    store.require_client(known_as)
    # Within a write transaction of the store, so that of two who write at once neither loses an entry.
    with store.transaction("person", kind="person") as transaction:
        transaction.set(KEY_MARK, pseudonyms.fingerprint)
        before = read_book(store.address.url)
        book = before.with_person(known_as, changes)
        if not book.name(known_as):
            raise UsageError("the contact book needs a name for each person: add --name.")
        how = _told_once(before, write_book(store.address.url, book))
    doubts = () if held.height else ("The store has no interview of an applicant of that id yet.",)
    what = listed([f"the {name}" for name in FIELDS if name in changes], "and")
    return Entry(typed, None, f"Wrote down {what} of this person.{how}", doubts)


def keep_typed_name(store: Store, pseudonyms: Pseudonyms, applicant_id: str, typed: str) -> None:
    """Have an id that is a name found by each of its words: their pseudonyms go into the contact book, no name does.

    A book that can't be used stays as it is: whoever is meant is found by the whole id then.
    """
    if _NAME.fullmatch(typed) is None or book_path(store.address.url) is None:
        return
    with suppress(UnreadableError):
        book = read_book(store.address.url)
        if applicant_id in book.people:
            return
        words = pseudonyms.of_each("name", sorted(name_words(typed)))
        write_book(store.address.url, book.with_person(applicant_id, {CALLED: " ".join(words)}))


def track_employer(place: str | Store, employer: str, *, clock: Clock | None = None, **fields: str | None) -> Entry:
    """Write down what is known of an employer in the contact book: whom to ask for, and the number.

    The next steps tell them, and one number or person is called at most once a day of our own accord. employer: its
    name as interviews have it; case and legal form don't matter. fields: person (whom to ask for), phone, email,
    address, note; an empty text takes a field out, None leaves it.
    Raises UsageError where nothing is said; UnreadableError when there is no store or the book can't be used.
    """
    name = " ".join(clean(employer).split())
    if not name:
        raise UsageError("the employer's name is empty; give it as the interviews have it.")
    changes = _said(fields, tuple(one for one in EMPLOYER_FIELDS if one != "name"))
    store = opened(place, write=True, clock=clock)
    with store.transaction("employer", kind="employer"):
        before = read_book(store.address.url)
        said = before.employer(name)
        kept = [one for one, value in changes.items() if said.get(one) not in (None, value)]
        if not (kept and store.shares_employer(lambda one: employer_key(one) == employer_key(name))):
            kept = []
        changes = {one: value for one, value in changes.items() if one not in kept}
        how = _told_once(before, write_book(store.address.url, before.with_employer(name, changes)))
    known = {one.employer for one in read_stories(store) if one.employer}
    doubts = []
    if kept:
        told = listed([f"the {one}" for one in kept], "and")
        doubts.append(f"Other coaches have interviews at {name} too, so {told} in the contact book stayed as before.")
    if employer_key(name) not in {employer_key(one) for one in known}:
        guess = nearest(name, known)
        doubts.append(
            "No interview of the store is with an employer of that name" + (f"; is {guess!r} meant?" if guess else ".")
        )
    what = listed([f"the {one}" for one in EMPLOYER_FIELDS if one in changes], "and") or "nothing"
    return Entry(name, None, f"Wrote down {what} of {name}.{how}", tuple(doubts))


def _told_once(before: ContactBook, how: str | None) -> str:
    """How the book is kept, as the tail of a sentence, where that is new: nobody reads it at every entry."""
    from followup_analytics.store.sealing import sealing_secret

    is_new = before.is_empty or before.sealed != (sealing_secret() is not None)
    return f" {how}" if how and is_new else ""


def _said(fields: Mapping[str, str | None], known: Sequence[str]) -> dict[str, str]:
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise UsageError(f"the contact book has no {unknown[0]!r} here; it has {listed(known, 'and')}.")
    said = {name: " ".join(clean(value).split()) for name, value in fields.items() if value is not None}
    if not said:
        raise UsageError(f"say what is known, by at least one of {listed(f'--{name}' for name in known)}.")
    if said.get("email") and "@" not in said["email"]:
        raise UsageError("--email: that is no e-mail address; it has an @ in it.")
    return said
