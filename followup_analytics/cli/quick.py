"""`followup log TEXT`, `today`, `list`, `undo`, `snooze`, and `use STORE`: the day's work on the default store."""

from __future__ import annotations

from typing import Annotated

import typer

from followup_analytics.cli.listing import Every, OfClient, OfCoach, Page, States, print_list
from followup_analytics.cli.options import Printing, Shared, options_of, taking
from followup_analytics.cli.saying import say


def log(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]", help="What happened: 'ben bosch left voicemail yesterday 3pm'."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Record what happened, in a line as you would say it, in the default store (see `followup use`).

    Without a text, on a terminal: pick an interview, a letter for what happened, and Enter for now.

    Example:  followup log "ben bosch left voicemail yesterday 3pm"
    """
    from followup_analytics.cli.entering import enter

    enter(text or [], as_json=as_json)


def today(context: typer.Context) -> None:
    """What is due today in the default store (`followup next STORE --due`), and why (confidential).

    Example:  followup today
    """
    from followup_analytics.cli.advise import list_steps
    from followup_analytics.cli.default_store import default_store

    list_steps(default_store(), options_of(context, Shared), due=True)


def list_(
    context: typer.Context,
    applicant: OfClient = None,
    coach: OfCoach = None,
    state: States = None,
    page: Page = 1,
    every: Every = False,
) -> None:
    """List the open interviews of the default store (`followup track STORE list`), the latest first (confidential).

    Example:  followup list --coach ines
    """
    from followup_analytics.cli.default_store import default_store

    print_list(default_store(), options_of(context, Printing), applicant, coach, state or (), page=page, every=every)


def undo(
    key: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The last entry about this contact or interview alone.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Take back the last entry of the default store (`followup track STORE undo`), and say what it was.

    Example:  followup undo
    """
    from followup_analytics.cli.default_store import default_store
    from followup_analytics.cli.telling import tell_entry
    from followup_analytics.track import OfficeStore

    url = default_store()
    tell_entry(url, OfficeStore(url, write=True).undo(key), as_json=as_json, command="undo")


def snooze(
    interview: Annotated[str, typer.Argument(metavar="INTERVIEW", help="Its id, or the person, name or employer.")],
    until: Annotated[str, typer.Argument(metavar="DAY", help="Until when: 2026-12-01, tomorrow, 'after christmas'.")],
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Put an interview's next step off, in the default store: it isn't due before that day.

    Example:  followup snooze "ben bosch" "2 weeks"
    """
    from followup_analytics.cli.default_store import default_store
    from followup_analytics.cli.telling import tell_entry
    from followup_analytics.track import OfficeStore

    url = default_store()
    tell_entry(url, OfficeStore(url, write=True).snooze(interview, until), as_json=as_json, command="snooze")


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
    app.command("list", cls=taking(Printing))(list_)
    app.command("undo")(undo)
    app.command("snooze")(snooze)
    app.command("use")(use)
