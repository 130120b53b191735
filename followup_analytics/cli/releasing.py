"""The command that lists what was published and checks it again: releases."""

from __future__ import annotations

import typer

from followup_analytics.cli.options import LogPath, Shared, options_of, taking
from followup_analytics.cli.shared import show


def releases(log: LogPath, context: typer.Context) -> None:
    """What was published of a store or log, checked again together.

    Example:  followup releases sqlite:///followup.db
    """
    from followup_analytics.reading.logs import read_log
    from followup_analytics.releases import check_releases, open_ledger
    from followup_analytics.results.result import LogCounts

    shared = options_of(context, Shared)
    counts = LogCounts.of(read_log(log, time_zone=shared.time_zone))
    show(check_releases(open_ledger(log, shared.ledger), shared.policy, counts), shared)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("releases", cls=taking(Shared))(releases)
