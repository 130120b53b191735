"""What an answer is about, be it in memory or in parts: the one way by which the descriptive answers begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from followup_analytics.log.recording import findings_in, look_at, notes_on, one_in, recording_notes
from followup_analytics.parted.chosen import part_of, people_with_values
from followup_analytics.parted.parted_log import PartedLog
from followup_analytics.results.disclosure import small_cohort_note
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import require_numbers, scope

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import Note
    from followup_analytics.results.disclosure import DisclosurePolicy


def whole_log(
    log: Any, cohort: str | Sequence[str] | None, policy: DisclosurePolicy, **numbers: float | None
) -> PartedLog:
    """The log that an answer is about, in parts, as `scope` would have it.

    Raises UsageError as `scope` does.
    """
    if not isinstance(log, PartedLog):
        return PartedLog.of(scope(log, cohort, policy, **numbers))
    require_numbers(**numbers)
    if cohort is None:
        return log
    told = small_cohort_note(people_with_values(log, "cohort"), policy)
    part = part_of(log, cohort=cohort)
    return replace(part, notes=(*part.notes, *told))


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
