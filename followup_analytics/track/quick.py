"""The quick entry: `ben bosch left voicemail yesterday 3pm`, understood as far as it is plain, asked back else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from followup_analytics.errors import UsageError
from followup_analytics.store import Store
from followup_analytics.store.names import folded, name_words
from followup_analytics.store.stories import Story
from followup_analytics.text import listed, shorten
from followup_analytics.track.checking import require_interview
from followup_analytics.track.entries import track_contact, track_outcome
from followup_analytics.track.entry import Entry
from followup_analytics.track.finding import Finder, alike, written_ways
from followup_analytics.track.phrases import ACTIONS, AHEAD, FILLERS, PARTIES, TIME_LINKS, TIME_WORDS
from followup_analytics.track.places import opened
from followup_analytics.track.spoken import WEEKDAYS, read_spoken
from followup_analytics.track.times import Clock, local_time, with_offset, writers_zone, zone_of

#: Articles and the like, which may stand in a phrase or not.
_ARTICLES = frozenset(
    ["a", "an", "the", "un", "una", "unos", "eine", "einen", "ein", "den", "die", "das", "him", "her", "them"]
)
_TIME_LIKE = re.compile(r"20\d{2}|\d{1,2}([:.h]\d{2})?(am|pm|h|uhr|st|nd|rd|th)?|\d{1,4}[-/.]\d{1,2}([-/.]\d{2,4})?")
_LONGEST_NAME = 4
#: `called back`, which the employer does, or the client: who it was is told by the names around it.
_BACK = frozenset(["back", "zuruck", "zuruckgerufen"])
_RANG_BACK = {"direction": "inbound", "channel": "phone"}
Phrases = Mapping[tuple[str, ...], Mapping[str, str]]


@dataclass(frozen=True)
class _Word:
    """One word of the text: as typed and as names are compared, with its place."""

    typed: str
    plain: str
    place: int


@dataclass
class _Reading:
    """What is understood so far, and the words that nothing has claimed yet."""

    words: Sequence[_Word]
    left: list[_Word]
    said: dict[str, str] = field(default_factory=dict)
    first_verb: int | None = None
    party_before: bool = False
    rang_back: Sequence[_Word] = ()

    def take(self, words: Sequence[_Word]) -> None:
        """Claim some words."""
        taken = {one.place for one in words}
        self.left = [one for one in self.left if one.place not in taken]


def track_log(place: str | Store, text: str, *, interview: str | None = None, clock: Clock | None = None) -> Entry:
    """Record what a line of text says: who, what was done or came, and when (now by default).

    interview: the one that is meant, where the text alone fits several.
    Raises UsageError for what is not understood, quoting it; AmbiguousInterviewError where several interviews fit.
    """
    if not text.strip():
        raise UsageError("log needs what happened, such as  followup log 'ben bosch left voicemail yesterday 3pm'.")
    store = opened(place, write=True, clock=clock)
    finder = Finder.of(store)
    words = _words(text)
    reading = _Reading(words, list(words))
    named = _named_in_full(finder, words)
    reading.take([words[place] for places in named.values() for place in places])
    ahead = list(_ahead(reading))
    _action(reading, text, announced=bool(ahead))
    times = _times(reading, ahead)
    story = _story(finder, reading, named, text, interview)
    fields = _fields(store, story, reading, times)
    if "outcome" in fields:
        entry = track_outcome(store, story.interview_id, fields["outcome"], at=fields.get("at"), clock=clock)
    else:
        entry = track_contact(store, story.interview_id, clock=clock, **fields)
    name = finder.book.name(story.applicant_id)
    who = listed([one for one in (name, story.employer) if one], "at")
    return replace(entry, sentence=f"{who}: {entry.sentence}" if who else entry.sentence)


def _words(text: str) -> list[_Word]:
    """The words of a text; a slash between two names parts them."""
    apart = re.sub(r"(?<=[^\W\d])\s*/\s*(?=[^\W\d])", " ", text)
    typed = [one.strip(".,;:!?\"'()") for one in re.sub(r"[,;]", " ", apart).split()]
    return [_Word(one, folded(one), place) for place, one in enumerate(one for one in typed if one)]


def _named_in_full(finder: Finder, words: Sequence[_Word]) -> dict[str, set[int]]:
    """By interview the places of words that name it in full: its id, the applicant's, a whole name, an employer."""
    pseudonyms = finder.pseudonyms
    found: dict[str, set[int]] = {}
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            span = words[start : start + length]
            typed, plain = " ".join(one.typed for one in span), " ".join(one.plain for one in span)
            if length == 1 and (plain in FILLERS or plain in TIME_WORDS or (plain,) in _plain(ACTIONS)):
                continue
            ids = {typed} if pseudonyms is None else {typed, *map(pseudonyms.applicant, written_ways(typed))}
            keys: set[str | frozenset[str]] = {*ids, plain, name_words(plain)}
            for key in keys:
                for interview in finder.by_name.get(key, ()):
                    found.setdefault(interview, set()).update(one.place for one in span)
    return found


def _plain(phrases: Phrases) -> dict[tuple[str, ...], Mapping[str, str]]:
    """The phrases as names are compared, made once of each table."""
    if id(phrases) not in _PLAIN:
        _PLAIN[id(phrases)] = _made_plain(phrases)
    return _PLAIN[id(phrases)]


#: By table of phrases, which are constants.
_PLAIN: dict[int, dict[tuple[str, ...], Mapping[str, str]]] = {}


def _made_plain(phrases: Phrases) -> dict[tuple[str, ...], Mapping[str, str]]:
    return {
        tuple(folded(word) for word in phrase if folded(word) not in _ARTICLES): said
        for phrase, said in phrases.items()
    }


def _phrases_in(words: Sequence[_Word], phrases: Phrases) -> Iterator[tuple[list[_Word], Mapping[str, str]]]:
    """The phrases that stand in a text, the longest first, none within another."""
    known = _plain(phrases)
    bare = [one for one in words if one.plain not in _ARTICLES]
    taken: set[int] = set()
    for length in range(max(map(len, known)), 0, -1):
        for start in range(len(bare) - length + 1):
            span = bare[start : start + length]
            said = known.get(tuple(one.plain for one in span))
            if said is not None and taken.isdisjoint(one.place for one in span):
                taken.update(one.place for one in span)
                yield span, said


def _ahead(reading: _Reading) -> Iterator[tuple[int, str]]:
    """Places after which a time ahead is told, with its column."""
    for span, said in list(_phrases_in(reading.left, AHEAD)):
        reading.take(span)
        yield span[-1].place, said["column"]


def _action(reading: _Reading, text: str, *, announced: bool) -> None:
    """What was done, and who was reached."""
    found = sorted(_phrases_in(reading.left, ACTIONS), key=lambda one: one[0][0].place)
    notes = next((said for span, said in found if span[-1].plain == "note"), None)
    for span, said in found:
        reading.take(span)
        if span[-1].plain in _BACK and said == _RANG_BACK:
            reading.rang_back = span
        if "verb" in said and reading.first_verb is None:
            reading.first_verb = span[0].place
    outcomes = [said for _, said in found if "outcome" in said]
    if any(said.get("channel") == "voicemail" and said["direction"] == "outbound" for _, said in found):
        # `no answer, left a message`: the call is told by what was left.
        found = [(span, said) for span, said in found if not (said.get("channel") == "phone" and "party" in said)]
    # `called, left a voicemail`: the call is told by what became of it.
    telling = [said for _, said in found if dict(said) != {"direction": "outbound", "channel": "phone", "verb": "yes"}]
    chosen = outcomes or telling or [said for _, said in found]
    if reading.rang_back and not outcomes:
        # Who rang back is known once it is known whose interview it is.
        chosen = [said for said in chosen if said != _RANG_BACK] or [{"channel": "phone"}]
    if not chosen:
        raise _nothing_happened(text, announced=announced)
    # `emailed a thank-you note`: the note went the way that the verb says.
    for said in sorted(chosen, key=lambda one: one is notes):
        for name, value in said.items():
            if said is notes and name == "channel" and name in reading.said:
                continue
            if name != "verb" and reading.said.setdefault(name, value) != value:
                raise UsageError(
                    f"{shorten(text)!r} says two things ({reading.said[name]}, {value}); write one entry for each."
                )
    for span, said in list(_phrases_in(reading.left, PARTIES)):
        reading.take(span)
        reading.said["party"] = said["party"]
        reading.party_before |= reading.first_verb is not None and span[0].place < reading.first_verb


def _nothing_happened(text: str, *, announced: bool) -> UsageError:
    if announced:
        return UsageError(
            f"{shorten(text)!r} says what is to come, and not how that was told; write it before, such as 'spoke to "
            "the recruiter, ...', 'they called, ...' or 'they emailed, ...'."
        )
    return UsageError(
        f"{shorten(text)!r} doesn't say what happened; write it with words such as called, left voicemail, "
        "emailed, replied, called back, no answer, offer or rejected."
    )


def _times(reading: _Reading, ahead: Sequence[tuple[int, str]]) -> dict[str, str]:
    """The words of times by the column that they are for: `at`, or what an announcement before them says."""
    times: dict[str, str] = {}
    run: list[_Word] = []
    runs: list[list[_Word]] = []
    for one in [*reading.left, None]:
        joined = one is not None and (not run or one.place == run[-1].place + 1) and _of_time(one)
        if joined and one is not None:
            run.append(one)
            continue
        if any(_is_time(word) for word in run):
            runs.append(run)
        run = [one] if one is not None and _of_time(one) else []
    for words in runs:
        before = [column for place, column in ahead if place < words[0].place]
        column = before[-1] if before else "at"
        reading.take(words)
        typed = " ".join(one.typed for one in words)
        times[column] = f"{times[column]} {typed}" if column in times else typed
    for _, column in ahead:
        if column not in times:
            raise UsageError(f"the text doesn't say until when ({column.replace('_', ' ')}); add the day or time.")
    return times


def _is_time(word: _Word) -> bool:
    return word.plain in TIME_WORDS or word.plain in WEEKDAYS or _TIME_LIKE.fullmatch(word.plain) is not None


def _of_time(word: _Word) -> bool:
    return _is_time(word) or word.plain in TIME_LINKS


def _story(finder: Finder, reading: _Reading, named: Mapping[str, set[int]], text: str, interview: str | None) -> Story:
    """The one open interview that all names of the text fit."""
    stories = finder.open_stories()
    rest = [one for one in reading.left if one.plain not in FILLERS]
    vocabulary = frozenset().union(*{finder.called(story) for story in stories})
    corrected = {one.place: one.plain if one.plain in vocabulary else alike(one.plain, vocabulary) for one in rest}
    strange = [one.typed for one in rest if corrected[one.place] is None]
    if strange:
        _refuse_ended(finder, [one.plain for one in rest])
        raise UsageError(
            f"{shorten(' '.join(strange))!r} fits no open interview, and is no word that log knows; write an "
            "applicant's id, a name of the contact book or an employer, what happened, and when."
        )
    wanted = {place for places in named.values() for place in places} | set(corrected)
    if not wanted and interview is None:
        raise UsageError(f"{shorten(text)!r} doesn't say whose interview; add the applicant, the name or the employer.")

    by_place = {one.place: one for one in reading.words}

    def covers(story: Story, place: int) -> bool:
        word = corrected.get(place) or by_place[place].plain
        return place in named.get(story.interview_id, ()) or word in finder.called(story)

    fits = [story for story in stories if wanted and all(covers(story, place) for place in wanted)]
    if interview is not None:
        fits = [one for one in stories if one.interview_id == interview]
    if not fits:
        raise UsageError(f"no open interview fits all of {shorten(text)!r}; `followup track STORE list` shows them.")
    if len(fits) > 1:
        # Nobody follows up on an interview that is still to come where another one has taken place.
        held = [one for one in fits if one.interviewed_at <= finder.store.now()]
        fits = held if len(held) == 1 else fits
    if len(fits) > 1:
        raise finder.ambiguous(text, fits)
    story = fits[0]
    _turn_inbound(finder, story, reading, named, corrected)
    _who_rang_back(finder, story, reading, text)
    return story


def _refuse_ended(finder: Finder, words: Sequence[str]) -> None:
    """Refuse what names an interview that has ended, and say how it is followed again."""
    ended = [one for one in finder.stories if one.closed is not None]
    names = {
        one.interview_id: name_words(finder.book.name(one.applicant_id)) | name_words(one.employer) for one in ended
    }
    named = [(sum(word in names[one.interview_id] for word in words), one) for one in ended]
    most = max((n for n, _ in named), default=0)
    fits = [one for n, one in named if n == most and n]
    if len(fits) == 1:
        one = fits[0]
        raise UsageError(
            f"{one.told} has ended ({one.closed}), so nothing more is entered in a line about it; if it goes on, "
            f"take the outcome back first: `followup track STORE undo {one.interview_id}`."
        )


def _turn_inbound(
    finder: Finder, story: Story, reading: _Reading, named: Mapping[str, set[int]], corrected: Mapping[int, str | None]
) -> None:
    """An employer alone before a verb has done it: `bosch called` is their call."""
    verb = reading.first_verb
    if verb is None or reading.said.get("direction") != "outbound":
        return
    before = [place for place in (*named.get(story.interview_id, ()), *corrected) if place < verb]
    employer = name_words(story.employer)
    person = name_words(finder.book.name(story.applicant_id))
    theirs = [place for place in before if (corrected.get(place) or reading.words[place].plain) in employer - person]
    if (before and len(theirs) == len(before)) or (reading.party_before and not before):
        reading.said["direction"] = "inbound"


def _who_rang_back(finder: Finder, story: Story, reading: _Reading, text: str) -> None:
    """`called bosch back` is the client's call, `bosch called back` theirs; `ben called back` may be either."""
    if not reading.rang_back:
        return
    first, last = reading.rang_back[0].place, reading.rang_back[-1].place
    employer = name_words(story.employer)
    person = name_words(finder.book.name(story.applicant_id)) | {
        one.plain for one in reading.words if finder.has_id(story, one.typed)
    }
    around = {one.place: one.plain for one in reading.words}
    called = {word for place, word in around.items() if first < place < last}
    before = {word for place, word in around.items() if place < first}
    outbound = bool(called & (employer - person) or "them" in called)
    inbound = bool(called & person or called & {"me", "him", "her", "us"} or before & (employer - person))
    if not outbound and not inbound and before & person and reading.said.get("direction") is None:
        raise UsageError(
            f"{shorten(text)!r} may be the client's call or the employer's; write 'called them back' or "
            "'they called back'."
        )
    reading.said.setdefault("direction", "outbound" if outbound else "inbound")


def _fields(store: Store, story: Story, reading: _Reading, times: Mapping[str, str]) -> dict[str, Any]:
    """The entry's columns, with its times in ISO 8601 on the clocks of the interview."""
    about = require_interview(store, story.interview_id)
    theirs, own = zone_of(store, about, None), writers_zone(store, about, None)
    if reading.said.get("outcome") == "advanced" and "at" in times:
        _refuse_a_day_of_the_next_round(times["at"], _here(store, own))
    # What was is told by one's own clock; what was agreed, by that of the employer who said it.
    moments = {
        name: read_spoken(typed, _here(store, own if name == "at" else theirs), ahead=name != "at")
        for name, typed in times.items()
    }
    if "at" in moments:
        moments["at"] = with_offset(moments["at"], own, theirs)
    if "outcome" in reading.said:
        return {"outcome": reading.said["outcome"], **{name: at for name, at in moments.items() if name == "at"}}
    return {**reading.said, **moments}


def _refuse_a_day_of_the_next_round(typed: str, now: datetime) -> None:
    """`invited to a second interview on Friday`: the day is most likely that interview's, and no day of an outcome."""
    coming = read_spoken(typed, now, ahead=True)
    try:
        past: str | None = read_spoken(typed, now)
    except UsageError:
        past = None
    if past != coming:
        raise UsageError(
            f"{shorten(typed)!r} seems to be when the next interview is: record the invitation without it, then that "
            "interview with `followup track STORE interview --previous-interview-id ...`."
        )


def _here(store: Store, zone: str | None) -> datetime:
    return local_time(store.now(), zone) if zone else store.now().astimezone()
