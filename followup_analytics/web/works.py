"""Work that takes longer than a page may: done by a child process, watched from any tab, and stopped when asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Literal

from followup_analytics.errors import FollowUpError, UsageError

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
    said: str = "Beginning"
    process: BaseProcess | None = None

    def told(self) -> dict[str, Any]:
        """What a page is told about it."""
        return {"state": self.state, "share": self.share, "said": self.said, "then": self.then}


@dataclass
class Works:
    """All works of this run, the latest last; they go on when a tab is closed, and end with the program."""

    works: dict[str, Work] = field(default_factory=dict)
    by_key: dict[tuple[Any, ...], str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

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
    ) -> Work:
        """Begin a work in a child process, or join the one of the same key that is running.

        function: of a module, called with `given` and a function that takes (said, share). take: given its result here,
        in the server; it may name another address to go to.
        """
        with self.lock:
            held = self.works.get(self.by_key.get(key, ""))
            if held is not None and held.state == "running":
                return held
            work = Work(token_urlsafe(8), title, then)
            self.works[work.id], self.by_key[key] = work, work.id
            for old in [one.id for one in self.works.values() if one.state != "running"][:-_MOST_KEPT]:
                del self.works[old]
        # A fresh interpreter: threads of the server and of polars don't survive a fork.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        work.process = context.Process(target=_run, args=(theirs, function, tuple(given)), daemon=True)
        work.process.start()
        theirs.close()
        Thread(target=_watch, args=(work, ours, take), daemon=True).start()
        return work

    def stop(self, name: str) -> Work:
        """Stop a work; what it was writing is taken back by the store, as after a power cut."""
        work = self.of(name)
        if work.state == "running":
            work.state, work.said = "stopped", "Stopped. Nothing of it was kept."
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


def _watch(work: Work, connection: Connection, take: Callable[[Any], str | None]) -> None:
    """Hear what the child says until it ends."""
    ended: Mapping[str, Any] = {"failed": "The work broke off without a word: begin it again."}
    with contextlib.suppress(EOFError, OSError):
        while True:
            heard = connection.recv()
            if "said" in heard:
                work.said, work.share = heard["said"], heard["share"]
                continue
            ended = heard
            break
    connection.close()
    if work.process is not None:
        work.process.join()
    if work.state == "stopped":
        return
    if "result" not in ended:
        work.said, work.state = ended["failed"], "failed"
        return
    try:
        work.then = take(ended["result"]) or work.then
    except FollowUpError as error:
        work.said, work.state = str(error), "failed"
        return
    work.said, work.share, work.state = "Done", 1.0, "done"


def _run(connection: Connection, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """What the child does."""
    last = 0.0

    def tell(said: str, share: float | None = None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _TELL:
            last = now
            connection.send({"said": said, "share": share})

    try:
        result = function(*given, tell)
    except FollowUpError as error:
        connection.send({"failed": str(error)})
    except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say that it happened
        connection.send(
            {"failed": f"A fault of this program, not of your data ({type(error).__name__}). Nothing was half written."}
        )
    else:
        connection.send({"result": result})
