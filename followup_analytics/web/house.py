"""Where somebody is on the page: what lies on the desk, and all that is theirs alone in this run."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from followup_analytics.web.drops import Tray
from followup_analytics.web.safety import is_same
from followup_analytics.web.shelf import Shelf
from followup_analytics.web.works import Works

if TYPE_CHECKING:
    from followup_analytics.web.desk import Desk

_MOST_ENTRIES, _MOST_SIMULATIONS = 200, 10


@dataclass(frozen=True)
class Visitor:
    """Who it is: whoever started the program, or somebody with an account on a shared page."""

    role: Literal["owner", "coach", "analyst"] = "owner"
    name: str | None = None


@dataclass(frozen=True)
class House:
    """What every page needs: the desk, the token of forms, and files, reports and works, which are one person's.

    On a shared page each account has a house of its own, so that nobody is shown what is another's.
    """

    desk: Desk
    visitor: Visitor = Visitor()
    #: Stands in every form: one without it was made by no page of this run.
    form: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    works: Works = field(default_factory=Works)
    tray: Tray = field(default_factory=Tray)
    shelf: Shelf = field(default_factory=Shelf)
    #: What the last entries said, by their ids: shown once more beside the button that takes one back.
    entries: dict[str, str] = field(default_factory=dict)
    #: Answers of simulated logs, by what was asked.
    simulations: dict[Any, Any] = field(default_factory=dict)

    def knows_form(self, given: str | None) -> bool:
        """Whether a form came from a page of this house."""
        return given is not None and is_same(given, self.form)

    def note(self, key: str, sentence: str) -> None:
        """Keep what an entry said."""
        while len(self.entries) >= _MOST_ENTRIES:
            self.entries.pop(next(iter(self.entries)), None)
        self.entries[key] = sentence

    def keep_simulation(self, asked: Any, made: Any) -> None:
        """Keep the answers of a simulated log; of the oldest none is kept for ever."""
        while len(self.simulations) >= _MOST_SIMULATIONS:
            self.simulations.pop(next(iter(self.simulations)), None)
        self.simulations[asked] = made

    def end(self) -> None:
        """Stop all works, and remove all that was dropped."""
        self.works.end()
        self.tray.clear()
