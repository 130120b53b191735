"""Recording that depends on what was done: looked for before anything is estimated, since no estimate can mend it.

Offices write replies down where they have a file open, and a file is opened by a call. Then whoever never called seems
never to have heard, and calling seems to help. What such records have in common is that an event hardly ever comes
where the act is missing, at days on which it does come where the act was made. That is tested day by day, with room
for acts that work: an honest log in which calls multiply the chance of a reply is no finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.log.followup_log import Note
from followup_analytics.log.pseudonyms import applicant_buckets
from followup_analytics.log.record_comparison import (
    Compared,
    Times,
    before_and_after,
    by_group,
    ends_of,
    joined_times,
    unlikely_empty,
    without_and_with,
)
from followup_analytics.log.record_times import OF_INTERVIEWS, times_of
from followup_analytics.log.shared_words import MISSING
from followup_analytics.log.unrecorded import NOT_RECORDED
from followup_analytics.text import listed

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: A part of the log is found out where its rate is below this share of the others', beyond what chance would do.
WORKING_ACTS, UNLIKE_GROUPS = 0.2, 0.2
#: Chance of a single test to be wrong where a rate lies just at that share.
LEVEL = 0.0005
#: The same where two acts are to be told apart of which one is found already.
_IN_DOUBT = 0.05
#: Where fewer than this share of interviews lacks the act, nobody seems to have heard before it: then the rate before
#: it is held against the second share, since who hears early does nothing more and must be there without the act.
_HARDLY_ANY, _OPENED = 0.01, 0.6
#: Of a larger log about as many interviews as this are looked at, those of some applicants: signs are plain with fewer.
_ENOUGH = 100_000
_OF_INTERVIEWS = ["applicant_id", "cohort", *OF_INTERVIEWS]

_ACTS = {
    "phone": "called",
    "attempt": "called or wrote",
    "contact": "got in touch",
}
_EVENTS = {"reply": "replies", "outcome": "outcomes"}


#: Of fewer interviews than these it may be that nobody has heard: of as many, at one answer in ten, 1 log in 100.
_SOME_WOULD_HEAR = 44
#: Codes of `recording_notes`, and of findings.
CODES = (
    "outcomes_not_recorded",
    "replies_not_recorded",
    "records_begin_with_acts",
    "replies_depend_on_acts",
    "outcomes_depend_on_acts",
    "clock_starts_with_acts",
    "replies_of_some_groups",
    "outcomes_of_some_groups",
)


@dataclass(frozen=True)
class RecordingFinding:
    """A sign that what was recorded depends on what was done.

    Attributes:
        code: replies_not_recorded, replies_depend_on_acts, outcomes_depend_on_acts, records_begin_with_acts,
            clock_starts_with_acts, replies_of_some_groups or outcomes_of_some_groups.
        sentence: what it looks like, and what to do.
        events: of "reply" and "outcome" those whose record is concerned.
        act: the act that the record depends on (phone, attempt, contact), empty where it is a group.
        column: the column of the groups, empty where it is an act.
        numbers: interviews without the act (or of the groups), their events, and those that the others' rate would
            bring. Not for publication: they may be about few people.
    """

    code: str
    sentence: str
    events: tuple[str, ...]
    act: str = ""
    column: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


_NO_REPLY = RecordingFinding(
    "replies_not_recorded",
    "Not one reply is recorded in this log. Unless nobody heard back at all, replies were not written down, or the "
    "column that tells of them was not read: shares of 0 are then a gap in the record, and no answer.",
    ("reply",),
)


def recording_notes(log: FollowUpLog, *, min_cell: int = 10, about_outcomes: bool = True) -> tuple[Note, ...]:
    """What must stand beside numbers of this log about how it was recorded.

    A note for each of `recording_findings`, and with `about_outcomes` one where no outcome is recorded at all.
    """
    lacking = about_outcomes and not log.outcomes_recorded
    return notes_on(recording_findings(log, min_cell=min_cell), lacking=lacking)


def recording_findings(log: FollowUpLog, *, min_cell: int = 10) -> tuple[RecordingFinding, ...]:
    """Look for recording that depends on what was done.

    Args:
        log: the log. min_cell: no group of fewer applicants is named.

    Returns:
        Findings, the gravest first; none where replies and outcomes seem to be written down for everybody alike. They
        are kept with the log, so that all answers from it have them at hand.
        Of honest logs fewer than 1 in 100 have any (docs/recording.md has the figures).

    Example:
        >>> recording_findings(log)
        ()
    """
    return log.remembered(("recording", min_cell), lambda: _look(log, min_cell))


def _look(log: FollowUpLog, min_cell: int) -> tuple[RecordingFinding, ...]:
    return findings_in([look_at(log, every=one_in(log.held("interviews").height))], min_cell)


@dataclass(frozen=True)
class Looked:
    """What of a log, or of a part of one, is looked at: interviews, and when what came first in each."""

    interviews: pl.DataFrame
    times: Times


def one_in(n_interviews: int) -> int:
    """Of how many applicants one is looked at, so that it is about enough interviews of so many."""
    return min(-(-max(n_interviews, 1) // _ENOUGH), 1_000)


def look_at(log: FollowUpLog, *, every: int) -> Looked:
    """What is looked at: the interviews of one in `every` applicants, by the applicant's stable number."""
    held = log.held("interviews")
    interviews = held.select(_OF_INTERVIEWS)
    if every == 1:
        return Looked(interviews, times_of(log, interviews, None))
    known = "_bucket" in held.columns
    numbers = held.select(["_bucket"])["_bucket"] if known else applicant_buckets(interviews["applicant_id"])
    chosen = numbers % every == 0
    return Looked(interviews.filter(chosen), times_of(log, interviews.filter(chosen), chosen))


def findings_in(parts: Sequence[Looked], min_cell: int) -> tuple[RecordingFinding, ...]:
    """The findings in what was looked at of all parts of a log."""
    interviews = pl.concat([one.interviews for one in parts])
    if not interviews.height:
        return ()
    times = joined_times([one.times for one in parts])
    # A decision that was told is an answer, too.
    heard = np.isfinite(times.reply).any() or np.isfinite(times.outcome).any()
    silent = [] if heard or interviews.height < _SOME_WOULD_HEAR else [_NO_REPLY]
    found = [*silent, *_by_acts(times), *_by_clock(times)]
    return (*found, *_by_groups(interviews, times, min_cell))


def notes_on(found: Sequence[RecordingFinding], *, lacking: bool) -> tuple[Note, ...]:
    """Findings as notes, and before them, where it is `lacking`, that no outcome is recorded at all."""
    notes = [Note("outcomes_not_recorded", NOT_RECORDED)] if lacking else []
    return (*notes, *(Note(one.code, one.sentence) for one in found))


# ------------------------------------------------------------------------------------------------------- what is found


def _by_acts(times: Times) -> list[RecordingFinding]:
    """Replies or outcomes that hardly ever come where somebody has not called (followed up, been in touch)."""
    for act in ("phone", "attempt", "contact"):
        first = times.acts[act]
        if not np.isfinite(first).any():
            continue
        if np.isinf(first).mean() < _HARDLY_ANY:
            heard = np.minimum(times.reply, times.outcome)
            stop = np.minimum(heard, times.until)
            compared = before_and_after(first, heard, stop)
            if compared.p_value(_OPENED) < LEVEL:
                return [_opened_finding(act, compared)]
            continue
        found: dict[str, Compared] = {}
        for event in _EVENTS:
            at, stop = ends_of(times, event)
            if not np.isfinite(at).any():
                continue
            for compared in (before_and_after(first, at, stop), without_and_with(np.isinf(first), at, stop)):
                if compared.p_value(WORKING_ACTS) < LEVEL and compared.far_fewer:
                    found.setdefault(event, compared)
        if act == "phone":
            found = {event: one for event, one in found.items() if _written_do_not_count(times, event)}
        if found:
            return [_act_finding(times, act, found)]
    return []


def _written_do_not_count(times: Times, event: str) -> bool:
    """Whether events are missing also where somebody followed up in writing alone."""
    at, stop = ends_of(times, event)
    only_written = np.isinf(times.acts["phone"]) & np.isfinite(times.acts["attempt"])
    keep = only_written | np.isfinite(times.acts["phone"])
    compared = without_and_with(only_written[keep], at[keep], stop[keep])
    return not compared.events.sum() or compared.p_value(0.5) < _IN_DOUBT


def _opened_finding(act: str, compared: Compared) -> RecordingFinding:
    who = _ACTS[act]
    return RecordingFinding(
        "records_begin_with_acts",
        f"Records seem to begin only once somebody {who}: nobody is in them who heard before. What they tell is about "
        f"those who {who} and were still waiting; add the interviews of which nobody {who}, heard or not.",
        ("reply", "outcome"),
        act=act,
        numbers={"events_before": float(compared.events.sum()), "events_expected": round(compared.expected, 1)},
    )


def _act_finding(times: Times, act: str, found: Mapping[str, Compared]) -> RecordingFinding:
    without = np.isinf(times.acts[act])
    first = next(iter(found.values()))
    numbers = {
        "interviews_without": float(without.sum()),
        "events_without": float(first.events.sum()),
        "events_expected": round(first.expected, 1),
    }
    what, who = listed([_EVENTS[event] for event in found], "and"), _ACTS[act]
    code = "replies_depend_on_acts" if "reply" in found else "outcomes_depend_on_acts"
    return RecordingFinding(
        code,
        f"{what.capitalize()} seem to be noted only where somebody {who}: without it there are hardly any, though the "
        f"same days bring them to those who {who}. Ask what became of the others, and write that down too.",
        tuple(found),
        act=act,
        numbers=numbers,
    )


def _by_clock(times: Times) -> list[RecordingFinding]:
    """Interviews that seem to take place at the minute of the first attempt."""
    from scipy.special import bdtrc

    first = times.acts["attempt"]
    tried = np.isfinite(first) & times.timed
    at_once = int((first[tried] * 1440 < 1.0).sum())
    n = int(tried.sum())
    # Of honest first attempts not one in twenty comes within a minute of the interview.
    if not n or float(bdtrc(at_once - 1, n, 0.05)) >= LEVEL:
        return []
    return [
        RecordingFinding(
            "clock_starts_with_acts",
            "Many interviews are dated at the very minute of the first attempt: their clock seems to start with the "
            "call and not with the interview, so that days of waiting are not what they seem.",
            ("reply", "outcome"),
            act="attempt",
            numbers={"interviews_with_attempt": float(n), "at_the_same_minute": float(at_once)},
        )
    ]


def _by_groups(interviews: pl.DataFrame, times: Times, min_cell: int) -> list[RecordingFinding]:
    """Cohorts of which hardly any reply, or outcome, is written down while others' are."""
    made = []
    cohort = interviews["cohort"]
    if cohort.null_count() == len(cohort):
        return []
    names = cohort.fill_null(MISSING).to_numpy()
    levels, place = np.unique(names.astype(str), return_inverse=True)
    for event, words in _EVENTS.items():
        at, stop = ends_of(times, event)
        empty = _without_any(*by_group(place, len(levels), at, stop))
        lacking = [
            str(level)
            for level, bare in zip(levels, empty, strict=True)
            if len(levels) > 1
            and (bare or without_and_with(names == level, at, stop).p_value(UNLIKE_GROUPS) < LEVEL / len(levels))
        ]
        if not lacking:
            continue
        mine = np.isin(names, lacking)
        compared = without_and_with(mine, at, stop)
        people = pl.Series(mine)
        large = all(
            interviews.filter(pl.Series(names == level))["applicant_id"].n_unique() >= min_cell for level in lacking
        )
        named = listed(lacking, "and") if large and len(lacking) <= 5 else "some cohorts"
        made.append(
            RecordingFinding(
                f"{'replies' if event == 'reply' else 'outcomes'}_of_some_groups",
                f"{words.capitalize()} seem not to be written down for {named}: there are hardly any, though the other "
                "cohorts have them. Leave these cohorts out, or ask what became of their interviews.",
                (event,),
                column="cohort",
                numbers={
                    "interviews_without": float(people.sum()),
                    "events_without": float(compared.events.sum()),
                    "events_expected": round(compared.expected, 1),
                },
            )
        )
    return made


def _without_any(events: FloatArray, days: FloatArray) -> BoolArray:
    """Which groups have no event at all, though the rates of those that have some would hardly leave them without."""
    bare = events.sum(axis=1) == 0
    found = np.zeros(len(bare), dtype=bool)
    if bare.any() and not bare.all():
        found[bare] = unlikely_empty(days[bare], events[~bare].sum(axis=0), days[~bare].sum(axis=0))
    return found
