"""The rule of windows on arrays, for logs whose every row has a time of day: what `windows` says, in less time.

Interviews are numbers from 0 (their places in the log), times microseconds: the first answer of an interview is a
minimum, its one outcome a look-up, its attempts are neighbours after one sort. What is worked out is kept with the log.
`windows` stays the rule, on every engine and for bare dates too; tests hold the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.cells.roles import ATTEMPT, role
from followup_analytics.cells.windows import (
    CUT_OFF,
    END,
    ENDS,
    EVENT_DECISIONS,
    NEXT_ATTEMPT,
    RESPONSE,
    WINDOW,
)

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

IntArray = NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max
#: Sums of packed keys stay below this.
_MOST = 1 << 62


@dataclass(frozen=True)
class Touches:
    """Attempts and answers within the record of their interview, one entry each: interview, time, row in the contacts.

    `start_us`, `until_us`: the span of each interview. `early`, `late`: contacts outside of it.
    """

    start_us: IntArray
    until_us: IntArray
    story: IntArray
    at_us: IntArray
    row: IntArray
    is_attempt: NDArray[np.bool_]
    early: int
    late: int


@dataclass(frozen=True)
class Tries:
    """Attempts at risk in the order of their interviews, within one by time and then by contact_id.

    One entry each: interview, row in the contacts, time, number (1, 2, ...), whether another one follows, and the time
    of that, else of the exit; what the exit of its interview was (CUT_OFF, RESPONSE, END).
    """

    story: IntArray
    row: IntArray
    at_us: IntArray
    number: IntArray
    followed: NDArray[np.bool_]
    close_us: IntArray
    exit: NDArray[np.int8]


def touches(log: FollowUpLog) -> Touches:
    """The attempts and answers of a log, worked out once for it."""
    return log.remembered("touches", lambda: _touches(log))


def _touches(log: FollowUpLog) -> Touches:
    spans = log.held("interviews").select(["_at_us", "_until_us"])
    start, until = spans["_at_us"].to_numpy(), spans["_until_us"].to_numpy()
    story = log.places("contacts").to_numpy()
    rows = log.held("contacts").select(["direction", "purpose", "automatic"])
    roles = rows.select(role().cast(pl.Int8)).to_series().to_numpy()
    at = log.held("contacts").select(["_at_us"])["_at_us"].to_numpy()
    early, late = at < start[story], at > until[story]
    kept = np.flatnonzero((roles > 0) & ~early & ~late)
    return Touches(
        start,
        until,
        story[kept],
        at[kept],
        kept,
        roles[kept] == ATTEMPT,
        int(np.count_nonzero(early)),
        int(np.count_nonzero(late)),
    )


def exits(log: FollowUpLog, outcome: str) -> tuple[NDArray[np.int8], IntArray]:
    """What ended the risk period of each interview (CUT_OFF, RESPONSE, END), and when (microseconds)."""
    return log.remembered(("exits", outcome), lambda: _exits(log, outcome))


def _exits(log: FollowUpLog, outcome: str) -> tuple[NDArray[np.int8], IntArray]:
    found = touches(log)
    response = np.full(len(found.start_us), _NEVER)
    if outcome == "response":
        answers = np.flatnonzero(~found.is_attempt)
        np.minimum.at(response, found.story[answers], found.at_us[answers])
    decided = decisions(log)
    at, story, word = decided.at_us, decided.story, decided.outcome
    there = ~decided.early & ~decided.late
    said, ended = (there & word.is_in(words).to_numpy() for words in (EVENT_DECISIONS[outcome], ENDS[outcome]))
    response[story[said]] = np.minimum(response[story[said]], at[said])
    end = np.full(len(found.start_us), _NEVER)
    end[story[ended]] = at[ended]
    responded = (response < _NEVER) & (response <= end)
    kind = np.where(responded, RESPONSE, np.where(end < _NEVER, END, CUT_OFF)).astype(np.int8)
    return kind, np.where(responded, response, np.where(end < _NEVER, end, found.until_us))


@dataclass(frozen=True)
class Decisions:
    """Outcomes, one entry each: interview, time, word, and whether it lies before the interview or after its record."""

    story: IntArray
    at_us: IntArray
    outcome: pl.Series
    early: NDArray[np.bool_]
    late: NDArray[np.bool_]


def decisions(log: FollowUpLog) -> Decisions:
    """The outcomes of a log, placed against the span of their interviews."""
    found = touches(log)
    rows = log.held("outcomes").select(["_at_us", "outcome"])
    story, at = log.places("outcomes").to_numpy(), rows["_at_us"].to_numpy()
    return Decisions(story, at, rows["outcome"], at < found.start_us[story], at > found.until_us[story])


def tries(log: FollowUpLog, outcome: str) -> Tries:
    """The attempts at risk of a log, worked out once for it."""
    return log.remembered(("tries", outcome), lambda: _tries(log, outcome))


def _tries(log: FollowUpLog, outcome: str) -> Tries:
    found = touches(log)
    kind, exit_us = exits(log, outcome)
    story = found.story
    at_risk = found.is_attempt & ((kind[story] == CUT_OFF) | (found.at_us <= exit_us[story]))
    chosen = np.flatnonzero(at_risk)
    story, at, row = story[chosen], found.at_us[chosen], found.row[chosen]
    order = _in_order(log, story, at - found.start_us[story], row)
    story, at, row = story[order], at[order], row[order]
    first = np.ones(len(story), dtype=bool)
    first[1:] = story[1:] != story[:-1]
    place = np.arange(len(story))
    number = place - np.maximum.accumulate(np.where(first, place, 0)) + 1
    followed = np.zeros(len(story), dtype=bool)
    followed[:-1] = ~first[1:]
    close = exit_us[story]
    inner = np.flatnonzero(followed)
    close[inner] = at[inner + 1]
    return Tries(story, row, at, number, followed, close, kind[story])


def _in_order(log: FollowUpLog, story: IntArray, since: IntArray, row: IntArray) -> IntArray:
    """The order by interview, time and contact_id. One number holds the first two; few rows need the third."""
    if not len(story):
        return np.zeros(0, dtype=np.int64)
    unit = max(1, -(-(int(since.max()) + 1) * (int(story.max()) + 1) // _MOST))
    key = story * (int(since.max()) // unit + 1) + since // unit
    order = np.argsort(key)
    ranked = key[order]
    alike = ranked[1:] == ranked[:-1]
    if not alike.any():
        return order
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] |= alike
    tied[:-1] |= alike
    where = np.flatnonzero(tied)
    rows = order[where]
    ids = log.held("contacts").select(["contact_id"])["contact_id"].gather(row[rows])
    settled = pl.DataFrame({"key": key[rows], "since": since[rows], "id": ids, "row": rows}).sort("key", "since", "id")
    order[where] = settled["row"].to_numpy()
    return order


def closed_windows(found: Tries, within_us: int) -> tuple[IntArray, NDArray[np.int8]]:
    """How long each window of `within_us` microseconds lasted, and what closed it (codes of `windows`)."""
    elapsed = found.close_us - found.at_us
    # A window that ends exactly with the record was seen in full; one that ends exactly with an event contains it.
    unclosed = ~found.followed & (found.exit == CUT_OFF)
    full = (elapsed > within_us) | ((elapsed == within_us) & unclosed)
    closed = np.where(full, WINDOW, np.where(found.followed, NEXT_ATTEMPT, found.exit)).astype(np.int8)
    return np.minimum(elapsed, within_us), closed


def left_out_counts(log: FollowUpLog, outcome: str) -> dict[str, int]:
    """How many rows are in no rate, by the code of their note (`counted.left_out`)."""
    found, chosen, decided = touches(log), tries(log, outcome), decisions(log)
    return {
        "attempts_not_at_risk": int(np.count_nonzero(found.is_attempt)) - len(chosen.story),
        "interviews_without_attempt": len(found.start_us) - int(np.count_nonzero(chosen.number == 1)),
        "contacts_before_interview": found.early,
        "contacts_after_observation": found.late,
        "outcomes_before_interview": int(np.count_nonzero(decided.early)),
        "outcomes_after_observation": int(np.count_nonzero(decided.late)),
        "automatic_replies": automatic_replies(log),
        "day_precision": 0,
    }


def automatic_replies(log: FollowUpLog) -> int:
    """How many inbound contacts say that they are automatic."""
    rows = log.held("contacts").select(["direction", "automatic"])
    return int(rows.select(((pl.col("direction") == "inbound") & pl.col("automatic")).sum()).item() or 0)
