"""What may leave the office: one gate that hides and rounds, with an attacker inside, and a ledger of what went out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from followup_analytics.results.disclosure.cells import Cells
    from followup_analytics.results.disclosure.curves import days_shown, merged_steps
    from followup_analytics.results.disclosure.flows import hidden_parts, hidden_steps, with_coarse_sizes
    from followup_analytics.results.disclosure.gate import (
        added_people,
        cells_of,
        disclose,
        disclosed_except,
        hidden_mapping,
        hidden_row,
        members_by,
        n_applicants_of,
        people_by,
        people_with,
        require_enough,
        require_visible,
        rounded_extra,
        rounded_row,
        small_cohort_note,
        working_paper,
    )
    from followup_analytics.results.disclosure.lines import places_to_hide
    from followup_analytics.results.disclosure.marked import HIDDEN_REASON, SUPPRESSED, Disclosed, is_hidden
    from followup_analytics.results.disclosure.policy import MIN_CELL, Disclosure, DisclosurePolicy, policy_of
    from followup_analytics.results.disclosure.released import Units, release_sentence
    from followup_analytics.results.disclosure.sets import sets_shown, shares_shown
    from followup_analytics.results.disclosure.together import as_attacked, found_together

__all__ = [
    "HIDDEN_REASON",
    "MIN_CELL",
    "SUPPRESSED",
    "Cells",
    "Disclosed",
    "Disclosure",
    "DisclosurePolicy",
    "Units",
    "added_people",
    "as_attacked",
    "cells_of",
    "days_shown",
    "disclose",
    "disclosed_except",
    "found_together",
    "hidden_mapping",
    "hidden_parts",
    "hidden_row",
    "hidden_steps",
    "is_hidden",
    "members_by",
    "merged_steps",
    "n_applicants_of",
    "people_by",
    "people_with",
    "places_to_hide",
    "policy_of",
    "release_sentence",
    "require_enough",
    "require_visible",
    "rounded_extra",
    "rounded_row",
    "sets_shown",
    "shares_shown",
    "small_cohort_note",
    "with_coarse_sizes",
    "working_paper",
]

#: Where each name is at home: modules are imported when one of their names is asked for.
_HOMES = {
    "cells": ("Cells",),
    "curves": ("days_shown", "merged_steps"),
    "flows": ("hidden_parts", "hidden_steps", "with_coarse_sizes"),
    "gate": (
        "people_by",
        "people_with",
        "members_by",
        "added_people",
        "cells_of",
        "disclose",
        "disclosed_except",
        "hidden_mapping",
        "hidden_row",
        "n_applicants_of",
        "require_enough",
        "require_visible",
        "rounded_extra",
        "rounded_row",
        "small_cohort_note",
        "working_paper",
    ),
    "lines": ("places_to_hide",),
    "marked": ("Disclosed", "HIDDEN_REASON", "SUPPRESSED", "is_hidden"),
    "policy": ("Disclosure", "DisclosurePolicy", "MIN_CELL", "policy_of"),
    "released": ("Units", "release_sentence"),
    "sets": ("sets_shown", "shares_shown"),
    "together": ("found_together", "as_attacked"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
