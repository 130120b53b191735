"""Who did what a phrase says, the client's side or the employer's: told by the names and small words around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from followup_analytics.track import phrases as said
from followup_analytics.track import small_words as small
from followup_analytics.track.patterns import Found
from followup_analytics.track.wording import Word

#: On whose side a name is; `person` is somebody of the employer, `either` a name that an employer and a client have, or
#: an interview's id.
Side = Literal["ours", "theirs", "person", "either"]
Names = Mapping[int, Side]
Doer = Literal["outbound", "inbound", "either"]
_OF: Mapping[Side, Doer] = {"ours": "outbound", "theirs": "inbound", "person": "inbound", "either": "either"}
#: The employer's side.
THEIRS = frozenset({"theirs", "person"})
#: So far after a phrase its `from` and `to` may stand.
_NEAR = 4


def who_did(words: Sequence[Word], act: Found, sides: Mapping[int, Side]) -> Doer | None:
    """Who did it; None where nothing around says so and the phrase has no side of its own."""
    role = act.says.get("role")
    subject = _before(words, act, sides)
    verbs = {one.plain for one in act.words}
    if verbs & small.OURS and role == "verb":
        return "outbound"
    led = _after(words, act, sides, noun=role == "noun")
    if role == "back":
        return _rang_back(words, act, sides, subject)
    if led is not None and (subject is None or role == "noun" or _is_passive(words, act)):
        return led
    if role == "noun":
        # `acme voicemail` is short for one that was left there; `acme email` may be theirs.
        short = subject == "inbound" and act.says.get("channel") != "voicemail"
        short |= subject is None and _is_headed(words, act, sides)
        return "either" if short else "outbound" if subject == "inbound" else subject or _own(act)
    if _is_passive(words, act) and subject is not None:
        return "inbound" if subject == "outbound" else "outbound"
    if verbs & small.AT_THE_END and subject == "inbound":
        return _at_the_end(words, act, sides)
    if verbs & small.SUBJECT_AFTER and subject is None and sides.get(act.end + 1) in THEIRS:
        return "either"
    if subject is not None:
        return subject
    if _is_headed(words, act, sides):
        return "inbound" if role == "replied" else "either"
    if verbs & small.THEIRS:
        return "inbound"
    return _own(act)


def _own(act: Found) -> Doer | None:
    found = act.says.get("direction")
    return "outbound" if found == "outbound" else "inbound" if found == "inbound" else None


def _clause(words: Sequence[Word], act: Found) -> list[Word]:
    """The words before a phrase, as far back as its clause goes, in their order."""
    found: list[Word] = []
    stop = words[act.start].pause
    for one in reversed(words[: act.start]):
        if stop or one.plain in small.SAY:
            break
        found.append(one)
        stop = one.pause
    return found[::-1]


def _before(words: Sequence[Word], act: Found, sides: Mapping[int, Side]) -> Doer | None:
    """Whose side stands before a phrase: the client's where anybody of it does, else the employer's."""
    clause = _clause(words, act)
    found: list[Side] = []
    pronoun = where = False
    for number, one in enumerate(clause):
        side = sides.get(one.place)
        if side is None:
            if one.plain == "they" or one.plain in small.OURS:
                # `ben they called`: whoever speaks for one side says plainly who did it.
                found = ["theirs" if one.plain == "they" else "ours"]
            pronoun |= one.plain in small.PERHAPS_THEIRS
        elif side in THEIRS and _led(clause, number) and THEIRS.isdisjoint(found):
            # `at acme called`: where, and not who; `the recruiter at acme` is who.
            where = True
            continue
        if side is not None:
            found.append(side)
    if not found and pronoun:
        # `she` is whoever of the employer was spoken to, else the client where nobody else is named.
        earlier = {side for place, side in sides.items() if place < act.start}
        return "inbound" if "person" in earlier else "outbound" if earlier == {"ours"} else "either"
    if not found or set(found) == {"either"}:
        return None
    if "ours" in found and (where or not THEIRS.isdisjoint(found)):
        return _of_both(clause, act, sides, found)
    return "outbound" if "ours" in found else "inbound"


def _of_both(clause: Sequence[Word], act: Found, sides: Mapping[int, Side], found: Sequence[Side]) -> Doer:
    """Who did it, where both sides stand before a phrase: `ben acme mr hall called` is theirs, `ben acme called` ours.

    `ben acme` says whose interview it is; a person of the employer has no place in that, and is who did it right
    before the verb. Who replied is the employer there.
    """
    replied = act.says.get("role") == "replied"
    lead = _lead_of_person(clause, sides)
    if lead in small.TO or lead in small.AT:
        # `ben with mr hall phoned`
        return "either" if replied else "outbound"
    if found[-1] == "person" and lead not in small.AND:
        return "inbound"
    if found[-1] == "theirs" and replied:
        return "inbound"
    return "either" if replied or "person" in found else "outbound"


def _lead_of_person(clause: Sequence[Word], sides: Mapping[int, Side]) -> str:
    """The word before the last person of the employer, apart from articles and titles; empty where there is none."""
    number = max((number for number, one in enumerate(clause) if sides.get(one.place) == "person"), default=0)
    while number > 0:
        number -= 1
        one = clause[number]
        if sides.get(one.place) != "person" and one.plain not in small.ARTICLES | small.TITLES:
            return one.plain
    return ""


def _is_headed(words: Sequence[Word], act: Found, sides: Mapping[int, Side]) -> bool:
    """`ben acme, mr hall: called`: nothing but names before a phrase, of which the last is of the employer's person."""
    head = [one for one in words[: act.start] if one.plain not in small.ARTICLES | small.TITLES]
    return bool(head) and all(one.place in sides for one in head) and sides[head[-1].place] == "person"


def _led(clause: Sequence[Word], number: int) -> bool:
    before = clause[number - 1].plain if number else ""
    return before in small.AT or before in small.TO


def _after(words: Sequence[Word], act: Found, sides: Mapping[int, Side], *, noun: bool) -> Doer | None:
    """`from acme` and `by acme` are theirs, `to acme` is ours; of a noun the nearer tells, `to ben` is theirs."""
    lead = ""
    inside = {one.place for one in act.words}
    for one in [word for word in words[act.start :] if word.place not in inside][: _NEAR + len(act.words)]:
        if one.place > act.end + _NEAR or (one.pause and one.place > act.end + 1 and not lead):
            break
        if one.plain in small.FROM:
            lead = "from"
        elif one.plain in small.TO:
            lead = "to"
        elif one.plain in small.AT:
            lead = "at"
        elif one.place in sides or one.plain in said.CLASSES["us"].split() or one.plain == "they":
            side = sides.get(one.place, "theirs" if one.plain in ("them", "they") else "ours")
            if lead == "from" and side != "either":
                return _OF[side]
            if lead == "to" and side != "either":
                return "outbound" if side in THEIRS else ("inbound" if noun else None)
            return None
        elif one.plain not in small.FILLERS | small.ARTICLES | small.TIME_WORDS:
            return None
    return None


def _is_passive(words: Sequence[Word], act: Found) -> bool:
    return any(one.plain in small.PASSIVE for one in words[max(0, act.start - 2) : act.start])


def _at_the_end(words: Sequence[Word], act: Found, sides: Mapping[int, Side]) -> Doer:
    """`Acme hat angerufen` is theirs, `hat Acme angerufen` ours, `Acme angerufen` may be either."""
    clause = _clause(words, act)
    has = [number for number, one in enumerate(clause) if one.plain in small.HAS]
    theirs = [number for number, one in enumerate(clause) if sides.get(one.place) in THEIRS]
    if any(one.plain in ("hab", "habe") for one in clause):
        return "outbound"
    if has and theirs:
        return "inbound" if theirs[0] < has[0] else "outbound"
    return "either"


def _rang_back(words: Sequence[Word], act: Found, sides: Mapping[int, Side], subject: Doer | None) -> Doer:
    """`called acme back` is ours, `acme called back` and `called ben back` theirs; `ben called back` may be either."""
    if {one.plain for one in act.words} & small.AT_THE_END and subject == "inbound":
        return _at_the_end(words, act, sides)
    objects = [one for one in words[act.start : act.end + 2] if one not in act.words]
    named = {sides.get(one.place) for one in objects} - {None}
    plain = {one.plain for one in objects}
    if named & THEIRS or "them" in plain:
        return "outbound"
    if "ours" in named or plain & {"me", "him", "her", "us"} or subject == "inbound":
        return "inbound"
    return "either" if subject == "outbound" else "inbound"
