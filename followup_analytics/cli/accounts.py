"""`followup store add-account` and its like: who may sign in to a page that `followup open --share` opens."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from followup_analytics.cli.options import Json, StoreUrl
from followup_analytics.cli.saying import say
from followup_analytics.cli.telling import echo_upkeep

Name = Annotated[str, typer.Argument(metavar="NAME", help="A coach's as the column coach of the interviews has it.")]


def add_account(
    store: StoreUrl,
    name: Name,
    role: Annotated[
        Literal["coach", "analyst"],
        typer.Option("--role", help="coach: the own clients' interviews; analyst: answers, reports and files."),
    ],
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", help="A file whose first line is the password; - for standard input."),
    ] = None,
) -> None:
    """Let somebody sign in to the shared page of a store; of a name that has an account, its role and password anew.

    The password is asked for, and kept as an Argon2id hash in a file beside the store's key (needs the extra share).

    Example:  followup store add-account sqlite:///followup.db "Ana Ruiz" --role coach
    """
    from followup_analytics.store import open_store
    from followup_analytics.web.accounts import change_accounts, read_accounts

    shown = open_store(store).address.shown
    accounts, password = read_accounts(store), _password(password_file)
    path = change_accounts(store, lambda held: held.with_account(name, role, password))
    verb = "has a new password" if accounts.find(name) else "may sign in"
    say(f"{name} {verb} as {'an' if role[0] in 'aeiou' else 'a'} {role}; accounts of {shown} are in {path}.")


def remove_account(store: StoreUrl, name: Name) -> None:
    """Take somebody's account away: who is signed in with it is out at once.

    Example:  followup store remove-account sqlite:///followup.db "Ana Ruiz"
    """
    from followup_analytics.web.accounts import change_accounts

    change_accounts(store, lambda held: held.without(name))
    say(f"{name} can no longer sign in.")


def accounts(store: StoreUrl, as_json: Json = False) -> None:
    """Who may sign in to the shared page of a store, and as what.

    Example:  followup store accounts sqlite:///followup.db
    """
    from followup_analytics.text import counted
    from followup_analytics.web.accounts import read_accounts

    found = sorted(read_accounts(store).by_name.values(), key=lambda one: one.name.casefold())
    if as_json:
        echo_upkeep("store", [{"name": one.name, "role": one.role} for one in found], ())
    else:
        for one in found:
            typer.echo(f"{one.name}: {one.role}")
    say(f"{counted(len(found), 'account')}.")


def _password(file: Path | None) -> str:
    """The password: of a file, of standard input, else asked on a terminal without showing it."""
    from followup_analytics.errors import UnreadableError, UsageError

    if file is not None and str(file) != "-":
        try:
            return file.read_text("utf-8").partition("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError):
            raise UnreadableError(f"{file}: no password can be read here.") from None
    if file is not None:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("an account needs a password: run this on a terminal to be asked, or add --password-file -")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("add-account")(add_account)
    app.command("remove-account")(remove_account)
    app.command("accounts")(accounts)
