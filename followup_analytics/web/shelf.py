"""The reports that somebody made in this run, with their forms and pictures of their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import FollowUpError, UsageError

if TYPE_CHECKING:
    from followup_analytics.claims import ClaimsResult

#: Kinds of report about single interviews, which have no verdicts of their own.
CONFIDENTIAL = ("day-sheet", "handout")
_MOST_KEPT = 5


@dataclass(frozen=True)
class Written:
    """What was written: the file, pictures of its pages, its verdicts, and what the ledger says."""

    content: bytes
    pages: tuple[bytes, ...]
    verdicts: ClaimsResult | None
    entered: str | None


@dataclass
class Made:
    """One report: what was asked for, its forms as they were made, and pictures of its pages."""

    id: str
    asked: dict[str, str]
    name: str
    forms: dict[str, bytes] = field(default_factory=dict)
    pages: Sequence[bytes] = ()
    verdicts: Any = None
    published: str | None = None
    #: What was wrong with the last thing that was asked of it.
    refused: FollowUpError | None = None

    @property
    def confidential(self) -> bool:
        """Whether it is a working paper, which is never published."""
        return self.asked["kind"] in CONFIDENTIAL

    def take(self, end: str, made: Written) -> None:
        """Keep one of its forms."""
        self.forms[end], self.verdicts = made.content, made.verdicts
        self.pages = made.pages or self.pages


@dataclass
class Shelf:
    """The reports made in this run, the latest last."""

    made: dict[str, Made] = field(default_factory=dict)

    def put(self, asked: dict[str, str]) -> Made:
        """A new report, not written yet."""
        cohort = "".join(one if one.isalnum() else "-" for one in asked.get("cohort", ""))
        one = Made(token_urlsafe(8), asked, "-".join(part for part in ("report", asked["kind"], cohort) if part))
        self.made[one.id] = one
        while len(self.made) > _MOST_KEPT:
            self.made.pop(next(iter(self.made)))
        return one

    def of(self, name: str) -> Made:
        """A report by its id. Raises UsageError where it is gone."""
        if name not in self.made:
            raise UsageError("This report is no longer here: make it again.")
        return self.made[name]
