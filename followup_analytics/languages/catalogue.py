"""The catalogue of a language: what each English text is there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from followup_analytics.languages.numbers import DATE, FORMS, Forms
from followup_analytics.languages.po import Message, read_po
from followup_analytics.languages.templates import WORDS, Template, filled

#: The languages that texts are told in; the first is the one they are composed in.
LANGUAGES = ("en", "de", "es")
#: After these a sentence may be over: the end of a sentence, closed emphasis, a space.
_ENDS = re.compile(r"[.:;?!](?:[”»)]|\x03)*\s\x03?")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_DATED = re.compile(DATE)
#: Longer texts are no lists of things.
_LONGEST_LIST = 300
_STOPS = re.compile(r"[.?!]\s")
_REFERENCE = re.compile("(?:\x02[rn][^\x03]*\x03)$")
#: The context of a placeholder whose value is no word of any language: a file's name, a column's, a setting's.
_AS_IS = "raw"
#: How emphasis is written in the catalogue, and in the texts that are looked up: no text of a file has such signs.
MARKS = {"<b>": "\x02b", "</b>": "\x03", "<i>": "\x02i", "</i>": "\x03"}


@dataclass(frozen=True)
class Said:
    """A text in another language, and the English words in it that no entry has."""

    text: str
    missing: tuple[str, ...] = ()


class Catalogue:
    """The texts of one language. `missing` gathers English words that no entry has, for those who keep the catalogue.

    names: strings from the log (employers, cohorts), which are never translated.
    """

    def __init__(self, language: str, names: Collection[str] = ()) -> None:
        self.language = language
        self.forms: Forms = FORMS[language]
        self.names = frozenset(names)
        self.missing: set[str] = set()
        self._exact, self._templates = _loaded(language)
        self._found: dict[tuple[str, str | None], Said | None] = {}
        self._told: set[str] = set()
        self._known: dict[tuple[str, str | None], Said] = {}

    def told(self, text: str) -> str:
        """A text of one sentence or several in this language; what no entry has stays as it is."""
        if self.is_told(text):
            return text
        said = self._value(text, None)
        self.missing.update(said.missing)
        told = self.forms.closed(said.text)
        self._told.add(told)
        return told

    def is_told(self, text: str) -> bool:
        """Whether a text, or the beginning that was kept of it, has been told already: a label before it was cut."""
        if text in self._told:
            return True
        start = text.removesuffix("…")
        return start != text and any(one.startswith(start) for one in self._told)

    def _value(self, text: str, context: str | None) -> Said:
        key = (text, context)
        if key not in self._known:
            start, end = len(text) - len(text.lstrip()), len(text.rstrip())
            said = self._worked_out(text[start:end], context)
            self._known[key] = Said(text[:start] + said.text + text[end:], said.missing)
        return self._known[key]

    def _worked_out(self, text: str, context: str | None) -> Said:
        """A text or a placeholder's value: a name, numbers, a phrase of the catalogue, or sentences of such."""
        if context == _AS_IS or self._is_name(text) or _REFERENCE.match(text):
            return Said(text)
        if _is_wordless(text):
            return Said(self.forms.written(text))
        whole = self._phrase(text, context) or (self._phrase(text, None) if context else None)
        if whole is not None and not whole.missing:
            return whole
        parted = self._parted(text)
        if parted is not None and (whole is None or len(parted.missing) < len(whole.missing)):
            return parted
        if whole is not None:
            return whole
        return Said(self.forms.written(text), (text,))

    def _parted(self, text: str) -> Said | None:
        """The first sentence, or the first few that one entry has, and the rest; None where there is but one.

        Of several beginnings that entries have, the shortest is taken after which nothing is missing, else the one
        after which least is: a sentence may go on beyond the end of a shorter one.
        """
        ends = [found.end() for found in _ENDS.finditer(text)]
        best: Said | None = None
        for end in ends:
            beginning = text[:end].rstrip()
            if self._is_name(beginning):
                said: Said | None = Said(beginning)
            elif _is_wordless(beginning):
                said = Said(self.forms.written(beginning))
            else:
                said = self._phrase(beginning, None)
            if said is None or (said.missing and best is not None):
                continue
            whole = self._with_rest(said, text, end)
            if best is None or len(whole.missing) < len(best.missing):
                best = whole
            if not best.missing:
                return best
        if best is not None or not ends:
            return best
        beginning = text[: ends[0]].rstrip()
        return self._with_rest(Said(self.forms.written(beginning), (beginning,)), text, ends[0])

    def _with_rest(self, said: Said, text: str, end: int) -> Said:
        gap = text[len(text[:end].rstrip()) : end]
        rest = self._value(text[end:], None) if text[end:] else Said("")
        return Said(said.text + gap + rest.text, (*said.missing, *rest.missing))

    def _phrase(self, text: str, context: str | None) -> Said | None:
        """A whole text by the entry that explains it best; None where none does."""
        key = (text, context)
        if key not in self._found:
            # While it is looked for, no part of it is taken for the whole.
            self._found[key] = None
            self._found[key] = self._looked_up(text, context)
        return self._found[key]

    def _looked_up(self, text: str, context: str | None) -> Said | None:
        best: Said | None = None
        for form, back in _spellings(text):
            if (form, context) in self._exact:
                return Said(back(self._exact[form, context]))
        by_key = self._templates[context]
        places = {place for word in ("", *WORDS.findall(text)) for place in by_key.places.get(word, ())}
        candidates = [by_key.templates[place] for place in sorted(places)]
        for form, back in _spellings(text):
            for template in candidates:
                if template.is_list and (len(form) > _LONGEST_LIST or _STOPS.search(form.rstrip("\x03 "))):
                    continue
                found = template.match(form)
                if found is None:
                    continue
                said = self._filled(template, found)
                if not said.missing:
                    if self._is_told_in_parts(text, found):
                        continue
                    return Said(back(said.text))
                if not template.is_weak and (best is None or len(said.missing) < len(best.missing)):
                    best = Said(back(said.text), said.missing)
        return best

    def _is_told_in_parts(self, text: str, found: re.Match[str]) -> bool:
        """Whether a placeholder took in the end of a sentence, although each sentence has its own entry."""
        if not any(_STOPS.search(value) for value in found.groupdict().values()):
            return False
        parted = self._parted(text)
        return parted is not None and not parted.missing

    def _filled(self, template: Template, found: re.Match[str]) -> Said:
        missing: list[str] = []

        def told(value: str, context: str | None) -> str:
            said = self._value(value, context)
            missing.extend(said.missing)
            return said.text

        text = filled(_of_number(template, found), found.groupdict(), told)
        return Said(text, tuple(missing))

    def _is_name(self, text: str) -> bool:
        """Whether a text is a name of the log, be it cut, with another first letter or with a mark of direction."""
        plain = text.strip("\u200e")
        for form in (plain, plain.removesuffix(".")):
            if form in self.names or _other_first(form) in self.names:
                return True
        pieces = [piece for piece in plain.split("…") if piece]
        return "…" in plain and any(all(piece in name for piece in pieces) for name in self.names)


def _is_wordless(text: str) -> bool:
    """Whether a text is made of numbers, signs and dates alone."""
    return not _LETTERS.search(_DATED.sub("", text))


def _of_number(template: Template, found: re.Match[str]) -> str:
    """The translation for the number in the text: German and Spanish tell one from all others, as English does."""
    if template.counts is None or len(template.said) == 1:
        return template.said[0]
    return template.said[0 if found[template.counts] == "1" else 1]


def _spellings(text: str) -> Iterator[tuple[str, _Back]]:
    """The text, and as an entry may have it: with another first letter, with a full stop that was taken off."""
    yield text, _Back()
    other, capital = _other_first(text), text[:1].isupper()
    if other != text:
        yield other, _Back(capital=capital)
    if text and text[-1] not in ".:;?!":
        yield f"{text}.", _Back(end="")
        if other != text:
            yield f"{other}.", _Back(capital=capital, end="")
    elif text[-1:] == ".":
        yield text[:-1], _Back(end=".")
        if other != text:
            yield other[:-1], _Back(capital=capital, end=".")
    elif text[-1:] in (";", ":"):
        sign = text[-1]
        for stop in (".", "") if sign == ";" else (".",):
            yield text[:-1] + stop, _Back(end=sign)
            if other != text:
                yield other[:-1] + stop, _Back(capital=capital, end=sign)


def _other_first(text: str) -> str:
    first = text[:1]
    return (first.lower() if first.isupper() else first.upper()) + text[1:]


class _Back:
    """Gives a translation the first letter and the end of the text that was asked for."""

    def __init__(self, capital: bool | None = None, end: str | None = None) -> None:
        self.capital, self.end = capital, end

    def __call__(self, said: str) -> str:
        if self.end is not None:
            said = said.removesuffix(".") + self.end
        if self.capital is None:
            return said
        first = said[:1].upper() if self.capital else said[:1].lower()
        return first + said[1:]


class _Indexed:
    """Templates, the surest first, and their places by a word that a text has to have for them."""

    def __init__(self, templates: Iterable[Template]) -> None:
        # The template with most words of its own is the surest.
        self.templates = sorted(templates, key=lambda one: -one.weight)
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self.templates):
            self.places[one.key].append(place)


@lru_cache(maxsize=len(LANGUAGES))
def _loaded(language: str) -> tuple[dict[tuple[str, str | None], str], dict[str | None, _Indexed]]:
    exact: dict[tuple[str, str | None], str] = {}
    templates: dict[str | None, list[Template]] = defaultdict(list)
    for message in messages(language):
        for template in _templates(message):
            if template.names():
                templates[template.context].append(template)
            else:
                exact[template.text, template.context] = template.said[0]
    found = defaultdict(lambda: _Indexed(()), {context: _Indexed(several) for context, several in templates.items()})
    return exact, found


def messages(language: str) -> Iterator[Message]:
    """The entries of a language's catalogue as its file has them."""
    content = (files("followup_analytics.languages") / f"{language}.po").read_text(encoding="utf-8")
    return (message for message in read_po(content) if any(message.said.values()))


def _templates(message: Message) -> Iterator[Template]:
    said = tuple(_marked(message.said[number]) for number in sorted(message.said))
    if message.plural is None:
        yield Template(_marked(message.text), said, message.context)
        return
    for text in (message.text, message.plural):
        yield Template(_marked(text), said, message.context, counts="n")


def _marked(text: str) -> str:
    for written, sign in MARKS.items():
        text = text.replace(written, sign)
    return text


def catalogue(language: str, names: Collection[str] = ()) -> Catalogue | None:
    """The catalogue of a language, None for English; `names` are left as they are."""
    return None if language == "en" else Catalogue(language, names)
