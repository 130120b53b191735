"""What lies on the desk: the log or store that the page is about, read once for as long as it stays as it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.results.disclosure import MIN_CELL
from followup_analytics.store.address import is_store_url, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.store.book import ContactBook
    from followup_analytics.track import OfficeStore

#: Answers that are kept: a page of choices is gone through many times.
_MOST_KEPT = 64


@dataclass
class Desk:
    """The log or store that was opened, and answers that were worked out on it.

    source: a store's URL, or the path of a folder or workbook; None until files were given. home: the folder in which
    a store is made of files that are dropped. min_cell: groups of fewer applicants are hidden on every page. coach: the
    coach whose interviews alone are on it.
    """

    source: str | None
    home: Path
    min_cell: int = MIN_CELL
    coach: str | None = None
    _log: tuple[object, FollowUpLog] | None = None
    _answers: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def is_store(self) -> bool:
        """Whether what is open can be written to."""
        return self.source is not None and is_store_url(self.source)

    @property
    def name(self) -> str:
        """What is open, in words that hold no password and no path."""
        if self.source is None:
            return "nothing yet"
        if self.is_store:
            address = parse_address(self.source)
            return address.path.name if address.path is not None else address.shown
        return Path(self.source).name or self.source

    @property
    def workbook(self) -> Path | None:
        """The workbook of the office whose folder is open, with what stands on a report's title page."""
        path = self.home / "office.xlsx"
        return path if path.is_file() else None

    def chosen(self) -> str:
        """What is open. Raises UsageError while nothing is."""
        if self.source is None:
            raise UsageError("Nothing is open yet: drop your files first.")
        return self.source

    def store(self) -> str:
        """The store's URL. Raises UsageError where what is open is no store."""
        if self.source is None or not self.is_store:
            raise UsageError("These files are read and not written to: open a store to record what happened.")
        return self.source

    def entries(self) -> OfficeStore:
        """The store for what is entered. Raises UsageError where what is open is no store."""
        from followup_analytics.track import OfficeStore

        return OfficeStore(self.store(), write=True)

    def book(self) -> ContactBook:
        """The contact book beside the store that is open; one that can't be read names nobody."""
        from followup_analytics.store.book import ContactBook, read_book

        try:
            return read_book(self.store()) if self.is_store else ContactBook()
        except UnreadableError:
            return ContactBook()

    def store_at_home(self) -> str:
        """The store that files and entries are taken into: the one that is open, else one in the home folder."""
        return self.store() if self.is_store else f"sqlite:///{self.home / 'followup.db'}"

    def entries_at_home(self) -> OfficeStore:
        """The same for a first entry: the store is made by it where there is none."""
        from followup_analytics.track import OfficeStore

        return OfficeStore(self.store_at_home(), create=True)

    def is_empty(self) -> bool:
        """Whether the store that is open holds no interview yet."""
        from followup_analytics.store import open_store

        return self.is_store and not open_store(self.store()).sizes()["interviews"]

    def open(self, source: str) -> None:
        """Lay something else on the desk."""
        with self._lock:
            if source != self.source:
                self.source, self._log, self._answers = source, None, {}

    def log(self) -> FollowUpLog:
        """The log as it is now. Raises UsageError while nothing is open, else what `read_log` raises."""
        source = self.chosen()
        from followup_analytics.reading import read_log

        with self._lock:
            state = self._state()
            if self._log is None or self._log[0] != state:
                self._log, self._answers = (state, read_log(source)), {}
            return self._log[1]

    def kept(self, key: tuple[Any, ...]) -> Any:
        """An answer that was worked out on the log as it is now; None where it was not."""
        self.log()
        return self._answers.get(key)

    def keep(self, key: tuple[Any, ...], answer: Any, of: FollowUpLog) -> None:
        """Keep an answer on a log for as long as the log stays as it is; somebody may have changed it meanwhile."""
        with self._lock:
            if self._log is None or self._log[1] is not of:
                return
            while len(self._answers) >= _MOST_KEPT:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = answer

    def answer(self, key: tuple[Any, ...], make: Callable[[FollowUpLog], Any]) -> Any:
        """An answer on the log as it is now, worked out once for each key."""
        log = self.log()
        kept = self._answers.get(key)
        if kept is None:
            kept = make(log)
            self.keep(key, kept, log)
        return kept

    def _state(self) -> object:
        """What tells a changed log from an unchanged one; a store's is known up to now, and so another each hour."""
        if self.source is None:
            return None
        if self.is_store:
            from followup_analytics.store import open_store

            return open_store(self.source).state(), int(time.time() // 3600)
        path = Path(self.source)
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        return tuple((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in files if one.is_file())


@dataclass
class OwnDesk(Desk):
    """The desk of a coach on a shared page: the coach's own interviews of what lies on the desk of all."""

    whole: Desk | None = None

    def entries(self) -> OfficeStore:
        """The store, with the coach's own interviews alone."""
        from followup_analytics.track import OfficeStore

        return OfficeStore(self.store(), write=True, coach=self.coach)

    def entries_at_home(self) -> OfficeStore:
        """The same: a shared page has its store from the beginning."""
        return self.entries()

    def log(self) -> FollowUpLog:
        """The coach's part of the log as it is now."""
        from followup_analytics.log.subsets import of_coach

        assert self.whole is not None  # noqa: S101
        assert self.coach is not None  # noqa: S101
        log = self.whole.log()
        with self._lock:
            if self._log is None or self._log[0] is not log:
                self._log, self._answers = (log, of_coach(log, self.coach)), {}
            return self._log[1]
