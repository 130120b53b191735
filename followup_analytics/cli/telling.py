"""What a person is told after an entry of `followup track`: the id, what was stored, what looks odd, the next step."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from followup_analytics.cli.saying import say

if TYPE_CHECKING:
    from followup_analytics.advice.rows import StepRow
    from followup_analytics.store import Store
    from followup_analytics.track import Entry


def tell_entry(url: str, entry: Entry, *, as_json: bool, command: str = "track") -> None:
    """The id on stdout at once; then, on stderr, the sentence, doubts and the next step of that interview alone."""
    if not as_json:
        sys.stdout.write(f"{entry.id}\n")
        # The next step takes longer than the entry: whoever waits for the id has it by then.
        sys.stdout.flush()
    say(entry.sentence)
    for doubt in entry.doubts:
        say(f"Warning: {doubt}")
    step = _next_step(url, entry.interview_id)
    if as_json:
        _echo_answer(url, {"id": entry.id, "next": None if step is None else dict(step)}, entry.doubts, command)
    if step:
        from followup_analytics.advice.rows import step_in_words

        say(f"Next: {step_in_words(step)}")


def tell_history(url: str, interview: str, lines: Sequence[str]) -> None:
    """All that was recorded about an interview, with its next step, as JSON."""
    step = _next_step(url, interview)
    _echo_answer(url, {"id": interview, "next": None if step is None else dict(step), "lines": list(lines)})


def tell_erased(url: str, entry: Entry, *, as_json: bool) -> None:
    """What was erased, on stderr; the JSON names nobody."""
    say(entry.sentence)
    if as_json:
        _echo_answer(url, {"id": None, "next": None})


def _next_step(url: str, interview: str | None) -> StepRow | None:
    if interview is None:
        return None
    from followup_analytics.advice import next_steps
    from followup_analytics.advice.kept import kept_evidence
    from followup_analytics.advice.reach import reaches_of
    from followup_analytics.cli.country import office_country
    from followup_analytics.cli.people import book_of
    from followup_analytics.store import open_store
    from followup_analytics.store.logs import read_story

    store = open_store(url)
    story = read_story(store, interview)
    if story is None:
        return None
    known = kept_evidence(store)
    rows = next_steps(
        story,
        verdicts={} if known is None else known.verdicts,
        test=False,
        country=office_country(store),
        meaning=None if known is None else known.meaning,
        reached_at=reaches_of(book_of(url), story),
    ).rows
    return rows[0] if rows else None


def _echo_answer(url: str, result: Mapping[str, Any], doubts: Sequence[str] = (), command: str = "track") -> None:
    """The contract's object with this one result on stdout."""
    from followup_analytics.results.result import SCHEMA_VERSION
    from followup_analytics.store import open_store

    answer = {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "log": _counts(open_store(url)),
        "results": [dict(result)],
        "notes": [{"code": "doubt", "n": None, "text": doubt} for doubt in doubts],
    }
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2, default=str) + "\n")


def echo_upkeep(command: str, results: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> None:
    """The contract's object of a command that is about no log: `log` is null."""
    from followup_analytics.results.result import SCHEMA_VERSION

    answer = {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "log": None,
        "results": [dict(one) for one in results],
        "notes": [{"code": "upkeep", "n": None, "text": text} for text in notes],
    }
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2, default=str) + "\n")


def _counts(store: Store) -> dict[str, Any]:
    """The `log` object, counted in the store itself: to read all of it for one entry would take too long."""
    from followup_analytics.track.times import local_time

    settings = store.checked_settings()
    today = local_time(store.now(), settings.time_zone or "UTC").date()
    return {**store.sizes(), "data_date": today.isoformat(), "simulated": settings.simulated}
