"""A part of a log in parts: a cohort, interviews with given values, the log as it stood on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.log.assembling import assemble
from followup_analytics.log.followup_log import FollowUpLog, Note
from followup_analytics.log.record_end import ahead_note, latest_end_of, parse_moment
from followup_analytics.log.subsets import (
    PART,
    chosen_of,
    cut_to,
    frames_as_of,
    labels_of_part,
    no_interview_by,
    steps_to,
)
from followup_analytics.parted.parted_log import PartedLog, in_one_numbering, summed_notes, unrecorded_in_parts
from followup_analytics.results.disclosure import added_people, members_by, people_by, people_with

if TYPE_CHECKING:
    from followup_analytics.parted.spread import Spread

_COUNTED = ("interviews", "contacts", "outcomes", "applicants")


@dataclass(frozen=True)
class _Facts:
    """What the whole needs to know of a part that was cut."""

    sizes: Mapping[str, int]
    n_applicants: int
    n_people: int
    zones: tuple[str, ...]
    notes: tuple[Note, ...]


def part_of(
    log: PartedLog,
    cohort: str | Sequence[str] | None = None,
    where: Mapping[str, str] | Sequence[tuple[str, str]] = (),
) -> PartedLog:
    """The log of one cohort or several, or of interviews with given values, as `subset` has it of a log in memory.

    Raises UsageError for a cohort or a column that the log does not have.
    """
    for chosen in steps_to(*chosen_of(log, cohort, where)):
        part, _ = _cut(log, log.logs.map(partial(cut_to, chosen)))
        if log.outcomes_recorded and not part.sizes["outcomes"]:
            recorded = PART not in unrecorded_in_parts(log, partial(labels_of_part, chosen))
            part = replace(part, outcomes_recorded=recorded, logs=part.logs.map(partial(_recorded, recorded)))
        log = part
    return log


def log_as_of(log: PartedLog, date: dt.date | dt.datetime | str) -> PartedLog:
    """The log as it stood at the end of a day, as `as_of` has it of a log in memory.

    Raises UsageError where no interview had taken place by then.
    """
    moment = parse_moment(date, log.time_zone or (log.zones[0] if len(log.zones) == 1 else None))
    until = min(moment, log.data_date)
    found = list(log.logs.map(partial(_at_the_time, moment)))
    recorded = any(n for _, n in found)
    latest = max((end for end, _ in found if end is not None), default=None)
    made = log.logs.map(partial(_as_of, moment, until, log.time_zone, latest, recorded))
    cut, notes = _cut(log, made)
    if not cut.sizes["interviews"]:
        raise no_interview_by(date)
    ahead = () if log.simulated else ahead_note(until)
    return replace(
        cut,
        data_date=until,
        given_date=until,
        outcomes_recorded=recorded,
        notes=(*log.notes, *notes, *ahead),
    )


def people_of(log: FollowUpLog | PartedLog, columns: Sequence[str]) -> pl.DataFrame:
    """How many applicants and interviews have each combination of values (`people_by`)."""
    if isinstance(log, FollowUpLog):
        return people_by(columns, log.interviews)
    return added_people(log.logs.map(partial(_of_interviews, people_by, tuple(columns))))


def members_of(log: FollowUpLog | PartedLog, columns: Sequence[str]) -> pl.DataFrame:
    """How many interviews each applicant has with each combination of values (`members_by`)."""
    if isinstance(log, FollowUpLog):
        return members_by(columns, log.interviews)
    return in_one_numbering(log.logs.map(partial(_of_interviews, members_by, tuple(columns))))


def people_with_values(log: FollowUpLog | PartedLog, column: str) -> pl.DataFrame:
    """How many applicants have each value of a column of interviews, as it is written (`people_with`)."""
    if isinstance(log, FollowUpLog):
        return people_with(column, log.interviews)
    found = pl.concat(log.logs.map(partial(_of_interviews, people_with, column)))
    return found.group_by("value").agg(pl.col("people").sum()).sort("value")


def _of_interviews(count: Callable[[Any, pl.DataFrame], pl.DataFrame], columns: Any, log: FollowUpLog) -> pl.DataFrame:
    return count(columns, log.interviews)


def _cut(log: PartedLog, logs: Spread[FollowUpLog]) -> tuple[PartedLog, tuple[Note, ...]]:
    """The log of parts that were cut, and what is to be said of all of them."""
    found = list(logs.map(_facts))
    cut = replace(
        log,
        logs=logs,
        checked=None,
        sizes={name: sum(one.sizes[name] for one in found) for name in _COUNTED},
        n_applicants=sum(one.n_applicants for one in found),
        n_people=sum(one.n_people for one in found),
        zones=tuple(sorted({zone for one in found for zone in one.zones})),
    )
    return cut, summed_notes(one.notes for one in found)


def _facts(log: FollowUpLog) -> _Facts:
    tables = (log.interviews, log.contacts, log.outcomes, log.applicants)
    ids = [table["applicant_id"] for table in (log.interviews, log.applicants) if table is not None]
    return _Facts(
        {name: 0 if table is None else table.height for name, table in zip(_COUNTED, tables, strict=True)},
        log.n_applicants,
        pl.concat(ids).n_unique(),
        tuple(log.interviews["_zone"].drop_nulls().unique().to_list()),
        log.notes,
    )


def _at_the_time(moment: dt.datetime, log: FollowUpLog) -> tuple[dt.datetime | None, int]:
    """The latest end of a record that a part said of itself at a moment, and how many outcomes it had."""
    frames = frames_as_of(log, moment)
    return latest_end_of(frames["interviews"]), frames["outcomes"].height


def _as_of(
    moment: dt.datetime,
    until: dt.datetime,
    time_zone: str | None,
    latest_end: dt.datetime | None,
    outcomes_recorded: bool,
    log: FollowUpLog,
) -> FollowUpLog:
    made = assemble(
        frames_as_of(log, moment),
        time_zone=time_zone,
        data_date=until,
        simulated=log.simulated,
        until=until,
        latest_end=latest_end,
    )
    return replace(made, outcomes_recorded=outcomes_recorded)


def _recorded(known: bool, log: FollowUpLog) -> FollowUpLog:
    return replace(log, outcomes_recorded=known)
