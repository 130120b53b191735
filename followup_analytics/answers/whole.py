"""What an answer is about, be it in memory or in parts: the one way by which the descriptive answers begin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.errors import UsageError
from followup_analytics.log.recording import findings_in, look_at, notes_on, one_in, recording_notes
from followup_analytics.log.unrecorded import Labels, groups_without, outcomes_in, watched_in
from followup_analytics.parted.parted_log import PartedLog
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import require_numbers, scope

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import Note
    from followup_analytics.results.disclosure import DisclosurePolicy


def whole_log(
    log: Any, cohort: str | Sequence[str] | None, policy: DisclosurePolicy, **numbers: float | None
) -> PartedLog:
    """The log that an answer is about, in parts, as `scope` would have it.

    Raises UsageError as `scope` does, and for a cohort of a log that lies in several parts.
    """
    if not isinstance(log, PartedLog):
        return PartedLog.of(scope(log, cohort, policy, **numbers))
    require_numbers(**numbers)
    if cohort is not None:
        raise UsageError("cohort: a log in parts is answered for as a whole; gather it, or write the cohort by itself.")
    return log


def in_one_numbering(members: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The members of all parts; no applicant is in two, and `person`, a number in each part, is one of all."""
    found, first = [], 0
    for one in members:
        found.append(one.with_columns(pl.col("person") + first))
        first += int(one["person"].max() or 0) + 1  # type: ignore[arg-type]
    return pl.concat(found)


def engine_of_parts(log: PartedLog, engine: str) -> str:
    """What counts the cells of a part: of a log in parts polars, since its parts were handed out already."""
    return engine if log.one is not None else "auto"


def counts_of(log: PartedLog) -> LogCounts:
    """What an answer rests on."""
    if log.one is not None:
        return LogCounts.of(log.one)
    return LogCounts.of_sizes(
        log.sizes, log.n_applicants, log.data_date, log.time_zone, log.zones, simulated=log.simulated
    )


def notes_on_recording(log: PartedLog, *, min_cell: int, about_outcomes: bool = True) -> tuple[Note, ...]:
    """What must stand beside numbers of this log about how it was recorded (`recording_notes`)."""
    if log.one is not None:
        return recording_notes(log.one, min_cell=min_cell, about_outcomes=about_outcomes)
    looked = list(log.logs.map(partial(look_at, every=one_in(log.sizes["interviews"]))))
    return notes_on(findings_in(looked, min_cell), lacking=about_outcomes and not log.outcomes_recorded)


def unrecorded_groups(log: PartedLog, labels: Labels) -> frozenset[str]:
    """The groups that have no outcome while others have some, and more than chance would leave without one.

    labels: the group of each interview of a part. Empty where the whole log has no outcome, which is said of the whole.
    """
    if not log.outcomes_recorded:
        return frozenset()
    seen = list(log.logs.map(partial(outcomes_in, labels)))
    return groups_without(seen, lambda: list(log.logs.map(partial(watched_in, labels))))
