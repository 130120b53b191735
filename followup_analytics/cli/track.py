"""`followup track STORE ...`: what happened, recorded one entry at a time."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from followup_analytics.cli.shared import say
from followup_analytics.schema import CONTACTS, INTERVIEWS, Column, Table

if TYPE_CHECKING:
    from followup_analytics.track import Entry

app = typer.Typer(
    help="Record what happened, one entry at a time: interviews, contacts, outcomes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it happened; now by default.")]
Zone = Annotated[str | None, typer.Option("--time-zone", help="Zone of a time without an offset.")]
Json = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
Interview = Annotated[str, typer.Argument(metavar="INTERVIEW", help="The interview's id.")]

#: Columns that a command has a parameter of its own for, or that the store makes.
_OWN = (
    "interview_id",
    "contact_id",
    "applicant_id",
    "interviewed_at",
    "at",
    "at_precision",
    "time_zone",
    "direction",
    "channel",
    "party",
    "purpose",
)


@app.callback()
def _root(
    context: typer.Context,
    store: Annotated[str, typer.Argument(metavar="STORE", help="A store such as sqlite:///followup.db.")],
) -> None:
    """Record what happened, one entry at a time.

    Example:  followup track sqlite:///followup.db interview --applicant ada --employer Acme
    """
    context.obj = store


def _with_columns(table: Table) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each further column of a table; they arrive as the mapping `fields`."""
    columns = [column for column in table.columns if column.name not in _OWN]

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(function, eval_str=True)

        def command(**given: Any) -> None:
            fields = {column.name: given.pop(column.name) for column in columns}
            function(**given, fields={name: value for name, value in fields.items() if value is not None})

        parameters = [one for name, one in own.parameters.items() if name != "fields"]
        parameters += [_parameter(column) for column in columns]
        parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
        command.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
        command.__doc__, command.__name__ = function.__doc__, function.__name__
        return command

    return decorate


def _parameter(column: Column) -> inspect.Parameter:
    option = "--" + column.name.replace("_", "-")
    flags = (f"{option}/--no-{option[2:]}",) if column.type == "boolean" else (option,)
    kind: Any = bool | None if column.type == "boolean" else str | None
    help_text = column.help + (f" ({', '.join(column.values)})" if column.values else "")
    metavar = {} if column.type == "boolean" else {"metavar": column.type.upper()}
    annotation = Annotated[kind, typer.Option(*flags, help=help_text, **metavar)]
    return inspect.Parameter(column.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


@app.command("interview")
@_with_columns(INTERVIEWS)
def interview(
    context: typer.Context,
    applicant: Annotated[
        str, typer.Option("--applicant", metavar="ID", help="The applicant's id; its pseudonym is stored.")
    ],
    fields: dict[str, Any],
    at: At = None,
    time_zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Record an interview and print its new id.

    Example:  followup track sqlite:///followup.db interview --applicant ada --self-rating 4
    """
    from followup_analytics.track import track_interview

    _tell(context.obj, track_interview(context.obj, applicant, at=at, time_zone=time_zone, **fields), as_json=as_json)


@app.command("contact")
@_with_columns(CONTACTS)
def contact(
    context: typer.Context,
    interview: Interview,
    channel: Annotated[
        str,
        typer.Option(
            "--channel", help="phone, voicemail (a message was left), email, text, letter, social, video or in_person."
        ),
    ],
    fields: dict[str, Any],
    direction: Annotated[
        str, typer.Option("--direction", help="outbound: applicant to employer; inbound.")
    ] = "outbound",
    party: Annotated[
        str | None,
        typer.Option("--party", help="Who was reached: interviewer, hiring_team, receptionist, other or none."),
    ] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="thank_you, follow_up, answer or other.")] = None,
    at: At = None,
    time_zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Record a call, message or visit and print its new id.

    Example:  followup track sqlite:///followup.db contact iv-7k2 --channel phone --party receptionist
    """
    from followup_analytics.track import track_contact

    entry = track_contact(
        context.obj, interview, channel=channel, direction=direction, party=party, purpose=purpose, at=at,
        time_zone=time_zone, **fields,
    )  # fmt: skip
    _tell(context.obj, entry, as_json=as_json)


@app.command("outcome")
def outcome(
    context: typer.Context,
    interview: Interview,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="advanced, offer, rejected, filled or withdrawn.")],
    at: At = None,
    time_zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Record how it ended and print the interview's id.

    Example:  followup track sqlite:///followup.db outcome iv-7k2 offer
    """
    from followup_analytics.track import track_outcome

    _tell(context.obj, track_outcome(context.obj, interview, outcome, at=at, time_zone=time_zone), as_json=as_json)


@app.command("undo")
def undo(context: typer.Context, as_json: Json = False) -> None:
    """Take back the last entry of any kind and print its id."""
    from followup_analytics.track import track_undo

    _tell(context.obj, track_undo(context.obj), as_json=as_json)


@app.command("history")
def history(context: typer.Context, interview: Interview) -> None:
    """Print all that was recorded about an interview, also what was replaced or taken back."""
    from followup_analytics.text import clean
    from followup_analytics.track import track_history

    for line in track_history(context.obj, interview):
        typer.echo(clean(line))


@app.command("forget")
def forget(
    context: typer.Context,
    applicant: Annotated[str, typer.Argument(metavar="APPLICANT", help="The applicant's id, or its pseudonym.")],
) -> None:
    """Erase an applicant and every copy of what was recorded, for good."""
    from followup_analytics.track import track_forget

    say(track_forget(context.obj, applicant).sentence)


def _tell(store: str, entry: Entry, *, as_json: bool) -> None:
    """The id on stdout, the sentence and the next step on stderr."""
    if not as_json:
        # Before the next step is worked out, so that a program or a person need not wait for the id.
        typer.echo(entry.id)
        sys.stdout.flush()
    from followup_analytics.advice import next_steps
    from followup_analytics.log import subset
    from followup_analytics.reading import read_log
    from followup_analytics.results import SCHEMA_VERSION, LogCounts
    from followup_analytics.store import open_store

    step: dict[str, Any] | None = None
    opened = open_store(store)
    # After the only interview was taken back there is no log to read, and that is no error.
    counts = LogCounts(0, 0, 0, f"{opened.now():%Y-%m-%d}", opened.setting("simulated") == "true").to_json()
    if (as_json or entry.interview_id is not None) and opened.known_ids("interviews").len():
        log = read_log(store)
        counts = LogCounts.of(log).to_json()
        about = subset(log, where=[("interview_id", entry.interview_id)]) if entry.interview_id is not None else None
        if about is not None and about.interviews.height:
            rows = next_steps(about, test=False).rows
            step = dict(rows[0]) if rows else None
    if as_json:
        answer = {
            "schema_version": SCHEMA_VERSION, "command": "track", "log": counts,
            "results": [{"id": entry.id, "next": step}], "notes": [],
        }  # fmt: skip
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
    say(entry.sentence + (f" Next: {_worded(step)}" if step else ""))


def _worded(step: dict[str, Any]) -> str:
    """The next step as the end of a sentence."""
    from followup_analytics.advice.next_steps import STEP_NAMES

    when = " today" if step["due"] else f" on {step['on']}" if step.get("on") else ""
    return f"{STEP_NAMES[step['step']]}{when}. {step['why']}"
