"""The quick entry: `ben bosch left voicemail yesterday 3pm`, understood as far as it is plain, asked back else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from followup_analytics.errors import UsageError
from followup_analytics.store import Store
from followup_analytics.store.names import name_key, name_words
from followup_analytics.store.stories import Story
from followup_analytics.text import listed, shorten
from followup_analytics.track import small_words as small
from followup_analytics.track.checking import require_interview
from followup_analytics.track.corrections import track_correct
from followup_analytics.track.doers import Side
from followup_analytics.track.entries import track_contact, track_interview, track_outcome, track_round
from followup_analytics.track.entry import Entry
from followup_analytics.track.finding import Finder, alike, written_ways
from followup_analytics.track.lines import LEXICON, Reading, TwoThingsError, is_time, spoken_for
from followup_analytics.track.phrases import CLASSES
from followup_analytics.track.places import opened
from followup_analytics.track.ranges import End
from followup_analytics.track.reading import read_line
from followup_analytics.track.ready import ready_command, told_reading
from followup_analytics.track.spoken import TwoWaysError, counts_from_now, read_spoken
from followup_analytics.track.times import ENDS, Clock, local_time, with_offset, writers_zone, zone_of
from followup_analytics.track.wording import Word, words_of

_LONGEST_NAME = 4
#: After a capital at the beginning of a line these say that it is a name: `Will called acme`.
_VERBS = frozenset(f"{CLASSES['rang']} {CLASSES['talked']} left got emailed sent texted".split())


class UnsureReadingError(UsageError):
    """A line that may be meant otherwise than it is read.

    why: what is not plain. told, command: the nearest reading, in words and as a command ready to be run.
    """

    def __init__(self, why: str, told: str, command: str) -> None:
        super().__init__(f"{why}. The nearest reading is:  {command}")
        self.why, self.told, self.command = why, told, command


def track_log(
    place: str | Store, text: str, *, interview: str | None = None, accept: bool = False, clock: Clock | None = None
) -> Entry:
    """Record what a line of text says: who, what was done or came, and when (now by default).

    interview: the one that is meant, where the text alone fits several. accept: store the nearest reading, which an
    UnsureReadingError has told before.
    Raises UsageError for what is not understood, quoting it; AmbiguousInterviewError where several interviews fit;
    UnsureReadingError where it may be meant otherwise.
    """
    if not text.strip():
        raise UsageError("log needs what happened, such as  followup log 'ben bosch left voicemail yesterday 3pm'.")
    store = opened(place, write=True, clock=clock)
    finder = Finder.of(store)
    words = words_of(text)
    named, sides, plain = _names(finder, words)
    whose = {**sides, **_persons(finder, words, sides)}

    def strange(word: Word) -> bool:
        return word.place not in whose and word.plain not in LEXICON and not is_time(word) and word.plain.isalnum()

    try:
        reading = read_line(text, words, whose, strange=strange)
    except TwoThingsError as two:
        raise _with_commands(two, store, _story(finder, words, named, sides, plain, text, interview)) from None
    unknown = [one for one in words if strange(one)]
    story = _story(finder, words, named, sides, plain, text, interview, unknown=unknown if reading.unsure else ())
    fields = _fields(store, story, reading)
    if reading.kind == "begin":
        fields |= _new_story(finder, story, words, sides, strange, reading)
    if reading.kind == "round" and _later(store, story):
        reading.unsure.append("a further round of it is recorded already")
    if reading.unsure and not accept:
        why = f"{shorten(text)!r} is not plain: {'; '.join(dict.fromkeys(reading.unsure))}"
        told = told_reading(story.told, reading.kind, fields)
        raise UnsureReadingError(
            why, told, ready_command(store.address.for_commands, story.interview_id, reading.kind, fields)
        )
    entry = _stored(store, story, reading.kind, fields)
    name = finder.book.name(story.applicant_id)
    who = listed([one for one in (name, story.employer) if one], "at") if reading.kind != "begin" else name or ""
    sentence = f"{who}: {entry.sentence}" if who else entry.sentence
    return replace(entry, sentence=sentence, doubts=(*entry.doubts, *reading.remarks))


def _stored(store: Store, story: Story, kind: str, fields: Mapping[str, Any]) -> Entry:
    if kind == "outcome":
        return track_outcome(store, story.interview_id, **fields)
    if kind == "round":
        return track_round(store, story.interview_id, **fields)
    if kind == "told":
        return track_correct(store, story.interview_id, **fields)
    if kind == "begin":
        return track_interview(store, **fields)
    return track_contact(store, story.interview_id, **fields)


def _later(store: Store, story: Story) -> bool:
    """Whether a further round of an interview is recorded."""
    return bool(store.find("interviews", [story.interview_id], by="previous_interview_id").height)


def _with_commands(two: TwoThingsError, store: Store, story: Story) -> UsageError:
    """The refusal of a line that says two things, with a command for each."""
    ready = [
        ready_command(store.address.for_commands, story.interview_id, one.kind, one.fields) for one in two.readings
    ]
    commands = f":  {'  and  '.join(dict.fromkeys(ready))}" if ready else "."
    return UsageError(f"{two}{commands}")


# ------------------------------------------------------------------------------------------------------------ names


def _names(finder: Finder, words: Sequence[Word]) -> tuple[dict[str, set[int]], dict[int, Side], dict[int, str]]:
    """The words that name somebody: by interview those that name it in full, on whose side each is, and as spelled."""
    named, sides = _in_full(finder, words)
    stories = finder.open_stories()
    # Of thousands of interviews most are of people whom the book doesn't name, and of few employers.
    people = frozenset().union(*map(name_words, {finder.book.name(one.applicant_id) for one in stories}))
    followed = {one.applicant_id for one in stories}
    people |= {one.plain for one in words if not followed.isdisjoint(finder.called_by(one.plain))}
    employers = frozenset().union(*(name_words(one) for one in {one.employer for one in stories}))
    plain: dict[int, str] = {}
    both = [one for one in words if one.plain in LEXICON and (one.plain in people or one.plain in employers)]
    claimed = spoken_for(words, sides) if both else frozenset()
    for one in words:
        if one.place in sides:
            continue
        for word in _spelled(one, people | employers):
            side: Side = "either" if word in people and word in employers else "ours" if word in people else "theirs"
            if one.plain not in LEXICON or one.place not in claimed or _is_name(words, one):
                sides[one.place], plain[one.place] = side, word
    return named, sides, plain


def _persons(finder: Finder, words: Sequence[Word], sides: Mapping[int, Side]) -> dict[int, Side]:
    """The words that name somebody of an employer whom the contact book has: they tell who did it, not whose it is."""
    employers = {one.employer for one in finder.open_stories()}
    known = frozenset().union(*(name_words(finder.book.employer(one).get("person")) for one in employers))
    found: dict[int, Side] = {}
    for one in words:
        titled = one.place > 0 and words[one.place - 1].plain in small.TITLES
        if one.plain in known - small.TITLES and (titled or (one.place not in sides and one.plain not in LEXICON)):
            found[one.place] = "person"
    return found


def _spelled(word: Word, vocabulary: frozenset[str]) -> Sequence[str]:
    """A word as the names have it; a slip of one letter in five is mended, also a plural or genitive."""
    if word.plain in vocabulary:
        return [word.plain]
    parts = [one for one in name_words(word.plain) if one in vocabulary]
    if parts and "'" in word.plain:
        return parts[:1]
    if word.plain in LEXICON or is_time(word):
        return []
    found = alike(word.plain, vocabulary)
    return [found] if found else []


def _is_name(words: Sequence[Word], word: Word) -> bool:
    """Whether a word that the language has too is a name here: by its capital."""
    if not word.typed[:1].isupper() or all(one.typed.isupper() for one in words if one.typed.isalpha()):
        return False
    following = words[word.place + 1].plain if word.place + 1 < len(words) else ""
    return word.place > 0 or following in _VERBS


def _in_full(finder: Finder, words: Sequence[Word]) -> tuple[dict[str, set[int]], dict[int, Side]]:
    """By interview the places of words that name it in full: its id, the applicant's, a whole name, an employer."""
    pseudonyms = finder.pseudonyms
    by_id = {one.interview_id: one for one in finder.open_stories()}
    found: dict[str, set[int]] = {}
    sides: dict[int, Side] = {}
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            span = words[start : start + length]
            typed, plain = " ".join(one.typed for one in span), " ".join(one.plain for one in span)
            if length == 1 and plain in LEXICON and not _is_name(words, span[0]):
                continue
            ids = {typed} if pseudonyms is None else {typed, *map(pseudonyms.applicant, written_ways(typed))}
            keys: set[str | frozenset[str]] = {*ids, plain, name_words(plain)}
            for key in keys:
                for interview in finder.by_name.get(key, ()):
                    found.setdefault(interview, set()).update(one.place for one in span)
                    for one in span:
                        sides.setdefault(one.place, _side(finder, by_id[interview], plain))
    return found, sides


def _side(finder: Finder, story: Story, plain: str) -> Side:
    if plain == name_key(story.interview_id):
        return "either"
    person, employer = name_words(finder.book.name(story.applicant_id)), name_words(story.employer)
    is_employer = bool(story.employer) and name_words(plain) == employer
    return "either" if is_employer and person == employer else "theirs" if is_employer else "ours"


# ---------------------------------------------------------------------------------------------------------- the story


def _story(
    finder: Finder,
    words: Sequence[Word],
    named: Mapping[str, set[int]],
    sides: Mapping[int, Side],
    plain: Mapping[int, str],
    text: str,
    interview: str | None,
    *,
    unknown: Sequence[Word] = (),
) -> Story:
    """The one open interview that all names of the text fit."""
    stories = finder.open_stories()
    if unknown:
        _refuse_ended(finder, [one.plain for one in unknown], sides)
    if not sides and interview is None:
        shown = f"; {shorten(' '.join(one.typed for one in unknown))!r} is none" if unknown else ""
        raise UsageError(
            f"{shorten(text)!r} doesn't say whose interview; add the applicant, the name or the employer{shown}."
        )

    def covers(story: Story, place: int) -> bool:
        word = plain.get(place, words[place].plain)
        if place in named.get(story.interview_id, ()) or word in finder.called(story):
            return True
        return story.applicant_id in finder.called_by(word)

    fits = [story for story in stories if sides and all(covers(story, place) for place in sides)]
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
    return fits[0]


def _refuse_ended(finder: Finder, words: Sequence[str], sides: Mapping[int, Side]) -> None:
    """Refuse what names an interview that has ended, and say how it is followed again."""
    if any(side != "either" for side in sides.values()) and "theirs" in sides.values() and "ours" in sides.values():
        return
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


def _new_story(
    finder: Finder, story: Story, words: Sequence[Word], sides: Mapping[int, Side], strange: Any, reading: Reading
) -> dict[str, Any]:
    """Whose the new interview is, and where: the person of the open one, and the words that nobody knows."""
    where = [one.typed for one in words if strange(one)]
    employer = " ".join(where) or (story.employer if "theirs" in sides.values() else None)
    reading.unsure[:] = [f"it begins a new interview{f' at {shorten(employer)}' if employer else ''}"]
    return {"applicant": finder.book.name(story.applicant_id) or story.applicant_id, "employer": employer}


# ------------------------------------------------------------------------------------------------------------ fields


def _fields(store: Store, story: Story, reading: Reading) -> dict[str, Any]:
    """The entry's columns, with its times in ISO 8601 on the clocks of the interview."""
    about = require_interview(store, story.interview_id)
    theirs, own = zone_of(store, about, None), writers_zone(store, about, None)
    here, there = _here(store, own), _here(store, theirs)
    fields: dict[str, Any] = dict(reading.fields)
    said_on = there
    for name, typed in sorted(reading.times.items(), key=lambda one: one[0] != "at"):
        next_round = name == "at" and reading.kind == "round"
        if name != "at" and reading.kind not in ("contact", "told"):
            continue
        # What was is told by one's own clock; what was agreed, by that of the employer who said it.
        now, ahead = (here if name == "at" and not next_round else there), name != "at" or next_round
        end = None if name == "at" else ENDS[name]
        now = now if name == "at" else _counted_from(typed, now, said_on, reading, end)
        moment = _moment(typed, now, reading, ahead=ahead, end=end)
        if next_round:
            fields["next_at"] = moment
            if not _is_plainly_ahead(typed, now):
                reading.unsure.append(f"{shorten(typed)!r} seems to be when the next interview is")
        elif name == "at":
            fields[name] = with_offset(moment, own, theirs)
            said_on = datetime.fromisoformat(moment).replace(tzinfo=there.tzinfo)
        else:
            fields[name] = moment
    if reading.kind == "told":
        return {name: value for name, value in fields.items() if name in ("decision_promised_at", "do_not_contact")}
    return fields


def _counted_from(typed: str, now: datetime, said_on: datetime, reading: Reading, end: End | None) -> datetime:
    """From when a time ahead is counted: `Thursday` of a call a week ago is that week's, `tomorrow` the writer's own.

    Where the two differ, it is asked about.
    """
    if said_on.date() == now.date() or counts_from_now(typed):
        return now
    from_then, from_now = (_tried(typed, one, end) for one in (said_on, now))
    if from_then is not None and from_then != from_now:
        ways = f"{from_then.replace('T', ' ')}, counted from when it was said"
        more = f", or {from_now.replace('T', ' ')}" if from_now else ""
        reading.unsure.append(f"{shorten(typed)!r} may be {ways}{more}")
        return said_on
    return now


def _tried(typed: str, now: datetime, end: End | None) -> str | None:
    try:
        return read_spoken(typed, now, ahead=True, end=end)
    except TwoWaysError as two:
        return two.nearest
    except UsageError:
        return None


def _moment(typed: str, now: datetime, reading: Reading, *, ahead: bool, end: End | None) -> str:
    """A time of a line; of one that may be meant in two ways the likelier, which is then asked about."""
    try:
        found = read_spoken(typed, now, ahead=ahead, end=end)
    except TwoWaysError as two:
        reading.unsure.append(str(two).rstrip("."))
        found = two.nearest
    moment = datetime.fromisoformat(found)
    today = now.replace(tzinfo=None)
    if ahead and (moment.date() < today.date() or (len(found) > 10 and moment < today)):
        raise UsageError(
            f"{shorten(typed)!r} has passed ({found.replace('T', ' ')}), and it is said of what is to come."
        )
    if not ahead and moment.date() > today.date():
        raise UsageError(f"{shorten(typed)!r} is still ahead; log takes what has happened.")
    return found


def _is_plainly_ahead(typed: str, now: datetime) -> bool:
    """`invited to a second interview on Friday`: the day may be that of the invitation."""
    try:
        past: str | None = read_spoken(typed, now)
    except UsageError:
        past = None
    return past is None or past == read_spoken(typed, now, ahead=True)


def _here(store: Store, zone: str | None) -> datetime:
    return local_time(store.now(), zone) if zone else store.now().astimezone()
