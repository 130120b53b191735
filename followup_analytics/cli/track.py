"""`followup track STORE ...`: what happened, recorded one entry at a time."""

from __future__ import annotations

import sys
from dataclasses import make_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from followup_analytics.cli.listing import Every, OfClient, OfCoach, Page, States, print_list
from followup_analytics.cli.options import Printing, options_of, taking
from followup_analytics.cli.saying import broken_for_terminal, say
from followup_analytics.cli.telling import tell_entry, tell_erased, tell_history
from followup_analytics.log.schema import CONTACTS, INTERVIEWS, OUTCOME_TABLE, Column, Table

if TYPE_CHECKING:
    from followup_analytics.track import OfficeStore


class _Commands(typer.core.TyperGroup):
    """The commands of `track`. What can't be taken back is never proposed to somebody who mistyped."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that was typed; suggestions for one that isn't there leave `forget` out."""
        if args and args[0] in ctx.help_option_names:
            # `followup track STORE --help`: the store is taken off already, and the parser would look for a command.
            typer.echo(ctx.get_help())
            ctx.exit()
        if args and args[0] not in self.commands:
            from followup_analytics.errors import UsageError
            from followup_analytics.text import listed, nearest

            harmless = [name for name in self.commands if name != "forget"]
            guess = nearest(args[0], harmless)
            meant = f"is {guess} meant?" if guess else f"there are {listed(harmless, 'and')}."
            raise UsageError(f"track has no command {args[0]!r}; {meant}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    help="Record what happened, one entry at a time: interviews, contacts, outcomes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="When: 2026-03-05T14:00, 'yesterday 14:00', today; now by default."),
]
Zone = Annotated[str | None, typer.Option("--time-zone", help="Zone of a time without an offset.")]
Json = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
Interview = Annotated[str, typer.Argument(metavar="INTERVIEW", help="The interview's id.")]

#: Commands that make a store where there is none.
_MAKING = ("interview", "person")
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


def _store(context: typer.Context) -> OfficeStore:
    """The store that a command is about; it is made by the first interview, or person of the contact book."""
    from followup_analytics.track import OfficeStore

    return OfficeStore(context.obj, write=True, create=context.info_name in _MAKING)


def _with_columns(name: str, *columns: Column) -> type[Any]:
    """A group of options with one for each of some columns."""
    return make_dataclass(name, [(column.name, _option(column), None) for column in columns], frozen=True)


def _given(context: typer.Context, group: type[Any]) -> dict[str, Any]:
    """The columns of a group that were given on the command line."""
    return {name: value for name, value in vars(options_of(context, group)).items() if value is not None}


def _option(column: Column) -> Any:
    option = "--" + column.name.replace("_", "-")
    flags = (f"{option}/--no-{option[2:]}",) if column.type == "boolean" else (option,)
    kind: Any = bool | None if column.type == "boolean" else str | None
    help_text = column.help + (f" ({', '.join(column.values)})" if column.values else "")
    metavar = None if column.type == "boolean" else column.type.upper()
    return Annotated[kind, typer.Option(*flags, help=help_text, metavar=metavar)]


def _further(*tables: Table) -> tuple[Column, ...]:
    """The columns of tables that have no parameter of their own, each once."""
    found = {column.name: column for table in tables for column in table.columns if column.name not in _OWN}
    return tuple(found.values())


_OfInterview = _with_columns("OfInterview", *_further(INTERVIEWS))
_OfContact = _with_columns(
    "OfContact",
    *_further(CONTACTS),
    *(INTERVIEWS.column(name) for name in ("decision_promised_at", "do_not_contact")),
)
_OfBoth = _with_columns(
    "OfBoth",
    *(CONTACTS.column(name) for name in ("direction", "channel", "party", "purpose")),
    *_further(INTERVIEWS, CONTACTS),
    OUTCOME_TABLE.column("outcome"),
)


@app.command("interview", cls=taking(_OfInterview))
def interview(
    context: typer.Context,
    applicant: Annotated[
        str, typer.Option("--applicant", metavar="ID", help="The applicant's id; its pseudonym is stored.")
    ],
    at: At = None,
    time_zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Record an interview and print its new id.

    Example:  followup track sqlite:///followup.db interview --applicant ada --self-rating 4
    """
    fields = _given(context, _OfInterview)
    tell_entry(context.obj, _store(context).interview(applicant, at=at, time_zone=time_zone, **fields), as_json=as_json)


@app.command("contact", cls=taking(_OfContact))
def contact(
    context: typer.Context,
    interview: Interview,
    channel: Annotated[
        str,
        typer.Option(
            "--channel", help="phone, voicemail (a message was left), email, text, letter, social, video or in_person."
        ),
    ],
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
    entry = _store(context).contact(
        interview, channel=channel, direction=direction, party=party, purpose=purpose, at=at,
        time_zone=time_zone, **_given(context, _OfContact),
    )  # fmt: skip
    tell_entry(context.obj, entry, as_json=as_json)


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
    tell_entry(context.obj, _store(context).outcome(interview, outcome, at=at, time_zone=time_zone), as_json=as_json)


@app.command("correct", cls=taking(_OfBoth))
def correct(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="ID", help="The id of a contact or an interview.")],
    at: At = None,
    time_zone: Zone = None,
    clear: Annotated[
        list[str] | None, typer.Option("--clear", metavar="COLUMN", help="Empty this column; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Correct a contact, an interview or (with --outcome) how it ended; what was there stays in the history.

    Example:  followup track sqlite:///followup.db correct iv-7k2pa --decision-promised-at 2026-12-01
    """
    fields = _given(context, _OfBoth)
    entry = _store(context).correct(key, at=at, time_zone=time_zone, clear=clear or (), **fields)
    tell_entry(context.obj, entry, as_json=as_json)


@app.command("undo")
def undo(
    context: typer.Context,
    key: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The last entry about this contact or interview alone.")
    ] = None,
    ingest: Annotated[
        bool, typer.Option("--ingest", help="Take back all that the last ingested file brought.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take back the last interview, contact or outcome that was entered, and print its id.

    What files brought stays, unless --ingest says so; names and numbers of the contact book are mended by writing them
    again.

    Example:  followup track sqlite:///followup.db undo
    """
    tell_entry(context.obj, _store(context).undo(key, ingest=ingest), as_json=as_json)


@app.command("list", cls=taking(Printing))
def list_(
    context: typer.Context,
    applicant: OfClient = None,
    coach: OfCoach = None,
    state: States = None,
    page: Page = 1,
    every: Every = False,
) -> None:
    """List the open interviews, the latest first, 25 at a time: id, day, employer, attempts (confidential).

    Example:  followup track sqlite:///followup.db list --coach ines
    """
    print_list(context.obj, options_of(context, Printing), applicant, coach, state or (), page=page, every=every)


@app.command("snooze")
def snooze(
    context: typer.Context,
    interview: Interview,
    until: Annotated[str, typer.Argument(metavar="DAY", help="Until when: 2026-12-01, tomorrow.")],
    time_zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Put an interview's next step off: it isn't due before that day. Print the interview's id; `undo` takes it back.

    Example:  followup track sqlite:///followup.db snooze iv-7k2pa 2026-12-01
    """
    tell_entry(context.obj, _store(context).snooze(interview, until, time_zone=time_zone), as_json=as_json)


@app.command("reassign")
def reassign(
    context: typer.Context,
    coach: Annotated[str, typer.Argument(metavar="COACH", help="Who looks after them now.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="Who is to look after them.")],
    client: Annotated[str | None, typer.Option("--client", "--applicant", help="This client's alone.")] = None,
    as_json: Json = False,
) -> None:
    """Hand the open interviews of one coach to another, all of them or one client's.

    Example:  followup track sqlite:///followup.db reassign ines omar --client ada
    """
    tell_entry(context.obj, _store(context).reassign(coach, to, client=client), as_json=as_json)


@app.command("history")
def history(context: typer.Context, interview: Interview, as_json: Json = False) -> None:
    """Print all that was recorded about an interview, also what was replaced or taken back."""
    from followup_analytics.text import clean

    lines = [clean(line) for line in _store(context).history(interview)]
    if as_json:
        tell_history(context.obj, interview.strip(), lines)
        return
    for line in lines:
        typer.echo(broken_for_terminal(line, sys.stdout.isatty(), hanging=" " * 12))


@app.command("person")
def person(
    context: typer.Context,
    applicant: Annotated[str, typer.Argument(metavar="ID", help="The applicant's id as typed for an interview.")],
    name: Annotated[str | None, typer.Option("--name", help="The person's name.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Telephone number.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="E-mail address.")] = None,
    address: Annotated[str | None, typer.Option("--address", help="Postal address.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="A note of yours about this person.")] = None,
    as_json: Json = False,
) -> None:
    """Write down what is known of a person in the contact book: a file beside the key, never in the store.

    It is encrypted where FOLLOWUP_PASSPHRASE or FOLLOWUP_KEY is set. An empty text takes a field out.

    Example:  followup track sqlite:///followup.db person ada --name "Ada Berg" --phone "+49 30 1234"
    """
    entry = _store(context).person(applicant, name=name, phone=phone, email=email, address=address, note=note)
    tell_entry(context.obj, entry, as_json=as_json)


@app.command("employer")
def employer(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The employer's name as the interviews have it.")],
    person: Annotated[str | None, typer.Option("--person", help="Whom to ask for.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Telephone number.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="E-mail address.")] = None,
    address: Annotated[str | None, typer.Option("--address", help="Postal address.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="A note of yours about this employer.")] = None,
    as_json: Json = False,
) -> None:
    """Write down whom to ask for at an employer, and the number, in the contact book beside the key.

    The next steps tell them; one number is called at most once a day of your own accord, whichever client it is about.

    Example:  followup track sqlite:///followup.db employer Bosch --person "Ms Weiss" --phone "+49 711 4000"
    """
    entry = _store(context).employer(name, person=person, phone=phone, email=email, address=address, note=note)
    tell_entry(context.obj, entry, as_json=as_json)


@app.command("forget")
def forget(
    context: typer.Context,
    applicant: Annotated[str, typer.Argument(metavar="APPLICANT", help="The applicant's id, or its pseudonym.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before erasing.")] = False,
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", metavar="FILE", help="Write a signed certificate of the erasure into this file."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Erase an applicant and every copy of what was recorded, for good. It asks first, unless --yes is given.

    The certificate lists every place that was looked at, and names nobody; `followup store certificate` checks it.

    Example:  followup track sqlite:///followup.db forget ada --certificate erased.json
    """
    held = None if yes else _store(context).holdings(applicant)
    if held is not None and not _agreed(f"Erase {held} for good?"):
        say("Nothing was erased.")
        return
    tell_erased(context.obj, _store(context).forget(applicant, certificate=certificate), as_json=as_json)


def _agreed(question: str) -> bool:
    """The answer of a terminal or of what stands in its place. Raises UsageError where there is none."""
    from followup_analytics.errors import UsageError

    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        raise UsageError("forget asks before it erases, and nobody was there to answer: add --yes.") from None
