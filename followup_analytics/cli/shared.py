"""What commands share: opening a log as it was asked for, and the one way in which a result is printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from followup_analytics.cli.options import Printing, Shared, command_running, form_asked, question_asked
from followup_analytics.cli.saying import say

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.parted.parted_log import PartedLog
    from followup_analytics.results.result import Result

#: More values of a column than this are not listed where one that nobody has was asked for.
_MOST_VALUES = 8

#: Width of tables that go into a file or a pipe, unless COLUMNS says otherwise.
_PIPE_WIDTH = 120

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
    from followup_analytics.log.subsets import chosen_of, subset
    from followup_analytics.reading.logs import as_sequence, read_log

    log = _read_with_spark(source, shared) if _wants_spark(source, shared) else None
    if log is None:
        _say_of_memory(source, shared)
        log = read_log(source, time_zone=shared.time_zone, as_of=shared.as_of)
    if shared.cohort is not None and protect:
        _warn_of_small_cohorts(log, shared)
    cohorts = dict.fromkeys(name for name in (shared.cohort, beside) if shared.cohort is not None and name is not None)
    log = subset(log, cohort=tuple(cohorts))
    chosen = chosen_of(log, where=as_sequence(shared.where or ()))[1]
    part = subset(log, where=chosen)
    if protect:
        _require_shown(n_applicants(part), log, chosen, shared)
    return part


def _warn_of_small_cohorts(log: FollowUpLog | PartedLog, shared: Shared) -> None:
    from followup_analytics.parted.chosen import people_with_values
    from followup_analytics.results.disclosure import small_cohort_note

    for note in small_cohort_note(people_with_values(log, "cohort"), shared.policy):
        say(note.text)


def _require_shown(n: int, log: FollowUpLog | PartedLog, chosen: Sequence[tuple[str, str]], shared: Shared) -> None:
    """Refuse a part of n applicants that is too small, or that would give another away; with what was perhaps meant."""
    from followup_analytics.errors import DataError, WithheldError
    from followup_analytics.parted.chosen import members_of, people_of
    from followup_analytics.results.disclosure import require_enough, require_visible

    columns = tuple(dict(chosen))
    try:
        require_enough(n, shared.policy)
        if chosen:
            require_visible(people_of(log, columns), chosen, shared.policy, lambda: members_of(log, columns))
    except (WithheldError, DataError) as refused:
        raise type(refused)(f"{refused.args[0]}{values_like(log, chosen, shared.policy.min_cell)}") from None


def counting_engine(shared: Shared) -> str:
    """What counts the cells of rates and curve: what was asked for; where Spark read the log, polars in its parts."""
    return "auto" if shared.engine == "spark" else shared.engine


def open_parted(source: str, shared: Shared) -> FollowUpLog | PartedLog:
    """The log for a command that counts in parts: on Spark, on disk where memory is too little, else as `open_log`."""
    from followup_analytics.log.subsets import chosen_of
    from followup_analytics.parted.chosen import log_as_of, part_of
    from followup_analytics.reading.logs import as_sequence

    asked_of_rows = shared.trace or shared.publish
    if asked_of_rows:
        return open_log(source, shared)
    if _wants_spark(source, shared):
        parted = _spark_log(source, shared)
        did = "read, checked and counted the log"
    else:
        parted = _log_on_disk(source, shared)
        did = "taken one after another, since the log is larger than the memory to use"
    if parted is None:
        return open_log(source, shared)
    say(f"{parted.where}, {did}.")
    if shared.as_of is not None:
        parted = log_as_of(parted, shared.as_of)
    if shared.cohort is not None:
        _warn_of_small_cohorts(parted, shared)
        parted = part_of(parted, cohort=shared.cohort)
    chosen = chosen_of(parted, where=as_sequence(shared.where or ()))[1]
    part = part_of(parted, where=chosen)
    _require_shown(part.n_people, parted, chosen, shared)
    return part


def _log_on_disk(source: str, shared: Shared) -> PartedLog | None:
    """The log in parts on disk, None where it fits into memory, or is no folder."""
    if "://" in source or not Path(source).is_dir() or shared.engine not in ("auto", "polars"):
        return None
    from followup_analytics.parted.memory import allowed
    from followup_analytics.reading.in_parts import needed, read_in_parts

    if needed(Path(source)) <= allowed(shared.memory):
        return None
    return read_in_parts(Path(source), time_zone=shared.time_zone, memory=shared.memory, temp=shared.temp)


def _say_of_memory(source: str, shared: Shared) -> None:
    """That a command needs the whole log in memory, where `--memory` names less than that."""
    if shared.memory is None or "://" in source or not Path(source).is_dir():
        return
    from followup_analytics.parted.memory import allowed
    from followup_analytics.reading.in_parts import needed

    size = needed(Path(source))
    if size > allowed(shared.memory):
        say(
            f"--memory {shared.memory}: {command_running()} takes the whole log into memory, some {size / 1e9:.1f} GB; "
            "rates, curve, silence and outcomes go in parts, unless --trace or --publish asks for rows."
        )


def _wants_spark(source: str, shared: Shared) -> bool:
    """Whether Spark is to read the log; an address that only Spark reads needs no option."""
    from followup_analytics.errors import UsageError
    from followup_analytics.parted.spark_source import is_for_spark

    if shared.spark_master is not None and shared.engine not in ("auto", "spark"):
        raise UsageError(f"--spark-master is for --engine spark, not {shared.engine}; leave one of them out.")
    return shared.engine == "spark" or shared.spark_master is not None or is_for_spark(source)


def _spark_log(source: str, shared: Shared) -> PartedLog | None:
    """The log as Spark reads it; None, and a word about it, of what Spark does not read."""
    from followup_analytics.parted.spark_source import read_on_spark
    from followup_analytics.store.address import is_store_url

    if is_store_url(source) or Path(source).is_file():
        command = command_running()
        say(f"--engine spark: Spark reads folders and tables, not this; {command} was counted with polars alone.")
        return None
    return read_on_spark(source, time_zone=shared.time_zone, master=shared.spark_master, temp=shared.temp)


def _read_with_spark(source: str, shared: Shared) -> FollowUpLog | None:
    """The log as Spark read and checked it, in this process's memory."""
    from followup_analytics.log.subsets import as_of

    parted = _spark_log(source, shared)
    if parted is None:
        return None
    say(f"{parted.where}, read and checked the log; {command_running()} was then counted with polars in this process.")
    log = parted.gathered()
    return log if shared.as_of is None else as_of(log, shared.as_of)


def values_like(log: FollowUpLog | PartedLog, chosen: Sequence[tuple[str, str]], least: int) -> str:
    """Which values were perhaps meant, as a sentence with a blank before it; empty where there is nothing to say.

    Only values that `least` applicants have are named, whether the one asked for is there or not, so that the sentence
    tells nobody which of the two it is.
    """
    from followup_analytics.parted.chosen import people_with_values
    from followup_analytics.text import listed, nearest, shorten

    parts = []
    for column, value in chosen:
        people = people_with_values(log, column)
        known = people.filter(people["people"] >= least)["value"].to_list()
        if not known or value.casefold() in {one.casefold() for one in known}:
            continue
        guess = nearest(value, known)
        if guess is not None:
            parts.append(f" Of --where {column}={shorten(value)}: did you mean {guess!r}?")
        elif len(known) <= _MOST_VALUES:
            parts.append(f" Of --where {column}: enough applicants have {listed(map(shorten, known), 'and')}.")
    return "".join(parts)


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

    face, output = form_asked(printing, result.command), printing.output
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
        if output is not None:
            write_table([result], output)
            return
        write_table([result.rich_table()], None)
        # A pipe holds the table back until its end; on a terminal the lines follow it.
        sys.stdout.flush()
        for line in result.beside():
            say(line)
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
    if form_asked(shared, result.command) != "table":
        show(result, shared)
    elif shared.output is None:
        typer.echo(result.summary())
    else:
        writable(shared.output).write_text(result.summary() + "\n", encoding="utf-8")


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


def finish(result: Result, shared: Shared, log: FollowUpLog | PartedLog | None = None) -> None:
    """Enter the answer in the ledger where asked for, print it and, where asked for, write the rows behind it.

    log: the part of the log that the answer is about; without one it can't be published.
    """
    if shared.publish is not None:
        publish_answers([result], shared, log)
    show(result, shared)
    if shared.engine in ("pandas", "duckdb") and result.command not in _COUNTED_BY_ENGINE:
        say(f"--engine {shared.engine} counts the cells of rates and curve; {result.command} was counted with polars.")
    if shared.trace is not None:
        _write_trace(result, shared.trace)


#: The note of a working paper about single interviews.
_PRIVATE = "confidential"


def publish_answers(results: Sequence[Result], shared: Shared, log: FollowUpLog | PartedLog | None) -> None:
    """Enter answers in the ledger of releases under the name that was given, and say so.

    log: whole, as `open_parted` gives it too where an answer is to be published.
    """
    from followup_analytics.errors import UsageError
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.releases import open_ledger, publish

    question = question_asked()
    if (
        not isinstance(log, FollowUpLog)
        or shared.publish is None
        or any(note.code == _PRIVATE for one in results for note in one.notes)
    ):
        raise UsageError("--publish: this is a working paper, or rests on no log; it can't be published.")
    ledger = open_ledger(str(question["log"]), shared.ledger)
    say(publish(shared.publish, results, log, ledger, shared.policy, question))


def _write_trace(result: Result, path: Path) -> None:
    from followup_analytics.errors import UsageError
    from followup_analytics.results.exports import private

    trace = getattr(result, "trace", None)
    if trace is None:
        raise UsageError(f"--trace: {result.command} has no rows to trace; rates, curve, outcomes and claims do.")
    trace().write_csv(private(writable(path)))
    say(f"Confidential: {path.name} holds rows about single interviews; don't pass it on.")


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
