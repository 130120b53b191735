"""Options that commands share, and the one way in which a result is printed."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.results.disclosure import DisclosurePolicy
    from followup_analytics.results.result import Result

#: Width of tables that go into a file or a pipe, unless COLUMNS says otherwise.
_PIPE_WIDTH = 120

Face = Literal["table", "json", "csv", "xlsx"]
Engine = Literal["auto", "polars", "pandas", "duckdb", "spark"]

LogPath = Annotated[
    str,
    typer.Argument(
        metavar="LOG", help="A folder of CSV or Parquet tables, a workbook, or a store such as sqlite:///followup.db."
    ),
]


@dataclass(frozen=True)
class Printing:
    """How an answer is to be written, and where."""

    format: Annotated[Face, typer.Option("--format", help="The form of the answer; xlsx needs -o.")] = "table"
    json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the answer to this file.")] = None


@dataclass(frozen=True)
class Shared(Printing):
    """Which part of the log an analysis is about, and how it is to be written."""

    cohort: Annotated[str | None, typer.Option("--cohort", help="Only this cohort.")] = None
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="COLUMN=VALUE", help="Only interviews with this value; may be repeated."),
    ] = None
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Zone of timestamps without an offset, such as Europe/Berlin.")
    ] = None
    min_cell: Annotated[
        int | None,
        typer.Option(
            "--min-cell",
            min=1,
            help="Hide groups of fewer applicants (10, or what the policy says); 1 hides nothing (your own log).",
        ),
    ] = None
    disclosure: Annotated[
        str | None,
        typer.Option(
            "--disclosure",
            metavar="POLICY",
            help="What may be shown: default, acro, opensafely, hesa, nces, none, or an office's TOML file.",
        ),
    ] = None
    publish: Annotated[
        str | None,
        typer.Option(
            "--publish",
            metavar="NAME",
            help="Enter this answer in the ledger of releases; refused where it gives away what earlier ones hide.",
        ),
    ] = None
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", metavar="FILE", help="The ledger of releases (default: beside the store or log)."),
    ] = None
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The log as it stood at the end of this day.")
    ] = None
    trace: Annotated[
        Path | None,
        typer.Option("--trace", help="Also write the rows behind each count to this CSV file (confidential)."),
    ] = None
    engine: Annotated[Engine, typer.Option("--engine", help="What counts the cells.")] = "auto"
    seed: Annotated[int, typer.Option("--seed", help="Seed of whatever is drawn at random.")] = 0

    @property
    def policy(self) -> DisclosurePolicy:
        """What may be shown. Raises UsageError, UnreadableError or DataError for a policy that can't be used."""
        from followup_analytics.results.disclosure import policy_of

        return policy_of(self.disclosure, self.min_cell)


#: What the command was asked, by the names of its parameters: the question of a release.
_ASKED: ContextVar[dict[str, Any]] = ContextVar("asked")
#: Commands whose -o names what they make, not a file for their answer.
_MAKERS = ("report", "simulate", "map_")


def with_options(*groups: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of the groups: its parameters named after them arrive as one object each.

    A command is written `def rates(log, shared: Shared, by=...)`; typer sees the fields of `Shared` as options.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(function, eval_str=True)
        places = {name: one.annotation for name, one in own.parameters.items() if one.annotation in groups}
        visible = [one for name, one in own.parameters.items() if name not in places]
        added = [parameter for group in groups for parameter in _parameters(group)]

        @functools.wraps(function)
        def command(**given: Any) -> None:
            _ASKED.set(dict(given))
            made = {
                name: group(**{one.name: given.pop(one.name) for one in fields(group)})
                for name, group in places.items()
            }
            if function.__name__ not in _MAKERS:
                # A slip in the file's name is told before the work, not after it.
                for one in (one for one in made.values() if isinstance(one, Printing)):
                    form_of(one, function.__name__.rstrip("_"))
            function(**given, **made)

        parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in [*visible, *added]]
        command.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
        del command.__wrapped__
        return command

    return decorate


def _parameters(group: type[Any]) -> list[inspect.Parameter]:
    types = inspect.get_annotations(group, eval_str=True)
    for base in group.__mro__[1:-1]:
        types = inspect.get_annotations(base, eval_str=True) | types
    return [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=types[one.name])
        for one in fields(group)
    ]


# ------------------------------------------------------------------------------------------------------- logs


def open_log(
    source: str,
    shared: Shared,
    *,
    protect: bool = True,
    beside: str | None = None,
) -> FollowUpLog:
    """Read a log, cut it to what was asked for, and refuse one that is about too few applicants.

    beside: a cohort that is kept too where one was asked for, to compare it with.
    """
    from followup_analytics.log.followup_log import subset
    from followup_analytics.reading.logs import as_sequence, read_log
    from followup_analytics.results.disclosure import require_enough, require_visible, small_cohort_note

    policy = shared.policy
    log = read_log(source, time_zone=shared.time_zone, as_of=shared.as_of)
    if shared.cohort is not None and protect:
        for note in small_cohort_note(log.interviews, policy):
            say(note.text)
    cohorts = dict.fromkeys(name for name in (shared.cohort, beside) if shared.cohort is not None and name is not None)
    log = subset(log, cohort=tuple(cohorts))
    chosen = as_sequence(shared.where or ())
    part = subset(log, where=chosen)
    if protect:
        require_enough(n_applicants(part), policy)
        require_visible(log.interviews, chosen, policy)
    return part


def n_applicants(log: FollowUpLog) -> int:
    """How many people a log is about; where there is a table of applicants, those in it too."""
    if not log.has_applicants:
        return log.n_applicants
    import polars as pl

    tables = (log.held("interviews"), log.held("applicants"))
    return pl.concat([table.select(["applicant_id"]) for table in tables])["applicant_id"].n_unique()


# ------------------------------------------------------------------------------------------------------- printing


def show(result: Result, printing: Printing) -> None:
    """Write a result in the form that was asked for, to stdout or to a file."""
    from followup_analytics.errors import UsageError
    from followup_analytics.results import exports

    face, output = form_of(printing, result.command), printing.output
    if output is not None:
        writable(output)
        if any(note.code == exports.CONFIDENTIAL for note in result.notes):
            exports.private(output)
    if face == "xlsx":
        if output is None:
            raise UsageError("--format xlsx needs a file to write to: add -o answer.xlsx.")
        from followup_analytics.results.spreadsheet import write_answer

        write_answer(result, output)
        return
    if face == "table":
        write_table([result], output)
        return
    text = exports.to_json_text(result) + "\n" if face == "json" else exports.to_csv_text(result)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


def show_text(result: Result, shared: Shared) -> None:
    """Write an answer that is a text: as it is, or in the form for programs that was asked for."""
    from followup_analytics.errors import UsageError

    if shared.trace is not None:
        raise UsageError("--trace: a text has no rows behind it; ask for the verdicts.")
    if form_of(shared, result.command) != "table":
        show(result, shared)
    elif shared.output is None:
        typer.echo(result.summary())
    else:
        writable(shared.output).write_text(result.summary() + "\n", encoding="utf-8")


def form_of(printing: Printing, command: str) -> str:
    """The form that was asked for; where only a file was named, the one that its name promises.

    Raises UsageError for a name that promises another form than was asked for, or one that answers don't have.
    """
    from followup_analytics.errors import UsageError

    face, output = "json" if printing.json else printing.format, printing.output
    if output is None:
        return face
    suffix = output.suffix.lower()
    if suffix in _OTHER_FORMS:
        kind = "--kind handout " if command == "next" else ""
        instead = f"; for a PDF use  followup report LOG {kind}-o {output.name}" if suffix == ".pdf" else "."
        raise UsageError(f"-o {output.name}: {command} writes .csv, .json, .xlsx or text (.txt), not {suffix}{instead}")
    promised = _PROMISED.get(suffix, face)
    if face not in ("table", promised):
        raise UsageError(f"-o {output.name}: --format {face} doesn't fit this name; change one of them.")
    return promised


#: Forms of an answer by the names of files; names that promise a form which no answer has.
_PROMISED = {".csv": "csv", ".json": "json", ".xlsx": "xlsx"}
_OTHER_FORMS = (".pdf", ".html", ".htm", ".ods", ".xls", ".docx", ".parquet", ".png", ".svg", ".ics")


def write_table(parts: Sequence[Any], output: Path | None) -> None:
    """Print results as tables; plain text where the output is a file or a pipe."""
    from rich.console import Console

    if output is not None:
        with writable(output).open("w", encoding="utf-8") as stream:
            stream.write(_plain(parts, _PIPE_WIDTH))
        return
    console = Console(color_system=None) if os.environ.get("NO_COLOR") else Console()
    if not console.is_terminal:
        columns = os.environ.get("COLUMNS", "")
        sys.stdout.write(_plain(parts, int(columns) if columns.isdigit() and int(columns) else _PIPE_WIDTH))
        return
    for part in parts:
        console.print(part)


def _plain(parts: Sequence[Any], width: int) -> str:
    """The parts as text of a width, without colours and without blanks at the ends of lines."""
    import io

    from rich.console import Console

    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(*parts, sep="\n")
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def writable(path: Path) -> Path:
    """The path, when a file can be made there. Raises UnreadableError otherwise."""
    from followup_analytics.errors import UnreadableError

    if path.is_dir():
        raise UnreadableError(f"{path.name}: this is a folder where a file was meant; give a file name.")
    if not path.parent.is_dir():
        raise UnreadableError(f"{path.parent}: there is no such folder to write to; make it first.")
    return path


#: Commands whose cells an engine of the user's choice counts.
_COUNTED_BY_ENGINE = ("rates", "curve")


def finish(result: Result, shared: Shared, log: FollowUpLog | None = None) -> None:
    """Enter the answer in the ledger where asked for, print it and, where asked for, write the rows behind it.

    log: the part of the log that the answer is about; without one it can't be published.
    """
    if shared.publish is not None:
        publish_answers([result], shared, log)
    show(result, shared)
    if shared.engine not in ("auto", "polars") and result.command not in _COUNTED_BY_ENGINE:
        say(f"--engine {shared.engine} counts the cells of rates and curve; {result.command} was counted with polars.")
    if shared.trace is not None:
        _write_trace(result, shared.trace)


#: The note of a working paper about single interviews.
_PRIVATE = "confidential"


def publish_answers(results: Sequence[Result], shared: Shared, log: FollowUpLog | None) -> None:
    """Enter answers in the ledger of releases under the name that was given, and say so."""
    from followup_analytics.cli.ledgers import open_ledger, publish
    from followup_analytics.errors import UsageError

    given = _ASKED.get()
    if log is None or shared.publish is None or any(note.code == _PRIVATE for one in results for note in one.notes):
        raise UsageError("--publish: this is a working paper, or rests on no log; it can't be published.")
    ledger = open_ledger(str(given["log"]), shared.ledger)
    say(publish(shared.publish, results, log, ledger, shared.policy, given))


def _write_trace(result: Result, path: Path) -> None:
    from followup_analytics.errors import UsageError
    from followup_analytics.results.exports import private

    trace = getattr(result, "trace", None)
    if trace is None:
        raise UsageError(f"--trace: {result.command} has no rows to trace; rates, curve, outcomes and claims do.")
    trace().write_csv(private(writable(path)))
    say(f"Confidential: {path.name} holds rows about single interviews; don't pass it on.")


def say(sentence: str) -> None:
    """Tell the person something beside the result: on stderr."""
    from followup_analytics.text import clean

    typer.echo(clean(sentence), err=True)


@contextmanager
def reading_bar() -> Iterator[Callable[[str, int, float | None], None] | None]:
    """A bar on a terminal's stderr that says how far the reading of each file is; nothing where stderr is none."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from followup_analytics.text import clean

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading ...", total=None)

        def told(name: str, records: int, share: float | None) -> None:
            words = f"{clean(name)}: {records:,} records read"
            bar.update(task, description=words, total=None if share is None else 1.0, completed=share or 0.0)

        yield told
