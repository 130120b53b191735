"""Commands that bring data in: ingest and check."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from followup_analytics.cli.options import Printing, form_asked, options_of, taking
from followup_analytics.cli.saying import say
from followup_analytics.cli.shared import reading_bar, show, writable
from followup_analytics.text import clean

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Exports, spreadsheets or folders.", show_default=False)
]
Source = Annotated[
    str, typer.Option("--source", help="The kind of file, where it can't be told; --sources lists the kinds.")
]


def _list_sources(wanted: bool) -> None:
    if wanted:
        from followup_analytics.ingest.registry import sources

        width = max(map(len, sources()))
        for one in sources().values():
            typer.echo(f"{one.name.ljust(width)}  {one.description}{'; needs --roster' if one.calls else ''}")
        raise typer.Exit


ListSources = Annotated[
    bool,
    typer.Option(
        "--sources", callback=_list_sources, is_eager=True, help="List the kinds of file, a line each, and stop."
    ),
]
Map = Annotated[
    str | None,
    typer.Option(
        "--map", metavar="MAP", help="A TOML file that says what your columns mean, or the name of a shipped one."
    ),
]
OwnAddress = Annotated[
    list[str] | None,
    typer.Option("--own-address", metavar="ADDRESS", help="The applicant's own e-mail address or number; repeatable."),
]
Roster = Annotated[
    list[Path] | None,
    typer.Option(
        "--roster",
        help="Interviews with their numbers and addresses, to link calls by; address books too; repeatable.",
    ),
]
Zone = Annotated[
    str | None, typer.Option("--time-zone", help="Zone of timestamps without an offset, such as Europe/Berlin.")
]
Region = Annotated[
    str | None, typer.Option("--region", metavar="CC", help="Country of numbers without a prefix, such as US.")
]
DayFirst = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="How to read dates such as 03/04/2026.")
]
VoicemailUnder = Annotated[
    float | None,
    typer.Option(
        "--voicemail-under",
        metavar="SECONDS",
        help="Take shorter answered calls, where the source can't tell, for voicemails.",
    ),
]
Review = Annotated[
    list[Path] | None,
    typer.Option(
        "--review", help="A filled-in review file: calls that fitted no interview, or events of a calendar; repeatable."
    ),
]
ObservedUntil = Annotated[
    str | None,
    typer.Option(
        "--observed-until",
        metavar="DATE",
        help="The record is complete up to this day, for interviews of these files that don't say so themselves.",
    ),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="COLUMN", help="Store this column although it may tell of people; may be repeated."),
]
JoinDuplicates = Annotated[
    bool,
    typer.Option(
        "--join-duplicates",
        help="Make a contact one with the same one of another source (a form, a call log); else it is reported.",
    ),
]
SameCohort = Annotated[
    list[str] | None,
    typer.Option(
        "--same-cohort", metavar="A=B", help="Read the cohort A as B, as in '2026=Class of 2026'; may be repeated."
    ),
]
KeepNotes = Annotated[bool, typer.Option("--keep-notes", help="Keep free text; it is dropped otherwise.")]


def ingest(
    files: Files,
    context: typer.Context,
    into: Annotated[
        str,
        typer.Option("--into", metavar="STORE", help="The store, such as sqlite:///followup.db; made on first use."),
    ],
    source: Source = "auto",
    map: Map = None,  # noqa: A002
    roster: Roster = None,
    time_zone: Zone = None,
    region: Region = None,
    day_first: DayFirst = None,
    voicemail_under: VoicemailUnder = None,
    review: Review = None,
    keep_notes: KeepNotes = False,
    keep: Keep = None,
    own_address: OwnAddress = None,
    observed_until: ObservedUntil = None,
    each_file: Annotated[
        bool,
        typer.Option("--each-file", help="Store what can be read where another file can't; else all files or none."),
    ] = False,
    join_duplicates: JoinDuplicates = False,
    same_cohort: SameCohort = None,
    sources: ListSources = False,
) -> None:
    """Read, check, link and store files; bad rows are set aside with their reason, known ones are not stored twice.

    Example:  followup ingest calls.xml --roster roster.csv --into sqlite:///followup.db

    Files: tables of the log, call logs of telephones, telephone systems and CRMs, mail, calendars, and any spreadsheet
    of your own. What a file is, is told by its content; followup ingest --sources lists the kinds.

    Maps: a spreadsheet of your own needs --map, a small text file that says which of your columns mean what;
    docs/sources.md shows how to make one, and --map career_centre names one that comes with the package.

    Roster: calls are tied to interviews by --roster, a table with interview_id and the numbers and addresses of the
    employer.

    Rejects: rows that can't be used go to FILE.rejects beside the store, in the form of your file with the reason
    beside each. Mend them there and ingest that file alone; what you leave as it is stays out. Exit code 0: some row
    was stored or known, 3: none was, 1: a file can't be read, 2: a wrong command line.
    """
    printing = options_of(context, Printing)
    del sources
    from followup_analytics.ingest import ingest_files

    options: dict[str, Any] = {
        "source": source, "map": map, "roster": roster, "time_zone": time_zone, "region": region,
        "day_first": day_first, "voicemail_under": voicemail_under, "review": review, "keep_notes": keep_notes,
        "keep": keep or (), "own_addresses": own_address or (), "observed_until": observed_until,
        "each_file": each_file, "join_duplicates": join_duplicates, "same_cohort": same_cohort or (),
    }  # fmt: skip
    with reading_bar() as progress:
        result = ingest_files(files, into=into, progress=progress, **options)
    _finish(result, printing)


def check(
    files: Files,
    context: typer.Context,
    source: Source = "auto",
    map: Map = None,  # noqa: A002
    roster: Roster = None,
    time_zone: Zone = None,
    region: Region = None,
    day_first: DayFirst = None,
    voicemail_under: VoicemailUnder = None,
    keep_notes: KeepNotes = False,
    keep: Keep = None,
    own_address: OwnAddress = None,
    sources: ListSources = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the findings as a web page.")] = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="FILE", help="Also write the rejected rows with their reasons.")
    ] = None,
) -> None:
    """Read and check files without storing anything; says for each broken rule where it is and what to do.

    Example:  followup check interviews.csv contacts.csv

    Files, maps and roster are as in followup ingest --help. For every column it is said whether it would be stored,
    replaced by a pseudonym, or dropped, and why; --rejects FILE writes the rejected rows. Exit code 0:
    every row is good, 3: some row is bad, 1: a file can't be read, 2: a wrong command line.
    """
    printing = options_of(context, Printing)
    del sources
    from followup_analytics.ingest import check_files

    with reading_bar() as progress:
        result = check_files(
            files, source=source, map=map, roster=roster, time_zone=time_zone, region=region, day_first=day_first,
            voicemail_under=voicemail_under, keep_notes=keep_notes, keep=keep or (), own_addresses=own_address or (),
            rejects=rejects, progress=progress,
        )  # fmt: skip
    if html is not None:
        _write_private(writable(html), result.to_html())
    _finish(result, printing)


def _write_private(path: Path, text: str) -> None:
    """A working paper about single records: only its owner can read it."""
    from followup_analytics.ingest.aside.rejects import reserve

    reserve(path)
    path.write_text(text, encoding="utf-8")


def _finish(result: Any, printing: Printing) -> None:
    """Write the answer, and what was refused to stderr: files, and the broken rules of rows."""
    for one in result.failed:
        typer.echo(f"followup: {clean(str(one.error))}", err=True)
    table = form_asked(printing, result.command) == "table"
    if result.rows or not result.failed or not table:
        # In a table the refusals would stand twice on a terminal; the answers for programs keep them.
        show(dataclasses.replace(result, failed=()) if table else result, printing)
    else:
        for note in result.notes:
            typer.echo(f"· {clean(note.text)}" + (f" ({note.n:,})" if note.n is not None else ""), err=True)
    # Beside a table on stdout they have been said; whoever gets a file or an answer for programs finds them here.
    if not table or printing.output is not None:
        for sentence in result.broken_rules():
            say(sentence)
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("ingest", cls=taking(Printing))(ingest)
    app.command("check", cls=taking(Printing))(check)
