"""A hurried line as words: short forms written out, contractions undone, every word with its place and its pauses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from followup_analytics.store.names import name_key
from followup_analytics.track.spoken import WEEKDAYS


@dataclass(frozen=True)
class Word:
    """One word of a line: as typed and as names are compared, its place, and whether a pause stands before it."""

    typed: str
    plain: str
    place: int
    pause: bool = False


def _table(entries: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({short: words for shorts, words in entries.items() for short in shorts.split("|")})


#: What people shorten, written out.
SHORT = _table(
    {
        "w|w/": "with", "w/o": "without", "@": "at", "re|re:|abt": "about", "&|+|n": "and", "b4": "before",
        "thru": "through", "pls|plz": "please", "thx|ty|tks|thks": "thankyou", "thankyou|thank-you": "thankyou",
        "lm|l/m|lvm|lfm|lmtcb": "left message", "vm|v/m|vmail|v-mail|voice-mail|vms": "voicemail",
        "msg|mssg|msgs": "message", "msgd|msged|msg'd": "messaged", "txt|txts": "text", "txtd|txted|txt'd": "texted",
        "f/up|f/u|fup|f-up|followup|followed-up": "follow-up", "cb|c/b": "call back", "n/a|na": "no answer",
        "ans|answ": "answer", "recd|rec'd|rcvd": "received", "intvw|intv|i/v|iview|itw": "interview",
        "yest|yday|yesty|yda|yesterdays": "yesterday", "tmrw|tmr|tomo|tmw|tom'w|2moro|tomoz": "tomorrow",
        "2day|tdy": "today", "nxt": "next", "wk": "week", "wks": "weeks", "nite|tonite": "night", "arvo": "afternoon",
        "hm": "hiring manager", "mgr|mngr": "manager", "asst": "assistant", "recep": "reception",
        "eod|cob": "end of day", "eow": "end of week", "eom": "end of month", "x2|2x|x3|3x": "twice",
        "noone|no-one": "noone", "e-mail|e-mails": "email", "e-mailed": "emailed", "emails": "email",
        "tel": "telefoniert", "tlf": "telefono", "wasap|guasap|wsp|wapp": "whatsapp", "msj": "mensaje",
        "zw": "zwischen", "vorm": "vormittag", "nachm": "nachmittag", "rr.hh|rrhh": "rrhh", "dept": "department",
        "sec": "secretary", "attn": "for", "esp": "especially", "appt": "appointment", "mtg": "meeting",
        "okd": "ok", "rnd|rd": "round", "d/w": "discussed with", "s/w": "spoke with", "cld": "called", "clld": "called",
        "tc": "phonecall",
    }
)  # fmt: skip
#: Pairs of words that say one thing.
_JOINED = MappingProxyType(
    {
        ("no", "one"): "noone", ("voice", "mail"): "voicemail", ("answering", "machine"): "voicemail",
        ("answer", "machine"): "voicemail", ("answer", "phone"): "voicemail", ("voice", "message"): "voicemail",
        ("thank", "you"): "thankyou", ("thank", "u"): "thankyou", ("e", "mail"): "email",
        ("phone", "call"): "phonecall",
        ("text", "message"): "sms", ("follow", "up"): "follow-up", ("followed", "up"): "follow-up",
        ("front", "desk"): "frontdesk",
        ("muchas", "gracias"): "gracias", ("linked", "in"): "linkedin",
        ("new", "year"): "newyear", ("new", "years"): "newyear", ("ano", "nuevo"): "newyear",
    }
)  # fmt: skip
_CONTRACTED = (
    (re.compile(r"(?i)\b(ca|do|did|could|was|were|is|has|have|had|would|wo|does)n['’]?t\b"), r"\1 not"),
    (re.compile(r"(?i)\b(they|she|he|we|i|it)['’]ll\b"), r"\1 will"),
    (re.compile(r"(?i)\b(they|we|you)['’]re\b|\b(they)re\b"), r"\1\2 are"),
    (re.compile(r"(?i)\b(they)(?:ll)\b"), r"\1 will"),
    (re.compile(r"(?i)\b(they)ve\b"), r"\1 have"),
    (re.compile(r"(?i)\b(they|we|i|you)['’]ve\b"), r"\1 have"),
    (re.compile(r"(?i)\b(he|she|it)['’]s\b"), r"\1 has"),
    (re.compile(r"(?i)\b(they|we|i|he|she)['’]d\b"), r"\1 would"),
    (re.compile(r"(?<=\w\w)['’]s\b"), ""),
    (re.compile(r"\s*(?:[-=]+>|→)\s*"), " "),
    # HR is the people of an employer elsewhere.
    (re.compile(r"(?i)\b(\d{1,2}|an?|one)\s?hrs?(?=\s+ago\b)"), r"\1 hour"),
    # Around two; a call from three to half past three began at three.
    (re.compile(r"(?i)(?:~|\bca?\.\s?)(?=\d)|(?<=\d)\s?-?ish\b"), ""),
    (re.compile(r"(?i)(\d{1,2}:\d{2}|\d{1,2}\s?[ap]m)\s?(?:-|–|to|bis)\s?\d{1,2}(?::\d{2})?(?:\s?[ap]m)?\b"), r"\1"),
    (re.compile(r"(?i)\b(\d{1,2})\s?(?:-|–)\s?\d{1,2}(?::\d{2})?\s?([ap]m)\b"), r"\1 \2"),
    (re.compile(r"(?i)\b(\d{1,2})\s?(?:-|–)\s?(\d{1,2}):\d{2}\b"), r"\1"),
)
#: Days as Germans shorten them, where an hour or a part of the day follows: other languages have such words too.
_GERMAN_DAYS = {
    "Mo": "montag",
    "Di": "dienstag",
    "Mi": "mittwoch",
    "Do": "donnerstag",
    "Fr": "freitag",
    "Sa": "samstag",
}
_OF_A_DAY = frozenset(["vormittag", "nachmittag", "abend", "mittag", "fruh", "um", "morgen"])
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.")
_LETTERS_ABOUT_SLASH = re.compile(r"(?<=[^\W\d])\s*/\s*(?=[^\W\d])")
#: Names and identifiers keep their dashes; a dash between blanks, brackets and commas are pauses.
_PAUSE = re.compile(r"\s[-–—>:]+\s|[,;:!?()–—]+(?=\s|$)|(?<=\s)[(]|(?<=^)[(]|(?<!\.\d)(?<!\.\d\d)\.(?=\s|$)|\.{2,}")
_MARK = "\x00"


def words_of(text: str) -> list[Word]:
    """The words of a line, short forms written out; a slash between two names parts them."""
    line = text.replace(_MARK, " ")
    for pattern, instead in _CONTRACTED:
        line = pattern.sub(instead, line)
    line = _PAUSE.sub(f" {_MARK} ", line)
    found: list[tuple[str, bool]] = []
    pause = False
    for raw in line.split():
        if raw == _MARK:
            pause = True
            continue
        for one in _written_out(raw):
            found.append((one, pause))
            pause = False
    return _joined([(one, stop) for one, stop in found if one])


def _written_out(raw: str) -> Sequence[str]:
    """One typed word as the words that it is short for; a name at the side of a sign is a word of its own."""
    bare = raw.strip(".,;:!?\"'()[]")
    if _DOTTED.fullmatch(raw.rstrip(",;:!?)]")):
        # The dot after a German date is part of it.
        bare = f"{bare}."
    known = SHORT.get(name_key(bare)) or SHORT.get(name_key(raw))
    if known is not None:
        return known.split() if name_key(bare) != known else [bare]
    if bare.startswith("@") and len(bare) > 1:
        return ["at", bare[1:]]
    parts = _LETTERS_ABOUT_SLASH.sub(" ", bare).split()
    return parts if len(parts) == 1 else [one for part in parts for one in _written_out(part)]


def _joined(found: Sequence[tuple[str, bool]]) -> list[Word]:
    words: list[Word] = []
    skip = False
    for number, (typed, pause) in enumerate(found):
        if skip:
            skip = False
            continue
        plain = name_key(typed)
        following = found[number + 1][0] if number + 1 < len(found) else ""
        shown = typed
        if typed in _GERMAN_DAYS and (following[:1].isdigit() or name_key(following) in _OF_A_DAY):
            shown = plain = _GERMAN_DAYS[typed]
        if typed == "ab" and (following[:1].isdigit() or name_key(following) in WEEKDAYS | {"morgen", "heute"}):
            # `ab Montag`: from Monday on, and no machine.
            plain = "from"
        if plain == "callback" and name_key(following) in ("from", "von", "de"):
            # A call that came, and none that is asked for.
            plain = "ruckruf"
        after = name_key(found[number + 1][0]) if number + 1 < len(found) and not found[number + 1][1] else ""
        joined = _JOINED.get((plain, after))
        if joined is not None:
            plain, shown, skip = joined, f"{typed} {found[number + 1][0]}", True
        words.append(Word(shown, plain, len(words), pause))
    return words
