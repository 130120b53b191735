"""Whom a step reaches: the number and the person of the contact book, by interview."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.store.book import ContactBook

_WRITING = ("email", "thank_you")


@dataclass(frozen=True)
class Reach:
    """Whom to ask for at an employer, with number and address, as far as the contact book has them."""

    person: str | None = None
    phone: str | None = None
    email: str | None = None

    @property
    def called(self) -> str | None:
        """What stands for the one who is called: the number's digits, else the person; None where neither is known."""
        digits = re.sub(r"\D", "", (self.phone or "").replace("+", "00"))
        return digits or (" ".join(self.person.casefold().split()) if self.person else None)

    def told(self, step: str) -> str | None:
        """Whom the step is about, and where: `Ms Weiss, +49 711 4000`; None where the book doesn't say."""
        where = self.email if step in _WRITING else self.phone
        return ", ".join(one for one in (self.person, where) if one) or None


def reaches(book: ContactBook, employers: Iterable[tuple[str, str | None]]) -> dict[str, Reach]:
    """Whom the employers of some interviews are reached by. employers: interview ids with their employer."""
    found: dict[str, Reach] = {}
    for interview_id, name in employers:
        entry = book.employer(name)
        if entry:
            found[interview_id] = Reach(entry.get("person"), entry.get("phone"), entry.get("email"))
    return found


def reaches_of(book: ContactBook, log: FollowUpLog) -> Mapping[str, Reach]:
    """The same of all interviews of a log."""
    if not book.employers:
        return {}
    rows = log.interviews.select("interview_id", "employer")
    return reaches(book, rows.iter_rows())
