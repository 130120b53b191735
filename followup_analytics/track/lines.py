"""A line while it is read: its words, whose names they are, and the phrases that stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from followup_analytics.errors import UsageError
from followup_analytics.track import phrases as said
from followup_analytics.track import small_words as small
from followup_analytics.track.doers import Names
from followup_analytics.track.patterns import Found, Pattern, compiled, find
from followup_analytics.track.spoken import WEEKDAYS
from followup_analytics.track.wording import Word

STOPS, WITHOUT, ACTIONS, AHEAD, QUESTIONS, PARTIES, TOPICS = (
    compiled(table, said.CLASSES)
    for table in (said.STOPS, said.WITHOUT, said.ACTIONS, said.AHEAD, said.QUESTIONS, said.PARTIES, said.TOPICS)
)
#: Every word that a phrase may hold: none of them is a slip of somebody's name.
LEXICON = frozenset(
    word
    for patterns in (STOPS, WITHOUT, ACTIONS, AHEAD, QUESTIONS, PARTIES, TOPICS)
    for pattern in patterns
    for place in pattern.places
    if place is not None
    for word in place
).union(
    small.FILLERS,
    small.REMARKS,
    small.TURNS,
    small.NOT,
    small.PLANNED,
    small.HEDGES,
    small.SAY,
    small.TIME_WORDS,
    small.YET,
    small.UNTIL,
    small.BY,
    WEEKDAYS,
)
_PARTY_WORDS = frozenset(word for pattern in PARTIES for place in pattern.places if place is not None for word in place)
_TIME_LIKE = re.compile(
    r"20\d{2}|\d{1,2}([:.h]\d{2})?(am|pm|h|uhr|st|nd|rd|th)?|\d{1,4}[-/.]\d{1,2}([-/.]\d{0,4})?|noon|noonish"
)
Kind = Literal["contact", "outcome", "round", "begin", "told"]


@dataclass
class Reading:
    """What a line says. fields: columns of a contact, or `outcome`. times: the words of each time, by its column.

    unsure: why it may be meant otherwise, as sentences; remarks: what is not kept of it.
    """

    kind: Kind
    fields: dict[str, str] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class TwoThingsError(UsageError):
    """A line says two things; `readings` are they."""

    def __init__(self, message: str, readings: Sequence[Reading]) -> None:
        super().__init__(message)
        self.readings = tuple(readings)


@dataclass
class Line:
    """A line while it is read: its words, whose names they are, and what nothing has claimed yet."""

    text: str
    words: Sequence[Word]
    names: Names
    claimed: set[int]
    #: They ask something in it: what is told without saying by whom is theirs.
    asked_by_them: bool = False

    @property
    def left(self) -> list[Word]:
        """The words that nothing has claimed, and that are no name."""
        return [one for one in self.words if one.place not in self.claimed and one.place not in self.names]

    def take(self, words: Iterable[Word]) -> None:
        """Claim some words."""
        self.claimed.update(one.place for one in words)

    def phrases(self, patterns: Sequence[Pattern]) -> list[Found]:
        """The phrases that stand in what is left, in their order; names and small words may stand between."""
        free = [one for one in self.words if one.place not in self.claimed]
        little = {one.place for one in free if one.plain in small.FILLERS or is_time(one)} | set(self.names)
        open_to = little | {one.place for one in free if one.plain in _PARTY_WORDS}
        hidden = [one if one.place not in self.names else Word(one.typed, "\x00", one.place, one.pause) for one in free]
        found = sorted(
            find(hidden, patterns, skipped=small.ARTICLES, open_to=open_to), key=lambda one: (one.start, -one.end)
        )
        for one in found:
            self.take(one.words)
        return found


def spoken_for(words: Sequence[Word], names: Names) -> frozenset[int]:
    """The places of words that a phrase claims, or that are small or of a time: what else a name has is that name."""
    line = Line("", words, names, set())
    for patterns in (STOPS, WITHOUT, TOPICS, AHEAD, QUESTIONS, ACTIONS, PARTIES):
        line.phrases(patterns)
    little = {
        one.place for one in words if one.plain in small.FILLERS or (is_time(one) and not _may_be_june(words, one))
    }
    return frozenset(line.claimed | little)


def _may_be_june(words: Sequence[Word], word: Word) -> bool:
    """Whether a month may be a person: it is of no date, and of no part of a year."""
    if word.plain not in small.MONTHS:
        return False
    around = {one.plain for one in words[max(word.place - 1, 0) : word.place + 2]} - {word.plain}
    return not any(one[:1].isdigit() or one in small.OF_A_YEAR for one in around)


def is_time(word: Word) -> bool:
    """Whether a time may be made of a word."""
    return word.plain in small.TIME_WORDS or word.plain in WEEKDAYS or _TIME_LIKE.fullmatch(word.plain) is not None
