"""The one progress bar: on a terminal's stderr, or in a notebook's output; nothing where nobody looks on."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: Seconds between two drawings in a notebook.
_PAUSE = 0.1


@contextmanager
def progress_bar(words: str, total: int | None) -> Iterator[Callable[..., None] | None]:
    """A bar that moves on by one whenever what is given is called; nothing is given where nobody would see it.

    In a notebook it is the browser's own bar, without a script, and a line in its place when the work is done, so that
    a kept notebook is the same each time.

    words: what is being done. total: how many steps there are; None where nobody knows.
    """
    if in_notebook():
        with _notebook_bar(words, total) as move:
            yield move
        return
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=total)
        yield lambda *_: bar.advance(task)


def in_notebook() -> bool:
    """Whether a notebook's kernel runs this; a terminal's IPython has none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class _Drawn:
    """What a notebook shows of work under way, by HTML and as text."""

    def __init__(self, text: str, share: str = "") -> None:
        self._text, self._share = text, share

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        said = html.escape(self._text)
        return f"<progress {self._share} aria-label='{said}'></progress> {said}" if self._share else f"<p>{said}</p>"


@contextmanager
def _notebook_bar(words: str, total: int | None) -> Iterator[Callable[..., None]]:
    from IPython.display import display

    of = f" of {total:,}" if total else ""
    show: Any = display
    handle = show(_Drawn(f"{words}: begun"), display_id=True)
    done, drawn_at = 0, time.monotonic()

    def move(*_: Any) -> None:
        nonlocal done, drawn_at
        done += 1
        now = time.monotonic()
        if now - drawn_at >= _PAUSE:
            drawn_at = now
            share = f"value='{done}' max='{total}'" if total else "max='1'"
            handle.update(_Drawn(f"{words}: {done:,}{of}", share))

    try:
        yield move
    finally:
        handle.update(_Drawn(f"{words}: {done:,}{of}."))
