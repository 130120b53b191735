"""The word lists by which a sheet is understood: headings and cells in four languages, as data files to be edited.

Each file `words/LANGUAGE.toml` has the same sections. A phrase is found where its words stand side by side; a star
stands for any letters at the beginning or end of a word, and a phrase behind "=" must be the whole text.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.text import clean, listed

#: Sections of a word list; each holds lists of phrases by name.
SECTIONS = (
    "subjects",
    "facets",
    "ordinals",
    "touches",
    "initials",
    "outcomes",
    "destinations",
    "answers",
    "held",
    "directions",
    "parties",
    "purposes",
    "tones",
    "totals",
    "sheets",
)
#: How sure a phrase is that stands alone, that is part of a longer text, and that is nearly a phrase.
EXACT, PART, NEARLY = 0.95, 0.75, 0.65
_CLOSE = 0.8
_SHORTEST_PART = 4
_FOREMOST = (
    "automatic",
    "voicemail_received",
    "missed_call",
    "called_back",
    "email_received",
    "text_received",
    "thanked_email",
    "thanked_letter",
    "voicemail_left",
    "no_answer",
    "spoke_interviewer",
    "spoke_hiring_team",
    "spoke_receptionist",
    "spoke",
)
#: Touches that tell what came of an attempt, if anything, and not what was done.
SAYS_NOTHING = ("no_reply", "unsaid", "nothing")
_AT_THE_FRONT = ("lvm", "lm", "vm", "ph", "em", "txt", "sms")
_BETWEEN_MARKS = re.compile(r"[,;:()]|\s[-–/]\s")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")


@dataclass(frozen=True)
class Found:
    """A name of a section that a text means, how sure, and which phrase told."""

    name: str
    certainty: float
    phrase: str


@dataclass(frozen=True)
class Phrase:
    """A phrase of a word list as a pattern over normal text."""

    name: str
    text: str
    language: str
    pattern: re.Pattern[str]

    @property
    def weight(self) -> tuple[int, int]:
        """Longer phrases say more: by words, then by letters."""
        return self.text.count(" "), len(self.text)


@dataclass(frozen=True)
class Lexicon:
    """All phrases, by section."""

    phrases: Mapping[str, tuple[Phrase, ...]]
    touches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def _whole(self) -> dict[str, dict[str, str]]:
        """Phrases without stars, by section and text; the first language that has one counts."""
        found: dict[str, dict[str, str]] = {}
        for section, phrases in self.phrases.items():
            of_section = found.setdefault(section, {})
            for phrase in phrases:
                of_section.setdefault(phrase.text.replace("*", "").removeprefix("="), phrase.name)
        return found

    def all_in(self, section: str, text: str) -> list[Found]:
        """Everything of a section that a text mentions, the fullest phrase first, one for each name."""
        key = normal(text)
        hits = [phrase for phrase in self.phrases[section] if phrase.pattern.search(key)]
        best: dict[str, Phrase] = {}
        for phrase in sorted(hits, key=lambda one: one.weight, reverse=True):
            best.setdefault(phrase.name, phrase)
        return [Found(name, EXACT if _is_whole(one, key) else PART, one.text) for name, one in best.items()]

    def mentions(self, section: str, text: str) -> frozenset[str]:
        """The names of a section that a text mentions."""
        return frozenset(found.name for found in self.all_in(section, text))

    def meaning(self, section: str, text: str) -> Found | None:
        """What a cell means in the words of a section: the whole cell, else its fullest phrase, else a misspelt one."""
        key = normal(text)
        if not key:
            return None
        whole = self._whole[section]
        if key in whole:
            return Found(whole[key], EXACT, key)
        joined = key.replace(" ", "")
        for phrase, name in whole.items():
            if phrase.replace(" ", "") == joined:
                return Found(name, EXACT, phrase)
        # Umlauts are written out where a keyboard has none.
        folded = key.replace("ae", "a").replace("oe", "o").replace("ue", "u")
        if folded in whole:
            return Found(whole[folded], EXACT, folded)
        found = [one for one in self.all_in(section, key) if len(one.phrase) >= _SHORTEST_PART]
        found += self._short_parts(whole, text, alone=not found) if section == "touches" else []
        if found:
            return self._foremost(found, key) if section == "touches" else found[0]
        close = difflib.get_close_matches(key, whole, n=1, cutoff=_CLOSE) if len(key) >= _SHORTEST_PART else []
        return Found(whole[close[0]], NEARLY, close[0]) if close else None

    @staticmethod
    def _short_parts(whole: Mapping[str, str], text: str, *, alone: bool) -> list[Found]:
        """Short forms that stand for themselves between marks, and `alone` at the front: "LVM, n/r", "LVM w/ HR"."""
        parts = [normal(part) for part in _BETWEEN_MARKS.split(text)]
        parts += [word for word in normal(text).split()[:1] if alone and word in _AT_THE_FRONT]
        return [Found(whole[part], PART, part) for part in parts if len(part) < _SHORTEST_PART and part in whole]

    def _foremost(self, found: Sequence[Found], key: str) -> Found:
        """The touch that a longer text is about: whoever left a message or reached nobody had called before."""
        # "Callback planned" is no callback: what is part of a fuller phrase says nothing by itself.
        found = _fullest(found)
        names = {one.name: one for one in found}
        # What came of it says less than what was done: "emailed, no reply" is an e-mail.
        done = [one for one in found if one.name not in SAYS_NOTHING]
        if [one.name for one in done] == ["phone"] and "no_reply" in names:
            return Found("no_answer", PART, names["no_reply"].phrase)
        found = done or found
        if "thank_you" in self.mentions("purposes", key):
            for plain in ("email", "letter"):
                if plain in names:
                    return Found(f"thanked_{plain}", PART, names[plain].phrase)
        first = next((names[name] for name in _FOREMOST if name in names), found[0])
        whom = [one.name for one in _fullest(self.all_in("parties", key)) if f"spoke_{one.name}" in self.touches]
        return Found(f"spoke_{whom[0]}", PART, first.phrase) if first.name == "spoke" and len(whom) == 1 else first


def _fullest(found: Sequence[Found]) -> list[Found]:
    """Without those whose phrase is part of a fuller one: of "HR manager" the manager."""
    within = [f" {one.phrase} " for one in found]
    return [one for one in found if not any(f" {one.phrase} " in text != f" {one.phrase} " for text in within)]


def normal(text: str) -> str:
    """A text as phrases are written: small letters without accents, words with one blank between them."""
    written = _CAMEL.sub(" ", clean(text).replace("\u00a0", " "))
    written = re.sub(r"\bw/\s*", "with ", written.replace("&", " and "), flags=re.IGNORECASE)
    written = re.sub(r"\bf/u\b", "follow up", written, flags=re.IGNORECASE).replace("#", " # ").replace("№", " no ")
    written = written.replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", written.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w#✓✔]+|_", " ", re.sub(r"(?<=\w)['’](?=t\b)", "", plain)).split())


def load_lexicon(further: str | Path | None = None) -> Lexicon:
    """The word lists of the package, and of a file of the user's own, whose phrases count first.

    Raises UnreadableError when that file can't be read, UsageError naming a section that there is not.
    """
    lists = [*_shipped()]
    if further is not None:
        lists.insert(0, _own_list(Path(further)))
    phrases = {section: tuple(one for words in lists for one in _phrases(words, section)) for section in SECTIONS}
    return Lexicon(phrases, touch_table())


@cache
def _shipped() -> tuple[Mapping[str, Any], ...]:
    folder = resources.files("followup_analytics.ingest.maps.draft").joinpath("words")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".toml"))
    # English first: where two languages share a word, most sheets that have it are English.
    names.sort(key=lambda name: name != "en.toml")
    return tuple(tomllib.loads(folder.joinpath(name).read_text("utf-8")) for name in names if name != "touches.toml")


@cache
def touch_table() -> Mapping[str, Mapping[str, Any]]:
    """What each touch means in the log, and how a person is asked about it."""
    folder = resources.files("followup_analytics.ingest.maps.draft").joinpath("words")
    return tomllib.loads(folder.joinpath("touches.toml").read_text("utf-8"))


def _own_list(path: Path) -> Mapping[str, Any]:
    try:
        given = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableError(f"--words {path.name}: the list can't be read ({error}).") from None
    unknown = sorted(set(given) - {*SECTIONS, "language"})
    if unknown:
        raise UsageError(
            f"--words {path.name}: there is no section {unknown[0]!r}; there are {listed(SECTIONS, 'and')}."
        )
    return given


def _phrases(words: Mapping[str, Any], section: str) -> Iterator[Phrase]:
    language = str(words.get("language", "own"))
    for name, texts in words.get(section, {}).items():
        for text in texts:
            yield Phrase(name, text, language, _pattern(text))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    whole = text.startswith("=")
    parts = [
        r"\w*".join(re.escape(normal(piece)) for piece in word.split("*")) if "*" in word else re.escape(word)
        for word in text.removeprefix("=").split()
    ]
    plain = " ".join(parts)
    return re.compile(rf"\A{plain}\Z" if whole else rf"(?<!\w){plain}(?!\w)")


def _is_whole(phrase: Phrase, key: str) -> bool:
    return phrase.pattern.fullmatch(key) is not None
