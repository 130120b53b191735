"""The commands of an office's folder: begin it, and run a term."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from followup_analytics.cli.options import Printing, options_of, taking
from followup_analytics.cli.shared import reading_bar, show

app = typer.Typer(
    help="A folder for an office: a workbook to fill in, and each term's report from it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("init", cls=taking(Printing))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to begin.")],
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Sheets and exports to begin with; they are copied."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Zone of the times in your files, such as Europe/Berlin.")
    ] = None,
) -> None:
    """Make the folder: a workbook with settings and sheets to fill in, and an empty store.

    Example:  followup office init centre "spring calls.xlsx" --time-zone Europe/London
    """
    from followup_analytics.office import init_office

    printing = options_of(context, Printing)
    show(init_office(folder, files=files or (), time_zone=time_zone), printing)


@app.command("run", cls=taking(Printing))
def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `followup office init` made.")],
    context: typer.Context,
    publish: Annotated[
        str | None,
        typer.Option(
            "--publish",
            metavar="NAME",
            help="Enter the report in the ledger of releases; refused where it gives away what earlier ones hide.",
        ),
    ] = None,
) -> None:
    """Store what is new, list what needs mending, and write this term's report and tables into DIR/out/TERM.

    Example:  followup office run centre

    The files of DIR/in are read as they are; a sheet of your own gets a map by itself, in DIR/maps. What is to be
    mended or confirmed stands in one workbook, DIR/to mend.xlsx. What was made for earlier terms is never written over.
    """
    from followup_analytics.office import run_office

    printing = options_of(context, Printing)
    with reading_bar() as progress:
        result = run_office(folder, publish=publish, progress=progress)
    show(result, printing)
    if result.exit_code:
        raise typer.Exit(result.exit_code)
