"""Options that commands share: declared once as dataclasses, given to a command by its kind, handed over as objects."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from typer.core import TyperCommand
from typer.main import get_command

if TYPE_CHECKING:
    from followup_analytics.results.disclosure import DisclosurePolicy

Face = Literal["table", "json", "csv", "xlsx"]
Engine = Literal["auto", "polars", "pandas", "duckdb", "spark"]

LogPath = Annotated[
    str,
    typer.Argument(
        metavar="LOG",
        help="A folder of CSV or Parquet tables, a workbook, or a store such as sqlite:///followup.db; with --engine "
        "spark any address that Spark reads, or spark-table:DB.contacts.",
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
    engine: Annotated[
        Engine,
        typer.Option("--engine", help="What reads and counts; one that brings nothing is accepted and says what ran."),
    ] = "auto"
    spark_master: Annotated[
        str | None,
        typer.Option(
            "--spark-master",
            metavar="URL",
            help="With --engine spark: local[2], spark://host:7077, yarn, or sc://host of a Connect server.",
        ),
    ] = None
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory", metavar="SIZE", help="How much memory to use, such as 4GB; a larger log goes in parts."
        ),
    ] = None
    temp: Annotated[
        Path | None, typer.Option("--temp", metavar="DIR", help="Where temporary files of a log in parts lie.")
    ] = None
    seed: Annotated[int, typer.Option("--seed", help="Seed of whatever is drawn at random.")] = 0

    @property
    def policy(self) -> DisclosurePolicy:
        """What may be shown. Raises UsageError, UnreadableError or DataError for a policy that can't be used."""
        from followup_analytics.results.disclosure import policy_of

        return policy_of(self.disclosure, self.min_cell)


def form_asked(printing: Printing, command: str) -> str:
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


_Group = TypeVar("_Group")

#: What the command was asked, by the names of its parameters: the question of a release.
_ASKED: ContextVar[dict[str, Any]] = ContextVar("asked")
_COMMAND: ContextVar[str] = ContextVar("command", default="this command")
_PLACE = "followup_analytics.options"


def taking(*groups: Any, prints: bool = True) -> type[TyperCommand]:
    """The kind of command (`cls=`) that has the options of some groups, dataclasses such as `Shared`, after its own.

    The command itself asks for a group with `options_of(context, Shared)`.
    prints: whether -o names a file for the answer, so that a slip in that name is told before the work and not after
    it; commands that make something else name that with -o.
    """

    class Taking(TyperCommand):
        def __init__(self, *args: Any, params: Any = None, **more: Any) -> None:
            shared = [one for group in groups for one in _options(group).params]
            super().__init__(*args, params=[*(params or ()), *shared], **more)

        def invoke(self, ctx: Any) -> Any:
            _ASKED.set(dict(ctx.params))
            _COMMAND.set(str(self.name))
            for group in groups:
                asked_for = _options(group)
                made = asked_for.callback(**{one.name: ctx.params.pop(one.name) for one in asked_for.params})
                if prints and isinstance(made, Printing):
                    form_asked(made, str(self.name))
                ctx.meta[f"{_PLACE}.{group.__name__}"] = made
            return super().invoke(ctx)

    return Taking


@cache
def _options(group: Any) -> Any:
    """A group as typer sees it: a command whose function is the group's constructor, and gives one of its objects."""
    alone = typer.Typer(add_completion=False)
    alone.command()(group)
    return get_command(alone)


def options_of(context: typer.Context, group: type[_Group]) -> _Group:
    """The options of a group as the command line gave them. The command must be one `taking` that group."""
    found: _Group = context.meta[f"{_PLACE}.{group.__name__}"]
    return found


def command_running() -> str:
    """The name of the command that runs."""
    return _COMMAND.get()


def question_asked() -> dict[str, Any]:
    """All that the command was asked, by the names of its parameters."""
    return _ASKED.get()


StoreUrl = Annotated[str, typer.Argument(metavar="STORE", help="A store such as sqlite:///followup.db.")]
Json = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
