"""What an analysis is about: the log that was meant, or the part of it, and arguments that are what they should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import Any

from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.subsets import subset
from followup_analytics.results.disclosure.policy import DisclosurePolicy, policy_of


def scope(
    log: Any,
    cohort: str | Sequence[str] | None = None,
    policy: DisclosurePolicy | None = None,
    **numbers: float | None,
) -> FollowUpLog:
    """The log that an analysis is about; with `cohort` that cohort's part of it, or that of several.

    Where a cohort too small to be shown is in the record, the part carries a note that says what publishing it beside
    others would give away. numbers: arguments that have to be numbers, by their names.
    Raises UsageError for what is no log, for a cohort that there is not, and for an argument of another type.
    """
    if not isinstance(log, FollowUpLog):
        raise UsageError(_no_log(log))
    require_numbers(**numbers)
    if cohort is None:
        return log
    from followup_analytics.results.disclosure import people_with, small_cohort_note

    told = small_cohort_note(people_with("cohort", log.interviews), policy or policy_of())
    part = subset(log, cohort=cohort)
    return replace(part, notes=(*part.notes, *told))


def require_numbers(**given: Any) -> None:
    """Raise UsageError, naming the argument, for one that is no number (None passes)."""
    for name, value in given.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
            raise UsageError(f"{name} must be a number, without quotes, not {value!r}.")


def _no_log(given: Any) -> str:
    if isinstance(given, str | Path):
        return f"a path is no log yet: read it first, read_log({str(given)!r}), and hand over what that gives."
    if hasattr(given, "columns"):
        return "a table is no log yet: read_log(interviews, contacts, outcomes) makes one of your frames."
    return f"a log is what read_log(...) gives, not {type(given).__name__}."
