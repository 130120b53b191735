"""Sentences as templates: how a finished text is found, and told with its numbers and names in another language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from followup_analytics.languages.numbers import DATE, NUMBER

#: Words of any kind; words within one sentence; the name of a column.
_ANY, _PHRASE, _COLUMN = ".+?", r"(?:(?![.?!]\x03?\s).)+?", r"[^.,;:()%\d]+?"
#: Placeholders for names and for whole sentences: in these a full stop may stand.
_FREE = frozenset(
    {
        "advice", "against", "codes", "cohort", "compared", "employer", "first", "group", "here", "instead", "label",
        "me", "more", "name", "names", "other", "post", "reason", "rest", "second", "short", "them", "there",
        "title", "who", "why", "words",
    }
)  # fmt: skip
_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
#: Placeholders of these names stand for numbers, dates and times; all others for words.
_OF_NUMBERS = re.compile(r"(?:n|day|low|high|share|points|value)\d*$")
_OF_DATES = re.compile(r"date\d*$")
_OF_TIMES, _TIME = re.compile(r"(?:\w+_)?time\d*$"), r"\d{1,2}:\d{2}"
#: Whole words: a placeholder may stand beside one only with a sign between.
WORDS = re.compile(r"(?<![\w{}])[^\W\d_]{3,}(?![\w{}])")
#: Templates with fewer letters of their own match too much to be believed by themselves.
_FEW_LETTERS = 4


@dataclass(frozen=True)
class Template:
    """One English text with placeholders, and how it is said: of one, and of several where there is a plural."""

    text: str
    said: tuple[str, ...]
    context: str | None = None
    #: The placeholder whose number decides between singular and plural.
    counts: str | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches a text made from the template; its first letter may be a capital or not."""
        parts: list[str] = []
        seen: set[str] = set()
        end = 0
        for place in _PLACE.finditer(self.text):
            parts.append(re.escape(self.text[end : place.start()]))
            name = place[1]
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{_kind(name)})")
            seen.add(name)
            end = place.end()
        parts.append(re.escape(self.text[end:]))
        return re.compile("".join(parts), re.DOTALL)

    @cached_property
    def _pieces(self) -> tuple[str, ...]:
        return tuple(_PLACE.split(self.text)[::3])

    def match(self, text: str) -> re.Match[str] | None:
        """The text as one made from the template; pieces are looked for first, which is far quicker."""
        first, *rest = self._pieces
        if not text.startswith(first) or not text.endswith(self._pieces[-1]):
            return None
        place = len(first)
        for piece in rest:
            place = text.find(piece, place)
            if place < 0:
                return None
            place += len(piece)
        return self.pattern.fullmatch(text)

    @cached_property
    def weight(self) -> int:
        """How much of the template is words: the more, the surer a text is one of it."""
        return len(_PLACE.sub("", self.text))

    @cached_property
    def key(self) -> str:
        """The longest word that stands in every text made from the template, as it is; empty where there is none."""
        words = [word for piece in self._pieces for word in WORDS.findall(piece)]
        # The first word may have another first letter in a text.
        inner = words[1:] if words and self._pieces[0].startswith(words[0]) else words
        return max(inner, key=len, default="")

    @cached_property
    def is_weak(self) -> bool:
        """Made of little but placeholders, as a list is: it holds for a text only where all its parts are known."""
        return sum(map(str.isalpha, _PLACE.sub("", self.text))) < _FEW_LETTERS

    @cached_property
    def is_list(self) -> bool:
        """Weak, with words among its parts."""
        return self.is_weak and any(_kind(name) in (_ANY, _PHRASE) for name in self.names())

    def names(self) -> frozenset[str]:
        """The placeholders of the English text."""
        return places(self.text)


def _kind(name: str) -> str:
    if _OF_NUMBERS.match(name):
        return NUMBER
    if _OF_DATES.match(name):
        return DATE
    if _OF_TIMES.match(name):
        return _TIME
    return _ANY if name in _FREE else _COLUMN if name == "column" else _PHRASE


def filled(said: str, values: Mapping[str, str], told: Callable[[str, str | None], str]) -> str:
    """A translation with its values; `told` gives each in the language, in the grammatical case that is asked for."""
    return _PLACE.sub(lambda place: told(values[place[1]], place[2]), said)


def places(text: str) -> frozenset[str]:
    """The names of the placeholders in a text."""
    return frozenset(place[1] for place in _PLACE.finditer(text))
