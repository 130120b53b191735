"""Which interview is meant: by its id, an applicant's id as typed, a name of the book, an employer, or who/employer."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.store import Store, is_store_url, open_store
from followup_analytics.store.book import CALLED, ContactBook, read_book
from followup_analytics.store.names import name_key, name_words
from followup_analytics.store.stories import Story, read_stories
from followup_analytics.text import listed, nearest, shorten

#: So alike are two words of which one is a slip of the other (difflib's ratio): one letter in five.
ALIKE = 0.8
#: So many are named where more than one fits.
_NAMED = 5
#: Among more ids than these none is looked for that resembles a misspelt one.
_FEW_ENOUGH = 5_000


class AmbiguousInterviewError(UsageError):
    """Several interviews fit what was typed; `stories` are they, for a face that can ask."""

    def __init__(self, message: str, stories: Sequence[Story]) -> None:
        super().__init__(message)
        self.stories = tuple(stories)


@dataclass(frozen=True)
class Finder:
    """The interviews of a store and what people call them."""

    store: Store
    book: ContactBook

    @classmethod
    def of(cls, store: Store) -> Finder:
        """The finder of a store; a contact book that can't be read names nobody."""
        try:
            return cls(store, read_book(store.address.url))
        except UnreadableError:
            return cls(store, ContactBook())

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """All interviews, the latest first."""
        return read_stories(self.store)

    @cached_property
    def pseudonyms(self) -> Pseudonyms | None:
        """The store's pseudonyms; None where its key is not at hand."""
        try:
            return self.store.pseudonyms()
        except UnreadableError:
            return None

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Ids that were merged into another, with that other."""
        return self.store.aliases()

    def open_stories(self) -> tuple[Story, ...]:
        """The interviews without an outcome, the latest first."""
        return self._open

    @cached_property
    def _open(self) -> tuple[Story, ...]:
        return read_stories(self.store, only_open=True)

    def called(self, story: Story) -> frozenset[str]:
        """The words of all names by which people know an open interview."""
        return self._called[story.interview_id]

    @cached_property
    def _called(self) -> dict[str, frozenset[str]]:
        words: dict[str | None, frozenset[str]] = {}
        found = {}
        for one in self._open:
            for name in (self.book.name(one.applicant_id), one.employer):
                if name not in words:
                    words[name] = name_words(name)
            found[one.interview_id] = words[self.book.name(one.applicant_id)] | words[one.employer]
        return found

    @cached_property
    def by_name(self) -> Mapping[str | frozenset[str], Sequence[str]]:
        """Open interviews by what names one in full: its id, the applicant's, a whole name, the employer."""
        employers = {
            employer: (name_key(employer), name_words(employer))
            for employer in {one.employer for one in self._open if one.employer}
        }
        found: dict[str | frozenset[str], list[str]] = {}
        for one in self._open:
            name = self.book.name(one.applicant_id)
            keys: set[str | frozenset[str]] = {one.applicant_id, name_key(one.interview_id)}
            keys |= {name_key(name)} if name else set()
            keys |= set(employers[one.employer]) if one.employer else set()
            for key in keys:
                found.setdefault(key, []).append(one.interview_id)
        return found

    def called_by(self, word: str) -> frozenset[str]:
        """The people whose id was typed as a name of which a word is part."""
        if word not in self._called_by:
            names = self.pseudonyms if self._typed_names else None
            self._called_by[word] = frozenset() if names is None else self.book.called(names.of("name", word))
        return self._called_by[word]

    @cached_property
    def _called_by(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _typed_names(self) -> bool:
        return any(CALLED in entry for entry in self.book.people.values())

    def has_id(self, story: Story, typed: str) -> bool:
        """Whether a text is the applicant's id as it was typed, or the pseudonym."""
        if typed == story.applicant_id:
            return True
        if self.pseudonyms is None:
            return False
        pseudonym = self.pseudonyms.applicant(typed)
        return self.aliases.get(pseudonym, pseudonym) == story.applicant_id

    def is_of(self, story: Story, client: str) -> bool:
        """Whether an interview is a person's: by an id as typed, or a whole name of the book."""
        return self._in_full(story, client.strip(), person=True)

    def interview(self, typed: str) -> str:
        """The id of the interview that is meant: one that has this id, else the one open interview that fits.

        Raises UsageError where none fits, AmbiguousInterviewError where several do.
        """
        wanted = typed.strip()
        if self.store.ever_had("interviews", wanted) and self.store.is_own("interviews", wanted):
            return wanted
        fits = self.fitting(wanted, self.open_stories())
        if len(fits) == 1:
            return fits[0].interview_id
        if fits:
            raise self.ambiguous(wanted, fits)
        closed = self.fitting(wanted, [one for one in self.stories if one.closed is not None])
        raise UsageError(self._absent(wanted, closed))

    def ambiguous(self, typed: str, fits: Sequence[Story]) -> AmbiguousInterviewError:
        """The refusal of what fits several open interviews, with their ids."""
        named = [one.told for one in fits[:_NAMED]]
        more = f" and {len(fits) - _NAMED:,} more" if len(fits) > _NAMED else ""
        names = ", ".join(named) + more if more else listed(named)
        return AmbiguousInterviewError(
            f"{shorten(typed)!r} fits {len(fits)} open interviews: {names}; say which, by its id or as who/employer.",
            fits,
        )

    def fitting(self, typed: str, stories: Sequence[Story]) -> tuple[Story, ...]:
        """The interviews that a text fits: in full (an id, a whole name), else by some words of a name."""
        for fits in (self._in_full, self._in_part):
            found = [one for one in stories if fits(one, typed)]
            who, slash, employer = typed.partition("/")
            if not found and slash and who.strip() and employer.strip():
                at = [one for one in stories if _is_employer(one, employer, in_full=fits == self._in_full)]
                found = [one for one in at if fits(one, who, person=True)]
            if found:
                return tuple(found)
        return ()

    def _in_full(self, story: Story, typed: str, *, person: bool = False) -> bool:
        wanted = typed.strip()
        name = self.book.name(story.applicant_id)
        if self.has_id(story, wanted) or (name is not None and name_key(name) == name_key(wanted)):
            return True
        return not person and _is_employer(story, wanted, in_full=True)

    def _in_part(self, story: Story, typed: str, *, person: bool = False) -> bool:
        words = name_words(typed)
        name = self.book.name(story.applicant_id)
        if (words and words <= name_words(name)) or any(self.has_id(story, one) for one in written_ways(typed.strip())):
            return True
        if words and all(story.applicant_id in self.called_by(one) for one in words):
            return True
        return not person and _is_employer(story, typed, in_full=False)

    def _absent(self, typed: str, closed: Sequence[Story]) -> str:
        place = self.store.address.shown
        if closed:
            ended = listed([f"{one.told}: {one.closed}" for one in closed[:_NAMED]], "and")
            return f"{place}: no open interview fits {shorten(typed)!r}; there is {ended}. Its id may be given still."
        known: Iterable[str] = ()
        if len(self.stories) <= _FEW_ENOUGH:
            known = [
                *(one.interview_id for one in self.stories),
                *sorted({one.employer for one in self.stories if one.employer}),
            ]
        guess = nearest(typed, known)
        hint = f"; is {guess} meant?" if guess else "; `followup track STORE interview` records one."
        return f"{place}: there is no interview {typed!r}, nor an open one of such an applicant, name or employer{hint}"


def _is_employer(story: Story, typed: str, *, in_full: bool) -> bool:
    if not story.employer:
        return False
    if in_full:
        return name_key(story.employer) == name_key(typed)
    words = name_words(typed)
    return bool(words) and words <= name_words(story.employer)


def written_ways(typed: str) -> tuple[str, ...]:
    """An id in the capitals that people may have used for it."""
    ways: tuple[Callable[[str], str], ...] = (str, str.lower, str.upper, str.title, str.capitalize)
    return tuple(dict.fromkeys(change(typed) for change in ways))


def alike(word: str, known: Iterable[str]) -> str | None:
    """The known word that a word is a slip of; None where none is, or the word is too short to tell."""
    if len(word) < 4:
        return None
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=ALIKE)
    return found[0] if found else None


def client_of(source: str, typed: str, *, coach: str | None = None) -> str:
    """The applicant id under which a client stands in a log: of a store by the id as typed, the pseudonym or the name.

    What fits nobody, or several, stays as it was typed; so does an id of a log that is no store. coach: among the
    clients of this coach alone.
    """
    if not is_store_url(source):
        return typed
    store = open_store(source)
    store.coach = coach
    finder = Finder.of(store)
    fits = {story.applicant_id for story in finder.stories if finder.is_of(story, typed)}
    return fits.pop() if len(fits) == 1 else typed


def find_interview(store: Store, typed: str) -> str:
    """The id of the interview that a person means; see `Finder.interview`."""
    wanted = typed.strip()
    if store.ever_had("interviews", wanted) and store.is_own("interviews", wanted):
        return wanted
    return Finder.of(store).interview(wanted)
