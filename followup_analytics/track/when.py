"""Which words of a line are times, and for what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from followup_analytics.text import shorten
from followup_analytics.track import small_words as small
from followup_analytics.track.lines import Line, Reading, is_time
from followup_analytics.track.patterns import Found
from followup_analytics.track.wording import Word

_LENGTH = re.compile(
    r"(\d{1,3}) ?(min|mins|minutes|minute|minuten|minutos|hour|hours|hr|hrs|stunde|stunden|hora|horas)"
)
#: A time of day, however it is written.
_HOUR = re.compile(
    r"\d{1,2}[:.h]\d{2}(?!\d|[.-]\d)|\d{1,2} ?(?:am|pm|uhr|h|a\.m|p\.m)\b|noon|mittag|mediod[ií]a|midnight",
    re.IGNORECASE,
)
_SPOKEN = ("phone", "video", "in_person")


def times_of(
    line: Line, ahead: Sequence[Found], acts: Sequence[Found], questions: Sequence[Found] = ()
) -> tuple[dict[str, str], list[str], list[str]]:
    """The words of times by the column that they are for; `at`, or what an announcement before them says.

    Besides them remarks on what is not kept, and doubts.
    """
    times: dict[str, str] = {}
    remarks: list[str] = []
    unsure: list[str] = []
    marks = sorted(
        [(one.start, one.says["column"]) for one in ahead]
        + [(one.start, "at") for one in acts]
        + [(one.start, "question") for one in questions]
    )
    by_place = {one.place: one for one in line.words}
    away: list[str] = []
    then = any(one.says["column"] == "callback_at" and is_for_then(one) for one in ahead)
    for run in _runs(line):
        typed = " ".join(one.typed for one in run)
        before = [column for place, column in marks if place < run[0].place]
        column = before[-1] if before else "at"
        leading = _lead(by_place, run[0].place)
        length = _LENGTH.fullmatch(" ".join(one.plain for one in run))
        line.take(run)
        if length and not (leading is not None and leading.plain in ("vor", "hace", "in")):
            times["duration"] = length[0]
            continue
        lead = leading.plain if leading is not None else ""
        shown = shorten(f"{leading.typed} {typed}" if leading is not None else typed)
        about = column == "question" and lead in small.FOR
        if column == "question":
            column = "reply_by" if lead in small.BY | small.UNTIL else "at"
        if column == "at" and (about or (lead and (lead in small.UNTIL or _away(line, run, acts)))):
            away.append(typed)
            remarks += [] if then else [f"{shown!r} is not kept."]
            continue
        if column == "at":
            unsure += _no_moment(run, lead, shown)
            if lead in small.BY:
                continue
        if column in times and not _are_one(times[column], typed):
            unsure.append(f"{typed!r} is a second time, and what it is for isn't said; {times[column]!r} alone is kept")
            continue
        times[column] = f"{times[column]} {typed}" if column in times else typed
    if then and away and "callback_at" not in times:
        # `back on Wednesday, call then`
        times["callback_at"] = " ".join(away)
    for one in ahead:
        column = one.says["column"]
        if column not in times and acts and column == "callback_at":
            remarks.append("When to call is not said, so no time is kept for it.")
    return times, remarks, unsure


def _no_moment(run: Sequence[Word], lead: str, shown: str) -> list[str]:
    """Why words of a time don't say when something was done."""
    if lead in small.BY:
        return [f"it doesn't say what is to be {shown}"]
    typed = shorten(" ".join(one.typed for one in run))
    return [f"{typed!r} doesn't say when it was"] if run[0].plain in small.ON_FROM else []


def _lead(words: Mapping[int, Word], place: int) -> Word | None:
    """The word before a time, apart from articles: `antes del viernes`."""
    found = words.get(place - 1)
    while found is not None and found.plain in small.ARTICLES | {"del"} and found.place - 1 in words:
        found = words[found.place - 1]
    return found


def is_for_then(act: Found) -> bool:
    """`call then`: at the time of which the line speaks."""
    return any(one.plain in small.THEN for one in act.words)


def _are_one(first: str, second: str) -> bool:
    """Whether two times are a day and its hour, and not two days or two hours."""
    return (_HOUR.search(first) is None) != (_HOUR.search(second) is None) and (_is_hour(first) or _is_hour(second))


def _is_hour(typed: str) -> bool:
    return _HOUR.search(typed) is not None and not re.search(r"[^\W\d_]{3,}", _HOUR.sub(" ", typed.casefold()))


def _away(line: Line, run: Sequence[Word], acts: Sequence[Found]) -> bool:
    """`Mr Ruiz back on Monday`: the clause of the time tells of somebody's absence, and of nothing that was done."""
    clause: list[Word] = []
    for one in reversed(line.words[: run[0].place]):
        if line.words[one.place + 1].pause:
            break
        clause.append(one)
    for one in line.words[run[-1].place + 1 :]:
        if one.pause:
            break
        clause.append(one)
    claimed = {word.place for act in acts for word in act.words}
    return any(one.plain in small.AWAY for one in clause) and claimed.isdisjoint(one.place for one in clause)


def _runs(line: Line) -> list[list[Word]]:
    """The words of times that stand together."""
    runs: list[list[Word]] = []
    run: list[Word] = []
    for one in [*line.left, None]:
        joined = one is not None and (not run or (one.place == run[-1].place + 1 and not (one.pause and _whole(run))))
        if joined and one is not None and (is_time(one) or one.plain in small.TIME_LINKS):
            run.append(one)
            continue
        if any(is_time(word) for word in run):
            while run[-1].plain in small.TIME_LINKS and not is_time(run[-1]):
                run.pop()
            runs.append(run)
        run = [one] if one is not None and (is_time(one) or one.plain in small.TIME_LINKS) else []
    return runs


def _whole(run: Sequence[Word]) -> bool:
    """Whether a run has a number already, so that what follows a pause is another time; `Friday, 10am` goes on."""
    return any(one.plain[:1].isdigit() for one in run)


def add_length(reading: Reading, words: str | None) -> None:
    """Keep how long a talk was."""
    found = _LENGTH.fullmatch(words) if words else None
    if found is None or reading.kind != "contact" or reading.fields.get("channel") not in _SPOKEN:
        return
    unit = 60 if found[2].startswith("m") else 3600
    reading.fields["duration_s"] = str(int(found[1]) * unit)
