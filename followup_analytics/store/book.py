"""The contact book: names, numbers and addresses of people and employers, beside the key and never in the store.

One JSON file for its owner's eyes only. Where FOLLOWUP_PASSPHRASE or FOLLOWUP_KEY is set it is encrypted under it
(`store/sealing.py`); else it lies open with mode 600. People stand in it under the pseudonyms that the store has,
employers under their names without case and legal form.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from followup_analytics.errors import UnreadableError
from followup_analytics.log.pseudonyms import key_path
from followup_analytics.store.names import name_words

FORMAT = "followup_analytics contact book"
#: What is held on a person.
FIELDS = ("name", "phone", "email", "address", "note")
#: Besides, of whom an id was typed that is a name: the pseudonyms of its words, so that a first name finds them.
CALLED = "called"
#: What is held on an employer; `person` is whom to ask for.
EMPLOYER_FIELDS = ("name", "person", "phone", "email", "address", "note")


@dataclass(frozen=True)
class ContactBook:
    """What is known of people, by pseudonym, and of employers, by `employer_key`; each is a mapping of its fields.

    sealed: whether the file that it was read from is encrypted.
    """

    people: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    employers: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    sealed: bool = field(default=False, compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written down."""
        return not self.people and not self.employers

    def name(self, applicant_id: str) -> str | None:
        """A person's name, None where the book doesn't have it."""
        return self.people.get(applicant_id, {}).get("name")

    def called(self, word: str) -> frozenset[str]:
        """The people of whose typed id a word is part, given the word's pseudonym."""
        return frozenset(one for one, entry in self.people.items() if word in entry.get(CALLED, "").split())

    def names(self) -> dict[str, str]:
        """The names of all people by pseudonym."""
        return {one: entry["name"] for one, entry in self.people.items() if entry.get("name")}

    def with_person(self, applicant_id: str, changes: Mapping[str, str]) -> ContactBook:
        """The book with some fields of a person changed; an empty text takes a field out."""
        entry = {**self.people.get(applicant_id, {}), **changes}
        kept = {name: entry[name] for name in (*FIELDS, CALLED) if entry.get(name)}
        return replace(self, people={**self.people, applicant_id: kept})

    def employer(self, name: str | None) -> Mapping[str, str]:
        """What is known of an employer, by its name as it stands in a log; empty where nothing is."""
        return self.employers.get(employer_key(name), {}) if name else {}

    def with_employer(self, name: str, changes: Mapping[str, str]) -> ContactBook:
        """The book with some fields of an employer changed; an empty text takes a field out."""
        entry = {**self.employer(name), "name": name, **changes}
        kept = {one: entry[one] for one in EMPLOYER_FIELDS if entry.get(one)}
        return replace(self, employers={**self.employers, employer_key(name): kept})

    def without(self, applicant_ids: Collection[str]) -> ContactBook:
        """The book without some people."""
        return replace(self, people={one: entry for one, entry in self.people.items() if one not in applicant_ids})


def employer_key(name: str) -> str:
    """By what an employer stands in the book: the words of its name, whatever their case, accents and legal form."""
    return " ".join(sorted(name_words(name)))


def book_path(url: str) -> Path | None:
    """Where the contact book of a store lies: beside its key; None where a store has no place for a key."""
    path = key_path(url)
    return None if path is None else path.with_suffix(".book")


def read_book(url: str) -> ContactBook:
    """The contact book of a store; an empty one where there is none.

    Raises UnreadableError when it can't be read, or is encrypted under something that is not at hand.
    """
    path = book_path(url)
    if path is None or not path.exists():
        return ContactBook()
    try:
        held = json.loads(path.read_text("utf-8"))
        sealed = "sealed" in held
        if sealed:
            from followup_analytics.store.sealing import unseal

            held = json.loads(unseal(held["sealed"], f"The contact book {path.name}"))
        parts = (held["people"], held.get("employers", {}))
        people, employers = ({one: dict(entry) for one, entry in part.items()} for part in parts)
        return ContactBook(people, employers, sealed)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(
            f"The contact book {path.name} can't be read ({type(error).__name__}); put back a copy of it, or move it "
            "away to begin anew."
        ) from None


def write_book(url: str, book: ContactBook) -> str | None:
    """Write a store's contact book, whole or not at all; how it is kept, as a sentence (None where it is empty).

    Raises UnreadableError when it can't be written.
    """
    from followup_analytics.store.sealing import seal, sealing_secret

    path = book_path(url)
    if path is None:
        raise UnreadableError("A store in memory has no contact book; name a file.")
    if book.is_empty:
        path.unlink(missing_ok=True)
        return None
    held = {"people": dict(book.people), "employers": dict(book.employers)}
    content: dict[str, object] = {"format": FORMAT, **held}
    secret = sealing_secret()
    if secret is not None:
        inside = json.dumps(held, ensure_ascii=False)
        content = {"format": FORMAT, "sealed": seal(inside, secret)}
    write_private(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    if secret is not None:
        return f"The contact book {path.name} is encrypted under {secret.told}."
    return (
        f"The contact book {path.name} lies open beside the key, for your eyes only (mode 600); set "
        "FOLLOWUP_PASSPHRASE to have it encrypted."
    )


def write_private(path: Path, text: str) -> None:
    """Write a file for its owner's eyes only: as a whole, or not at all."""
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UnreadableError(
            f"{path.name} can't be written ({error.strerror}): check the room on the disk and the folder's rights."
        ) from None
