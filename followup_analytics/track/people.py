"""`followup track STORE person`: what the contact book holds on a person."""

from __future__ import annotations

from collections.abc import Mapping

from followup_analytics.errors import UsageError
from followup_analytics.store import KEY_MARK, open_store
from followup_analytics.store.book import FIELDS, read_book, write_book
from followup_analytics.text import clean, listed
from followup_analytics.track.entry import Entry
from followup_analytics.track.times import Clock


def track_person(url: str, applicant: str, *, clock: Clock | None = None, **fields: str | None) -> Entry:
    """Write down what is known of a person in the contact book beside the key; nothing of it enters the store.

    applicant: the person's id as typed for `track interview`, or the pseudonym. fields: name, phone, email, address,
    note; an empty text takes a field out, None leaves it.
    Raises UsageError where nothing is said, or there would be no name; UnreadableError when the book can't be used.
    """
    typed = applicant.strip()
    if not typed:
        raise UsageError("the person's id is empty; give the applicant's id.")
    changes = _said(fields)
    store = open_store(url, create=True, clock=clock)
    pseudonyms = store.pseudonyms()
    held = store.find("interviews", [typed, pseudonyms.applicant(typed)], by="applicant_id")
    known_as = typed if typed in held["applicant_id"] else pseudonyms.applicant(typed)
    # Within a write transaction of the store, so that of two who write at once neither loses an entry.
    with store.transaction("person", kind="person") as transaction:
        transaction.set(KEY_MARK, pseudonyms.fingerprint)
        book = read_book(url).with_person(known_as, changes)
        if not book.name(known_as):
            raise UsageError("the contact book needs a name for each person: add --name.")
        how = write_book(url, book)
    doubts = () if held.height else ("The store has no interview of an applicant of that id yet.",)
    what = listed([f"the {name}" for name in FIELDS if name in changes], "and")
    return Entry(typed, None, f"Wrote down {what} of this person. {how}", doubts)


def _said(fields: Mapping[str, str | None]) -> dict[str, str]:
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise UsageError(f"the contact book has no {unknown[0]!r}; it has {listed(FIELDS, 'and')}.")
    said = {name: " ".join(clean(value).split()) for name, value in fields.items() if value is not None}
    if not said:
        raise UsageError("person needs at least one option that says what is known: --name, --phone, --email ...")
    if said.get("email") and "@" not in said["email"]:
        raise UsageError("--email: that is no e-mail address; it has an @ in it.")
    return said
