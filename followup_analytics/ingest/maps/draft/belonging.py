"""Columns that say more of the question before them: "If yes, when?" and "How?" behind "Did you follow up?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from followup_analytics.ingest.maps.draft.columns import View

#: What a question may be about, so that the next columns can say more of it; of several the first is meant.
_ASKED_OF = ("thank_you", "reply", "outcome", "follow_up", "interview")
#: What a column may add to the question before it.
_ADDS = frozenset(("date", "time", "how", "who", "more"))
_YES_NO = 0.45
_LESS_SURE = 0.75


def with_questions(views: Sequence[View]) -> tuple[list[View], frozenset[str]]:
    """The columns in their order, those that say more of a question with the question's subject.

    A heading without a subject of its own says more of the last question where it asks too ("How?"), or where it is a
    plain "Date" or "How" behind a column of yes and no. Gives also the names of the plain ones, which are less sure.
    """
    made: list[View] = []
    plain: set[str] = set()
    about: str | None = None
    yes_no = False
    dated = any(view.about("interview") and view.profile.is_dates for view in views)
    for view in views:
        if not view.subjects and about is not None and view.facets & _ADDS:
            asks = view.asks or "more" in view.facets
            # Without another date of the interview a plain "Date" is the interview's own.
            if asks or (yes_no and dated):
                made.append(replace(view, subjects=(about,)))
                plain |= set() if asks else {view.name}
                continue
        made.append(view)
        if view.subjects:
            yes_no = view.profile.share("answers") >= _YES_NO
            is_question = view.asks or yes_no
            about = next((one for one in _ASKED_OF if one in view.subjects), None) if is_question else None
    return made, frozenset(plain)


def certainty_of(name: str, certainty: float, plain: frozenset[str]) -> float:
    """How sure a column's role is: what only its place tells is asked about."""
    return min(certainty, _LESS_SURE) if name in plain else certainty
