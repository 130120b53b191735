"""Which words of a line are times, and for what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from followup_analytics.text import shorten
from followup_analytics.track import small_words as small
from followup_analytics.track.lines import Line, Reading, is_time
from followup_analytics.track.patterns import Found
from followup_analytics.track.wording import Word

_LENGTH = re.compile(
    r"(\d{1,3}) ?(min|mins|minutes|minute|minuten|minutos|hour|hours|hr|hrs|stunde|stunden|hora|horas)"
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
    for run in _runs(line):
        typed = " ".join(one.typed for one in run)
        before = [column for place, column in marks if place < run[0].place]
        column = before[-1] if before else "at"
        leading = by_place.get(run[0].place - 1)
        length = _LENGTH.fullmatch(" ".join(one.plain for one in run))
        line.take(run)
        if length and not (leading is not None and leading.plain in ("vor", "hace", "in")):
            times["duration"] = length[0]
            continue
        if column == "question":
            column = "reply_by" if leading is not None and leading.plain in small.BY | small.UNTIL else "at"
            if column == "at" and leading is not None and leading.plain in small.FOR:
                remarks.append(f"{shorten(f'{leading.typed} {typed}')!r} is not kept.")
                continue
        if column == "at" and leading is not None and (leading.plain in small.UNTIL or _away(line, run[0], acts)):
            remarks.append(f"{shorten(f'{leading.typed} {typed}')!r} is not kept.")
            continue
        if column == "at" and leading is not None and leading.plain in small.BY:
            unsure.append(f"it doesn't say what is to be {leading.typed} {shorten(typed)}")
            continue
        times[column] = f"{times[column]} {typed}" if column in times else typed
    for one in ahead:
        column = one.says["column"]
        if column not in times and acts and column == "callback_at":
            remarks.append("When to call is not said, so no time is kept for it.")
    return times, remarks, unsure


def _away(line: Line, first: Word, acts: Sequence[Found]) -> bool:
    """`Mr Ruiz back on Monday`: the clause of the time tells of somebody's absence, and of nothing that was done."""
    before: list[Word] = []
    for one in reversed(line.words[: first.place]):
        if line.words[one.place + 1].pause:
            break
        before.append(one)
    claimed = {word.place for act in acts for word in act.words}
    return any(one.plain in small.AWAY for one in before) and claimed.isdisjoint(one.place for one in before)


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
