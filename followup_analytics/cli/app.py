"""The application: its commands, and how it ends: results on stdout, one sentence on stderr, the fixed exit codes."""

from __future__ import annotations

import gc
import os
import re
import sys
from functools import cache
from typing import Any

import typer

from followup_analytics.errors import FollowUpError

INTERRUPTED = 130

#: The list of commands in a line each; what a command is in full stands in its own help.
_IN_A_LINE = {
    "ingest": "Read, check, link and store files as they are.",
    "check": "The same without storing: what is wrong, and where.",
    "office": "An office's folder: a workbook to fill in, a report each term.",
    "map": "Draft what a sheet of your own means, without writing TOML.",
    "log": "Record what happened, in a line as you would say it.",
    "today": "What is due today, in the store that `use` names.",
    "use": "The store that `log` and `today` are about.",
    "track": "Record what happened, one entry at a time.",
    "store": "Backup, verify, copy, compact; one person's data; the key.",
    "next": "Whom to follow up with today, and why.",
    "predict": "The chance of hearing back, for open interviews.",
    "silence": "Whether so long a silence is normal.",
    "rates": "Response rates by timing, channel, attempt and more.",
    "curve": "How many have heard back by each day.",
    "outcomes": "What became of each cohort, and of two side by side.",
    "claims": "A verdict on each piece of the usual advice.",
    "plan": "How many interviews a test of each claim needs.",
    "model": "How likely an attempt is to be answered.",
    "report": "The PDF: for publication, on claims, or a day sheet.",
    "releases": "What was published, checked again together.",
    "open": "The whole tool as a page in your browser.",
    "demo": "All of it on a simulated log, in seconds.",
    "simulate": "A log whose truth is known.",
    "doctor": "What is installed, and whether it works.",
}

app = typer.Typer(
    name="followup",
    help="What happens after a job interview when people follow up: from real logs to rates, verdicts and advice.",
    epilog="Start with:  followup demo     Help on one command:  followup rates --help     "
    "Tracebacks, to report a fault: add --debug to any command.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from followup_analytics import __version__

        typer.echo(f"followup_analytics {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False,
        "--version",
        help="Print the version and stop.",
        callback=_version,
        is_eager=True,
    ),
) -> None:
    """Carry the options that stand before the command."""


@cache
def whole_app() -> typer.Typer:
    """The application with all of its commands, whose modules add themselves to it when they are imported."""
    from followup_analytics.cli import (
        advise,
        analyse,
        gather,
        map,  # noqa: A004 - named as the command
        office,
        opening,
        produce,
        quick,
        releasing,
        track,
        upkeep,
    )

    for name, commands in (("track", track.app), ("office", office.app), ("store", upkeep.app)):
        app.add_typer(commands, name=name)
    for module in (gather, map, quick, advise, analyse, produce, opening, releasing):
        module.register(app)
    for one in app.registered_commands:
        one.short_help = _IN_A_LINE.get(str(one.name), one.short_help)
    for group in app.registered_groups:
        group.short_help = _IN_A_LINE.get(str(group.name), group.short_help)
    order = {name: place for place, name in enumerate(_IN_A_LINE)}
    app.registered_commands.sort(key=lambda one: order.get(str(one.name), len(order)))
    return app


def main() -> None:
    """Run the command line and end the process with the contract's exit code."""
    # A command makes many objects that all live to its end: to look for garbage among them again and again is in vain.
    gc.set_threshold(200_000, 20, 20)
    whole = whole_app()
    # Taken out here, so that it may stand anywhere in any command.
    debug = "--debug" in sys.argv
    sys.argv = [one for one in sys.argv if one != "--debug"]
    try:
        # Not standalone: the parser's own refusals are to be one sentence too, as all others are.
        code = whole(standalone_mode=False)
    except FollowUpError as error:
        if debug:
            raise
        _say(error.for_commands)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):
            sys.exit(_refused_by_the_parser(error))
        if debug:
            raise
        if isinstance(error, BrokenPipeError):
            _leave_quietly()
        _say(
            f"a fault of this program, not of your data ({type(error).__name__}); nothing was half written. "
            "Run the command again with --debug and report what it prints."
        )
        sys.exit(1)
    if code == INTERRUPTED:
        _say("Interrupted; nothing was half written.")
    sys.exit(code if isinstance(code, int) else 0)


def _refused_by_the_parser(error: Any) -> int:
    """Say in one sentence what a command line lacks; help alone where nothing was asked for. Gives the exit code."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    words = " ".join(str(error.format_message()).replace("Value error, ", "").split())
    # Braces stand around an argument that comes before a command: `followup track {STORE} history`.
    path = re.sub("[{}]", "", getattr(getattr(error, "ctx", None), "command_path", "followup"))
    stop = "" if words.endswith((".", "?", "!")) else "."
    _say(f"{words}{stop} `{path} --help` tells more.")
    return int(error.exit_code)


def _leave_quietly() -> None:
    """The reader of a pipe (head, less) has closed it: what it wanted was delivered."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _say(sentence: str) -> None:
    from followup_analytics.text import clean

    print(f"followup: {clean(sentence)}", file=sys.stderr)  # noqa: T201
