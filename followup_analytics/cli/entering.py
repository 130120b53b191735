"""The quick entry: a line as one would say it, or a short form on a terminal. Nothing heavy is imported for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from followup_analytics.cli.saying import say
from followup_analytics.errors import UsageError
from followup_analytics.text import shorten

if TYPE_CHECKING:
    from followup_analytics.store.stories import Story
    from followup_analytics.track import Entry, OfficeStore
    from followup_analytics.track.finding import AmbiguousInterviewError, Finder

#: What the form offers, by letter: the words that `log` reads for it.
FORM = {
    "n": ("called, no answer", "called, no answer"),
    "v": ("called, left a voicemail", "left voicemail"),
    "c": ("called, and somebody answered", "called"),
    "t": ("spoke to the interviewer or hiring team", "called, spoke to the hiring team"),
    "e": ("wrote an e-mail", "emailed"),
    "m": ("they rang in vain", "missed call"),
    "b": ("they called", "they called"),
    "r": ("they wrote", "they replied"),
    "o": ("an offer came", "offer"),
    "x": ("a rejection came", "rejected"),
}
_OFFERED = 9


def enter(text: Sequence[str], *, as_json: bool = False) -> None:
    """Record a line of text in the default store, or what the form is told where there is none, and tell about it."""
    from followup_analytics.cli.default_store import default_store
    from followup_analytics.cli.telling import tell_entry
    from followup_analytics.track import OfficeStore

    line = " ".join(text).strip()
    _refuse_a_place(line)
    url, interview = default_store(), None
    if not line and _is_terminal():
        interview, line = _filled_in(url)
    entry = _entered(OfficeStore(url, write=True), line, interview)
    tell_entry(url, entry, as_json=as_json, command="log")


def _entered(store: OfficeStore, line: str, interview: str | None) -> Entry:
    """The entry of a line; on a terminal the person is asked what it may mean, and else it is refused."""
    from followup_analytics.track.finding import AmbiguousInterviewError
    from followup_analytics.track.quick import UnsureReadingError

    accept = False
    while True:
        try:
            return store.log(line, interview=interview, accept=accept)
        except AmbiguousInterviewError as several:
            if not _is_terminal() or interview is not None:
                raise
            interview = _asked(several)
        except UnsureReadingError as unsure:
            if not _is_terminal():
                raise
            say(f"{unsure.why}. The nearest reading: {unsure.told}.")
            if _answer("Enter stores that, anything else nothing"):
                raise KeyboardInterrupt from None
            accept = True


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _refuse_a_place(line: str) -> None:
    """A file or store after `log` was meant for an analysis."""
    if not line:
        return
    try:
        there = Path(line).exists()
    except OSError:
        there = False
    if there or "://" in line:
        shown = line if "@" not in line else line.partition(":")[0] + "://..."
        raise UsageError(
            f"log records what happened; {shorten(shown)!r} is the place of a log: `followup rates {shorten(shown)}` "
            "analyses it."
        )


def _asked(several: AmbiguousInterviewError) -> str:
    """The interview that a person picks where several fit."""
    stories = several.stories
    for number, story in enumerate(stories, 1):
        say(f"{number}  {story.told}")
    return stories[_number("Which one", len(stories)) - 1].interview_id


def _number(question: str, highest: int) -> int:
    while True:
        picked = _answer(question)
        if picked.isdecimal() and 1 <= int(picked) <= highest:
            return int(picked)


def _answer(question: str) -> str:
    """What a person types. Whoever ends the input has changed their mind."""
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    typed = sys.stdin.readline()
    if not typed:
        raise KeyboardInterrupt
    return typed.strip()


def _filled_in(url: str) -> tuple[str, str]:
    """The interview and the line of text that the form is told: a number, a letter, and Enter for now."""
    from followup_analytics.store import open_store
    from followup_analytics.track.finding import Finder

    finder = Finder.of(open_store(url))
    stories = _latest_touched(finder)
    if not stories:
        raise UsageError("no interview is open in the default store; `followup track STORE interview` records one.")
    for number, story in enumerate(stories, 1):
        say(f"{number}  {_named(finder, story)}")
    story = stories[_number("Which one", len(stories)) - 1]
    say("  ".join(f"{letter} {words}" for letter, (words, _) in FORM.items()))
    while (letter := _answer("What happened").lower()) not in FORM:
        pass
    when = _answer("When (Enter: now)")
    return story.interview_id, f"{FORM[letter][1]} {when}".strip()


def _latest_touched(finder: Finder) -> list[Story]:
    """The open interviews that have taken place, the latest first."""
    now = finder.store.now()
    return [one for one in finder.open_stories() if one.interviewed_at <= now][:_OFFERED]


def _named(finder: Finder, story: Story) -> str:
    name = finder.book.name(story.applicant_id) or shorten(story.applicant_id, 10)
    return f"{name}, {story.told}"
