"""The list of interviews, of a store that is named or of the default one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from followup_analytics.cli.options import Printing, form_asked
from followup_analytics.cli.people import by_name
from followup_analytics.cli.shared import show

OfClient = Annotated[str | None, typer.Option("--applicant", "--client", metavar="ID", help="Only this applicant's.")]
OfCoach = Annotated[str | None, typer.Option("--coach", help="Only those that this coach looks after.")]
States = Annotated[
    list[str] | None,
    typer.Option("--state", help="Only those that stand so: open, ahead, or an outcome; may be repeated."),
]
Page = Annotated[int, typer.Option("--page", min=1, help="Which 25 of a long table.")]
Every = Annotated[bool, typer.Option("--all", help="All interviews at once, those with an outcome too.")]


def print_list(
    url: str,
    printing: Printing,
    applicant: str | None,
    coach: str | None,
    states: Sequence[str],
    *,
    page: int,
    every: bool,
) -> None:
    """Print the interviews of a store, 25 at a time, the open ones unless others are asked for."""
    from followup_analytics.advice.overview import AHEAD, OPEN, overview, read_state
    from followup_analytics.cli.advise import AT_A_TIME
    from followup_analytics.track import OfficeStore, read_listed

    wanted = [read_state(one) for one in states] or ([] if every else [OPEN, AHEAD])
    log, counts = read_listed(url, only_open=bool(wanted) and set(wanted) <= {OPEN, AHEAD})
    is_table = form_asked(printing, "track") == "table"
    whole = every or not is_table
    found = overview(
        log,
        None if applicant is None else OfficeStore(url).ids_of(applicant),
        coach=coach,
        states=wanted,
        start=0 if whole else (page - 1) * AT_A_TIME,
        limit=None if whole else AT_A_TIME,
    )
    rows = by_name(url, found.rows) if is_table else found.rows
    # Start of a pseudonym and its sign of a cut are no name.
    named = any(not row.applicant_id.endswith("…") for row in rows)
    extra = {**found.extra, "named": True} if named and is_table else found.extra
    show(replace(found, rows=rows, counts=counts, extra=extra), printing)
