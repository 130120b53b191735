"""Commands that make things: demo, report, simulate, doctor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from followup_analytics.cli.options import LogPath, Printing, Shared, options_of, taking
from followup_analytics.cli.saying import say
from followup_analytics.cli.shared import n_applicants, open_log, publish_answers, show, writable

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.store.book import ContactBook

Kind = Literal["bulletin", "cohort", "claims", "methods", "handout", "day-sheet"]


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the log and the report go.")] = Path(
        "followup_demo"
    ),
) -> None:
    """Make a log, analyse it, write the PDF report and print what it found. All of it simulated.

    Example:  followup demo --out try
    """
    from followup_analytics.cli.demo import run_demo

    typer.echo(run_demo(out))


def report(
    log: LogPath,
    context: typer.Context,
    kind: Annotated[
        Kind,
        typer.Option(
            "--kind",
            help="bulletin: one page; cohort: the findings in full; claims: the advice tested; methods: how it was "
            "worked out; handout: one applicant's next steps, day-sheet: everybody's (both confidential).",
        ),
    ] = "cohort",
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="COHORT", help="The cohort to set beside this one (else the one before it)."),
    ] = None,
    applicant: Annotated[
        str | None, typer.Option("--applicant", metavar="ID", help="Whose handout it is: one page, nobody else in it.")
    ] = None,
    each: Annotated[
        Literal["applicant", "cohort"] | None,
        typer.Option("--each", help="A handout for each applicant, or a report for each cohort; -o is their folder."),
    ] = None,
    named_files: Annotated[
        bool,
        typer.Option(
            "--named-files", help="With --each applicant: call the files by the contact book's names, not by ids."
        ),
    ] = False,
    paper: Annotated[Literal["a4", "letter", "us-letter"], typer.Option("--paper", metavar="a4|letter")] = "a4",
    language: Annotated[
        Literal["en", "de", "es"],
        typer.Option("--language", help="English, German or Spanish; names stay as they are."),
    ] = "en",
    check: Annotated[
        bool,
        typer.Option("--check", help="Validate the PDF (PDF/UA-1, PDF/A-2a); exit 1 on a fault; the result beside it."),
    ] = False,
    outcome: Annotated[Literal["response", "advanced"], typer.Option("--outcome")] = "response",
    within: Annotated[float, typer.Option("--within", metavar="DAYS")] = 7.0,
    font_path: Annotated[
        Path | None, typer.Option("--font-path", help="A folder with fonts for further scripts.")
    ] = None,
    today: Annotated[str | None, typer.Option("--today", metavar="DATE", help="The day of a handout.")] = None,
    office: Annotated[
        Path | None,
        typer.Option("--office", metavar="FILE", help="The office's name, contact, logo and line to sign on (TOML)."),
    ] = None,
) -> None:
    """Write the PDF (accessible: PDF/UA-1, PDF/A-2a), the same as a web page, or all its tables as a workbook.

    Example:  followup report data/log -o report.pdf
    """
    from followup_analytics.errors import UsageError
    from followup_analytics.report import WORKING_PAPERS, check_pdf, require_checker, write_report

    shared = options_of(context, Shared)
    _refuse_what_fits_not(kind, each, applicant, against, named_files=named_files)
    if shared.output is None:
        raise UsageError("report needs a file to write to: add -o report.pdf.")
    if shared.output.suffix.lower() not in ("", ".pdf", ".html", ".xlsx"):
        raise UsageError(
            f"-o {shared.output.name}: a report is a PDF, a page or a workbook; give the file a name that ends in "
            ".pdf, .html or .xlsx."
        )
    settings: dict[str, Any] = {
        "outcome": outcome, "within": within, "disclosure": shared.policy, "seed": shared.seed, "font_path": font_path,
        "office": office, "paper": paper, "language": language,
    }  # fmt: skip
    if each is not None:
        only_one = {
            "--applicant": applicant,
            "--against": against,
            "--check": check or None,
            "--publish": shared.publish,
        }
        if each == "applicant":
            settings |= {"today": today, "book": _book(log), "named_files": named_files}
        _report_each(log, shared, each, kind, only_one, settings)
        return
    if check:
        require_checker(shared.output)
    private = kind in WORKING_PAPERS
    opened = open_log(log, shared, protect=not private)
    from followup_analytics.track.finding import client_of

    client = None if applicant is None else client_of(log, applicant)
    options: dict[str, Any] = (
        {"today": today, "applicant": client, "book": _book(log)} if private else {"against": against}
    )
    if kind in ("bulletin", "cohort") and shared.cohort is not None:
        options["whole"] = open_log(log, replace(shared, cohort=None), protect=False)
    if shared.publish is not None:
        if private:
            raise UsageError("--publish: a handout is a working paper about single interviews; it can't be published.")
        options |= {"publish_as": shared.publish, "enter": lambda found: publish_answers(found, shared, opened)}
    path = write_report(opened, writable(shared.output), kind=kind, **settings, **options)
    _tell_file(opened, "report", path, shared)
    if check:
        checked = check_pdf(path)
        say(checked.sentence())
        if not checked.sound:
            raise typer.Exit(1)


def _refuse_what_fits_not(
    kind: str, each: str | None, applicant: str | None, against: str | None, *, named_files: bool
) -> None:
    """Raise UsageError for an option that is about another kind of report than the one asked for."""
    from followup_analytics.errors import UsageError
    from followup_analytics.report import WORKING_PAPERS

    if named_files and each != "applicant":
        raise UsageError("--named-files: this is about a file for each applicant; add --each applicant.")
    if each is None and applicant is not None and kind != "handout":
        raise UsageError("--applicant: only a handout is about one applicant; add --kind handout.")
    if each is None and against is not None and kind in WORKING_PAPERS:
        raise UsageError("--against: a handout or day sheet compares no cohorts; leave it out.")


def _report_each(
    log: str,
    shared: Shared,
    each: str,
    kind: str,
    only_one: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    """Write a report for each cohort, or a handout for each applicant, into the folder of -o."""
    from followup_analytics.errors import UsageError
    from followup_analytics.progress import progress_bar
    from followup_analytics.report import write_each
    from followup_analytics.text import counted

    given = [name for name, value in only_one.items() if value is not None]
    if given:
        raise UsageError(f"{given[0]}: this is about one report; leave it out where there is one for each {each}.")
    if shared.output is None or shared.output.suffix.lower() in (".pdf", ".html", ".xlsx"):
        raise UsageError("--each writes several PDF files: give a folder, as in -o reports.")
    opened = open_log(log, shared, protect=False)
    options = dict(settings)
    if options.pop("named_files", False):
        options["file_names"] = options["book"].names() if options["book"] else {}
    if each == "cohort" or kind not in ("cohort", "handout"):
        options = options | {"kind": kind}
    with progress_bar(f"A file for each {each}", None) as moved:
        made = write_each(opened, shared.output, each=each, progress=moved, **options)
    _tell_file(opened, "report", shared.output, shared)
    few = f"; {counted(made.withheld, 'cohort')} of too few applicants got none" if made.withheld else ""
    say(f"{counted(len(made.files), 'file')} written{few}.")


def _book(log: str) -> ContactBook | None:
    """The contact book that a working paper's names and numbers are from; None where there is none."""
    from followup_analytics.cli.people import book_of

    book = book_of(log)
    return None if book.is_empty else book


def simulate(
    context: typer.Context,
    interviews: Annotated[int, typer.Option("--interviews", metavar="N", min=1, help="How many interviews.")] = 300,
    world: Annotated[
        str | None,
        typer.Option(
            "--world",
            metavar="NAME",
            help="null, etiquette, contrary, unmeasured, discouraged, underlogged, office, or a TOML file.",
            show_default="office",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same log.")] = 0,
    random: Annotated[
        int | None,
        typer.Option("--random", metavar="SEED", help="A world drawn from this seed, in place of --world.", min=0),
    ] = None,
    family: Annotated[
        str | None,
        typer.Option("--family", metavar="NAME", help="With --random: what the world is about, such as crossing."),
    ] = None,
    null: Annotated[
        bool, typer.Option("--null", help="With --random: nothing that people do changes what comes back.")
    ] = False,
) -> None:
    """Make a log whose truth is known, with log.toml and truth.json.

    Example:  followup simulate --interviews 500 --world etiquette --seed 1 -o world

    Example:  followup simulate --interviews 2000 --random 7 --family season --null -o world
    """
    from followup_analytics.errors import UsageError
    from followup_analytics.simulate import random_log, simulate_log

    printing = options_of(context, Printing)
    if printing.output is None:
        raise UsageError("simulate needs a folder to write to: add -o world.")
    if random is None and (family is not None or null):
        raise UsageError("--family and --null are for worlds that are drawn: add --random SEED.")
    if random is not None and world is not None:
        raise UsageError("--world and --random both name a world; give one of them.")
    made = (
        simulate_log(interviews=interviews, world=world or "office", seed=seed)
        if random is None
        else random_log(random, interviews=interviews, family=family, null=null, seed=seed)
    )
    made.write(printing.output)
    say(f"A simulated log of {made.interviews.height:,} interviews of {n_applicants(made):,} applicants.")
    _tell_file(made, "simulate", printing.output, printing)


def _tell_file(log: FollowUpLog, command: str, path: Path, printing: Printing) -> None:
    """Where the file is: its path, or the usual JSON object with it."""
    if not printing.json and printing.format != "json":
        typer.echo(str(path))
        return
    import json

    from followup_analytics.results.result import SCHEMA_VERSION, LogCounts

    answer = {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "log": LogCounts.of(log).to_json(),
        "results": [{"file": str(path)}],
        "notes": [{"code": note.code, "n": note.n, "text": note.text} for note in log.notes],
    }
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def doctor(context: typer.Context) -> None:
    """Versions, optional parts present or missing, fonts, and a self-check.

    Example:  followup doctor
    """
    from followup_analytics.cli.doctor import examine

    printing = options_of(context, Printing)
    result = examine()
    show(result, printing)
    if not result.healthy:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("demo")(demo)
    app.command("report", cls=taking(Shared, prints=False))(report)
    app.command("simulate", cls=taking(Printing, prints=False))(simulate)
    app.command("doctor", cls=taking(Printing))(doctor)
