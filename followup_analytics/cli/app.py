"""The application: its commands, each imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

import typer

#: The list of commands in a line each; what a command is in full stands in its own help.
_IN_A_LINE = {
    "ingest": "Read, check, link and store files as they are.",
    "check": "The same without storing: what is wrong, and where.",
    "office": "An office's folder: a workbook to fill in, a report each term.",
    "map": "Draft what a sheet of your own means, without writing TOML.",
    "log": "Record what happened, in a line as you would say it.",
    "today": "What is due today, in the store that `use` names.",
    "list": "The open interviews of that store.",
    "undo": "Take back the last entry of that store.",
    "snooze": "Put a next step of that store off.",
    "use": "The store that all of these are about.",
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
    "notebooks": "Nine notebooks and a log to try them on, to run and change.",
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


#: Commands of one module, for which the others needn't be imported; groups are parsers of their own.
_ALONE = {"log": "quick", "today": "quick", "use": "quick", "next": "advise"}
_GROUPS = {"track": "track", "office": "office", "store": "upkeep"}
_OTHERS = ("gather", "map", "quick", "advise", "analyse", "produce", "opening", "releasing")
_registered: set[str] = set()


def register(command: str | None) -> None:
    """Make a command known to the parser, or all of them where it is none that stands alone. Once is enough."""
    if command in _ALONE or command in _GROUPS:
        _add(str((_ALONE | _GROUPS)[command]))
    else:
        for module in (*_GROUPS.values(), *_OTHERS):
            _add(module)
    for one in app.registered_commands:
        one.short_help = _IN_A_LINE.get(str(one.name), one.short_help)
    for group in app.registered_groups:
        group.short_help = _IN_A_LINE.get(str(group.name), group.short_help)
    order = {name: place for place, name in enumerate(_IN_A_LINE)}
    for found in (app.registered_commands, app.registered_groups):
        found.sort(key=lambda one: order.get(str(one.name), len(order)))


def whole_app() -> typer.Typer:
    """The application with all of its commands."""
    register(None)
    return app


def _add(module: str) -> None:
    if module in _registered:
        return
    _registered.add(module)
    found = import_module(f"followup_analytics.cli.{module}")
    name = next((name for name, one in _GROUPS.items() if one == module), None)
    if name is None:
        found.register(app)
    else:
        app.add_typer(found.app, name=name)
