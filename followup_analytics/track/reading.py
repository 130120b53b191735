"""What a line says, apart from whose interview it is: what was done, by whom, and which words are times for what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from followup_analytics.errors import UsageError
from followup_analytics.text import listed, shorten
from followup_analytics.track import phrases as said
from followup_analytics.track import small_words as small
from followup_analytics.track.doers import THEIRS, Names, Side, who_did
from followup_analytics.track.ends import ended
from followup_analytics.track.lines import ACTIONS, AHEAD, PARTIES, STOPS, TOPICS, WITHOUT, Line, Reading
from followup_analytics.track.patterns import Found
from followup_analytics.track.questions import add_questions, are_theirs, questions_of
from followup_analytics.track.touches import contact
from followup_analytics.track.when import add_length, is_for_then, times_of
from followup_analytics.track.wording import Word


def read_line(text: str, words: Sequence[Word], names: Names, *, strange: Callable[[Word], bool]) -> Reading:
    """What a line says. names: the places of words that name somebody, and on which side they are.

    strange: whether a word that no phrase claims is none that anybody knows. Raises UsageError, quoting it, where the
    line says nothing that happened, or two things.
    """
    line = Line(text, words, names, set())
    stops = line.phrases(STOPS)
    without, topics = line.phrases(WITHOUT), line.phrases(TOPICS)
    ahead = line.phrases(AHEAD)
    questions = questions_of(line)
    acts = line.phrases(ACTIONS)
    acts = [one for one in acts if not _is_in_the_way(one, acts)]
    if stops:
        return Reading(
            "told", {"do_not_contact": "true"}, unsure=["it is read as: the employer doesn't want to be called"]
        )
    if not acts and any(one.says["column"] == "callback_at" for one in ahead) and _is_a_plan(line, ahead):
        raise UsageError(
            f"{shorten(text)!r} says what is to be done; log takes what has happened, in words such as called."
        )
    parties = line.phrases(PARTIES)
    sides: dict[int, Side] = {**names, **{one.start: "person" for one in parties}, **_introduced(line, strange)}
    ahead, plans, doubts = _plans(line, ahead, sides, anything=bool(acts))
    times, remarks, unsure = times_of(line, [*ahead, *plans], acts, questions)
    unsure += doubts
    if times.pop("plan", None):
        remarks.append(
            "What you plan is not kept with it: `followup track STORE snooze` puts the next step off to a day."
        )
    line.asked_by_them = are_theirs(line, questions, sides)
    reading = _combined(line, acts, ahead, sides, times, unsure, asked=bool(questions))
    if without and reading.kind == "contact" and _may_be_nobody(reading, acts):
        reading.fields["party"] = "none"
    if reading.kind == "contact":
        for one in parties:
            reading.fields.setdefault("party", one.says["party"])
    _add_topics(reading, topics)
    add_questions(line, reading, questions, sides)
    reading.times.update({name: one for name, one in times.items() if name != "duration"})
    reading.remarks += remarks
    reading.unsure += unsure
    add_length(reading, times.get("duration"))
    _doubt_what_is_left(line, reading)
    return reading


def _may_be_nobody(reading: Reading, acts: Sequence[Found]) -> bool:
    """`called, left no message`: nobody was reached."""
    met = any(one.says.get("met") for one in acts)
    return not met and reading.fields["channel"] == "phone" and reading.fields["direction"] == "outbound"


def _is_in_the_way(act: Found, acts: Sequence[Found]) -> bool:
    """`sent` beside what was sent says nothing more."""
    told = any("channel" in one.says or "default" in one.says or "outcome" in one.says for one in acts)
    return set(act.says) <= {"role", "direction"} and act.says["role"] == "verb" and told


def _who_will(line: Line, act: Found, sides: Mapping[int, Side]) -> str | None:
    """Who is going to do it; `will call acme` is ours, since it is done to the employer."""
    found = who_did(line.words, Found(act.words, {"role": "verb"}), sides)
    return "outbound" if found is None and sides.get(act.end + 1) in THEIRS else found


def _going(act: Found) -> bool:
    return any(one.plain in said.CLASSES["going"].split() for one in act.words)


def _plans(
    line: Line, ahead: Sequence[Found], sides: Mapping[int, Side], *, anything: bool
) -> tuple[list[Found], list[Found], list[str]]:
    """What the employer will do or asks for, what the client is going to do, and what may be either, as doubts."""
    theirs, plans, doubts = [], [], []
    for one in ahead:
        words = " ".join(word.typed for word in one.words)
        calls = any(word.plain in said.CLASSES["ring"].split() for word in one.words)
        named = any(word.plain in said.CLASSES["us"].split() or word.plain == "they" for word in one.words)
        doer = _who_will(line, one, sides) if _going(one) else "inbound"
        if anything and doer == "outbound":
            plans.append(Found(one.words, {"column": "plan"}))
            continue
        if doer != "inbound" and calls and not named:
            doubts.append(f"{words!r} may be their promise or your plan")
        if one.says.get("unsure"):
            doubts.append(f"{words!r} is read as {one.says['unsure']}")
        theirs.append(one)
    return theirs, plans, doubts


def _is_a_plan(line: Line, ahead: Sequence[Found]) -> bool:
    """`will call acme tomorrow`, `call acme tomorrow`: what the client or the coach is going to do."""
    if any(is_for_then(one) for one in ahead):
        return False
    return not any(one.plain in ("asked", "wants", "want", "says", "said") for one in line.words) and bool(ahead)


def _introduced(line: Line, strange: Callable[[Word], bool]) -> dict[int, Side]:
    """Unknown people of the employer: after a title, or between `to` or `with` and `at` or the employer's name."""
    found: dict[int, Side] = {}
    by_place = {one.place: one for one in line.words}
    for one in line.left:
        if not strange(one):
            continue
        before, after = by_place.get(one.place - 1), by_place.get(one.place + 1)
        titled = before is not None and before.plain in small.TITLES
        led = before is not None and (before.plain in small.TO or before.plain in ("from", "of", "for", "fur", "para"))
        led |= after is not None and after.plain in ("from", "von", "de")
        at = after is not None and (
            after.place in line.names or after.plain in small.AT or after.plain in ("from", "von", "de")
        )
        follows = before is not None and before.place in found and not one.pause
        if titled or (led and at and _is_a_name(one)) or (follows and at):
            found[one.place] = "person"
            line.take([one])
    return found


def _is_a_name(word: Word) -> bool:
    return word.typed.isalpha()


def _combined(
    line: Line,
    acts: Sequence[Found],
    ahead: Sequence[Found],
    sides: Mapping[int, Side],
    times: Mapping[str, str],
    unsure: list[str],
    *,
    asked: bool,
) -> Reading:
    """One reading of all that was done."""
    plain = {one.plain for one in line.words}
    ends = [one for one in acts if "outcome" in one.says]
    if ends:
        return ended(line, ends, acts, sides, times)
    if any(one.says.get("role") == "begin" for one in acts):
        return Reading("begin")
    done = [one for one in acts if one.says.get("role") not in ("silence", "asked")]
    called = [one for one in done if one.says.get("channel") == "phone" and one.says.get("role") == "verb"]
    silent = any(one.says.get("role") == "silence" for one in acts)
    only_nobody = bool(done) and all(one.says.get("party") == "none" and one not in called for one in done)
    if silent and called:
        return contact(line, [_nobody(one) for one in called], sides)
    if (silent and not done) or (only_nobody and not called and plain & small.YET):
        raise UsageError(
            f"{shorten(line.text)!r} says that nothing has come, which is no entry; write what was done, such as "
            "called, no answer."
        )
    if silent and not called:
        unsure.append("it may say only that nothing has come")
    if not done:
        return _told(line, ahead, sides, asked=asked)
    return contact(line, done, sides)


def _nobody(act: Found) -> Found:
    return Found(act.words, {"direction": "outbound", "channel": "phone", "party": "none", "role": "fact"})


def _told(line: Line, ahead: Sequence[Found], sides: Mapping[int, Side], *, asked: bool) -> Reading:
    """What was told or asked, where nothing says how: a call is the nearest; a promise changes the interview."""
    if not ahead and asked:
        why = "it says what they ask, and not how; write it before, such as 'they called, ...' or 'they emailed, ...'"
        return Reading("contact", {"direction": "inbound", "channel": "email"}, unsure=[why])
    if not ahead:
        raise UsageError(
            f"{shorten(line.text)!r} doesn't say what happened; write it with words such as called, left voicemail, "
            "emailed, replied, called back, no answer, offer or rejected."
        )
    columns = {one.says["column"] for one in ahead}
    first = min(ahead, key=lambda one: one.start)
    if _going(first) and _who_will(line, first, sides) == "outbound":
        raise UsageError(
            f"{shorten(line.text)!r} says what is to be done; log takes what has happened, in words such as called."
        )
    why = (
        "it says what is to come, and not how that was told; write it before, such as 'spoke to the recruiter, ...', "
        "'they called, ...' or 'they emailed, ...'"
    )
    if columns == {"decision_promised_at"}:
        return Reading("told", unsure=[why])
    return Reading("contact", {"direction": "inbound", "channel": "phone"}, unsure=[why])


def _add_topics(reading: Reading, topics: Sequence[Found]) -> None:
    if reading.kind == "contact":
        for one in topics:
            for name, value in one.says.items():
                reading.fields.setdefault(name, value)


def _doubt_what_is_left(line: Line, reading: Reading) -> None:
    """Words that no phrase has claimed: small ones say nothing, some turn the line about, others nobody knows."""
    known = small.FILLERS | small.REMARKS | small.HEDGES | small.SAY | small.YET | small.UNTIL | small.BY
    heavy = small.TURNS | small.NOT | small.PLANNED
    rest = [one for one in line.left if one.plain not in known or one.plain in heavy]
    if any(one.plain in small.NOT for one in rest):
        raise UsageError(
            f"{shorten(line.text)!r} says what has not happened; log takes what has, such as called, no answer."
        )
    if any(one.plain in small.PLANNED for one in rest):
        raise UsageError(
            f"{shorten(line.text)!r} says what is to be done; log takes what has happened, in words such as called."
        )
    if "?" in line.text:
        reading.unsure.append("it asks, and log takes what has happened")
    turns = [one.typed for one in rest if one.plain in small.TURNS]
    if turns:
        reading.unsure.append(f"{listed([repr(one) for one in turns], 'and')} may turn it about")
    unknown = [one.typed for one in rest if one.plain not in small.TURNS and one.plain.strip("-+&/'")]
    if unknown:
        reading.unsure.append(
            f"{shorten(' '.join(unknown))!r} is no word that log knows, and no name of an open interview"
        )
