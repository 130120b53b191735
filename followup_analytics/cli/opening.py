"""The commands that open what comes with the package: open, notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def open_(
    source: Annotated[
        str | None,
        typer.Argument(metavar="[STORE|LOG|DIR]", help="What to open; without it a page that asks for files."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Open a simulated log.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link and open nothing.")] = False,
    min_cell: Annotated[int, typer.Option("--min-cell", min=1, help="Hide groups of fewer applicants.")] = 10,
    language: Annotated[
        Literal["en", "de", "es"] | None, typer.Option("--language", help="Of the pages; else the browser says.")
    ] = None,
    share: Annotated[
        str | None,
        typer.Option(
            "--share",
            metavar="ADDRESS",
            help="An address of this machine at which others open the page too, over TLS, each with an account "
            "(followup store add-account). Give --port too, so that it stays the same.",
        ),
    ] = None,
) -> None:
    """Open the tool as a page in the browser, on this machine alone. The first line is its link; it works once.

    With --share it is open at the address that is chosen, for those who have an account, and here at no other; the
    first line is its address, the second the fingerprint of its certificate, which browsers ask about once.

    Example:  followup open --demo
    """
    from followup_analytics.errors import UsageError
    from followup_analytics.web.server import serve

    if demo and share is not None:
        raise UsageError("--share needs a store of an office: leave out --demo.")
    if demo and source is not None:
        raise UsageError("--demo opens a log of its own: leave the file out, or leave out --demo.")

    def say(link: str) -> None:
        typer.echo(link)
        import sys

        sys.stdout.flush()

    if demo:
        import tempfile

        from followup_analytics.simulate import simulate_log

        with tempfile.TemporaryDirectory(prefix="followup-demo-") as folder:
            log = Path(folder) / "demo"
            simulate_log(interviews=600, world="office", seed=2026).write(log)
            serve(str(log), port=port, browser=not no_browser, say=say, min_cell=min_cell, language=language)
        return
    home = None
    if source is not None:
        _require(source)
        from followup_analytics.office import WORKBOOK, store_url

        if (Path(source) / WORKBOOK).is_file():
            # The folder of an office: its store, and its workbook for what stands on a report's title page.
            home = Path(source).resolve()
            source = store_url(home)
    if share is not None:
        from followup_analytics.web.sharing import serve_shared

        serve_shared(source, share, port=port, say=say, home=home or Path.cwd(), min_cell=min_cell, language=language)
        return
    serve(source, home=home, port=port, browser=not no_browser, say=say, min_cell=min_cell, language=language)


def _require(source: str) -> None:
    """Refuse what isn't there before a page is opened on it."""
    from followup_analytics.errors import UnreadableError
    from followup_analytics.store import is_store_url, store_exists

    if is_store_url(source):
        if not store_exists(source):
            raise UnreadableError("There is no store at this address: make one with `followup ingest` or `track`.")
    elif not Path(source).exists():
        raise UnreadableError(f"{source}: there is no such file, folder or store.")


def notebooks(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made where it isn't there.")],
) -> None:
    """Copy the notebooks into a folder, with a simulated log to run them on, in JupyterLab or another such program.

    FOLLOWUP_DATA names your own log (a folder, a workbook or a store); set it before JupyterLab is started.

    Example:  followup notebooks try-it
    """
    from followup_analytics.notebook import DATA_VARIABLE, copy_notebooks
    from followup_analytics.text import counted

    copied = copy_notebooks(folder)
    number = sum(path.suffix == ".ipynb" for path in copied.made)
    typer.echo(f"{counted(number, 'notebook')} and a simulated log are in {copied.folder}.")
    if copied.kept:
        typer.echo(f"{counted(len(copied.kept), 'file')} that were there already stayed as they were.")
    typer.echo(f"Start with:  jupyter lab {copied.folder}   (needs pip install '.[notebook]', see README)")
    typer.echo(f"Your own log:  set {DATA_VARIABLE} to its whole path before that.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(notebooks)
    app.command("open")(open_)
