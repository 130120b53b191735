"""Names and numbers for working papers about single people: what a contact book knows of those in a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from followup_analytics.advice.reach import Reach, reaches_of
from followup_analytics.store.book import ContactBook
from followup_analytics.text import shorten

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

#: So many signs of an id tell people of one name apart.
_SHORT_ID = 10


class ScriptNames(TypedDict):
    """Who calls, who is asked for, and where the one who calls is reached; empty where unknown."""

    your_name: str
    interviewer: str
    your_number: str


@dataclass(frozen=True)
class People:
    """Who the ids of a log are, and whom its employers are reached by; nobody, where there is no contact book."""

    book: ContactBook | None = None

    def shown(self, ids: Iterable[str]) -> dict[str, str]:
        """By id what stands for a person on paper: the name, with the id where two have it; else the id."""
        found = {one: (self.book.name(one) if self.book else None) or one for one in dict.fromkeys(ids)}
        times = Counter(found.values())
        return {
            one: name if times[name] == 1 or name == one else f"{name} ({shorten(one, _SHORT_ID)})"
            for one, name in found.items()
        }

    def phone(self, applicant_id: str) -> str | None:
        """A person's number."""
        return self.book.people.get(applicant_id, {}).get("phone") if self.book else None

    def reached_at(self, log: FollowUpLog) -> Mapping[str, Reach]:
        """Whom the employers of a log's interviews are reached by."""
        return reaches_of(self.book, log) if self.book else {}

    def for_script(self, applicant_id: str, employer: str | None) -> ScriptNames:
        """What a script is filled in with, as far as it is known."""
        person = self.book.employer(employer).get("person") if self.book else None
        name = self.book.name(applicant_id) if self.book else None
        return {"your_name": name or "", "interviewer": person or "", "your_number": self.phone(applicant_id) or ""}

    def names(self) -> frozenset[str]:
        """All names and numbers, which no catalogue translates."""
        if self.book is None:
            return frozenset()
        entries = (*self.book.people.values(), *self.book.employers.values())
        return frozenset(value for one in entries for name, value in one.items() if name != "note")
