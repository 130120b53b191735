"""Work that takes longer than a page may: done by a child process, watched from any tab, and stopped when asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Lock, Semaphore, Thread
from typing import TYPE_CHECKING, Any, Literal

from followup_analytics.errors import FollowUpError, UnreadableError, UsageError
from followup_analytics.web.faces import in_page_words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

State = Literal["running", "done", "failed", "stopped"]
#: Seconds between two looks at a work.
_LOOK = 0.25
#: Seconds between two words of progress from the child.
_TELL = 0.2
_MOST_KEPT = 20
#: Works of one person at a time, so that those of others have their turn.
_MOST_BEGUN = 4
_AT_A_TIME = 2


@dataclass
class Work:
    """One piece of work: what it is, where its result is shown, how far it is, and how it ended.

    share: of what is to be done, None where that is unknown. said: what is being done, or why it failed.
    """

    id: str
    title: str
    then: str
    state: State = "running"
    share: float | None = None
    said: str = "Waiting for its turn"
    process: BaseProcess | None = None
    lock: Lock = field(default_factory=Lock)
    #: Whether the page that `then` names says itself how the work ended.
    is_told_there: bool = False

    def told(self) -> dict[str, Any]:
        """What a page is told about it."""
        return {"state": self.state, "share": self.share, "said": self.said, "then": self.then}


def turns() -> Semaphore:
    """How many works are done at a time, of all who take part."""
    return Semaphore(_AT_A_TIME)


@dataclass
class Works:
    """All works of this run, the latest last; they go on when a tab is closed, and end with the program."""

    works: dict[str, Work] = field(default_factory=dict)
    by_key: dict[tuple[Any, ...], str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    #: So many are done at a time; the others wait for their turn.
    turns: Semaphore = field(default_factory=turns)

    @property
    def running(self) -> list[Work]:
        """Those that are not done."""
        return [one for one in list(self.works.values()) if one.state == "running"]

    def of(self, name: str) -> Work:
        """A work by its id. Raises UsageError where it is unknown."""
        if name not in self.works:
            raise UsageError("This work is no longer known: begin it again.")
        return self.works[name]

    def begin(
        self,
        key: tuple[Any, ...],
        title: str,
        function: Callable[..., Any],
        given: Sequence[Any],
        *,
        then: str,
        take: Callable[[Any], str | None],
        refused: Callable[[FollowUpError], str] | None = None,
    ) -> Work:
        """Begin a work in a child process, or join the one of the same key that is running.

        function: of a module, called with `given` and a function that takes (said, share). take: given its result here,
        in the server; it may name another address to go to. refused: given what the work refused, where another page
        says so; it names the page.
        """
        with self.lock:
            held = self.works.get(self.by_key.get(key, ""))
            if held is not None and held.state == "running":
                return held
            if len(self.running) >= _MOST_BEGUN:
                raise UsageError("Several works of yours are not done yet: wait for one, or stop it.")
            work = Work(token_urlsafe(8), title, then)
            self.works[work.id], self.by_key[key] = work, work.id
            for old in [one.id for one in self.works.values() if one.state != "running"][:-_MOST_KEPT]:
                del self.works[old]
        Thread(target=self._see_through, args=(work, function, tuple(given), take, refused), daemon=True).start()
        return work

    def _see_through(
        self,
        work: Work,
        function: Callable[..., Any],
        given: tuple[Any, ...],
        take: Callable[[Any], str | None],
        refused: Callable[[FollowUpError], str] | None,
    ) -> None:
        """Do a work as soon as its turn has come, and take what it gives."""
        with self.turns:
            try:
                ended = _done_elsewhere(work, function, given)
            except OSError as error:
                # No memory or no room for another process.
                ended = UnreadableError(_fault(error))
        if ended is None and work.state == "stopped":
            return
        if ended is None:
            work.said, work.state = "The work broke off without a word: begin it again.", "failed"
            return
        try:
            work.then = take(_given(ended)) or work.then
        except FollowUpError as error:
            work.said = in_page_words(str(error))
            if refused is not None:
                work.then, work.is_told_there = refused(error), True
            work.state = "failed"
        except Exception as error:  # noqa: BLE001 - nobody else would ever hear of it, and the page would wait for ever
            work.said, work.state = _fault(error), "failed"
        else:
            work.said, work.share, work.is_told_there, work.state = "Done", 1.0, True, "done"

    def stop(self, name: str) -> Work:
        """Stop a work; what it was writing is taken back by the store, as after a power cut."""
        work = self.of(name)
        if work.state == "running":
            with work.lock:
                work.state, work.said = "stopped", "Stopped. What it had not finished is not kept."
                if work.process is not None:
                    work.process.terminate()
        return work

    def end(self) -> None:
        """Stop all works."""
        for one in self.running:
            self.stop(one.id)


async def events(work: Work) -> AsyncIterator[str]:
    """How far a work is, as server-sent events, until it ends."""
    last = ""
    while True:
        text = json.dumps(work.told())
        if text != last:
            yield f"data: {text}\n\n"
            last = text
        if work.state != "running":
            return
        await asyncio.sleep(_LOOK)


def _given(ended: Any) -> Any:
    """What a work gave. Raises what it refused."""
    if isinstance(ended, FollowUpError):
        raise ended
    return ended


def _done_elsewhere(work: Work, function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    """What a child process gives, or the refusal that it met; None where it broke off or was stopped.

    Meanwhile the work says how far the child is.
    """
    # A fresh interpreter: threads of the server and of polars don't survive a fork.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    with work.lock:
        # It may have been stopped while it waited.
        if work.state != "running":
            return None
        work.said = "Beginning"
        work.process = context.Process(target=_run, args=(theirs, function, given), daemon=True)
        work.process.start()
    theirs.close()
    ended: Any = None
    with contextlib.suppress(EOFError, OSError), ours:
        while True:
            kind, *heard = ours.recv()
            if kind == "ended":
                ended = heard[0]
                break
            work.said, work.share = heard
    work.process.join()
    return ended


def _run(connection: Connection, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """What the child does."""
    last = 0.0

    def tell(said: str, share: float | None = None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _TELL:
            last = now
            connection.send(("told", said, share))

    try:
        ended = function(*given, tell)
    except FollowUpError as error:
        ended = error
    except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say that it happened
        ended = UnreadableError(_fault(error))
    connection.send(("ended", ended))


def _fault(error: Exception) -> str:
    return f"A fault of this program, not of your data ({type(error).__name__}). Nothing was half written."
