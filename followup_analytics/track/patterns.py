"""Finding phrases in a line: patterns of words and classes of words, with gaps, the longest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from followup_analytics.track.wording import Word

#: So many words may stand in a gap.
_GAP = 4


@dataclass(frozen=True)
class Pattern:
    """A phrase: for each place the words that may stand there (None: a gap), and what the phrase says."""

    places: tuple[frozenset[str] | None, ...]
    says: Mapping[str, str]
    key: str

    @property
    def length(self) -> int:
        """How many words it has."""
        return sum(one is not None for one in self.places)


@dataclass(frozen=True)
class Found:
    """A phrase in a line: the words that are it, and what it says."""

    words: tuple[Word, ...]
    says: Mapping[str, str]

    @property
    def start(self) -> int:
        """The place of its first word."""
        return self.words[0].place

    @property
    def end(self) -> int:
        """The place of its last word."""
        return self.words[-1].place


def compiled(table: Mapping[str, Mapping[str, str]], classes: Mapping[str, str]) -> tuple[Pattern, ...]:
    """Patterns of a table, the longest first: several parted by `|`, `{class}` or a word at each place, `..` a gap.

    `a/b` is either of two words or classes.
    """
    known = {name: frozenset(words.split()) for name, words in classes.items()}

    def place(text: str) -> frozenset[str] | None:
        if text == "..":
            return None
        parts = (known[one[1:-1]] if one[0] == "{" else frozenset([one]) for one in text.split("/"))
        return frozenset().union(*parts)

    found = [
        Pattern(tuple(place(one) for one in written.split()), says, written)
        for patterns, says in table.items()
        for written in patterns.split("|")
    ]
    return tuple(sorted(found, key=lambda one: -one.length))


def find(
    words: Sequence[Word], patterns: Sequence[Pattern], *, skipped: Collection[str], open_to: Collection[int]
) -> Iterator[Found]:
    """The phrases of a line, the longest first, none sharing a word with another.

    skipped: words that may stand between those of a phrase unseen (articles). open_to: places that a gap may cover,
    besides those skipped.
    """
    bare = [one for one in words if one.plain not in skipped]
    taken: set[int] = set()
    firsts: dict[str, list[int]] = {}
    for number, one in enumerate(bare):
        firsts.setdefault(one.plain, []).append(number)
    for pattern in patterns:
        head = pattern.places[0] or frozenset()
        starts = sorted(number for word in head & firsts.keys() for number in firsts[word])
        for start in starts:
            matched = _match(bare, start, pattern.places, taken, open_to)
            if matched is not None:
                taken.update(one.place for one in matched)
                yield Found(tuple(matched), pattern.says)


def _match(
    words: Sequence[Word],
    start: int,
    places: Sequence[frozenset[str] | None],
    taken: Collection[int],
    open_to: Collection[int],
) -> list[Word] | None:
    """The words from a place on that a pattern fits; the nearest ones."""
    if not places:
        return []
    if places[0] is None:
        for skip in range(_GAP + 1):
            between = words[start : start + skip]
            if len(between) < skip or any(one.place not in open_to or one.pause for one in between):
                return None
            rest = _match(words, start + skip, places[1:], taken, open_to)
            if rest is not None:
                return rest
        return None
    if start >= len(words) or words[start].place in taken or words[start].plain not in places[0]:
        return None
    rest = _match(words, start + 1, places[1:], taken, open_to)
    return None if rest is None else [words[start], *rest]
