"""The command that drafts a map of a foreign sheet: guesses, asks what it can't know, and writes the map."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from followup_analytics.cli.options import Printing, options_of, taking
from followup_analytics.cli.saying import say
from followup_analytics.cli.shared import show, writable

if TYPE_CHECKING:
    from followup_analytics.ingest.maps.draft import MapDraft, Question

_OLD = ".old"


def map_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A spreadsheet: .csv, .tsv, .xlsx, .ods.")],
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the guesses; ask nothing.")] = False,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Zone of the sheet's times, such as Europe/Berlin.")
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", min=1990, max=2099, help="Year of dates such as 3/4 or April 3.")
    ] = None,
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="How to read dates such as 03/04/2026.")
    ] = None,
    words: Annotated[
        Path | None, typer.Option("--words", metavar="FILE", help="A word list of your own (TOML), beside the shipped.")
    ] = None,
) -> None:
    """Draft a map of a sheet: what each column and word means, five rows as understood, questions on the rest.

    Example:  followup map spring.xlsx -o spring.toml

    Sheet, header, title lines and totals are found by themselves. On a terminal what isn't sure is asked, one question
    at a time; Enter takes the default. With --yes, or where there is no terminal, the guesses are taken and what was
    assumed is said. Look at the rows as understood, then:  followup check spring.xlsx --map spring.toml
    """
    from followup_analytics.ingest.maps.draft import draft_map

    printing = options_of(context, Printing)
    options: dict[str, Any] = {"time_zone": time_zone, "year": year, "day_first": day_first, "words": words}
    answers: dict[str, str] = {}
    draft = draft_map(file, answers=answers, **options)
    asking = not yes and sys.stdin.isatty() and sys.stderr.isatty()
    if asking:
        draft = _ask_all(file, draft, answers, options)
    show(draft, replace(printing, output=None))
    if not printing.json and printing.format == "table":
        for line in draft.sample_lines():
            typer.echo(line)
    target = printing.output
    if target is None and asking:
        default = file.with_suffix(".map.toml").name
        target = Path(typer.prompt("Write the map to", default=default, err=True))
    if target is not None:
        _write(target, draft.text)
        say(f"The map is in {target}. Next:  followup check {quoted(file)} --map {quoted(target)}")
    elif not printing.json:
        say("Nothing was written; add -o MAP.toml to write the map.")


def _ask_all(file: Path, draft: MapDraft, answers: dict[str, str], options: dict[str, Any]) -> MapDraft:
    """Ask one question after the other; columns first, since what they are decides which words are asked about."""
    from followup_analytics.ingest.maps.draft import draft_map

    while draft.questions:
        first = draft.questions[0]
        answers[first.id] = _asked(first)
        draft = draft_map(file, answers=answers, **options)
    return draft


def _asked(question: Question) -> str:
    if question.kind == "yes_no":
        if typer.confirm(question.text, default=True, err=True):
            return "yes"
        return (
            _chosen("What is it, then?", (("nothing", "leave it out"), *question.choices), "nothing")
            if (question.choices)
            else "no"
        )
    if question.kind == "choice":
        return _chosen(question.text, question.choices, question.default)
    return str(typer.prompt(question.text, default=question.default, show_default=bool(question.default), err=True))


def _chosen(text: str, choices: tuple[tuple[str, str], ...], default: str) -> str:
    say(text)
    for number, (_, words) in enumerate(choices, start=1):
        say(f"  {number}  {words}")
    place = next((number for number, (name, _) in enumerate(choices, start=1) if name == default), 1)
    while True:
        answer = typer.prompt("Number", default=str(place), err=True)
        if str(answer).isdigit() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1][0]
        say(f"Give a number from 1 to {len(choices)}.")


def quoted(path: Path) -> str:
    """A path as a command line takes it, here and on Windows."""
    text = str(path)
    return f'"{text}"' if os.name == "nt" and " " in text else shlex.quote(text)


def _write(path: Path, text: str) -> None:
    """Write the map; one that is there and says something else is kept beside it: somebody may have worked on it."""
    writable(path)
    if path.exists() and path.read_text("utf-8", errors="replace") != text:
        kept = path.with_name(path.name + _OLD)
        path.replace(kept)
        say(f"The map that was there is kept as {kept.name}.")
    path.write_text(text, encoding="utf-8")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("map", cls=taking(Printing, prints=False))(map_)
