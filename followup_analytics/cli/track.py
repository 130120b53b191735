"""`followup track`: what happened, recorded one entry at a time."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Record what happened, one entry at a time: interviews, contacts, outcomes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _root() -> None:
    """Record what happened, one entry at a time."""
