"""`followup log TEXT`, `followup today`, `followup use STORE`: the day's work on the default store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from followup_analytics.cli.options import Shared, options_of, taking
from followup_analytics.cli.shared import say

if TYPE_CHECKING:
    from followup_analytics.track.finding import AmbiguousInterviewError


def log(
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="What happened: 'ben bosch left voicemail yesterday 3pm'.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Record what happened, in a line as you would say it, in the default store (see `followup use`).

    Example:  followup log "ben bosch left voicemail yesterday 3pm"
    """
    from followup_analytics.cli.default_store import default_store
    from followup_analytics.cli.telling import tell
    from followup_analytics.track.finding import AmbiguousInterviewError
    from followup_analytics.track.quick import track_log

    line = " ".join(text).strip()
    _refuse_a_place(line)
    url = default_store()
    try:
        entry = track_log(url, line)
    except AmbiguousInterviewError as several:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        entry = track_log(url, line, interview=_asked(several))
    tell(url, entry, as_json=as_json, command="log")


def _refuse_a_place(line: str) -> None:
    """A file or store after `log` was meant for an analysis."""
    from followup_analytics.errors import UsageError
    from followup_analytics.text import shorten

    if not line:
        return
    try:
        there = Path(line).exists()
    except OSError:
        there = False
    if there or "://" in line:
        shown = line if "@" not in line else line.partition(":")[0] + "://..."
        raise UsageError(
            f"log records what happened; {shorten(shown)!r} is the place of a log: `followup rates {shorten(shown)}` "
            "analyses it."
        )


def _asked(several: AmbiguousInterviewError) -> str:
    """The interview that a person picks where several fit."""
    stories = several.stories
    for number, story in enumerate(stories, 1):
        say(f"{number}  {story.told}")
    while True:
        picked = str(typer.prompt("Which one", err=True)).strip()
        if picked.isdecimal() and 1 <= int(picked) <= len(stories):
            return stories[int(picked) - 1].interview_id


def today(context: typer.Context) -> None:
    """What is due today in the default store (`followup next STORE --due`), and why (confidential).

    Example:  followup today
    """
    from followup_analytics.cli.advise import list_steps
    from followup_analytics.cli.default_store import default_store

    list_steps(default_store(), options_of(context, Shared), due=True)


def use(
    store: Annotated[str, typer.Argument(metavar="STORE", help="A store such as sqlite:///followup.db.")],
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Make a store the one that `followup log` and `followup today` are about; FOLLOWUP_STORE goes before it.

    Example:  followup use sqlite:///followup.db
    """
    import os

    from followup_analytics.cli.default_store import STORE_VARIABLE, remember_store
    from followup_analytics.cli.telling import echo_upkeep
    from followup_analytics.store import store_exists

    url = remember_store(store)
    if as_json:
        echo_upkeep("use", [{"store": url}])
    else:
        typer.echo(url)
    later = "" if store_exists(url) else " It is not there yet: the first `followup track` or `ingest` makes it."
    say(f"`followup log` and `followup today` use this store from now on.{later}")
    if os.environ.get(STORE_VARIABLE):
        say(f"{STORE_VARIABLE} is set and goes before it.")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("log")(log)
    app.command("today", cls=taking(Shared))(today)
    app.command("use")(use)
